"""``translit evaluate``: what a lexicon's answers are worth on questions with known answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from translit.cli.options import SOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.console import Console
    from rich.table import Table

    from translit.evaluation import Evaluation, Ranked


@click.command("evaluate", short_help="Measure recall at fixed precision, and plot it.")
@click.argument("source", metavar="LEXICON_SOURCE", type=SOURCE)
@click.argument("queries", metavar="QUERIES", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--precision",
    "precisions",
    metavar="P",
    multiple=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="A precision to ask for; may be given again.  [default: 0.995 0.99 0.97 0.95 0.9 0.8]",
)
@click.option("--plot", metavar="OUT.png|OUT.svg", help="Draw precision against recall, and reliability, there.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")  # fmt: skip
def command(source: str, queries: str, precisions: tuple[float, ...], plot: str | None, as_json: bool) -> None:
    """Ask the names in QUERIES of a lexicon, with the default settings, and measure the answers.

    QUERIES is TSV with the columns query and expected (an entity id, empty where no answer is the right one), also
    packed with gzip. Answers are ranked by confidence, equal ones together; recall is over the questions whose entity
    the lexicon has.
    """
    import translit
    from translit import evaluation

    form = _plot_form(plot)
    questions = evaluation.read_questions(Path(queries))
    found = evaluation.evaluate(translit.open_lexicon([source]), questions, precisions or evaluation.PROMISES)
    if plot and form:
        from translit.files.atomic import AtomicFile

        drawn = evaluation.picture(found, Path(queries).name, form)
        with AtomicFile(plot) as file:
            file.stream.write(drawn)
    if as_json:
        click.echo(json.dumps(found.as_json(), ensure_ascii=False))
    else:
        _print(found)


def _plot_form(plot: str | None) -> str | None:
    if plot is None:
        return None
    form = Path(plot).suffix.lower().removeprefix(".")
    if form not in ("png", "svg"):
        raise click.BadParameter(f"{plot!r} ends neither in .png nor in .svg.", param_hint="'--plot'")
    return form


def _print(found: Evaluation) -> None:
    from rich.console import Console

    console = Console(highlight=False, emoji=False)
    ranked = found.ranked
    console.print(f"{ranked.questions} questions, {ranked.known} whose entity the lexicon has", markup=False)
    if found.unlisted:
        told = f"{found.unlisted} expect an id that the lexicon has not, and count as having no right answer"
        console.print(told, markup=False)
    _ranked(console, "Recall at fixed precision", {"all": ranked})
    _promises(console, found)
    _reliability(console, found)
    _ranked(console, "By script", found.by_script)
    _ranked(console, "By kind", found.by_kind)
    _methods(console, found)
    _confusions(console, found)


def _table(console: Console, title: str, *columns: str, text: int = 1) -> Table:
    """A table under a title; its first ``text`` columns hold words, the others numbers."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    # A title of the table's own would be broken to the table's width.
    console.print(title, style="bold", markup=False)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < text else "right", overflow="fold")
    return table


def _ranked(console: Console, title: str, groups: Mapping[str, Ranked]) -> None:
    wanted = list(next(iter(groups.values())).recall)
    table = _table(console, title, "", "questions", "known", "top-1", *(f"R@{p:g}" for p in wanted))
    for name, group in groups.items():
        recall = [f"{group.recall[p]:.3f}" for p in wanted]
        table.add_row(name, str(group.questions), str(group.known), f"{group.top1:.3f}", *recall)
    console.print(table)


def _promises(console: Console, found: Evaluation) -> None:
    table = _table(console, "Precision asked and got", "asked", "got", "answers", "right", "recall", text=0)
    for p in found.promises:
        table.add_row(f"{p.asked:g}", f"{p.got:.4f}", str(p.answers), str(p.right), f"{p.recall:.3f}")
    console.print(table)


def _reliability(console: Console, found: Evaluation) -> None:
    title = f"Reliability of the confidence (mean distance {found.calibration_error:.4f})"
    table = _table(console, title, "confidence", "answers", "mean", "right")
    for row in found.reliability:
        table.add_row(f"{row.low:g} to {row.high:g}", str(row.answers), f"{row.confidence:.3f}", f"{row.right:.3f}")
    console.print(table)


def _methods(console: Console, found: Evaluation) -> None:
    table = _table(console, "Best candidates by method", "", "answers", "right", "mean confidence")
    for name, group in found.by_method.items():
        table.add_row(name, str(group.answers), f"{group.right:.3f}", f"{group.confidence:.3f}")
    console.print(table)


def _confusions(console: Console, found: Evaluation) -> None:
    from rich.text import Text

    table = _table(console, "Worst confusions", "name", "answered", "expected", "method", "confidence", text=4)
    for c in found.confusions:
        # As text: a name may hold brackets, which would be read as markup.
        words = (Text(c.query), Text(c.canonical), Text(c.expected_canonical or "nothing"))
        table.add_row(*words, c.method, f"{c.confidence:.4f}")
    console.print(table)
