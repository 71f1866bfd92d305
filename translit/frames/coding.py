"""Columns as codes: the distinct values of an Arrow column and the number of each row's, and the way back to a column of its type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from translit.errors import TranslitError
from translit.files.columns import integers
from translit.files.interning import Codes
from translit.limits import BATCH_BYTES, BATCH_VALUES, LARGEST_OFFSET

if TYPE_CHECKING:
    import pyarrow as pa

Column = Any
"""A ``pyarrow.Array`` or ``pyarrow.ChunkedArray`` of strings, large strings, string views, a dictionary of them, or nulls."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as codes into its distinct values.

    Args:
        type: the column's type.
        values: an array without repetitions; it may hold a null.
        codes: whole numbers, chunked as the column is.
    """

    type: pa.DataType
    values: pa.Array
    codes: Any

    @classmethod
    def of(cls, column: Column, name: str) -> Coded:
        """A column by its distinct values; ``name`` is for messages.

        Raises:
            TranslitError: the column does not hold text.
        """
        import pyarrow as pa

        check_text(column.type, name)
        if pa.types.is_null(column.type):
            column = column.cast(pa.string())
        type_ = column.type
        if not pa.types.is_dictionary(type_):
            column = column.dictionary_encode()
        if not isinstance(column, pa.ChunkedArray):
            return cls(type_, column.dictionary, column.indices)
        values = column.chunk(0).dictionary if column.num_chunks else pa.array([], column.type.value_type)
        return cls(type_, values, pa.chunked_array([chunk.indices for chunk in column.chunks], column.type.index_type))

    @classmethod
    def by(cls, column: Column, codes: Sequence[Codes]) -> Coded:
        """A column by the numbers of its values, which are known elsewhere."""
        import pyarrow as pa

        rows = [integers(part) for part in codes]
        chunked = isinstance(column, pa.ChunkedArray)
        return cls(column.type, pa.nulls(0), pa.chunked_array(rows, pa.int64()) if chunked else rows[0])

    def replaced(self, new: pa.Array) -> Column:
        """The column with ``new`` in the place of its values."""
        import pyarrow as pa

        if not pa.types.is_dictionary(self.type):
            return _as(self.gathered(new), self.type)
        # Values that became one share an entry, or pandas and Polars refuse the dictionary.
        encoded = new.dictionary_encode()
        values = _as(encoded.dictionary, self.type.value_type)
        codes = self.codes
        if len(values) < len(new):
            codes = encoded.indices.cast(self.type.index_type).take(codes)

        def joined(part: pa.Array) -> pa.Array:
            return pa.DictionaryArray.from_arrays(part, values, ordered=self.type.ordered, safe=False)

        if isinstance(codes, pa.ChunkedArray):
            return pa.chunked_array([joined(part) for part in codes.chunks], self.type)
        return joined(codes)

    def gathered(self, values: pa.Array) -> Column:
        """One of ``values`` for each row."""
        import pyarrow as pa

        if pa.types.is_string(values.type) and len(self.codes):
            longest = pa.compute.max(pa.compute.binary_length(values)).as_py() or 1
            return self._sliced(values, max(1, LARGEST_OFFSET // longest))
        return values.take(self.codes)

    def _sliced(self, values: pa.Array, rows: int) -> Column:
        import pyarrow as pa

        if not isinstance(self.codes, pa.ChunkedArray):
            if len(self.codes) > rows and not _fits(values, self.codes):
                raise TranslitError("the answers of the column are more than 2 GiB; cast it to large_string, or give it in chunks")
            return values.take(self.codes)
        parts = [part.slice(start, rows) for part in self.codes.chunks for start in range(0, len(part) or 1, rows)]
        return pa.chunked_array([values.take(part) for part in parts], values.type)


def _fits(values: pa.Array, codes: pa.Array) -> bool:
    import pyarrow.compute as pc

    total = pc.sum(pc.binary_length(values).cast("int64").take(codes)).as_py() or 0
    return bool(total <= LARGEST_OFFSET)


def is_text(type_: pa.DataType) -> bool:
    """Whether a column of the type can be answered."""
    import pyarrow as pa

    kinds = pa.types
    if kinds.is_dictionary(type_):
        return is_text(type_.value_type) and not kinds.is_dictionary(type_.value_type)
    return bool(kinds.is_string(type_) or kinds.is_large_string(type_) or kinds.is_string_view(type_) or kinds.is_null(type_))


def check_text(type_: pa.DataType, name: str) -> None:
    """Raise TranslitError unless a column of the type can be answered."""
    if not is_text(type_):
        raise TranslitError(f"{_named(name)} holds {type_}, not text; cast it to a string, or name another column")


def by_dictionary(column: Column) -> list[Column]:
    """The column, or its chunks where they have dictionaries of their own: together these may need wider codes."""
    import pyarrow as pa

    if not isinstance(column, pa.ChunkedArray) or not pa.types.is_dictionary(column.type) or column.num_chunks < 2:
        return [column]
    first = column.chunk(0).dictionary
    return [column] if all(chunk.dictionary.equals(first) for chunk in column.chunks[1:]) else list(column.chunks)


def without_run_ends(column: Column) -> Column:
    """The column without its run ends, where it has some."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.run_end_decode(column) if pa.types.is_run_end_encoded(column.type) else column


def with_run_ends(column: Column, type_: pa.DataType) -> Column:
    """The column with run ends again."""
    import pyarrow.compute as pc

    return pc.run_end_encode(column, run_end_type=type_.run_end_type)


def joined(parts: Sequence[Column]) -> Column:
    """One column of several."""
    import pyarrow as pa

    return pa.chunked_array(list(parts), parts[0].type)


def batches(values: pa.Array) -> Iterator[pa.Array]:
    """The values in pieces that are few enough to be text in memory."""
    start = 0
    # Views share their buffers, so that a slice of them does not tell its size.
    values = _as(values, wide(values.type))
    while start < len(values):
        rows = BATCH_VALUES
        while rows > 1 and values.slice(start, rows).nbytes > BATCH_BYTES:
            rows //= 2
        yield values.slice(start, rows)
        start += rows


def wide(type_: pa.DataType) -> pa.DataType:
    """The type to gather in: Arrow has no gather for views."""
    import pyarrow as pa

    return pa.large_string() if pa.types.is_string_view(type_) else type_


def _as(column: Column, type_: pa.DataType) -> Column:
    return column if column.type == type_ else column.cast(type_)


def not_utf8(name: str, error: UnicodeDecodeError) -> TranslitError:
    """The error for a column whose text cannot be read."""
    return TranslitError(f"{_named(name)} holds text that is not UTF-8 ({error.reason}); mend it at its source")


def _named(name: str) -> str:
    return f"column {name!r}" if name else "the column"
