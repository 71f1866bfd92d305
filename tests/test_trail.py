"""Trails: applied, undone, refused; as functions on any text, and as commands on real files."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from strategies import SMALL, anything, odd, spellings_of, texts

import translit
from translit import Mention, TrailError
from translit.cli import main
from translit.trail import apply, undo

TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]
written = st.one_of(anything, odd, st.sampled_from(["", "Panjshir", "İ", "e\u0301", "\r\n", "𝐊", "پنجشیر"]))


def mention(start: int, text: str, replacement: str) -> Mention:
    return Mention(text, "id", replacement, "place", "exact", 0.99, (), start, start + len(text), replacement)


@st.composite
def changed(draw: st.DrawFn) -> tuple[str, list[Mention]]:
    """A text in pieces, some of which are changed."""
    text, mentions = "", []
    for piece, replacement in draw(st.lists(st.tuples(written, st.one_of(st.none(), written)), max_size=8)):
        if replacement is not None:
            mentions.append(mention(len(text), piece, replacement))
        text += piece
    return text, mentions


@given(changed())
@example(("İİ Punjir\r\ne\u0301", [mention(3, "Punjir", "Panjshir"), mention(11, "e\u0301", "é")]))
@example(("\U0001f600a\U0001f600", [mention(0, "\U0001f600", ""), mention(1, "a", "\u0301"), mention(2, "\U0001f600", "\r\n")]))
def test_undo_is_the_inverse_of_apply(given: tuple[str, list[Mention]]) -> None:
    text, mentions = given
    assert undo(apply(text, mentions), mentions) == text


@given(texts(st.sampled_from(spellings_of(SMALL))))
def test_what_clean_did_is_undone(normalizers: Any, text: str) -> None:
    norm = normalizers("small")
    mentions = [m for m in norm.find(text) if m.replacement != m.input]
    assert apply(text, mentions) == norm.clean(text)
    assert undo(norm.clean(text), mentions) == text


@given(changed(), st.integers(0, 60), st.sampled_from("aİ\n"))
def test_another_text_is_refused_or_changed_elsewhere(given: tuple[str, list[Mention]], at: int, letter: str) -> None:
    """A letter put in before or inside a change is refused; one behind all changes is not theirs to know."""
    text, mentions = given
    other = text[:at] + letter + text[at:]
    for change, right in ((apply, text), (undo, apply(text, mentions))):
        wrong = other if change is apply else right[:at] + letter + right[at:]
        try:
            result = change(wrong, mentions)
        except TrailError:
            continue
        # Every place held what the trail says, so that the other way leads back.
        assert (undo if change is apply else apply)(result, mentions) == wrong


@pytest.mark.parametrize("mentions", [
    [mention(0, "Punjab", "Panjshir")],
    [mention(3, "Punjir", "Panjshir"), mention(3, "Punjir", "Panjshir")],
    [mention(3, "Punjir", "Panjshir"), mention(0, "in", "im")],
    [mention(30, "Punjir", "Panjshir")],
])  # fmt: skip
def test_a_trail_of_another_text_is_refused(mentions: list[Mention]) -> None:
    with pytest.raises(TrailError, match="another text"):
        apply("in Punjir", mentions)
    with pytest.raises(TrailError, match="another text"):
        undo("im Punjab", mentions)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("lexicon") / "small.translit"
    translit.Lexicon.build(SMALL).save(path)
    return str(path)


def done(*args: object) -> int:
    """The exit status of a command in this process."""
    return main([str(arg) for arg in args])


def call(*args: object, data: bytes = b"") -> tuple[int, bytes, str]:
    done = subprocess.run([*TRANSLIT, *map(str, args)], input=data, capture_output=True, timeout=120, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr.decode()


TEXT = "\ufeffİ Achmad Massud 👩\u200d👧 in Panjsjir’s\r\nPANJSJIR, Caboul\r e\u0301 Punjir\n\npeking, Pekín پنجشیر"
CSV = 'n,t,u\r\n1,"Punjir, ""Caboul""",Punjir\r\n\r\n2,Panjsjir,Panjshir\r\n3,"Punjir\nCaboul","Caboul"\r\n4,,Kabul'
JSONL = '{"t": "Punjir – Caboul", "u": "Caboul"}\n\n {"u":"Kabul","t":"Panjshir"}\n{"t":"Panjsjir","u":"Pékin"}'
FILES = [
    ("a.txt", TEXT, ()), ("a.csv", CSV, ("t",)), ("a.csv", CSV, ("t", "u")), ("a.csv", CSV, ("u", "t")),
    ("a.tsv", CSV.replace(",", "\t"), ("t",)), ("a.jsonl", JSONL, ("t",)), ("a.jsonl", JSONL, ("t", "u")),
    ("empty.txt", "", ()), ("same.txt", "Nothing here", ()),
]  # fmt: skip


