"""Records, of JSONL or in memory, read into entities."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import Any

from translit.lexicon.reading.cells import (
    COUNTRY,
    DEFAULT_TYPE,
    ID_INVISIBLE,
    TYPES,
    blanks_tidied,
    character_faults,
    country_fault,
    is_lang,
    is_sound,
    kind_fault,
    lang_fault,
    tidied,
    type_fault,
    weight_fault,
)
from translit.lexicon.reading.faults import Reading, nearest, plain, shown, shown_path
from translit.lexicon.reading.json_lines import JsonPath, RecordPlace, decode
from translit.lexicon.reading.lines import read_lines
from translit.limits import MAX_VARIANTS_PER_ENTITY
from translit.model import Entity, Variant
from translit.unicode.fold import strict

_RECORD_KEYS = frozenset({"id", "canonical", "kind", "variants", "weight", "canonicals", "country"})
_VARIANT_KEYS = frozenset({"text", "lang", "type", "note"})


def read_record_file(path: str | os.PathLike[str], reading: Reading) -> Iterator[Entity]:
    """Read a JSONL file of records, one entity a line."""
    file = shown_path(path)
    for number, text in read_lines(path, reading.report, tabular=False):
        if text is None:
            continue
        place = RecordPlace(reading.report, file, number, text)
        record = decode(text, place)
        if not place.faults and (entity := _record(record, place, reading)) is not None:
            yield entity


def read_memory(records: Iterable[object], reading: Reading) -> Iterator[Entity]:
    """Read records in memory, each placed as ``record 12``, or where an entity says it is from."""
    for record in records:
        reading.records += 1
        place = RecordPlace(reading.report, f"record {reading.records}")
        entity = _record(_as_mapping(record) if isinstance(record, Entity) else record, place, reading)
        if entity is None:
            continue
        yield replace(entity, source=record.source or entity.source, support=record.support) if isinstance(record, Entity) else entity


def _as_mapping(entity: Entity) -> dict[str, object]:
    return {key: getattr(entity, key) for key in _RECORD_KEYS}


def _record(record: object, place: RecordPlace, reading: Reading) -> Entity | None:
    """The entity of a record, or None where it has a fault."""
    if not isinstance(record, Mapping):
        place.fault(f"the record is {_json_type(record)}, not an object", "write one object for each entity")
        return None
    _check_keys(record, _RECORD_KEYS, (), place)
    names = {key: _required_text(record, key, place) for key in ("id", "canonical", "kind")}
    spellings = _spellings(record.get("variants", ()), place)
    canonicals = _canonicals(record.get("canonicals"), place) if "canonicals" in record else {}
    cells = [*names.values(), *canonicals.values(), *[s.text for s in spellings], *[s.note for s in spellings]]
    if not is_sound(cells):
        names = {key: _scrub_id(text, place) if key == "id" else _scrub(text, (key,), place) for key, text in names.items()}
        canonicals = {lang: _scrub(text, ("canonicals", lang), place) for lang, text in canonicals.items()}
        spellings = [_scrub_variant(index, variant, place) for index, variant in enumerate(spellings)]
    _check_empty(record, names, canonicals, spellings, place)
    weight = _record_weight(record["weight"], place) if "weight" in record else 0.0
    country = _record_country(record["country"], place) if "country" in record else ""
    if names["id"] and (earlier := reading.claim(names["id"], place.source)) is not None:
        mend = "merge the two, or rename one"
        place.fault(f"duplicate id {plain(names['id'])}: already given at {earlier}", mend, ("id",))
    if place.faults:
        return None
    return Entity(
        id=names["id"],
        canonical=names["canonical"],
        kind=names["kind"],
        variants=_merged(spellings),
        weight=weight,
        canonicals=canonicals,
        country=country,
        source=place.source,
    )


def _check_keys(record: Mapping[Any, object], known: frozenset[str], path: JsonPath, place: RecordPlace) -> None:
    if record.keys() <= known:
        return
    for key in record:
        if key not in known:
            missing = sorted(known - record.keys())
            mend = nearest(str(key), missing) if missing else "delete it"
            place.fault(f"unknown key {shown(key)}", mend, (*path, str(key)), key=True)


def _required_text(record: Mapping[str, object], key: str, place: RecordPlace) -> str:
    if key not in record:
        place.fault(f"missing key '{key}'", "add it")
        return ""
    return _text(record[key], (key,), place)


def _text(value: object, path: JsonPath, place: RecordPlace) -> str:
    if isinstance(value, str):
        return value
    place.fault(f"{_json_type(value)} instead of a string", "write it in quotation marks", path)
    return ""


def _json_type(value: object) -> str:
    for types, name in (
        (bool, "a boolean"),
        (Real, "a number"),
        (str, "a string"),
        (list | tuple, "an array"),
        (Mapping, "an object"),
    ):
        if isinstance(value, types):
            return name
    return "null" if value is None else f"a {type(value).__name__}"


def _spellings(items: object, place: RecordPlace) -> list[Variant]:
    if not isinstance(items, list | tuple):
        place.fault(f"{_json_type(items)} instead of an array", "write the variants in [ ]", ("variants",))
        return []
    if len(items) > MAX_VARIANTS_PER_ENTITY:
        place.fault(f"{len(items)} variants, more than {MAX_VARIANTS_PER_ENTITY}", "split the entity", ("variants",))
        return []
    return [Variant(item) if item.__class__ is str else _spelling(index, item, place) for index, item in enumerate(items)]


def _spelling(index: int, item: object, place: RecordPlace) -> Variant:
    if isinstance(item, Variant):
        item = {key: getattr(item, key) for key in _VARIANT_KEYS}
    if item.__class__ is dict or isinstance(item, Mapping):
        return _object_spelling(index, item, place)
    if not isinstance(item, str):
        mend = "write a string, or an object with text, lang and type"
        place.fault(f"{_json_type(item)} instead of a variant", mend, ("variants", index))
        item = ""
    return Variant(item)


def _object_spelling(index: int, item: Mapping[str, Any], place: RecordPlace) -> Variant:
    text, lang = item.get("text"), item.get("lang", "")
    kind, note = item.get("type", DEFAULT_TYPE), item.get("note", "")
    if not (
        item.keys() <= _VARIANT_KEYS
        and isinstance(text, str)
        and isinstance(lang, str)
        and isinstance(kind, str)
        and isinstance(note, str)
        and (not lang or is_lang(lang))
        and kind in TYPES
    ):
        return _doubtful_spelling(index, item, place)
    return Variant(text, lang, kind, note)


def _doubtful_spelling(index: int, item: Mapping[str, object], place: RecordPlace) -> Variant:
    """A variant that may have faults, looked at key by key."""
    path = ("variants", index)
    _check_keys(item, _VARIANT_KEYS, path, place)
    if "text" not in item:
        place.fault("missing key 'text'", "add it", path)
    found = {key: _text(item[key], (*path, key), place) for key in ("text", "lang", "type", "note") if key in item}
    for key, check in (("lang", lang_fault), ("type", type_fault)):
        if fault := check(found.get(key, "")):
            place.fault(*fault, (*path, key))
    kind = found.get("type") or DEFAULT_TYPE
    return Variant(found.get("text", ""), found.get("lang", ""), kind, found.get("note", ""))


def _canonicals(value: object, place: RecordPlace) -> dict[str, str]:
    if not isinstance(value, Mapping):
        mend = 'write an object such as {"de": "…"}'
        place.fault(f"{_json_type(value)} instead of an object", mend, ("canonicals",))
        return {}
    found: dict[str, str] = {}
    for lang, text in value.items():
        path = ("canonicals", str(lang))
        if not isinstance(lang, str) or not is_lang(lang):
            place.fault(*(lang_fault(str(lang)) or ("empty language tag", "write a BCP 47 tag")), path, key=True)
        else:
            found[lang] = _text(text, path, place)
    return found


def _scrub(text: str, path: JsonPath, place: RecordPlace) -> str:
    text = tidied(text)
    for message, mend in character_faults(text):
        place.fault(message, mend, path)
    return text


def _scrub_id(ident: str, place: RecordPlace) -> str:
    """As other texts, but its invisible characters stay: to this package an id is opaque, and lists give such ones."""
    ident = blanks_tidied(ident)
    for message, mend in character_faults(ID_INVISIBLE.sub("", ident)):
        place.fault(message, mend, ("id",))
    return ident


def _scrub_variant(index: int, variant: Variant, place: RecordPlace) -> Variant:
    path = ("variants", index)
    return replace(variant, text=_scrub(variant.text, path, place), note=_scrub(variant.note, path, place))


def _check_empty(
    record: Mapping[str, Any],
    names: Mapping[str, str],
    canonicals: Mapping[str, str],
    spellings: Sequence[Variant],
    place: RecordPlace,
) -> None:
    """Report the texts that are blank, and a kind that is no word; others have been reported before."""
    for key, text in names.items():
        if not text and isinstance(record.get(key), str):
            place.fault("is empty", "fill it in", (key,))
    if fault := kind_fault(names["kind"]):
        place.fault(*fault, ("kind",))
    for lang, text in canonicals.items():
        if not text and isinstance(record["canonicals"][lang], str):
            place.fault("is empty", "fill it in, or leave it out", ("canonicals", lang))
    for index, variant in enumerate(spellings):
        if not variant.text:
            _report_empty_variant(record, index, place)


def _report_empty_variant(record: Mapping[str, Any], index: int, place: RecordPlace) -> None:
    item = record["variants"][index]
    text = item if isinstance(item, str) else item.get("text") if isinstance(item, Mapping) else ""
    if isinstance(text, str) and isinstance(item, str | Mapping | Variant):
        place.fault("empty variant", "fill it in, or leave it out", ("variants", index))


def _record_weight(value: object, place: RecordPlace) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        place.fault(f"{_json_type(value)} instead of a number", "write a number such as 500", ("weight",))
        return 0.0
    try:
        weight = float(value)
    except OverflowError:
        weight = math.inf
    if not math.isfinite(weight) or weight < 0:
        place.fault(*weight_fault(shown(weight)), ("weight",))
    return weight


def _record_country(value: object, place: RecordPlace) -> str:
    country = _text(value, ("country",), place)
    if country and not COUNTRY.fullmatch(country):
        place.fault(*country_fault(shown(country)), ("country",))
    return country


def _merged(spellings: Sequence[Variant]) -> tuple[Variant, ...]:
    """The variants, the first of those that are the same."""
    if len(spellings) < 2:
        return tuple(spellings)
    found: dict[tuple[str, str], Variant] = {}
    for variant in spellings:
        found.setdefault((strict(variant.text), variant.lang), variant)
    return tuple(found.values())
