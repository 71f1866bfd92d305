"""The recipes of examples/recipes, each run as its users run it, and all with the same result."""

from __future__ import annotations

import csv
import gzip
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from readme import PYTHON

import translit

ROOT = Path(__file__).parents[1]
RECIPES = ROOT / "examples" / "recipes"
RECORDS = [
    {"id": "af:zaranj", "canonical": "Zaranj", "kind": "place", "variants": ["Sarandsch"]},
    {"id": "af:kunduz", "canonical": "Kunduz", "kind": "place", "variants": ["Koendoez"]},
    {"id": "af:herat", "canonical": "Herat", "kind": "place", "variants": ["Hérat"]},
    {"id": "af:mazar", "canonical": "Mazar-i-Sharif", "kind": "place", "variants": ["Masar-i-Scharif"]},
    {"id": "org:taliban", "canonical": "Taliban", "kind": "organisation", "variants": ["Talibowie"]},
]
NO_JAVA = not (shutil.which("java") or os.environ.get("JAVA_HOME"))


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lexicon") / "cities.translit"
    translit.Lexicon.build(RECORDS).save(path)
    return path


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The capitals, and a row with nulls."""
    path = tmp_path_factory.mktemp("source") / "capitals.csv"
    path.write_text((ROOT / "examples" / "capitals.csv").read_text("utf-8") + "2021-08-16,,Panjshir,\n", "utf-8")
    return path


Rows = list[dict[str, str]]


def expected(source: Path, lexicon: Path) -> Rows:
    norm = translit.Normalizer(translit.Lexicon.load(lexicon))
    out = []
    for row in read(source):
        match = norm.match(row["city"])
        city, ident = (row["city"], "") if match is None else (match.canonical, match.id)
        out.append({**row, "city": city, "report": norm.clean(row["report"]), "city_id": ident})
    assert [row["city_id"] for row in out].count("") == 4
    return out


def read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def text(value: Any) -> str:
    return "" if value is None else str(value)


def started(recipe: str, arguments: list[object], child: dict[str, str], **more: str) -> str:
    command = [sys.executable, str(RECIPES / recipe), *map(str, arguments)]
    done = subprocess.run(command, env=child | more, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("recipe", "library"), [("pandas_script", "pandas"), ("polars_lazy", "polars"), ("duckdb_sql", "duckdb")])
def test_frames(recipe: str, library: str, source: Path, lexicon: Path, tmp_path: Path, child: dict[str, str]) -> None:
    if not (find_spec(library) and find_spec("pyarrow")):
        pytest.skip("needs the extra frames")
    target = tmp_path / "cities.csv"
    started(f"{recipe}.py", [source, target, lexicon], child)
    assert read(target) == expected(source, lexicon)


@pytest.mark.slow
@pytest.mark.skipif(not find_spec("pyspark"), reason="needs the extra spark")
@pytest.mark.skipif(NO_JAVA, reason="needs a Java: apt-get install default-jre-headless")
def test_spark(source: Path, lexicon: Path, tmp_path: Path, child: dict[str, str]) -> None:
    import pyarrow.parquet as pq

    target = tmp_path / "cities.parquet"
    local = "--master local[2] --conf spark.ui.enabled=false --conf spark.driver.host=127.0.0.1 pyspark-shell"
    started("spark_job.py", [source, target, lexicon], child, PYSPARK_SUBMIT_ARGS=local, PYSPARK_PYTHON=sys.executable)
    found = [{key: text(value) for key, value in row.items()} for row in pq.read_table(target).to_pylist()]
    assert found == expected(source, lexicon)


def test_task(source: Path, lexicon: Path, tmp_path: Path, child: dict[str, str]) -> None:
    target = tmp_path / "cities.csv"
    for _ in range(2):
        printed = json.loads(started("task.py", [source, target, lexicon], child))
        assert printed == {"source": str(source), "target": str(target), "rows": 8, "rejected": 0}
        reports = [row["report"] for row in read(source)]
        wanted = [{**row, "report": report} for row, report in zip(expected(source, lexicon), reports, strict=True)]
        assert read(target) == wanted


class Dbt:
    """What dbt hands to a Python model: ``config``, to be called and to be asked, and ``ref``."""

    class Config(dict[str, Any]):
        def __call__(self, **options: Any) -> None:
            self.update(options)

    def __init__(self, session: Any, **options: Any) -> None:
        self.session, self.config = session, Dbt.Config(options)

    def ref(self, name: str) -> Any:
        return self.session.table(name)


def test_dbt(source: Path, lexicon: Path) -> None:
    duckdb = pytest.importorskip("duckdb", reason="needs the extra frames")
    pytest.importorskip("pyarrow", reason="needs the extra frames")
    spec = importlib.util.spec_from_file_location("dbt_cities", RECIPES / "dbt_cities.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    session = duckdb.connect()
    session.execute("CREATE TABLE capitals AS SELECT * FROM read_csv($source, all_varchar = true)", {"source": str(source)})
    dbt = Dbt(session, translit_lexicon=str(lexicon))
    built = module.model(dbt, session)
    assert dbt.config["materialized"] == "table"
    session.register("built", built)
    found = session.execute("SELECT * FROM built ORDER BY date")
    names = [column[0] for column in found.description]
    assert [dict(zip(names, map(text, row), strict=True)) for row in found.fetchall()] == expected(source, lexicon)


@pytest.mark.skipif(not (shutil.which("make") and shutil.which("cut")), reason="needs make and a shell")
def test_makefile(source: Path, lexicon: Path, tmp_path: Path, child: dict[str, str]) -> None:
    given, out = tmp_path / "in", tmp_path / "out"
    given.mkdir()
    shutil.copy(source, given)
    (given / "a.jsonl.gz").write_bytes(gzip.compress(b'{"n":1,"text":"Rond Koendoez."}\n'))
    command = f'"{sys.executable}" -c "from translit.cli import main; raise SystemExit(main())"'
    settings = [f"IN={given}", f"OUT={out}", f"LEXICON={lexicon}", f"TRANSLIT={command}"]
    for made in (True, False):
        done = subprocess.run(
            ["make", "-f", str(RECIPES / "Makefile"), *settings], env=child | {"LC_ALL": "C"}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert ("clean" in done.stdout) is made
    wanted = expected(source, lexicon)
    assert [row["city_id"] for row in read(out / "capitals.csv")] == [row["city_id"] for row in wanted]
    assert json.loads(gzip.decompress((out / "a.jsonl.gz").read_bytes())) == {"n": 1, "text": "Rond Kunduz."}
    counted = [line.split(None, 1) for line in (out / "cities.txt").read_text("utf-8").splitlines()]
    assert {pair[1].strip() for pair in counted if len(pair) > 1} == {"city", *(row["city"] for row in wanted if row["city"])}


def test_the_page_of_the_recipes(lexicon: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("narwhals", reason="needs the extra frames")
    pytest.importorskip("pandas", reason="needs the extra frames")
    monkeypatch.chdir(tmp_path)
    shutil.copy(lexicon, "my.translit")
    [first, _] = PYTHON.findall((ROOT / "docs" / "recipes.md").read_text("utf-8"))
    names: dict[str, Any] = {}
    exec(first, names)
    assert names["places"].dtype == "category"
    assert names["places"].astype(object).fillna("").tolist() == names["frame"]["place"].astype(object).fillna("").tolist()
    assert names["frame"]["place"].astype(object).fillna("").tolist() == ["Kunduz", "", "Paris"]
    assert names["matches"]["id"].fillna("").tolist() == ["af:kunduz", "", ""]


def test_each_recipe_is_run_here() -> None:
    here = Path(__file__).read_text("utf-8")
    assert all(path.stem in here for path in RECIPES.iterdir() if path.is_file())
