"""The cheapest readings: what the letters of a script most often stand for in Latin letters, by a cost table."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from translit import native
from translit.matching.align import DEAREST, WIDEST, CostTable


class Cheapest:
    """Puts source letters into Latin ones.

    Args:
        table: the costs.

    Attributes:
        best: cost and Latin letters of each source group that is read.
    """

    def __init__(self, table: CostTable) -> None:
        self.table = table
        self.best: dict[str, tuple[int, str]] = {}
        for (source, target), cost in sorted(table.costs.items(), key=lambda item: (item[1], item[0])):
            # That lists leave words or syllables out, or write two words as one, is no reading of their letters.
            if source and source.count(" ") <= target.count(" ") and (target.strip() or not _several(source)):
                self.best.setdefault(source, (cost, target))

    def texts(self, words: Sequence[Sequence[str]]) -> list[str]:
        """The Latin letters for each word, given by its source letters; words are parted by single blanks."""
        found = native.twin(cheapest_texts)(self, words)
        return [" ".join(text.split()) for text in found]

    @cached_property
    def readings(self) -> tuple[NDArray[np.int32], bytes, NDArray[np.int64], int]:
        """What is read, as arrays.

        Returns:
            The cost of each source group of the table, -1 for one that is not read; their Latin letters, one after the other; where
            those of each begin; and the cost of a letter that is not read.
        """
        found = [self.best.get(group, (-1, "")) for group in self.table.sources]
        targets = [target.encode() for _, target in found]
        costs = np.array([cost for cost, _ in found], dtype=np.int32)
        return costs, b"".join(targets), np.cumsum([0, *map(len, targets)], dtype=np.int64), DEAREST

    def text(self, letters: Sequence[str]) -> str:
        """The Latin letters that stand most cheaply for a word's; of equally cheap ones the first in the alphabet."""
        joint, get = self.table.joint, self.best.get
        costs, texts = [0], [""]
        for i in range(len(letters)):
            cost, text = costs[i] + DEAREST, texts[i]
            group = ""
            for start in range(i, max(-1, i - WIDEST), -1):
                group = letters[start] + (joint + group if group else "")
                known = get(group)
                if known is not None and costs[start] + known[0] <= cost:
                    other = texts[start] + known[1]
                    if costs[start] + known[0] < cost or other < text:
                        cost, text = costs[start] + known[0], other
            costs.append(cost)
            texts.append(text)
        return texts[-1]


def cheapest_texts(cheapest: Cheapest, words: Sequence[Sequence[str]]) -> list[str]:
    """:meth:`Cheapest.text` of each word."""
    return [cheapest.text(word) for word in words]


def _several(source: str) -> bool:
    """Whether a source group is of several letters, none with a mark that may silence them (Thai, Burmese).

    >>> _several("محم"), _several("ทร์"), _several("m")
    (True, False, False)
    """
    letters = source.strip()
    return len(letters) > 1 and letters.isalpha() and not letters.isascii()
