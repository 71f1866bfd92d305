"""The best candidate where the blocks of a lexicon have none: every form is looked at, for names that must have an answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from translit import limits, native
from translit.matching.blocking import name_blocks
from translit.matching.candidates import Blocks, shortlist
from translit.matching.spans import Spans

Rows = NDArray[np.int64]


class Listing(Protocol):
    """What the search needs of a lexicon; forms, postings and entities are numbered from 0."""

    posting_start: NDArray[np.uint32]
    posting_entity: NDArray[np.uint32]
    entity_weight: NDArray[np.float32]

    @property
    def blocks(self) -> Blocks:
        """The blocking keys."""
        ...

    def spans_of(self, forms: Rows, romanized: bool = True) -> Spans:
        """The rough romanizations of forms."""
        ...


def nearest(listing: Listing, roms: Sequence[str], allowed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The form nearest to each name, and the weightiest of its entities; of equally near ones the first.

    Takes time in proportion to names × forms.

    Args:
        listing: the lexicon.
        roms: the names in Latin letters.
        allowed: which entities may be answered; at least one.
    """
    posting = np.flatnonzero(allowed[listing.posting_entity])
    forms = np.unique(np.searchsorted(listing.posting_start, posting, side="right") - 1)
    theirs, outlines = listing.blocks.sets[forms].T
    sizes = np.bitwise_count(theirs) + np.bitwise_count(outlines)
    out = []
    for rom in roms:
        _, _, mine, ours = native.twin(name_blocks)(Spans.of([rom]))
        shared = np.bitwise_count(theirs & mine[0]) + np.bitwise_count(outlines & ours[0])
        size = sizes + np.float32(max(1, int(np.bitwise_count(mine[0])) + int(np.bitwise_count(ours[0]))))
        best = _largest(shared / size, limits.MAX_LOOKED_AT)
        form = int(forms[best[_most_alike(listing, rom, forms[best])]])
        bearers = listing.posting_entity[int(listing.posting_start[form]) : int(listing.posting_start[form + 1])]
        bearers = bearers[allowed[bearers]]
        out.append((form, int(bearers[np.argmax(listing.entity_weight[bearers])])))
    return out


def _largest(scores: NDArray[np.float32], most: int) -> Rows:
    """The rows of the largest scores, the first of equal ones first."""
    least = np.partition(scores, -most)[-most] if len(scores) > most else np.float32(0)
    rows = np.concatenate((np.flatnonzero(scores > least), np.flatnonzero(scores == least)[:most]))
    kept: Rows = rows[np.argsort(-scores[rows], kind="stable")][:most]
    return kept


def _most_alike(listing: Listing, rom: str, forms: Rows) -> int:
    """Which of some forms shares most letters with a name."""
    nobody, rows = np.zeros(len(forms), dtype=np.int64), np.arange(len(forms))
    [first] = native.twin(shortlist)(Spans.of([rom]), listing.spans_of(forms), nobody, rows, nobody, 1, limits.MAX_BEHIND).tolist()
    return int(first)
