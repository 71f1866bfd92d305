"""Boosted trees: what turns the features of a comparison into a log-odds, by array operations and whole numbers only.

Features are cut into bins and leaves are integers (1/1000 of a log-odds), so a sum does not depend on the order, the batch or
the machine. A feature may be declared monotone: more of it never lowers (or never raises) the score.

Source: Friedman (2001), greedy function approximation: a gradient boosting machine; histogram splits as in Chen and Guestrin (2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from translit import native

BINS = 48
SCALE = 1000
"""Units of a leaf in one log-odds."""
Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bins = NDArray[np.uint8]


@dataclass(frozen=True)
class Forest:
    """Trees of one depth, as arrays.

    Args:
        edges: the bins' upper edges by feature, shape (features, BINS - 1).
        feature: feature tested at each inner node, shape (trees, 2**depth - 1).
        cut: bin above which a row goes right, same shape.
        leaf: values of the leaves in 1/1000 log-odds, shape (trees, 2**depth).
        base: the log-odds before the first tree, in the same unit.
    """

    edges: NDArray[np.float32]
    feature: NDArray[np.int16]
    cut: NDArray[np.uint8]
    leaf: Int
    base: int

    def bins(self, rows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Features as bin numbers, shape (features, rows)."""
        out = np.empty((rows.shape[1], rows.shape[0]), dtype=np.uint8)
        for f in range(rows.shape[1]):
            out[f] = np.searchsorted(self.edges[f], rows[:, f], side="left")
        return out

    def scores(self, rows: NDArray[np.float32]) -> Int:
        """Log-odds of each row in 1/1000, shape (rows,)."""
        scores: Int = native.twin(forest_scores)(self, rows, (len(self.leaf),))[0]
        return scores

    def scores_of_bins(self, bins: NDArray[np.uint8], ends: Sequence[int]) -> Int:
        """Log-odds of rows given as bin numbers, shape (features, rows), by as many of the first trees as each end says."""
        n = bins.shape[1]
        total = np.full(n, self.base, dtype=np.int32)
        flat = np.ascontiguousarray(bins).ravel()
        columns = np.arange(n)
        depth = int(self.leaf.shape[1]).bit_length() - 1
        out = np.empty((len(ends), n), dtype=np.int32)
        for row, (first, end) in enumerate(pairwise((0, *ends))):
            for feature, cut, leaf in zip(self.feature[first:end], self.cut[first:end], self.leaf[first:end], strict=True):
                starts = feature.astype(np.int64) * n
                node = np.zeros(n, dtype=np.int64)
                for _ in range(depth):
                    node = 2 * node + 1 + (flat[starts[node] + columns] > cut[node])
                total += leaf[node - (2**depth - 1)]
            out[row] = total
        return out


def forest_scores(forest: Forest, rows: NDArray[np.float32], ends: Sequence[int]) -> Int:
    """Log-odds of each row in 1/1000 by the first trees of a forest.

    Args:
        forest: the trees.
        rows: features, shape (rows, features).
        ends: numbers of trees, rising.

    Returns:
        Shape (ends, rows).
    """
    return forest.scores_of_bins(forest.bins(rows), ends)


