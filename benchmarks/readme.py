"""The figures, written from the kept results between two markers: the first of them in the README, all on a page of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.harness import written

ROOT = Path(__file__).resolve().parent.parent
README, PAGE = ROOT / "README.md", ROOT / "docs" / "figures.md"
BEGIN = "<!-- benchmarks: written by `python -m benchmarks --readme` -->"
END = "<!-- /benchmarks -->"
FIRST = (
    "Names that no list has", "Asked for precision", "Names in prose, the lexicon that ships", "Names in news, the lexicon that ships",
    "Names in running text, 100,000 forms",
)  # fmt: skip
"""How the titles of the tables begin that a newcomer should see."""


def renew(results: Path, readme: Path = README, page: Path = PAGE) -> tuple[Path, Path]:
    """Write the tables between the markers of the README and of the page of figures; the rest of both files stays.

    Raises:
        click.ClickException: a file is not there, or has not both markers once, or nothing was kept.
    """
    files = [results / f"{name}.json" for name in ("accuracy", "speed", "scale", "linear", "prose", "pipeline", "languages")]
    kept = [json.loads(path.read_text(encoding="utf-8")) for path in files if path.exists()]
    if not kept:
        raise click.ClickException(f"{results} holds no results; run `python -m benchmarks` first")
    texts = {readme: _renewed(readme, figures(kept, lambda title: title.startswith(FIRST))), page: _renewed(page, figures(kept))}
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return readme, page


def _renewed(path: Path, tables: str) -> str:
    if not path.exists():
        raise click.ClickException(f"{path} is missing; write it with the lines {BEGIN} and {END}")
    text = path.read_text(encoding="utf-8")
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise click.ClickException(f"{path} must have the line {BEGIN} once, and {END} after it")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n\n{tables}\n{END}{rest.split(END)[1]}"


def figures(kept: list[dict[str, Any]], wanted: Callable[[str], bool] = lambda title: True) -> str:
    """The tables of results as Markdown: those that are shown at all and whose title is wanted."""
    parts = []
    for result in kept:
        told = result["environment"]
        tables = [markdown(table) for table in result["tables"] if table["readme"] and wanted(table["title"])]
        if tables:
            parts += tables
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
