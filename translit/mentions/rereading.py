"""Rereading: what a text becomes is read again until nothing more changes, so that cleaning twice changes nothing more.

What is written for one name may make another of its neighbours, or bear one out. Only a text in which something else than single
listed words was taken for a name, or left alone, is read again. The changes of the later reading are told as changes of
the text that was given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
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


class _Piece(NamedTuple):
    """A stretch of the written text: an edit of the first reading, or a change of the second."""

    start: int
    end: int
    edit: Edit
    again: bool


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
    out: list[Edit] = []
    shift = 0
    both = [*_placed(edits), *(_Piece(edit.start, edit.end, edit, True) for edit in again)]
    for pieces in _groups(sorted(both, key=lambda piece: (piece.start, piece.end))):
        changes = [piece.edit for piece in pieces if piece.again]
        first = [piece.edit for piece in pieces if not piece.again]
        start, end = pieces[0].start, max(piece.end for piece in pieces)
        grown = sum(len(edit.written) - (edit.end - edit.start) for edit in first)
        if not changes:
            out += first
        else:
            moved = [edit._replace(start=edit.start - start, end=edit.end - start) for edit in changes]
            out.append(Edit(start - shift, end - shift - grown, written(middle[start:end], moved), changes[0].mention))
        shift += grown
    return out


def _placed(edits: Sequence[Edit]) -> Iterator[_Piece]:
    """The edits where they stand in the written text."""
    shift = 0
    for edit in edits:
        start = edit.start + shift
        yield _Piece(start, start + len(edit.written), edit, False)
        shift += len(edit.written) - (edit.end - edit.start)


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces, those together that overlap."""
    group: list[_Piece] = []
    end = -1
    for piece in pieces:
        if group and piece.start >= end:
            yield group
            group = []
        group.append(piece)
        end = max(end if len(group) > 1 else -1, piece.end)
    if group:
        yield group
