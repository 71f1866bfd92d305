"""Files through an engine: every format, packed and not, on one and on many processes."""

from __future__ import annotations

import csv
import dataclasses
import gzip
import io
import itertools
import json
import random
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import translit
from translit import limits, native
from translit.errors import InputError, TranslitError
from translit.files.atomic import AtomicFile
from translit.files.base import Position, Task, UsageError, format_of, formats
from translit.files.csv_fields import split_fields, value_of
from translit.files.inputs import Input
from translit.files.json_members import json_members
from translit.files.run import Job, Options, Summary, run

RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir", "پنجشیر"]},
    {"id": "person:massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud"]},
    {"id": "place:kabul", "canonical": "Kabul", "kind": "place", "variants": ["Kaboul"]},
    {"id": "place:quote", "canonical": 'Kot "A", B', "kind": "place", "variants": ["Kotab"]},
]


@pytest.fixture(scope="module")
def engine() -> translit.Normalizer:
    return translit.Normalizer(translit.Lexicon.build(RECORDS))


Runner = Callable[..., tuple[bytes, Summary, list[dict[str, object]], list[dict[str, object]]]]


@pytest.fixture
def convert(tmp_path: Path, engine: translit.Normalizer) -> Runner:
    """Run bytes through the engine; output, counts, audit and rejects."""

    def run_bytes(
        data: bytes, name: str, task: Task, workers: int = 1, out: str = ""
    ) -> tuple[bytes, Summary, list[dict[str, object]], list[dict[str, object]]]:
        source, target = tmp_path / name, tmp_path / f"out-{out or name}"
        source.write_bytes(data)
        audit, rejects = tmp_path / "audit.jsonl", tmp_path / "rejects.jsonl"
        options = Options(str(audit), str(rejects), workers=workers)
        counts = run([Job(str(source), format_of(name).name, str(target))], task, engine, options)
        assert counts.rows == counts.written + counts.rejected
        return target.read_bytes(), counts, lines(audit), lines(rejects)

    return run_bytes


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


TEXT = Task(audit=True)
COLUMN = Task(columns=("a",), audit=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("🙂🏔️👍🏽", "🙂🏔️👍🏽"),
        ("in Panjsjir\r\nand Kaboul", "in Panjshir\r\nand Kabul"),
        ("in Panjsjir\rand Kaboul\r", "in Panjshir\rand Kabul\r"),
        ("\ufeffPanjsjir\n\n\n", "\ufeffPanjshir\n\n\n"),
        ("Achmad\nMassud", "Achmad\nMassud"),
        ("a\x00b Kaboul\x85\u2028", "a\x00b Kabul\x85\u2028"),
    ],
)
def test_text_keeps_everything_else(convert: Runner, before: str, after: str) -> None:
    output, _, audit, _ = convert(before.encode(), "a.txt", TEXT)
    # Whether a name goes on in the next line is the engine's to say.
    if before != "Achmad\nMassud":
        assert output.decode() == after
    assert undone(output.decode(), audit) == before


def undone(text: str, audit: list[dict[str, object]]) -> str:
    """Take the changes of one document back, by its audit lines alone."""
    parts, done, shift = [], 0, 0
    for line in audit:
        start = int(str(line["start"])) + shift
        new, old = str(line["replacement"]), str(line["input"])
        assert text[start : start + len(new)] == new
        parts += [text[done:start], old]
        done = start + len(new)
        shift += len(new) - len(old)
    return "".join([*parts, text[done:]])


