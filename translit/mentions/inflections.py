"""The table of endings: those of cases and words written together with a name, of ``lexicons/endings.tsv``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import NamedTuple

import regex

from translit import limits
from translit.resources import data_root
from translit.tables import read_table
from translit.unicode.fold import fold_token
from translit.unicode.hashes import token_hashes
from translit.unicode.scripts import script_of

FORMAT = "translit-endings/1"
COLUMNS = ("ending", "instead", "use", "langs", "example")
USES = ("case", "local", "proclitic", "elision", "derived")
"""What a row is for; a local case says by itself that a place is meant: in it, from it, to it."""
_GONE = regex.compile(r"(?=.{0,3}$)[aeiouyjаеиоуыэюяйь]*[lmns]?")
"""What a name may lose before the ending of a derived word: *Byzantine* of *Byzantium*."""
_RESPELLED = frozenset({"e", "ey", "iy", "j", "y", "yi", "yy", "ы", "ый", "ій"})
"""Last letters of a name that some write as one vowel."""
LEAST_DERIVED = 4
"""Fewest letters of the stem of a derived word."""


class Ending(NamedTuple):
    """A row of the table, folded."""

    ending: str
    instead: str
    use: str
    langs: tuple[str, ...]
    example: str
    script: str


@dataclass(frozen=True)
class Endings:
    """The table: its rows by use, and by language the small words by which its text is known; of English apart, which has no rows."""

    rows: dict[str, tuple[Ending, ...]]
    small: dict[str, frozenset[str]]
    english: frozenset[str] = frozenset()

    @cached_property
    def _inflecting(self) -> dict[tuple[str, str, str], list[Ending]]:
        """The rows of inflected names by the side they stand on, script and ending."""
        found: dict[tuple[str, str, str], list[Ending]] = {}
        for use in ("case", "local", "proclitic"):
            for row in self.rows[use]:
                found.setdefault(("proclitic" if use == "proclitic" else "case", row.script, row.ending), []).append(row)
        return found

    @cached_property
    def _longest(self) -> int:
        return max(len(ending) for _, _, ending in self._inflecting)

    def on(self, word: str, script: str) -> Iterator[Ending]:
        """The rows whose ending, or proclitic, a folded word of a script has, the longest first."""
        for size in range(min(self._longest, len(word)), 0, -1):
            yield from self._inflecting.get(("case", script, word[-size:]), ())
            yield from self._inflecting.get(("proclitic", script, word[:size]), ())

    @cached_property
    def elided(self) -> frozenset[str]:
        """The small words that are written together with a name by an apostrophe."""
        return frozenset(row.ending for row in self.rows["elision"])

    @cached_property
    def languages(self) -> frozenset[str]:
        """All languages whose small words are known."""
        return frozenset(self.small)

    @cached_property
    def hashes(self) -> frozenset[int]:
        """The hashes of the small words, folded."""
        return frozenset(token_hashes([fold_token(word) for small in self.small.values() for word in small]).tolist())


def read_endings(path: Path) -> Endings:
    """Read a table of endings.

    Raises:
        SourceError: it is none, with the line and the mend.
    """
    table = read_table(path, FORMAT, COLUMNS)
    small = {key.removeprefix("words."): frozenset(words.split()) for key, words in table.header.items() if key.startswith("words.")}
    rows: dict[str, list[Ending]] = {use: [] for use in USES}
    for number, cells in table.rows():
        if cells[2] not in USES or cells[4].count("=") != 1:
            table.fault(number, f"the use is none of {', '.join(USES)}, or the example is not 'Кабуле=Кабул'")
        ending, instead = fold_token(cells[0]), fold_token(cells[1])
        rows[cells[2]].append(Ending(ending, instead, cells[2], tuple(cells[3].split()), cells[4], script_of(cells[0])))
    english = frozenset(table.header.get("english", "").split())
    return Endings({use: tuple(found) for use, found in rows.items()}, small, english)


@lru_cache(maxsize=1)
def shipped_endings() -> Endings:
    """The endings that ship with translit.

    >>> sorted(shipped_endings().rows)
    ['case', 'derived', 'elision', 'local', 'proclitic']
    """
    return read_endings(data_root() / "endings.tsv")


def cut(word: str, row: Ending) -> str | None:
    """The stem of a folded word that has a row's ending (or proclitic), None where it has not.

    >>> row = Ending("ой", "а", "case", ("ru",), "", "Cyrl")
    >>> cut("москвои", row._replace(ending=fold_token("ой"))), cut("кабул", row)
    ('москва', None)
    """
    if row.use == "proclitic":
        return row.instead + word[len(row.ending) :] if word.startswith(row.ending) else None
    return word[: -len(row.ending)] + row.instead if word.endswith(row.ending) else None


@lru_cache(maxsize=limits.TOKEN_CACHE)
def is_derived(word: str, name: str) -> bool:
    """Whether a folded word is derived from a folded name: who comes from there, or follows them.

    >>> is_derived("kronstadters", "kronstadt"), is_derived("asturian", "asturias"), is_derived("tehran", "teheran")
    (True, True, False)
    >>> is_derived("zanzibari", "zanzibar"), is_derived("almati", "almaty")
    (True, False)
    """
    if not name.startswith(word[:LEAST_DERIVED]):
        return False
    for row in shipped_endings().rows["derived"]:
        stem = word[: -len(row.ending)]
        if (
            word.endswith(row.ending)
            and len(stem) >= LEAST_DERIVED
            and name.startswith(stem)
            and _GONE.fullmatch(name, len(stem)) is not None
            and not (len(row.ending) == 1 and name[len(stem) :] in _RESPELLED)
            and not name.endswith(row.ending)
        ):
            return True
    return False
