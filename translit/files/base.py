"""What every file format speaks: tasks, chunks, results, and the registry of formats.

A format is one module of this package with a ``FORMATS`` tuple; :func:`formats` finds it. Reading cuts a file into
chunks of whole rows in order, :meth:`Format.transform` maps one chunk to its output without looking at any other
(so that it may run in another process), and an :class:`Encoder` writes the outputs in the order of the chunks.
"""

from __future__ import annotations

import codecs
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import BinaryIO, Literal, NamedTuple, Protocol

from translit.errors import TranslitError, meant
from translit.files.inputs import Input
from translit.limits import CHUNK_BYTES, CHUNK_GROWTH, MAX_CHUNK_BYTES, MAX_REJECT_BYTES
from translit.model import Match, Mention

ADDABLE = ("id", "kind", "confidence", "method", "original")
"""What ``--add`` can write beside a column."""

Mode = Literal["text", "name"]


class Engine(Protocol):
    """The part of :class:`translit.Normalizer` that files need; its ``rewrite_many`` is used, too, where an engine has it."""

    def find_many(self, texts: Sequence[str], /) -> Sequence[Sequence[Mention]]: ...

    def match_many(self, names: Sequence[str], /) -> Sequence[Match | None]: ...


@dataclass(frozen=True, slots=True)
class Task:
    """What to do to the values of a file.

    Args:
        mode: ``"text"`` changes the mentions inside a value, ``"name"`` maps a value as a whole.
        columns: the columns of a table or keys of a JSONL file.
        add: columns to add, from :data:`ADDABLE`; all but ``original`` need mode ``"name"``.
        audit: whether to say where the changes are.
        delimiter: of CSV fields, one character; ``""`` for the format's own.
        many: whether several files share one audit file.
    """

    mode: Mode = "text"
    columns: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    audit: bool = False
    delimiter: str = ""
    many: bool = False

    def added(self) -> list[tuple[int, str, str]]:
        """Index of the column, what is added, and the new column's name, in the order written."""
        return [(i, what, f"{column}_{what}") for i, column in enumerate(self.columns) for what in self.add]


