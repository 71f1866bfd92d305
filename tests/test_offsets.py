"""The offsets of a trail rebuild the output and give the input back, whatever the text.

``TRANSLIT_STRINGS=1000000 pytest tests/test_offsets.py --hypothesis-seed=0`` asks for a million strings.
"""

from __future__ import annotations

import os
from itertools import product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import ODD, SMALL, anything, spellings_of, texts

from translit import Lexicon, Normalizer
from translit.trail import apply, undo

STRINGS = int(os.environ.get("TRANSLIT_STRINGS", "4000"))
"""How many strings are asked for."""
MANY = 50
"""Strings of one example: to begin one costs more than a string."""
SPELLINGS = spellings_of(SMALL)
NAUGHTY = [f"{before}{name}{after}" for before, name, after in product(("", *ODD), SPELLINGS[::7], ("", *ODD))]
strings = st.one_of(texts(st.sampled_from(SPELLINGS)), anything, st.sampled_from(NAUGHTY))


@pytest.fixture(scope="module", params=[False, True], ids=["prose", "markup"])
def norm(request: pytest.FixtureRequest) -> Normalizer:
    return Normalizer(Lexicon.build(SMALL), markup=request.param)


def check(norm: Normalizer, many: list[str]) -> None:
    """Check the trails of some texts."""
    assert norm.clean_many(many) == [cleaned for cleaned, _ in norm.rewrite_many(many)]
    for text, mentions, (cleaned, changes) in zip(many, norm.find_many(many), norm.rewrite_many(many), strict=True):
        assert all(text[m.start : m.end] == m.input for m in mentions)
        assert apply(text, mentions) == cleaned
        assert undo(cleaned, mentions) == text
        assert changes == sum(m.replacement != m.input for m in mentions)


@pytest.mark.timeout(max(600, STRINGS // 50))
@settings(
    max_examples=max(1, STRINGS // (2 * MANY)),
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(many=st.lists(strings, min_size=MANY, max_size=MANY))
def test_trails_of_strings_that_hypothesis_makes(norm: Normalizer, many: list[str]) -> None:
    check(norm, many)


def test_trails_of_naughty_strings(norm: Normalizer) -> None:
    check(norm, NAUGHTY)
