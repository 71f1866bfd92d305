"""Addresses: of the web, of e-mail, and the handles of people in social media; no name in one is prose.

Every search is bounded or never goes back, so time grows linearly.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

_URL = regex.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]{1,9}+://|\bwww\.)[^\s<>\"”’]+")
# Without a scheme, what stands behind a domain in small letters: t.me/name.
_PATH = regex.compile(r"(?<![\w.@/-])(?:[a-z0-9-]{1,63}+\.){1,8}[a-z]{2,24}/[^\s<>\"”’]+")
_LOCAL, _DOMAIN = regex.compile(r"[\w.+%-]{1,64}+$"), regex.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_HANDLE = regex.compile(r"(?<![\w@])@\w{1,64}")


def addresses(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each address of a text: those of the web, then the others, each from the left; they may overlap.

    >>> text = "See www.example.org, example.org/Kabul, or ask @Kabul or kabul@example.org."
    >>> [text[start:end] for start, end in addresses(text)]
    ['www.example.org,', 'example.org/Kabul,', '@Kabul', 'kabul@example.org']
    """
    if "://" in text or "www." in text:
        yield from (found.span() for found in _URL.finditer(text))
    if "/" in text:
        yield from (found.span() for found in _PATH.finditer(text))
    at = text.find("@")
    while at >= 0:
        local, domain = _LOCAL.search(text, max(0, at - 64), at), _DOMAIN.match(text, at + 1)
        handle = _HANDLE.match(text, at)
        if local is not None and domain is not None:
            yield local.start(), domain.end()
        elif handle is not None:
            yield handle.span()
        at = text.find("@", at + 1)
