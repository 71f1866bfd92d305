"""Every code point's classes and folded form, as the compiled scanner reads them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from translit.unicode.fold import APOSTROPHES, INVISIBLE, fold_token
from translit.unicode.scripts import SCRIPTS, SPACELESS

I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
# What the compiled twin reads of a code point: the low bits of its entry, which csrc/points.h names alike.
_SPACELESS, _MARK, _START, _INNER, _TRAILING, _CONTEXT = 1, 2, 4, 8, 16, 32
_BEGINS_MARK, _BEGINS_SECOND, _ENDS_MARK, _ENDS_FIRST = 64, 128, 256, 512
_CASED, _SMALL = 1024, 2048
_FLAG_BITS = 12
_COMPOSED = 0x20000
"""No code point from here on is composed of two."""
_SEPARATOR = "\n"
LIMITS = (0x3100, 0x20000, 0x110000)
"""Code points that :func:`code_points` is asked for in turn: alphabets, then all but rare Han characters, then all."""


class CodePoints(NamedTuple):
    """Every code point up to a limit: its classes, and its folded form as UTF-8 behind a byte of length."""

    entries: U32
    blob: NDArray[np.uint8]


@lru_cache(maxsize=len(LIMITS))
def code_points(limit: int) -> CodePoints:
    """The classes and folded forms of the code points below ``limit``, as the compiled scanner reads them.

    A word's folded form is that of its code points joined, except where two neighbours may compose or change places;
    those are marked, and the scanner asks :func:`~translit.unicode.fold.fold_token` for such a word.
    """
    points = "".join(map(chr, range(limit)))
    entries = np.zeros(limit, dtype=np.uint32)
    spaceless = "".join(rf"\p{{{SCRIPTS[code]}}}" for code in sorted(SPACELESS))
    within = regex.escape("".join(sorted(APOSTROPHES + INVISIBLE)))
    for flag, characters in (
        (_SPACELESS, f"[{spaceless}]"),
        (_MARK, r"\p{M}"),
        (_START, rf"[\p{{L}}\p{{N}}--[{spaceless}]]"),
        (_INNER, rf"[\p{{L}}\p{{M}}\p{{N}}{within}--[{spaceless}--\p{{M}}]]"),
        (_TRAILING, f"[{within}]"),
        (_CASED, r"\p{L}"),
    ):
        for run in regex.finditer(f"{characters}+", points, regex.V1):
            entries[run.start() : run.end()] |= flag
    rows = np.flatnonzero(entries)
    entries[[row for row in rows.tolist() if points[row].islower()]] |= _SMALL
    # The separator neither folds nor composes, so one call folds every code point by itself.
    folded = fold_token.__wrapped__(_SEPARATOR.join(points[row] for row in rows)).split(_SEPARATOR)
    number = {word: i for i, word in enumerate(dict.fromkeys(folded))}
    which = np.array([number[word] for word in folded], dtype=np.int64)
    records = [word.encode() for word in number]
    sizes = np.array([len(record) + 1 for record in records], dtype=np.int64)
    ends = _behaviours(list(number))
    entries[rows] |= (((np.cumsum(sizes) - sizes) << _FLAG_BITS) | ends)[which].astype(np.uint32)
    # The scanner folds as it reads on, before it knows what ends the word: what may trail must fold to nothing.
    visible = sizes[which] > 1
    entries[rows[visible & (entries[rows] & _TRAILING > 0)]] |= _CONTEXT
    blob = b"".join([bytes((len(record),)) + record for record in records])
    return CodePoints(entries, np.frombuffer(blob, dtype=np.uint8))


def _behaviours(folded: Sequence[str]) -> I64:
    """What the folded form of a code point may do to the forms of its neighbours, form by form."""
    # Hangul composes by arithmetic: leading consonants and syllables, then vowels and trailing consonants.
    firsts = {chr(c) for c in (*range(0x1100, 0x1113), *range(0xAC00, 0xD7A4))}
    seconds = {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for point in range(_COMPOSED):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and parts[0][0] != "<":
            firsts.add(chr(int(parts[0], 16)))
            seconds.add(chr(int(parts[1], 16)))
    lively = {c for c in set("".join(folded)) if unicodedata.combining(c) or unicodedata.decomposition(c)}
    lively |= firsts | seconds
    found = (0 if lively.isdisjoint(word) else _behaviour(word, firsts, seconds) for word in folded)
    return np.fromiter(found, dtype=np.int64, count=len(folded))


def _behaviour(folded: str, firsts: set[str], seconds: set[str]) -> int:
    if any(unicodedata.combining(c) or c in seconds for c in folded[1:]):
        return _CONTEXT
    start, end = unicodedata.normalize("NFD", folded[0])[0], unicodedata.normalize("NFD", folded[-1])[-1]
    return (
        _BEGINS_MARK * bool(unicodedata.combining(start))
        | _BEGINS_SECOND * (start in seconds or folded[0] in seconds)
        | _ENDS_MARK * bool(unicodedata.combining(end))
        | _ENDS_FIRST * (folded[-1] in firsts)
    )
