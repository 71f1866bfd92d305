"""The three functions for the built-in lexicon with its defaults."""

from __future__ import annotations

from functools import lru_cache

from translit.model import Match
from translit.normalizer import Normalizer


@lru_cache(maxsize=1)
def _built_in() -> Normalizer:
    return Normalizer()


def normalize(name: str) -> str:
    """The canonical form of a name, the name itself where translit abstains.

    >>> normalize("Achmad Massud"), normalize("Nobody in particular")
    ('Ahmad Massoud', 'Nobody in particular')
    """
    return _built_in().normalize(name)


def match(name: str) -> Match | None:
    """The entity that a name means, or None.

    >>> found = match("Panjsjir")
    >>> found is not None and (found.canonical, found.kind, found.method)
    ('Panjshir', 'place', 'exact')
    """
    return _built_in().match(name)


def clean(text: str) -> str:
    """The text with its mentions in their canonical spelling.

    >>> clean("Achmad Massud was er. Later zei Massud dat Punjir standhield.")
    'Ahmad Massoud was er. Later zei Massoud dat Panjshir standhield.'
    """
    return _built_in().clean(text)
