"""Titles and forms of address, from ``lexicons/titles.tsv``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from translit import limits
from translit.resources import data_root
from translit.tables import read_table
from translit.unicode.fold import fold_token
from translit.unicode.scripts import SPACELESS, script_of
from translit.unicode.tokens import tokens

TITLES_FORMAT = "translit-titles/1"
PLACES = ("before", "after")
JOINING = SPACELESS | {"Kana", "Hang"}
"""Scripts in which a title or a designator may be written in one with a name."""


def plain(word: str) -> str:
    """The letters of a word, folded."""
    return word.lower() if word.isascii() and word.isalnum() else _folded(word)


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _folded(word: str) -> str:
    return "".join(fold_token(token.text) for token in tokens(word))


@lru_cache(maxsize=1)
def _listed() -> Mapping[str, tuple[str, ...]]:
    table = read_table(data_root() / "titles.tsv", TITLES_FORMAT, ("title", "place", "langs"))
    found: dict[str, list[str]] = {place: [] for place in PLACES}
    for number, (title, place, _) in table.rows():
        if place not in found or not plain(title):
            table.fault(number, "the title has no letters, or its place is neither 'before' nor 'after'")
        found[place].append(title)
    return {place: tuple(some) for place, some in found.items()}


@lru_cache(maxsize=1)
def titles() -> tuple[frozenset[str], frozenset[str]]:
    """The folded words that stand before persons' names, and those that stand after them."""
    before, after = (frozenset(plain(title) for title in _listed()[place] if not _abbreviated(title)) for place in PLACES)
    return before, after


@lru_cache(maxsize=1)
def joined_titles() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """The titles that a single word may have before it by their first character, and those after it by their last, the longest first.

    They are known by their full stops (*H.E.*), or belong to scripts that part no words.
    """
    before, after = (
        sorted((t.casefold() for t in _listed()[place] if _abbreviated(t) or script_of(t) in JOINING), key=lambda t: (-len(t), t))
        for place in PLACES
    )
    return _grouped(before, 0), _grouped(after, -1)


def _grouped(titles: Sequence[str], place: int) -> Mapping[str, Sequence[str]]:
    out: dict[str, list[str]] = {}
    for title in titles:
        out.setdefault(title[place], []).append(title)
    return out


def untitled(name: str) -> str | None:
    """A name of two words and more without the titles before or after it; None where there are none.

    >>> untitled("Gen. Ahmad Massoud"), untitled("Sheikh Hasina"), untitled("Ahmad Massoud")
    ('Ahmad Massoud', None, None)
    """
    words = name.split()
    before, after = titles()
    first, last = 0, len(words)
    while last - first > 2 and plain(words[first]) in before:
        first += 1
    while last - first > 2 and plain(words[last - 1]) in after:
        last -= 1
    return " ".join(words[first:last]) if (first, last) != (0, len(words)) else None


def _abbreviated(title: str) -> bool:
    return title.endswith(".")
