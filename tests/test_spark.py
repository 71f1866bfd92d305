"""Spark with several executor processes, one of them killed: the same rows as one process gives.

Needs a Java; what installs the tools for a full check installs one, and without it these tests say so and are left out.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from readme import PYTHON

pyspark = pytest.importorskip("pyspark", reason="needs the extra spark")
pa = pytest.importorskip("pyarrow", reason="needs the extra spark")

import translit  # noqa: E402
from translit.errors import TranslitError  # noqa: E402
from translit.frames import clean, spark  # noqa: E402
from translit.lexicon.storage import VERSION  # noqa: E402
from translit.matching.decisions import Decision  # noqa: E402

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which("java") or os.environ.get("JAVA_HOME")), reason="needs a Java: apt-get install default-jre-headless"
    ),
    # Frames go through Arrow alone; what PySpark says of pandas is of no matter here.
    pytest.mark.filterwarnings("ignore::FutureWarning:pyspark"),
]
RECORDS = [
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Punjir", "پنجشیر"]},
    {"id": "person:massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud"]},
    {"id": "place:kabul", "canonical": "Kabul", "kind": "place", "variants": ["Kaboul", "Кабул"]},
]
NAMES = ["Panjsjir", None, "Panjshir", "پنجشیر", "Achmad Massud", "nobody", "", "KABOUL", "🙂", "Кабул"]
ADD = ("id", "kind", "confidence", "method", "original")
ROWS = 4000


@pytest.fixture(scope="module")
def norm() -> translit.Normalizer:
    return translit.Normalizer(translit.Lexicon.build(RECORDS))


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """A cluster of two executors with a core each, all on this machine."""
    from pyspark.sql import SparkSession

    root = str(Path(__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    settings = {
        "spark.driver.host": "127.0.0.1", "spark.executorEnv.PYTHONPATH": path, "spark.pyspark.python": sys.executable,
        "spark.sql.execution.arrow.maxRecordsPerBatch": "100", "spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "false",
    }  # fmt: skip
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("translit")
    for key, value in settings.items():
        builder = builder.config(key, value)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        # The setting above serves spark-submit; a session that Python starts goes by the environment.
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        started = builder.getOrCreate()
        started.sparkContext.setLogLevel("OFF")
        application = started.sparkContext.applicationId
        yield started
        started.stop()
    # The workers of such a cluster keep their folders beside PySpark.
    shutil.rmtree(Path(pyspark.__file__).parent / "work" / application, ignore_errors=True)


def given(rows: int = ROWS) -> Any:
    names = [NAMES[number % len(NAMES)] for number in range(rows)]
    texts = [None if name is None else f"Gevechten in {name}." for name in names]
    return pa.table({"n": pa.array(range(rows), pa.int64()), "name": names, "text": texts})


def rows(table: Any) -> list[tuple[Any, ...]]:
    return list(zip(*table.to_pydict().values(), strict=True))


def frame(session: Any, table: Any, parts: int = 8) -> Any:
    schema = "n long not null, name string, text string"
    return session.createDataFrame(rows(table), schema).repartition(parts, "n")


def collected(df: Any) -> list[tuple[Any, ...]]:
    return sorted(tuple(row) for row in df.collect())


def test_executors_give_what_one_process_gives(session: Any, norm: translit.Normalizer) -> None:
    table = given()
    df = frame(session, table)
    named = clean(df, column="name", normalizer=norm, add=ADD)
    assert named.columns == ["n", "name", "text", *(f"name_{what}" for what in ADD)]
    assert named.schema.fields[:3] == df.schema.fields
    assert named.rdd.getNumPartitions() == df.rdd.getNumPartitions()
    assert collected(named) == rows(clean(table, column="name", normalizer=norm, add=ADD))
    prose = spark.clean(df, columns=["text", "name"], mode="text", normalizer=norm)
    assert collected(prose) == rows(clean(table, columns=["text", "name"], mode="text", normalizer=norm))
    assert collected(spark.clean(df.limit(0), column="name", normalizer=norm)) == []


def test_a_killed_executor_costs_no_row(session: Any, norm: translit.Normalizer, tmp_path: Path) -> None:
    """The second batch of a partition kills the executor under it, once; its partitions are done again elsewhere."""
    marker = str(tmp_path / "killed")

    def once(batches: Iterator[Any]) -> Iterator[Any]:
        import os
        import signal
        from pathlib import Path

        for number, batch in enumerate(batches):
            yield batch
            if number != 1:
                continue
            try:
                os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            # The worker's parent is Spark's Python daemon, and the parent of that one the executor.
            daemon = Path(f"/proc/{os.getppid()}/stat").read_text()
            executor = int(daemon.rpartition(")")[2].split()[1])
            assert b"CoarseGrainedExecutorBackend" in Path(f"/proc/{executor}/cmdline").read_bytes()
            Path(marker).write_text(str(executor))
            os.kill(executor, signal.SIGKILL)

    if not Path("/proc/self/stat").exists():
        pytest.skip("finds the executor in /proc")
    table = given()
    df = frame(session, table)
    cleaned = clean(df.mapInArrow(once, df.schema), column="name", normalizer=norm, add=ADD)
    assert collected(cleaned) == rows(clean(table, column="name", normalizer=norm, add=ADD))
    killed = int(Path(marker).read_text())
    assert not Path(f"/proc/{killed}").exists()


def test_the_lexicon_is_one_mapped_file_an_executor(session: Any, norm: translit.Normalizer) -> None:
    from pyspark import SparkFiles

    if not Path("/proc/self/task").exists():
        pytest.skip("looks at the workers in /proc")
    df = spark.clean(frame(session, given(400)), column="name", normalizer=norm)
    file = f"{norm.lexicon.checksum[:32]}-{VERSION}.translit"

    def where(batches: Iterator[Any]) -> Iterator[Any]:
        import os
        from pathlib import Path

        import pyarrow
        from pyspark import SparkFiles

        for _ in batches:
            pass
        # The step before runs in a worker of its own, by the same daemon.
        daemon = Path(f"/proc/{os.getppid()}/task/{os.getppid()}/children").read_text()
        lines = [line for worker in daemon.split() for line in Path(f"/proc/{worker}/maps").read_text().splitlines()]
        mapped = {line.split()[-1] for line in lines if line.endswith(".translit")}
        yield pyarrow.record_batch({"path": [SparkFiles.get(file)], "mapped": [",".join(sorted(mapped))]})

    found = df.mapInArrow(where, "path string, mapped string").distinct().collect()
    assert 1 <= len(found) <= 2
    assert all(os.path.samefile(row.path, row.mapped) for row in found)
    assert SparkFiles.getRootDirectory() not in {os.path.dirname(row.path) for row in found}


def test_decisions_travel(session: Any) -> None:
    decided = translit.Normalizer(translit.Lexicon.build(RECORDS), decisions=[Decision("Kaboul", "reject", "place:kabul")])
    done = spark.clean(frame(session, given(100)), column="name", normalizer=decided)
    assert collected(done) == rows(clean(given(100), column="name", normalizer=decided))


def test_distinct_names_and_a_join(session: Any, norm: translit.Normalizer) -> None:
    """The recipe for a column of very many distinct names, as its page shows it."""
    [_, recipe] = PYTHON.findall((Path(__file__).parents[1] / "docs" / "recipes.md").read_text("utf-8"))
    table = given(400)
    names: dict[str, Any] = {"df": frame(session, table), "spark": spark, "normalizer": norm}
    exec(recipe, names)
    wanted = clean(table, column="name", normalizer=norm, add=["id"])
    answered = zip(rows(table), wanted["name"].to_pylist(), wanted["name_id"].to_pylist(), strict=True)
    assert collected(names["df"]) == [(*row, name, ident) for row, name, ident in answered]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"column": "nome"}, "no column 'nome'; the frame has n, name, text"),
        ({"column": "n"}, "column 'n' holds bigint, not text; cast it to string"),
        ({"column": "name", "mode": "prose"}, "unknown mode"),
    ],
)
def test_faults_are_told_before_the_job_starts(session: Any, norm: translit.Normalizer, options: dict[str, Any], message: str) -> None:
    with pytest.raises(TranslitError, match=message):
        clean(frame(session, given(1)), normalizer=norm, **options)
