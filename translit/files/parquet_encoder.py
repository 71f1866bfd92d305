"""Parquet files written again: the answered columns are encoded anew, all others stay as they are packed, byte for byte."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from inspect import signature
from typing import TYPE_CHECKING, Any, BinaryIO

import regex

from translit.errors import InputError
from translit.files.base import Task
from translit.files.column_chunks import Assembly, Chunk, Opened, opened, sorted_as, widened, with_metadata, with_statistics
from translit.files.inputs import Input
from translit.files.row_groups import KEEP, batches_of, check_columns, native_file, open_parquet, unpacked
from translit.limits import MAX_ROW_GROUP_BYTES

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

_DICTIONARY_BYTES = 1 << 20
"""Largest dictionary of a column chunk, as pyarrow writes it by default."""
_LONGEST_EXTREME = 4096
"""Bytes of the least and the most value that statistics tell at most, as pyarrow does it."""
_DECIMALS = "store_decimal_as_integer"
_TOLD_SHORT = regex.compile(r"parquet-mr version (?:0|1\.[012])\b")
"""Writers that left a part of a column chunk out of its size."""


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
    """Puts the answered columns beside the others, row group by row group.

    Args:
        source: the file, not empty, which is read again for everything else.
        target: takes the bytes of the new one in order.
        task: says which columns are answered and added.
    """

    def __init__(self, source: Input, target: BinaryIO, task: Task) -> None:
        self._task, self._shown = task, source.shown
        self._file = open_parquet(source)
        schema = self._file.schema_arrow
        check_columns(schema, task, source.shown)
        wide = _widened(schema, task)
        self._answered = {*task.columns, *(name for _, _, name in task.added())}
        self._settings = _settings(self._file, task)
        self._schema = _coded(wide, task, self._settings["use_dictionary"])
        coded = {new.name for new, old in zip(self._schema, wide, strict=True) if new != old}
        self._extremes = set() if self._settings["write_page_index"] else coded.intersection(self._settings["write_statistics"])
        """Columns whose dictionaries hold what stands in their rows and nothing else, so that the least and the most are found there."""
        self._source = self._opened(source)
        model = encoded(_empty(self._schema), self._settings)
        self._copies = self._may_copy(model)
        footer = widened(self._source.footer, model.footer, len(task.added())) if self._copies else model.footer
        # The schema as Arrow is to read it again, where the file tells one.
        told = {b"ARROW:schema": base64.b64encode(wide.serialize())} if task.add else {}
        self._assembly = Assembly(target, with_metadata(footer, self._source.footer, told))
        self._answers: list[pa.RecordBatch] = []
        self._others: _Rows | None = None
        self._group, self._left, self._step, self._waiting = -1, 0, 0, 0

    def _opened(self, source: Input) -> Opened:
        try:
            found = opened(native_file(source))
        except (ValueError, OSError) as error:
            raise InputError(f"{self._shown}: the footer of the Parquet file cannot be read ({error}); check the file") from None
        if found.encrypted:
            raise InputError(f"{self._shown}: an encrypted Parquet file; decrypt it first")
        return found

    def _may_copy(self, model: Opened) -> bool:
        """Whether column chunks of the file may stand beside those that pyarrow writes of the same columns."""
        import pyarrow.parquet as pq

        if _TOLD_SHORT.match(self._file.metadata.created_by or ""):
            return False
        old, new = self._file.schema, pq.ParquetFile(model.file).schema
        return all(_layout(old.column(place)) == _layout(new.column(place)) for place in range(len(old)))

    def write(self, data: bytes) -> None:
        """Take the answers of one chunk; written when those of a row group are there."""
        if self._left == 0:
            self._next_group()
        batches = unpacked(data)
        rows = sum(batch.num_rows for batch in batches)
        self._answers += batches
        self._left -= rows
        self._waiting += rows
        if self._left == 0 or self._waiting >= self._step:
            self._flush()

    def _next_group(self) -> None:
        """Begin the next row group that has rows."""
        while self._left == 0:
            self._group += 1
            self._left = self._file.metadata.row_group(self._group).num_rows
            if not self._left:
                self._put(self._empty())
        self._step = _step(self._left, self._held_bytes())
        names = [name for name in self._file.schema_arrow.names if name not in self._task.columns]
        self._others = _Rows(batches_of(self._file, self._group, names, self._shown)) if names else None

    def _empty(self) -> pa.Table:
        names = self._answered if self._copies else self._schema.names
        return _empty(self._schema).select([name for name in self._schema.names if name in names])

    def _held_bytes(self) -> int:
        """Bytes of a row group that are in memory before it is written."""
        meta = self._file.metadata.row_group(self._group)
        if not self._copies:
            return int(meta.total_byte_size)
        columns = (meta.column(place) for place in range(meta.num_columns))
        return sum(column.total_uncompressed_size for column in columns if column.path_in_schema in self._task.columns)

    def _flush(self) -> None:
        """Write the rows that wait."""
        meta = self._file.metadata.row_group(self._group)
        answers, masks = self._taken()
        if self._copies and self._waiting == meta.num_rows and masks is None:
            self._put(answers)
        else:
            step = _step(meta.num_rows, meta.total_byte_size)
            for start in range(0, self._waiting, step):
                table = self._beside_others(answers.slice(start, step))
                self._put(table if masks is None else table.filter(masks.slice(start, step)))
        self._answers, self._waiting = [], 0

    def _taken(self) -> tuple[pa.Table, pa.ChunkedArray | None]:
        """The answered columns of the rows that wait; where some are rejects, which are none."""
        import pyarrow as pa

        fields = [field for field in self._schema if field.name in self._answered]
        columns = [pa.chunked_array([_as(b.column(f.name), f.type) for b in self._answers], f.type) for f in fields]
        masks = None
        if any(KEEP in batch.schema.names for batch in self._answers):
            masks = pa.chunked_array(
                [b.column(KEEP) if KEEP in b.schema.names else pa.array([True] * b.num_rows) for b in self._answers]
            )  # fmt: skip
        return pa.Table.from_arrays(columns, schema=pa.schema(fields)), masks

    def _beside_others(self, answers: pa.Table) -> pa.Table:
        """The next rows with all their columns; several that are not answered may have one name."""
        import pyarrow as pa

        others = iter(self._others.take(answers.num_rows).columns if self._others else ())
        columns = [answers.column(name) if name in self._answered else next(others) for name in self._schema.names]
        return pa.Table.from_arrays(columns, schema=self._schema)

    def _put(self, table: pa.Table) -> None:
        """Write a row group: the columns of the table, and the rest of the file's as they are packed there."""
        whole = table.num_columns == len(self._schema)
        extremes = set() if whole else self._extremes
        # One dictionary a row group, or the writer gives up on it.
        table = table.unify_dictionaries()
        told = [name for name in self._settings["write_statistics"] if name not in extremes]
        new = encoded(table, self._settings | {"write_statistics": told})
        chunks = [_with_extremes(chunk, table) if chunk.path[0].decode() in extremes else chunk for chunk in new.chunks(0)]
        old = self._source.chunks(self._group)
        if not whole:
            chunks = _side_by_side(old, chunks)
        elif self._copies:
            chunks = [chunk.named_as(like) for chunk, like in zip(chunks, old, strict=False)] + chunks[len(old) :]
        changed = [place for place, chunk in enumerate(old) if chunk.path[0].decode() in self._task.columns]
        try:
            self._assembly.add(sorted_as(new.group(0), self._source.group(self._group), changed), chunks)
        except (ValueError, KeyError) as error:
            raise InputError(f"{self._shown}: row group {self._group} cannot be copied ({error}); check the file") from None

    def close(self) -> None:
        """Write what row groups without rows are left, and the footer."""
        meta = self._file.metadata
        left = range(self._group + 1, meta.num_row_groups)
        if not any(meta.row_group(group).num_rows for group in left):
            for group in left:
                self._group = group
                self._put(self._empty())
        self._assembly.close()


