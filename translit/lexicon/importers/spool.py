"""Rows gathered by key on disk, so that memory does not grow with the file."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_BATCH = 10_000


class Spool:
    """A table of rows in a temporary file; rows of one key are read back together, in the order they were added.

    >>> with Spool() as spool:
    ...     for key, row in [("a", 1), ("b", 2), ("a", 3)]:
    ...         spool.add(key, row)
    ...     list(spool.groups()), list(spool.get("b"))
    ([('a', [1, 3]), ('b', [2])], [2])
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="translit-")
        self._base = sqlite3.connect(Path(self._folder.name, "rows.sqlite"))
        # The file dies with the process: nothing of it need survive a crash.
        self._base.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=FILE;")
        self._base.execute("CREATE TABLE rows (key, number INTEGER, row TEXT)")
        self._batch: list[tuple[str | int, int, str]] = []
        self._number = 0
        self._indexed = False

    def add(self, key: str | int, row: Any) -> None:
        """Add a row, any value that JSON has, under a key."""
        self._number += 1
        self._batch.append((key, self._number, json.dumps(row, ensure_ascii=False)))
        if len(self._batch) >= _BATCH:
            self._flush()

    def get(self, key: str | int) -> Iterator[Any]:
        """The rows of a key."""
        self._index()
        for (row,) in self._base.execute("SELECT row FROM rows WHERE key = ? ORDER BY number", (key,)):
            yield json.loads(row)

    def groups(self) -> Iterator[tuple[Any, list[Any]]]:
        """Each key with its rows, in the order in which the keys were first added."""
        self._index()
        keys = self._base.execute("SELECT key FROM rows GROUP BY key ORDER BY MIN(number)")
        for (key,) in keys:
            yield key, list(self.get(key))

    def _flush(self) -> None:
        self._base.executemany("INSERT INTO rows VALUES (?, ?, ?)", self._batch)
        self._batch.clear()
        self._indexed = False

    def _index(self) -> None:
        if self._batch:
            self._flush()
        if not self._indexed:
            self._base.execute("DROP INDEX IF EXISTS by_key")
            # The rows stand in the index itself, sorted, so that a group is read in one go.
            self._base.execute("CREATE INDEX by_key ON rows (key, number, row)")
            self._indexed = True

    def close(self) -> None:
        """Remove the file."""
        self._base.close()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
