"""Scripts: which script a word is written in, by ISO 15924 code."""

from __future__ import annotations

from functools import lru_cache

import regex

from translit import limits

SCRIPTS = {
    "Latn": "Latin", "Cyrl": "Cyrillic", "Arab": "Arabic", "Hebr": "Hebrew", "Grek": "Greek", "Armn": "Armenian",
    "Geor": "Georgian", "Deva": "Devanagari", "Beng": "Bengali", "Guru": "Gurmukhi", "Gujr": "Gujarati", "Taml": "Tamil",
    "Telu": "Telugu", "Knda": "Kannada", "Mlym": "Malayalam", "Sinh": "Sinhala", "Thai": "Thai", "Laoo": "Lao",
    "Khmr": "Khmer", "Mymr": "Myanmar", "Tibt": "Tibetan", "Ethi": "Ethiopic", "Hang": "Hangul", "Hani": "Han",
    "Kana": "Katakana", "Hira": "Hiragana", "Mong": "Mongolian", "Thaa": "Thaana", "Orya": "Oriya", "Tfng": "Tifinagh",
    "Nkoo": "Nko", "Adlm": "Adlam", "Olck": "Ol_Chiki",
}  # fmt: skip
"""ISO 15924 code → the Unicode ``Script`` property value, for the scripts that names are met in."""
CODES = tuple(SCRIPTS)
SPACELESS = frozenset({"Hani", "Hira", "Thai", "Laoo", "Khmr", "Mymr", "Tibt"})
"""Scripts that write no spaces between words: each character (with its marks) is a token of its own."""
ABJADS = frozenset({"Arab", "Hebr"})
"""Scripts that leave short vowels unwritten."""

_NONE = frozenset(["Zyyy"])
_HAN = regex.compile(r"\p{Han}")
_FINDER = regex.compile("|".join(rf"(?P<{code}>\p{{{name}}})" for code, name in SCRIPTS.items()))


@lru_cache(maxsize=limits.TOKEN_CACHE)
def script_of(text: str) -> str:
    """ISO 15924 code of the first letter whose script is known, ``"Zyyy"`` where there is none.

    >>> script_of("Kabul"), script_of("کابل"), script_of("Кабул"), script_of("42")
    ('Latn', 'Arab', 'Cyrl', 'Zyyy')
    """
    if text.isascii():
        return "Latn" if any(c.isalpha() for c in text) else "Zyyy"
    found = _FINDER.search(text)
    return (found.lastgroup or "Zyyy") if found else "Zyyy"


def has_han(text: str) -> bool:
    """Whether a text has Han characters.

    >>> has_han("東京タワー"), has_han("タワー")
    (True, False)
    """
    return not text.isascii() and _HAN.search(text) is not None


def scripts_in(text: str) -> frozenset[str]:
    """Every script that has a letter in ``text``.

    >>> sorted(scripts_in("Кabul"))
    ['Cyrl', 'Latn']
    """
    return frozenset(map(script_of, set(text))) - _NONE
