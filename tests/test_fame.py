"""Fame: which of a lexicon's entities are better known than most."""

from __future__ import annotations

from itertools import product

import pytest

from translit import Lexicon, Normalizer
from translit.lexicon.fame import GAZETTEER, Fame

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
NAMES = ["".join(name).capitalize() for name in product(SYLLABLES[:30], SYLLABLES[10:40], SYLLABLES[20:36])][:GAZETTEER]
SPELLED_OFTEN = NAMES[50::100]


def _fame(names: list[str], weights: dict[str, float]) -> Fame:
    records = [
        {"id": name, "canonical": name, "kind": "place", "variants": [f"{name}burg", f"{name}ia"] if name in SPELLED_OFTEN else []}
        | ({"weight": weights[name]} if name in weights else {})
        for name in names
    ]
    return Fame(Lexicon.build(records).index)


@pytest.mark.parametrize(
    ("names", "weights", "famous", "obscure"),
    [
        # Without weights a gazetteer is weighed by its spellings, and a handful of names by nothing.
        (NAMES, {}, set(SPELLED_OFTEN), set(NAMES) - set(SPELLED_OFTEN)),
        (NAMES[:300], {}, set(), set()),
        # Weights, where there are any, are all that counts.
        (NAMES, dict.fromkeys(NAMES[:90], 1e6), set(NAMES[:90]), set(NAMES) - set(NAMES[:90])),
    ],
    ids=["a gazetteer without weights", "a few names without weights", "a gazetteer with weights"],
)
def test_who_is_famous(names: list[str], weights: dict[str, float], famous: set[str], obscure: set[str]) -> None:
    fame = _fame(names, weights)
    ids = [str(ident) for ident in fame.index.ids]
    assert {ids[e] for e in range(len(ids)) if fame.of(e)} == famous
    assert {ids[e] for e in range(len(ids)) if fame.obscure(e)} == obscure


@pytest.mark.parametrize(
    ("others", "weight", "alone"),
    [(0, 0, "Massoud"), (150, 0, "Masood"), (150, 500, "Massoud")],
    ids=["a few persons", "many without weights", "the heaviest of many"],
)
def test_a_lone_surname_is_a_famous_bearers(others: int, weight: int, alone: str) -> None:
    record: dict[str, object] = {"id": "massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Ahmed Masood"]}
    strangers = [{"id": name, "canonical": f"Ivan {name}", "kind": "person", "variants": []} for name in NAMES[:others]]
    normalizer = Normalizer(Lexicon.build([record | ({"weight": weight} if weight else {}), *strangers]))
    assert normalizer.clean("Later Masood spoke.") == f"Later {alone} spoke."
    assert normalizer.clean("General Masood spoke.") == "General Massoud spoke."
    assert normalizer.clean("Ahmed Masood came. Later Masood spoke.") == "Ahmad Massoud came. Later Massoud spoke."
