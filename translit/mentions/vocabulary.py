"""The vocabulary: which folded words are ordinary words, personal names or calendar words, and which are cues of a mention.

Read from ``lexicons/words.tsv.gz`` and ``lexicons/cues.tsv``, and kept compiled beside the built-in lexicon or in the user's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translit.lexicon.cache import content_key, installed, once
from translit.lexicon.index import hashes
from translit.lexicon.source import read_names
from translit.lexicon.storage import read, write
from translit.model import DEFAULT_TYPES
from translit.resources import data_root, name_paths
from translit.tables import read_table
from translit.unicode.tokens import fold

WORD, NAME, CALENDAR, PLACE_CUE, PERSON_CUE, WEAK, GEO, REGION, COUNTRY, BEHIND_CUE = 1, 2, 4, 8, 16, 32, 64, 128, 256, 512
AND_CUE, LINK_CUE, MOTION_CUE, STATE_CUE, TIED_CUE, PREPOSITION, CLUB_CUE, SPORT_CUE, FAMILIAR = (1 << bit for bit in range(10, 19))
"""Bits of a word's classes; a region is a continent, a country or a first-level subdivision, by its canonical name, a country one of the
first two in any language; what is familiar is often written in some language, and none of the others: a brand, a landscape."""
RARE = 4.0
"""Zipf frequency below which a word that is a place too counts as weak."""
_CLASSES = {"word": WORD, "name": NAME, "calendar": CALENDAR, "weak": WEAK, "geo": GEO, "familiar": FAMILIAR}
_CUES = {
    "place": PLACE_CUE, "person": PERSON_CUE, "behind": BEHIND_CUE, "and": AND_CUE, "link": LINK_CUE, "motion": MOTION_CUE,
    "state": STATE_CUE, "tied": TIED_CUE, "preposition": PREPOSITION, "club": CLUB_CUE, "sport": SPORT_CUE,
}  # fmt: skip
_CAPITAL_WORD = "capital"
"""Kind of a word that has a capital inside a sentence though no place is meant: an Argentine, un Indien."""
WORDS_FORMAT, CUES_FORMAT = "translit-words/1", "translit-cues/1"


class Vocabulary:
    """Classes of folded words.

    Args:
        digests: sorted hashes of the words.
        bits: the classes of each.
        names: sorted hashes of the names of continents, countries and provinces, in every language, a name of several as often.
        named: hash of the canonical name of each.
    """

    def __init__(
        self, digests: NDArray[np.uint64], bits: NDArray[np.uint32], names: NDArray[np.uint64], named: NDArray[np.uint64]
    ) -> None:  # fmt: skip
        self._digests, self._bits, self._names, self._named = digests, bits, names, named

    def classes(self, words: Sequence[str]) -> NDArray[np.uint32]:
        """The class bits of each folded word, 0 for an unknown one."""
        out = np.zeros(len(words), dtype=np.uint32)
        if len(words) and len(self._digests):
            digest = hashes(words)
            place = np.minimum(np.searchsorted(self._digests, digest), len(self._digests) - 1)
            hit = self._digests[place] == digest
            out[hit] = self._bits[place[hit]]
        return out

    def is_another_region(self, word: str, canonical: str) -> bool:
        """Whether a folded word is the name of a continent, country or province in some language, and none with that canonical name.

        >>> [shipped_vocabulary().is_another_region("bayern", name) for name in ("bern", "bavaria")]
        [True, False]
        """
        digest, own = hashes([word, canonical])
        first, last = np.searchsorted(self._names, digest, "left"), np.searchsorted(self._names, digest, "right")
        return bool(first < last and own not in self._named[first:last])


def compile_vocabulary(
    words: Path, cues: Path, named: Iterable[tuple[int, Iterable[str]]] = ()
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    """The sorted hashes and class bits of the words and cues of two files, and of the folded names that are given with their bit."""
    bits: dict[str, int] = {}
    for _, (word, names, zipf) in read_table(words, WORDS_FORMAT, ("word", "class", "zipf")).rows():
        value = 0
        for name in names.split(" "):
            value |= _CLASSES[name]
        if value & WORD and value & GEO and float(zipf) < RARE:
            value = value & ~WORD | WEAK
        bits[word] = value
    for value, found in named:
        for name in found:
            bits[name] = bits.get(name, 0) | value
    for _, (word, kind, _langs) in read_table(cues, CUES_FORMAT, ("cue", "kind", "langs")).rows():
        known = bits.get(word, 0)
        bits[word] = known & ~GEO | WEAK if kind == _CAPITAL_WORD else known | _CUES[kind]
    digest = hashes(bits)
    order = np.argsort(digest, kind="stable")
    return digest[order], np.fromiter(bits.values(), dtype=np.uint32, count=len(bits))[order]


LANDS, PARTS = ("continents", "countries"), ("subdivisions",)
"""Packs of the names of continents and countries, and of what these are divided into."""


def shipped_names(packs: Sequence[str]) -> list[tuple[str, str]]:
    """The folded names in some of the packs that ship, each with the folded canonical one, which has itself, too."""
    entities = [entity for path in name_paths() if path.name.split(".")[0] in packs for entity in read_names(path)]
    variants = ((v.text, e.canonical) for e in entities for v in e.variants if v.type in DEFAULT_TYPES)
    return sorted({(fold(text), fold(canonical)) for text, canonical in (*((e.canonical, e.canonical) for e in entities), *variants)})


def build_vocabulary(target: Path) -> None:
    """Compile the shipped word list and cues, and the names of regions, into a file."""
    words, cues = data_root() / "words.tsv.gz", data_root() / "cues.tsv"
    lands = shipped_names(LANDS)
    regions = sorted({*lands, *shipped_names(PARTS)})
    named = ((REGION, {canonical for _, canonical in regions}), (COUNTRY, {name for name, _ in lands}))
    digests, bits = compile_vocabulary(words, cues, named)
    names, canonicals = hashes([name for name, _ in regions]), hashes([canonical for _, canonical in regions])
    order = np.lexsort((canonicals, names))
    arrays: dict[str, NDArray[Any]] = {"digests": digests, "bits": bits, "names": names[order], "named": canonicals[order]}
    write(target, arrays, {"sources": [words.name, cues.name]})


@lru_cache(maxsize=1)
def shipped_vocabulary() -> Vocabulary:
    """The vocabulary that ships with translit.

    >>> [int(b) & (WORD | NAME) for b in shipped_vocabulary().classes(["but", "robert", "panjsjir"])]
    [1, 2, 0]
    """
    target = installed("vocabulary")
    if target is None:
        sources = [data_root() / "words.tsv.gz", data_root() / "cues.tsv", *name_paths(), Path(__file__)]
        target = once(f"{content_key(sources)}.vocabulary", build_vocabulary)
    arrays, _ = read(target)
    return Vocabulary(arrays["digests"], arrays["bits"], arrays["names"], arrays["named"])
