"""The faults of a reading: where they go, and how they show what they found."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NoReturn

from translit.errors import SourceError
from translit.limits import MAX_SOURCE_ERRORS_KEPT
from translit.model import Entity

Report = Callable[[SourceError], None]


def raise_fault(error: SourceError) -> NoReturn:
    """Report the first fault by raising it."""
    raise error


class Faults:
    """Keeps the faults reported to it, up to the cap, and counts the rest."""

    def __init__(self) -> None:
        self.kept: list[SourceError] = []
        self.dropped = 0

    def __call__(self, error: SourceError) -> None:
        if len(self.kept) < MAX_SOURCE_ERRORS_KEPT:
            self.kept.append(error)
        else:
            self.dropped += 1

    def all(self) -> list[SourceError]:
        if not self.dropped:
            return self.kept
        more = SourceError(f"{self.dropped} more faults are not listed", "mend the listed ones and check again")
        return [*self.kept, more]


@dataclass(slots=True)
class Reading:
    """What the sources of one reading share.

    Args:
        report: takes each fault; it may raise it.
        places: where each id was given.
        keep_packs: whether to remember the entities of name packs, for the check of homonyms.
        packs: those entities.
        rows: the line of each of their variants, by entity id.
        columns: the columns of each pack, by file.
        records: how many records in memory were read.
    """

    report: Report
    places: dict[str, str] = field(default_factory=dict)
    keep_packs: bool = False
    packs: list[Entity] = field(default_factory=list)
    rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    records: int = 0

    def claim(self, ident: str, place: str) -> str | None:
        """Enter an id; the place where it was given before, if it was."""
        earlier = self.places.setdefault(ident, place)
        return None if earlier is place else earlier


def nearest(word: str, known: Sequence[str]) -> str:
    """The mend of an unknown word."""
    near = difflib.get_close_matches(word[:64].lower(), known, n=1)
    return f"rename it to '{near[0]}'" if near else f"use one of {', '.join(known)}"


def shown(text: object) -> str:
    """A short printable picture of a text, in quotation marks."""
    clipped = text if not isinstance(text, str) or len(text) <= 60 else text[:59] + "…"
    return repr(clipped)[:400]


def plain(text: str) -> str:
    """A text as it is, or a picture of it where it cannot be printed."""
    return text if text.isprintable() and len(text) <= 60 else shown(text)


def shown_path(path: str | os.PathLike[str]) -> str:
    """A path that can be encoded."""
    return os.fsdecode(path).encode("utf-8", "backslashreplace").decode("utf-8")
