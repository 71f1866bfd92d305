"""Fame: what it is worth that an entity is heavier than most of its lexicon.

A lexicon without weights is weighed by its spellings: the better known an entity is, the more ways of writing it are on record.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from translit.lexicon.index import CANONICAL, TYPE_NUMBERS, Index, Rows
from translit.native import fold_many

FAMED = ((0.99, 1500), (0.9, 700))
"""What it is worth that an entity is heavier than that share of the lexicon."""

OWN = (CANONICAL, TYPE_NUMBERS["native"])
"""Types of postings that are an entity's own spellings."""

GAZETTEER = 10_000
"""Entities from which a lexicon is taken for a gazetteer."""


class Fame:
    """The fame of a lexicon's entities."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def of(self, entity: int) -> int:
        """What the fame of an entity is worth, in 1/1000 log-odds; 0 for most."""
        weight = float(self._weights[entity])
        return next((worth for least, worth in self._fames if weight > least), 0)

    def own(self, postings: Rows) -> NDArray[np.bool_]:
        """Which postings are the canonical or a native spelling of one of the heaviest entities.

        Args:
            postings: of the index, shape (n,).
        """
        heavy = self._weights[self.index.posting_entity[postings]] > self._fames[-1][0]
        return np.asarray(heavy & np.isin(self.index.posting_type[postings], OWN))

    def obscure(self, entity: int) -> bool:
        """Whether an entity is none of the heaviest, in a lexicon that tells them apart."""
        return self._tells and not self.of(entity)

    def great(self, entity: int) -> bool:
        """Whether an entity is one of the very heaviest."""
        return self.of(entity) == FAMED[0][1]

    def begins_longer(self, form: str) -> bool:
        """Whether some folded words are the first of the longer name of one of the heaviest entities: *frankfurt* of Frankfurt am Main."""
        return self._tells and form in self._beginnings

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        heavy = np.flatnonzero(self._weights > self._fames[-1][0])
        names = fold_many([self.index.canonicals[entity] for entity in heavy.tolist()])
        return frozenset(name[:at] for name in names for at, sign in enumerate(name) if sign == " ")

    @cached_property
    def in_a_gazetteer(self) -> bool:
        """Whether the lexicon has so many entities that most surnames and many words are the name of one."""
        return len(self.index.entity_weight) >= GAZETTEER

    @cached_property
    def _tells(self) -> bool:
        return bool(np.any(self.index.entity_weight)) or self.in_a_gazetteer

    @cached_property
    def _weights(self) -> NDArray[np.floating]:
        weights = self.index.entity_weight
        if self._tells and not np.any(weights):
            return np.bincount(self.index.posting_entity, minlength=len(weights)).astype(np.float32)
        return weights

    @cached_property
    def _fames(self) -> list[tuple[float, int]]:
        # A lexicon may be empty.
        weights = self._weights if len(self._weights) else np.zeros(1)
        return [(max(float(np.quantile(weights, share)), 0.0), worth) for share, worth in FAMED]
