"""Measures: what a lexicon's answers are worth on questions whose right answers are known.

The measure is recall at fixed precision: the answers are ranked by confidence, and of the questions whose entity the
lexicon has, the share is counted that is answered right while the answers given so far are right often enough. Equal
confidences stand or fall together. Calibration sets what was promised beside what was kept, once by precision and once
by confidence.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from translit.errors import TranslitError
from translit.evaluation.questions import Question
from translit.lexicon.lexicon import Lexicon
from translit.model import Match
from translit.normalizer import Normalizer
from translit.unicode.scripts import script_of

PRECISIONS = (0.99, 0.97, 0.95, 0.90)
"""Precisions at which recall is reported."""
PROMISES = (0.995, 0.99, 0.97, 0.95, 0.90, 0.80)
"""Precisions that are asked for, to see what is got."""
BINS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995)
"""Lower ends of the confidences that a reliability table counts together."""
CONFUSIONS = 20
"""Wrong answers that are kept, the surest first."""
NO_KIND = "(none)"
"""Kind of a question that nothing answers and that has no right answer."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """How good a ranking of answers is.

    Args:
        questions: how many were asked.
        known: how many of them mean an entity that the lexicon has.
        top1: share of ``known`` whose best candidate is right.
        recall: precision → the largest share of ``known`` that is answered right at that precision or a better one.
        curve: (recall, precision, confidence) at each confidence, the highest first.
    """

    questions: int
    known: int
    top1: float
    recall: Mapping[float, float]
    curve: tuple[tuple[float, float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Promise:
    """A precision that was asked for and what was got.

    Args:
        asked: the precision.
        answers, right: how many answers were given, and how many of them are right.
        got: ``right / answers``, 1 where nothing was answered.
        recall: ``right`` as a share of the questions whose entity the lexicon has.
    """

    asked: float
    answers: int
    right: int
    got: float
    recall: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """The best candidates whose confidence lies from ``low`` (inclusive) to ``high`` (exclusive)."""

    low: float
    high: float
    answers: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class ByMethod:
    """The best candidates of one tier: how many, the share that is right, and the mean confidence."""

    answers: int
    right: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Confusion:
    """A wrong answer. ``expected`` is ``""`` where no answer is the right one."""

    query: str
    answer: str
    canonical: str
    expected: str
    expected_canonical: str
    method: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that was measured.

    Args:
        ranked: over all questions.
        unlisted: questions whose expected id the lexicon has not; they count as having no right answer.
        promises: what was got for each precision asked.
        reliability: what was got for each range of confidence.
        calibration_error: mean distance of the confidence from the share that is right, over all best candidates.
        by_script: by ISO 15924 code of the question.
        by_kind: by kind of the right entity, of the answer where there is none.
        by_method: by the tier that gave the best candidate.
        confusions: the wrong answers, the surest first.
    """

    ranked: Ranked
    unlisted: int
    promises: tuple[Promise, ...]
    reliability: tuple[Reliability, ...]
    calibration_error: float
    by_script: Mapping[str, Ranked]
    by_kind: Mapping[str, Ranked]
    by_method: Mapping[str, ByMethod]
    confusions: tuple[Confusion, ...]

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values, without the curves."""
        told = asdict(self)
        for group in (told["ranked"], *told["by_script"].values(), *told["by_kind"].values()):
            del group["curve"]
        return told


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with the id that counts as right and the best candidate."""

    question: Question
    right: str
    best: Match | None

    @property
    def hit(self) -> bool:
        return self.best is not None and self.best.id == self.right


def rank(expected: Sequence[str], answers: Sequence[tuple[str, float] | None], precisions: Iterable[float] = PRECISIONS) -> Ranked:
    """Measure answers of any system.

    Args:
        expected: the right id of each question, ``""`` where there is none.
        answers: id and confidence of the best candidate of each question, None where there is no candidate. Any number
            serves as confidence; only its order counts.
        precisions: at which recall is wanted.

    >>> found = rank(["a", "b", ""], [("a", 0.9), ("c", 0.5), ("d", 0.2)])
    >>> found.top1, found.recall[0.99]
    (0.5, 0.5)
    """
    known = sum(map(bool, expected))
    share = 1 / known if known else 0.0
    pairs = zip(expected, answers, strict=True)
    given = [(answer[1], answer[0] == right) for right, answer in pairs if answer is not None]
    given.sort(key=lambda pair: -pair[0])
    curve: list[tuple[float, float, float]] = []
    hits = 0
    for count, (confidence, right) in enumerate(given, 1):
        hits += right
        if count == len(given) or given[count][0] != confidence:
            curve.append((hits * share, hits / count, confidence))
    recall = {wanted: max((r for r, p, _ in curve if p >= wanted), default=0.0) for wanted in precisions}
    return Ranked(len(expected), known, hits * share, recall, tuple(curve))


