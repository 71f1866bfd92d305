"""Last-resort romanizers, for characters that no rule file and no cost table covers. Imported only when needed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from translit.errors import TranslitError, missing_extra

FALLBACKS = ("unidecode", "anyascii")
"""Unidecode (GPL) is the default; anyascii (ISC) comes with the extra of that name."""


@lru_cache(maxsize=1)
def _unidecode() -> Callable[[str], str]:
    from unidecode import unidecode

    return unidecode


@lru_cache(maxsize=1)
def _anyascii() -> Callable[[str], str]:
    try:
        from anyascii import anyascii
    except ImportError:
        raise TranslitError(missing_extra("anyascii", "anyascii", "this fallback")) from None
    return anyascii


def with_unidecode(text: str) -> str:
    """Romanize by Unidecode."""
    return _unidecode()(text)


def with_anyascii(text: str) -> str:
    """Romanize by anyascii."""
    return _anyascii()(text)


def romanizer(name: str) -> Callable[[str], str]:
    """The fallback of that name; the package behind it is imported at the first character it is asked for.

    Raises:
        TranslitError: the name is unknown.
    """
    if name == "unidecode":
        return with_unidecode
    if name == "anyascii":
        return with_anyascii
    raise TranslitError(f"unknown fallback '{name}'; choose one of {', '.join(FALLBACKS)}")
