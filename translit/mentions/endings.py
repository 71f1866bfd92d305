"""Endings: the ways to cut off a word what a language hangs on a name.

Each is one that the listed names, the parts of names and the neighbours of guesses are tried with.
"""

from __future__ import annotations

from functools import lru_cache

from translit import limits
from translit.mentions.casing import bare_genitive, split_ending
from translit.unicode.fold import fold_token

POSSESSIVES = ("'s", "’s", "'S", "’S")
"""Endings that are never letters of the name."""


@lru_cache(maxsize=limits.TOKEN_CACHE)
def endings(word: str) -> tuple[tuple[str, str, str], ...]:
    """The ways to cut an ending off a word: (stem, folded stem, ending)."""
    if word.isalpha() and word[-1] not in "sS":
        return ()
    stem, ending = split_ending(word)
    if not ending:
        stem, ending = bare_genitive(word)
    return ((stem, fold_token(stem), ending),) if ending else ()
