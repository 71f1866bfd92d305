"""Spark: columns of a distributed frame, batch by batch on Arrow, with one mapped lexicon an executor.

The compiled lexicon is one file. The driver gives it to Spark, each executor fetches it once, and the Python workers of
the executor map it, so that they share its pages. translit itself must be installed where the executors run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from translit.errors import TranslitError
from translit.files.base import Task
from translit.frames.arrow import Kernel, Mode
from translit.frames.extras import need
from translit.frames.tables import check_added, clean_table, task_of, unknown_column

if TYPE_CHECKING:
    from translit.matching.decisions import Decision
    from translit.normalizer import Normalizer


def clean(
    df: Any, column: str | None = None, *, columns: Sequence[str] | None = None, mode: Mode = "name",
    normalizer: Normalizer | None = None, add: Sequence[str] = (),
) -> Any:  # fmt: skip
    """A Spark frame with the names in some columns in their canonical spelling, worked out by the executors.

    Args:
        df: the Spark ``DataFrame``.
        column: the column, or give several as ``columns``.
        columns: the columns, of the type string.
        mode: ``"name"`` maps a value as a whole and leaves it where translit abstains; ``"text"`` changes the mentions in it.
        normalizer: answers; None for the built-in lexicon with its defaults. Its lexicon is sent to the executors.
        add: what to write in new columns, ``<column>_<what>``: ``"id"``, ``"confidence"``, ``"method"``, ``"original"``.

    Returns:
        A Spark ``DataFrame`` with the same rows in the same partitions.

    Raises:
        TranslitError: a column is missing or holds no text, or an argument is unknown.
        ImportError: a library of the extra ``spark`` is missing.
    """
    types = need("pyspark.sql.types", "spark", "Spark")
    need("pyarrow", "spark", "Spark")
    task = task_of(column, columns, mode, add)
    check_added(df.columns, task)
    fields = [_field(df, name) for name in task.columns]
    schema = types.StructType(list(df.schema.fields))
    for index, what, name in task.added():
        kept = fields[index].dataType if what == "original" else types.StringType()
        schema.add(name, types.DoubleType() if what == "confidence" else kept, nullable=True)
    return df.mapInArrow(_Step(_ship(df.sparkSession, normalizer), task), schema)


def _field(df: Any, name: str) -> Any:
    if df.columns.count(name) != 1:
        raise unknown_column(name, df.columns)
    field = df.schema[name]
    if field.dataType.typeName() not in ("string", "char", "varchar"):
        raise TranslitError(f"column {name!r} holds {field.dataType.simpleString()}, not text; cast it to string, or name another column")
    return field


@dataclass(frozen=True, slots=True)
class _Shipped:
    """A normalizer as it travels: the name of its lexicon's file, and its settings."""

    file: str
    precision: float
    conventions: tuple[str, ...] | None
    target: str
    types: tuple[str, ...]
    decisions: tuple[Decision, ...]
    lang: str | None


@dataclass(frozen=True, slots=True)
class _Step:
    """What an executor does to the batches of a partition."""

    normalizer: _Shipped
    task: Task

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        kernel = _kernel(self.normalizer, self.task.mode)
        for batch in batches:
            yield clean_table(batch, self.task, kernel)


def _ship(session: Any, normalizer: Normalizer | None) -> _Shipped:
    from translit.lexicon.cache import keep
    from translit.normalizer import Normalizer

    chosen = normalizer or Normalizer()
    # Executors fetch it when they start, so it must stay; its name is its content, so that Spark never confuses two.
    file = keep(chosen.lexicon)
    session.addArtifacts(str(file), file=True)
    return _Shipped(file.name, chosen.precision, chosen.conventions, chosen.target, chosen.types, tuple(chosen.decisions), chosen.lang)


@lru_cache(maxsize=8)
def _kernel(shipped: _Shipped, mode: Mode) -> Kernel:
    """The kernel of this Python worker; it serves the tasks that come after, too."""
    from pyspark import SparkFiles

    from translit.lexicon.lexicon import Lexicon
    from translit.normalizer import Normalizer

    lexicon = Lexicon.load(SparkFiles.get(shipped.file))
    settings = (shipped.precision, shipped.conventions, shipped.target, shipped.types)
    return Kernel(mode, Normalizer(lexicon, *settings, decisions=shipped.decisions, lang=shipped.lang))
