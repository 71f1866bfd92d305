"""CSV and TSV: rows are cut by the rules of Python's csv module, and every byte of an untouched field is kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import BinaryIO, cast

from translit.errors import InputError
from translit.files.answers import Answer, Cell, answers, shown
from translit.files.base import (
    BytesEncoder,
    Chunk,
    Collector,
    Encoder,
    Engine,
    Position,
    Result,
    Task,
    UsageError,
    bad_utf8,
    chunk_limit,
    need_columns,
    to_utf8,
    unknown_column,
    utf16,
)
from translit.files.columns import have_arrow, known_of
from translit.files.csv_fields import field_of, field_pattern, is_quoted, split_fields, value_of
from translit.files.csv_rows import BOM, ENDS, Row, Rows, blank_count, line_count
from translit.files.csv_splice import Grid, grid, spliced
from translit.files.inputs import Input
from translit.limits import MIN_SPLICED_BYTES


class Table:
    """A table of fields between delimiters, the first row naming the columns."""

    tabular = True

    def __init__(self, name: str, delimiter: str) -> None:
        self.name, self.suffixes, self.delimiter = name, (f".{name}",), delimiter

    @property
    def columnar(self) -> bool:
        """Whether regular rows are answered as columns."""
        return have_arrow()

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The rows of a file.

        Raises:
            UsageError: for a column that the file does not have.
            InputError: where the header cannot be read.
        """
        delimiter = task.delimiter or self.delimiter
        rows = Rows(source, delimiter)
        header = rows.header()
        if header is None:
            return
        layout = _layout(header, task, delimiter, source.shown)
        if not start.offset:
            raw = header.body + _added_header(layout, task) + header.end
            yield Chunk(source.doc, start, rows.position, raw, None)
        elif start.offset > rows.position.offset:
            rows.go_on(start)
        for first, batch, end in rows.batches(layout.width, chunk_limit(task)):
            yield Chunk(source.doc, first, end, batch, layout)

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The rows with the named columns answered."""
        if chunk.context is None:
            return Result(cast(bytes, chunk.data))
        layout = cast(_Layout, chunk.context)
        collector = Collector(task, chunk, Result(found=frozenset(range(len(task.columns)))))
        output: list[bytes] = []
        at = chunk.start
        for parts, cells in _steps(cast("list[bytes | Row]", chunk.data), layout):
            if cells is None:
                written, at = _by_rows(parts, layout, at, engine, collector)
            else:
                block, rows = cast(bytes, parts[0]), len(cells.line_ends)
                written = spliced(block, cells, layout.delimiter, known_of(task, engine), at.rows, collector)
                collector.result.rows += rows
                at = Position(at.offset + len(block), at.rows + rows, at.line + rows)
            output.append(written)
        return collector.finish(b"".join(output))

    def rows(self, chunk: Chunk) -> Iterator[Chunk]:
        """Each row of a chunk as a chunk of its own; the row of names, and blank rows, as rows without a value."""
        if chunk.context is None:
            yield chunk
            return
        at = chunk.start
        for part in cast("list[bytes | Row]", chunk.data):
            for row in [part] if isinstance(part, Row) else part.splitlines(keepends=True):
                raw = row.raw if isinstance(row, Row) else row
                used = bool(row.body or row.fault) if isinstance(row, Row) else row not in ENDS
                size = row.skipped if isinstance(row, Row) and row.skipped else len(raw)
                end = Position(at.offset + size, at.rows + used, at.line + (line_count(raw) or 1))
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


def _styled(near: str, cell: Cell) -> bool:
    """A text beside a quoted field is quoted as well; a number and a null are not."""
    return isinstance(cell, str) and is_quoted(near)


def _layout(header: Row, task: Task, delimiter: str, shown: str) -> _Layout:
    if header.fault:
        raise InputError(f"{shown}:1: the row of column names cannot be read: {header.fault}; mend it")
    body = header.body.lstrip(b"\r\n").removeprefix(BOM)
    if utf16(body):
        raise InputError(f"{shown}: not UTF-8; {to_utf8(body)}")
    try:
        fields = split_fields(body.decode(), delimiter)
    except UnicodeDecodeError as error:
        raise InputError(f"{shown}:1: {bad_utf8(error, 0)}; {to_utf8(body)}") from None
    names = [value_of(field) for field in fields]
    need_columns(task, names)
    for name in task.columns:
        if name not in names:
            raise unknown_column(shown, name, names, _delimiter_hint(name, names))
        if names.count(name) > 1:
            raise UsageError(f"{shown}: {names.count(name)} columns are called {name!r}; rename all but one")
    for _, _, name in task.added():
        if name in names:
            raise UsageError(f"{shown}: there is a column {name!r} already; rename it, or leave out --add")
    columns = tuple(names.index(name) for name in task.columns)
    return _Layout(len(names), columns, delimiter, all(map(is_quoted, fields)), tuple(names))


def _delimiter_hint(name: str, names: list[str]) -> str:
    if len(names) > 1:
        return ""
    other = next((d for d in ";\t|," if name in (part.strip('"') for part in names[0].split(d))), "")
    return f"; its fields seem to be split by {other!r}: try --delimiter {_shell(other)}" if other else ""


def _shell(delimiter: str) -> str:
    """A delimiter as it is given on a command line."""
    return {"\t": "'\\t'"}.get(delimiter, f"'{delimiter}'")


def _added_header(layout: _Layout, task: Task) -> bytes:
    added = [field_of(name, layout.delimiter, quoted=layout.quoted) for _, _, name in task.added()]
    return "".join(layout.delimiter + name for name in added).encode()


def _steps(parts: list[bytes | Row], layout: _Layout) -> Iterator[tuple[list[bytes | Row], Grid | None]]:
    """What is worked on together: regular blocks with the places of their fields, and others without."""
    for plain, run in groupby(parts, lambda part: isinstance(part, bytes)):
        held = list(run)
        blocks = cast("list[bytes]", held)
        if not plain or not have_arrow() or sum(map(len, blocks)) < MIN_SPLICED_BYTES:
            yield held, None
            continue
        whole = b"".join(blocks)
        cells = grid(whole, layout.delimiter, layout.width, layout.columns)
        if cells is not None or len(blocks) == 1:
            yield [whole], cells
        else:
            for block in blocks:
                yield [block], grid(block, layout.delimiter, layout.width, layout.columns)


_Parsed = tuple[str, list[str], int]
"""A row with its end, its fields (none for a blank row), and its number."""


def _by_rows(parts: list[bytes | Row], layout: _Layout, start: Position, engine: Engine, collector: Collector) -> tuple[bytes, Position]:
    """Rows with the named columns answered one by one, and the place behind them."""
    task, columns = collector.task, layout.columns
    rows: list[_Parsed] = []
    end = _parse(parts, layout, start, collector, rows)
    values = {cell: value_of(cell) for cell in {fields[i] for _, fields, _ in rows if fields for i in columns}}
    found = answers(sorted({*values.values()} - {""}), task, engine)
    found[""] = Answer("")
    writer = _Writer(layout, task.added(), values, found, collector)
    # Most rows of most files stay as they are.
    touched = values.keys() if task.add else {cell for cell, value in values.items() if found[value].changes}
    output = [
        writer.written(text, fields, number) if fields and not touched.isdisjoint([fields[i] for i in columns]) else text
        for text, fields, number in rows
    ]
    return "".join(output).encode(), end


def _parse(parts: list[bytes | Row], layout: _Layout, start: Position, collector: Collector, rows: list[_Parsed]) -> Position:
    """Add the rows to a list; the broken ones go to the rejects. Gives the place behind them."""
    offset, number, line = start
    for part in parts:
        found = [part] if isinstance(part, Row) else _simple_rows(part, layout, number)
        if found and isinstance(found[0], tuple):
            rows += found
            lines, blanks = line_count(cast(bytes, part)), blank_count(cast(bytes, part))
            collector.result.rows += lines - blanks
            offset, number, line = offset + len(cast(bytes, part)), number + lines - blanks, line + lines
            continue
        for row in cast("list[Row]", found):
            fields, fault = _checked(row, layout, offset)
            used = bool(row.body or fault)
            collector.result.rows += used
            if fault:
                collector.reject(number, line + 1, offset, None if row.skipped else row.raw, fault)
            else:
                rows.append((row.raw.decode(), fields, number))
            offset += row.skipped or len(row.raw)
            number += used
            line += line_count(row.raw) or 1
    return Position(offset, number, line)


def _simple_rows(block: bytes, layout: _Layout, number: int) -> list[_Parsed] | list[Row]:
    """The rows of a block parsed all at once where nothing is wrong with any, else its lines."""
    lines = block.splitlines(keepends=True)
    try:
        text = block.decode()
    except UnicodeDecodeError:
        return [Row(line) for line in lines]
    end = "\r\n" if "\r\n" in text else "\r" if "\r" in text else "\n"
    rows = text.split(end)
    if len(rows) != len(lines) + 1 or "" in rows[:-1]:
        return [Row(line) for line in lines]
    rows.pop()
    delimiter, width = layout.delimiter, layout.width
    find = field_pattern(delimiter).findall
    fields = [find(row) if '"' in row else row.split(delimiter) for row in rows]
    if any(len(row) != width for row in fields):
        return [Row(line) for line in lines]
    return [(row + end, cells, number + i) for i, (row, cells) in enumerate(zip(rows, fields, strict=True))]


def _checked(row: Row, layout: _Layout, offset: int) -> tuple[list[str], str]:
    """The fields of a row and what is wrong with it."""
    if row.fault or not row.body:
        return [], row.fault
    try:
        fields = split_fields(row.body.decode(), layout.delimiter)
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
            value = self.values[cell]
            answer = self.found[value]
            if answer.changes:
                self.collector.change(number, column, value, answer)
                fields[self.layout.columns[column]] = field_of(answer.text, delimiter, quoted=is_quoted(cell))
        for column, what, _ in self.adds:
            value = self.values[before[column]]
            added = self.found[value].cell(what, value)
            fields.append(field_of(shown(added), delimiter, quoted=_styled(before[column], added)))
        end = "\r\n" if text.endswith("\r\n") else text[-1] if text.endswith(("\n", "\r")) else ""
        return delimiter.join(fields) + end
