"""Cues: what stands beside some words and says that a place or a person is meant.

*Near* and *province of* before a place, *police* and *-based* behind it; the country or state that it is in (*Nowy Jork, N.Y.*), the
agency of a dateline, and the places that are listed with it (*Kabul, Herat and Bamian*).
"""

from __future__ import annotations

import regex

from translit.mentions.endings import POSSESSIVES
from translit.mentions.evidence import Context, blank_before
from translit.mentions.vocabulary import (
    AND_CUE,
    BEHIND_CUE,
    LINK_CUE,
    MOTION_CUE,
    PERSON_CUE,
    PLACE_CUE,
    PREPOSITION,
    REGION,
    STATE_CUE,
    TIED_CUE,
)
from translit.model import PLACE
from translit.unicode.tokens import spaceless

MOTION_WITHIN = 4
"""How many words before *to* tell whether somebody goes there."""
LISTED_TOGETHER = 8
"""How many words a list of places may have from one that is surely a place to the next."""
_DATELINE = regex.compile(r" (?:\(\p{Lu}\p{L}+\)|[–—] |-{1,2} )|, \p{Lu}\p{L}+\.? \d")
"""What stands behind the place of a dateline: an agency, a dash, or a day."""
_APPOSED = regex.compile(r",? ?\(|, ")
_ABBREVIATED = regex.compile(r"[A-Z][A-Za-z.]{1,6}")
_PARTS = regex.compile(r" ?[,;/] ?\n?| ?[–—-] ?")
"""What parts the places of a list."""


def has_cue(context: Context, first: int, last: int, kind: str, others: bool = True) -> bool:
    """Whether what stands beside some words says that an entity of that kind is meant.

    Args:
        context: the document.
        first, last: the words that it spans.
        kind: place or person.
        others: whether words farther off and other places say so, too.
    """
    # A preposition before a possessive is of what is possessed: in Linus's reply.
    owns = kind == PLACE and context.words.piece(last - 1, last).endswith(POSSESSIVES)
    if not owns and _is_cued_before(context, first, kind):
        return True
    if kind != PLACE:
        return False
    return (
        _is_cued_behind(context, last)
        or _is_dateline(context, first, last)
        or (others and (_is_gone_to(context, first) or _is_in_a_region(context, last) or _is_among_places(context, first, last)))
    )


def _is_cued_before(context: Context, first: int, kind: str) -> bool:
    if not first:
        return False
    words = context.words
    gap = words.text[words.ends[first - 1] : words.starts[first]]
    if gap != " " and gap.strip(" \n\r\t\u00a0'’"):
        return False
    bits = context.classes(first - 1)
    if not bits & (PLACE_CUE if kind == PLACE else PERSON_CUE):
        return False
    # Scripts without case count as capital; a preposition has one where it begins a sentence, other cues may be of a name there.
    if not words.capital[first - 1] or _is_caseless(words.piece(first - 1, first)):
        return True
    if kind != PLACE:
        # A title has a capital, too, before a name, but is a name itself behind one: General Massoud, Martin Luther King.
        return not (first > 1 and words.joined[first - 1] and words.capital[first - 2] and context.is_name(first - 2))
    return bool(bits & PREPOSITION) and words.starts_sentence(first - 1)


def _is_cued_behind(context: Context, last: int) -> bool:
    """Whether the next word is what places have: *police*, *airport*, *-based*."""
    words = context.words
    if last >= len(words.word):
        return False
    bits = context.classes(last)
    if not bits & (BEHIND_CUE | TIED_CUE):
        return False
    gap = words.text[words.ends[last - 1] : words.starts[last]]
    if bits & TIED_CUE and gap == "-":
        return True
    return bool(bits & BEHIND_CUE) and (gap == " " or (not gap and spaceless(words.piece(last, last + 1))))


def _is_dateline(context: Context, first: int, last: int) -> bool:
    """Whether a report begins there with the place that it comes from."""
    words = context.words
    starts = not first or "\n" in words.text[words.ends[first - 1] : words.starts[first]]
    return starts and _DATELINE.match(words.text, words.ends[last - 1]) is not None


def _is_in_a_region(context: Context, last: int) -> bool:
    """Whether the country, region or state follows in apposition: *Dayton, Ohio*, *Newark, N.J.*."""
    words = context.words
    if last >= len(words.word) or not words.capital[last]:
        return False
    gap = _APPOSED.fullmatch(words.text, words.ends[last - 1], words.starts[last])
    if gap is None:
        return False
    if context.classes(last) & REGION:
        return True
    short = _ABBREVIATED.match(words.text, words.starts[last])
    return short is not None and bool(context.bits[short[0].replace(".", "").lower()] & STATE_CUE)


def _is_gone_to(context: Context, first: int) -> bool:
    """Whether somebody goes there, or something is of it: *flew to*, *bound for*, *the mayor of*."""
    words = context.words
    if not first or words.capital[first - 1] or not blank_before(words, first):
        return False
    bits = context.classes(first - 1)
    if bits & LINK_CUE and first > 1 and _has_its_place(context, first - 2):
        return True
    if not bits & PREPOSITION:
        return False
    return any(context.classes(k) & MOTION_CUE for k in range(max(0, first - 1 - MOTION_WITHIN), first - 1))


def _has_its_place(context: Context, i: int) -> bool:
    """Whether a place may be named by *of* behind a word: *the mayor of*, *Roger Federer of*."""
    if context.classes(i) & (PLACE_CUE | BEHIND_CUE):
        return True
    return bool(context.words.capital[i]) and not context.is_word(i)


def _is_among_places(context: Context, first: int, last: int) -> bool:
    """Whether places are listed with it: one that *and* joins to it, or one on either side."""
    # In sport, clubs are listed by the names of their towns: Roma, Milan and Napoli.
    return _is_listed_with_places(context, first, last) and not context.is_of_sport


def _is_listed_with_places(context: Context, first: int, last: int) -> bool:
    if _is_joined_to(context, first):
        return True
    after, joined = _listed_after(context, last)
    # Where any word has a capital, what *and* joins may be two of anything.
    if joined and not context.words.starts_sentence(first):
        return True
    return after and first > 0 and first - 1 in context.sites and _parts(context, first)


def _is_joined_to(context: Context, first: int) -> bool:
    """Whether *and* stands between the words before and a place."""
    both = first > 1 and first - 2 in context.sites and bool(context.classes(first - 1) & AND_CUE)
    return both and not context.words.capital[first - 1]


def _listed_after(context: Context, last: int) -> tuple[bool, bool]:
    """Whether a place is listed behind, maybe with other names before it, and whether *and* alone stands between."""
    words = context.words
    direct = True
    for k in range(last, min(last + LISTED_TOGETHER, len(words.word))):
        if k in context.sites:
            return not direct or _parts(context, k), False
        if not words.capital[k]:
            if not context.classes(k) & AND_CUE:
                return False, False
            near = k + 1 in context.sites
            return near, near and direct
        if not _parts(context, k) and not (blank_before(words, k) and not direct):
            return False, False
        direct = False
    return False, False


def _parts(context: Context, k: int) -> bool:
    """Whether a comma, a slash or a dash stands before a word."""
    words = context.words
    return _PARTS.fullmatch(words.text, words.ends[k - 1], words.starts[k]) is not None


def _is_caseless(word: str) -> bool:
    return word.upper() == word.lower()