class Position(NamedTuple):
    """A place between two chunks of a file.

    Args:
        offset: bytes before it, uncompressed; for Parquet the row group.
        rows: rows before it, or code points for plain text.
        line: lines before it.
    """

    offset: int = 0
    rows: int = 0
    line: int = 0


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some rows of a file.

    Args:
        doc: the file's name, ``0`` for standard input.
        start: where it starts.
        end: where it ends.
        data: the rows, in a form private to the format.
        context: what the format needs to know of the rest of the file.
    """

    doc: str | int
    start: Position
    end: Position
    data: object
    context: object = None


@dataclass(slots=True)
class Result:
    """What became of a chunk; also the running total of a file."""

    data: bytes = b""
    audit: bytes = b""
    rejects: bytes = b""
    first_reject: str = ""
    rows: int = 0
    rejected: int = 0
    changed: int = 0
    mentions: int = 0
    found: frozenset[int] = field(default_factory=frozenset)


class Encoder(Protocol):
    """Writes the results of one file, in order."""

    def write(self, data: bytes, /) -> object: ...

    def close(self) -> None: ...


class Format(Protocol):
    """One file format.

    Args:
        name: as ``--format`` takes it.
        suffixes: lower-case endings of file names, with the dot; none for a format that only translit itself asks for.
        tabular: whether it has rows and columns.
        columnar: whether a chunk is answered as columns, so that nearly all the work of one of names is to match the distinct ones.
    """

    name: str
    suffixes: tuple[str, ...]
    tabular: bool

    @property
    def columnar(self) -> bool: ...

    def read(self, source: Input, task: Task, start: Position) -> Iterator[Chunk]:
        """The chunks of a file, from ``start`` on."""
        ...

    def transform(self, chunk: Chunk, task: Task, engine: Engine) -> Result:
        """The output of one chunk."""
        ...

    def encoder(self, source: Input, target: BinaryIO, task: Task) -> Encoder:
        """Writes the outputs to ``target``, which stays open."""
        ...


class BytesEncoder:
    """The encoder of formats whose output is the outputs of the chunks, one after the other."""

    def __init__(self, target: BinaryIO) -> None:
        self.write = target.write

    def close(self) -> None:
        """Nothing is left to write."""


class UsageError(TranslitError):
    """Options that do not fit the files."""


@cache
def formats() -> Mapping[str, Format]:
    """Every format by name.

    >>> sorted(formats())
    ['csv', 'jsonl', 'names', 'parquet', 'text', 'tsv']
    """
    import translit.files as package

    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return {format_.name: format_ for module in modules for format_ in getattr(module, "FORMATS", ())}


def format_of(name: str) -> Format:
    """The format of a file by its name, compression aside; plain text where no format claims it.

    >>> format_of("names.csv.gz").name, format_of("article.md").name
    ('csv', 'text')
    """
    lower = name.lower()
    for packing in (".gz", ".zst"):
        lower = lower.removesuffix(packing)
    known = formats()
    return next((format_ for format_ in known.values() if lower.endswith(format_.suffixes)), known["text"])


def chunk_limit(task: Task) -> Callable[[int], int]:
    """Bytes of a chunk by the offset where it starts.

    Chunks of names grow with the file: each knows more of the values by then, and a small file still is work for several.

    >>> chunk_limit(Task("text"))(1 << 30), chunk_limit(Task("name"))(0), chunk_limit(Task("name"))(1 << 30)
    (262144, 262144, 4194304)
    """
    most = CHUNK_BYTES if task.mode == "text" else MAX_CHUNK_BYTES
    return lambda offset: min(max(CHUNK_BYTES, offset // CHUNK_GROWTH), most)


def dump(record: Mapping[str, object]) -> bytes:
    r"""One JSON line; escaped where it holds a lone surrogate, which UTF-8 cannot.

    >>> dump({"input": "\ud800é"})
    b'{"input":"\\ud800\\u00e9"}\n'
    """
    try:
        return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(record, separators=(",", ":")).encode() + b"\n"


class Answered(Protocol):
    """What became of a value; :class:`translit.files.answers.Answer`."""

    @property
    def changes(self) -> int: ...

    def changed(self, original: str, /) -> Sequence[Mention]: ...


@dataclass(slots=True)
class Collector:
    """Gathers what a chunk says beside its output."""

    task: Task
    chunk: Chunk
    result: Result = field(default_factory=Result)
    audit: list[bytes] = field(default_factory=list)
    rejects: list[bytes] = field(default_factory=list)

    def reject(self, row: int, line: int, offset: int, raw: bytes | None, reason: str) -> None:
        """Enter a row that is left out of the output; ``raw`` is None where it was not kept."""
        record: dict[str, object] = {"file": self.chunk.doc} if self.task.many else {}
        record |= {"row": row, "line": line, "offset": offset, "reason": reason}
        if raw is not None and len(raw) <= MAX_REJECT_BYTES:
            record["raw"] = raw.decode("utf-8", "surrogateescape")
        self.rejects.append(dump(record))
        self.result.rejected += 1
        if not self.result.first_reject:
            place = "standard input" if self.chunk.doc == 0 else str(self.chunk.doc)
            self.result.first_reject = f"{place}:{line}: row {row} at byte {offset}: {reason}"

    def change(self, doc: str | int, column: int, value: str, answer: Answered, base: int = 0) -> None:
        """Enter the changes of one value; ``base`` is the offset of the value in its document."""
        self.result.changed += bool(answer.changes)
        self.result.mentions += answer.changes
        if self.task.audit and answer.changes:
            extra: dict[str, object] = {}
            if self.task.columns:
                extra["column"] = self.task.columns[column]
            if self.task.many and self.task.columns:
                extra["file"] = self.chunk.doc
            self.audit.extend(dump({**audit_record(doc, mention, base), **extra}) for mention in answer.changed(value))

    def finish(self, data: bytes) -> Result:
        """The result with ``data`` as output."""
        self.result.data, self.result.audit, self.result.rejects = data, b"".join(self.audit), b"".join(self.rejects)
        return self.result


def audit_record(doc: str | int, mention: Mention, base: int = 0) -> dict[str, object]:
    """The line of the audit file for one change; ``reasons`` tell of a disguise or an ending, where there is one."""
    reasons = mention.candidates[0].reasons if mention.candidates else ()
    return {
        "doc": doc,
        "start": base + mention.start,
        "end": base + mention.end,
        "input": mention.input,
        "replacement": mention.replacement,
        "id": mention.id,
        "kind": mention.kind,
        "method": mention.method,
        "confidence": mention.confidence,
        **({"reasons": list(reasons)} if reasons else {}),
    }


def unknown_column(shown: str, name: str, known: Sequence[str], hint: str = "") -> UsageError:
    """The error for a column that the file does not have."""
    listed = ", ".join(known[:20]) + (", …" if len(known) > 20 else "")
    mend = hint or meant(name, known) or "; name one of them with --column"
    return UsageError(f"{shown}: no column {name!r}: the file has {listed or 'none'}{mend}")


def need_columns(task: Task, known: Sequence[str]) -> None:
    """Raise UsageError unless columns were named."""
    if not task.columns:
        listed = f" (the file has {', '.join(known[:20])})" if known else ""
        raise UsageError(f"a table needs --column: say which columns hold names or text{listed}")


def is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 throughout."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def bad_utf8(error: UnicodeDecodeError, offset: int) -> str:
    """The reason for bytes that are not UTF-8; ``offset`` is that of the decoded bytes in the file."""
    return f"invalid UTF-8: byte 0x{error.object[error.start]:02x} at byte offset {offset + error.start}"


def utf16(head: bytes) -> str:
    """The name of the UTF-16 that a file begins in, ``""`` for none.

    >>> utf16("K,".encode("utf-16")), utf16("K,".encode("utf-16-le")), utf16(b"K,")
    ('UTF-16', 'UTF-16LE', '')
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "UTF-16"
    for low, name in ((0, "UTF-16LE"), (1, "UTF-16BE")):
        # Half of the bytes of plain letters are zero.
        if head[low:4:2].strip(b"\0") and len(head) > 1 and not head[1 - low : 4 : 2].strip(b"\0"):
            return name
    return ""


def to_utf8(head: bytes) -> str:
    """What to do about a file that is not UTF-8, by its first bytes.

    >>> to_utf8(b"Kabul fiel"), to_utf8(codecs.BOM_UTF16_LE + b"K")
    ('convert the file to UTF-8, such as by iconv -f CP1252 -t UTF-8', 'it is UTF-16: convert it by iconv -f UTF-16 -t UTF-8')
    """
    if encoding := utf16(head):
        return f"it is {encoding}: convert it by iconv -f {encoding} -t UTF-8"
    if head.startswith(b"PK\x03\x04"):
        return "it is a ZIP archive or an office document: save it as text or CSV, in UTF-8"
    return "convert the file to UTF-8, such as by iconv -f CP1252 -t UTF-8"
