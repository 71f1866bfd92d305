"""Case and endings: the canonical spelling worn as the text wore its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import anything, names
from tables import cases

from translit.mentions.casing import bare_genitive, case_of, split_ending, wear
from translit.unicode.scan import has_capital


@pytest.mark.parametrize("case", cases("casing.tsv"))
def test_what_is_worn(case: dict[str, str]) -> None:
    assert wear(case["canonical"], case["text"]) == case["worn"]


@given(names(), st.one_of(names(), anything))
def test_wearing_changes_nothing_but_case(canonical: str, text: str) -> None:
    worn = wear(canonical, text)
    assert worn in {canonical, canonical.upper(), canonical.lower()}
    assert wear(canonical, worn) in {worn, canonical}


@given(st.one_of(names(), anything))
def test_what_is_cut_off_is_the_end(word: str) -> None:
    for cut in (split_ending, bare_genitive):
        stem, ending = cut(word)
        assert stem + ending == word
        assert stem or not word


@given(anything)
def test_every_string_has_a_case(text: str) -> None:
    assert case_of(text) in {"upper", "lower", "mixed"}
    assert isinstance(has_capital(text), bool)
