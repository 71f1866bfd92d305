"""Headings: persons as libraries, archives and registers enter them, *Tolstoĭ, Lev Nikolaevich, graf, 1828-1910*.

The surname stands before a comma, and the years of a life behind the name. Nobody speaks so: the name that is meant is *Lev Nikolaevich
Tolstoĭ*, or in a language that puts the surname first, *Lu Xun* for *Lu, Xun, 1881-1936*. The years tell namesakes apart.

Sources: the punctuation of headings is that of MARC 21, field 100 (personal names), and of the dates in RDA, chapter 9.3.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import regex

from translit import limits
from translit.matching.nameparts import particles
from translit.matching.titles import plain, titles

_ABOUT = r"(?:(?:approximately|about|before|after|ca|c|um|ок|около)\.?\s*+)?"
_YEAR = rf"{_ABOUT}(?P<year>\d{{3,4}})\??"
_LIFE = (
    rf"(?:{_YEAR}\s?[-–—]\s?(?:{_YEAR})?|[-–—]\s?{_YEAR}"
    rf"|(?:active|fl|flourished|born|died|geb|gest|b|d|род|ум)\b\.?\s*+{_YEAR}(?:\s?[-–—]\s?{_YEAR})?|[*†]\s?{_YEAR})"
)
_ENTERED = regex.compile(
    # Behind a comma or in parentheses stands the life; with a blank before it alone only both of its years do.
    rf"(?:\s*+,\s*+{_LIFE}|\s*+,?\s*+[(\[]\s*+{_LIFE}\s*+[)\]]|\s++(?P<year>\d{{4}})\s?[-–—]\s?(?P<year>\d{{4}}))"
    r"\s*+\.?(?:\s*+,[^,]*+)?\s*+$",
    regex.IGNORECASE,
)
_DIGITS = regex.compile(r"\d{3}")
_FULLER = regex.compile(r"\s*+\(([^()]*+)\)")
_COMMAS = regex.compile(r"\s*+[,،，、]\s*+")
LONGEST_LIFE = 120
"""Years between the two of a life, at most."""


class Entered(NamedTuple):
    """A person's name without the years of the life behind it, and these years."""

    name: str
    years: frozenset[int]


def entered(text: str) -> Entered:
    """A name apart from the years behind it, in which somebody was born, died or was active; the name itself where none are.

    >>> entered("Tolstoĭ, Lev Nikolaevich, 1828-1910") == ("Tolstoĭ, Lev Nikolaevich", {1828, 1910})
    True
    >>> [entered(text).name for text in ["Masʻūd, Aḥmad (b. 1989)", "Andrić, Ivo, 1892-1975, author.", "Zelensʹkyĭ, V., 1978-"]]
    ['Masʻūd, Aḥmad', 'Andrić, Ivo', 'Zelensʹkyĭ, V.']
    >>> [entered(text).name for text in ["Orwell 1903-1950", "Boeing 747", "Kabul 2021", "Route 1200-9000"]]
    ['Orwell', 'Boeing 747', 'Kabul 2021', 'Route 1200-9000']
    """
    found = _ENTERED.search(text) if len(text) <= limits.MAX_NAME_CODEPOINTS and _DIGITS.search(text) else None
    if found is None or not text[: found.start()].strip():
        return Entered(text, frozenset())
    years = frozenset(map(int, found.captures("year")))
    if max(years) - min(years) > LONGEST_LIFE:
        return Entered(text, frozenset())
    return Entered(text[: found.start()].strip(), years)


def spoken_forms(text: str) -> list[str]:
    """The names by which the person of a heading is called, the given name first and the surname first; none where it is no heading.

    >>> spoken_forms("Tolstoy, Leo, graf, 1828-1910")
    ['Leo Tolstoy', 'Tolstoy Leo']
    >>> spoken_forms("Tolkien, J. R. R. (John Ronald Reuel), 1892-1973")
    ['J. R. R. Tolkien', 'Tolkien J. R. R.', 'John Ronald Reuel Tolkien', 'Tolkien John Ronald Reuel']
    >>> spoken_forms("Avicenna, 980-1037"), spoken_forms("Martin Luther King, Jr."), spoken_forms("Ahmad Massoud")
    (['Avicenna'], [], [])
    """
    if len(text) > limits.MAX_NAME_CODEPOINTS or not (_COMMAS.search(text) or _DIGITS.search(text)):
        return []
    name, years = entered(text)
    fuller = [" ".join(own.split()) for own in _FULLER.findall(name) if len(own.split()) > 1]
    parts = [part for part in _COMMAS.split(_FULLER.sub("", name)) if part]
    if len(parts) == 1:
        return parts if years else []
    if not parts or not _is_inverted(parts, bool(years)):
        return []
    surname, given, *rest = parts
    behind = "".join(f" {part}" for part in rest if _tells_generation(part))
    return list(dict.fromkeys(text for own in (given, *fuller) for text in (f"{own} {surname}{behind}", f"{surname} {own}{behind}")))


def _is_inverted(parts: Sequence[str], dated: bool) -> bool:
    """Whether the parts between commas are a surname, a given name and at most one title; with years behind, any words may be one."""
    if len(parts) > 3 or any(map(str.isdecimal, "".join(parts))) or max(len(part.split()) for part in parts[:2]) > limits.MAX_TURNED_WORDS:
        return False
    return not _is_title(parts[1]) and (len(parts) == 2 or dated or _is_title(parts[2]))


def _is_title(part: str) -> bool:
    before, after = titles()
    return _tells_generation(part) or all(plain(word) in before or plain(word) in after for word in part.split())


def _tells_generation(part: str) -> bool:
    return particles().roles.get(plain(part)) == "generation"
