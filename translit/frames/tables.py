"""Whole tables: which of their columns are answered and what is added, checked, and Arrow tables and streams of batches done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast, get_args

from translit.errors import TranslitError, meant
from translit.files.base import ADDABLE, Task
from translit.frames.arrow import FIELDS, Kernel, Mode, match_type
from translit.frames.coding import Column

if TYPE_CHECKING:
    import pyarrow as pa


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
