"""Name packs: rows read into entities."""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from translit.errors import SourceError
from translit.lexicon.reading.cells import (
    COUNTRY,
    DEFAULT_TYPE,
    blank_faults,
    character_faults,
    country_fault,
    is_sound,
    kind_fault,
    lang_fault,
    type_fault,
    weight_fault,
)
from translit.lexicon.reading.faults import Reading, nearest, plain, shown, shown_path
from translit.lexicon.reading.lines import BROKEN_OFF, read_lines
from translit.limits import MAX_VARIANTS_PER_ENTITY
from translit.model import Entity, Variant
from translit.unicode.fold import strict

NAMES_FORMAT = "translit-names/1"
"""The value of a name pack's ``#: format=`` line."""
SUPPORT = "support"
"""The value of the ``#: role=`` line of a pack whose names support the matching of others and are no answers of their own."""

COLUMNS = ("id", "kind", "canonical", "variant", "lang", "type", "note")
_REQUIRED = ("id", "kind", "canonical", "variant")
_NOTE_KEYS = ("weight", "country", "target")
_HEADER = re.compile(r"#: ([a-z][a-z0-9_.-]*)=(\S(?:.*\S)?)")
_NUMBER = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_NOTE_PAIR = re.compile(r"([A-Za-z]+)(?:=(.*))?", re.DOTALL)


def read_pack(path: str | os.PathLike[str], reading: Reading) -> Iterator[Entity]:
    """Read a name pack, one entity at a time."""
    pack = Pack(path, reading)
    lines = read_lines(path, reading.report, tabular=True)
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


class Pack:
    """Reads one name pack, a row at a time."""

    def __init__(self, path: str | os.PathLike[str], reading: Reading) -> None:
        self.file = shown_path(path)
        self.reading = reading
        self.header: dict[str, str] = {}
        self.columns: tuple[str, ...] = COLUMNS
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
        if self.line == BROKEN_OFF:
            return False
        known = self._format(at=min(self.line, 1))
        if columns is None or not set(columns.split("\t")) & set(COLUMNS):
            self.fault("no column line", f"write the columns {' '.join(COLUMNS)}, separated by tabs")
            return False
        return self._column_line(columns) and known

    def _header_line(self, text: str) -> None:
        for message, mend in character_faults(text.replace("\t", " ")):
            self.fault(message, mend, 1)
        # A spreadsheet ends each line with the tabs of its empty cells.
        match = _HEADER.fullmatch(text.rstrip("\t"))
        if match is None:
            self.fault(f"malformed header line {shown(text)}", "write it as '#: key=value'", 1)
        elif match[1] in self.header:
            self.fault(f"duplicate header key {shown(match[1])}", "leave one", 1)
        else:
            self.header[match[1]] = match[2]
            self._format_line(match[1], match[2])

    def _format_line(self, key: str, value: str) -> None:
        if key == "role" and value != SUPPORT:
            self.fault(f"unknown role {shown(value)}", f"write {SUPPORT}, or delete the line", 1)
        if key != "format" or value == NAMES_FORMAT:
            return
        name, _, version = value.partition("/")
        if name == NAMES_FORMAT.partition("/")[0]:
            self.fault(f"unknown format version {shown(version)}", f"write {NAMES_FORMAT}, or update translit", 1)
        else:
            self.fault(f"format {shown(value)} is not a name pack's", f"write {NAMES_FORMAT}", 1)

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
                self.fault(f"duplicate column {shown(column)}", "delete one of the two", number)
            elif column not in COLUMNS:
                missing = [name for name in COLUMNS if name not in columns]
                mend = nearest(column, missing) if missing else "delete it"
                self.fault(f"unknown column {shown(column)}", mend, number)
        for column in COLUMNS:
            if column not in columns:
                self.fault(f"missing column '{column}'", f"add it: the columns are {' '.join(COLUMNS)}")
        self.columns = columns
        return all(columns.count(column) == 1 for column in COLUMNS)

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
            support=self.header.get("role") == SUPPORT,
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
        if not is_sound(cells):
            self._check_characters(cells)
        self._check_values(row)
        return row if self.faults == before else None

    def _check_characters(self, cells: Sequence[str]) -> None:
        for number, cell in enumerate(cells, 1):
            for message, mend in (*character_faults(cell), *blank_faults(cell)):
                self.fault(f"{message} in column '{self.columns[number - 1]}'", mend, number)

    def _check_values(self, row: Mapping[str, str]) -> None:
        for column in _REQUIRED:
            if not row[column]:
                self.fault(f"empty {column}", "fill it in", column)
        for column, check in (("kind", kind_fault), ("lang", lang_fault), ("type", type_fault)):
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
            self.fault(f"duplicate id {plain(ident)}: already given at {earlier}", mend, "id")
        return block

    def _extend(self, block: _Block, row: Mapping[str, str]) -> None:
        """Add a row to its entity."""
        for column, expected in (("kind", block.kind), ("canonical", block.canonical)):
            if row[column] != expected:
                message = f"{column} {shown(row[column])} differs from {shown(expected)} in line {block.line}"
                self.fault(message, f"give {plain(block.id)} one {column}, or the row its own id", column)
        note = self._note(row)
        self._entity_keys(block, note)
        variant = Variant(row["variant"], row["lang"], row["type"] or DEFAULT_TYPE, note.text)
        if note.target and block.canonicals.setdefault(variant.lang, variant.text) != variant.text:
            self.fault(f"a second target for the language '{variant.lang}'", "keep 'target' on one row", "note")
        first = block.seen.setdefault((strict(variant.text), variant.lang), self.line)
        if first != self.line:
            message = f"duplicate variant {shown(variant.text)} of {plain(block.id)}: already in line {first}"
            self.fault(message, "delete one of the two rows", "variant")
        block.lines.append(self.line)
        if len(block.lines) <= MAX_VARIANTS_PER_ENTITY:
            block.variants.append(variant)
        elif len(block.lines) == MAX_VARIANTS_PER_ENTITY + 1:
            self.fault(f"more than {MAX_VARIANTS_PER_ENTITY} variants of {plain(block.id)}", "split the entity", "id")

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
            self.fault(f"malformed note {shown(part)}", "write 'target' alone", "note")
            return None
        if word in ("weight", "country") and value is None:
            self.fault(f"malformed note {shown(part)}", f"write {word}= and a value", "note")
            return None
        if word in _NOTE_KEYS:
            return word
        if value is not None and difflib.get_close_matches(word.lower(), _NOTE_KEYS, n=1, cutoff=0.75):
            self.fault(f"unknown note key {shown(word)}", nearest(word, _NOTE_KEYS), "note")
        return None

    def _weight(self, value: str | None) -> float | None:
        if value is None:
            return None
        if _NUMBER.fullmatch(value) and math.isfinite(float(value)):
            return float(value)
        self.fault(*weight_fault(shown(value)), "note")
        return None

    def _country(self, value: str | None) -> str:
        if value is None or COUNTRY.fullmatch(value):
            return value or ""
        self.fault(*country_fault(shown(value)), "note")
        return ""
