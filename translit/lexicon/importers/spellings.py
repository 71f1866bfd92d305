"""The variants of one entity as they are gathered, cleaned and typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import regex
from rapidfuzz.distance import JaroWinkler

from translit.lexicon.forms import is_code
from translit.lexicon.reading.cells import joiners_tidied
from translit.limits import MAX_CELL_CODEPOINTS, MAX_VARIANTS_PER_ENTITY
from translit.model import Entity, Variant
from translit.unicode.fold import strict
from translit.unicode.scripts import script_of
from translit.unicode.tokens import fold

_INVISIBLE = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_FORBIDDEN = regex.compile(r"[\p{Cc}\p{Cs}\p{Co}\p{Noncharacter_Code_Point}]")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_ALIKE = 0.6
"""Least Jaro-Winkler similarity of two spellings of one name; below, it is another name."""


def tidy(text: str) -> str:
    """A name as it is printed: NFC, without invisible marks, one blank between words.

    >>> tidy(" Kabul\\u200f  City ")
    'Kabul City'
    """
    text = _INVISIBLE.sub("", text)
    if "\u200c" in text or "\u200d" in text:
        text = joiners_tidied(text)
    return " ".join(unicodedata.normalize("NFC", text).split())


def fault(text: str) -> str:
    """Why a tidied name cannot be one, or ``""``.

    >>> fault("Kabul"), fault("")
    ('', 'it is empty')
    """
    if not text:
        return "it is empty"
    if len(text) > MAX_CELL_CODEPOINTS:
        return f"it has more than {MAX_CELL_CODEPOINTS} characters"
    if found := _FORBIDDEN.search(text):
        return f"it has the character U+{ord(found[0]):04X}"
    if not any(character.isalpha() for character in text):
        return "it has no letter"
    return ""


def lang_tag(tag: str) -> str:
    """A BCP 47 tag from what a data set calls a language, ``""`` where it is none.

    >>> lang_tag("zh_Hant"), lang_tag("EN"), lang_tag("be-x-old"), lang_tag("u"), lang_tag("mul")
    ('zh-Hant', 'en', 'be-x-old', '', '')
    """
    first, *others = tag.strip().replace("_", "-").split("-")
    found = "-".join([first.lower(), *others])
    return found if _LANG.fullmatch(found) and first.lower() not in ("und", "mul", "mis", "zxx") else ""


def type_of(text: str, canonical: str, other: str) -> str:
    """The type of a spelling that its data set does not tell.

    Args:
        text: the spelling.
        canonical: the canonical one.
        other: what it is where it is in Latin letters like the canonical and yet another name.

    >>> type_of("Kaboul", "Kabul", "exonym"), type_of("کابل", "Kabul", "exonym"), type_of("KBL", "Kabul", "exonym")
    ('romanization', 'native', 'abbreviation')
    """
    if is_code(text) and not is_code(canonical):
        return "abbreviation"
    if script_of(text) not in (script_of(canonical), "Latn", "Zyyy"):
        return "native"
    if script_of(text) != script_of(canonical):
        return "romanization"
    alike = JaroWinkler.similarity(fold(text), fold(canonical), prefix_weight=0.0)
    return "romanization" if alike >= _ALIKE else other


class Spellings:
    """Gathers the spellings of one entity.

    Args:
        canonical: the canonical spelling, tidied.
        refuse: called with a reason for each spelling that cannot be a name.

    >>> spellings = Spellings("Kabul", print)
    >>> spellings.add("Kaboul", "fr")
    >>> spellings.add("42")
    '42' is no name: it has no letter
    >>> [variant.text for variant in spellings.entity("gn:1138958", "place").variants]
    ['Kaboul']
    """

    def __init__(self, canonical: str, refuse: Callable[[str], None]) -> None:
        self.canonical = canonical
        self._refuse = refuse
        self._found: dict[tuple[str, str], Variant] = {}
        self.canonicals: dict[str, str] = {}

    def add(self, text: str, lang: str = "", type_: str = "", other: str = "exonym", note: str = "") -> None:
        """Add a spelling.

        Args:
            text: the spelling.
            lang: the language that writes it so, as the data set calls it.
            type_: its type; by default told from the spelling.
            other: its type where it is another name than the canonical.
            note: a remark.
        """
        text = tidy(text)
        if reason := fault(text):
            self._refuse(f"{text[:80]!r} is no name: {reason}")
            return
        lang = lang_tag(lang)
        if len(self._found) >= MAX_VARIANTS_PER_ENTITY:
            self._refuse(f"{text!r} is one spelling more than {MAX_VARIANTS_PER_ENTITY}")
        elif text != self.canonical:
            kind = type_ or type_of(text, self.canonical, other)
            self._found.setdefault((strict(text), lang), Variant(text, lang, kind, note))

    def target(self, lang: str, text: str) -> None:
        """Make a spelling the one to be written in a language."""
        lang, text = lang_tag(lang), tidy(text)
        if lang and lang != "en" and text != self.canonical and not fault(text):
            self.canonicals.setdefault(lang, text)

    def entity(self, id_: str, kind: str, weight: float = 0.0, country: str = "", source: str = "") -> Entity:
        """The entity with these spellings; a spelling that a language is known for is not listed without one as well."""
        labelled = {key for key, lang in self._found if lang}
        variants = tuple(v for (key, lang), v in self._found.items() if lang or key not in labelled)
        return Entity(id_, self.canonical, kind, variants, weight, self.canonicals, country, source)
