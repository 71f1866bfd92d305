"""Calibration: how far the fuzzy tier can be trusted on a lexicon, learnt from the lexicon's own variants.

Variants are hidden and asked for again, with about half of their entity's other variants hidden too, and entities are hidden whole,
whose names must then find nothing. What the answers turn out to be worth goes into two forests (on top of the ones that
ship) and a curve from score to confidence. Nothing is labelled by hand.

Sources: Platt (1999), probabilistic outputs; the precision of a set of answers is counted, not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.matching.align import CostTable
from translit.matching.compare import Hidden, Listing, compare, nearest
from translit.matching.draws import asked, drawn
from translit.matching.rough import Rough
from translit.matching.score import COLUMNS, COMPARISON, DECISION_SIGNS, SCRIPTS, Comparisons, Decisions, Float, decide
from translit.matching.trees import Forest, fit

Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]
GRID = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998)
"""Precisions for which a threshold is kept; a precision in between takes the next one up."""
NEVER = 2**30
"""A threshold that no score reaches."""
WORST = 5
"""How many times as likely an answer may be wrong as the answers together: asked for 0.99 none is less sure than 0.95."""
WHOLE = 0.15
"""Share of the questions whose entity is hidden whole."""
UNLISTED = 0.3
"""Share of the names that are of nobody listed for which the promise of a lexicon's own model is kept: more than there usually are."""
TRUST = 500
"""Answers that what the logistic curve says of them counts for, beside those that are counted."""
_SCRIPT = COMPARISON.index("script")


@dataclass(frozen=True)
class Curve:
    """From score to confidence and from precision to score.

    Args:
        slope, shift: confidence = 1 / (1 + exp(-(slope · score + shift))), score in log-odds.
        thresholds: by :data:`GRID`, the least score (1/1000) of answers that are together that precise.
        seen: how many answers it was learnt from.
    """

    slope: float
    shift: float
    thresholds: tuple[int, ...]
    seen: int

    def confidence(self, score: int) -> float:
        """Probability that an answer with this score is right, strictly between 0 and 1."""
        odds = self.slope * score / 1000 + self.shift
        return round(1 / (1 + math.exp(-max(-9.0, min(9.0, odds)))), 5)

    def threshold(self, precision: float) -> int:
        """The least score to answer with, so that the answers are together that precise, and none is much less sure."""
        for value, score in zip(GRID, self.thresholds, strict=True):
            if precision <= value + 1e-9:
                return max(score, self._score(1 - WORST * (1 - precision)))
        return NEVER

    def _score(self, confidence: float) -> int:
        """The least score of at least that confidence."""
        if confidence <= 0 or confidence >= 1 or self.slope <= 0:
            return -NEVER
        return math.ceil(1000 * (math.log(confidence / (1 - confidence)) - self.shift) / self.slope)


@dataclass(frozen=True)
class Model:
    """What the fuzzy tier of one lexicon decides by.

    Args:
        comparison, decision: forests that score comparisons and decisions.
        curves: by script class.
        learnt: cost tables by script, the lexicon's own where it has learnt some; None for the model that ships.
    """

    comparison: Forest
    decision: Forest
    curves: Mapping[int, Curve]
    learnt: Mapping[str, CostTable] | None = None

    def curve(self, script_class: int) -> Curve:
        """The curve of a script class, the nearest other where it has none."""
        return self.curves.get(script_class) or self.curves[max(self.curves)]

    def confidences(self, scripts: Sequence[int], scores: Sequence[int]) -> list[float]:
        """Probability that each answer is right, by its script class and score."""
        of = [self.curve(script).confidence for script in range(SCRIPTS)]
        return [of[script](score) for script, score in zip(scripts, scores, strict=True)]

    def thresholds(self, precision: float) -> Rows:
        """The least score to answer with, by script class."""
        return np.array([self.curve(script).threshold(precision) for script in range(SCRIPTS)], dtype=np.int64)


