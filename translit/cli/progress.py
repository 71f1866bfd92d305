"""A progress bar on standard error, only where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from translit.files.inputs import Input
    from translit.files.run import Job, Report, Summary


@contextmanager
def reporting(jobs: Sequence[Job]) -> Iterator[Report | None]:
    """What to call after each chunk, None where nobody watches."""
    to_terminal = sys.stdout.isatty() and any(job.target is None for job in jobs)
    if not sys.stderr.isatty() or to_terminal:
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(),
        TextColumn("{task.fields[rows]} rows, {task.fields[mentions]} changes, {task.fields[rejected]} rejects"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=None, rows=0, mentions=0, rejected=0)

        def report(summary: Summary, source: Input) -> None:
            progress.update(
                bar, description=source.shown, total=source.size, completed=source.done(), rows=summary.rows,
                mentions=summary.mentions, rejected=summary.rejected,
            )  # fmt: skip

        yield report
