"""What this installation does on this machine: start, names, text and columns, each measured several times.

The names are a lexicon's own canonical spellings, spread evenly over it, each asked once: as they are (exact) and with
one letter changed (fuzzy). What a normalizer remembers is new in each run, so nothing is answered from memory twice.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from typing import Any

from translit import __version__, native
from translit.errors import TranslitError
from translit.lexicon.lexicon import Lexicon
from translit.lexicon.opening import open_lexicon
from translit.normalizer import Normalizer

RUNS = 5
"""How often each figure is measured."""
EXACT_NAMES = 10_000
"""Listed names of one run."""
FUZZY_NAMES = 2_000
"""Changed names of one run."""
TEXT_BYTES = 1_000_000
"""Text of one run."""
COLUMN_ROWS = 200_000
"""Rows of one run."""
COLUMN_DISTINCT = 1_000
"""Distinct values of a column."""
_SENTENCE = (
    "on that day the road from {} to the coast was closed and nobody could say why, but two days later a letter from "
    "{} told of heavy rain in the hills and of the bridges that it had carried away. "
)
_START = """
import json, sys, time
begin = time.perf_counter()
import translit
imported = time.perf_counter()
lexicon = translit.open_lexicon(sys.argv[1:])
opened = time.perf_counter()
translit.Normalizer(lexicon).match("Achmad Massud")
answered = time.perf_counter()
print(json.dumps([imported - begin, opened - imported, answered - opened]))
"""
_COMMAND = "import sys; from translit.cli import main; sys.exit(main())"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Args:
        name: what was measured.
        unit: its unit; times are better when they are less, rates when they are more.
        median, low, high: of the runs.
    """

    name: str
    unit: str
    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Bench:
    """The figures of an installation.

    Args:
        version: of translit.
        python, machine: what it runs on.
        loops: ``"native"`` or ``"python"``: which inner loops serve.
        entities, forms: size of the lexicon.
        runs: how often each figure was measured.
        figures: what was measured.
    """

    version: str
    python: str
    machine: str
    loops: str
    entities: int
    forms: int
    runs: int
    figures: tuple[Figure, ...]

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        return asdict(self)


def measure(sources: Sequence[str] = (), runs: int = RUNS, share: float = 1.0, progress: Callable[[str], None] | None = None) -> Bench:
    """Measure this installation.

    Args:
        sources: the lexicon, as :func:`translit.open_lexicon` takes it; the built-in one without any.
        runs: how often to measure each figure.
        share: how much of the usual work to do in a run, above 0.
        progress: called with a line of text at each step.

    Raises:
        TranslitError: the lexicon is empty, or a process that was measured failed.
    """
    tell = progress or (lambda line: None)
    tell("opening the lexicon")
    # The first use may have to compile the lexicon; that is paid once, not at each start.
    lexicon = open_lexicon(sources)
    if not len(lexicon):
        raise TranslitError("the lexicon is empty; measure with one that has entities")
    figures: list[Figure] = []
    tell("starting fresh processes")
    figures += _starts(sources, runs)
    figures.append(_whole_process(sources, runs))
    sample = _Sample(lexicon, share)
    for name, unit, work in (
        ("exact match_many", "µs/name", sample.exact),
        ("fuzzy match_many", "µs/name", sample.fuzzy),
        ("clean running text", "MB/s", sample.text),
        ("match_many of a column", "rows/s", sample.column),
    ):
        tell(name)
        work(runs)  # one run to warm up, on names of its own
        figures.append(_figure(name, unit, [work(run) for run in range(runs)]))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    return Bench(
        __version__, platform.python_version(), machine,
        native.in_use(), len(lexicon), len(lexicon.index.forms), runs, tuple(figures),
    )  # fmt: skip


def _figure(name: str, unit: str, values: Sequence[float]) -> Figure:
    return Figure(name, unit, statistics.median(values), min(values), max(values))


def _starts(sources: Sequence[str], runs: int) -> list[Figure]:
    """Import, opening and first answer, each time in a fresh process, because an import is free the second time."""
    rows = [json.loads(_process([sys.executable, "-c", _START, *sources])[0]) for _ in range(runs)]
    names = ("import translit", "open the lexicon", "first answer after it")
    return [_figure(name, "ms", [row[i] * 1000 for row in rows]) for i, name in enumerate(names)]


def _whole_process(sources: Sequence[str], runs: int) -> Figure:
    options = [word for source in sources for word in ("--lexicon", source)]
    command = [sys.executable, "-c", _COMMAND, "match", *options]
    times = [_process(command, "Achmad Massud\n")[1] * 1000 for _ in range(runs)]
    return _figure("command line, one name", "ms", times)


def _process(command: Sequence[str], given: str = "") -> tuple[str, float]:
    begin = time.perf_counter()
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    took = time.perf_counter() - begin
    if done.returncode:
        told = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise TranslitError(f"a fresh process failed with status {done.returncode}: {told[0]}; check the installation")
    return done.stdout, took


class _Sample:
    """Names of a lexicon, and what is made of them, a part of their own for each run."""

    def __init__(self, lexicon: Lexicon, share: float) -> None:
        self._lexicon, self._share = lexicon, share

    def _names(self, run: int, count: int) -> list[str]:
        """Distinct canonical spellings, spread evenly, others in each run where there are enough."""
        canonicals = self._lexicon.index.canonicals
        total = len(self._lexicon)
        count = max(1, min(total, int(count * self._share)))
        step = max(1, total // count)
        return list(dict.fromkeys(canonicals[(i * step + run) % total] for i in range(count)))

    def exact(self, run: int) -> float:
        names = self._names(run, EXACT_NAMES)
        return self._match(names) / len(names) * 1e6

    def fuzzy(self, run: int) -> float:
        names = [changed(name) for name in self._names(run, FUZZY_NAMES)]
        return self._match(names) / len(names) * 1e6

    def column(self, run: int) -> float:
        values = self._names(run, int(COLUMN_DISTINCT / min(self._share, 1)))[:COLUMN_DISTINCT]
        rows = list(islice(cycle(values), max(1, int(COLUMN_ROWS * self._share))))
        return len(rows) / self._match(rows)

    def text(self, run: int) -> float:
        texts = self._texts(run)
        normalizer = Normalizer(self._lexicon)
        normalizer.clean("")
        begin = time.perf_counter()
        normalizer.clean_many(texts)
        return sum(len(text.encode()) for text in texts) / 1e6 / (time.perf_counter() - begin)

    def _texts(self, run: int) -> list[str]:
        """Documents of a few kilobytes, one word in twenty a name."""
        names = cycle(self._names(run, EXACT_NAMES))
        texts, size = [], 0
        while size < TEXT_BYTES * self._share:
            texts.append("".join(_SENTENCE.format(next(names), next(names)) for _ in range(20)))
            size += len(texts[-1].encode())
        return texts

    def _match(self, names: Sequence[str]) -> float:
        normalizer = Normalizer(self._lexicon)
        normalizer.match("")
        begin = time.perf_counter()
        normalizer.match_many(names)
        return time.perf_counter() - begin


def changed(name: str) -> str:
    """The name with one letter changed, as a reader of another convention might write it.

    >>> changed("Panjshir"), changed("Kabul"), changed("Qo")
    ('Panjhshir', 'Kahbul', 'Qho')
    """
    middle = len(name) // 2
    return f"{name[:middle]}h{name[middle:]}"
