"""Spans of bytes: cut out as the values of a column, and replaced by other texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from translit.files.interning import Codes, Strings
from translit.native import twin

if TYPE_CHECKING:
    import pyarrow as pa

Places = NDArray[np.int64]


def cut_spans(data: bytes, begin: Places, end: Places) -> tuple[bytes, Places]:
    """Spans of bytes one behind the other, and where each begins there and the last ends.

    >>> cut_spans(b"abc", np.array([1, 0]), np.array([3, 1]))
    (b'bca', array([0, 2, 3]))
    """
    bounds = np.concatenate(([0], np.cumsum(end - begin)))
    places = np.arange(bounds[-1]) + np.repeat(begin - bounds[:-1], end - begin)
    return np.frombuffer(data, np.uint8)[places].tobytes(), bounds


def values_at(data: bytes, begin: Places, end: Places) -> Strings:
    """The texts that stand in some spans of UTF-8."""
    cut, bounds = twin(cut_spans)(data, begin, end)
    return Strings(np.frombuffer(cut, np.uint8), bounds)


class Splicer:
    """Bytes with some spans replaced by texts that are put down first.

    >>> import pyarrow as pa
    >>> splicer = Splicer()
    >>> base = splicer.put(pa.array(["Kabul", "Herat"], pa.large_string()))
    >>> splicer.replace(np.array([3]), np.array([9]), np.array([base]))
    >>> splicer.written(b"to Kaboul.")
    b'to Kabul.'
    """

    def __init__(self) -> None:
        self._texts: list[pa.Array] = []
        self._size = 0
        self._spans: list[tuple[Places, Places, Codes]] = []

    def put(self, texts: pa.Array) -> int:
        """Put down texts, large strings without nulls; the number of the first."""
        self._texts.append(texts)
        self._size += len(texts)
        return self._size - len(texts)

    def replace(self, begin: Places, end: Places, texts: Codes) -> None:
        """Replace spans, which overlap with no others; of those that begin together the first stays first."""
        self._spans.append((begin, end, texts))

    def written(self, data: bytes) -> bytes:
        """The bytes with all the spans replaced."""
        import pyarrow as pa

        if not any(len(begin) for begin, _, _ in self._spans):
            return data
        begin, end, texts = (np.concatenate(parts) for parts in zip(*self._spans, strict=True))
        order = np.argsort(begin, kind="stable")
        new = Strings.of(pa.concat_arrays(self._texts))
        # What stays and what is new, in turns, cut out of the one behind the other.
        starts, stops = np.empty((2, 2 * len(order) + 1), np.int64)
        starts[0], starts[2::2] = 0, end[order]
        stops[-1], stops[:-1:2] = len(data), begin[order]
        starts[1::2] = len(data) + new.bounds[texts[order]]
        stops[1::2] = len(data) + new.bounds[texts[order] + 1]
        return bytes(twin(cut_spans)(data + new.data.tobytes(), starts, stops)[0])
