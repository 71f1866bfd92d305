"""The exact tier: a name that the lexicon lists, and between whom it decides where several entities bear it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from translit import limits, native
from translit.lexicon.index import CANONICAL, OUTWEIGH, Index
from translit.model import PROTECTED, Candidate, Match, Method
from translit.unicode.tokens import fold

Rows = NDArray[np.int64]
LISTED = 0.9995
"""Confidence of a spelling that the lexicon lists for one entity only."""
_CANONICAL_BONUS = 3.0


def fold_names(names: Sequence[str]) -> list[str]:
    """The names folded; the ones that are too long are empty."""
    most = limits.MAX_NAME_CODEPOINTS
    return native.fold_many([name if len(name) <= most else "" for name in names] if max(map(len, names), default=0) > most else names)


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a listed spelling means.

    Args:
        state: ``one`` entity is meant; ``several`` are and none outweighs; the spelling is ``known`` but of a type that is
            not rewritten; or it is ``protected``.
        entity: the entity meant, or the heaviest, -1 where there is none.
        share: how surely it is meant among those that bear the spelling, 0–1.
        rivals: all entities that bear it, heaviest first.
        canonical: whether the spelling is the entity's canonical one.
    """

    state: Literal["one", "several", "known", "protected"]
    entity: int
    share: float
    rivals: tuple[int, ...]
    canonical: bool = False


def _written_so(index: Index, entity: int, target: str, postings: Sequence[int]) -> bool:
    """Whether the spelling that postings list is the entity's canonical one in the target language."""
    form = int(np.searchsorted(index.posting_start, postings[0], side="right")) - 1
    return fold(index.target(entity, target)) == index.forms[form]


def resolve(index: Index, postings: Sequence[int], types: frozenset[int], target: str = "en") -> Resolution | None:
    """What the entities that bear a form make of it.

    Args:
        index: the lexicon.
        postings: the form's postings.
        types: numbers of the variant types that are rewritten.
        target: BCP 47 tag of the language whose canonical spellings are written. An entity that is written so outranks all that
            only bear it as a variant, however heavy: a canonical spelling is never rewritten.

    Returns:
        None where there is no posting.
    """
    for posting in postings:
        entity = int(index.posting_entity[posting])
        if index.kind(entity) == PROTECTED:
            return Resolution("protected", entity, 1.0, (entity,))
    bearers = _bearers(index, postings, types, target)
    chosen = {entity: canonical for entity, canonical in bearers.items() if not index.entity_support[entity]}
    if not chosen:
        return Resolution("known", -1, 0.0, tuple(sorted(bearers))) if len(postings) else None
    if len(chosen) > 1:
        written = {e: own for e, own in chosen.items() if (own if target == "en" else _written_so(index, e, target, postings))}
        chosen = written or chosen
    return _ranked(index, chosen)


def _bearers(index: Index, postings: Sequence[int], types: frozenset[int], target: str) -> dict[int, bool]:
    """The entities that a form may stand for, and whether it is the canonical spelling of each."""
    found: dict[int, bool] = {}
    for posting in postings:
        entity, kind = int(index.posting_entity[posting]), int(index.posting_type[posting])
        if kind == CANONICAL or kind in types or (target != "en" and _written_so(index, entity, target, postings)):
            found[entity] = found.get(entity, False) or kind == CANONICAL
    return found


def _ranked(index: Index, bearers: Mapping[int, bool]) -> Resolution:
    """Which of the entities that bear a form is meant, by their weights and whether it is their canonical spelling."""
    pull = {e: (float(index.entity_weight[e]) + 1.0) * (_CANONICAL_BONUS if own else 1.0) for e, own in bearers.items()}
    ranked = sorted(pull, key=lambda e: (-pull[e], e))
    best = ranked[0]
    if len(ranked) == 1:
        return Resolution("one", best, 1.0, (best,), bearers[best])
    share = pull[best] * pull[best] / sum(value * value for value in pull.values())
    spelled_alike = len({index.canonicals[e] for e in ranked}) == 1
    heavier = pull[best] >= OUTWEIGH * pull[ranked[1]] and float(index.entity_weight[best]) > 0
    state: Literal["one", "several"] = "one" if heavier or spelled_alike else "several"
    return Resolution(state, best, share, tuple(ranked), bearers[best])


OPEN, ONE, SEVERAL, KNOWN = range(4)


