"""The kernel: an Arrow column is its distinct values, answered once each, and a gather. Every frame and engine runs on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from translit.errors import TranslitError, meant
from translit.files.answers import Answer, Cell, Memo, answers
from translit.files.base import ADDABLE, Task
from translit.files.columns import Known, integers
from translit.files.interning import Codes
from translit.frames.extras import need
from translit.limits import BATCH_BYTES, BATCH_VALUES, LARGEST_OFFSET

if TYPE_CHECKING:
    import pyarrow as pa

    from translit.normalizer import Normalizer

Mode = Literal["name", "text"]
Column = Any
"""A ``pyarrow.Array`` or ``pyarrow.ChunkedArray`` of strings, large strings, string views, a dictionary of them, or nulls."""
FIELDS = ("id", "canonical", "kind", "method", "confidence")
"""What is told of a match, in the order of its fields."""


def task_of(column: str | None, columns: Sequence[str] | None, mode: str, add: Sequence[str]) -> Task:
    """What to do to a frame, checked.

    Raises:
        TranslitError: no column or a column twice, an unknown mode, or something that cannot be added.

    >>> task_of("name", None, "name", ["id"]).added()
    [(0, 'id', 'name_id')]
    """
    if (column is None) == (columns is None):
        raise TranslitError("which column holds the names? Give column='…' or columns=['…', …], one of the two")
    chosen = (column,) if column is not None else (columns,) if isinstance(columns, str) else tuple(columns or ())
    wanted = (add,) if isinstance(add, str) else tuple(add)
    if not chosen or len(set(chosen)) < len(chosen):
        raise TranslitError(f"columns are {list(chosen)}; name at least one, and each once")
    if mode not in get_args(Mode):
        raise TranslitError(f"unknown mode {mode!r}; 'name' is for a column of names, 'text' for prose")
    for what in wanted:
        if what not in ADDABLE or wanted.count(what) > 1:
            raise TranslitError(f"cannot add {what!r}; choose from {', '.join(ADDABLE)}, each once")
        if mode == "text" and what != "original":
            raise TranslitError(f"{what!r} belongs to one name; use mode='name'")
    return Task(cast(Mode, mode), chosen, wanted)


class Kernel:
    """Cleans and matches Arrow columns. Remembers the answers of short values, so that the batches of a stream cost no more.

    Args:
        mode: ``"name"`` maps a value as a whole, ``"text"`` changes the mentions inside it.
        normalizer: answers; None for the built-in lexicon with its defaults, opened at the first value.
        min_confidence: in mode ``"name"``, answer from this confidence on instead of by the promised precision.

    >>> import pyarrow as pa, translit
    >>> lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> kernel = Kernel("name", translit.Normalizer(lexicon))
    >>> kernel.clean(pa.array(["Panjsjir", None, "nobody", "Panjsjir"])).to_pylist()
    ['Panjshir', None, 'nobody', 'Panjshir']
    """

    def __init__(self, mode: Mode = "name", normalizer: Normalizer | None = None, min_confidence: float | None = None) -> None:
        self.mode, self.normalizer, self.min_confidence = mode, normalizer, min_confidence
        self._pa = need("pyarrow", "frames", "A column")
        self._lock = threading.Lock()
        self._known: Known | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.mode, self.normalizer, self.min_confidence)

    @cached_property
    def _engine(self) -> Memo:
        engine: Any = self.normalizer
        if engine is None:
            from translit.api import _built_in

            engine = _built_in()
        return Memo(engine if self.min_confidence is None else _AtLeast(engine, self.min_confidence))

    def clean(self, column: Column, name: str = "") -> Column:
        """The column with every value answered, of the same type; the same column where nothing changes.

        Args:
            column: an Arrow array or chunked array; a null stays a null.
            name: the column's name, for messages.

        Raises:
            TranslitError: the column does not hold text.
        """
        return self.clean_and_add(column, (), name)[0]

    def clean_and_add(self, column: Column, add: Sequence[str] = (), name: str = "") -> list[Column]:
        """The column answered, then what is added to it, of :data:`translit.files.base.ADDABLE`."""
        if self._pa.types.is_run_end_encoded(column.type):
            first, *more = self.clean_and_add(_decoded(column), add, name)
            return [_encoded(first, column.type), *(column if what == "original" else part for what, part in zip(add, more, strict=True))]
        parts = _by_dictionary(column)
        if len(parts) > 1:
            answered = zip(*(self.clean_and_add(part, add, name) for part in parts), strict=True)
            return [_joined(pieces) for pieces in answered]
        if self._is_plain(column.type):
            return self._clean_plain(column, add, name)
        coded = _coded(column, name)
        old, found = self._answered(coded, name)
        new = [None if answer is None else answer.text for answer in found]
        out = [column if new == old else coded.replaced(self._pa.array(new, _wide(coded.values.type)))]
        return out + [column if what == "original" else coded.gathered(self._told(found, what)) for what in add]

    def match(self, column: Column, name: str = "") -> Column:
        """A struct of :data:`FIELDS` for each value; null for null and where translit abstains.

        Args:
            column: as for :meth:`clean`.
            name: the column's name, for messages.
        """
        column = _decoded(column)
        parts = _by_dictionary(column)
        if len(parts) > 1:
            return _joined([self.match(part, name) for part in parts])
        if self._is_plain(column.type):
            with self._numbered(column, name) as (known, codes):
                matches = known.told("match", _match_cell, match_type())
            return _coded_by(column, codes).gathered(matches)
        coded = _coded(column, name)
        _, found = self._answered(coded, name)
        pa = self._pa
        none = pa.array([answer is None or answer.match is None for answer in found], pa.bool_())
        fields = [self._told(found, field) for field in FIELDS]
        return coded.gathered(pa.StructArray.from_arrays(fields, fields=list(match_type()), mask=none))

    def _is_plain(self, type_: pa.DataType) -> bool:
        """Whether the values of a column are remembered by number: names, in a column that does not number them itself."""
        return self.mode == "name" and (self._pa.types.is_string(type_) or self._pa.types.is_large_string(type_))

    def _clean_plain(self, column: Column, add: Sequence[str], name: str) -> list[Column]:
        with self._numbered(column, name) as (known, codes):
            changed = any(known.changed(part).any() for part in codes)
            new = known.told(("text", column.type), lambda answer, _: answer.text, column.type)
            told = {
                what: known.told(what, partial(_cell, what), match_type().field(what).type) for what in add if what != "original"
            }  # fmt: skip
        coded = _coded_by(column, codes)
        out = [coded.replaced(new) if changed else column]
        return out + [coded.gathered(told[what]) if what in told else column for what in add]

    @contextmanager
    def _numbered(self, column: Column, name: str) -> Iterator[tuple[Known, list[Codes]]]:
        """What is known of the values of a column, and the number of each row's in its chunks; other threads wait meanwhile."""
        with self._lock:
            known = self._known = self._known or Known(Task("name"), self._engine)
            try:
                chunks = column.chunks if isinstance(column, self._pa.ChunkedArray) else [column]
                yield known, [known.codes(chunk) for chunk in chunks]
            except BaseException as error:
                # What is half learnt is learnt anew.
                self._known = None
                if isinstance(error, UnicodeDecodeError):
                    raise _not_utf8(name, error) from None
                raise
            if known.full:
                self._known = None

    def _told(self, found: Sequence[Answer | None], what: str) -> pa.Array:
        cells = [None if answer is None or answer.match is None else getattr(answer.match, what) for answer in found]
        return self._pa.array(cells, match_type().field(what).type)

    def _answered(self, coded: _Coded, name: str) -> tuple[list[str | None], list[Answer | None]]:
        texts: list[str | None] = []
        found: list[Answer | None] = []
        task = Task(self.mode)
        for batch in _batches(coded.values):
            try:
                part: list[str | None] = batch.to_pylist()
            except UnicodeDecodeError as error:
                raise _not_utf8(name, error) from None
            known = answers((text for text in part if text is not None), task, self._engine)
            texts += part
            found += [None if text is None else known[text] for text in part]
        return texts, found


