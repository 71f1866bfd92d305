"""What every benchmark uses: settings, timing side by side, fresh processes, and the report that becomes JSON."""

from __future__ import annotations

import gc
import importlib
import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

import click

T = TypeVar("T")
Cell = str | int | float | None
RESULTS = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run.

    Args:
        smoke: tiny inputs, to see that everything works; the figures mean nothing.
        tasks: folder of NAME.lex.jsonl.gz and NAME.queries.tsv.gz for accuracy; None for tasks from the name packs.
        only: names of tasks; all where empty.
        peers: names of peers; all where empty.
        sizes: numbers of forms.
        megabytes: text of one run.
        runs: how often each thing is timed.
        out: folder for results; None to keep none.
        plot: whether to draw the results, too.
        listing: file for what went wrong in prose; None to write none.
        bytes: size of the files of a pipeline.
        prior: folder of the model that translit learns on; None for the one that ships.
    """

    smoke: bool = False
    tasks: Path | None = None
    only: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    sizes: tuple[int, ...] = (1_000, 10_000, 100_000)
    megabytes: float = 4.0
    runs: int = 5
    out: Path | None = RESULTS
    plot: bool = False
    listing: Path | None = None
    bytes: int = 100_000_000
    prior: Path | None = None

    def wants(self, peer: str) -> bool:
        """Whether a peer was asked for."""
        return not self.peers or peer in self.peers


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of several runs."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Timing:
        """The timing of some runs."""
        return cls(statistics.median(seconds), min(seconds), max(seconds))

    @property
    def spread(self) -> float:
        """From the least to the most, as a share of the median."""
        return (self.high - self.low) / self.median if self.median else 0.0


def interleave(contenders: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Timing]:
    """Time contenders in turns, each round beginning with another one, so that a busy moment hits all alike.

    >>> sorted(interleave({"a": list, "b": dict}, 3))
    ['a', 'b']
    """
    names = list(contenders)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for run in range(runs):
        for name in names[run % len(names) :] + names[: run % len(names)]:
            gc.collect()
            seconds[name].append(clock(contenders[name])[0])
    return {name: Timing.of(rows) for name, rows in seconds.items()}


def clock(work: Callable[[], T]) -> tuple[float, T]:
    """Seconds that something takes, and what it gives."""
    begin = time.perf_counter()
    found = work()
    return time.perf_counter() - begin, found


def fresh(function: Callable[..., T], *arguments: Any) -> T:
    """Call a module's function in a process that has imported nothing yet."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def load(module: str) -> Any:
    """A peer's module, whose types are not asked for."""
    return importlib.import_module(module)


def resident_bytes(peak: bool = False) -> int:
    """Memory of this process that is resident now, or was at its most."""
    if peak:
        status = Path("/proc/self/status")
        if status.exists():
            # Of this process alone; what getrusage tells is inherited from the process that started it.
            lines = status.read_text(encoding="ascii").splitlines()
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(load("psutil").Process().memory_info().rss)


@dataclass
class Table:
    """Rows under columns. ``readme`` says that it belongs to the figures of ``docs/figures.md``."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    note: str = ""
    readme: bool = False


@dataclass
class Report:
    """What a benchmark found: tables, and the peers that are missing."""

    name: str
    settings: Settings
    tables: list[Table] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)

    def table(self, title: str, *columns: str, note: str = "", readme: bool = False) -> Table:
        """Begin a table."""
        self.tables.append(Table(title, columns, note=note, readme=readme))
        return self.tables[-1]

    def have(self, peer: str, *modules: str) -> bool:
        """Whether a peer is asked for and can be imported; what is missing is kept and told once."""
        if not self.settings.wants(peer):
            return False
        for module in modules:
            try:
                importlib.import_module(module)
            except ImportError as error:
                if peer not in self.missing:
                    print(f"{peer} is left out: {error}; pip install -r benchmarks/requirements.txt", flush=True)
                self.missing[peer] = str(error)
                return False
        return True

    def add(self, table: Table, *row: Cell) -> None:
        """Enter a row of a table that takes long: it is told, and everything so far kept, as ``NAME.part.json``."""
        table.rows.append(row)
        told = (f"{title or table.title}: {written(cell)}" for title, cell in zip(table.columns, row, strict=True))
        click.echo("; ".join(told), err=True)
        self._write(".part.json")

    def show(self, table: Table) -> None:
        """Print a table."""
        from rich.box import SIMPLE_HEAD
        from rich.console import Console
        from rich.table import Table as Rich

        console = Console(highlight=False, emoji=False)
        if not console.is_terminal:
            console.width = 140
        console.print(table.title, style="bold", markup=False)
        rich = Rich(box=SIMPLE_HEAD, pad_edge=False)
        for place, column in enumerate(table.columns):
            rich.add_column(column, justify="right" if place else "left", overflow="fold", no_wrap=not place)
        for row in table.rows:
            rich.add_row(*(written(cell) for cell in row))
        console.print(rich)
        if table.note:
            console.print(table.note + "\n", markup=False)

    def as_json(self) -> dict[str, Any]:
        """Everything as plain values."""
        told = asdict(self.settings) | {"tasks": self.settings.tasks is not None, "out": None, "listing": None}
        return {
            "benchmark": self.name, "date": datetime.now(UTC).date().isoformat(), "environment": environment(),
            "settings": told, "missing": self.missing, "tables": [asdict(table) for table in self.tables],
        }  # fmt: skip

    def keep(self) -> Path | None:
        """Write the results, where they are wanted."""
        path = self._write(".json")
        if path is not None:
            path.with_suffix(".part.json").unlink(missing_ok=True)
        return path

    def _write(self, suffix: str) -> Path | None:
        if self.settings.out is None:
            return None
        self.settings.out.mkdir(parents=True, exist_ok=True)
        path = self.settings.out / f"{self.name}{suffix}"
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path


def written(cell: Cell) -> str:
    """A cell for people: three significant digits, thousands apart.

    >>> [written(x) for x in (0.12345, 12.345, 12345.6, 7, None, "a")]
    ['0.123', '12.3', '12,346', '7', '–', 'a']
    """
    if cell is None:
        return "\N{EN DASH}"
    if isinstance(cell, float):
        size = abs(cell)
        return f"{cell:,.0f}" if size >= 100 else f"{cell:.1f}" if size >= 10 else f"{cell:.3f}"
    return f"{cell:,}" if isinstance(cell, int) else cell


def environment() -> dict[str, Any]:
    """The machine, translit and the peers, with their versions."""
    import translit
    from translit import native

    wanted = [line.split(">=")[0] for line in requirements()]
    return {
        "translit": translit.__version__, "loops": native.in_use(), "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "peers": {name: version for name in wanted if (version := _version(name))},
    }  # fmt: skip


def requirements() -> list[str]:
    """The requirement lines of the peers."""
    lines = (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
