"""Compiling: entities → the arrays of an index, in an order that depends on the entities alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from translit import limits, native
from translit.lexicon.index import CANONICAL, OUTWEIGH, PLURAL, SCRIPT_CODES, TYPE_NUMBERS, Rows, table_arrays
from translit.lexicon.parts import align_parts, words_of_name
from translit.lexicon.readings import READING
from translit.lexicon.storage import Array, Strings
from translit.matching.align import CostTable
from translit.matching.calibrate import Questions
from translit.matching.candidates import make_blocks
from translit.matching.rough import Rough
from translit.model import PERSON, Entity
from translit.unicode.fold import fold_token
from translit.unicode.hashes import window_table
from translit.unicode.tokens import fold, spelled, tokens

FULL_NAMES = 0.3
"""Most persons of one word that a list of full names may have; beyond, its entries are parts of names themselves."""


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
    _put(arrays, "entity.id", [e.id for e in ordered])
    _put(arrays, "entity.canonical", [e.canonical for e in ordered])
    number = {kind: i for i, kind in enumerate(kinds)}
    arrays["entity.kind"] = np.array([number[e.kind] for e in ordered], dtype=np.uint8)
    arrays["entity.support"] = np.array([e.support for e in ordered], dtype=np.bool_)
    arrays["entity.weight"] = np.array([e.weight for e in ordered], dtype=np.float32)
    countries = sorted({e.country for e in ordered})
    place = {country: i for i, country in enumerate(countries)}
    arrays["entity.country"] = np.array([place[e.country] for e in ordered], dtype=np.uint16)
    questions = _forms(arrays, ordered, rough)
    _entity_forms(arrays)
    _put(arrays, "droppable", droppable_words(ordered))
    _parts(arrays, ordered)
    targets = _targets(arrays, ordered)
    for script in sorted(tables):
        arrays.update(table_arrays(script, tables[script]))
    meta = {"kinds": kinds, "targets": targets, "tables": sorted(tables), "entities": len(ordered), "countries": countries}
    return arrays, meta, questions


def _put(arrays: dict[str, Array], name: str, values: Sequence[str]) -> None:
    column = Strings.make(values)
    arrays[f"{name}.data"], arrays[f"{name}.starts"] = column.data, column.starts


def _targets(arrays: dict[str, Array], ordered: Sequence[Entity]) -> list[str]:
    by_lang: dict[str, list[tuple[int, str]]] = {}
    for row, entity in enumerate(ordered):
        for lang, text in entity.canonicals.items():
            by_lang.setdefault(lang, []).append((row, text))
    for lang, pairs in by_lang.items():
        arrays[f"target.{lang}.entity"] = np.array([row for row, _ in pairs], dtype=np.uint32)
        _put(arrays, f"target.{lang}", [text for _, text in pairs])
    return sorted(by_lang)


def _spellings(entity: Entity) -> dict[str, tuple[str, int, str]]:
    """:func:`spelled` text → (spelling, posting type, tag of what read it); the canonical first, then variants, then target spellings."""
    out: dict[str, tuple[str, int, str]] = {spelled(entity.canonical): (entity.canonical, CANONICAL, "")}
    exonym = TYPE_NUMBERS["exonym"]
    for variant in entity.variants:
        kind = PLURAL if variant.note == "plural" else TYPE_NUMBERS[variant.type]
        if variant.type == "romanization" and is_code(variant.text) and not is_code(entity.canonical):
            kind = TYPE_NUMBERS["abbreviation"]
        out.setdefault(spelled(variant.text), (variant.text, kind, variant.lang if variant.note == READING else ""))
    for text in entity.canonicals.values():
        out.setdefault(spelled(text), (text, exonym, ""))
    return out


def is_code(text: str) -> bool:
    """Whether a spelling is a code, such as an airport's, though nobody said so: two to four capitals, with or without stops.

    >>> is_code("LED"), is_code("L.A."), is_code("Led"), is_code("IS IT")
    (True, True, False, False)
    """
    text = text.replace(".", "")
    return 2 <= len(text) <= 4 and text.isascii() and text.isalpha() and text.isupper()


def _forms(arrays: dict[str, Array], ordered: Sequence[Entity], rough: Rough) -> Questions:
    """Forms, their postings, listed spellings and blocking keys."""
    number: dict[str, int] = {}
    form_of: list[int] = []
    entity_of: list[int] = []
    type_of: list[int] = []
    listed: list[str] = []
    attested: list[str] = []
    read_by: list[str] = []
    for owned, entity in enumerate(ordered):
        for key, (text, type_number, tag) in _spellings(entity).items():
            folded = fold(text)
            if not folded:
                continue
            form_of.append(number.setdefault(folded, len(number)))
            entity_of.append(owned)
            type_of.append(type_number)
            listed.append(key)
            attested.append(text)
            read_by.append(tag)
    texts = sorted(number)
    place = np.empty(len(texts), dtype=np.int64)
    place[[number[text] for text in texts]] = np.arange(len(texts))
    form = place[np.array(form_of, dtype=np.int64)] if form_of else np.zeros(0, dtype=np.int64)
    owner = np.array(entity_of, dtype=np.int64)
    kind = np.array(type_of, dtype=np.int64)
    read = np.array([bool(tag) for tag in read_by], dtype=bool)
    # A posting is a form of an entity; of several types it keeps the canonical, then the first of VARIANT_TYPES, a reading last.
    rank = np.where(kind == CANONICAL, -1, kind) + len(TYPE_NUMBERS) * read
    order = np.lexsort((rank, owner, form))
    form, owner, kind, read = form[order], owner[order], kind[order], read[order]
    first = np.ones(len(form), dtype=bool)
    first[1:] = (form[1:] != form[:-1]) | (owner[1:] != owner[:-1])
    posting = np.cumsum(first) - 1
    arrays["posting.entity"] = owner[first].astype(np.uint32)
    arrays["posting.type"] = kind[first].astype(np.uint8)
    weight = arrays["entity.weight"][owner[first]]
    heaviest = np.zeros(len(texts), dtype=np.float32)
    np.maximum.at(heaviest, form[first], weight)
    arrays["posting.outweighed"] = weight * OUTWEIGH <= heaviest[form[first]] - (heaviest[form[first]] == 0)
    starts = np.zeros(len(texts) + 1, dtype=np.uint32)
    starts[1:] = np.cumsum(np.bincount(form[first], minlength=len(texts)))
    arrays["form.postings"] = starts
    _put(arrays, "form.text", texts)
    told = order[~read].tolist()
    _listed(arrays, [listed[i] for i in told], [attested[i] for i in told], texts, form[~read], posting[~read])
    _readings(arrays, form, read, [read_by[i] for i in order.tolist()])
    windows = window_table(texts)
    arrays["window.hash"], arrays["window.value"], arrays["window.starts"] = windows.hashes, windows.values, windows.starts
    roughly = [rough.spell(text) for text in texts]
    codes = {code: i for i, code in enumerate(SCRIPT_CODES)}
    arrays["form.script"] = np.array([codes.get(s.script, len(codes) - 1) for s in roughly], dtype=np.uint8)
    own = [i for i, (text, s) in enumerate(zip(texts, roughly, strict=True)) if s.rom != text]
    bits = np.zeros(-(-len(texts) // 64), dtype=np.uint64)
    np.bitwise_or.at(bits, np.array(own, dtype=np.int64) >> 6, np.uint64(1) << (np.array(own, dtype=np.uint64) & np.uint64(63)))
    counts = np.bitwise_count(bits).astype(np.uint32)
    arrays["form.own"], arrays["form.own.before"] = bits, (np.cumsum(counts) - counts).astype(np.uint32)
    _put(arrays, "rom.text", [roughly[i].rom for i in own])
    blocks = make_blocks([s.rom for s in roughly])
    arrays["block.start"], arrays["block.entry"] = blocks.starts, blocks.entries
    arrays["form.sets"] = blocks.sets
    asked = np.flatnonzero((kind != CANONICAL) & ~read)
    several = np.bincount(posting, minlength=int(first.sum())) > 1
    bearers: dict[str, int] = {}
    for key in listed:
        bearers[key] = bearers.get(key, 0) + 1
    spelled_by = np.array([bearers[listed[i]] for i in order[asked].tolist()], dtype=np.int64)
    texts_asked = [attested[i] for i in order[asked].tolist()]
    person = np.array([entity.kind == PERSON for entity in ordered], dtype=bool)[owner[asked]] if ordered else np.zeros(0, dtype=bool)
    drawn_by = native.token_hashes([f"{text}\0{ordered[e].id}" for text, e in zip(texts_asked, owner[asked].tolist(), strict=True)])
    return Questions(texts_asked, form[asked], owner[asked], ~several[posting[asked]], spelled_by == 1, person, drawn_by)


def _readings(arrays: dict[str, Array], form: Rows, read: Array, tags: Sequence[str]) -> None:
    """The forms that no source has, only a reading of one, with the tag of the reader; nothing where no names were read."""
    if not read.any():
        return
    attested = set(form[~read].tolist())
    found: dict[int, str] = {}
    for row in np.flatnonzero(read).tolist():
        if int(form[row]) not in attested:
            found.setdefault(int(form[row]), tags[row])
    arrays["reading.form"] = np.array(sorted(found), dtype=np.uint32)
    _put(arrays, "reading.tag", [found[row] for row in sorted(found)])


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
    digest = native.token_hashes(words)
    order = np.argsort(digest, kind="stable")
    arrays["part.hash"] = digest[order]
    arrays["part.share"] = np.array(share, dtype=np.float32)[order]
    arrays["part.last"] = np.array(lasting, dtype=np.float32)[order]
    _put(arrays, "part.text", [best[i] for i in order.tolist()])


def _listed(
    arrays: dict[str, Array], spellings: Sequence[str], attested: Sequence[str], texts: Sequence[str], form: Rows, posting: Rows
) -> None:
    """Which postings list their form as it is, and the hashes of what else is listed."""
    told = zip(spellings, attested, form.tolist(), strict=True)
    plain = np.array([texts[row] in (spelling, as_written) for spelling, as_written, row in told], dtype=bool)
    arrays["posting.plain"] = np.zeros(len(arrays["posting.entity"]), dtype=bool)
    arrays["posting.plain"][posting[plain]] = True
    others = np.flatnonzero(~plain)
    digest = native.token_hashes([spellings[i] for i in others.tolist()])
    order = np.lexsort((posting[others], digest))
    arrays["listed.hash"] = digest[order]
    arrays["listed.posting"] = posting[others][order].astype(np.uint32)
