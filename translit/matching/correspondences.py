"""Learning which groups of letters stand for which, and how dearly, from attested pairs of names.

Source: Brill and Moore (2000), an improved error model for noisy channel spelling correction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from translit.matching.align import DEAREST, WIDEST, CostTable, align, steps


def learn(
    pairs: Iterable[tuple[Sequence[str], str]],
    start: CostTable,
    rounds: int = 4,
    prior: float = 0.0,
    keep: int = 3,
) -> CostTable:
    """Learn costs from attested pairs by Viterbi training.

    Each round aligns every pair by the present costs, counts the groups used and the neighbouring groups joined, and takes
    minus the logarithm of the relative frequencies as the next costs.

    Args:
        pairs: (source word, target word), the same name in both.
        start: the costs of the first round, and the prior.
        rounds: how often to align and count.
        prior: how many observations the starting table is worth, by source group.
        keep: groups seen less often are left out.
    """  # fmt: skip
    data = [(tuple(s), t) for s, t in pairs if s and t]
    table = start
    for _ in range(rounds):
        counts: Counter[tuple[str, str]] = Counter()
        size = np.array([max(len(s), len(t)) for s, t in data])
        bucket = (size + 3) // 4
        for value in np.unique(bucket) if data else ():
            rows = np.flatnonzero(bucket == value)
            for block in range(0, len(rows), 20000):
                part = rows[block : block + 20000]
                source, n = table.encode_sources([data[i][0] for i in part])
                target, m = table.encode_targets([data[i][1] for i in part])
                prices, source, target = table.among(source, target)
                cost, taken = align(prices, source, n, target, m, trace=True)
                assert taken is not None
                for k, i in enumerate(part):
                    left, right = data[i]
                    if cost[k] > DEAREST * 0.45 * max(len(left), len(right)):
                        continue
                    _count(counts, steps(left, right, taken, k, table.joint), table)
        table = _table(counts, start, prior, keep)
    return table


def _count(counts: Counter[tuple[str, str]], groups: list[tuple[str, str]], table: CostTable) -> None:
    joint = table.joint
    for i, (left, right) in enumerate(groups):
        counts[left, right] += 1
        for j in range(i + 1, min(i + 3, len(groups))):
            more, letters = groups[j]
            left += joint + more if left and more else more
            right += letters
            width = left.count(joint) + 1 if joint else len(left)
            if width > WIDEST or len(right) > WIDEST:
                break
            counts[left, right] += 1


def _table(counts: Counter[tuple[str, str]], start: CostTable, prior: float, keep: int) -> CostTable:
    by_source: Counter[str] = Counter()
    for (left, _), n in counts.items():
        by_source[left] += n
    letters = sum(n for left, n in by_source.items() if left and start.single(left))
    costs: dict[tuple[str, str], int] = {}
    groups = set(counts)
    if prior:
        groups |= set(start.costs)
    for left, right in sorted(groups):
        seen = counts[left, right]
        total: float = by_source[left] if left else letters
        before = 0.0
        if prior:
            known = start.costs.get((left, right))
            before = prior * float(np.exp(-known / 100)) if known is not None else 0.0
            total += prior
        if not prior and seen < keep and (not start.single(left) or len(right) > 1):
            continue
        if prior and before == 0 and seen < keep:
            continue
        weight = (seen - 0.5 + before) / (total + 2.0)
        if weight <= 0:
            continue
        cost = round(-100 * float(np.log(weight)))
        if cost < DEAREST:
            costs[left, right] = max(cost, 0)
    return CostTable(costs, start.identity, start.syllabic)
