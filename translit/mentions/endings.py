"""Endings: the ways to cut off a word what a language hangs on a name.

Each is one that the listed names, the parts of names and the neighbours of guesses are tried with.
"""

from __future__ import annotations

from functools import lru_cache

from translit import limits
from translit.lexicon.index import Index
from translit.mentions.casing import bare_genitive, split_ending
from translit.unicode.fold import fold_token
from translit.unicode.tokens import fold

POSSESSIVES = ("'s", "’s", "'S", "’S")
"""Endings that are never letters of the name."""
BARE_GENITIVES = ("s", "S")
"""Endings without an apostrophe, as German, Dutch and the Scandinavian languages write the genitive."""


@lru_cache(maxsize=limits.TOKEN_CACHE)
def endings(word: str) -> tuple[tuple[str, str, str], ...]:
    """The ways to cut an ending off a word: (stem, folded stem, ending)."""
    if word.isalpha() and word[-1] not in "sS":
        return ()
    stem, ending = split_ending(word)
    if not ending:
        stem, ending = bare_genitive(word)
    return ((stem, fold_token(stem), ending),) if ending else ()


def bears(canonical: str, ending: str) -> bool:
    """Whether a spelling can be written with an ending: a bare *s* behind another is none.

    >>> bears("Panjshir", "s"), bears("Asturias", "s"), bears("Asturias", "'s")
    (True, False, True)
    """
    return ending not in ("s", "S") or canonical[-1] not in "sS"


def is_listed_with(index: Index, canonical: str, ending: str) -> bool:
    """Whether a spelling with bare letters behind it is listed itself, and so would not be read as the two when it is cleaned again."""
    return ending.isalpha() and int(index.find_forms([fold(canonical + ending)])[0]) >= 0
