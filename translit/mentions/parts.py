"""Parts of names that stand alone: of persons named in full in the same text, or such as all their bearers write alike."""

from __future__ import annotations

from collections.abc import Container, Set
from functools import lru_cache

import numpy as np

from translit import limits
from translit.lexicon.index import CANONICAL, Part
from translit.lexicon.parts import align_parts, words_of_name
from translit.matching.answers import Answer
from translit.matching.tiers import Tiers
from translit.mentions.cues import has_cue
from translit.mentions.endings import POSSESSIVES, bears, endings
from translit.mentions.evidence import SHORT, Context
from translit.mentions.facts import NAMELIKE, PARTLY, UNKNOWN
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.words import Words, plainly_folded
from translit.model import PERSON
from translit.unicode.fold import fold_token
from translit.unicode.scan import I64

OFTEN_LAST = 0.5
"""Least share of a part's bearers whose last name it must be, to be changed in text where nobody is named in full."""


class Parts:
    """Proposes parts of names, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index
        self._anchors: Memory[int, list[tuple[str, str]]] = Memory()
        self._parts: Memory[str, Part | None] = Memory()

    def added(self, context: Context, facts: I64, places: list[Place], open_: Set[int]) -> list[Place]:
        """Places with the parts of names that stand alone added.

        Those in words that are ``open_``, since they may be another's name, are left as they are.
        """
        words = context.words
        anchors: dict[str, dict[str, set[int]]] = {}
        for place in places:
            meant = place.answer
            if meant is None or meant.entity < 0 or place.last - place.first < 2:
                continue
            if self.index.kind(meant.entity) == PERSON:
                self._anchor(meant.entity, anchors)
        may_be = facts & PARTLY > 0
        if anchors:
            capitals = words.capitals
            may_be[capitals] |= [any(stem in anchors for _, stem, _ in _stems(raw)) for raw in words.spellings(capitals)]
        if not may_be.any():
            return places
        taken = set(open_)
        # A word that nothing bears out as what is listed may be the surname of somebody who is named in full.
        doubted = {place.first for place in places if place.why == "evidence" and place.last - place.first == 1}
        for place in places:
            if place.answer is None or place.answer.entity >= 0 or place.answer.decided:
                taken.update(range(place.first, place.last))
            elif open_:
                taken.difference_update(range(place.first, place.last))
        taken -= doubted
        listed = taken - open_
        extra: list[Place] = []
        for i in np.flatnonzero(may_be[words.scanned.word]).tolist():
            # A word that is open is known no better than one that nothing is near.
            if i in taken or _beside_unknown(words, facts, i, listed):
                continue
            for _, stem, ending in _stems(words.piece(i, i + 1)):
                if i in doubted and stem not in anchors:
                    continue
                answer = self._part(context, i, stem, anchors)
                if answer is not None and bears(answer.canonical, ending):
                    # What the spelling with its ending would be taken for when it is cleaned again is taken for it at once.
                    again = fold_token(answer.canonical + ending) if ending.isalpha() else ""
                    known = again in anchors or (again != "" and self.index.part(again) is not None)
                    extra.append(Place(i, i + 1, answer, "" if known else ending))
                    break
        settled = {place.first for place in extra}
        left = [place for place in places if place.first not in settled]
        return sorted([*left, *extra], key=lambda place: place.first)

    def _anchor(self, entity: int, anchors: dict[str, dict[str, set[int]]]) -> None:
        """Let the parts of a person named in full stand for that person."""
        pairs = self._anchors.known.get(entity)
        if pairs is None:
            canonical = words_of_name(self.tiers.canonical(entity))
            folded = [fold_token(word) for word in canonical]
            forms = self.index.forms_of(entity)
            pairs = [(word, canonical[place]) for form in forms for word, place in align_parts(canonical, folded, form.split(" "))]
            self._anchors.keep(entity, pairs)
        for word, spelling in pairs:
            anchors.setdefault(word, {}).setdefault(spelling, set()).add(entity)

    def _part(self, context: Context, i: int, word: str, anchors: dict[str, dict[str, set[int]]]) -> Answer | None:
        meant = anchors.get(word)
        if meant is not None:
            if len(meant) > 1:
                return None
            ((spelling, bearers),) = meant.items()
            rivals = tuple(sorted(bearers))
            first_name = context.is_name(i) and not any(self.tiers.canonical(e).endswith(spelling) for e in rivals)
            if first_name and _beside_another(context.words, i, anchors):
                # It is rather somebody else's: George Marshall, the Prophet Muhammad.
                return None
            # Two who are named in full may both be meant: the spelling is sure, the person is not.
            return Answer(rivals[0] if len(rivals) == 1 else -1, spelling, "exact", 0.99, rivals, word, len(rivals) > 1)
        part = self._known_part(word)
        if context.words.small[context.words.word[i]]:
            return None
        if part is None or part.last < OFTEN_LAST or context.is_word(i) or context.beside_name(i, i + 1) or len(word) <= SHORT:
            return None
        if word in context.full_names:
            # Somebody of that surname is named in full, who is not listed.
            return None
        if not part.famous and not has_cue(context, i, i + 1, PERSON):
            # Most who are nowhere named in full are others, who spell their surname so themselves.
            return None
        return None if self._is_canonical(word) else self.tiers.part(word)

    def _is_canonical(self, word: str) -> bool:
        """Whether a word is how some name is written, in a pack of names: *Paul* is no *Pavle* where nobody is named in full."""
        form = int(self.index.find_forms([word])[0])
        return form >= 0 and any(int(self.index.posting_type[p]) == CANONICAL for p in self.index.postings(form))

    def _known_part(self, word: str) -> Part | None:
        known = self._parts.known
        if word not in known:
            part = self.index.part(word)
            self._parts.keep(word, part)
            return part
        return known[word]


def _beside_unknown(words: Words, facts: I64, i: int, taken: Set[int]) -> bool:
    """Whether an unknown name goes on behind a word, so that it is rather the given name of somebody else."""
    k = i + 1
    if k >= len(words.word) or k in taken or not words.joined[k] or not words.capital[k]:
        return False
    known = facts[words.word[k]]
    return bool(known & UNKNOWN and known & NAMELIKE and not known & PARTLY)


def _beside_another(words: Words, i: int, anchors: Container[str]) -> bool:
    """Whether a word with a capital stands beside a word that is no part of the persons' names."""
    beside = [k for k in (i - 1, i + 1) if 0 <= k < len(words.word) and words.joined[max(k, i)]]
    return any(words.capital[k] and words.folded[k] not in anchors for k in beside)


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _stems(raw: str) -> tuple[tuple[str, str, str], ...]:
    """A word itself, and the ways to cut an ending off it: (stem, folded stem, ending)."""
    word = plainly_folded(raw)
    return endings(raw) if raw.endswith(POSSESSIVES) else ((word, word, ""), *endings(raw))
