"""Lexicon sources: name packs (TSV) and records (JSONL, or in memory) read into entities, and written again.

Reading is strict and streams: every fault is a :class:`~translit.errors.SourceError` with file, line, column and mend.
The ``read_*`` functions for one source raise the first fault, :func:`read_sources` raises all faults of all sources at
once, and :func:`check_sources` returns them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TextIO

from translit.errors import SourceError, SourceErrors
from translit.garbage import collections_paused
from translit.lexicon.reading.faults import Faults, Reading, raise_fault, shown_path
from translit.lexicon.reading.homonyms import Homonym, find_homonyms, undecided_homonyms
from translit.lexicon.reading.lines import read_lines, unreadable
from translit.lexicon.reading.names import COLUMNS, NAMES_FORMAT, Pack, read_pack
from translit.lexicon.reading.records import read_memory, read_record_file
from translit.lexicon.reading.writing import as_record, as_rows, whole_file
from translit.model import Entity

__all__ = [
    "NAMES_FORMAT",
    "Homonym",
    "Records",
    "Source",
    "check_sources",
    "find_homonyms",
    "read_header",
    "read_names",
    "read_records",
    "read_source",
    "read_sources",
    "undecided",
    "write_names",
    "write_records",
]

Records = Iterable[Entity | Mapping[str, Any]]
"""Records in memory: entities, or mappings of the form of a records line."""

Source = str | os.PathLike[str] | Entity | Mapping[str, Any] | Records
"""What :func:`read_sources` takes: a file, a directory, one record or many."""

_NAMES_SUFFIXES = (".tsv", ".tsv.gz")
_RECORDS_SUFFIXES = (".jsonl", ".jsonl.gz")


def read_names(path: str | os.PathLike[str]) -> Iterator[Entity]:
    """Read a name pack (``.tsv``, or ``.tsv.gz``), one entity at a time.

    Args:
        path: the pack.

    Returns:
        its entities in the pack's order, each with ``source="file:line"`` of its first row. A row whose note has
        ``target`` is a variant and an entry of ``canonicals``; the known keys are taken out of the variant's note.

    Raises:
        SourceError: at the first fault. Homonyms are looked for only by :func:`read_sources` and :func:`check_sources`.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pack = Path(folder, "af.tsv")
    ...     _ = pack.write_text(
    ...         "#: format=translit-names/1\\n"
    ...         "id\\tkind\\tcanonical\\tvariant\\tlang\\ttype\\tnote\\n"
    ...         "place:af:kabul\\tplace\\tKabul\\tKaboul\\tfr\\t\\tweight=4434550; country=AF\\n"
    ...     )
    ...     [entity] = read_names(pack)
    >>> entity.canonical, entity.weight, entity.variants[0].text
    ('Kabul', 4434550.0, 'Kaboul')
    """
    return read_pack(path, Reading(raise_fault))


def read_records(path: str | os.PathLike[str]) -> Iterator[Entity]:
    """Read records (``.jsonl``, or ``.jsonl.gz``), one entity a line.

    Blanks around a text are stripped, double blanks made one and direction marks left out (an id keeps them); the same
    variant twice in one entity is merged.

    Args:
        path: the file.

    Returns:
        its entities in the file's order, each with ``source="file:line"``.

    Raises:
        SourceError: at the first fault.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "af.jsonl")
    ...     _ = file.write_text('{"id":"place:af:kabul","canonical":"Kabul","kind":"place","variants":["Kaboul"]}\\n')
    ...     [entity] = read_records(file)
    >>> entity.canonical, entity.variants[0].text
    ('Kabul', 'Kaboul')
    """
    return read_record_file(path, Reading(raise_fault))


def read_source(source: Source) -> Iterator[Entity]:
    """Read one source, whatever its form.

    Args:
        source: a file chosen by its name (``.tsv``, ``.jsonl``, either with ``.gz``), a directory (all such files
            in it, sorted by name), or records in memory (entities or mappings), placed as ``record 12`` (1-based).

    Returns:
        its entities, in order.

    Raises:
        SourceError: at the first fault, and for a file of another format.

    >>> [entity] = read_source([{"id": "given:ahmad", "canonical": "Ahmad", "kind": "given", "variants": ["Achmad"]}])
    >>> entity.source
    'record 1'
    """
    return _source(source, Reading(raise_fault))


def read_sources(sources: Iterable[Source]) -> list[Entity]:
    """Read sources and check them together.

    Args:
        sources: files, directories and records, as for :func:`read_source`; a single one is taken as a list of one.

    Returns:
        all their entities, in order.

    Raises:
        SourceErrors: with the faults of all sources: each one's own, an id given twice, and a form that two entities
            of one kind claim within name packs without weights to decide.

    >>> read_sources([{"id": "place:x", "canonical": "", "kind": "place"}])
    Traceback (most recent call last):
        ...
    translit.errors.SourceErrors: record 1: canonical: is empty; fill it in
    """
    entities, errors = _read_all(sources)
    if errors:
        raise SourceErrors(errors)
    return entities


def check_sources(sources: Iterable[Source]) -> list[SourceError]:
    """Find all the faults of sources, for ``translit lexicon check``.

    Args:
        sources: as for :func:`read_sources`.

    Returns:
        the faults in the order of file, line, column; empty where the sources are sound. At most
        :data:`~translit.limits.MAX_SOURCE_ERRORS_KEPT` are listed, and one more says how many were left out.

    >>> for error in check_sources(["names.yaml"]):
    ...     print(error)  # doctest: +ELLIPSIS
    names.yaml: not a lexicon source: sources are data in TSV or JSONL; convert it to a name pack (.tsv) or to records (.jsonl); ...
    """
    return list(SourceErrors(_read_all(sources)[1]).errors)


def undecided(sources: Iterable[Source]) -> list[Homonym]:
    """The forms that several entities of one kind claim and no weights decide, in sources without faults.

    In name packs, which people review, they are faults. Records come from gazetteers, where they are many: a name that is written
    so is left alone where nothing else tells who is meant.

    >>> people = [{"id": ident, "canonical": "Ahmad Shah", "kind": "person"} for ident in ("p:a", "p:b")]
    >>> [(homonym.form, len(homonym.entities)) for homonym in undecided([people])]
    [('ahmad shah', 2)]
    """
    found = find_homonyms(read_sources(sources))
    return [homonym for homonym in found if len({entity.weight for entity in homonym.entities}) == 1]


def read_header(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read the ``#: key=value`` lines of a name pack.

    Args:
        path: the pack.

    Returns:
        the values by key (``format``, ``licence``, ``source``, ``date``, or any other), in the order of the file.

    Raises:
        SourceError: at the first fault of the header.

    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pack = Path(folder, "af.tsv")
    ...     write_names([], pack, {"licence": "CC0-1.0"})
    ...     read_header(pack)
    {'format': 'translit-names/1', 'licence': 'CC0-1.0'}
    """
    pack = Pack(path, Reading(raise_fault))
    pack.read_header(read_lines(path, raise_fault, tabular=True))
    return pack.header


