"""Scores: the features of a comparison, and of a decision between candidates, in arrays.

A *comparison* is a name beside one listed form of one entity. A *decision* is the best comparison of a name beside the runner-up
entity's: how near, and how much nearer than any other. Every feature is computed row by row from whole numbers, so that a
name scores alike in any batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel, JaroWinkler

from translit import native
from translit.matching.spans import Spans

Float = NDArray[np.float32]
Rows = NDArray[np.int64]

COMPARISON = (
    "cost_per_letter", "cost", "indel", "jaro_winkler", "letters", "consonants", "shorter", "name_length", "form_length",
    "length_gap", "name_words", "form_words", "same_start", "same_end", "words_indel", "exact", "script", "weight",
    "is_canonical", "claims", "worst_word", "name_extra", "form_extra",
)  # fmt: skip
"""Features of a comparison, in order."""
DECISION = (*COMPARISON, "best", "second", "margin", "third", "near", "crowd", "cost_margin", "indel_margin", "handicap")
"""Features of a decision, in order."""
DECISION_SIGNS = (*(0 for _ in COMPARISON), 1, -1, 1, -1, -1, -1, 1, 1, -1)
"""Which way each feature may move the confidence: a nearer rival never raises it."""
SCRIPT_CLASSES = {
    "Latn": 0, "Cyrl": 1, "Grek": 1, "Armn": 1, "Geor": 1, "Arab": 2, "Hebr": 3, "Hang": 4, "Kana": 5, "Hani": 6,
}  # fmt: skip
"""Script → class of scripts that behave alike; the rest are 7."""
SCRIPTS = 8
"""Classes of scripts."""
UNLIKELY = (0, -1000)
"""Log-odds in 1/1000 below which a name is rather misspelt with one letter wrong, or with two."""
LEAST_MISSPELT = 4
"""Fewest letters of a name that may be misspelt."""
NEAR = 1500
"""Log-odds in 1/1000 within which a rival is near."""
FAR = 6000
"""Log-odds in 1/1000 taken for a rival that is not there."""


COLUMNS = ("name", "entity", "form", "features", "spelled", "handicap", "whole")
"""The fields of a batch of comparisons."""


@dataclass(frozen=True)
class Comparisons:
    """A batch of comparisons; every field has one row a comparison.

    Args:
        name: row of the name.
        entity: number of the entity.
        form: number of the form.
        features: shape (comparisons, len(COMPARISON)).
        spelled: which of the views of the names was compared.
        handicap: what is taken from the score for it, in 1/1000 log-odds.
        whole: whether all words of both sides are compared, not only those that answer to each other.
    """

    name: Rows
    entity: Rows
    form: Rows
    features: Float
    spelled: Rows
    handicap: NDArray[np.int32]
    whole: NDArray[np.bool_]

    def take(self, rows: Rows) -> Comparisons:
        """Some of the comparisons."""
        return Comparisons(*(getattr(self, column)[rows] for column in COLUMNS))


def text_features(
    names: Spans, forms: Spans, left: Rows, right: Rows, costs: NDArray[np.int32], letters: Float, consonants: Float,
) -> Float:  # fmt: skip
    """The features of comparisons that depend on the spellings alone; those of the entity are left 0.

    Args:
        names, forms: both sides.
        left, right: which name and which form each pair is made of, shape (pairs,).
        costs: alignment cost of each pair in 1/100 nat.
        letters, consonants: overlap of letter pairs and of consonants, 0–1.
    """
    ours, theirs = names.texts(), forms.texts()
    return _features([ours[i] for i in left.tolist()], [theirs[i] for i in right.tolist()], costs, letters, consonants)


def _features(names: Sequence[str], forms: Sequence[str], costs: NDArray[np.int32], letters: Float, consonants: Float) -> Float:
    out = np.zeros((len(names), len(COMPARISON)), dtype=np.float32)
    column = {name: i for i, name in enumerate(COMPARISON)}
    n = np.array([len(name) for name in names], dtype=np.float32)
    m = np.array([len(form) for form in forms], dtype=np.float32)
    out[:, column["cost_per_letter"]] = costs / np.maximum(np.maximum(n, m), 1)
    out[:, column["cost"]] = costs
    out[:, column["indel"]] = process.cpdist(names, forms, scorer=Indel.normalized_similarity, dtype=np.float32)
    out[:, column["jaro_winkler"]] = process.cpdist(names, forms, scorer=JaroWinkler.normalized_similarity, dtype=np.float32)
    out[:, column["letters"]] = letters
    out[:, column["consonants"]] = consonants
    out[:, column["shorter"]] = np.minimum(n, m)
    out[:, column["name_length"]] = n
    out[:, column["form_length"]] = m
    out[:, column["length_gap"]] = n - m
    words_of_name = np.array([name.count(" ") + 1 for name in names], dtype=np.float32)
    words_of_form = np.array([form.count(" ") + 1 for form in forms], dtype=np.float32)
    out[:, column["name_words"]] = words_of_name
    out[:, column["form_words"]] = words_of_form
    out[:, column["same_start"]] = [a[:1] == b[:1] for a, b in zip(names, forms, strict=True)]
    out[:, column["same_end"]] = [a[-1:] == b[-1:] for a, b in zip(names, forms, strict=True)]
    out[:, column["exact"]] = [a == b for a, b in zip(names, forms, strict=True)]
    out[:, column["words_indel"]] = out[:, column["indel"]]
    out[:, column["worst_word"]] = out[:, column["indel"]]
    several = np.flatnonzero((words_of_name > 1) | (words_of_form > 1))
    if len(several):
        left, right = [names[i] for i in several.tolist()], [forms[i] for i in several.tolist()]
        out[several, column["words_indel"]] = process.cpdist(left, right, scorer=fuzz.token_sort_ratio, dtype=np.float32) / 100
        both = np.flatnonzero((words_of_name > 1) & (words_of_form > 1))
        for i in both.tolist():
            worst, extra, missing = _words(names[i], forms[i])
            out[i, column["worst_word"]] = worst
            out[i, column["name_extra"]] = extra
            out[i, column["form_extra"]] = missing
    return out


def _words(name: str, form: str) -> tuple[float, int, int]:
    """Words paired greedily, best first: the worst pair's similarity, the name's words left over, the form's left over."""
    left, right = name.split(" "), form.split(" ")
    if left == right:
        return 1.0, 0, 0
    if len(left) > 8 or len(right) > 8:
        return 0.0, 0, 0
    table = sorted((-JaroWinkler.normalized_similarity(a, b), i, j) for i, a in enumerate(left) for j, b in enumerate(right))
    used_left: set[int] = set()
    used_right: set[int] = set()
    worst = 1.0
    for value, i, j in table:
        if i in used_left or j in used_right:
            continue
        used_left.add(i)
        used_right.add(j)
        worst = min(worst, -value)
    return worst, len(left) - len(used_left), len(right) - len(used_right)


