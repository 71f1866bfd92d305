"""Weighing: which listed names of a text the evidence bears out; the others are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from rapidfuzz.distance import Levenshtein

from translit.lexicon.index import Index
from translit.matching.answers import Answer
from translit.mentions.cues import has_cue
from translit.mentions.doubts import doubt
from translit.mentions.evidence import Context, Need
from translit.mentions.places import Place, without_answer
from translit.mentions.traits import Lore, Traits
from translit.mentions.words import Words

PROTECTED_ALIKE = 0.7
"""Least similarity (Levenshtein, folded) of what follows a name to the rest of a protected phrase."""


class Weighing:
    """Weighs the evidence for proposed places, by what is known of spellings and of entities."""

    def __init__(self, index: Index, lore: Lore) -> None:
        self.index, self.lore = index, lore

    def borne_out(self, context: Context, proposed: Sequence[Place], known: Set[str] = frozenset()) -> list[Place]:
        """The places of one text, without an answer where the evidence is short; says to the context which words are named.

        Args:
            context: the text.
            proposed: the places.
            known: what is written for names that are found otherwise in the text.
        """
        places = [place if place.traits is not None and place.traits.plain else self._weighed(context, place) for place in proposed]
        # First each by itself; then those beside what looks like a person's name, which listed names are not.
        borne = self._grown(context, places, known)
        for place in borne:
            if place.answer is not None and not self.lore.of(context, place).personal:
                context.named.update(range(place.first, place.last))
        parts = {number for number, place in enumerate(borne) if place.answer is not None and self._in_a_name(context, place)}
        if not parts:
            return borne
        others = (place for number, place in enumerate(borne) if number not in parts)
        anchors = known | {place.answer.canonical for place in others if place.answer is not None and self._anchors(context, place)}
        for number in parts:
            answer = borne[number].answer
            if answer is not None and not answer.decided and answer.canonical not in anchors:
                borne[number] = without_answer(borne[number])
        return borne

    def _weighed(self, context: Context, place: Place) -> Place:
        """A place with the evidence that it needs."""
        answer = place.answer
        if answer is None:
            return place
        traits = self.lore.of(context, place)
        need = traits.need
        if traits.open:
            need = self._needed(context, place, answer, traits)
        elif traits.doubts.surname and answer.form in context.surnames:
            need = max(need, Need.BOTH)
        return place if need <= place.need else place.needing(need)

    def _needed(self, context: Context, place: Place, answer: Answer, traits: Traits) -> Need:
        """What a place needs, by its letters and what speaks against it there."""
        if any(self._goes_on_with(context.words, place.last, rest) for rest in traits.protected):
            # A protected phrase, misspelt: Peking Duk.
            return Need.MORE
        return max(traits.letters, doubt(context, place.first, place.last, answer.form, traits.doubts))

    @staticmethod
    def _goes_on_with(words: Words, first: int, rest: str) -> bool:
        """Whether what follows is, as far as its letters tell, the rest of a phrase."""
        last = first + rest.count(" ") + 1
        if last > len(words.word) or not all(words.joined[k] for k in range(first, last)):
            return False
        return Levenshtein.normalized_similarity(" ".join(words.folded[first:last]), rest) >= PROTECTED_ALIKE

    def _grown(self, context: Context, places: Sequence[Place], known: Set[str]) -> list[Place]:
        """The places that are borne out; what is written anew for one bears out others, as it does when the text is cleaned again.

        Whoever is written alike cannot be told apart afterwards: what is written counts, not who is meant.
        """
        borne = [place if place.need is Need.NOTHING else without_answer(place) for place in places]
        anchors = known | {p.answer.canonical for p in borne if p.answer is not None}
        context.sites.update(self._sites(context, borne))
        # What bears one out bears it out for good: only the others are looked at again.
        doubted = [number for number, place in enumerate(places) if place.answer is not None and place.need is not Need.NOTHING]
        while doubted:
            found = {number for number in doubted if self._is_borne_out(context, places[number], anchors)}
            for number in found:
                borne[number] = places[number]
            new = [places[number] for number in found]
            more = {p.answer.canonical for p in new if p.answer is not None and self._anchors(context, p)} - anchors
            sites = self._sites(context, new) - context.sites
            if not more and not sites:
                break
            anchors |= more
            context.sites.update(sites)
            doubted = [number for number in doubted if number not in found]
        return borne

    def _sites(self, context: Context, places: Iterable[Place]) -> set[int]:
        """The words that are taken for listed places, and stand in nobody's name."""
        found: set[int] = set()
        for place in places:
            if place.answer is not None and self.lore.of(context, place).site and not context.beside_name(place.first, place.last):
                found.update(range(place.first, place.last))
        return found

    def _anchors(self, context: Context, place: Place) -> bool:
        """Whether a place that is borne out wants no evidence, or is given a spelling that wants none."""
        answer = place.answer
        if answer is None or place.need is Need.NOTHING:
            return answer is not None
        return self.lore.of(context, place).changes and self.lore.lasts(context, answer)

    def _in_a_name(self, context: Context, place: Place) -> bool:
        """Whether a place is a part of another's name."""
        first, last = place.first, place.last
        if context.words.stand_alone(first, last):
            return False
        traits = self.lore.of(context, place)
        if traits.renamed and (context.before_title(last) or context.is_of_a_club(first)):
            return True
        if last - first > 1:
            return False
        if context.beside_name(first, last):
            return True
        # What follows an ending is another word (Kabul's River), and so it may behind the name of a place that many know.
        return traits.changes and context.beside_capital(first, last, after=traits.obscure and not place.ending)

    def _is_borne_out(self, context: Context, place: Place, anchors: Set[str]) -> bool:
        """Whether the text has the evidence that a place needs."""
        answer, need = place.answer, place.need
        if answer is None or need is Need.MORE:
            return False
        anchored = answer.canonical in anchors
        if need is Need.ANCHOR or (anchored and need is Need.CUE) or (not anchored and need is Need.BOTH):
            return anchored
        # Other places around it do not tell which one is meant by a part of its name: Jerez.
        return has_cue(context, place.first, place.last, self.index.kind(answer.entity), not self.lore.of(context, place).short)
