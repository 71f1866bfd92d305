"""What a run is asked to do, how, and what it counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from translit.files.base import Result


@dataclass(frozen=True, slots=True)
class Job:
    """One file to read and where it goes.

    Args:
        source: a path, or ``"-"`` for standard input.
        format: the name of its format.
        target: a path, or None for standard output.
    """

    source: str
    format: str
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How to run.

    Args:
        audit: path of the audit file.
        rejects: path of the file for rejected rows.
        strict: whether the first reject ends the run.
        workers: processes that do the work; 1 is this one.
        resume: whether to keep what was done after a kill, and to go on from it.
        fingerprint: stands for everything that the answers depend on; a run is resumed only under the same.
    """

    audit: str | None = None
    rejects: str | None = None
    strict: bool = False
    workers: int = 1
    resume: bool = False
    fingerprint: str = ""


@dataclass(slots=True)
class Summary:
    """The counts of a run, always ``rows == written + rejected``, and where and why the first row was rejected."""

    files: int = 0
    rows: int = 0
    written: int = 0
    rejected: int = 0
    changed: int = 0
    mentions: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    first_reject: str = ""

    def add(self, result: Result, size: int) -> None:
        """Count one chunk."""
        self.rows += result.rows
        self.rejected += result.rejected
        self.written = self.rows - self.rejected
        self.changed += result.changed
        self.mentions += result.mentions
        self.first_reject = self.first_reject or result.first_reject
        self.bytes += size
