"""Columns of names and of prose in pandas, Polars, PyArrow, DuckDB and Spark.

The engines have modules of their own, :mod:`translit.frames.pandas`, :mod:`translit.frames.polars`,
:mod:`translit.frames.duckdb` and :mod:`translit.frames.spark`; each is imported only when it is asked for. The accessors
``series.translit`` and ``pl.col(…).translit`` are there once their module is imported; to import this one is enough
where pandas or Polars is imported before.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from translit.errors import TranslitError
from translit.files.base import Task
from translit.frames.arrow import FIELDS, Kernel, Mode
from translit.frames.extras import need
from translit.frames.tables import check_added, clean_reader, clean_table, match_table, task_of, unknown_column

if TYPE_CHECKING:
    from translit.normalizer import Normalizer

__all__ = ["clean", "match"]


def clean(
    frame: Any, column: str | None = None, *, columns: Sequence[str] | None = None, mode: Mode = "name",
    normalizer: Normalizer | None = None, add: Sequence[str] = (),
) -> Any:  # fmt: skip
    """A frame with the names in some columns in their canonical spelling; the rest of the frame as it was.

    Args:
        frame: a pandas or Polars ``DataFrame``, a Polars ``LazyFrame``, a Spark ``DataFrame``, a PyArrow ``Table``,
            ``RecordBatch`` or ``RecordBatchReader``, or anything that exports an Arrow stream.
        column: the column, or give several as ``columns``.
        columns: the columns.
        mode: ``"name"`` maps a value as a whole and leaves it where translit abstains; ``"text"`` changes the mentions in it.
        normalizer: answers; None for the built-in lexicon with its defaults.
        add: what to write in new columns, ``<column>_<what>``: ``"id"``, ``"confidence"``, ``"method"``, ``"original"``.

    Returns:
        A frame of the same library; a ``pyarrow.Table`` for what only exports an Arrow stream. A null stays a null, and a
        dictionary-encoded or categorical column stays one.

    Raises:
        TranslitError: a column is missing or holds no text, or an argument is unknown.
        ImportError: a library of the extra ``frames`` is missing.

    >>> import pyarrow as pa, translit
    >>> lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> table = pa.table({"place": ["Panjsjir", None], "n": [1, 2]})
    >>> clean(table, column="place", add=["id"], normalizer=translit.Normalizer(lexicon)).to_pylist()
    [{'place': 'Panjshir', 'n': 1, 'place_id': '1'}, {'place': None, 'n': 2, 'place_id': None}]
    """
    task = task_of(column, columns, mode, add)
    if _library(frame) == "pyspark":
        spark = import_module("translit.frames.spark")
        return spark.clean(frame, columns=task.columns, mode=mode, normalizer=normalizer, add=add)
    kernel = Kernel(task.mode, normalizer)
    if _library(frame) == "pyarrow":
        return clean_reader(frame, task, kernel) if hasattr(frame, "read_next_batch") else clean_table(frame, task, kernel)
    if _library(frame) in ("pandas", "polars"):
        if type(frame).__name__ == "Series":
            raise TranslitError("a Series is one column; call series.translit.normalize() or .clean(), or give the frame that it is of")
        return _clean_known(frame, task, kernel)
    return clean_table(_table(frame), task, kernel)


def match(frame: Any, column: str, *, normalizer: Normalizer | None = None, min_confidence: float | None = None) -> Any:
    """What each name of a column means: a frame with the rows of the first and the columns of ``translit match``.

    Args:
        frame: as for :func:`clean`, but for Spark and for a ``RecordBatchReader``, which give a table.
        column: the column of names.
        normalizer: answers; None for the built-in lexicon with its defaults.
        min_confidence: answer from this confidence on instead of by the promised precision; 0 always gives the best candidate.

    Returns:
        A frame of the same library with the columns ``input``, ``id``, ``canonical``, ``kind``, ``method`` and
        ``confidence``; all but the first are null where translit abstains.

    >>> import pyarrow as pa, translit
    >>> lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> found = match(pa.table({"place": ["Panjsjir", "nobody"]}), "place", normalizer=translit.Normalizer(lexicon))
    >>> found.select(["input", "id", "canonical"]).to_pylist()
    [{'input': 'Panjsjir', 'id': '1', 'canonical': 'Panjshir'}, {'input': 'nobody', 'id': None, 'canonical': None}]
    """
    kernel = Kernel("name", normalizer, min_confidence)
    if _library(frame) in ("pandas", "polars"):
        return _match_known(frame, column, kernel)
    return match_table(_table(frame), column, kernel)


def _library(frame: Any) -> str:
    return type(frame).__module__.partition(".")[0]


def _table(frame: Any) -> Any:
    pa = need("pyarrow", "frames", "A frame")
    if isinstance(frame, pa.Table):
        return frame
    if isinstance(frame, pa.RecordBatch):
        return pa.Table.from_batches([frame])
    if not hasattr(frame, "__arrow_c_stream__"):
        known = "pandas, Polars, PyArrow, Spark, or what exports an Arrow stream"
        raise TranslitError(f"{type(frame).__name__} is no frame that translit knows ({known}); convert it to one of these")
    return pa.table(frame)


def _engine(frame: Any) -> Any:
    """The module that turns columns of a frame's library into Arrow and back."""
    return import_module(f"translit.frames.{_library(frame)}")


