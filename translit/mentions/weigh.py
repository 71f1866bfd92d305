"""Weighing: which listed names of a text the evidence bears out; the others are left alone."""

from __future__ import annotations

from collections.abc import Sequence

from translit.lexicon.index import TYPE_NUMBERS
from translit.matching.tiers import Answer, Tiers
from translit.mentions.doubts import doubt
from translit.mentions.evidence import PLACE, Context, Need
from translit.mentions.fame import Fame
from translit.mentions.memory import Memory
from translit.mentions.places import Place, without_answer
from translit.unicode.tokens import fold

BARE_GENITIVES = ("s", "S")


class Weighing:
    """Weighs the evidence for proposed places, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame) -> None:
        self.tiers, self.fame = tiers, fame
        self.index = tiers.index
        self._needs: Memory[tuple[str, str, int, bool], Need] = Memory()

    def borne_out(self, context: Context, proposed: Sequence[Place]) -> list[Place]:
        """The places of one text, without an answer where the evidence is short; says to the context which words are named."""
        places = [self._weighed(context, place) for place in proposed]
        # First each by itself; then those beside what looks like a person's name, which listed names are not.
        anchors = {p.answer.entity for p in places if p.answer is not None and p.need is Need.NOTHING}
        borne = [self._borne_out(context, place, anchors) for place in places]
        for place in borne:
            if place.answer is not None:
                context.named.update(range(place.first, place.last))
        # Whether each is no part of another's name.
        alone = [place.answer is None or not self._in_a_name(context, place) for place in borne]
        anchors = {
            p.answer.entity for p, free in zip(borne, alone, strict=True) if p.answer is not None and free and p.need is Need.NOTHING
        }
        return [
            place if free or place.answer is None or place.answer.decided or place.answer.entity in anchors else without_answer(place)
            for place, free in zip(borne, alone, strict=True)
        ]

    def _in_a_name(self, context: Context, place: Place) -> bool:
        if place.last - place.first > 1:
            return False
        if context.beside_name(place.first, place.last):
            return True
        answer = place.answer
        if answer is None or not self.fame.obscure(answer.entity) or not self._changes(context, place):
            return False
        # What follows an ending is another word: Kabul's River.
        return context.beside_capital(place.first, place.last, after=not place.ending)

    def _weighed(self, context: Context, place: Place) -> Place:
        """A place with the evidence that it needs."""
        answer = place.answer
        if answer is None or answer.decided:
            return place
        if place.ending in BARE_GENITIVES and context.classes(place.last - 1):
            # Massachusetts is a word of its own, and no genitive.
            return place.needing(Need.MORE)
        key = (answer.form, answer.canonical, answer.entity, place.last - place.first > 1)
        need = self._needs.known.get(key)
        if need is None:
            need = context.need(place.first, place.last, answer.form, fold(answer.canonical), self._trusted(answer))
            self._needs.keep(key, need)
        if self._changes(context, place):
            need = max(need, self._doubt(context, place, answer))
        return place if need <= place.need else place.needing(need)

    def _doubt(self, context: Context, place: Place, answer: Answer) -> Need:
        famed, is_place = not self.fame.obscure(answer.entity), self.index.kind(answer.entity) == PLACE
        trusted = self._trusted(answer)
        return doubt(context, place.first, place.last, answer.form, fold(answer.canonical), is_place, trusted, famed)

    @staticmethod
    def _changes(context: Context, place: Place) -> bool:
        """Whether something else would be written."""
        if place.answer is None:
            return False
        spelled = context.words.spelled(place.first, place.last)
        return spelled[: len(spelled) - len(place.ending)].lower() != place.answer.canonical.lower()

    def _trusted(self, answer: Answer) -> bool:
        """Whether the lexicon types the form: an exonym or native form need not look like the canonical."""
        form = int(self.index.find_forms([answer.form])[0])
        if form < 0:
            return False
        return any(
            int(self.index.posting_entity[p]) == answer.entity and int(self.index.posting_type[p]) != TYPE_NUMBERS["romanization"]
            for p in self.index.postings(form)
        )

    def _borne_out(self, context: Context, place: Place, anchors: set[int]) -> Place:
        """The place, or the same words left alone where the evidence is short."""
        if place.answer is None or place.need is Need.NOTHING:
            return place
        anchored = place.answer.entity in anchors
        cued = context.has_cue(place.first, self.index.kind(place.answer.entity))
        borne = {Need.CUE: anchored or cued, Need.ANCHOR: anchored, Need.BOTH: anchored and cued, Need.MORE: False}[place.need]
        return place if borne else without_answer(place)
