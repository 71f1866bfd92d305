"""Opening what is read and packing what is written: standard input, gzip and zstd, seekable copies."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

from translit.errors import InputError, missing_extra

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_SPOOL_BYTES = 1 << 24
_COPY_BYTES = 1 << 20


class Input:
    """One file to read, unpacked where its first bytes say gzip or zstd.

    Args:
        name: a path, or ``"-"`` for standard input.

    Raises:
        InputError: where it cannot be opened.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.raw: BinaryIO = _open(name)
        head = cast(io.BufferedReader, self.raw).peek(4)[:4]
        self.packed = head.startswith((_GZIP, _ZSTD))
        self.stream: BinaryIO = _unpacked(self.raw, head, name) if self.packed else self.raw
        self._copy: IO[bytes] | None = None
        # What cannot be read again is digested as it comes.
        self._seen = None if self._is_regular() else hashlib.sha256()

    @property
    def doc(self) -> str | int:
        """The name in audit lines: the path, 0 for standard input."""
        return 0 if self.name == "-" else self.name

    @property
    def size(self) -> int | None:
        """Bytes of the file as it is stored, None where nobody knows."""
        if self.name == "-":
            return None
        return os.fstat(self.raw.fileno()).st_size or None

    @property
    def apart(self) -> bool:
        """Whether it can be read in one thread while another reads it from its name: a regular file, of which there is no copy here."""
        return self._copy is None and self._is_regular()

    def _is_regular(self) -> bool:
        return self.name != "-" and stat.S_ISREG(os.fstat(self.raw.fileno()).st_mode)

    def digest(self) -> str:
        """The SHA-256 of all its unpacked bytes, in hexadecimal; what is left of a pipe is read."""
        if self._seen is not None:
            while self.read(_COPY_BYTES):
                pass
            return self._seen.hexdigest()
        found = hashlib.sha256()
        with contextlib.closing(Input(self.name)) as again:
            while block := again.read(_COPY_BYTES):
                found.update(block)
        return found.hexdigest()

    def done(self) -> int:
        """Bytes read so far, as stored."""
        try:
            return self.raw.tell()
        except (OSError, ValueError):
            return 0

    def read(self, size: int) -> bytes:
        """Up to ``size`` unpacked bytes, fewer where a pipe has no more for now; empty at the end.

        Raises:
            InputError: where the packed data is damaged or the device fails.
        """
        try:
            read1 = getattr(self.stream, "read1", self.stream.read) if self.name == "-" else self.stream.read
            block = cast(bytes, read1(size))
            if self._seen is not None:
                self._seen.update(block)
            return block
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise InputError(f"{self.shown}: damaged packed data ({error}); make or fetch the file again") from None
        except OSError as error:
            raise InputError(f"{self.shown}: cannot be read: {error.strerror or error}; check the file") from None
        except Exception as error:
            # zstandard may not be installed, so its error is known by name.
            if type(error).__name__ == "ZstdError":
                message = f"{self.shown}: damaged zstd data ({error}); make or fetch the file again"
                raise InputError(message) from None
            raise

    @property
    def shown(self) -> str:
        """The name in messages."""
        return "standard input" if self.name == "-" else self.name

    def skip(self, size: int) -> None:
        """Go on ``size`` unpacked bytes from the start."""
        if not self.packed and self.stream.seekable():
            self.stream.seek(size)
            return
        while size > 0 and (block := self.read(min(size, _COPY_BYTES))):
            size -= len(block)

    def seekable(self, head: bytes = b"") -> BinaryIO:
        """The unpacked bytes from the start as a file that can be read twice; a copy where need be.

        Args:
            head: what was already read from the start.
        """
        if self._copy is not None:
            self._copy.seek(0)
            return cast(BinaryIO, self._copy)
        if not self.packed and self.name != "-" and self.raw.seekable():
            self.raw.seek(0)
            return self.raw
        # It outlives this block: close() ends it.
        self._copy = tempfile.SpooledTemporaryFile(_SPOOL_BYTES)  # noqa: SIM115
        self._copy.write(head)
        while block := self.read(_COPY_BYTES):
            self._copy.write(block)
        self._copy.seek(0)
        return cast(BinaryIO, self._copy)

    def close(self) -> None:
        """Close everything but standard input."""
        if self._copy is not None:
            self._copy.close()
        if self.stream is not self.raw:
            self.stream.close()
        if self.name != "-":
            self.raw.close()


