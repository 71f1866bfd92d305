"""Atoms: what the alignment takes as one source letter, script by script.

Latin words are their folded letters. Hangul is cut into jamo. A Han character is its Mandarin syllable, from the fallback
romanizer, which is how Chinese text writes foreign names; it says nothing of Japanese readings. Other scripts are cut into
their letters as the rules read them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from translit import limits
from translit.unicode.fold import fold_token, spelling
from translit.unicode.scripts import script_of
from translit.unicode.tokens import tokens

Fallback = Callable[[str], str]
SYLLABIC = frozenset({"Hani"})
"""Scripts whose atoms are syllables written with several letters."""


def script_of_name(name: str) -> str:
    """The script that a name is aligned in; a name with kana is Japanese whatever else it holds.

    >>> script_of_name("Kabul"), script_of_name("東京タワー"), script_of_name("北京")
    ('Latn', 'Kana', 'Hani')
    """
    if name.isascii():
        return "Latn"
    script = script_of(name)
    if script in ("Hani", "Hira") and any("\u3040" <= c <= "\u30ff" for c in name):
        return "Kana"
    return "Latn" if script == "Zyyy" else script


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _syllable(character: str, fallback: Fallback) -> str:
    return fold_token("".join(fallback(character).split()))


def atoms(name: str, script: str, fallback: Fallback) -> tuple[str, ...]:
    """The atoms of a name; words are parted by a blank.

    Args:
        name: a name whose script is ``script``.
        script: ISO 15924 code, from :func:`script_of_name`.
        fallback: romanizes one character; used for Han only.

    >>> atoms("Ка-бул", "Cyrl", str)
    ('к', 'а', ' ', 'б', 'у', 'л')
    """
    out: list[str] = []
    last = ""
    for token in tokens(name):
        if script == "Latn":
            word = tuple(fold_token(token.text))
        elif script == "Hang":
            word = tuple(unicodedata.normalize("NFD", spelling(token.text)))
        elif script == "Hani":
            word = tuple(s for s in (_syllable(c, fallback) for c in token.text) if s)
        else:
            word = tuple(spelling(token.text))
        here = script_of(token.text)
        if out and word and not (here == last and here in ("Hani", "Thai", "Laoo", "Khmr", "Mymr", "Tibt")):
            out.append(" ")
        out.extend(word)
        last = here
    return tuple(out)
