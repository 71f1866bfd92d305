"""Plain text: the listed windows of an ASCII text, found in arrays.

It is what :func:`~translit.unicode.scan.find_listed` gives, without a look at single words: the hash of a word follows from sums
of its letters times the powers of the polynomial's inverse, so that all words are hashed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from translit import limits

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
Bools = NDArray[np.bool_]
PRIME = np.uint64(0x9E3779B97F4A7C55)
_BLOCK = 1 << 15
"""Bytes whose powers are kept; a text is hashed in blocks of so many."""
_BLANK = np.uint64(ord(" "))

_SMALL = np.zeros(256, dtype=np.uint8)
for _c in range(256):
    if chr(_c).isascii() and chr(_c).isalnum():
        _SMALL[_c] = ord(chr(_c).lower())
_SMALL_BYTES = _SMALL.tobytes()
_APOSTROPHE = np.zeros(256, dtype=bool)
_APOSTROPHE[[ord("'"), ord("`")]] = True
_LOWER = np.arange(256, dtype=np.uint8)
_LOWER[ord("A") : ord("Z") + 1] += 32
_JOINS = np.zeros(256, dtype=bool)
_JOINS[[ord(" "), ord("-")]] = True


class Plain(NamedTuple):
    """The words of an ASCII text.

    Args:
        start, end: of each word, shape (words,).
        hash: its polynomial; of a word with an apostrophe inside, too.
        size: its folded letters.
    """

    start: I64
    end: I64
    hash: U64
    size: I64


@lru_cache(maxsize=1)
def _powers() -> tuple[U64, U64]:
    """The powers of the polynomial's factor and of its inverse."""
    inverse = np.uint64(pow(int(PRIME), -1, 2**64))
    out = []
    for factor in (PRIME, inverse):
        powers = np.full(_BLOCK + 1, factor, dtype=np.uint64)
        powers[0] = 1
        out.append(np.multiply.accumulate(powers))
    return out[0], out[1]


def words_of(data: U8) -> Plain:
    """Cut the bytes of an ASCII text into words.

    >>> found = words_of(np.frombuffer(b"'The' King's 2", dtype=np.uint8))
    >>> found.start.tolist(), found.end.tolist(), found.size.tolist()
    ([1, 6, 13], [4, 12, 14], [3, 5, 1])
    """
    small = np.frombuffer(data.tobytes().translate(_SMALL_BYTES), dtype=np.uint8)
    inside = np.zeros(len(small) + 2, dtype=bool)
    inside[1:-1] = small > 0
    edge = np.flatnonzero(inside[1:] != inside[:-1])
    start, end = edge[::2], edge[1::2]
    hashes = _hashes(small, start, end)
    size = end - start
    # Runs of letters with nothing but apostrophes between are one word.
    joined = np.flatnonzero(_APOSTROPHE[data[end[:-1]]]) if len(end) > 1 else np.zeros(0, dtype=np.int64)
    joined = joined[[bool(_APOSTROPHE[data[end[i] : start[i + 1]]].all()) for i in joined.tolist()]] if len(joined) else joined
    keep = np.ones(len(start), dtype=bool)
    # From the right, so that a word of three runs is put together, too.
    for i in joined[::-1].tolist():
        keep[i + 1] = False
        end[i] = end[i + 1]
        hashes[i] = (int(hashes[i]) * pow(int(PRIME), int(size[i + 1]), 2**64) + int(hashes[i + 1])) % 2**64
        size[i] += size[i + 1]
    return Plain(start[keep], end[keep], hashes[keep], size[keep])


def _hashes(small: U8, start: I64, end: I64) -> U64:
    """The polynomial of the bytes from each start to its end."""
    powers, inverses = _powers()
    out = np.zeros(len(start), dtype=np.uint64)
    for low in range(0, len(small), _BLOCK):
        block = small[low : low + _BLOCK]
        terms = block.astype(np.uint64)
        np.multiply(terms, inverses[: len(block)], out=terms)
        sums = np.zeros(len(block) + 1, dtype=np.uint64)
        np.cumsum(terms, out=sums[1:])
        first, last = np.searchsorted(start, low), np.searchsorted(start, low + len(block))
        # A word that goes over the end of the block goes on in the next.
        if first and end[first - 1] > low:
            first -= 1
        left = np.maximum(start[first:last] - low, 0)
        right = np.minimum(end[first:last] - low, len(block))
        part = (sums[right] - sums[left]) * powers[right - 1]
        begun = start[first:last] < low
        part[begun] += out[first:last][begun] * powers[right[begun]]
        out[first:last] = part
    return out


class Found(NamedTuple):
    """Windows of a text.

    Args:
        start, end: bytes, shape (windows,).
        form: the form that each is of.
        own: whether it is written with the letters of its form, whatever their case, and its blanks.
        mixed: whether it is, with capitals and small letters.
    """

    start: I64
    end: I64
    form: I64
    own: Bools
    mixed: Bools


