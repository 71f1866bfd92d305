"""From an exception to one line for the user and an exit status."""

from __future__ import annotations

import errno
import io

import click

from translit.errors import SourceErrors, TranslitError

FAILED, USAGE, INTERRUPTED = 1, 2, 130
_SHOWN_FAULTS = 10
_SOURCE_FAULTS = "the lexicon source has faults ('translit lexicon check' lists all)"

_MENDS = {
    errno.ENOSPC: "the disk is full; make room and run again",
    errno.EDQUOT: "the disk quota is used up; make room and run again",
    errno.EFBIG: "the file is larger than the system allows (see ulimit -f); raise the limit and run again",
    errno.EACCES: "permission denied; check the path and its permissions",
    errno.EROFS: "the file system is read-only; write elsewhere",
    errno.EIO: "the device failed; check the disk",
    errno.EBADF: "standard output is closed; send it somewhere, or give -o",
    errno.EMFILE: "too many open files; raise the limit (ulimit -n) and run again",
}


def explain(error: BaseException) -> tuple[str, int]:
    """The message, empty where nothing is to be said, and the exit status.

    >>> explain(OSError(errno.ENOSPC, "No space left on device"))
    ('translit: the disk is full; make room and run again', 1)
    """
    if isinstance(error, click.exceptions.Exit):
        return "", error.exit_code
    if isinstance(error, click.Abort | KeyboardInterrupt):
        return "translit: interrupted", INTERRUPTED
    if isinstance(error, SystemExit):
        return _exit(error)
    if isinstance(error, click.ClickException):
        return _shown(error), error.exit_code
    if isinstance(error, BrokenPipeError):
        return "", FAILED
    return f"translit: {_message(error)}", _status(error)


def _exit(error: SystemExit) -> tuple[str, int]:
    if isinstance(error.code, int) and error.code > 128:
        return "translit: terminated", error.code
    return "", error.code if isinstance(error.code, int) else FAILED


def _shown(error: click.ClickException) -> str:
    text = io.StringIO()
    error.show(text)
    return text.getvalue().rstrip("\n")


def _status(error: BaseException) -> int:
    # By name: the module that has it is not imported unless files were read.
    return USAGE if type(error).__name__ == "UsageError" else FAILED


def _message(error: BaseException) -> str:
    if isinstance(error, SourceErrors):
        shown, more = error.errors[:_SHOWN_FAULTS], len(error.errors) - _SHOWN_FAULTS
        lines = [*map(str, shown), *([f"… and {more} more"] if more > 0 else [])]
        return f"{getattr(error, 'head', _SOURCE_FAULTS)}:\n" + "\n".join(lines)
    if isinstance(error, TranslitError):
        return str(error)
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        mend = _MENDS.get(error.errno or 0, f"{error.strerror or error}; check the path")
        return named + mend
    if isinstance(error, MemoryError):
        return "out of memory; run again with fewer --workers or smaller files"
    if isinstance(error, ModuleNotFoundError):
        return f"{error.name} is not installed; install it with pip"
    if isinstance(error, ImportError):
        return f"a library cannot be imported ({error}); install it again with pip"
    told = " ".join(str(error).split())[:300]
    return f"internal error: {type(error).__name__}: {told}; run with TRANSLIT_DEBUG=1 for the details and report it"
