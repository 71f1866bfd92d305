"""Trails as files: what ``clean --audit`` wrote, applied again to the same input, or undone on its output."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal, Protocol, TypeVar, cast

from translit import trail
from translit.errors import InputError, TrailError
from translit.files import digests
from translit.files.base import Chunk, Position, Task, UsageError, formats
from translit.files.inputs import Input
from translit.files.lines import blocks
from translit.files.text import check_utf8
from translit.model import Match, Mention, Method

Found = TypeVar("Found")
Way = Literal["replay", "undo"]
KEYS = ("doc", "start", "end", "input", "replacement", "id", "kind", "method", "confidence")
"""The keys of an audit line; ``reasons``, ``column`` and ``file`` may follow."""
_CHANGE: Mapping[Way, Callable[[str, Sequence[Mention]], str]] = {"replay": trail.apply, "undo": trail.undo}


class Rows(Protocol):
    """A format that can part its chunks into rows."""

    def rows(self, chunk: Chunk) -> Iterator[Chunk]:
        """Each row as a chunk of its own."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a trail: a change, and where it was made.

    Args:
        doc: the row of a table, or the name of a plain text (0 for standard input).
        mention: the change, with offsets in code points of the document.
        column: the column of a table; ``""`` for plain text.
        file: the file, where several tables share a trail.
        line: its line in the trail.
    """

    doc: str | int
    mention: Mention
    column: str = ""
    file: str = ""
    line: int = 0


def read_trail(path: str | os.PathLike[str]) -> Iterator[Entry]:
    """The lines of a trail, in order.

    Args:
        path: an audit file, also packed with gzip or zstd.

    Raises:
        InputError: a line is no audit line.
    """
    source = Input(os.fspath(path))
    try:
        number = 0
        for block in blocks(source):
            if block.skipped:
                raise _fault(source, number + 1, "it is too long")
            for raw in block.data.splitlines():
                number += 1
                if raw.strip():
                    yield _entry(raw, source, number)
    finally:
        source.close()


def _entry(raw: bytes, source: Input, line: int) -> Entry:
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        raise _fault(source, line, "it is not JSON") from None
    if not isinstance(record, dict):
        raise _fault(source, line, "it is not an object")
    for key in KEYS:
        if key not in record:
            raise _fault(source, line, f"it has no {key!r}")
    start, end, doc = record["start"], record["end"], record["doc"]
    texts = {key: record[key] for key in ("input", "replacement", "id", "kind", "method")}
    for key, value in texts.items():
        if not isinstance(value, str):
            raise _fault(source, line, f"{key!r} is not a string")
    for key, value in (("start", start), ("end", end)):
        if type(value) is not int or value < 0:
            raise _fault(source, line, f"{key!r} is not a number of code points")
    if end - start != len(texts["input"]):
        raise _fault(source, line, f"'input' has {len(texts['input'])} code points, but 'start' and 'end' are {end - start} apart")
    if not isinstance(doc, str | int) or isinstance(doc, bool):
        raise _fault(source, line, "'doc' is neither a row nor a name")
    confidence = record["confidence"]
    if not isinstance(confidence, int | float):
        raise _fault(source, line, "'confidence' is not a number")
    column, file = record.get("column", ""), record.get("file", "")
    mention = Mention(
        texts["input"], texts["id"], texts["replacement"], texts["kind"], cast(Method, texts["method"]), float(confidence), (),
        start, end, texts["replacement"],
    )  # fmt: skip
    return Entry(doc, mention, str(column), str(file), line)


def _fault(source: Input, line: int, what: str) -> InputError:
    return InputError(
        f"{source.shown}:{line}: not a line of a trail: {what}; give the file that 'translit clean --audit' wrote, before the text"
    )


@dataclass(frozen=True, slots=True)
class Changing:
    """What to do with a trail.

    Args:
        way: ``replay`` applies it to the input, ``undo`` takes it back from the output.
        path: the trail.
        columns: the columns of a table; those that the trail names by default.
        document: the file of a trail of several files; the one of the input's own name by default.
        delimiter: of CSV fields; ``""`` for the format's own.
    """

    way: Way
    path: str
    columns: tuple[str, ...] = ()
    document: str = ""
    delimiter: str = ""


def change(changing: Changing, source: Input, format_name: str, target: BinaryIO) -> int:
    """Apply or take back a trail.

    Args:
        changing: which trail, and what to do with it.
        source: the input of the run that wrote the trail, or, to undo it, its output.
        format_name: the format of both.
        target: takes the result.

    Returns:
        how many changes were made.

    Raises:
        TrailError: the trail belongs to another file, by the places or by the digests beside the trail.
    """
    if format_name == "text":
        made = _text(changing, source, target)
    else:
        if not hasattr(formats()[format_name], "rows"):
            raise UsageError(f"{source.shown}: a trail cannot be applied to {format_name}; clean it again from the source")
        made = _table(changing, source, format_name, target)
    _check_digest(changing, source)
    return made


def _check_digest(changing: Changing, source: Input) -> None:
    """Raise TrailError for a file that the run of the trail did not read, or write, though every place may agree."""
    role = "input" if changing.way == "replay" else "output"
    run = digests.read(changing.path)
    run = [one for one in run if one.input == changing.document] or run
    known = {one.input_sha256 if changing.way == "replay" else one.output_sha256 for one in run}
    if known and "" not in known and source.digest() not in known:
        raise TrailError(
            f"{source.shown}: its SHA-256 is not that of the {role} in {digests.beside(changing.path)}; nothing was written; "
            f"give the {role} of the run that wrote the trail, unchanged since"
        )


# --- plain text ------------------------------------------------------------------------------------------------------


def _text(changing: Changing, source: Input, target: BinaryIO) -> int:
    by_doc: dict[str, list[Mention]] = {}
    for entry in read_trail(changing.path):
        by_doc.setdefault("" if entry.doc == 0 else str(entry.doc), []).append(entry.mention)
    mentions = _chosen(by_doc, changing, source) or []
    stream = source.seekable()
    check_utf8(stream, source.shown)
    stream.seek(0)
    target.write(_changed(changing, stream.read().decode(), mentions, source.shown).encode())
    return len(mentions)


def _chosen(by_name: Mapping[str, Found], changing: Changing, source: Input) -> Found | None:
    """The changes of the one file that is meant; None where the trail has none at all."""
    if changing.document:
        if changing.document not in by_name:
            raise TrailError(f"{changing.path}: no change of {changing.document!r}; it has those of {_listed(by_name)}")
        return by_name[changing.document]
    if len(by_name) <= 1:
        return next(iter(by_name.values()), None)
    name = source.name if source.name in by_name else ""
    alike = [name] if name else [doc for doc in by_name if os.path.basename(doc) == os.path.basename(source.name)]
    if len(alike) != 1:
        raise TrailError(f"{changing.path}: a trail of several files; choose one with --document: {_listed(by_name)}")
    return by_name[alike[0]]


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(list(names)[:10]) + (", …" if len(names) > 10 else "")


def _changed(changing: Changing, text: str, mentions: Sequence[Mention], place: str) -> str:
    try:
        return _CHANGE[changing.way](text, mentions)
    except TrailError as error:
        needed = "input of the run" if changing.way == "replay" else "output of the run, unchanged since"
        raise TrailError(f"{place}: {error}; nothing was written; give the {needed} that wrote the trail") from None


# --- tables ----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _OneRow:
    """An engine that answers the one value of a row from the trail."""

    changing: Changing
    place: str = ""
    mentions: Sequence[Mention] = ()
    used: int = 0

    def find_many(self, texts: Sequence[str], /) -> list[list[Mention]]:
        """The change of the value as a whole."""
        return [self._whole(text) for text in texts]

    def match_many(self, names: Sequence[str], /) -> list[Match | None]:
        """No value is answered as a name: its trail says where it changed."""
        return [None for _ in names]

    def _whole(self, text: str) -> list[Mention]:
        if not self.mentions:
            return []
        changed = _changed(self.changing, text, self.mentions, self.place)
        self.used += len(self.mentions)
        self.mentions = ()
        return [Mention(text, "", changed, "", "exact", 1.0, (), 0, len(text), changed)]


def _table(changing: Changing, source: Input, format_name: str, target: BinaryIO) -> int:
    """One column after the other, so that equal values of two columns stay apart."""
    found = _columns(changing, source)
    names = changing.columns or tuple(name for name in found if name)
    if not found and not names:
        shutil.copyfileobj(source.seekable(), target)
        return 0
    if not names:
        raise UsageError(f"{source.shown}: the trail does not name its column; name it with --column")
    if "" in found:
        if len(names) > 1:
            raise UsageError(f"{changing.path}: a trail of one column; name that one with --column")
        found = {names[0]: found[""]}
    if left := sorted(set(found) - set(names)):
        raise UsageError(f"{changing.path}: it has changes of {_listed(dict.fromkeys(left))} too; name all with --column, or none")
    made = 0
    with contextlib.ExitStack() as stack:
        for number, name in enumerate(names, 1):
            stream = target if number == len(names) else cast(BinaryIO, stack.enter_context(tempfile.NamedTemporaryFile()))
            made += _column(changing, source, format_name, name, found.get(name, {}), stream)
            if stream is not target:
                stream.flush()
                source = stack.enter_context(contextlib.closing(Input(stream.name)))
    return made


def _columns(changing: Changing, source: Input) -> dict[str, dict[int, list[Mention]]]:
    """The changes of a table by column and row."""
    by_file: dict[str, dict[str, dict[int, list[Mention]]]] = {}
    for entry in read_trail(changing.path):
        if not isinstance(entry.doc, int):
            raise TrailError(f"{changing.path}:{entry.line}: a trail of plain text, but {source.shown} is a table; give the file it is of")
        rows = by_file.setdefault(entry.file, {}).setdefault(entry.column, {})
        rows.setdefault(entry.doc, []).append(entry.mention)
    return _chosen(by_file, changing, source) or {}


def _column(
    changing: Changing, source: Input, format_name: str, name: str, changes: Mapping[int, Sequence[Mention]], target: BinaryIO
) -> int:
    format_ = formats()[format_name]
    task = Task("text", (name,), delimiter=changing.delimiter)
    encoder = format_.encoder(source, target, task)
    engine = _OneRow(changing)
    for chunk in format_.read(source, task, Position()):
        touched = any(row in changes for row in range(chunk.start.rows, chunk.end.rows))
        for row in cast(Rows, format_).rows(chunk) if touched else (chunk,):
            engine.place = f"{source.shown}: row {row.start.rows}"
            engine.mentions = changes.get(row.start.rows, ()) if touched else ()
            result = format_.transform(row, task, engine)
            if result.rejected:
                raise InputError(f"{result.first_reject}; nothing was written; a trail belongs to a file without such rows")
            encoder.write(result.data)
    encoder.close()
    if engine.used != sum(map(len, changes.values())):
        raise TrailError(f"{source.shown}: some rows of the trail are not in it; nothing was written; give the file that the trail is of")
    return engine.used
