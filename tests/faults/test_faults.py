"""What happens when a run is killed, the disk is full, the reader goes away or a worker dies: real processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from pyarrow import parquet

import translit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and limits of POSIX")

TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]
PATIENCE = 180
"""Seconds that anything here may take on a machine that has much else to do."""
STDIN = Path("-")
RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir"]},
    {"id": "person:massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud"]},
]


class Setting(NamedTuple):
    """A lexicon, a file to clean, and what a run that nothing disturbs makes of it, and ends with."""

    lexicon: Path
    source: Path
    whole: dict[str, bytes]
    seconds: float
    status: int


ARTICLES, NAMES = 6000, 400_000


def lines(folder: Path) -> Path:
    """Articles, one in a hundred of them broken."""
    source = folder / "in.jsonl"
    with source.open("w") as stream:
        for number, text in enumerate(articles()):
            stream.write(json.dumps({"n": number, "text": text}) + "\n")
            if number % 100 == 0:
                stream.write("{broken\n")
    return source


def row_groups(folder: Path) -> Path:
    """The same articles in small row groups."""
    source = folder / "in.parquet"
    parquet.write_table(pa.table({"n": range(ARTICLES), "text": articles()}), source, row_group_size=500)
    return source


def names(folder: Path) -> Path:
    """A column of names."""
    source, chance = folder / "names.parquet", random.Random(7)
    distinct = ["Punjir", "Achmad Massud", *("".join(chance.choices("abdeghilmnorstu", k=8)).title() for _ in range(15_000))]
    parquet.write_table(pa.table({"text": chance.choices(distinct, k=NAMES)}), source, row_group_size=NAMES // 10)
    return source


def articles() -> list[str]:
    chance = random.Random(7)
    words = "the government said on Monday that fighting near the valley went to see markets in Moscow".split()
    return [" ".join(chance.choices(words, k=60)) + f" Punjir, Achmad Massud {number}." for number in range(ARTICLES)]


def made(source: Path) -> Setting:
    lexicon, target = source.with_name("small.translit"), source.with_name("whole")
    translit.Lexicon.build(RECORDS).save(lexicon)
    target.mkdir()
    begin = time.monotonic()
    status = run(lexicon, source, target).wait(PATIENCE)
    return Setting(lexicon, source, files(target), time.monotonic() - begin, status)


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Setting:
    found = made(lines(tmp_path_factory.mktemp("faults")))
    assert found.status == 3
    return found


@pytest.fixture(scope="module", params=[lines, row_groups, names], ids=["jsonl", "parquet", "names"])
def any_setting(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Setting:
    return made(request.param(tmp_path_factory.mktemp("kills")))


def run(lexicon: Path, source: Path, folder: Path, *extra: str, **popen: object) -> subprocess.Popen[bytes]:
    """Start a run that writes output, audit and rejects into a folder."""
    arguments = ["--audit", str(folder / "audit"), "--rejects", str(folder / "rejects"), "-o", str(folder / "out")]
    mode = "name" if source.name.startswith("names") else "text"
    command = [*TRANSLIT, "clean", "--lexicon", str(lexicon), "--mode", mode, "--column", "text", str(source), *arguments, *extra]
    # A shell starts its background jobs with interrupts ignored, and what is ignored is inherited.
    prepare = popen.pop("preexec_fn", None)

    def interruptible() -> None:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        # Where much else runs, who strikes is before who is struck.
        os.nice(5)
        if prepare is not None:
            prepare()  # type: ignore[operator]  # taken out of **popen, which holds anything

    # No thread is started here before the child is.
    popen |= {"stderr": subprocess.PIPE, "start_new_session": True, "preexec_fn": interruptible}
    return subprocess.Popen(command, **popen)  # type: ignore[call-overload, no-any-return]  # as above


def files(folder: Path) -> dict[str, bytes]:
    """The files of a folder that a user sees."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.startswith(".")}


def ended(process: subprocess.Popen[bytes], rest: bytes = b"") -> tuple[int, str]:
    """Exit status and messages, after the rest of the input."""
    _, errors = process.communicate(rest or None, timeout=PATIENCE)
    assert b"Traceback" not in errors
    assert b"Exception ignored" not in errors
    return process.returncode, errors.decode()


