"""Qualified names: a place with its country behind it, *Tripoli, Lebanon*, *Kaboul (Afghanistan)* or *Tripoli LB*.

The country is no part of the name, but tells which of several places is meant. A place of another country is never the answer, and
nothing is known where the lexicon does not say in which country its places lie. A postal code beside a name is no part of it either.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import regex

from translit.lexicon.reading.names import COLUMNS
from translit.lexicon.source import NAMES_FORMAT, read_names
from translit.resources import data_root
from translit.tables import read_table
from translit.unicode.tokens import fold

_QUALIFIED = regex.compile(
    r"\s*+(?P<name>[^,،，、/()（）]++)"
    r"(?:[,،，、/](?P<behind>[^,،，、/()（）]++)|[(（](?P<behind>[^,،，、/()（）]++)[)）]\s*+)"
    # A dash parts only with blanks around it: many names have a hyphen.
    r"|\s*+(?P<name>[^,،，、/()（）–—]+?)\s[-–—]\s(?P<behind>[^,،，、/()（）–—]++)"
    r"|\s*+(?P<name>[^,،，、/()（）]*[^\s,،，、/()（）])\s++(?P<behind>[A-Z]{2})\s*+"
)
_NUMBERED = regex.compile(
    r"\s*+(?:[A-Z]{1,2}-)?(?P<code>\d{4,6})\s++(?P<name>[^\d\s][^\d]*+)|\s*+(?P<name>[^\d\s][^\d]*[^\d\s,]),?\s++(?P<code>\d{5,6})\s*+"
)
_YEARS = range(1000, 2100)
_MARKS = frozenset(",،，、/)）")
_DASHES = (" - ", " – ", " — ")


class Qualified(NamedTuple):
    """A name without what stands behind it, what that is, and the country that it tells, ISO 3166-1 alpha-2.

    ``others`` are the countries that have a part of that code: *CA* is Canada and California.
    """

    name: str
    behind: str
    country: str
    others: frozenset[str] = frozenset()


def qualified(text: str) -> Qualified | None:
    """A name with a country or its code behind it, after a comma, a slash, a dash or in parentheses; None for any other.

    >>> [told and (told.name, told.country) for told in map(qualified, ["Tripoli, Lebanon", "Кабул (Афганистан)", "Massoud, Ahmad"])]
    [('Tripoli', 'LB'), ('Кабул', 'AF'), None]
    >>> told = qualified("Vancouver CA")
    >>> told.country, "US" in told.others
    ('CA', True)
    """
    match = _QUALIFIED.fullmatch(text) if _has_mark(text) else None
    if match is None:
        return None
    name, behind = match["name"].strip(), match["behind"].strip()
    parts = codes().get(behind)
    if parts is not None:
        return Qualified(name, behind, behind, parts - {behind})
    country = countries().get(fold(behind), "")
    return Qualified(name, behind, country) if country else None


def numbered(text: str) -> str:
    """The name of a place beside its postal code; ``""`` for any other. Four digits that may be a year are no code.

    >>> list(map(numbered, ["10115 Berlin", "D-80331 München", "Lyon 69001", "8001 Zürich", "1984 Orwell", "Boeing 747"]))
    ['Berlin', 'München', 'Lyon', 'Zürich', '', '']
    """
    if not any(map(str.isdigit, text)):
        return ""
    match = _NUMBERED.fullmatch(text)
    if match is None or (len(match["code"]) == 4 and int(match["code"]) in _YEARS):
        return ""
    return match["name"].strip()


def container(text: str) -> str:
    """What stands behind the comma, or in the parentheses, of a name that has one such; ``""`` for any other.

    >>> container("Victoria, British Columbia"), container("British Columbia")
    ('British Columbia', '')
    """
    match = _QUALIFIED.fullmatch(text) if not _MARKS.isdisjoint(text) else None
    return match["behind"].strip() if match else ""


def _has_mark(text: str) -> bool:
    code = text.rstrip()[-3:]
    return not _MARKS.isdisjoint(text) or (code[:1].isspace() and code.isupper()) or any(dash in text for dash in _DASHES)


@lru_cache(maxsize=1)
def codes() -> Mapping[str, frozenset[str]]:
    """ISO 3166-1 alpha-2 code → the countries with a subdivision that has the same code."""
    parts: dict[str, set[str]] = {code: set() for code in countries().values() if code}
    table = read_table(data_root() / "names" / "subdivisions.tsv", NAMES_FORMAT, COLUMNS)
    for ident in {row[0] for _, row in table.rows()}:
        country, _, code = ident.rpartition(":")[2].upper().rpartition("-")
        if code in parts:
            parts[code].add(country)
    return {code: frozenset(found) for code, found in parts.items()}


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Folded name → ISO 3166-1 alpha-2 code, in all languages of the pack of countries; without what several are called."""
    found: dict[str, str] = {}
    for entity in read_names(data_root() / "names" / "countries.tsv"):
        for text in (entity.canonical, *(variant.text for variant in entity.variants)):
            form = fold(text)
            found[form] = entity.country if found.get(form, entity.country) == entity.country else ""
    return found
