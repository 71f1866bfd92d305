"""The command line. Only :func:`main` is public; each command lives in a module that is imported when it is called."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from translit.cli.group import COMMANDS, LazyGroup, by_pipe


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; never raises.

    Args:
        args: the arguments, those of the process by default.

    Returns:
        0 done, 1 failed, 2 usage, 3 done with rejects, 130 interrupted.
    """
    try:
        if args is None:
            _settle()
        _have_streams()
        _end_on_terminate()
        status = _run(args)
        sys.stdout.flush()
    except BaseException as error:
        status = _failed(error)
    return status


def _run(args: Sequence[str] | None) -> int:
    said = "One name, one spelling: map romanized names to canonical forms."
    group = LazyGroup("translit", COMMANDS, hint=_to_match, help=said)
    result = group.main(args=None if args is None else list(args), prog_name="translit", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _to_match(word: str) -> str:
    return f"To match a name: {by_pipe(word, 'match')}"


def _failed(error: BaseException) -> int:
    from translit.cli.failure import explain

    if os.environ.get("TRANSLIT_DEBUG"):
        import traceback

        traceback.print_exception(error)
    message, status = explain(error)
    _quiet_stdout()
    if message:
        try:
            print(message, file=sys.stderr, flush=True)
        except OSError:
            _quiet(2)
    _leave_broken_pools(status)
    return status


def _leave_broken_pools(status: int) -> None:
    """End here where threads of a pool that broke would keep the process: Python before 3.11.6 may wait for them for ever."""
    if "translit.files.workers" in sys.modules:
        from translit.files.workers import is_held_up

        if is_held_up():
            os._exit(status)


def _quiet_stdout() -> None:
    """What standard output still holds cannot be written; the interpreter must not try again at its end."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        _quiet(1)


def _quiet(handle: int) -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, handle)
    os.close(nowhere)


def _settle() -> None:
    """Set what a process of its own may: linear algebra without threads, which spin, Arrow's memory given back, few collections."""
    import gc

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    # What a run remembers grows, and holds no cycles that a collection could find.
    gc.set_threshold(100_000, 50, 100)


def _have_streams() -> None:
    """Without standard output or error, the next file opened would take their place."""
    if sys.stdout is None:
        handle = os.open(os.devnull, os.O_RDONLY)
        os.dup2(handle, 1)
        # Writing to it fails, as it should.
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def _end_on_terminate() -> None:
    """SIGTERM and SIGHUP end the run as an exception does, so that nothing half written stays."""
    import signal
    import threading

    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Under nohup the hangup is ignored, and stays so.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _terminate)


def _terminate(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)
