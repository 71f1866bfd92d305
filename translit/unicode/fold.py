"""Folding: the matching view of a name, in which case, diacritics, apostrophes and hyphens do not count.

Letters that Unicode does not decompose, but that newspapers write with a plain letter, are listed in
``_PLAIN``. Marks are dropped only where they are diacritics (Latin, Greek, Cyrillic, Arabic and Hebrew);
the vowel signs of Indic and South-East Asian scripts are letters and stay.

Sources: Unicode Standard Annex #15 (normalization), chapters 3.13 (case folding) and 9 (Arabic and Hebrew).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

from translit import limits

APOSTROPHES = "'’‘`´ʼʻʹʾʿ′＇ʺ״׳"
"""What stands for an apostrophe, ayn, hamza or soft sign inside a word."""
INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
INVISIBLE += "\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\u206a\u206b\u206c\u206d\u206e\u206f\ufeff\ufe0e\ufe0f\u0640"
"""Default-ignorable characters, and the Arabic tatweel."""

_PLAIN = {
    "ı": "i", "ȷ": "j", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŋ": "n",
    "ŧ": "t", "ɖ": "d", "ɗ": "d", "ɓ": "b", "ƙ": "k", "ƴ": "y", "ɛ": "e", "ɔ": "o", "ə": "a", "ǝ": "e", "ɨ": "i", "ʉ": "u",
    "ƒ": "f", "ĸ": "k", "ǥ": "g", "ƶ": "z", "ɲ": "n", "ɣ": "gh", "ʔ": "", "ʕ": "", "ʿ": "", "ʾ": "", "ʻ": "", "ʼ": "", "ʹ": "", "ʺ": "",
    "ك": "ک", "ي": "ی", "ى": "ی", "ې": "ی", "ۍ": "ی", "ے": "ی", "ة": "ه", "ۀ": "ه", "ہ": "ه", "ھ": "ه", "ە": "ه", "ٱ": "ا", "ء": "",
    "ګ": "گ",
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "ς": "σ", "ѐ": "е", "ґ": "г",
}  # fmt: skip
_TABLE = str.maketrans({**_PLAIN, **dict.fromkeys(APOSTROPHES + INVISIBLE, "")})
_ASCII_TABLE = str.maketrans({"'": "", "`": ""})
# Diacritics proper: the combining blocks of Latin, Greek and Cyrillic, Hebrew points, Arabic tashkeel and Quranic marks.
_MARKS = regex.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_HIRAGANA = regex.compile("[\u3041-\u3096\u309d\u309e]")


def _to_katakana(match: regex.Match[str]) -> str:
    return chr(ord(match[0]) + 0x60)


@lru_cache(maxsize=limits.TOKEN_CACHE)
def fold_token(token: str) -> str:
    """The matching form of one token: lower case, plain letters, no marks, apostrophes or invisible characters.

    Args:
        token: one word in any script.

    Returns:
        The folded word, possibly empty; folding it again changes nothing.

    >>> fold_token("Ka’būl"), fold_token("ﬁġġ"), fold_token("İstanbul"), fold_token("كابُل")
    ('kabul', 'figg', 'istanbul', 'کابل')
    """
    if token.isascii():
        return token.lower().translate(_ASCII_TABLE)
    text = unicodedata.normalize("NFKD", token.casefold())
    text = _MARKS.sub("", text).casefold()
    text = unicodedata.normalize("NFKD", text.translate(_TABLE))
    text = unicodedata.normalize("NFC", _MARKS.sub("", text))
    return _HIRAGANA.sub(_to_katakana, text).replace(" ", "")


def strict(text: str) -> str:
    """A spelling as listed, whatever its case: NFC, casefolded.

    >>> strict("Ka\\u0301bul") == strict("KÁBUL")
    True
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


@lru_cache(maxsize=limits.TOKEN_CACHE)
def spelling(token: str) -> str:
    """The form of a token that native-script rules read: casefolded, composed, without tashkeel or invisible characters.

    Unlike :func:`fold_token` it keeps letters apart that a rule may tell apart (й and и, ي and ی).

    >>> spelling("Панджшер"), spelling("مُحَمّد")
    ('панджшер', 'محمد')
    """
    text = unicodedata.normalize("NFKC", token).casefold().translate(_KEEP_TABLE)
    text = unicodedata.normalize("NFC", _ABJAD_MARKS.sub("", text))
    return _HIRAGANA.sub(_to_katakana, text)


_KEEP_TABLE = str.maketrans(dict.fromkeys(INVISIBLE, ""))
_ABJAD_MARKS = regex.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u0301]+"
)
