"""The row groups of Parquet files: read some columns at a time, and written again with what became of them."""

from __future__ import annotations

import base64
import contextlib
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from translit.errors import InputError, missing_extra
from translit.files.base import Task, UsageError, need_columns, unknown_column
from translit.files.inputs import Input
from translit.files.threads import ahead
from translit.limits import CHUNK_BYTES, MAX_CHUNK_ROWS, MAX_ROW_GROUP_BYTES

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

KEEP = "translit:keep"
"""The column of a result that says which rows are no rejects; there only where some are."""
_BUFFER = 1 << 20
_DICTIONARY_BYTES = 1 << 20
"""Largest dictionary of a column chunk, as pyarrow writes it by default."""


def open_parquet(source: Input) -> pq.ParquetFile:
    """A Parquet file to read.

    Raises:
        InputError: it is no such file, or pyarrow is not installed.
    """
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


def check_columns(schema: pa.Schema, task: Task, shown: str) -> None:
    """Raise UsageError for a column that the file does not have or that holds no text."""
    import pyarrow as pa

    need_columns(task, schema.names)
    for name in task.columns:
        if name not in schema.names:
            raise unknown_column(shown, name, schema.names)
        if schema.names.count(name) > 1:
            raise UsageError(f"{shown}: several columns are called {name!r}; rename all but one")
        type_ = schema.field(name).type
        plain = type_.value_type if pa.types.is_dictionary(type_) else type_
        is_text = pa.types.is_string(plain) or pa.types.is_large_string(plain) or pa.types.is_string_view(plain)
        if not is_text and not pa.types.is_null(plain):
            raise UsageError(f"{shown}: column {name!r} holds {type_}, not text; name a column of strings")
    for _, _, name in task.added():
        if name in schema.names:
            raise UsageError(f"{shown}: there is a column {name!r} already; rename it, or leave out --add")