@dataclass(frozen=True)
class Decisions:
    """The best comparison of each name, and how it stands to the runner-up.

    Args:
        name: row of the name; names without a candidate are not there.
        best: row of the best comparison.
        second: row of the best comparison with another entity, -1 where there is none.
        features: shape (decisions, len(DECISION)).
    """

    name: Rows
    best: Rows
    second: Rows
    features: Float

    def take(self, rows: Rows) -> Decisions:
        """Some of the decisions."""
        return Decisions(self.name[rows], self.best[rows], self.second[rows], self.features[rows])


def decide(comparisons: Comparisons, scores: NDArray[np.int32], crowd: NDArray[np.int64], slips: bool = False) -> Decisions:
    """Rank the entities of each name by their best comparison.

    Args:
        comparisons: rows by name.
        scores: log-odds of each comparison, in 1/1000.
        crowd: forms that shared a block with each name, by name.
        slips: whether names may be misspelt; not where it is learnt what scores are worth, as listed variants hardly are.
    """
    name, entity, features = comparisons.name, comparisons.entity, comparisons.features
    scores = scores - comparisons.handicap
    if slips:
        scores = misspelt(comparisons, scores)
    cost = features[:, COMPARISON.index("cost_per_letter")]
    indel = features[:, COMPARISON.index("indel")]
    names, best, second, third, near = native.twin(rank)(name, entity, comparisons.form, scores, cost, indel, NEAR)
    padded = np.append(scores, -FAR).astype(np.int64)
    top, next_, after = padded[best], padded[second], padded[third]
    own = np.empty((len(names), len(DECISION)), dtype=np.float32)
    own[:, : len(COMPARISON)] = features[best]
    k = len(COMPARISON)
    cost_padded, indel_padded = np.append(cost, 400.0), np.append(indel, 0.0)
    own[:, k] = top
    own[:, k + 1] = next_
    own[:, k + 2] = top - next_
    own[:, k + 3] = after
    own[:, k + 4] = near
    own[:, k + 5] = crowd[names]
    own[:, k + 6] = np.minimum(cost_padded[second], 400.0) - np.minimum(cost[best], 400.0)
    own[:, k + 7] = indel[best] - indel_padded[second]
    own[:, k + 8] = comparisons.handicap[best]
    return Decisions(names, best, second, own)


