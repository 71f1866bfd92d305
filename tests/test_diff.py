"""Comparing lexicons: the changes are those that asking both for every listed spelling shows."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from translit import Lexicon, Normalizer
from translit.lexicon.diff import Change, diff
from translit.lexicon.source import read_names, write_records
from translit.matching.decisions import Decision
from translit.model import Entity, Variant
from translit.unicode.tokens import fold

AFGHANISTAN = Path(__file__).parents[1] / "lexicons" / "names" / "afghanistan.tsv"
TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]
PACK = list(read_names(AFGHANISTAN))[:80]
SPELLINGS = ["Kabul", "Kaboul", "Kâbul", "Herat", "Harat", "Hérat", "Panjshir", "Panjsjir", "Punjab", "Pandschab"]

entities = st.builds(
    lambda number, texts, types, weight: Entity(
        f"e{number}", texts[0], "place", tuple(map(Variant, texts[1:], [""] * 9, types)), float(weight)
    ),
    st.integers(0, 5),
    st.lists(st.sampled_from(SPELLINGS), min_size=1, max_size=4, unique=True),
    st.lists(st.sampled_from(["romanization", "former", "exonym"]), min_size=3, max_size=3),
    st.sampled_from([0, 10, 1000]),
)
packs = st.lists(entities, min_size=1, max_size=5, unique_by=lambda entity: entity.id)


def spellings(*packs: list[Entity]) -> list[str]:
    texts = (text for pack in packs for e in pack for text in (e.canonical, *(v.text for v in e.variants)))
    return sorted(set(texts))


def by_asking(old: Lexicon, new: Lexicon, names: list[str]) -> dict[str, tuple[object, object]]:
    """The names whose answers differ, asked one by one."""
    sides = ([None if m is None else (m.id, m.canonical) for m in Normalizer(lex).match_many(names)] for lex in (old, new))
    return {name: (a, b) for name, a, b in zip(names, *sides, strict=True) if a != b}


def told(change: Change) -> tuple[object, object]:
    before, after = (said and (said.id, said.canonical) for said in (change.old, change.new))
    return before, after


def check(before: list[Entity], after: list[Entity]) -> None:
    old, new = Lexicon.build([before]), Lexicon.build([after])
    found = {(change.input, *told(change)) for change in diff(old, new, names=[])}
    for name, (a, b) in by_asking(old, new, spellings(before, after)).items():
        assert (fold(name), a, b) in found
    forms = [fold(text) for text in spellings(before, after)]
    plain = {change.input: told(change) for change in diff(old, new, names=[]) if not change.spelled}
    assert plain == by_asking(old, new, sorted(set(forms)))


@settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(packs, packs)
def test_every_listed_spelling_is_compared(before: list[Entity], after: list[Entity]) -> None:
    check(before, after)


@pytest.mark.parametrize("change", ["less", "other weights", "other canonical", "same"])
def test_a_pack_that_changes(change: str) -> None:
    after = {
        "less": PACK[20:],
        "other weights": [replace(entity, weight=1.0) for entity in PACK],
        "other canonical": [replace(PACK[0], canonical="Kabool"), *PACK[1:]],
        "same": list(reversed(PACK)),
    }[change]
    check(PACK, after)


def test_decisions_are_compared() -> None:
    pack = [Entity("1", "Panjshir", "place", (Variant("Pandjschir"),)), Entity("2", "Punjab", "place")]
    decision = Decision("Pandjschir", "reject", "1")
    old, new = Lexicon.build([pack]), Lexicon.build([pack], decisions=[decision])
    [change] = [change for change in diff(old, new, names=[]) if change.input.lower() == "pandjschir"]
    assert (change.what, change.new) == ("vanishes", None)
    assert list(diff(new, new)) == []


def test_nothing_changes(afghanistan: Lexicon) -> None:
    assert list(diff(afghanistan, afghanistan, names=[])) == []


def test_names_are_asked_of_both_whatever_tier() -> None:
    record = {"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}
    other = {"id": "2", "canonical": "Punjab", "kind": "place", "variants": ["Pandschab"]}
    old, new = Lexicon.build([other]), Lexicon.build([other, record])
    found = {change.input: change for change in diff(old, new, names=["Pandjsjir", "Punjaab", "nothing"])}
    assert {name: change.what for name, change in found.items() if change.what == "appears"}.keys() >= {"panjshir", "panjsjir"}
    asked = {name: a != b for name, (a, b) in by_asking(old, new, ["Pandjsjir", "Punjaab", "nothing"]).items()}
    assert {name for name in found if name in ("Pandjsjir", "Punjaab", "nothing")} == set(asked)


def test_the_generated_names_are_the_same_each_time() -> None:
    old, new = Lexicon.build([PACK]), Lexicon.build([PACK[20:]])
    found = list(diff(old, new))
    assert found == list(diff(old, new)) and any(change.old and change.old.method == "fuzzy" for change in found)


def test_the_command(tmp_path: Path, child: dict[str, str]) -> None:
    for name, variants in (("old", ["Bombay"]), ("new", [])):
        write_records([Entity("1", "Mumbai", "place", tuple(map(Variant, variants)))], tmp_path / f"{name}.jsonl")
    (tmp_path / "names.txt").write_text("Bombay\nMumbai\n")

    def run(*arguments: str) -> tuple[str, str]:
        command = [*TRANSLIT, "lexicon", "diff", "old.jsonl", "new.jsonl", *arguments]
        environment = {**child, "TRANSLIT_CACHE": str(tmp_path / "cache")}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return done.stdout, done.stderr

    shown, counts = run()
    assert shown.startswith("vanishes   bombay: Mumbai (1, exact) → nothing\n") and counts == f"translit: {shown.count(chr(10))} vanishes\n"
    lines = [json.loads(line) for line in run("--json", "--names", "names.txt")[0].splitlines()]
    assert [(line["input"], line["what"], line["new"]) for line in lines] == [
        ("bombay", "vanishes", None), ("Bombay", "vanishes", None),
    ]  # fmt: skip
    assert lines[0]["old"]["id"] == "1"
