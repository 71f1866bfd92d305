"""The row groups of Parquet files, read some columns at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from translit.errors import InputError, missing_extra
from translit.files.base import Task, UsageError, need_columns, unknown_column
from translit.files.inputs import Input
from translit.limits import CHUNK_BYTES, MAX_CHUNK_ROWS

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
        return pq.ParquetFile(native_file(source), pre_buffer=False, buffer_size=_BUFFER)
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{source.shown}: not a readable Parquet file ({_one_line(error)}); check the file") from None


def native_file(source: Input) -> pa.NativeFile:
    """The bytes of a file to be read from any place; by its name without going through Python."""
    import pyarrow as pa

    if source.name != "-" and not source.packed and source.raw.seekable():
        return pa.OSFile(source.name)
    return pa.PythonFile(source.seekable(), "r")


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