@dataclass(frozen=True, slots=True)
class _AtLeast:
    """Answers names from a given confidence on."""

    normalizer: Any
    min_confidence: float

    def match_many(self, names: Sequence[str]) -> Any:
        return self.normalizer.match_many(names, min_confidence=self.min_confidence)

    def find_many(self, texts: Sequence[str]) -> Any:
        return self.normalizer.find_many(texts)


@dataclass(frozen=True, slots=True)
class _Coded:
    """A column as codes into its distinct values.

    Args:
        type: the column's type.
        values: an array without repetitions; it may hold a null.
        codes: whole numbers, chunked as the column is.
    """

    type: pa.DataType
    values: pa.Array
    codes: Any

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


def match_type() -> pa.StructType:
    """The Arrow type of a match: a struct of :data:`FIELDS`, strings and a float64.

    >>> match_type().field("confidence").type
    DataType(double)
    """
    import pyarrow as pa

    return pa.struct([(field, pa.float64() if field == "confidence" else pa.string()) for field in FIELDS])


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


def _coded(column: Column, name: str) -> _Coded:
    import pyarrow as pa

    check_text(column.type, name)
    if pa.types.is_null(column.type):
        column = column.cast(pa.string())
    type_ = column.type
    if not pa.types.is_dictionary(type_):
        column = column.dictionary_encode()
    if not isinstance(column, pa.ChunkedArray):
        return _Coded(type_, column.dictionary, column.indices)
    values = column.chunk(0).dictionary if column.num_chunks else pa.array([], column.type.value_type)
    return _Coded(type_, values, pa.chunked_array([chunk.indices for chunk in column.chunks], column.type.index_type))


def _coded_by(column: Column, codes: Sequence[Codes]) -> _Coded:
    """A column by the numbers of its values, which are known elsewhere."""
    import pyarrow as pa

    rows = [integers(part) for part in codes]
    chunked = isinstance(column, pa.ChunkedArray)
    return _Coded(column.type, pa.nulls(0), pa.chunked_array(rows, pa.int64()) if chunked else rows[0])


