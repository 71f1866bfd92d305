"""Japanese: the kana of SudachiDict (Apache-2.0), which knows surnames, given names and places."""

from __future__ import annotations

import threading
from functools import lru_cache
from itertools import product
from typing import Any

from translit import limits
from translit.rules.readers import Reader
from translit.unicode.scripts import has_han

PROPER = "固有名詞"
_own = threading.local()


@lru_cache(maxsize=1)
def _dictionary() -> Any:
    from sudachipy import Dictionary

    return Dictionary(dict="core")


def _tokenizer() -> Any:
    """The thread's own tokenizer: one cannot serve several at once."""
    if not hasattr(_own, "tokenizer"):
        _own.tokenizer = _dictionary().tokenizer()
    return _own.tokenizer


def read(name: str) -> list[str]:
    """The words of a name in kana, the tokenizer's own choice of readings first, then the others that they have as names.

    So 大谷翔平 gives オオヤ ショウヘイ and オオタニ ショウヘイ.
    """
    words = [word for word in _tokenizer().tokenize(name) if not word.surface().isspace()]
    ways = [_ways(word) for word in words]
    if not ways or not all(ways):
        return []
    out = [" ".join(chosen) for chosen in product(*ways)] if _few(ways) else [" ".join(way[0] for way in ways)]
    return out[: limits.MAX_NAME_READINGS]


def _few(ways: list[list[str]]) -> bool:
    """Whether the words are few enough to be read in every way."""
    return len(ways) <= limits.MAX_TURNED_WORDS


def _ways(word: Any) -> list[str]:
    """The readings of a word, at most three; none where one of its characters has none."""
    if not has_han(word.surface()):
        return [word.surface()]
    if word.is_oov():
        return []
    entries = _dictionary().lookup(word.surface())
    others = [entry.reading_form() for entry in entries if PROPER in entry.part_of_speech()]
    return list(dict.fromkeys([word.reading_form(), *others]))[: limits.MAX_WORD_READINGS]


READER = Reader("ja", "Japanese", frozenset(), frozenset({"JP"}), ("SudachiDict-core", "SudachiPy"), "japanese", True, read)
