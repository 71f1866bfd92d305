"""CSV and TSV: rows are cut by the rules of Python's csv module, and every byte of an untouched field is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO, cast

from translit.errors import InputError
from translit.files.base import (
    CHUNK_BYTES,
    MAX_QUOTED_BYTES,
    MAX_ROW_BYTES,
    Answer,
    BytesEncoder,
    Cell,
    Chunk,
    Collector,
    Encoder,
    Engine,
    Position,
    Result,
    Task,
    UsageError,
    answers,
    bad_utf8,
    need_columns,
    unknown_column,
)
from translit.files.inputs import Input
from translit.files.lines import Block, blocks

_BOM = b"\xef\xbb\xbf"
_ENDS = (b"\r\n", b"\n", b"\r")
_MUST_QUOTE = re.compile(r'["\r\n]')
_LINE_END = re.compile(rb"\r\n|\n|\r")
_CLOSES = re.compile(rb'(?:[^"]++|"")*+"')
_WHOLLY_QUOTED = re.compile(r'"(?:[^"]++|"")*+"', re.DOTALL)


class Table:
    """A table of fields between delimiters, the first row naming the columns."""

    tabular = True

    def __init__(self, name: str, delimiter: str) -> None:
        self.name, self.suffixes, self.delimiter = name, (f".{name}",), delimiter

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The rows of a file.

        Raises:
            UsageError: for a column that the file does not have.
            InputError: where the header cannot be read.
        """
        delimiter = task.delimiter or self.delimiter
        rows = _Rows(source, delimiter)
        header = rows.header()
        if header is None:
            return
        layout = _layout(header, task, delimiter, source.shown)
        if not start.offset:
            raw = header.body + _added_header(layout, task) + header.end
            yield Chunk(source.doc, start, rows.position, raw, None)
        elif start.offset > rows.position.offset:
            rows.go_on(start)
        for first, batch, end in rows.batches(layout.width):
            yield Chunk(source.doc, first, end, batch, layout)

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The rows with the named columns answered."""
        if chunk.context is None:
            return Result(cast(bytes, chunk.data))
        layout = cast(_Layout, chunk.context)
        collector = Collector(task, chunk, Result(found=frozenset(range(len(task.columns)))))
        rows = list(_parsed(cast("list[bytes | _Row]", chunk.data), layout, chunk, collector))
        columns = layout.columns
        values = {cell: _value(cell) for cell in {fields[i] for _, fields, _ in rows if fields for i in columns}}
        found = answers(sorted({*values.values()} - {""}), task, engine)
        found[""] = Answer("")
        writer = _Writer(layout, task.added(), values, found, collector)
        # Most rows of most files stay as they are.
        touched = values.keys() if task.add else {cell for cell, value in values.items() if found[value].mentions}
        output = [
            writer.written(text, fields, number) if fields and not touched.isdisjoint([fields[i] for i in columns]) else text
            for text, fields, number in rows
        ]
        return collector.finish("".join(output).encode())

    def rows(self, chunk: Chunk) -> Iterator[Chunk]:
        """Each row of a chunk as a chunk of its own; the row of names, and blank rows, as rows without a value."""
        if chunk.context is None:
            yield chunk
            return
        at = chunk.start
        for part in cast("list[bytes | _Row]", chunk.data):
            for row in [part] if isinstance(part, _Row) else part.splitlines(keepends=True):
                raw = row.raw if isinstance(row, _Row) else row
                used = bool(row.body or row.fault) if isinstance(row, _Row) else row not in _ENDS
                size = row.skipped if isinstance(row, _Row) and row.skipped else len(raw)
                end = Position(at.offset + size, at.rows + used, at.line + (_lines(raw) or 1))
                yield Chunk(chunk.doc, at, end, [row], chunk.context)
                at = end

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """The rows, one after the other."""
        return BytesEncoder(target)


FORMATS = (Table("csv", ","), Table("tsv", "\t"))


@dataclass(frozen=True, slots=True)
class _Layout:
    width: int
    columns: tuple[int, ...]
    delimiter: str
    quoted: bool
    names: tuple[str, ...]


@dataclass(slots=True)
class _Row:
    """One row as it stands in the file; ``skipped`` are the bytes of one that is too long to keep."""

    raw: bytes
    fault: str = ""
    skipped: int = 0

    @property
    def end(self) -> bytes:
        return next((end for end in _ENDS if self.raw.endswith(end)), b"")

    @property
    def body(self) -> bytes:
        return self.raw[: len(self.raw) - len(self.end)]


class _Rows:
    """Parts a file into rows: many of one line each at a time, and others one by one."""

    def __init__(self, source: Input, delimiter: str) -> None:
        self.source, self.delimiter = source, delimiter
        self.position = Position()
        self.data, self.at = b"", 0
        self.blocks = blocks(source, carriage_returns=True)
        self.ahead: Block | None = None
        self.plain = _plain_rows(delimiter)

    def go_on(self, start: Position) -> None:
        """Go to a place further on that an earlier run reached."""
        while self.position.offset < start.offset and self._fill():
            size = self._skipped()
            if not size:
                size = min(start.offset - self.position.offset, len(self.data) - self.at)
                self.at += size
            self.position = Position(self.position.offset + size)
        self.position = start

    def header(self) -> _Row | None:
        """The first row that is not blank; None in an empty file. Blank rows before it count to it."""
        blank = b""
        while (row := self._row(0)) is not None:
            self._count(row)
            if row.body.removeprefix(_BOM):
                # The row of names has no number.
                self.position = self.position._replace(rows=0)
                return _Row(blank + row.raw, row.fault, row.skipped)
            blank += row.raw
        return _Row(blank, "it is blank") if blank else None

    def batches(self, width: int) -> Iterator[tuple[Position, list[bytes | _Row], Position]]:
        """Rows, those of one line in blocks, with the places where each list starts and ends."""
        batch: list[bytes | _Row] = []
        size, first = 0, self.position
        while self._fill():
            simple = self.plain.match(self.data, self.at)
            if simple and simple.end() > self.at:
                block = self.data[self.at : simple.end()]
                self.at = simple.end()
                offset, rows, line = self.position
                lines = _lines(block)
                self.position = Position(offset + len(block), rows + lines - _blanks(block), line + lines)
                batch.append(block)
                size += len(block)
            elif row := self._row(width):
                self._count(row)
                batch.append(row)
                size += len(row.raw)
            if size >= CHUNK_BYTES or (self.source.name == "-" and self.at == len(self.data)):
                yield first, batch, self.position
                batch, size, first = [], 0, self.position
        if batch:
            yield first, batch, self.position

    def _count(self, row: _Row) -> None:
        offset, rows, line = self.position
        size = row.skipped or len(row.raw)
        self.position = Position(offset + size, rows + bool(row.body or row.skipped), line + (_lines(row.raw) or 1))

    def _fill(self) -> bool:
        """Whether anything is left."""
        return self.at < len(self.data) or self._more() or self.ahead is not None

    def _more(self) -> bool:
        """Read on behind what is not used up; not over a line that is too long."""
        block = self.ahead or next(self.blocks, None)
        self.ahead = block if block and block.skipped else None
        if block is None or self.ahead:
            return False
        self.data, self.at = self.data[self.at :] + block.data, 0
        return True

    def _skipped(self) -> int:
        """The size of a line that is too long, if that comes next; it is used up."""
        if self.at < len(self.data) or self.ahead is None:
            return 0
        size, self.ahead = self.ahead.skipped, None
        return size

    def _row(self, width: int) -> _Row | None:
        if not self._fill():
            return None
        if skipped := self._skipped():
            return _Row(b"", f"longer than {MAX_ROW_BYTES} bytes", skipped)
        start, end = self.at, self._line_end(self.at)
        line = self.data[start:end]
        self.at = end
        if b'"' not in line or not _opens(line, self.delimiter):
            return _Row(line)
        self.at = start
        return self._long_row(len(line), width)

    def _line_end(self, start: int) -> int:
        found = _LINE_END.search(self.data, start)
        return found.end() if found else len(self.data)

    def _long_row(self, first: int, width: int) -> _Row:
        """A row whose quoted field goes on in the next line; where it never ends well only the first line is lost."""
        size, closed = first, False
        while not closed and size <= MAX_QUOTED_BYTES and (self.at + size < len(self.data) or self._more()):
            end = self._line_end(self.at + size)
            line = self.data[self.at + size : end]
            size = end - self.at
            closed = _CLOSES.match(line) is not None and not _opens(b'"' + line, self.delimiter)
        if closed:
            whole = _Row(self.data[self.at : self.at + size])
            if self._sound(whole, width):
                self.at += size
                return whole
        line = self.data[self.at : self.at + first]
        self.at += first
        return _Row(line, "a quoted field that does not end")

    def _sound(self, row: _Row, width: int) -> bool:
        text = row.body.decode("utf-8", "surrogateescape")
        fields = _fields(text, self.delimiter)
        odd = any(field.startswith('"') and not _WHOLLY_QUOTED.fullmatch(field) for field in fields)
        return not odd and width in (0, len(fields))


def _lines(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def _blanks(block: bytes) -> int:
    """How many lines are empty."""
    if block[:1] not in (b"\n", b"\r") and not any(2 * end in block for end in _ENDS) and b"\n\r" not in block:
        return 0
    return sum(line in _ENDS for line in block.splitlines(keepends=True))


@cache
def _plain_rows(delimiter: str) -> re.Pattern[bytes]:
    """Rows of one line each, whose quotes leave no doubt."""
    d = re.escape(delimiter)
    field = rf'(?:"(?:[^"\r\n]++|"")*+"|[^"{d}\r\n][^{d}\r\n]*+|)'
    return re.compile(rf"(?:{field}(?:{d}{field})*+(?:\r\n|\n|\r(?=.)))*+".encode(), re.DOTALL)


@cache
def _field_pattern(delimiter: str) -> re.Pattern[str]:
    d = re.escape(delimiter)
    return re.compile(rf'(?:\A|{d})("(?:[^"]++|"")*+"?[^{d}]*+|[^"{d}][^{d}]*+|)', re.DOTALL)


def _fields(text: str, delimiter: str) -> list[str]:
    """The fields of a row as they stand in it, quotes included."""
    return _field_pattern(delimiter).findall(text) if '"' in text else text.split(delimiter)


def _opens(line: bytes, delimiter: str) -> bool:
    """Whether the last field of a line that starts a row is quoted and does not end in it."""
    last = _fields(line.decode("utf-8", "surrogateescape"), delimiter)[-1]
    return last.startswith('"') and not _CLOSES.match(last[1:].encode("utf-8", "surrogateescape"))


def _quoted(field: str) -> bool:
    return field.startswith('"')


def _value(field: str) -> str:
    if not _quoted(field):
        return field
    if _WHOLLY_QUOTED.fullmatch(field):
        return field[1:-1].replace('""', '"')
    # Letters after the closing quote belong to the field, as in Python's csv.
    closed = _WHOLLY_QUOTED.match(field)
    inside, after = (field[1 : closed.end() - 1], field[closed.end() :]) if closed else (field[1:], "")
    return inside.replace('""', '"') + after


def _field(value: str, delimiter: str, *, quoted: bool) -> str:
    if quoted or delimiter in value or _MUST_QUOTE.search(value):
        return '"' + value.replace('"', '""') + '"'
    return value


def _shown(cell: Cell) -> str:
    return "" if cell is None else str(cell)


def _styled(near: str, cell: Cell) -> bool:
    """A text beside a quoted field is quoted as well; a number and a null are not."""
    return isinstance(cell, str) and _quoted(near)


def _layout(header: _Row, task: Task, delimiter: str, shown: str) -> _Layout:
    if header.fault:
        raise InputError(f"{shown}:1: the row of column names cannot be read: {header.fault}; mend it")
    body = header.body.lstrip(b"\r\n").removeprefix(_BOM)
    try:
        fields = _fields(body.decode(), delimiter)
    except UnicodeDecodeError as error:
        raise InputError(f"{shown}:1: {bad_utf8(error, 0)}; convert the file to UTF-8") from None
    names = [_value(field) for field in fields]
    need_columns(task, names)
    for name in task.columns:
        if name not in names:
            raise unknown_column(name, names, _delimiter_hint(name, names))
        if names.count(name) > 1:
            raise UsageError(f"{shown}: {names.count(name)} columns are called {name!r}; rename all but one")
    for _, _, name in task.added():
        if name in names:
            raise UsageError(f"{shown}: there is a column {name!r} already; rename it, or leave out --add")
    columns = tuple(names.index(name) for name in task.columns)
    return _Layout(len(names), columns, delimiter, all(map(_quoted, fields)), tuple(names))


def _delimiter_hint(name: str, names: list[str]) -> str:
    if len(names) > 1:
        return ""
    other = next((d for d in ";\t|," if name in (part.strip('"') for part in names[0].split(d))), "")
    return f" (its fields seem to be split by {other!r}: try --delimiter)" if other else ""


def _added_header(layout: _Layout, task: Task) -> bytes:
    added = [_field(name, layout.delimiter, quoted=layout.quoted) for _, _, name in task.added()]
    return "".join(layout.delimiter + name for name in added).encode()


_Parsed = tuple[str, list[str], int]
"""A row with its end, its fields (none for a blank row), and its number."""


def _parsed(parts: list[bytes | _Row], layout: _Layout, chunk: Chunk, collector: Collector) -> Iterator[_Parsed]:
    """The rows of a chunk; the broken ones go to the rejects."""
    offset, number, line = chunk.start
    for part in parts:
        rows = [part] if isinstance(part, _Row) else _simple_rows(part, layout, number)
        if rows and isinstance(rows[0], tuple):
            yield from cast(Any, rows)
            lines, blanks = _lines(cast(bytes, part)), _blanks(cast(bytes, part))
            collector.result.rows += lines - blanks
            offset, number, line = offset + len(cast(bytes, part)), number + lines - blanks, line + lines
            continue
        for row in cast("list[_Row]", rows):
            fields, fault = _checked(row, layout, offset)
            used = bool(row.body or fault)
            collector.result.rows += used
            if fault:
                collector.reject(number, line + 1, offset, None if row.skipped else row.raw, fault)
            else:
                yield row.raw.decode(), fields, number
            offset += row.skipped or len(row.raw)
            number += used
            line += _lines(row.raw) or 1


def _simple_rows(block: bytes, layout: _Layout, number: int) -> list[_Parsed] | list[_Row]:
    """The rows of a block parsed all at once where nothing is wrong with any, else its lines."""
    lines = block.splitlines(keepends=True)
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return [_Row(line) for line in lines]
    end = "\r\n" if "\r\n" in text else "\r" if "\r" in text else "\n"
    rows = text.split(end)
    if len(rows) != len(lines) + 1 or "" in rows[:-1]:
        return [_Row(line) for line in lines]
    rows.pop()
    delimiter, width = layout.delimiter, layout.width
    find = _field_pattern(delimiter).findall
    fields = [find(row) if '"' in row else row.split(delimiter) for row in rows]
    if any(len(row) != width for row in fields):
        return [_Row(line) for line in lines]
    return [(row + end, cells, number + i) for i, (row, cells) in enumerate(zip(rows, fields, strict=True))]


def _checked(row: _Row, layout: _Layout, offset: int) -> tuple[list[str], str]:
    """The fields of a row and what is wrong with it."""
    if row.fault or not row.body:
        return [], row.fault
    try:
        fields = _fields(row.body.decode(), layout.delimiter)
    except UnicodeDecodeError as error:
        return [], bad_utf8(error, offset)
    return fields, "" if len(fields) == layout.width else f"{len(fields)} fields instead of {layout.width}"


@dataclass(slots=True)
class _Writer:
    """Writes rows with their answers."""

    layout: _Layout
    adds: list[tuple[int, str, str]]
    values: dict[str, str]
    found: dict[str, Answer]
    collector: Collector

    def written(self, text: str, fields: list[str], number: int) -> str:
        """A row with its end."""
        delimiter = self.layout.delimiter
        before = [fields[i] for i in self.layout.columns]
        for column, cell in enumerate(before):
            answer = self.found[self.values[cell]]
            if answer.mentions:
                self.collector.change(number, column, answer.mentions)
                fields[self.layout.columns[column]] = _field(answer.text, delimiter, quoted=_quoted(cell))
        for column, what, _ in self.adds:
            value = self.values[before[column]]
            added = self.found[value].cell(what, value)
            fields.append(_field(_shown(added), delimiter, quoted=_styled(before[column], added)))
        end = "\r\n" if text.endswith("\r\n") else text[-1] if text.endswith(("\n", "\r")) else ""
        return delimiter.join(fields) + end
