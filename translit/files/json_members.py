"""Lines of JSON found at once: where the named strings stand in objects that have no object inside."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
import regex

from translit.files.splicing import Places

HEAD = 3
"""Columns of :func:`json_members` before those of the keys."""
MOST_KEYS = 64
"""Most keys that are looked for."""
_STRING = rb'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+"'
_ATOM = rb"(?:%s|-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+|true|false|null)" % _STRING
_VALUE = rb"(?:%s|\[[ \t]*+(?:%s[ \t]*+(?:,[ \t]*+%s[ \t]*+)*+)?+\])" % (_ATOM, _ATOM, _ATOM)
_MEMBER = rb'"(?:[^"\\\x00-\x1f])*+":[ \t]*+%s' % _VALUE
_LINE = regex.compile(rb"\{[ \t]*+%s(?:, ?+%s)*+[ \t]*+\}" % (_MEMBER, _MEMBER))
_MEMBERS = regex.compile(rb'"(?P<key>[^"\\\x00-\x1f]*+)":(?P<colon>[ \t]*+)(?P<value>%s)(?P<comma>, ?+)?+' % _VALUE)


def json_members(data: bytes, keys: Sequence[bytes], wanted: int) -> Places:
    r"""Where the values of some keys stand in lines of JSON.

    A line is regular that is an object without escapes in its keys, without objects or arrays of arrays inside, with nothing but a
    comma or a comma and a blank between members, a colon right behind each key (and at most a blank behind the last colon), each
    wanted key once at most, none of the others, and no escapes in the wanted strings.

    Args:
        data: the lines, in UTF-8.
        keys: the keys that are wanted, then others that a regular line does not have; at most 64.
        wanted: how many are wanted.

    Returns:
        A row for each line: its end; where its last member ends; 1 for a blank behind the colon, and 2 for one behind the comma; then
        of the string of each wanted key its begin and end, quotes included. All in bytes, -1 where there is no such string, and, but
        for the end, of lines that are not regular.

    >>> json_members(b'{"n": 1, "a": "Kabul"}\n{"a":{}}\n', (b"a",), 1).tolist()
    [[23, 21, 3, 14, 21], [32, -1, -1, -1, -1]]
    """
    rows, at = [], 0
    for line in io.BytesIO(data):
        row = [-1] * (HEAD + 2 * wanted)
        body = line[:-1].removesuffix(b"\r") if line.endswith(b"\n") else line
        _read(body, at, keys, wanted, row)
        at += len(line)
        row[0] = at
        rows.append(row)
    return np.array(rows, dtype=np.int64).reshape(len(rows), HEAD + 2 * wanted)


def _read(line: bytes, begin: int, keys: Sequence[bytes], wanted: int, row: list[int]) -> None:
    if _LINE.fullmatch(line) is None:
        return
    places = [-1] * (2 * wanted)
    tail, colon, comma = 0, b"", b""
    for member in _MEMBERS.finditer(line):
        colon, tail = member["colon"], member.end("value")
        comma = member["comma"] or comma
        found = keys.index(member["key"]) if member["key"] in keys else -1
        value = member["value"]
        if found >= wanted or (found >= 0 and places[2 * found] >= 0) or (found >= 0 and value.startswith(b'"') and b"\\" in value):
            return
        if found >= 0 and value.startswith(b'"'):
            places[2 * found : 2 * found + 2] = begin + member.start("value"), begin + tail
    if colon in (b"", b" "):
        style = len(colon) + 2 * (len(comma) - 1 if comma else len(colon))
        row[1:] = [begin + tail, style, *places]
