"""Going on after a kill: the checkpoint of a run, kept beside its first output."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import time
from collections.abc import Sequence
from typing import Any, BinaryIO, cast

from translit.errors import InputError
from translit.files.atomic import AtomicFile, sync_directory
from translit.files.base import Position, Task
from translit.files.job import Job, Options, Summary
from translit.files.sinks import Sink, Spool, part_name, whole_name

log = logging.getLogger("translit.files")

_SECONDS_BETWEEN_CHECKPOINTS = 0.5


class Journal:
    """The checkpoint of a run: how far it came and how long its files were then."""

    def __init__(self, jobs: Sequence[Job], task: Task, options: Options) -> None:
        self._options, self._jobs = options, jobs
        first = jobs[0].target
        if any(job.source == "-" or job.target is None for job in jobs) or first is None:
            raise InputError("--resume needs files on both sides; name the input and give -o")
        self.path = part_name(first, "checkpoint")
        self._lock = _locked(self.path + "-lock")
        self._run = _digest(jobs, task, options)
        self._saved = time.monotonic()
        self._output = 0

    def restore(self, audit: Sink, rejects: Sink) -> tuple[Summary, int, Position]:
        """The counts, the file and the place that an earlier run reached."""
        state = self._load()
        sizes = state["sizes"] if state else {"audit": 0, "rejects": 0, "output": 0}
        for sink, role in ((audit, "audit"), (rejects, "rejects")):
            if isinstance(sink, Spool):
                sink.cut(sizes[role])
        self._output = sizes["output"]
        if not state:
            return Summary(), 0, Position()
        log.info("going on at file %d, %s", state["job"], state["position"])
        return Summary(**state["summary"]), state["job"], Position(*state["position"])

    def _load(self) -> dict[str, Any] | None:
        try:
            with open(self.path, encoding="utf-8") as stream:
                state = json.load(stream)
        except FileNotFoundError:
            return None
        except ValueError:
            raise InputError(f"{self.path}: not a checkpoint; remove it and run again") from None
        if state.get("run") != self._run:
            raise InputError(
                f"{self.path}: the checkpoint is of another run (an input, an option or the lexicon has changed); "
                "run as before, or remove it to start from the beginning"
            )
        return cast("dict[str, Any]", state)

    def open_output(self, sink: Sink, start: Position) -> None:
        """Cut the output of the current file to what the checkpoint knows."""
        cast(Spool, sink).cut(self._output)
        self._output = 0

    def due(self) -> bool:
        """Whether the last checkpoint is old enough."""
        return time.monotonic() - self._saved >= _SECONDS_BETWEEN_CHECKPOINTS

    def save(self, job: int, position: Position, summary: Summary, output: Sink | None, audit: Sink, rejects: Sink) -> None:
        """Put everything on disk, then say so."""
        sinks = {"output": output, "audit": audit, "rejects": rejects}
        sizes = {role: sink.mark() if isinstance(sink, Spool) else 0 for role, sink in sinks.items()}
        state = {
            "run": self._run,
            "job": job,
            "position": position,
            "sizes": sizes,
            "summary": dataclasses.asdict(summary),
        }
        with AtomicFile(self.path, whole_name(self.path)) as file:
            file.stream.write(json.dumps(state).encode())
        self._saved = time.monotonic()

    def forget(self, job: Job) -> None:
        """Remove the waiting results of a file that is whole."""
        _remove_part(part_name(cast(str, job.target), "output"))

    def end(self) -> None:
        """Remove the checkpoint, then what it spoke of."""
        _remove_part(self.path)
        for job in self._jobs:
            # A kill may have come between the checkpoint behind a file and its own removal.
            self.forget(job)
        for path, role in ((self._options.audit, "audit"), (self._options.rejects, "rejects")):
            if path:
                _remove_part(part_name(path, role))
        sync_directory(os.path.dirname(self.path))
        _remove(self.path + "-lock")

    def close(self) -> None:
        """Let another run take over."""
        self._lock.close()


def _remove_part(path: str) -> None:
    _remove(path)
    _remove(whole_name(path))


def _remove(path: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def _locked(path: str) -> BinaryIO:
    stream = open(path, "wb")  # noqa: SIM115
    try:
        import fcntl

        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:
        pass
    except OSError:
        stream.close()
        raise InputError(f"{path}: another run writes the same output; wait for it, or stop it") from None
    return stream


def _digest(jobs: Sequence[Job], task: Task, options: Options) -> str:
    stats = [os.stat(job.source) for job in jobs]
    told = [
        [[job.source, job.format, job.target, stat.st_size, stat.st_mtime_ns] for job, stat in zip(jobs, stats)],  # noqa: B905
        dataclasses.asdict(task),
        [options.audit, options.rejects, options.strict, options.fingerprint],
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()
