"""Cutting a CSV file into rows: many of one line each at a time, those of several lines and the broken ones by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import regex

from translit.files.base import Position
from translit.files.csv_fields import closes, is_sound, opens
from translit.files.inputs import Input
from translit.files.lines import Block, blocks
from translit.limits import MAX_QUOTED_BYTES, MAX_ROW_BYTES

BOM = b"\xef\xbb\xbf"
ENDS = (b"\r\n", b"\n", b"\r")
_LINE_END = regex.compile(rb"\r\n|\n|\r")


@dataclass(slots=True)
class Row:
    """One row as it stands in the file; ``skipped`` are the bytes of one that is too long to keep."""

    raw: bytes
    fault: str = ""
    skipped: int = 0

    @property
    def end(self) -> bytes:
        return next((end for end in ENDS if self.raw.endswith(end)), b"")

    @property
    def body(self) -> bytes:
        return self.raw[: len(self.raw) - len(self.end)]


class Rows:
    """Parts a file into rows: many of one line each at a time, and others one by one."""

    def __init__(self, source: Input, delimiter: str) -> None:
        self.source, self.delimiter = source, delimiter
        self.position = Position()
        self.data, self.at = b"", 0
        self.blocks = blocks(source, carriage_returns=True)
        self.ahead: Block | None = None
        self.plain = _plain_rows_loop(delimiter)

    def go_on(self, start: Position) -> None:
        """Go to a place further on that an earlier run reached."""
        while self.position.offset < start.offset and self._fill():
            size = self._skipped()
            if not size:
                size = min(start.offset - self.position.offset, len(self.data) - self.at)
                self.at += size
            self.position = Position(self.position.offset + size)
        self.position = start

    def header(self) -> Row | None:
        """The first row that is not blank; None in an empty file. Blank rows before it count to it."""
        blank = b""
        while (row := self._row(0)) is not None:
            self._count(row)
            if row.body.removeprefix(BOM):
                # The row of names has no number.
                self.position = self.position._replace(rows=0)
                return Row(blank + row.raw, row.fault, row.skipped)
            blank += row.raw
        return Row(blank, "it is blank") if blank else None

    def batches(self, width: int, limit: Callable[[int], int]) -> Iterator[tuple[Position, list[bytes | Row], Position]]:
        """Rows, those of one line in blocks, with the places where each list starts and ends.

        Args:
            width: fields of a row.
            limit: bytes of a list that starts at an offset.
        """
        batch: list[bytes | Row] = []
        size, first = 0, self.position
        while self._fill():
            end, lines, blanks = self.plain(self.data, self.at, self.delimiter)
            if end > self.at:
                block = self.data[self.at : end]
                self.at = end
                offset, rows, line = self.position
                self.position = Position(offset + len(block), rows + lines - blanks, line + lines)
                batch.append(block)
                size += len(block)
            elif row := self._row(width):
                self._count(row)
                batch.append(row)
                size += len(row.raw)
            if size >= limit(first.offset) or (self.source.name == "-" and self.at == len(self.data)):
                yield first, batch, self.position
                batch, size, first = [], 0, self.position
        if batch:
            yield first, batch, self.position

    def _count(self, row: Row) -> None:
        offset, rows, line = self.position
        size = row.skipped or len(row.raw)
        self.position = Position(offset + size, rows + bool(row.body or row.skipped), line + (line_count(row.raw) or 1))

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

    def _row(self, width: int) -> Row | None:
        if not self._fill():
            return None
        if skipped := self._skipped():
            return Row(b"", f"longer than {MAX_ROW_BYTES} bytes", skipped)
        start, end = self.at, self._line_end(self.at)
        line = self.data[start:end]
        self.at = end
        if b'"' not in line or not opens(line, self.delimiter):
            return Row(line)
        self.at = start
        return self._long_row(len(line), width)

    def _line_end(self, start: int) -> int:
        found = _LINE_END.search(self.data, start)
        return found.end() if found else len(self.data)

    def _long_row(self, first: int, width: int) -> Row:
        """A row whose quoted field goes on in the next line; where it never ends well only the first line is lost."""
        size, closed = first, False
        while not closed and size <= MAX_QUOTED_BYTES and (self.at + size < len(self.data) or self._more()):
            end = self._line_end(self.at + size)
            line = self.data[self.at + size : end]
            size = end - self.at
            closed = closes(line) and not opens(b'"' + line, self.delimiter)
        if closed:
            whole = Row(self.data[self.at : self.at + size])
            if is_sound(whole.body.decode("utf-8", "surrogateescape"), self.delimiter, width):
                self.at += size
                return whole
        line = self.data[self.at : self.at + first]
        self.at += first
        return Row(line, "a quoted field that does not end")


def line_count(raw: bytes) -> int:
    """How many line ends there are."""
    return raw.count(b"\n") + raw.count(b"\r") - raw.count(b"\r\n")


def blank_count(block: bytes) -> int:
    """How many lines are empty."""
    if b"\r" not in block and block[:1] != b"\n" and b"\n\n" not in block:
        return 0
    if block[:1] not in (b"\n", b"\r") and not any(2 * end in block for end in ENDS) and b"\n\r" not in block:
        return 0
    return sum(line in ENDS for line in block.splitlines(keepends=True))


def _plain_rows_loop(delimiter: str) -> Callable[[bytes, int, str], tuple[int, int, int]]:
    from translit.native import twin

    return twin(plain_rows) if delimiter.isascii() else plain_rows


def plain_rows(data: bytes, at: int, delimiter: str) -> tuple[int, int, int]:
    r"""Where the next rows of one line each end whose quotes leave no doubt, how many they are, and how many of them are blank.

    >>> plain_rows(b'a,"b"\n\n"c\n', 0, ",")
    (7, 2, 1)
    """
    if b'"' not in data and b"\r" not in data:
        end = data.rfind(b"\n", at) + 1 or at
    else:
        simple = _plain(delimiter).match(data, at)
        end = simple.end() if simple else at
    block = data[at:end]
    return end, line_count(block), blank_count(block)


@cache
def _plain(delimiter: str) -> regex.Pattern[bytes]:
    """Rows of one line each, whose quotes leave no doubt."""
    # The standard library's possessive groups match wrongly before Python 3.11.4.
    d = regex.escape(delimiter)
    field = rf'(?:"(?:[^"\r\n]++|"")*+"|[^"{d}\r\n][^{d}\r\n]*+|)'
    return regex.compile(rf"(?:{field}(?:{d}{field})*+(?:\r\n|\n|\r(?=.)))*+".encode(), regex.DOTALL)