def _empty(schema: pa.Schema) -> pa.Table:
    """A table without rows; Arrow's own way imports pandas wherever it is installed."""
    import pyarrow as pa

    return pa.Table.from_arrays([pa.nulls(0, field.type) for field in schema], schema=schema)


def _layout(column: Any) -> tuple[object, ...]:
    """What the bytes of a column chunk mean, from the schema of a file."""
    kind = str(column.logical_type)
    # Some writers say of numbers, too, what follows from how they are stored.
    kind = "None" if kind in ("Int(bitWidth=32, isSigned=true)", "Int(bitWidth=64, isSigned=true)") else kind
    return column.physical_type, column.length, column.max_definition_level, column.max_repetition_level, kind


def _step(rows: int, size: int) -> int:
    """Rows that are written together of a row group of some bytes."""
    return -(-rows // (-(-size // MAX_ROW_GROUP_BYTES) or 1)) or 1


def _side_by_side(old: Sequence[Chunk], new: Sequence[Chunk]) -> list[Chunk]:
    """Column chunks, some of them in the place of old ones of their name, the others behind these."""
    waiting = {tuple(chunk.path): chunk for chunk in new}
    return [waiting.pop(tuple(chunk.path), chunk) for chunk in old] + list(waiting.values())


def _with_extremes(chunk: Chunk, table: pa.Table) -> Chunk:
    """A chunk of numbered strings with its statistics; pyarrow takes as long for them as for all else, row by row."""
    import pyarrow.compute as pc

    column = table.column(chunk.path[0].decode())
    found: dict[str, bytes] = {}
    if column.null_count < len(column):
        found = pc.min_max(column.chunk(0).dictionary.cast("large_binary")).as_py()
    if max(map(len, found.values()), default=0) > _LONGEST_EXTREME:
        found = {}
    return with_statistics(chunk, found.get("min"), found.get("max"), column.null_count)


def encoded(table: pa.Table, settings: Mapping[str, Any]) -> Opened:
    """A Parquet file in memory, of one row group."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    with pq.ParquetWriter(sink, table.schema, store_schema=False, **settings) as writer:
        writer.write_table(table, row_group_size=max(1, table.num_rows))
    return opened(pa.BufferReader(sink.getvalue()))


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
    import pyarrow.parquet as pq

    meta = file.metadata
    settings: dict[str, Any] = {
        "version": "1.0" if meta.format_version == "1.0" else "2.6",
        "use_dictionary": [],
        "write_statistics": [],
        "write_page_index": False,
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
    # Older versions of pyarrow cannot.
    if any(_is_decimal_integer(file.schema.column(i)) for i in range(len(columns))) and _DECIMALS in signature(pq.write_table).parameters:
        settings[_DECIMALS] = True
    return settings


def _is_decimal_integer(column: Any) -> bool:
    return column.physical_type in ("INT32", "INT64") and column.logical_type.type == "DECIMAL"


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


def _codec(name: str) -> str:
    return "NONE" if name == "UNCOMPRESSED" else name
