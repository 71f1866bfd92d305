"""Where results go: straight into a packed file or standard output, or into a spool that outlives a kill."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, cast

from translit.errors import InputError
from translit.files.atomic import AtomicFile
from translit.files.base import BytesEncoder, Encoder, Format, Task
from translit.files.inputs import Input, packing
from translit.files.job import Job
from translit.files.threads import Behind

_LENGTH = struct.Struct("<Q")


def part_name(path: str, role: str) -> str:
    """Where results wait until the file is whole."""
    directory, name = os.path.split(os.path.realpath(path))
    return os.path.join(directory, f".{name}.translit-{role}")


def whole_name(part: str) -> str:
    """Where the whole file waits for its name; known, so that a kill leaves nothing that the next run does not take away."""
    return f"{part}-whole"


class Hash(Protocol):
    """A digest in the making, of :mod:`hashlib`."""

    def update(self, data: Any, /) -> None: ...

    def hexdigest(self) -> str: ...


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

    def __init__(self, target: BinaryIO, seen: Hash | None) -> None:
        self._target, self._seen, self.shut, self._told = target, seen, False, 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._told

    def write(self, data: Any, /) -> int:
        size = memoryview(data).nbytes
        if not self.shut:
            self._target.write(data)
            if self._seen is not None:
                self._seen.update(data)
        self._told += size
        return size


class _Direct:
    """Encodes, packs and writes as results come; ``seen`` digests what is written."""

    def __init__(self, target: BinaryIO, name: str, encoding: Encoding, *, flush: bool = False, seen: Hash | None = None) -> None:
        self._target, self._flush, self._valve = target, flush, _Valve(target, seen)
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
        with AtomicFile(self._target, whole_name(self.part)) as file:
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
def main_sink(job: Job, format_: Format, source: Input, task: Task, *, spooled: bool, seen: Hash | None = None) -> Iterator[Sink]:
    """Where the output of a file goes; ``spooled`` where a kill must not lose what is there, ``seen`` digests what is printed."""

    def encoding(stream: BinaryIO) -> Encoder:
        return format_.encoder(source, stream, task)

    if job.target is None:
        direct = _Direct(sys.stdout.buffer, "", encoding, flush=True, seen=seen)
        try:
            yield direct
        finally:
            direct.abort()
        return
    with _file(job.target, encoding, "output", spooled=spooled) as sink:
        if spooled or not source.apart:
            yield sink
            return
        behind = Behind(sink)
        try:
            yield behind
        finally:
            behind.stop()


@contextlib.contextmanager
def side_sink(path: str | None, role: str, *, spooled: bool) -> Iterator[Sink]:
    """Where what is told beside the output goes, in the role of ``audit`` or ``rejects``."""
    if path is None:
        yield _Nowhere()
        return
    with _file(path, BytesEncoder, role, spooled=spooled) as sink:
        yield sink


@contextlib.contextmanager
def _file(path: str, encoding: Encoding, role: str, *, spooled: bool) -> Iterator[Sink]:
    if spooled:
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
