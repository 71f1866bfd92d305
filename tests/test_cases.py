"""The case tables: what names and texts become."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from tables import cases, read_table

from translit import Normalizer
from translit.trail import apply, undo

Normalizers = Callable[[str], Normalizer]


@pytest.mark.parametrize("case", cases("names.tsv"))
def test_names(case: dict[str, str], normalizers: Normalizers) -> None:
    """An expected ``=`` is the input itself; a method is only checked where the case names one."""
    norm = normalizers(case["lexicon"])
    name = case["input"]
    expected = name if case["canonical"] == "=" else case["canonical"]
    assert norm.normalize(name) == expected
    if case["method"]:
        match = norm.match(name)
        assert match is not None
        assert (match.canonical, match.method) == (expected, case["method"])


@pytest.mark.parametrize("case", cases("texts.tsv"))
def test_texts(case: dict[str, str], normalizers: Normalizers) -> None:
    norm, before, after = normalizers(case["lexicon"]), case["before"], case["after"]
    assert norm.clean(before) == after
    assert norm.clean(after) == after
    mentions = norm.find(before)
    assert [before[mention.start : mention.end] for mention in mentions] == [mention.input for mention in mentions]
    assert apply(before, mentions) == after
    assert undo(after, mentions) == before


@pytest.mark.parametrize("lexicon", ["built-in", "afghanistan", "small"])
@pytest.mark.parametrize("case", cases("unchanged.tsv"))
def test_unchanged(case: dict[str, str], lexicon: str, normalizers: Normalizers) -> None:
    norm = normalizers(lexicon)
    assert norm.clean(case["text"]) == case["text"]
    assert norm.normalize(case["text"]) == case["text"]


@pytest.mark.parametrize("case", cases("homonyms.tsv"))
def test_homonyms(case: dict[str, str], normalizers: Normalizers) -> None:
    """Whom a spelling of several bearers means where it stands; an empty id is nobody."""
    norm = normalizers("built-in")
    found = {mention.input: mention for mention in norm.find(case["text"])}
    meant = found.get(case["input"])
    assert (meant.id if meant is not None else "") == case["id"]
    assert (meant.replacement if meant is not None else case["input"]) == case["output"]
    cleaned = norm.clean(case["text"])
    assert norm.clean(cleaned) == cleaned


def test_nobody_is_meant_among_those_named(normalizers: Normalizers) -> None:
    [survey] = normalizers("built-in").survey_many(["He was born in San Jose."])
    [abstention] = survey.abstentions
    assert abstention.input == "San Jose"
    assert abstention.why in ("several", "unsure")
    assert {"gn:5392171", "subdivision:cr-sj"} <= {candidate.id for candidate in abstention.candidates}


def test_newspapers(normalizers: Normalizers) -> None:
    """Spellings of newspapers and native forms: those marked ``yes`` get their answer, and none of them another one."""
    table = read_table("newspapers.tsv")
    found = normalizers("built-in").match_many([row["input"] for row in table])
    answers = [(row, match.id if match is not None else "") for row, match in zip(table, found, strict=True)]
    assert [(row["input"], ident) for row, ident in answers if ident not in ("", row["id"])] == []
    assert [row["input"] for row, ident in answers if not ident and row["answered"] == "yes"] == []
