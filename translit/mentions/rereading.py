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


class _Piece(NamedTuple):
    """A stretch of the written text: a mention of the first reading, or a change of the second."""

    start: int
    end: int
    mention: Mention
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


def written(text: str, mentions: Sequence[Mention]) -> str:
    """The text with its mentions replaced.

    >>> written("in Caboul", [Mention("Caboul", "kabul", "Kabul", "place", "exact", 1.0, (), 3, 9, "Kabul")])
    'in Kabul'
    """
    out: list[str] = []
    at = 0
    for mention in mentions:
        out += (text[at : mention.start], mention.replacement)
        at = mention.end
    return "".join([*out, text[at:]])


def composed(text: str, mentions: Sequence[Mention], again: Sequence[Mention]) -> list[Mention]:
    """The mentions of a text, with what a second reading changed in what was written for them.

    Args:
        text: the text.
        mentions: of its first reading.
        again: the mentions of the text written with those that change it.
    """
    middle = written(text, mentions)
    out: list[Mention] = []
    shift = 0
    both = [*_placed(mentions), *(_Piece(m.start, m.end, m, True) for m in again)]
    for pieces in _groups(sorted(both, key=lambda piece: (piece.start, piece.end))):
        changes = [piece.mention for piece in pieces if piece.again]
        first = [piece.mention for piece in pieces if not piece.again]
        start, end = pieces[0].start, max(piece.end for piece in pieces)
        grown = sum(len(m.replacement) - (m.end - m.start) for m in first)
        if not changes:
            out += first
        else:
            low, high = start - shift, end - shift - grown
            moved = [replace(m, start=m.start - start, end=m.end - start) for m in changes]
            out.append(replace(changes[0], input=text[low:high], start=low, end=high, replacement=written(middle[start:end], moved)))
        shift += grown
    return out


def _placed(mentions: Sequence[Mention]) -> Iterator[_Piece]:
    """The mentions where they stand in the written text."""
    shift = 0
    for mention in mentions:
        start = mention.start + shift
        yield _Piece(start, start + len(mention.replacement), mention, False)
        shift += len(mention.replacement) - (mention.end - mention.start)


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
