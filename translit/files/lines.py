"""Cutting a stream of bytes into blocks of whole lines, none too long."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from translit.files.inputs import Input
from translit.limits import CHUNK_BYTES, MAX_ROW_BYTES


class Block(NamedTuple):
    """Whole lines of a file, or one line that is too long.

    Args:
        offset: bytes before it.
        data: the lines, with their ends; empty for a line that is too long.
        skipped: bytes of the line that is too long, 0 otherwise.
    """

    offset: int
    data: bytes
    skipped: int = 0

    @property
    def end(self) -> int:
        """Bytes before what follows it."""
        return self.offset + (self.skipped or len(self.data))


def blocks(source: Input, start: int = 0, *, carriage_returns: bool = False) -> Iterator[Block]:
    """The lines of a file in blocks of about :data:`CHUNK_BYTES`.

    Args:
        source: the file, at its start.
        start: bytes to leave out.
        carriage_returns: whether a lone carriage return ends a line too.
    """
    if start:
        source.skip(start)
    # A bytearray, so that a long line grows without being copied for each block.
    offset, held = start, bytearray()
    while more := source.read(CHUNK_BYTES):
        cut = _last_end(more, carriage_returns=carriage_returns)
        if carriage_returns and held.endswith(b"\r") and not more.startswith(b"\n") and not cut:
            yield Block(offset, bytes(held))
            offset, held = offset + len(held), bytearray()
        if not cut:
            held += more
            if len(held) > MAX_ROW_BYTES:
                skipped, rest = _skip(source, len(held), carriage_returns=carriage_returns)
                yield Block(offset, b"", skipped)
                offset, held = offset + skipped, bytearray(rest)
            continue
        yield Block(offset, bytes(held) + more[:cut])
        offset, held = offset + len(held) + cut, bytearray(more[cut:])
    if held:
        yield Block(offset, bytes(held))


def _last_end(data: bytes, *, carriage_returns: bool) -> int:
    cut = data.rfind(b"\n") + 1
    if carriage_returns:
        # The last byte may be the first half of a CRLF.
        cut = max(cut, data.rfind(b"\r", 0, len(data) - 1) + 1)
    return cut


def _skip(source: Input, skipped: int, *, carriage_returns: bool) -> tuple[int, bytes]:
    """Bytes up to the end of a line of which ``skipped`` were read, and the bytes read after it."""
    while more := source.read(CHUNK_BYTES):
        ends = [more.find(end) for end in ((b"\n", b"\r") if carriage_returns else (b"\n",))]
        cut = min((end + 1 for end in ends if end >= 0), default=0)
        if cut:
            cut += more[cut - 1 : cut + 1] == b"\r\n"
            return skipped + cut, more[cut:]
        skipped += len(more)
    return skipped, b""
