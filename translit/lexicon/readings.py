"""What names in Han characters are read as, added to entities before they are compiled, where it is asked for.

The language is that of a variant, else that of the entity's country. What is read is no attested spelling: it finds an entity as an
unlisted one would, and stands in no list. An entity that bears a spelling which one of the readings agrees with is read so only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from translit import limits
from translit.model import Entity, Variant
from translit.rules.keys import Keys
from translit.rules.readers import Reader, by_country, by_tag, reader
from translit.rules.shipped import shipped_keys
from translit.unicode.scripts import has_han

READING = "\treading"
"""Note of a variant that is a reading, which no source can give; its language is the reader's tag."""


def with_readings(entities: list[Entity], tags: Sequence[str], fallback: str) -> tuple[list[Entity], dict[str, str]]:
    """Entities with the readings of their names in Han characters.

    Args:
        entities: as the sources give them.
        tags: BCP 47 tags of the languages to read in.
        fallback: the fallback of the keys that tell which of several readings the entity's other spellings agree with.

    Returns:
        The entities, and by the tag of each reader the dictionary that it reads by, with its version.

    Raises:
        TranslitError: no reader of a language, or one that is not installed.
    """
    if not tags:
        return entities, {}
    keys = shipped_keys(fallback)
    chosen = {one.tag: one for one in map(reader, tags)}
    return [_read(entity, chosen, keys) for entity in entities], {tag: chosen[tag].source for tag in sorted(chosen)}


def _read(entity: Entity, chosen: dict[str, Reader], keys: Keys) -> Entity:
    spellings = {entity.canonical: Variant(entity.canonical), **{v.text: v for v in entity.variants}}
    spellings |= {text: Variant(text, lang, "exonym") for lang, text in entity.canonicals.items() if text not in spellings}
    others = [text for text in spellings if not has_han(text)]
    found: dict[str, Variant] = {}
    for text, variant in spellings.items():
        if not has_han(text) or len(text) < limits.MIN_READ:
            continue
        by = by_tag(variant.lang) if variant.lang else by_country(entity.country)
        if by is None or by.tag not in chosen:
            continue
        for reading in _agreeing(by.read(text), others, keys):
            found.setdefault(reading, replace(variant, text=reading, lang=by.tag, note=READING))
    return replace(entity, variants=(*entity.variants, *found.values())) if found else entity


def _agreeing(readings: Sequence[str], others: Sequence[str], keys: Keys) -> Sequence[str]:
    """The first of some readings that another spelling agrees with, or all of them where there is none."""
    if not others:
        return readings
    pairs = [(reading, other) for reading in readings for other in others]
    alike = keys.shares_many([reading for reading, _ in pairs], None, [other for _, other in pairs])
    return next(([reading] for (reading, _), same in zip(pairs, alike, strict=True) if same), readings)
