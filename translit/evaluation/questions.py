"""Questions with known answers, and the file that they stand in."""

from __future__ import annotations

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

from translit.errors import InputError

LARGEST_FILE = 1 << 30
"""Most bytes of questions, unpacked."""


@dataclass(frozen=True, slots=True)
class Question:
    """A name, and the id of the entity that it means, ``""`` where no answer is the right one."""

    query: str
    expected: str = ""


def read_questions(path: Path) -> list[Question]:
    """Read questions: TSV with the columns ``query`` and ``expected``, also packed with gzip; others are passed over.

    Raises:
        InputError: the file cannot be read, or has not the columns.
    """
    lines = _text(path).replace("\r\n", "\n").removesuffix("\n").split("\n")
    header = lines[0].split("\t")
    if "query" not in header or "expected" not in header:
        raise InputError(f"{path}:1: no columns 'query' and 'expected'; name them in the first line, tabs between")
    query, expected = header.index("query"), header.index("expected")
    questions = []
    for number, line in enumerate(lines[1:], 2):
        row = line.split("\t")
        if len(row) != len(header):
            raise InputError(f"{path}:{number}: {len(row)} fields instead of {len(header)}; mend the row")
        if not row[query]:
            raise InputError(f"{path}:{number}:{query + 1}: the query is empty; fill it or leave the row out")
        questions.append(Question(row[query], row[expected]))
    return questions


def _text(path: Path) -> str:
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if packed else raw
            data = stream.read(LARGEST_FILE + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}; check the path") from None
    except (EOFError, zlib.error) as error:
        raise InputError(f"{path}: the gzip file is damaged: {error}; pack it again") from None
    if len(data) > LARGEST_FILE:
        raise InputError(f"{path}: more than {LARGEST_FILE} bytes of questions; split the file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from None
