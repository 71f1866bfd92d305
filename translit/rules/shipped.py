"""The rule files that ship with translit, read once a process."""

from __future__ import annotations

from functools import lru_cache

from translit.fallback import romanizer
from translit.resources import rule_paths
from translit.rules.grammar import read_rules
from translit.rules.keys import Keys
from translit.rules.romanize import Romanizer


@lru_cache(maxsize=4)
def shipped_keys(fallback: str = "unidecode") -> Keys:
    """Keys by the shipped rules.

    >>> shipped_keys().shares("Panjsjir", ["nld"], "Panjshir")
    True
    """
    return Keys(Romanizer([read_rules(path) for path in rule_paths()], romanizer(fallback)))