@dataclass(frozen=True)
class Questions:
    """Names asked for, and what they mean.

    Args:
        text: the spellings.
        form, entity: which listed form each folds to, and whose it is.
        alone: whether no other spelling of its entity folds to the same form.
        only: whether no other entity lists the same spelling.
        person: whether it is a person's name.
        canonical: whether it is the canonical spelling, which is asked for only where its entity is hidden whole.
        digest: a number of each question by its spelling and entity alone, by which it is drawn.
    """

    text: Sequence[str]
    form: Rows
    entity: Rows
    alone: Flags
    only: Flags
    person: Flags
    canonical: Flags
    digest: NDArray[np.uint64]

    def take(self, rows: Rows) -> Questions:
        """Some of the questions."""
        return Questions(
            [self.text[i] for i in rows.tolist()], self.form[rows], self.entity[rows], self.alone[rows], self.only[rows],
            self.person[rows], self.canonical[rows], self.digest[rows],
        )  # fmt: skip

    def variants(self) -> Questions:
        """Those that are no canonical spelling."""
        return self.take(np.flatnonzero(~self.canonical))


@dataclass(frozen=True)
class Examples:
    """Comparisons of questions, with the truth (-1 where nothing is right).

    ``plain`` and ``turned`` tell whether each question is a name by itself, and whether its words are in another order.
    """

    comparisons: Comparisons
    crowd: Rows
    truth: Rows
    plain: Flags
    turned: Flags

    def as_they_stand(self) -> Examples:
        """Without the comparisons of names in another order, for whose nearness there are views, and of some of the words only."""
        rows = np.flatnonzero(~self.turned[self.comparisons.name] & self.comparisons.whole)
        return replace(self, comparisons=self.comparisons.take(rows))

    @property
    def labels(self) -> Flags:
        """Whether each comparison is with the right entity."""
        return np.asarray(self.comparisons.entity == self.truth[self.comparisons.name])


def ask(listing: Listing, rough: Rough, questions: Questions, salt: int, whole: float = WHOLE, model: Model | None = None) -> Examples:
    """Ask a lexicon for hidden variants.

    Args:
        listing: the lexicon.
        rough: holds the cost tables.
        questions: the variants to hide and ask for.
        salt: which half of the other variants is hidden.
        whole: share of the questions whose entity is hidden whole.
        model: the one that ships, with the lexicon's own costs, to look at the nearest with these; None for all as they are.
    """
    n = len(questions.text)
    gone = drawn(questions.digest, salt) < whole
    coin = drawn(questions.digest, salt + 1) < 0.5
    texts, among, turned = asked(questions.text, questions.person, questions.digest, salt + 2)
    # A name among other words is not hidden: that it is listed must not mislead.
    gone &= ~among
    own = np.where((questions.alone | coin) & ~among, questions.form, -1)
    hidden = Hidden(questions.entity, gone, questions.digest + np.uint64(salt), own)
    parts: list[Comparisons] = []
    crowds: list[Rows] = []
    for start in range(0, n, limits.BATCH):
        rows = np.arange(start, min(start + limits.BATCH, n))
        names = [rough.views(texts[i]) for i in rows.tolist()]
        part = Hidden(hidden.entity[rows], hidden.whole[rows], hidden.digest[rows], hidden.own_form[rows])
        found, crowd, spelled = compare(listing, rough, names, part)
        if model is not None and model.learnt is not None:
            found = nearest(listing, model.learnt, found, model.comparison.scores(found.features), spelled)
        parts.append(replace(found, name=found.name + start))
        crowds.append(crowd)
    joined = Comparisons(*(np.concatenate([getattr(p, f) for p in parts]) for f in COLUMNS))
    return Examples(joined, np.concatenate(crowds), np.where(gone | among, -1, questions.entity), ~among, turned)


def judge(forest: Forest, examples: Examples) -> tuple[Decisions, Flags]:
    """The decisions that a comparison forest leads to, and whether each is right."""
    scores = forest.scores(examples.comparisons.features)
    decisions = decide(examples.comparisons, scores, examples.crowd)
    right = examples.comparisons.entity[decisions.best] == examples.truth[decisions.name]
    return decisions, right


