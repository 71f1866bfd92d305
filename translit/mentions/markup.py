"""Markup: a text with its tags, addresses and code blotted out, character by character, so that only prose is left to read.

Offsets stay, so what is found in the blotted text stands at the same place in the text. Blotted are tags of XML and HTML with
their attributes, comments, what stands between the tags of code, entities, addresses, and of Markdown code
spans, fenced code and the targets of links. Every step is a search that never goes back, so time grows linearly.

Sources: HTML Living Standard, section 13.1 (writing HTML documents); CommonMark 0.31, sections 4.5 and 6.1 (code).
"""

from __future__ import annotations

from collections.abc import Iterator

import regex

from translit import limits
from translit.mentions.addresses import addresses

BLOT, BREAK = "\ufffc", "\n"
"""What stands for a blotted character: inside a paragraph, and where a paragraph ends."""
_ANY = regex.compile(r"[<&`@~]|://|www\.|\]\(|\]:")
_OPENER = regex.compile(r"<(?:!--|!\[CDATA\[|[!?/]?[A-Za-z])")
_TAG_NAME = regex.compile(r"</?([A-Za-z][\w:-]{0,30})")
_TAG_SIGN = regex.compile("[\"'<>]")
_ENTITY = regex.compile(r"&(?:[A-Za-z][A-Za-z0-9]{1,31}|#\d{1,7}|#[xX][0-9A-Fa-f]{1,6});")
_TARGET = regex.compile(r"\]\([^()\s]*(?:\s+\"[^\"\n]*\")?\)|(?m:^ {0,3}\[[^\[\]\n]{1,200}\]:[^\n]*$)")
_FENCE = regex.compile(r"(?m)^ {0,3}(`{3,}|~{3,})")
_TICKS = regex.compile(r"`+")
RAW = frozenset({"script", "style", "code", "pre", "kbd", "samp", "textarea", "svg", "math"})
"""Elements whose content is no prose."""
_CLOSING = {name: regex.compile(rf"(?i)</{name}\s{{0,9}}>") for name in RAW}
INLINE = frozenset("a abbr b bdi bdo big cite del dfn em font i ins label mark q s small span strike strong sub sup tt u".split())
"""Elements inside a paragraph."""

Span = tuple[int, int, str]
"""Start, end, and what is written in place of each character."""


def blotted(text: str) -> str:
    """The text with its markup blotted out; as long as the text.

    >>> blotted("<b>Kabul</b> &amp; `Kabul`").replace(BLOT, "_")
    '___Kabul____ _____ _______'
    """
    if _ANY.search(text) is None:
        return text
    out: list[str] = []
    at = 0
    for start, end, sign in _merged(text):
        out += (text[at:start], sign * (end - start))
        at = end
    return "".join([*out, text[at:]])


def _merged(text: str) -> Iterator[Span]:
    """The spans of all kinds, left to right, without overlap: what begins first holds."""
    last = 0
    for start, end, sign in sorted([*_code(text), *_tags(text), *_addresses(text)]):
        if end > last:
            yield max(start, last), end, sign
            last = end


def _tags(text: str) -> Iterator[Span]:
    """Tags, comments, and what stands between the tags of code."""
    seeker = _Seeker(text)
    at = 0
    while (found := _OPENER.search(text, at)) is not None:
        start = found.start()
        if found[0] in ("<!--", "<![CDATA["):
            end = seeker.after("-->" if found[0] == "<!--" else "]]>", start)
            # Prose may stand in CDATA: its signs alone are no prose.
            yield (start, end, BLOT) if found[0] == "<!--" else (start, start + len("<![CDATA["), BLOT)
            at = end if found[0] == "<!--" else start + len("<![CDATA[")
            continue
        end = _tag_end(text, start, seeker)
        at = end or start + 1
        if not end:
            continue
        named = _TAG_NAME.match(text, start)
        name = named[1].lower() if named is not None else ""
        if name in RAW and text[start + 1] != "/" and text[end - 2] != "/":
            at = seeker.after_tag(name, end)
            yield end, at, BLOT
        yield start, end, BLOT if name in INLINE or name in RAW else BREAK


def _tag_end(text: str, start: int, seeker: _Seeker) -> int:
    """Where the tag that begins at ``start`` ends, 0 where it is none."""
    most = min(len(text), start + limits.MAX_TAG_CODEPOINTS)
    at = start + 1
    while (found := _TAG_SIGN.search(text, at, most)) is not None:
        sign, at = found[0], found.end()
        if sign == ">":
            return at
        if sign == "<":
            return 0
        at = seeker.after(sign, at, at)
    return 0


class _Seeker:
    """Searches that remember what is not there any more, so that nothing is looked for twice in vain."""

    def __init__(self, text: str) -> None:
        self._text, self._gone = text, set[str]()

    def after(self, sign: str, start: int, otherwise: int | None = None) -> int:
        """Where the next ``sign`` ends; ``otherwise``, or the end of the text, where there is none."""
        found = -1 if sign in self._gone else self._text.find(sign, start)
        if found < 0:
            self._gone.add(sign)
            return len(self._text) if otherwise is None else otherwise
        return found + len(sign)

    def after_tag(self, name: str, start: int) -> int:
        """Where the next closing tag of an element of code ends, in any case; ``start`` where there is none."""
        found = None if name in self._gone else _CLOSING[name].search(self._text, start)
        if found is None:
            self._gone.add(name)
        return start if found is None else found.end()


def _addresses(text: str) -> Iterator[Span]:
    """Entities, the targets of Markdown links, and addresses."""
    for pattern in (_ENTITY, _TARGET):
        yield from ((found.start(), found.end(), BLOT) for found in pattern.finditer(text))
    yield from ((start, end, BLOT) for start, end in addresses(text))


def _code(text: str) -> Iterator[Span]:
    """Fenced code and code spans of Markdown."""
    fenced: list[Span] = []
    opened: regex.Match[str] | None = None
    for fence in _FENCE.finditer(text):
        if opened is None:
            opened = fence
        elif fence[1].startswith(opened[1]):
            fenced.append((opened.start(), fence.end(), BREAK))
            opened = None
    if opened is not None:
        fenced.append((opened.start(), len(text), BREAK))
    yield from fenced
    ticks = [(found.start(), found.end()) for found in _TICKS.finditer(text)]
    partner: dict[int, int] = {}
    following: dict[int, int] = {}
    for k in range(len(ticks) - 1, -1, -1):
        size = ticks[k][1] - ticks[k][0]
        partner[k] = following.get(size, -1)
        following[size] = k
    k, blank = 0, -1
    while k < len(ticks):
        start, end = ticks[k]
        if blank < end:
            blank = text.find("\n\n", end)
            blank = len(text) if blank < 0 else blank
        close = partner[k]
        if close >= 0 and ticks[close][0] < blank:
            yield start, ticks[close][1], BLOT
            k = close
        k += 1
