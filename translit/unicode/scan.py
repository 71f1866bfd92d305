"""Scanning: the words of a text that are in a table, or all of them with the distinct unknown ones, as arrays.

Words are :func:`~translit.unicode.tokens.tokens` folded by :func:`~translit.unicode.fold.fold_token`, and known by a
64-bit hash: FNV-1a over the UTF-8 bytes of the folded word, then the finalizer of MurmurHash3. A hit says that the
word is listed as surely as 64 bits can; what is listed under the hash is the caller's to compare.
:mod:`translit.native` has the compiled twin of :func:`scan_tokens`.

Sources: Fowler, Noll and Vo, FNV-1a (RFC 9923); Appleby, MurmurHash3 (public domain).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from translit.unicode.fold import APOSTROPHES, INVISIBLE, fold_token
from translit.unicode.scripts import SCRIPTS, SPACELESS
from translit.unicode.tokens import tokens

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
_FNV_START, _FNV_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)


def token_hashes(words: Sequence[str]) -> U64:
    """The hash of each folded word.

    >>> [hex(h) for h in token_hashes(["", "kabul"])]
    ['0xefd01f60ba992926', '0x384c4c7cdde9899f']
    """
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    sizes = np.array([len(word) for word in encoded], dtype=np.int64)
    order = np.argsort(-sizes, kind="stable")
    starts = (np.cumsum(sizes) - sizes)[order]
    longer = len(words) - np.searchsorted(np.sort(sizes), np.arange(sizes.max(initial=0)), "right")
    state = np.full(len(words), _FNV_START, dtype=np.uint64)
    for i, live in enumerate(longer):
        state[:live] = (state[:live] ^ data[starts[:live] + i]) * _FNV_PRIME
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xFF51AFD7ED558CCD)
    state = (state ^ (state >> np.uint64(33))) * np.uint64(0xC4CEB9FE1A85EC53)
    out = np.empty(len(words), dtype=np.uint64)
    out[order] = state ^ (state >> np.uint64(33))
    return out


@dataclass(frozen=True)
class TokenTable:
    """Hashes to look for.

    Args:
        hashes: sorted and distinct, shape (words,).
        starts: where each bucket of hashes with the same leading bits begins, and the end: shape (a power of two + 1,).
    """

    hashes: U64
    starts: U32


def token_table(hashes: U64) -> TokenTable:
    """The table of some :func:`token_hashes`, in any order.

    >>> table = token_table(token_hashes(["kabul", "herat", "kabul"]))
    >>> len(table.hashes), table.starts.tolist()
    (2, [0, 1, 2])
    """
    distinct = np.unique(np.asarray(hashes, dtype=np.uint64))
    bits = min(max(len(distinct) - 1, 0).bit_length(), 24)
    buckets = distinct >> np.uint64(64 - bits) if bits else np.zeros(len(distinct), dtype=np.uint64)
    starts = np.searchsorted(buckets, np.arange((1 << bits) + 1, dtype=np.uint64))
    return TokenTable(distinct, starts.astype(np.uint32))


class Scanned(NamedTuple):
    """Words of a text, left to right.

    Words of one hash have one number. Whoever rewrites all words of a number compares their folded forms first: two
    words of one hash do not come about by chance, but they can be made.

    Args:
        start, end: code point offsets in the text, shape (words,).
        hit: row of the word's hash in the table, or -1 - k for the k-th distinct word that the table does not have.
        first: row, in these arrays, where each distinct unknown word stands first; rising, shape (unknown words,).
    """

    start: I64
    end: I64
    hit: I64
    first: I64


def scan_tokens(text: str, table: TokenTable, unknown: bool = False) -> Scanned:
    """Find the words of a text whose folded form is in a table; a word that folds to nothing is left out.

    Args:
        text: any text.
        table: what to look for.
        unknown: also return the words that the table does not have, numbered by their hashes.

    >>> text = "From Kābul to Pol-e KHOMRI, and to kabul."
    >>> found = scan_tokens(text, token_table(token_hashes(["kabul", "khomri"])))
    >>> [text[a:b] for a, b in zip(found.start, found.end)], found.hit.tolist()
    (['Kābul', 'KHOMRI', 'kabul'], [1, 0, 1])
    >>> found = scan_tokens("to be or not to be", token_table(token_hashes(["be"])), unknown=True)
    >>> found.hit.tolist(), found.first.tolist()
    ([-1, 0, -2, -3, -1, 0], [0, 2, 3])
    """
    numbers: dict[str, int] = {}
    rows: list[tuple[int, int, int]] = []
    for token in tokens(text):
        folded = fold_token(token.text)
        if folded:
            rows.append((token.start, token.end, numbers.setdefault(folded, len(numbers))))
    start, end, number = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    hashes = token_hashes(list(numbers))[number]
    hit = np.searchsorted(table.hashes, hashes)
    listed = np.append(table.hashes, np.uint64(0))[hit] == hashes
    listed &= hit < len(table.hashes)
    if not unknown:
        return Scanned(start[listed], end[listed], hit[listed], np.zeros(0, dtype=np.int64))
    others = np.flatnonzero(~listed)
    _, first, same = np.unique(hashes[others], return_index=True, return_inverse=True)
    hit[others] = -1 - np.argsort(np.argsort(first))[same]
    return Scanned(start.copy(), end.copy(), hit, others[np.sort(first)])


# What the compiled twin reads of a code point: the low bits of its entry, which _native.c names alike.
_SPACELESS, _MARK, _START, _INNER, _TRAILING, _CONTEXT = 1, 2, 4, 8, 16, 32
_BEGINS_MARK, _BEGINS_SECOND, _ENDS_MARK, _ENDS_FIRST = 64, 128, 256, 512
_FLAG_BITS = 10
_COMPOSED = 0x20000
"""No code point from here on is composed of two."""
_SEPARATOR = "\n"
LIMITS = (0x3000, 0x20000, 0x110000)
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
    ):
        for run in regex.finditer(f"{characters}+", points, regex.V1):
            entries[run.start() : run.end()] |= flag
    rows = np.flatnonzero(entries)
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