def of_names(examples: Examples, decisions: Decisions, right: Flags) -> tuple[Decisions, Flags]:
    """The decisions on names by themselves, as the promise is about: how many sentences are asked for cannot be known."""
    rows = np.flatnonzero(examples.plain[decisions.name])
    return decisions.take(rows), right[rows]


def curve(scores: NDArray[np.int32], right: Flags, absent: Flags | None = None, caution: float = 0.1) -> Curve:
    """Fit a curve to answers.

    Args:
        scores: score of each answer in 1/1000.
        right: whether it was right.
        absent: whether the name is of nobody listed; they are weighed as :data:`WHOLE` of all where confidence is told, as
            :data:`UNLISTED` where the precision is counted. None to take the answers as they are.
        caution: how much closer to 1 than asked the counted precision must be, as a share of the distance.
    """
    slope, shift = _platt(scores / 1000, right, _weights(absent, WHOLE, len(right)))
    order = np.lexsort((right, -scores))
    ranked, weight = scores[order], _weights(absent, UNLISTED, len(right))[order]
    hits, answered = np.cumsum(weight * right[order]), np.cumsum(weight)
    steep, level = _platt(ranked / 1000, right[order], weight)
    likely = np.cumsum(weight / (1 + np.exp(-np.clip(steep * ranked / 1000 + level, -30, 30))))
    trust = 0 if absent is None else TRUST
    # A single error among the surest of a few answers says little: what the logistic curve says of them counts, too.
    precise = (hits + trust * likely / answered) / (answered + trust)
    last = np.ones(len(order), dtype=bool)
    last[:-1] = ranked[1:] != ranked[:-1]
    thresholds = []
    for precision in GRID:
        asked = precision + caution * (1 - precision)
        enough = np.flatnonzero(last & (precise >= asked) & (answered >= 30))
        thresholds.append(int(ranked[enough[-1]]) if len(enough) else NEVER)
    for i in range(len(thresholds) - 1, 0, -1):
        thresholds[i - 1] = min(thresholds[i - 1], thresholds[i])
    return Curve(round(slope, 6), round(shift, 6), tuple(thresholds), len(scores))


def _weights(absent: Flags | None, share: float, answers: int) -> NDArray[np.float64]:
    """Weights by which so large a share of the answers is of nobody listed."""
    if absent is None or absent.all() or not absent.any():
        return np.ones(answers)
    return np.where(absent, share / (1 - share) * (~absent).sum() / absent.sum(), 1.0)


def _platt(odds: NDArray[np.float64], right: Flags, weight: NDArray[np.float64]) -> tuple[float, float]:
    slope, shift = 1.0, 0.0
    hits, misses = (weight * right).sum(), (weight * ~right).sum()
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(slope * odds + shift, -30, 30)))
        w = weight * (p * (1 - p) + 1e-9)
        g = np.array([(weight * (target - p) * odds).sum() - 1.0 * (slope - 1), (weight * (target - p)).sum()])
        a, b, c = (w * odds * odds).sum() + 1.0, (w * odds).sum(), w.sum() + 1e-6
        det = a * c - b * b
        slope += float((c * g[0] - b * g[1]) / det)
        shift += float((a * g[1] - b * g[0]) / det)
        slope = max(slope, 0.05)
    return slope, shift


