"""``translit match``: names in, one JSON object a line out."""

from __future__ import annotations

import json
import os
import shlex

import click

from translit.cli.group import by_pipe
from translit.cli.options import Choice, check_files, lexicon_options
from translit.limits import MAX_CANDIDATES_ASKED


@click.command("match", short_help="Match names, one a line in, one JSON object a line out.")
@click.argument("files", nargs=-1, metavar="[FILE|-]")
@click.option("-o", "--output", metavar="OUT", help="Output file; standard output by default.")
@lexicon_options
@click.option(
    "--min-confidence",
    metavar="C",
    type=click.FloatRange(0, 1),
    help="Answer from this confidence on, whatever --precision says; 0 always gives the best candidate.",
)
@click.option(
    "--candidates",
    metavar="K",
    type=click.IntRange(1, MAX_CANDIDATES_ASKED),
    help="Tell why, and the K entities that come nearest, for somebody to decide.",
)
@click.option(
    "--workers", metavar="N", type=click.IntRange(0), default=1, show_default=True, help="Processes to use; 0 for one a processor."
)
@click.option("--summary", is_flag=True, help="Print a JSON summary on standard error at the end.")  # fmt: skip
@click.pass_context
def command(
    context: click.Context,
    files: tuple[str, ...],
    output: str | None,
    choice: Choice,
    min_confidence: float | None,
    candidates: int | None,
    workers: int,
    summary: bool,
) -> int:
    """Match the names in FILE (standard input by default), one a line.

    Prints {"input","id","canonical","kind","method","confidence"} for each, in order; id is null where there is no
    answer. With --candidates also {"why","candidates"}, the entities that are near, best first, each with the listed
    form it is near by. The exit status is 3 where lines were not UTF-8.
    """
    from click.core import ParameterSource

    from translit.cli.progress import reporting
    from translit.files.answers import AtLeast, Reviewing
    from translit.files.base import Engine, Task, format_of
    from translit.files.run import Job, Options, check, run

    if min_confidence is not None and context.get_parameter_source("precision") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--precision and --min-confidence exclude each other: give one of them.")
    if len(files) > 1:
        raise click.UsageError(f"One file of names is read at a time. To match a name: {by_pipe(' '.join(files), 'match')}")
    file = files[0] if files else "-"
    check_files([file], "match")
    if format_of(file).name != "text":
        by_column = f"translit clean {shlex.quote(file)} --column COLUMN --mode name --add id,confidence"
        click.echo(f"translit: note: every line of {file} is taken for one name; to match a column of it: {by_column}", err=True)
    jobs = [Job(file, "names", None if output == "-" else output)]
    check(jobs)
    normalizer = choice.open()
    engine: Engine = normalizer if min_confidence is None else AtLeast(normalizer, min_confidence)
    if candidates is not None:
        engine = Reviewing(normalizer, candidates, min_confidence)
    with reporting(jobs) as report:
        counts = run(jobs, Task("name"), engine, Options(workers=workers or os.cpu_count() or 1), report)
    if counts.rejected:
        click.echo(
            f"translit: {counts.rejected} of {counts.rows} lines cannot be read and have no answer; the first: {counts.first_reject}",
            err=True,
        )
    if summary:
        told = {"rows": counts.rows, "rejected": counts.rejected, "bytes": counts.bytes}
        click.echo(json.dumps(told), err=True)
    return 3 if counts.rejected else 0
