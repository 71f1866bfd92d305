"""What a cell of a name pack and a text of a record may hold."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

import regex

from translit.lexicon.reading.faults import nearest, shown
from translit.limits import MAX_CELL_CODEPOINTS
from translit.model import VARIANT_TYPES

TYPES = frozenset(VARIANT_TYPES)
DEFAULT_TYPE = VARIANT_TYPES[0]
_KIND = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
COUNTRY = re.compile(r"[A-Z]{2}")
_BIDI = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_DIRECTION_MARKS = re.compile(rf"[{_BIDI}]")
_BLANK = r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_BLANKS_AROUND = re.compile(rf"{_BLANK}+\Z|\A{_BLANK}+")
_BLANKS_DOUBLE = re.compile(rf"{_BLANK}{{2,}}")
# After a mark a joiner may also end a word: so Indic languages write a virama that shows.
_STRAY_JOINER = regex.compile(r"(?<![\p{L}\p{M}])[\u200c\u200d]|(?<!\p{M})[\u200c\u200d](?![\p{L}\p{M}])")
ID_INVISIBLE = re.compile(rf"[\u200c\u200d{_BIDI}]")
_FORBIDDEN = tuple(
    (name, regex.compile(pattern))
    for name, pattern in (
        ("byte-order mark", r"\ufeff"),
        ("bidirectional control", rf"[{_BIDI}]"),
        ("lone surrogate", r"\p{Cs}"),
        ("private-use character", r"\p{Co}"),
        ("noncharacter", r"\p{Noncharacter_Code_Point}"),
        ("control character", r"[\p{Cc}\p{Zl}\p{Zp}]"),
    )
)


def is_sound(cells: Sequence[str]) -> bool:
    """Whether no cell can have a fault of its characters; one look at the joined text, as nearly all are sound."""
    if not "".join(cells).isprintable():
        return False
    joined = "\t".join(("", *cells, ""))
    return not ("  " in joined or "\t " in joined or " \t" in joined or (len(joined) > MAX_CELL_CODEPOINTS and _too_long(cells)))


def _too_long(cells: Sequence[str]) -> bool:
    return max(map(len, cells)) > MAX_CELL_CODEPOINTS


def character_faults(text: str) -> Iterator[tuple[str, str]]:
    """Message and mend of each kind of fault that a cell's characters have, blanks apart."""
    if len(text) > MAX_CELL_CODEPOINTS:
        yield f"{len(text)} code points, more than {MAX_CELL_CODEPOINTS}", "shorten it"
    for name, pattern in _FORBIDDEN:
        if match := pattern.search(text):
            yield f"{name} U+{ord(match[0]):04X} as character {match.start() + 1}", "delete it"
    if match := _STRAY_JOINER.search(text):
        yield f"joiner U+{ord(match[0]):04X} as character {match.start() + 1} is not between letters", "delete it"


def blank_faults(text: str) -> Iterator[tuple[str, str]]:
    """Message and mend of the blanks too many in a cell."""
    if _BLANKS_AROUND.search(text):
        yield f"leading or trailing blank in {shown(text)}", "delete it"
    if _BLANKS_DOUBLE.search(text):
        yield f"double blank in {shown(text)}", "leave one"


def tidied(text: str) -> str:
    """A text without the blanks too many, the direction marks and the stray joiners that lists carry."""
    return blanks_tidied(joiners_tidied(_DIRECTION_MARKS.sub("", text)))


def joiners_tidied(text: str) -> str:
    """A text without the joiners that join nothing."""
    return _STRAY_JOINER.sub("", text)


def blanks_tidied(text: str) -> str:
    """A text without the blanks too many."""
    return _BLANKS_DOUBLE.sub(" ", _BLANKS_AROUND.sub("", text))


@functools.lru_cache(maxsize=4096)
def is_lang(tag: str) -> bool:
    """Whether a tag has the form of a BCP 47 tag with its language in lower case."""
    return _LANG.fullmatch(tag) is not None


def lang_fault(tag: str) -> tuple[str, str] | None:
    """Message and mend of a language tag, if it has a fault."""
    if not tag or is_lang(tag):
        return None
    return f"malformed language tag {shown(tag)}", "write a BCP 47 tag with its language in lower case, such as 'de'"


def type_fault(name: str) -> tuple[str, str] | None:
    """Message and mend of a variant type, if it is unknown."""
    if not name or name in TYPES:
        return None
    return f"unknown variant type {shown(name)}", nearest(name, VARIANT_TYPES)


def kind_fault(kind: str) -> tuple[str, str] | None:
    """Message and mend of a kind, if it is no word."""
    if not kind or _KIND.fullmatch(kind):
        return None
    return f"kind {shown(kind)} is not a lower-case word", "write a word such as 'place' or 'person'"


def weight_fault(value: str) -> tuple[str, str]:
    """Message and mend of a weight."""
    return f"weight {value} is not a non-negative finite number", "write a number such as 500"


def country_fault(value: str) -> tuple[str, str]:
    """Message and mend of a country."""
    return f"country {value} is not two capitals", "write an ISO 3166-1 alpha-2 code such as AF"
