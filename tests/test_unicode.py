"""Folding and tokens: folding again changes nothing, tokens lie where they say, scripts are known."""

from __future__ import annotations

import unicodedata

from hypothesis import example, given
from hypothesis import strategies as st
from strategies import SCRIPTS, anything, names, scripts, texts, words

from translit.unicode.fold import fold_token
from translit.unicode.scripts import SCRIPTS as CODES
from translit.unicode.scripts import script_of, scripts_in
from translit.unicode.tokens import fold, tokens

strings = st.one_of(anything, names(), texts())


@given(strings)
@example("İ")
@example("ΐ\u0345ﬁßŉ")
def test_folding_again_changes_nothing(string: str) -> None:
    once = fold_token(string)
    assert fold_token(once) == once
    assert fold(fold(string)) == fold(string)


@given(strings)
def test_tokens_lie_where_they_say(string: str) -> None:
    at = 0
    for token in tokens(string):
        assert at <= token.start < token.end
        assert string[token.start : token.end] == token.text
        at = token.end
    assert at <= len(string)


@given(names())
def test_case_and_normal_form_do_not_count(name: str) -> None:
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert fold(unicodedata.normalize(form, name)) == fold(name)
    if name.upper().lower() == name.lower():
        assert fold(name.upper()) == fold(name.lower())


@given(names())
def test_apostrophes_count_alike(name: str) -> None:
    assert fold(name.replace("'", "’")) == fold(name.replace("’", "'"))


@given(scripts, st.data())
def test_letters_have_the_script_that_they_are_listed_under(script: str, data: st.DataObject) -> None:
    letters = [c for c in data.draw(words(script)) if unicodedata.category(c) in {"Ll", "Lu", "Lo"}]
    codes = {code for code, name in CODES.items() if name == {"Kana": "Katakana"}.get(script, script)} | (
        {"Hira"} if script == "Kana" else set()
    )
    for letter in letters:
        assert script_of(letter) in codes
        assert scripts_in(letter) <= codes
    assert script in SCRIPTS
