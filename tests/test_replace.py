"""Texts without evidence: listed spellings replaced wherever they stand, and nothing else."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SMALL, anything, spellings_of, texts

from translit import Lexicon, Normalizer
from translit.matching.decisions import Decision
from translit.mentions.find import Finder
from translit.mentions.memory import Memory
from translit.model import Entity, Variant
from translit.trail import apply
from translit.unicode.scan import ASK, LEAVE, PASS, WRITE, Listing

SIGNED: list[dict[str, Any]] = [
    {"id": "org:yahoo", "canonical": "Yahoo!", "kind": "organisation", "variants": ["Jahoo"]},
    {"id": "place:new-york", "canonical": "New York", "kind": "place", "variants": ["Nova York", "Nueva-York"]},
    {"id": "place:york", "canonical": "York", "kind": "place", "variants": ["Jork"]},
    {"id": "place:springfield-1", "canonical": "Springfield One", "kind": "place", "variants": ["Springfeld"]},
    {"id": "place:springfield-2", "canonical": "Springfield Two", "kind": "place", "variants": ["Springfeld"]},
]
LEXICON = Lexicon.build([*SMALL, *SIGNED, Entity("given:jose", "José", "given", (Variant("Yosay"),), support=True)])
CASES = [
    ("Panjsjir, PANJSJIR, panjsjir, PanJsJir", "Panjshir, PANJSHIR, panjshir, Panjshir"),
    ("kabul KABUL Kabul Cabul cabul", "kabul KABUL Kabul Kabul kabul"),
    ("Jahoo! Jahoo, jahoo", "Yahoo! Yahoo!, yahoo!"),
    ("Nova York and Nova\nYork, nueva york, Jork", "New York and New\nYork, new york, York"),
    ("Yosay in Springfeld and Bombay", "Yosay in Springfeld and Bombay"),
    ("Peking duck, Pekín duck, Pekín", "Peking duck, Pekín duck, Beijing"),
    ("xPanjsjir Panjsjirs Panjsjir_", "xPanjsjir Panjsjirs Panjshir_"),
    ("د کابل او 北京", "د Kabul او Beijing"),
    ("achmad  massud", "ahmad  massoud"),
    ("", ""),
]


@pytest.fixture(scope="module", params=[0.9, 0.99, 0.99999], ids=str)
def plain(request: pytest.FixtureRequest) -> Normalizer:
    return Normalizer(LEXICON, precision=request.param, evidence=False)


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_cases(text: str, expected: str) -> None:
    assert Normalizer(LEXICON, precision=0.9, evidence=False).clean(text) == expected


mentioned = texts(st.sampled_from([*spellings_of(SMALL), *spellings_of(SIGNED)]))


@given(st.one_of(mentioned, anything))
def test_what_is_found_is_written(plain: Normalizer, text: str) -> None:
    mentions = plain.find(text)
    assert plain.clean(text) == apply(text, mentions)
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.input
        match = plain.match(mention.input)
        assert match is not None
        assert (match.id, match.method, match.confidence) == (mention.id, "exact", mention.confidence)


@given(st.lists(st.one_of(mentioned, anything), max_size=4))
def test_each_text_by_itself(plain: Normalizer, given: list[str]) -> None:
    assert plain.clean_many(given) == [plain.clean(text) for text in given]
    assert plain.find_many(given) == [plain.find(text) for text in given]
    assert [list(survey.mentions) for survey in plain.survey_many(given)] == plain.find_many(given)


@given(mentioned)
def test_cleaning_again_changes_nothing(plain: Normalizer, text: str) -> None:
    once = plain.clean(text)
    assert plain.clean(once) == once


@given(mentioned)
def test_the_plan_gives_what_asking_gives(plain: Normalizer, text: str) -> None:
    replacing = Finder(plain._tiers, evidence=False).replacing
    assert replacing is not None
    quick = replacing.rewritten([text])
    table, forms, plan = replacing._listing.table, replacing._listing.forms, replacing._listing.plan
    asked = np.where(plan.action == WRITE, ASK, plan.action).astype(np.uint8)
    replacing._listing = Listing(table, forms, plan._replace(action=asked))
    assert replacing.rewritten([text]) == quick
    changed = [mention for mention in replacing.find(text) if mention.replacement != mention.input]
    assert quick == [(apply(text, changed), len(changed))]


def test_every_action_is_met() -> None:
    replacing = Normalizer(LEXICON, evidence=False)._finder.replacing
    assert replacing is not None
    assert {*replacing._listing.plan.action.tolist()} == {PASS, LEAVE, WRITE, ASK}


def test_decisions_go_before() -> None:
    decisions = [
        Decision("Panjsjir", "reject"), Decision("the Lion", "correct", "", "Ahmad Shah"), Decision("Cabul", "correct", "", "Old Kabul"),
    ]  # fmt: skip
    norm = Normalizer(LEXICON, decisions=decisions, evidence=False)
    for normalizer in (norm, pickle.loads(pickle.dumps(norm))):
        assert normalizer.clean("Panjsjir, Pandschir, the lion, Cabul") == "Panjsjir, Panjshir, ahmad shah, Old Kabul"


def test_names_are_matched_alike(plain: Normalizer) -> None:
    names = spellings_of(SMALL)
    assert plain.match_many(names) == Normalizer(LEXICON, precision=plain.precision).match_many(names)


def test_memory_is_bounded() -> None:
    memory: Memory[int, int] = Memory(3)
    for number in range(10):
        memory.keep(number, number)
        assert len(memory.known) <= 3
    assert memory.known == {9: 9}
    memory.keep_all([1, 2, 3], [1, 2, 3])
    assert memory.known == {1: 1, 2: 2, 3: 3}
    memory.keep_all([4, 5, 6, 7], [4, 5, 6, 7])
    assert memory.known == {4: 4, 5: 5, 6: 6}


def test_names_are_answered_alike_from_memory(small: Lexicon) -> None:
    names = ["Panjsjir", "nobody", "Panjsjir", "Kaboul"]
    normalizer = Normalizer(small)
    first = normalizer.match_many(names)
    assert normalizer.match_many(names) == first == Normalizer(small).match_many([*names, "Herat"])[:4]
    least = [(normalizer.match_many(names, least / 10), Normalizer(small).match_many(names, least / 10)) for least in range(10)]
    assert all(again == once for again, once in least)
