"""Glances: which of many short texts hold nothing that may be a name, told by one look at all of them.

The texts are scanned as one. A text without a listed window, a word with a listed stem, an unknown word, a part of a person's name
or a word in disguise stays as it is, and is not looked at again.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.mentions.facts import ENDED, NAMELIKE, PARTLY, UNKNOWN, Facts
from translit.mentions.inflection import may_be_another
from translit.mentions.words import words_of
from translit.unicode.hashes import WindowTable

_BETWEEN = "\n.\n"
"""Stands between texts: no name goes on over it, and no sentence."""


def telling(texts: Sequence[str], table: WindowTable, facts: Facts) -> list[int]:
    """The rows of the texts that may hold a mention, or something near to one; the long ones are taken to.

    Args:
        texts: any texts.
        table: of the listed windows.
        facts: about words.
    """
    short = [row for row, text in enumerate(texts) if len(text) <= limits.GLANCED]
    if len(short) < 2:
        return list(range(len(texts)))
    sizes = np.array([len(texts[row]) + len(_BETWEEN) for row in short], dtype=np.int64)
    words = words_of(_BETWEEN.join(texts[row] for row in short), table)
    scanned = words.scanned
    own = facts.of(words)
    spellings = (own & (ENDED | PARTLY) > 0) | (own & (NAMELIKE | UNKNOWN) == NAMELIKE | UNKNOWN)
    tells: NDArray[np.bool_] = spellings[scanned.word]
    tells[scanned.hit[:, 0]] = tells[scanned.open[:, 0]] = True
    tells[may_be_another(words)] = True
    ends = np.cumsum(sizes)
    told = np.unique(np.searchsorted(ends, scanned.start[tells], side="right")).tolist()
    silent = set(short).difference(short[place] for place in told)
    return [row for row in range(len(texts)) if row not in silent]
