"""Rule files among the sources of a lexicon: what they change, where they are told, and what is refused."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest

from translit import ArgumentError, Lexicon, Normalizer, SourceErrors, open_lexicon
from translit.lexicon.source import write_names, write_records

BASQUE = Path(__file__).parents[1] / "examples" / "basque.tsv"
PLACES = ("Chad", "Chita", "Karachi", "Sochi", "Tashkent", "Kandahar", "Nizhny Tagil")
RECORDS = [{"id": name, "canonical": name, "kind": "place", "variants": []} for name in PLACES]
SPELLINGS = {"Txad": "Chad", "Karatxi": "Karachi", "Sotxi": "Sochi", "Txita": "Chita", "Kandahar": "Kandahar", "Massaging": None}
WITHOUT_RULES = {"Kandahar"}


@pytest.fixture(scope="module")
def basque() -> Lexicon:
    return Lexicon.build([*RECORDS, BASQUE])


def answers(norm: Normalizer) -> dict[str, str | None]:
    return {name: match.canonical if match else None for name, match in zip(SPELLINGS, norm.match_many(list(SPELLINGS)), strict=True)}


def test_own_rules_find_what_the_shipped_ones_do_not(basque: Lexicon) -> None:
    without = answers(Normalizer(Lexicon.build(RECORDS)))
    assert {name for name, canonical in without.items() if canonical} == WITHOUT_RULES
    assert answers(Normalizer(basque)) == SPELLINGS
    match = Normalizer(basque).match("Sotxi")
    assert match is not None and match.method == "rule"


def test_they_serve_in_texts_and_explanations(basque: Lexicon) -> None:
    norm = Normalizer(basque)
    assert norm.clean("Ministroa Karatxi hirian dago.") == "Ministroa Karachi hirian dago."
    assert "eus" in str(norm.explain("Karatxi"))


def test_they_are_a_convention_to_choose(basque: Lexicon) -> None:
    assert answers(Normalizer(basque, conventions=["eus"])) == SPELLINGS
    with pytest.raises(ArgumentError, match=r"'eus' is not known; did you mean 'rus'\?; choose from amh"):
        Normalizer(Lexicon.build(RECORDS), conventions=["eus"])


def test_the_compiled_file_carries_them(basque: Lexicon, tmp_path: Path) -> None:
    basque.save(tmp_path / "basque.translit")
    loaded = Lexicon.load(tmp_path / "basque.translit")
    assert answers(pickle.loads(pickle.dumps(Normalizer(loaded)))) == SPELLINGS
    assert loaded.checksum == Lexicon.build([BASQUE, *reversed(RECORDS)]).checksum != Lexicon.build(RECORDS).checksum
    assert loaded.stats()["rules"] == ["basque.tsv"] and loaded.stats()["licences"] == {"basque.tsv": "CC0-1.0"}


def test_a_folder_may_hold_names_and_rules(tmp_path: Path) -> None:
    shutil.copy(BASQUE, tmp_path)
    write_records(RECORDS[:3], tmp_path / "a.jsonl")
    write_names(RECORDS[3:], tmp_path / "b.tsv", {"licence": "CC0-1.0"})
    (tmp_path / "README.md").write_text("no source")
    assert answers(Normalizer(open_lexicon([tmp_path]))) == SPELLINGS


def test_faults_of_names_and_rules_are_told_together(tmp_path: Path) -> None:
    rules, names = tmp_path / "rules.tsv", tmp_path / "names.jsonl"
    rules.write_text(BASQUE.read_text("utf-8").replace("tʃ", "tš").replace("Taxkent=Tashkent", "Taxkent=Kabul"), "utf-8")
    names.write_text(json.dumps({"id": "1", "canonical": "Kabul"}) + "\n")
    with pytest.raises(SourceErrors) as raised:
        Lexicon.build([rules, names])
    told = str(raised.value)
    assert "names.jsonl:1:1: missing key 'kind'; add it" in told
    assert "rules.tsv:8:4: 'tš' is not in the phoneme inventory" in told


def test_rules_alone_are_no_lexicon() -> None:
    with pytest.raises(SourceErrors, match="spelling rules without names; give them beside a name pack, or beside builtin"):
        open_lexicon([BASQUE])
