"""The rule and fuzzy tiers: names that the lexicon does not list, by their nearest listed forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.matching.calibrate import Model
from translit.matching.compare import Listing, compare
from translit.matching.rough import Rough, Spelled
from translit.matching.score import COMPARISON, Comparisons, Decisions, decide
from translit.matching.trees import scores_of_all
from translit.model import Method

if TYPE_CHECKING:
    from translit.rules.readers import Reader

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
        view: the name as it was compared, ``""`` where initials were written out.
        method: the tier that it is an answer of.
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


def guess_many(
    listing: Listing, rough: Rough, models: Sequence[Model], names: Sequence[str], turned: bool = True, reader: Reader | None = None
) -> list[list[Guess | None]]:
    """The best candidate for each name by each model, a list a model; None where no listed form is near at all.

    The answer for a name does not depend on the others. Where ``turned``, names are taken in other orders and without titles, too.
    Where there is a ``reader``, it says how Han characters are read.
    """
    out: list[list[Guess | None]] = [[] for _ in models]
    for start in range(0, len(names), limits.BATCH):
        batch = [rough.views(name, turned, reader) for name in names[start : start + limits.BATCH]]
        comparisons, crowd, spelled = compare(listing, rough, batch)
        scores = scores_of_all([model.comparison for model in models], comparisons.features)
        for guesses, model, nearness in zip(out, models, scores, strict=True):
            guesses += _guesses(model, comparisons, nearness, crowd, len(batch), spelled)
    return out


def _guesses(
    model: Model, comparisons: Comparisons, nearness: NDArray[np.int32], crowd: NDArray[np.int64], names: int, spelled: Sequence[Spelled]
) -> list[Guess | None]:
    decisions = decide(comparisons, nearness, crowd)
    scores = model.decision.scores(decisions.features)
    out: list[Guess | None] = [None] * names
    rows = zip(
        decisions.name.tolist(), decisions.best.tolist(), scores.tolist(), decisions.second.tolist(),
        decisions.features[:, _SCRIPT].astype(int).tolist(), decisions.features[:, _EXACT].tolist(), strict=True,
    )  # fmt: skip
    entity, form = comparisons.entity, comparisons.form
    for name, best, score, other, script, exact in rows:
        out[name] = Guess(
            int(entity[best]), int(form[best]), score, model.curve(script).confidence(score), script, bool(exact),
            int(entity[other]) if other >= 0 else -1, spelled[int(comparisons.spelled[best])].text,
        )  # fmt: skip
    return out


def decide_by(model: Model, comparisons: Comparisons, crowd: NDArray[np.int64]) -> tuple[Decisions, NDArray[np.int32]]:
    """The decisions between the candidates of a batch of names, and their scores."""
    decisions = decide(comparisons, model.comparison.scores(comparisons.features), crowd)
    return decisions, model.decision.scores(decisions.features)
