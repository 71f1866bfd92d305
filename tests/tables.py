"""Case tables: TSV files whose header lines say what they are, one case a row.

A row whose ``expect`` is ``fail`` is a known failure: it must fail, and passing fails the test.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "cases"
_ESCAPE = re.compile(r"\\(n|r|t|\\|u[0-9a-f]{4}|U[0-9a-f]{8})")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


def unescape(cell: str) -> str:
    r"""The text that a cell writes with ``\n``, ``\r``, ``\t``, ``\\``, ``\uXXXX`` or ``\UXXXXXXXX``."""
    return _ESCAPE.sub(lambda m: _PLAIN.get(m[1]) or chr(int(m[1][1:], 16)), cell)


def read_table(name: str) -> list[dict[str, str]]:
    """The rows of a case table by column."""
    lines = (FOLDER / name).read_text("utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#:")]
    return [dict(zip(rows[0], map(unescape, row), strict=True)) for row in rows[1:]]


def cases(name: str, **wanted: str) -> list[Any]:
    """The rows of a case table as parameters of a test, the known failures marked as such.

    Args:
        name: the table.
        wanted: columns and the value that a row must have in them.
    """
    out = []
    for number, row in enumerate(read_table(name), 1):
        if any(row[column] != value for column, value in wanted.items()):
            continue
        marks = [pytest.mark.xfail(strict=True, reason=row["why"])] if row.get("expect") == "fail" else []
        out.append(pytest.param(row, marks=marks, id=f"{number}-{next(iter(row.values()))[:24]}"))
    return out