def misspelt(comparisons: Comparisons, scores: NDArray[np.int32]) -> NDArray[np.int32]:
    """The scores; where nothing is likely, none is above that of the entity that the fewest wrong letters lead to: a slip of the pen.

    Of several as many letters away it is the most alike by Jaro-Winkler. Another entity can only take this from one.
    """
    name, features = comparisons.name, comparisons.features
    if not len(name):
        return scores
    start = np.flatnonzero(np.diff(name, prepend=-1))
    size = np.diff(np.append(start, len(name)))
    top = np.repeat(np.maximum.reduceat(scores, start), size)
    wrong, alike = _wrong_letters(features), features[:, COMPARISON.index("jaro_winkler")]
    one_script = features[:, COMPARISON.index("script")] == SCRIPT_CLASSES["Latn"]
    unlikely = ((wrong <= 1) & (top < UNLIKELY[0])) | ((wrong <= 2) & (top < UNLIKELY[1]))
    slip = unlikely & one_script & comparisons.whole & (features[:, COMPARISON.index("name_length")] >= LEAST_MISSPELT)
    rows = np.flatnonzero(slip)
    if not len(rows):
        return scores
    rows = rows[np.lexsort((comparisons.form[rows], comparisons.entity[rows], -scores[rows], -alike[rows], wrong[rows], name[rows]))]
    chosen = rows[np.diff(name[rows], prepend=-1) != 0]
    lowered = scores.copy()
    most = np.full(int(name[-1]) + 1, np.iinfo(np.int32).max, dtype=np.int32)
    most[name[chosen]] = scores[chosen] - 1
    other = np.ones(len(name), dtype=bool)
    other[chosen] = False
    lowered[other] = np.minimum(scores, most[name])[other]
    return lowered


def _wrong_letters(features: Float) -> Float:
    """How many letters of each name are wrong at least: put in, left out, changed, or swapped with the next."""
    indel, ours, theirs = (features[:, COMPARISON.index(column)] for column in ("indel", "name_length", "form_length"))
    # One that is changed or swapped counts twice among those that are put in or left out.
    wrong: Float = (np.rint((1 - indel) * (ours + theirs)) + np.abs(ours - theirs)) / 2
    return wrong


def rank(
    name: Rows, entity: Rows, form: Rows, scores: NDArray[np.int32], cost: Float, indel: Float, near: int
) -> tuple[Rows, Rows, Rows, Rows, Rows]:
    """The entities of each name by their best comparison; ties fall to the smaller number.

    Args:
        name: row of the name, rising.
        entity, form: what it is compared with.
        scores, cost, indel: what decides, in this order.
        near: how far below the first an entity's score is still near.

    Returns:
        The names, the rows of their first, second and third entity (-1 where there is none), and how many others are near.
    """
    order = np.lexsort((form, -indel, cost, -scores, entity, name))
    fresh = np.ones(len(order), dtype=bool)
    fresh[1:] = (name[order][1:] != name[order][:-1]) | (entity[order][1:] != entity[order][:-1])
    rows = order[fresh]
    rows = rows[np.lexsort((entity[rows], -indel[rows], cost[rows], -scores[rows], name[rows]))]
    names, start, count = np.unique(name[rows], return_index=True, return_counts=True)

    def other(k: int) -> Rows:
        return np.where(count > k, rows[np.minimum(start + k, len(rows) - 1)], -1) if len(rows) else start

    first = rows[start]
    owner = np.repeat(np.arange(len(names)), count)
    close = np.bincount(owner, scores[rows].astype(np.int64) > scores[first].astype(np.int64)[owner] - near, minlength=len(names)) - 1
    return names, first, other(1), other(2), close.astype(np.int64)