def started(folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until the run has begun to write."""
    while process.poll() is None and not any(path.name.startswith(".out") for path in folder.iterdir()):
        time.sleep(0.01)


def fed(process: subprocess.Popen[bytes], source: Path, workers: int) -> tuple[bytes, list[int]]:
    """Give a run half of its input and wait for its workers: it cannot end now. The other half, and the workers."""
    data = source.read_bytes()
    half = data.index(b"\n", len(data) // 2) + 1
    assert process.stdin is not None
    process.stdin.write(data[:half])
    process.stdin.flush()
    while len(found := children(process)) < workers:
        assert process.poll() is None
        time.sleep(0.01)
    return data[half:], found


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """The worker processes of a run, which are forked from one that its parent keeps for that."""
    found = offspring(process.pid)
    servers = [pid for pid in found if b"forkserver" in command(pid)]
    return [pid for pid in found if b"spawn_main" in command(pid)] + [worker for pid in servers for worker in offspring(pid)]


def offspring(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for listing in Path(f"/proc/{pid}/task").glob("*/children") for child in listing.read_text().split()]


def command(pid: int) -> bytes:
    """The command line of a process."""
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def kept(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a run that a failing test leaves behind."""
    try:
        yield
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


KILLS = int(os.environ.get("TRANSLIT_KILLS", "18"))
"""Kills of runs at random points: as many of each kind of file, half of them with workers."""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_runs_leave_the_old_output_and_resume_ends_with_the_same_bytes(any_setting: Setting, tmp_path: Path, workers: str) -> None:
    setting, chance = any_setting, random.Random(int(workers))
    begin = time.monotonic()
    assert run(setting.lexicon, setting.source, tmp_path, "--workers", workers).wait(PATIENCE) == setting.status
    whole = time.monotonic() - begin
    kills = finished = 0
    killed = False
    while kills < -(-KILLS // 6) or killed:
        folder = tmp_path / str(finished)
        if not folder.exists():
            folder.mkdir()
            (folder / "out").write_bytes(b"old")
        process = run(setting.lexicon, setting.source, folder, "--resume", "--workers", workers)
        try:
            process.wait(PATIENCE if kills >= KILLS / 6 else chance.uniform(0.05, 1.1) * whole)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            killed = True
            kills += 1
            seen = files(folder)
            assert seen.get("out") in (b"old", setting.whole["out"])
            assert seen.get("audit") in (None, setting.whole["audit"])
            assert seen.get("rejects") in (None, setting.whole["rejects"])
            continue
        status, errors = ended(process)
        assert (status, "60 of 6060 rows rejected" in errors) == (setting.status, setting.status == 3), errors
        assert files(folder) == setting.whole
        assert sorted(path.name for path in folder.iterdir()) == ["audit", "audit.sha256", "out", "rejects"]
        killed = False
        finished += 1
    print(f"{setting.source.name}: {kills} kills, {finished} runs that were resumed to their end, {workers} workers")


def test_resume_goes_on_where_the_kill_struck(setting: Setting, tmp_path: Path) -> None:
    process = run(setting.lexicon, setting.source, tmp_path, "--resume")
    checkpoint = tmp_path / ".out.translit-checkpoint"
    with kept(process):
        started(tmp_path, process)
        # To a run that sleeps, its last checkpoint is old when it goes on.
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(0.6)
        os.kill(process.pid, signal.SIGCONT)
        while not checkpoint.exists():
            assert process.poll() is None
            time.sleep(0.005)
    state = json.loads(checkpoint.read_text())
    assert 0 < state["position"][0] < setting.source.stat().st_size
    process = run(setting.lexicon, setting.source, tmp_path, "--resume", "--precision", "0.9")
    status, errors = ended(process)
    assert (status, "of another run" in errors) == (1, True)
    assert ended(run(setting.lexicon, setting.source, tmp_path, "--resume"))[0] == 3
    assert files(tmp_path) == setting.whole


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "3"])
def test_an_interrupted_run_leaves_nothing(setting: Setting, tmp_path: Path, number: int, workers: str) -> None:
    process = run(setting.lexicon, STDIN, tmp_path, "--format", "jsonl", "--workers", workers, stdin=subprocess.PIPE)
    with kept(process):
        _, workers_found = fed(process, setting.source, int(workers) if workers != "1" else 0)
        # A terminal sends Ctrl-C to the workers as well.
        os.killpg(process.pid, number)
        status, errors = ended(process)
    assert (status, list(tmp_path.iterdir())) == (128 + number, [])
    assert errors.strip() == {signal.SIGINT: "translit: interrupted", signal.SIGTERM: "translit: terminated"}[signal.Signals(number)]
    assert gone(workers_found)


