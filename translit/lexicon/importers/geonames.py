"""GeoNames: ``allCountries`` (or any file of its form, such as ``cities500`` or ``AF``) and ``alternateNamesV2``.

Both are tables without a header line. Give the first alone, or both in any order, as text, packed, or as the zip archives
that GeoNames offers. With both, the second says in which language a name is used, which one is preferred and which are
former; the unlabelled names of the first then serve only places that the second does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from translit.errors import InputError
from translit.lexicon.importers.job import Job, Line
from translit.lexicon.importers.spellings import Spellings, fault, lang_tag, tidy
from translit.lexicon.importers.spool import Spool
from translit.model import Entity

SUMMARY = "GeoNames: allCountries.txt or .zip, and alternateNamesV2.txt or .zip"
LICENCE = "CC-BY-4.0"
OPTIONS: Mapping[str, str] = {
    "classes": "feature classes to import, as in classes=A,P; all by default",
    "population": "least population; 0 by default",
    "targets": "languages whose preferred names are to be written with --target, as in targets=de,fr; none by default",
}

_PLACE_COLUMNS, _NAME_COLUMNS = 19, (8, 10)
_SKIPPED = frozenset({"iso-languagecodes.txt", "readme.txt"})
_CODES = frozenset({"link", "wkdt", "post", "unlc", "iata", "icao", "faac", "tcid", "phon", "uicn", "geoa"})
"""Values of the language column that mark a code or an address, not a name."""
_PSEUDO = {"piny": ("zh-Latn-pinyin", ""), "abbr": ("", "abbreviation"), "fr_1793": ("fr", "former")}


class _Name(NamedTuple):
    """A row of alternateNamesV2."""

    text: str
    lang: str
    type: str
    preferred: bool
    line: int


def read(job: Job) -> Iterator[Entity]:
    """The places of the files of a job.

    Raises:
        InputError: no file has the columns of GeoNames, or only alternateNamesV2 was given.
    """
    places, names = _sorted_out(job)
    if not places:
        raise InputError(f"{job.files[0]}: no table of places with {_PLACE_COLUMNS} columns; give allCountries too")
    classes, least = job.words("classes"), job.number("population", 0)
    with Spool() as spool:
        for path, member in names:
            _gather(job, path, member, spool)
        for path, member in places:
            for line in job.lines(path, member):
                job.tally.rows += 1
                entity = _place(job, path, line, spool, classes, least)
                if entity is not None:
                    yield entity


def _sorted_out(job: Job) -> tuple[list[tuple[Path, str]], list[tuple[Path, str]]]:
    """The tables of places and those of names, told by the number of their columns."""
    places: list[tuple[Path, str]] = []
    names: list[tuple[Path, str]] = []
    quiet = Job(job.files)
    for path, member in job.members(_SKIPPED):
        first = next((line.text for line in quiet.lines(path, member) if line.text), "")
        columns = first.count("\t") + 1
        if columns == _PLACE_COLUMNS:
            places.append((path, member))
        elif columns in _NAME_COLUMNS:
            names.append((path, member))
        else:
            shown = f"{path} ({member})" if member else str(path)
            raise InputError(f"{shown}: {columns} columns; GeoNames has {_PLACE_COLUMNS} for places and {_NAME_COLUMNS[1]} for their names")
    return places, names


def _gather(job: Job, path: Path, member: str, spool: Spool) -> None:
    for number, text in job.lines(path, member):
        job.tally.rows += 1
        cells = text.split("\t")
        if len(cells) not in _NAME_COLUMNS:
            job.reject(str(path), number, f"{len(cells)} columns instead of {_NAME_COLUMNS[1]}")
            continue
        _, place, lang, name, preferred, _short, colloquial, historic = cells[:8]
        if not place.isascii() or not place.isdigit():
            job.reject(str(path), number, f"geonameid {place[:40]!r} is not a number")
        elif lang in _CODES:
            job.tally.left_out += 1
        else:
            tag, kind = _PSEUDO.get(lang, (lang_tag(lang), ""))
            if historic == "1":
                kind = "former"
            elif colloquial == "1":
                kind = "nickname"
            spool.add(int(place), _Name(name, tag, kind, preferred == "1", number))


def _place(job: Job, path: Path, line: Line, spool: Spool, classes: frozenset[str], least: float) -> Entity | None:
    cells = line.text.split("\t")
    if len(cells) != _PLACE_COLUMNS:
        job.reject(str(path), line.number, f"{len(cells)} columns instead of {_PLACE_COLUMNS}")
        return None
    ident, name, ascii_name, alternates = cells[:4]
    name, country, population = tidy(name), cells[8], cells[14] or "0"
    if not ident.isascii() or not ident.isdigit():
        job.reject(str(path), line.number, f"geonameid {ident[:40]!r} is not a number")
        return None
    if reason := fault(name):
        job.reject(str(path), line.number, f"the name {name[:80]!r} is no name: {reason}")
        return None
    if not population.isascii() or not population.isdigit():
        job.reject(str(path), line.number, f"population {population[:40]!r} is not a number")
        return None
    if (classes and cells[6] not in classes) or int(population) < least:
        job.tally.left_out += 1
        return None
    rows = [_Name(*row) for row in spool.get(int(ident))]
    english = _chosen(rows, "en")
    spellings = Spellings(tidy(english) if english and not fault(tidy(english)) else name, job.refuse(str(path), line.number))
    for row in rows:
        spellings.add(row.text, row.lang, row.type)
    for lang in sorted(job.words("targets")):
        if best := _chosen(rows, lang):
            spellings.target(lang, best)
    spellings.add(name)
    if ascii_name:
        spellings.add(ascii_name)
    if not rows:
        for text in filter(None, alternates.split(",")):
            # Unlabelled names in small Latin letters were made by a machine, as "ka bu er" for Kabul.
            if not (text.isascii() and text.islower()):
                # One unlike the name may be former, or that of another place: it is not rewritten unless asked for.
                spellings.add(text, other="former")
    known = country if len(country) == 2 and country.isascii() and country.isupper() else ""
    return spellings.entity(f"gn:{ident}", "place", int(population), known, f"{path}:{line.number}")


def _chosen(rows: Sequence[_Name], lang: str) -> str:
    """The name that a language prefers: the one marked so, else the only one; ``""`` where it is open."""
    own = [row for row in rows if row.lang == lang and not row.type]
    preferred = [row for row in own if row.preferred]
    found = preferred or own
    return found[0].text if len(found) == 1 or preferred else ""
