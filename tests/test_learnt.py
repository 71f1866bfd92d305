"""What a lexicon learns from its own variants when it is compiled: letter costs, and words that may be left out."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from translit import Lexicon, Normalizer
from translit.cli.stats import lines
from translit.matching.draws import MOST_WORDS, among, asked, worn
from translit.matching.prior import read_tables

SYLLABLES = ("ba", "ren", "to", "mi", "lor", "ke", "du", "san", "vi", "gar", "po", "lim")
PLACES = ["".join(parts).capitalize() for parts in product(SYLLABLES, repeat=3)]


@pytest.fixture(scope="module")
def records() -> list[dict[str, Any]]:
    """Places that a convention of their own writes with *bh* for *v*, each listed as a town, too."""
    return [
        {"id": name, "canonical": name, "kind": "place", "variants": [name.lower().replace("v", "bh").title(), f"{name} Zorp"]}
        for name in PLACES
    ]


@pytest.fixture(scope="module")
def lexicon(records: list[dict[str, Any]]) -> Lexicon:
    """A lexicon of them."""
    return Lexicon.build(records)


def test_its_own_correspondences_are_cheaper_and_the_shipped_costs_stay(lexicon: Lexicon) -> None:
    shipped, learnt = lexicon.index.tables["Latn"].costs, lexicon.index.learnt_tables["Latn"].costs
    assert learnt["v", "bh"] < shipped.get(("v", "bh"), 1200) - 200
    assert shipped == read_tables()["Latn"].costs
    assert lexicon.shipped.learnt is None
    assert lexicon.index.learnt_tables["Cyrl"].costs == lexicon.index.tables["Cyrl"].costs


def test_what_is_learnt_is_in_the_file_and_told(lexicon: Lexicon, records: list[dict[str, Any]], tmp_path: Path) -> None:
    lexicon.save(tmp_path / "places.translit")
    again = Lexicon.load(tmp_path / "places.translit")
    assert again.index.learnt_tables["Latn"].costs == lexicon.index.learnt_tables["Latn"].costs
    assert Lexicon.build(records[::-1]).checksum == lexicon.checksum
    assert again.stats()["droppable"] == ["zorp"]
    told = " ".join(" ".join(lines(again.stats())).split())
    assert "that its own variants made cheaper" in told
    assert "listed with and without: zorp" in told


def test_a_word_that_may_be_left_out_does_not_hide_a_name(lexicon: Lexicon) -> None:
    norm = Normalizer(lexicon)
    assert norm.match("Zorp Bobalor", min_confidence=0) is not None
    match = norm.match("Zorp de Garsanpo", min_confidence=0)
    assert match is not None and match.id == "Garsanpo"


def test_few_variants_teach_nothing() -> None:
    few = Lexicon.build([{"id": name, "canonical": name, "kind": "place", "variants": [f"{name} Zorp"]} for name in PLACES[:100]])
    assert few.stats()["learnt_costs"] == {}
    assert few.model is few.shipped


@pytest.mark.parametrize("name", ["Ahmad Shah Massoud", "Kim Jong-un", "Massoud", "A. B. C.", "Juan Carlos de la Cruz", ""])
def test_a_name_is_rewritten_of_its_own_words(name: str) -> None:
    for step in range(20):
        text = worn(name, step / 20)
        words = {word.strip(".,")[:1] for word in text.split()}
        assert words <= {word[:1] for word in name.split()}
        assert text == name or 2 <= len(name.split()) <= MOST_WORDS


def test_a_name_among_words_keeps_its_own() -> None:
    for step in range(20):
        assert "Kabul" in among("Kabul", "Mazar-e Sharif", step / 20).split()


def test_what_is_asked_for_depends_on_no_other_question_but_the_neighbour() -> None:
    import numpy as np

    texts = [f"Ahmad {name}" for name in PLACES[:300]]
    digest = np.arange(300, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    person = np.ones(300, dtype=bool)
    first, apart, turned = asked(texts, person, digest, 7)
    again, _, _ = asked(texts[:299], person[:299], digest[:299], 7)
    assert sum(a != b for a, b in zip(first, again, strict=False)) <= 2
    assert 0 < apart.sum() < 60 and 0 < turned.sum() < 120