def _opened(frame: Any, names: Sequence[str]) -> Any:
    nw = need("narwhals", "frames", "A frame")
    try:
        opened = nw.from_native(frame)
        known = opened.collect_schema().names()
    except (TypeError, nw.exceptions.DuplicateError) as error:
        raise TranslitError(f"the frame cannot be read ({' '.join(str(error).split())[:200]}); give a frame with plain columns") from None
    for name in names:
        if name not in known:
            raise unknown_column(name, known)
    return opened


def _clean_known(frame: Any, task: Task, kernel: Kernel) -> Any:
    engine = _engine(frame)
    if _library(frame) == "pandas":
        # Not through narwhals, which refuses frames where some other name is repeated, and drops their attributes.
        _check_names(list(frame.columns), task)
        return engine.with_columns(frame, _answered(engine, frame.__getitem__, task, kernel))
    nw, opened = need("narwhals", "frames", "A frame"), _opened(frame, task.columns)
    check_added(opened.collect_schema().names(), task)
    if isinstance(opened, nw.LazyFrame):
        return engine.clean_lazily(frame, task, kernel)
    new = _answered(engine, frame.get_column, task, kernel)
    return opened.with_columns(*(nw.from_native(series, series_only=True).alias(name) for name, series in new)).to_native()


def _check_names(known: Sequence[object], task: Task) -> None:
    for name in task.columns:
        if known.count(name) != 1:
            raise unknown_column(name, known)
    check_added(known, task)


def _answered(engine: Any, column: Callable[[str], Any], task: Task, kernel: Kernel) -> list[tuple[str, Any]]:
    """The columns of a task answered, and what is added to them, with their names."""
    new = []
    for name in task.columns:
        series = column(name)
        first, *more = kernel.clean_and_add(engine.to_arrow(series, name), task.add, name)
        new.append((name, engine.like(first, series)))
        for what, part in zip(task.add, more, strict=True):
            new.append((f"{name}_{what}", series if what == "original" else engine.beside(part, series)))
    return new


def _match_known(frame: Any, column: str, kernel: Kernel) -> Any:
    nw, engine, opened = need("narwhals", "frames", "A frame"), _engine(frame), _opened(frame, [column])
    if isinstance(opened, nw.LazyFrame):
        return engine.match_lazily(frame, column, kernel)
    given = opened.get_column(column)
    series = given.to_native()
    flat = kernel.match(engine.to_arrow(series, column), column).flatten()
    told = [nw.from_native(engine.beside(part, series), series_only=True) for part in flat]
    kept = [part.alias(name) for part, name in zip(told, FIELDS, strict=True)]
    return opened.select(given.alias("input")).with_columns(*kept).to_native()


for _name in ("pandas", "polars"):
    if _name in sys.modules:
        import_module(f"translit.frames.{_name}")
