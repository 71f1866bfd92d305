"""The OpenAPI document of the service, and a page of it that needs no network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from translit import __version__
from translit.limits import MAX_NAME_CODEPOINTS, MAX_REQUEST_ITEMS
from translit.serve.reconcile import PROPERTIES

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_METHODS = ["exact", "rule", "fuzzy"]


def document() -> Schema:
    """The OpenAPI 3.1 document.

    >>> document()["openapi"]
    '3.1.0'
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "translit",
            "version": __version__,
            "summary": "One name, one spelling.",
            "description": "Maps romanizations of names, and the native forms behind them, to one canonical form.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": {
            "/match": {"post": _match()},
            "/clean": {"post": _clean()},
            "/explain": {"get": _explain()},
            "/healthz": {"get": _health()},
            "/reconcile": {"get": _manifest(), "post": _reconcile()},
            "/reconcile/suggest/entity": {"get": _suggest("entities whose name begins so", "suggestEntity")},
            "/reconcile/suggest/type": {"get": _suggest("kinds that begin so", "suggestType")},
            "/reconcile/suggest/property": {"get": _suggest("properties that begin so", "suggestProperty")},
            "/reconcile/properties": {"get": _properties()},
            "/reconcile/preview": {"get": _page("A small page about an entity.", "preview")},
            "/reconcile/view": {"get": _page("A page about an entity.", "view")},
        },
        "components": {"schemas": _schemas()},
    }


def _schemas() -> Schema:
    return {
        "Error": _object({"error": {**_TEXT, "description": "what is wrong, and the mend"}}),
        "Match": _object(_answer()),
        "Change": _object(
            {
                "doc": {"type": "integer", "minimum": 0, "description": "which of the texts, from 0"},
                "start": {"type": "integer", "minimum": 0, "description": "in code points of the text"},
                "end": {"type": "integer", "minimum": 0},
                "input": _TEXT, "replacement": _TEXT, "id": _TEXT, "kind": _TEXT,
                "method": {"enum": _METHODS}, "confidence": _NUMBER,
                "reasons": {**_list(_TEXT), "description": "what the name is disguised by, or the ending that was left out"},
            },
            ("reasons",),
        ),
        "Explanation": _object(
            {
                **_answer(),
                "verdict": _TEXT,
                "readings": _list(_object({"languages": _list(_TEXT), "reading": _TEXT})),
                "keys": _list(_TEXT),
                "candidates": _list(
                    _object(
                        {
                            "id": _TEXT, "canonical": _TEXT, "kind": _TEXT, "method": {"enum": _METHODS}, "confidence": _NUMBER,
                            "form": _TEXT, "reasons": _list(_TEXT),
                        }
                    )
                ),
            }
        ),
        "Health": _object({"status": {"const": "ok"}, "version": _TEXT, "entities": {"type": "integer"}, "lexicon": _TEXT}),
        "Named": {"type": "object", "properties": {"id": _TEXT, "name": _TEXT}, "required": ["id", "name"]},
    }  # fmt: skip


def _answer() -> Schema:
    nothing: Schema = {"type": ["string", "null"]}
    return {
        "input": _TEXT, "id": nothing, "canonical": nothing, "kind": nothing, "method": {"enum": [*_METHODS, None]},
        "confidence": {**_NUMBER, "type": ["number", "null"]},
    }  # fmt: skip


