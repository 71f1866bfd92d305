"""Regular lines of JSON, answered as columns: the strings of all lines at once, written back between the bytes around them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from translit.files.answers import Answer
from translit.files.base import Collector, Task, is_utf8
from translit.files.columns import Known, large_string, strings
from translit.files.interning import Codes
from translit.files.json_members import HEAD, MOST_KEYS, json_members
from translit.files.splicing import Places, Splicer, values_at
from translit.limits import MIN_SPLICED_BYTES
from translit.native import twin

if TYPE_CHECKING:
    pass

_STYLES = tuple((":" + " " * (style & 1), "," + " " * (style >> 1)) for style in range(4))
"""Colon and comma of a line, by its style."""


class Run(NamedTuple):
    """Lines that are worked on together.

    Args:
        data: the lines.
        places: where their values stand in ``data``, as :func:`json_members` tells it; None for lines that are read one by one.
    """

    data: bytes
    places: Places | None


def runs(data: bytes, task: Task) -> Iterator[Run]:
    """Lines in runs, regular ones together; all of them are read one by one where the regular ones are few together."""
    keys = [name.encode() for name in task.columns]
    added = [name.encode() for _, _, name in task.added()]
    dotted = any(b"." in key for key in keys)
    if len(data) < MIN_SPLICED_BYTES or dotted or len(keys) + len(added) > MOST_KEYS or not is_utf8(data):
        yield Run(data, None)
        return
    places = twin(json_members)(data, (*keys, *added), len(keys))
    regular = places[:, 1] >= 0
    firsts = np.flatnonzero(np.diff(regular, prepend=not regular[0])).tolist()
    if len(data) < MIN_SPLICED_BYTES * len(firsts) // 2:
        yield Run(data, None)
        return
    ends = [*firsts[1:], len(regular)]
    for first, end in zip(firsts, ends, strict=True):
        begin = int(places[first - 1, 0]) if first else 0
        part = places[first:end].copy()
        part[part >= 0] -= begin
        part[:, 2] = places[first:end, 2]
        yield Run(data[begin : int(places[end - 1, 0])], part if regular[first] else None)


def spliced(run: Run, known: Known, row: int, collector: Collector) -> bytes:
    """Regular lines with their values answered, and what is added behind the last member of each.

    Args:
        run: the lines.
        known: the answers.
        row: number of the first line's row.
        collector: takes the changes.
    """
    task, places = collector.task, run.places
    assert places is not None
    spans = [places[:, HEAD + 2 * index : HEAD + 2 * index + 2] for index in range(len(task.columns))]
    codes = [_codes(known, run.data, span) for span in spans]
    known.settle()
    known.collect(list(enumerate(codes)), row, collector)
    collector.result.rows += len(places)
    writer = Splicer()
    for span, code in zip(spans, codes, strict=True):
        rows = np.flatnonzero(known.changed(code))
        base = writer.put(known.told("json", _literal, large_string()))
        writer.replace(span[rows, 0], span[rows, 1], base + code[rows])
    for index, what, name in task.added():
        _add(writer, known, places, codes[index], what, name)
    return writer.written(run.data)


def _codes(known: Known, data: bytes, span: Places) -> Codes:
    """The numbers of the strings without their quotes, -1 where there is none."""
    held = span[:, 0] >= 0
    codes = np.full(len(span), -1, np.int64)
    codes[held] = known.codes_of(values_at(data, span[held, 0] + 1, span[held, 1] - 1))
    return codes


def _add(writer: Splicer, known: Known, places: Places, codes: Codes, what: str, name: str) -> None:
    """Write a new member at the end of each line."""
    tails, styles = places[:, 1], places[:, 2]
    for style in np.unique(styles).tolist():
        rows = np.flatnonzero(styles == style)
        cells = known.told(("json", what, name, style), partial(_member, what, name, style), large_string())
        nothing = writer.put(strings([_dumped(name, style, None)]))
        base = writer.put(cells)
        writer.replace(tails[rows], tails[rows], np.where(codes[rows] < 0, nothing, base + codes[rows]))


def _literal(answer: Answer, _value: str) -> str:
    return json.dumps(answer.text, ensure_ascii=False)


def _member(what: str, name: str, style: int, answer: Answer, value: str) -> str:
    return _dumped(name, style, answer.cell(what, value))


def _dumped(name: str, style: int, cell: object) -> str:
    colon, comma = _STYLES[style]
    return f"{comma}{json.dumps(name, ensure_ascii=False)}{colon}{json.dumps(cell, ensure_ascii=False)}"
