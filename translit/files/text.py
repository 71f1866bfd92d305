"""Plain text: a file is one document, or pieces of it cut at paragraph ends where it is very long."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

from translit.errors import InputError
from translit.files.answers import answers
from translit.files.base import (
    BytesEncoder,
    Chunk,
    Collector,
    Encoder,
    Engine,
    Position,
    Result,
    Task,
    UsageError,
    bad_utf8,
    to_utf8,
)
from translit.files.inputs import Input
from translit.limits import MAX_DOCUMENT_BYTES

_BLOCK = 1 << 20
_PARAGRAPH_END = re.compile(rb"(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r(?!\n))|\xe2\x80\xa9")
_LINE_END = re.compile(rb"\r\n|\n|\r(?!\n)")
_BLANK = re.compile(rb"[ \t]")


class Text:
    """Plain text in UTF-8, checked as a whole before anything of it is written."""

    name, suffixes, tabular, columnar = "text", (".txt",), False, False

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The documents of a file.

        Raises:
            NotText: for bytes that are not UTF-8.
            UsageError: for a task with columns.
        """
        if task.columns:
            raise UsageError(f"{source.shown}: plain text has no columns; leave --column out, or name the --format")
        stream = source.seekable()
        check_utf8(stream, source.shown)
        stream.seek(start.offset)
        for piece in _pieces(stream):
            offset, before, line = start
            end = Position(offset + len(piece), before + len(piece.decode()), line + piece.count(b"\n"))
            yield Chunk(source.doc, start, end, piece)
            start = end

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The cleaned document; in mode ``"name"`` each line is a name."""
        collector = Collector(task, chunk)
        text = cast(bytes, chunk.data).decode()
        parts = re.split(r"(\r\n|\n|\r)", text) if task.mode == "name" else [text]
        # Line ends stand at the odd places.
        found = answers(parts[::2], task, engine)
        output, base = [], chunk.start.rows
        for index, part in enumerate(parts):
            answer = None if index % 2 else found[part]
            if answer is not None:
                collector.change(chunk.doc, 0, part, answer, base)
            output.append(part if answer is None else answer.text)
            base += len(part)
        collector.result.rows = len(parts[::2]) if task.mode == "name" else 1
        return collector.finish("".join(output).encode())

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """The documents, one after the other."""
        return BytesEncoder(target)


FORMATS = (Text(),)


class NotText(InputError):
    """A file that is not UTF-8.

    Args:
        shown: its name, for a person.
        reason: what is wrong.
        offset: the place of the first byte at fault.
        head: its first bytes.
    """

    def __init__(self, shown: str, reason: str, offset: int, head: bytes = b"") -> None:
        super().__init__(f"{shown}: {reason}; nothing was written; {to_utf8(head)}")
        self.reason, self.offset = reason, offset


def check_utf8(stream: BinaryIO, shown: str) -> None:
    """Raise NotText with the place of the first byte that is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    offset, head = 0, b""
    while True:
        block = stream.read(_BLOCK)
        head = head or block[:4]
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            raise NotText(shown, bad_utf8(error, offset - held), offset - held + error.start, head) from None
        if not block:
            return
        offset += len(block)


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    held = b""
    while more := stream.read(MAX_DOCUMENT_BYTES + 1 - len(held)):
        held += more
        if len(held) > MAX_DOCUMENT_BYTES:
            cut = _cut(held)
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held


def _cut(data: bytes) -> int:
    """Where to cut: after the last paragraph, line or word of the second half, or else between characters."""
    half = len(data) // 2
    for end in (_PARAGRAPH_END, _LINE_END, _BLANK):
        # The last byte stays, lest a CRLF be cut in two.
        last = max((found.end() for found in end.finditer(data, half, len(data) - 1)), default=0)
        if last:
            return last
    cut = len(data) - 1
    while data[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
