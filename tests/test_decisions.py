"""Decisions by people: read, refused with a place and a mend, and applied before every tier."""

from __future__ import annotations

import io
import json
import pickle
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import SMALL, anything, spellings_of, worn

from translit import Decision, Lexicon, Normalizer, SourceErrors
from translit.cli import main
from translit.matching.decisions import key, read_decisions, write_decisions

HEAD = "#: format=translit-decisions/1\nform\tdecision\tid\tcanonical\tnote\n"
IDS = [str(record["id"]) for record in SMALL]
NAMESAKES = [
    {"id": "place:tripoli-libya", "canonical": "Tripoli", "kind": "place", "variants": ["Tarabulus"], "weight": 3e6},
    {"id": "place:tripoli-lebanon", "canonical": "Tripoli", "kind": "place", "variants": ["Tarabulus"], "weight": 2e5},
]
TEXT = "Achmad Massud, Massuds brother, in Panjsjir's Punjir, CABOUL and Peking with Xanadu of Bombay; Wolf came."


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    path = tmp_path_factory.mktemp("lexicon") / "small.translit"
    Lexicon.build([*SMALL, *NAMESAKES]).save(path)
    return Lexicon.load(path)


DECIDED = [
    ([Decision("Punjir", "reject", "place:panjshir")], "Punjir", None),
    ([Decision("Punjir", "reject", "place:panjshir")], "Panjsjir", "Panjshir"),
    ([Decision("Punjir", "reject", "place:panjshir")], "PUNJIR", None),
    ([Decision("Punjir", "reject")], "Punjir", None),
    ([Decision("Tarabulus", "reject", "place:tripoli-libya")], "Tarabulus", None),
    ([Decision("Tripoli", "reject", "place:tripoli-libya")], "Tripoli", "Tripoli"),
    ([Decision("Punjir", "reject", "place:kabul")], "Punjir", "Panjshir"),
    ([Decision("Panjshear", "reject")], "Panjshear", None),
    ([Decision("Xanadu", "accept", "place:beijing")], "xanadu", "Beijing"),
    ([Decision("Punjir", "accept", "place:punjab")], "Punjir", "Punjab"),
    ([Decision("Punjir", "reject", "place:panjshir"), Decision("Punjir", "accept", "place:punjab")], "Punjir", "Punjab"),
    ([Decision("Bombay", "accept", "place:mumbai")], "Bombay", "Mumbai"),
    ([Decision("Caboul", "correct", "", "Kaboul")], "Caboul", "Kaboul"),
    ([Decision("Caboul", "correct", "", "Kaboul")], "Kaboul", "Kaboul"),
    ([Decision("Caboul", "correct", "", "Beijing")], "Caboul", "Beijing"),
    ([Decision("Caboul", "correct", "place:punjab")], "Caboul", "Punjab"),
    ([Decision("Punjir", "correct", "", "Caboul"), Decision("Caboul", "accept", "place:kabul")], "Punjir", "Kabul"),
    ([Decision("Kabul", "correct", "", "Kābul")], "Caboul", "Kābul"),
    ([Decision("Kabul", "correct", "", "Kābul")], "Kābul", "Kābul"),
    ([Decision("Wolf", "correct", "", "Grey Wolf")], "Grey Wolf", "Grey Wolf"),
    ([Decision("L’Xanadu", "accept", "place:beijing")], "l'xanadu", "Beijing"),
    ([Decision("Upper  Xanadu", "accept", "place:beijing")], "UPPER\nXANADU", "Beijing"),
]


@pytest.mark.parametrize(("decisions", "name", "canonical"), DECIDED)
def test_a_decision_goes_before_every_tier(lexicon: Lexicon, decisions: list[Decision], name: str, canonical: str | None) -> None:
    for norm in (Normalizer(lexicon, decisions=decisions), pickle.loads(pickle.dumps(Normalizer(lexicon, decisions=decisions)))):
        match = norm.match(name)
        assert (match and match.canonical) == canonical
        assert norm.normalize(name) == (canonical or name)
        assert norm.match(name, min_confidence=0) == match
        if canonical is None:
            assert norm.clean(f"in {name}.") == f"in {name}."
        elif name[0].isupper() and "\n" not in name:
            assert norm.clean(f"in {name}, bij {name}’s huis") == f"in {canonical}, bij {canonical}’s huis"


def test_an_accepted_entity_has_its_id(lexicon: Lexicon) -> None:
    match = Normalizer(lexicon, decisions=[Decision("Xanadu", "accept", "place:beijing")]).match("Xanadu")
    assert match is not None
    assert (match.id, match.kind, match.method, match.confidence) == ("place:beijing", "place", "exact", 1.0)
    target = Normalizer(lexicon, target="nl", decisions=[Decision("Xanadu", "accept", "place:beijing", "Beijing")])
    assert target.normalize("Xanadu") == "Peking"


