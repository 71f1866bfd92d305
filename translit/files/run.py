"""Running files through an engine: in order, in bounded memory, on one or many processes, and again after a kill."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from translit.errors import InputError
from translit.files import digests
from translit.files.base import Chunk, Engine, Position, Result, Task, dump, formats
from translit.files.digests import Digests
from translit.files.inputs import Input
from translit.files.job import Job, Options, Summary
from translit.files.journal import Journal
from translit.files.sinks import Hash, Sink, main_sink, side_sink
from translit.files.text import NotText
from translit.files.threads import ahead
from translit.files.workers import Pool, pool_of

__all__ = ["Job", "Options", "Report", "Summary", "check", "run"]

Report = Callable[[Summary, Input], None]


def check(jobs: Sequence[Job]) -> None:
    """Raise InputError where a file is not there, before anything else takes time."""
    for job in jobs:
        if job.source != "-" and not os.path.exists(job.source):
            raise InputError(f"{job.source}: no such file; check the path")
        folder = os.path.dirname(os.path.realpath(job.target)) if job.target else "."
        if not os.path.isdir(folder):
            raise InputError(f"{job.target}: there is no directory {folder}; make it first")


def run(jobs: Sequence[Job], task: Task, engine: Engine, options: Options | None = None, report: Report | None = None) -> Summary:
    """Run files through an engine.

    Args:
        jobs: the files, in order.
        task: what to do to their values.
        engine: answers; pickled once for each worker.
        options: how to run.
        report: called after each chunk with the counts so far and the file being read.

    Returns:
        the counts.

    Raises:
        TranslitError: where a file cannot be read (a text among others that is not UTF-8 is a reject), a worker died, or, under
            ``strict``, at the first reject. Nothing appears under the name of a file that is not whole.
        OSError: where the output cannot be written.

    >>> import pathlib, tempfile, translit
    >>> record = {"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}
    >>> engine = translit.Normalizer(translit.Lexicon.build([record]))
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "in.csv").write_text("town,n\\nPanjsjir,1\\n")
    >>> job = Job(str(folder / "in.csv"), "csv", str(folder / "out.csv"))
    >>> run([job], Task("name", ("town",)), engine).changed
    1
    >>> (folder / "out.csv").read_text()
    'town,n\\nPanjshir,1\\n'
    """
    options = options or Options()
    with contextlib.ExitStack() as stack:
        journal = Journal(jobs, task, options) if options.resume else None
        if journal:
            stack.callback(journal.close)
        audit = stack.enter_context(side_sink(options.audit, "audit", spooled=options.resume))
        rejects = stack.enter_context(side_sink(options.rejects, "rejects", spooled=options.resume))
        summary, first, position = journal.restore(audit, rejects) if journal else (Summary(), 0, Position())
        pool = stack.enter_context(pool_of(engine, options.workers, len(jobs)))
        # An output may take the place of its input.
        found = [Digests(job.source, _digest(job.source)) for job in jobs] if options.audit else []
        for number in range(first, len(jobs)):
            printed = hashlib.sha256() if found and jobs[number].target is None else None
            one = _One(jobs[number], task, options, audit, rejects, summary, report, printed)
            with contextlib.closing(Input(one.job.source)) as source:
                try:
                    one.run(source, pool, journal, number, position)
                except NotText as error:
                    # One such file among many does not stop the others.
                    if options.strict or len(jobs) == 1:
                        raise
                    one.set_aside(source, error)
                if found:
                    one.tell(found[number], source)
            position = Position()
            if journal:
                journal.save(number + 1, position, summary, None, audit, rejects)
                journal.forget(one.job)
        rejects.finish()
        _end_audit(audit, options.audit, jobs, found)
        if journal:
            journal.end()
    return summary


def _digest(name: str) -> str:
    """The digest of a file that can be read more than once, ``""`` of others."""
    return digests.digest(name) if name != "-" and os.path.isfile(name) else ""


def _end_audit(audit: Sink, path: str | None, jobs: Sequence[Job], found: Sequence[Digests]) -> None:
    """Put the trail under its name, and beside it what it belongs to; a kill between leaves no digests rather than false ones."""
    if path is not None:
        digests.forget(path)
    audit.finish()
    if path is None:
        return
    for job, one in zip(jobs, found, strict=True):
        one.output_sha256 = one.output_sha256 or _digest(job.target or "-")
    digests.write(path, found)


@dataclass(slots=True)
class _One:
    """One file on its way."""

    job: Job
    task: Task
    options: Options
    audit: Sink
    rejects: Sink
    summary: Summary
    report: Report | None
    printed: Hash | None = None
    """Digests what goes to standard output, where there is a trail."""

    def run(self, source: Input, pool: Pool, journal: Journal | None, number: int, start: Position) -> None:
        """Read, answer and write the file."""
        format_ = formats()[self.job.format]
        found: set[int] = set()
        rows = 0
        with contextlib.ExitStack() as stack:
            sink = stack.enter_context(main_sink(self.job, format_, source, self.task, spooled=journal is not None, seen=self.printed))
            if journal:
                journal.open_output(sink, start)
            chunks = format_.read(source, self.task, start)
            if source.apart:
                chunks = stack.enter_context(contextlib.closing(ahead(chunks)))
            results = stack.enter_context(contextlib.closing(pool(format_, self.task, chunks, apart=source.apart)))
            for chunk, result in results:
                self._take(chunk, result, sink)
                found |= result.found
                rows += result.rows
                if journal and journal.due():
                    journal.save(number, chunk.end, self.summary, sink, self.audit, self.rejects)
                if self.report:
                    self.report(self.summary, source)
            self.summary.files += 1
            sink.finish()
        missing = [name for index, name in enumerate(self.task.columns) if index not in found]
        if rows and not start.offset:
            self.summary.missing += [f"{source.shown}: no row has a text under the key {name!r}" for name in missing]

    def set_aside(self, source: Input, error: NotText) -> None:
        """Count and keep a file that cannot be read, as one rejected document."""
        self.rejects.write(dump({"file": source.doc, "row": 0, "line": 1, "offset": error.offset, "reason": error.reason}))
        self.summary.add(Result(rows=1, rejected=1, first_reject=f"{source.shown}: {error.reason}"), 0)

    def tell(self, found: Digests, source: Input) -> None:
        """Tell the digests of what cannot be read again."""
        found.input_sha256 = found.input_sha256 or source.digest()
        found.output_sha256 = self.printed.hexdigest() if self.printed else ""

    def _take(self, chunk: Chunk, result: Result, sink: Sink) -> None:
        if result.first_reject and self.options.strict:
            raise InputError(f"{result.first_reject}; mend the row, or leave out --strict to set it aside")
        if result.data:
            sink.write(result.data)
        self.audit.write(result.audit)
        self.rejects.write(result.rejects)
        self.summary.add(result, len(chunk.data) if isinstance(chunk.data, bytes) else len(result.data))