def write_records(
    entities: Records,
    target: str | os.PathLike[str] | TextIO,
    report: Callable[[SourceError], None] | None = None,
) -> None:
    """Write records as JSONL, one entity a line; the same entities give the same bytes.

    Args:
        entities: the entities, checked and cleaned as :func:`read_records` does. ``Entity.source`` is not written.
        target: a text stream, or a file, which appears only when it is whole (compressed where it ends in ``.gz``).
        report: called with each fault of an entity that would not be read again, which is then left out; without it
            the first fault is raised.

    Raises:
        SourceError: for an entity that would not be read again; nothing is left in the place of the file.

    >>> import sys
    >>> from translit.model import Variant
    >>> write_records([Entity("place:af:kabul", "Kabul", "place", (Variant("Kaboul", "fr"),), 4434550)], sys.stdout)
    {"id":"place:af:kabul","canonical":"Kabul","kind":"place","variants":[{"text":"Kaboul","lang":"fr"}],"weight":4434550}
    """
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with whole_file(target) as stream:
        for entity in read_memory(entities, Reading(report or raise_fault)):
            stream.write(encode(as_record(entity)) + "\n")


def write_names(entities: Records, target: str | os.PathLike[str] | TextIO, header: Mapping[str, str]) -> None:
    """Write a name pack; the same entities and header give the same bytes.

    An entity without variants gets a row with its canonical, and one whose canonical for another language is not
    among its variants gets an exonym row for it.

    Args:
        entities: the entities, checked and cleaned as :func:`read_records` does.
        target: a text stream, or a file, which appears only when it is whole (compressed where it ends in ``.gz``).
        header: values of the header lines; ``format`` is written first and need not be given.

    Raises:
        SourceError: for a header or an entity that would not be read again as it is; nothing is left in the place of
            the file.

    >>> import sys
    >>> from translit.model import Variant
    >>> write_names([Entity("given:ahmad", "Ahmad", "given", (Variant("Achmad", "de"),))], sys.stdout,
    ...             {"licence": "CC0-1.0"})  # doctest: +NORMALIZE_WHITESPACE
    #: format=translit-names/1
    #: licence=CC0-1.0
    id  kind    canonical   variant lang    type    note
    given:ahmad given   Ahmad   Achmad  de  romanization
    """
    values = {"format": NAMES_FORMAT, **header}
    lines = [f"#: {key}={value}" for key, value in values.items()]
    head = Pack("header", Reading(raise_fault))
    head.read_header(iter(enumerate([*lines, "\t".join(COLUMNS)], 1)))
    with whole_file(target) as stream:
        stream.write("\n".join([*lines, "\t".join(COLUMNS)]) + "\n")
        for entity in read_memory(entities, Reading(raise_fault)):
            stream.writelines(row + "\n" for row in as_rows(entity))


