"""Boosted trees: they learn, they keep their monotone promise, and a row scores alike in any batch."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from translit.matching.prior import forest_from_json, forest_to_json
from translit.matching.trees import BINS, Forest, fit

ROWS = 3000


def sample(seed: int = 0) -> tuple[Any, Any]:
    """Rows of four features, of which the first speaks for the label, the second against it, the third says nothing."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(ROWS, 4)).astype(np.float32)
    rows[:, 3] = np.round(rows[:, 3])
    odds = 2 * rows[:, 0] - 1.5 * rows[:, 1] + rows[:, 3] * (rows[:, 0] > 0)
    return rows, random.random(ROWS) < 1 / (1 + np.exp(-odds))


@pytest.fixture(scope="module")
def forest() -> Forest:
    rows, labels = sample()
    return fit(rows, labels, trees=40, depth=4, monotone=(1, -1))


def test_it_learns(forest: Forest) -> None:
    rows, labels = sample(1)
    scores = forest.scores(rows)
    assert ((scores > 0) == labels).mean() > 0.75
    assert scores[labels].mean() > scores[~labels].mean() + 1000


def test_it_learns_the_same_again(forest: Forest) -> None:
    again = fit(*sample(), trees=40, depth=4, monotone=(1, -1))
    assert json.dumps(forest_to_json(again)) == json.dumps(forest_to_json(forest))


def test_the_order_of_the_features_of_one_row_is_all_it_reads(forest: Forest) -> None:
    rows, _ = sample(2)
    whole = forest.scores(rows)
    order = np.random.default_rng(3).permutation(ROWS)
    assert (forest.scores(rows[order]) == whole[order]).all()
    assert [int(forest.scores(rows[i : i + 1])[0]) for i in range(50)] == whole[:50].tolist()


numbers = st.floats(-5, 5, width=32)


@settings(max_examples=200)
@given(hnp.arrays(np.float32, 4, elements=numbers), st.lists(numbers, min_size=2, max_size=20), st.sampled_from([(0, 1), (1, -1)]))
def test_more_of_a_monotone_feature_never_turns_it(forest: Forest, row: Any, values: list[float], which: tuple[int, int]) -> None:
    feature, sign = which
    rows = np.tile(row, (len(values), 1))
    rows[:, feature] = sorted(values)
    assert (np.diff(forest.scores(rows)) * sign >= 0).all()


def test_it_goes_on_from_another_forest(forest: Forest) -> None:
    rows, labels = sample(4)
    longer = fit(rows, labels, trees=10, depth=4, monotone=(1, -1), start=forest)
    assert len(longer.leaf) == len(forest.leaf) + 10
    assert (longer.leaf[: len(forest.leaf)] == forest.leaf).all()
    assert longer.base == forest.base


def test_it_is_written_and_read_again(forest: Forest) -> None:
    again = forest_from_json(json.loads(json.dumps(forest_to_json(forest))))
    rows, _ = sample(5)
    assert (again.scores(rows) == forest.scores(rows)).all()
    assert again.edges.shape == (4, BINS - 1)


@pytest.mark.parametrize("value", [np.inf, -np.inf, 1e30, -1e30])
def test_a_value_beyond_all_bins_scores_like_the_last(forest: Forest, value: float) -> None:
    row = np.zeros((1, 4), dtype=np.float32)
    row[0, 0] = value
    near = row.copy()
    near[0, 0] = np.sign(value) * 100
    assert forest.scores(row).tolist() == forest.scores(near).tolist()


def test_one_label_only_and_no_rows_of_another() -> None:
    rows, _ = sample()
    certain = fit(rows, np.ones(ROWS, dtype=bool), trees=3, depth=2)
    assert (certain.scores(rows) > 3000).all()
    assert certain.scores(rows[:0]).tolist() == []
