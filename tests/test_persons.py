"""Persons' names word by word, as lists of persons write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import cases, read_table

from translit import Lexicon, Normalizer
from translit.matching.asides import asides
from translit.matching.nameparts import ROLES, latin_words, native_words, particles
from translit.matching.persons import fit
from translit.matching.views import spoken

WORDS = st.lists(st.sampled_from("ahmad ali bin al abd rahman petrovich pavlovich jr van k st".split()), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def listed() -> Normalizer:
    """A lexicon of persons, among them fathers, sons and brothers, with the defaults."""
    return _normalizer("persons_listed.tsv")


@pytest.fixture(scope="module")
def entered() -> Normalizer:
    """A lexicon of persons under the headings of catalogues."""
    return _normalizer("headings_listed.tsv")


def _normalizer(table: str) -> Normalizer:
    return Normalizer(Lexicon.build([[_record(row) for row in read_table(table)]]))


def _record(row: dict[str, str]) -> dict[str, object]:
    ident = f"person:{row['canonical'].lower().replace(' ', '-')}"
    variants = [variant for variant in row["variants"].split("|") if variant]
    return {"id": ident, "canonical": row["canonical"], "kind": "person", "variants": variants}


@pytest.mark.parametrize("case", cases("persons.tsv"))
def test_persons(case: dict[str, str], listed: Normalizer) -> None:
    """An expected ``-`` is no answer."""
    match = listed.match(case["input"])
    assert (match.canonical if match is not None else "-") == case["canonical"]


@pytest.mark.parametrize("case", cases("headings.tsv"))
def test_headings(case: dict[str, str], entered: Normalizer) -> None:
    """An expected ``-`` is no answer."""
    match = entered.match(case["input"])
    assert (match.canonical if match is not None else "-") == case["canonical"]


@given(WORDS)
def test_a_name_answers_to_itself(words: list[str]) -> None:
    name = latin_words(" ".join(words))
    costs = [0 if name.texts[i] == name.texts[j] else 900 for i in name.names for j in name.names]
    found = fit(name, name, costs, told=0)
    assert found is None or (found.handicap, found.contradicted) == (0, 0) or len(set(words)) < len(words) or name.initials


def test_particles_are_read() -> None:
    known = particles()
    assert known.roles["al"] == "article"
    assert known.abbreviations["mohd"] == "muhammad"
    assert "ovich" in known.endings
    assert set(known.roles.values()) < set(ROLES)


@given(st.lists(st.sampled_from("Ahmad bin a.k.a. née s/o (geb. alias) @ Dr. H.E. , นาย ဦး".split()), max_size=8).map(" ".join))
def test_asides_are_parts_of_the_name(name: str) -> None:
    assert all(part and part in " ".join(name.split()) for part in asides(name))


def test_words_of_other_scripts() -> None:
    words = native_words(tuple("محمد بن الحسن"))
    assert words.texts == ("محمد", "بن", "ال", "حسن")
    assert words.roles == ("", "link", "article", "")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("MASSOUD, Ahmad", ("Ahmad MASSOUD", True)),
        ("MASSOUD Ahmad", ("MASSOUD Ahmad", True)),
        ("AHMAD MASSOUD", ("AHMAD MASSOUD", False)),
        ("a, b, c", ("a, b, c", False)),
    ],
)
def test_the_order_is_told(name: str, expected: tuple[str, bool]) -> None:
    assert spoken(name) == expected
