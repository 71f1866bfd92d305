"""``translit clean``: canonical names in texts and tables."""

from __future__ import annotations

import dataclasses
import glob
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from translit.cli.options import Choice, check_files, lexicon_options, split_list
from translit.files.base import ADDABLE, Task, format_of, formats

if TYPE_CHECKING:
    from translit.files.job import Job

_FORMATS = [format_.name for format_ in formats().values() if format_.suffixes]


@click.command("clean", short_help="Write canonical names into texts and tables.")
@click.argument("files", nargs=-1, metavar="[FILE…|-]")
@click.option("-o", "--output", metavar="OUT", help="Output file, or a directory for several files.")
@lexicon_options
@click.option("--audit", metavar="A.jsonl", help="Write every change there, one JSON object a line; its files' SHA-256 beside it.")
@click.option("--report", "page", metavar="R.html", help="Write a page there: what changed, what nearly did, and decisions on it.")
@click.option("--rejects", metavar="R.jsonl", help="Write rows that cannot be read there, with the reason.")
@click.option("--strict", is_flag=True, help="Stop at the first row that cannot be read.")
@click.option("--resume", is_flag=True, help="Keep what is done when the run is killed, and go on from there.")
@click.option("--format", "format_name", type=click.Choice(_FORMATS), help="Format; by the file's name by default.")
@click.option("--column", "columns", metavar="C", multiple=True, help="Column with the text; may be given again.")
@click.option(
    "--mode",
    type=click.Choice(["text", "name"]),
    default="text",
    show_default=True,
    help="Whether a value is prose with names in it or one name.",
)
@click.option("--markup", is_flag=True, help="Leave tags, entities, addresses and code of HTML, XML and Markdown as they are.")
@click.option("--add", metavar="WHAT,…", callback=split_list(ADDABLE), help=f"Add columns beside each column: {', '.join(ADDABLE)}.")
@click.option("--delimiter", metavar="D", default="", help="Character between CSV fields.")
@click.option(
    "--workers", metavar="N", type=click.IntRange(0), default=1, show_default=True, help="Processes to use; 0 for one a processor."
)
@click.option("--summary", is_flag=True, help="Print a JSON summary on standard error at the end.")  # fmt: skip
def command(
    files: tuple[str, ...],
    output: str | None,
    choice: Choice,
    audit: str | None,
    page: str | None,
    rejects: str | None,
    strict: bool,
    resume: bool,
    format_name: str | None,
    columns: tuple[str, ...],
    mode: Any,
    markup: bool,
    add: tuple[str, ...],
    delimiter: str,
    workers: int,
    summary: bool,
) -> int:
    """Replace the names in FILEs (standard input by default) by their canonical forms.

    Plain text, CSV, TSV, JSONL and Parquet, each also packed with gzip or zstd. Everything that is not such a name
    stays as it is. The exit status is 3 where rows were left out because they cannot be read.
    """
    from translit.cli.progress import reporting
    from translit.files.run import Options, check, run

    started = time.perf_counter()
    sources = _sources(files)
    check_files(sources, "clean")
    jobs = _jobs(sources, output, format_name)
    _apart(sources, [job.target for job in jobs], [audit, rejects, page])
    task = Task(mode, columns, add, bool(audit or page), _delimiter(delimiter), len(jobs) > 1)
    _check_task(task, jobs)
    if resume:
        _check_resume(jobs, page)
    check(jobs)
    choice = dataclasses.replace(choice, markup=markup)
    normalizer = choice.open()
    fingerprint = choice.fingerprint(normalizer) if resume else ""
    options = Options(audit, rejects, strict, workers or os.cpu_count() or 1, resume, fingerprint)
    with reporting(jobs) as report:
        if page:
            from translit.report.run import run_reported

            counts = run_reported(page, jobs, task, normalizer, options, report)
        else:
            counts = run(jobs, task, normalizer, options, report)
    for warning in counts.missing:
        click.echo(f"translit: warning: {warning}; check --column", err=True)
    if counts.rejected:
        where = f"see {rejects}" if rejects else "give --rejects to keep them"
        click.echo(f"translit: {counts.rejected} of {counts.rows} rows rejected; {where}; the first: {counts.first_reject}", err=True)
    if summary:
        click.echo(json.dumps(_summary(counts, time.perf_counter() - started)), err=True)
    return 3 if counts.rejected else 0