@dataclass(frozen=True)
class Resolutions:
    """What listed spellings mean, as of :func:`resolve`.

    Args:
        state: of each spelling, shape (spellings,): ``ONE``, ``SEVERAL`` or ``KNOWN``; ``OPEN`` where nothing lists it or where only
            :func:`resolve` can tell.
        share: how surely the first rival is meant, 0–1, shape (spellings,).
        alike: whether all rivals have one canonical spelling, shape (spellings,).
        first: where the rivals of each spelling begin in ``rivals``, and the end, shape (spellings + 1,).
        rivals: the entities that bear the spellings, those of each heaviest first.
    """

    state: NDArray[np.uint8]
    share: NDArray[np.float64]
    alike: NDArray[np.bool_]
    first: Rows
    rivals: Rows


def resolve_many(index: Index, rows: Rows, postings: Rows, count: int, types: frozenset[int], target: str = "en") -> Resolutions:
    """:func:`resolve` of many spellings at once.

    Args:
        index: the lexicon.
        rows, postings: which spelling each posting lists, rising.
        count: how many spellings there are.
        types: numbers of the variant types that are rewritten.
        target: BCP 47 tag of the language whose canonical spellings are written.
    """
    entity = index.posting_entity[postings].astype(np.int64)
    kind = index.posting_type[postings]
    state = np.full(count, OPEN, dtype=np.uint8)
    state[rows] = KNOWN
    left = np.zeros(count, dtype=bool)
    left[rows[np.array([name == PROTECTED for name in index.kinds], dtype=bool)[index.entity_kind[entity]]]] = True
    rewritten = np.zeros(256, dtype=bool)
    rewritten[[CANONICAL, *types]] = True
    meant = rewritten[kind] & ~index.entity_support[entity]
    if target in index.meta["targets"]:
        left |= (np.bincount(rows, minlength=count) > 1) | (np.bincount(rows[meant], minlength=count) == 0)
    meant &= ~left[rows]
    rows, entity, canonical = rows[meant], entity[meant], kind[meant] == CANONICAL
    written = np.zeros(count, dtype=bool)
    written[rows[canonical]] = True
    meant = canonical | ~written[rows]
    rows, entity = rows[meant], entity[meant]
    weight = index.entity_weight[entity].astype(np.float64)
    pull = (weight + 1.0) * np.where(canonical[meant], _CANONICAL_BONUS, 1.0)
    size = np.bincount(rows, minlength=count)
    shared = np.flatnonzero(size[rows] > 1)
    order = np.arange(len(rows))
    order[shared] = shared[np.lexsort((entity[shared], -pull[shared], rows[shared]))]
    entity, weight, pull = entity[order], weight[order], pull[order]
    first = np.append(0, np.cumsum(size))
    best = first[:-1][size > 0]
    share = np.zeros(count)
    share[size > 0] = pull[best] * pull[best] / np.bincount(rows, pull * pull, count)[size > 0]
    share[size == 1] = 1.0
    several = np.flatnonzero(size > 1)
    alike = size == 1
    texts = iter(index.canonicals.take(entity[shared]))
    alike[several] = [len(set(islice(texts, bearers))) == 1 for bearers in size[several].tolist()]
    best = first[several]
    heavier = (pull[best] >= OUTWEIGH * pull[best + 1]) & (weight[best] > 0)
    state[size == 1] = ONE
    # Canonical spellings that differ in their marks: which of them is written just so is not told by the postings.
    marked = np.where(written[several], OPEN, np.where(heavier, ONE, SEVERAL))
    state[several] = np.where(alike[several], ONE, marked)
    state[left] = OPEN
    return Resolutions(state, share, alike, first, entity)


def make_matches(
    names: list[str], forms: list[str], first: list[int], idents: list[str], canonicals: list[str], kinds: list[str],
    methods: list[Method], confidences: list[float], rests: list[float],
) -> list[Match]:  # fmt: skip
    """The records of answers.

    Args:
        names: the names as given.
        forms: the listed form of each.
        first: where the candidates of each begin in the next three, and the end.
        idents, canonicals, kinds: the entities, those of each name best first.
        methods: of each name.
        confidences, rests: of the first candidate of each name, and of each other one.
    """
    out: list[Match] = []
    bounds = pairwise(first)
    for name, form, method, confidence, rest, (start, end) in zip(names, forms, methods, confidences, rests, bounds, strict=True):
        best = idents[start], canonicals[start], kinds[start]
        others = zip(idents[start + 1 : end], canonicals[start + 1 : end], kinds[start + 1 : end], strict=True)
        candidates = (Candidate(*best, method, confidence, form), *(Candidate(*other, method, rest) for other in others))
        out.append(Match(name, *best, method, confidence, candidates))
    return out
