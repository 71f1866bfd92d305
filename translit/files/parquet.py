"""Parquet: schema, metadata, row groups, packing and dictionary columns are kept; only the named columns change."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import numpy as np

from translit.errors import InputError, missing_extra
from translit.files.base import (
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
    unknown_column,
)
from translit.files.columns import Known, gathered, known_of, numbers, strings
from translit.files.inputs import Input
from translit.files.interning import Codes
from translit.limits import CHUNK_BYTES, MAX_CHUNK_ROWS, MAX_ROW_GROUP_BYTES

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_BUFFER = 1 << 20
_KEEP = "translit:keep"
"""The column of a result that says which rows are no rejects; there only where some are."""


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
        file = _open(source)
        _check(file.schema_arrow, task, source.shown)
        count, first = 0, start.offset
        limit = chunk_limit(task)
        for group in range(first, file.metadata.num_row_groups):
            most = limit(sum(file.metadata.row_group(i).total_byte_size for i in range(group)))
            count = start.rows if group == first else count
            done = count - sum(file.metadata.row_group(i).num_rows for i in range(group))
            for batch in _batches(file, group, list(task.columns), source.shown, most):
                fresh = batch.slice(min(done, batch.num_rows))
                done -= batch.num_rows - fresh.num_rows
                if not fresh.num_rows:
                    continue
                here, count = count, count + fresh.num_rows
                yield Chunk(source.doc, Position(group, here), Position(group, count), _packed(fresh))

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The named columns answered, and what is added to them."""
        import pyarrow as pa

        batch = _unpacked(cast(bytes, chunk.data))
        collector = Collector(task, chunk)
        collector.result.rows = batch.num_rows
        collector.result.found = frozenset(range(len(task.columns)))
        known = known_of(task, engine)
        columns = [_Column(batch.column(name), index, known) for index, name in enumerate(task.columns)]
        broken: dict[int, str] = {}
        for column in columns:
            for place, fault in column.broken.items():
                broken.setdefault(place, f"column {task.columns[column.index]!r}: {fault}")
        for place in sorted(broken):
            number = chunk.start.rows + place
            collector.reject(number, number + 1, chunk.start.offset, None, broken[place])
        kept = [(column.index, column.without(broken)) for column in columns]
        known.collect(kept, chunk.start.rows, collector)
        arrays = [column.answered() for column in columns]
        names = list(task.columns)
        for index, what, name in task.added():
            arrays.append(columns[index].added(what))
            names.append(name)
        if broken:
            arrays.append(pa.array([place not in broken for place in range(batch.num_rows)]))
            names.append(_KEEP)
        return collector.finish(_packed(pa.record_batch(arrays, names=names)))

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """Reads the file again for everything else."""
        return _Encoder(source, target, task)


FORMATS = (Parquet(),)


class _Column:
    """One column of a chunk: for each row the number of its answer."""

    def __init__(self, array: pa.Array, index: int, known: Known) -> None:
        import pyarrow as pa

        self.index, self.array, self.known = index, array, known
        self.dictionary = pa.types.is_dictionary(array.type)
        values, broken = _sound(array.dictionary if self.dictionary else array)
        codes = known.codes(values)
        self.broken = broken
        if self.dictionary:
            places = numbers(array.indices)
            codes = np.append(codes, -1)[places]
            self.broken = {row: broken[place] for row, place in enumerate(places.tolist()) if place in broken} if broken else {}
        self.codes: Codes = codes

    def without(self, rows: Collection[int]) -> Codes:
        """The codes, none for the rows that are left out."""
        if not rows:
            return self.codes
        codes = self.codes.copy()
        codes[list(rows)] = -1
        return codes

    def answered(self) -> pa.Array:
        """The column with every value answered, of the same type; rejected values are null."""
        import pyarrow as pa

        if not self.broken and not self.known.changed(self.codes).any():
            return self.array
        type_ = self.array.type
        texts = gathered(self.known.texts(), self.codes)
        if not self.dictionary:
            return texts.cast(type_)
        # Two values that become one must share an entry.
        encoded = texts.dictionary_encode()
        indices, values = encoded.indices.cast(type_.index_type), encoded.dictionary.cast(type_.value_type)
        return pa.DictionaryArray.from_arrays(indices, values, ordered=type_.ordered)

    def added(self, what: str) -> pa.Array:
        """What ``--add`` writes beside the column."""
        import pyarrow as pa

        if what == "original":
            return self.array
        type_ = pa.float64() if what == "confidence" else pa.large_string()
        cells = gathered(self.known.told(("add", what), lambda answer, value: answer.cell(what, value), type_), self.codes)
        return cells if what == "confidence" else cells.cast(pa.string())


