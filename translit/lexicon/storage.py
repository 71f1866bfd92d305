"""The compiled file: named arrays behind one header, memory-mapped, checksummed, written atomically.

Layout: 8 bytes of magic, the header's length and checksum (8 bytes each, little-endian), the header (JSON), then the arrays, each on
a 64-byte boundary. The header names each array's type, shape, place and checksum (XXH3, 64 bits). The same arrays and the same
metadata give the same bytes.

Opening a file checks its size and its header. Every other byte is checked before the first array is given out: at once in a
file that is read through in about a millisecond, in a larger one when something is first asked of it.
"""

from __future__ import annotations

import json
import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from translit import limits, native
from translit.errors import InputError, LexiconError
from translit.files.atomic import AtomicFile

MAGIC = b"TRLITLEX"
VERSION = 9
_ALIGN = 64
_PREFIX = 24
_TYPES = frozenset({"|u1", "|b1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8", "<f4", "<f8"})
Array = NDArray[Any]


def write(path: str | os.PathLike[str], arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
    """Write a compiled file under its name only when it is whole: a temporary file beside it, synced and renamed.

    Raises:
        LexiconError: when the disk refuses it; whatever stood under the name stays.
    """
    try:
        with AtomicFile(path) as file:
            for chunk in _chunks(arrays, meta):
                file.stream.write(chunk)
    except InputError as error:
        raise LexiconError(str(error)) from error
    except OSError as error:
        told = f"{os.fsdecode(path)}: cannot be written: {error.strerror}; free some space or choose another place"
        raise LexiconError(told) from error


def _chunks(arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> Iterator[bytes | memoryview]:
    table: dict[str, dict[str, Any]] = {}
    place = 0
    whole: list[tuple[int, Array]] = []
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        kind = array.dtype.newbyteorder("<").str if array.dtype.itemsize > 1 else array.dtype.str
        assert kind in _TYPES, f"{name}: {kind}"
        array = array.astype(kind, copy=False)
        place = -(-place // _ALIGN) * _ALIGN
        table[name] = {
            "type": kind, "shape": list(array.shape), "place": place, "sum": f"{xxhash.xxh3_64_intdigest(_bytes(array)):016x}",
        }  # fmt: skip
        whole.append((place, array))
        place += array.nbytes
    header = json.dumps(
        {"version": VERSION, "size": place, "meta": meta, "arrays": table}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    header += b" " * (-(_PREFIX + len(header)) % _ALIGN)
    yield MAGIC + len(header).to_bytes(8, "little") + xxhash.xxh3_64_intdigest(header).to_bytes(8, "little")
    yield header
    at = 0
    for place, array in whole:
        yield b"\0" * (place - at)
        yield _bytes(array)
        at = place + array.nbytes


def _bytes(array: Array) -> memoryview:
    return array.reshape(-1).view(np.uint8).data if array.size else memoryview(b"")


class Parts(Mapping[str, Array]):
    """The arrays of a compiled file, read-only and backed by it; none is given out before the whole file is checked.

    Args:
        name: the file, for messages.
        mapped: the file in memory.
        start: where the arrays begin in it.
        table: type, shape, place and checksum of each array, by name.
    """

    def __init__(self, name: str, mapped: mmap.mmap, start: int, table: Mapping[str, Mapping[str, Any]]) -> None:
        self._name, self._mapped, self._start, self._table = name, mapped, start, table
        self._arrays: dict[str, Array] = {}
        self._lock = Lock()

    def __getitem__(self, key: str) -> Array:
        return self.checked()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)

    def checked(self) -> Mapping[str, Array]:
        """The arrays, every byte of the file checked.

        Raises:
            LexiconError: the file is damaged.
        """
        with self._lock:
            if not self._arrays:
                self._arrays = self._check()
            return self._arrays

    def _check(self) -> dict[str, Array]:
        arrays: dict[str, Array] = {}
        view = memoryview(self._mapped)
        at = 0
        for key, entry in sorted(self._table.items(), key=lambda item: (item[1]["place"], item[0])):
            begin = self._start + entry["place"]
            array = np.frombuffer(self._mapped, dtype=entry["type"], count=int(np.prod(entry["shape"])), offset=begin)
            if any(view[self._start + at : begin]) or f"{xxhash.xxh3_64_intdigest(_bytes(array)):016x}" != entry["sum"]:
                raise LexiconError(f"{self._name}: the part '{key}' is damaged; build the lexicon again")
            at = entry["place"] + array.nbytes
            arrays[key] = array.reshape(entry["shape"])
        if hasattr(self._mapped, "madvise"):
            # Checking has read every page; let go of them again, so that a process keeps only what its look-ups touch.
            self._mapped.madvise(mmap.MADV_DONTNEED)
        return arrays


def read(path: str | os.PathLike[str], check: bool | None = None) -> tuple[Parts, dict[str, Any]]:
    """Map a compiled file.

    Args:
        path: the file.
        check: whether to check every byte now, rather than before the first array is given out; None to do so where that takes no
            time to speak of, which is up to :data:`~translit.limits.CHECKED_WHEN_OPENED` bytes.

    Returns:
        The arrays and the metadata.

    Raises:
        LexiconError: the file is missing, no compiled lexicon, of another version, cut off or damaged.
    """
    name = os.fspath(path)
    try:
        with open(name, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size < _PREFIX:
                raise LexiconError(f"{name}: too short for a compiled lexicon; build it again")
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except OSError as error:
        raise LexiconError(f"{name}: cannot be read: {error.strerror}; check the path") from error
    if mapped[:8] != MAGIC:
        raise LexiconError(f"{name}: not a compiled lexicon; build one with 'translit lexicon build', or open sources by open_lexicon")
    length = int.from_bytes(mapped[8:16], "little")
    expected = int.from_bytes(mapped[16:24], "little")
    raw = mapped[_PREFIX : _PREFIX + length] if length <= size else b""
    if len(raw) != length or xxhash.xxh3_64_intdigest(raw) != expected:
        raise LexiconError(f"{name}: the header is damaged; build the lexicon again")
    header = json.loads(raw)
    if header["version"] != VERSION:
        raise LexiconError(f"{name}: compiled as version {header['version']}, this release reads {VERSION}; build the lexicon again")
    start = _PREFIX + length
    if size != start + header["size"]:
        raise LexiconError(f"{name}: {size} bytes, not {start + header['size']}; build the lexicon again")
    parts = Parts(name, mapped, start, header["arrays"])
    if check or (check is None and size <= limits.CHECKED_WHEN_OPENED):
        parts.checked()
    return parts, header["meta"]


class Strings(Sequence[str]):
    """A column of strings on two arrays: the UTF-8 bytes of all, and where each starts.

    >>> import numpy as np
    >>> column = Strings.make(["Kabul", "کابل", ""])
    >>> column[1], list(column.take(np.array([2, 0])))
    ('کابل', ['', 'Kabul'])
    """

    def __init__(self, data: NDArray[np.uint8], starts: NDArray[np.uint32]) -> None:
        self.data, self.starts = data, starts
        self._view = data.data if data.size else memoryview(b"")

    @classmethod
    def make(cls, values: Sequence[str]) -> Strings:
        """A column of the given values."""
        joined = "".join(values)
        if joined.isascii():
            sizes = np.fromiter((len(v) for v in values), dtype=np.int64, count=len(values))
            blob = joined.encode()
        else:
            encoded = [v.encode() for v in values]
            sizes = np.fromiter((len(v) for v in encoded), dtype=np.int64, count=len(encoded))
            blob = b"".join(encoded)
        starts = np.zeros(len(values) + 1, dtype=np.uint32)
        starts[1:] = np.cumsum(sizes)
        return cls(np.frombuffer(blob, dtype=np.uint8), starts)

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> str:  # type: ignore[override]
        return str(self._view[self.starts[row] : self.starts[row + 1]], "utf-8")

    def take(self, rows: NDArray[np.int64]) -> list[str]:
        """The strings of several rows."""
        return native.twin(take_strings)(self.data, self.starts, rows)


def take_strings(data: NDArray[np.uint8], starts: NDArray[np.uint32], rows: NDArray[np.int64]) -> list[str]:
    """The strings of several rows of a column.

    Args:
        data: the UTF-8 bytes of all.
        starts: where each begins, and the end.
        rows: numbers of strings.
    """
    low, high = starts[rows].tolist(), starts[rows + 1].tolist()
    view = data.data if data.size else memoryview(b"")
    return [str(view[a:b], "utf-8") for a, b in zip(low, high, strict=True)]
