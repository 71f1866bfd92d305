"""Parts of names that stand alone: of persons named in full in the same text, or such as all their bearers write alike."""

from __future__ import annotations

from collections.abc import Sequence

from translit.lexicon.parts import PERSON, align_parts, words_of_name
from translit.matching.tiers import OFTEN_LAST, Answer, Tiers
from translit.mentions.endings import endings
from translit.mentions.evidence import SHORT, Context
from translit.mentions.facts import PARTLY
from translit.mentions.places import Place
from translit.unicode.fold import fold_token


class Parts:
    """Proposes parts of names, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index

    def added(self, context: Context, facts: Sequence[int], places: list[Place]) -> list[Place]:
        """Places with the parts of names that stand alone added."""
        words = context.words
        anchors: dict[str, dict[str, set[int]]] = {}
        for place in places:
            meant = place.answer
            if meant is None or meant.entity < 0 or place.last - place.first < 2:
                continue
            if self.index.kind(meant.entity) == PERSON:
                self._anchor(meant.entity, anchors)
        taken: set[int] = set()
        for place in places:
            if place.answer is None or place.answer.entity >= 0 or place.answer.decided:
                taken.update(range(place.first, place.last))
            else:
                taken.difference_update(range(place.first, place.last))
        extra: list[Place] = []
        for i in words.capitals:
            if i in taken or not (anchors or facts[words.word[i]] & PARTLY):
                continue
            word = words.folded[i]
            for _, stem, ending in ((word, word, ""), *endings(words.tokens[i].text)):
                answer = self._part(context, i, stem, anchors)
                if answer is not None:
                    extra.append(Place(i, i + 1, answer, ending))
                    break
        return sorted([*places, *extra], key=lambda place: place.first)

    def _anchor(self, entity: int, anchors: dict[str, dict[str, set[int]]]) -> None:
        """Let the parts of a person named in full stand for that person."""
        canonical = words_of_name(self.tiers.canonical(entity))
        folded = [fold_token(word) for word in canonical]
        for form in self.index.forms_of(entity):
            for word, place in align_parts(canonical, folded, form.split(" ")):
                anchors.setdefault(word, {}).setdefault(canonical[place], set()).add(entity)

    def _part(self, context: Context, i: int, word: str, anchors: dict[str, dict[str, set[int]]]) -> Answer | None:
        meant = anchors.get(word)
        if meant is not None:
            if len(meant) > 1:
                return None
            ((spelling, bearers),) = meant.items()
            rivals = tuple(sorted(bearers))
            # Two who are named in full may both be meant: the spelling is sure, the person is not.
            return Answer(rivals[0] if len(rivals) == 1 else -1, spelling, "exact", 0.99, rivals, word, len(rivals) > 1)
        part = self.index.part(word)
        if part is None or part[2] < OFTEN_LAST or context.is_word(i) or context.beside_name(i, i + 1) or len(word) <= SHORT:
            return None
        return self.tiers.part(word)
