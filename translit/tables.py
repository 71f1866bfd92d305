"""Tables of data that ship: TSV with header lines ``#: key=value``, a line of column names, and the rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from translit.errors import SourceError


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it was read.

    Args:
        path: the file.
        header: the values of the header lines, by key.
        lines: the rows, not yet taken apart, each with its line number.
        columns: the names of the columns.
    """

    path: Path
    header: Mapping[str, str]
    lines: Sequence[tuple[int, str]]
    columns: tuple[str, ...]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The cells of each row, with its line number.

        Raises:
            SourceError: a row has more or fewer cells than there are columns.
        """
        for number, line in self.lines:
            cells = line.split("\t")
            if len(cells) != len(self.columns):
                self.fault(number, f"{len(cells)} columns, not {len(self.columns)}")
            yield number, cells

    def fault(self, number: int, message: str) -> NoReturn:
        """Raise what is wrong with a row."""
        raise SourceError(message, f"write {', '.join(self.columns)}, parted by tabs", str(self.path), number)


def read_table(path: Path, form: str, columns: Sequence[str]) -> Table:
    """Read a table, packed with gzip or not.

    Args:
        path: the file.
        form: the value of its header line ``format``.
        columns: the names of its columns, in order.

    Raises:
        SourceError: the header does not name the format, or the columns are others.

    >>> from translit.resources import data_root
    >>> table = read_table(data_root() / "cues.tsv", "translit-cues/1", ("cue", "kind", "langs"))
    >>> table.header["licence"], next(table.rows())[1]
    ('CC0-1.0', ['ambassador', 'person', 'en'])
    """
    data = path.read_bytes()
    if path.suffix == ".gz":
        # What only texts need: a first name is answered without it.
        import gzip

        data = gzip.decompress(data)
    text = data.decode("utf-8")
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line]
    head = [line[2:].strip().partition("=") for _, line in lines if line.startswith("#:")]
    header = {key: value for key, _, value in head}
    if header.get("format") != form:
        raise SourceError(f"no header line '#: format={form}'", "write it first", str(path), 1)
    body = [(number, line) for number, line in lines if not line.startswith("#:")]
    if not body or body[0][1].split("\t") != list(columns):
        number = body[0][0] if body else len(lines)
        raise SourceError("the column line is wrong", f"make it {' '.join(columns)}, parted by tabs", str(path), number)
    return Table(path, header, body[1:], tuple(columns))
