"""What ``translit lexicon import`` does."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from translit.errors import InputError
from translit.lexicon.importers import Job, Reject, find, names
from translit.lexicon.importers.job import Tally, Watch
from translit.model import Entity

_SUFFIXES = (".jsonl", ".jsonl.gz")


def import_files(kind: str, files: Sequence[str], output: str, rejects: str | None, options: Mapping[str, str]) -> int:
    """Import files into records.

    Args:
        kind: the importer.
        files: what it reads.
        output: the file to write, ``.jsonl`` or ``.jsonl.gz``.
        rejects: where the rejects are written, one JSON object a line, or None.
        options: what the importer is told.

    Returns:
        The exit status: 0, or 3 where something was refused.

    Raises:
        InputError: a file cannot be read, or nothing in it can be imported; nothing is written then.
    """
    from translit.lexicon.source import write_records

    if kind not in names():
        raise click.BadParameter(f"{kind!r} is not one of {', '.join(names())}.", param_hint="KIND")
    importer = find(kind)
    for name in options:
        if name not in importer.OPTIONS:
            known = "; ".join(f"{key} ({told})" for key, told in importer.OPTIONS.items())
            raise click.UsageError(f"{kind} has no option {name!r}. It has: {known}.")
    if not output.lower().endswith(_SUFFIXES):
        raise click.BadParameter(f"{output!r}: end it in .jsonl or .jsonl.gz.", param_hint="-o")
    with ExitStack() as stack:
        on_reject = stack.enter_context(_writing(rejects)) if rejects else None
        watch = stack.enter_context(_watching())
        job = Job([Path(name) for name in files], options, on_reject, watch)
        write_records(_some(job, job.checked(importer.read(job))), output, job.fault)
    return _report(job.tally, output, rejects)


def _some(job: Job, entities: Iterator[Entity]) -> Iterator[Entity]:
    """The entities; an error where there is none, so that no empty file takes the place of another."""
    yield from entities
    if not job.tally.entities:
        first = job.tally.first
        why = f"{first.file}:{first.line}: {first.reason}" if first else f"all {job.tally.rows} rows were left out"
        raise InputError(f"nothing can be imported: {why}; check the kind, the files and the options")


def _report(tally: Tally, output: str, rejects: str | None) -> int:
    left_out = f", {tally.left_out} left out" if tally.left_out else ""
    click.echo(f"translit: {tally.entities} entities from {tally.rows} rows in {output}{left_out}", err=True)
    if not tally.rejects:
        return 0
    where = f"see {rejects}" if rejects else "give --rejects to see them"
    click.echo(f"translit: {tally.rejects} rejected; {where}", err=True)
    return 3


@contextmanager
def _writing(path: str) -> Iterator[Callable[[Reject], None]]:
    from translit.files.atomic import AtomicFile

    with AtomicFile(path) as file:

        def write(reject: Reject) -> None:
            file.stream.write(json.dumps(reject._asdict(), ensure_ascii=False).encode("utf-8", "replace") + b"\n")

        yield write


@contextmanager
def _watching() -> Iterator[Watch | None]:
    """What to call on the way, None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[rows]} rows, {task.fields[entities]} entities, {task.fields[rejects]} rejects"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=None, rows=0, entities=0, rejects=0)

        def watch(file: str, done: int, size: int, tally: Tally) -> None:
            progress.update(bar, description=file, completed=done, total=size, rows=tally.rows,
                            entities=tally.entities, rejects=tally.rejects)  # fmt: skip

        yield watch
