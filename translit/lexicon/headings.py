"""What the headings of persons are spoken as, added to entities before they are compiled: *Leo Tolstoy* for *Tolstoy, Leo, 1828-1910*.

A heading is an attested name in the order of a register, so what it is spoken as is listed as the heading is, and by its type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from translit.matching.headings import spoken_forms
from translit.model import PERSON, Entity, Variant


def with_spoken(entities: Iterable[Entity]) -> list[Entity]:
    """Entities with the spoken names of persons who are listed by headings.

    >>> [person] = with_spoken([Entity("1", "Andrić, Ivo, 1892-1975", "person")])
    >>> [variant.text for variant in person.variants]
    ['Ivo Andrić', 'Andrić Ivo']
    """
    return [_with_spoken(entity) if entity.kind == PERSON else entity for entity in entities]


def _with_spoken(entity: Entity) -> Entity:
    listed = (Variant(entity.canonical), *entity.variants)
    found = {text: replace(variant, text=text, note="") for variant in reversed(listed) for text in spoken_forms(variant.text)}
    new = [variant for text, variant in found.items() if all(text != other.text for other in listed)]
    return replace(entity, variants=(*entity.variants, *new)) if new else entity
