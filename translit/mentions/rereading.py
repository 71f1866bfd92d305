"""Rereading: what a text becomes is read again until nothing more changes, so that cleaning twice changes nothing more.

What is written for one name may make another of its neighbours, or bear one out. Only a text in which something else than single
listed words was taken for a name, or left alone, is read again. The changes of the later reading are told as changes of
the text that was given.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import NamedTuple

from translit.matching.exact import LISTED
from translit.mentions.evidence import Need
from translit.mentions.places import Place
from translit.mentions.words import Words
from translit.model import Mention


class Edit(NamedTuple):
    """What is written from ``start`` to ``end`` of a text, and for which mention where that is told."""

    start: int
    end: int
    written: str
    mention: Mention | None = None

    def told(self, text: str) -> Mention:
        """The mention of the text that is written so; of one read later, the place and the spelling are the text's own."""
        mention = self.mention
        assert mention is not None
        stands = text[self.start : self.end]
        if (mention.start, mention.end, mention.replacement, mention.input) == (*self[:3], stands):
            return mention
        return replace(mention, input=stands, start=self.start, end=self.end, replacement=self.written)


def may_change_again(words: Words, places: Sequence[Place], near: Sequence[Place]) -> bool:
    """Whether a text with these places, and others that are near something, may read differently once they are written."""
    return bool(near) or any(not _is_plain(place) or _goes_on(words, place) for place in places)


def _goes_on(words: Words, place: Place) -> bool:
    """Whether a name may go on before or behind a place, at once or over a small word: *Karta-e-Perwan*."""
    first, last, most = place.first, place.last, len(words.word)
    near = words.joined
    if last < most and near[last] and (words.capital[last] or (last + 1 < most and near[last + 1] and words.capital[last + 1])):
        return True
    return bool(first and near[first] and (words.capital[first - 1] or (first > 1 and near[first - 1] and words.capital[first - 2])))


def _is_plain(place: Place) -> bool:
    """Whether a place is one listed word that wants nothing beside it and is written as one word."""
    answer = place.answer
    if answer is None or answer.method != "exact" or answer.part or answer.confidence < LISTED:
        return False
    whole = place.last - place.first == 1 and " " not in answer.canonical and not (place.ending or place.cut or place.lead)
    return whole and place.need is Need.NOTHING


def written(text: str, edits: Sequence[Edit]) -> str:
    """The text with its edits made.

    >>> written("in Caboul", [Edit(3, 9, "Kabul")])
    'in Kabul'
    """
    out: list[str] = []
    at = 0
    for start, end, spelling, _ in edits:
        out += (text[at:start], spelling)
        at = end
    return "".join([*out, text[at:]])


def changed(text: str, edits: Sequence[Edit]) -> list[Edit]:
    """The edits that write something else than what stands there.

    >>> changed("in Kabul", [Edit(3, 8, "Kabul")])
    []
    """
    return [edit for edit in edits if edit.written != text[edit.start : edit.end]]


def composed(text: str, edits: Sequence[Edit], again: Sequence[Edit]) -> list[Edit]:
    """The edits of a text, with what a second reading changed in what they wrote.

    Args:
        text: the text.
        edits: of its first reading.
        again: those of the text that they write, which change it.

    >>> composed("the Caboul Ciry", [Edit(4, 10, "Kabul")], [Edit(4, 14, "Kabul City")])
    [Edit(start=4, end=15, written='Kabul City', mention=None)]
    """
    middle = written(text, edits)
    # How much longer the text before each edit became, and where each stands in the middle.
    grown = list(accumulate((len(edit.written) - (edit.end - edit.start) for edit in edits), initial=0))
    starts = [edit.start + shift for edit, shift in zip(edits, grown, strict=False)]
    ends = [start + len(edit.written) for start, edit in zip(starts, edits, strict=True)]
    out: list[Edit] = []
    done = 0
    for changes, start, end in _clusters(again, starts, ends):
        # A change takes in all edits that it overlaps.
        first, last = bisect_right(ends, start, done), bisect_left(starts, end, done)
        out += edits[done:first]
        moved = [edit._replace(start=edit.start - start, end=edit.end - start) for edit in changes]
        out.append(Edit(start - grown[first], end - grown[last], written(middle[start:end], moved), changes[0].mention))
        done = last
    return out + list(edits[done:])


def _clusters(again: Sequence[Edit], starts: Sequence[int], ends: Sequence[int]) -> Iterator[tuple[list[Edit], int, int]]:
    """The changes, those together that overlap the same edits, and what they and these span.

    Args:
        again: the changes, left to right, without overlap.
        starts, ends: where the edits stand in the same text.
    """
    cluster: list[Edit] = []
    low = high = -1
    for change in again:
        first, last = bisect_right(ends, change.start), bisect_left(starts, change.end) - 1
        start, end = (min(change.start, starts[first]), max(change.end, ends[last])) if first <= last else (change.start, change.end)
        if cluster and start >= high:
            yield cluster, low, high
            cluster = []
        low = low if cluster else start
        cluster.append(change)
        high = end
    if cluster:
        yield cluster, low, high
