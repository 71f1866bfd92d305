"""JSON Lines: only the named strings of an object change; every other byte of the line is kept."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from json.decoder import JSONDecoder, scanstring  # type: ignore[attr-defined]
from operator import attrgetter
from typing import BinaryIO, cast

import numpy as np

from translit.errors import InputError
from translit.files.answers import Answer, Cell, answers
from translit.files.base import (
    BytesEncoder,
    Chunk,
    Collector,
    Encoder,
    Engine,
    Position,
    Result,
    Task,
    bad_utf8,
    need_columns,
    to_utf8,
    utf16,
)
from translit.files.columns import have_arrow, known_of
from translit.files.inputs import Input
from translit.files.json_members import HEAD
from translit.files.json_splice import Run, runs, spliced
from translit.files.lines import blocks
from translit.limits import MAX_ROW_BYTES

_BOM = "\ufeff"
_SPACES = frozenset(" \t\r\n")


# Numbers stay text: they are only stepped over, and a very long one must not cost anything.
_scan = JSONDecoder(parse_int=str, parse_float=str).scan_once  # type: ignore[attr-defined]


class JsonLines:
    """One JSON object a line, named keys of which hold the text. A key inside an object is named ``outer.inner``."""

    name, suffixes, tabular = "jsonl", (".jsonl", ".ndjson"), True

    @property
    def columnar(self) -> bool:
        """Whether regular lines are answered as columns."""
        return have_arrow()

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The lines of a file.

        Raises:
            InputError: the file is UTF-16.
        """
        need_columns(task, ())
        for block in blocks(source, start.offset):
            if not block.offset and utf16(block.data):
                raise InputError(f"{source.shown}: not UTF-8; {to_utf8(block.data)}")
            # A blank line is no row.
            rows = 1 if block.skipped else sum(not line.isspace() for line in io.BytesIO(block.data))
            lines = 1 if block.skipped else block.data.count(b"\n") or 1
            end = Position(block.end, start.rows + rows, start.line + lines)
            yield Chunk(source.doc, start, end, block.data)
            start = end

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The lines with the named strings answered."""
        collector = Collector(task, chunk)
        data = cast(bytes, chunk.data)
        if not data:
            reason = f"longer than {MAX_ROW_BYTES} bytes"
            collector.reject(chunk.start.rows, chunk.start.line + 1, chunk.start.offset, None, reason)
            collector.result.rows = 1
            return collector.finish(b"")
        found: set[int] = set()
        output, at = [], chunk.start
        for run in runs(data, task) if task.mode == "name" and have_arrow() else [Run(data, None)]:
            if run.places is None:
                output.append(_by_lines(run.data, at, engine, collector, found))
            else:
                output.append(spliced(run, known_of(task, engine), at.rows, collector))
                found.update(np.flatnonzero((run.places[:, HEAD::2] >= 0).any(axis=0)).tolist())
            at = Position(at.offset + len(run.data), chunk.start.rows + collector.result.rows, at.line + run.data.count(b"\n"))
        collector.result.found = frozenset(found)
        return collector.finish(b"".join(output))

    def rows(self, chunk: Chunk) -> Iterator[Chunk]:
        """Each line of a chunk as a chunk of its own."""
        if not chunk.data:
            yield chunk
        at = chunk.start
        for line in io.BytesIO(cast(bytes, chunk.data)):
            end = Position(at.offset + len(line), at.rows + (not line.isspace()), at.line + 1)
            yield Chunk(chunk.doc, at, end, line)
            at = end

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """The lines, one after the other."""
        return BytesEncoder(target)


FORMATS = (JsonLines(),)


def _by_lines(data: bytes, start: Position, engine: Engine, collector: Collector, columns: set[int]) -> bytes:
    """Lines answered one by one; ``columns`` takes those that some line has."""
    task = collector.task
    paths = [tuple(column.split(".")) for column in task.columns]
    rows = list(_parsed(data, start, paths, task, collector))
    found = answers([value.text for _, _, row in rows if row for value in row.values], task, engine)
    output = []
    for number, line, row in rows:
        if row is None:
            output.append(line)
            continue
        for value in sorted(row.values, key=attrgetter("column")):
            collector.change(number, value.column, value.text, found[value.text])
            columns.add(value.column)
        output.append(_rewritten(row, found, task) + line[len(line.rstrip(b"\r\n")) :])
    return b"".join(output)


@dataclass(slots=True)
class _Value:
    """A string in a line: its text, where its literal stands, and which column it is."""

    text: str
    start: int
    end: int
    column: int


@dataclass(slots=True)
class _Row:
    line: str
    values: list[_Value]
    tail: int
    """Where the last member ends, or the opening brace."""
    colon: str
    comma: str
    keys: set[str]


def _parsed(
    data: bytes, start: Position, paths: list[tuple[str, ...]], task: Task, collector: Collector
) -> Iterator[tuple[int, bytes, _Row | None]]:
    """Each line with its number and, where it is not blank, its parts; the broken ones go to the rejects."""
    offset, number, place = start
    taken = {name for _, _, name in task.added()}
    for line in io.BytesIO(data):
        if line.isspace():
            yield number, line, None
        else:
            collector.result.rows += 1
            try:
                row = _row(line.rstrip(b"\r\n"), offset, paths)
                if taken & row.keys:
                    raise ValueError(f"it has a key {min(taken & row.keys)!r} already")
                yield number, line, row
            except (ValueError, RecursionError) as error:
                collector.reject(number, place + 1, offset, line, _reason(error))
            number += 1
        offset += len(line)
        place += 1


def _reason(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deep"
    if isinstance(error, json.JSONDecodeError):
        return f"broken JSON: {error.msg.removesuffix(' at')} at character {error.pos + 1}"
    return str(error)


def _row(raw: bytes, offset: int, paths: list[tuple[str, ...]]) -> _Row:
    try:
        line = raw.decode()
    except UnicodeDecodeError as error:
        raise ValueError(bad_utf8(error, offset)) from None
    begin = _skip(line, 1 if line.startswith(_BOM) else 0)
    if line[begin : begin + 1] != "{":
        try:
            _scan(line, begin)
        except StopIteration as error:
            raise json.JSONDecodeError("no value", line, int(str(error.value))) from None
        raise ValueError("not a JSON object")
    row = _Row(line, [], 0, ":", "", set())
    columns = {path: column for column, path in enumerate(paths)}
    row.tail = begin + 1
    after = _skip(line, _object(line, begin, (), columns, row) + 1)
    if after != len(line):
        raise json.JSONDecodeError("text after the object", line, after)
    return row


def _skip(line: str, at: int) -> int:
    while line[at : at + 1] in _SPACES:
        at += 1
    return at


def _object(line: str, at: int, path: tuple[str, ...], columns: dict[tuple[str, ...], int], row: _Row) -> int:
    """Walk the object that starts at ``at``; where its closing brace stands."""
    at = _skip(line, at + 1)
    if line[at : at + 1] == "}":
        return at
    while True:
        if line[at : at + 1] != '"':
            raise json.JSONDecodeError("expected a key in double quotes", line, at)
        key, after = scanstring(line, at + 1, True)
        colon = _skip(line, after)
        if line[colon : colon + 1] != ":":
            raise json.JSONDecodeError("expected ':'", line, colon)
        value = _skip(line, colon + 1)
        if not path:
            row.keys.add(key)
            row.colon = line[after:value]
        end = _member(line, value, (*path, key), columns, row)
        if not path:
            row.tail = end
        at = _skip(line, end)
        mark = line[at : at + 1]
        if mark == "}":
            return at
        if mark != ",":
            raise json.JSONDecodeError("expected ',' or '}'", line, at)
        following = _skip(line, at + 1)
        if not path:
            row.comma = line[end:following]
        at = following


def _member(line: str, at: int, path: tuple[str, ...], columns: dict[tuple[str, ...], int], row: _Row) -> int:
    """Step over one value, keeping it where it is a string that was asked for; where it ends."""
    dotted = tuple(part for key in path for part in key.split("."))
    if line[at : at + 1] == "{" and any(known[: len(dotted)] == dotted for known in columns):
        return _object(line, at, path, columns, row) + 1
    try:
        value, end = _scan(line, at)
    except StopIteration as error:
        raise json.JSONDecodeError("expected a value", line, int(str(error.value))) from None
    # Numbers come as text too, so look at the literal.
    if dotted in columns and line[at] == '"':
        row.values.append(_Value(value, at, end, columns[dotted]))
    return int(end)


def _rewritten(row: _Row, found: dict[str, Answer], task: Task) -> bytes:
    parts, done = [], 0
    for value in sorted(row.values, key=lambda value: value.start):
        answer = found[value.text]
        if answer.changes:
            parts += [row.line[done : value.start], _literal(answer.text, row.line[value.start : value.end])]
            done = value.end
    if added := task.added():
        parts.append(row.line[done : row.tail])
        done = row.tail
        # The only member shows no comma: space it as the colon is.
        separator = row.comma or ("," + (" " if row.colon.endswith(" ") else ""))
        by_column = {value.column: value.text for value in row.values}
        for index, (column, what, name) in enumerate(added):
            text = by_column.get(column)
            cell: Cell = None if text is None else found[text].cell(what, text)
            comma = separator if row.keys or index else ""
            parts.append(f"{comma}{_dumped(name)}{row.colon}{_dumped(cell)}")
    return "".join([*parts, row.line[done:]]).encode()


def _dumped(cell: Cell) -> str:
    text = json.dumps(cell, ensure_ascii=False)
    return text if _encodable(text) else json.dumps(cell)


def _literal(text: str, before: str) -> str:
    """The text as a JSON string, with escapes where the string before it had them."""
    escaped = before.isascii() and "\\u" in before
    return json.dumps(text) if escaped or not _encodable(text) else json.dumps(text, ensure_ascii=False)


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
