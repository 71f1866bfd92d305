"""What people would run over files instead: ``python -m benchmarks.file_peers NAME SOURCE TARGET PAIRS``, a process of its own.

Each replaces what a table lists, letter for letter: nothing else, and so less than translit.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from benchmarks.speed import Replace, daachorse, flashtext2

Pairs = Mapping[str, str]
LINES = 1_000
"""Articles that are replaced together."""


def polars_names(source: str, target: str, pairs: Pairs) -> None:
    """Polars' replace of whole values, streaming."""
    import polars as pl

    column = pl.col("name").replace(list(pairs), list(pairs.values()))
    _polars(pl, source, target, column)


def polars_texts(source: str, target: str, pairs: Pairs) -> None:
    """Polars' replace_many, streaming; inside words, too."""
    import polars as pl

    column = pl.col("text").str.replace_many(list(pairs), list(pairs.values()))
    _polars(pl, source, target, column)


def _polars(pl: Any, source: str, target: str, column: Any) -> None:
    scan, sink = {
        "csv": (pl.scan_csv, "sink_csv"), "parquet": (pl.scan_parquet, "sink_parquet"), "jsonl": (pl.scan_ndjson, "sink_ndjson"),
    }[source.rpartition(".")[2]]  # fmt: skip
    getattr(scan(source).with_columns(column), sink)(target)


def pandas_names(source: str, target: str, pairs: Pairs) -> None:
    """A pandas map of whole values, the file in memory."""
    import pandas as pd

    frame = pd.read_csv(source) if source.endswith(".csv") else pd.read_parquet(source)
    frame["name"] = frame["name"].map(pairs).fillna(frame["name"])
    if target.endswith(".csv"):
        frame.to_csv(target, index=False)
    else:
        frame.to_parquet(target)


def _texts(replace: Replace) -> Callable[[str, str], None]:
    """Articles replaced as scripts do it: JSONL line by line, Parquet batch by batch."""

    def run(source: str, target: str) -> None:
        if source.endswith(".parquet"):
            _parquet(replace, source, target)
            return
        with open(source, encoding="utf-8") as lines, open(target, "w", encoding="utf-8") as out:
            for batch in _batches(lines):
                for row, text in zip(batch, replace([row["text"] for row in batch]), strict=True):
                    row["text"] = text
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")

    return run


def _batches(lines: Any) -> Iterator[list[dict[str, Any]]]:
    held = []
    for line in lines:
        held.append(json.loads(line))
        if len(held) == LINES:
            yield held
            held = []
    yield held


def _parquet(replace: Replace, source: str, target: str) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    file = parquet.ParquetFile(source)
    with parquet.ParquetWriter(target, file.schema_arrow) as writer:
        for batch in file.iter_batches(LINES):
            place = batch.schema.get_field_index("text")
            writer.write_batch(batch.set_column(place, "text", pa.array(replace(batch.column(place).to_pylist()), pa.string())))


def copy(source: str, target: str, pairs: Pairs) -> None:
    """No replacement at all: what reading and writing cost."""
    if source.endswith(".parquet"):
        _parquet_copy(source, target)
        return
    import pyarrow as pa
    from pyarrow import csv

    read = csv.open_csv(source)
    with csv.CSVWriter(target, read.schema, write_options=csv.WriteOptions(quoting_style="needed")) as writer:
        for batch in read:
            writer.write_table(pa.Table.from_batches([batch]))


def _parquet_copy(source: str, target: str) -> None:
    from pyarrow import parquet

    file = parquet.ParquetFile(source)
    with parquet.ParquetWriter(target, file.schema_arrow) as writer:
        for group in range(file.num_row_groups):
            writer.write_table(file.read_row_group(group))


PEERS: Mapping[str, Callable[[str, str, Pairs], None]] = {
    "copy": copy,
    "polars_names": polars_names,
    "pandas_names": pandas_names,
    "polars_texts": polars_texts,
    "flashtext2": lambda source, target, pairs: _texts(flashtext2(dict(pairs)))(source, target),
    "daachorse": lambda source, target, pairs: _texts(daachorse(dict(pairs)))(source, target),
}

if __name__ == "__main__":
    name, source, target, pairs = sys.argv[1:]
    with open(pairs, encoding="utf-8") as stream:
        PEERS[name](source, target, json.load(stream))
