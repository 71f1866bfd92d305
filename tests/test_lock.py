"""A project pins its lexicons, and what is not pinned is refused; what ``lexicon stats`` tells."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translit import Lexicon, open_lexicon
from translit.errors import LexiconError
from translit.lexicon.lock import LOCK_NAME, Pin, lock_in_use, read_lock, write_lock
from translit.lexicon.opening import pin_sources
from translit.lexicon.source import write_records
from translit.model import Entity, Variant

TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a source, another one, and a compiled lexicon."""
    for name, variant in (("own", "Kaboul"), ("other", "Cabul")):
        write_records([Entity("1", "Kabul", "place", (Variant(variant, "fr"),))], tmp_path / f"{name}.jsonl")
    Lexicon.build([tmp_path / "other.jsonl"]).save(tmp_path / "other.translit")
    return tmp_path


@pytest.fixture
def run(project: Path, child: dict[str, str]) -> Run:
    def call(*arguments: str, data: str = "Kaboul") -> tuple[int, str, str]:
        environment = {**child, "TRANSLIT_CACHE": str(project / "cache")}
        done = subprocess.run([*TRANSLIT, *arguments], cwd=project, env=environment, input=data.encode(), capture_output=True, check=False)
        assert b"Traceback" not in done.stderr
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return call


def test_what_is_pinned_is_used_and_nothing_else(project: Path, run: Run) -> None:
    assert run("clean", "--lexicon", "own.jsonl")[:2] == (0, "Kabul")
    status, output, errors = run("lexicon", "lock", "own.jsonl")
    assert (status, output) == (0, "") and errors.startswith("translit: own.jsonl pinned as ")
    assert run("clean", "--lexicon", "own.jsonl")[:2] == (0, "Kabul")
    for command in ("clean", "match", "explain Kaboul"):
        status, output, errors = run(*command.split(), "--lexicon", "other.jsonl")
        assert (status, output) == (1, "")
        assert errors.startswith("translit: translit.lock pins own.jsonl (") and errors.endswith("or give --no-lock\n")
        assert run(*command.split(), "--lexicon", "other.jsonl", "--no-lock")[0] == 0


def test_an_edited_source_is_refused(project: Path, run: Run) -> None:
    assert run("lexicon", "lock", "own.jsonl")[0] == 0
    write_records([Entity("1", "Kabul", "place", (Variant("Kaboul"), Variant("Cabool")))], project / "own.jsonl")
    assert run("match", "--lexicon", "own.jsonl")[0] == 1
    assert run("lexicon", "lock", "own.jsonl")[0] == 0
    assert run("match", "--lexicon", "own.jsonl")[0] == 0


def test_a_program_opens_what_is_pinned(project: Path, run: Run) -> None:
    assert run("lexicon", "lock", "own.jsonl")[0] == 0
    assert len(open_lexicon([project / "own.jsonl"], lock=project / LOCK_NAME)) == 1
    with pytest.raises(LexiconError, match=r"pins own\.jsonl"):
        open_lexicon([project / "other.translit"], lock=project / LOCK_NAME)


def test_another_lock_is_given_by_name(project: Path, run: Run) -> None:
    assert run("lexicon", "lock", "own.jsonl")[0] == 0
    assert run("lexicon", "lock", "other.translit", "own.jsonl", "-o", "all.lock")[0] == 0
    assert [pin.sources for pin in read_lock(project / "all.lock").pins] == [("other.translit",), ("own.jsonl",)]
    assert run("match", "--lexicon", "other.jsonl")[0] == 1
    # The same content is the same lexicon, compiled beforehand or not.
    for lexicon in ("other.jsonl", "other.translit", "own.jsonl"):
        assert run("match", "--lexicon", lexicon, "--lock", "all.lock")[0] == 0
    assert run("match", "--lexicon", "own.jsonl", "--lock", "all.lock", "--no-lock")[0] == 2
    assert run("match", "--lexicon", "own.jsonl", "--lock", "no.lock")[0] == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no line format = "),
        ("format = ", "not a lock file: Invalid value"),
        ('format = "translit-lock/1"', "pins no lexicon"),
        ('format = "translit-lock/1"\nlexicon = 3', "pins no lexicon"),
        ('format = "translit-lock/1"\n[[lexicon]]\nsources = ["a"]\nsha256 = "12"\nentities = 1', "without its sources, sha256"),
    ],
)
def test_a_damaged_lock_refuses_everything(text: str, message: str, project: Path, run: Run) -> None:
    (project / LOCK_NAME).write_text(text)
    with pytest.raises(LexiconError, match=message):
        read_lock(project / LOCK_NAME)
    status, output, errors = run("match", "--lexicon", "own.jsonl")
    assert (status, output) == (1, "") and "make it again with 'translit lexicon lock'" in errors


def test_a_lock_of_another_version_says_so(project: Path) -> None:
    lexicon = Lexicon.load(project / "other.translit")
    write_lock([Pin(("own.jsonl",), "0" * 64, 1)], project / LOCK_NAME)
    text = (project / LOCK_NAME).read_text()
    version = tomllib.loads(text)["translit"]
    (project / LOCK_NAME).write_text(text.replace(f'"{version}"', '"0.0.1"'))
    with pytest.raises(LexiconError, match=rf"made by translit 0\.0\.1 and not {version}, pins own\.jsonl"):
        read_lock(project / LOCK_NAME).check(lexicon)


def test_no_lock_nothing_to_check(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    assert lock_in_use() is None


def test_the_checksum_is_of_the_content(project: Path) -> None:
    built = Lexicon.build([project / "other.jsonl"])
    assert built.checksum == Lexicon.load(project / "other.translit").checksum
    assert pin_sources([project / "other.translit"])[0].sha256 == built.checksum != Lexicon.build([project / "own.jsonl"]).checksum


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1), min_size=1))
def test_any_name_of_a_source_is_kept(tmp_path_factory: pytest.TempPathFactory, sources: list[list[str]]) -> None:
    path = tmp_path_factory.mktemp("lock") / LOCK_NAME
    pins = tuple(Pin(tuple(names), f"{number:064x}", number) for number, names in enumerate(sources))
    write_lock(pins, path)
    assert read_lock(path).pins == pins


def test_stats(project: Path, run: Run) -> None:
    counts = json.loads(run("lexicon", "stats", "own.jsonl", "--json")[1])
    assert counts["languages"] == {"fr": 1} and counts["licences"] == {}
    assert 0 < len(counts["cheapest_latin"]) <= 20 and all(0 <= cost < 1000 for cost in counts["cheapest_latin"].values())
    assert re.search(r"^languages .*\bfr \d", run("lexicon", "stats", "own.jsonl")[1], re.MULTILINE)