def _object(properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _list(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _operation(summary: str, ident: str, answer: Schema, errors: Mapping[int, str], **more: Any) -> Schema:
    told = {str(status): _response(text, _ref("Error")) for status, text in errors.items()}
    return {"operationId": ident, "summary": summary, **more, "responses": {"200": _response("The answer.", answer), **told}}


def _response(description: str, schema: Schema, media: str = "application/json") -> Schema:
    return {"description": description, "content": {media: {"schema": schema}}}


_WRONG = {400: "The request does not fit.", 503: "It took too long."}
_BODY = {**_WRONG, 413: "The body is too large.", 415: "The body is of another media type."}


def _body(schema: Schema) -> Schema:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _parameter(name: str, description: str, *, required: bool = True, **schema: Any) -> Schema:
    return {"name": name, "in": "query", "required": required, "description": description, "schema": {**_TEXT, **schema}}


def _match() -> Schema:
    body = _object({"names": _list(_TEXT, maxItems=MAX_REQUEST_ITEMS), "min_confidence": {"type": ["number", "null"], **_bounds()}},
                   ("min_confidence",))  # fmt: skip
    answer = _object({"matches": _list(_ref("Match"))})
    return _operation("The entity that each name means; null where there is no answer.", "match", answer, _BODY, requestBody=_body(body))


def _bounds() -> Schema:
    return {"minimum": 0, "maximum": 1, "description": "answer from this confidence on instead of by the promised precision"}


def _clean() -> Schema:
    body = _object(
        {
            "texts": _list(_TEXT, maxItems=MAX_REQUEST_ITEMS),
            "mode": {"enum": ["text", "name"], "default": "text", "description": "prose with names in it, or one name each"},
            "changes": {"type": "boolean", "default": False, "description": "whether to tell each change"},
        },
        ("mode", "changes"),
    )
    answer = _object({"texts": _list(_TEXT), "changes": _list(_ref("Change"))}, ("changes",))
    return _operation("Each text with its names in canonical spelling.", "clean", answer, _BODY, requestBody=_body(body))


def _explain() -> Schema:
    name = _parameter("name", "the name", maxLength=MAX_NAME_CODEPOINTS)
    return _operation("Why a name gets its answer.", "explain", _ref("Explanation"), _WRONG, parameters=[name])


def _health() -> Schema:
    return _operation("Whether the service is up, and what it serves.", "health", _ref("Health"), {})


def _manifest() -> Schema:
    fields = [
        {"name": name, "in": "query", "required": False, "description": text, "content": {"application/json": {"schema": schema}}}
        for name, (text, schema) in _FIELDS.items()
    ]
    summary = "The manifest of the reconciliation service; with a parameter, the same as POST."
    return _operation(summary, "manifest", {"type": "object"}, _WRONG, parameters=fields)


def _reconcile() -> Schema:
    properties = {
        name: {**_TEXT, "description": text, "contentMediaType": "application/json", "contentSchema": schema}
        for name, (text, schema) in _FIELDS.items()
    }
    form = {"type": "object", "properties": properties, "anyOf": [{"required": [name]} for name in _FIELDS]}
    content = {"application/x-www-form-urlencoded": {"schema": form}}
    summary = "Candidates for a batch of names, or properties of entities."
    return _operation(summary, "reconcile", {"type": "object"}, _BODY, requestBody={"required": True, "content": content})


def _open(schema: Schema) -> Schema:
    """The same with more fields: clients of the reconciliation API send settings that only some services know."""
    return {**schema, "additionalProperties": True}


_QUERY = _open(
    _object({"query": _TEXT, "type": {"anyOf": [_TEXT, _list(_TEXT)]}, "limit": {"type": "integer", "minimum": 1}}, ("type", "limit"))
)
_PROPERTY = _object({"id": {"enum": list(PROPERTIES)}})
_FIELDS = {
    "queries": ("a batch of queries by their keys, as JSON", {"type": "object", "additionalProperties": _QUERY}),
    "extend": (
        "entities and properties, as JSON",
        _open(_object({"ids": _list(_TEXT), "properties": _list(_open(_object({"id": {"enum": list(PROPERTIES)}})))})),
    ),
}


def _suggest(what: str, ident: str) -> Schema:
    answer = {"type": "object", "properties": {"result": _list(_ref("Named"))}, "required": ["result"]}
    prefix = _parameter("prefix", "the beginning of a name", maxLength=MAX_NAME_CODEPOINTS)
    return _operation(f"For a person who types: {what}.", ident, answer, _WRONG, parameters=[prefix])


def _properties() -> Schema:
    answer = {"type": "object", "properties": {"properties": _list(_ref("Named"))}, "required": ["properties"]}
    return _operation("What a column can be extended with.", "properties", answer, {})


def _page(summary: str, ident: str) -> Schema:
    ok = _response("The page.", _TEXT, "text/html")
    errors = {"400": "The request does not fit.", "404": "The lexicon has no such entity."}
    told = {status: _response(text, _ref("Error")) for status, text in errors.items()}
    parameters = [_parameter("id", "the id of an entity", maxLength=MAX_NAME_CODEPOINTS)]
    return {"operationId": ident, "summary": summary, "parameters": parameters, "responses": {"200": ok, **told}}


def page() -> str:
    """The document for people: every operation with what it takes, as one HTML page.

    >>> "<h2>POST /match</h2>" in page()
    True
    """
    told = document()
    style = (
        ":root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
        "h2{font-size:1.1rem;margin:2rem 0 0}pre{overflow-x:auto;font-size:.85rem}"
    )
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>translit</title><style>{style}</style></head><body><h1>translit {escape(__version__)}</h1>",
        f"<p>{escape(told['info']['description'])} For programs: <a href='openapi.json'>openapi.json</a>.</p>",
    ]
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            parts.append(f"<h2>{method.upper()} {escape(path)}</h2><p>{escape(operation['summary'])}</p>{_takes(operation)}")
    parts += [f"<h2>{name}</h2><pre>{_shown(schema)}</pre>" for name, schema in told["components"]["schemas"].items()]
    return "".join(parts) + "</body></html>\n"


def _takes(operation: Schema) -> str:
    rows = [f"<li><code>{escape(p['name'])}</code>: {escape(p['description'])}</li>" for p in operation.get("parameters", ())]
    bodies = operation.get("requestBody", {}).get("content", {})
    return f"<ul>{''.join(rows)}</ul>" + "".join(f"<p>{kind}</p><pre>{_shown(body['schema'])}</pre>" for kind, body in bodies.items())


def _shown(schema: Schema) -> str:
    return escape(json.dumps(schema, indent=2, ensure_ascii=False))
