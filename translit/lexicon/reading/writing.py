"""Entities written as records and as rows, in files that appear only when they are whole."""

from __future__ import annotations

import gzip
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TextIO

from translit.errors import SourceError
from translit.files.atomic import AtomicFile
from translit.lexicon.reading.cells import DEFAULT_TYPE
from translit.lexicon.reading.faults import Reading, raise_fault
from translit.lexicon.reading.lines import GZIP_SUFFIX
from translit.lexicon.reading.names import Pack
from translit.model import Entity, Variant


@contextmanager
def whole_file(target: str | os.PathLike[str] | TextIO) -> Iterator[TextIO]:
    """A stream to write to; a file takes its place only when all went well."""
    if not isinstance(target, str | os.PathLike):
        yield target
        return
    packed = os.fsdecode(target).lower().endswith(GZIP_SUFFIX)
    # Closing the text must leave the file open, which is still to be synced.
    with AtomicFile(target) as file, open(file.stream.fileno(), "wb", closefd=False) as raw:
        # No name and no time, so that the same entities give the same bytes.
        binary = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if packed else raw
        with io.TextIOWrapper(binary, encoding="utf-8", newline="\n") as stream:
            yield stream


def as_record(entity: Entity) -> dict[str, object]:
    """The JSON object of an entity."""
    record: dict[str, object] = {"id": entity.id, "canonical": entity.canonical, "kind": entity.kind}
    record["variants"] = [_as_item(variant) for variant in entity.variants]
    if entity.weight:
        record["weight"] = _shortest(entity.weight)
    if entity.canonicals:
        record["canonicals"] = dict(sorted(entity.canonicals.items()))
    if entity.country:
        record["country"] = entity.country
    return record


def _as_item(variant: Variant) -> str | dict[str, str]:
    item = {"text": variant.text}
    if variant.lang:
        item["lang"] = variant.lang
    if variant.type != DEFAULT_TYPE:
        item["type"] = variant.type
    if variant.note:
        item["note"] = variant.note
    return item if len(item) > 1 else variant.text


def _shortest(weight: float) -> int | float:
    return int(weight) if weight.is_integer() and weight < 1e15 else weight


def as_rows(entity: Entity) -> list[str]:
    """The rows of an entity, read again to see that they say what it says."""
    targets = dict(entity.canonicals)
    variants = list(entity.variants)
    for lang, text in sorted(targets.items()):
        if not any(variant.lang == lang and variant.text == text for variant in variants):
            variants.append(Variant(text, lang, "exonym"))
    variants = variants or [Variant(entity.canonical)]
    rows = []
    for number, variant in enumerate(variants):
        keys = _entity_notes(entity) if number == 0 else []
        if variant.lang in targets and targets[variant.lang] == variant.text:
            keys.append("target")
        note = "; ".join([*keys, variant.note] if variant.note else keys)
        cells = (entity.id, entity.kind, entity.canonical, variant.text, variant.lang, variant.type, note)
        rows.append("\t".join(cells))
    try:
        read = _read_rows(rows)
    except SourceError as error:
        raise SourceError(f"cannot be written as a row: {error.message}", error.mend, entity.source) from error
    if read is None or replace(read, source=entity.source) != replace(entity, variants=tuple(variants)):
        raise SourceError("a note would be read as keys", "reword the notes", entity.source)
    return rows


def _entity_notes(entity: Entity) -> list[str]:
    keys = [f"weight={_shortest(entity.weight)!r}"] if entity.weight else []
    return [*keys, f"country={entity.country}"] if entity.country else keys


def _read_rows(rows: Sequence[str]) -> Entity | None:
    pack = Pack("", Reading(raise_fault))
    for number, row in enumerate(rows, 1):
        pack.add(number, row)
    return pack.finish()
