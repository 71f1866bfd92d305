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


def korean_names(name: str, given: Callable[[str], Sequence[str]]) -> list[str]:
    """The ways in which English newspapers may spell a name of a surname and one or two syllables; none for any other name.

    Args:
        name: any name.
        given: spells a syllable of Hangul, the most usual way first.

    >>> korean_names("이명박", {"명": ["myong"], "박": ["bak"]}.__getitem__), korean_names("서울특별시", lambda syllable: ["x"])
    (['lee myong bak', 'yi myong bak', 'rhee myong bak'], [])
    """
    if name.isascii() or not _NAME.fullmatch(name):
        return []
    letters = name.replace(" ", "")
    size = 2 if letters[:2] in surnames() and len(letters) > 3 else 1
    spellings, spelled = surnames().get(letters[:size], ()), [given(syllable) for syllable in letters[size:]]
    if not spelled or not all(spelled) or len(spelled) > 2 or (" " in name and name.index(" ") != size):
        return []
    # Syllables of a given name do not change each other's sounds in writing.
    first = " ".join(ways[0] for ways in spelled)
    return [f"{surname} {first}" for surname in spellings[: limits.MAX_SURNAME_SPELLINGS]]
