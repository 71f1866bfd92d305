"""Frames: the same column through every library and the command line has the same answers, and keeps its shape."""

from __future__ import annotations

import io
import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

duckdb = pytest.importorskip("duckdb", reason="needs the extra frames")
nw = pytest.importorskip("narwhals", reason="needs the extra frames")
pa = pytest.importorskip("pyarrow", reason="needs the extra frames")
pd = pytest.importorskip("pandas", reason="needs the extra frames")
pl = pytest.importorskip("polars", reason="needs the extra frames")

import translit  # noqa: E402
from translit.errors import TranslitError  # noqa: E402
from translit.frames import clean, coding, match  # noqa: E402
from translit.frames.arrow import FIELDS, Kernel, Mode  # noqa: E402
from translit.frames.duckdb import register  # noqa: E402

RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir", "پنجشیر"]},
    {"id": "person:massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud"]},
    {"id": "place:kabul", "canonical": "Kabul", "kind": "place", "variants": ["Kaboul", "Кабул"]},
    {"id": "place:quote", "canonical": 'Kot "A", B', "kind": "place", "variants": ["Kotab"]},
]
NAMES = ["Panjsjir", None, "Panjshir", "پنجشیر", "Achmad Massud", "nobody", "", "  ", "Kotab", "KABOUL", "Panjsjir", "🙂", "Кабул", None]
TEXTS = [
    "Gevechten in Panjsjir.",
    None,
    "",
    "Achmad Massud sprak in Kaboul;\nPunjir hield stand.",
    "Niets.",
    "Gevechten in Panjsjir.",
    "🙂 Кабул",
]
GIVEN = {"name": NAMES, "text": TEXTS}
FUNCTIONS = {"name": "translit_normalize", "text": "translit_clean"}


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lexicon") / "small.translit"
    translit.Lexicon.build(RECORDS).save(path)
    return path


@pytest.fixture(scope="module")
def norm(lexicon: Path) -> translit.Normalizer:
    return translit.Normalizer(translit.Lexicon.load(lexicon))


