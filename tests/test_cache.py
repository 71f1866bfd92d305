"""The cache of compiled files: made once, whoever asks at the same time, and never in the way."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import translit
from translit.errors import LexiconError
from translit.lexicon.cache import keep, once

OPEN = """
import os, sys, translit
print("ready", flush=True)
sys.stdin.readline()
print(os.stat(translit.open_lexicon([sys.argv[1]]).path).st_ino)
"""
HANG = """
import time
from translit.lexicon.cache import once

def make(path):
    print("making", flush=True)
    time.sleep(600)

once("hung", make)
"""


def test_a_lexicon_in_memory_is_not_taken_from_an_older_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSLIT_CACHE", str(tmp_path))
    lexicon = translit.Lexicon.build([{"id": "1", "canonical": "Kabul", "kind": "place", "variants": ["Caboul"]}])
    with monkeypatch.context() as older:
        older.setattr("translit.lexicon.cache.VERSION", 1)
        older.setattr("translit.lexicon.storage.VERSION", 1)
        keep(lexicon)
    assert pickle.loads(pickle.dumps(translit.Normalizer(lexicon))).normalize("Caboul") == "Kabul"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    records = ({"id": str(n), "canonical": f"Panjshir {n}", "kind": "place", "variants": [f"Panjsjir {n}"]} for n in range(300))
    path = tmp_path / "many.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.fixture
def cache(tmp_path: Path, child: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder that is not there yet, for this process and its children."""
    folder = tmp_path / "caches" / "mine"
    child["TRANSLIT_CACHE"] = str(folder)
    monkeypatch.setenv("TRANSLIT_CACHE", str(folder))
    return folder


def test_processes_that_ask_at_the_same_time_compile_once(pack: Path, cache: Path, child: dict[str, str]) -> None:
    command = [sys.executable, "-c", OPEN, str(pack)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    asking = [subprocess.Popen(command, env=child, text=True, **pipes) for _ in range(4)]  # type: ignore[call-overload]
    assert {process.stdout.readline() for process in asking} == {"ready\n"}
    for process in asking:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate() for process in asking]
    assert {errors for _, errors in told} == {""}
    # Who compiles puts a new file in place; all of them have seen the same one.
    assert len({inode for inode, _ in told}) == 1
    assert len(list(cache.glob("*.translit"))) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_killed_maker_keeps_nobody_waiting(cache: Path, child: dict[str, str]) -> None:
    with subprocess.Popen([sys.executable, "-c", HANG], env=child, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "making\n"
        process.kill()
    made = once("hung", Path.touch)
    assert made.exists()
    once("hung", lambda path: pytest.fail("made again"))


def test_a_failure_to_make_is_no_last_word(cache: Path) -> None:
    def fail(path: Path) -> None:
        raise LexiconError("no")

    with pytest.raises(LexiconError, match="no"):
        once("hard", fail)
    assert once("hard", Path.touch).exists()


@pytest.mark.parametrize("keep", [0, 5, 5000], ids=["nothing", "a few bytes", "a part"])
def test_a_damaged_file_is_made_again(keep: int, cache: Path, pack: Path) -> None:
    whole = translit.open_lexicon([pack])
    [kept] = cache.glob("*.translit")
    content = kept.read_bytes()
    # Another file in its place: what is mapped is never written to.
    kept.unlink()
    kept.write_bytes(content[:keep])
    assert translit.open_lexicon([pack]).checksum == whole.checksum
    assert kept.read_bytes() == content


def test_a_folder_that_cannot_be_made(tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TRANSLIT_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(LexiconError, match=r"file.cache: the cache's folder cannot be made: .*TRANSLIT_CACHE"):
        translit.open_lexicon([pack])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is closed to the superuser")
def test_a_folder_that_cannot_be_written(tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    monkeypatch.setenv("TRANSLIT_CACHE", str(closed))
    with pytest.raises(LexiconError, match=r"cannot be written to; .*TRANSLIT_CACHE"):
        translit.open_lexicon([pack])
