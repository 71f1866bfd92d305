"""Lists of names: one a line in, one JSON object a line out, for ``translit match``."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from translit.files.base import (
    BytesEncoder,
    Chunk,
    Collector,
    Encoder,
    Engine,
    Position,
    Result,
    Task,
    bad_utf8,
    dump,
)
from translit.files.inputs import Input
from translit.files.lines import blocks
from translit.limits import MAX_ROW_BYTES
from translit.model import Match
from translit.trail import Review


class Names:
    """One name a line; every line has its answer, a broken one too, so that the lines stay side by side."""

    name, suffixes, tabular, columnar = "names", (), False, False

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The lines of a file, as soon as they come."""
        for block in blocks(source, start.offset):
            lines = 1 if block.skipped else block.data.count(b"\n") + (not block.data.endswith(b"\n"))
            end = Position(block.end, start.rows + lines, start.line + lines)
            yield Chunk(source.doc, start, end, block.data)
            start = end

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The answers; a line that cannot be read has none and is counted as a reject."""
        collector = Collector(task, chunk)
        names: list[str] = []
        offset = chunk.start.offset
        lines = list(io.BytesIO(cast(bytes, chunk.data))) or [b""]
        if not chunk.data:
            self._reject(collector, 0, offset, f"longer than {MAX_ROW_BYTES} bytes")
        for number, line in enumerate(lines):
            raw = line.removesuffix(b"\n").removesuffix(b"\r")
            try:
                names.append(raw.decode())
            except UnicodeDecodeError as error:
                names.append(raw.decode(errors="replace"))
                self._reject(collector, number, offset, bad_utf8(error, offset))
            offset += len(line)
        distinct = list(dict.fromkeys(names))
        considered_many = getattr(engine, "considered_many", None)
        if considered_many is None:
            found = {name: dump(answer(name, m)) for name, m in zip(distinct, engine.match_many(distinct), strict=True)}
        else:
            found = {review.input: dump(reviewed(review)) for review in considered_many(distinct)}
        collector.result.rows = len(names)
        return collector.finish(b"".join([found[name] for name in names]))

    def _reject(self, collector: Collector, number: int, offset: int, reason: str) -> None:
        start = collector.chunk.start
        collector.reject(start.rows + number, start.line + number + 1, offset, None, reason)

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """The answers, one after the other."""
        return BytesEncoder(target)


FORMATS = (Names(),)


def answer(name: str, match: Match | None) -> dict[str, object]:
    """The line for one name.

    >>> answer("Xyz", None)["id"] is None
    True
    """
    keys = ("id", "canonical", "kind", "method", "confidence")
    return {"input": name, **{key: None if match is None else getattr(match, key) for key in keys}}


def reviewed(review: Review) -> dict[str, object]:
    """The line for one name that somebody is to decide on."""
    keys = ("id", "canonical", "kind", "method", "confidence", "form")
    near = [{key: getattr(candidate, key) for key in keys} for candidate in review.candidates]
    return {**answer(review.input, review.match), "why": review.verdict, "candidates": near}