def expected(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[str | None]:
    """The answers by the normalizer alone, one by one."""
    if mode == "text":
        return [None if value is None else norm.clean(value) for value in values]
    found = [None if value is None else norm.match(value) for value in values]
    return [value if one is None else one.canonical for value, one in zip(values, found, strict=True)]


def told(values: list[str | None], norm: translit.Normalizer) -> list[dict[str, Any] | None]:
    """The matches by the normalizer alone."""
    found = [None if value is None else norm.match(value) for value in values]
    return [None if one is None else {field: getattr(one, field) for field in FIELDS} for one in found]


def plain(values: Any) -> list[Any]:
    """A list with None for every kind of null."""
    return [None if value is None or value is pd.NA or value != value else value for value in values]


def by_pandas(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    frame = clean(pd.DataFrame({"c": values}, dtype="str"), column="c", mode=mode, normalizer=norm)
    return plain(frame["c"])


def by_pandas_accessor(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    series = pd.Series(values, dtype=object)
    return plain(series.translit.normalize(norm) if mode == "name" else series.translit.clean(norm))


def by_polars(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    return list(clean(pl.DataFrame({"c": values}, {"c": pl.String}), column="c", mode=mode, normalizer=norm)["c"].to_list())


def by_polars_lazily(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    column = pl.col("c").translit
    query = pl.LazyFrame({"c": values}, {"c": pl.String}).select(column.normalize(norm) if mode == "name" else column.clean(norm))
    assert query.collect_schema() == {"c": pl.String}
    streamed, whole = query.collect(engine="streaming"), query.collect()
    assert streamed.equals(whole)
    return list(whole["c"].to_list())


def by_pyarrow(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    return list(clean(pa.table({"c": pa.array(values, pa.string())}), column="c", mode=mode, normalizer=norm)["c"].to_pylist())


def by_reader(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    table = pa.table({"c": pa.array(values, pa.large_string())})
    return list(clean(table.to_reader(max_chunksize=3), column="c", mode=mode, normalizer=norm).read_all()["c"].to_pylist())


def by_duckdb(values: list[str | None], mode: Mode, norm: translit.Normalizer) -> list[Any]:
    con = register(duckdb.connect(), norm)
    con.register("given", pa.table({"n": range(len(values)), "c": pa.array(values, pa.string())}))
    return [row[0] for row in con.sql(f"SELECT {FUNCTIONS[mode]}(c) FROM given ORDER BY n").fetchall()]


THROUGH = [by_pandas, by_pandas_accessor, by_polars, by_polars_lazily, by_pyarrow, by_reader, by_duckdb]


@pytest.mark.parametrize("mode", ["name", "text"])
@pytest.mark.parametrize("through", THROUGH, ids=lambda through: through.__name__)
def test_every_library_gives_the_same(through: Callable[..., list[Any]], mode: Mode, norm: translit.Normalizer) -> None:
    assert through(GIVEN[mode], mode, norm) == expected(GIVEN[mode], mode, norm)
    assert through([None], mode, norm) == [None]
    assert through([], mode, norm) == []


@pytest.mark.parametrize("mode", ["name", "text"])
def test_the_command_line_gives_the_same(
    mode: Mode, norm: translit.Normalizer, lexicon: Path, tmp_path: Path, child: dict[str, str]
) -> None:
    import pyarrow.parquet as pq

    source, out = tmp_path / "a.parquet", tmp_path / "b.parquet"
    table = pa.table({"n": range(len(GIVEN[mode])), "c": GIVEN[mode]}).replace_schema_metadata({"kept": "yes"})
    pq.write_table(table, source)
    add = ["id", "kind", "confidence", "method", "original"] if mode == "name" else ["original"]
    command = [sys.executable, "-c", "from translit.cli import main; raise SystemExit(main())", "clean", str(source), "-o", str(out)]
    options = ["--lexicon", str(lexicon), "--column", "c", "--mode", mode, "--add", ",".join(add)]
    subprocess.run([*command, *options], env=child, check=True, capture_output=True)
    written = pq.read_table(out)
    cleaned = clean(table, column="c", mode=mode, normalizer=norm, add=add)
    assert cleaned.equals(written, check_metadata=True)


def test_match_is_what_the_command_line_prints(norm: translit.Normalizer, lexicon: Path, child: dict[str, str]) -> None:
    names = [name for name in NAMES if name is not None]
    command = [sys.executable, "-c", "from translit.cli import main; raise SystemExit(main())", "match", "--lexicon", str(lexicon)]
    done = subprocess.run(command, input="\n".join(names).encode(), env=child, check=True, capture_output=True)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    assert match(pa.table({"c": names}), "c", normalizer=norm).to_pylist() == printed
    assert match(pl.DataFrame({"c": names}), "c", normalizer=norm).to_dicts() == printed
    assert match(pl.LazyFrame({"c": names}), "c", normalizer=norm).collect().to_dicts() == printed
    shown = match(pd.DataFrame({"c": names}), "c", normalizer=norm)
    assert [dict(zip(shown, plain(row), strict=True)) for row in shown.itertuples(index=False)] == printed


def test_matches_everywhere(norm: translit.Normalizer) -> None:
    found = told(NAMES, norm)
    assert sum(one is None for one in found) == 6
    assert Kernel("name", norm).match(pa.array(NAMES)).to_pylist() == found
    assert Kernel("name", norm).match(pa.chunked_array([NAMES[:3], NAMES[3:]])).to_pylist() == found
    assert Kernel("name", norm).match(pa.array(NAMES).dictionary_encode()).to_pylist() == found
    frame = pl.DataFrame({"c": NAMES})
    query = frame.lazy().select(pl.col("c").translit.match(norm))
    assert query.collect_schema()["c"] == query.collect()["c"].dtype
    assert query.collect()["c"].to_list() == frame["c"].translit.match(norm).to_list() == found
    con = register(duckdb.connect(), norm)
    con.register("given", frame.to_arrow())
    assert [row[0] for row in con.sql("SELECT translit_match(c) FROM given").fetchall()] == found
    flat = pd.Series(NAMES, index=range(100, 100 + len(NAMES))).translit.match(norm)
    assert list(flat.index) == list(range(100, 100 + len(NAMES)))
    assert [None if row[0] is None else dict(zip(FIELDS, row, strict=True)) for row in map(plain, flat.itertuples(index=False))] == found


def test_least_confidence(norm: translit.Normalizer) -> None:
    [sure] = Kernel("name", norm).match(pa.array(["Pankser"])).to_pylist()
    [best] = Kernel("name", norm, 0).match(pa.array(["Pankser"])).to_pylist()
    wanted = norm.match("Pankser", min_confidence=0)
    assert sure is None
    assert wanted is not None and best["id"] == wanted.id


TYPES = {
    "string": pa.string, "large_string": pa.large_string, "string_view": pa.string_view,
    "dictionary": lambda: pa.dictionary(pa.int8(), pa.string()), "large dictionary": lambda: pa.dictionary(pa.int64(), pa.large_string()),
    "ordered": lambda: pa.dictionary(pa.uint32(), pa.string(), ordered=True),
}  # fmt: skip


def of(values: list[str | None], type_: Any) -> Any:
    if not pa.types.is_dictionary(type_):
        return pa.array(values, type_)
    plain_ = pa.array(values, type_.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(plain_.indices.cast(type_.index_type), plain_.dictionary, ordered=type_.ordered)


cells = st.none() | st.sampled_from([name for name in NAMES if name is not None]) | st.text(max_size=8)


@pytest.mark.parametrize("kind", TYPES)
@given(chunks=st.lists(st.lists(cells, max_size=6), max_size=4), cut=st.integers(0, 4))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_columns_keep_type_and_length(kind: str, chunks: list[list[str | None]], cut: int, norm: translit.Normalizer) -> None:
    type_ = TYPES[kind]()
    column = pa.chunked_array([of(chunk, type_) for chunk in chunks], type_).slice(cut)
    values = [value for chunk in chunks for value in chunk][cut:]
    out = Kernel("name", norm).clean(column)
    out.validate(full=True)
    assert out.type == type_
    assert out.to_pylist() == expected(values, "name", norm)
    assert Kernel("name", norm).clean(out).equals(out)
    for one in column.chunks:
        single = Kernel("name", norm).clean(one)
        single.validate(full=True)
        assert single.type == type_
        assert single.to_pylist() == expected(one.to_pylist(), "name", norm)


def test_a_dictionary_is_answered_and_its_codes_stay() -> None:
    asked: list[str] = []

    class Counting(translit.Normalizer):
        def match_many(self, names: Any, min_confidence: float | None = None) -> Any:
            asked.extend(names)
            return super().match_many(names, min_confidence)

    counting = Counting(translit.Lexicon.build(RECORDS))
    values = pa.array(["Panjsjir", "Kaboul"])
    codes = pa.array([0, 1, None, 0] * 1000, pa.int16())
    out = Kernel("name", counting).clean(pa.DictionaryArray.from_arrays(codes, values))
    assert asked == ["Panjsjir", "Kaboul"]
    assert out.dictionary.to_pylist() == ["Panjshir", "Kabul"]
    assert out.indices.buffers()[1].address == codes.buffers()[1].address
    # Two spellings of one name share an entry from now on.
    merged = Kernel("name", counting).clean(pa.DictionaryArray.from_arrays(pa.array([0, 1, 2]), pa.array(["Panjsjir", "Punjir", None])))
    assert merged.dictionary.to_pylist() == ["Panjshir"]
    assert merged.to_pylist() == ["Panjshir", "Panjshir", None]


def test_a_null_in_a_dictionary_and_dictionaries_of_their_own(norm: translit.Normalizer) -> None:
    wide = [f"nobody {number}" for number in range(120)]
    chunks = [of(["Panjsjir", *wide], TYPES["dictionary"]()), of([f"{name} other" for name in wide] + [None], TYPES["dictionary"]())]
    column = pa.chunked_array(chunks)
    out = Kernel("name", norm).clean(column)
    assert out.type == column.type
    assert out.to_pylist() == ["Panjshir", *column.to_pylist()[1:]]
    assert Kernel("name", norm).match(column).to_pylist()[1:] == [None] * 241
    of_null = pa.DictionaryArray.from_arrays(pa.array([0, 1, None]), pa.array([None, "Kaboul"]))
    assert Kernel("name", norm).clean(of_null).to_pylist() == [None, "Kabul", None]


def test_a_column_without_changes_is_the_same_object(norm: translit.Normalizer) -> None:
    for type_ in TYPES.values():
        column = of(["Panjshir", "nobody", None], type_())
        assert Kernel("name", norm).clean(column) is column
    nothing = pa.nulls(3)
    assert Kernel("name", norm).clean(nothing) is nothing
    assert Kernel("name", norm).match(nothing).to_pylist() == [None] * 3


def test_batches_change_no_answer(norm: translit.Normalizer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "BATCH_VALUES", 4)
    monkeypatch.setattr(coding, "BATCH_BYTES", 30)
    assert Kernel("name", norm).clean(pa.array(NAMES)).to_pylist() == expected(NAMES, "name", norm)
    monkeypatch.setattr(coding, "LARGEST_OFFSET", 60)
    parts = Kernel("name", norm).clean(pa.chunked_array([NAMES]))
    assert parts.num_chunks > 1
    assert parts.to_pylist() == expected(NAMES, "name", norm)
    with pytest.raises(TranslitError, match="cast it to large_string"):
        Kernel("name", norm).clean(pa.array(NAMES * 2))


def test_schema_and_metadata_are_kept(norm: translit.Normalizer) -> None:
    fields = [pa.field("a", pa.string(), metadata={"unit": "name"}), pa.field("n", pa.int64(), nullable=False)]
    table = pa.table({"a": ["Panjsjir", "x"], "n": [1, 2]}, schema=pa.schema(fields, metadata={"source": "here"}))
    out = clean(table, column="a", normalizer=norm)
    assert out.schema.equals(table.schema, check_metadata=True)
    assert out["n"].chunk(0).buffers()[1].address == table["n"].chunk(0).buffers()[1].address
    batch = clean(table.to_batches()[0], column="a", normalizer=norm, add=["id"])
    assert isinstance(batch, pa.RecordBatch)
    assert batch.to_pydict() == {"a": ["Panjshir", "x"], "n": [1, 2], "a_id": ["place:panjshir", None]}


DTYPES = ["str", "string[pyarrow]", "string[python]", "category", object, pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string())]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_pandas_keeps_dtype_index_and_name(dtype: Any, norm: translit.Normalizer) -> None:
    series = pd.Series(NAMES, index=range(10, 10 + len(NAMES)), dtype=dtype, name="place")
    out = series.translit.normalize(norm)
    assert plain(out) == expected(NAMES, "name", norm)
    assert out.name == "place" and out.index.equals(series.index)
    assert (out.dtype.name if dtype == "category" else out.dtype) == ("category" if dtype == "category" else series.dtype)
    assert plain(series) == NAMES
    frame = pd.DataFrame({"place": series, "n": 1})
    added = clean(frame, column="place", normalizer=norm, add=("id", "confidence", "original"))
    assert list(added) == ["place", "n", "place_id", "place_confidence", "place_original"]
    assert added.index.equals(frame.index)
    assert plain(added["place_id"]) == [one and one["id"] for one in told(NAMES, norm)]
    assert plain(added["place_confidence"]) == [one and one["confidence"] for one in told(NAMES, norm)]
    assert added["place_original"].equals(series) and list(frame) == ["place", "n"]


def test_pandas_keeps_the_nulls_of_objects(norm: translit.Normalizer) -> None:
    series = pd.Series(["Panjsjir", None, float("nan"), pd.NA], dtype=object)
    out = series.translit.normalize(norm)
    assert out[0] == "Panjshir" and out[1] is None and out[2] != out[2] and out[3] is pd.NA


def test_ordered_categories_stay_ordered(norm: translit.Normalizer) -> None:
    series = pd.Series(pd.Categorical(["Kaboul", "Panjsjir", "Punjir"], ["Panjsjir", "Kaboul", "Punjir"], ordered=True))
    out = series.translit.normalize(norm)
    assert list(out.cat.categories) == ["Panjshir", "Kabul"] and out.cat.ordered


@pytest.mark.parametrize("engine", ["in-memory", "streaming"])
def test_polars_adds_columns_in_a_lazy_query(engine: str, norm: translit.Normalizer) -> None:
    frame = pl.DataFrame({"a": NAMES, "n": range(len(NAMES)), "b": NAMES[::-1]}, {"a": pl.Categorical, "n": pl.Int8, "b": pl.String})
    add = ["id", "kind", "confidence", "method", "original"]
    query = clean(frame.lazy(), columns=["a", "b"], normalizer=norm, add=add)
    out = query.collect(engine=engine)
    assert out.schema == query.collect_schema()
    assert out.equals(clean(frame, columns=["a", "b"], normalizer=norm, add=add))
    assert out.columns == ["a", "n", "b", *(f"{name}_{what}" for name in "ab" for what in add)]
    assert out["a"].dtype == pl.Categorical
    assert out["a"].to_list() == expected(NAMES, "name", norm)
    assert out["b_id"].to_list()[::-1] == [one and one["id"] for one in told(NAMES, norm)]


def test_duckdb_over_parquet(norm: translit.Normalizer, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    rows = [(number, NAMES[number % len(NAMES)]) for number in range(20_000)]
    pq.write_table(pa.table({"n": [n for n, _ in rows], "place": [name for _, name in rows]}), tmp_path / "a.parquet", row_group_size=5000)
    con = register(register(duckdb.connect(), norm), norm)
    query = f"""
        SELECT translit_match(place).canonical AS canonical, any_value(translit_match(place).id), count(*), count(translit_normalize(place))
        FROM '{tmp_path}/*.parquet' GROUP BY canonical ORDER BY canonical NULLS LAST
    """
    found = {name: None if one is None else one["canonical"] for name, one in zip(NAMES, told(NAMES, norm), strict=True)}
    counts: dict[str | None, list[int]] = {}
    for _, name in rows:
        count = counts.setdefault(found[name], [0, 0])
        count[0] += 1
        count[1] += name is not None
    assert {row[0]: list(row[2:]) for row in con.sql(query).fetchall()} == counts


def test_what_exports_an_arrow_stream(norm: translit.Normalizer) -> None:
    class Exporter:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return pa.table({"c": NAMES}).__arrow_c_stream__(requested_schema)

    assert clean(Exporter(), column="c", normalizer=norm)["c"].to_pylist() == expected(NAMES, "name", norm)
    con = duckdb.connect()
    assert match(con.sql("SELECT 'Panjsjir' AS c"), "c", normalizer=norm)["id"].to_pylist() == ["place:panjshir"]


def collected(frame: Any) -> Any:
    return frame.collect() if isinstance(frame, pl.LazyFrame) else frame


FRAME = pa.table({"name": ["Panjsjir"], "n": [1], "name_id": ["taken"]})
TWICE = pa.table([["a"], ["b"]], names=["name", "name"])


@pytest.mark.parametrize(
    ("frame", "options", "message"),
    [
        (FRAME, {}, "which column"),
        (FRAME, {"column": "name", "columns": ["n"]}, "one of the two"),
        (FRAME, {"columns": []}, "at least one"),
        (FRAME, {"columns": ["name", "name"]}, "each once"),
        (FRAME, {"column": "nome"}, "no column 'nome'; the frame has name, n, name_id"),
        (FRAME, {"column": "n"}, "column 'n' holds int64, not text; cast it to a string"),
        (FRAME, {"column": "name", "mode": "prose"}, "unknown mode 'prose'"),
        (FRAME, {"column": "name", "add": ["colour"]}, "cannot add 'colour'"),
        (FRAME, {"column": "name", "add": ["id"]}, "has a column 'name_id' already"),
        (FRAME, {"column": "name", "add": ["id"], "mode": "text"}, "use mode='name'"),
        (TWICE, {"column": "name"}, "2 columns are named 'name'"),
        ({"name": ["Panjsjir"]}, {"column": "name"}, "dict is no frame"),
    ],
)
def test_faults_say_what_to_do(frame: Any, options: dict[str, Any], message: str, norm: translit.Normalizer) -> None:
    frames = [frame]
    if frame is FRAME:
        frames += [frame.to_pandas(), pl.DataFrame(frame), pl.DataFrame(frame).lazy()]
    for one in frames:
        wanted = message
        if "holds int64" in message and not isinstance(one, pa.Table):
            wanted = "column 'n' holds int64"
        with pytest.raises((TranslitError, pl.exceptions.ComputeError), match=wanted):
            collected(clean(one, normalizer=norm, **options))


def test_faults_of_values(norm: translit.Normalizer) -> None:
    with pytest.raises(TranslitError, match="does not hold text alone"):
        pd.Series(["Panjsjir", 7], dtype=object, name="n").translit.normalize(norm)
    with pytest.raises(TranslitError, match="is an Enum that lacks 'Panjshir'"):
        pl.Series("e", ["Panjsjir"], pl.Enum(["Panjsjir"])).translit.normalize(norm)
    with pytest.raises(TranslitError, match="a Series is one column"):
        clean(pd.Series(["Panjsjir"]), column="n", normalizer=norm)
    broken = pa.Array.from_buffers(pa.string(), 1, [None, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff")])
    with pytest.raises(TranslitError, match="not UTF-8"):
        Kernel("name", norm).clean(broken)


def test_kernels_travel(norm: translit.Normalizer) -> None:
    copy = pickle.loads(pickle.dumps(Kernel("name", norm)))
    assert copy.clean(pa.array(["Panjsjir"])).to_pylist() == ["Panjshir"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_queries_travel(norm: translit.Normalizer) -> None:
    pytest.importorskip("cloudpickle", reason="Polars serializes functions with it")
    query = pl.LazyFrame({"c": ["Panjsjir"]}).select(pl.col("c").translit.normalize(norm))
    copy = pl.LazyFrame.deserialize(io.BytesIO(query.serialize()))
    assert copy.collect()["c"].to_list() == ["Panjshir"]


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [("pandas", "pandas", "frames"), ("polars", "polars", "frames"), ("pandas", "pyarrow", "frames")],
)
def test_a_missing_library_names_its_extra(module: str, package: str, extra: str, child: dict[str, str]) -> None:
    code = f"import sys; sys.modules[{package!r}] = None\nimport translit.frames.{module}"
    done = subprocess.run([sys.executable, "-c", code], env=child, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith(f'which is not installed; pip install "translit-normalizer[{extra}]"')


def test_each_library_is_imported_only_when_its_module_is(child: dict[str, str]) -> None:
    libraries = ["pandas", "polars", "duckdb", "pyspark", "pyarrow", "narwhals"]
    code = f"import sys, translit.frames.duckdb, translit.frames.spark; print([m for m in {libraries} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], env=child, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_an_enum_that_has_the_canonical_names_stays_one(norm: translit.Normalizer) -> None:
    series = pl.Series("e", ["Panjsjir", None], pl.Enum(["Panjsjir", "Panjshir"]))
    lazily = pl.LazyFrame({"e": series}).select(pl.col("e").translit.normalize(norm)).collect()["e"]
    for out in (series.translit.normalize(norm), clean(pl.DataFrame({"e": series}), column="e", normalizer=norm)["e"], lazily):
        assert (out.dtype, out.to_list()) == (series.dtype, ["Panjshir", None])


EMPTY = [pd.Series([None, None], dtype="float64"), pd.Series([None, None], dtype="category"), pd.Series([None, None], dtype=object)]


@pytest.mark.parametrize("series", EMPTY, ids=lambda series: str(series.dtype))
def test_a_pandas_column_without_a_value_stays_as_it_is(norm: translit.Normalizer, series: Any) -> None:
    frame = pd.DataFrame({"c": series})
    pd.testing.assert_frame_equal(clean(frame, column="c", normalizer=norm), frame)
    pd.testing.assert_series_equal(series.translit.normalize(norm), series)


def test_pandas_names_and_attributes_stay(norm: translit.Normalizer) -> None:
    frame = pd.DataFrame([["Panjsjir", "Panjsjir", 1]], columns=["c", "d", "d"], index=[7])
    frame.attrs["source"] = "a list"
    out = clean(frame, column="c", add=["original"], normalizer=norm)
    assert (list(out.columns), out.iloc[0].tolist()) == (["c", "d", "d", "c_original"], ["Panjshir", "Panjsjir", 1, "Panjsjir"])
    assert (out.attrs, out.index.tolist(), frame.iloc[0, 0]) == ({"source": "a list"}, [7], "Panjsjir")
    with pytest.raises(TranslitError, match="2 columns are named 'd'"):
        clean(frame, column="d", normalizer=norm)


@pytest.mark.parametrize("cut", [slice(0, 6), slice(1, 5), slice(0, 0)])
def test_run_ends_stay(norm: translit.Normalizer, cut: slice) -> None:
    column = pa.compute.run_end_encode(pa.array(["Panjsjir", "Panjsjir", None, "x", "Punjir", "Panjshir"]))[cut]
    wanted = ["Panjshir", "Panjshir", None, "x", "Panjshir", "Panjshir"][cut]
    for one in (column, pa.chunked_array([column, column[:0]])):
        out = clean(pa.table({"c": one}), column="c", add=["original", "method"], normalizer=norm)
        assert (out["c"].type, out["c"].to_pylist(), out["c_original"].type) == (column.type, wanted, column.type)
        matched = [None if found is None else found["canonical"] for found in Kernel("name", norm).match(one).to_pylist()]
        assert matched == [None if value in (None, "x") else value for value in wanted]
