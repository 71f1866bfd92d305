"""Files and frames at size: rate and memory of whole runs, beside the rate in memory and beside the peers, in one run.

A column of names with one distinct value in a hundred rows, and articles of some thousand characters. Every run is a process of
its own, timed from its start to its end; its memory is the most that any one of its processes had resident. The peers replace what
a table lists, letter for letter: nothing else, and so less than translit.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click
import numpy as np

from benchmarks.data import SEED, Record, misspelt, pairs_of, plain_records, texts_of
from benchmarks.harness import Report, Table, fresh, interleave
from benchmarks.processes import Cost, timed

BYTES_A_ROW = 100
"""Of the size that is asked for, what one row of names stands for: 10 million rows at 1 GB."""
REPEATED = 100
"""Rows of names for each distinct one."""
ARTICLE = 4_000
"""Characters of an article."""
UNIQUE_BYTES = 32_000_000
"""Bytes of articles that are made; a larger file repeats them."""
IN_MEMORY_BYTES = 64_000_000
"""Most bytes of articles for the rate in memory."""
MEMORY_LIMIT = 500
"""Megabytes that a process may take."""
LEAST_SHARE = 0.8
"""Of the rate in memory that files must reach."""
CLI = "import sys; from translit.cli import main; sys.exit(main())"


def run(report: Report) -> None:
    """Time names, articles, and the kernel of frames."""
    if find_spec("pyarrow") is None:
        raise click.ClickException("the pipeline needs pyarrow; pip install -r benchmarks/requirements.txt")
    size = report.settings.bytes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        parts: dict[str, Callable[[Report, Path], object]] = {
            "names": partial(_names, rows=max(10_000, size // BYTES_A_ROW)),
            "articles": partial(_articles, size=max(200_000, size)),
            "kernel": _kernel,
            "spark": _spark,
        }
        for part, work in parts.items():
            if not report.settings.only or part in report.settings.only:
                work(report, folder)


# --- names -----------------------------------------------------------------------------------------------------------


def _names(report: Report, folder: Path, rows: int) -> None:
    distinct = rows // REPEATED
    records = plain_records(max(300, distinct))
    lexicon, pairs = folder / "names.translit", folder / "pairs.json"
    fresh(build, lexicon, list(records))
    pairs.write_text(json.dumps(pairs_of(records)), encoding="utf-8")
    fresh(write_names, folder, list(records), rows, distinct)
    table = report.table(
        f"A column of {rows:,} names, {distinct:,} distinct, one in ten misspelt", "", "MB", "seconds", "CPU s", "million rows/s", "MB/s",
        "of in memory", "by processor", "peak MB a process", readme=True, note=_note(),
    )  # fmt: skip
    own, burnt = fresh(names_in_memory, lexicon, folder / "names.parquet")
    report.add(table, "translit, Arrow table to Arrow table", None, own, burnt, rows / own / 1e6, None, 1.0, 1.0, None)
    options = ["--mode", "name", "--column", "name"]
    for suffix in ("parquet", "csv"):
        source = folder / f"names.{suffix}"
        for workers in _workers(report):
            cost = timed(clean(lexicon, source, folder / f"out.{suffix}", workers, options))
            _row(report, table, f"translit clean, {_named(suffix, workers)}", source, rows, own, burnt, cost)
    peers = (("pyarrow, read and written as it is", "pyarrow", "copy"), ("polars replace, listed names only", "polars", "polars_names"),
             ("pandas map, listed names only", "pandas", "pandas_names"))  # fmt: skip
    for peer, module, made in peers:
        if report.have(peer, module):
            for suffix in ("parquet", "csv"):
                source = folder / f"names.{suffix}"
                cost = timed(by_peer(made, source, folder / f"peer.{suffix}", pairs))
                _row(report, table, f"{peer}, {_named(suffix)}", source, rows, own, burnt, cost)
                if made == "copy":
                    # What files cannot do without, one after the other.
                    both = Cost(own + cost.seconds, burnt + cost.processors, cost.peak)
                    _row(report, table, f"that and the work in memory, {_named(suffix)}", source, rows, own, burnt, both)
    report.show(table)


def build(target: Path, records: Sequence[Record]) -> None:
    """Compile a lexicon."""
    from translit import Lexicon

    Lexicon.build(records).save(target)


def write_names(folder: Path, records: Sequence[Record], rows: int, distinct: int) -> None:
    """Write the column as Parquet and CSV, a million rows at a time."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    drawn = random.Random(SEED)
    forms = list(pairs_of(records))
    names = dict.fromkeys(drawn.sample(forms, min(len(forms), distinct - distinct // 10)))
    while len(names) < distinct:
        names[misspelt(drawn.choice(forms), drawn, 1)] = None
    values = pa.array(list(names))
    numbers = np.random.default_rng(SEED)
    schema = pa.schema([("n", pa.int64()), ("name", pa.string())])
    plain = csv.WriteOptions(quoting_style="needed")
    with (
        parquet.ParquetWriter(folder / "names.parquet", schema) as packed,
        csv.CSVWriter(folder / "names.csv", schema, write_options=plain) as table,
    ):
        for start in range(0, rows, 1_000_000):
            count = min(1_000_000, rows - start)
            column = values.take(pa.array(numbers.integers(0, distinct, count)))
            batch = pa.table([pa.array(np.arange(start, start + count)), column], schema=schema)
            packed.write_table(batch)
            table.write_table(batch)


def names_in_memory(lexicon: Path, source: Path) -> tuple[float, float]:
    """Seconds to clean a table that is in memory already into another one, and seconds of processors."""
    from pyarrow import parquet

    from translit import Lexicon, Normalizer
    from translit.frames import clean

    table = parquet.read_table(source)
    begin, burnt = time.perf_counter(), time.process_time()
    clean(table, column="name", normalizer=Normalizer(Lexicon.load(lexicon)))
    return time.perf_counter() - begin, time.process_time() - burnt


# --- articles --------------------------------------------------------------------------------------------------------


def _articles(report: Report, folder: Path, size: int) -> None:
    records = plain_records(300 if report.settings.smoke else 10_000)
    lexicon, pairs = folder / "articles.translit", folder / "pairs.json"
    fresh(build, lexicon, list(records))
    pairs.write_text(json.dumps(pairs_of(records)), encoding="utf-8")
    fresh(write_articles, folder, list(records), size)
    source = folder / "articles.jsonl"
    megabytes = source.stat().st_size / 1e6
    table = report.table(
        f"Articles, {megabytes:,.0f} MB of JSONL", "", "MB", "seconds", "CPU s", "rows/s", "MB/s", "of in memory",
        "by processor", "peak MB a process", readme=True, note=_note(),
    )  # fmt: skip
    seconds, burnt, read, rows = fresh(articles_in_memory, lexicon, source)
    rate = read / seconds
    report.add(table, "translit, in memory", read / 1e6, seconds, burnt, rows / seconds, rate / 1e6, 1.0, 1.0, None)
    for suffix in ("jsonl", "parquet"):
        for workers in _workers(report):
            source = folder / f"articles.{suffix}"
            cost = timed(clean(lexicon, source, folder / f"out.{suffix}", workers, ["--column", "text"]))
            _article_row(report, table, f"translit clean, {_named(suffix, workers)}", source, megabytes, rate, read / burnt, cost)
    peers = (("polars replace_many, inside words too", "polars", "polars_texts"), ("flashtext2", "flashtext2", "flashtext2"),
             ("daachorse", "daachorse", "daachorse"))  # fmt: skip
    for peer, module, made in peers:
        if report.have(peer, module):
            for suffix in ("jsonl", "parquet"):
                source = folder / f"articles.{suffix}"
                cost = timed(by_peer(made, source, folder / f"peer.{suffix}", pairs))
                _article_row(report, table, f"{peer}, {_named(suffix)}", source, megabytes, rate, read / burnt, cost)
    report.show(table)


def _article_row(report: Report, table: Table, name: str, source: Path, megabytes: float, rate: float, burning: float, cost: Cost) -> None:
    """The text counts as much in each format, whatever its packing; ``rate`` is bytes a second, ``burning`` of processors."""
    rows = int((source.parent / "rows").read_text(encoding="ascii"))
    speed = megabytes / cost.seconds
    size = source.stat().st_size / 1e6
    shares = speed * 1e6 / rate, megabytes * 1e6 / cost.processors / burning
    report.add(table, name, size, cost.seconds, cost.processors, rows / cost.seconds, speed, *shares, cost.peak)


def write_articles(folder: Path, records: Sequence[Record], size: int) -> None:
    """Write the articles as JSONL and Parquet, and how many they are."""
    import pyarrow as pa
    from pyarrow import parquet

    texts = texts_of(records, min(size, UNIQUE_BYTES), changed=0.02, document=ARTICLE)
    schema = pa.schema([("n", pa.int64()), ("text", pa.string())])
    written = number = 0
    with (folder / "articles.jsonl").open("wb") as lines, parquet.ParquetWriter(folder / "articles.parquet", schema) as packed:
        while written < size:
            batch = []
            for text in texts:
                line = json.dumps({"n": number, "text": text}, ensure_ascii=False).encode() + b"\n"
                written += lines.write(line)
                batch.append((number, text))
                number += 1
                if written >= size:
                    break
            packed.write_table(pa.table([*map(list, zip(*batch, strict=True))], schema=schema))
    (folder / "rows").write_text(str(number), encoding="ascii")


def articles_in_memory(lexicon: Path, source: Path) -> tuple[float, float, int, int]:
    """Seconds to clean texts that are in memory already, of clocks and of processors, their bytes in the file, and their number."""
    from translit import Lexicon, Normalizer

    texts, size = [], 0
    with source.open(encoding="utf-8") as stream:
        for line in stream:
            texts.append(json.loads(line)["text"])
            size += len(line.encode())
            if size >= IN_MEMORY_BYTES:
                break
    begin, burnt = time.perf_counter(), time.process_time()
    normalizer = Normalizer(Lexicon.load(lexicon))
    for start in range(0, len(texts), 64):
        normalizer.clean_many(texts[start : start + 64])
    return time.perf_counter() - begin, time.process_time() - burnt, size, len(texts)


# --- frames ----------------------------------------------------------------------------------------------------------


def _kernel(report: Report, folder: Path) -> None:
    """What the kernel costs over the bare matching of the distinct values, with Arrow's own encoding and gather around it."""
    rows, distinct = (20_000, 200) if report.settings.smoke else (1_000_000, 100_000)
    records = plain_records(300 if report.settings.smoke else 100_000)
    lexicon = folder / "kernel.translit"
    fresh(build, lexicon, list(records))
    fresh(write_names, folder, list(records), rows, distinct)
    whole, bare, known = fresh(kernel_and_bare, lexicon, folder / "names.parquet", 2 if report.settings.smoke else report.settings.runs)
    table = report.table(
        f"The kernel of frames on {rows:,} names, {distinct:,} distinct", "", "seconds", "million rows/s", "× bare", readme=True,
        note="Bare: dictionary_encode, match_many of the distinct values, take.",
    )  # fmt: skip
    for name, seconds in (("bare", bare), ("kernel", whole), ("kernel, answers remembered", known)):
        table.rows.append((name, seconds, rows / seconds / 1e6, seconds / bare))
    report.show(table)


def kernel_and_bare(lexicon: Path, source: Path, runs: int) -> tuple[float, float, float]:
    """Seconds of the kernel, of the same by hand, and of the kernel that knows the answers; the least of some runs."""
    import pyarrow as pa
    from pyarrow import parquet

    from translit import Lexicon, Normalizer
    from translit.frames.arrow import Kernel

    column = parquet.read_table(source, columns=["name"]).column(0).combine_chunks()
    opened = Lexicon.load(lexicon)

    def bare() -> object:
        encoded = column.dictionary_encode()
        values = encoded.dictionary.to_pylist()
        found = Normalizer(opened).match_many(values)
        new = [value if match is None else match.canonical for value, match in zip(values, found, strict=True)]
        return pa.array(new).take(encoded.indices)

    kernel = Kernel("name", Normalizer(opened))
    kernel.clean(column)
    contenders: dict[str, Callable[[], object]] = {
        "kernel": lambda: Kernel("name", Normalizer(opened)).clean(column), "bare": bare, "known": partial(kernel.clean, column),
    }  # fmt: skip
    found = interleave(contenders, runs)
    return found["kernel"].low, found["bare"].low, found["known"].low


# --- processes and what they cost ------------------------------------------------------------------------------------


def clean(lexicon: Path, source: Path, target: Path, workers: int, options: Sequence[str]) -> list[str]:
    """The command that cleans a file."""
    arguments = ["clean", str(source), "-o", str(target), "--lexicon", str(lexicon), "--workers", str(workers), *options]
    return [sys.executable, "-c", CLI, *arguments]


def by_peer(name: str, source: Path, target: Path, pairs: Path) -> list[str]:
    """The command by which a peer replaces."""
    return [sys.executable, "-m", "benchmarks.file_peers", name, str(source), str(target), str(pairs)]


def _workers(report: Report) -> list[int]:
    return [n for n in ((1, 2) if report.settings.smoke else (1, 4)) if n <= (os.cpu_count() or 1)]


def _named(suffix: str, workers: int = 1) -> str:
    name = {"csv": "CSV", "jsonl": "JSONL", "parquet": "Parquet"}[suffix]
    return name if workers == 1 else f"{name}, {workers} workers"


def _note() -> str:
    return (
        f"From file to file, whole processes; in memory: without start, reading and writing. To reach: {LEAST_SHARE:.0%} of the rate in "
        f"memory, {MEMORY_LIMIT} MB a process. Files are read, worked on and written by threads beside the matching, so that the seconds "
        "are fewer than those of processors; by processor: the same of the latter, which others on the machine change less."
    )


def _row(report: Report, table: Table, name: str, source: Path, rows: int, own: float, burnt: float, cost: Cost) -> None:
    size, seconds = source.stat().st_size / 1e6, cost.seconds
    shares = own / seconds, burnt / cost.processors
    report.add(table, name, size, seconds, cost.processors, rows / seconds / 1e6, size / seconds, *shares, cost.peak)


# --- Spark -----------------------------------------------------------------------------------------------------------

EXECUTORS = 2
"""Of one core each."""


def _spark(report: Report, folder: Path) -> None:
    """What a row and a distinct name cost on executors, and what that makes for billions of rows."""
    if not report.have("Spark", "pyspark") or not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        return
    rows, distinct = (20_000, 200) if report.settings.smoke else (2_000_000, 20_000)
    records = plain_records(300 if report.settings.smoke else 20_000)
    lexicon, source = folder / "spark.translit", folder / "names.parquet"
    fresh(build, lexicon, list(records))
    fresh(write_names, folder, list(records), rows, distinct)
    table = report.table(
        f"Spark on {EXECUTORS} executors of one core, {rows:,} names of Parquet", "", "seconds", "µs of a core a row", readme=True,
        note="Untouched: the batches go through Python and back. Remembered: the names were met before, as most are in a large job.",
    )  # fmt: skip
    untouched, first, known = fresh(spark_seconds, lexicon, source)
    each = [seconds * EXECUTORS / rows for seconds in (untouched, first, known)]
    for name, seconds, cost in zip(("untouched", "translit", "translit, remembered"), (untouched, first, known), each, strict=True):
        table.rows.append((name, seconds, cost * 1e6))
    report.show(table)
    # Each of the workers matches what it meets for the first time.
    match = max(0.0, first - known) / distinct
    worked = report.table(
        "Core hours on Spark, worked out from these rates", "", "reading and gathering", "matching", "together", readme=True,
        note="Each worker matches every distinct name that it meets, or one does, where distinct names are matched and joined.",
    )  # fmt: skip
    for billions, names, workers in ((1, 100_000, 16), (10, 100_000, 64), (10, 10_000_000, 1)):
        gather, asked = billions * 1e9 * each[2] / 3600, names * match * workers / 3600
        how = f"each asked by {workers} workers" if workers > 1 else "each asked once, without the join"
        worked.rows.append((f"{billions} billion rows, {names:,} distinct names, {how}", gather, asked, gather + asked))
    report.show(worked)


def spark_seconds(lexicon: Path, source: Path) -> tuple[float, float, float]:
    """Seconds of a job that changes nothing, of one that cleans, and of one that cleans again."""
    from pyspark.sql import SparkSession

    from translit import Lexicon, Normalizer
    from translit.frames import spark

    os.environ |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
    root = str(Path(__file__).resolve().parent.parent)
    builder = SparkSession.builder.master(f"local-cluster[{EXECUTORS},1,1024]").appName("benchmark")
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.executorEnv.PYTHONPATH": root,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    frame = session.read.parquet(str(source)).repartition(4 * EXECUTORS).cache()
    frame.count()
    normalizer = Normalizer(Lexicon.load(lexicon))

    def seconds(job: Any) -> float:
        begin = time.perf_counter()
        job.write.format("noop").mode("overwrite").save()
        return time.perf_counter() - begin

    untouched = frame.mapInArrow(_same, frame.schema)
    seconds(untouched)
    cleaned = spark.clean(frame, column="name", normalizer=normalizer)
    found = seconds(untouched), seconds(cleaned), seconds(cleaned)
    session.stop()
    return found


def _same(batches: Iterator[Any]) -> Iterator[Any]:
    yield from batches