def _delimiter(given: str) -> str:
    delimiter = given.replace("\\t", "\t")
    if delimiter and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise click.BadParameter("one character is needed, no quote and no line end.", param_hint="--delimiter")
    return delimiter


def _check_task(task: Task, jobs: Sequence[Job]) -> None:
    """Refuse columns that do not fit the mode or the files."""
    beside_prose = sorted(set(task.add) - {"original"}) if task.mode == "text" else []
    if beside_prose:
        told = f"{', '.join(beside_prose)}: of one name only; use --mode name, or for prose --audit."
        raise click.BadParameter(told, param_hint="--add")
    if task.add and any(not formats()[job.format].tabular for job in jobs):
        raise click.BadParameter("plain text has no columns.", param_hint="--add")
    repeated = sorted({column for column in task.columns if task.columns.count(column) > 1})
    if repeated:
        raise click.BadParameter(f"{repeated[0]!r} is given twice.", param_hint="--column")


def _check_resume(jobs: Sequence[Job], page: str | None) -> None:
    """Refuse to go on later with what cannot be read or written again."""
    if any(job.source == "-" or job.target is None for job in jobs):
        raise click.UsageError("--resume needs files on both sides: name the input, and give -o.")
    if page:
        raise click.UsageError("--resume and --report exclude each other: a report needs the whole run.")


def _summary(counts: Any, seconds: float) -> dict[str, object]:
    return {
        "files": counts.files,
        "rows": counts.rows,
        "written": counts.written,
        "rejected": counts.rejected,
        "changed": counts.changed,
        "mentions": counts.mentions,
        "bytes": counts.bytes,
        "seconds": round(seconds, 3),
    }


def _sources(files: tuple[str, ...]) -> list[str]:
    sources: list[str] = []
    for name in files or ("-",):
        if name != "-" and not os.path.exists(name) and glob.has_magic(name):
            found = sorted(path for path in glob.glob(name, recursive=True) if os.path.isfile(path))
            if not found:
                raise click.BadParameter(f"no file is called {name!r}.", param_hint="FILE")
            sources += found
        elif os.path.isdir(name):
            raise click.BadParameter(f"{name!r} is a directory: name its files, as in '{name}/*.txt'.",
                                     param_hint="FILE")  # fmt: skip
        else:
            sources.append(name)
    if sources.count("-") > 1:
        raise click.BadParameter("standard input can be read once only.", param_hint="FILE")
    return sources


def _apart(sources: list[str], targets: list[str | None], others: list[str | None]) -> None:
    """Two kinds of output in one file would overwrite each other, and an input; the output alone may take the place of its own input."""
    paths = [os.path.realpath(path) for path in (*targets, *others) if path]
    files = [path for path in paths if not os.path.exists(path) or os.path.isfile(path)]
    if len(set(files)) < len(files):
        raise click.UsageError("-o, --audit, --rejects and --report need a file each: name one for each.")
    inputs = {os.path.realpath(source): target for source, target in zip(sources, targets, strict=True) if source != "-"}
    for path in files:
        if path in inputs and os.path.realpath(inputs[path] or "") != path:
            raise click.UsageError(f"{path} is read: name another file to write.")


def _jobs(sources: list[str], output: str | None, format_name: str | None) -> list[Job]:
    from translit.files.job import Job

    chosen = [format_name or ("text" if source == "-" else format_of(source).name) for source in sources]
    if output == "-":
        output = None
    directory = output is not None and (os.path.isdir(output) or output.endswith(os.sep))
    if len(sources) > 1 and output is not None and not directory:
        raise click.BadParameter(f"{len(sources)} files need a directory: make {output!r} one.", param_hint="-o")
    if len(sources) > 1 and output is None and any(name in ("csv", "tsv", "parquet") for name in chosen):
        raise click.UsageError("Several tables cannot be one after the other on standard output: give -o DIRECTORY.")
    if "parquet" in chosen and output is None and sys.stdout.isatty():
        raise click.UsageError("Parquet is not for a terminal: give -o OUT.")
    if not directory or output is None:
        return [Job(source, name, output) for source, name in zip(sources, chosen, strict=True)]
    os.makedirs(output, exist_ok=True)
    targets = [os.path.join(output, "stdin" if source == "-" else os.path.basename(source)) for source in sources]
    twice = sorted({target for target in targets if targets.count(target) > 1})
    if twice:
        raise click.BadParameter(f"two files would become {twice[0]!r}: run them apart.", param_hint="-o")
    return [Job(*job) for job in zip(sources, chosen, targets, strict=True)]