def test_a_text_with_every_kind_of_decision(lexicon: Lexicon) -> None:
    norm = Normalizer(lexicon, decisions=[
        Decision("Punjir", "reject", "place:panjshir"), Decision("Xanadu", "accept", "place:beijing"),
        Decision("Caboul", "correct", "", "Kaboul"), Decision("Massud", "reject", "person:ahmad-massoud"),
        Decision("Wolf", "correct", "", "Grey Wolf"),
    ])  # fmt: skip
    cleaned = "Ahmad Massoud, Massuds brother, in Panjshir's Punjir, KABOUL and Beijing with Beijing of Bombay; Grey Wolf came."
    assert norm.clean(TEXT) == cleaned == norm.clean(cleaned)
    left = {(a.input, a.why) for a in norm.survey_many([TEXT])[0].abstentions}
    assert left == {("Massud", "rejected"), ("Punjir", "rejected"), ("Bombay", "known")}


def test_a_part_of_a_name(lexicon: Lexicon) -> None:
    accepted = Normalizer(lexicon, decisions=[Decision("Massud", "accept", "name:massoud", "Massoud")])
    assert accepted.clean("Achmad Massud, Massuds brother, MASSUD") == "Ahmad Massoud, Massouds brother, MASSOUD"
    rejected = Normalizer(lexicon, decisions=[Decision("Massud", "reject", "name:massoud")])
    assert rejected.normalize("Massud") == "Massud"


PLACES = spellings_of([record for record in SMALL if record["kind"] == "place"])
# Who makes a person a place, or a place a person, changes what stands beside a name, and so what the name needs.
decisions = st.builds(
    Decision, st.sampled_from([*PLACES, "Xanadu", "Upper Xanadu"]), st.sampled_from(["accept", "reject", "correct"]),
    st.sampled_from(["", *(ident for ident in IDS if ident.startswith("place:"))]),
    st.sampled_from(["", "Kabul", "Kaboul", "Upper Caboul", "Xanadu", "Punjab"]),
)  # fmt: skip


sentences = st.lists(worn(st.sampled_from([*PLACES, "Xanadu", "Upper Xanadu"]), misspelt=False).map("in {}, zei zij. ".format), max_size=6)


@given(st.lists(decisions, max_size=4), sentences.map("".join))
def test_cleaning_again_changes_nothing(lexicon: Lexicon, decisions: list[Decision], text: str) -> None:
    try:
        norm = Normalizer(lexicon, decisions=decisions)
    except SourceErrors:
        return
    mentions = norm.find(text)
    assert all(a.end <= b.start for a, b in pairwise(mentions))
    once = norm.clean(text)
    assert norm.clean(once) == once
    for decision in decisions:
        written = norm.normalize(decision.form)
        assert norm.normalize(written) == written


@given(anything)
def test_the_key_is_stable(form: str) -> None:
    assert key(key(form)) == key(form)


def test_no_decisions_are_none(lexicon: Lexicon) -> None:
    assert Normalizer(lexicon, decisions=[]).clean(TEXT) == Normalizer(lexicon).clean(TEXT)


@pytest.mark.parametrize("written", ["Caboul (Kabul)", "Caboul/Kabul", "New Caboul!", "the “Caboul” of old"])
@pytest.mark.parametrize("evidence", [True, False])
def test_a_correction_that_has_the_form_in_it_is_written_once(lexicon: Lexicon, written: str, evidence: bool) -> None:
    norm = Normalizer(lexicon, decisions=[Decision("Caboul", "correct", "", written)], evidence=evidence)
    assert norm.clean("They left Caboul.") == norm.clean(norm.clean("They left Caboul.")) == f"They left {written}."


def test_files_come_back(tmp_path: Path) -> None:
    given = [Decision("پنجشیر", "reject", "place:panjshir"), Decision("Caboul", "correct", "", "Kaboul", "as the desk writes it")]
    stream = io.StringIO()
    write_decisions(given, stream)
    # As it is written, as an editor on Windows saves it, and as a spreadsheet does.
    path = tmp_path / "d.tsv"
    padded = "".join(line + "\t" * (4 - line.count("\t")) + "\n" for line in stream.getvalue().splitlines())
    for text in (stream.getvalue(), "\ufeff" + stream.getvalue().replace("\n", "\r\n"), padded):
        path.write_bytes(text.encode())
        read = read_decisions(path)
        assert [(d.form, d.decision, d.id, d.canonical, d.note) for d in read] == [
            (d.form, d.decision, d.id, d.canonical, d.note) for d in given
        ]
        assert [d.source for d in read] == [f"{path}:3", f"{path}:4"]


