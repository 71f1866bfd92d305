"""The measure, the calibration tables, the reader of questions, and the command."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translit.errors import InputError, TranslitError
from translit.evaluation import PRECISIONS, Question, evaluate, rank, read_questions
from translit.lexicon.lexicon import Lexicon

RECORDS = [
    {"id": "p", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir", "Pandschir"]},
    {"id": "m", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Achmad Massud", "Ахмад Масуд"]},
    {"id": "k", "canonical": "Kandahar", "kind": "place", "variants": ["Qandahar"]},
]
QUESTIONS = [
    ("Pandschir", "p"), ("Panjsjir", "p"), ("Achmad Massud", "m"), ("Ахмад Масуд", "m"), ("Qandahar", "k"),
    ("Timbuktu", ""), ("Kandahar", "p"), ("Wellington", "gone"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("expected", "answers", "top1", "recall"),
    [
        # All right, in order.
        (["a", "b"], [("a", 0.9), ("b", 0.8)], 1.0, {0.99: 1.0}),
        # A wrong answer in the middle ends the recall at 0.99, not at 0.5.
        (["a", "b", "c"], [("a", 0.9), ("x", 0.8), ("c", 0.7)], 2 / 3, {0.99: 1 / 3, 0.5: 2 / 3}),
        # Equal confidences stand or fall together: the right one of two is not taken alone.
        (["a", "b"], [("a", 0.9), ("x", 0.9)], 0.5, {0.99: 0.0, 0.5: 0.5}),
        # An answer where none is right counts against precision, the question not against recall.
        (["a", ""], [("a", 0.5), ("z", 0.9)], 1.0, {0.99: 0.0, 0.5: 1.0}),
        # No answer costs recall only.
        (["a", "b"], [("a", 0.5), None], 0.5, {0.99: 0.5}),
        (["", ""], [None, None], 0.0, {0.99: 0.0}),
    ],
)
def test_measure(expected: list[str], answers: list[tuple[str, float] | None], top1: float, recall: dict[float, float]) -> None:
    found = rank(expected, answers, recall)
    assert found.top1 == pytest.approx(top1)
    assert found.recall == pytest.approx(recall)


ROWS = st.tuples(st.sampled_from("abc"), st.sampled_from("abcx"), st.sampled_from([0.1, 0.5, 0.9]))


@given(st.lists(ROWS, max_size=40), st.randoms())
def test_order_of_questions_does_not_matter_and_recall_falls_with_precision(rows: list[tuple[str, str, float]], random: object) -> None:
    found = rank([r for r, _, _ in rows], [(a, c) for _, a, c in rows])
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert rank([r for r, _, _ in mixed], [(a, c) for _, a, c in mixed]) == found
    values = [found.recall[p] for p in sorted(PRECISIONS)]
    assert values == sorted(values, reverse=True)
    assert all(value <= found.top1 + 1e-9 for value in values)


def test_evaluation_counts_every_question_once() -> None:
    found = evaluate(Lexicon.build(RECORDS), [Question(*row) for row in QUESTIONS], [0.9, 0.5])
    assert (found.ranked.questions, found.ranked.known, found.unlisted) == (8, 6, 1)
    assert found.ranked.top1 == pytest.approx(5 / 6)
    assert sum(group.questions for group in found.by_script.values()) == 8
    assert sum(group.questions for group in found.by_kind.values()) == 8
    assert set(found.by_script) == {"Latn", "Cyrl"}
    assert found.by_kind["person"].top1 == 1.0
    answered = sum(group.answers for group in found.by_method.values())
    assert answered == sum(row.answers for row in found.reliability)
    assert [p.asked for p in found.promises] == [0.9, 0.5]
    assert all(p.right <= p.answers <= 8 for p in found.promises)
    surest = found.confusions[0]
    assert (surest.query, surest.answer, surest.expected_canonical) == ("Kandahar", "k", "Panjshir")
    assert [c.confidence for c in found.confusions] == sorted((c.confidence for c in found.confusions), reverse=True)


def test_no_questions_is_an_error() -> None:
    with pytest.raises(TranslitError, match="no questions"):
        evaluate(Lexicon.build(RECORDS), [])


def _file(folder: Path, questions: list[tuple[str, str]], packed: bool = False) -> Path:
    text = "query\texpected\n" + "".join(f"{query}\t{right}\n" for query, right in questions)
    path = folder / ("q.tsv.gz" if packed else "q.tsv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_questions_are_read_back(tmp_path: Path, packed: bool) -> None:
    assert read_questions(_file(tmp_path, QUESTIONS, packed)) == [Question(*row) for row in QUESTIONS]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name\tid\nKabul\t1\n", ":1: no columns"),
        (b"query\texpected\nKabul\n", ":2: 1 fields instead of 2"),
        (b"query\texpected\nKabul\tk\n\tk\n", ":3:1: the query is empty"),
        (b"query\texpected\nK\xe9bul\tk\n", "byte 16 is not UTF-8"),
        (gzip.compress(b"query\texpected\n" * 99, mtime=0)[:30], "gzip file is damaged"),
        (b"", ":1: no columns"),
    ],
)
def test_bad_files_are_named_with_their_fault(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "q.tsv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_questions(path)
    assert str(path) in str(caught.value)
    assert told in str(caught.value)


def _run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    source = folder / "lex.jsonl"
    source.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    code = "import sys; from translit.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "evaluate", str(source), str(_file(folder, QUESTIONS)), *arguments]
    given = {**os.environ, "TRANSLIT_CACHE": str(folder), "COLUMNS": "120", **environment}
    return subprocess.run(command, capture_output=True, text=True, env=given, check=False)


def test_command_prints_tables(tmp_path: Path) -> None:
    done = _run(tmp_path)
    assert done.returncode == 0, done.stderr
    for told in ("8 questions, 6 whose", "Precision asked and got", "Reliability", "By script", "By kind", "Kandahar"):
        assert told in done.stdout


def test_command_prints_json(tmp_path: Path) -> None:
    done = _run(tmp_path, "--json", "--precision", "0.9", "--precision", "0.95")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["ranked"]["known"] == 6
    assert [p["asked"] for p in told["promises"]] == [0.9, 0.95]


@pytest.mark.parametrize("form", ["png", "svg"])
def test_plot_is_a_picture_and_the_same_again(tmp_path: Path, form: str) -> None:
    pytest.importorskip("matplotlib")
    drawn = []
    for name in ("a", "b"):
        path = tmp_path / f"{name}.{form}"
        done = _run(tmp_path, "--plot", str(path))
        assert done.returncode == 0, done.stderr
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1]
    if form == "svg":
        assert ElementTree.fromstring(drawn[0]).tag.endswith("svg")
    else:
        assert drawn[0].startswith(b"\x89PNG")


def test_plot_without_matplotlib_says_what_to_install(tmp_path: Path) -> None:
    # A folder in front of the path that cannot be imported stands for a missing package.
    (tmp_path / "matplotlib.py").write_text("raise ImportError('not here')\n")
    inherited = os.environ.get("PYTHONPATH", "")
    done = _run(tmp_path, "--plot", str(tmp_path / "out.png"), PYTHONPATH=f"{tmp_path}{os.pathsep}{inherited}")
    assert done.returncode == 1
    assert 'pip install "translit-normalizer[plot]"' in done.stderr
    assert not (tmp_path / "out.png").exists()


def test_plot_of_another_kind_is_a_usage_error(tmp_path: Path) -> None:
    done = _run(tmp_path, "--plot", str(tmp_path / "out.jpg"))
    assert done.returncode == 2
    assert "--plot" in done.stderr
