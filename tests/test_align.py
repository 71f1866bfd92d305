"""Alignment: costs are those of the steps, cheapest first, alike in any batch; learning makes the attested cheap."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from translit.matching.align import DEAREST, FORBIDDEN, CostTable, align, costs_of, explain
from translit.matching.correspondences import learn
from translit.matching.prior import read_tables
from translit.matching.spans import Spans

TABLES = read_tables()
LATIN = TABLES["Latn"]
PLAIN = CostTable({})
latin = st.text(st.sampled_from("abcdeghijklmnorstuwyz 0"), max_size=16)


def cost(table: CostTable, source: str, target: str) -> int:
    rows = np.zeros(1, dtype=np.int64)
    return int(costs_of(table, [source], Spans.of([target]), rows, rows)[0])


@pytest.mark.parametrize(
    ("nearer", "farther", "name"),
    [
        ("panjshir", "punjab", "pandschir"),
        ("panjshir", "peshawar", "panjsjir"),
        ("massoud", "mahmoud", "massud"),
        ("hussein", "hassan", "hoessein"),
        ("khan", "kan", "chan"),
        ("jalalabad", "jalandhar", "dschalalabad"),
    ],
)
def test_the_shipped_costs_know_the_conventions(nearer: str, farther: str, name: str) -> None:
    assert cost(LATIN, name, nearer) < cost(LATIN, name, farther)


@pytest.mark.parametrize(
    ("script", "name", "target"),
    [("Cyrl", "кабул", "kabul"), ("Arab", "کابل", "kabul"), ("Hebr", "קאבול", "kabul"), ("Grek", "καμπουλ", "kabul")],
)
def test_the_shipped_costs_know_the_scripts(script: str, name: str, target: str) -> None:
    assert cost(TABLES[script], name, target) < cost(TABLES[script], name, "herat")


@given(latin)
def test_a_word_costs_nothing_against_itself(word: str) -> None:
    assert cost(PLAIN, word, word) == 0


@given(latin, latin)
def test_a_cost_has_bounds(source: str, target: str) -> None:
    assert 0 <= cost(LATIN, source, target) <= min(DEAREST * (len(source) + len(target)), FORBIDDEN * 4)
    assert cost(PLAIN, source, target) == cost(PLAIN, target, source)


@given(latin, latin)
def test_the_steps_spell_both_words_and_cost_what_they_say(source: str, target: str) -> None:
    ops = explain(LATIN, source, target)
    assert "".join(op.source for op in ops) == source
    assert "".join(op.target for op in ops) == target
    assert sum(op.cost for op in ops) == cost(LATIN, source, target)


def test_the_steps_of_a_pair_beyond_the_cap_lead_back_to_its_start() -> None:
    ops = explain(LATIN, "i" * 260, "zx")
    assert "".join(op.source for op in ops) == "i" * 260
    assert "".join(op.target for op in ops) == "zx"


@given(st.lists(st.tuples(latin, latin), min_size=1, max_size=30))
def test_a_cost_does_not_depend_on_the_batch(pairs: list[tuple[str, str]]) -> None:
    rows = np.arange(len(pairs), dtype=np.int64)
    together = costs_of(LATIN, [s for s, _ in pairs], Spans.of([t for _, t in pairs]), rows, rows)
    assert together.tolist() == [cost(LATIN, s, t) for s, t in pairs]


@given(st.tuples(latin, latin, latin), st.tuples(latin, latin, latin))
def test_more_to_align_never_costs_less_than_its_parts_together(left: tuple[str, str, str], right: tuple[str, str, str]) -> None:
    """Cutting both words somewhere and aligning the parts is one of the alignments of the whole."""
    whole = cost(LATIN, "".join(left), "".join(right))
    assert whole <= sum(cost(LATIN, a, b) for a, b in zip(left, right, strict=True))


ATTESTED = [
    ("pandschir", "panjshir"),
    ("dschalal", "jalal"),
    ("dschami", "jami"),
    ("radscha", "raja"),
    ("chan", "khan"),
    ("achmad", "ahmad"),
]


def test_learning_makes_what_is_attested_cheap_in_any_order() -> None:
    learnt = learn(ATTESTED, PLAIN, keep=2)
    assert cost(learnt, "hadschi", "haji") < cost(PLAIN, "hadschi", "haji")
    assert learn(ATTESTED[::-1], PLAIN, keep=2).costs == learnt.costs


def test_nothing_is_learnt_from_nothing() -> None:
    assert learn([], LATIN, prior=5).costs.keys() <= LATIN.costs.keys()
    assert learn([("", "kabul"), ("kabul", "")], PLAIN).costs == {}


def test_no_pairs_cost_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    assert costs_of(LATIN, ["a"], Spans.of(["b"]), none, none).tolist() == []
    source, n = PLAIN.encode_sources([""])
    target, m = PLAIN.encode_targets([""])
    prices, source, target = PLAIN.among(source, target)
    assert align(prices, source, n, target, m)[0].tolist() == [0]
