"""The kernel: an Arrow column is its distinct values, answered once each, and a gather. Every frame and engine runs on it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Literal

from translit.files.answers import Answer, AtLeast, Cell, Memo, answers
from translit.files.base import Task
from translit.files.columns import Known
from translit.files.interning import Codes
from translit.frames.coding import Coded, Column, batches, by_dictionary, joined, not_utf8, wide, with_run_ends, without_run_ends
from translit.frames.extras import need

if TYPE_CHECKING:
    import pyarrow as pa

    from translit.normalizer import Normalizer

Mode = Literal["name", "text"]
FIELDS = ("id", "canonical", "kind", "method", "confidence")
"""What is told of a match, in the order of its fields."""


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

    mode: Mode
    normalizer: Normalizer | None
    min_confidence: float | None

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
        return Memo(engine if self.min_confidence is None else AtLeast(engine, self.min_confidence))

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
            first, *more = self.clean_and_add(without_run_ends(column), add, name)
            added = [column if what == "original" else part for what, part in zip(add, more, strict=True)]
            return [with_run_ends(first, column.type), *added]
        parts = by_dictionary(column)
        if len(parts) > 1:
            answered = zip(*(self.clean_and_add(part, add, name) for part in parts), strict=True)
            return [joined(pieces) for pieces in answered]
        if self._is_plain(column.type):
            return self._clean_plain(column, add, name)
        coded = Coded.of(column, name)
        old, found = self._answered(coded, name)
        new = [None if answer is None else answer.text for answer in found]
        out = [column if new == old else coded.replaced(self._pa.array(new, wide(coded.values.type)))]
        return out + [column if what == "original" else coded.gathered(self._told(found, what)) for what in add]

    def match(self, column: Column, name: str = "") -> Column:
        """A struct of :data:`FIELDS` for each value; null for null and where translit abstains.

        Args:
            column: as for :meth:`clean`.
            name: the column's name, for messages.
        """
        column = without_run_ends(column)
        parts = by_dictionary(column)
        if len(parts) > 1:
            return joined([self.match(part, name) for part in parts])
        if self._is_plain(column.type):
            with self._numbered(column, name) as (known, codes):
                matches = known.told("match", _match_cell, match_type())
            return Coded.by(column, codes).gathered(matches)
        coded = Coded.of(column, name)
        _, found = self._answered(coded, name)
        pa = self._pa
        none = pa.array([answer is None or answer.kept is None for answer in found], pa.bool_())
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
        coded = Coded.by(column, codes)
        out = [coded.replaced(new) if changed else column]
        return out + [coded.gathered(told[what]) if what in told else column for what in add]

    @contextmanager
    def _numbered(self, column: Column, name: str) -> Iterator[tuple[Known, list[Codes]]]:
        """What is known of the values of a column, and the number of each row's in its chunks; other threads wait meanwhile."""
        with self._lock:
            known = self._known = self._known or Known(Task("name"), self._engine)
            try:
                chunks = column.chunks if isinstance(column, self._pa.ChunkedArray) else [column]
                codes = [known.codes(chunk) for chunk in chunks]
                known.settle()
                yield known, codes
            except BaseException as error:
                # What is half learnt is learnt anew.
                self._known = None
                if isinstance(error, UnicodeDecodeError):
                    raise not_utf8(name, error) from None
                raise
            if known.full:
                self._known = None

    def _told(self, found: Sequence[Answer | None], what: str) -> pa.Array:
        cells = [None if answer is None else answer.cell(what, "") for answer in found]
        return self._pa.array(cells, match_type().field(what).type)

    def _answered(self, coded: Coded, name: str) -> tuple[list[str | None], list[Answer | None]]:
        texts: list[str | None] = []
        found: list[Answer | None] = []
        task = Task(self.mode)
        for batch in batches(coded.values):
            try:
                part: list[str | None] = batch.to_pylist()
            except UnicodeDecodeError as error:
                raise not_utf8(name, error) from None
            known = answers((text for text in part if text is not None), task, self._engine)
            texts += part
            found += [None if text is None else known[text] for text in part]
        return texts, found


def match_type() -> pa.StructType:
    """The Arrow type of a match: a struct of :data:`FIELDS`, strings and a float64.

    >>> match_type().field("confidence").type
    DataType(double)
    """
    import pyarrow as pa

    return pa.struct([(field, pa.float64() if field == "confidence" else pa.string()) for field in FIELDS])


def _cell(what: str, answer: Answer, value: str) -> Cell:
    return answer.cell(what, value)


def _match_cell(answer: Answer, _value: str) -> dict[str, Cell] | None:
    return None if answer.match is None else answer.match._asdict()
