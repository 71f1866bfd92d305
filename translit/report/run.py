"""A run with a report: the same run, watched, and the page made of what was seen."""

from __future__ import annotations

import dataclasses
import importlib.util
import tempfile
from collections.abc import Sequence
from pathlib import Path

from translit.errors import InputError, missing_extra
from translit.files.atomic import AtomicFile
from translit.files.base import Task
from translit.files.run import Job, Options, Report, Summary, run
from translit.files.trails import read_trail
from translit.normalizer import Normalizer
from translit.report.gather import Watched, gathered
from translit.report.page import Page


def run_reported(
    page: str, jobs: Sequence[Job], task: Task, normalizer: Normalizer, options: Options, report: Report | None = None
) -> Summary:
    """Run files through a normalizer and write a report beside the outputs.

    Args:
        page: path of the report.
        jobs: the files, in order.
        task: what to do to their values; with an audit.
        normalizer: answers.
        options: how to run.
        report: called after each chunk.

    Returns:
        the counts of the run.

    Raises:
        InputError: jinja2 is not installed, or the report cannot be written.
        TranslitError: as :func:`translit.files.run.run`.
    """
    if importlib.util.find_spec("jinja2") is None:
        raise InputError(missing_extra("jinja2", "report", "--report"))
    # The page's own path is tried before the work is done.
    with AtomicFile(page) as file, tempfile.TemporaryDirectory(prefix="translit-") as name:
        folder = Path(name)
        notes = folder / "notes"
        notes.mkdir()
        audit = options.audit or str(folder / "trail.jsonl")
        counts = run(jobs, task, Watched(normalizer, notes), dataclasses.replace(options, audit=audit), report)
        for piece in Page(_title(jobs), read_trail(audit), gathered(notes), normalizer.decisions, _facts(counts)).render():
            file.stream.write(piece)
    return counts


def _title(jobs: Sequence[Job]) -> str:
    named = [Path(job.source).name if job.source != "-" else "standard input" for job in jobs]
    return named[0] if len(named) == 1 else f"{named[0]} and {len(named) - 1} more"


def _facts(counts: Summary) -> list[tuple[str, str]]:
    facts = [("Files", counts.files), ("Rows", counts.rows), ("Rejected", counts.rejected)]
    return [(name, f"{value:,}") for name, value in facts if value > 1 or (name == "Rejected" and value)]
