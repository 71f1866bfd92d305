"""FollowTheMoney entities as JSON lines, as OpenSanctions publishes them (``entities.ftm.json``, ``targets.nested.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from translit.lexicon.importers.job import Job
from translit.lexicon.importers.spellings import Spellings, fault, tidy
from translit.model import Entity

SUMMARY = "FollowTheMoney entities (OpenSanctions), one JSON object a line"
LICENCE = "CC-BY-NC-4.0"
OPTIONS: Mapping[str, str] = {"schemas": "schemas to import, as in schemas=Person,Organization; all that bear names by default"}

_KINDS = {
    "Person": "person", "Organization": "organisation", "Company": "organisation", "PublicBody": "organisation",
    "LegalEntity": "organisation", "Asset": "", "Address": "",
}  # fmt: skip
_PROPERTIES = (("name", "", "exonym"), ("alias", "", "nickname"), ("previousName", "former", ""),
               ("weakAlias", "nickname", ""), ("abbreviation", "abbreviation", ""))  # fmt: skip
"""Property, the type of its values where it tells one, and the type of a value that is another name."""


def read(job: Job) -> Iterator[Entity]:
    """The persons and organisations in the files of a job."""
    schemas = job.words("schemas")
    for path, member in job.members():
        for number, text in job.lines(path, member):
            job.tally.rows += 1
            record = _record(text)
            if isinstance(record, str):
                job.reject(str(path), number, record)
            elif not _KINDS.get(record["schema"]) or (schemas and record["schema"] not in schemas):
                job.tally.left_out += 1
            elif entity := _entity(job, str(path), number, record):
                yield entity


def _record(text: str) -> dict[str, Any] | str:
    """The entity of a line, or what is wrong with it."""
    try:
        record = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        return f"not JSON: {error}"
    if not isinstance(record, dict):
        return "not a JSON object"
    for key, type_ in (("id", str), ("schema", str), ("properties", dict)):
        if not isinstance(record.get(key), type_):
            return f"no {key!r}: not an entity of FollowTheMoney"
    return record


def _entity(job: Job, path: str, number: int, record: Mapping[str, Any]) -> Entity | None:
    properties = record["properties"]
    names = _texts(properties, "name")
    caption = record.get("caption")
    canonical = tidy(caption if isinstance(caption, str) and caption else names[0] if names else "")
    if reason := fault(canonical):
        job.reject(path, number, f"{record['id']}: the name {canonical[:80]!r} is no name: {reason}")
        return None
    spellings = Spellings(canonical, job.refuse(path, number))
    for name, type_, other in _PROPERTIES:
        for text in _texts(properties, name):
            spellings.add(text, "", type_, other)
    countries = _texts(properties, "country") or _texts(properties, "nationality") or _texts(properties, "jurisdiction")
    codes = [code.upper() for code in countries if len(code) == 2 and code.isascii() and code.isalpha()]
    kind = _KINDS[record["schema"]]
    return spellings.entity(f"ftm:{record['id']}", kind, 0, codes[0] if len(codes) == 1 else "", f"{path}:{number}")


def _texts(properties: Mapping[str, object], name: str) -> Sequence[str]:
    values = properties.get(name, [])
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