@pytest.mark.parametrize("mode", ["text", "name"])
@pytest.mark.parametrize(("name", "content", "columns"), FILES)
def test_replay_and_undo_give_the_same_bytes(
    lexicon: str, tmp_path: Path, name: str, content: str, columns: tuple[str, ...], mode: str
) -> None:
    source, output, audit = tmp_path / name, tmp_path / f"out-{name}", tmp_path / "trail.jsonl"
    source.write_bytes(content.encode())
    asked = [option for column in columns for option in ("--column", column)]
    assert done("clean", "--lexicon", lexicon, "--mode", mode, source, "-o", output, "--audit", audit, *asked) == 0
    assert (output.read_bytes() != source.read_bytes()) == bool(audit.read_bytes())
    again, back = tmp_path / f"again-{name}", tmp_path / f"back-{name}"
    # The trail of a table names its columns.
    assert done("replay", audit, source, "-o", again) == 0
    assert again.read_bytes() == output.read_bytes()
    assert done("undo", audit, output, "-o", back, *asked) == 0
    assert back.read_bytes() == source.read_bytes()


def test_from_standard_input_to_standard_output(lexicon: str, tmp_path: Path) -> None:
    audit = tmp_path / "trail.jsonl"
    options = ("--format", "csv", "--column", "t")
    _, output, _ = call("clean", "--lexicon", lexicon, "--audit", audit, *options, data=CSV.encode())
    assert call("replay", audit, *options, data=CSV.encode()) == (0, output, "")
    assert call("undo", audit, *options, data=output) == (0, CSV.encode(), "")


def test_packed_files(lexicon: str, tmp_path: Path) -> None:
    source, output, audit, back = (tmp_path / name for name in ("a.txt.gz", "b.txt.gz", "trail.jsonl.gz", "back.txt.gz"))
    source.write_bytes(gzip.compress(TEXT.encode()))
    assert done("clean", "--lexicon", lexicon, source, "-o", output, "--audit", audit) == 0
    assert done("undo", audit, output, "-o", back) == 0
    assert gzip.decompress(back.read_bytes()) == TEXT.encode()