def evaluate(lexicon: Lexicon, questions: Sequence[Question], promises: Sequence[float] = PROMISES) -> Evaluation:
    """Ask questions of a lexicon, with the default settings, and measure the answers.

    Args:
        lexicon: what is known.
        questions: names with their right ids.
        promises: precisions to ask for, each above 0 and below 1.

    Raises:
        TranslitError: there are no questions.

    >>> lexicon = Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> found = evaluate(lexicon, [Question("Panjsjir", "1"), Question("Timbuktu")], promises=[0.9])
    >>> found.ranked.top1, found.promises[0].got
    (1.0, 1.0)
    """
    if not questions:
        raise TranslitError("there are no questions to ask; give at least one row of query and expected")
    ids = lexicon.index.ids.take(np.arange(len(lexicon), dtype=np.int64))
    numbers = {ident: i for i, ident in enumerate(ids)}
    names = [question.query for question in questions]
    best = Normalizer(lexicon).match_many(names, min_confidence=0.0)
    asked = [_Asked(q, q.expected if q.expected in numbers else "", b) for q, b in zip(questions, best, strict=True)]
    reliability = _reliability(asked)
    return Evaluation(
        ranked=_rank(asked),
        unlisted=sum(1 for a in asked if a.question.expected and not a.right),
        promises=tuple(_promise(lexicon, names, [a.right for a in asked], p) for p in promises),
        reliability=reliability,
        calibration_error=_calibration_error(reliability),
        by_script=_grouped(asked, lambda a: script_of(a.question.query)),
        by_kind=_grouped(asked, lambda a: _kind(a, lexicon, numbers)),
        by_method=_by_method(asked),
        confusions=_confusions(asked, lexicon, numbers),
    )


def _rank(asked: Sequence[_Asked]) -> Ranked:
    return rank([a.right for a in asked], [None if a.best is None else (a.best.id, a.best.confidence) for a in asked])


def _promise(lexicon: Lexicon, names: Sequence[str], expected: Sequence[str], precision: float) -> Promise:
    given = Normalizer(lexicon, precision=precision).match_many(names)
    answers = sum(1 for match in given if match is not None)
    right = sum(1 for match, ident in zip(given, expected, strict=True) if match is not None and match.id == ident)
    known = sum(map(bool, expected))
    return Promise(precision, answers, right, right / answers if answers else 1.0, right / known if known else 0.0)


def _reliability(asked: Sequence[_Asked]) -> tuple[Reliability, ...]:
    bins: list[list[tuple[float, bool]]] = [[] for _ in BINS]
    for a in asked:
        if a.best is not None:
            bins[bisect_right(BINS, a.best.confidence) - 1].append((a.best.confidence, a.hit))
    return tuple(
        Reliability(low, high, len(rows), sum(c for c, _ in rows) / len(rows), sum(h for _, h in rows) / len(rows))
        for low, high, rows in zip(BINS, (*BINS[1:], 1.0), bins, strict=True)
        if rows
    )


def _calibration_error(reliability: Sequence[Reliability]) -> float:
    answers = sum(row.answers for row in reliability)
    return sum(abs(row.confidence - row.right) * row.answers for row in reliability) / answers if answers else 0.0


def _grouped(asked: Sequence[_Asked], key: Callable[[_Asked], str]) -> dict[str, Ranked]:
    groups: dict[str, list[_Asked]] = {}
    for a in asked:
        groups.setdefault(key(a), []).append(a)
    return {name: _rank(rows) for name, rows in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))}


def _kind(asked: _Asked, lexicon: Lexicon, numbers: Mapping[str, int]) -> str:
    if asked.right:
        return lexicon.index.kind(numbers[asked.right])
    return asked.best.kind if asked.best is not None else NO_KIND


def _by_method(asked: Sequence[_Asked]) -> dict[str, ByMethod]:
    groups: dict[str, list[tuple[float, bool]]] = {}
    for a in asked:
        if a.best is not None:
            groups.setdefault(a.best.method, []).append((a.best.confidence, a.hit))
    return {
        method: ByMethod(len(rows), sum(h for _, h in rows) / len(rows), sum(c for c, _ in rows) / len(rows))
        for method in ("exact", "rule", "fuzzy")
        if (rows := groups.get(method))
    }


def _confusions(asked: Sequence[_Asked], lexicon: Lexicon, numbers: Mapping[str, int]) -> tuple[Confusion, ...]:
    wrong = [(a, a.best) for a in asked if a.best is not None and not a.hit]
    wrong.sort(key=lambda pair: (-pair[1].confidence, pair[0].question.query))
    meant = [lexicon.index.canonicals[numbers[a.right]] if a.right else "" for a, _ in wrong[:CONFUSIONS]]
    return tuple(
        Confusion(a.question.query, best.id, best.canonical, a.right, name, best.method, best.confidence)
        for (a, best), name in zip(wrong, meant, strict=False)
    )
