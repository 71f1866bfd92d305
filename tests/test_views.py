"""The orders and shapes in which persons' names are written: commas, surnames first, titles, initials."""

from __future__ import annotations

import pytest
from hypothesis import given
from strategies import anything

from translit import Lexicon, Normalizer, limits
from translit.matching.designators import undesignated
from translit.matching.titles import titles
from translit.matching.views import views, written_out

PERSONS = [
    {"id": "person:ahmad-massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud", "Ахмад Масуд"]},
    {"id": "person:ahmad-shah-massoud", "canonical": "Ahmad Shah Massoud", "kind": "person", "variants": ["Ахмад Шах Масуд"]},
    {"id": "person:gulbuddin-hekmatyar", "canonical": "Gulbuddin Hekmatyar", "kind": "person", "variants": ["Golboeddin Hekmatjar"]},
    {"id": "person:kim-jong-un", "canonical": "Kim Jong Un", "kind": "person", "variants": ["Kim Jong-un", "Ким Чен Ын"]},
    {"id": "person:viktor-orban", "canonical": "Viktor Orbán", "kind": "person", "variants": ["Wiktor Orban", "Виктор Орбан"]},
    {"id": "person:osama-bin-laden", "canonical": "Osama bin Laden", "kind": "person", "variants": ["Usama ben Laden"]},
    {"id": "place:dnipro", "canonical": "Dnipro", "kind": "place", "variants": ["Dnepropetrovsk"]},
]
MEANT = {
    "MASSOUD, Ahmad": "Ahmad Massoud",
    "Massud, Achmad": "Ahmad Massoud",
    "Масуд, Ахмад": "Ahmad Massoud",
    "Massoud Ahmad Shah": "Ahmad Shah Massoud",
    "MASSOUD Ahmad Shah": "Ahmad Shah Massoud",
    "Gen. Ahmad Massoud": "Ahmad Massoud",
    "генерал Ахмад Масуд": "Ahmad Massoud",
    "HEKMATYAR Gulbuddin": "Gulbuddin Hekmatyar",
    "Hekmatjar, Golboeddin": "Gulbuddin Hekmatyar",
    "Jong Un KIM": "Kim Jong Un",
    "Orbán Viktor": "Viktor Orbán",
    "BIN LADEN, Osama": "Osama bin Laden",
    "bin Laden Osama": "Osama bin Laden",
    "Prime Minister Viktor Orban": "Viktor Orbán",
    "G. Hekmatyar": "Gulbuddin Hekmatyar",
    "Hekmatyar, G.": "Gulbuddin Hekmatyar",
}


@pytest.fixture(scope="module")
def persons() -> Normalizer:
    return Normalizer(Lexicon.build([PERSONS]), precision=0.95)


@pytest.mark.parametrize("name", MEANT)
def test_a_person_is_known_in_any_order_and_with_a_title(persons: Normalizer, name: str) -> None:
    match = persons.match(name)
    assert match is not None
    assert match.canonical == MEANT[name]


@pytest.mark.parametrize("name", ["B. Hekmatyar", "M. Orbán", "X, Ahmad", "Hekmatyar, Anders", "A. S."])
def test_a_contradicting_part_is_worth_more_than_a_missing_one(persons: Normalizer, name: str) -> None:
    assert persons.match(name) is None


def test_the_shape_is_told(persons: Normalizer) -> None:
    assert "read as 'Ahmad MASSOUD'" in str(persons.explain("MASSOUD, Ahmad"))
    assert "read as 'gulbuddin hekmatyar'" in str(persons.explain("G. Hekmatyar"))


@given(anything)
def test_the_first_view_is_the_name_and_there_are_few(name: str) -> None:
    found = views(name)
    assert found[0].text == name
    assert len(found) <= limits.MAX_VIEWS
    assert all(view.handicap >= 0 for view in found)


@pytest.mark.parametrize(
    ("words", "form", "expected"),
    [
        (["g", "w", "bush"], ["george", "walker", "bush"], ["george", "walker", "bush"]),
        (["g", "w", "bush"], ["george", "bush"], ["george", "bush"]),
        (["q", "khan"], ["kadir", "khan"], ["kadir", "khan"]),
        (["g", "bush"], ["john", "bush"], ["g", "bush"]),
        (["n", "kasem"], ["nadia", "hashimi"], ["n", "kasem"]),
    ],
)  # fmt: skip
def test_initials_are_written_out_by_the_form(words: list[str], form: list[str], expected: list[str]) -> None:
    assert written_out(words, form)[0] == expected


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Provincia de Herat", "Herat"),
        ("Département du Morbihan", "Morbihan"),
        ("Штати Аляска", "Аляска"),
        ("محافظة حلب", "حلب"),
        ("Panjshir Province", "Panjshir"),
        ("アラスカ州", ""),  # a province of China ends so, too: 广州 is no *Guang*
        ("จังหวัดเชียงใหม่", "เชียงใหม่"),
        ("Province", ""),
    ],
)
def test_what_kind_of_place_a_name_is_of_is_left_out(name: str, bare: str) -> None:
    assert undesignated(name) == bare


def test_titles_are_read() -> None:
    before, after = titles()
    assert {"gen", "mullah", "генерал"} <= before
    assert "phd" in after
    assert views("الشيخ محمد مرسي")[1].text == "محمد مرسي"
    assert [view.text for view in views("Sheikh Hasina")] == ["Sheikh Hasina", "Hasina Sheikh"]
