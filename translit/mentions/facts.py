"""Facts: what is true of a capitalised word wherever it stands, worked out once for each spelling and remembered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import regex

from translit import limits, native
from translit.matching.tiers import Tiers
from translit.mentions.endings import endings
from translit.mentions.memory import Memory
from translit.mentions.vocabulary import CALENDAR, FAMILIAR, GEO, NAME, PERSON_CUE, PLACE_CUE, REGION, WORD, shipped_vocabulary
from translit.mentions.words import Words, plainly_folded
from translit.unicode.scan import I64
from translit.unicode.skeleton import unmask

NAMELIKE, UNKNOWN, PART, PARTLY, ENDED, LONG, ORDINARY, HERALD, WELL_KNOWN = 1, 2, 4, 8, 16, 32, 64, 128, 256
"""It may be a name that no lexicon lists; it is no known word; it is a part of persons' names; it or a stem of it is; a stem of it
is listed; it is long enough to be looked up as one that is not; it is an ordinary or calendar word; what follows it may be a surname,
since it is a given name, an initial or a title; it is often written, so that alone it is no other name misspelt."""
LEAST_LETTERS_GUESSED = 5
"""Fewest letters of an unlisted name in text."""
_NO_NAME = regex.compile(r"\p{N}|[\p{L}--\p{Latin}]|\p{L}{3}\p{Ll}\p{Lu}\p{L}{2}", regex.V1)
"""What no name of one word has: digits, letters of another script, or a capital so far inside that two words are run together."""


class Classes(dict[str, int]):
    """Folded word → its class bits, of :mod:`translit.mentions.vocabulary`; looked up when first asked for."""

    def __missing__(self, word: str) -> int:
        self.learn([word])
        return self.get(word, 0)

    def learn(self, words: Sequence[str]) -> None:
        """Look up several words at once."""
        new = [word for word in words if word not in self]
        if len(self) + len(new) > limits.MEMORY:
            self.clear()
        self.update(zip(new, shipped_vocabulary().classes(new).tolist(), strict=True))


class Facts:
    """Facts about the words of texts, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers, self.index = tiers, tiers.index
        self.classes = Classes()
        self._known: Memory[str, int] = Memory()

    def of(self, words: Words) -> I64:
        """The facts of each distinct spelling of a text, 0 for one that is not capital."""
        rows = words.capitals
        spellings = words.spellings(rows)
        known = self._known.known
        found = [known.get(spelling, -1) for spelling in spellings]
        if -1 in found:
            learnt = self._learn([spelling for spelling, facts in zip(spellings, found, strict=True) if facts < 0])
            found = [learnt[spelling] if facts < 0 else facts for spelling, facts in zip(spellings, found, strict=True)]
        out = np.zeros(len(words.scanned.first), dtype=np.int64)
        out[rows] = found
        return out

    def _learn(self, spellings: Sequence[str]) -> dict[str, int]:
        learnt: dict[str, int] = {}
        folded = [plainly_folded(spelling) for spelling in spellings]
        stems = [[stem for _, stem, _ in endings(spelling)] for spelling in spellings]
        every = list(dict.fromkeys([*folded, *(stem for each in stems for stem in each)]))
        self.classes.learn(every)
        part = dict(zip(every, self._parts(every), strict=True))
        cut = list(dict.fromkeys(stem for each in stems for stem in each))
        listed = dict(zip(cut, (self.index.find_forms(cut) >= 0).tolist(), strict=True))
        for spelling, word, each in zip(spellings, folded, stems, strict=True):
            bits = self.classes[word]
            ordinary = bits & (WORD | CALENDAR) or any(self.classes[stem] & (WORD | REGION) for stem in each)
            facts = NAMELIKE * (len(word) > 1 and not ordinary and self._may_be_a_name(spelling, word))
            known = [bits, *(self.classes[stem] for stem in each)]
            facts |= UNKNOWN * (not bits & (WORD | CALENDAR | REGION) and not any(own & NAME and not own & GEO for own in known))
            facts |= WELL_KNOWN * any(own & FAMILIAR for own in known)
            facts |= PART * part[word] | PARTLY * (part[word] or any(part[stem] for stem in each))
            facts |= LONG * (len(word) >= LEAST_LETTERS_GUESSED) | ORDINARY * bool(bits & (WORD | CALENDAR))
            facts |= HERALD * _is_herald(spelling, bits)
            facts |= ENDED * any(listed[stem] or stem in self.tiers.rulings.folded for stem in each)
            learnt[spelling] = facts
            self._known.keep(spelling, facts)
        return learnt

    def _may_be_a_name(self, spelling: str, word: str) -> bool:
        """Whether a word may be a name that no lexicon lists; one that is listed in disguise is none."""
        plain = unmask(spelling)
        return _NO_NAME.search(plain) is None and (plain == spelling or int(self.index.find_forms([word])[0]) < 0)

    def _parts(self, words: Sequence[str]) -> list[bool]:
        known = self.index.arrays["part.hash"]
        if not len(known):
            return [False] * len(words)
        digest = native.token_hashes(words)
        place = np.minimum(np.searchsorted(known, digest), len(known) - 1)
        found: list[bool] = (known[place] == digest).tolist()
        return found


def _is_herald(spelling: str, bits: int) -> bool:
    """Whether a surname may follow."""
    if len(spelling) == 1:
        return (spelling.isupper() and spelling not in "IA") or _is_given(bits)
    return bool(bits & PERSON_CUE and not bits & PLACE_CUE) or _is_given(bits)


def _is_given(bits: int) -> bool:
    return bool(bits & NAME) and not bits & (WORD | CALENDAR | GEO)
