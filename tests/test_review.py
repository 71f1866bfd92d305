"""Names for a person to decide: the answer, why, and the entities that are near."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SMALL, anything, spellings_of, worn

from translit import ArgumentError, Lexicon, Normalizer
from translit.cli import main

NAMES = st.one_of(worn(st.sampled_from(spellings_of(SMALL)), misspelt=True), anything)


@pytest.fixture(scope="module")
def norm(tmp_path_factory: pytest.TempPathFactory) -> Normalizer:
    path = tmp_path_factory.mktemp("lexicon") / "small.translit"
    Lexicon.build(SMALL).save(path)
    return Normalizer(Lexicon.load(path))


@given(st.lists(NAMES, max_size=4), st.integers(1, 6), st.sampled_from([None, 0.5]))
def test_a_review_is_the_answer_and_what_is_near(norm: Normalizer, names: list[str], most: int, least: float | None) -> None:
    reviews = norm.review_many(names, most, least)
    matches = norm.match_many(names, least)
    for name, review, match in zip(names, reviews, matches, strict=True):
        assert (review.input, review.match and (review.match.id, review.match.confidence)) == (name, match and (match.id, match.confidence))
        assert match is None or review.candidates[0].id == match.id
        sure = [candidate.confidence for candidate in review.candidates]
        assert len(sure) <= most and len({candidate.id for candidate in review.candidates}) == len(sure)
        assert sum(sure) <= 1.001 and all(a >= b for a, b in pairwise(sure[1:]))
        assert review.verdict.startswith("abstains") == (match is None)


@pytest.mark.parametrize("most", [0, 51, True, 2.5])
def test_a_wrong_number_is_told(norm: Normalizer, most: int) -> None:
    with pytest.raises(ArgumentError, match="no whole number from 1 to 50"):
        norm.review_many(["Kabul"], most)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_command_tells_candidates(norm: Normalizer, workers: str, tmp_path: Path) -> None:
    names, out = tmp_path / "names.txt", tmp_path / "out.jsonl"
    names.write_text("Caboul\nPunjabi\nXyzzy\n", encoding="utf-8")
    arguments = ["match", str(names), "--lexicon", str(norm.lexicon.path), "--candidates", "2", "--workers", workers, "-o", str(out)]
    assert main(arguments) == 0
    told = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    for line, review in zip(told, norm.review_many(["Caboul", "Punjabi", "Xyzzy"], 2), strict=True):
        assert (line["input"], line["id"], line["why"]) == (review.input, review.match and review.match.id, review.verdict)
        assert [near["id"] for near in line["candidates"]] == [candidate.id for candidate in review.candidates]
    assert told[0]["canonical"] == "Kabul" and told[0]["candidates"][0]["form"] == "caboul"
