"""Parquet: schema, metadata, row groups, packing and dictionary columns are kept; only the named columns change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, cast

import numpy as np

from translit.files.answers import Answer, Cell
from translit.files.base import (
    BytesEncoder,
    Chunk,
    Collector,
    Encoder,
    Engine,
    Position,
    Result,
    Task,
    chunk_limit,
)
from translit.files.columns import Known, gathered, integers, known_of, numbers, used
from translit.files.inputs import Input
from translit.files.interning import Codes
from translit.files.parquet_encoder import RowGroups
from translit.files.row_groups import KEEP, batches_of, check_columns, open_parquet, packed, unpacked
from translit.limits import MAX_COLUMN_BYTES, MAX_COLUMN_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

FIRST_BYTES = 1 << 20
"""Bytes of names that are worked on together at the beginning of a file."""
GROWTH = 4
"""How many times as many come next, and so on: the rest of a file is read and numbered while the first names are looked up."""


class Parquet:
    """Parquet files, through pyarrow from the extra ``parquet``."""

    name, suffixes, tabular, columnar = "parquet", (".parquet", ".pq"), True, True

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The named columns, some rows at a time, no chunk reaching over the end of a row group.

        Raises:
            UsageError: for a column that the file does not have or that holds no text.
            InputError: for a file that is not Parquet.
        """
        if not source.seekable().read(1):
            return
        file = open_parquet(source)
        check_columns(file.schema_arrow, task, source.shown)
        count, first = 0, start.offset
        limit = chunk_limit(task)
        for group in range(first, file.metadata.num_row_groups):
            most = limit(sum(file.metadata.row_group(i).total_byte_size for i in range(group)))
            count = start.rows if group == first else count
            done = count - sum(file.metadata.row_group(i).num_rows for i in range(group))
            left = _behind(done, batches_of(file, group, list(task.columns), source.shown, most))
            parts = _together(left, MAX_COLUMN_BYTES if group else FIRST_BYTES) if task.mode == "name" else ([batch] for batch in left)
            for part in parts:
                here, count = count, count + sum(batch.num_rows for batch in part)
                # Names are answered in this process, texts perhaps in another one.
                data = part if task.mode == "name" else packed(part)
                yield Chunk(source.doc, Position(group, here), Position(group, count), data)

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The named columns answered, and what is added to them."""
        import pyarrow as pa

        collector = Collector(task, chunk, Result(found=frozenset(range(len(task.columns)))))
        # Names are let go once they are numbered: their answers may take a while.
        waiting = unpacked(chunk.data) if isinstance(chunk.data, bytes) else cast("list[pa.RecordBatch]", chunk.data)
        waiting.reverse()
        parts: list[_Part] = []
        names = [*task.columns, *(name for _, _, name in task.added())]
        columns: list[list[pa.Array]] = [[] for _ in names]
        while waiting:
            known, first = known_of(task, engine), len(parts)
            while waiting and (len(parts) == first or not known.full):
                parts.append(_Part(waiting.pop(), known, task))
            known.settle()
            for part in parts[first:]:
                part.enter(known, collector)
            for arrays, more in zip(columns, _answered(parts[first:], known, task), strict=True):
                arrays += more
        if any(part.broken for part in parts):
            names.append(KEEP)
            columns.append([part.kept() for part in parts])
        # Columns in one piece make one batch, whose dictionaries need not be compared with those of others.
        return collector.finish(packed(pa.Table.from_arrays(list(map(pa.chunked_array, columns)), names).to_batches()))

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """Reads the file again for everything else."""
        return RowGroups(source, target, task) if source.seekable().read(1) else BytesEncoder(target)


FORMATS = (Parquet(),)


class _Column:
    """One column of a batch: for each row the number of its answer, none for those that are not UTF-8."""

    def __init__(self, array: pa.Array, known: Known, task: Task) -> None:
        import pyarrow as pa

        self.type, self.dictionary = array.type, pa.types.is_dictionary(array.type)
        self.coded = task.mode == "name" and not self.dictionary and not pa.types.is_null(array.type)
        """Whether it is written by the numbers of its answers, for which it need not be kept itself."""
        self.array = None if self.coded else array
        self.codes = known.codes(array.dictionary if self.dictionary else array)
        if self.dictionary:
            self.codes = np.append(self.codes, -1)[numbers(array.indices)]
        self.faults: dict[int, str] = {}

    def take_faults(self, known: Known) -> None:
        """Take out the values that are not UTF-8."""
        if known.faults:
            rows = np.flatnonzero(np.isin(self.codes, list(known.faults)))
            self.faults = {row: known.faults[int(self.codes[row])] for row in rows.tolist()}
            self.codes[rows] = -1

    def without(self, rows: Collection[int]) -> Codes:
        """The codes, none for the rows that are left out."""
        if not rows:
            return self.codes
        codes = self.codes.copy()
        codes[list(rows)] = -1
        return codes


class _Part:
    """One batch of a chunk, its values numbered."""

    def __init__(self, batch: pa.RecordBatch, known: Known, task: Task) -> None:
        self.columns = [_Column(batch.column(name), known, task) for name in task.columns]
        self.rows = batch.num_rows
        self.broken: dict[int, str] = {}

    def enter(self, known: Known, collector: Collector) -> None:
        """Enter the changes and the rejects, which are known now."""
        start = collector.chunk.start
        first = start.rows + collector.result.rows
        for name, column in zip(collector.task.columns, self.columns, strict=True):
            column.take_faults(known)
            for place, fault in column.faults.items():
                self.broken.setdefault(place, f"column {name!r}: {fault}")
        for place in sorted(self.broken):
            collector.reject(first + place, first + place + 1, start.offset, None, self.broken[place])
        known.collect([(index, column.without(self.broken)) for index, column in enumerate(self.columns)], first, collector)
        collector.result.rows += self.rows

    def kept(self) -> pa.Array:
        """Which rows are no rejects."""
        import pyarrow as pa

        keep = np.ones(self.rows, bool)
        keep[list(self.broken)] = False
        return pa.array(keep)


def _answered(parts: Sequence[_Part], known: Known, task: Task) -> list[list[pa.Array]]:
    """The columns of batches whose values are known together, answered, and what is added to them; each in one piece or in several."""
    out: list[list[pa.Array]] = []
    for index in range(len(task.columns)):
        columns = [part.columns[index] for part in parts]
        if columns[0].coded:
            out.append([_coded(columns, known, "text", lambda answer, _: answer.text)])
        else:
            out.append([_gathered(column, known) for column in columns])
    return out + [_added([part.columns[index] for part in parts], known, task, what) for index, what, _ in task.added()]


def _coded(columns: Sequence[_Column], known: Known, key: object, cell: Callable[[Answer, str], object]) -> pa.Array:
    """Some text about each value, by its number among those of all the batches."""
    import pyarrow as pa

    values, places = known.coded(key, cell)
    kept, rows = used(values, np.append(places, -1)[np.concatenate([column.codes for column in columns])])
    type_ = columns[0].type if key in ("text", ("add", "original")) else pa.string()
    dictionary = kept.cast(type_ if pa.types.is_large_string(type_) else pa.string())
    return pa.DictionaryArray.from_arrays(integers(rows, 32), dictionary)


def _gathered(column: _Column, known: Known) -> pa.Array:
    """A column with every value answered, of the same type; those that are not UTF-8 are null."""
    import pyarrow as pa

    type_ = column.type
    if not column.faults and not known.changed(column.codes).any():
        return column.array
    texts = gathered(known.texts(), column.codes)
    if not column.dictionary:
        return texts.cast(type_)
    # Two values that become one must share an entry.
    encoded = texts.dictionary_encode()
    indices, values = encoded.indices.cast(type_.index_type), encoded.dictionary.cast(type_.value_type)
    return pa.DictionaryArray.from_arrays(indices, values, ordered=type_.ordered)


def _added(columns: Sequence[_Column], known: Known, task: Task, what: str) -> list[pa.Array]:
    """What ``--add`` writes beside a column."""
    import pyarrow as pa

    if what == "original" and not columns[0].coded:
        return [column.array for column in columns]
    cell = partial(_cell, what)
    if what == "confidence":
        return [gathered(known.told(("add", what), cell, pa.float64()), column.codes) for column in columns]
    return [_coded(columns, known, ("add", what), cell)]


def _cell(what: str, answer: Answer, value: str) -> Cell:
    return answer.cell(what, value)


def _behind(done: int, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches without some rows at their beginning."""
    for batch in batches:
        if done < batch.num_rows:
            yield batch.slice(done)
        done = max(0, done - batch.num_rows)


def _together(batches: Iterator[pa.RecordBatch], most: int) -> Iterator[list[pa.RecordBatch]]:
    """Batches in lists of ``most`` bytes, each some times as large as the one before up to the cap."""
    held: list[pa.RecordBatch] = []
    size = rows = 0
    for batch in batches:
        held.append(batch)
        size, rows = size + batch.nbytes, rows + batch.num_rows
        if size >= most or rows >= MAX_COLUMN_ROWS:
            yield held
            held, size, rows, most = [], 0, 0, min(GROWTH * most, MAX_COLUMN_BYTES)
    if held:
        yield held
