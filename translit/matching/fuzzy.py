"""The rule and fuzzy tiers: names that the lexicon does not list, by their nearest listed forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.matching.calibrate import Model
from translit.matching.compare import Listing, compare, in_another_order, nearest
from translit.matching.rough import Rough, Spelled
from translit.matching.score import COMPARISON, Comparisons, decide
from translit.model import METHODS, Method

if TYPE_CHECKING:
    from translit.rules.readers import Reader

Rows = NDArray[np.int64]
FUZZY = METHODS.index("fuzzy")
_SCRIPT = COMPARISON.index("script")
_EXACT = COMPARISON.index("exact")


class Near(NamedTuple):
    """An entity near to a name, by the nearest of its forms, and the log-odds in 1/1000 of the two alone, whatever else is near."""

    entity: int
    form: int
    score: int


@dataclass(frozen=True, slots=True)
class Guess:
    """The best candidate for a name.

    Args:
        entity, form: numbers of the entity and of the form it was nearest to.
        score: log-odds in 1/1000.
        confidence: probability that it is right, 0–1.
        script_class: decides which curve is asked for a threshold.
        folded: whether name and form fold to the same letters.
        second: number of the runner-up entity, -1 where there is none.
        view: the name as it was compared, ``""`` where initials were written out.
        method: the tier that it is an answer of.
        near: the entities near to the name, the nearest first, where they were asked for.
    """

    entity: int
    form: int
    score: int
    confidence: float
    script_class: int
    folded: bool
    second: int
    view: str = ""
    method: Method = "fuzzy"
    near: tuple[Near, ...] = ()


@dataclass(frozen=True)
class Guesses:
    """The best candidates for names, a row each; the fields of :class:`Guess` but for the confidence.

    Args:
        entity: -1 where no listed form is near at all.
        method: the tier, by number of :data:`translit.model.METHODS`.
        form, score, script, folded, second, view, near: as of a guess.
    """

    entity: Rows
    method: Rows
    form: Rows
    score: Rows
    script: Rows
    folded: NDArray[np.bool_]
    second: Rows
    view: NDArray[np.object_]
    near: NDArray[np.object_]

    @classmethod
    def joined(cls, parts: Sequence[Guesses]) -> Guesses:
        """All rows of several, in order."""
        return cls(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(cls)))

    def take(self, rows: Rows) -> Guesses:
        """Some of the rows."""
        return Guesses(*(getattr(self, f.name)[rows] for f in fields(self)))

    def chosen(self, own: NDArray[np.bool_], other: Guesses) -> Guesses:
        """These rows where they are ``own``, else those of another."""
        return Guesses(*(np.where(own, getattr(self, f.name), getattr(other, f.name)) for f in fields(self)))

    def guess(self, row: int, confidence: float) -> Guess:
        """One row."""
        return Guess(
            int(self.entity[row]), int(self.form[row]), int(self.score[row]), confidence, int(self.script[row]), bool(self.folded[row]),
            int(self.second[row]), self.view[row], METHODS[self.method[row]], self.near[row],
        )  # fmt: skip


def guess_many(
    listing: Listing, rough: Rough, models: Sequence[Model], names: Sequence[str], turned: bool = True, reader: Reader | None = None,
    near: int | None = None,
) -> list[Guesses]:  # fmt: skip
    """The best candidate for each name by each model; one of the fuzzy tier as yet.

    The guess for a name does not depend on the others. Where ``turned``, names are taken in other orders and without titles, too.
    Where there is a ``reader``, it says how Han characters are read. Entities are told as near from the log-odds ``near`` on.
    """
    out: list[list[Guesses]] = [[] for _ in models]
    for start in range(0, max(len(names), 1), limits.BATCH):
        batch = rough.views_many(names[start : start + limits.BATCH], turned, reader)
        comparisons, crowd, spelled = compare(listing, rough, batch)
        if not turned:
            comparisons = comparisons.take(np.flatnonzero(~in_another_order(comparisons.features)))
        nearness = models[0].comparison.scores(comparisons.features)
        told = _near(comparisons, nearness, len(batch), near)
        for parts, model in zip(out, models, strict=True):
            parts.append(_guesses(model, *seen_by(model, listing, comparisons, nearness, spelled), crowd, told, spelled))
    return [Guesses.joined(parts) for parts in out]


def _near(comparisons: Comparisons, nearness: NDArray[np.int32], names: int, least: int | None) -> NDArray[np.object_]:
    """The entities that are near to each name, with at least those log-odds; none where they are not asked for."""
    found: list[dict[int, Near]] = [{} for _ in range(names)]
    if least is not None:
        scores = nearness.astype(np.int64) - comparisons.handicap
        rows = np.flatnonzero(scores >= least)
        rows = rows[np.lexsort((comparisons.form[rows], comparisons.entity[rows], -scores[rows]))]
        columns = (comparisons.name, comparisons.entity, comparisons.form, scores)
        for name, entity, form, score in zip(*(column[rows].tolist() for column in columns), strict=True):
            found[name].setdefault(entity, Near(entity, form, score))
    return np.fromiter((tuple(near.values()) for near in found), dtype=object, count=names)


def _guesses(
    model: Model, comparisons: Comparisons, nearness: NDArray[np.int32], crowd: NDArray[np.int64], near: NDArray[np.object_],
    spelled: Sequence[Spelled],
) -> Guesses:  # fmt: skip
    decisions = decide(comparisons, nearness, crowd, slips=True)
    name, best, second = decisions.name, decisions.best, decisions.second
    names = len(near)

    def column(values: Any, missing: int = -1) -> Rows:
        out = np.full(names, missing, dtype=np.int64)
        out[name] = values
        return out

    view = np.full(names, "", dtype=object)
    view[name] = [spelled[i].text for i in comparisons.spelled[best].tolist()]
    rivals = np.append(comparisons.entity, -1)
    return Guesses(
        column(comparisons.entity[best]), np.full(names, FUZZY), column(comparisons.form[best]),
        column(model.decision.scores(decisions.features), 0), column(decisions.features[:, _SCRIPT], 0),
        column(decisions.features[:, _EXACT], 0).astype(bool), column(rivals[second]), view, near,
    )  # fmt: skip


def seen_by(
    model: Model, listing: Listing, comparisons: Comparisons, scores: NDArray[np.int32], spelled: Sequence[Spelled]
) -> tuple[Comparisons, NDArray[np.int32]]:
    """The comparisons that a model looks at, with its own costs where it has learnt some, and their scores by it.

    ``scores`` are those of the model that ships.
    """
    if model.learnt is None:
        return comparisons, scores
    seen = nearest(listing, model.learnt, comparisons, scores, spelled)
    return seen, model.comparison.scores(seen.features)
