"""The command line as users meet it: real processes, their output, their exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import translit

RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir", "پنجشیر"]},
    {"id": "person:massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud"]},
    {"id": "place:kabul", "canonical": "Kabul", "kind": "place", "variants": ["Kaboul"]},
    {"id": "place:mumbai", "canonical": "Mumbai", "kind": "place", "variants": [{"text": "Bombay", "type": "former"}]},
]
TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("lexicon") / "small.translit"
    translit.Lexicon.build(RECORDS).save(path)
    return str(path)


def call(*args: object, data: str | bytes = b"") -> tuple[int, str, str]:
    """Exit status, standard output and standard error."""
    given = data.encode() if isinstance(data, str) else data
    done = subprocess.run([*TRANSLIT, *map(str, args)], input=given, capture_output=True, timeout=120, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def objects(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_clean_from_standard_input(lexicon: str, tmp_path: Path) -> None:
    audit = tmp_path / "a.jsonl"
    status, output, errors = call("clean", "--lexicon", lexicon, "--audit", audit, data="Achmad Massud sprak in Panjsjir.\r\nKaboul")
    assert (status, output, errors) == (0, "Ahmad Massoud sprak in Panjshir.\r\nKabul", "")
    lines = objects(audit.read_text("utf-8"))
    assert [list(line) for line in lines] == 3 * [["doc", "start", "end", "input", "replacement", "id", "kind", "method", "confidence"]]
    assert [(line["doc"], line["start"], line["end"], line["replacement"]) for line in lines] == [
        (0, 0, 13, "Ahmad Massoud"), (0, 23, 31, "Panjshir"), (0, 34, 40, "Kabul"),
    ]  # fmt: skip


def test_clean_many_files_into_a_directory(lexicon: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Kaboul")
    (tmp_path / "b.csv").write_text("n\nKaboul\n")
    (tmp_path / "c.txt").write_text("Kaboul!")
    out, audit = tmp_path / "out", tmp_path / "audit"
    status, output, _ = call("clean", "--lexicon", lexicon, tmp_path / "[ac].txt", "-o", f"{out}/", "--audit", audit)
    assert (status, output) == (0, "")
    assert {path.name: path.read_text() for path in out.iterdir()} == {"a.txt": "Kabul", "c.txt": "Kabul!"}
    assert [line["doc"] for line in objects(audit.read_text())] == [str(tmp_path / "a.txt"), str(tmp_path / "c.txt")]
    assert call("clean", "--lexicon", lexicon, tmp_path / "a.txt", tmp_path / "c.txt")[1] == "KabulKabul!"


def test_a_text_that_is_no_utf8_does_not_stop_the_others(lexicon: str, tmp_path: Path) -> None:
    texts = {"a.txt": b"Kaboul", "b.txt": b"Kaboul\nM\xfcnchen", "c.txt": b"Kaboul!"}
    for name, content in texts.items():
        (tmp_path / name).write_bytes(content)
    paths, out, rejects = [tmp_path / name for name in texts], tmp_path / "out", tmp_path / "rejects"
    given = ("clean", "--lexicon", lexicon, *paths, "-o", f"{out}/")
    status, _, errors = call(*given, "--rejects", rejects, "--audit", tmp_path / "audit", "--summary")
    assert (status, json.loads(errors.splitlines()[-1])["rejected"]) == (3, 1)
    assert {path.name: path.read_text() for path in out.iterdir()} == {"a.txt": "Kabul", "c.txt": "Kabul!"}
    [reject] = objects(rejects.read_text())
    assert (reject["file"], reject["offset"]) == (str(tmp_path / "b.txt"), 8)
    assert "invalid UTF-8: byte 0xfc" in str(reject["reason"])
    assert call(*given, "--resume")[0] == 3
    assert call(*given, "--strict")[0] == call("clean", "--lexicon", lexicon, tmp_path / "b.txt")[0] == 1


def test_clean_in_place(lexicon: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("n,m\nKaboul,Kaboul\n")
    assert call("clean", "--lexicon", lexicon, path, "-o", path, "--column", "n", "--mode", "name")[0] == 0
    assert path.read_text() == "n,m\nKabul,Kaboul\n"


MISTAKEN = [
    ("id,name\nx,Kaboul\n", ["--column", "nmae"], "no column 'nmae': the file has id, name; did you mean 'name'?"),
    ("id,name\nx,Kaboul\n", ["--column", " Name"], "did you mean 'name'?"),
    ("id,name\nx,Kaboul\n", ["--column", "zz"], "the file has id, name; name one of them with --column"),
    ("id;name\nx;Kaboul\n", ["--column", "name"], "its fields seem to be split by ';': try --delimiter ';'"),
    ("name\nKaboul\n", ["--column", "name", "--audit", "in.csv"], "in.csv is read: name another file to write"),
    ("name\nKaboul\n", ["--column", "name", "--rejects", "./in.csv", "-o", "out.csv"], "in.csv is read"),
    ("name\nKaboul\n", ["other.csv", "--column", "name", "--report", "other.csv", "-o", "out/"], "other.csv is read"),
]


@pytest.mark.parametrize(("content", "options", "message"), MISTAKEN)
def test_mistakes_with_files_are_told_and_leave_them_alone(
    lexicon: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, options: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("in.csv", "other.csv"):
        Path(name).write_text(content)
    status, output, errors = call("clean", "--lexicon", lexicon, "in.csv", *options)
    assert (status, output) == (2, "")
    assert message in errors
    assert Path("in.csv").read_text() == Path("other.csv").read_text() == content


def test_types_and_target(lexicon: str) -> None:
    assert call("clean", "--lexicon", lexicon, data="Bombay")[1] == "Bombay"
    assert call("clean", "--lexicon", lexicon, "--types", "former,exonym", data="Bombay")[1] == "Mumbai"


def test_rejects_are_counted_and_set_aside(lexicon: str, tmp_path: Path) -> None:
    rejects = tmp_path / "r.jsonl"
    rows = b'{"t":"Kaboul"}\n{\n{"t":"\xff"}\n'
    arguments = ("clean", "--lexicon", lexicon, "--format", "jsonl", "--column", "t")
    status, output, errors = call(*arguments, "--rejects", rejects, "--summary", data=rows)
    assert (status, output) == (3, '{"t":"Kabul"}\n')
    assert f"2 of 3 rows rejected; see {rejects}; the first: " in errors
    summary = json.loads(errors.splitlines()[-1])
    assert (summary["rows"], summary["written"], summary["rejected"], summary["changed"]) == (3, 1, 2, 1)
    assert [(line["row"], line["offset"]) for line in objects(rejects.read_text())] == [(1, 15), (2, 17)]
    status, output, errors = call(*arguments, "--strict", data=rows)
    assert (status, "standard input:2: row 1 at byte 15: broken JSON" in errors) == (1, True)


def test_invalid_utf8_has_its_offset_and_writes_nothing(lexicon: str, tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    for extra in ((), ("-o", target)):
        status, output, errors = call("clean", "--lexicon", lexicon, *extra, data=b"Kaboul \xff")
        assert (status, output) == (1, "")
        assert "byte 0xff at byte offset 7" in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("data", ["", "🙂🙂", "\n", "Punjab, Ahmadinejad, Massaging, masses\n"])
def test_unchanged(lexicon: str, data: str) -> None:
    assert call("clean", "--lexicon", lexicon, data=data) == (0, data, "")


def test_match(lexicon: str) -> None:
    status, output, errors = call("match", "--lexicon", lexicon, data="Punjir\n\nKaboul\r\nXyzzy")
    lines = objects(output)
    assert (status, errors) == (0, "")
    assert [line["input"] for line in lines] == ["Punjir", "", "Kaboul", "Xyzzy"]
    assert [line["id"] for line in lines] == ["place:panjshir", None, "place:kabul", None]
    assert all(list(line) == ["input", "id", "canonical", "kind", "method", "confidence"] for line in lines)


def test_match_answers_always_at_confidence_zero(lexicon: str) -> None:
    line = objects(call("match", "--lexicon", lexicon, "--min-confidence", 0, data="Panchshear\n")[1])[0]
    assert line["id"] == "place:panjshir"


def test_match_keeps_lines_side_by_side(lexicon: str) -> None:
    status, output, errors = call("match", "--lexicon", lexicon, data=b"Punjir\n\xff\nKaboul\n")
    assert status == 3
    assert [line["id"] for line in objects(output)] == ["place:panjshir", None, "place:kabul"]
    assert "1 of 3 lines cannot be read" in errors


def test_match_answers_line_by_line(lexicon: str) -> None:
    with subprocess.Popen([*TRANSLIT, "match", "--lexicon", lexicon], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in ("Punjir", "Kaboul"):
            process.stdin.write(f"{name}\n".encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["input"] == name


def test_explain(lexicon: str) -> None:
    status, output, _ = call("explain", "--lexicon", lexicon, "Panjsjir", "Xyzzy")
    assert status == 0
    assert "Panjshir" in output
    assert "place:panjshir" in output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("nope",), "No such command"),
        (("clean", "--precision", "2"), "--precision"),
        (("clean", "--format", "yaml"), "--format"),
        (("clean", "--add", "colour"), "'colour' is not one of id, kind, confidence, method, original"),
        (("clean", "--add", "id"), "use --mode name"),
        (("clean", "--resume"), "--resume needs files"),
        (("clean", "--types", "made-up"), "'made-up' is not one of romanization"),
        (("match", "--conventions", "deu,xx"), "conventions: 'xx' is not known; choose from amh"),
        (("clean", "-o", "x", "--audit", "./x"), "need a file each"),
        (("clean", "-", "-"), "standard input can be read once"),
        (("clean", "/nowhere/*.txt"), "no file is called"),
        (("clean", "--format", "csv"), "a table needs --column"),
        (("clean", "--lexicon", "/nowhere"), "does not exist"),
        (("match", "--precision", "0.9", "--min-confidence", "0"), "exclude each other"),
        (("explain",), "Missing argument"),
        (("match", "Achmad", "Massud"), "To match a name: echo 'Achmad Massud' | translit match"),
        (("claen",), "No such command 'claen'; did you mean 'clean'?"),
        (("Massud",), "bench. To match a name: echo Massud | translit match"),
        (("lexicon", "biuld"), "No such command 'biuld'; did you mean 'build'?"),
        (("lexicon", "check"), "Missing argument"),
        (("lexicon", "import", "nothing", "/dev/null", "-o", "x.tsv"), "'nothing' is not one of"),
    ],
)
def test_usage(args: tuple[str, ...], told: str, lexicon: str) -> None:
    extra = ("--lexicon", lexicon) if args[0] == "clean" and "--lexicon" not in args else ()
    status, output, errors = call(*args, *extra, data=b"a,b\n1,2\n")
    assert (status, output) == (2, "")
    assert told in errors


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("clean", "/nowhere/a.txt"), "/nowhere/a.txt: no such file; check the path"),
        (("clean", "-o", "/nowhere/a.txt"), "there is no directory /nowhere; make it first"),
        (("clean", "--audit", "/nowhere/a.txt"), "cannot be written: No such file or directory"),
        (("match", "/nowhere"), "no such file"),
        (("match", "Massud"), "or give the text itself to standard input: echo Massud | translit match"),
        (("clean", "Massud in Kaboul."), "echo 'Massud in Kaboul.' | translit clean"),
        (("clean", "examples/capital.csv"), "check the path; did you mean 'capitals.csv'?"),
    ],
)
def test_failures_are_one_line_with_the_mend(args: tuple[str, ...], told: str, lexicon: str) -> None:
    status, output, errors = call(*args, "--lexicon", lexicon, data=b"Kaboul")
    assert (status, output) == (1, "")
    assert told in errors
    assert errors.startswith("translit: ")
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            b"Kabul \xfcber",
            "byte 0xfc at byte offset 6; nothing was written; convert the file to UTF-8, such as by iconv -f CP1252",
        ),
        ("Kabul".encode("utf-16"), "it is UTF-16: convert it by iconv -f UTF-16 -t UTF-8"),
        (b"PK\x03\x04\xff", "an office document: save it as text or CSV"),
    ],
)
def test_a_file_in_another_encoding_is_told_with_the_mend(data: bytes, told: str, lexicon: str) -> None:
    status, output, errors = call("clean", "--lexicon", lexicon, data=data)
    assert (status, output) == (1, "")
    assert told in errors


def test_a_table_whose_lines_are_matched_is_told(tmp_path: Path, lexicon: str) -> None:
    table = tmp_path / "names.csv"
    table.write_text("id,name\n1,Kaboul\n")
    status, output, errors = call("match", table, "--lexicon", lexicon)
    assert (status, len(objects(output))) == (0, 2)
    assert f"to match a column of it: translit clean {table} --column COLUMN --mode name" in errors


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run([sys.executable, "-m", "translit", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"translit {translit.__version__}\n"


def test_check_tells_of_records_of_one_name(tmp_path: Path) -> None:
    source = tmp_path / "people.jsonl"
    records = [{"id": ident, "canonical": "Ahmad Shah", "kind": "person"} for ident in ("p:a", "p:b")]
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    status, output, errors = call("lexicon", "check", source)
    assert (status, output) == (0, "")
    assert "note: 'ahmad shah' is the name of several, without weights to decide: p:a, p:b" in errors


def test_a_source_with_faults_lists_them(tmp_path: Path) -> None:
    source = tmp_path / "bad.jsonl"
    source.write_text('{"id":"a","canonical":"A","kind":"place","colour":1}\n{"id":"b"}\n')
    status, output, errors = call("lexicon", "check", source)
    assert status == 1
    assert {line.split(":")[1] for line in output.splitlines()} == {"1", "2"}
    assert "faults in 1 source" in errors
    status, _, errors = call("match", "--lexicon", source)
    assert (status, f"{source}:1:" in errors) == (1, True)
    status, _, errors = call("lexicon", "build", source, "-o", tmp_path / "out")
    assert (status, (tmp_path / "out").exists()) == (1, False)


def test_check_runs_the_examples_of_rules(tmp_path: Path) -> None:
    rules = tmp_path / "deu.tsv"
    header = "#: format=translit-rules/1\n#: licence=CC0-1.0\n#: source=s\n#: date=2026-01-01\n#: script=Latn\n#: langs=deu\n"
    rules.write_text(f"{header}spelling\tbefore\tafter\treading\tlangs\texample\nsch\t\t\tʃ\t\tKabul=Kabul\n", "utf-8")
    status, output, _ = call("lexicon", "check", rules)
    assert status == 1
    assert f"{rules}:8:6: the rule takes no part in reading its example" in output


def test_lexicon_build_and_stats(tmp_path: Path) -> None:
    source, first, second = tmp_path / "s.jsonl", tmp_path / "1.translit", tmp_path / "2.translit"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    for target in (first, second):
        assert call("lexicon", "build", source, "-o", target)[0] == 0
    assert first.read_bytes() == second.read_bytes()
    status, output, _ = call("lexicon", "stats", first, "--json")
    assert (status, json.loads(output)["entities"]) == (0, 4)
    assert call("lexicon", "stats", first)[1].splitlines()[0].split()[:2] == ["entities", "4:"]
    assert objects(call("match", "--lexicon", first, data="Punjir")[1])[0]["canonical"] == "Panjshir"


def test_help_and_version_import_nothing_heavy() -> None:
    code = "import sys; from translit.cli import main; main(['--help']); print(*sorted(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "rapidfuzz", "regex", "rich", "pyarrow", "unidecode"} & set(done.stderr.split())
    for word in ("clean", "match", "explain", "lexicon", "evaluate", "bench"):
        assert f"\n  {word}" in done.stdout
    assert call("--version")[1] == f"translit {translit.__version__}\n"


def test_every_command_has_help() -> None:
    for command in ("clean", "match", "explain", "evaluate", "bench", "lexicon"):
        assert call(command, "--help")[0] == 0
    for command in ("build", "check", "stats", "diff", "import"):
        assert call("lexicon", command, "--help")[0] == 0


def test_errors_of_our_own_are_one_line_unless_asked(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom translit.cli import group, main\n"
        "group.COMMANDS['bench'] = group.Lazy('nowhere.at.all', '')\nsys.exit(main(['bench']))"
    )
    for debug in ("", "1"):
        env = {**os.environ, "TRANSLIT_DEBUG": debug}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=False)
        assert done.returncode == 1
        assert ("Traceback" in done.stderr) == bool(debug)


def test_conventions_choose_the_readings(lexicon: str) -> None:
    dutch = call("explain", "--lexicon", lexicon, "--conventions", "nld", "Panjsjier")[1]
    both = call("explain", "--lexicon", lexicon, "--conventions", "nld,deu", "Panjsjier")[1]
    assert (" deu" in dutch, " nld" in dutch) == (False, True)
    assert " deu" in both