def _sound(values: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    """The values with null for those that are not UTF-8, and what is wrong with these."""
    import pyarrow as pa

    texts = values.cast(pa.large_binary(), safe=False).cast(pa.large_string(), safe=False)
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        pass
    else:
        return texts, {}
    kept: list[str | None] = []
    broken: dict[int, str] = {}
    for place, value in enumerate(texts.cast(pa.large_binary()).to_pylist()):
        try:
            kept.append(None if value is None else value.decode())
        except UnicodeDecodeError as error:
            kept.append(None)
            broken[place] = bad_utf8(error, 0).replace("byte offset", "byte")
    return strings(kept), broken


def _open(source: Input) -> pq.ParquetFile:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        raise InputError(missing_extra("pyarrow", "parquet", f"{source.shown}: Parquet")) from None
    import pyarrow as pa

    try:
        # By its name a file is read without going through Python.
        plain = source.name != "-" and not source.packed and source.raw.seekable()
        return pq.ParquetFile(source.name if plain else source.seekable(), pre_buffer=False, buffer_size=_BUFFER)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{source.shown}: not a readable Parquet file ({_one_line(error)}); check the file") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _check(schema: pa.Schema, task: Task, shown: str) -> None:
    import pyarrow as pa

    need_columns(task, schema.names)
    for name in task.columns:
        if name not in schema.names:
            raise unknown_column(shown, name, schema.names)
        if schema.names.count(name) > 1:
            raise UsageError(f"{shown}: several columns are called {name!r}; rename all but one")
        type_ = schema.field(name).type
        plain = type_.value_type if pa.types.is_dictionary(type_) else type_
        if not (pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_string_view(plain)):
            raise UsageError(f"{shown}: column {name!r} holds {type_}, not text; name a column of strings")
    for _, _, name in task.added():
        if name in schema.names:
            raise UsageError(f"{shown}: there is a column {name!r} already; rename it, or leave out --add")


def _batches(file: pq.ParquetFile, group: int, names: list[str], shown: str, most: int = CHUNK_BYTES) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    meta = file.metadata.row_group(group)
    chunks = (meta.column(i) for i in range(meta.num_columns))
    size = sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.split(".")[0] in names)
    rows = max(64, min(MAX_CHUNK_ROWS, most * meta.num_rows // max(1, size)))
    try:
        for batch in file.iter_batches(rows, row_groups=[group], columns=names):
            yield batch.select(names)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{shown}: row group {group} cannot be read ({_one_line(error)}); check the file") from None


def _packed(batch: pa.RecordBatch) -> bytes:
    import pyarrow as pa

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return sink.getvalue()


def _unpacked(data: bytes) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.ipc.open_stream(data).read_next_batch()


class _Rows:
    """Takes tables of given lengths from batches of any lengths."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self.batches = batches
        self.held: list[pa.RecordBatch] = []

    def take(self, count: int) -> pa.Table:
        import pyarrow as pa

        rows = sum(batch.num_rows for batch in self.held)
        while rows < count:
            batch = next(self.batches)
            self.held.append(batch)
            rows += batch.num_rows
        table = pa.Table.from_batches(self.held)
        self.held = table.slice(count).to_batches()
        return table.slice(0, count)


class _Encoder:
    """Puts the answered columns back among the others, row group by row group."""

    def __init__(self, source: Input, target: BinaryIO, task: Task) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.task, self.shown = task, source.shown
        self.writer: pq.ParquetWriter | None = None
        source.seekable()
        self.file = _open(source) if source.seekable().read(1) else None
        if self.file is None:
            return
        self.schema = _widened(self.file.schema_arrow, task)
        self.writer = pq.ParquetWriter(pa.PythonFile(target, "w"), self.schema, **_settings(self.file, task))
        self.group, self.left, self.step, self.waiting = -1, 0, 0, 0
        self.others: _Rows | None = None
        self.answers: list[pa.RecordBatch] = []

    def write(self, data: bytes) -> None:
        """Take the answers of one chunk; written when those of a row group are there."""
        if self.left == 0:
            self._next_group()
        batch = _unpacked(data)
        self.answers.append(batch)
        self.left -= batch.num_rows
        self.waiting += batch.num_rows
        if self.left == 0 or self.waiting >= self.step:
            self._flush()

    def _next_group(self) -> None:
        file = cast("pq.ParquetFile", self.file)
        while self.left == 0:
            self.group += 1
            meta = file.metadata.row_group(self.group)
            self.left = meta.num_rows
            if not self.left:
                cast("pq.ParquetWriter", self.writer).write_table(self.schema.empty_table())
        parts = -(-meta.total_byte_size // MAX_ROW_GROUP_BYTES) or 1
        self.step = -(-meta.num_rows // parts)
        names = [name for name in file.schema_arrow.names if name not in self.task.columns]
        self.others = _Rows(_batches(file, self.group, names, self.shown)) if names else None

    def _flush(self) -> None:
        import pyarrow as pa

        others = self.others.take(self.waiting) if self.others else None
        keep = [batch.column(_KEEP) if _KEEP in batch.schema.names else None for batch in self.answers]
        answered = {*self.task.columns, *(name for _, _, name in self.task.added())}
        columns = []
        for field in self.schema:
            if others is None or field.name in answered:
                parts = [batch.column(field.name).cast(field.type) for batch in self.answers]
                columns.append(pa.chunked_array(parts, field.type))
            else:
                columns.append(others.column(field.name))
        table = pa.table(columns, schema=self.schema)
        if any(mask is not None for mask in keep):
            masks = zip(keep, self.answers, strict=True)
            table = table.filter(pa.chunked_array([pa.array([True] * b.num_rows) if mask is None else mask for mask, b in masks]))
        # One dictionary a row group, or the writer gives up on it.
        table = table.unify_dictionaries()
        cast("pq.ParquetWriter", self.writer).write_table(table, row_group_size=max(1, table.num_rows))
        self.answers, self.waiting = [], 0

    def close(self) -> None:
        """Write the footer."""
        if self.writer is not None:
            self.writer.close()


def _widened(schema: pa.Schema, task: Task) -> pa.Schema:
    import pyarrow as pa

    types = {"id": pa.string(), "method": pa.string(), "confidence": pa.float64()}
    for index, what, name in task.added():
        schema = schema.append(pa.field(name, types.get(what, schema.field(task.columns[index]).type)))
    return schema


def _settings(file: pq.ParquetFile, task: Task) -> dict[str, Any]:
    """What the file was written with, as far as its footer tells."""
    meta = file.metadata
    settings: dict[str, Any] = {
        "version": "1.0" if meta.format_version == "1.0" else "2.6",
        "store_schema": b"ARROW:schema" in (meta.metadata or {}),
    }
    if not meta.num_row_groups:
        return settings
    group = meta.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    codecs = {column.path_in_schema: _codec(column.compression) for column in columns}
    encoded = [column.path_in_schema for column in columns if "RLE_DICTIONARY" in column.encodings or
               "PLAIN_DICTIONARY" in column.encodings]  # fmt: skip
    added = [name for _, _, name in task.added()]
    near = {name: codecs[task.columns[index]] for index, _, name in task.added()}
    settings |= {
        "compression": codecs | near,
        "use_dictionary": encoded + added,
        "write_statistics": [column.path_in_schema for column in columns if column.is_stats_set] + added,
        "write_page_index": any(column.has_offset_index for column in columns),
        "use_deprecated_int96_timestamps": any(column.physical_type == "INT96" for column in columns),
    }
    changed = {i for i, column in enumerate(columns) if column.path_in_schema in task.columns}
    kept = []
    for order in group.sorting_columns:
        # What follows a changed column in the order holds no more either.
        if order.column_index in changed:
            break
        kept.append(order)
    return settings | ({"sorting_columns": kept} if kept else {})


def _codec(name: str) -> str:
    return "NONE" if name == "UNCOMPRESSED" else name
