"""Listed names: the windows of words that the lexicon lists, and the longest at each place; what they need is weighed later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from translit.matching.exact import Resolution, resolve
from translit.matching.tiers import REJECTED, Answer, Tiers
from translit.mentions.endings import POSSESSIVES, endings
from translit.mentions.evidence import Need
from translit.mentions.facts import ENDED
from translit.mentions.fame import Fame
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.windows import Forms
from translit.mentions.words import Words
from translit.unicode.scan import I64
from translit.unicode.tokens import fold

Reach = dict[int, int]
"""Word → how many words the longest window has that begins there and may be listed, with an ending or without; rising."""


class Listed:
    """Proposes the listed names of texts, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame, forms: Forms) -> None:
        self.tiers, self.fame, self.forms = tiers, fame, forms
        self.index = tiers.index
        self._remembered: Memory[str, Place | None] = Memory()

    def places_many(self, documents: Sequence[Words], facts: Sequence[I64]) -> list[list[Place]]:
        """The longest listed name at each place of each text, from the left, without overlap.

        Args:
            documents: the texts, scanned for ``forms``.
            facts: of the distinct words of each, as :meth:`~translit.mentions.facts.Facts.of` gives them.
        """
        reaches = [self._reach(words, known) for words, known in zip(documents, facts, strict=True)]
        found = self._found(documents, reaches)
        return [self._places(words, reach, found) for words, reach in zip(documents, reaches, strict=True)]

    def _reach(self, words: Words, facts: I64) -> Reach:
        reach: Reach = {}
        for i, count, _ in words.scanned.hit.tolist():
            reach[i] = max(count, reach.get(i, 0))
        number = words.word
        ended: dict[int, bool] = {}
        for i, k in words.scanned.open.tolist():
            has = ended.get(number[k])
            if has is None:
                has = ended[number[k]] = bool(endings(words.piece(k, k + 1)))
            if has:
                reach[i] = max(k - i + 1, reach.get(i, 0))
        for i in np.flatnonzero(facts[words.scanned.word] & ENDED).tolist():
            reach.setdefault(i, 1)
        return dict(sorted(reach.items()))

    def _found(self, documents: Sequence[Words], reaches: Sequence[Reach]) -> dict[str, Place | None]:
        """What begins each piece of text that may begin with a listed name, as if it began the text; remembered."""
        known = self._remembered.known
        new: dict[str, tuple[Words, int, int]] = {}
        found: dict[str, Place | None] = {}
        for words, reach in zip(documents, reaches, strict=True):
            for i, count in reach.items():
                piece = words.piece(i, i + count)
                if piece in found or piece in new:
                    continue
                if piece in known:
                    found[piece] = known[piece]
                else:
                    new[piece] = (words, i, count)
        forms = self._forms(new.values())
        for piece, (words, i, count) in new.items():
            place = self._longest_at(words, i, count, forms)
            found[piece] = None if place is None else place.moved(-i)
            self._remembered.keep(piece, found[piece])
        return found

    def _forms(self, pieces: Iterable[tuple[Words, int, int]]) -> dict[str, int]:
        """The folded windows that begin pieces of text, with endings and without, that are listed → form, -1 for one only decided."""
        wanted: dict[str, None] = {}
        for words, i, most in pieces:
            for count in range(1, most + 1):
                wanted[words.joined_fold(i, count)] = None
                for _, stem, _ in endings(words.tokens[i + count - 1].text):
                    wanted[words.joined_stem(i, count, stem)] = None
        windows = list(wanted)
        decided = self.tiers.rulings.folded
        found = zip(windows, self.index.find_forms(windows).tolist(), strict=True)
        return {window: form for window, form in found if form >= 0 or window in decided}

    @staticmethod
    def _places(words: Words, reach: Reach, found: Mapping[str, Place | None]) -> list[Place]:
        places: list[Place] = []
        end = 0
        for i, count in reach.items():
            place = found[words.piece(i, i + count)] if i >= end else None
            if place is not None:
                places.append(place.moved(i))
                end = i + place.last
        return places

    def _longest_at(self, words: Words, i: int, most: int, known: Mapping[str, int]) -> Place | None:
        for count in range(most, 0, -1):
            form = known.get(words.joined_fold(i, count))
            if form is not None and not self._rather_ending(words, i, count, known):
                place = self._resolved(words, i, count, form)
                if place is not None:
                    return place
        return self._with_ending(words, i, most, known)

    def _rather_ending(self, words: Words, i: int, count: int, known: Mapping[str, int]) -> bool:
        """Whether the last word is a listed name with an ending behind an apostrophe, though it folds like a listed one whole.

        *Hazara's* is no *Hazaras*, nor *Ford's* the town of Fords, unless the lexicon lists it with the apostrophe.
        """
        last = words.tokens[i + count - 1].text
        if last.isalpha():
            return False
        if not last.endswith(POSSESSIVES) and not any(words.joined_stem(i, count, stem) in known for _, stem, _ in endings(last)):
            return False
        return not len(self.index.listed(words.text[words.tokens[i].start : words.tokens[i + count - 1].end]))

    def _resolved(self, words: Words, i: int, count: int, form: int) -> Place | None:
        if not any(words.capital[i : i + count]):
            return None
        raw = words.spelled(i, i + count)
        decided = self.tiers.decided(raw)
        if decided is not None:
            return Place(i, i + count, decided)
        found, exactly = self.tiers.listed(raw, words.joined_fold(i, count), form)
        if found is None or (found.state == "known" and found.rivals):
            return None
        if found.state != "one":
            return self._left_alone(i, i + count, found, form)
        answer = self.tiers.exact(found, exactly, words.joined_fold(i, count))
        if exactly or self.tiers.folded_is_sure:
            sure = answer.confidence >= self.tiers.precision
            return Place(i, i + count, answer) if sure else Place(i, i + count, None, why="unsure", passed=found.rivals)
        # With other marks than listed it may be another name: a famous entity is meant anyhow, others want a cue or an anchor.
        if max(found.share, self.tiers.alike(found)) < self.tiers.precision:
            return Place(i, i + count, None, why="unsure", passed=found.rivals)
        return Place(i, i + count, answer, need=Need.NOTHING if self.fame.of(found.entity) else Need.CUE)

    def _left_alone(self, first: int, last: int, found: Resolution, form: int, ending: str = "") -> Place:
        """A place of a listed spelling that means nothing to be written."""
        if found is REJECTED:
            return Place(first, last, None, ending, why="rejected")
        bearers = found.rivals or tuple(sorted({int(self.index.posting_entity[p]) for p in self.index.postings(form)}))
        return Place(first, last, None, ending, why="several" if found.state == "one" else found.state, passed=bearers)

    def _with_ending(self, words: Words, i: int, most: int, known: Mapping[str, int]) -> Place | None:
        """A listed name with an ending on its last word: *Panjsjir's*, *Achmad Massuds*."""
        for count in range(most, 0, -1):
            if not any(words.capital[i : i + count]):
                return None
            for _, stem, ending in endings(words.tokens[i + count - 1].text):
                form = known.get(words.joined_stem(i, count, stem))
                if form is None:
                    continue
                last = words.tokens[i + count - 1]
                bare = words.text[words.tokens[i].start : last.end - len(ending)]
                decided = self.tiers.decided(bare)
                if decided is not None:
                    return Place(i, i + count, decided, ending)
                if self.tiers.rulings.bars(bare):
                    found = self.tiers.listed(bare, "", form)[0]
                else:
                    found = resolve(self.index, self.index.postings(form), self.tiers.types, self.tiers.target) if form >= 0 else None
                if found is None or (found.state == "known" and found.rivals):
                    continue
                if found.state != "one":
                    return self._left_alone(i, i + count, found, form, ending)
                answer = self.tiers.exact(found, True, self.index.forms[form])
                return Place(i, i + count, answer, "" if self._lists(answer, ending) else ending)
        return None

    def _lists(self, answer: Answer, ending: str) -> bool:
        """Whether the entity's canonical spelling with a bare ending is listed, and so would lose the ending when it is cleaned again."""
        if not ending.isalpha():
            return False
        form = int(self.index.find_forms([fold(answer.canonical + ending)])[0])
        return form >= 0 and any(int(self.index.posting_entity[p]) == answer.entity for p in self.index.postings(form))
