"""Running files through an engine: in order, in bounded memory, on one or many processes, and again after a kill."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import logging
import multiprocessing
import os
import pickle
import signal
import struct
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import connection
from typing import Any, BinaryIO, Protocol, cast

from translit.errors import InputError, TranslitError
from translit.files.atomic import AtomicFile, sync_directory
from translit.files.base import BytesEncoder, Chunk, Encoder, Engine, Format, Memo, Position, Result, Task, formats
from translit.files.inputs import Input, packing

log = logging.getLogger("translit.files")

_SECONDS_BETWEEN_CHECKPOINTS = 0.5
_LENGTH = struct.Struct("<Q")


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read and where it goes.

    Args:
        source: a path, or ``"-"`` for standard input.
        format: the name of its format.
        target: a path, or None for standard output.
    """

    source: str
    format: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Args:
        audit: path of the audit file.
        rejects: path of the file for rejected rows.
        strict: whether the first reject ends the run.
        workers: processes that do the work; 1 is this one.
        resume: whether to keep what was done after a kill, and to go on from it.
        fingerprint: stands for everything that the answers depend on; a run is resumed only under the same.
    """

    audit: str | None = None
    rejects: str | None = None
    strict: bool = False
    workers: int = 1
    resume: bool = False
    fingerprint: str = ""


@dataclass(slots=True)
class Summary:
    """The counts of a run: always ``rows == written + rejected``."""

    files: int = 0
    rows: int = 0
    written: int = 0
    rejected: int = 0
    changed: int = 0
    mentions: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)

    def add(self, result: Result, size: int) -> None:
        """Count one chunk."""
        self.rows += result.rows
        self.rejected += result.rejected
        self.written = self.rows - self.rejected
        self.changed += result.changed
        self.mentions += result.mentions
        self.bytes += size


Report = Callable[[Summary, Input], None]


def check(jobs: Sequence[Job]) -> None:
    """Raise InputError where a file is not there, before anything else takes time."""
    for job in jobs:
        if job.source != "-" and not os.path.exists(job.source):
            raise InputError(f"{job.source}: no such file; check the path")
        folder = os.path.dirname(os.path.realpath(job.target)) if job.target else "."
        if not os.path.isdir(folder):
            raise InputError(f"{job.target}: there is no directory {folder}; make it first")


def run(jobs: Sequence[Job], task: Task, engine: Engine, options: Options | None = None, report: Report | None = None) -> Summary:
    """Run files through an engine.

    Args:
        jobs: the files, in order.
        task: what to do to their values.
        engine: answers; pickled once for each worker.
        options: how to run.
        report: called after each chunk with the counts so far and the file being read.

    Returns:
        the counts.

    Raises:
        TranslitError: where a file cannot be read, a worker died, or, under ``strict``, at the first reject. Nothing
            appears under the name of a file that is not whole.
        OSError: where the output cannot be written.

    >>> import pathlib, tempfile, translit
    >>> record = {"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}
    >>> engine = translit.Normalizer(translit.Lexicon.build([record]))
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "in.csv").write_text("town,n\\nPanjsjir,1\\n")
    >>> job = Job(str(folder / "in.csv"), "csv", str(folder / "out.csv"))
    >>> run([job], Task("name", ("town",)), engine).changed
    1
    >>> (folder / "out.csv").read_text()
    'town,n\\nPanjshir,1\\n'
    """
    options = options or Options()
    with contextlib.ExitStack() as stack:
        journal = Journal(jobs, task, options) if options.resume else None
        if journal:
            stack.callback(journal.close)
        audit = stack.enter_context(_side(options.audit, "audit", journal))
        rejects = stack.enter_context(_side(options.rejects, "rejects", journal))
        summary, first, position = journal.restore(audit, rejects) if journal else (Summary(), 0, Position())
        pool = stack.enter_context(_pool(engine, options.workers, len(jobs)))
        for number in range(first, len(jobs)):
            one = _One(jobs[number], task, options, audit, rejects, summary, report)
            with contextlib.closing(Input(one.job.source)) as source:
                one.run(source, pool, journal, number, position)
            position = Position()
            if journal:
                journal.save(number + 1, position, summary, None, audit, rejects)
                journal.forget(one.job)
        audit.finish()
        rejects.finish()
        if journal:
            journal.end()
    return summary


@dataclass(slots=True)
class _One:
    """One file on its way."""

    job: Job
    task: Task
    options: Options
    audit: Sink
    rejects: Sink
    summary: Summary
    report: Report | None

    def run(self, source: Input, pool: Pool, journal: Journal | None, number: int, start: Position) -> None:
        """Read, answer and write the file."""
        format_ = formats()[self.job.format]
        found: set[int] = set()
        rows = 0
        with _sink(self.job, format_, source, self.task, journal) as sink:
            if journal:
                journal.open_output(sink, start)
            for chunk, result in pool(format_, self.task, format_.read(source, self.task, start)):
                self._take(chunk, result, sink)
                found |= result.found
                rows += result.rows
                if journal and journal.due():
                    journal.save(number, chunk.end, self.summary, sink, self.audit, self.rejects)
                if self.report:
                    self.report(self.summary, source)
            self.summary.files += 1
            sink.finish()
        missing = [name for index, name in enumerate(self.task.columns) if index not in found]
        if rows and not start.offset:
            self.summary.missing += [f"{source.shown}: no row has the key {name!r}" for name in missing]

    def _take(self, chunk: Chunk, result: Result, sink: Sink) -> None:
        if result.first_reject and self.options.strict:
            raise InputError(f"{result.first_reject}; mend the row, or leave out --strict to set it aside")
        if result.data:
            sink.write(result.data)
        self.audit.write(result.audit)
        self.rejects.write(result.rejects)
        self.summary.add(result, len(chunk.data) if isinstance(chunk.data, bytes) else len(result.data))


# --- where results go ------------------------------------------------------------------------------------------------


class Sink(Protocol):
    """Takes the results of a file in order."""

    def write(self, data: bytes, /) -> object: ...

    def finish(self) -> None: ...


class _Nowhere:
    def write(self, data: bytes) -> None:
        """Drop it."""

    def finish(self) -> None:
        """Nothing is held."""


Encoding = Callable[[BinaryIO], Encoder]


class _Valve(io.RawIOBase):
    """Passes bytes on until it is shut."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self.shut, self._told = target, False, 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._told

    def write(self, data: Any, /) -> int:
        size = memoryview(data).nbytes
        if not self.shut:
            self._target.write(data)
        self._told += size
        return size