def quantiles(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bin edges by feature: quantiles of the training rows, shape (features, BINS - 1)."""
    edges = np.empty((rows.shape[1], BINS - 1), dtype=np.float32)
    for f in range(rows.shape[1]):
        values = np.sort(rows[:, f])
        picks = values[(np.arange(1, BINS) * len(values)) // BINS]
        distinct = np.unique(picks)
        edges[f] = np.inf
        edges[f, : len(distinct)] = distinct
        if len(np.unique(values)) <= BINS - 1:
            distinct = np.unique(values)
            edges[f] = np.inf
            edges[f, : len(distinct)] = distinct
    return edges


def fit(
    rows: NDArray[np.float32],
    labels: NDArray[np.bool_],
    weights: Float | None = None,
    *,
    trees: int = 80,
    depth: int = 4,
    rate: float = 0.1,
    smallest: float = 20.0,
    ridge: float = 5.0,
    monotone: Sequence[int] = (),
    start: Forest | None = None,
) -> Forest:
    """Fit a forest to labelled rows.

    Args:
        rows: features, shape (rows, features).
        labels: what to predict, shape (rows,).
        weights: weight of each row; None for one each.
        trees, depth, rate: how many trees, how deep, and how much of each is taken.
        smallest: least sum of the weights in a leaf.
        ridge: shrinkage of the leaves.
        monotone: by feature, 1 (never lowers), -1 (never raises) or 0; missing ones are 0.
        start: a forest to go on from; its trees are kept, its bins used.
    """  # fmt: skip
    features = rows.shape[1]
    weight = np.ones(len(rows)) if weights is None else weights.astype(np.float64)
    signs = np.zeros(features, dtype=np.int64)
    signs[: len(monotone)] = monotone
    growing = _Growing(depth, smallest, ridge, signs)
    begun = start if start is not None else _no_trees(quantiles(rows), depth, (weight @ labels + 1) / (weight.sum() + 2))
    bins = begun.bins(rows)
    raw = begun.scores_of_bins(bins, (len(begun.leaf),))[0] / SCALE
    grown = []
    for _ in range(trees):
        probability = 1 / (1 + np.exp(-raw))
        gradient = weight * (labels - probability)
        hessian = weight * probability * (1 - probability)
        feature, cut, leaf, node = growing.tree(bins, (gradient, hessian, weight))
        whole_leaf = np.round(SCALE * rate * np.clip(leaf, -4, 4)).astype(np.int32)
        raw += whole_leaf[node] / SCALE
        grown.append((feature, cut, whole_leaf))
    if not grown:
        return begun
    features, cuts, leaves = zip(*grown, strict=True)
    return Forest(
        begun.edges, np.concatenate((begun.feature, np.array(features))), np.concatenate((begun.cut, np.array(cuts))),
        np.concatenate((begun.leaf, np.array(leaves))), begun.base,
    )  # fmt: skip


def _no_trees(edges: NDArray[np.float32], depth: int, share: float) -> Forest:
    """A forest that gives every row the log-odds of a share of positive rows."""
    inner, leaves = 2**depth - 1, 2**depth
    base = round(SCALE * float(np.log(share / (1 - share))))
    return Forest(edges, np.zeros((0, inner), np.int16), np.zeros((0, inner), np.uint8), np.zeros((0, leaves), np.int32), base)


class _Cuts(NamedTuple):
    """The best cut of each node of a level: whether it gains anything, its feature and bin, and the value between its two sides."""

    good: NDArray[np.bool_]
    feature: NDArray[np.int64]
    bin: NDArray[np.int64]
    middle: Float


@dataclass(frozen=True)
class _Growing:
    """How trees grow, as of :func:`fit`; ``signs`` by feature, shape (features,)."""

    depth: int
    smallest: float
    ridge: float
    signs: NDArray[np.int64]

    def tree(self, bins: Bins, sums: tuple[Float, Float, Float]) -> tuple[NDArray[np.int16], Bins, Float, NDArray[np.int64]]:
        """One tree over the gradient, hessian and weight of each row: features, cuts, values of the leaves, and each row's leaf."""
        rows = bins.shape[1]
        node = np.zeros(rows, dtype=np.int64)
        feature = np.zeros(2**self.depth - 1, dtype=np.int16)
        cut = np.full(2**self.depth - 1, 255, dtype=np.uint8)
        low, high = np.full(1, -np.inf), np.full(1, np.inf)
        for level in range(self.depth):
            count = 2**level
            found = self._best_cuts(_histograms(bins, node, count, sums), low, high)
            first = count - 1
            feature[first : first + count] = np.where(found.good, found.feature, 0)
            cut[first : first + count] = np.where(found.good, found.bin, 255)
            low, high = self._bounds(found, low, high)
            here = first + node
            node = 2 * node + (bins[feature[here], np.arange(rows)] > cut[here])
        gradient, hessian = (np.bincount(node, column, 2**self.depth) for column in sums[:2])
        return feature, cut, np.clip(gradient / (hessian + self.ridge), low, high), node

    def _best_cuts(self, sums: Float, low: Float, high: Float) -> _Cuts:
        """The cuts that gain most, by sums of shape (3, nodes, features, bins) and the bounds of each node's values."""
        left = np.cumsum(sums, axis=3)
        whole = left[:, :, :, -1:]
        right = whole - left
        value_left = np.clip(left[0] / (left[1] + self.ridge), low[:, None, None], high[:, None, None])
        value_right = np.clip(right[0] / (right[1] + self.ridge), low[:, None, None], high[:, None, None])
        gain = left[0] * value_left - 0.5 * (left[1] + self.ridge) * value_left**2
        gain += right[0] * value_right - 0.5 * (right[1] + self.ridge) * value_right**2
        value = whole[0] / (whole[1] + self.ridge)
        gain -= whole[0] * value - 0.5 * (whole[1] + self.ridge) * value**2
        bad = (left[2] < self.smallest) | (right[2] < self.smallest)
        bad |= (self.signs[None, :, None] > 0) & (value_left > value_right)
        bad |= (self.signs[None, :, None] < 0) & (value_left < value_right)
        # Rounded, so that the same rows give the same tree on every machine.
        flat = np.where(bad, -np.inf, np.round(gain, 9)).reshape(len(gain), -1)
        best = flat.argmax(axis=1)
        each = np.arange(len(flat))
        chosen, at = best // BINS, best % BINS
        middle = (value_left[each, chosen, at] + value_right[each, chosen, at]) / 2
        return _Cuts(flat[each, best] > 1e-6, chosen, at, middle)

    def _bounds(self, cuts: _Cuts, low: Float, high: Float) -> tuple[Float, Float]:
        """The bounds of the values below cuts, so that monotone features stay so."""
        sign = np.where(cuts.good, self.signs[cuts.feature], 0)
        low, high = np.repeat(low, 2), np.repeat(high, 2)
        high[0::2] = np.where(sign > 0, np.minimum(high[0::2], cuts.middle), high[0::2])
        low[1::2] = np.where(sign > 0, np.maximum(low[1::2], cuts.middle), low[1::2])
        low[0::2] = np.where(sign < 0, np.maximum(low[0::2], cuts.middle), low[0::2])
        high[1::2] = np.where(sign < 0, np.minimum(high[1::2], cuts.middle), high[1::2])
        return low, high


def _histograms(bins: Bins, node: NDArray[np.int64], nodes: int, sums: tuple[Float, Float, Float]) -> Float:
    """Sums of columns by node, feature and bin, shape (columns, nodes, features, bins)."""
    out = np.empty((len(sums), nodes, len(bins), BINS))
    for f, column in enumerate(bins):
        index = (node * BINS + column).astype(np.int64)
        for k, values in enumerate(sums):
            out[k, :, f] = np.bincount(index, values, nodes * BINS).reshape(nodes, BINS)
    return out
