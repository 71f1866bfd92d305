"""What a Normalizer takes and refuses, with the mend."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from translit import ArgumentError, Lexicon, LexiconError, Normalizer, TranslitError, open_lexicon


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"lexicon": "own.tsv"}, r"'own.tsv' is no Lexicon; give translit.open_lexicon\(\[…\]\)"),
        ({"precision": 1}, "precision is 1; choose a number above 0 and below 1"),
        ({"precision": "0.99"}, "precision is '0.99'; choose a number"),
        ({"precision": None}, "precision is None; choose a number"),
        ({"target": None}, "None is no BCP 47 tag"),
        ({"target": "german"}, "'german' is no BCP 47 tag"),
        ({"target": "de_AT"}, "write the target such as 'en', 'de' or 'pt-BR'"),
        ({"target": ""}, "is no BCP 47 tag"),
        ({"types": ["old"]}, "types: 'old' is not known; choose from romanization, native"),
        ({"conventions": ["de"]}, "conventions: 'de' is not known; did you mean 'deu'\\?; choose from amh, ara"),
        ({"fallback": "anyascii"}, "compiled with the fallback unidecode; build it again with anyascii"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_told_with_the_mend(small: Lexicon, arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(ArgumentError, match=told) as raised:
        Normalizer(**{"lexicon": small, **arguments})
    assert isinstance(raised.value, TranslitError) and isinstance(raised.value, ValueError)


def test_one_word_stands_for_a_list_of_one(small: Lexicon) -> None:
    norm = Normalizer(small, types="former", conventions="deu")
    assert (norm.types, norm.conventions) == (("former",), ("deu",))


@pytest.mark.parametrize(
    ("ask", "told"),
    [
        (lambda norm: norm.match(None), "None is no text but NoneType; leave missing values out"),
        (lambda norm: norm.match(["Kabul"]), "is no text but list; for several texts call the method whose name ends in _many"),
        (lambda norm: norm.clean(Path("a.txt")), "read the file, or run 'translit clean' over it"),
        (lambda norm: norm.match_many(3), "3 is int where several texts are wanted; give a list"),
        (lambda norm: norm.normalize(float("nan")), "nan is no text but float"),
        (lambda norm: norm.match_many(["Kabul", None]), "None is no text"),
        (lambda norm: norm.match_many("Kabul"), "one text where several are wanted; give a list"),
        (lambda norm: norm.find_many("Kabul"), "one text where several are wanted; give a list"),
        (lambda norm: norm.clean_many("Kabul"), "one text where several are wanted; give a list"),
        (lambda norm: norm.clean(b"Kabul"), "b'Kabul' is no text but bytes; decode it"),
        (lambda norm: norm.find(3), "3 is no text but int"),
        (lambda norm: norm.explain(None), "None is no text"),
    ],
)
def test_what_is_no_text_is_told(small: Lexicon, ask: Callable[[Normalizer], object], told: str) -> None:
    with pytest.raises(TypeError, match=told):
        ask(Normalizer(small))


@pytest.mark.parametrize("least", [2, -0.1, "0.5"])
def test_a_least_confidence_is_a_share(small: Lexicon, least: Any) -> None:
    with pytest.raises(ArgumentError, match=r"min_confidence is .*; choose a number from 0 to 1"):
        Normalizer(small).match("Kaboul", min_confidence=least)


def test_a_lexicon_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.tsv").touch()
    with pytest.raises(LexiconError, match=r"owm.tsv: no such file or folder; did you mean 'own.tsv'"):
        open_lexicon([tmp_path / "owm.tsv"])


def test_one_record_is_a_list_of_one() -> None:
    assert len(Lexicon.build({"id": "1", "canonical": "Kabul", "kind": "place", "variants": ["Kaboul"]})) == 1


def test_public_names_that_are_misspelt_are_told() -> None:
    import translit

    assert callable(translit.frames.clean)
    with pytest.raises(AttributeError, match="no attribute 'normalise'") as raised:
        _ = translit.normalise  # type: ignore[attr-defined]
    assert (raised.value.name, raised.value.obj) == ("normalise", translit)


def test_names_may_come_one_by_one(small: Lexicon) -> None:
    norm = Normalizer(small)
    names = ["Kaboul", "Nobody", "Kaboul"]
    one_by_one: Any = iter(names)
    assert norm.match_many(one_by_one) == norm.match_many(names)


def test_a_normalizer_is_immutable_and_shows_itself(small: Lexicon) -> None:
    norm = Normalizer(small, target="de")
    with pytest.raises(AttributeError, match="immutable; make another one with precision=…"):
        norm.precision = 0.5
    assert repr(norm) == f"<Normalizer by <Lexicon of {len(small)} entities>, precision 0.99, target 'de'>"


@pytest.mark.parametrize("target", ["de", "de-AT", "de-Latn-CH"])
def test_a_variety_of_a_language_is_written_as_the_language_is(target: str) -> None:
    record = {"id": "1", "canonical": "Kyiv", "kind": "place", "variants": ["Kiev"], "canonicals": {"de": "Kiew"}}
    assert Normalizer(Lexicon.build([record]), target=target).normalize("Kiev") == "Kiew"
