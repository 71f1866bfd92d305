"""Texts read again: the edits of several readings are one set of edits of the text that was given."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from translit.mentions.rereading import Edit, composed, written


@st.composite
def edits_of(draw: st.DrawFn, text: str) -> list[Edit]:
    """Edits of a text, left to right, without overlap."""
    cuts = draw(st.lists(st.integers(0, len(text)), max_size=12, unique=True))
    spans = zip(sorted(cuts)[::2], sorted(cuts)[1::2], strict=False)
    return [Edit(start, end, draw(st.text("xyz", min_size=1, max_size=5))) for start, end in spans]


@given(st.data(), st.text("abcdef ", max_size=30))
def test_edits_of_what_edits_wrote_become_edits_of_the_text(data: st.DataObject, text: str) -> None:
    first = data.draw(edits_of(text))
    middle = written(text, first)
    again = data.draw(edits_of(middle))
    both = composed(text, first, again)
    assert written(text, both) == written(middle, again)
    assert all(left.end <= right.start for left, right in pairwise(both))
    assert again or both == first
