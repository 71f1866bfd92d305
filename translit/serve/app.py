"""The routes of the service: each reads a request, has it answered in a thread, and keeps to its limits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from translit.files.base import dump
from translit.limits import MAX_BODY_BYTES, MAX_REQUEST_SECONDS
from translit.normalizer import Normalizer
from translit.serve import openapi, reconcile
from translit.serve.requests import BadRequest, clean_request, match_request, name_parameter
from translit.serve.service import Deadline, OutOfTime, Service

Endpoint = Callable[["Routes", Request], Awaitable[Response]]
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may cost.

    Args:
        body: most bytes of a body.
        seconds: most time for an answer, from the first byte of the body on.
        address: where the service is reached, without a slash at its end; ``""`` for what the request says.
        origin: the page that a browser may ask from, as ``Access-Control-Allow-Origin`` has it; for reconciliation only.
    """

    body: int = MAX_BODY_BYTES
    seconds: float = MAX_REQUEST_SECONDS
    address: str = ""
    origin: str = "*"


def application(normalizer: Normalizer, limits: Limits | None = None) -> Starlette:
    """The service as an ASGI application.

    Args:
        normalizer: answers.
        limits: what one request may cost.

    >>> import translit
    >>> record = {"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}
    >>> app = application(translit.Normalizer(translit.Lexicon.build([record])))
    >>> [route.path for route in app.routes][:3]
    ['/', '/openapi.json', '/healthz']
    """
    limits = limits or Limits()
    routes = Routes(Service(normalizer), limits)
    cross = Middleware(CORSMiddleware, allow_origins=[limits.origin], allow_methods=["GET", "POST"], allow_headers=["*"])
    return Starlette(
        routes=[
            Route("/", _page),
            Route("/openapi.json", _document),
            Route("/healthz", routes.health),
            Route("/match", routes.match, methods=["POST"]),
            Route("/clean", routes.clean, methods=["POST"]),
            Route("/explain", routes.explain),
            Mount(
                "/reconcile",
                routes=[
                    Route("/", routes.reconcile, methods=["GET", "POST", "OPTIONS"]),
                    Route("/suggest/entity", routes.suggest_entity),
                    Route("/suggest/type", routes.suggest_type),
                    Route("/suggest/property", routes.suggest_property),
                    Route("/properties", routes.properties),
                    Route("/preview", routes.entity),
                    Route("/view", routes.entity),
                ],
                middleware=[cross],
            ),
            # A browser asks by OPTIONS whether it may ask.
            Route("/reconcile", routes.reconcile, methods=["GET", "POST", "OPTIONS"], middleware=[cross]),
        ],
        exception_handlers={HTTPException: _refused, BadRequest: _bad, Exception: _failed},
    )


class Json(Response):
    """JSON, also of lone surrogates."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        return dump(content)


async def _page(_request: Request) -> Response:
    return HTMLResponse(openapi.page())


async def _document(_request: Request) -> Response:
    return Json(openapi.document())


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return Json({"error": error.detail}, error.status_code, error.headers)


async def _bad(_request: Request, error: Exception) -> Response:
    assert isinstance(error, BadRequest)
    # What is left of a body that was not read would be taken for the next request.
    return Json({"error": str(error)}, error.status, {"connection": "close"} if error.status == 413 else None)


async def _failed(_request: Request, _error: Exception) -> Response:
    return Json({"error": "the service failed; its log has the details"}, 500)


def _timed(endpoint: Endpoint) -> Endpoint:
    """An endpoint that answers in time, if only to say that it cannot."""

    @wraps(endpoint)
    async def wrapped(self: Routes, request: Request) -> Response:
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await endpoint(self, request)
        except (TimeoutError, OutOfTime):
            raise BadRequest(f"it took longer than {self.limits.seconds:g} seconds; ask for less at a time", 503) from None

    return wrapped


@dataclass(frozen=True, slots=True)
class Routes:
    """The endpoints."""

    service: Service
    limits: Limits

    async def health(self, _request: Request) -> Response:
        """Whether the service is up."""
        return Json(await self._answered(self.service.health))

    @_timed
    async def match(self, request: Request) -> Response:
        """Names matched."""
        asked = match_request(await self._body(request, "application/json"))
        return Json(await self._answered(self.service.match, asked, self._deadline()))

    @_timed
    async def clean(self, request: Request) -> Response:
        """Texts cleaned."""
        asked = clean_request(await self._body(request, "application/json"))
        return Json(await self._answered(self.service.clean, asked, self._deadline()))

    @_timed
    async def explain(self, request: Request) -> Response:
        """A name explained."""
        return Json(await self._answered(self.service.explain, name_parameter(request.query_params, "name")))

    @_timed
    async def reconcile(self, request: Request) -> Response:
        """The manifest, candidates for a batch of names, or properties of entities."""
        form = dict(request.query_params)
        if request.method == "POST":
            form |= parse_qsl((await self._body(request, FORM)).decode(errors="replace"), keep_blank_values=True)
            if not form.keys() & {"queries", "extend"}:
                raise BadRequest("the form has neither queries nor extend; give one of them")
        queries = reconcile.read_queries(form["queries"]) if "queries" in form else None
        extension = reconcile.read_extension(form["extend"]) if "extend" in form else None
        if queries is not None:
            return Json(await self._answered(reconcile.reconcile, self.service, queries, self._deadline()))
        if extension is not None:
            return Json(await self._answered(reconcile.extend, self.service, extension))
        return Json(reconcile.manifest(self.service, self._address(request)))

    @_timed
    async def suggest_entity(self, request: Request) -> Response:
        """Entities for a person who types."""
        return Json(await self._answered(reconcile.suggest_entities, self.service, name_parameter(request.query_params, "prefix")))

    async def suggest_type(self, request: Request) -> Response:
        """Kinds for a person who types."""
        return Json(reconcile.suggest(((kind, kind) for kind in self.service.kinds), name_parameter(request.query_params, "prefix")))

    async def suggest_property(self, request: Request) -> Response:
        """Properties for a person who types."""
        return Json(reconcile.suggest(reconcile.PROPERTIES.items(), name_parameter(request.query_params, "prefix")))

    async def properties(self, _request: Request) -> Response:
        """What a column can be extended with."""
        return Json(reconcile.proposed())

    async def entity(self, request: Request) -> Response:
        """A page about an entity."""
        entity = self.service.entity(name_parameter(request.query_params, "id"))
        if entity is None:
            raise BadRequest("the lexicon has no entity of this id; ids are those of the answers", 404)
        return HTMLResponse(reconcile.preview(entity, self._address(request)))

    def _address(self, request: Request) -> str:
        return self.limits.address or f"{request.url.scheme}://{request.url.netloc}"

    def _deadline(self) -> Deadline:
        return Deadline(self.limits.seconds)

    async def _answered(self, work: Callable[..., Any], *arguments: Any) -> Any:
        # A thread cannot be stopped; it looks at its deadline by itself.
        return await to_thread.run_sync(work, *arguments, abandon_on_cancel=True)

    async def _body(self, request: Request, media: str) -> bytes:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != media:
            raise BadRequest(f"the body is not {media}; send it so, and say so in Content-Type", 415)
        parts, size = [], 0
        told = request.headers.get("content-length", "")
        if told.isdecimal() and int(told) > self.limits.body:
            raise self._too_large()
        async for part in request.stream():
            size += len(part)
            if size > self.limits.body:
                raise self._too_large()
            parts.append(part)
        return b"".join(parts)

    def _too_large(self) -> BadRequest:
        return BadRequest(f"the body is larger than {self.limits.body} bytes; send it in parts, or raise --max-body", 413)
