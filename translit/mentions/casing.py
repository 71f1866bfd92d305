"""Case and endings: the canonical spelling put on as the text wore its own."""

from __future__ import annotations

from functools import lru_cache

import regex

from translit import limits

_APOSTROPHES = "'’‘ʼ´`＇"
_OWN_CAPITALS = regex.compile(r"\p{Ll}\p{Lu}\p{L}|\p{Lu}{2}\p{Ll}")
_ENDING = regex.compile(rf"[{_APOSTROPHES}]\p{{L}}{{0,6}}$")


def case_of(text: str) -> str:
    """``upper``, ``lower`` or ``mixed``; ``mixed`` too where the script has no case or one letter decides nothing.

    >>> case_of("MASSUD"), case_of("massud"), case_of("Massud"), case_of("مسعود")
    ('upper', 'lower', 'mixed', 'mixed')
    """
    if text.isupper() and sum(c.isupper() for c in text) > 1:
        return "upper"
    return "lower" if text.islower() else "mixed"


def wear(canonical: str, text: str) -> str:
    """The canonical spelling in the case of the text.

    >>> wear("Ahmad Massoud", "ACHMAD MASSUD"), wear("al-Qaeda", "el kaida"), wear("al-Qaeda", "Al Kaida")
    ('AHMAD MASSOUD', 'al-qaeda', 'al-Qaeda')
    """
    case = case_of(text)
    if case == "upper":
        return canonical.upper()
    return canonical.lower() if case == "lower" else canonical


def has_own_capitals(text: str) -> bool:
    """Whether a word has capitals that no sentence or headline gives it.

    >>> has_own_capitals("SunOS"), has_own_capitals("IPs"), has_own_capitals("KABUL"), has_own_capitals("Kabul")
    (True, True, False, False)
    """
    return _OWN_CAPITALS.search(text) is not None


@lru_cache(maxsize=limits.TOKEN_CACHE)
def split_ending(word: str) -> tuple[str, str]:
    """A word and the ending after its last apostrophe, which a language hangs on a name.

    >>> split_ending("Massud's"), split_ending("Kâbil’den"), split_ending("Massud")
    (('Massud', "'s"), ('Kâbil', '’den'), ('Massud', ''))
    """
    found = _ENDING.search(word)
    if found is None or not found.start():
        return word, ""
    return word[: found.start()], found[0]


def bare_genitive(word: str) -> tuple[str, str]:
    """A word and its final *s*, as German, Dutch and the Scandinavian languages write the genitive.

    >>> bare_genitive("Massuds"), bare_genitive("MASSUDS"), bare_genitive("Abbas")
    (('Massud', 's'), ('MASSUD', 'S'), ('Abba', 's'))
    """
    if len(word) > 4 and word[-1] in "sS" and word[-2] not in "sS":
        return word[:-1], word[-1]
    return word, ""
