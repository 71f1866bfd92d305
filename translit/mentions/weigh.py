"""Weighing: which listed names of a text the evidence bears out; the others are left alone."""

from __future__ import annotations

from collections.abc import Sequence, Set

from translit.lexicon.fame import Fame
from translit.lexicon.index import CANONICAL, TYPE_NUMBERS
from translit.matching.answers import Answer
from translit.matching.tiers import Tiers
from translit.mentions.doubts import Told, doubt
from translit.mentions.evidence import PLACE, Context, Need
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
        self._known: Memory[tuple[str, str, int], Told] = Memory()

    def borne_out(self, context: Context, proposed: Sequence[Place], known: Set[str] = frozenset()) -> list[Place]:
        """The places of one text, without an answer where the evidence is short; says to the context which words are named.

        Args:
            context: the text.
            proposed: the places.
            known: what is written for names that are found otherwise in the text.
        """
        places = [self._weighed(context, place) for place in proposed]
        # First each by itself; then those beside what looks like a person's name, which listed names are not.
        borne = self._grown(context, places, known)
        for place in borne:
            if place.answer is not None and not self._may_be_a_person(context, place):
                context.named.update(range(place.first, place.last))
        # Whether each is no part of another's name.
        alone = [place.answer is None or not self._in_a_name(context, place) for place in borne]
        anchors = known | {
            p.answer.canonical for p, free in zip(borne, alone, strict=True) if p.answer is not None and free and self._anchors(context, p)
        }
        return [
            place if free or place.answer is None or place.answer.decided or place.answer.canonical in anchors else without_answer(place)
            for place, free in zip(borne, alone, strict=True)
        ]

    def _grown(self, context: Context, places: Sequence[Place], known: Set[str]) -> list[Place]:
        """The places that are borne out; what is written anew for one bears out others, as it does when the text is cleaned again.

        Whoever is written alike cannot be told apart afterwards: what is written counts, not who is meant.
        """
        anchors = known | {p.answer.canonical for p in places if p.answer is not None and p.need is Need.NOTHING}
        while True:
            borne = [self._borne_out(context, place, anchors) for place in places]
            more = {p.answer.canonical for p in borne if p.answer is not None and self._anchors(context, p)} - anchors
            if not more:
                return borne
            anchors = anchors | more

    def _anchors(self, context: Context, place: Place) -> bool:
        """Whether a place that is borne out wants no evidence, or is given a spelling that wants none."""
        answer = place.answer
        if answer is None or place.need is Need.NOTHING:
            return answer is not None
        if not self._changes(context, place):
            return False
        canonical = fold(answer.canonical)
        return self._need(context, answer, canonical, " " in canonical) is Need.NOTHING

    def _may_be_a_person(self, context: Context, place: Place) -> bool:
        """Whether a place has somebody's name: *Whitman*, *Jackson*; a gazetteer has most of them."""
        answer = place.answer
        if answer is None or answer.entity < 0 or place.last - place.first > 1 or not context.is_name(place.first):
            return False
        return self.index.kind(answer.entity) == PLACE

    def _in_a_name(self, context: Context, place: Place) -> bool:
        answer = place.answer
        renamed = answer is not None and answer.form != fold(answer.canonical) and self.index.kind(answer.entity) == PLACE
        if renamed and context.before_title(place.last):
            return True
        if place.last - place.first > 1:
            return False
        if context.beside_name(place.first, place.last):
            return True
        if answer is None or not self._changes(context, place):
            return False
        # What follows an ending is another word (Kabul's River), and so it may behind the name of a place that many know.
        after = self.fame.obscure(answer.entity) and not place.ending
        return context.beside_capital(place.first, place.last, after)

    def _weighed(self, context: Context, place: Place) -> Place:
        """A place with the evidence that it needs."""
        answer = place.answer
        if answer is None or answer.decided:
            return place
        if place.ending in BARE_GENITIVES and context.classes(place.last - 1):
            # Massachusetts is a word of its own, and no genitive.
            return place.needing(Need.MORE)
        need = self._need(context, answer, answer.form, place.last - place.first > 1)
        if self._changes(context, place):
            need = max(need, self._doubt(context, place, answer))
        return place if need <= place.need else place.needing(need)

    def _need(self, context: Context, answer: Answer, form: str, several: bool) -> Need:
        """What the letters of a form of an answer's entity, of several words or of one, want in a text."""
        key = (form, answer.canonical, answer.entity, several)
        need = self._needs.known.get(key)
        if need is None:
            told = self._told(answer, form)
            need = context.need(several, form, told.canonical, told.trusted)
            self._needs.keep(key, need)
        return need

    def _doubt(self, context: Context, place: Place, answer: Answer) -> Need:
        return doubt(context, place.first, place.last, answer.form, self._told(answer, answer.form), self.fame.in_a_gazetteer)

    def _told(self, answer: Answer, form: str) -> Told:
        """What the lexicon tells of a form of an answer's entity."""
        key = form, answer.canonical, answer.entity
        told = self._known.known.get(key)
        if told is None:
            told = Told(
                fold(answer.canonical), self.index.kind(answer.entity) == PLACE, self._trusted(answer.entity, form),
                not self.fame.obscure(answer.entity), self.fame.great(answer.entity),
            )  # fmt: skip
            self._known.keep(key, told)
        return told

    @staticmethod
    def _changes(context: Context, place: Place) -> bool:
        """Whether something else would be written."""
        if place.answer is None:
            return False
        spelled = context.words.spelled(place.first, place.last)
        return spelled[: len(spelled) - len(place.ending)].lower() != place.answer.canonical.lower()

    def _trusted(self, entity: int, folded: str) -> bool:
        """Whether the lexicon types a form of an entity: an exonym or native form need not look like the canonical.

        With other marks than the canonical spelling a form is not trusted because it folds alike; without case there are none.
        """
        form = int(self.index.find_forms([folded])[0])
        if form < 0:
            return False
        plain = {TYPE_NUMBERS["romanization"]} | ({CANONICAL} if folded.upper() != folded else set())
        return any(
            int(self.index.posting_entity[p]) == entity and int(self.index.posting_type[p]) not in plain for p in self.index.postings(form)
        )

    def _borne_out(self, context: Context, place: Place, anchors: Set[str]) -> Place:
        """The place, or the same words left alone where the evidence is short."""
        if place.answer is None or place.need is Need.NOTHING:
            return place
        anchored = place.answer.canonical in anchors
        cued = context.has_cue(place.first, place.last, self.index.kind(place.answer.entity))
        borne = {Need.CUE: anchored or cued, Need.ANCHOR: anchored, Need.BOTH: anchored and cued, Need.MORE: False}[place.need]
        return place if borne else without_answer(place)
