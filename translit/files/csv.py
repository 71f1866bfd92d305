"""CSV and TSV: rows are cut by the rules of Python's csv module, and every byte of an untouched field is kept."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import BinaryIO, cast

from translit.errors import InputError
from translit.files.base import (
    CHUNK_BYTES,
    MAX_QUOTED_BYTES,
    MAX_ROW_BYTES,
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
        rows = list(_parsed(cast("list[_Row]", chunk.data), layout, chunk, collector))
        values = [_value(fields[i]) for _, fields, _ in rows if fields for i in layout.columns]
        found = answers([value for value in values if value], task, engine)
        output = []
        for row, fields, number in rows:
            if not fields:
                output.append(row.raw)
                continue
            cells: list[tuple[str, Cell]] = []
            originals = [_value(fields[i]) for i in layout.columns]
            touched = False
            for column, (i, value) in enumerate(zip(layout.columns, originals, strict=True)):
                if value and (answer := found[value]).mentions:
                    collector.change(number, column, answer.mentions)
                    fields[i] = _field(answer.text, layout.delimiter, quoted=_quoted(fields[i]))
                    touched = True
            for column, what, _ in task.added():
                value = originals[column]
                cell = found[value].cell(what, value) if value else (value if what == "original" else None)
                cells.append((fields[layout.columns[column]], cell))
            if not touched and not cells:
                output.append(row.raw)
                continue
            tail = [_field(_shown(cell), layout.delimiter, quoted=_styled(near, cell)) for near, cell in cells]
            output.append(layout.delimiter.join([*fields, *tail]).encode() + row.end)
        return collector.finish(b"".join(output))

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
    """Puts the lines of a file together into rows."""

    def __init__(self, source: Input, delimiter: str) -> None:
        self.source, self.delimiter = source, delimiter
        self.position = Position()
        self.lines: deque[bytes | Block] = deque()
        self.blocks = blocks(source, carriage_returns=True)

    def go_on(self, start: Position) -> None:
        """Go to a place further on that an earlier run reached."""
        missing = start.offset - self.position.offset
        while missing and self._fill():
            line = self.lines.popleft()
            size = len(line) if isinstance(line, bytes) else line.skipped
            missing -= size
        self.position = start

    def header(self) -> _Row | None:
        """The first row that is not blank; None in an empty file. Blank rows before it count to it."""
        blank = b""
        while (row := self._row(0)) is not None:
            self.position = self._after(row)
            if row.body.removeprefix(_BOM):
                # The row of names has no number.
                self.position = self.position._replace(rows=0)
                return _Row(blank + row.raw, row.fault, row.skipped)
            blank += row.raw
        return _Row(blank, "it is blank") if blank else None

    def batches(self, width: int) -> Iterator[tuple[Position, list[_Row], Position]]:
        """Lists of rows with the places where each starts and ends."""
        batch, size, first = [], 0, self.position
        while (row := self._row(width)) is not None:
            batch.append(row)
            size += len(row.raw)
            self.position = self._after(row)
            if size >= CHUNK_BYTES or (self.source.name == "-" and not self.lines):
                yield first, batch, self.position
                batch, size, first = [], 0, self.position
        if batch:
            yield first, batch, self.position

    def _after(self, row: _Row) -> Position:
        offset, count, line = self.position
        size = row.skipped or len(row.raw)
        return Position(offset + size, count + bool(row.body or row.skipped), line + (_lines(row.raw) or 1))

    def _fill(self) -> bool:
        while not self.lines:
            block = next(self.blocks, None)
            if block is None:
                return False
            self.lines.extend([block] if block.skipped else block.data.splitlines(keepends=True))
        return True

    def _row(self, width: int) -> _Row | None:
        if not self._fill():
            return None
        line = self.lines.popleft()
        if isinstance(line, Block):
            return _Row(b"", f"longer than {MAX_ROW_BYTES} bytes", line.skipped)
        if b'"' not in line or not _opens(line, self.delimiter):
            return _Row(line)
        return self._long_row(line, width)

    def _long_row(self, line: bytes, width: int) -> _Row:
        """A row whose quoted field goes on in the next line; where it never ends well only the first line is lost."""
        held, size, closed = [line], len(line), False
        while not closed and size <= MAX_QUOTED_BYTES and self._fill() and isinstance(self.lines[0], bytes):
            more = cast(bytes, self.lines.popleft())
            held.append(more)
            size += len(more)
            closed = _CLOSES.match(more) is not None and not _opens(b'"' + more, self.delimiter)
        whole = _Row(b"".join(held))
        if closed and self._sound(whole, width):
            return whole
        self.lines.extendleft(reversed(held[1:]))
        return _Row(line, "a quoted field that does not end")

    def _sound(self, row: _Row, width: int) -> bool:
        text = row.body.decode("utf-8", "surrogateescape")
        fields = _fields(text, self.delimiter)
        odd = any(field.startswith('"') and not _WHOLLY_QUOTED.fullmatch(field) for field in fields)
        return not odd and width in (0, len(fields))


def _lines(raw: bytes) -> int:
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


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
    if quoted or any(character in value for character in (delimiter, '"', "\n", "\r")):
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


def _parsed(
    rows: list[_Row], layout: _Layout, chunk: Chunk, collector: Collector
) -> Iterator[tuple[_Row, list[str], int]]:
    """Each row with its fields (none for a blank row) and its number; the broken ones go to the rejects."""
    offset, number, line = chunk.start
    for row in rows:
        body = row.body
        fields: list[str] = []
        fault = row.fault
        if body and not fault:
            try:
                fields = _fields(body.decode(), layout.delimiter)
                if len(fields) != layout.width:
                    fault = f"{len(fields)} fields instead of {layout.width}"
            except UnicodeDecodeError as error:
                fault = bad_utf8(error, offset)
        collector.result.rows += bool(body or fault)
        if fault:
            collector.reject(number, line + 1, offset, None if row.skipped else row.raw, fault)
        else:
            yield row, fields, number
        offset += row.skipped or len(row.raw)
        number += bool(body or fault)
        line += _lines(row.raw) or 1
