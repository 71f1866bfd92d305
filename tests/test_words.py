"""The word list: its form, and that it tells ordinary words, personal names and calendar words apart."""

from __future__ import annotations

import csv
import functools
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from translit.mentions.words import words_of
from translit.unicode.tokens import fold

ROOT = Path(__file__).parent.parent
LIST = ROOT / "lexicons" / "words.tsv.gz"
CASES = ROOT / "tests" / "cases" / "words.tsv"
CLASSES = ("word", "weak", "name", "calendar", "geo", "familiar")
MOST_BYTES = 4_000_000


@functools.cache
def lines() -> list[str]:
    """The list without its header."""
    text = gzip.decompress(LIST.read_bytes()).decode("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#:")]


@functools.cache
def classes() -> dict[str, set[str]]:
    """Folded form → its classes."""
    return {form: set(kinds.split()) for form, kinds, _ in (line.split("\t") for line in lines()[1:])}


def cases() -> Iterator[tuple[str, str]]:
    with CASES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            yield row["word"], row["class"]


@pytest.mark.parametrize(("word", "expected"), list(cases()))
def test_case(word: str, expected: str) -> None:
    """``-`` is neither word nor weak, ``weak|-`` is no word, any other class is among those of the form."""
    found = classes().get(fold(word), set())
    if expected == "-":
        assert not found & {"word", "weak"}
    elif expected == "weak|-":
        assert "word" not in found
    else:
        assert expected in found


def test_list_is_well_formed() -> None:
    assert lines()[0] == "word\tclass\tzipf"
    forms = [line.split("\t")[0] for line in lines()[1:]]
    assert forms == sorted(set(forms))
    for line in lines()[1:]:
        form, kinds, zipf = line.split("\t")
        assert kinds.split() == [kind for kind in CLASSES if kind in kinds.split()], line
        assert kinds not in {"", "geo"}, line
        assert 0.0 <= float(zipf) <= 9.0, line
        assert not {"word", "weak"} <= set(kinds.split()), line
        assert form.strip(), line


def test_forms_are_folded() -> None:
    assert [form for form in classes() if fold(form) != form] == []


def test_file_is_small_and_deterministic() -> None:
    data = LIST.read_bytes()
    assert len(data) <= MOST_BYTES
    assert data[4:8] == bytes(4), "the gzip header has a time stamp"


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Kabul fell. Herat fell", [True, False, True, False]),
        ("no blank alone", [True, False, False]),
        ("a title\n\nA text\nof lines", [True, False, True, False, False, False]),
        ("he said: “Kabul — Herat”", [True, False, True, True]),
    ],
)
def test_what_starts_a_sentence(text: str, starts: list[bool]) -> None:
    words = words_of(text)
    assert [words.starts_sentence(i) for i in range(len(words.tokens))] == starts