def learn(
    listing: Listing, rough: Rough, questions: Questions, prior: Model, tables: Callable[[], Mapping[str, CostTable]],
    *, most: int = limits.MAX_QUESTIONS, trees: int = 50,
) -> Model:  # fmt: skip
    """Learn a lexicon's model from its own variants, on top of the prior.

    With fewer than :data:`translit.limits.LEAST_QUESTIONS` variants to ask for, the prior is taken as it is.

    Args:
        listing: the lexicon.
        rough: holds the cost tables that ship.
        questions: the variants.
        prior: the model that ships.
        tables: learns the costs of the lexicon.
        most: how many of the variants are asked for.
        trees: how many trees each forest gets on top of the prior's.
    """
    variants = questions.variants()
    if len(variants.text) < limits.LEAST_QUESTIONS:
        return prior
    start = replace(prior, learnt=tables())
    first, second, last = _parts(variants, most)
    canonicals = _parts(questions.take(np.flatnonzero(questions.canonical)), min(most, len(variants.text)) // 2)[2]
    examples = ask(listing, rough, first, 101, model=start).as_they_stand()
    comparison = fit(examples.comparisons.features, examples.labels, trees=trees, depth=5, start=prior.comparison)
    decisions, right = judge(comparison, ask(listing, rough, second, 202, model=start))
    decision = fit(decisions.features, right, trees=trees, depth=4, monotone=DECISION_SIGNS, start=prior.decision)
    # What another entity lists as it stands is answered by that. Each other is asked for twice, of somebody listed and of nobody;
    # the names of nobody mostly have their canonical spelling.
    last, canonicals = (some.take(np.flatnonzero(some.only)) for some in (last, canonicals))
    asked_for = [ask(listing, rough, last, 303, 0.0, start)]
    asked_for += [ask(listing, rough, some, 303, 1.0, start) for some in (last, canonicals)]
    answers = [of_names(examples, *judge(comparison, examples)) for examples in asked_for]
    features, truth = (np.concatenate(columns) for columns in zip(*((d.features, r) for d, r in answers), strict=True))
    absent = np.repeat((False, True, True), [len(r) for _, r in answers])
    curves = curves_of(decision.scores(features), truth, features, absent)
    return Model(comparison, decision, {**prior.curves, **curves}, start.learnt)


def _parts(questions: Questions, most: int) -> tuple[Questions, Questions, Questions]:
    """As many of the questions as are asked at most: to learn what is near, to learn what is sure, and to count how often that is right."""
    chosen = np.argsort(drawn(questions.digest, 11), kind="stable")[:most]
    place = drawn(questions.digest[chosen], 12)
    first, second, last = chosen[place < 0.3], chosen[(place >= 0.3) & (place < 0.65)], chosen[place >= 0.65]
    return questions.take(first), questions.take(second), questions.take(last)


def by_letters(listing: Listing, questions: Questions, pull: NDArray[np.float32]) -> tuple[Flags, Flags, Rows]:
    """Which questions the letters alone would answer rightly, and which wrongly, and the posting that would answer each.

    Each variant that one entity alone lists is hidden. Where its form is still claimed, by its own entity only, that is right;
    by another that would be answered in its place, wrong.

    Args:
        listing: the lexicon.
        questions: its variants.
        pull: weight of each entity; a homonym of less than a quarter of another's weight is not answered.
    """
    start = listing.posting_start.astype(np.int64)
    claims = np.diff(start)[questions.form]
    first, second = start[questions.form], np.minimum(start[questions.form] + 1, len(listing.posting_entity) - 1)
    other = np.where(listing.posting_entity[first] == questions.entity, second, first)
    heavy = pull[listing.posting_entity[other]] * 4 >= pull[questions.entity]
    right = (claims == 1) & ~questions.alone & questions.only
    wrong = (claims == 2) & questions.alone & questions.only & heavy
    return right, wrong, np.where(right, first, other)


def counted(right: Flags, wrong: Flags) -> float:
    """The share of right answers, on top of 400 at 0.995."""
    return round((int(right.sum()) + 398) / (int(right.sum()) + int(wrong.sum()) + 400), 5)


def curves_of(scores: NDArray[np.int32], right: Flags, decisions: Float, absent: Flags | None = None) -> dict[int, Curve]:
    """A curve for each script class with enough answers; ``decisions`` are the features of each."""
    script = decisions[:, _SCRIPT].astype(int)
    classes, counts = np.unique(script, return_counts=True)
    return {
        k: curve(scores[script == k], right[script == k], None if absent is None else absent[script == k])
        for k in classes[counts >= limits.LEAST_ANSWERS].tolist()
    }


def curve_to_json(value: Curve) -> dict[str, Any]:
    """A curve as plain values."""
    return {"slope": value.slope, "shift": value.shift, "thresholds": list(value.thresholds), "seen": value.seen}


def curve_from_json(data: Mapping[str, Any]) -> Curve:
    """The curve that :func:`curve_to_json` wrote."""
    return Curve(data["slope"], data["shift"], tuple(data["thresholds"]), data["seen"])
