"""Names left over: what it costs that one side of a comparison has a name which the other lacks, by what the name is.

A father's name, a middle name or an initial is often left out, the surname seldom, but for the second one of those who have two.

Source: the United Nations' *Guide to Names and Naming Practices*.
"""

from __future__ import annotations

from collections.abc import Sequence

from translit.matching.nameparts import Words, particles

PATRONYMIC, MIDDLE, LAST, FIRST = 1200, 2200, 2800, 3200
"""Handicaps, in 1/1000 log-odds as all that follow, of a name that one side lacks: a father's, any other, by where it stands."""
OFTEN_LEFT_OUT = 800
"""Handicap of a first name that many are listed without."""
FURTHER_MIDDLE, LETTER = 600, 1400
"""Handicaps of each further name between the first and the last, and of an initial, that one side lacks."""
UNLISTED = 400
"""Handicap, besides, of a name that the form lacks and that is no patronymic: it may be another person's."""
SECOND_SURNAME, BYNAME = 2200, 2400
"""Handicaps of a last name that one side lacks where bearers have two, and are called by the first, and of one with an article."""
SURNAMED_OTHERWISE = 800
"""Handicap, besides, of a surname behind all that the form has: *Robert Burns Woodward* is not Robert Burns."""
FOREFATHER = 200
"""Handicap of each further father's name: the grandfather's, and so on."""
FOREMOST = 2500
"""Handicap, besides, of a name before all that the form has: *Uday Saddam Hussein* is the son of Saddam Hussein."""


def left_out(words: Words, left: set[int], last: int, told: int) -> int:
    """The handicap of names of one side that the other lacks.

    Args:
        words: of the side.
        left: places of these names.
        last: place of the word that answers to the other's last name.
        told: how many words are told to be the surname, 0 where nothing tells.
    """
    if not left:
        return 0
    names = _spoken([i for i in words.names if words.roles[i] != "title"] or list(words.names), last)
    letters = left.intersection(words.initials)
    fathers = len(left & words.fathers)
    lineage = PATRONYMIC + (fathers - 1) * FOREFATHER if fathers else 0
    others = left - words.fathers - letters
    ends = others & {names[0], names[-1]}
    middle = len(others - ends)
    return (
        lineage
        + LETTER * len(letters)
        + (MIDDLE + FURTHER_MIDDLE * (middle - 1) if middle else 0)
        + (_first_left_out(words, names[0]) if names[0] in ends else 0)
        + (_last_left_out(words, names, told) if names[-1] in ends else 0)
    )


def _spoken(names: list[int], last: int) -> list[int]:
    """The places of names in the order of speech, where the one at ``last`` is the surname."""
    at = names.index(last) + 1 if last in names else len(names)
    return names[at:] + names[:at]


def _first_left_out(words: Words, first: int) -> int:
    return OFTEN_LEFT_OUT if words.texts[first] in particles().forenames else FIRST


def _last_left_out(words: Words, names: Sequence[int], told: int) -> int:
    """The handicap of the last name, which may be the second surname of one who is called by the first, or a byname (*al-Tikriti*)."""
    known, last = particles(), names[-1]
    if told > 1 or (len(names) > 2 and any(map(known.two_surnames, (words.texts[names[-2]], words.texts[last])))):
        return SECOND_SURNAME
    return BYNAME if last and words.roles[last - 1] == "article" else LAST


def unlisted(name: Words, left: set[int], last: int, told: int) -> int:
    """The handicap, however the name is compared, of names that the form lacks: they may be another person's.

    Args:
        name, left, last, told: as of :func:`left_out`.
    """
    names = _spoken([i for i in name.names if name.roles[i] != "title" or i in left], last)
    if not names:
        return 0
    son = names[0] in left and name.texts[names[0]] not in particles().forenames
    surnamed = names[-1] in left - name.fathers and _last_left_out(name, names, told) == LAST
    return UNLISTED * len(left - name.fathers) + FOREMOST * son + SURNAMED_OTHERWISE * surnamed
