"""Wikidata: the JSON dump, one entity a line, and the CSV that its SPARQL service gives.

The dump is the array that Wikidata publishes, plain or packed; single lines of it serve as well. Its kinds follow from
``instance of`` (P31), from coordinates (P625) and from headquarters (P159); the option ``classes`` says it better.

A CSV has the entities in the column that the option ``id`` names, its first one by default, and their English labels in the
column of that name with ``Label`` after it, as the label service makes it. The spellings stand in ``altLabel``, ``label``,
``name`` or the columns that the option ``variant`` names, their language in ``lang``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from translit.errors import InputError
from translit.lexicon.importers import csv
from translit.lexicon.importers.job import Job
from translit.lexicon.importers.spellings import Spellings, fault, tidy
from translit.model import Entity

SUMMARY = "Wikidata: the JSON dump, or CSV of its SPARQL service"
LICENCE = "CC0-1.0"
OPTIONS: Mapping[str, str] = {
    "classes": "values of P31 to import from a dump with their kinds, as in classes=Q5=person,Q515=place",
    "langs": "languages of the labels to import from a dump; all by default",
    "targets": "languages whose labels are to be written with --target, as in targets=de,fr; none by default",
    **{name: f"CSV: {told}" for name, told in csv.OPTIONS.items()},
}

_ITEM = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/|wd:)?(Q[1-9][0-9]*)")
_CLASSES = {
    "Q5": "person", "Q101352": "family", "Q202444": "given", "Q12308941": "given", "Q11879590": "given",
    "Q3409032": "given", "Q41710": "people", "Q43229": "organisation", "Q7278": "organisation",
}  # fmt: skip
_PLACED, _HEADQUARTERS = "P625", "P159"
_ENGLISH = ("en", "mul", "en-gb", "en-us", "en-ca")
_SPELLED = ("altLabel", "label", "alias", "name", "variant")


def read(job: Job) -> Iterator[Entity]:
    """The entities in the files of a job."""
    classes = _classes(job)
    for path, member in job.members():
        if _is_dump(path, member):
            yield from _dump(job, path, member, classes)
        else:
            yield from _answers(job, path, member)


def _is_dump(path: Path, member: str) -> bool:
    first = next((line.text for line in Job([path]).lines(path, member) if line.text.strip()), "")
    return first.lstrip()[:1] in ("[", "{")


def _classes(job: Job) -> Mapping[str, str]:
    given: dict[str, str] = {}
    for word in job.words("classes"):
        item, _, kind = word.partition("=")
        if not kind or not _ITEM.fullmatch(item):
            raise InputError(f"option classes: {word!r} is no class with its kind; write such as classes=Q5=person,Q515=place")
        given[item] = kind
    return given


def _dump(job: Job, path: Path, member: str, classes: Mapping[str, str]) -> Iterator[Entity]:
    for number, line in job.lines(path, member):
        text = line.strip().removesuffix(",")
        if text in ("[", "]", ""):
            continue
        job.tally.rows += 1
        try:
            record = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            job.reject(str(path), number, f"not JSON: {error}")
            continue
        if not isinstance(record, dict) or not isinstance(record.get("id"), str):
            job.reject(str(path), number, "no 'id': not an entity of Wikidata")
            continue
        kind = _kind(record, classes)
        if not _ITEM.fullmatch(record["id"]) or not kind:
            job.tally.left_out += 1
            continue
        try:
            entity = _entity(job, str(path), number, record, kind)
        except (AttributeError, KeyError, TypeError):
            job.reject(str(path), number, f"{record['id']}: not of the form of Wikidata's JSON")
            continue
        if entity is not None:
            yield entity


def _kind(record: Mapping[str, Any], classes: Mapping[str, str]) -> str:
    claims = _object(record, "claims")
    found = [_value(claim) for claim in claims.get("P31", []) if isinstance(claim, dict) and claim.get("rank") != "deprecated"]
    if classes:
        return next((classes[item] for item in found if item in classes), "")
    told = next((_CLASSES[item] for item in found if item in _CLASSES), "")
    if told or not found:
        return told
    return "place" if _PLACED in claims and _HEADQUARTERS not in claims else "organisation" if _HEADQUARTERS in claims else ""


def _value(claim: Mapping[str, Any]) -> str:
    """The item that a statement names, ``""`` where it names none."""
    try:
        return str(claim["mainsnak"]["datavalue"]["value"]["id"])
    except (KeyError, TypeError):
        return ""


def _object(record: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A part of an entity; the dump writes an empty one as an array."""
    value = record.get(key)
    return value if isinstance(value, dict) else {}


def _entity(job: Job, path: str, number: int, record: Mapping[str, Any], kind: str) -> Entity | None:
    labels, aliases = _object(record, "labels"), _object(record, "aliases")
    canonical = tidy(next((labels[lang]["value"] for lang in _ENGLISH if lang in labels), ""))
    if not canonical:
        job.tally.left_out += 1
        return None
    if reason := fault(canonical):
        job.reject(path, number, f"{record['id']}: the label {canonical[:80]!r} is no name: {reason}")
        return None
    langs, other = job.words("langs"), {"person": "nickname", "place": "former"}.get(kind, "exonym")
    spellings = Spellings(canonical, job.refuse(path, number))
    for lang, label in labels.items():
        if not langs or lang in langs:
            spellings.add(label["value"], lang)
    for lang in sorted(job.words("targets") & labels.keys()):
        spellings.target(lang, labels[lang]["value"])
    for lang, alternatives in aliases.items():
        for alias in alternatives if not langs or lang in langs else ():
            # Aliases hold everything by which a thing is found, so one unlike the label is not taken for its name.
            spellings.add(alias["value"], lang, "", other)
    return spellings.entity(f"wd:{record['id']}", kind, len(_object(record, "sitelinks")), source=f"{path}:{number}")


def _answers(job: Job, path: Path, member: str) -> Iterator[Entity]:
    """The entities of a CSV of the SPARQL service."""
    first = next(iter(Job([path]).lines(path, member)), None)
    if first is None:
        raise InputError(f"{path}: it is empty; give a dump or a CSV with a header line")
    header = [name.strip().strip('"') for name in first.text.replace("\t", ",").split(",")]
    options = dict(job.options)
    ident = options.setdefault("id", header[0])
    options.setdefault("canonical", next((name for name in (f"{ident}Label", "label") if name in header), f"{ident}Label"))
    spelled = [name for name in (f"{ident}AltLabel", *_SPELLED) if name in header and name != options["canonical"]]
    options.setdefault("variant", ",".join(spelled))
    if f"{ident}AltLabel" in spelled:
        # The label service joins the alternatives so.
        options.setdefault("separator", ", ")
    table = Job([path], options, job.on_reject, job.watch, job.tally)
    for entity in csv.read(table):
        file, _, line = entity.source.rpartition(":")
        item = _ITEM.fullmatch(entity.id)
        if item is None:
            job.reject(file, int(line), f"{entity.id[:80]!r} is no item of Wikidata")
        elif _ITEM.fullmatch(entity.canonical):
            job.reject(file, int(line), f"{item[1]} has no label: the label service gave its number")
        else:
            yield replace(entity, id=f"wd:{item[1]}")
