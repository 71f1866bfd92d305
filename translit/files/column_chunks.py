"""Column chunks of Parquet files put together into another file as they stand: packed, encoded, with their statistics and indexes.

What a footer tells of them is in https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from translit.files.thrift import BINARY, I64, LIST, STRUCT, TRUE, Field, Items, Struct, read_struct, write_struct

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"PAR1"
_SCHEMA, _FILE_ROWS, _GROUPS, _PAIRS, _ORDERS, _ENCRYPTION = 2, 3, 4, 5, 7, 8
"""Fields of FileMetaData."""
_CHILDREN = 5
"""The field of SchemaElement that says how many of the next ones belong to it."""
_KEY, _VALUE = 1, 2
"""Fields of KeyValue."""
_COLUMNS, _TOTAL_BYTES, _ROWS, _SORTING, _GROUP_OFFSET, _PACKED_BYTES, _ORDINAL = range(1, 8)
"""Fields of RowGroup."""
_SORTED_BY = 1
"""The field of SortingColumn with the number of its column."""
_FILE_OFFSET, _META, _OFFSET_INDEX, _OFFSET_INDEX_SIZE, _COLUMN_INDEX, _COLUMN_INDEX_SIZE = range(2, 8)
"""Fields of ColumnChunk."""
_PATH, _SIZE, _PACKED_SIZE, _STATISTICS = 3, 6, 7, 12
_DATA, _INDEX, _DICTIONARY = 9, 10, 11
_BLOOM, _BLOOM_SIZE = 14, 15
"""Fields of ColumnMetaData."""
_NULLS, _MOST, _LEAST, _MOST_IS_EXACT, _LEAST_IS_EXACT = 3, 5, 6, 7, 8
"""Fields of Statistics."""
_PLACES, _PLACE = 1, 1
"""Fields of OffsetIndex and of PageLocation."""
_FILTER_BYTES, _FILTER_HEAD = 1, 64
"""The field of BloomFilterHeader with the size of what follows, and the most bytes of such a header."""
_COPY_BYTES = 1 << 20


class Chunk(NamedTuple):
    """A column chunk of a file."""

    file: pa.NativeFile
    told: Struct
    """Its ColumnChunk in the footer of the file."""

    @property
    def meta(self) -> Struct:
        """Its ColumnMetaData."""
        found: Struct = self.told[_META].value
        return found

    @property
    def path(self) -> list[bytes]:
        """The names of its column and of those that hold it, from the outermost on."""
        found: list[bytes] = self.meta[_PATH].value.values
        return found

    def told_as(self, more: Struct) -> Chunk:
        """The chunk with some fields of its ColumnMetaData set."""
        return self._replace(told=self.told | {_META: Field(STRUCT, self.meta | more)})

    def named_as(self, other: Chunk) -> Chunk:
        """The chunk with the path of another one."""
        return self.told_as({_PATH: other.meta[_PATH]})


class Opened(NamedTuple):
    """A Parquet file whose footer was read."""

    file: pa.NativeFile
    footer: Struct

    def chunks(self, group: int) -> list[Chunk]:
        """The column chunks of a row group."""
        return [Chunk(self.file, told) for told in self.group(group)[_COLUMNS].value.values]

    def group(self, number: int) -> Struct:
        """What the footer tells of a row group."""
        groups: list[Struct] = self.footer[_GROUPS].value.values
        return groups[number]

    @property
    def encrypted(self) -> bool:
        """Whether some of it cannot be read without a key."""
        return _ENCRYPTION in self.footer


def opened(file: pa.NativeFile) -> Opened:
    """A Parquet file with its footer.

    Raises:
        ValueError: the footer cannot be read.
    """
    size = file.size()
    length = int.from_bytes(file.read_at(8, size - 8)[:4], "little")
    footer, read = read_struct(file.read_at(length, size - 8 - length))
    if read > length:
        raise ValueError("a footer that does not end")
    return Opened(file, footer)


class _Tail(NamedTuple):
    """What stands behind all chunks and belongs to one of them: where the place and the size of it are told, and its bytes."""

    told: Struct
    place: int
    size: int
    data: bytes


class Assembly:
    """A Parquet file made of column chunks of others.

    Args:
        target: takes the bytes in order.
        footer: of the file, but for what the chunks change in it.
    """

    def __init__(self, target: BinaryIO, footer: Struct) -> None:
        self._target, self._footer = target, footer
        self._at = self._rows = 0
        self._groups: list[Struct] = []
        self._tails: dict[int, list[_Tail]] = {_BLOOM: [], _COLUMN_INDEX: [], _OFFSET_INDEX: []}
        self._write(MAGIC)

    def add(self, group: Struct, chunks: Sequence[Chunk]) -> None:
        """Write a row group.

        Args:
            group: what some footer tells of it; its columns and sizes are told anew.
            chunks: its column chunks, in the order of the schema.
        """
        start = self._at
        copies = [self._copied(chunk) for chunk in chunks]
        metas = [copy[_META].value for copy in copies]
        told = group | {
            _COLUMNS: Field(LIST, Items(STRUCT, copies)),
            _TOTAL_BYTES: Field(I64, sum(meta[_SIZE].value for meta in metas)),
            _GROUP_OFFSET: Field(I64, start),
            _PACKED_BYTES: Field(I64, sum(meta[_PACKED_SIZE].value for meta in metas)),
        }
        if _ORDINAL in told:
            told[_ORDINAL] = told[_ORDINAL]._replace(value=len(self._groups))
        self._groups.append(told)
        self._rows += told[_ROWS].value

    def close(self) -> None:
        """Write the indexes and the footer."""
        for tails in self._tails.values():
            for told, place, size, data in tails:
                told[place] = told[place]._replace(value=self._at)
                if size in told:
                    told[size] = told[size]._replace(value=len(data))
                self._write(data)
        groups = Field(LIST, Items(STRUCT, self._groups))
        footer = write_struct(self._footer | {_FILE_ROWS: Field(I64, self._rows), _GROUPS: groups})
        self._write(footer + len(footer).to_bytes(4, "little") + MAGIC)

    def _write(self, data: bytes) -> None:
        self._target.write(data)
        self._at += len(data)

    def _copied(self, chunk: Chunk) -> Struct:
        """Copy the pages of a chunk; what a footer tells of them where they stand now."""
        meta = dict(chunk.meta)
        told = chunk.told | {_META: Field(STRUCT, meta)}
        # A dictionary that is not there is told as one at the beginning of the file by some writers.
        pages = [number for number in (_DICTIONARY, _INDEX, _DATA) if number in meta and meta[number].value > 0]
        start = min((meta[number].value for number in pages), default=0)
        shift = self._at - start
        for fields, numbers in ((meta, pages), (told, [_FILE_OFFSET] if told[_FILE_OFFSET].value else [])):
            for number in numbers:
                fields[number] = fields[number]._replace(value=fields[number].value + shift)
        self._take_tails(chunk.file, told, meta, shift)
        for data in _pieces(chunk.file, start, meta[_PACKED_SIZE].value):
            self._write(data)
        return told

    def _take_tails(self, file: pa.NativeFile, told: Struct, meta: Struct, shift: int) -> None:
        """Keep what belongs to a chunk and stands elsewhere in its file."""
        if _OFFSET_INDEX in told:
            index, _ = read_struct(file.read_at(told[_OFFSET_INDEX_SIZE].value, told[_OFFSET_INDEX].value))
            for place in index[_PLACES].value.values:
                place[_PLACE] = place[_PLACE]._replace(value=place[_PLACE].value + shift)
            self._tails[_OFFSET_INDEX].append(_Tail(told, _OFFSET_INDEX, _OFFSET_INDEX_SIZE, write_struct(index)))
        if _COLUMN_INDEX in told:
            data = file.read_at(told[_COLUMN_INDEX_SIZE].value, told[_COLUMN_INDEX].value)
            self._tails[_COLUMN_INDEX].append(_Tail(told, _COLUMN_INDEX, _COLUMN_INDEX_SIZE, data))
        if _BLOOM in meta:
            head, length = read_struct(file.read_at(_FILTER_HEAD, meta[_BLOOM].value))
            data = file.read_at(length + head[_FILTER_BYTES].value, meta[_BLOOM].value)
            self._tails[_BLOOM].append(_Tail(meta, _BLOOM, _BLOOM_SIZE, data))


def _pieces(file: pa.NativeFile, start: int, size: int) -> Iterator[bytes]:
    end = start + size
    while start < end:
        data = file.read_at(min(_COPY_BYTES, end - start), start)
        if not data:
            raise ValueError("a column chunk that does not end")
        yield data
        start += len(data)


def with_metadata(footer: Struct, source: Struct, changed: Mapping[bytes, bytes]) -> Struct:
    """A footer with the metadata of another one, some of whose values are changed."""
    rest = {number: field for number, field in footer.items() if number != _PAIRS}
    if _PAIRS not in source:
        return rest
    items = [dict(item) for item in source[_PAIRS].value.values]
    for item in items:
        key = item[_KEY].value
        if key in changed:
            item[_VALUE] = Field(BINARY, changed[key])
    return rest | {_PAIRS: Field(LIST, Items(STRUCT, items))}


def widened(footer: Struct, other: Struct, added: int) -> Struct:
    """A footer with the last columns of the schema of another one, none of which holds columns itself."""
    if not added:
        return footer
    root, *elements = footer[_SCHEMA].value.values
    root = root | {_CHILDREN: root[_CHILDREN]._replace(value=root[_CHILDREN].value + added)}
    more = other[_SCHEMA].value.values[-added:]
    out = footer | {_SCHEMA: Field(LIST, Items(STRUCT, [root, *elements, *more]))}
    if _ORDERS in footer:
        orders: Items = footer[_ORDERS].value
        out[_ORDERS] = Field(LIST, orders._replace(values=orders.values + other[_ORDERS].value.values[-added:]))
    return out


def with_statistics(chunk: Chunk, least: bytes | None, most: bytes | None, nulls: int) -> Chunk:
    """A chunk of strings whose extremes are known, None for both where they are not to be told, and how many of its values are null."""
    told: Struct = {_NULLS: Field(I64, nulls)}
    if least is not None and most is not None:
        exact = Field(TRUE, None)
        told |= {_MOST: Field(BINARY, most), _LEAST: Field(BINARY, least), _MOST_IS_EXACT: exact, _LEAST_IS_EXACT: exact}
    return chunk.told_as({_STATISTICS: Field(STRUCT, told)})


def sorted_as(group: Struct, source: Struct, changed: Collection[int]) -> Struct:
    """A row group in the order of another one; what follows a changed column in that order holds no more either."""
    rest = {number: field for number, field in group.items() if number != _SORTING}
    if _SORTING not in source:
        return rest
    kept = list(takewhile(lambda order: order[_SORTED_BY].value not in changed, source[_SORTING].value.values))
    return rest | {_SORTING: Field(LIST, Items(STRUCT, kept))} if kept else rest