def _read_all(sources: Iterable[Source]) -> tuple[list[Entity], list[SourceError]]:
    faults = Faults()
    reading = Reading(faults, keep_packs=True)
    single = isinstance(sources, str | os.PathLike | Entity | Mapping)
    with collections_paused():
        entities = [entity for source in ([sources] if single else sources) for entity in _source(source, reading)]
    for error in undecided_homonyms(reading):
        faults(error)
    return entities, faults.all()


def _source(source: object, reading: Reading) -> Iterator[Entity]:
    if isinstance(source, str | os.PathLike):
        yield from _path(source, reading)
    elif isinstance(source, Entity | Mapping):
        yield from read_memory([source], reading)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | bytearray):
        yield from read_memory(source, reading)
    else:
        reading.report(SourceError(f"a source cannot be of type {type(source).__name__}", "give a path, or records in memory"))


def _path(path: str | os.PathLike[str], reading: Reading) -> Iterator[Entity]:
    name = os.fsdecode(path)
    if os.path.isdir(name):
        yield from _directory(name, reading)
    elif name.lower().endswith(_NAMES_SUFFIXES):
        yield from read_pack(name, reading)
    elif name.lower().endswith(_RECORDS_SUFFIXES):
        yield from read_record_file(name, reading)
    elif name.lower().endswith(".translit"):
        reading.report(SourceError("compiled already", "give the sources that it was built from", shown_path(name)))
    else:
        reading.report(
            SourceError(
                "not a lexicon source: sources are data in TSV or JSONL",
                "convert it to a name pack (.tsv) or to records (.jsonl); 'translit lexicon import csv' does so with a table",
                shown_path(name),
            )
        )


def _directory(name: str, reading: Reading) -> Iterator[Entity]:
    try:
        found = sorted(entry for entry in os.listdir(name) if is_source_name(entry))
    except OSError as error:
        reading.report(unreadable(name, error))
        return
    if not found:
        reading.report(SourceError("the directory holds no *.tsv or *.jsonl", "give a directory of sources", shown_path(name)))
    for entry in found:
        yield from _path(os.path.join(name, entry), reading)


def is_source_name(name: str) -> bool:
    """Whether a file of a folder is a source, by its name."""
    return name.lower().endswith(_NAMES_SUFFIXES + _RECORDS_SUFFIXES) and not name.startswith(".")