def test_a_trail_of_several_files(lexicon: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Caboul")
    (tmp_path / "b.txt").write_text("in Caboul")
    audit, out = tmp_path / "trail.jsonl", tmp_path / "out"
    assert done("clean", "--lexicon", lexicon, tmp_path / "a.txt", tmp_path / "b.txt", "-o", f"{out}/", "--audit", audit) == 0
    assert call("undo", audit, out / "b.txt")[1] == b"in Caboul"
    assert call("replay", audit, tmp_path / "a.txt")[1] == b"Kabul"
    status, printed, errors = call("undo", audit, data=b"in Kabul")
    assert (status, printed) == (1, b"")
    assert "choose one with --document" in errors
    assert call("undo", audit, "--document", tmp_path / "b.txt", data=b"in Kabul")[1] == b"in Caboul"


SAME_PLACES = [
    ("a.txt", "in Caboul", "in Caboul, or so"), ("a.csv", "t,n\nCaboul,1\n", "t,n\nCaboul,2\n"),
    ("a.jsonl", '{"t": "Caboul"}\n', '{"t": "Caboul"}\n{"t": "Herat"}\n'),
]  # fmt: skip


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize(("name", "content", "other"), SAME_PLACES)
def test_another_file_is_refused_though_every_place_agrees(
    lexicon: str, tmp_path: Path, name: str, content: str, other: str, piped: bool
) -> None:
    source, audit = tmp_path / name, tmp_path / "trail.jsonl"
    source.write_text(content)
    chosen = [] if name == "a.txt" else ["--column", "t"]
    options = [*chosen, "--format", name[2:].replace("txt", "text")]
    given: list[str | Path] = ["-"] if piped else [source]
    status, output, _ = call("clean", "--lexicon", lexicon, *given, "--audit", audit, *options, data=content.encode())
    assert (status, output.decode()) == (0, content.replace("Caboul", "Kabul"))
    for way, right, wrong in (("replay", content, other), ("undo", output.decode(), other.replace("Caboul", "Kabul"))):
        source.write_text(right)
        assert call(way, audit, *given, *options, data=right.encode())[0] == 0
        source.write_text(wrong)
        status, printed, errors = call(way, audit, *given, *options, data=wrong.encode())
        assert (status, printed) == (1, b"")
        assert "its SHA-256 is not that of the" in errors
    # A trail without its digests is taken by the places alone.
    (tmp_path / "trail.jsonl.sha256").write_text("{}")
    assert "not the digests of a trail" in call("undo", audit, *given, *options, data=wrong.encode())[2]
    (tmp_path / "trail.jsonl.sha256").unlink()
    assert call("undo", audit, *given, *options, data=wrong.encode())[1].decode() == other


LINE = {
    "doc": 0, "start": 3, "end": 9, "input": "Punjir", "replacement": "Panjshir", "id": "p", "kind": "place",
    "method": "exact", "confidence": 1,
}  # fmt: skip
REFUSED = [
    ("replay", [LINE], "in Punjab", "no 'Punjir' at 3: the trail belongs to another text; nothing was written"),
    ("undo", [LINE], "in Punjir", "no 'Panjshir' at 3: the trail belongs to another text; nothing was written"),
    ("undo", [LINE], "in", "no 'Panjshir' at 3"),
    ("replay", [LINE, LINE], "in Punjir", "no 'Punjir' at 3"),
    ("replay", [{**LINE, "end": 8}], "in Punjir", "trail.jsonl:1: not a line of a trail: 'input' has 6 code points, but"),
    ("replay", [LINE, {"doc": 0}], "in Punjir", "trail.jsonl:2: not a line of a trail: it has no 'start'"),
    ("replay", [[1]], "in Punjir", "trail.jsonl:1: not a line of a trail: it is not an object"),
    ("replay", [{**LINE, "start": True}], "in Punjir", "'start' is not a number of code points"),
    ("replay", [{**LINE, "doc": None}], "in Punjir", "'doc' is neither a row nor a name"),
    ("replay", [LINE], b"in Punjir \xff", "byte 0xff at byte offset 10"),
]  # fmt: skip


@pytest.mark.parametrize(("way", "lines", "content", "message"), REFUSED)
def test_another_input_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], way: str, lines: list[Any], content: str | bytes, message: str
) -> None:
    audit, source, target = tmp_path / "trail.jsonl", tmp_path / "a.txt", tmp_path / "out.txt"
    audit.write_text("".join(json.dumps(line) + "\n" for line in lines))
    source.write_bytes(content if isinstance(content, bytes) else content.encode())
    for output in ((), ("-o", target)):
        status, told = done(way, audit, source, *output), capsys.readouterr()
        assert (status, told.out) == (1, "")
        assert message in told.err
    assert not target.exists()


TABLES = [
    ("t\nPunjab\n", [], "no 'Punjir' at 3"),
    ("t\n", [], "some rows of the trail are not in it"),
    ("t\nin Punjir\n", ["--column", "u"], "no column 'u'"),
    ("t\na,b\nin Punjir\n", [], "2 fields instead of 1; nothing was written"),
]


@pytest.mark.parametrize(("content", "options", "message"), TABLES)
def test_another_table_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, options: list[str], message: str
) -> None:
    audit, source = tmp_path / "trail.jsonl", tmp_path / "a.csv"
    audit.write_text(json.dumps(LINE))
    source.write_text(content)
    status, told = done("replay", audit, source, *(options or ["--column", "t"])), capsys.readouterr()
    assert (status > 0, told.out) == (True, "")
    assert message in told.err


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    audit, source = tmp_path / "trail.jsonl", tmp_path / "a.csv"
    audit.write_text(json.dumps(LINE))
    source.write_text("t\nin Punjir\n")
    assert "name it with --column" in call("replay", audit, source)[2]
    assert "no such" in call("replay", audit, tmp_path / "b.txt")[2].lower()
    audit.write_text("nonsense")
    assert "it is not JSON" in call("replay", audit, source, "--column", "t")[2]
