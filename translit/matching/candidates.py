"""Candidates: the listed forms nearest to a name, from the blocking keys of a lexicon, by array operations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Indel

from translit import limits, native
from translit.matching.blocking import U32, U64, name_blocks
from translit.matching.spans import Spans

Float = NDArray[np.float32]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Blocks:
    """The blocking keys of a lexicon's forms.

    A key of 32 bits is kept in two parts: its leading bits are the number of a bucket, the others stand above the form in
    the bucket's entries. There are as many leading bits as the number of a form needs.

    Args:
        starts: where each bucket begins in the entries, and the end: shape (a power of two + 1,).
        entries: rest of the key and form, shape (entries,); rising within a bucket.
        sets: letter pairs and consonants of each form as bits, side by side, for they are looked at together; shape (forms, 2).
    """

    starts: U32
    entries: U32
    sets: U64


def make_blocks(roms: Sequence[str]) -> Blocks:
    """The blocks of a lexicon from its forms in Latin letters, one a row."""
    keys, rows, letters, outlines = native.twin(name_blocks)(Spans.of(roms))
    return Blocks(*bucketed(keys, rows, len(roms)), np.stack((letters, outlines), axis=1))


def bucketed(keys: U32, rows: Rows, forms: int) -> tuple[U32, U32]:
    """Keys and their forms as the buckets of :class:`Blocks`.

    Args:
        keys, rows: hashed keys and the form of each, in any order, repeated or not.
        forms: how many forms there are.

    >>> import numpy as np
    >>> starts, entries = bucketed(np.array([0x40000001, 0x40000001, 7], dtype=np.uint32), np.array([1, 0, 2]), 3)
    >>> starts.tolist(), [hex(entry) for entry in entries]
    ([0, 1, 3, 3, 3], ['0x1e', '0x4', '0x5'])
    """
    bits = max(forms - 1, 1).bit_length()
    packed = (keys.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64)
    packed.sort()
    fresh = np.ones(len(packed), dtype=bool)
    fresh[1:] = packed[1:] != packed[:-1]
    packed = packed[fresh]
    starts = np.searchsorted(packed, np.arange(1 << bits, dtype=np.uint64) << np.uint64(64 - bits))
    rest = (packed >> np.uint64(32) << np.uint64(bits)) | (packed & np.uint64(0xFFFFFFFF))
    return np.append(starts, len(packed)).astype(np.uint32), rest.astype(np.uint32)


@dataclass(frozen=True)
class Found:
    """Candidate forms of a batch of names, by name and then best first.

    Args:
        name, form: row of the name and of the form, shape (candidates,).
        letters, consonants: similarity of the letter pairs and of the consonants, 0–1, shape (candidates,).
        outlines: the latter in 1/1000.
        crowd: how many forms shared a key with each name, shape (names,).
    """

    name: Rows
    form: Rows
    letters: Float
    consonants: Float
    outlines: Rows
    crowd: NDArray[np.int64]

    def take(self, rows: Rows) -> Found:
        """Some of the candidates."""
        return Found(self.name[rows], self.form[rows], self.letters[rows], self.consonants[rows], self.outlines[rows], self.crowd)


def expand(start: NDArray[np.uint32], rows: Rows) -> tuple[Rows, Rows]:
    """Positions of all postings of ``rows``, and which row each belongs to (by its place in ``rows``)."""
    low = start[rows].astype(np.int64)
    size = start[rows + 1].astype(np.int64) - low
    owner = np.repeat(np.arange(len(rows)), size)
    ends = np.cumsum(size)
    return np.arange(int(size.sum())) - np.repeat(ends - size, size) + np.repeat(low, size), owner


def search(blocks: Blocks, roms: Sequence[str], most: int = limits.MAX_LOOKED_AT) -> Found:
    """The candidate forms of each name, at most ``most`` a name, best first.

    Args:
        blocks: the lexicon's blocks.
        roms: the names in Latin letters.
        most: how many candidates a name.
    """
    asked, owner, mine, ours = native.twin(name_blocks)(Spans.of(roms))
    name, form, crowd = native.twin(gather)(
        blocks.starts, blocks.entries, blocks.sets, asked, owner, mine, ours,
        most, limits.MAX_BLOCK, limits.LEAST_OVERLAP,
    )  # fmt: skip
    my_size = np.bitwise_count(mine).astype(np.int64)
    our_size = np.bitwise_count(ours).astype(np.int64)
    theirs, outlines = blocks.sets[form].T
    shared = np.bitwise_count(mine[name] & theirs).astype(np.float32)
    alike = np.bitwise_count(ours[name] & outlines).astype(np.float32)
    of_letters = my_size[name] + np.bitwise_count(theirs)
    of_consonants = our_size[name] + np.bitwise_count(outlines)
    return Found(
        name, form,
        (2 * shared / np.maximum(of_letters, 1)).astype(np.float32),
        (2 * alike / np.maximum(of_consonants, 1)).astype(np.float32),
        2000 * alike.astype(np.int64) // np.maximum(of_consonants, 1),
        crowd,
    )  # fmt: skip


def gather(
    starts: U32, entries: U32, sets: U64, asked: U32, owner: Rows, mine: U64, ours: U64,
    most: int, max_block: int, least_overlap: int,
) -> tuple[Rows, Rows, Rows]:  # fmt: skip
    """The candidate forms of each name by shared keys and overlap, by name and then best first.

    Args:
        starts, entries, sets: the fields of :class:`Blocks`.
        asked, owner: the keys of the names, and the name of each.
        mine, ours: letter-pair and consonant sets of the names.
        most: how many candidates a name.
        max_block: how many forms of one key are looked at.
        least_overlap: least overlap of a candidate, in 1/2000.

    Returns:
        Name and form of each candidate, and how many forms overlapped enough with each name.
    """
    bits = (len(starts) - 1).bit_length() - 1
    bucket = asked.astype(np.int64) >> (32 - bits)
    low = starts[bucket].astype(np.int64)
    size = starts[bucket + 1].astype(np.int64) - low
    ask = np.repeat(np.arange(len(asked)), size)
    first = np.cumsum(size) - size
    entry = entries[np.arange(len(ask)) - first[ask] + low[ask]].astype(np.int64)
    same = (entry >> bits) == (asked.astype(np.int64) & ((1 << (32 - bits)) - 1))[ask]
    ask, entry = ask[same], entry[same]
    size = np.bincount(ask, minlength=len(asked))
    within = np.arange(len(ask)) - (np.cumsum(size) - size)[ask] < max_block
    form, name = entry[within] & ((1 << bits) - 1), owner[ask[within]]
    my_size = np.bitwise_count(mine).astype(np.int64)
    our_size = np.bitwise_count(ours).astype(np.int64)
    theirs, outlines = sets[form].T
    shared = np.bitwise_count(mine[name] & theirs).astype(np.int64)
    alike = np.bitwise_count(ours[name] & outlines).astype(np.int64)
    of_letters = my_size[name] + np.bitwise_count(theirs)
    of_consonants = our_size[name] + np.bitwise_count(outlines)
    score = (2000 * (shared + alike)) // np.maximum(of_letters + of_consonants, 1)
    keep = score >= least_overlap
    # One sort orders by name, then score, then form; a form met by several keys has one score, so its copies are neighbours.
    forms = max(len(sets), 1)
    packed = (name[keep] * 4096 + (2000 - score[keep])) * forms + form[keep]
    packed.sort()
    fresh = np.ones(len(packed), dtype=bool)
    fresh[1:] = packed[1:] != packed[:-1]
    packed = packed[fresh]
    form = packed % forms
    rest = packed // forms
    name = rest // 4096
    crowd = np.bincount(name, minlength=len(mine))
    first = np.cumsum(crowd) - crowd
    best = np.arange(len(name)) - first[name] < most
    return name[best], form[best], crowd


def shortlist(names: Spans, forms: Spans, left: Rows, right: Rows, outlines: Rows, most: int, within: int) -> Rows:
    """The candidates worth comparing in full, by name and then nearest first.

    How near a candidate is, is the overlap of the outlines, and twice the share of the letters that the longest common
    subsequence is, in the order of the words that is better.

    Args:
        names, forms: both sides in Latin letters.
        left, right: the name and the form of each candidate, those of a name together.
        outlines: overlap of the outlines in 1/1000.
        most: how many candidates a name.
        within: how much farther than the nearest, in 1/1000.

    Returns:
        Their rows; of equally near ones the first come first.
    """
    if not len(left):
        return left
    ours, theirs = names.texts(), forms.texts()
    near = outlines + 2 * np.maximum(
        _shared(ours, theirs, left, right), _shared([_in_order(t) for t in ours], [_in_order(t) for t in theirs], left, right)
    )
    order = np.lexsort((-near, left))
    name = left[order]
    first = np.searchsorted(name, name)
    rank = np.arange(len(name)) - first
    kept: Rows = order[(rank < most) & (near[order] >= near[order][first] - within)]
    return kept


def _in_order(text: str) -> str:
    return " ".join(sorted(text.split())) if " " in text else text


def _shared(names: Sequence[str], forms: Sequence[str], left: Rows, right: Rows) -> Rows:
    ours, theirs = [names[i] for i in left.tolist()], [forms[i] for i in right.tolist()]
    common = process.cpdist(ours, theirs, scorer=Indel.similarity, dtype=np.int32).astype(np.int64)
    size = np.array([len(a) + len(b) for a, b in zip(ours, theirs, strict=True)], dtype=np.int64)
    return np.where(size > 0, 1000 * common // np.maximum(size, 1), 1000)
