"""Regular blocks of CSV, answered as columns: the fields of all rows at once, spliced back between the bytes around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from translit.files.answers import Answer, shown
from translit.files.base import Collector, Task
from translit.files.columns import Codes, Known
from translit.files.csv_fields import field_of
from translit.files.csv_rows import blank_count

if TYPE_CHECKING:
    import pyarrow as pa

Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the fields of a block stand, in bytes.

    Args:
        starts: of each row.
        ends: of each row, before its line end.
        delimiters: of each row, a column for each.
    """

    starts: Places
    ends: Places
    delimiters: Places

    def field(self, column: int) -> tuple[Places, Places]:
        """Where the fields of a column start and end."""
        start = self.starts if column == 0 else self.delimiters[:, column - 1] + 1
        return start, self.ends if column == self.delimiters.shape[1] else self.delimiters[:, column]


def grid(block: bytes, delimiter: str, width: int) -> Grid | None:
    """The grid of a block; None where it has quotes, blank rows, a row of another width, mixed line ends or broken UTF-8."""
    if b'"' in block or not delimiter.isascii() or not block.endswith(b"\n") or blank_count(block):
        return None
    returns = block.count(b"\r")
    if returns and returns != block.count(b"\r\n"):
        return None
    lines = block.count(b"\n")
    if returns not in (0, lines) or not _is_utf8(block):
        return None
    data = np.frombuffer(block, np.uint8)
    feeds = np.flatnonzero(data == 10)
    starts = np.concatenate([[0], feeds[:-1] + 1])
    ends = feeds - 1 if returns else feeds
    found = np.flatnonzero(data == ord(delimiter))
    if len(found) != len(starts) * (width - 1):
        return None
    delimiters = found.reshape(len(starts), width - 1)
    if width > 1 and ((delimiters[:, 0] < starts).any() or (delimiters[:, -1] >= ends).any()):
        return None
    return Grid(starts, ends, delimiters)


def _is_utf8(block: bytes) -> bool:
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def spliced(block: bytes, cells: Grid, columns: Sequence[int], delimiter: str, known: Known, row: int, collector: Collector) -> bytes:
    """A block with the fields of some columns answered, and what is added behind each row.

    Args:
        block: the rows.
        cells: where its fields stand.
        columns: the columns of the task, in its order.
        delimiter: between fields.
        known: the answers.
        row: number of the first row.
        collector: takes the changes.
    """
    import pyarrow as pa

    task = collector.task
    order = np.argsort(columns, kind="stable").tolist()
    bounds = [place for index in order for place in cells.field(columns[index])]
    if task.add:
        bounds.append(cells.ends)
    # Between two bounds lies a piece: before a field, the field, …, the end of the row; the next row follows without a gap.
    rows, each = len(cells.starts), len(bounds)
    offsets = np.concatenate([[0], np.stack(bounds, axis=1).ravel(), [len(block)]])
    pieces = _strings(block, offsets)
    places = np.arange(rows * each).reshape(rows, each)
    codes = {index: known.codes(pieces.take(pa.array(places[:, 2 * place + 1]))) for place, index in enumerate(order)}
    known.collect([(index, codes[index]) for index in range(len(columns))], row, collector)
    changed = {index: known.changed(codes[index]) for index in codes}
    if not task.add and not any(mask.any() for mask in changed.values()):
        return block
    written = known.told(("cell", delimiter), lambda answer, _: field_of(answer.text, delimiter, quoted=False), pa.large_string())
    parts, count = [pieces, written], len(pieces)
    for place, index in enumerate(order):
        mask = changed[index]
        places[mask, 2 * place + 1] = count + codes[index][mask]
    if task.add:
        added, more = _added(task, delimiter, known, codes, count + len(written))
        parts += more
        places = np.concatenate([places, added], axis=1)
    joined = pa.concat_arrays(parts).take(pa.array(np.append(places.ravel(), count - 1)))
    _, ends, data = joined.buffers()
    return bytes(data.slice(0, int(np.frombuffer(ends, np.int64)[len(joined)])))


def _added(task: Task, delimiter: str, known: Known, codes: dict[int, Codes], base: int) -> tuple[Places, list[pa.Array]]:
    """For each row the places of what is added, behind ``base`` others, and the cells."""
    import pyarrow as pa

    def cell(answer: Answer, value: str, what: str) -> str:
        return delimiter + field_of(shown(answer.cell(what, value)), delimiter, quoted=False)

    places, parts = [], []
    for index, what, _ in task.added():
        cells = known.told(("add", what, delimiter), partial(cell, what=what), pa.large_string())
        places.append(base + codes[index])
        parts.append(cells)
        base += len(cells)
    return np.stack(places, axis=1), parts


def _strings(block: bytes, offsets: Places) -> pa.Array:
    """The block cut at offsets, without a copy."""
    import pyarrow as pa

    bounds = pa.py_buffer(np.ascontiguousarray(offsets, np.int64))
    return pa.Array.from_buffers(pa.large_string(), len(offsets) - 1, [None, bounds, pa.py_buffer(block)])
