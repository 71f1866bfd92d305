"""``translit bench``: this machine's figures for the installed version."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from translit.cli.options import SOURCE

if TYPE_CHECKING:
    from translit.benchmark import Bench


@click.command("bench", short_help="Print this machine's figures for the installed version.")
@click.option(
    "--lexicon",
    "lexicons",
    metavar="L",
    multiple=True,
    type=SOURCE,
    help="A lexicon, compiled or not; may be given again. The built-in one by default.",
)
@click.option("--runs", metavar="N", type=click.IntRange(1), default=5, show_default=True, help="How often to measure each figure.")
@click.option("--quick", is_flag=True, help="Do a twentieth of the work: rough figures, sooner.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")  # fmt: skip
def command(lexicons: tuple[str, ...], runs: int, quick: bool, as_json: bool) -> None:
    """Measure this installation: start, exact and fuzzy names, running text, columns.

    Each figure is the median of several runs, with the least and the most. Names are the lexicon's own, as they are and
    with one letter changed; text is made of sentences with such names, a column of a thousand of them over and over.
    """
    from translit.benchmark import measure

    found = measure(lexicons, runs, 0.05 if quick else 1.0, _tell if sys.stderr.isatty() else None)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _print(found)


def _tell(line: str) -> None:
    click.echo(f"translit: {line}", err=True)


def _print(found: Bench) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, emoji=False)
    console.print(f"translit {found.version}, Python {found.python}, {found.machine}", markup=False)
    loops = "native" if found.loops == "native" else "Python (no compiled extension in use)"
    console.print(f"Inner loops: {loops}. Lexicon: {found.entities:,} entities, {found.forms:,} forms.", markup=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for column in ("", "median", "least", "most"):
        table.add_column(column, justify="right" if column else "left")
    table.add_column("")
    for figure in found.figures:
        table.add_row(figure.name, _short(figure.median), _short(figure.low), _short(figure.high), figure.unit)
    console.print(table)
    console.print(f"Median, least and most of {found.runs} runs.", markup=False)


def _short(value: float) -> str:
    """Three significant digits, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
