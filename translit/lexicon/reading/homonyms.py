"""Forms that several entities of one kind claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from translit.errors import SourceError
from translit.lexicon.reading.faults import Reading, plain, shown
from translit.model import Entity
from translit.unicode.fold import strict


class Homonym(NamedTuple):
    """A form that several entities of one kind claim.

    Args:
        form: the form, NFC and case-folded.
        kind: the entities' kind.
        entities: the entities that claim it, at least two, in the order given.
    """

    form: str
    kind: str
    entities: tuple[Entity, ...]


def find_homonyms(entities: Iterable[Entity]) -> Iterator[Homonym]:
    """Find the forms that several entities of one kind claim.

    A form is a canonical, of any target language, or a variant; forms are the same where they are after NFC and
    case-folding.

    Args:
        entities: the entities, of one or many kinds.

    Returns:
        the homonyms, kind by kind, in the order in which their forms first occur.

    >>> places = [Entity("gn:1", "Paris", "place"), Entity("gn:2", "PARIS", "place"), Entity("p:3", "Paris", "given")]
    >>> [(h.form, [e.id for e in h.entities]) for h in find_homonyms(places)]
    [('paris', ['gn:1', 'gn:2'])]
    """
    claims: dict[str, dict[str, Entity | list[Entity]]] = {}
    for entity in entities:
        claimed = claims.setdefault(entity.kind, {})
        for form in {strict(text): None for text in _forms(entity)}:
            first = claimed.setdefault(form, entity)
            if isinstance(first, list):
                first.append(entity)
            elif first is not entity:
                claimed[form] = [first, entity]
    for kind, claimed in claims.items():
        for form, claimants in claimed.items():
            if isinstance(claimants, list):
                yield Homonym(form, kind, tuple(claimants))


def undecided_homonyms(reading: Reading) -> Iterator[SourceError]:
    """The homonyms of name packs that no weights decide, one fault for each entity that comes too late."""
    for homonym in find_homonyms(reading.packs):
        first_by_weight: dict[float, Entity] = {}
        for entity in homonym.entities:
            rival = next(iter(first_by_weight.values()), None) if entity.weight == 0 else None
            rival = rival or first_by_weight.get(0.0) or first_by_weight.get(entity.weight)
            first_by_weight.setdefault(entity.weight, entity)
            if rival is not None:
                yield _homonym_error(homonym.form, rival, entity, reading)


def _homonym_error(form: str, first: Entity, second: Entity, reading: Reading) -> SourceError:
    claims = [_claim(form, entity, reading) for entity in (first, second)]
    (first_file, first_line, _, _), (file, line, column, text) = claims
    return SourceError(
        f"{shown(text)} is claimed by both {plain(first.id)} ({first_file}:{first_line}) and {plain(second.id)}",
        "give them different weights (weight=), or remove it from one",
        file,
        line,
        reading.columns[file].index(column) + 1,
    )


def _claim(form: str, entity: Entity, reading: Reading) -> tuple[str, int, str, str]:
    """File, line and column name of an entity's claim to a form, and its spelling there."""
    file, _, first = entity.source.rpartition(":")
    if strict(entity.canonical) == form:
        return file, int(first), "canonical", entity.canonical
    rows = zip(entity.variants, reading.rows[entity.id], strict=True)
    return next((file, line, "variant", variant.text) for variant, line in rows if strict(variant.text) == form)


def _forms(entity: Entity) -> Iterator[str]:
    yield entity.canonical
    yield from entity.canonicals.values()
    for variant in entity.variants:
        yield variant.text
