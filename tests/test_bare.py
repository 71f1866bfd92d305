"""Bare spellings: where letters without their marks are enough."""

from __future__ import annotations

import pytest

import translit
from translit.lexicon.index import Index
from translit.matching.bare import Bare, with_letters
from translit.matching.exact import resolve
from translit.model import Entity
from translit.unicode.tokens import fold

TOWNS = [("Malmö", 362_000.0), ("Pécs", 90.0), *((f"Town {letter}", 100.0) for letter in "abcdefghij")]


@pytest.fixture(scope="module")
def index() -> Index:
    """A lexicon of small towns and a great one."""
    towns = [Entity(name, name, "place", weight=weight) for name, weight in TOWNS]
    return translit.Lexicon.build(towns).index


@pytest.mark.parametrize(("name", "means"), [("Malmo", True), ("Malmoe", True), ("MALMO", True), ("Malme", False), ("Pecs", False)])
def test_only_the_heaviest_are_meant_by_bare_letters(index: Index, name: str, means: bool) -> None:
    forms = index.find_forms([fold(name)]).tolist()
    found = resolve(index, index.postings(forms[0]), frozenset()) if forms[0] >= 0 else None
    assert bool(Bare(index).resolved([name], forms, [0], {} if found is None else {0: found}, frozenset(), "en")) == means


@pytest.mark.parametrize(
    ("name", "spellings"),
    [
        ("Kabul", []),
        ("Oel", ["Öl", "Øl"]),
        ("MALMOE", ["MALMÖ", "MALMØ"]),
        ("Aabenraa", ["Aabenrå", "Åbenraa", "Åbenrå"]),
        ("aeaeaeae", []),
        ("aaa", ["aå", "åa"]),
    ],
)
def test_digraphs_stand_for_letters(name: str, spellings: list[str]) -> None:
    assert with_letters(name) == spellings
