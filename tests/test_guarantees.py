"""The guarantees that the README gives, each as a property."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, assume, example, given, settings
from hypothesis import strategies as st
from strategies import ODD, SMALL, anything, lexicons, names, spellings_of, texts, worn
from tables import ROOT

from translit import Lexicon, Match, Normalizer, SourceErrors, limits
from translit.lexicon.source import read_sources
from translit.limits import MAX_NAME_CODEPOINTS, MAX_NAME_TOKENS
from translit.model import VARIANT_TYPES
from translit.trail import apply
from translit.unicode.tokens import fold

Normalizers = Callable[[str], Normalizer]
SPELLINGS = [
    *spellings_of(SMALL),
    "Punjir", "Pandschir", "Hamid Karsai", "Massud", "Achmad", "Kandahar", "Masar-i-Scharif", "Dschalalabad", "Herat", "Mollah Omar",
    "Abdullah Abdullah", "Гильменд", "قندهار", "هلمند", "Golboeddin Hekmatjar", "Dostum", "Rachid Dostom", "Kunduz", "Koendoez",
]  # fmt: skip
spelling = st.sampled_from(SPELLINGS)
texts_of_names = texts(spelling)
asked = st.one_of(spelling, worn(spelling), names(), anything)
# Building a lexicon takes a third of a second: few examples, and no time spent on making a failing one smaller.
few = settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def mixed_bag(norm: Normalizer, size: int = 120) -> list[str]:
    """Names of every tier: listed ones of a pack, the same misspelt, and unknown ones."""
    random = Random(5)
    forms = list(norm.lexicon.index.forms)
    listed = random.sample(forms, min(size, len(forms)))
    changed = [f[:k] + random.choice("aeiouhsk") + f[k + 1 :] for f in listed for k in [random.randrange(len(f))]]
    return [*listed, *changed, *SPELLINGS, *ODD, "Nobody in particular", ""]


def found(norm: Normalizer, text: str) -> None:
    """Check what must hold for the mentions of any text."""
    mentions = norm.find(text)
    at, kept, expected = 0, [], []
    for mention in mentions:
        assert 0 <= at <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.input
        assert 0 <= mention.confidence <= 1
        kept.append(text[at : mention.start])
        expected += [text[at : mention.start], mention.replacement]
        at = mention.end
    assert norm.clean(text) == "".join([*expected, text[at:]]) == apply(text, mentions)


@given(texts_of_names)
@example("İİİ ﬁ Caboul e\u0301 Panjsjir\r\n👩\u200d👩\u200d👧 ACHMAD MASSUD\ud800")
def test_outside_the_mentions_nothing_changes(norm: Normalizer, text: str) -> None:
    found(norm, text)


@given(anything)
def test_outside_the_mentions_nothing_changes_in_any_string(norm: Normalizer, text: str) -> None:
    found(norm, text)


@given(texts(spelling, misspelt=False))
def test_cleaning_again_changes_nothing(norm: Normalizer, text: str) -> None:
    once = norm.clean(text)
    assert norm.clean(once) == once


@given(asked)
def test_normalizing_again_changes_nothing(norm: Normalizer, name: str) -> None:
    once = norm.normalize(name)
    assert norm.normalize(once) == once


@pytest.mark.parametrize("target", ["en", "de", "nl", "fr"])
@pytest.mark.parametrize("lexicon", ["afghanistan", "small"])
def test_every_canonical_is_a_fixed_point(lexicon: str, target: str, normalizers: Normalizers) -> None:
    norm = Normalizer(normalizers(lexicon).lexicon, target=target)
    index = norm.lexicon.index
    canonicals = [index.target(entity, target) for entity in range(len(norm.lexicon))]
    answers = norm.match_many(canonicals)
    assert [c for c, m in zip(canonicals, answers, strict=True) if m is not None and m.canonical != c] == []
    assert [(c, t) for c, t in zip(canonicals, norm.clean_many(canonicals), strict=True) if c != t] == []


@pytest.mark.parametrize("target", ["en", "de", "es", "fr", "pl", "ru", "tr"])
def test_every_canonical_of_the_built_in_lexicon_is_a_fixed_point(target: str, normalizers: Normalizers) -> None:
    norm = Normalizer(normalizers("built-in").lexicon, target=target)
    index = norm.lexicon.index
    canonicals = sorted({index.target(entity, target) for entity in range(len(norm.lexicon)) if not index.entity_support[entity]})
    answers = norm.match_many(canonicals)
    assert [(c, m.canonical) for c, m in zip(canonicals, answers, strict=True) if m is not None and m.canonical != c] == []
    # A name with a comma, a dash or a full stop inside is several to a text.
    texts = [text for text in canonicals[::9] if not {",", "."} & set(text) and " - " not in text]
    assert [(c, t) for c, t in zip(texts, norm.clean_many(texts), strict=True) if c != t] == []


GEORGIA: list[dict[str, Any]] = [
    {"id": "place:ge", "canonical": "Georgia", "kind": "place", "weight": 3_700_000, "canonicals": {"de": "Georgien"}},
    {"id": "place:us:georgia-vermont", "canonical": "Georgia", "kind": "place", "weight": 5_000, "canonicals": {"de": "Georgia"}},
]  # fmt: skip
"""Two places of one name in English and of two in German."""


def test_a_canonical_that_is_a_heavier_entitys_in_another_language_is_a_fixed_point() -> None:
    assert Normalizer(Lexicon.build(GEORGIA), target="de").normalize("Georgia") == "Georgia"


def test_a_canonical_that_a_heavier_entity_lists_is_a_fixed_point() -> None:
    village = {"id": "place:village", "canonical": "Bombaim", "kind": "place", "weight": 10, "variants": ["Bombaím"]}
    assert Normalizer(Lexicon.build([*SMALL, village])).normalize("Bombaim") == "Bombaim"


def unshared(records: list[dict[str, Any]]) -> bool:
    """Whether no two entities list one spelling."""
    listed = [{fold(text) for text in spellings_of([record])} for record in records]
    return sum(map(len, listed)) == len(set().union(*listed))


@few
@given(lexicons().filter(unshared), st.sampled_from(["en", "de"]))
def test_every_canonical_of_any_lexicon_is_a_fixed_point(records: list[dict[str, Any]], target: str) -> None:
    norm = Normalizer(built(records), target=target)
    index = norm.lexicon.index
    canonicals = [index.target(entity, target) for entity in range(len(norm.lexicon))]
    assert [norm.normalize(canonical) for canonical in canonicals] == canonicals
    assert norm.clean_many(canonicals) == canonicals


@few
@given(lexicons(), st.data())
def test_any_lexicon_keeps_the_guarantees_of_text(records: list[dict[str, Any]], data: st.DataObject) -> None:
    norm = Normalizer(built(records), types=data.draw(st.sets(st.sampled_from(VARIANT_TYPES))))
    for text in data.draw(st.lists(texts(st.sampled_from(spellings_of(records)), misspelt=False), min_size=5, max_size=5)):
        found(norm, text)
        once = norm.clean(text)
        assert norm.clean(once) == once


def built(records: list[Any]) -> Lexicon:
    """The lexicon of made-up records; those with a fault are passed over."""
    try:
        return Lexicon.build(records)
    except SourceErrors:
        assume(False)
        raise


@few
@given(lexicons(), st.randoms(use_true_random=False))
def test_the_order_of_the_sources_does_not_count(records: list[dict[str, Any]], random: Random) -> None:
    shuffled = random.sample(records, len(records))
    half = random.randrange(len(records) + 1)
    assert built(records).checksum == built([shuffled[half:], shuffled[:half]]).checksum


BUILD = """
import sys, translit
translit.Lexicon.build(sys.argv[2:]).save(sys.argv[1])
"""


def test_the_same_sources_give_the_same_bytes(tmp_path: Path, child: dict[str, str], afghanistan: Lexicon) -> None:
    """Another process, another hash seed, the entities in another order and in two packs: enough for its own calibration."""
    from translit.lexicon.source import write_records

    entities = read_sources([ROOT / "lexicons/names/afghanistan.tsv"])
    Random(3).shuffle(entities := list(entities))
    halves = [tmp_path / "b.jsonl", tmp_path / "a.jsonl"]
    for half, part in zip(halves, (entities[::2], entities[1::2]), strict=True):
        with half.open("w", encoding="utf-8", newline="\n") as stream:
            write_records(part, stream)
    runs = []
    for seed, order in (("1", halves), ("77", halves[::-1])):
        target = tmp_path / f"{seed}.translit"
        command = [sys.executable, "-c", BUILD, str(target), *map(str, order)]
        runs.append(subprocess.Popen(command, env={**child, "PYTHONHASHSEED": seed}))
    assert [run.wait() for run in runs] == [0, 0]
    first, second = ((tmp_path / f"{seed}.translit").read_bytes() for seed in ("1", "77"))
    assert first == second
    ours = afghanistan.index.arrays
    theirs = Lexicon.load(tmp_path / "1.translit").index.arrays
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name].tobytes() != theirs[name].tobytes()] == []


ASK = """
import json, sys
from translit import Lexicon, Normalizer
norm = Normalizer(Lexicon.load(sys.argv[1]))
names, text = json.load(sys.stdin)
answers = [None if m is None else [m.id, m.canonical, m.method, m.confidence, [c.id for c in m.candidates]] for m in norm.match_many(names)]
json.dump([answers, norm.clean(text)], sys.stdout)
"""


def told(match: Match | None) -> Any:
    """A match as JSON can hold it."""
    return match and [match.id, match.canonical, match.method, match.confidence, [c.id for c in match.candidates]]


@pytest.mark.parametrize("environment", [{"PYTHONHASHSEED": "0"}, {"PYTHONHASHSEED": "4242"}, {"TRANSLIT_PURE": "1"}], ids=str)
def test_answers_do_not_depend_on_the_process(norm: Normalizer, child: dict[str, str], environment: dict[str, str]) -> None:
    """Neither on its hash seed, nor on whether the compiled loops serve in it."""
    asked = mixed_bag(norm)
    text = " und ".join(SPELLINGS) + " İ ﬁ " + ", ".join(SPELLINGS).upper()
    run = subprocess.run(
        [sys.executable, "-c", ASK, str(norm.lexicon.path)], env={**child, **environment}, input=json.dumps([asked, text]),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(run.stdout) == [[told(m) for m in norm.match_many(asked)], norm.clean(text)]


def test_answers_do_not_depend_on_the_thread(norm: Normalizer) -> None:
    asked = mixed_bag(norm)
    expected = [norm.match(name) for name in asked]
    fresh = Normalizer(Lexicon.load(str(norm.lexicon.path)))
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(fresh.match, asked)) == expected
        assert list(pool.map(fresh.match_many, [asked] * 8)) == [expected] * 8
        assert list(pool.map(fresh.clean, asked)) == norm.clean_many(asked)


@given(st.lists(asked, max_size=12), st.randoms(use_true_random=False))
def test_answers_do_not_depend_on_the_batch(norm: Normalizer, batch: list[str], random: Random) -> None:
    alone = [norm.match(name) for name in batch]
    assert norm.match_many(batch) == alone
    order = random.sample(range(len(batch)), len(batch))
    assert norm.match_many([batch[i] for i in order]) == [alone[i] for i in order]
    assert norm.match_many([*batch, "Massud", *batch])[: len(batch)] == alone


def test_answers_do_not_depend_on_the_size_of_the_batch(norm: Normalizer) -> None:
    asked = mixed_bag(norm)
    whole = norm.match_many(asked)
    for size in (1, 7, 64):
        assert [m for i in range(0, len(asked), size) for m in norm.match_many(asked[i : i + size])] == whole


def one_after_another(norm: Normalizer, asked: list[str], least: float | None = None) -> list[Match | None]:
    """The answers without what is done for all listed names at once."""
    tiers = norm._tiers
    return [answer and tiers.records.match(name, answer) for name, answer in zip(asked, tiers.answer_many(asked, least), strict=True)]


@pytest.mark.parametrize("least", [None, 0.0, 0.5])
@pytest.mark.parametrize("options", [{}, {"target": "de"}, {"types": ["former", "native"]}, {"precision": 0.9999}], ids=str)
def test_listed_names_are_answered_together_as_one_after_another(
    normalizers: Normalizers, options: dict[str, Any], least: float | None
) -> None:
    for name in ("small", "afghanistan"):
        norm = Normalizer(normalizers(name).lexicon, **options)
        listed = [*norm.lexicon.index.forms, *(norm.lexicon.index.canonicals)][:3000]
        asked = [*mixed_bag(norm), *listed, *(form.upper() for form in listed[:100]), " ".join("a" * 30), "Ahmad-  Massoud"]
        assert norm.match_many(asked) == one_after_another(norm, asked)
        assert norm.match_many(asked[:500], least) == one_after_another(norm, asked[:500], least)


SHARED = [
    {"id": str(i), "canonical": canonical, "kind": kind, "weight": weight, "variants": variants}
    for i, (canonical, kind, weight, variants) in enumerate([
        ("Springfield", "place", 5, ["Sprink"]), ("Springfield", "place", 100, ["Sprink"]), ("Springfield", "place", 0, []),
        ("Spring", "place", 3, ["Springfield", "Sprink", "X-Town"]), ("Field", "organisation", 0, ["Sprink", "x town", "SP"]),
        ("Sprink Cake", "protected", 0, ["Sprink Pie"]), ("Other", "place", 1, ["Sprink Pie", "SP", {"text": "Old", "type": "former"}]),
        ("San José", "place", 9, ["San Jose", "Σan", "Sector10"]), ("San Jose", "place", 8, ["San José"]),
    ])
]  # fmt: skip
"""Places of one name, of which one is heavier, or listed as it is canonically, or written alike, or nothing."""


@few
@given(lexicons(), st.sampled_from(["en", "de"]), st.sampled_from([None, 0.3]))
@example(SHARED, "en", None)
@example(SHARED, "de", 0.3)
def test_shared_names_are_answered_together_as_one_after_another(records: list[dict[str, Any]], target: str, least: float | None) -> None:
    norm = Normalizer(built(records), target=target, precision=0.9)
    asked = spellings_of(records)
    assert norm.match_many(asked, least) == one_after_another(norm, asked, least)


def test_one_of_several_that_are_written_alike_is_no_surer_than_its_share() -> None:
    norm = Normalizer(built([{"id": str(i), "canonical": "Li", "kind": "family", "variants": ["Lee"]} for i in range(5)]))
    for name in ("Li", "Lee"):
        match = norm.match(name)
        assert match is not None and match.canonical == "Li" and match.confidence == pytest.approx(0.2, abs=0.001)
        assert [candidate.confidence for candidate in match.candidates] == pytest.approx([0.2] * 5, abs=0.001)


@given(st.lists(texts_of_names, max_size=5))
def test_texts_do_not_depend_on_the_batch(norm: Normalizer, batch: list[str]) -> None:
    assert norm.clean_many(batch) == [norm.clean(text) for text in batch]
    assert norm.find_many(batch[::-1]) == [norm.find(text) for text in batch[::-1]]
    assert norm.survey_many(batch) == [norm.survey_many([text])[0] for text in batch]


def test_texts_do_not_depend_on_the_size_of_the_batch(norm: Normalizer, monkeypatch: pytest.MonkeyPatch) -> None:
    batch = ["", "l’Panjsjir", "nothing here", "in Pandschir", "Ka6ul, Kabu1", "в Кабуле", "Xyzabc", "." * 1000 + " Massuds", "والكابل"] * 2
    alone = [norm.survey_many([text])[0] for text in batch]
    for most, letters in ((1, 1 << 20), (4, 1 << 20), (256, 20), (256, 1 << 20)):
        monkeypatch.setattr(limits, "TEXTS_AT_ONCE", most)
        monkeypatch.setattr(limits, "CODEPOINTS_AT_ONCE", letters)
        assert norm.survey_many(batch) == alone


UNRELATED: dict[str, Any] = {
    "id": "place:ouagadougou", "canonical": "Ouagadougou", "kind": "place", "weight": 2_400_000, "variants": ["Wagadugu", "Уагадугу"],
}  # fmt: skip


def settled(norm: Normalizer, asked: list[str]) -> dict[str, Any]:
    """The answers of the exact and the rule tier."""
    return {n: told(m) for n, m in zip(asked, norm.match_many(asked), strict=True) if m and m.method != "fuzzy"}


@few
@given(lexicons(), st.data())
def test_an_unrelated_entity_changes_no_exact_or_rule_answer(records: list[dict[str, Any]], data: st.DataObject) -> None:
    records = [*records, SMALL[3]]
    asked = [*spellings_of(records), *data.draw(st.lists(worn(st.sampled_from(spellings_of(records))), max_size=30))]
    before, after = Normalizer(built(records)), Normalizer(built([*records, UNRELATED]))
    assert settled(after, asked) == settled(before, asked)


def test_an_unrelated_entity_changes_no_answer_of_a_lexicon_of_name_parts() -> None:
    records = [{"id": "given:ahmad", "canonical": "Ahmad", "kind": "given", "variants": ["Achmad"]}]
    before, after = Normalizer(built(records)), Normalizer(built([*records, UNRELATED]))
    assert settled(after, ["Achmad"]) == settled(before, ["Achmad"])


def test_an_unrelated_entity_changes_no_rule_answer_of_a_pack(norm: Normalizer) -> None:
    entities = read_sources([ROOT / "lexicons/names/afghanistan.tsv"])
    larger = Normalizer(Lexicon.build([*entities, *read_sources([[UNRELATED]])]))
    asked = mixed_bag(norm, 2000)
    assert settled(larger, asked) == settled(norm, asked)


@pytest.mark.parametrize("text", ["Kabul", "Massoud, Ahmad, 1989-", "کابل", ""])
def test_an_empty_lexicon_knows_nothing(text: str) -> None:
    norm = Normalizer(Lexicon.build([]))
    assert norm.match(text) is None and norm.match_many([text], min_confidence=0) == [None]
    assert norm.clean(f"In {text}.") == f"In {text}." and norm.find(text) == []
    assert norm.explain(text).match is None and norm.review_many([text])[0].candidates == ()


def test_what_is_too_long_for_a_name_is_explained_as_that(norm: Normalizer) -> None:
    explanation = norm.explain("a" * 100_000)
    assert f"longer than {MAX_NAME_CODEPOINTS} code points" in explanation.verdict and not explanation.readings


@given(anything)
def test_no_input_crashes(norm: Normalizer, string: str) -> None:
    assert norm.normalize(string) is not None
    assert norm.explain(string).input == string
    assert str(norm.explain(string))
    best = norm.match(string, min_confidence=0)
    assert best is None or 0 <= best.confidence <= 1


@pytest.mark.parametrize("name", ["Peking duck", "Pekín Duck", "Peking duuck", "Pekink duk"])
def test_no_protected_phrase_is_an_answer(small: Lexicon, name: str) -> None:
    norm = Normalizer(small)
    assert norm.match(name) is None
    assert norm.match(name, min_confidence=0.001) is None
    best = norm.match(name, min_confidence=0)
    assert best is not None
    assert (best.kind, best.confidence) == ("place", 0.0)


@given(anything)
def test_the_least_confidence_of_0_always_gives_the_best_candidate(norm: Normalizer, string: str) -> None:
    best = norm.match(string, min_confidence=0)
    compared = bool(fold(string)) and len(string) <= MAX_NAME_CODEPOINTS and len(string.split()) <= MAX_NAME_TOKENS
    assert best is not None or not compared
    if best is not None:
        assert norm.match_many(["Kabul", string, "x"], min_confidence=0)[1] == best


@given(asked)
def test_symmetric_spellings_answer_alike(norm: Normalizer, name: str) -> None:
    """A hyphen or a blank, an apostrophe or another one."""
    answers = {told(match) and json.dumps(told(match)) for match in norm.match_many([name, name.replace("-", " "), name.replace("'", "’")])}
    assert len(answers) == 1
