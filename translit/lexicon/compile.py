"""Compiling: entities → the arrays of an index, in an order that depends on the entities alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from translit import limits, native
from translit.lexicon.forms import compile_forms, put
from translit.lexicon.index import table_arrays
from translit.lexicon.parts import align_parts, words_of_name
from translit.lexicon.readings import READING
from translit.lexicon.storage import Array
from translit.matching.align import CostTable
from translit.matching.calibrate import Questions
from translit.matching.rough import Rough
from translit.model import PERSON, Entity
from translit.unicode.fold import fold_token
from translit.unicode.tokens import fold, tokens

FULL_NAMES = 0.3
"""Most persons of one word that a list of full names may have; beyond, its entries are parts of names themselves."""
FAMOUS = 0.9
"""The share of all persons than whom a famous one is heavier, or as heavy."""
FEW_PERSONS = 100
"""Persons up to which each of a list is taken for the one who is meant."""


LEAST_DROPPED, OFTEN_DROPPED = 5, 0.3
"""How many entities, and what share of those that bear a word in a name of several, are listed without it, for it to be droppable."""


def compile_entities(
    entities: Sequence[Entity], tables: Mapping[str, CostTable], rough: Rough
) -> tuple[dict[str, Array], dict[str, Any], Questions]:
    """The arrays and metadata of an index, and the variants that its model can be learnt from.

    Args:
        entities: in any order; ids are unique.
        tables: the cost tables to store.
        rough: romanizes the forms.

    Returns:
        Arrays by name and metadata, the same for the same set of entities.
    """
    ordered = sorted(entities, key=lambda e: e.id)
    kinds = sorted({e.kind for e in ordered})
    arrays: dict[str, Array] = {}
    put(arrays, "entity.id", [e.id for e in ordered])
    put(arrays, "entity.canonical", [e.canonical for e in ordered])
    number = {kind: i for i, kind in enumerate(kinds)}
    arrays["entity.kind"] = np.array([number[e.kind] for e in ordered], dtype=np.uint8)
    arrays["entity.support"] = np.array([e.support for e in ordered], dtype=np.bool_)
    arrays["entity.weight"] = np.array([e.weight for e in ordered], dtype=np.float32)
    countries = sorted({e.country for e in ordered})
    place = {country: i for i, country in enumerate(countries)}
    arrays["entity.country"] = np.array([place[e.country] for e in ordered], dtype=np.uint16)
    questions = compile_forms(arrays, ordered, rough)
    _entity_forms(arrays)
    put(arrays, "droppable", droppable_words(ordered))
    _parts(arrays, ordered)
    targets = _targets(arrays, ordered)
    for script in sorted(tables):
        arrays.update(table_arrays(script, tables[script]))
    meta = {"kinds": kinds, "targets": targets, "tables": sorted(tables), "entities": len(ordered), "countries": countries}
    return arrays, meta, questions


def _targets(arrays: dict[str, Array], ordered: Sequence[Entity]) -> list[str]:
    by_lang: dict[str, list[tuple[int, str]]] = {}
    for row, entity in enumerate(ordered):
        for lang, text in entity.canonicals.items():
            by_lang.setdefault(lang, []).append((row, text))
    for lang, pairs in by_lang.items():
        arrays[f"target.{lang}.entity"] = np.array([row for row, _ in pairs], dtype=np.uint32)
        put(arrays, f"target.{lang}", [text for _, text in pairs])
    return sorted(by_lang)


def droppable_words(entities: Iterable[Entity]) -> list[str]:
    """The folded words that entities are listed with and without: *Turkana County* beside *Turkana*.

    >>> from translit.model import Variant
    >>> places = [Entity(c, c, "place", (Variant(f"{c} County"), Variant(f"New {c}"))) for c in ("Kitui", "Embu", "Meru", "Narok", "Nandi")]
    >>> droppable_words(places)
    ['county', 'new']
    >>> droppable_words(places[:4])
    []
    """
    borne: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for entity in entities:
        forms = {frozenset(fold(text).split()) for text in (entity.canonical, *(v.text for v in entity.variants))}
        several = sorted((form for form in forms if len(form) > 1), key=sorted)[: limits.MAX_FORMS_COMPARED]
        borne.update({word for form in several for word in form})
        dropped.update({word for form in several for rest in forms if rest < form for word in form - rest})
    return sorted(w for w, n in dropped.items() if n >= LEAST_DROPPED and n >= OFTEN_DROPPED * borne[w])


def _entity_forms(arrays: dict[str, Array]) -> None:
    """The forms of each entity."""
    owner = arrays["posting.entity"].astype(np.int64)
    starts = arrays["form.postings"].astype(np.int64)
    form = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    order = np.lexsort((form, owner))
    arrays["entity.forms"] = form[order].astype(np.uint32)
    entities = len(arrays["entity.weight"])
    bounds = np.zeros(entities + 1, dtype=np.uint32)
    bounds[1:] = np.cumsum(np.bincount(owner, minlength=entities))
    arrays["entity.forms.start"] = bounds


def _parts(arrays: dict[str, Array], ordered: Sequence[Entity]) -> None:
    """Words of persons' names → the canonical spelling of that part, with how surely it is that one."""
    pull: dict[str, dict[str, float]] = {}
    last: dict[str, dict[str, float]] = {}
    heaviest: dict[str, float] = {}
    persons = [entity for entity in ordered if entity.kind == PERSON]
    if sum(len(words_of_name(p.canonical)) == 1 for p in persons) > FULL_NAMES * len(persons):
        persons = []
    for entity in persons:
        canonical = words_of_name(entity.canonical)
        folded = [fold_token(word) for word in canonical]
        seen: set[tuple[str, int]] = set()
        for text in dict.fromkeys([entity.canonical, *(v.text for v in entity.variants if v.note != READING)]):
            seen.update(align_parts(canonical, folded, [fold_token(t.text) for t in tokens(text)]))
        for word, place in seen:
            heaviest[word] = max(heaviest.get(word, 0.0), entity.weight)
            weight = entity.weight + 1.0
            spellings = pull.setdefault(word, {})
            spellings[canonical[place]] = spellings.get(canonical[place], 0.0) + weight
            if place == len(canonical) - 1:
                last.setdefault(word, {})[canonical[place]] = last.get(word, {}).get(canonical[place], 0.0) + weight
    words = sorted(pull)
    best, share, lasting = [], [], []
    for word in words:
        often_last = sum(last.get(word, {}).values()) / sum(pull[word].values())
        spellings = last[word] if often_last >= 0.5 else pull[word]
        spelling, weight = max(spellings.items(), key=lambda item: (item[1], item[0]))
        best.append(spelling)
        # Squares, as between homonyms: the prominent bearer of a name is meant more often than by its share of all bearers.
        share.append(weight * weight / sum(w * w for w in spellings.values()))
        lasting.append(often_last)
    # Of many who have no weights nobody is known to be famous.
    weights = [entity.weight for entity in persons]
    famous = 0.0 if len(persons) <= FEW_PERSONS else float(np.quantile(weights, FAMOUS)) if any(weights) else np.inf
    digest = native.token_hashes(words)
    order = np.argsort(digest, kind="stable")
    arrays["part.famous"] = np.array([heaviest[word] >= famous for word in words], dtype=np.uint8)[order]
    arrays["part.hash"] = digest[order]
    arrays["part.share"] = np.array(share, dtype=np.float32)[order]
    arrays["part.last"] = np.array(lasting, dtype=np.float32)[order]
    put(arrays, "part.text", [best[i] for i in order.tolist()])
