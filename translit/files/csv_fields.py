"""The fields of a CSV row as they stand in it, by the rules of Python's csv module."""

from __future__ import annotations

import re
from functools import cache

_MUST_QUOTE = re.compile(r'["\r\n]')
_CLOSES = re.compile(rb'(?:[^"]++|"")*+"')
_WHOLLY_QUOTED = re.compile(r'"(?:[^"]++|"")*+"', re.DOTALL)


@cache
def field_pattern(delimiter: str) -> re.Pattern[str]:
    """Finds the fields of a row."""
    d = re.escape(delimiter)
    return re.compile(rf'(?:\A|{d})("(?:[^"]++|"")*+"?[^{d}]*+|[^"{d}][^{d}]*+|)', re.DOTALL)


def split_fields(text: str, delimiter: str) -> list[str]:
    """The fields of a row as they stand in it, quotes included."""
    return field_pattern(delimiter).findall(text) if '"' in text else text.split(delimiter)


def opens(line: bytes, delimiter: str) -> bool:
    """Whether the last field of a line that starts a row is quoted and does not end in it."""
    last = split_fields(line.decode("utf-8", "surrogateescape"), delimiter)[-1]
    return last.startswith('"') and not closes(last[1:].encode("utf-8", "surrogateescape"))


def closes(line: bytes) -> bool:
    """Whether a field whose quote is open ends in a line."""
    return _CLOSES.match(line) is not None


def is_sound(text: str, delimiter: str, width: int) -> bool:
    """Whether every field of a row is quoted as a whole or not at all, and there are as many as there should be (0: any number)."""
    fields = split_fields(text, delimiter)
    odd = any(is_quoted(field) and not _WHOLLY_QUOTED.fullmatch(field) for field in fields)
    return not odd and width in (0, len(fields))


def is_quoted(field: str) -> bool:
    """Whether a field stands in quotes."""
    return field.startswith('"')


def value_of(field: str) -> str:
    """What a field says."""
    if not is_quoted(field):
        return field
    if _WHOLLY_QUOTED.fullmatch(field):
        return field[1:-1].replace('""', '"')
    # Letters after the closing quote belong to the field, as in Python's csv.
    closed = _WHOLLY_QUOTED.match(field)
    inside, after = (field[1 : closed.end() - 1], field[closed.end() :]) if closed else (field[1:], "")
    return inside.replace('""', '"') + after


def field_of(value: str, delimiter: str, *, quoted: bool) -> str:
    """A field that says ``value``."""
    if quoted or delimiter in value or _MUST_QUOTE.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value
