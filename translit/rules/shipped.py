"""The rule files that ship with translit, and those of a lexicon beside them, read once a process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from translit.fallback import romanizer
from translit.resources import rule_paths
from translit.rules.grammar import read_rules
from translit.rules.keys import Keys
from translit.rules.romanize import Romanizer

Own = tuple[tuple[str, str], ...]
"""Rule files of a lexicon: the name and the content of each."""


@lru_cache(maxsize=4)
def shipped_keys(fallback: str = "unidecode", own: Own = ()) -> Keys:
    """Keys by the shipped rules.

    Args:
        fallback: the romanizer of what no rule covers.
        own: rule files that join them.

    >>> shipped_keys().shares("Panjsjir", ["nld"], "Panjshir")
    True
    """
    files = [*(read_rules(path) for path in rule_paths()), *(read_rules(Path(name), content) for name, content in own)]
    return Keys(Romanizer(files, romanizer(fallback)))


def own_languages(own: Own) -> frozenset[str]:
    """ISO 639-3 codes of the languages that rule files of a lexicon are about."""
    return frozenset(lang for name, content in own for rule in read_rules(Path(name), content).rules for lang in rule.langs)
