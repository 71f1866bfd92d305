"""The offsets of a trail rebuild the output and give the input back, whatever the text.

``TRANSLIT_STRINGS=1000000 pytest tests/test_offsets.py --hypothesis-seed=0`` asks for a million strings: those that Hypothesis makes,
and what comes of cutting and joining them, which costs less than making them.
"""

from __future__ import annotations

import os
from itertools import product
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from strategies import ODD, SMALL, anything, spellings_of, texts

from translit import Lexicon, Normalizer
from translit.trail import apply, undo

STRINGS = int(os.environ.get("TRANSLIT_STRINGS", "4000"))
"""How many strings are asked for."""
MANY, SPLICED = 20, 480
"""Strings of one example, made and spliced: to begin one costs more than a string."""
SPELLINGS = spellings_of(SMALL)
NAUGHTY = [f"{before}{name}{after}" for before, name, after in product(("", *ODD), SPELLINGS[::7], ("", *ODD))]
GLUE = ("", "", " ", "-", ". ", "\n")
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


def spliced(made: list[str], random: Random) -> list[str]:
    """Beginnings of some strings with the ends of others, cut anywhere, between a letter and its mark too."""
    out = []
    for _ in range(SPLICED):
        one, other = random.choice(made), random.choice(made)
        out.append(one[: random.randint(0, len(one))] + random.choice(GLUE) + other[random.randint(0, len(other)) :])
    return out


@pytest.mark.timeout(max(600, STRINGS // 50))
@settings(
    max_examples=max(1, STRINGS // (2 * (MANY + SPLICED))),
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
)
@given(made=st.lists(strings, min_size=MANY, max_size=MANY), seed=st.integers(0, 1 << 32))
def test_trails_of_strings_that_hypothesis_makes(norm: Normalizer, made: list[str], seed: int) -> None:
    check(norm, [*made, *spliced(made, Random(seed))])


def test_trails_of_naughty_strings(norm: Normalizer) -> None:
    check(norm, NAUGHTY)
