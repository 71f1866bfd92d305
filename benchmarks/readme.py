"""The README's figures, written from the kept results between two markers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from benchmarks.harness import written

README = Path(__file__).resolve().parent.parent / "README.md"
BEGIN = "<!-- benchmarks: written by `python -m benchmarks --readme` -->"
END = "<!-- /benchmarks -->"


def renew(results: Path, readme: Path = README) -> Path:
    """Write the tables that belong to the README between its markers; the rest of the file stays.

    Raises:
        click.ClickException: there is no README, or it has not both markers once, or nothing was kept.
    """
    files = [results / f"{name}.json" for name in ("accuracy", "speed", "scale", "linear", "prose", "pipeline")]
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in files if path.exists()]
    if not kept:
        raise click.ClickException(f"{results} holds no results; run `python -m benchmarks` first")
    if not readme.exists():
        raise click.ClickException(f"{readme} is missing; write it with the lines {BEGIN} and {END}")
    text = readme.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise click.ClickException(f"{readme} must have the line {BEGIN} once, and {END} after it")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    readme.write_text(f"{before}{BEGIN}\n\n{figures(kept)}\n{END}{after}", encoding="utf-8")
    return readme


def figures(kept: list[dict[str, Any]]) -> str:
    """The tables of results as Markdown."""
    parts = []
    for result in kept:
        told = result["environment"]
        parts += [markdown(table) for table in result["tables"] if table["readme"]]
        parts.append(
            f"*`python -m benchmarks {result['benchmark']}`, {result['date']}: translit {told['translit']} "
            f"({told['loops']} loops), Python {told['python']}, {told['machine']}.*\n"
        )
    return "\n".join(parts)


def markdown(table: dict[str, Any]) -> str:
    """One table.

    >>> print(markdown({"title": "Speed", "columns": ["", "MB/s"], "rows": [["a", 1.5]], "note": ""}))
    **Speed**
    <BLANKLINE>
    |  | MB/s |
    | --- | ---: |
    | a | 1.500 |
    <BLANKLINE>
    """
    rule = ["---", *("---:" for _ in table["columns"][1:])]
    rows = [table["columns"], rule, *([written(cell) for cell in row] for row in table["rows"])]
    lines = [f"**{table['title']}**", "", *("| " + " | ".join(row) + " |" for row in rows), ""]
    if table["note"]:
        lines += [table["note"], ""]
    return "\n".join(lines)