def gone(processes: list[int]) -> bool:
    """Whether all of them end soon."""
    for _ in range(PATIENCE * 100):
        if not any(Path(f"/proc/{pid}").exists() for pid in processes):
            return True
        time.sleep(0.01)
    return False


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_a_killed_worker_is_a_clear_failure(setting: Setting, tmp_path: Path) -> None:
    process = run(setting.lexicon, STDIN, tmp_path, "--format", "jsonl", "--workers", "2", stdin=subprocess.PIPE)
    with kept(process):
        rest, found = fed(process, setting.source, 1)
        os.kill(found[0], signal.SIGKILL)
        status, errors = ended(process, rest)
    assert (status, list(tmp_path.iterdir())) == (1, [])
    assert errors == ("translit: a worker process ended before its time (killed, or out of memory); run again with fewer --workers\n")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_workers_end_with_a_killed_parent(setting: Setting, tmp_path: Path) -> None:
    process = run(setting.lexicon, STDIN, tmp_path, "--format", "jsonl", "--workers", "2", stdin=subprocess.PIPE)
    with kept(process):
        _, found = fed(process, setting.source, 2)
    assert gone(found)


@pytest.mark.parametrize("extra", [(), ("--workers", "2"), ("--resume",)])
def test_a_file_that_may_not_grow(setting: Setting, tmp_path: Path, extra: tuple[str, ...]) -> None:
    resource = pytest.importorskip("resource")
    (tmp_path / "out").write_bytes(b"old")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))

    status, errors = ended(run(setting.lexicon, setting.source, tmp_path, *extra, preexec_fn=limit))
    assert (status, files(tmp_path)) == (1, {"out": b"old"})
    assert "the file is larger than the system allows" in errors
    if extra == ("--resume",):
        assert ended(run(setting.lexicon, setting.source, tmp_path, *extra))[0] == 3
        assert files(tmp_path) == setting.whole
    else:
        assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 kB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", str(disk)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield disk
    subprocess.run(["umount", "-l", str(disk)], check=True)


def test_a_full_disk(setting: Setting, tiny_disk: Path) -> None:
    (tiny_disk / "out").write_bytes(b"old")
    status, errors = ended(run(setting.lexicon, setting.source, tiny_disk))
    assert (status, files(tiny_disk)) == (1, {"out": b"old"})
    assert errors == "translit: the disk is full; make room and run again\n"
    assert [path.name for path in tiny_disk.iterdir()] == ["out"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("command", [["clean", "--format", "text"], ["match"], ["explain", "Punjir"], ["--help"]])
def test_standard_output_on_a_full_disk(setting: Setting, command: list[str]) -> None:
    extra = [] if command == ["--help"] else ["--lexicon", str(setting.lexicon)]
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*TRANSLIT, *command, *extra], input=b"Punjir\n", stdout=full, stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"translit: the disk is full; make room and run again\n")


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_reader_that_goes_away(setting: Setting, workers: str) -> None:
    command = [*TRANSLIT, "clean", "--lexicon", str(setting.lexicon), "--column", "text", "--workers", workers]
    with subprocess.Popen([*command, str(setting.source)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"Panjshir" in process.stdout.readline()
        process.stdout.close()
        assert (process.stderr.read(), process.wait(PATIENCE)) == (b"", 1)


def test_standard_output_closed_from_the_start(setting: Setting) -> None:
    command = " ".join(f"'{part}'" for part in [*TRANSLIT, "match", "--lexicon", str(setting.lexicon)])
    done = subprocess.run(["sh", "-c", f"{command} >&-"], input=b"Punjir\n", stderr=subprocess.PIPE, check=False)
    assert (done.returncode, done.stderr) == (1, b"translit: standard output is closed; send it somewhere, or give -o\n")
