"""Koreans' names in Hangul: the surname as newspapers spell it (이 *Lee*, 노 *Roh*), the given name as the rules read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

import regex

from translit import limits
from translit.resources import data_root
from translit.rules.readers import FORMAT
from translit.tables import read_table

_NAME = regex.compile(r"\p{Hangul}{1,2} ?\p{Hangul}{1,2}")


@lru_cache(maxsize=1)
def surnames() -> Mapping[str, Sequence[str]]:
    """The spellings of each surname, the most usual first, from ``lexicons/readings/kor-surnames.tsv``."""
    table = read_table(data_root() / "readings" / "kor-surnames.tsv", FORMAT, ("surname", "spellings"))
    return {surname: spellings.split() for _, (surname, spellings) in table.rows()}


def korean_names(names: Sequence[str], given: Callable[[Sequence[str]], Sequence[Sequence[str]]]) -> list[list[str]]:
    """The ways in which English newspapers may spell each name of a surname and one or two syllables; none for any other name.

    Args:
        names: any names.
        given: spells syllables of Hangul, the most usual way first.

    >>> spellings = {"명": ["myong"], "박": ["bak"]}
    >>> korean_names(["이명박", "서울특별시"], lambda syllables: [spellings[syllable] for syllable in syllables])
    [['lee myong bak', 'yi myong bak', 'rhee myong bak'], []]
    """
    parted = [_parted(name) for name in names]
    distinct = list(dict.fromkeys(syllable for _, syllables in parted for syllable in syllables))
    spelled = dict(zip(distinct, given(distinct), strict=True)) if distinct else {}
    return [_spelled(surname, [spelled[syllable] for syllable in syllables]) for surname, syllables in parted]


def _parted(name: str) -> tuple[str, str]:
    """The surname and the syllables of the given name; nothing of what cannot be a Korean's name."""
    if name.isascii() or not _NAME.fullmatch(name):
        return "", ""
    letters = name.replace(" ", "")
    size = 2 if letters[:2] in surnames() and len(letters) > 3 else 1
    if len(letters) - size not in (1, 2) or (" " in name and name.index(" ") != size):
        return "", ""
    return letters[:size], letters[size:]


def _spelled(surname: str, given: Sequence[Sequence[str]]) -> list[str]:
    """The ways to spell a name by those of its syllables."""
    if not given or not all(given):
        return []
    # Syllables of a given name do not change each other's sounds in writing.
    first = " ".join(ways[0] for ways in given)
    return [f"{spelling} {first}" for spelling in surnames().get(surname, ())[: limits.MAX_SURNAME_SPELLINGS]]
