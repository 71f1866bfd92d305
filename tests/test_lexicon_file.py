"""The compiled file: damage is told, a write is whole or not at all, processes and threads share it."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

import numpy as np
import pytest

from translit import Lexicon, LexiconError, Normalizer, limits
from translit.lexicon.storage import MAGIC, VERSION, read, write

ASKED = ["Achmad Massud", "Pandjsjir", "Massud", "北京", "Nobody in particular"]


@pytest.fixture(scope="module")
def path(small: Lexicon, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("lexicon") / "small.translit"
    small.save(target)
    return target


def expect_error(path: Path, check: bool | None = None) -> str:
    """The error of loading a file, or, where it is left unchecked then, of the first question to it."""
    with pytest.raises(LexiconError) as raised:
        Lexicon.load(path, check=check).index.find_forms(["kabul"])
    message = str(raised.value)
    assert message.startswith(f"{path}: ")
    assert "; " in message
    return message


def places(size: int) -> Iterator[int]:
    """Bytes to change: most of the header, and places all over the file, those between two arrays included."""
    random = Random(1)
    yield from range(24)
    yield from random.sample(range(24, 30_000), 400)
    yield from (random.randrange(size) for _ in range(800))
    yield size - 1


@pytest.mark.parametrize("check", [True, False], ids=["when opened", "when asked"])
def test_every_changed_bit_is_found(path: Path, tmp_path: Path, check: bool) -> None:
    random = Random(2)
    whole = path.read_bytes()
    damaged = tmp_path / "damaged.translit"
    damaged.write_bytes(whole)
    with damaged.open("r+b", buffering=0) as stream:
        for place in places(len(whole)):
            stream.seek(place)
            stream.write(bytes([whole[place] ^ (1 << random.randrange(8))]))
            expect_error(damaged, check)
            stream.seek(place)
            stream.write(whole[place : place + 1])
    assert Lexicon.load(damaged).checksum == Lexicon.load(path).checksum


@pytest.mark.parametrize("check", [True, False], ids=["when opened", "when asked"])
def test_every_truncation_is_found(path: Path, tmp_path: Path, check: bool) -> None:
    whole = path.read_bytes()
    cut = tmp_path / "cut.translit"
    cut.write_bytes(whole)
    for size in sorted({*range(80), *Random(3).sample(range(len(whole)), 200), len(whole) - 1}, reverse=True):
        os.truncate(cut, size)
        expect_error(cut, check)


def test_a_damaged_lexicon_gives_no_answer_whatever_is_asked(path: Path, tmp_path: Path) -> None:
    """Whatever is asked of a file that was not checked when it was opened, and however often."""
    whole = path.read_bytes()
    damaged = tmp_path / "damaged.translit"
    damaged.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    norm = Normalizer(Lexicon.load(damaged, check=False))
    questions: list[Callable[[], object]] = [
        lambda: norm.match("Achmad Massud"), lambda: norm.clean("Achmad Massud"), lambda: norm.explain("Massud"), norm.lexicon.stats,
        lambda: norm.lexicon.checksum, lambda: norm.lexicon.save(tmp_path / "saved"), lambda: norm.lexicon.model,
    ]  # fmt: skip
    for question in questions * 2:
        with pytest.raises(LexiconError, match="is damaged"):
            question()
    assert not (tmp_path / "saved").exists()


def test_a_large_file_is_checked_when_asked_and_a_small_one_when_opened(path: Path, tmp_path: Path) -> None:
    for padding, opens in ((0, False), (limits.CHECKED_WHEN_OPENED, True)):
        arrays, meta = read(path)
        target = tmp_path / "padded.translit"
        write(target, {**arrays, "zz.padding": np.zeros(padding, dtype=np.uint8)}, meta)
        with target.open("r+b", buffering=0) as stream:
            stream.seek(-1, os.SEEK_END)
            last = stream.read(1)[0]
            stream.seek(-1, os.SEEK_END)
            stream.write(bytes([last ^ 1]))
        if not opens:
            expect_error(target)
            continue
        lexicon = Lexicon.load(target)
        assert len(lexicon) > 0
        with pytest.raises(LexiconError, match=r"zz\.padding"):
            Normalizer(lexicon).match("Kabul")


@pytest.mark.parametrize("added", [b"\0", b"\n", MAGIC])
def test_an_appended_byte_is_found(path: Path, tmp_path: Path, added: bytes) -> None:
    longer = tmp_path / "longer.translit"
    longer.write_bytes(path.read_bytes() + added)
    assert "build the lexicon again" in expect_error(longer)


def test_other_files_are_told_apart(tmp_path: Path) -> None:
    assert "cannot be read" in expect_error(tmp_path / "missing.translit")
    assert "cannot be read" in expect_error(tmp_path)
    other = tmp_path / "other.translit"
    other.write_bytes(b"")
    assert "too short" in expect_error(other)
    other.write_text("id\tkind\tcanonical\tvariant\tlang\ttype\tnote\n" * 9)
    assert "not a compiled lexicon" in expect_error(other)


def test_another_fallback_is_an_error(path: Path) -> None:
    assert Lexicon.load(path, fallback="unidecode").index.meta["fallback"] == "unidecode"
    with pytest.raises(LexiconError, match="anyascii"):
        Lexicon.load(path, fallback="anyascii")


def test_saving_what_was_loaded_gives_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.translit"
    Lexicon.load(path).save(again)
    assert again.read_bytes() == path.read_bytes()
    write(again, *read(path))
    assert again.read_bytes() == path.read_bytes()


def test_the_file_may_be_replaced_while_it_is_mapped(path: Path, tmp_path: Path) -> None:
    held = tmp_path / "held.translit"
    held.write_bytes(path.read_bytes())
    norm = Normalizer(Lexicon.load(held))
    Lexicon.build([{"id": "1", "canonical": "Paris", "kind": "place", "variants": ["Parijs"]}]).save(held)
    assert norm.normalize("Achmad Massud") == "Ahmad Massoud"
    assert Normalizer(Lexicon.load(held)).normalize("Parijs") == "Paris"


SAVE_FOR_EVER = """
import sys, translit
lexicon = translit.Lexicon.load(sys.argv[1])
print("ready", flush=True)
while True:
    lexicon.save(sys.argv[2])
