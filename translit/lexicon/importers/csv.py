"""Any CSV or TSV with a header line; the options say which column is what.

An entity's spellings may stand in one row, in several columns or in one cell with a separator, or each in a row of its
own, in any order.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from translit.errors import InputError
from translit.lexicon.importers.job import Job, Line
from translit.lexicon.importers.spellings import Spellings, fault, lang_tag, tidy
from translit.lexicon.importers.spool import Spool
from translit.model import VARIANT_TYPES, Entity

SUMMARY = "any CSV or TSV with named columns"
LICENCE = ""
OPTIONS: Mapping[str, str] = {
    "id": "column of the entity's id; 'id' by default",
    "canonical": "column of the canonical spelling; 'canonical' by default",
    "variant": "columns of other spellings, as in variant=name,name_de@de with their languages; 'variant' by default",
    "kind": "column of the kind, or the kind of all",
    "lang": "column of the language, or the language of all",
    "type": f"column of the type, or the type of all: {', '.join(VARIANT_TYPES)}",
    "weight": "column of the weight",
    "country": "column of the country, or the country of all",
    "separator": "what stands between several spellings in a cell, as in separator='|'",
    "delimiter": "character between the columns; told from the header line by default",
    "prefix": "what is put before each id, as in prefix=own:",
}

_DELIMITERS = "\t,;|"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what; a value without a column of its own is the same for all rows."""

    names: tuple[str, ...]
    id: str
    canonical: str
    variants: tuple[tuple[str, str], ...]
    constant: Mapping[str, str]
    column: Mapping[str, str]

    def value(self, row: Mapping[str, str], name: str) -> str:
        """The value of an option in a row."""
        return row[self.column[name]].strip() if name in self.column else self.constant.get(name, "")


def read(job: Job) -> Iterator[Entity]:
    """The entities in the files of a job.

    Raises:
        InputError: a column that an option names is missing, or an option is unknown or out of range.
    """
    with Spool() as spool:
        for path, member in job.members():
            for row, columns, number in _rows(job, path, member):
                if packed := _packed(job, path, number, row, columns):
                    spool.add(packed[0], packed[1])
        for ident, rows in spool.groups():
            yield _entity(job, ident, rows)


def _rows(job: Job, path: Path, member: str) -> Iterator[tuple[dict[str, str], Columns, int]]:
    lines = job.lines(path, member)
    first = next(lines, None)
    if first is None:
        raise InputError(f"{path}: it is empty; give a table with a header line")
    delimiter = job.options.get("delimiter", "").replace("\\t", "\t") or max(_DELIMITERS, key=first.text.count)
    if len(delimiter) != 1:
        raise InputError(f"option delimiter={delimiter}: not one character; write one such as delimiter=';'")
    header = tuple(name.strip() for name in next(csv.reader([first.text], delimiter=delimiter)))
    columns = choose(job, path, header)
    for number, cells in records(job, path, lines, delimiter):
        job.tally.rows += 1
        if len(cells) != len(header):
            job.reject(str(path), number, f"{len(cells)} columns instead of {len(header)}")
            continue
        yield dict(zip(header, cells, strict=True)), columns, number


def records(job: Job, path: Path, lines: Iterator[Line], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table after its header line, each with the line it starts in; a row may have several lines."""
    started = 0

    def texts() -> Iterator[str]:
        nonlocal started
        for line in lines:
            started = started or line.number
            yield line.text + "\n"

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)
    while True:
        started = 0
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            job.tally.rows += 1
            job.reject(str(path), started, f"not CSV: {error}")
            continue
        if cells:
            yield started, cells


def choose(job: Job, path: Path, header: tuple[str, ...]) -> Columns:
    """Which column is what, by the options of a job."""
    options = job.options

    def column(name: str, default: str) -> str:
        chosen = options.get(name) or default
        if chosen not in header:
            raise InputError(f"{path}: no column is called {chosen!r}; give --option {name}=COLUMN, one of {', '.join(header)}")
        return chosen

    variants: list[tuple[str, str]] = []
    given = options.get("variant") or ("variant" if "variant" in header else "")
    for item in filter(None, (item.strip() for item in given.split(","))):
        name, _, lang = (item, "", "") if item in header else item.partition("@")
        if name not in header:
            raise InputError(f"{path}: no column is called {name!r}; give --option variant=COLUMN, of {', '.join(header)}")
        variants.append((name, lang))
    shared = {name: options.get(name) or name for name in ("kind", "lang", "type", "weight", "country")}
    columns = {name: value for name, value in shared.items() if value in header}
    constant = {name: options[name] for name in shared if name not in columns and options.get(name)}
    if "weight" in constant:
        # A weight is never the same for all.
        column("weight", "weight")
    if "kind" not in columns and "kind" not in constant:
        raise InputError(f"{path}: no column has the kind; give --option kind=place, or the name of the column")
    return Columns(header, column("id", "id"), column("canonical", "canonical"), tuple(variants), constant, columns)


def _packed(job: Job, path: Path, number: int, row: Mapping[str, str], columns: Columns) -> tuple[str, list[object]] | None:
    """The id of a row, and what an entity needs of it."""
    ident, canonical = row[columns.id].strip(), tidy(row[columns.canonical])
    weight, type_ = columns.value(row, "weight"), columns.value(row, "type")
    reason = ""
    if not ident:
        reason = "the id is empty"
    elif why := fault(canonical):
        reason = f"the canonical {canonical[:80]!r} is no name: {why}"
    elif weight and not _is_weight(weight):
        reason = f"the weight {weight[:40]!r} is not a number of 0 or more"
    elif type_ and type_ not in VARIANT_TYPES:
        reason = f"the type {type_[:40]!r} is not one of {', '.join(VARIANT_TYPES)}"
    if reason:
        job.reject(str(path), number, reason)
        return None
    separator = job.options.get("separator", "")
    spelled: list[tuple[str, str]] = []
    for name, lang in columns.variants:
        texts = row[name].split(separator) if separator else [row[name]]
        spelled += [(text, lang_tag(lang or columns.value(row, "lang"))) for text in texts if text.strip()]
    values = [columns.value(row, name) for name in ("kind", "country")]
    return job.options.get("prefix", "") + ident, [str(path), number, canonical, *values, float(weight or 0), type_, spelled]


def _is_weight(text: str) -> bool:
    try:
        weight = float(text)
    except ValueError:
        return False
    return math.isfinite(weight) and weight >= 0


def _entity(job: Job, ident: str, rows: list[list[object]]) -> Entity:
    path, number, canonical, kind, country = (str(value) for value in rows[0][:5])
    spellings = Spellings(canonical, job.refuse(path, int(number)))
    weight = 0.0
    for _, _, other, _, _, heavy, type_, spelled in rows:
        assert isinstance(heavy, float) and isinstance(spelled, list)
        weight = max(weight, heavy)
        spellings.add(str(other))
        for text, lang in spelled:
            spellings.add(text, lang, str(type_))
    return spellings.entity(ident, kind.lower(), weight, country.upper(), f"{path}:{number}")
