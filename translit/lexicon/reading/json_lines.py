"""A JSON line to its value, strictly, and the columns of what is in it."""

from __future__ import annotations

import functools
import json
import re
from typing import Any, NamedTuple, NoReturn

from translit.errors import SourceError
from translit.lexicon.reading.faults import Report, plain, shown

_RECORD_DEPTH = 4
_JSON_CONSTANT = re.compile("NaN|-?Infinity")
_JSON_BLANKS = re.compile(r"[ \t\n\r]*")

JsonPath = tuple[str | int, ...]


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

    values: dict[JsonPath, int]
    keys: dict[JsonPath, int]
    repeated: list[tuple[str, int]]


class RecordPlace:
    """Reports the faults of one record at their place."""

    def __init__(self, report: Report, file: str, line: int = 0, text: str | None = None) -> None:
        self.report, self.file, self.line, self.text = report, file, line, text
        self.faults = 0

    @property
    def source(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file

    def at(self, message: str, mend: str, column: int) -> None:
        self.faults += 1
        self.report(SourceError(message, mend, self.file, self.line, column))

    def fault(self, message: str, mend: str, path: JsonPath = (), *, key: bool = False) -> None:
        """Report a fault of the value (or the key) at a path of the record."""
        where = _shown_json_path(path)
        self.at(f"{where}: {message}" if where else message, mend, self._column(path, key=key))

    def _column(self, path: JsonPath, *, key: bool) -> int:
        if self.text is None:
            return 0
        return (self.columns.keys if key else self.columns.values).get(path, 1)

    @functools.cached_property
    def columns(self) -> _Columns:
        return _locate(self.text or "")


def decode(text: str, place: RecordPlace) -> object:
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


def _report_syntax(text: str, error: json.JSONDecodeError, place: RecordPlace) -> None:
    if not text.strip():
        place.at("empty line", "delete it", 0)
    else:
        place.at(f"malformed JSON: {error.msg}", "write one JSON object a line", error.pos + 1)


def _report_lenient(text: str, place: RecordPlace) -> None:
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
        place.at(f"duplicate key {shown(key)}", "leave one", column)
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

    def walk(position: int, path: JsonPath) -> int:
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


def _shown_json_path(path: JsonPath) -> str:
    """``variants[2].lang``"""
    parts = (f"[{step}]" if isinstance(step, int) else f".{plain(step)}" for step in path)
    return "".join(parts).removeprefix(".")
