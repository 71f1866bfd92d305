"""What a request may hold: JSON bodies, parameters, and the errors that say what does not fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from translit.limits import MAX_NAME_CODEPOINTS, MAX_REQUEST_ITEMS


class BadRequest(Exception):
    """A request that cannot be answered, with the status that says so.

    Args:
        message: what is wrong, and the mend.
        status: of the response.
    """

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """Names to match.

    Args:
        names: the names.
        min_confidence: answer from this confidence on instead of by the promised precision.
    """

    names: tuple[str, ...]
    min_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class CleanRequest:
    """Texts to clean.

    Args:
        texts: the texts.
        mode: ``"text"`` changes the mentions in a text, ``"name"`` maps it as a whole.
        changes: whether to tell them.
    """

    texts: tuple[str, ...]
    mode: str = "text"
    changes: bool = False


def match_request(body: bytes) -> MatchRequest:
    """Read the body of ``/match``.

    Raises:
        BadRequest: it does not fit.

    >>> match_request(b'{"names": ["Punjir"]}')
    MatchRequest(names=('Punjir',), min_confidence=None)
    >>> match_request(b'{"names": [1]}')
    Traceback (most recent call last):
    translit.serve.requests.BadRequest: names[0] is no string; give a list of strings
    """
    record = _object(body, {"names", "min_confidence"})
    least = record.get("min_confidence")
    if least is not None and (isinstance(least, bool) or not isinstance(least, int | float) or not 0 <= least <= 1):
        raise BadRequest("min_confidence is no number from 0 to 1; give one, or leave it out")
    return MatchRequest(_strings(record, "names"), None if least is None else float(least))


def clean_request(body: bytes) -> CleanRequest:
    """Read the body of ``/clean``.

    Raises:
        BadRequest: it does not fit.

    >>> clean_request(b'{"texts": ["in Punjir"], "changes": true}')
    CleanRequest(texts=('in Punjir',), mode='text', changes=True)
    """
    record = _object(body, {"texts", "mode", "changes"})
    mode, changes = record.get("mode", "text"), record.get("changes", False)
    if mode not in ("text", "name"):
        raise BadRequest("mode is neither 'text', for prose, nor 'name', for names; give one of them")
    if not isinstance(changes, bool):
        raise BadRequest("changes is neither true nor false; give one of them, or leave it out")
    return CleanRequest(_strings(record, "texts"), mode, changes)


def name_parameter(parameters: Mapping[str, str], key: str) -> str:
    """The one name that a request asks for.

    Raises:
        BadRequest: there is none, or it is too long.
    """
    name = parameters.get(key)
    if name is None:
        raise BadRequest(f"the parameter {key!r} is missing; add ?{key}=…")
    if len(name) > MAX_NAME_CODEPOINTS:
        raise BadRequest(f"the parameter {key!r} is longer than {MAX_NAME_CODEPOINTS} code points; no name is")
    return name


def parsed(text: str | bytes, what: str) -> Any:
    """JSON, without the numbers that JSON does not have.

    Raises:
        BadRequest: it is not JSON.
    """
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadRequest(f"{what} is not JSON in UTF-8; mend it") from None


def _refuse(word: str) -> None:
    raise ValueError(word)


def _object(body: bytes, known: set[str]) -> dict[str, Any]:
    record = parsed(body, "the body")
    if not isinstance(record, dict):
        raise BadRequest(f"the body is no object; give one with {', '.join(sorted(known))}")
    for key in record:
        if key not in known:
            raise BadRequest(f"unknown key {key[:100]!r}; an object may have {', '.join(sorted(known))}")
    return record


def _strings(record: Mapping[str, Any], key: str) -> tuple[str, ...]:
    values = record.get(key)
    if not isinstance(values, list):
        raise BadRequest(f"{key} is no list; give a list of strings")
    too_many(values, key)
    for place, value in enumerate(values):
        if not isinstance(value, str):
            raise BadRequest(f"{key}[{place}] is no string; give a list of strings")
    return tuple(values)


def too_many(values: Sequence[object], what: str) -> None:
    """Raise BadRequest for more values than one request may have."""
    if len(values) > MAX_REQUEST_ITEMS:
        raise BadRequest(f"{what} are {len(values)}, but one request may have {MAX_REQUEST_ITEMS}; send several requests")
