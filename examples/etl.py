"""One column of a table, its distinct values asked once: ``python examples/etl.py examples/capitals.csv province``."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import translit


def canonical(values: list[str], precision: float = 0.99) -> list[str]:
    """The canonical form of each value; a value without an answer stays as it is."""
    normalizer = translit.Normalizer(precision=precision)
    matches = normalizer.match_many(values)
    return [value if match is None else match.canonical for value, match in zip(values, matches, strict=True)]


def main() -> None:
    path, column = sys.argv[1:]
    with Path(path).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row, name in zip(rows, canonical([row[column] for row in rows]), strict=True):
        print(row["date"], row[column], "→", name)


if __name__ == "__main__":
    main()
