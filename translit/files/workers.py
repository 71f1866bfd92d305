"""Who does the work: this process, or a pool of them that answers chunks in order."""

from __future__ import annotations

import contextlib
import errno
import gc
import multiprocessing
import os
import pickle
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, forkserver, synchronize, util
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any, Protocol, TypeVar, cast

from translit.errors import TranslitError
from translit.files import warm
from translit.files.answers import Memo, Named, named
from translit.files.base import Chunk, Engine, Format, Result, Task, formats
from translit.files.crew import Asking, worked
from translit.limits import BATCH, BATCH_VALUES
from translit.model import Match, Mention

Done = TypeVar("Done")
GRACE = 2.0
"""Seconds that the threads of a broken pool have to end."""
WAITING = 4
"""Chunks a worker that are handed out: others have work while the first of them takes long."""
PAYS = 2.0
"""Seconds of looking up names from which on it pays to start processes for them."""
PROBE = 1_000
"""Names that are looked up in this process before it is known what they cost."""
LEAST_SPREAD = 64
"""Fewest names that are handed to a worker, where there are as many."""


class Pool(Protocol):
    """Answers chunks, giving the results in the order of the chunks."""

    def __call__(self, format_: Format, task: Task, chunks: Iterator[Chunk], *, apart: bool) -> Generator[tuple[Chunk, Result]]:
        """The results; ``apart`` says that the chunks are there before long, so that threads may wait for them."""
        ...


@contextlib.contextmanager
def pool_of(engine: Engine, workers: int, jobs: int) -> Iterator[Pool]:
    """This process, or as many of its own as there are workers."""
    if workers == 1 or not jobs:
        yield _Here(engine)
        return
    before = set(multiprocessing.active_children())
    processes = _Processes(engine, workers)
    try:
        yield processes
        processes.end()
    except BrokenProcessPool:
        # Ctrl-C strikes the workers as well: where it is on its way to this process, too, it is what the user is told.
        time.sleep(0.1)
        raise TranslitError("a worker process ended before its time (killed, or out of memory); run again with fewer --workers") from None
    finally:
        processes.abandon(set(multiprocessing.active_children()) - before)