def batches_of(file: pq.ParquetFile, group: int, names: list[str], shown: str, most: int = CHUNK_BYTES) -> Iterator[pa.RecordBatch]:
    """Some columns of a row group, in the order of the file, about ``most`` of their bytes there at a time.

    Raises:
        InputError: they cannot be read.
    """
    import pyarrow as pa

    meta = file.metadata.row_group(group)
    chunks = (meta.column(i) for i in range(meta.num_columns))
    size = sum(c.total_uncompressed_size for c in chunks if c.path_in_schema.split(".")[0] in names)
    rows = max(64, min(MAX_CHUNK_ROWS, most * meta.num_rows // max(1, size)))
    try:
        for batch in file.iter_batches(rows, row_groups=[group], columns=names):
            # Beside the column a, pyarrow reads one that is called a.b.
            yield batch.select([place for place, name in enumerate(batch.schema.names) if name in names])
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{shown}: row group {group} cannot be read ({_one_line(error)}); check the file") from None


def packed(batches: Sequence[pa.RecordBatch]) -> bytes:
    """Batches of one schema as bytes."""
    import pyarrow as pa

    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, batches[0].schema) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return sink.getvalue()


def unpacked(data: bytes) -> list[pa.RecordBatch]:
    """What was packed."""
    import pyarrow as pa

    return list(pa.ipc.open_stream(data))


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


class RowGroups:
    """Puts the answered columns back among the others, row group by row group."""

    def __init__(self, source: Input, target: BinaryIO, task: Task) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.task, self.shown, self.reading = task, source.shown, contextlib.ExitStack()
        self.writer: pq.ParquetWriter | None = None
        source.seekable()
        self.file = open_parquet(source) if source.seekable().read(1) else None
        if self.file is None:
            return
        check_columns(self.file.schema_arrow, task, source.shown)
        self.schema = _widened(self.file.schema_arrow, task)
        settings = _settings(self.file, task)
        self.coded = _coded(self.schema, task, settings["use_dictionary"])
        self.writer = pq.ParquetWriter(pa.PythonFile(target, "w"), self.coded, store_schema=False, **settings)
        self.writer.add_key_value_metadata(_metadata(self.file, self.schema))
        self.group, self.left, self.step, self.waiting = -1, 0, 0, 0
        names = [name for name in self.file.schema_arrow.names if name not in task.columns]
        others = (
            batch for group in range(self.file.num_row_groups) for batch in batches_of(cast(Any, self.file), group, names, self.shown)
        )
        if names and source.apart:
            # Read while answers are still to come.
            others = self.reading.enter_context(contextlib.closing(ahead(others)))
        self.others = _Rows(others) if names else None
        self.answers: list[pa.RecordBatch] = []

    def write(self, data: bytes) -> None:
        """Take the answers of one chunk; written when those of a row group are there."""
        if self.left == 0:
            self._next_group()
        batches = unpacked(data)
        rows = sum(batch.num_rows for batch in batches)
        self.answers += batches
        self.left -= rows
        self.waiting += rows
        if self.left == 0 or self.waiting >= self.step:
            self._flush()

    def _next_group(self) -> None:
        file = cast("pq.ParquetFile", self.file)
        while self.left == 0:
            self.group += 1
            meta = file.metadata.row_group(self.group)
            self.left = meta.num_rows
            if not self.left:
                cast("pq.ParquetWriter", self.writer).write_table(self.coded.empty_table())
        parts = -(-meta.total_byte_size // MAX_ROW_GROUP_BYTES) or 1
        self.step = -(-meta.num_rows // parts)

    def _flush(self) -> None:
        import pyarrow as pa

        others = iter(self.others.take(self.waiting).columns if self.others else ())
        keep = [batch.column(KEEP) if KEEP in batch.schema.names else None for batch in self.answers]
        answered = {*self.task.columns, *(name for _, _, name in self.task.added())}
        columns = []
        for field in self.coded:
            if field.name in answered:
                parts = [_as(batch.column(field.name), field.type) for batch in self.answers]
                columns.append(pa.chunked_array(parts, field.type))
            else:
                # Several may have one name.
                columns.append(next(others))
        table = pa.Table.from_arrays(columns, schema=self.coded)
        if any(mask is not None for mask in keep):
            masks = zip(keep, self.answers, strict=True)
            table = table.filter(pa.chunked_array([pa.array([True] * b.num_rows) if mask is None else mask for mask, b in masks]))
        # One dictionary a row group, or the writer gives up on it.
        table = table.unify_dictionaries()
        cast("pq.ParquetWriter", self.writer).write_table(table, row_group_size=max(1, table.num_rows))
        self.answers, self.waiting = [], 0

    def close(self) -> None:
        """Write what row groups without rows are left, and the footer."""
        self.reading.close()
        if self.writer is None or self.file is None:
            return
        meta = self.file.metadata
        if all(meta.row_group(group).num_rows == 0 for group in range(self.group + 1, meta.num_row_groups)):
            for _ in range(self.group + 1, meta.num_row_groups):
                self.writer.write_table(self.coded.empty_table())
        self.writer.close()


def _as(array: pa.Array, type_: pa.DataType) -> pa.Array:
    """An array as another type of text; Arrow makes no views of what has a dictionary."""
    import pyarrow as pa

    plain = pa.types.is_dictionary(array.type) and not pa.types.is_dictionary(type_)
    return (array.dictionary_decode() if plain else array).cast(type_)


def _widened(schema: pa.Schema, task: Task) -> pa.Schema:
    import pyarrow as pa

    types = {"id": pa.string(), "kind": pa.string(), "method": pa.string(), "confidence": pa.float64()}
    for index, what, name in task.added():
        schema = schema.append(pa.field(name, types.get(what, schema.field(task.columns[index]).type)))
    return schema


def _settings(file: pq.ParquetFile, task: Task) -> dict[str, Any]:
    """What the file was written with, as far as its footer tells."""
    meta = file.metadata
    settings: dict[str, Any] = {
        "version": "1.0" if meta.format_version == "1.0" else "2.6",
        "use_dictionary": [],
    }
    if not meta.num_row_groups:
        return settings
    group = meta.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    codecs = {column.path_in_schema: _codec(column.compression) for column in columns}
    encoded = [column.path_in_schema for column in columns if _is_encoded(column)]
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


def _is_encoded(column: Any) -> bool:
    """Whether a column chunk has a dictionary; one that made numbers larger was given up on its way, and is not tried again."""
    width = {"INT32": 4, "FLOAT": 4, "INT64": 8, "DOUBLE": 8}.get(column.physical_type)
    size = column.total_uncompressed_size
    given_up = width is not None and size >= max(_DICTIONARY_BYTES, width * column.num_values)
    return not given_up and not {"RLE_DICTIONARY", "PLAIN_DICTIONARY"}.isdisjoint(column.encodings)


def _coded(schema: pa.Schema, task: Task, encoded: Sequence[str]) -> pa.Schema:
    """The schema to write by: columns that come as numbers of their values go so into a dictionary page."""
    import pyarrow as pa

    names = [*task.columns, *(name for _, what, name in task.added() if what != "confidence")] if task.mode == "name" else []
    for name in set(names).intersection(encoded, schema.names):
        field = schema.field(name)
        if pa.types.is_string(field.type) or pa.types.is_large_string(field.type):
            schema = schema.set(schema.get_field_index(name), field.with_type(pa.dictionary(pa.int32(), field.type)))
    return schema


def _metadata(file: pq.ParquetFile, schema: pa.Schema) -> dict[bytes, bytes]:
    """The metadata of the file, with the schema as it is to be read again where it has one."""
    found = dict(file.metadata.metadata or {})
    if b"ARROW:schema" in found and schema != file.schema_arrow:
        found[b"ARROW:schema"] = base64.b64encode(schema.serialize())
    return found


def _codec(name: str) -> str:
    return "NONE" if name == "UNCOMPRESSED" else name
