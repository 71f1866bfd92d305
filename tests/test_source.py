"""Lexicon sources: every fault has its place and mend, and what is written is read again."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import string
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translit import limits
from translit.errors import SourceError, SourceErrors
from translit.lexicon.source import (
    Source,
    check_sources,
    find_homonyms,
    read_header,
    read_names,
    read_records,
    read_source,
    read_sources,
    write_names,
    write_records,
)
from translit.model import VARIANT_TYPES, Entity, Variant

CASES = Path(__file__).parent / "cases" / "source_errors.tsv"
HEAD = "#: format=translit-names/1\nid\tkind\tcanonical\tvariant\tlang\ttype\tnote\n"
ROW = "p:a\tperson\tAhmad\tAchmad\tde\t\t\n"
FILLED = {
    "{H}": HEAD,
    "{LONG}": "a" * (limits.MAX_CELL_CODEPOINTS + 1),
    "{DIGITS400}": "9" * 400,
    "{DIGITS5000}": "9" * 5000,
    "{DEEP}": "[" * 100_000,
    "{MANYROWS}": "".join(ROW.replace("Achmad", f"Ahmad{number}") for number in range(limits.MAX_VARIANTS_PER_ENTITY + 2)),
    "{MANY}": json.dumps(["A"] * (limits.MAX_VARIANTS_PER_ENTITY + 1)),
}


class Case(NamedTuple):
    """A source with one fault."""

    fault: str
    file: str
    content: str
    line: str
    column: str
    message: str

    def data(self) -> bytes:
        """The content with its escapes and {placeholders} filled in; a lone \\udcff is the byte ff."""
        text = codecs.decode(self.content.encode("ascii"), "unicode_escape")
        for name, value in FILLED.items():
            text = text.replace(name, value)
        return text.encode("utf-8", "surrogateescape")


def cases() -> list[Case]:
    rows = [line for line in CASES.read_text("utf-8").split("\n") if line and not line.startswith("#")]
    return [Case(*row.split("\t")) for row in rows[1:]]


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.fault)
def test_each_fault_has_its_place_and_mend(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(case.file).write_bytes(case.data())
    [error] = check_sources([case.file])
    assert (error.file, error.line, error.column) == (case.file, int(case.line), int(case.column))
    assert case.message in str(error)
    assert error.mend
    with pytest.raises(SourceErrors) as raised:
        read_sources([case.file])
    assert [str(each) for each in raised.value.errors] == [str(error)]
    if "homonym" not in case.fault:
        with pytest.raises(SourceError) as first:
            list(read_source(case.file))
        assert str(first.value) == str(error)


def test_all_faults_of_all_sources_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    pack, records = Path("a.tsv"), Path("b.jsonl")
    pack.write_bytes(
        b"\xef\xbb\xbf"
        + (HEAD + ROW).encode()
        + b"p:b\tPerson\t\tB\xc3\xa9 \tdeutsch\tnone\tweight=-1\r\n"
        + b"p:c\tperson\tC\t\xff\t\t\t\r\n"
        + b"p:d\tperson\tD\tAchmad\t\t\t\n"
    )
    records.write_text('{"id":"p:a","canonical":7,"kind":"X"}\n{"id":"r:1",\n{"id":"r:2","canonical":"C","kind":"x"}\n')
    errors = check_sources([str(pack), records, "missing.tsv", "x.yaml", 7, [{"id": ""}]])  # type: ignore[list-item]
    places = [(error.file, error.line, error.column) for error in errors]
    assert places == [
        ("", 0, 0),
        ("a.tsv", 1, 1),
        ("a.tsv", 4, 2),
        ("a.tsv", 4, 3),
        ("a.tsv", 4, 4),
        ("a.tsv", 4, 5),
        ("a.tsv", 4, 6),
        ("a.tsv", 4, 7),
        ("a.tsv", 5, 4),
        ("b.jsonl", 1, 7),
        ("b.jsonl", 1, 25),
        ("b.jsonl", 1, 34),
        ("b.jsonl", 2, 13),
        ("missing.tsv", 0, 0),
        ("record 1", 0, 0),
        ("record 1", 0, 0),
        ("record 1", 0, 0),
        ("x.yaml", 0, 0),
    ]


def test_an_empty_pack_lacks_its_header_and_columns(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").touch()
    messages = [error.message for error in check_sources([tmp_path / "a.tsv"])]
    assert messages == ["missing format header", "no column line"]


def test_repeated_keys_and_constants_are_found_together(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id":"a","id":"b","weight":NaN,"canonicals":{"de":Infinity}}')
    assert [(error.column, error.message) for error in check_sources([path])] == [
        (11, "duplicate key 'id'"),
        (29, "NaN is not JSON"),
        (52, "Infinity is not JSON"),
    ]


def test_faults_beyond_the_cap_are_counted(tmp_path: Path) -> None:
    records = tmp_path / "a.jsonl"
    records.write_text("7\n" * (limits.MAX_SOURCE_ERRORS_KEPT + 5))
    errors = check_sources([records])
    assert len(errors) == limits.MAX_SOURCE_ERRORS_KEPT + 1
    assert sum("5 more faults are not listed" in str(error) for error in errors) == 1


def test_a_line_beyond_the_cap_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translit.lexicon.reading.lines.MAX_SOURCE_LINE_BYTES", 300)
    records = tmp_path / "a.jsonl"
    long, sound = json.dumps({"id": "x" * 900}), '{"id":"a","canonical":"A","kind":"x"}'
    records.write_text(f"{long}\n{sound}\n\xff")
    errors = check_sources([records])
    assert [(error.line, error.message.split()[0]) for error in errors] == [(1, "line"), (3, "malformed")]


def test_a_duplicate_id_names_the_other_source(tmp_path: Path) -> None:
    for name in ("a.tsv", "b.tsv"):
        (tmp_path / name).write_text(HEAD + ROW)
    [error] = check_sources([tmp_path])
    assert str(error) == (
        f"{tmp_path / 'b.tsv'}:3:1: duplicate id p:a: already given at {tmp_path / 'a.tsv'}:3; merge the two, or rename one"
    )


def test_an_empty_directory_is_a_fault(tmp_path: Path) -> None:
    [error] = check_sources([tmp_path])
    assert "holds no *.tsv or *.jsonl" in str(error)


def test_a_pack_is_read_with_its_header(tmp_path: Path) -> None:
    pack = tmp_path / "kabul.tsv"
    pack.write_text(
        "#: format=translit-names/1\n#: licence=CC BY 4.0\n#: source=GeoNames, https://www.geonames.org/\n"
        "#: date=2026-11-23\nid\tkind\tcanonical\tvariant\tlang\ttype\tnote\n"
        "place:kabul\tplace\tKabul\tKaboul\tfr\t\tweight=4434550; country=AF; in old atlases; too\n"
        "place:kabul\tplace\tKabul\tکابل\tprs\tnative\t\n"
        "place:kabul\tplace\tKabul\tKabul\tde\texonym\ttarget\n"
        "place:aryub\tplace\tAryub\tعلی‌خیل\tps\tnative\t\n",
        "utf-8",
    )
    assert read_header(pack) == {
        "format": "translit-names/1",
        "licence": "CC BY 4.0",
        "source": "GeoNames, https://www.geonames.org/",
        "date": "2026-11-23",
    }
    assert list(read_names(pack)) == [
        Entity(
            "place:kabul",
            "Kabul",
            "place",
            (
                Variant("Kaboul", "fr", note="in old atlases; too"),
                Variant("کابل", "prs", "native"),
                Variant("Kabul", "de", "exonym"),
            ),
            4434550.0,
            {"de": "Kabul"},
            "AF",
            f"{pack}:6",
        ),
        Entity("place:aryub", "Aryub", "place", (Variant("علی‌خیل", "ps", "native"),), source=f"{pack}:9"),
    ]


def test_messy_records_are_cleaned(tmp_path: Path) -> None:
    records = tmp_path / "a.jsonl.gz"
    record = {
        "id": "WD:\u4e09\u200f",
        "canonical": " \u2067Ka\u200fbul\u00a0\u2069",
        "kind": "place",
        "variants": [
            "Kabul",
            "KABUL",
            {"text": "Kabul", "lang": "de"},
            "Band \u200e e Amir \u202c",
            {"text": "Jos\u00e9\u061c", "note": "\u202a"},
            "JOSE\u0301",
        ],
    }
    records.write_bytes(gzip.compress(json.dumps(record).encode()))
    [entity] = read_records(records)
    assert (entity.id, entity.canonical, entity.source) == ("WD:\u4e09\u200f", "Kabul", f"{records}:1")
    assert entity.variants == (Variant("Kabul"), Variant("Kabul", "de"), Variant("Band e Amir"), Variant("José"))


def test_joiners_of_indic_orthography_stay_and_stray_ones_go(tmp_path: Path) -> None:
    spelled = "ಕುರಾಕ್\u200c"
    record = {"id": "a", "canonical": "Curacao", "kind": "place", "variants": [spelled, "\u200dKurasao", "کوراسائو \u200c"]}
    assert [v.text for v in read_sources([record])[0].variants] == [spelled, "Kurasao", "کوراسائو"]
    pack = tmp_path / "a.tsv"
    rows = "id\tkind\tcanonical\tvariant\tlang\ttype\tnote\n" + f"a\tplace\tCuracao\t{spelled}\tkn\tnative\t\n"
    pack.write_text("#: format=translit-names/1\n" + rows, encoding="utf-8")
    assert check_sources([pack]) == []


def test_a_text_of_direction_marks_is_empty() -> None:
    errors = check_sources([{"id": "a", "canonical": "\u200f", "kind": "x", "variants": [" \u202e"]}])
    assert [error.message for error in errors] == ["canonical: is empty", "variants[0]: empty variant"]


def test_records_in_memory_have_their_place() -> None:
    mapping = {"id": "b", "canonical": "B", "kind": "x", "variants": ("C",), "weight": 5, "canonicals": {"de": "Be"}}
    entities = read_sources([[Entity("a", "A", "x")], mapping, Entity("c", "C", "x", source="list:7")])
    assert [entity.source for entity in entities] == ["record 1", "record 2", "list:7"]
    assert entities[1] == Entity("b", "B", "x", (Variant("C"),), 5.0, {"de": "Be"}, source="record 2")
    [error] = check_sources([mapping, [mapping | {"id": "x", "variants": ["A", {"text": "B", "lang": "?"}]}]])
    assert str(error).startswith("record 2: variants[1].lang: malformed language tag '?'; ")


def test_a_single_source_needs_no_list(tmp_path: Path) -> None:
    pack = tmp_path / "a.tsv"
    pack.write_text(HEAD + ROW)
    assert read_sources(str(pack)) == read_sources([pack]) == list(read_source(tmp_path))


@pytest.mark.parametrize(
    ("weights", "faults"),
    [((5, 6), 0), ((5, 5), 1), ((0, 6), 1), ((0, 0, 0), 2), ((5, 6, 5), 1), ((5, 6, 7, 0), 1), ((0, 6, 7), 2)],
)
def test_weights_decide_between_homonyms(weights: tuple[int, ...], faults: int, tmp_path: Path) -> None:
    pack = tmp_path / "a.tsv"
    rows = (f"p:{number}\tperson\tAhmad\tA{number}\t\t\tweight={weight}\n" for number, weight in enumerate(weights))
    pack.write_text(HEAD + "".join(rows))
    assert len(check_sources([pack])) == faults
    assert len(list(find_homonyms(read_source(pack)))) == 1


def test_homonyms_are_allowed_between_kinds_and_in_records(tmp_path: Path) -> None:
    pack = tmp_path / "a.tsv"
    pack.write_text(HEAD + ROW + ROW.replace("p:a\tperson", "g:a\tgiven"))
    records = [{"id": f"r:{number}", "canonical": "Achmad", "kind": "person"} for number in range(3)]
    entities = read_sources([pack, records])
    [homonym] = find_homonyms(entities)
    assert (homonym.form, homonym.kind) == ("achmad", "person")
    assert [entity.id for entity in homonym.entities] == ["p:a", "r:0", "r:1", "r:2"]


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "a.jsonl"
    write_records([Entity("a", "A", "x")], target)
    before = target.read_bytes()
    with pytest.raises(SourceError, match="lone surrogate"):
        write_records([Entity("b", "B", "x"), Entity("c", "\ud800", "x")], target)
    assert target.read_bytes() == before
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize(
    ("entity", "header", "message"),
    [
        (Entity("a", "A", "x", (Variant("B", note="weight=5"),)), {}, "a note would be read as keys"),
        (Entity("a", "A", "x", (Variant("B", "de", note="so; target"),)), {}, "a note would be read as keys"),
        (Entity("#a", "A", "x", (Variant("B"),)), {}, "starts with '#'"),
        (Entity("a", "A", "x"), {"Date": "today"}, "malformed header line"),
        (Entity("a", "A", "x"), {"date": "to\nday"}, "control character"),
        (Entity("a", "A", "x"), {"format": "other/1"}, "is not a name pack's"),
    ],
)
def test_a_pack_that_would_be_misread_is_not_written(entity: Entity, header: dict[str, str], message: str) -> None:
    with pytest.raises(SourceError, match=message):
        write_names([entity], io.StringIO(), header)


def test_a_pack_says_canonicals_and_lone_canonicals_in_rows_of_their_own() -> None:
    written = io.StringIO()
    write_names([Entity("a", "A", "x", canonicals={"de": "Ä"}), Entity("b", "B", "x")], written, {})
    assert written.getvalue().split("\n")[2:] == ["a\tx\tA\tÄ\tde\texonym\ttarget", "b\tx\tB\tB\t\tromanization\t", ""]


letters = st.sampled_from(string.ascii_letters + "éİßǰдحمد三Ж'-.")
texts = st.lists(st.text(letters, min_size=1, max_size=6), min_size=1, max_size=3).map(" ".join)
langs = st.sampled_from(["", "de", "fr", "prs", "zh-Hant", "uz-Latn"])
notes = st.sampled_from(["", "in old atlases", "so; and so", "source=atlas"])
variants = st.builds(Variant, texts, langs, st.sampled_from(VARIANT_TYPES), notes)
weights = st.floats(0, allow_nan=False, allow_infinity=False) | st.integers(0, 10**9).map(float)


def same(variant: Variant) -> tuple[str, str]:
    """What makes two variants of an entity the same."""
    return (next(find_homonyms([Entity(i, variant.text, "x") for i in "ab"])).form, variant.lang)


@st.composite
def entities(draw: st.DrawFn, ident: str) -> Entity:
    spelled = tuple(draw(st.lists(variants, min_size=1, max_size=5, unique_by=same)))
    named = {v.lang: v.text for v in spelled if v.lang and draw(st.booleans())}
    return Entity(
        ident, draw(texts), draw(st.sampled_from(["place", "given"])), spelled, draw(weights), named,
        draw(st.sampled_from(["", "AF"])),
    )  # fmt: skip


many = st.integers(0, 4).flatmap(lambda count: st.tuples(*(entities(f"e:{number}") for number in range(count))))


def unplaced(found: Iterator[Entity]) -> list[Entity]:
    return [replace(entity, source="") for entity in found]


@given(many, st.sampled_from([".jsonl", ".jsonl.gz"]))
def test_records_round_trip(given_entities: tuple[Entity, ...], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, f"one{suffix}"), Path(folder, f"two{suffix}")
        write_records(given_entities, one)
        assert unplaced(read_source(one)) == list(given_entities)
        write_records(read_source(one), two)
        assert one.read_bytes() == two.read_bytes()


@given(many, st.sampled_from([".tsv", ".tsv.gz"]))
def test_names_round_trip(given_entities: tuple[Entity, ...], suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        one, two = Path(folder, f"one{suffix}"), Path(folder, f"two{suffix}")
        write_names(given_entities, one, {"licence": "CC0-1.0", "date": "2026-11-23"})
        assert unplaced(read_source(one)) == list(given_entities)
        write_names(read_source(one), two, read_header(one))
        assert one.read_bytes() == two.read_bytes()


tabular = st.lists(
    st.lists(st.sampled_from(["p:a", "person", "A", "", "de", "target", "weight=1", "\r", "é", "#"]) | st.text(), max_size=8)
    .map("\t".join)
    .map(lambda row: row.encode("utf-8", "surrogatepass"))
).map(b"\n".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["text", "lang", "de", "type"]), inner),
    max_leaves=8,
)
json_keys = st.sampled_from(["id", "canonical", "kind", "variants", "weight", "canonicals", "country", "text"])
json_objects = st.dictionaries(json_keys, json_values)
json_lines = st.lists(json_objects.map(lambda found: json.dumps(found).encode())).map(b"\n".join)
contents = (
    st.binary()
    | tabular
    | tabular.map(HEAD.encode().__add__)
    | json_lines
    | st.tuples(json_lines, st.binary(max_size=3), json_lines).map(b"".join)
)


@given(contents, st.sampled_from(["a.tsv", "a.jsonl", "a.tsv.gz", "a.jsonl.gz"]), st.booleans())
def test_any_bytes_give_entities_or_faults(content: bytes, name: str, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_bytes(gzip.compress(content) if packed else content)
        errors = check_sources([path])
        for error in errors:
            str(error).encode("utf-8")
        if errors:
            with pytest.raises(SourceErrors):
                read_sources([path])
        else:
            read_back(read_sources([path]), Path(folder, "b.jsonl"))


def read_back(found: list[Entity], path: Path) -> None:
    write_records(found, path)
    assert unplaced(read_records(path)) == unplaced(iter(found))


@given(st.lists(json_objects | json_values))
def test_any_records_give_entities_or_faults(records: list[Source]) -> None:
    errors = check_sources([records])  # type: ignore[list-item]
    for error in errors:
        str(error).encode("utf-8")


@pytest.mark.parametrize("reader", [read_names, read_records, read_source])
def test_readers_stream(reader: Callable[[Path], Iterator[Entity]], tmp_path: Path) -> None:
    path = tmp_path / ("a.jsonl" if reader is read_records else "a.tsv")
    if reader is read_records:
        path.write_text('{"id":"p:a","canonical":"A","kind":"x"}\nnot JSON\n')
    else:
        path.write_text(HEAD + ROW + ROW.replace("p:a", "p:b") + "too short\n")
    found = reader(path)
    assert next(found).id == "p:a"
    with pytest.raises(SourceError):
        list(found)


def test_a_spreadsheet_may_end_lines_with_tabs(tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    path.write_text("#: format=translit-names/1\t\t\t\t\t\t\n" + HEAD.split("\n")[1] + "\n" + ROW, encoding="utf-8")
    assert [entity.canonical for entity in read_source(path)] == ["Ahmad"]
    assert read_header(path)["format"] == "translit-names/1"
