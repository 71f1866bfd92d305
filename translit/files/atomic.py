"""Files that appear under their name only when they are whole."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from types import TracebackType
from typing import BinaryIO, Self

from translit.errors import InputError


class AtomicFile:
    """A file written beside its name and renamed into place on :meth:`commit`.

    A path that is a device, a pipe or a socket is written directly, and a symbolic link is followed, so that what it
    points to is replaced. The permissions of an earlier file are kept.

    Args:
        path: where the file is to appear.
        part: where it waits until then; a name of its own by default. One that is given is known after a kill, and must be
            in the same directory and nobody else's.

    Raises:
        InputError: where it cannot be made.

    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp(), "out.txt")
    >>> with AtomicFile(path) as file:
    ...     _ = file.stream.write(b"Panjshir")
    ...     path.exists()
    False
    >>> path.read_text()
    'Panjshir'
    """

    def __init__(self, path: str | os.PathLike[str], part: str | None = None) -> None:
        self.path = os.path.realpath(path)
        self._part: str | None = None
        self._given = part
        try:
            self.stream: BinaryIO = self._open()
        except OSError as error:
            raise InputError(f"{os.fsdecode(path)}: cannot be written: {error.strerror}; check the path") from None

    def _open(self) -> BinaryIO:
        earlier = _mode(self.path)
        if earlier is not None and not stat.S_ISREG(earlier):
            return open(self.path, "wb")
        directory, name = os.path.split(self.path)
        if self._given is not None:
            handle, self._part = (
                os.open(self._given, os.O_RDWR | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0), 0o600),
                self._given,
            )
        else:
            handle, self._part = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=directory)
        os.fchmod(handle, stat.S_IMODE(earlier) if earlier is not None else 0o666 & ~_umask())
        return os.fdopen(handle, "wb", buffering=1 << 20)

    def commit(self) -> None:
        """Make the file whole on disk and put it under its name."""
        self.stream.flush()
        if self._part is None:
            self.stream.close()
            return
        os.fsync(self.stream.fileno())
        self.stream.close()
        os.replace(self._part, self.path)
        self._part = None
        sync_directory(os.path.dirname(self.path))

    def discard(self) -> None:
        """Remove what was written; nothing happens after :meth:`commit`."""
        if self._part is not None:
            with contextlib.suppress(OSError):
                os.unlink(self._part)
            self._part = None
        # The buffer may hold bytes that the disk has no room for.
        with contextlib.suppress(OSError):
            self.stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            self.discard()


def _mode(path: str) -> int | None:
    try:
        return os.stat(path).st_mode
    except FileNotFoundError:
        return None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def sync_directory(path: str) -> None:
    """Make renames in a directory last, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path or ".", os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
