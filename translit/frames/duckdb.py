"""DuckDB: SQL functions on whole vectors of values, ``translit_normalize``, ``translit_clean`` and ``translit_match``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from translit.frames.arrow import Kernel
from translit.frames.extras import need

if TYPE_CHECKING:
    from translit.normalizer import Normalizer

MATCH = "STRUCT(id VARCHAR, canonical VARCHAR, kind VARCHAR, method VARCHAR, confidence DOUBLE)"
"""The SQL type of a match; NULL where translit abstains."""


def register(con: Any, normalizer: Normalizer | None = None) -> Any:
    """Give a connection the functions, or replace those it has.

    - ``translit_normalize(VARCHAR)``: the canonical form of a name, the name itself where translit abstains.
    - ``translit_clean(VARCHAR)``: a text with its mentions in their canonical spelling.
    - ``translit_match(VARCHAR)``: a struct of id, canonical, kind, method and confidence; NULL where translit abstains.

    Args:
        con: a DuckDB connection, such as ``duckdb.connect()``.
        normalizer: answers; None for the built-in lexicon with its defaults.

    Returns:
        The connection.

    >>> import duckdb, translit
    >>> lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> con = register(duckdb.connect(), translit.Normalizer(lexicon))
    >>> con.sql("SELECT translit_normalize('Panjsjir'), translit_match('Panjsjir').id, translit_match('nobody')").fetchall()
    [('Panjshir', '1', None)]
    """
    duckdb = need("duckdb", "frames", "DuckDB")
    names, texts = Kernel("name", normalizer), Kernel("text", normalizer)
    functions = (
        ("translit_normalize", names.clean, "VARCHAR"),
        ("translit_clean", texts.clean, "VARCHAR"),
        ("translit_match", names.match, MATCH),
    )
    for name, function, result in functions:
        with suppress(duckdb.InvalidInputException):
            con.remove_function(name)
        _create(con, name, _on_column(function), result)
    return con


def _create(con: Any, name: str, function: Any, result: str) -> None:
    # Nulls are the kernel's to answer: by default DuckDB takes a NULL for an error of the function.
    con.create_function(name, function, ["VARCHAR"], result, type="arrow", null_handling="special", side_effects=False)


def _on_column(function: Any) -> Any:
    def answer(column: Any) -> Any:
        return function(column)

    return answer