def _open(name: str) -> BinaryIO:
    if name == "-":
        if sys.stdin is None:
            raise InputError("standard input is closed; name a file")
        return sys.stdin.buffer
    try:
        return open(name, "rb")
    except OSError as error:
        raise InputError(f"{name}: cannot be opened: {error.strerror}; check the path") from None


def _unpacked(raw: BinaryIO, head: bytes, name: str) -> BinaryIO:
    if head.startswith(_GZIP):
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw, mode="rb"))
    return io.BufferedReader(_Zstd(raw, _zstandard(name)), _COPY_BYTES)


class _Zstd(io.RawIOBase):
    """The frames of a zstd file one after the other; zstandard's own reader takes a cut file for a whole one."""

    def __init__(self, raw: BinaryIO, library: Any) -> None:
        self._raw, self._library = raw, library
        self._frame: Any = None
        self._packed = self._plain = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._plain:
            self._packed = self._packed or self._raw.read(_COPY_BYTES // 8)
            if not self._packed:
                if self._frame is not None:
                    raise EOFError("it ends in the middle")
                return 0
            self._frame = self._frame or self._library.ZstdDecompressor().decompressobj()
            self._plain = self._frame.decompress(self._packed)
            self._packed = self._frame.unused_data
            if self._frame.eof:
                self._frame = None
        size = min(len(buffer), len(self._plain))
        buffer[:size] = self._plain[:size]
        self._plain = self._plain[size:]
        return size


def _zstandard(name: str) -> Any:
    try:
        import zstandard
    except ImportError:
        raise InputError(missing_extra("zstandard", "zstd", f"{name}: zstd")) from None
    return zstandard


@contextlib.contextmanager
def packing(target: BinaryIO, name: str) -> Iterator[BinaryIO]:
    """A stream into ``target``, packed as the ending of ``name`` says; the same bytes in give the same bytes out.

    >>> stream = io.BytesIO()
    >>> with packing(stream, "a.txt.gz") as packed:
    ...     _ = packed.write(b"Panjshir")
    >>> gzip.decompress(stream.getvalue())
    b'Panjshir'
    """
    if name.lower().endswith(".gz"):
        with gzip.GzipFile(filename="", fileobj=target, mode="wb", compresslevel=6, mtime=0) as packed:
            # Packers see blocks of one size, so that the output does not depend on how it came.
            yield from _reblocked(cast(BinaryIO, packed))
    elif name.lower().endswith(".zst"):
        with _zstandard(name).ZstdCompressor(level=3, write_checksum=True).stream_writer(target, closefd=False) as packed:
            yield from _reblocked(packed)
    else:
        yield target


def _reblocked(target: BinaryIO) -> Iterator[BinaryIO]:
    blocks = _Blocks(target)
    yield cast(BinaryIO, blocks)
    target.write(blocks.rest())


class _Blocks(io.RawIOBase):
    """Passes on what it is given in blocks of one size."""

    def __init__(self, target: BinaryIO) -> None:
        self._target, self._held, self._size, self._told = target, [b""], 0, 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._told

    def write(self, data: object, /) -> int:
        block = bytes(cast(bytes, data))
        self._held.append(block)
        self._size += len(block)
        self._told += len(block)
        if self._size >= _COPY_BYTES:
            joined = b"".join(self._held)
            whole = len(joined) - len(joined) % _COPY_BYTES
            for start in range(0, whole, _COPY_BYTES):
                self._target.write(joined[start : start + _COPY_BYTES])
            self._held, self._size = [joined[whole:]], len(joined) - whole
        return len(block)

    def rest(self) -> bytes:
        return b"".join(self._held)
