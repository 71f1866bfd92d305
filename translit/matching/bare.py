"""Bare spellings: a name as it is written where the marks of its letters are not to be had, *Munchen* or *Muenchen* for *München*.

That a lexicon lists *Cordoba* with its mark only does not say that no other place is meant by the letters alone: the villages of a
country share many names that differ by their marks. So a bare spelling is taken for a listed one only where that is the canonical
or the native spelling of an entity that is heavier than nearly all others; how often that is right is counted when a lexicon is
compiled, and asked of it like any other answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import combinations, pairwise

import numpy as np

from translit import limits
from translit.lexicon.fame import Fame
from translit.lexicon.index import Index
from translit.matching.exact import Resolution, resolve
from translit.resources import data_root
from translit.tables import read_table

DIGRAPHS_FORMAT = "translit-digraphs/1"


class Bare:
    """Tells which names are the bare spellings of an index's famous entities.

    Args:
        index: the lexicon's.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.precision = float(index.meta["bare_precision"])

    @cached_property
    def _fame(self) -> Fame:
        return Fame(self.index)

    def resolved(
        self,
        names: Sequence[str],
        forms: Sequence[int],
        rows: Iterable[int],
        alike: Mapping[int, Resolution],
        types: frozenset[int],
        target: str,
    ) -> dict[int, Resolution]:
        """What the names of some rows mean, of those that are bare spellings.

        Args:
            names, forms: the names, and the form of each, -1 where none is listed.
            rows: of those that the lexicon does not list as they stand.
            alike: what their letters resolve to, by row, where the lexicon lists them with other marks.
            types: numbers of the variant types that are rewritten.
            target: BCP 47 tag of the language whose canonical spellings are written.
        """
        out: dict[int, Resolution] = {}
        spellings: list[tuple[int, str]] = []
        for i in rows:
            if not names[i].isascii():
                continue
            found = alike.get(i)
            if found is None:
                spellings += [(i, spelling) for spelling in with_letters(names[i])]
            elif self._own(found, self.index.postings(forms[i])):
                out[i] = found
        for (i, _), postings in zip(spellings, self.index.listed_many([text for _, text in spellings]), strict=True):
            found = resolve(self.index, postings, types, target) if postings else None
            if found is not None and found.state == "one" and self._fame.of(found.entity):
                out.setdefault(i, found)
        return out

    def _own(self, found: Resolution, postings: Sequence[int]) -> bool:
        """Whether what is listed under some letters is the own spelling of a famous entity that is meant by them."""
        own = np.array([p for p in postings if int(self.index.posting_entity[p]) == found.entity], dtype=np.int64)
        return found.state == "one" and bool(self._fame.own(own).any())


def with_letters(name: str) -> list[str]:
    """The spellings of a name with a language's letters for some of its digraphs; none where it has very many.

    >>> with_letters("Goeteborg")
    ['Göteborg', 'Gøteborg']
    >>> with_letters("Duesseldorf")
    ['Dueßeldorf', 'Düsseldorf', 'Düßeldorf']
    """
    small = name.lower()
    # Most names have none.
    present = [digraph for digraph in _every_digraph() if digraph in small]
    if not present:
        return []
    out: set[str] = set()
    for letters in digraphs():
        if letters.keys().isdisjoint(present):
            continue
        found = [i for i in range(len(name) - 1) if small[i : i + 2] in letters]
        if len(found) > limits.MAX_DIGRAPHS:
            continue
        for count in range(1, len(found) + 1):
            some = combinations(found, count)
            out.update(_with(name, letters, starts) for starts in some if all(b - a > 1 for a, b in pairwise(starts)))
    return sorted(out)


def _with(name: str, letters: Mapping[str, str], starts: Sequence[int]) -> str:
    """A name with letters for the digraphs at some places, from the last to the first."""
    for start in reversed(starts):
        letter = letters[name[start : start + 2].lower()]
        name = name[:start] + (letter.upper() if name[start].isupper() else letter) + name[start + 2 :]
    return name


@lru_cache(maxsize=1)
def _every_digraph() -> frozenset[str]:
    return frozenset(digraph for letters in digraphs() for digraph in letters)


@lru_cache(maxsize=1)
def digraphs() -> tuple[Mapping[str, str], ...]:
    """Digraph → letter, of each set of languages that agree, from ``lexicons/digraphs.tsv``."""
    table = read_table(data_root() / "digraphs.tsv", DIGRAPHS_FORMAT, ("digraph", "letter", "langs"))
    by_language: dict[str, dict[str, str]] = {}
    for number, (digraph, letter, langs) in table.rows():
        if len(digraph) != 2 or not digraph.isascii() or len(letter) != 1:
            table.fault(number, "the digraph is not two plain letters, or the letter is not one")
        for lang in langs.split():
            by_language.setdefault(lang, {})[digraph] = letter
    return tuple({tuple(letters.items()): letters for letters in by_language.values()}.values())
