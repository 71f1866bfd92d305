"""Disguised names: letters of another script, look-alike digits and unseen characters, and the plain word behind them.

A word is suspected only where it mixes scripts that look alike, or has digits among letters; a word that is of one script
costs a look at its letters and nothing more. The look-alikes are those of ``lexicons/confusables.tsv``.

Source: Unicode Technical Standard #39, Unicode Security Mechanisms, section 4 (confusable detection).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

from translit import limits
from translit.resources import data_root
from translit.tables import read_table

FORMAT = "translit-confusables/1"
LEAST_LETTERS = 3
"""Fewest letters of a word whose digits are taken for letters; the digits are fewer than the letters."""
_SCRIPTS = ("Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu")
_COUNTED = {name: regex.compile(rf"\p{{{name}}}") for name in _SCRIPTS}
_SUSPECT = regex.compile(r"\p{Cyrillic}|\p{Greek}|\p{Armenian}|\p{Cherokee}|\p{Coptic}|\p{Lisu}")
_LATIN = regex.compile(r"\p{Latin}")
_ASCII_DIGITS = regex.compile(r"[01]")
_WIDE = regex.compile("[\uff21-\uff3a\uff41-\uff5a]")
_SMALL_CAPITALS = {ord(unicodedata.lookup(f"LATIN LETTER SMALL CAPITAL {letter}")): letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWYZ"}
"""Letters of phonetic alphabets that pass for capitals of small size; they are no compatibility forms of these."""
_ALIKE_IN_SIZE = "cosvwxz"
"""Letters whose small capital is often written as the small letter."""
STYLED_LETTER = f"[\U0001d400-\U0001d7ff{''.join(map(chr, _SMALL_CAPITALS))}]"
"""Pattern of a letter that is another one in a style of its own."""
_STYLED = regex.compile(STYLED_LETTER)
_COMPATIBLE_RUN = regex.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff]+")
_CONTROLS = regex.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_WRITES_JOINERS = regex.compile(r"\p{Arabic}|\p{Devanagari}|\p{Bengali}|\p{Malayalam}|\p{Kannada}|\p{Telugu}|\p{Sinhala}|\p{Khmer}")
_JOINERS = frozenset("\u200c\u200d")
_MAYBE = regex.compile(r"[01]|[^\x00-\x7f]")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+")
LOOK_ALIKE = "letters of another script that look alike"
DIGITS = "digits in the place of letters"
UNSEEN = "characters inside it that are not seen"
WIDE = "full-width letters"
STYLED = "mathematical letters or small capitals"


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[int, str], dict[int, str]]:
    """To Latin, and from Latin to Cyrillic, each a table for ``str.translate``."""
    latin: dict[int, str] = {}
    cyrillic: dict[int, str] = {}
    for _, (char, like, name) in read_table(data_root() / "confusables.tsv", FORMAT, ("char", "like", "name")).rows():
        latin[ord(char)] = like
        # The first is the plainest: the blocks follow one another from the common letters to the rare.
        if name.startswith("cyrillic"):
            cyrillic.setdefault(ord(like), char)
    return latin, cyrillic


@lru_cache(maxsize=limits.TOKEN_CACHE)
def unmask(word: str) -> str:
    """The plain word behind a disguised one; any other word as it is.

    Args:
        word: one word or name.

    >>> unmask("Кabul"), unmask("Kabu1"), unmask("Кабул"), unmask("F16"), unmask("SHA1")
    ('Kabul', 'Kabul', 'Кабул', 'F16', 'SHA1')
    >>> unmask("Kᴀʙᴜʟ"), unmask("𝐊𝐚𝐛𝐮𝐥")
    ('KABUL', 'Kabul')
    """
    if not word.isascii() and _STYLED.search(word) is not None:
        # Letters of phonetic alphabets stand for capitals only among their like, and those that look the same in either size.
        small = any(c.islower() and ord(c) not in _SMALL_CAPITALS and c not in _ALIKE_IN_SIZE for c in word)
        word = unicodedata.normalize("NFKC", word if small else word.translate(_SMALL_CAPITALS).upper())
    mixed = not word.isascii() and _SUSPECT.search(word) is not None and _LATIN.search(word) is not None
    if mixed:
        counts = {name: len(found.findall(word)) for name, found in _COUNTED.items()}
        latin, cyrillic = _tables()
        return word.translate(cyrillic if counts["Cyrillic"] > counts["Latin"] else latin)
    if "0" not in word and "1" not in word:
        return word
    # Behind capitals a 1 is a number: SHA1.
    digits = 0 if word.isupper() and word.endswith("1") else sum(c.isdigit() for c in word)
    if digits and len(_ASCII_DIGITS.findall(word)) == digits:
        letters = sum(c.isalpha() for c in word)
        if letters >= LEAST_LETTERS and letters > digits and _LATIN.search(word) is not None:
            return word.translate({ord("0"): "O" if word.isupper() else "o", ord("1"): "l"})
    return word


def plain_name(name: str) -> str:
    """A name with each of its words unmasked, in letters of plain width, without what is not seen.

    >>> plain_name("Achmad Мassud"), plain_name("Ахмад Massoud")
    ('Achmad Massud', 'Ахмад Massoud')
    """
    if _MAYBE.search(name) is None or len(name) > limits.MAX_NAME_CODEPOINTS:
        return name
    if not name.isascii():
        name = _COMPATIBLE_RUN.sub(lambda found: unicodedata.normalize("NFKC", found[0]), _CONTROLS.sub(_joiner, name))
    return _WORD.sub(lambda found: unmask(found[0]), name)


def _joiner(found: regex.Match[str]) -> str:
    """Nothing, but for the joiners that some scripts write."""
    return found[0] if found[0] in _JOINERS and _WRITES_JOINERS.search(found.string) is not None else ""


def disguises(raw: str) -> tuple[str, ...]:
    """What a spelling is disguised by, each a phrase for a person; nothing for most.

    >>> disguises("Кabul"), disguises("Ka\\u200bbul"), disguises("Ｋａｂｕｌ"), disguises("Kabul")
    (('letters of another script that look alike',), ('characters inside it that are not seen',), ('full-width letters',), ())
    """
    if _MAYBE.search(raw) is None:
        return ()
    told = []
    if any(unmask(word) != word and _STYLED.search(word) is None for word in _WORD.findall(raw)):
        told.append(DIGITS if _SUSPECT.search(raw) is None else LOOK_ALIKE)
    if raw.isascii():
        return tuple(told)
    unseen = set(_CONTROLS.findall(raw)) - {"\u00ad"}
    if unseen - _JOINERS or (unseen and _WRITES_JOINERS.search(raw) is None):
        told.append(UNSEEN)
    if _WIDE.search(raw) is not None:
        told.append(WIDE)
    if any(_STYLED.search(word) is not None and unmask(word) != word for word in _WORD.findall(raw)):
        told.append(STYLED)
    return tuple(told)
