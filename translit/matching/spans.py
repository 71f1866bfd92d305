"""Texts where they lie: bytes in one or two buffers with where each text begins and ends, so that none is copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Spans:
    """Texts in UTF-8.

    Args:
        data, other: the bytes.
        begin, end: where each text begins and ends, shape (texts,).
        elsewhere: whether each text lies in ``other``, shape (texts,).
    """

    data: Bytes
    other: Bytes
    begin: I64
    end: I64
    elsewhere: NDArray[np.bool_]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Spans:
        """Spans of given texts.

        >>> Spans.of(["Kabul", "", "کابل"]).texts()
        ['Kabul', '', 'کابل']
        """
        joined = "".join(texts)
        if joined.isascii():
            data, sizes = joined.encode(), [len(text) for text in texts]
        else:
            encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
            data, sizes = b"".join(encoded), [len(text) for text in encoded]
        ends = np.cumsum(np.array(sizes, dtype=np.int64))
        nothing = np.zeros(0, dtype=np.uint8)
        return cls(np.frombuffer(data, dtype=np.uint8), nothing, ends - sizes, ends, np.zeros(len(texts), dtype=np.bool_))

    def __add__(self, more: Spans) -> Spans:
        """These and more texts of the same buffers."""
        begin, end = np.concatenate((self.begin, more.begin)), np.concatenate((self.end, more.end))
        return Spans(self.data, self.other, begin, end, np.concatenate((self.elsewhere, more.elsewhere)))

    def texts(self) -> list[str]:
        """The texts."""
        data, other = (buffer.data if buffer.size else memoryview(b"") for buffer in (self.data, self.other))
        rows = zip(self.begin.tolist(), self.end.tolist(), self.elsewhere.tolist(), strict=True)
        return [str((other if elsewhere else data)[a:b], "utf-8", "surrogatepass") for a, b, elsewhere in rows]
