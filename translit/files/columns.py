"""Whole columns at once, on Arrow: the distinct values of a run are answered once, and every row is a gather of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from translit.files.answers import Answer, Memo, answered
from translit.files.base import Collector, Engine, Task, bad_utf8
from translit.files.interning import Codes, Interned, Strings, joined
from translit.garbage import collections_paused
from translit.limits import BATCH_BYTES, BATCH_VALUES, MEMO_VALUES

if TYPE_CHECKING:
    import pyarrow as pa


@cache
def have_arrow() -> bool:
    """Whether pyarrow is there; it is not imported."""
    return find_spec("pyarrow") is not None


def known_of(task: Task, engine: Engine) -> Known:
    """What is known of the values of a run; to be asked for once a chunk, because it is forgotten when it grows too large."""
    if task.mode != "name" or not isinstance(engine, Memo):
        return Known(task, engine, lenient=True)
    with engine.lock:
        if not isinstance(engine.columns, Known) or engine.columns.full:
            engine.columns = Known(task, engine, lenient=True)
        return engine.columns


class Known:
    """Distinct values with their answers, numbered as they came. Several threads may ask for codes at once.

    Args:
        task: what to do to values.
        engine: answers what is new.
        lenient: whether values that are not UTF-8 are told in ``faults``, rather than raised.

    >>> import pyarrow as pa, translit
    >>> record = {"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}
    >>> known = Known(Task("name"), translit.Normalizer(translit.Lexicon.build([record])))
    >>> known.codes(pa.array(["Panjsjir", None, "x", "Panjsjir"])).tolist()
    [0, -1, 1, 0]
    >>> known.settle()
    >>> known.texts().to_pylist()
    ['Panjshir', 'x']
    """

    def __init__(self, task: Task, engine: Engine, *, lenient: bool = False) -> None:
        self._task, self._engine, self._lenient = task, engine, lenient
        self._interned, self._interning = Interned(), threading.Lock()
        self._new: list[Strings] = []
        self._learning = threading.RLock()
        self._error: BaseException | None = None
        self._made: dict[object, Any] = {}
        self.answers: list[Answer] = []
        self.originals: list[str] = []
        self.changes: NDArray[np.int64] = np.zeros(1, np.int64)
        """How many changes each answer makes, none for a value that stays; behind the last, where -1 finds it, none for a null."""
        self.faults: dict[int, str] = {}
        """What is wrong with the values that are not UTF-8, by their number."""

    @property
    def full(self) -> bool:
        """Whether there is no room for more."""
        return len(self._interned.values) > MEMO_VALUES or self._interned.values.data.nbytes > BATCH_BYTES

    def codes(self, column: pa.Array) -> Codes:
        """The number of the value of each row, -1 for a null; what is new is answered by the next :meth:`settle`.

        Args:
            column: strings, large strings, string views or nulls.
        """
        import pyarrow as pa

        column = column if pa.types.is_large_string(column.type) else column.cast(pa.large_string())
        return self.codes_of(Strings.of(column), validity(column) if column.null_count else None)

    def codes_of(self, values: Strings, valid: NDArray[np.uint8] | None = None) -> Codes:
        """The same of texts; ``valid`` has 0 for each row that is null."""
        with self._interning:
            codes, new = self._interned.codes(values, valid)
            if len(new):
                self._new.append(new)
        return codes

    def settle(self) -> None:
        """Have everything answered that is numbered, by this thread or by those that are at it.

        Raises:
            UnicodeDecodeError: a value is not UTF-8.
        """
        with self._learning:
            while True:
                with self._interning:
                    new, self._new = self._new, []
                if self._error is not None:
                    raise self._error
                if not new:
                    return
                self._learn(joined(new))

    def _learn(self, new: Strings) -> None:
        """Have new values answered, in the order of their numbers."""
        try:
            texts = self._decoded(new)
            # The memory of single values is for rows that are read one by one.
            parts = (texts[start : start + BATCH_VALUES] for start in range(0, len(texts), BATCH_VALUES))
            with collections_paused():
                found = [answer for part in parts for answer in answered(part, self._task, self._engine)]
        except BaseException as error:
            self._error = error
            raise
        changes = np.array([answer.changes for answer in found], np.int64)
        self.originals += texts
        self.changes = np.concatenate([self.changes[:-1], changes, self.changes[-1:]])
        self.answers += found

    def _decoded(self, new: Strings) -> list[str]:
        """New values as texts; of those that are not UTF-8, which are told, nothing is left."""
        import pyarrow as pa

        column = new.arrow()
        try:
            return cast("list[str]", column.to_pylist())
        except UnicodeDecodeError:
            if not self._lenient:
                raise
        texts = []
        for number, value in enumerate(column.cast(pa.large_binary()).to_pylist(), len(self.answers)):
            try:
                texts.append(value.decode())
            except UnicodeDecodeError as error:
                texts.append("")
                self.faults[number] = bad_utf8(error, 0).replace("byte offset", "byte")
        return texts

    def texts(self) -> pa.Array:
        """What each value becomes."""
        return self.told("text", lambda answer, _: answer.text, large_string())

    def told(self, key: object, cell: Callable[[Answer, str], object], type_: pa.DataType) -> pa.Array:
        """Something about each answer, made once: ``cell`` of the answer and its value."""
        import pyarrow as pa

        with self._learning:
            done = self._made.get(key)
            count = 0 if done is None else len(done)
            if done is None or count < len(self.answers):
                pairs = zip(self.answers[count:], self.originals[count:], strict=True)
                cells = [cell(answer, value) for answer, value in pairs]
                fresh = strings(cast("list[str | None]", cells)) if pa.types.is_large_string(type_) else pa.array(cells, type_)
                done = self._made[key] = fresh if done is None else pa.concat_arrays([done, fresh])
            return done

    def coded(self, key: object, cell: Callable[[Answer, str], object]) -> tuple[pa.Array, Codes]:
        """Some text about the answers without repetitions, and its number for each answer, -1 where there is none."""
        with self._learning:
            count, values, places = self._made.get(("coded", key), (-1, None, None))
            if count < len(self.answers):
                encoded = self.told(key, cell, large_string()).dictionary_encode()
                count, values, places = self._made["coded", key] = len(self.answers), encoded.dictionary, numbers(encoded.indices)
            return values, places

    def changed(self, codes: Codes) -> NDArray[np.bool_]:
        """Which rows change."""
        return self.changes[codes] > 0

    def collect(self, columns: Sequence[tuple[int, Codes]], start: int, collector: Collector) -> None:
        """Enter the changes of some columns, row by row.

        Args:
            columns: the index of each in the task, with its codes.
            start: number of the first row.
            collector: takes them.
        """
        if not collector.task.audit:
            for _, codes in columns:
                rows = self.changes[codes]
                collector.result.changed += int(np.count_nonzero(rows))
                collector.result.mentions += int(rows.sum())
            return
        changed = [self.changed(codes) for _, codes in columns]
        for row in np.flatnonzero(np.logical_or.reduce(changed)).tolist():
            for (column, codes), mask in zip(columns, changed, strict=True):
                if mask[row]:
                    code = codes[row]
                    collector.change(start + row, column, self.originals[code], self.answers[code])


def used(values: pa.Array, places: Codes) -> tuple[pa.Array, Codes]:
    """Those of some values that stand in some rows, by their first row, and the place of each row's among them.

    >>> import pyarrow as pa
    >>> kept, places = used(pa.array(["a", "b", "c"], pa.large_string()), np.array([2, -1, 0, 2]))
    >>> kept.to_pylist(), places.tolist()
    (['c', 'a'], [0, -1, 1, 0])
    """
    # The place behind the last is that of -1. Of the rows of a value, the one that is put down last stays: the first.
    first = np.full(len(values) + 1, len(places), np.int64)
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1)
    met = np.flatnonzero(first[:-1] < len(places))
    order = met[np.argsort(first[met])]
    new = np.full(len(first), -1, np.int64)
    new[order] = np.arange(len(order))
    return values.take(integers(order)), new[places]


def gathered(values: pa.Array, codes: Codes) -> pa.Array:
    """One of ``values`` for each row, null where its code is -1."""
    return values.take(integers(codes))


# pa.array imports pandas wherever it is installed, which takes longer than a small file does: these do not.


def integers(numbers: Codes, bits: Literal[32, 64] = 64) -> pa.Array:
    """Numbers as an Arrow array, null where they are negative."""
    import pyarrow as pa

    valid = numbers >= 0
    mask = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    kind, type_ = (np.int64, pa.int64()) if bits == 64 else (np.int32, pa.int32())
    return pa.Array.from_buffers(type_, len(numbers), [mask, pa.py_buffer(np.ascontiguousarray(numbers, kind))])


def strings(texts: Sequence[str | None]) -> pa.Array:
    """Texts and nulls as an Arrow array.

    >>> strings(["a", None, "é"]).to_pylist()
    ['a', None, 'é']
    """
    import pyarrow as pa

    encoded = [b"" if text is None else text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
    valid = np.array([text is not None for text in texts], bool)
    mask = None if valid.all() else pa.py_buffer(np.packbits(valid, bitorder="little"))
    return pa.Array.from_buffers(pa.large_string(), len(texts), [mask, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))])


def numbers(array: pa.Array) -> Codes:
    """The numbers of an Arrow array, -1 for a null."""
    import pyarrow as pa

    if not len(array):
        return np.zeros(0, np.int64)
    whole = array.cast(pa.int64())
    # A copy: what comes from Arrow cannot be written to.
    found = np.frombuffer(whole.buffers()[1], np.int64, len(whole), 8 * whole.offset).copy()
    if whole.null_count:
        found[validity(whole) == 0] = -1
    return found


def validity(array: pa.Array) -> NDArray[np.uint8]:
    """1 for each row of an Arrow array with a value, 0 for a null; there must be a null in it."""
    bits = np.unpackbits(np.frombuffer(array.buffers()[0], np.uint8), bitorder="little")
    return bits[array.offset : array.offset + len(array)]


def large_string() -> pa.DataType:
    """The Arrow type that texts are answered in."""
    import pyarrow as pa

    return pa.large_string()
