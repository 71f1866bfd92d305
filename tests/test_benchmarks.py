"""The benchmarks work from end to end on tiny inputs; what they measure is not tested."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import click
import pytest

from benchmarks import prose, readme
from benchmarks.data import made_tasks, misspelt, pairs_of, plain_records, texts_of
from benchmarks.harness import Report, Settings, interleave
from benchmarks.speed import splice
from translit.unicode.tokens import fold_many

ROOT = Path(__file__).resolve().parent.parent


def _run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "TRANSLIT_CACHE": str(folder / "cache")}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_speed_in_smoke_mode(tmp_path: Path) -> None:
    done = _run(tmp_path, "-m", "benchmarks", "--smoke", "--out", str(tmp_path), "speed")
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "speed.json").read_text())
    assert [table["rows"][0][0] for table in kept["tables"]][:2] == ["translit, listed spellings only", "translit"]
    assert kept["environment"]["loops"] in ("native", "python")
    # What is not installed is named, never passed over in silence.
    rows = {row[0] for table in kept["tables"] for row in table["rows"]}
    for peer in ("flashtext2", "daachorse", "ahocorasick_rs", "pyahocorasick", "symspellpy"):
        assert peer in rows or peer in kept["missing"]


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("psutil") is None, reason="psutil is not installed")
def test_scale_in_smoke_mode(tmp_path: Path) -> None:
    done = _run(tmp_path, "-m", "benchmarks", "--smoke", "--out", str(tmp_path), "scale")
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "scale.json").read_text())
    assert kept["tables"][0]["rows"][0][0] == "translit"


@pytest.mark.slow
def test_linear_in_smoke_mode(tmp_path: Path) -> None:
    done = _run(tmp_path, "-m", "benchmarks", "--smoke", "--out", str(tmp_path), "linear")
    assert done.returncode == 0, done.stderr
    assert len(json.loads((tmp_path / "linear.json").read_text())["tables"][0]["rows"]) >= 10


@pytest.mark.slow
def test_pipeline_in_smoke_mode(tmp_path: Path) -> None:
    parts = [option for part in ("names", "articles", "kernel") for option in ("--task", part)]
    done = _run(tmp_path, "-m", "benchmarks", "--smoke", "--out", str(tmp_path), *parts, "pipeline")
    assert done.returncode == 0, done.stderr
    tables = json.loads((tmp_path / "pipeline.json").read_text())["tables"]
    assert [table["rows"][0][0] for table in tables] == ["translit, Arrow table to Arrow table", "translit, in memory", "bare"]
    assert {"translit clean, CSV", "translit clean, Parquet, 2 workers"} <= {row[0] for row in tables[0]["rows"]}
    # What takes hours is told and kept row by row.
    assert "translit clean, JSONL, 2 workers; MB: " in done.stderr
    assert not (tmp_path / "pipeline.part.json").exists()


def test_accuracy_on_a_folder_of_tasks(tmp_path: Path) -> None:
    import gzip

    task = next(made_tasks(40, 30))
    with gzip.open(tmp_path / "mine.lex.jsonl.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(json.dumps(record) + "\n" for record in task.records)
    with gzip.open(tmp_path / "mine.queries.tsv.gz", "wt", encoding="utf-8") as stream:
        stream.writelines(["query\texpected\n", *(f"{q.query}\t{q.expected}\n" for q in task.questions)])
    peers = ("--peer", "unidecode, exact", "--peer", "rapidfuzz ratio", "--peer", "TF-IDF n-grams")
    options = ("--smoke", "--tasks", str(tmp_path), "--out", str(tmp_path), *peers)
    done = _run(tmp_path, "-m", "benchmarks", *options, "accuracy")
    assert done.returncode == 0, done.stderr
    tables = {table["title"]: table for table in json.loads((tmp_path / "accuracy.json").read_text())["tables"]}
    (title,) = (title for title in tables if title.startswith("mine:"))
    assert tables[title]["rows"][0][0] == "translit"
    assert all(0 <= value <= 1 for row in tables[title]["rows"] for value in row[1:6])


def test_a_wrong_name_is_a_usage_error(tmp_path: Path) -> None:
    done = _run(tmp_path, "-m", "benchmarks", "nothing")
    assert done.returncode == 2
    assert "accuracy" in done.stderr


def test_bench_prints_json_and_a_table(tmp_path: Path) -> None:
    source = tmp_path / "lex.jsonl"
    names = ("Panjshir", "Kandahar", "Badakhshan", "Herat", "Ghazni")
    records = ({"id": name, "canonical": name, "kind": "place", "variants": [f"{name}abad"]} for name in names)
    source.write_text("".join(json.dumps(record) + "\n" for record in records))
    code = "import sys; from translit.cli import main; sys.exit(main())"
    options = ("-c", code, "bench", "--lexicon", str(source), "--runs", "1", "--quick")
    done = _run(tmp_path, *options, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["entities"] == len(names)
    assert told["loops"] in ("native", "python")
    assert {figure["unit"] for figure in told["figures"]} == {"ms", "µs/name", "MB/s", "rows/s"}
    assert all(0 < f["low"] <= f["median"] <= f["high"] for f in told["figures"])
    table = _run(tmp_path, *options)
    assert table.returncode == 0, table.stderr
    assert all(figure["name"] in table.stdout for figure in told["figures"])


def test_tasks_hide_what_they_ask() -> None:
    for task in made_tasks(60, 1_000):
        listed = {record["id"]: {record["canonical"], *record["variants"]} for record in task.records}
        assert task.questions
        assert all(question.query not in listed.get(question.expected, set()) for question in task.questions)
        assert all(question.expected in listed for question in task.questions if question.expected)
        assert any(not question.expected for question in task.questions)


def test_made_data_is_the_same_again() -> None:
    first = [(task.name, task.records, task.questions) for task in made_tasks(30, 30)]
    assert first == [(task.name, task.records, task.questions) for task in made_tasks(30, 30)]
    records = plain_records(200)
    assert texts_of(records, 5_000) == texts_of(records, 5_000)
    assert misspelt("Panjshir", random.Random(1), 2) == misspelt("Panjshir", random.Random(1), 2)


def test_plain_forms_are_as_many_as_asked_and_of_one_entity_each() -> None:
    records = plain_records(500)
    forms = [form.lower() for record in records for form in (record["canonical"], *record["variants"])]
    assert len(forms) == len(set(forms)) == 500


def test_expected_text_differs_in_the_names_only() -> None:
    records = plain_records(200)
    pairs = pairs_of(records)
    text, expected = texts_of(records, 20_000), texts_of(records, 20_000, canonical=True)
    assert text != expected
    capital = {word for name in pairs for word in name.split()}
    for left, right in zip(text, expected, strict=True):
        small = [[word for word in t.split() if word.strip(",.;") not in capital] for t in (left, right)]
        assert small[0] == small[1]


@pytest.mark.parametrize(
    ("text", "hits", "result"),
    [
        ("to Qandahar.", [(3, 11, 0)], "to K."),
        # Inside a word, at its beginning and at its end: not a name.
        ("toQandahar xQandahar Qandahars", [(2, 10, 0), (12, 20, 0), (21, 29, 0)], "toQandahar xQandahar Qandahars"),
        ("Qandahar", [(0, 8, 0), (3, 8, 1)], "K"),
        ("", [], ""),
    ],
)
def test_hits_are_spliced_between_word_boundaries(text: str, hits: list[tuple[int, int, int]], result: str) -> None:
    assert splice(text, hits, ["K", "D"]) == result


def test_contenders_take_turns() -> None:
    order: list[str] = []
    interleave({name: lambda name=name: order.append(name) for name in "abc"}, 3)  # type: ignore[misc]
    assert "".join(order) == "abcbcacab"


def _kept(folder: Path) -> None:
    report = Report("speed", Settings(out=folder))
    report.table("Shown", "", "MB/s", readme=True).rows.append(("translit", 12.345))
    report.table("Hidden", "", "MB/s").rows.append(("translit", 1.0))
    report.keep()


def test_readme_is_renewed_between_its_markers(tmp_path: Path) -> None:
    _kept(tmp_path)
    page, front = tmp_path / "figures.md", tmp_path / "README.md"
    for path in (page, front):
        path.write_text(f"before\n{readme.BEGIN}\nold\n{readme.END}\nafter\n")
    readme.renew(tmp_path, front, page)
    once = page.read_text()
    assert front.read_text() == f"before\n{readme.BEGIN}\n\n\n{readme.END}\nafter\n"
    assert once.startswith(f"before\n{readme.BEGIN}\n")
    assert once.endswith(f"{readme.END}\nafter\n")
    assert "| translit | 12.3 |" in once
    assert "old" not in once
    assert "Hidden" not in once
    readme.renew(tmp_path, front, page)
    assert page.read_text() == once


def test_tables_of_the_readme_are_among_the_figures() -> None:
    page = readme.PAGE.read_text(encoding="utf-8")
    assert [title for title in readme.FIRST if f"\n**{title}" not in page] == []


@pytest.mark.parametrize("text", ["no markers\n", f"{readme.END}\n{readme.BEGIN}\n", f"{readme.BEGIN}\n" * 2 + readme.END])
def test_readme_without_its_markers_is_left_alone(tmp_path: Path, text: str) -> None:
    _kept(tmp_path)
    page = tmp_path / "README.md"
    page.write_text(text)
    with pytest.raises(click.ClickException, match="must have the line"):
        readme.renew(tmp_path, page, page)
    assert page.read_text() == text


def test_readme_needs_results(tmp_path: Path) -> None:
    with pytest.raises(click.ClickException, match="holds no results"):
        readme.renew(tmp_path, tmp_path / "README.md", tmp_path / "figures.md")


def test_hidden_spellings_are_in_no_lexicon() -> None:
    known = prose.hide(prose.shipped(smoke=True))
    forms = set(fold_many([text for e in known.entities for text in (e.canonical, *(v.text for v in e.variants))]))
    assert any(known.hidden.values())
    assert not any(form in forms for texts in known.hidden.values() for form in fold_many(texts))


def test_names_put_in_stand_where_the_sites_say() -> None:
    known = prose.hide(prose.shipped(smoke=True))
    article = "She was born in Spain, and left Spain with Emma Goldman.\n\nNothing else was said of Spain."
    text, sites = prose.put_in(3, article, known)
    assert (text, sites) == prose.put_in(3, article, known)
    assert len(sites) == 4
    for site in sites:
        entity = next(e for e in known.entities if e.canonical == site.canonical)
        spelled = {entity.canonical, *known.listed[entity.id], *known.hidden[entity.id]}
        assert text[site.start : site.end] in spelled


def test_a_change_elsewhere_is_false_unless_it_is_right() -> None:
    text = "In Gijon and Paris they said But."
    sites = [prose.Site(13, 18, "Parwan", "listed")]
    edits = [(3, 8, "Gijón", ""), (13, 18, "Parwan", ""), (29, 32, "Buta", "")]
    tally = prose.judge([text], [sites], [edits], frozenset({("Gijon", "Gijón")}))
    assert (tally.recall("listed"), tally.recall("unlisted")) == (1.0, None)
    assert [row[1:3] for row in tally.false] == [("But", "Buta")]
