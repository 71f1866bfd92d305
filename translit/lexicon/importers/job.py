"""One import: its files read line by line, what was refused, and how far it is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from translit.errors import InputError, SourceError
from translit.limits import MAX_SOURCE_LINE_BYTES
from translit.model import Entity

_PACKED: Mapping[bytes, Callable[..., Any]] = {b"\x1f\x8b": gzip.open, b"BZ": bz2.open, b"\xfd7": lzma.open}
_ZIP = b"PK\x03\x04"
_BOM = "\ufeff"
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile, zipfile.BadZipFile)
_TICK = 1000


class Reject(NamedTuple):
    """What could not be imported.

    Args:
        file: the file.
        line: its 1-based line, 0 where there is none.
        reason: why not.
    """

    file: str
    line: int
    reason: str


class Line(NamedTuple):
    """A line of a file, 1-based, without its end."""

    number: int
    text: str


@dataclass(slots=True)
class Tally:
    """The counts of an import.

    Args:
        rows: the rows that were read.
        entities: the entities that were written.
        left_out: the rows that are sound but not asked for, by their options or because they name nothing.
        rejects: the rows and spellings that were refused.
        first: the first of those.
    """

    rows: int = 0
    entities: int = 0
    left_out: int = 0
    rejects: int = 0
    first: Reject | None = None


Watch = Callable[[str, int, int, Tally], None]
"""Called with the file, the bytes of it that are done, its size and the counts."""


@dataclass(slots=True)
class Job:
    """What an importer works on.

    Args:
        files: the files, packed with gzip, bzip2, xz or zip or not at all.
        options: the values by name.
        on_reject: called with each reject.
        watch: called now and then.
    """

    files: Sequence[Path]
    options: Mapping[str, str] = field(default_factory=dict)
    on_reject: Callable[[Reject], None] | None = None
    watch: Watch | None = None
    tally: Tally = field(default_factory=Tally)

    def reject(self, file: str, line: int, reason: str) -> None:
        """Count what cannot be imported, and hand it on."""
        found = Reject(file, line, reason)
        self.tally.rejects += 1
        self.tally.first = self.tally.first or found
        if self.on_reject is not None:
            self.on_reject(found)

    def refuse(self, file: str, line: int) -> Callable[[str], None]:
        """What rejects with a reason only."""
        return lambda reason: self.reject(file, line, reason)

    def members(self, skip: Iterable[str] = ()) -> Iterator[tuple[Path, str]]:
        """Each file, with each of its members where it is a zip archive (else ``""``), but those whose names are to be skipped."""
        skipped = frozenset(skip)
        for path in self.files:
            if not _is_zip(path):
                yield path, ""
                continue
            with _told(path), zipfile.ZipFile(path) as archive:
                found = [info.filename for info in archive.infolist() if not info.is_dir()]
            yield from ((path, name) for name in found if os.path.basename(name) not in skipped)

    def lines(self, path: Path, member: str = "") -> Iterator[Line]:
        """The lines of a file; a line that is not UTF-8 or too long is a reject.

        Raises:
            InputError: the file cannot be read, or is damaged.
        """
        for number, line, done, size in _numbered(path, member):
            if self.watch is not None and number % _TICK == 1:
                self.watch(str(path), done(), size, self.tally)
            if len(line) > MAX_SOURCE_LINE_BYTES:
                self.reject(str(path), number, f"the line has more than {MAX_SOURCE_LINE_BYTES} bytes")
                continue
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                self.reject(str(path), number, f"not UTF-8: byte 0x{line[error.start]:02x} at byte {error.start} of the line")
                continue
            yield Line(number, text.removeprefix(_BOM) if number == 1 else text)

    def number(self, name: str, default: float) -> float:
        """An option that is a number.

        Raises:
            InputError: it is none.
        """
        value = self.options.get(name, "")
        try:
            return float(value) if value else default
        except ValueError:
            raise InputError(f"option {name}={value}: not a number; write one such as {name}=500") from None

    def words(self, name: str) -> frozenset[str]:
        """An option that is words between commas."""
        return frozenset(word.strip() for word in self.options.get(name, "").split(",") if word.strip())

    def checked(self, entities: Iterable[Entity]) -> Iterator[Entity]:
        """The entities as they pass, so that :meth:`fault` knows which one is meant."""
        for entity in entities:
            self._current = entity
            self._refused = False
            yield entity
            self.tally.entities += not self._refused

    def fault(self, error: SourceError) -> None:
        """Reject the entity that is being written; of several faults the first counts."""
        if not self._refused:
            self._refused = True
            file, _, line = self._current.source.rpartition(":")
            self.reject(file, int(line or 0), f"{self._current.id}: {error.message}")

    _current: Entity = field(default_factory=lambda: Entity("", "", ""), init=False, repr=False)
    _refused: bool = field(default=False, init=False, repr=False)


def _is_zip(path: Path) -> bool:
    with _told(path), open(path, "rb") as stream:
        return stream.read(4) == _ZIP


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Faults of a file, as errors that say what to do."""
    try:
        yield
    except _DAMAGE as error:
        raise InputError(f"{path}: damaged packed data ({error}); fetch the file again") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}; check the file") from None


@contextmanager
def _unpacked(raw: BinaryIO, member: str) -> Iterator[BinaryIO]:
    if member:
        with zipfile.ZipFile(raw) as archive, archive.open(member) as inside:
            yield cast(BinaryIO, inside)
        return
    head = raw.read(2)
    raw.seek(0)
    opener = _PACKED.get(head)
    if opener is None:
        yield raw
        return
    with opener(raw, "rb") as stream:
        yield cast(BinaryIO, io.BufferedReader(stream, 1 << 20))


def _numbered(path: Path, member: str) -> Iterator[tuple[int, bytes, Callable[[], int], int]]:
    """The lines with their numbers, how far the file is read and its size; of a line that is too long only the beginning."""
    with _told(path), open(path, "rb") as raw, _unpacked(raw, member) as stream:
        size = os.fstat(raw.fileno()).st_size
        number = 0
        while line := stream.readline(MAX_SOURCE_LINE_BYTES + 2):
            number += 1
            rest = line
            while not rest.endswith(b"\n") and len(rest) > MAX_SOURCE_LINE_BYTES:
                rest = stream.readline(MAX_SOURCE_LINE_BYTES + 2)
            yield number, line.removesuffix(b"\n").removesuffix(b"\r"), raw.tell, size
