"""Hashes of folded words and of windows of several, and the tables that they are looked up in.

A window is known by the hash of its folded words joined as :func:`~translit.unicode.tokens.join` joins them: a polynomial over the UTF-8
bytes, so that the hash of a longer window follows from that of a shorter one, then the finalizer of MurmurHash3.

Source of the finalizer: Appleby, MurmurHash3 (public domain).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.unicode.plain import PRIME
from translit.unicode.tokens import tokens

U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_SHIFT = np.uint64(33)


def token_hashes(words: Sequence[str]) -> U64:
    """The hash of each folded word, or of several joined.

    >>> [hex(h) for h in token_hashes(["", "kabul", "mazar e sharif"])]
    ['0x0', '0xd7f48b54c6cf5b7a', '0x6b09580d6179e60b']
    """
    return finished(polynomials(words))


def polynomials(words: Sequence[str]) -> U64:
    """The polynomial of each word: byte by byte, all words at once, the longest first."""
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    sizes = np.array([len(word) for word in encoded], dtype=np.int64)
    order = np.argsort(-sizes, kind="stable")
    starts = (np.cumsum(sizes) - sizes)[order]
    longer = len(words) - np.searchsorted(np.sort(sizes), np.arange(sizes.max(initial=0)), "right")
    state = np.zeros(len(words), dtype=np.uint64)
    for i, live in enumerate(longer):
        state[:live] = state[:live] * PRIME + data[starts[:live] + i]
    out = np.empty(len(words), dtype=np.uint64)
    out[order] = state
    return out


def finished(state: U64) -> U64:
    """The hash that a polynomial ends in."""
    for factor in _MIX:
        state = (state ^ (state >> _SHIFT)) * factor
    return state ^ (state >> _SHIFT)


@dataclass(frozen=True)
class WindowTable:
    """Windows to look for.

    Args:
        hashes: of the forms and of what they begin with up to the end of a word; sorted and distinct, shape (windows,).
        values: twice (the number of the form, counted from 1, or 0 where it is none), and one more where a longer form begins so.
        starts: where each bucket of hashes with the same leading bits begins, and the end: shape (a power of two + 1,).
    """

    hashes: U64
    values: U32
    starts: U32

    def find(self, hashes: U64) -> U32:
        """The value of each hash, 0 where it is not in the table."""
        found = np.zeros(len(hashes), dtype=np.uint32)
        if not len(self.hashes):
            return found
        likely = np.flatnonzero(self._present[(hashes & np.uint64(len(self._present) - 1)).astype(np.int64)])
        found[likely] = self._found(hashes[likely])
        return found

    @cached_property
    def _present(self) -> NDArray[np.bool_]:
        """Whether some hash ends with so many low bits: small enough for a processor's cache, and no for most words."""
        present = np.zeros(1 << min(max((8 * len(self.hashes)).bit_length(), 8), 22), dtype=bool)
        present[(self.hashes & np.uint64(len(present) - 1)).astype(np.int64)] = True
        return present

    def _found(self, hashes: U64) -> U32:
        found = np.zeros(len(hashes), dtype=np.uint32)
        bits = (len(self.starts) - 1).bit_length() - 1
        bucket = (hashes >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(hashes), dtype=np.int64)
        row, end = self.starts[bucket], self.starts[bucket + 1]
        left = np.flatnonzero(row < end)
        while len(left):
            same = self.hashes[row[left]] == hashes[left]
            found[left[same]] = self.values[row[left[same]]]
            left = left[~same]
            row[left] += np.uint32(1)
            left = left[row[left] < end[left]]
        return found

    def joined_by(self, forms: Sequence[str], first: int) -> WindowTable:
        """This table with more forms, numbered from ``first`` on where the table has none under their letters."""
        more = window_table(forms)
        hashes = np.union1d(self.hashes, more.hashes)
        values, added = self.find(hashes), more.find(hashes)
        number = np.where((values > 1) | (added < 2), values >> np.uint32(1), (added >> np.uint32(1)) + np.uint32(first))
        merged = number.astype(np.uint32) * np.uint32(2) | ((values | added) & np.uint32(1))
        return WindowTable(hashes, merged, _buckets(hashes))


def window_table(forms: Sequence[str]) -> WindowTable:
    """The table of folded forms, numbered in their order.

    Forms of more than :data:`~translit.limits.MAX_NAME_TOKENS` words are not asked for word by word: what they begin with is left out.

    >>> table = window_table(["kabul", "mazar e sharif"])
    >>> table.find(token_hashes(["kabul", "mazar", "mazar e", "mazar e sharif", "herat"])).tolist()
    [2, 1, 1, 4, 0]
    """
    found: dict[str, int] = {}
    for number, form in enumerate(forms, 1):
        ends = _ends(form)
        for end in ends[:-1] if len(ends) <= limits.MAX_NAME_TOKENS else ():
            start = form[:end]
            found[start] = found.get(start, 0) | 1
        found[form] = found.get(form, 0) & 1 | 2 * number
    hashes, row = np.unique(token_hashes(list(found)), return_index=True)
    values = np.fromiter(found.values(), dtype=np.uint32, count=len(found))[row]
    return WindowTable(hashes, values, _buckets(hashes))


def _ends(form: str) -> list[int]:
    """Where the words of a folded form end."""
    if form.isascii():
        return [i for i, c in enumerate(form) if c == " "] + [len(form)] if " " in form else [len(form)] if form else []
    return [token.end for token in tokens(form)]


def _buckets(hashes: U64) -> U32:
    bits = min(max(len(hashes) >> 1, 1).bit_length() - 1, 24)
    buckets = hashes >> np.uint64(64 - bits) if bits else np.zeros(len(hashes), dtype=np.uint64)
    return np.searchsorted(buckets, np.arange((1 << bits) + 1, dtype=np.uint64)).astype(np.uint32)
