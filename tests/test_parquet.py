"""Parquet: what is not answered stays as it is packed, and files of every writer are read by every reader again."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import translit
from translit.errors import InputError
from translit.files import thrift
from translit.files.base import Task
from translit.files.run import Job, Options, Summary, run

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
ROWS = 3000
NAMES = ["Panjsjir", "Punjir", None, "nobody", "Kaboul"]
ANSWERS = {"Panjsjir": "Panjshir", "Punjir": "Panjshir", "Kaboul": "Kabul"}
RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir"]},
    {"id": "place:kabul", "canonical": "Kabul", "kind": "place", "variants": ["Kaboul"]},
]
NAMED = Task("name", ("name",))


@pytest.fixture(scope="module")
def engine() -> translit.Normalizer:
    return translit.Normalizer(translit.Lexicon.build(RECORDS))


def table(rows: int = ROWS) -> Any:
    """Columns of many types beside the names."""
    day = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    return pa.table(
        {
            "n": pa.array(range(rows), pa.int32()),
            "name": pa.array((NAMES * rows)[:rows]),
            "price": [decimal.Decimal(n) / 100 for n in range(rows)],
            "when": pa.array([day + datetime.timedelta(hours=n) for n in range(rows)], pa.timestamp("us", "UTC")),
            "nested": [{"a": n, "b": [{"c": str(n)}]} for n in range(rows)],
            "words": [["x"] * (n % 4) if n % 7 else None for n in range(rows)],
            "bytes": [b"\xff\x00"] * rows,
        }
    ).replace_schema_metadata({"made": "by hand"})


Write = Callable[[Any, Path], object]


def by_pyarrow(**settings: object) -> Write:
    return lambda data, path: pq.write_table(data, path, row_group_size=1000, **settings)


def by_duckdb(options: str) -> Write:
    def write(data: object, path: Path) -> None:
        duckdb = pytest.importorskip("duckdb")
        with duckdb.connect() as con:
            con.register("data", data)
            con.execute(f"COPY data TO '{path}' (ROW_GROUP_SIZE 2048{options})")

    return write


def by_polars(data: Any, path: Path) -> None:
    pytest.importorskip("polars").from_arrow(data).write_parquet(path, row_group_size=1000)


WRITERS: dict[str, Write] = {
    "pyarrow": by_pyarrow(),
    "pyarrow, version 1": by_pyarrow(version="1.0", use_deprecated_int96_timestamps=True, use_dictionary=False),
    "pyarrow, indexes": by_pyarrow(write_page_index=True, data_page_size=500, data_page_version="2.0", compression="zstd"),
    "DuckDB": by_duckdb(""),
    "DuckDB, version 2": by_duckdb(", PARQUET_VERSION v2, COMPRESSION zstd"),
    "Polars": by_polars,
}


def cleaned(engine: translit.Normalizer, source: Path, task: Task = NAMED, workers: int = 1) -> tuple[Path, Summary]:
    target = source.with_name("out.parquet")
    return target, run([Job(str(source), "parquet", str(target))], task, engine, Options(workers=workers))


def packed(path: Path) -> list[list[tuple[str, bytes]]]:
    """The bytes of each column chunk, by row group, with the path of its column."""
    data, meta = path.read_bytes(), pq.read_metadata(path)
    groups = [meta.row_group(place) for place in range(meta.num_row_groups)]
    found = []
    for group in groups:
        columns = [group.column(place) for place in range(group.num_columns)]
        starts = [c.data_page_offset if c.dictionary_page_offset is None else c.dictionary_page_offset for c in columns]
        found.append([(c.path_in_schema, data[at : at + c.total_compressed_size]) for c, at in zip(columns, starts, strict=True)])
    return found


@pytest.mark.parametrize("add", [(), ("id", "confidence", "original")])
@pytest.mark.parametrize("mode", ["name", "text"])
@pytest.mark.parametrize("writer", WRITERS)
def test_other_columns_are_copied_and_every_reader_reads_them(
    engine: translit.Normalizer, tmp_path: Path, writer: str, mode: Any, add: tuple[str, ...]
) -> None:
    source = tmp_path / "in.parquet"
    WRITERS[writer](table(), source)
    target, counts = cleaned(engine, source, Task(mode, ("name",), add if mode == "name" else add[-1:]))
    assert (counts.rows, counts.changed) == (ROWS, 3 * ROWS // 5)
    before, after = pq.read_table(source), pq.read_table(target)
    expected = [ANSWERS.get(name, name) for name in before.column("name").to_pylist()]
    assert after.column("name").to_pylist() == expected
    assert after.select(before.schema.names).schema.equals(before.schema, check_metadata=True)
    others = [name for name in before.schema.names if name != "name"]
    assert after.select(others).equals(before.select(others))
    for old, new in zip(packed(source), packed(target), strict=True):
        assert [chunk for chunk in new[: len(old)] if chunk[0] != "name"] == [chunk for chunk in old if chunk[0] != "name"]
    duckdb, pl = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    chosen = [n for n, name in enumerate(expected) if name == "Kabul" and n > ROWS // 2]
    found = duckdb.sql(f"SELECT n FROM '{target}' WHERE name = 'Kabul' AND n > {ROWS // 2} ORDER BY n").fetchall()
    assert [row[0] for row in found] == chosen
    scan = pl.scan_parquet(target).filter(pl.col("name") == "Kabul", pl.col("n") > ROWS // 2).select("n")
    assert sorted(scan.collect().to_series().to_list()) == chosen


def test_bloom_filters_of_other_columns_are_kept(engine: translit.Normalizer, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    source = tmp_path / "in.parquet"
    data = pa.table({"name": (NAMES * ROWS)[:ROWS], "code": [f"c{n % 50}" for n in range(ROWS)]})
    by_duckdb("")(data, source)
    target, _ = cleaned(engine, source)

    def excluded(path: Path, column: str, value: str) -> list[bool]:
        probe = f"SELECT bloom_filter_excludes FROM parquet_bloom_probe('{path}', '{column}', '{value}')"
        return [row[0] for row in duckdb.sql(probe).fetchall()]

    assert excluded(source, "code", "nothing") == excluded(target, "code", "nothing") == [True, True]
    assert excluded(target, "code", "c7") == [False, False]
    # The names are others now.
    assert excluded(target, "name", "Kabul") == [False, False]


def test_statistics_of_answered_columns_are_those_of_pyarrow(engine: translit.Normalizer, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    columns = {"name": [*NAMES, None, "é", "z" * 5000, "a", None], "n": range(10)}
    pq.write_table(pa.table({name: pa.array(values) for name, values in columns.items()}), source, row_group_size=2)
    target, _ = cleaned(engine, source, Task("name", ("name",), ("id",)))
    again = tmp_path / "again.parquet"
    pq.write_table(pq.read_table(target), again, row_group_size=2)

    def told(path: Path) -> list[tuple[object, ...]]:
        meta = pq.read_metadata(path)
        found = (meta.row_group(group).column(column).statistics for group in range(5) for column in range(3))
        return [(s.has_min_max, s.min, s.max, s.null_count) for s in found]

    assert told(target) == told(again)


def test_a_row_group_with_rejects_is_written_anew_and_no_other(engine: translit.Normalizer, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    data = table()
    bad = [name and name.encode() for name in data.column("name").to_pylist()]
    bad[1500] = b"\xff"
    raw = pa.array(bad, pa.binary())
    data = data.set_column(1, "name", pa.Array.from_buffers(pa.string(), len(raw), raw.buffers()))
    pq.write_table(data, source, row_group_size=1000, store_decimal_as_integer=True)
    target, counts = cleaned(engine, source)
    assert (counts.rejected, counts.written) == (1, ROWS - 1)
    after = pq.read_table(target)
    others = [name for name in data.schema.names if name != "name"]
    left = pa.concat_tables([data.slice(0, 1500), data.slice(1501)])
    assert after.select(others).equals(left.select(others))
    same = [
        [chunk[0] != "name" and chunk == old for chunk, old in zip(*pair, strict=True)]
        for pair in zip(packed(target), packed(source), strict=True)
    ]
    assert [sum(group) for group in same] == [len(same[0]) - 1, 0, len(same[0]) - 1]


@pytest.mark.parametrize("workers", [1, 2])
def test_order_that_no_longer_holds_is_not_told(engine: translit.Normalizer, tmp_path: Path, workers: int) -> None:
    source = tmp_path / "in.parquet"
    order = [pq.SortingColumn(0), pq.SortingColumn(1), pq.SortingColumn(2)]
    pq.write_table(table(), source, sorting_columns=order)
    target, _ = cleaned(engine, source, workers=workers)
    assert pq.read_metadata(target).row_group(0).sorting_columns == (pq.SortingColumn(0),)


def test_encrypted_files_are_told(engine: translit.Normalizer, tmp_path: Path) -> None:
    source = tmp_path / "in.parquet"
    pq.write_table(table(10), source)
    data = source.read_bytes()
    length = int.from_bytes(data[-8:-4], "little")
    footer, _ = thrift.read_struct(data[-8 - length : -8])
    footer[8] = thrift.Field(thrift.STRUCT, {1: thrift.Field(thrift.STRUCT, {})})
    new = thrift.write_struct(footer)
    source.write_bytes(data[: -8 - length] + new + len(new).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(InputError, match="an encrypted Parquet file; decrypt it first"):
        cleaned(engine, source)


# --- thrift ----------------------------------------------------------------------------------------------------------

WHOLE = st.integers(-(2**63), 2**63 - 1)
FIELDS = st.one_of(
    st.sampled_from([thrift.Field(thrift.TRUE, None), thrift.Field(thrift.FALSE, None), thrift.Field(thrift.BYTE, 200)]),
    st.builds(thrift.Field, st.sampled_from([thrift.I16, thrift.I32, thrift.I64]), WHOLE),
    st.builds(thrift.Field, st.just(thrift.BINARY), st.binary(max_size=20)),
    st.builds(thrift.Field, st.just(thrift.DOUBLE), st.binary(min_size=8, max_size=8)),
    st.builds(thrift.Field, st.just(thrift.LIST), st.builds(thrift.Items, st.just(thrift.I64), st.lists(WHOLE, max_size=40))),
)
NUMBERS = st.integers(1, 2**15 - 1)
STRUCTS = st.recursive(
    st.dictionaries(NUMBERS, FIELDS, max_size=5),
    lambda inner: st.dictionaries(
        NUMBERS,
        st.one_of(
            st.builds(thrift.Field, st.just(thrift.STRUCT), inner),
            st.builds(thrift.Field, st.just(thrift.LIST), st.builds(thrift.Items, st.just(thrift.STRUCT), st.lists(inner, max_size=3))),
        ),
        max_size=3,
    ),
    max_leaves=10,
)


@given(STRUCTS, st.binary(max_size=5))
def test_structs_are_read_as_they_were_written(struct: thrift.Struct, more: bytes) -> None:
    data = thrift.write_struct(struct)
    assert thrift.read_struct(data + more) == (struct, len(data))


@given(st.one_of(st.binary(max_size=100), STRUCTS.map(lambda struct: thrift.write_struct(struct)[:-1])))
def test_what_is_no_struct_is_an_error(data: bytes) -> None:
    try:
        _, size = thrift.read_struct(data)
    except ValueError:
        return
    assert size <= len(data)
