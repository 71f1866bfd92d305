"""Qualified names: a place with its country behind it, *Tripoli, Lebanon* or *Kaboul (Afghanistan)*.

The country is no part of the name, but tells which of several places is meant. A place of another country is never the answer, and
nothing is known where the lexicon does not say in which country its places lie.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import regex

from translit.lexicon.source import read_names
from translit.resources import data_root
from translit.unicode.tokens import fold

_QUALIFIED = regex.compile(r"\s*+([^,،，、()（）]++)(?:[,،，、]([^,،，、()（）]++)|[(（]([^,،，、()（）]++)[)）]\s*+)")


class Qualified(NamedTuple):
    """A name without what stands behind it, and the country that this tells, ISO 3166-1 alpha-2."""

    name: str
    country: str


def qualified(text: str) -> Qualified | None:
    """A name with a country behind it, after a comma or in parentheses; None for any other.

    >>> qualified("Tripoli, Lebanon"), qualified("Кабул (Афганистан)"), qualified("Massoud, Ahmad")
    (Qualified(name='Tripoli', country='LB'), Qualified(name='Кабул', country='AF'), None)
    """
    if text[-1:] not in ")）" and not any(comma in text for comma in ",،，、"):
        return None
    match = _QUALIFIED.fullmatch(text)
    if match is None:
        return None
    country = countries().get(fold(match[2] or match[3]), "")
    return Qualified(match[1].strip(), country) if country else None


@lru_cache(maxsize=1)
def countries() -> Mapping[str, str]:
    """Folded name → ISO 3166-1 alpha-2 code, in all languages of the pack of countries; without what several are called."""
    found: dict[str, str] = {}
    for entity in read_names(data_root() / "names" / "countries.tsv"):
        for text in (entity.canonical, *(variant.text for variant in entity.variants)):
            form = fold(text)
            found[form] = entity.country if found.get(form, entity.country) == entity.country else ""
    return found