@pytest.mark.parametrize(
    ("data", "offset"),
    [(b"\xff", 0), (b"abc\xc3", 3), (b"Kaboul \xed\xa0\x80", 7), (b"x" * ((1 << 20) - 1) + b"\xe2\x82", (1 << 20) - 1)],
)
def test_text_that_is_not_utf8_says_where_and_writes_nothing(tmp_path: Path, engine: translit.Normalizer, data: bytes, offset: int) -> None:
    source, target = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_bytes(data)
    with pytest.raises(InputError, match=f"byte offset {offset};"):
        run([Job(str(source), "text", str(target))], TEXT, engine)
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("end", ["\n\n", "\r\n\r\n", "\n", " ", ""])
def test_a_very_long_text_is_cut_between_paragraphs(tmp_path: Path, end: str) -> None:
    word = "Panjsjiré" * 11 + end
    data = (word * (2 * limits.MAX_DOCUMENT_BYTES // len(word.encode()) + 10)).encode()
    (tmp_path / "a.txt").write_bytes(data)
    chunks = list(formats()["text"].read(Input(str(tmp_path / "a.txt")), TEXT, Position()))
    pieces = [bytes(chunk.data) for chunk in chunks]  # type: ignore[call-overload]
    assert b"".join(pieces) == data
    assert len(pieces) == 3
    assert all(len(piece) <= limits.MAX_DOCUMENT_BYTES for piece in pieces)
    assert all(piece.decode().endswith(end) for piece in pieces[:-1])
    assert [chunk.start.rows for chunk in chunks][1] == len(pieces[0].decode())


def test_a_long_text_has_offsets_of_the_whole_document(convert: Runner) -> None:
    text = ("é" * 99 + " Panjsjir.\n\n") * (limits.MAX_DOCUMENT_BYTES // 150)
    output, counts, audit, _ = convert(text.encode(), "a.txt", TEXT)
    assert counts.rows == 2
    assert undone(output.decode(), audit) == text
    assert len(audit) == text.count("Panjsjir")


def test_names_one_a_line(convert: Runner) -> None:
    output, _, audit, _ = convert(b"Punjir\r\nnobody\n\nKaboul", "a.txt", Task("name", audit=True))
    assert output == b"Panjshir\r\nnobody\n\nKabul"
    assert [line["start"] for line in audit] == [0, 16]


# --- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a,b\nPanjsjir,Panjsjir\n", "a,b\nPanjshir,Panjsjir\n"),
        ('"a",b\r\n"Panjsjir",Panjsjir', '"a",b\r\n"Panjshir",Panjsjir'),
        ('b,a\n"x ""y""","Panjsjir\nKaboul"\n', 'b,a\n"x ""y""","Panjshir\nKabul"\n'),
        ("a,b\r,\rPunjir,\r", "a,b\r,\rPanjshir,\r"),
        ('\ufeffa,b\n\n  Punjir ,""\n\n', '\ufeffa,b\n\n  Panjshir ,""\n\n'),
        ("a\nKotab\n", 'a\n"Kot ""A"", B"\n'),
        ('a,b\n"Punjir" ,5" pipe\n', 'a,b\n"Panjshir ",5" pipe\n'),
        ("a,b\n", "a,b\n"),
        ("", ""),
    ],
)
def test_csv_keeps_quotes_and_line_ends(convert: Runner, before: str, after: str) -> None:
    output, _, _, rejects = convert(before.encode(), "a.csv", COLUMN)
    assert (output.decode(), rejects) == (after, [])


@given(
    rows=st.lists(st.lists(st.text(st.sampled_from('aé ,;\t"\n\r\0x'), max_size=6), min_size=2, max_size=2), max_size=4),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from([",", "\t", ";"]),
)
@settings(max_examples=300, deadline=None)
def test_csv_fields_are_those_of_the_csv_module(rows: list[list[str]], quoting: int, end: str, delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator=end, delimiter=delimiter).writerows(rows)  # type: ignore[arg-type]
    for row in rows:
        one = io.StringIO(newline="")
        csv.writer(one, quoting=quoting, lineterminator="", delimiter=delimiter).writerow(row)  # type: ignore[arg-type]
        assert [value_of(field) for field in split_fields(one.getvalue(), delimiter)] == row


@given(body=st.text(st.sampled_from('ab,"'), max_size=12))
@settings(max_examples=500, deadline=None)
def test_csv_reads_odd_quotes_as_the_csv_module(body: str) -> None:
    fields = split_fields(body, ",")
    assert ",".join(fields) == body
    assert [value_of(field) for field in fields] == next(csv.reader([body]), [""]) or body == ""


class Echo:
    """An engine that knows no name."""

    def find_many(self, texts: object) -> list[list[translit.Mention]]:
        return [[] for _ in texts]  # type: ignore[attr-defined]

    def match_many(self, names: object) -> list[translit.Match | None]:
        return [None for _ in names]  # type: ignore[attr-defined]


def pieces(data: bytes, name: str, task: Task, folder: Path) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Output and rejected rows with their offsets, the engine changing nothing."""
    source, target, rejects = folder / name, folder / "out", folder / "rejects"
    source.write_bytes(data)
    run([Job(str(source), format_of(name).name, str(target))], task, Echo(), Options(rejects=str(rejects)))
    left = [(int(str(line["offset"])), str(line["raw"]).encode("utf-8", "surrogateescape")) for line in lines(rejects)]
    return target.read_bytes(), left


def rejoined(kept: bytes, left: list[tuple[int, bytes]]) -> bytes:
    whole, done = b"", 0
    for offset, raw in left:
        part = kept[done : done + offset - len(whole)]
        done += len(part)
        whole += part + raw
    return whole + kept[done:]


_NASTY = st.lists(
    st.sampled_from([b"a", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b"\xff", b"\xc3\xa9", b"x,y\n", b'"x","y"\n', b"\0"]),
    max_size=25,
).map(b"".join)


@given(data=_NASTY)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_csv_loses_no_byte(tmp_path: Path, data: bytes) -> None:
    data = b"a,b\n" + data
    assert rejoined(*pieces(data, "a.csv", Task(columns=("a",)), tmp_path)) == data


_JUNK = st.sampled_from([b"{", b"}", b'"a"', b":", b"1", b",", b"\n", b" ", b"\xff", b"[", b"]", b'{"a":"x"}\n', b"\r"])


@given(data=st.lists(_JUNK, max_size=25).map(b"".join))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_jsonl_loses_no_byte(tmp_path: Path, data: bytes) -> None:
    assert rejoined(*pieces(data, "a.jsonl", Task(columns=("a",)), tmp_path)) == data


BROKEN_CSV = [
    (b"1\n", "1 fields instead of 2"),
    (b"1,2,3\n", "3 fields instead of 2"),
    (b"\xff,2\n", "invalid UTF-8: byte 0xff at byte offset"),
    (b'"never ends,2\n', "a quoted field that does not end"),
    (b'1,"never ends\n', "a quoted field that does not end"),
]


def test_a_broken_csv_row_takes_no_other_row_with_it(convert: Runner) -> None:
    good = [b"Panjsjir,%d\n" % i for i in range(20)]
    for bad, reason in BROKEN_CSV:
        data = b"a,b\n" + b"".join(good[:10]) + bad + b'"Kaboul","x"\n' + b"".join(good[10:])
        output, counts, audit, rejects = convert(data, "a.csv", COLUMN)
        assert output.decode() == "a,b\n" + "".join(f"Panjshir,{i}\n" for i in range(10)) + '"Kabul","x"\n' + "".join(
            f"Panjshir,{i}\n" for i in range(10, 20)
        )
        assert (counts.rows, counts.rejected) == (22, 1)
        assert [(r["row"], r["line"], r["offset"]) for r in rejects] == [(10, 12, 4 + 11 * 10)]
        assert str(rejects[0]["reason"]).startswith(reason)
        assert [line["doc"] for line in audit] == [*range(10), *range(11, 22)]


def test_added_columns(convert: Runner) -> None:
    task = Task("name", ("a",), ("id", "kind", "confidence", "method", "original"))
    output, _, _, _ = convert(b'"b","a"\n1,"Punjir"\n2,nobody\n3,\n', "a.csv", task)
    rows = list(csv.reader(io.StringIO(output.decode())))
    assert rows[0] == ["b", "a", "a_id", "a_kind", "a_confidence", "a_method", "a_original"]
    assert rows[1][:4] + rows[1][5:] == ["1", "Panjshir", "place:panjshir", "place", "exact", "Punjir"]
    assert rows[2:] == [["2", "nobody", "", "", "", "", "nobody"], ["3", "", "", "", "", "", ""]]
    output, _, _, _ = convert(b'{"b": 1, "a": "Punjir"}\n{"a":null}\n{}\n{"a":"nobody" }', "a.jsonl", task)
    first, second, third, fourth = map(json.loads, output.splitlines())
    assert list(first) == ["b", "a", "a_id", "a_kind", "a_confidence", "a_method", "a_original"]
    assert first["a_id"] == "place:panjshir"
    assert 0.9 < first["a_confidence"] <= 1
    assert second["a_id"] is third["a_id"] is fourth["a_id"] is None
    assert fourth["a_original"] == "nobody"


@pytest.mark.parametrize(
    ("name", "header", "task"),
    [
        ("a.csv", b"x,y\n1,2\n", Task(columns=("z",))),
        ("a.csv", b"x,x\n1,2\n", Task(columns=("x",))),
        ("a.csv", b"x,x_id\n1,2\n", Task("name", ("x",), ("id",))),
        ("a.csv", b"x,y\n1,2\n", Task()),
        ("a.jsonl", b"{}\n", Task()),
        ("a.txt", b"x", Task(columns=("x",))),
    ],
)
def test_a_task_that_does_not_fit_the_file(convert: Runner, name: str, header: bytes, task: Task) -> None:
    with pytest.raises(UsageError):
        convert(header, name, task)


def test_the_wrong_delimiter_is_named(convert: Runner) -> None:
    with pytest.raises(UsageError, match="split by ';'"):
        convert(b"x;y\n1;2\n", "a.csv", Task(columns=("x",)))
    assert convert(b"x;a\n1;Punjir\n", "a.csv", Task(columns=("a",), delimiter=";"))[0] == b"x;a\n1;Panjshir\n"


# --- JSONL -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a":"Punjir"}', '{"a":"Panjshir"}'),
        (' { "b" : 1.50e+0 ,"a" :\t"Punjir" } \r\n\n', ' { "b" : 1.50e+0 ,"a" :\t"Panjshir" } \r\n\n'),
        (
            '{"a":"caf\\u00e9 Punjir","b":"Punjir \\/"}\n',
            '{"a":"caf\\u00e9 Panjshir","b":"Punjir \\/"}\n',
        ),
        ('{"a":"é Punjir","a":["Punjir"],"c":{"a":"Punjir"}}\n', '{"a":"é Panjshir","a":["Punjir"],"c":{"a":"Punjir"}}\n'),
        ('{"a":null}\n{"a":3}\n{"b":NaN}\n', '{"a":null}\n{"a":3}\n{"b":NaN}\n'),
        ('{"a":"\\ud800 Punjir"}\n', '{"a":"\\ud800 Panjshir"}\n'),
        ('{"b":' + "9" * 10_000 + ',"a":"Punjir"}\n', '{"b":' + "9" * 10_000 + ',"a":"Panjshir"}\n'),
        ("", ""),
    ],
)
def test_jsonl_keeps_everything_else(convert: Runner, before: str, after: str) -> None:
    output, _, _, rejects = convert(before.encode(), "a.jsonl", COLUMN)
    assert (output.decode(), rejects) == (after, [])


def test_jsonl_inner_keys(convert: Runner) -> None:
    before = '{"p":{"q":"Punjir","a":"Punjir"},"p.q":"Kaboul"}\n'
    output, _, audit, _ = convert(before.encode(), "a.jsonl", Task(columns=("p.q", "a"), audit=True))
    assert output.decode() == '{"p":{"q":"Panjshir","a":"Punjir"},"p.q":"Kabul"}\n'
    assert {line["column"] for line in audit} == {"p.q"}


BROKEN_JSONL = [
    (b'{"a":"x"', "broken JSON: expected ',' or '}'"),
    (b'{"a":}', "broken JSON: expected a value"),
    (b'{"a" "x"}', "broken JSON: expected ':'"),
    (b"{'a':'x'}", "broken JSON: expected a key"),
    (b'{"a":"x",}', "broken JSON: expected a key"),
    (b'{"a":"x"} {}', "broken JSON: text after the object"),
    (b'{"a":"x', "broken JSON: Unterminated string"),
    (b'{"a":"\\x"}', "broken JSON: Invalid \\escape"),
    (b'{"a":"\x01"}', "broken JSON: Invalid control character"),
    (b'{"a":"\xe9"}', "invalid UTF-8: byte 0xe9 at byte offset"),
    (b'["x"]', "not a JSON object"),
    (b'{"b":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "nested too deep"),
    (b"hello", "broken JSON"),
]


def test_ten_thousand_rows_with_broken_ones_add_up(convert: Runner) -> None:
    rows = [b'{"a":"Punjir %d"}\n' % i for i in range(10_000)]
    bad = {100 * i + i: BROKEN_JSONL[i % len(BROKEN_JSONL)] for i in range(99)}
    for row, (line, _) in bad.items():
        rows[row] = line + b"\n"
    for workers in (1, 2):
        output, counts, audit, rejects = convert(b"".join(rows), "a.jsonl", COLUMN, workers)
        good = [i for i in range(10_000) if i not in bad]
        assert output == b"".join(b'{"a":"Panjshir %d"}\n' % i for i in good)
        assert (counts.rows, counts.written, counts.rejected) == (10_000, 9_901, 99)
        assert [line["doc"] for line in audit] == good
        assert [(r["row"], r["line"]) for r in rejects] == [(row, row + 1) for row in bad]
        for reject in rejects:
            assert str(reject["reason"]).startswith(bad[int(str(reject["row"]))][1])


def test_over_long_rows_are_rejects(convert: Runner) -> None:
    long = b"x" * (limits.MAX_ROW_BYTES + limits.CHUNK_BYTES)
    for name, head in (("a.jsonl", b""), ("a.csv", b"a\n")):
        good = b'{"a":"Punjir"}\n' if name == "a.jsonl" else b"Punjir\n"
        output, counts, _, rejects = convert(head + good + long + b"\n" + good, name, COLUMN)
        assert output == head + 2 * good.replace(b"Punjir", b"Panjshir")
        assert (counts.rows, counts.rejected) == (3, 1)
        assert [(r["row"], r["offset"], "raw" in r) for r in rejects] == [(1, len(head + good), False)]


def test_strict_stops_at_the_first(tmp_path: Path, engine: translit.Normalizer) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"a":"Punjir"}\n{\n')
    job = Job(str(tmp_path / "a.jsonl"), "jsonl", str(tmp_path / "b.jsonl"))
    with pytest.raises(InputError, match=r"a\.jsonl:2: row 1 at byte 15: broken JSON"):
        run([job], COLUMN, engine, Options(strict=True))
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


_json = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(rows=st.lists(st.dictionaries(st.sampled_from(["a", "b", "é"]), _json), max_size=5), ascii_=st.booleans(),
       indent=st.sampled_from([(",", ":"), (", ", ": ")]))  # fmt: skip
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_jsonl_changes_only_the_named_strings(
    tmp_path: Path, engine: translit.Normalizer, rows: list[dict[str, object]], ascii_: bool, indent: tuple[str, str]
) -> None:
    encoder = json.JSONEncoder(ensure_ascii=ascii_, separators=indent)
    for row in rows:
        if isinstance(row.get("a"), str):
            row["a"] = f"{row['a']} Panjsjir"
    data = "".join(encoder.encode(row) + "\n" for row in rows).encode("utf-8", "surrogatepass")
    (tmp_path / "a.jsonl").write_bytes(data)
    run([Job(str(tmp_path / "a.jsonl"), "jsonl", str(tmp_path / "b"))], Task(columns=("a",)), engine)
    for row in rows:
        if isinstance(row.get("a"), str):
            row["a"] = engine.clean(str(row["a"]))
    assert [json.loads(line) for line in (tmp_path / "b").read_bytes().split(b"\n")[:-1]] == rows


# --- Parquet ---------------------------------------------------------------------------------------------------------

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def table(rows: int = 1000) -> object:
    names = ["Panjsjir", "Punjir", None, "nobody", "nowhere"] * (rows // 5)
    return pa.table(
        {
            "n": pa.array(range(rows), pa.int16()),
            "a": pa.array(names),
            "d": pa.array(names).dictionary_encode(),
            "big": pa.array(names, pa.large_string()),
            "when": pa.array([0] * rows, pa.timestamp("us", "UTC")),
            "list": pa.array([[1, 2], None] * (rows // 2)),
        },
        schema=pa.schema(
            [
                pa.field("n", pa.int16(), nullable=False),
                pa.field("a", pa.string(), metadata={"why": "because"}),
                pa.field("d", pa.dictionary(pa.int32(), pa.string())),
                ("big", pa.large_string()),
                ("when", pa.timestamp("us", "UTC")),
                ("list", pa.list_(pa.int8())),
            ],
            metadata={"made": "by hand"},
        ),
    )


def parquet(data: object, **settings: object) -> bytes:
    sink = io.BytesIO()
    pq.write_table(data, sink, **settings)
    return sink.getvalue()


@pytest.mark.parametrize(
    "settings",
    [
        {"row_group_size": 300},
        {"row_group_size": 1000, "compression": "zstd", "use_dictionary": ["d"], "write_page_index": True},
        {"row_group_size": 7, "compression": {"a": "gzip", "n": "none"}, "write_statistics": ["n"]},
        {"row_group_size": 500, "use_deprecated_int96_timestamps": True, "store_schema": False},
    ],
)
@pytest.mark.parametrize("workers", [1, 2])
def test_parquet_keeps_schema_groups_and_packing(convert: Runner, settings: dict[str, object], workers: int) -> None:
    before = parquet(table(), **settings)
    task = Task("name", ("a", "d", "big"), audit=True)
    after, counts, audit, _ = convert(before, "a.parquet", task, workers)
    old, new = pq.ParquetFile(io.BytesIO(before)), pq.ParquetFile(io.BytesIO(after))
    assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
    assert shape(new) == shape(old)
    expected = ["Panjshir", "Panjshir", None, "nobody", "nowhere"] * 200
    for name in ("a", "d", "big"):
        assert new.read().column(name).to_pylist() == expected
    others = [name for name in old.schema_arrow.names if name not in task.columns]
    assert new.read(others).equals(old.read(others))
    assert (counts.rows, counts.changed, len(audit)) == (1000, 1200, 1200)
    assert {line["column"] for line in audit} == {"a", "d", "big"}


def shape(file: object) -> list[object]:
    groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]  # type: ignore[attr-defined]
    columns = [[group.column(i) for i in range(group.num_columns)] for group in groups]
    return [
        [(c.path_in_schema, c.compression, c.physical_type, c.is_stats_set, c.has_offset_index, "PLAIN" in c.encodings,
          "RLE_DICTIONARY" in c.encodings, c.num_values) for c in group]
        for group in columns
    ]  # fmt: skip


def test_parquet_added_columns_and_bad_text(convert: Runner) -> None:
    raw = pa.array([b"Punjir", b"\xff", b"nobody", None])
    data = pa.table({"a": pa.Array.from_buffers(pa.string(), 4, raw.buffers()), "n": [0, 1, 2, 3]})
    task = Task("name", ("a",), ("id", "confidence", "original"))
    after, counts, _, rejects = convert(parquet(data), "a.parquet", task)
    rows = pq.read_table(io.BytesIO(after)).to_pylist()
    assert [row["n"] for row in rows] == [0, 2, 3]
    assert [row["a"] for row in rows] == ["Panjshir", "nobody", None]
    assert [row["a_id"] for row in rows] == ["place:panjshir", None, None]
    assert [row["a_original"] for row in rows] == ["Punjir", "nobody", None]
    assert (counts.rejected, rejects[0]["row"]) == (1, 1)


@pytest.mark.parametrize(("name", "column"), [("nope", "no column 'nope'"), ("n", "holds int16, not text")])
def test_parquet_columns_must_be_text(convert: Runner, name: str, column: str) -> None:
    with pytest.raises(UsageError, match=column):
        convert(parquet(table()), "a.parquet", Task(columns=(name,)))


KEPT = [
    pa.array(["Punjir", None, "nobody", "Kaboul"]),
    pa.array(["Punjir", None, "nobody", "Kaboul"], pa.large_string()),
    pa.array(["Punjir", None, "nobody", "Kaboul"], pa.string_view()),
    pa.array(["Punjir", None, "nobody", "Kaboul"]).dictionary_encode(),
    pa.nulls(4),
    pa.array([], pa.string()),
]


@pytest.mark.parametrize("settings", [{}, {"use_dictionary": False}, {"store_schema": False}, {"row_group_size": 3}], ids=str)
@pytest.mark.parametrize("mode", ["name", "text"])
@pytest.mark.parametrize("column", KEPT, ids=lambda column: f"{column.type} {len(column)}")
def test_parquet_columns_of_every_type(convert: Runner, column: object, mode: str, settings: dict[str, object]) -> None:
    values = column.to_pylist()  # type: ignore[attr-defined]
    nested = pa.array([{"a": [{"b": "Punjir"}]}, None, {"a": []}, {"a": None}][: len(values)])
    before = pq.read_table(io.BytesIO(parquet(pa.table({"a": column, "s": nested}), **settings)))
    task = Task(mode, ("a",), ("id", "original") if mode == "name" else ("original",))  # type: ignore[arg-type]
    after = pq.read_table(io.BytesIO(convert(parquet(before, **settings), "a.parquet", task)[0]))
    canonical = {"Punjir": "Panjshir", "Kaboul": "Kabul"}
    assert after.column("a").to_pylist() == [canonical.get(value, value) for value in values]
    assert after.column("a_original").to_pylist() == values
    assert after.select(["a", "s"]).schema.equals(before.schema, check_metadata=True)
    assert after.column("s").to_pylist() == nested.to_pylist()
    if mode == "name":
        assert [ident is not None for ident in after.column("a_id").to_pylist()] == [value in canonical for value in values]


@pytest.mark.parametrize("workers", [1, 2])
def test_parquet_keeps_the_metadata_of_files_without_an_arrow_schema(convert: Runner, workers: int) -> None:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, table().schema.remove_metadata(), store_schema=False) as writer:  # type: ignore[attr-defined]
        writer.write_table(table().replace_schema_metadata())  # type: ignore[attr-defined]
        writer.add_key_value_metadata({"org.apache.spark.version": "4.0", "made": "elsewhere"})
    after = pq.ParquetFile(io.BytesIO(convert(sink.getvalue(), "a.parquet", Task("name", ("a",), ("id",)), workers)[0]))
    assert after.metadata.metadata == {b"org.apache.spark.version": b"4.0", b"made": b"elsewhere"}


NAMES = ["Punjir", None, "nobody"]
NAMED_ALIKE = [("a", "x", "x"), ("a", "a.b", "x"), ("a.b", "a", "a.c"), ("x", "a.b", "a")]


@pytest.mark.parametrize("names", NAMED_ALIKE)
def test_parquet_columns_with_names_alike(convert: Runner, names: tuple[str, ...]) -> None:
    nested = pa.array([{"b": "Punjir", "c": 1}, None, {"b": None, "c": 2}])
    before = pa.Table.from_arrays([pa.array(NAMES), pa.array([1, 2, 3]), nested], names=names)
    after = pq.ParquetFile(io.BytesIO(convert(parquet(before, row_group_size=2), "a.parquet", Task("name", (names[0],)))[0])).read()
    assert after.schema.equals(before.schema)
    assert [column.to_pylist() for column in after.columns] == [["Panjshir", None, "nobody"], [1, 2, 3], nested.to_pylist()]


def test_parquet_with_two_columns_of_the_name(convert: Runner) -> None:
    twice = pa.Table.from_arrays([pa.array(NAMES), pa.array(NAMES)], names=["a", "a"])
    with pytest.raises(UsageError, match="several columns are called 'a'"):
        convert(parquet(twice), "a.parquet", Task("name", ("a",)))


def test_parquet_keeps_row_groups_without_rows(convert: Runner) -> None:
    sink = io.BytesIO()
    with pq.ParquetWriter(sink, pa.schema([("a", pa.string())])) as writer:
        for names in ([], NAMES, [], [], NAMES, []):
            writer.write_table(pa.table({"a": pa.array(names, pa.string())}))
    after = pq.ParquetFile(io.BytesIO(convert(sink.getvalue(), "a.parquet", Task("name", ("a",)))[0]))
    assert [after.metadata.row_group(i).num_rows for i in range(after.num_row_groups)] == [0, 3, 0, 0, 3, 0]
    nothing = parquet(pa.table({"a": pa.array([], pa.string())}))
    assert pq.ParquetFile(io.BytesIO(convert(nothing, "a.parquet", Task("name", ("a",)))[0])).num_row_groups == 1


UTF_16 = [
    (name, content.encode(encoding), told)
    for name, content in (("a.csv", "name,n\nPunjir,1\n"), ("a.tsv", "name\nPunjir\n"), ("a.jsonl", '{"name":"Punjir"}\n'))
    for encoding, told in (("utf-16", "UTF-16"), ("utf-16-le", "UTF-16LE"), ("utf-16-be", "UTF-16BE"))
]


@pytest.mark.parametrize(("name", "data", "told"), UTF_16)
def test_utf_16_is_told(convert: Runner, name: str, data: bytes, told: str) -> None:
    with pytest.raises(InputError, match=f"not UTF-8; it is {told}: convert it by iconv -f {told} -t UTF-8"):
        convert(data, name, Task("name", ("name",)))


def test_what_is_not_parquet(convert: Runner) -> None:
    with pytest.raises(InputError, match="not a readable Parquet file"):
        convert(b"PAR1 but no more", "a.parquet", COLUMN)
    assert convert(b"", "a.parquet", COLUMN)[0] == b""


# --- columns at once -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("add", [(), ("id", "kind", "confidence", "method", "original")])
@pytest.mark.parametrize("mode", ["name", "text"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("header", ["a,n,b", "n,b,a", "a,b"])
@pytest.mark.parametrize("quoted", [False, True])
def test_csv_by_columns_is_csv_by_rows(
    convert: Runner, monkeypatch: pytest.MonkeyPatch, quoted: bool, header: str, end: str, mode: str, add: tuple[str, ...]
) -> None:
    names = ["Panjsjir", "Punjir", "", "nobody", "Achmad Massud", "é", "Kaboul", "im Punjir", "x;y", "Kotab"]
    columns = {"a": itertools.cycle(names), "b": itertools.cycle(names[1:]), "n": itertools.count()}
    order = header.split(",")
    quoting: Any = csv.QUOTE_NONNUMERIC if quoted else csv.QUOTE_MINIMAL
    made = io.StringIO()
    csv.writer(made, quoting=quoting, lineterminator="\n").writerows([next(columns[name]) for name in order] for _ in range(600))
    rows = made.getvalue().splitlines()
    task = Task(mode, ("b", "a"), add if mode == "name" else ("original",) if add else (), audit=True)  # type: ignore[arg-type]
    for fault in ("", "one,too,many,fields", "\udcff,1,2"[: 2 + 2 * len(order)], '"Panj""sjir","1","2"', 'a"b",c,d'):
        table = [*rows[:300], fault, *rows[300:]] if fault else rows
        data = (end.join([header, *table]) + end).encode("utf-8", "surrogateescape")
        monkeypatch.setattr("translit.files.csv.MIN_SPLICED_BYTES", 1)
        fast = convert(data, "t.csv", task)
        monkeypatch.setattr("translit.files.csv.MIN_SPLICED_BYTES", 1 << 40)
        assert fast == convert(data, "t.csv", task)


JSON_ROWS = [
    {"a": name, "n": number, "b": other, "l": [1, "x", None]}
    for number, name in enumerate(["Panjsjir", "Punjir", "", "nobody", "Achmad Massud", "é", "Kaboul", 7, None, "x\ny"] * 30)
    for other in [("Kaboul", "né", None)[number % 3]]
]
JSON_LINES = [
    '{"a":{"b":"Punjir"}}', '{"a":"Punjir","a":"Kaboul"}', '{"a":"Punj\\u0069r"}', '{ "b":1 , "a":"Punjir" }', "", "{", "[1]",
    '{"a_id":1,"a":"Punjir"}', '{"a":"Punjir"}', "{}", '\ufeff{"a":"Punjir"}', '{"a":"Punj\udcffir"}', '{"a":"\t"}', '{"a":"Punjir"}x',
]  # fmt: skip


@pytest.mark.parametrize("add", [(), ("id", "kind", "confidence", "method", "original")])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("spaces", [(",", ":"), (", ", ": "), (", ", ":"), (",", ":  ")])
@pytest.mark.parametrize("columns", [("a",), ("b", "a"), ("a.b",), ("nope",)])
def test_jsonl_by_columns_is_jsonl_by_lines(
    convert: Runner, monkeypatch: pytest.MonkeyPatch, columns: tuple[str, ...], spaces: tuple[str, str], end: str, add: tuple[str, ...]
) -> None:
    rows = [json.dumps(row, ensure_ascii=False, separators=spaces) for row in JSON_ROWS]
    task = Task("name", columns, add, audit=True)
    for odd in ([], JSON_LINES):
        lines = [*rows[:100], *odd, *rows[100:]]
        data = end.join(lines).encode("utf-8", "surrogateescape")
        monkeypatch.setattr("translit.files.json_splice.MIN_SPLICED_BYTES", 1)
        fast = convert(data, "t.jsonl", task)
        monkeypatch.setattr("translit.files.json_splice.MIN_SPLICED_BYTES", 1 << 40)
        assert fast == convert(data, "t.jsonl", task)


_flat = st.dictionaries(
    st.sampled_from(["a", "b", "c", "é", "x.y", 'q"']),
    st.sampled_from([1, -2.5e3, "x", 'é"', None, True, [1, "a"], [], {"a": 1}, "\u2028"]),
)
_spaces = st.sampled_from([(",", ":"), (", ", ": "), (" ,", ": "), (",  ", ":\t")])
_wrong = st.lists(st.tuples(st.floats(0, 1), st.sampled_from(b'"\\,:{}[]01e.-t \t\n')), max_size=2)


@given(
    rows=st.lists(_flat, max_size=4), ascii_=st.booleans(), spaces=_spaces, end=st.sampled_from(["\n", "\r\n", "\r", "\n\n"]), wrong=_wrong
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_members_of_json_are_found_alike(
    rows: list[dict[str, object]], ascii_: bool, spaces: tuple[str, str], end: str, wrong: list[tuple[float, int]]
) -> None:
    data = bytearray("".join(json.dumps(row, ensure_ascii=ascii_, separators=spaces) + end for row in rows).encode())
    for place, byte in wrong if data else ():
        data[int(place * (len(data) - 1))] = byte
    keys = (b"a", b"b", b"c")
    assert native.twin(json_members)(bytes(data), keys, 2).tolist() == json_members(bytes(data), keys, 2).tolist()


# --- everything ------------------------------------------------------------------------------------------------------


def samples() -> Iterator[tuple[str, bytes, Task]]:
    words = "Panjsjir,Kaboul and nobody" * 3
    yield "a.txt", f"{words}\n".encode() * 3000, TEXT
    yield "a.csv", b"a,b\n" + b'"Panjsjir, yes",Kaboul\n' * 30_000, COLUMN
    yield "a.tsv", b"a\tb\n" + b"Panjsjir\tKaboul\n" * 30_000, Task("name", ("a", "b"), ("method",), True)
    yield "a.jsonl", b'{"a":"Achmad Massud in Punjir"}\n{"a":7}\n{\n' * 10_000, COLUMN
    yield "a.parquet", parquet(table(5000), row_group_size=2000), Task("name", ("a", "d"), audit=True)


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.jsonl", "a.parquet"])
def test_the_same_bytes_for_any_number_of_workers_and_after_resume(tmp_path: Path, engine: translit.Normalizer, name: str) -> None:
    _, data, task = next(sample for sample in samples() if sample[0] == name)
    (tmp_path / name).write_bytes(data)
    made = []
    for number, options in enumerate(({"workers": 1}, {"workers": 3}, {"workers": 2, "resume": True})):
        folder = tmp_path / str(number)
        folder.mkdir()
        side = {"audit": str(folder / "audit"), "rejects": str(folder / "rejects")}
        job = Job(str(tmp_path / name), format_of(name).name, str(folder / "out"))
        counts = run([job], task, engine, Options(**side, **options))  # type: ignore[arg-type]
        made.append(({path.name: path.read_bytes() for path in folder.iterdir()}, counts))
    assert sorted(made[0][0]) == ["audit", "audit.sha256", "out", "rejects"]
    assert made[0] == made[1] == made[2]


class Tiring:
    """An engine that knows one name, is slow, and fails at the third question."""

    def __init__(self, patience: int) -> None:
        self.patience = patience

    def find_many(self, texts: Iterable[str]) -> list[list[translit.Mention]]:
        self._tire()
        return [[mention(found.start()) for found in re.finditer("Panjsjir", text)] for text in texts]

    def match_many(self, names: Iterable[str]) -> list[translit.Match | None]:
        self._tire()
        return [mention(0) if name == "Panjsjir" else None for name in names]

    def _tire(self) -> None:
        self.patience -= 1
        if self.patience < 0:
            raise RuntimeError("tired")
        if self.patience < 10:
            time.sleep(0.3)


def mention(start: int) -> translit.Mention:
    return translit.Mention("Panjsjir", "place:panjshir", "Panjshir", "place", "exact", 1.0, (), start, start + 8, "Panjshir")


@pytest.mark.parametrize("name", ["a.txt", "a.jsonl", "a.csv.gz", "a.parquet.zst"])
def test_resume_after_each_failure_ends_with_the_same_bytes(tmp_path: Path, name: str) -> None:
    plain, packing = re.fullmatch(r"(a\.\w+)(.*)", name).groups()  # type: ignore[union-attr]
    _, data, task = next(sample for sample in samples() if sample[0] == plain)
    if plain == "a.parquet":
        # Of names each is asked for once in a run, too seldom here.
        task = dataclasses.replace(task, mode="text")
    else:
        # Enough for three chunks and more, under one row of column names.
        head, _, rows = data.partition(b"\n")
        data = head + b"\n" + rows * (50 if plain == "a.txt" else 4)
    (tmp_path / name).write_bytes(pack(data, packing) if packing else data)
    whole: dict[str, bytes] = {}
    for folder in (tmp_path / "whole", tmp_path / "parts"):
        folder.mkdir()
        job = Job(str(tmp_path / name), format_of(name).name, str(folder / f"out{packing}"))
        side = Options(str(folder / "audit"), str(folder / "rejects"))
        if not whole:
            whole_counts = run([job], task, Tiring(1000), side)
            whole = {path.name: path.read_bytes() for path in folder.iterdir()}
    failures = 0
    while True:
        try:
            counts = run([job], task, Tiring(2), dataclasses.replace(side, resume=True))
            break
        except RuntimeError:
            failures += 1
            assert all(path.name.startswith(".") for path in folder.iterdir())
    assert failures
    assert counts == whole_counts
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == whole


@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.tsv", "a.jsonl", "a.parquet"])
@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_packed_files(convert: Runner, name: str, packing: str) -> None:
    _, data, task = next(sample for sample in samples() if sample[0] == name)
    plain = convert(data, name, task)
    packed = convert(pack(data, packing), name + packing, task)
    assert unpack(packed[0], packing) == plain[0]
    assert convert(pack(data, packing), name + packing, task, out="plain")[0] == plain[0]
    assert [line | {"doc": 0} for line in packed[2]] == [line | {"doc": 0} for line in plain[2]]


def pack(data: bytes, packing: str) -> bytes:
    if packing == ".gz":
        half = len(data) // 2
        return gzip.compress(data[:half]) + gzip.compress(data[half:])
    return bytes(pytest.importorskip("zstandard").ZstdCompressor(write_checksum=True).compress(data))


def unpack(data: bytes, packing: str) -> bytes:
    if packing == ".gz":
        return gzip.decompress(data)
    return bytes(pytest.importorskip("zstandard").ZstdDecompressor().decompressobj().decompress(data))


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_damaged_packing(convert: Runner, packing: str) -> None:
    packed = pack(random.Random(1).randbytes(50_000).hex().encode(), packing)
    for damaged in (packed[:-20], packed[: len(packed) // 3], packed[:500] + b"\xff" * 9 + packed[509:]):
        with pytest.raises(InputError, match="damaged"):
            convert(damaged, f"a.txt{packing}", TEXT)


def test_atomic_file_keeps_permissions_follows_links_and_leaves_devices(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    with AtomicFile(link) as file:
        file.stream.write(b"new")
        assert real.read_bytes() == b"old"
    assert (real.read_bytes(), real.stat().st_mode & 0o777, link.is_symlink()) == (b"new", 0o640, True)
    file = AtomicFile(link)
    file.stream.write(b"newer")
    file.discard()
    assert real.read_bytes() == b"new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "real"]
    with AtomicFile("/dev/null") as file:
        file.stream.write(b"x")
    assert Path("/dev/null").is_char_device()


def test_a_checkpoint_of_another_run_is_refused(tmp_path: Path, engine: translit.Normalizer) -> None:
    (tmp_path / "a.txt").write_bytes(b"Punjir")
    (tmp_path / ".b.txt.translit-checkpoint").write_text('{"run": "another"}')
    with pytest.raises(TranslitError, match="checkpoint is of another run"):
        run([Job(str(tmp_path / "a.txt"), "text", str(tmp_path / "b.txt"))], TEXT, engine, Options(resume=True))
    assert not (tmp_path / "b.txt").exists()


def test_reading_formats_costs_no_heavy_import() -> None:
    import subprocess

    code = "import sys; from translit.files.base import formats; formats(); print('pyarrow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
