"""Polars: ``pl.col(…).translit.normalize()``, ``.clean()`` and ``.match()`` for lazy and eager queries, and the same on a Series."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from translit.errors import TranslitError
from translit.files.base import Task
from translit.frames.arrow import FIELDS, Kernel, Mode
from translit.frames.extras import need

pl: Any = need("polars", "frames", "A Polars column")
pa: Any = need("pyarrow", "frames", "A Polars column")

if TYPE_CHECKING:
    from translit.normalizer import Normalizer

MATCH = pl.Struct({field: pl.Float64 if field == "confidence" else pl.String for field in FIELDS})
"""The dtype of a match; null where translit abstains."""
_WIDE = pa.dictionary(pa.uint32(), pa.large_string())


@dataclass(frozen=True, slots=True)
class _Clean:
    kernel: Kernel

    def __call__(self, series: Any) -> Any:
        column = to_arrow(series)
        new = self.kernel.clean(column, series.name)
        return series if new is column else like(new, series)


@dataclass(frozen=True, slots=True)
class _Match:
    kernel: Kernel

    def __call__(self, series: Any) -> Any:
        return pl.Series(series.name, self.kernel.match(to_arrow(series), series.name), dtype=MATCH)


@dataclass(frozen=True, slots=True)
class _Add:
    """A column and what is added to it, as a struct that is unnested in its place."""

    kernel: Kernel
    task: Task

    def __call__(self, series: Any) -> Any:
        first, *more = self.kernel.clean_and_add(to_arrow(series), self.task.add, series.name)
        added = zip(self.task.add, more, strict=True)
        others = [(series if what == "original" else beside(part, series)).alias(f"{series.name}_{what}") for what, part in added]
        return pl.struct([like(first, series), *others], eager=True).alias(series.name)


@pl.api.register_expr_namespace("translit")
class Expression:
    """The methods of ``pl.col(…).translit``; they run batch by batch, in the streaming engine too.

    >>> import polars as pl, translit, translit.frames.polars
    >>> lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> query = pl.LazyFrame({"place": ["Panjsjir", None]}).select(pl.col("place").translit.normalize(translit.Normalizer(lexicon)))
    >>> query.collect()["place"].to_list()
    ['Panjshir', None]
    """

    def __init__(self, expression: Any) -> None:
        self._expression = expression

    def normalize(self, normalizer: Normalizer | None = None) -> Any:
        """Each value's canonical form, the value itself where translit abstains.

        Args:
            normalizer: answers; None for the built-in lexicon with its defaults.
        """
        return self._map(_Clean(Kernel("name", normalizer)), pl.self_dtype())

    def clean(self, normalizer: Normalizer | None = None) -> Any:
        """Each text with its mentions in their canonical spelling.

        Args:
            normalizer: answers; None for the built-in lexicon with its defaults.
        """
        return self._map(_Clean(Kernel("text", normalizer)), pl.self_dtype())

    def match(self, normalizer: Normalizer | None = None, min_confidence: float | None = None) -> Any:
        """A struct of id, canonical, kind, method and confidence; null where translit abstains.

        Args:
            normalizer: answers; None for the built-in lexicon with its defaults.
            min_confidence: answer from this confidence on instead of by the promised precision.
        """
        return self._map(_Match(Kernel("name", normalizer, min_confidence)), MATCH)

    def _map(self, function: Callable[[Any], Any], dtype: Any) -> Any:
        return self._expression.map_batches(function, return_dtype=dtype, is_elementwise=True)


@pl.api.register_series_namespace("translit")
class Series:
    """The methods of ``series.translit``, as those of an expression."""

    def __init__(self, series: Any) -> None:
        self._series = series

    def normalize(self, normalizer: Normalizer | None = None) -> Any:
        """Each value's canonical form, the value itself where translit abstains."""
        return self._cleaned("name", normalizer)

    def clean(self, normalizer: Normalizer | None = None) -> Any:
        """Each text with its mentions in their canonical spelling."""
        return self._cleaned("text", normalizer)

    def match(self, normalizer: Normalizer | None = None, min_confidence: float | None = None) -> Any:
        """A struct of id, canonical, kind, method and confidence; null where translit abstains."""
        return _Match(Kernel("name", normalizer, min_confidence))(self._series)

    def _cleaned(self, mode: Mode, normalizer: Normalizer | None) -> Any:
        return _Clean(Kernel(mode, normalizer))(self._series)


def to_arrow(series: Any, name: str = "") -> Any:
    """The series as an Arrow column, through the C stream interface, without a copy unless it is an Enum."""
    return pa.chunked_array(series.cast(pl.String) if isinstance(series.dtype, pl.Enum) else series)


def like(column: Any, series: Any) -> Any:
    """An Arrow column as a series with the name and dtype of another.

    Raises:
        TranslitError: that is an Enum which lacks a value.
    """
    # Polars before 2 fails on views that Arrow has cast.
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.large_string())
    elif pa.types.is_dictionary(column.type):
        column = pa.chunked_array([_without_views(chunk) for chunk in column.chunks], _WIDE)
    out = pl.Series(series.name, column)
    if isinstance(series.dtype, pl.Enum):
        _check_enum(out, series)
    return out if out.dtype == series.dtype else out.cast(series.dtype)


def _check_enum(values: Any, series: Any) -> None:
    known = set(series.dtype.categories.to_list())
    missing = [value for value in values.unique(maintain_order=True).to_list() if value is not None and value not in known]
    if missing:
        raise TranslitError(
            f"column {series.name!r} is an Enum that lacks {missing[0]!r}; add it to the Enum, or cast the column to Categorical or String"
        )


def _without_views(chunk: Any) -> Any:
    return pa.DictionaryArray.from_arrays(chunk.indices.cast(pa.uint32()), chunk.dictionary.cast(pa.large_string()), safe=False)


def beside(column: Any, series: Any) -> Any:
    """An Arrow column as a series that goes with another."""
    return pl.Series(series.name, column)


def clean_lazily(frame: Any, task: Task, kernel: Kernel) -> Any:
    """A LazyFrame with the columns of a task answered when it is collected."""
    schema = frame.collect_schema()
    steps = []
    for name in task.columns:
        types = {f"{name}_{what}": schema[name] if what == "original" else MATCH.to_schema()[what] for what in task.add}
        dtype = pl.Struct({name: schema[name], **types})
        steps.append(Expression(pl.col(name))._map(_Add(kernel, task), dtype).struct.unnest())
    return frame.with_columns(steps)


def match_lazily(frame: Any, column: str, kernel: Kernel) -> Any:
    """A LazyFrame with the column as ``input`` and the fields of the match of each row."""
    found = Expression(pl.col(column))._map(_Match(kernel), MATCH)
    return frame.select(pl.col(column).alias("input"), found.struct.unnest())
