"""Threads that work on chunks of names side by side: results in order, errors in their place, nobody left waiting."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest

from translit import Normalizer
from translit.errors import InputError
from translit.files import workers
from translit.files.base import Chunk, Position, Result, Task
from translit.files.columns import Known
from translit.files.crew import Asking, worked
from translit.files.run import Job, Options, run
from translit.model import Match, Mention

COUNT = 20


class Engine:
    """Answers nothing, and fails at a name."""

    def match_many(self, names: Sequence[str], /) -> list[Match | None]:
        if "broken" in names:
            raise InputError("a worker process ended")
        return [None] * len(names)

    def find_many(self, texts: Sequence[str], /) -> list[list[Mention]]:
        return [[] for _ in texts]


def chunks(last: int = COUNT, error: Exception | None = None) -> Iterator[Chunk]:
    for number in range(last):
        yield Chunk(0, Position(number), Position(number + 1), number)
    if error:
        raise error


def results(given: Iterator[Chunk], asked: str = "Kabul", broken: int = -1) -> Generator[int]:
    asking, random = Asking(), Random(0)

    def work(chunk: Chunk) -> Result:
        time.sleep(random.random() / 200)
        if chunk.data == broken:
            raise InputError("a chunk that cannot be read")
        asking.match_many([asked if chunk.data == 3 else "Kabul"])
        return Result(rows=int(str(chunk.data)))

    for chunk, result in worked(given, work, asking, Engine()):
        assert chunk.data == result.rows
        yield result.rows


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "translit-crew"]


def test_results_come_in_order() -> None:
    assert list(results(chunks())) == list(range(COUNT))
    assert not list(results(chunks(0)))
    assert not threads()


@pytest.mark.parametrize(
    ("given", "asked", "broken", "before"),
    [
        (chunks(5, InputError("the file is broken")), "Kabul", -1, 5),
        (chunks(), "Kabul", 7, 7),
        (chunks(), "broken", -1, 3),
    ],
    ids=["reading", "working", "answering"],
)
def test_an_error_is_raised_in_its_place(given: Iterator[Chunk], asked: str, broken: int, before: int) -> None:
    got: list[int] = []
    with pytest.raises(InputError):
        got.extend(results(given, asked, broken))
    assert got == list(range(len(got)))
    # What the engine fails at may be asked for while earlier chunks are not done.
    assert len(got) == before or (asked == "broken" and len(got) < before)
    assert not threads()


def test_who_wants_no_more_leaves_nobody_waiting() -> None:
    given = results(chunks())
    assert next(given) == 0
    given.close()
    assert not threads()


def test_values_are_known_to_all_threads(norm: Normalizer) -> None:
    names = [name for form in ("Massud", "Panjsjir", "Kabul", "nobody") for name in (form, f"{form} ", form.upper())]
    known = Known(Task("name"), norm)
    random = Random(0)
    columns = [random.choices(names, k=50) for _ in range(40)]
    told: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        codes = known.codes(pa.array(columns[number]))
        known.settle()
        told[number] = known.texts().take(pa.array(codes)).to_pylist()

    asking = [threading.Thread(target=ask, args=(number,)) for number in range(len(columns))]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    expected = {name: match.canonical if match else name for name, match in zip(names, norm.match_many(names), strict=True)}
    assert told == {number: [expected[name] for name in column] for number, column in enumerate(columns)}


def test_values_that_were_not_answered_are_an_error_for_all() -> None:
    known = Known(Task("name"), Engine())
    known.codes(pa.array(["broken"]))
    with pytest.raises(InputError, match="ended"):
        known.settle()
    known.codes(pa.array(["broken", "Kabul"]))
    with pytest.raises(InputError, match="ended"):
        known.settle()


@pytest.mark.parametrize("pays", [0.0, 1e9])
def test_names_are_answered_here_or_by_workers_alike(
    norm: Normalizer, tmp_path: Path, pays: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "PROBE", 50)
    monkeypatch.setattr(workers, "BATCH_VALUES", 50)
    monkeypatch.setattr(workers, "PAYS", pays)
    source = tmp_path / "names.csv"
    source.write_text("name\n" + "".join(f"{name} {n}\nPanjsjir{'i' * (n % 90)}\n" for n, name in enumerate(["Massud", "nobody"] * 150)))
    task, seen = Task("name", ("name",), ("id", "confidence")), []

    def report(*_: object) -> None:
        seen.append(len(multiprocessing.active_children()))

    for count in (1, 2):
        job = Job(str(source), "csv", str(tmp_path / f"{count}.csv"))
        run([job], task, norm, Options(workers=count), report)
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert bool(max(seen)) == (not pays)
