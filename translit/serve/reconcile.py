"""The Reconciliation Service API 0.2 of the W3C Entity Reconciliation Community Group, which OpenRefine speaks.

https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, get_args
from urllib.parse import quote

from translit.limits import MAX_CANDIDATES_SHOWN, MAX_NAME_CODEPOINTS
from translit.model import PROTECTED, Candidate, Match, Method
from translit.serve.requests import BadRequest, parsed, too_many
from translit.serve.service import Deadline, Record, Service

VERSIONS = ("0.2", "0.1")
PROPERTIES = {"canonical": "canonical spelling", "kind": "kind", "country": "country", "weight": "weight", "form": "listed form"}
"""What is told of an entity when a column is extended."""
PREVIEW_WIDTH, PREVIEW_HEIGHT = 420, 140


def manifest(service: Service, base: str) -> Record:
    """What the service can do, and where.

    Args:
        service: answers.
        base: address of the service, without a slash at its end.
    """
    return {
        "versions": list(VERSIONS),
        "name": "translit",
        "identifierSpace": f"{base}/reconcile/view?id=",
        "schemaSpace": f"{base}/reconcile/kind/",
        "defaultTypes": [_type(kind) for kind in service.kinds],
        "view": {"url": f"{base}/reconcile/view?id={{{{id}}}}"},
        "preview": {"url": f"{base}/reconcile/preview?id={{{{id}}}}", "width": PREVIEW_WIDTH, "height": PREVIEW_HEIGHT},
        "suggest": {
            "entity": {"service_url": base, "service_path": "/reconcile/suggest/entity"},
            "type": {"service_url": base, "service_path": "/reconcile/suggest/type"},
            "property": {"service_url": base, "service_path": "/reconcile/suggest/property"},
        },
        "extend": {"propose_properties": {"service_url": base, "service_path": "/reconcile/properties"}, "property_settings": []},
    }


@dataclass(frozen=True, slots=True)
class Query:
    """One name of a batch.

    Args:
        name: the name.
        kinds: of the entities wanted; any where empty.
        limit: most candidates.
        country: of the places wanted, its name or code; any where empty.
    """

    name: str
    kinds: frozenset[str]
    limit: int
    country: str = ""

    @property
    def qualified(self) -> str:
        """The name with its country behind it."""
        return f"{self.name}, {self.country}" if self.country else self.name


def read_queries(text: str) -> dict[str, Query]:
    """The queries of a batch, by their keys.

    Raises:
        BadRequest: they do not fit.

    >>> read_queries('{"q0": {"query": "Punjir", "type": "place", "limit": 3}}')
    {'q0': Query(name='Punjir', kinds=frozenset({'place'}), limit=3, country='')}
    """
    batch = parsed(text, "queries")
    if not isinstance(batch, dict):
        raise BadRequest('queries is no object; give one such as {"q0": {"query": "…"}}')
    too_many(list(batch), "queries")
    return {key: _query(key, query) for key, query in batch.items()}


def _query(key: str, record: Any) -> Query:
    if not isinstance(record, dict):
        raise BadRequest(f"the query {key[:100]!r} is no object; give one with query, type and limit")
    properties = record.get("properties") or ()
    # What is asked for by its properties alone has no name to match.
    name = record.get("query", "" if properties else None)
    kinds, limit = record.get("type") or (), record.get("limit", MAX_CANDIDATES_SHOWN)
    if not isinstance(name, str):
        raise BadRequest(f"the query {key[:100]!r} has no string in 'query'; give the name there")
    wanted = [kinds] if isinstance(kinds, str) else kinds
    if not isinstance(wanted, list | tuple) or not all(isinstance(kind, str) for kind in wanted):
        raise BadRequest(f"'type' of the query {key[:100]!r} is neither a string nor a list of strings; give a kind")
    if isinstance(limit, bool) or not isinstance(limit, int | float) or limit < 1 or limit != int(limit):
        raise BadRequest(f"'limit' of the query {key[:100]!r} is no whole number above 0; give one, or leave it out")
    if not isinstance(properties, list | tuple) or not all(isinstance(one, dict) for one in properties):
        raise BadRequest(f"'properties' of the query {key[:100]!r} is no list of objects; give each a pid and a v")
    return Query(name, frozenset(wanted), int(limit), _country(properties))


def _country(properties: Iterable[Mapping[str, Any]]) -> str:
    """The country that the properties of a query tell, as a string or as an entity."""
    for one in properties:
        value = one.get("v")
        first = value[0] if isinstance(value, list) and value else value
        told = first.get("name", first.get("id")) if isinstance(first, dict) else first
        if one.get("pid") == "country" and isinstance(told, str):
            return told.strip()
    return ""


def reconcile(service: Service, queries: Mapping[str, Query], deadline: Deadline) -> Record:
    """The candidates of each query; the first is a match where the promised precision allows it."""
    asked = list(queries.values())
    names = [query.name for query in asked]
    qualified = service.matches([query.qualified for query in asked], None, deadline)
    # Without a country these are the same names, which are known by now.
    plain = service.matches(names, None, deadline)
    near = service.matches(names, 0.0, deadline)
    rows = zip(queries.items(), map(_sure, asked, qualified, plain), near, strict=True)
    return {key: {"result": _candidates(service, query, answer, best)} for (key, query), answer, best in rows}


def _sure(query: Query, qualified: Match | None, plain: Match | None) -> Match | None:
    """The match of a query: a place only where its country is the one that is told."""
    contradicted = query.country and plain is not None and plain.kind == "place"
    return qualified or (None if contradicted else plain)


def _candidates(service: Service, query: Query, answer: Match | None, best: Match | None) -> list[Record]:
    found: dict[str, Record] = {}
    for match in (answer, best):
        if match is None:
            continue
        seen: list[Match | Candidate] = [match, *match.candidates]
        for one in seen:
            if one.id not in found and one.kind != PROTECTED and (not query.kinds or one.kind in query.kinds):
                found[one.id] = _candidate(service, one)
    told = list(found.values())
    for record in told:
        record["match"] = answer is not None and record["id"] == answer.id
    return sorted(told, key=lambda record: (not record["match"], -record["score"]))[: query.limit]


def _candidate(service: Service, one: Match | Candidate) -> Record:
    entity = service.entity(one.id)
    return {
        "id": one.id,
        "name": one.canonical,
        # Places of one name are told apart by it.
        "description": _described(entity) if entity else one.kind,
        "type": [_type(one.kind)],
        "score": round(100 * one.confidence, 3),
        "match": False,
        "features": [{"id": "confidence", "value": one.confidence}, *({"id": m, "value": m == one.method} for m in get_args(Method))],
    }


def _type(kind: str) -> Record:
    return {"id": kind, "name": kind}


def suggest_entities(service: Service, prefix: str) -> Record:
    """Entities whose name begins so."""
    return {
        "result": [
            {"id": one["id"], "name": one["canonical"], "description": _described(one), "notable": [_type(one["kind"])]}
            for one in service.beginning(prefix[:MAX_NAME_CODEPOINTS])
        ]
    }


def suggest(known: Iterable[tuple[str, str]], prefix: str) -> Record:
    """Of ids and names those of which one begins so."""
    lower = prefix.lower()
    return {"result": [{"id": i, "name": name} for i, name in known if i.lower().startswith(lower) or name.lower().startswith(lower)]}


def proposed() -> Record:
    """The properties that a column can be extended with."""
    return {"properties": _properties(PROPERTIES)}


def _properties(ids: Iterable[str]) -> list[Record]:
    return [{"id": ident, "name": PROPERTIES[ident]} for ident in ids]


@dataclass(frozen=True, slots=True)
class Extension:
    """What is to be told of some entities.

    Args:
        ids: the entities.
        properties: of :data:`PROPERTIES`.
    """

    ids: tuple[str, ...]
    properties: tuple[str, ...]


def read_extension(text: str) -> Extension:
    """The entities and properties that a column is to be extended with.

    Raises:
        BadRequest: they do not fit.

    >>> read_extension('{"ids": ["1"], "properties": [{"id": "kind"}]}')
    Extension(ids=('1',), properties=('kind',))
    """
    query = parsed(text, "extend")
    ids = query.get("ids") if isinstance(query, dict) else None
    wanted = query.get("properties") if isinstance(query, dict) else None
    if not isinstance(ids, list) or not all(isinstance(ident, str) for ident in ids):
        raise BadRequest("extend has no list of strings in 'ids'; give the ids there")
    if not isinstance(wanted, list) or not all(isinstance(one, dict) and isinstance(one.get("id"), str) for one in wanted):
        raise BadRequest("extend has no list of objects with an 'id' in 'properties'; give the properties there")
    too_many(ids, "ids")
    names = tuple(dict.fromkeys(one["id"] for one in wanted))
    for name in names:
        if name not in PROPERTIES:
            raise BadRequest(f"no property {name[:100]!r}; choose from {', '.join(PROPERTIES)}")
    return Extension(tuple(dict.fromkeys(ids)), names)


def extend(service: Service, asked: Extension) -> Record:
    """The properties of some entities."""
    rows = {ident: _row(service.entity(ident), asked.properties) for ident in asked.ids}
    return {"meta": _properties(asked.properties), "rows": rows}


def _row(entity: Record | None, names: Iterable[str]) -> Record:
    return {name: [] if entity is None else _cells(entity, name) for name in names}


def _cells(entity: Record, name: str) -> list[Record]:
    if name == "weight":
        return [{"float": entity["weight"]}] if entity["weight"] else []
    if name == "form":
        return [{"str": form} for form in entity["forms"]]
    return [{"str": entity[name]}] if entity[name] else []


def preview(entity: Record, base: str) -> str:
    """A small page about an entity."""
    forms = ", ".join(entity["forms"][:20]) + (", …" if len(entity["forms"]) > 20 else "")
    link = f"{base}/reconcile/view?id={quote(entity['id'], safe='')}"
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(entity["canonical"])}</title>'
        '<body style="font: 0.9rem/1.4 system-ui, sans-serif; margin: 0.5rem">'
        f'<p style="margin: 0"><a href="{escape(link)}" target="_blank"><b>{escape(entity["canonical"])}</b></a> '
        f"<small>{escape(entity['id'])}</small><br>{escape(_described(entity))}</p>"
        f'<p style="margin: 0.4rem 0 0">{escape(forms)}</p></body></html>\n'
    )


def _described(entity: Record) -> str:
    return ", ".join(word for word in (entity["kind"], entity["country"]) if word)