def _context(pickled: bytes) -> BaseContext:
    """How workers are started: where the system can, forked from a process that has no threads and has opened the engine."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["translit.files.warm"])
    os.environ[warm.VARIABLE] = warm.told(pickled)
    try:
        with _signals_held():
            # One that runs already, for this process, serves as well: its workers open the engine by themselves.
            forkserver.ensure_running()
    finally:
        del os.environ[warm.VARIABLE]
    return context


def is_held_up() -> bool:
    """Whether threads of a pool that broke do not end by themselves; what the system keeps for them is given back then."""
    own = [t for t in threading.enumerate() if type(t).__name__ == "_ExecutorManagerThread" or t.name == "QueueFeederThread"]
    for thread in own:
        thread.join(GRACE)
    if not any(thread.is_alive() for thread in own):
        return False
    for finalizer in list(cast(Any, util)._finalizer_registry.values()):
        if finalizer._callback is cast(Any, synchronize.SemLock)._cleanup:
            finalizer()
    return True


class _Here:
    """This process: what became of values is remembered for the length of a run."""

    def __init__(self, engine: Engine) -> None:
        self._engine, self._asking = engine, Asking()
        self._memo, self._asking_memo = Memo(engine), Memo(self._asking)

    def __call__(self, format_: Format, task: Task, chunks: Iterator[Chunk], *, apart: bool) -> Generator[tuple[Chunk, Result]]:
        if not apart or not _by_columns(format_, task):
            return ((chunk, format_.transform(chunk, task, self._memo)) for chunk in chunks)
        return worked(chunks, lambda chunk: format_.transform(chunk, task, self._asking_memo), self._asking, self._engine)


def _by_columns(format_: Format, task: Task) -> bool:
    """Whether nearly all the work of a file is to match the distinct names of its columns."""
    return format_.columnar and task.mode == "name"


class _Processes:
    """Worker processes, started when there is work for them."""

    def __init__(self, engine: Engine, workers: int) -> None:
        self.workers = workers
        self._engine = engine
        self._here = _Here(_Spread(self, engine))
        self._executor: ProcessPoolExecutor | None = None

    def end(self) -> None:
        """Wait for the work that was handed out."""
        if self._executor is not None:
            self._executor.shutdown()

    def abandon(self, processes: Collection[BaseProcess]) -> None:
        """Wait no more: after an error nobody wants the work. ``processes`` are the workers."""
        if self._executor is None:
            return
        handed = cast(Any, self._executor)._call_queue
        self._executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        # Python before 3.11.6 would wait for ever to hand work to the dead: their pipe has a reader left, in this process.
        if handed is not None:
            handed._reader.close()

    def __call__(self, format_: Format, task: Task, chunks: Iterator[Chunk], *, apart: bool) -> Generator[tuple[Chunk, Result]]:
        if _by_columns(format_, task):
            # Each distinct name is asked for once, whichever rows it stands in; what is left to do to a row is little.
            yield from self._here(format_, task, chunks, apart=apart)
            return
        waiting: deque[tuple[Chunk, Future[Result]]] = deque()
        for chunk in chunks:
            waiting.append((chunk, self.submit(_work, format_.name, task, chunk)))
            if len(waiting) > WAITING * self.workers:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()

    def submit(self, work: Callable[..., Done], *arguments: object) -> Future[Done]:
        """Have some work done by one of the processes."""
        if self._executor is None:
            pickled = pickle.dumps(self._engine)
            given = pickled, gc.get_threshold()
            self._executor = ProcessPoolExecutor(self.workers, _context(pickled), _start_worker, given)
        try:
            with _signals_held():
                return self._executor.submit(work, *arguments)
        except OSError as error:
            # A pool that breaks at this very moment has closed the pipe that wakes it: no error of the system, so without a number.
            # A worker that is killed while it is started leaves nobody at the other end of its pipe.
            if error.errno in (None, errno.EPIPE):
                raise BrokenProcessPool(str(error)) from error
            raise


class _Spread:
    """An engine that answers names in this process, and has them answered by those of a pool where that would take long.

    Args:
        pool: the processes, which take a while to start.
        engine: answers here.
    """

    def __init__(self, pool: _Processes, engine: Engine) -> None:
        self._pool, self._engine = pool, engine
        self._met, self._spread = 0, False

    def find_many(self, texts: Sequence[str], /) -> Sequence[Sequence[Mention]]:
        """Texts are answered where their chunk is."""
        raise NotImplementedError

    def match_many(self, names: Sequence[str], /) -> list[Match | None]:
        """A match or None for each name, of the pool without its candidates."""
        found: list[Match | None] = []
        while len(found) < len(names) and not self._spread:
            # The first names say nothing of the pace: tables are read for them.
            size = PROBE if self._met <= PROBE else BATCH_VALUES
            part, begin = names[len(found) : len(found) + size], time.perf_counter()
            found += self._engine.match_many(part)
            pace = (time.perf_counter() - begin) / len(part)
            self._spread = self._met >= PROBE and pace * (len(names) - len(found)) > PAYS
            self._met += len(part)
        return found + self._spread_out(names[len(found) :])

    def _spread_out(self, names: Sequence[str]) -> list[Match | None]:
        size = min(max(LEAST_SPREAD, -(-len(names) // self._pool.workers)), BATCH)
        parts = [self._pool.submit(_match, names[start : start + size]) for start in range(0, len(names), size)]
        found = [answer for part in parts for answer in part.result()]
        return [None if answer is None else Match(name, *answer) for name, answer in zip(names, found, strict=True)]


_engine: Memo | Exception | None = None


def _start_worker(pickled: bytes, thresholds: tuple[int, int, int]) -> None:
    global _engine
    # Python's collector looks at a process of its own as often as at the one that started it.
    gc.set_threshold(*thresholds)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _engine = Memo(warm.opened(pickled))
    except Exception as error:  # it is raised where the parent can see it, not on standard error
        _engine = error


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(format_name: str, task: Task, chunk: Chunk) -> Result:
    return formats()[format_name].transform(chunk, task, _ready())


def _match(names: Sequence[str]) -> list[Named | None]:
    return [None if match is None else named(match) for match in _ready().match_many(names)]


def _ready() -> Engine:
    """The engine of this worker."""
    if isinstance(_engine, Exception):
        raise _engine
    return cast(Engine, _engine)


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """A worker started in here is whole before this process hears of Ctrl-C, and deaf to it before it runs a line of its own."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[int] = []
    # The mask is what the worker inherits. Another thread, of a library, may still take the signal, and its handler runs in this one.
    handlers = {number: handler for number in (signal.SIGINT, signal.SIGTERM) if callable(handler := signal.getsignal(number))}
    for number in handlers:
        signal.signal(number, lambda number, frame: heard.append(number))
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)
        if heard:
            signal.raise_signal(heard[0])
