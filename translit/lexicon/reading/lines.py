"""Files to lines: UTF-8, LF, gzip, and the fault of each line that is not so."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Iterator
from typing import IO

from translit.errors import SourceError
from translit.lexicon.reading.faults import Report, shown_path
from translit.limits import MAX_SOURCE_LINE_BYTES

GZIP_SUFFIX = ".gz"
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
BROKEN_OFF = -1


def read_lines(path: str | os.PathLike[str], report: Report, *, tabular: bool) -> Iterator[tuple[int, str | None]]:
    """The lines of a file without their ends, from 1; None for one that could not be decoded (and is reported).

    Where the file cannot be read further, the last number is ``BROKEN_OFF``.
    """
    file = shown_path(path)
    try:
        with _open(path) as stream:
            yield from _decoded(stream, file, report, tabular=tabular)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        report(unreadable(path, error))
        yield BROKEN_OFF, None


def _open(path: str | os.PathLike[str]) -> IO[bytes]:
    if os.fsdecode(path).lower().endswith(GZIP_SUFFIX):
        return io.BufferedReader(gzip.open(path, "rb"), 1 << 16)
    return open(path, "rb")


def unreadable(path: str | os.PathLike[str], error: Exception) -> SourceError:
    """The fault of a file that cannot be opened or read to its end."""
    file = shown_path(path)
    if isinstance(error, gzip.BadGzipFile | EOFError | zlib.error):
        return SourceError(f"damaged gzip file ({error})", "compress it again, or give it uncompressed", file)
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return SourceError(f"cannot be read: {reason}", "check the path and its permissions", file)


def _decoded(stream: IO[bytes], file: str, report: Report, *, tabular: bool) -> Iterator[tuple[int, str | None]]:
    offset = number = 0
    carriage_returns = False
    while raw := stream.readline(MAX_SOURCE_LINE_BYTES + 1):
        number += 1
        start, offset = offset, offset + len(raw)
        if len(raw) > MAX_SOURCE_LINE_BYTES:
            offset += _skip_line(stream, raw)
            report(SourceError(f"line of more than {MAX_SOURCE_LINE_BYTES} bytes", "split it", file, number))
            yield number, None
            continue
        line = raw[:-1] if raw.endswith(b"\n") else raw
        if number == 1 and line.startswith(_UTF16):
            report(SourceError("UTF-16, as spreadsheets save Unicode text", "save the file as UTF-8", file, 1))
            yield BROKEN_OFF, None
            return
        if number == 1 and line.startswith(_BOM):
            report(SourceError("byte-order mark", "save the file as UTF-8 without BOM", file, 1, 1))
            line, start = line[len(_BOM) :], len(_BOM)
        if line.endswith(b"\r"):
            line = line[:-1]
            if not carriage_returns:
                column = _byte_column(line, len(line), tabular=tabular)
                report(SourceError("carriage return at the line end", "save with LF line ends", file, number, column))
            carriage_returns = True
        try:
            text = line.decode("utf-8")
        except UnicodeDecodeError as error:
            report(_undecodable(line, error, start, file, number, tabular=tabular))
            yield number, None
            continue
        yield number, text


def _skip_line(stream: IO[bytes], raw: bytes) -> int:
    skipped = 0
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(1 << 20)
        skipped += len(raw)
    return skipped


def _undecodable(line: bytes, error: UnicodeDecodeError, start: int, file: str, number: int, *, tabular: bool) -> SourceError:
    column = _byte_column(line, error.start, tabular=tabular)
    message = f"invalid UTF-8: byte 0x{line[error.start]:02x} at byte offset {start + error.start} of the file"
    return SourceError(message, "save the file as UTF-8", file, number, column)


def _byte_column(line: bytes, position: int, *, tabular: bool) -> int:
    before = line[:position]
    return before.count(b"\t") + 1 if tabular else len(before.decode("utf-8", "replace")) + 1
