"""Designators: the words that say what kind of place a name is of – *Province of Herat*, *ولایت هرات*, *แคว้นเฮรัต*.

A list of districts writes them, or leaves them out, or writes them in another language; the name beside them tells the place.
"""

from __future__ import annotations

from functools import lru_cache

from translit import limits
from translit.matching.nameparts import particles
from translit.matching.titles import JOINING, plain
from translit.resources import data_root
from translit.tables import read_table
from translit.unicode.scripts import script_of

DESIGNATORS_FORMAT = "translit-designators/1"
LINKS = frozenset({"of", "the", "de", "d", "del", "della", "dell", "di", "do", "da", "des", "du", "von", "van"})
"""Words between a designator and the name."""


@lru_cache(maxsize=1)
def designators() -> tuple[frozenset[str], tuple[str, ...]]:
    """The folded words of scripts that part words, and those of the others as they are written, the longest first."""
    table = read_table(data_root() / "designators.tsv", DESIGNATORS_FORMAT, ("word", "langs"))
    words = [word for _, (word, _) in table.rows()]
    joined = [word for word in words if script_of(word) in JOINING]
    parted = frozenset(plain(word) for word in words) - frozenset(map(plain, joined))
    return parted, tuple(sorted(joined, key=lambda word: (-len(word), word)))


@lru_cache(maxsize=limits.TOKEN_CACHE)
def is_designator(word: str) -> bool:
    """Whether a folded word says what kind of place another is the name of, with or without an article written in one with it.

    >>> is_designator(plain("مدينة")), is_designator(plain("المدينة")), is_designator("medina")
    (True, True, False)
    """
    parted, _ = designators()
    return word in parted or any(word.startswith(prefix) and word.removeprefix(prefix) in parted for prefix in particles().prefixes)


@lru_cache(maxsize=limits.TOKEN_CACHE)
def undesignated(name: str) -> str:
    """A name without the designators before and after it; ``""`` where it has none, or nothing but them.

    >>> undesignated("Province of Herat"), undesignated("Гератская область"), undesignated("アラスカ郡"), undesignated("Herat")
    ('Herat', 'Гератская', 'アラスカ', '')
    """
    parted, joined = designators()
    words = name.split()
    first, last = 0, len(words)
    while first < last - 1 and plain(words[first]) in parted:
        first += 1
        while first < last - 1 and plain(words[first]) in LINKS:
            first += 1
    while last - 1 > first and plain(words[last - 1]) in parted:
        last -= 1
    kept = " ".join(words[first:last])
    # Of most names neither is asked word by word.
    if not name.isascii() and (kept.endswith(joined) or kept.startswith(joined)):
        end = next((word for word in joined if kept.endswith(word) and len(kept) >= len(word) + 2), "")
        start = next((word for word in joined if kept.startswith(word) and len(kept) >= len(word) + 2), "") if not end else ""
        kept = kept[len(start) : len(kept) - len(end)].strip()
    return kept if kept != " ".join(words) and len(plain(kept)) > 1 else ""
