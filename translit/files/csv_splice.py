"""Regular blocks of CSV, answered as columns: the fields of all rows at once, spliced back between the bytes around them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from translit.files.answers import Answer, shown
from translit.files.base import Collector, is_utf8
from translit.files.columns import Known, large_string
from translit.files.csv_fields import field_of
from translit.files.interning import Codes
from translit.files.splicing import Places, Splicer, values_at
from translit.native import twin

if TYPE_CHECKING:
    pass

_FEED, _QUOTE = b'\n"'


@dataclass(frozen=True, slots=True)
class Grid:
    """Where some fields of a block stand, in bytes; a row of places for each row, one for each column that is wanted.

    Args:
        starts: of the fields, quotes left out.
        ends: of the fields, likewise.
        quoted: which fields stand in quotes.
        line_ends: of each row, before its line end.
    """

    starts: Places
    ends: Places
    quoted: NDArray[np.bool_]
    line_ends: Places


def grid(block: bytes, delimiter: str, width: int, columns: Sequence[int]) -> Grid | None:
    """The grid of a block, for some columns.

    None where it has blank rows, a row of another width, mixed line ends, broken UTF-8, or quotes that do not stand around a
    field, as doubled ones do not.
    """
    if not delimiter.isascii() or not is_utf8(block):
        return None
    cells = twin(csv_cells)(block, delimiter, width, columns)
    if cells is None:
        return None
    return Grid(cells[:, 1::3], cells[:, 2::3], cells[:, 3::3] > 0, cells[:, 0])


def csv_cells(block: bytes, delimiter: str, width: int, columns: Sequence[int]) -> Places | None:
    """Where each row of a block ends, then of each of some fields its start, its end, and whether it is quoted; None as for a grid.

    >>> csv_cells(b'1,"a b"\\n2,c\\n', ",", 2, [1]).tolist()
    [[7, 3, 6, 1], [11, 10, 11, 0]]
    """
    if not block.endswith(b"\n"):
        return None
    returns, quotes = block.count(b"\r"), block.count(b'"')
    if returns and not returns == block.count(b"\r\n") == block.count(b"\n"):
        return None
    data = np.frombuffer(block, np.uint8)
    feeds = np.flatnonzero(data == _FEED)
    found = np.flatnonzero(data == ord(delimiter))
    if quotes:
        inside = np.bitwise_xor.accumulate((data == _QUOTE).view(np.uint8))
        if inside[feeds].any():
            return None
        found = found[inside[found] == 0]
    rows = len(feeds)
    if len(found) != rows * (width - 1):
        return None
    between = found.reshape(rows, width - 1)
    line_starts = np.concatenate([[0], feeds[:-1] + 1])[:, None]
    line_ends = (feeds - 1 if returns else feeds)[:, None]
    if (line_starts == line_ends).any():
        return None
    if width > 1 and ((between[:, :1] < line_starts).any() or (between[:, -1:] >= line_ends).any()):
        return None
    starts, ends = np.hstack([line_starts, between + 1]), np.hstack([between, line_ends])
    quoted = (data[starts] == _QUOTE) & (ends - starts >= 2) & (data[ends - 1] == _QUOTE)
    # More quotes than those around fields: they are doubled, or stand where the csv module has rules of its own for them.
    if quotes != 2 * np.count_nonzero(quoted):
        return None
    places = np.stack([starts + quoted, ends - quoted, quoted], axis=2)[:, list(columns)].reshape(rows, 3 * len(columns))
    return np.hstack([line_ends, places]).astype(np.int64)


def spliced(block: bytes, cells: Grid, delimiter: str, known: Known, row: int, collector: Collector) -> bytes:
    """A block with the fields of some columns answered, and what is added behind each row.

    Args:
        block: the rows.
        cells: where the fields of the task's columns stand.
        delimiter: between fields.
        known: the answers.
        row: number of the first row.
        collector: takes the changes.
    """
    task = collector.task
    codes = [known.codes_of(values_at(block, cells.starts[:, index], cells.ends[:, index])) for index in range(len(task.columns))]
    known.settle()
    known.collect(list(enumerate(codes)), row, collector)
    splicer = Splicer()
    for index, numbers in enumerate(codes):
        rows = np.flatnonzero(known.changed(numbers))
        cell = partial(_cell, delimiter), cells.quoted[rows, index], numbers[rows]
        _replace(splicer, known, ("cell", delimiter), cells.starts[rows, index], cells.ends[rows, index], *cell)
    for index, what, _ in task.added():
        cell = partial(_added, delimiter, what), cells.quoted[:, index], codes[index]
        _replace(splicer, known, ("add", what, delimiter), cells.line_ends, cells.line_ends, *cell)
    return splicer.written(block)


def _replace(
    splicer: Splicer, known: Known, key: tuple[str, ...], begin: Places, end: Places,
    cell: Callable[[bool, Answer, str], str], quoted: NDArray[np.bool_], codes: Codes,
) -> None:  # fmt: skip
    """Replace spans by what is written for the answers of some codes, beside or between quotes where there are such."""
    for near in (False, True):
        rows = np.flatnonzero(quoted == near)
        if len(rows):
            base = splicer.put(known.told((*key, near), partial(cell, near), large_string()))
            splicer.replace(begin[rows], end[rows], base + codes[rows])


def _cell(delimiter: str, inside: bool, answer: Answer, _value: str) -> str:
    """What is written for an answer; ``inside`` says that quotes stand around it already."""
    return answer.text.replace('"', '""') if inside else field_of(answer.text, delimiter, quoted=False)


def _added(delimiter: str, what: str, near: bool, answer: Answer, value: str) -> str:
    """What is added behind a row, beside a field that is quoted or not."""
    cell = answer.cell(what, value)
    return delimiter + field_of(shown(cell), delimiter, quoted=near and isinstance(cell, str))