"""


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_build_leaves_a_whole_file(afghanistan: Lexicon, path: Path, tmp_path: Path, child: dict[str, str]) -> None:
    """The writer is killed while its unfinished file stands beside the target: old or new, the target is whole."""
    new = afghanistan.path
    assert new is not None
    whole = {path.read_bytes(), new.read_bytes()}
    target = tmp_path / "target.translit"
    for _ in range(8):
        target.write_bytes(path.read_bytes())
        command = [sys.executable, "-c", SAVE_FOR_EVER, str(new), str(target)]
        with subprocess.Popen(command, env=child, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            while not list(tmp_path.glob(".target.translit.*")):
                assert writer.poll() is None
            writer.kill()
        assert target.read_bytes() in whole
        assert len(Lexicon.load(target)) > 0


SAVE_ON_A_FULL_DISK = """
import resource, signal, sys, translit
lexicon = translit.Lexicon.load(sys.argv[1])
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    lexicon.save(sys.argv[2])
except translit.LexiconError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs limits on the size of a file")
def test_a_full_disk_leaves_the_old_file_and_nothing_else(path: Path, tmp_path: Path, child: dict[str, str]) -> None:
    target = tmp_path / "target.translit"
    target.write_bytes(b"old")
    command = [sys.executable, "-c", SAVE_ON_A_FULL_DISK, str(path), str(target)]
    told = subprocess.run(command, env=child, capture_output=True, text=True, check=True).stdout
    assert told.startswith(f"{target}: cannot be written: ")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_that_is_not_there_is_an_error(small: Lexicon, tmp_path: Path) -> None:
    with pytest.raises(LexiconError, match="cannot be written"):
        small.save(tmp_path / "missing" / "x.translit")


def answers(norm: Normalizer) -> list[str]:
    return [norm.normalize(name) for name in ASKED] + [norm.clean(", ".join(ASKED))]


def test_lexicons_are_pickled_by_path(path: Path) -> None:
    norm = Normalizer(Lexicon.load(path), precision=0.9, target="de", conventions=["deu"], types=["native"])
    data = pickle.dumps(norm)
    assert len(data) < 1000
    again = pickle.loads(data)
    assert again.lexicon.path == path
    assert (again.precision, again.target, again.conventions, again.types) == (0.9, "de", ("deu",), ("native",))
    assert answers(again) == answers(norm)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_share_a_lexicon(path: Path, method: str) -> None:
    if method not in __import__("multiprocessing").get_all_start_methods():
        pytest.skip(f"this system cannot {method}")
    norm = Normalizer(Lexicon.load(path))
    expected = answers(norm)
    with ProcessPoolExecutor(2, mp_context=get_context(method)) as pool:
        assert list(pool.map(Normalizer.clean_many, [norm] * 4, [ASKED] * 4)) == [norm.clean_many(ASKED)] * 4
        assert list(pool.map(Normalizer.normalize, [norm] * len(ASKED), ASKED)) == expected[:-1]


def test_a_lexicon_in_memory_is_pickled_through_the_cache(small: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSLIT_CACHE", str(tmp_path / "cache"))
    again = pickle.loads(pickle.dumps(small))
    assert again.checksum == small.checksum
    assert [file.name for file in (tmp_path / "cache").glob("*.translit")] == [f"{small.checksum[:32]}-{VERSION}.translit"]


def test_threads_share_a_lexicon(path: Path) -> None:
    norm = Normalizer(Lexicon.load(path))
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(answers, [norm] * 64))
    assert found == [answers(Normalizer(Lexicon.load(path)))] * 64


def test_what_is_mapped_cannot_be_written_to(path: Path) -> None:
    for array in Lexicon.load(path).index.arrays.values():
        assert not array.flags.writeable