class _Direct:
    """Encodes, packs and writes as results come."""

    def __init__(self, target: BinaryIO, name: str, encoding: Encoding, *, flush: bool = False) -> None:
        self._target, self._flush, self._valve = target, flush, _Valve(target)
        self._stack = contextlib.ExitStack()
        stream = self._stack.enter_context(packing(cast(BinaryIO, self._valve), name))
        self._encoder = encoding(stream)

    def write(self, data: bytes) -> None:
        self._encoder.write(data)
        if self._flush:
            self._target.flush()

    def finish(self) -> None:
        self._encoder.close()
        self._stack.close()
        self._target.flush()
        self._valve.shut = True

    def abort(self) -> None:
        """Let go of everything without the endings that would make the output look whole."""
        if not self._valve.shut:
            self._valve.shut = True
            with contextlib.suppress(Exception):
                self._encoder.close()
            with contextlib.suppress(Exception):
                self._stack.close()


class Spool:
    """Keeps results in a file that outlives a kill, and encodes them when all are there."""

    def __init__(self, part: str, target: str, encoding: Encoding) -> None:
        self.part, self._target, self._encoding = part, target, encoding
        self._stream = open(part, "r+b" if os.path.exists(part) else "w+b")  # noqa: SIM115

    def cut(self, size: int) -> None:
        """Drop what was written after the last checkpoint."""
        if os.fstat(self._stream.fileno()).st_size < size:
            raise InputError(f"{self.part}: shorter than its checkpoint says; remove it and run again without --resume")
        self._stream.truncate(size)
        self._stream.seek(size)

    def write(self, data: bytes) -> None:
        if data:
            self._stream.write(_LENGTH.pack(len(data)) + data)

    def mark(self) -> int:
        """Put everything on disk; its size."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        return self._stream.tell()

    def finish(self) -> None:
        self._stream.flush()
        self._stream.seek(0)
        with AtomicFile(self._target) as file:
            direct = _Direct(file.stream, self._target, self._encoding)
            try:
                while head := self._stream.read(_LENGTH.size):
                    direct.write(self._stream.read(_LENGTH.unpack(head)[0]))
                direct.finish()
            finally:
                direct.abort()

    def close(self) -> None:
        """Close the file without losing it."""
        with contextlib.suppress(OSError):
            self._stream.close()


@contextlib.contextmanager
def _sink(job: Job, format_: Format, source: Input, task: Task, journal: Journal | None) -> Iterator[Sink]:
    def encoding(stream: BinaryIO) -> Encoder:
        return format_.encoder(source, stream, task)

    if job.target is None:
        direct = _Direct(sys.stdout.buffer, "", encoding, flush=True)
        try:
            yield direct
        finally:
            direct.abort()
        return
    with _file(job.target, encoding, "output", journal) as sink:
        yield sink


@contextlib.contextmanager
def _side(path: str | None, role: str, journal: Journal | None) -> Iterator[Sink]:
    if path is None:
        yield _Nowhere()
        return
    with _file(path, BytesEncoder, role, journal) as sink:
        yield sink


@contextlib.contextmanager
def _file(path: str, encoding: Encoding, role: str, journal: Journal | None) -> Iterator[Sink]:
    if journal:
        with contextlib.closing(Spool(part_name(path, role), path, encoding)) as spool:
            yield spool
        return
    with contextlib.ExitStack() as stack:
        file = AtomicFile(path)
        stack.callback(file.discard)
        direct = _Direct(file.stream, path, encoding)
        stack.callback(direct.abort)
        yield _Committing(direct, file)


@dataclass(slots=True)
class _Committing:
    direct: _Direct
    file: AtomicFile

    def write(self, data: bytes) -> None:
        self.direct.write(data)

    def finish(self) -> None:
        self.direct.finish()
        self.file.commit()


# --- going on after a kill -------------------------------------------------------------------------------------------


def part_name(path: str, role: str) -> str:
    """Where results wait until the file is whole."""
    directory, name = os.path.split(os.path.realpath(path))
    return os.path.join(directory, f".{name}.translit-{role}")


class Journal:
    """The checkpoint of a run: how far it came and how long its files were then."""

    def __init__(self, jobs: Sequence[Job], task: Task, options: Options) -> None:
        self._options, self._jobs = options, jobs
        first = jobs[0].target
        if any(job.source == "-" or job.target is None for job in jobs) or first is None:
            raise InputError("--resume needs files on both sides; name the input and give -o")
        self.path = part_name(first, "checkpoint")
        self._lock = _locked(self.path + "-lock")
        self._run = _digest(jobs, task, options)
        self._saved = time.monotonic()
        self._output = 0

    def restore(self, audit: Sink, rejects: Sink) -> tuple[Summary, int, Position]:
        """The counts, the file and the place that an earlier run reached."""
        state = self._load()
        sizes = state["sizes"] if state else {"audit": 0, "rejects": 0, "output": 0}
        for sink, role in ((audit, "audit"), (rejects, "rejects")):
            if isinstance(sink, Spool):
                sink.cut(sizes[role])
        self._output = sizes["output"]
        if not state:
            return Summary(), 0, Position()
        log.info("going on at file %d, %s", state["job"], state["position"])
        return Summary(**state["summary"]), state["job"], Position(*state["position"])

    def _load(self) -> dict[str, Any] | None:
        try:
            with open(self.path, encoding="utf-8") as stream:
                state = json.load(stream)
        except FileNotFoundError:
            return None
        except ValueError:
            raise InputError(f"{self.path}: not a checkpoint; remove it and run again") from None
        if state.get("run") != self._run:
            raise InputError(
                f"{self.path}: the checkpoint is of another run (an input, an option or the lexicon has changed); "
                "run as before, or remove it to start from the beginning"
            )
        return cast("dict[str, Any]", state)

    def open_output(self, sink: Sink, start: Position) -> None:
        """Cut the output of the current file to what the checkpoint knows."""
        cast(Spool, sink).cut(self._output)
        self._output = 0

    def due(self) -> bool:
        """Whether the last checkpoint is old enough."""
        return time.monotonic() - self._saved >= _SECONDS_BETWEEN_CHECKPOINTS

    def save(self, job: int, position: Position, summary: Summary, output: Sink | None, audit: Sink, rejects: Sink) -> None:
        """Put everything on disk, then say so."""
        sinks = {"output": output, "audit": audit, "rejects": rejects}
        sizes = {role: sink.mark() if isinstance(sink, Spool) else 0 for role, sink in sinks.items()}
        state = {
            "run": self._run,
            "job": job,
            "position": position,
            "sizes": sizes,
            "summary": dataclasses.asdict(summary),
        }
        with AtomicFile(self.path) as file:
            file.stream.write(json.dumps(state).encode())
        self._saved = time.monotonic()

    def forget(self, job: Job) -> None:
        """Remove the waiting results of a file that is whole."""
        _remove(part_name(cast(str, job.target), "output"))

    def end(self) -> None:
        """Remove the checkpoint, then what it spoke of."""
        _remove(self.path)
        for path, role in ((self._options.audit, "audit"), (self._options.rejects, "rejects")):
            if path:
                _remove(part_name(path, role))
        sync_directory(os.path.dirname(self.path))
        _remove(self.path + "-lock")

    def close(self) -> None:
        """Let another run take over."""
        self._lock.close()


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _locked(path: str) -> BinaryIO:
    stream = open(path, "wb")  # noqa: SIM115
    try:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass
    except OSError:
        stream.close()
        raise InputError(f"{path}: another run writes the same output; wait for it, or stop it") from None
    return stream


def _digest(jobs: Sequence[Job], task: Task, options: Options) -> str:
    stats = [os.stat(job.source) for job in jobs]
    told = [
        [[job.source, job.format, job.target, stat.st_size, stat.st_mtime_ns] for job, stat in zip(jobs, stats)],  # noqa: B905
        dataclasses.asdict(task),
        [options.audit, options.rejects, options.strict, options.fingerprint],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


# --- who does the work -----------------------------------------------------------------------------------------------


class Pool(Protocol):
    """Answers chunks, giving the results in the order of the chunks."""

    def __call__(self, format_: Format, task: Task, chunks: Iterator[Chunk], /) -> Iterator[tuple[Chunk, Result]]: ...


@contextlib.contextmanager
def _pool(engine: Engine, workers: int, jobs: int) -> Iterator[Pool]:
    if workers == 1 or not jobs:
        memo = Memo(engine)
        yield lambda format_, task, chunks: ((chunk, format_.transform(chunk, task, memo)) for chunk in chunks)
        return
    before = set(multiprocessing.active_children())
    context = multiprocessing.get_context("spawn")
    executor = ProcessPoolExecutor(workers, context, _start_worker, (pickle.dumps(engine),))
    try:
        yield _Processes(executor, workers)
        executor.shutdown()
    except BrokenProcessPool:
        raise TranslitError("a worker process ended before its time (killed, or out of memory); run again with fewer --workers") from None
    finally:
        # After an error nobody waits for work that is not wanted any more.
        executor.shutdown(wait=False, cancel_futures=True)
        for process in set(multiprocessing.active_children()) - before:
            process.kill()


@dataclass(slots=True)
class _Processes:
    executor: ProcessPoolExecutor
    workers: int

    def __call__(self, format_: Format, task: Task, chunks: Iterator[Chunk]) -> Iterator[tuple[Chunk, Result]]:
        waiting: deque[tuple[Chunk, Future[Result]]] = deque()
        for chunk in chunks:
            with _sigint_held():
                waiting.append((chunk, self._submit(format_, task, chunk)))
            if len(waiting) > 2 * self.workers:
                first, future = waiting.popleft()
                yield first, future.result()
        while waiting:
            first, future = waiting.popleft()
            yield first, future.result()

    def _submit(self, format_: Format, task: Task, chunk: Chunk) -> Future[Result]:
        try:
            return self.executor.submit(_work, format_.name, task, chunk)
        except OSError as error:
            # A pool that breaks at this very moment has closed the pipe that wakes it: no error of the system, so without a number.
            if error.errno is None:
                raise BrokenProcessPool(str(error)) from error
            raise


_engine: Memo | Exception | None = None


def _start_worker(pickled: bytes) -> None:
    global _engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _engine = Memo(pickle.loads(pickled))
    except Exception as error:  # it is raised where the parent can see it, not on standard error
        _engine = error


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _work(format_name: str, task: Task, chunk: Chunk) -> Result:
    if isinstance(_engine, Exception):
        raise _engine
    return formats()[format_name].transform(chunk, task, cast(Engine, _engine))


@contextlib.contextmanager
def _sigint_held() -> Iterator[None]:
    """A worker started in here is deaf to Ctrl-C, also before it runs a line of its own."""
    if not hasattr(signal, "pthread_sigmask") or threading.current_thread() is not threading.main_thread():
        yield
        return
    earlier = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, earlier)