FAULTS = [
    ("", "d.tsv:1: not a file of decisions; make its first line '#: format=translit-decisions/1'"),
    ("#: format=translit-decisions/1\n", "no columns; write form decision id canonical note"),
    ("#: format=translit-decisions/1\nform\tid\n", "d.tsv:2: these are not the columns"),
    (HEAD + "a\tyes\tp\n", "d.tsv:3:2: unknown decision 'yes'; write accept, reject, correct"),
    (HEAD + "\taccept\tp\n", "d.tsv:3:1: the form has no letters"),
    (HEAD + "a\taccept\n", "d.tsv:3:3: no entity is accepted; write its id, or correct instead of accept"),
    (HEAD + "a\tcorrect\n", "d.tsv:3:4: the correction says nothing"),
    (HEAD + "a\taccept\tname:x\n", "d.tsv:3:4: the part has no spelling"),
    (HEAD + "a\treject\tp\t\t\tx\n", "d.tsv:3: 6 cells instead of 5"),
    (HEAD + f"{'a' * 1001}\treject\n", "d.tsv:3:1: longer than 1000 code points"),
    (HEAD + "a\x00b\treject\n", "d.tsv:3:1: a control character"),
    (HEAD + "Punjir\treject\nPUNJIR\taccept\tp\n", "d.tsv:4:2: 'PUNJIR' is decided otherwise: reject"),
    (HEAD + "Punjir\taccept\tp\nPunjir\taccept\tq\n", "d.tsv:4:2: 'Punjir' is decided otherwise: accept p"),
    (HEAD + "Punjir\taccept\tplace:nowhere\n", "d.tsv:3:3: the lexicon has no entity 'place:nowhere'; mend the id, or remove the row"),
    (HEAD + "Punjir\tcorrect\t\tCaboul\nCaboul\tcorrect\t\tPunjir\n", "d.tsv:3:4: 'Punjir' leads back to itself by way of 'Caboul'"),
]


@pytest.mark.parametrize(("content", "message"), FAULTS)
def test_faults_have_a_place_and_a_mend(lexicon: Lexicon, tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "d.tsv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SourceErrors) as raised:
        Normalizer(lexicon, decisions=path)
    assert message in str(raised.value)


def test_broken_utf8_has_its_place(tmp_path: Path, capsys: pytest.CaptureFixture[str], lexicon: Lexicon) -> None:
    path, names = tmp_path / "d.tsv", tmp_path / "n.txt"
    path.write_bytes(HEAD.encode() + b"a\tre\xffject\n")
    names.write_text("Punjir\n")
    assert main(["match", "--lexicon", str(lexicon.path), "--decisions", str(path), str(names)]) == 1
    told = capsys.readouterr()
    assert (told.out, "d.tsv:3:2: not UTF-8; save the file as UTF-8" in told.err) == ("", True)


def test_commands_apply_and_take_in_decisions(tmp_path: Path) -> None:
    source, path, built, names, out = (tmp_path / name for name in ("s.jsonl", "d.tsv", "l.translit", "n.txt", "o.jsonl"))
    source.write_text("".join(json.dumps(record) + "\n" for record in SMALL))
    path.write_text(HEAD + "Punjir\treject\tplace:panjshir\nXanadu\taccept\tplace:beijing\n")
    names.write_text("Punjir\nPanjsjir\nXanadu\n")
    plain = tmp_path / "plain.translit"
    assert main(["lexicon", "build", str(source), "-o", str(plain)]) == 0
    assert main(["lexicon", "build", str(source), "--decisions", str(path), "-o", str(built)]) == 0
    for options in (["--lexicon", str(plain), "--decisions", str(path)], ["--lexicon", str(built)]):
        assert main(["match", *options, str(names), "-o", str(out)]) == 0
        assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == [None, "place:panjshir", "place:beijing"]
    # A later decision goes before one that the lexicon was built with.
    path.write_text(HEAD + "Punjir\taccept\tplace:punjab\n")
    assert main(["match", "--lexicon", str(built), "--decisions", str(path), str(names), "-o", str(out)]) == 0
    assert [json.loads(line)["id"] for line in out.read_text().splitlines()] == ["place:punjab", "place:panjshir", "place:beijing"]
    path.write_text(HEAD + "Punjir\taccept\tplace:nowhere\n")
    assert main(["lexicon", "build", str(source), "--decisions", str(path), "-o", str(tmp_path / "none")]) == 1
    assert not (tmp_path / "none").exists()