def _cell(what: str, answer: Answer, value: str) -> Cell:
    return answer.cell(what, value)


def _match_cell(answer: Answer, _value: str) -> dict[str, Cell] | None:
    return None if answer.match is None else answer.match._asdict()


def _by_dictionary(column: Column) -> list[Column]:
    """The column, or its chunks where they have dictionaries of their own: together these may need wider codes."""
    import pyarrow as pa

    if not isinstance(column, pa.ChunkedArray) or not pa.types.is_dictionary(column.type) or column.num_chunks < 2:
        return [column]
    first = column.chunk(0).dictionary
    return [column] if all(chunk.dictionary.equals(first) for chunk in column.chunks[1:]) else list(column.chunks)


def _decoded(column: Column) -> Column:
    """The column without its run ends, where it has some."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.run_end_decode(column) if pa.types.is_run_end_encoded(column.type) else column


def _encoded(column: Column, type_: pa.DataType) -> Column:
    """The column with run ends again."""
    import pyarrow.compute as pc

    return pc.run_end_encode(column, run_end_type=type_.run_end_type)


def _joined(parts: Sequence[Column]) -> Column:
    import pyarrow as pa

    return pa.chunked_array(list(parts), parts[0].type)


def _batches(values: pa.Array) -> Iterator[pa.Array]:
    start = 0
    # Views share their buffers, so that a slice of them does not tell its size.
    values = _as(values, _wide(values.type))
    while start < len(values):
        rows = BATCH_VALUES
        while rows > 1 and values.slice(start, rows).nbytes > BATCH_BYTES:
            rows //= 2
        yield values.slice(start, rows)
        start += rows


def _wide(type_: pa.DataType) -> pa.DataType:
    """The type to gather in: Arrow has no gather for views."""
    import pyarrow as pa

    return pa.large_string() if pa.types.is_string_view(type_) else type_


def _as(column: Column, type_: pa.DataType) -> Column:
    return column if column.type == type_ else column.cast(type_)


def _not_utf8(name: str, error: UnicodeDecodeError) -> TranslitError:
    return TranslitError(f"{_named(name)} holds text that is not UTF-8 ({error.reason}); mend it at its source")


def _named(name: str) -> str:
    return f"column {name!r}" if name else "the column"


def clean_table(table: Any, task: Task, kernel: Kernel) -> Any:
    """A ``pyarrow.Table`` or ``RecordBatch`` with the columns of a task answered; schema and metadata stay, added columns come last."""
    import pyarrow as pa

    added: list[tuple[Any, Column]] = []
    for name in task.columns:
        place = column_place(table.schema, name)
        first, *more = kernel.clean_and_add(table.column(place), task.add, name)
        added += [(pa.field(f"{name}_{what}", column.type), column) for what, column in zip(task.add, more, strict=True)]
        table = table.set_column(place, table.schema.field(place), first)
    check_added(table.schema.names, task)
    for field, column in added:
        table = table.append_column(field, column)
    return table


def match_table(table: Any, name: str, kernel: Kernel) -> Any:
    """A ``pyarrow.Table`` with the column and the fields of the match of each row."""
    import pyarrow as pa

    column = table.column(column_place(table.schema, name))
    matches = kernel.match(column, name)
    flat = pa.chunked_array(matches, match_type()) if isinstance(matches, pa.ChunkedArray) else pa.chunked_array([matches])
    return pa.table([column, *flat.flatten()], names=["input", *FIELDS])


def clean_reader(reader: Any, task: Task, kernel: Kernel) -> Any:
    """A ``pyarrow.RecordBatchReader`` that answers the batches of another as they are asked for."""
    import pyarrow as pa

    empty = clean_table(reader.schema.empty_table(), task, kernel)
    return pa.RecordBatchReader.from_batches(empty.schema, (clean_table(batch, task, kernel) for batch in reader))


def column_place(schema: pa.Schema, name: str) -> int:
    """Where a column stands.

    Raises:
        TranslitError: no column has the name, or several have.
    """
    places = schema.get_all_field_indices(name)
    if len(places) != 1:
        raise unknown_column(name, schema.names)
    return int(places[0])


def unknown_column(name: object, known: Sequence[object]) -> TranslitError:
    """The error for a column that a frame does not have, or has more than once."""
    if name in known:
        return TranslitError(f"{list(known).count(name)} columns are named {name!r}; rename all but one")
    listed = ", ".join(map(str, known[:20])) + (", …" if len(known) > 20 else "")
    return TranslitError(f"no column {name!r}; the frame has {listed or 'none'}{meant(name, known)}")


def check_added(known: Sequence[object], task: Task) -> None:
    """Raise TranslitError where an added column has the name of one that is there."""
    taken = [name for _, _, name in task.added() if name in known]
    if taken:
        raise TranslitError(f"the frame has a column {taken[0]!r} already; rename it, or leave it out of add")
