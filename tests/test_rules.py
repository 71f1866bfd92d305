"""The rule files that ship: without fault, every example true, readings capped, the order of files without effect."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import anything, names

from translit import limits
from translit.fallback import romanizer
from translit.resources import rule_paths
from translit.rules.examples import failing_examples
from translit.rules.grammar import RuleFile, check_rules, read_rules
from translit.rules.keys import Keys
from translit.rules.romanize import Romanizer
from translit.rules.shipped import shipped_keys
from translit.unicode.tokens import tokens

FILES: Sequence[RuleFile] = [read_rules(path) for path in rule_paths()]
NEWSPAPERS = {"eng", "deu", "nld", "fra", "spa", "ita", "por", "pol", "ces", "swe", "tur"}
ARABIC = {"fas", "prs", "pus", "urd", "ara"}
CYRILLIC = {"rus", "ukr", "bul", "kaz", "mon", "tat"}
ONE_LANGUAGE = {"Khmr": "khm", "Laoo": "lao", "Mymr": "mya", "Orya": "ori", "Thai": "tha"}
asked = st.one_of(names(), anything)


def test_the_rule_files_have_no_fault() -> None:
    assert [str(fault) for fault in check_rules(rule_paths())] == []


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.path.rpartition("/")[2])
def test_every_example_is_true(source: RuleFile) -> None:
    keys = shipped_keys()
    assert [str(fault) for fault in failing_examples([source], keys.romanizer)] == []


def test_the_languages_asked_for_have_rules() -> None:
    romanizer = shipped_keys().romanizer
    assert set(romanizer.languages("Latn")) >= NEWSPAPERS
    assert set(romanizer.languages("Arab")) >= ARABIC
    assert set(romanizer.languages("Cyrl")) >= CYRILLIC
    assert {script: romanizer.languages(script) for script in ONE_LANGUAGE} == {k: (v,) for k, v in ONE_LANGUAGE.items()}


def test_a_letter_reads_by_its_language() -> None:
    romanizer = shipped_keys().romanizer

    def first(letter: str, lang: str) -> str:
        return romanizer.readings(letter, [lang])[0].text

    assert first("ву", "rus") == first("ву", "ukr")
    assert (first("г", "rus"), first("г", "ukr")) == ("g", "h")
    assert first("щ", "bul") != first("щ", "rus")
    assert first("ث", "fas") != first("ث", "ara")


@given(asked)
def test_readings_and_keys_are_capped(name: str) -> None:
    keys = shipped_keys()
    for token in tokens(name):
        readings = keys.romanizer.readings(token.text)
        assert len(readings) <= limits.MAX_READINGS
        assert len({reading.text for reading in readings}) == len(readings)
        assert all(reading.langs or not readings for reading in readings)
    for level in ("tight", "skeleton"):
        found = keys.keys(name, level)
        assert len(found) <= limits.MAX_KEYS
        assert all(found)


@given(st.lists(asked, min_size=1, max_size=8), st.permutations(FILES))
def test_the_order_of_the_files_does_not_count(wanted: list[str], files: list[RuleFile]) -> None:
    ours, theirs = shipped_keys(), Keys(Romanizer(files, romanizer("unidecode")))
    examples = [rule.example[0] for source in files[:3] for rule in source.rules[:5] if rule.example]
    for name in [*wanted, *examples]:
        assert ours.keys(name) == theirs.keys(name)
        for token in tokens(name):
            mine, yours = ours.romanizer.readings(token.text), theirs.romanizer.readings(token.text)
            assert [(r.text, set(r.langs), r.penalty) for r in mine] == [(r.text, set(r.langs), r.penalty) for r in yours]


@given(asked)
def test_a_name_shares_a_key_with_itself(name: str) -> None:
    keys = shipped_keys()
    assert keys.shares(name, None, name) == bool(keys.keys(name, "tight") or keys.keys(name, "skeleton"))
