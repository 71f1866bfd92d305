"""The distinct values of columns, numbered as they come: each row of a column is the number of its value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

Codes = NDArray[np.int64]
"""For each row the number of its value, -1 for a null."""
I64 = NDArray[np.int64]
U8 = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Strings:
    """Texts in UTF-8, one behind the other.

    Args:
        data: their bytes.
        bounds: where each begins, and where the last ends.
    """

    data: U8 = field(default_factory=lambda: np.zeros(0, np.uint8))
    bounds: I64 = field(default_factory=lambda: np.zeros(1, np.int64))

    def __len__(self) -> int:
        return len(self.bounds) - 1

    @staticmethod
    def of(array: pa.Array) -> Strings:
        """Those of an Arrow array of large strings, without a copy."""
        if not len(array):
            return Strings()
        _, bounds, data = array.buffers()
        return Strings(
            np.frombuffer(data or b"", np.uint8), np.frombuffer(bounds, np.int64, len(array) + 1, 8 * array.offset)
        )  # fmt: skip

    def arrow(self, valid: U8 | None = None) -> pa.Array:
        """An Arrow array of large strings, without a copy; null where ``valid`` has 0."""
        import pyarrow as pa

        mask = None if valid is None or valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
        return pa.Array.from_buffers(pa.large_string(), len(self), [mask, pa.py_buffer(self.bounds), pa.py_buffer(self.data)])


@dataclass(slots=True)
class Interned:
    """The values that are known, by number.

    Args:
        values: the values.
        slots: what the compiled loop finds them by.
    """

    values: Strings = field(default_factory=Strings)
    slots: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))

    def codes(self, column: Strings, valid: U8 | None = None) -> tuple[Codes, Strings]:
        """The number of each row's value, and the values that were not known: they come next, and are known now.

        >>> import pyarrow as pa
        >>> interned = Interned()
        >>> codes, new = interned.codes(Strings.of(pa.array(["a", "b", "a"], pa.large_string())))
        >>> codes.tolist(), new.arrow().to_pylist()
        ([0, 1, 0], ['a', 'b'])
        >>> interned.codes(Strings.of(pa.array(["b", "c"], pa.large_string())))[0].tolist()
        [1, 2]
        """
        codes, rows, self.slots = _compiled()(column, valid, self)
        new = taken(column, rows)
        if len(new):
            self.values = joined([self.values, new])
        return codes, new


@cache
def _compiled() -> Any:
    from translit.native import twin

    return twin(intern_values)


def intern_values(column: Strings, valid: U8 | None, known: Interned) -> tuple[Codes, I64, NDArray[np.uint64]]:
    """The number of each row's value, the rows where new values come first, and what finds them all.

    Args:
        column: a value for each row.
        valid: 0 for the rows that are null, None where none is.
        known: the values numbered already.
    """
    import pyarrow.compute as pc

    encoded = column.arrow(valid).dictionary_encode()
    places = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    found = pc.index_in(encoded.dictionary, value_set=known.values.arrow()).fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    new = np.flatnonzero(found < 0)
    found[new] = len(known.values) + np.arange(len(new))
    first = np.full(len(found), len(places), np.int64)
    np.minimum.at(first, places[places >= 0], np.flatnonzero(places >= 0))
    return np.append(found, -1)[places], first[new], known.slots


def taken(column: Strings, rows: I64) -> Strings:
    """The values of some rows."""
    import pyarrow as pa

    places = pa.Array.from_buffers(pa.int64(), len(rows), [None, pa.py_buffer(np.ascontiguousarray(rows))])
    return Strings.of(column.arrow().take(places))


def joined(parts: Sequence[Strings]) -> Strings:
    """Texts of several, in order, of which none has bytes behind its last text."""
    starts = np.cumsum([0, *(part.bounds[-1] for part in parts)])
    bounds = [part.bounds[1:] + start for part, start in zip(parts, starts, strict=False)]
    return Strings(np.concatenate([part.data for part in parts]), np.concatenate([parts[0].bounds[:1], *bounds]))
