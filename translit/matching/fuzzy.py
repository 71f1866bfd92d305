"""The rule and fuzzy tiers: names that the lexicon does not list, by their nearest listed forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from translit import limits
from translit.matching.calibrate import Model
from translit.matching.compare import Listing, compare
from translit.matching.rough import Rough, Spelled
from translit.matching.score import COMPARISON, Comparisons, Decisions, decide

_SCRIPT = COMPARISON.index("script")
_EXACT = COMPARISON.index("exact")


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
    """

    entity: int
    form: int
    score: int
    confidence: float
    script_class: int
    folded: bool
    second: int


def guess_many(listing: Listing, rough: Rough, model: Model, names: Sequence[str]) -> list[Guess | None]:
    """The best candidate for each name; None where no listed form is near at all.

    The answer for a name does not depend on the others.
    """
    out: list[Guess | None] = []
    for start in range(0, len(names), limits.BATCH):
        spelled = [rough.spell(name) for name in names[start : start + limits.BATCH]]
        comparisons, decisions, scores = decide_batch(listing, rough, model, spelled)
        part: list[Guess | None] = [None] * len(spelled)
        second = decisions.second
        rows = zip(
            decisions.name.tolist(), decisions.best.tolist(), scores.tolist(), second.tolist(),
            decisions.features[:, _SCRIPT].astype(int).tolist(), decisions.features[:, _EXACT].tolist(), strict=True,
        )  # fmt: skip
        entity, form = comparisons.entity, comparisons.form
        for name, best, score, other, script, exact in rows:
            part[name] = Guess(
                int(entity[best]), int(form[best]), score, model.curve(script).confidence(score), script, bool(exact),
                int(entity[other]) if other >= 0 else -1,
            )  # fmt: skip
        out.extend(part)
    return out


def decide_batch(
    listing: Listing, rough: Rough, model: Model, spelled: Sequence[Spelled]
) -> tuple[Comparisons, Decisions, np.ndarray[tuple[int], np.dtype[np.int32]]]:
    """Comparisons, decisions and scores of a batch of names."""
    comparisons, crowd = compare(listing, rough, spelled)
    decisions = decide(comparisons, model.comparison.scores(comparisons.features), crowd)
    return comparisons, decisions, model.decision.scores(decisions.features)
