"""Learning which groups of letters stand for which, and how dearly, from attested pairs of names.

Source: Brill and Moore (2000), an improved error model for noisy channel spelling correction.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rapidfuzz.distance import Indel

from translit import limits, native
from translit.matching.align import DEAREST, WIDEST, CostTable, align, steps
from translit.matching.alphabet import script_of_name
from translit.matching.rough import Rough
from translit.model import Entity
from translit.unicode.scripts import scripts_in
from translit.unicode.tokens import fold

PRIOR = 100.0
"""How many observations of a letter group the costs that ship are worth, where a lexicon's own are learnt over them."""
LIKE = 0.5
"""Least similarity of two spellings, of 1, for the one to be taken for a respelling of the other."""
Pair = tuple[tuple[str, ...], str]


def latin_forms(forms: Iterable[str]) -> list[str]:
    """The folded Latin forms, plain letters only."""
    return sorted({f for name in forms if script_of_name(name) == "Latn" for f in [fold(name)] if f and f.isascii()})


def latin_pairs(latin: Sequence[str], rng: random.Random) -> Iterator[Pair]:
    """A few pairs of an entity's Latin forms, each both ways."""
    for _ in range(min(3, len(latin) - 1)):
        a, b = rng.sample(latin, 2)
        if Indel.normalized_similarity(a, b) >= LIKE:
            yield tuple(a), b
            yield tuple(b), a


def learn_over(entities: Sequence[Entity], rough: Rough) -> dict[str, CostTable]:
    """The costs of a lexicon: those that ship, with what its entities' own spellings show counted on top.

    Args:
        entities: the entities; of many, a draw by their ids, so that a new one hardly moves what is learnt.
        rough: holds the tables that ship, and the words that say nothing about letters as names are written with and without them.

    Returns:
        A table for each script; the one that ships where there are few pairs.
    """
    seen: dict[str, list[Pair]] = {}
    digest = native.token_hashes([entity.id for entity in entities])
    for row in np.argsort(digest, kind="stable")[: limits.MAX_LEARNT_FROM].tolist():
        forms = [entities[row].canonical, *(variant.text for variant in entities[row].variants)]
        latin = sorted({" ".join(w for w in form.split() if w not in rough.droppable) or form for form in latin_forms(forms)})
        seen.setdefault("Latn", []).extend(latin_pairs(latin, random.Random(forms[0])))
        for name in forms if latin else ():
            script = script_of_name(name)
            if script != "Latn" and script in rough.tables and "Latn" not in scripts_in(name):
                spelled = rough.spell(name)
                near = max(latin, key=lambda form, rom=spelled.rom: (Indel.normalized_similarity(rom, form), form))  # type: ignore[misc]
                if Indel.normalized_similarity(spelled.rom, near) >= LIKE:
                    seen.setdefault(script, []).append((tuple(spelled.atoms), near))
    tables = dict(rough.tables)
    for script, pairs in seen.items():
        if len(pairs) >= limits.LEAST_LEARNT_PAIRS:
            tables[script] = learn(pairs[: limits.MAX_LEARNT_PAIRS], tables[script], rounds=1, prior=PRIOR)
    return tables


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
