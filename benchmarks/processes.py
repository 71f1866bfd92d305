"""Whole processes and what they cost: seconds of clocks and of processors, and memory, of a process and all that it starts."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_POLL_SECONDS = 0.02
_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Cost(NamedTuple):
    """Seconds of a process from its start to its end, of clocks and of processors, and the most megabytes of it or of one it started."""

    seconds: float
    processors: float
    peak: float


def timed(command: Sequence[str]) -> Cost:
    """Run a process.

    Raises:
        RuntimeError: it failed.
    """
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    peaks: dict[int, int] = {}
    used: dict[int, float] = {}
    done = threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peaks, used, done))
    watcher.start()
    _, errors = process.communicate()
    seconds = time.perf_counter() - begin
    done.set()
    watcher.join()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)[:300]}: exit status {process.returncode}: {errors.decode()[-500:]}")
    return Cost(seconds, sum(used.values()), max(peaks.values(), default=0) / 1e6)


def _watch(root: int, peaks: dict[int, int], used: dict[int, float], done: threading.Event) -> None:
    """Look at each process until it ends: what workers that somebody else waits for have used is told nowhere afterwards."""
    while not done.wait(_POLL_SECONDS):
        for pid in _family(root):
            peaks[pid] = max(peaks.get(pid, 0), _peak(pid))
            used[pid] = max(used.get(pid, 0.0), _processors(pid))


def _family(pid: int) -> Iterator[int]:
    """A process and those that it started."""
    yield pid
    try:
        for listing in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in listing.read_text().split():
                yield from _family(int(child))
    except OSError:
        return


def _peak(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def _processors(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK
