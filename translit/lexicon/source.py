"""Lexicon sources: name packs (TSV) and records (JSONL, or in memory) read into entities, and written again.

Reading is strict and streams: every fault is a :class:`~translit.errors.SourceError` with file, line, column and mend.
The ``read_*`` functions for one source raise the first fault, :func:`read_sources` raises all faults of all sources at
once, and :func:`check_sources` returns them.
"""

from __future__ import annotations

import difflib
import functools
import gc
import gzip
import io
import json
import math
import os
import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from numbers import Real
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, TextIO

import regex

from translit.errors import SourceError, SourceErrors
from translit.limits import (
    MAX_CELL_CODEPOINTS,
    MAX_SOURCE_ERRORS_KEPT,
    MAX_SOURCE_LINE_BYTES,
    MAX_VARIANTS_PER_ENTITY,
)
from translit.model import VARIANT_TYPES, Entity, Variant

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
    "write_names",
    "write_records",
]

NAMES_FORMAT = "translit-names/1"
"""The value of a name pack's ``#: format=`` line."""

Records = Iterable[Entity | Mapping[str, Any]]
"""Records in memory: entities, or mappings of the form of a records line."""

Source = str | os.PathLike[str] | Entity | Mapping[str, Any] | Records
"""What :func:`read_sources` takes: a file, a directory, one record or many."""

_COLUMNS = ("id", "kind", "canonical", "variant", "lang", "type", "note")
_REQUIRED = ("id", "kind", "canonical", "variant")
_RECORD_KEYS = frozenset({"id", "canonical", "kind", "variants", "weight", "canonicals", "country"})
_VARIANT_KEYS = frozenset({"text", "lang", "type", "note"})
_NOTE_KEYS = ("weight", "country", "target")
_TYPES = frozenset(VARIANT_TYPES)
_DEFAULT_TYPE = VARIANT_TYPES[0]
_NAMES_SUFFIXES = (".tsv", ".tsv.gz")
_RECORDS_SUFFIXES = (".jsonl", ".jsonl.gz")
_GZIP_SUFFIX = ".gz"
_BOM = b"\xef\xbb\xbf"
_RECORD_DEPTH = 4
_BROKEN_OFF = -1

_HEADER = re.compile(r"#: ([a-z][a-z0-9_.-]*)=(\S(?:.*\S)?)")
_KIND = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_LANG = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_NOTE_PAIR = re.compile(r"([A-Za-z]+)(?:=(.*))?", re.DOTALL)
_JSON_CONSTANT = re.compile("NaN|-?Infinity")
_JSON_BLANKS = re.compile(r"[ \t\n\r]*")

_BLANK = r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_BLANKS_AROUND = re.compile(rf"{_BLANK}+\Z|\A{_BLANK}+")
_BLANKS_DOUBLE = re.compile(rf"{_BLANK}{{2,}}")
_STRAY_JOINER = regex.compile(r"(?<![\p{L}\p{M}])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{M}])")
_ID_INVISIBLE = re.compile(r"[\u061c\u200c-\u200f\u202a-\u202e\u2066-\u2069]")
_FORBIDDEN = tuple(
    (name, regex.compile(pattern))
    for name, pattern in (
        ("byte-order mark", r"\ufeff"),
        ("bidirectional control", r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"),
        ("lone surrogate", r"\p{Cs}"),
        ("private-use character", r"\p{Co}"),
        ("noncharacter", r"\p{Noncharacter_Code_Point}"),
        ("control character", r"[\p{Cc}\p{Zl}\p{Zp}]"),
    )
)

_Report = Callable[[SourceError], None]
_JsonPath = tuple[str | int, ...]


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
    return _names(path, _Reading(_raise))


def read_records(path: str | os.PathLike[str]) -> Iterator[Entity]:
    """Read records (``.jsonl``, or ``.jsonl.gz``), one entity a line.

    Blanks around a text are stripped and double blanks made one; the same variant twice in one entity is merged.

    Args:
        path: the file.

    Returns:
        its entities in the file's order, each with ``source="file:line"``.

    Raises:
        SourceError: at the first fault.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "af.jsonl")
    ...     _ = file.write_text('{"id":"place:af:kabul","canonical":"Kabul","kind":"place","variants":["Kaboul"]}\\n')
    ...     [entity] = read_records(file)
    >>> entity.canonical, entity.variants[0].text
    ('Kabul', 'Kaboul')
    """
    return _records(path, _Reading(_raise))


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
    return _source(source, _Reading(_raise))


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
    ...     print(error)
    names.yaml: not a lexicon source: sources are data in TSV or JSONL; convert it to a name pack (.tsv) or to records (.jsonl)
    """  # noqa: E501
    return list(SourceErrors(_read_all(sources)[1]).errors)


def read_header(path: str | os.PathLike[str]) -> dict[str, str]:
    """Read the ``#: key=value`` lines of a name pack.

    Args:
        path: the pack.

    Returns:
        the values by key (``format``, ``licence``, ``source``, ``date``, or any other), in the order of the file.

    Raises:
        SourceError: at the first fault of the header.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pack = Path(folder, "af.tsv")
    ...     write_names([], pack, {"licence": "CC0-1.0"})
    ...     read_header(pack)
    {'format': 'translit-names/1', 'licence': 'CC0-1.0'}
    """
    pack = _Pack(path, _Reading(_raise))
    pack.read_header(_lines(path, _raise, tabular=True))
    return pack.header


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
        for form in {_fold(text): None for text in _forms(entity)}:
            first = claimed.setdefault(form, entity)
            if isinstance(first, list):
                first.append(entity)
            elif first is not entity:
                claimed[form] = [first, entity]
    for kind, claimed in claims.items():
        for form, claimants in claimed.items():
            if isinstance(claimants, list):
                yield Homonym(form, kind, tuple(claimants))


def write_records(entities: Records, target: str | os.PathLike[str] | TextIO) -> None:
    """Write records as JSONL, one entity a line; the same entities give the same bytes.

    Args:
        entities: the entities, checked and cleaned as :func:`read_records` does. ``Entity.source`` is not written.
        target: a text stream, or a file, which appears only when it is whole (compressed where it ends in ``.gz``).

    Raises:
        SourceError: for an entity that would not be read again; nothing is left in the place of the file.

    >>> import sys
    >>> write_records([Entity("place:af:kabul", "Kabul", "place", (Variant("Kaboul", "fr"),), 4434550)], sys.stdout)
    {"id":"place:af:kabul","canonical":"Kabul","kind":"place","variants":[{"text":"Kaboul","lang":"fr"}],"weight":4434550}
    """
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    with _writing(target) as stream:
        for entity in _memory(entities, _Reading(_raise)):
            stream.write(encode(_as_record(entity)) + "\n")


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
    >>> write_names([Entity("given:ahmad", "Ahmad", "given", (Variant("Achmad", "de"),))], sys.stdout,
    ...             {"licence": "CC0-1.0"})  # doctest: +NORMALIZE_WHITESPACE
    #: format=translit-names/1
    #: licence=CC0-1.0
    id  kind    canonical   variant lang    type    note
    given:ahmad given   Ahmad   Achmad  de  romanization
    """
    values = {"format": NAMES_FORMAT, **header}
    lines = [f"#: {key}={value}" for key, value in values.items()]
    head = _Pack("header", _Reading(_raise))
    head.read_header(iter(enumerate([*lines, "\t".join(_COLUMNS)], 1)))
    with _writing(target) as stream:
        stream.write("\n".join([*lines, "\t".join(_COLUMNS)]) + "\n")
        for entity in _memory(entities, _Reading(_raise)):
            stream.writelines(row + "\n" for row in _as_rows(entity))


# --- one reading: what its sources share -----------------------------------------------------------------------------


def _raise(error: SourceError) -> NoReturn:
    raise error


class _Faults:
    """Keeps the faults reported to it, up to the cap, and counts the rest."""

    def __init__(self) -> None:
        self.kept: list[SourceError] = []
        self.dropped = 0

    def __call__(self, error: SourceError) -> None:
        if len(self.kept) < MAX_SOURCE_ERRORS_KEPT:
            self.kept.append(error)
        else:
            self.dropped += 1

    def all(self) -> list[SourceError]:
        if not self.dropped:
            return self.kept
        more = SourceError(f"{self.dropped} more faults are not listed", "mend the listed ones and check again")
        return [*self.kept, more]


@dataclass(slots=True)
class _Reading:
    """What the sources of one reading share.

    Args:
        report: takes each fault; it may raise it.
        places: where each id was given.
        keep_packs: whether to remember the entities of name packs, for the check of homonyms.
        packs: those entities.
        rows: the line of each of their variants, by entity id.
        columns: the columns of each pack, by file.
        records: how many records in memory were read.
    """

    report: _Report
    places: dict[str, str] = field(default_factory=dict)
    keep_packs: bool = False
    packs: list[Entity] = field(default_factory=list)
    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    records: int = 0

    def claim(self, ident: str, place: str) -> str | None:
        """Enter an id; the place where it was given before, if it was."""
        earlier = self.places.setdefault(ident, place)
        return None if earlier is place else earlier


def _read_all(sources: Iterable[Source]) -> tuple[list[Entity], list[SourceError]]:
    faults = _Faults()
    reading = _Reading(faults, keep_packs=True)
    single = isinstance(sources, str | os.PathLike | Entity | Mapping)
    with _gc_paused():
        entities = [entity for source in ([sources] if single else sources) for entity in _source(source, reading)]
    for error in _undecided(reading):
        faults(error)
    return entities, faults.all()


@contextmanager
def _gc_paused() -> Iterator[None]:
    """Entities make no cycles, and looking for some among millions of them takes half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _source(source: object, reading: _Reading) -> Iterator[Entity]:
    if isinstance(source, str | os.PathLike):
        yield from _path(source, reading)
    elif isinstance(source, Entity | Mapping):
        yield from _memory([source], reading)
    elif isinstance(source, Iterable) and not isinstance(source, bytes | bytearray):
        yield from _memory(source, reading)
    else:
        reading.report(
            SourceError(f"a source cannot be of type {type(source).__name__}", "give a path, or records in memory")
        )


def _path(path: str | os.PathLike[str], reading: _Reading) -> Iterator[Entity]:
    name = os.fsdecode(path)
    if os.path.isdir(name):
        yield from _directory(name, reading)
    elif name.lower().endswith(_NAMES_SUFFIXES):
        yield from _names(name, reading)
    elif name.lower().endswith(_RECORDS_SUFFIXES):
        yield from _records(name, reading)
    else:
        reading.report(
            SourceError(
                "not a lexicon source: sources are data in TSV or JSONL",
                "convert it to a name pack (.tsv) or to records (.jsonl)",
                _shown_path(name),
            )
        )


def _directory(name: str, reading: _Reading) -> Iterator[Entity]:
    try:
        found = sorted(entry for entry in os.listdir(name) if _is_source_name(entry))
    except OSError as error:
        reading.report(_unreadable(name, error))
        return
    if not found:
        reading.report(
            SourceError("the directory holds no *.tsv or *.jsonl", "give a directory of sources", _shown_path(name))
        )
    for entry in found:
        yield from _path(os.path.join(name, entry), reading)


def _is_source_name(name: str) -> bool:
    return name.lower().endswith(_NAMES_SUFFIXES + _RECORDS_SUFFIXES) and not name.startswith(".")


def _undecided(reading: _Reading) -> Iterator[SourceError]:
    """The homonyms of name packs that no weights decide, one fault for each entity that comes too late."""
    for homonym in find_homonyms(reading.packs):
        first_by_weight: dict[float, Entity] = {}
        for entity in homonym.entities:
            rival = next(iter(first_by_weight.values()), None) if entity.weight == 0 else None
            rival = rival or first_by_weight.get(0.0) or first_by_weight.get(entity.weight)
            first_by_weight.setdefault(entity.weight, entity)
            if rival is not None:
                yield _homonym_error(homonym.form, rival, entity, reading)


def _homonym_error(form: str, first: Entity, second: Entity, reading: _Reading) -> SourceError:
    claims = [_claim(form, entity, reading) for entity in (first, second)]
    (first_file, first_line, _, _), (file, line, column, text) = claims
    return SourceError(
        f"{_shown(text)} is claimed by both {_plain(first.id)} ({first_file}:{first_line}) and {_plain(second.id)}",
        "give both a weight=, or remove it from one",
        file,
        line,
        reading.columns[file].index(column) + 1,
    )


def _claim(form: str, entity: Entity, reading: _Reading) -> tuple[str, int, str, str]:
    """File, line and column name of an entity's claim to a form, and its spelling there."""
    file, _, first = entity.source.rpartition(":")
    if _fold(entity.canonical) == form:
        return file, int(first), "canonical", entity.canonical
    rows = zip(entity.variants, reading.rows[entity.id], strict=True)
    return next((file, line, "variant", variant.text) for variant, line in rows if _fold(variant.text) == form)


def _forms(entity: Entity) -> Iterator[str]:
    yield entity.canonical
    yield from entity.canonicals.values()
    for variant in entity.variants:
        yield variant.text


def _fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


# --- files to lines --------------------------------------------------------------------------------------------------


def _lines(path: str | os.PathLike[str], report: _Report, *, tabular: bool) -> Iterator[tuple[int, str | None]]:
    """The lines of a file without their ends, from 1; None for one that could not be decoded (and is reported).

    Where the file cannot be read further, the last number is ``_BROKEN_OFF``.
    """
    file = _shown_path(path)
    try:
        with _open(path) as stream:
            yield from _decoded(stream, file, report, tabular=tabular)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        report(_unreadable(path, error))
        yield _BROKEN_OFF, None


def _open(path: str | os.PathLike[str]) -> IO[bytes]:
    if os.fsdecode(path).lower().endswith(_GZIP_SUFFIX):
        return io.BufferedReader(gzip.open(path, "rb"), 1 << 16)
    return open(path, "rb")


def _unreadable(path: str | os.PathLike[str], error: Exception) -> SourceError:
    file = _shown_path(path)
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return SourceError(f"damaged gzip file ({error})", "compress it again, or give it uncompressed", file)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return SourceError(f"cannot be read: {reason}", "check the path and its permissions", file)


def _decoded(stream: IO[bytes], file: str, report: _Report, *, tabular: bool) -> Iterator[tuple[int, str | None]]:
    offset = number = 0
    carriage_returns = False
    while raw := stream.readline(MAX_SOURCE_LINE_BYTES + 1):
        number += 1
        start, offset = offset, offset + len(raw)
        if len(raw) > MAX_SOURCE_LINE_BYTES:
            offset += _skip_line(stream, raw)
            report(SourceError(f"line of more than {MAX_SOURCE_LINE_BYTES} bytes", "split it", file, number))
            yield number, None
            continue
        line = raw[:-1] if raw.endswith(b"\n") else raw
        if number == 1 and line.startswith(_BOM):
            report(SourceError("byte-order mark", "save the file as UTF-8 without BOM", file, 1, 1))
            line, start = line[len(_BOM) :], len(_BOM)
        if line.endswith(b"\r"):
            line = line[:-1]
            if not carriage_returns:
                column = _byte_column(line, len(line), tabular=tabular)
                report(SourceError("carriage return at the line end", "save with LF line ends", file, number, column))
            carriage_returns = True
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            report(_undecodable(line, error, start, file, number, tabular=tabular))
            yield number, None
            continue
        yield number, text


def _skip_line(stream: IO[bytes], raw: bytes) -> int:
    skipped = 0
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(1 << 20)
        skipped += len(raw)
    return skipped


def _undecodable(
    line: bytes, error: UnicodeDecodeError, start: int, file: str, number: int, *, tabular: bool
) -> SourceError:
    column = _byte_column(line, error.start, tabular=tabular)
    message = f"invalid UTF-8: byte 0x{line[error.start]:02x} at byte offset {start + error.start} of the file"
    return SourceError(message, "save the file as UTF-8", file, number, column)


def _byte_column(line: bytes, position: int, *, tabular: bool) -> int:
    before = line[:position]
    return before.count(b"\t") + 1 if tabular else len(before.decode("utf-8", "replace")) + 1


# --- cells -----------------------------------------------------------------------------------------------------------


def _sound(cells: Sequence[str]) -> bool:
    """Whether no cell can have a fault of its characters; one look at the joined text, as nearly all are sound."""
    if not "".join(cells).isprintable():
        return False
    joined = "\t".join(("", *cells, ""))
    return not (
        "  " in joined or "\t " in joined or " \t" in joined or (len(joined) > MAX_CELL_CODEPOINTS and _too_long(cells))
    )


def _too_long(cells: Sequence[str]) -> bool:
    return max(map(len, cells)) > MAX_CELL_CODEPOINTS


def _character_faults(text: str) -> Iterator[tuple[str, str]]:
    """Message and mend of each kind of fault that a cell's characters have, blanks apart."""
    if len(text) > MAX_CELL_CODEPOINTS:
        yield f"{len(text)} code points, more than {MAX_CELL_CODEPOINTS}", "shorten it"
    for name, pattern in _FORBIDDEN:
        if match := pattern.search(text):
            yield f"{name} U+{ord(match[0]):04X} as character {match.start() + 1}", "delete it"
    if match := _STRAY_JOINER.search(text):
        yield f"joiner U+{ord(match[0]):04X} as character {match.start() + 1} is not between letters", "delete it"


def _blank_faults(text: str) -> Iterator[tuple[str, str]]:
    if _BLANKS_AROUND.search(text):
        yield f"leading or trailing blank in {_shown(text)}", "delete it"
    if _BLANKS_DOUBLE.search(text):
        yield f"double blank in {_shown(text)}", "leave one"


def _tidy(text: str) -> str:
    return _BLANKS_DOUBLE.sub(" ", _BLANKS_AROUND.sub("", text))


@functools.lru_cache(maxsize=4096)
def _is_lang(tag: str) -> bool:
    return _LANG.fullmatch(tag) is not None


def _lang_fault(tag: str) -> tuple[str, str] | None:
    if not tag or _is_lang(tag):
        return None
    return f"malformed language tag {_shown(tag)}", "write a BCP 47 tag with its language in lower case, such as 'de'"


def _type_fault(name: str) -> tuple[str, str] | None:
    if not name or name in _TYPES:
        return None
    return f"unknown variant type {_shown(name)}", _nearest(name, VARIANT_TYPES)


def _kind_fault(kind: str) -> tuple[str, str] | None:
    if not kind or _KIND.fullmatch(kind):
        return None
    return f"kind {_shown(kind)} is not a lower-case word", "write a word such as 'place' or 'person'"


def _weight_fault(shown: str) -> tuple[str, str]:
    return f"weight {shown} is not a non-negative finite number", "write a number such as 500"


def _country_fault(shown: str) -> tuple[str, str]:
    return f"country {shown} is not two capitals", "write an ISO 3166-1 alpha-2 code such as AF"


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word[:64].lower(), known, n=1)
    return f"rename it to '{near[0]}'" if near else f"use one of {', '.join(known)}"


def _shown(text: object) -> str:
    """A short printable picture of a text, in quotation marks."""
    clipped = text if not isinstance(text, str) or len(text) <= 60 else text[:59] + "…"
    return repr(clipped)[:400]


def _plain(text: str) -> str:
    return text if text.isprintable() and len(text) <= 60 else _shown(text)


def _shown_path(path: str | os.PathLike[str]) -> str:
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode("utf-8")


# --- name packs ------------------------------------------------------------------------------------------------------


def _names(path: str | os.PathLike[str], reading: _Reading) -> Iterator[Entity]:
    pack = _Pack(path, reading)
    lines = _lines(path, reading.report, tabular=True)
    if not pack.read_header(lines):
        # The rest cannot be told apart, but it can still be undecodable.
        for _ in lines:
            pass
        return
    for number, text in lines:
        if (entity := pack.add(number, text)) is not None:
            yield entity
    if (entity := pack.finish()) is not None:
        yield entity


@dataclass(slots=True)
class _Block:
    """The rows of one entity, as far as they are read."""

    id: str
    kind: str
    canonical: str
    line: int
    sound: bool
    weight: float = 0.0
    country: str = ""
    canonicals: dict[str, str] = field(default_factory=dict)
    variants: list[Variant] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    seen: dict[tuple[str, str], int] = field(default_factory=dict)


class _Note(NamedTuple):
    """A note's known keys, and the rest of it."""

    text: str
    weight: float | None
    country: str
    target: bool


class _Pack:
    """Reads one name pack, a row at a time."""

    def __init__(self, path: str | os.PathLike[str], reading: _Reading) -> None:
        self.file = _shown_path(path)
        self.reading = reading
        self.header: dict[str, str] = {}
        self.columns: tuple[str, ...] = _COLUMNS
        self.block: _Block | None = None
        self.line = 0
        self.faults = 0
        # A row that could not be read may have been the next entity's first.
        self.next_is_sound = True

    def fault(self, message: str, mend: str, column: str | int = 0) -> None:
        self.faults += 1
        number = self.columns.index(column) + 1 if isinstance(column, str) else column
        self.reading.report(SourceError(message, mend, self.file, self.line, number))

    def read_header(self, lines: Iterator[tuple[int, str | None]]) -> bool:
        """Read up to the column line; False where the rows after it cannot be understood."""
        columns: str | None = None
        for self.line, text in lines:
            if text is None:
                continue
            if text and not text.startswith("#"):
                columns = text
                break
            self._header_line(text)
        if self.line == _BROKEN_OFF:
            return False
        known = self._format(at=min(self.line, 1))
        if columns is None or not set(columns.split("\t")) & set(_COLUMNS):
            self.fault("no column line", f"write the columns {' '.join(_COLUMNS)}, separated by tabs")
            return False
        return self._column_line(columns) and known

    def _header_line(self, text: str) -> None:
        for message, mend in _character_faults(text.replace("\t", " ")):
            self.fault(message, mend, 1)
        match = _HEADER.fullmatch(text)
        if match is None:
            self.fault(f"malformed header line {_shown(text)}", "write it as '#: key=value'", 1)
        elif match[1] in self.header:
            self.fault(f"duplicate header key {_shown(match[1])}", "leave one", 1)
        else:
            self.header[match[1]] = match[2]
            self._format_line(match[1], match[2])

    def _format_line(self, key: str, value: str) -> None:
        if key != "format" or value == NAMES_FORMAT:
            return
        name, _, version = value.partition("/")
        if name == NAMES_FORMAT.partition("/")[0]:
            self.fault(f"unknown format version {_shown(version)}", f"write {NAMES_FORMAT}, or update translit", 1)
        else:
            self.fault(f"format {_shown(value)} is not a name pack's", f"write {NAMES_FORMAT}", 1)

    def _format(self, at: int) -> bool:
        if "format" not in self.header:
            here, self.line = self.line, at
            self.fault("missing format header", f"write '#: format={NAMES_FORMAT}' as the first line")
            self.line = here
        return self.header.get("format", NAMES_FORMAT) == NAMES_FORMAT

    def _column_line(self, text: str) -> bool:
        columns = tuple(text.split("\t"))
        for number, column in enumerate(columns, 1):
            if column in columns[: number - 1]:
                self.fault(f"duplicate column {_shown(column)}", "delete one of the two", number)
            elif column not in _COLUMNS:
                missing = [name for name in _COLUMNS if name not in columns]
                mend = _nearest(column, missing) if missing else "delete it"
                self.fault(f"unknown column {_shown(column)}", mend, number)
        for column in _COLUMNS:
            if column not in columns:
                self.fault(f"missing column '{column}'", f"add it: the columns are {' '.join(_COLUMNS)}")
        self.columns = columns
        return all(columns.count(column) == 1 for column in _COLUMNS)

    def add(self, number: int, text: str | None) -> Entity | None:
        """Take one row; the entity that ended before it, if one did and it has no fault."""
        self.line = number
        row = None if text is None else self._row(text)
        if row is None:
            self.next_is_sound = False
            if self.block is not None:
                self.block.sound = False
            return None
        before = self.faults
        finished, block = None, self.block
        if block is None or row["id"] != block.id:
            finished, block = self.finish(), self._start(row)
        self._extend(block, row)
        block.sound = block.sound and self.faults == before
        self.block = block
        return finished

    def finish(self) -> Entity | None:
        """End the entity being read, and give it if it has no fault."""
        block, self.block = self.block, None
        if block is None or not block.sound:
            return None
        entity = Entity(
            id=block.id,
            canonical=block.canonical,
            kind=block.kind,
            variants=tuple(block.variants),
            weight=block.weight,
            canonicals=block.canonicals,
            country=block.country,
            source=f"{self.file}:{block.line}",
        )
        if self.reading.keep_packs:
            self.reading.packs.append(entity)
            self.reading.rows[entity.id] = tuple(block.lines)
            self.reading.columns[self.file] = self.columns
        return entity

    def _row(self, text: str) -> dict[str, str] | None:
        """The cells of a row by column, or None where a fault keeps them from being used."""
        cells = text.split("\t")
        if text.startswith("#"):
            self.fault("a line that starts with '#' below the column line", "move it to the header or to a note", 1)
            return None
        if not text:
            self.fault("empty line", "delete it")
            return None
        if len(cells) != len(self.columns):
            column = min(len(cells), len(self.columns)) + 1
            self.fault(f"{len(cells)} fields instead of {len(self.columns)}", "separate the fields by one tab", column)
            return None
        row = dict(zip(self.columns, cells, strict=True))
        before = self.faults
        if not _sound(cells):
            self._check_characters(cells)
        self._check_values(row)
        return row if self.faults == before else None

    def _check_characters(self, cells: Sequence[str]) -> None:
        for number, cell in enumerate(cells, 1):
            for message, mend in (*_character_faults(cell), *_blank_faults(cell)):
                self.fault(f"{message} in column '{self.columns[number - 1]}'", mend, number)

    def _check_values(self, row: Mapping[str, str]) -> None:
        for column in _REQUIRED:
            if not row[column]:
                self.fault(f"empty {column}", "fill it in", column)
        for column, check in (("kind", _kind_fault), ("lang", _lang_fault), ("type", _type_fault)):
            if found := check(row[column]):
                self.fault(*found, column)

    def _start(self, row: Mapping[str, str]) -> _Block:
        ident = row["id"]
        block = _Block(ident, row["kind"], row["canonical"], self.line, self.next_is_sound)
        self.next_is_sound = True
        earlier = self.reading.claim(ident, f"{self.file}:{self.line}")
        if earlier is not None:
            here = earlier.rpartition(":")[0] == self.file
            mend = "move its rows together" if here else "merge the two, or rename one"
            self.fault(f"duplicate id {_plain(ident)}: already given at {earlier}", mend, "id")
        return block

    def _extend(self, block: _Block, row: Mapping[str, str]) -> None:
        """Add a row to its entity."""
        for column, expected in (("kind", block.kind), ("canonical", block.canonical)):
            if row[column] != expected:
                message = f"{column} {_shown(row[column])} differs from {_shown(expected)} in line {block.line}"
                self.fault(message, f"give {_plain(block.id)} one {column}, or the row its own id", column)
        note = self._note(row)
        self._entity_keys(block, note)
        variant = Variant(row["variant"], row["lang"], row["type"] or _DEFAULT_TYPE, note.text)
        if note.target and block.canonicals.setdefault(variant.lang, variant.text) != variant.text:
            self.fault(f"a second target for the language '{variant.lang}'", "keep 'target' on one row", "note")
        first = block.seen.setdefault((_fold(variant.text), variant.lang), self.line)
        if first != self.line:
            message = f"duplicate variant {_shown(variant.text)} of {_plain(block.id)}: already in line {first}"
            self.fault(message, "delete one of the two rows", "variant")
        block.lines.append(self.line)
        if len(block.lines) <= MAX_VARIANTS_PER_ENTITY:
            block.variants.append(variant)
        elif len(block.lines) == MAX_VARIANTS_PER_ENTITY + 1:
            self.fault(f"more than {MAX_VARIANTS_PER_ENTITY} variants of {_plain(block.id)}", "split the entity", "id")

    def _entity_keys(self, block: _Block, note: _Note) -> None:
        if self.line == block.line:
            block.weight, block.country = note.weight or 0.0, note.country
            return
        if note.weight is not None and note.weight != block.weight:
            self.fault(f"weight differs from line {block.line}", "put it on the entity's first row only", "note")
        if note.country and note.country != block.country:
            self.fault(f"country differs from line {block.line}", "put it on the entity's first row only", "note")

    def _note(self, row: Mapping[str, str]) -> _Note:
        """Take the known keys out of a note, and report the malformed ones."""
        found: dict[str, str | None] = {}
        rest: list[str] = []
        for part in row["note"].split("; "):
            match = _NOTE_PAIR.fullmatch(part)
            key = self._note_key(part, match[1], match[2]) if match else None
            if key is None or match is None:
                rest.append(part)
            elif key in found:
                self.fault(f"duplicate note key '{key}'", "leave one", "note")
            else:
                found[key] = match[2]
        if "target" in found and not row["lang"]:
            self.fault("target without lang", "fill in the language that writes it so", "note")
        weight = found.get("weight")
        return _Note("; ".join(rest), self._weight(weight), self._country(found.get("country")), "target" in found)

    def _note_key(self, part: str, word: str, value: str | None) -> str | None:
        """The known key that a part of a note gives; None for free text, near misses being reported."""
        if word == "target" and value is not None:
            self.fault(f"malformed note {_shown(part)}", "write 'target' alone", "note")
            return None
        if word in ("weight", "country") and value is None:
            self.fault(f"malformed note {_shown(part)}", f"write {word}= and a value", "note")
            return None
        if word in _NOTE_KEYS:
            return word
        if value is not None and difflib.get_close_matches(word.lower(), _NOTE_KEYS, n=1, cutoff=0.75):
            self.fault(f"unknown note key {_shown(word)}", _nearest(word, _NOTE_KEYS), "note")
        return None

    def _weight(self, value: str | None) -> float | None:
        if value is None:
            return None
        if _NUMBER.fullmatch(value) and math.isfinite(float(value)):
            return float(value)
        self.fault(*_weight_fault(_shown(value)), "note")
        return None

    def _country(self, value: str | None) -> str:
        if value is None or _COUNTRY.fullmatch(value):
            return value or ""
        self.fault(*_country_fault(_shown(value)), "note")
        return ""


# --- records ---------------------------------------------------------------------------------------------------------


class _RepeatedKeyError(Exception):
    """An object gives a key twice."""


class _ConstantError(Exception):
    """NaN or Infinity, which JSON has not."""


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedKeyError
    return found


def _no_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


_DECODER = json.JSONDecoder(object_pairs_hook=_unrepeated, parse_constant=_no_constant)
_LENIENT_DECODER = json.JSONDecoder()


class _Columns(NamedTuple):
    """1-based columns of a JSON line."""

    values: dict[_JsonPath, int]
    keys: dict[_JsonPath, int]
    repeated: list[tuple[str, int]]


class _RecordPlace:
    """Reports the faults of one record at their place."""

    def __init__(self, report: _Report, file: str, line: int = 0, text: str | None = None) -> None:
        self.report, self.file, self.line, self.text = report, file, line, text
        self.faults = 0

    @property
    def source(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def at(self, message: str, mend: str, column: int) -> None:
        self.faults += 1
        self.report(SourceError(message, mend, self.file, self.line, column))

    def fault(self, message: str, mend: str, path: _JsonPath = (), *, key: bool = False) -> None:
        """Report a fault of the value (or the key) at a path of the record."""
        where = _shown_json_path(path)
        self.at(f"{where}: {message}" if where else message, mend, self._column(path, key=key))

    def _column(self, path: _JsonPath, *, key: bool) -> int:
        if self.text is None:
            return 0
        return (self.columns.keys if key else self.columns.values).get(path, 1)

    @functools.cached_property
    def columns(self) -> _Columns:
        return _locate(self.text or "")


def _records(path: str | os.PathLike[str], reading: _Reading) -> Iterator[Entity]:
    file = _shown_path(path)
    for number, text in _lines(path, reading.report, tabular=False):
        if text is None:
            continue
        place = _RecordPlace(reading.report, file, number, text)
        record = _decode(text, place)
        if not place.faults and (entity := _record(record, place, reading)) is not None:
            yield entity


def _memory(records: Iterable[object], reading: _Reading) -> Iterator[Entity]:
    for record in records:
        reading.records += 1
        place = _RecordPlace(reading.report, f"record {reading.records}")
        entity = _record(_as_mapping(record) if isinstance(record, Entity) else record, place, reading)
        if entity is None:
            continue
        yield replace(entity, source=record.source) if isinstance(record, Entity) and record.source else entity


def _as_mapping(entity: Entity) -> dict[str, object]:
    return {key: getattr(entity, key) for key in _RECORD_KEYS}


def _decode(text: str, place: _RecordPlace) -> object:
    """The JSON value of a line; its fault is reported."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        _report_syntax(text, error, place)
    except RecursionError:
        place.at("too deeply nested JSON", "write the record as the format says", 1)
    except (_ConstantError, _RepeatedKeyError):
        _report_lenient(text, place)
    except ValueError:
        place.at("a number with too many digits", "write a shorter number", 1)
    return None


def _report_syntax(text: str, error: json.JSONDecodeError, place: _RecordPlace) -> None:
    if not text.strip():
        place.at("empty line", "delete it", 0)
    else:
        place.at(f"malformed JSON: {error.msg}", "write one JSON object a line", error.pos + 1)


def _report_lenient(text: str, place: _RecordPlace) -> None:
    """Report repeated keys, NaN and Infinity, or what is wrong further on where the line as a whole is no JSON."""
    try:
        _LENIENT_DECODER.decode(text)
        columns = place.columns
    except json.JSONDecodeError as error:
        _report_syntax(text, error, place)
        return
    except (RecursionError, ValueError):
        columns = _Columns({}, {}, [])
    for key, column in columns.repeated:
        place.at(f"duplicate key {_shown(key)}", "leave one", column)
    for column in columns.values.values():
        if match := _JSON_CONSTANT.match(text, column - 1):
            place.at(f"{match[0]} is not JSON", "write a finite number, or leave the key out", column)
    if not place.faults:
        place.at("a duplicate key, NaN or Infinity in a value", "write the record as the format says", 1)


def _locate(text: str) -> _Columns:
    """Find the columns of the values of a sound JSON line, as deep as a record goes."""
    columns = _Columns({}, {}, [])

    def skip(position: int) -> int:
        match = _JSON_BLANKS.match(text, position)
        return match.end() if match else position

    def walk(position: int, path: _JsonPath) -> int:
        columns.values.setdefault(path, position + 1)
        opening = text[position]
        if opening not in "{[" or len(path) >= _RECORD_DEPTH:
            return _LENIENT_DECODER.raw_decode(text, position)[1]
        position, index = skip(position + 1), 0
        while text[position] not in "}]":
            step: str | int = index
            if opening == "{":
                start = position
                step, position = _LENIENT_DECODER.raw_decode(text, position)
                if (*path, step) in columns.keys:
                    columns.repeated.append((str(step), start + 1))
                columns.keys.setdefault((*path, step), start + 1)
                position = skip(skip(position) + 1)
            position = skip(walk(position, (*path, step)))
            position = skip(position + 1) if text[position] == "," else position
            index += 1
        return position + 1

    walk(skip(0), ())
    return columns


def _shown_json_path(path: _JsonPath) -> str:
    """``variants[2].lang``"""
    parts = (f"[{step}]" if isinstance(step, int) else f".{_plain(step)}" for step in path)
    return "".join(parts).removeprefix(".")


def _record(record: object, place: _RecordPlace, reading: _Reading) -> Entity | None:
    """The entity of a record, or None where it has a fault."""
    if not isinstance(record, Mapping):
        place.fault(f"the record is {_json_type(record)}, not an object", "write one object for each entity")
        return None
    _check_keys(record, _RECORD_KEYS, (), place)
    names = {key: _required_text(record, key, place) for key in ("id", "canonical", "kind")}
    spellings = _spellings(record.get("variants", ()), place)
    canonicals = _canonicals(record.get("canonicals"), place) if "canonicals" in record else {}
    cells = [*names.values(), *canonicals.values(), *[s.text for s in spellings], *[s.note for s in spellings]]
    if not _sound(cells):
        names = {
            key: _scrub_id(text, place) if key == "id" else _scrub(text, (key,), place) for key, text in names.items()
        }
        canonicals = {lang: _scrub(text, ("canonicals", lang), place) for lang, text in canonicals.items()}
        spellings = [_scrub_variant(index, variant, place) for index, variant in enumerate(spellings)]
    _check_empty(record, names, canonicals, spellings, place)
    weight = _record_weight(record["weight"], place) if "weight" in record else 0.0
    country = _record_country(record["country"], place) if "country" in record else ""
    if names["id"] and (earlier := reading.claim(names["id"], place.source)) is not None:
        mend = "merge the two, or rename one"
        place.fault(f"duplicate id {_plain(names['id'])}: already given at {earlier}", mend, ("id",))
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


def _check_keys(record: Mapping[Any, object], known: frozenset[str], path: _JsonPath, place: _RecordPlace) -> None:
    if record.keys() <= known:
        return
    for key in record:
        if key not in known:
            missing = sorted(known - record.keys())
            mend = _nearest(str(key), missing) if missing else "delete it"
            place.fault(f"unknown key {_shown(key)}", mend, (*path, str(key)), key=True)


def _required_text(record: Mapping[str, object], key: str, place: _RecordPlace) -> str:
    if key not in record:
        place.fault(f"missing key '{key}'", "add it")
        return ""
    return _text(record[key], (key,), place)


def _text(value: object, path: _JsonPath, place: _RecordPlace) -> str:
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


def _spellings(items: object, place: _RecordPlace) -> list[Variant]:
    if not isinstance(items, list | tuple):
        place.fault(f"{_json_type(items)} instead of an array", "write the variants in [ ]", ("variants",))
        return []
    if len(items) > MAX_VARIANTS_PER_ENTITY:
        place.fault(f"{len(items)} variants, more than {MAX_VARIANTS_PER_ENTITY}", "split the entity", ("variants",))
        return []
    return [
        Variant(item) if item.__class__ is str else _spelling(index, item, place) for index, item in enumerate(items)
    ]


def _spelling(index: int, item: object, place: _RecordPlace) -> Variant:
    if isinstance(item, Variant):
        item = {key: getattr(item, key) for key in _VARIANT_KEYS}
    if item.__class__ is dict or isinstance(item, Mapping):
        return _object_spelling(index, item, place)
    if not isinstance(item, str):
        mend = "write a string, or an object with text, lang and type"
        place.fault(f"{_json_type(item)} instead of a variant", mend, ("variants", index))
        item = ""
    return Variant(item)


def _object_spelling(index: int, item: Mapping[str, Any], place: _RecordPlace) -> Variant:
    text, lang = item.get("text"), item.get("lang", "")
    kind, note = item.get("type", _DEFAULT_TYPE), item.get("note", "")
    if not (
        item.keys() <= _VARIANT_KEYS
        and isinstance(text, str)
        and isinstance(lang, str)
        and isinstance(kind, str)
        and isinstance(note, str)
        and (not lang or _is_lang(lang))
        and kind in _TYPES
    ):
        return _doubtful_spelling(index, item, place)
    return Variant(text, lang, kind, note)


def _doubtful_spelling(index: int, item: Mapping[str, object], place: _RecordPlace) -> Variant:
    """A variant that may have faults, looked at key by key."""
    path = ("variants", index)
    _check_keys(item, _VARIANT_KEYS, path, place)
    if "text" not in item:
        place.fault("missing key 'text'", "add it", path)
    found = {key: _text(item[key], (*path, key), place) for key in ("text", "lang", "type", "note") if key in item}
    for key, check in (("lang", _lang_fault), ("type", _type_fault)):
        if fault := check(found.get(key, "")):
            place.fault(*fault, (*path, key))
    kind = found.get("type") or _DEFAULT_TYPE
    return Variant(found.get("text", ""), found.get("lang", ""), kind, found.get("note", ""))


def _canonicals(value: object, place: _RecordPlace) -> dict[str, str]:
    if not isinstance(value, Mapping):
        mend = 'write an object such as {"de": "…"}'
        place.fault(f"{_json_type(value)} instead of an object", mend, ("canonicals",))
        return {}
    found: dict[str, str] = {}
    for lang, text in value.items():
        path = ("canonicals", str(lang))
        if not isinstance(lang, str) or not _is_lang(lang):
            place.fault(*(_lang_fault(str(lang)) or ("empty language tag", "write a BCP 47 tag")), path, key=True)
        else:
            found[lang] = _text(text, path, place)
    return found


def _scrub(text: str, path: _JsonPath, place: _RecordPlace) -> str:
    text = _tidy(text)
    for message, mend in _character_faults(text):
        place.fault(message, mend, path)
    return text


def _scrub_id(ident: str, place: _RecordPlace) -> str:
    """As other texts, but its invisible characters stay: to this package an id is opaque, and lists give such ones."""
    ident = _tidy(ident)
    for message, mend in _character_faults(_ID_INVISIBLE.sub("", ident)):
        place.fault(message, mend, ("id",))
    return ident


def _scrub_variant(index: int, variant: Variant, place: _RecordPlace) -> Variant:
    path = ("variants", index)
    return replace(variant, text=_scrub(variant.text, path, place), note=_scrub(variant.note, path, place))


def _check_empty(
    record: Mapping[str, Any],
    names: Mapping[str, str],
    canonicals: Mapping[str, str],
    spellings: Sequence[Variant],
    place: _RecordPlace,
) -> None:
    """Report the texts that are blank, and a kind that is no word; others have been reported before."""
    for key, text in names.items():
        if not text and isinstance(record.get(key), str):
            place.fault("is empty", "fill it in", (key,))
    if fault := _kind_fault(names["kind"]):
        place.fault(*fault, ("kind",))
    for lang, text in canonicals.items():
        if not text and isinstance(record["canonicals"][lang], str):
            place.fault("is empty", "fill it in, or leave it out", ("canonicals", lang))
    for index, variant in enumerate(spellings):
        if not variant.text:
            _report_empty_variant(record, index, place)


def _report_empty_variant(record: Mapping[str, Any], index: int, place: _RecordPlace) -> None:
    item = record["variants"][index]
    text = item if isinstance(item, str) else item.get("text") if isinstance(item, Mapping) else ""
    if isinstance(text, str) and isinstance(item, str | Mapping | Variant):
        place.fault("empty variant", "fill it in, or leave it out", ("variants", index))


def _record_weight(value: object, place: _RecordPlace) -> float:
    if isinstance(value, bool) or not isinstance(value, Real):
        place.fault(f"{_json_type(value)} instead of a number", "write a number such as 500", ("weight",))
        return 0.0
    try:
        weight = float(value)
    except OverflowError:
        weight = math.inf
    if not math.isfinite(weight) or weight < 0:
        place.fault(*_weight_fault(_shown(weight)), ("weight",))
    return weight


def _record_country(value: object, place: _RecordPlace) -> str:
    country = _text(value, ("country",), place)
    if country and not _COUNTRY.fullmatch(country):
        place.fault(*_country_fault(_shown(country)), ("country",))
    return country


def _merged(spellings: Sequence[Variant]) -> tuple[Variant, ...]:
    """The variants, the first of those that are the same."""
    if len(spellings) < 2:
        return tuple(spellings)
    found: dict[tuple[str, str], Variant] = {}
    for variant in spellings:
        found.setdefault((_fold(variant.text), variant.lang), variant)
    return tuple(found.values())


# --- writing ---------------------------------------------------------------------------------------------------------


@contextmanager
def _writing(target: str | os.PathLike[str] | TextIO) -> Iterator[TextIO]:
    """A stream to write to; a file takes its place only when all went well."""
    if not isinstance(target, str | os.PathLike):
        yield target
        return
    path = Path(target)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as raw:
            packed = path.name.lower().endswith(_GZIP_SUFFIX)
            # No name and no time, so that the same entities give the same bytes.
            binary = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if packed else raw
            with io.TextIOWrapper(binary, encoding="utf-8", newline="\n") as stream:
                yield stream
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _as_record(entity: Entity) -> dict[str, object]:
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
    if variant.type != _DEFAULT_TYPE:
        item["type"] = variant.type
    if variant.note:
        item["note"] = variant.note
    return item if len(item) > 1 else variant.text


def _shortest(weight: float) -> int | float:
    return int(weight) if weight.is_integer() and weight < 1e15 else weight


def _as_rows(entity: Entity) -> list[str]:
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
    pack = _Pack("", _Reading(_raise))
    for number, row in enumerate(rows, 1):
        pack.add(number, row)
    return pack.finish()