class Listing(NamedTuple):
    """What is looked for.

    Args:
        lookup: the values of hashes in a table of windows, by their polynomials.
        data, starts: the forms: the bytes of all, and where each starts.
        passed: by form, whether it is passed over.
        goes_on: see :func:`translit.unicode.scan.goes_on`.
        fold: folds a piece of text.
    """

    lookup: Callable[[U64], U32]
    data: U8
    starts: U32
    passed: Bools
    goes_on: Callable[[str, str], bool]
    fold: Callable[[str], str]


def longest(text: str, listing: Listing) -> Found:
    """The longest listed windows of an ASCII text that are not passed over, from the left, without overlap."""
    data = np.frombuffer(text.encode(), dtype=np.uint8)
    words = words_of(data)
    first, last, form = _listed(text, data, words, listing)
    found = _spelled(data, words.start[first], words.end[last], form, listing)
    keep = found.own.copy()
    for k in np.flatnonzero(~found.own).tolist():
        piece = text[found.start[k] : found.end[k]]
        keep[k] = listing.fold(piece).encode() == bytes(listing.data[listing.starts[form[k]] : listing.starts[form[k] + 1]])
    # Only windows that lie in one another's way are gone through one by one.
    rows = np.flatnonzero(keep)
    reach = np.maximum.accumulate(last[rows])
    crossing = first[rows[1:]] <= reach[:-1]
    end = -1
    for k in rows[np.append(crossing, False) | np.insert(crossing, 0, False)].tolist() if len(rows) else ():
        if first[k] <= end:
            keep[k] = False
        else:
            end = int(last[k])
    return Found(found.start[keep], found.end[keep], found.form[keep], found.own[keep], found.mixed[keep])


def _listed(text: str, data: U8, words: Plain, listing: Listing) -> tuple[I64, I64, I64]:
    """First and last word and form of the windows whose hashes are listed, by first word, the longest first."""
    value = listing.lookup(words.hash)
    at = np.flatnonzero(value)
    at = at[words.end[at] - words.start[at] <= limits.MAX_TOKEN_CODEPOINTS]
    last, state, value = at.copy(), words.hash[at], value[at]
    powers = _powers()[0]
    firsts, lasts, forms = [at[:0]], [at[:0]], [at[:0]]
    while len(at):
        form = (value >> np.uint32(1)).astype(np.int64) - 1
        hit = form >= 0
        hit[hit] = ~listing.passed[form[hit]]
        firsts.append(at[hit])
        lasts.append(last[hit])
        forms.append(form[hit])
        on = np.flatnonzero((value & np.uint32(1) > 0) & (last + 1 < len(words.start)))
        at, last, state = at[on], last[on], state[on]
        gap = words.start[last + 1] - words.end[last]
        join = (gap == 1) & _JOINS[data[words.end[last]]]
        for k in np.flatnonzero((gap <= 6) & ~join).tolist():
            low, high = int(words.end[last[k]]), int(words.start[last[k] + 1])
            join[k] = listing.goes_on(text[words.start[last[k]] : low], text[low:high])
        join &= words.end[last + 1] - words.start[last + 1] <= limits.MAX_TOKEN_CODEPOINTS
        at, last, state = at[join], last[join] + 1, state[join]
        state = (state * PRIME + _BLANK) * powers[words.size[last]] + words.hash[last]
        value = listing.lookup(state)
        on = np.flatnonzero(value)
        at, last, state, value = at[on], last[on], state[on], value[on]
    first, final = np.concatenate(firsts), np.concatenate(lasts)
    order = np.lexsort((-final, first))
    return first[order], final[order], np.concatenate(forms)[order]


def _spelled(data: U8, start: I64, end: I64, form: I64, listing: Listing) -> Found:
    """Windows, compared with their forms letter by letter."""
    size = end - start
    low = listing.starts[form].astype(np.int64)
    own = listing.starts[form + 1] - low == size
    which = np.flatnonzero(own)
    mixed = np.zeros(len(own), dtype=bool)
    if len(which):
        size = size[which]
        offset = np.cumsum(size) - size
        run = np.arange(int(size.sum()))
        letters = data[run + np.repeat(start[which] - offset, size)]
        wanted = listing.data[run + np.repeat(low[which] - offset, size)]
        own[which] = np.logical_and.reduceat(_LOWER[letters] == wanted, offset)
        small = np.logical_or.reduceat((letters >= ord("a")) & (letters <= ord("z")), offset)
        mixed[which] = own[which] & small & np.logical_or.reduceat((letters >= ord("A")) & (letters <= ord("Z")), offset)
    return Found(start, end, form, own, mixed)


def same_but_for_case(text: str, found: Found, data: U8, low: I64, high: I64) -> Bools:
    """Whether each window is what stands in ``data`` from ``low`` to ``high``, whatever the case of its ASCII letters."""
    size = found.end - found.start
    same: Bools = high - low == size
    which = np.flatnonzero(same)
    if len(which):
        size = size[which]
        offset = np.cumsum(size) - size
        run = np.arange(int(size.sum()))
        letters = np.frombuffer(text.encode(), dtype=np.uint8)[run + np.repeat(found.start[which] - offset, size)]
        others = data[run + np.repeat(low[which] - offset, size)]
        same[which] = np.logical_and.reduceat(_LOWER[letters] == _LOWER[others], offset)
    return same
