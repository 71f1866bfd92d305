"""pandas: ``series.translit.normalize()``, ``.clean()`` and ``.match()``, there once this module is imported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from translit.errors import TranslitError
from translit.frames.arrow import FIELDS, Kernel, Mode
from translit.frames.extras import need

pd: Any = need("pandas", "frames", "A pandas column")
pa: Any = need("pyarrow", "frames", "A pandas column")

if TYPE_CHECKING:
    from translit.normalizer import Normalizer


@pd.api.extensions.register_series_accessor("translit")
class Accessor:
    """The methods of ``series.translit``.

    Index, name, dtype and nulls of the series are kept; a categorical stays one, and only its categories are asked.

    >>> import pandas as pd, translit, translit.frames.pandas
    >>> lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> places = pd.Series(["Panjsjir", None, "nobody"], name="place")
    >>> places.translit.normalize(translit.Normalizer(lexicon)).fillna("–").tolist()
    ['Panjshir', '–', 'nobody']
    """

    def __init__(self, series: Any) -> None:
        self._series = series

    def normalize(self, normalizer: Normalizer | None = None) -> Any:
        """Each value's canonical form, the value itself where translit abstains.

        Args:
            normalizer: answers; None for the built-in lexicon with its defaults.
        """
        return self._cleaned("name", normalizer)

    def clean(self, normalizer: Normalizer | None = None) -> Any:
        """Each text with its mentions in their canonical spelling.

        Args:
            normalizer: answers; None for the built-in lexicon with its defaults.
        """
        return self._cleaned("text", normalizer)

    def match(self, normalizer: Normalizer | None = None, min_confidence: float | None = None) -> Any:
        """A frame with the columns id, canonical, kind, method and confidence; null where translit abstains.

        Args:
            normalizer: answers; None for the built-in lexicon with its defaults.
            min_confidence: answer from this confidence on instead of by the promised precision.
        """
        matches = Kernel("name", normalizer, min_confidence).match(to_arrow(self._series, self._name), self._name)
        flat = zip(FIELDS, matches.flatten(), strict=True)
        return pd.DataFrame({field: beside(part, self._series) for field, part in flat}, index=self._series.index)

    @property
    def _name(self) -> str:
        return "" if self._series.name is None else str(self._series.name)

    def _cleaned(self, mode: Mode, normalizer: Normalizer | None) -> Any:
        column = to_arrow(self._series, self._name)
        return like(Kernel(mode, normalizer).clean(column, self._name), self._series)


def to_arrow(series: Any, name: str = "") -> Any:
    """The series as an Arrow column, without a copy where pandas holds it as one.

    Raises:
        TranslitError: it holds something else than text.
    """
    try:
        column = pa.array(series, from_pandas=True)
    except (pa.ArrowException, TypeError, UnicodeEncodeError) as error:
        told = " ".join(str(error).split())[:200]
        raise TranslitError(f"column {name!r} does not hold text alone ({told}); convert it with .astype('str') or mend it") from None
    # What was read from an empty column is numbers or categories of numbers, though it holds none.
    return pa.nulls(len(column)) if column.null_count == len(column) else column


def with_columns(frame: Any, columns: Sequence[tuple[str, Any]]) -> Any:
    """A frame with other columns, by name, in the place of its own or behind them."""
    out = frame.copy(deep=False)
    for name, series in columns:
        out[name] = series
    return out


def like(column: Any, series: Any) -> Any:
    """An Arrow column as a series with the index, name and dtype of another."""
    if pa.types.is_null(column.type):
        return series.copy()
    if isinstance(series.dtype, pd.CategoricalDtype):
        return _as(column.to_pandas(), series)
    if series.dtype == object:
        values = series.to_numpy(copy=True)
        held = series.notna().to_numpy()
        values[held] = column.to_numpy(zero_copy_only=False)[held]
        return pd.Series(values, series.index, dtype=object, name=series.name)
    if not hasattr(series.dtype, "__from_arrow__"):
        return series.copy()
    return pd.Series(series.dtype.__from_arrow__(column), series.index, name=series.name)


def _as(values: Any, series: Any) -> Any:
    values.index, values.name = series.index, series.name
    return values


def beside(column: Any, series: Any) -> Any:
    """An Arrow column as a series that goes with another: its index, and its kind of nulls."""
    dtype = _dtype_beside(column.type, series.dtype)
    if dtype is None:
        return _as(column.to_pandas(), series)
    return pd.Series(dtype.__from_arrow__(column), series.index)


def _dtype_beside(type_: Any, dtype: Any) -> Any:
    if isinstance(dtype, pd.ArrowDtype):
        return pd.ArrowDtype(type_)
    if isinstance(dtype, pd.StringDtype):
        if pa.types.is_string(type_):
            return dtype
        return pd.Float64Dtype() if dtype.na_value is pd.NA else None
    return None
