"""Weighing: which listed names of a text the evidence bears out; the others are left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from functools import cached_property

import numpy as np
from rapidfuzz.distance import Levenshtein

from translit import native
from translit.lexicon.fame import Fame
from translit.lexicon.index import CANONICAL, TYPE_NUMBERS, spread
from translit.matching.answers import Answer
from translit.matching.designators import is_designator
from translit.matching.tiers import Tiers
from translit.mentions.cues import has_cue
from translit.mentions.doubts import Told, doubt, is_short_of
from translit.mentions.endings import BARE_GENITIVES
from translit.mentions.evidence import Context, Need
from translit.mentions.memory import Memory
from translit.mentions.places import Place, without_answer
from translit.mentions.vocabulary import WORD
from translit.model import PLACE, PROTECTED
from translit.unicode.tokens import fold

PROTECTED_ALIKE = 0.7
"""Least similarity (Levenshtein, folded) of what follows a name to the rest of a protected phrase."""


class Weighing:
    """Weighs the evidence for proposed places, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame) -> None:
        self.tiers, self.fame = tiers, fame
        self.index = tiers.index
        self._needs: Memory[tuple[str, str, int, bool], Need] = Memory()
        self._known: Memory[tuple[str, str, int], Told] = Memory()
        self._changed: Memory[tuple[str, str, str], bool] = Memory()

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
        # Nobody is named in the meantime: whether a place is a site is looked at once.
        sited = [self._is_site(context, place) for place in places]
        sure = [place if place.need is Need.NOTHING else without_answer(place) for place in places]
        anchors = known | {p.answer.canonical for p in sure if p.answer is not None}
        context.sites.update(_words_at(sure, sited))
        while True:
            borne = [self._borne_out(context, place, anchors) for place in places]
            more = {p.answer.canonical for p in borne if p.answer is not None and self._anchors(context, p)} - anchors
            sites = _words_at(borne, sited) - context.sites
            if not more and not sites:
                return borne
            anchors = anchors | more
            context.sites.update(sites)

    def _is_site(self, context: Context, place: Place) -> bool:
        """Whether some words are listed for a place, and stand in nobody's name."""
        answer = place.answer
        listed = answer is not None and answer.entity >= 0 and self.index.kind(answer.entity) == PLACE
        return listed and not context.beside_name(place.first, place.last)

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
        if renamed and (context.before_title(place.last) or context.is_of_a_club(place.first)):
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
            if self._begins_protected(context, place, answer.form):
                return place.needing(Need.MORE)
            need = max(need, self._doubt(context, place, answer), self._said_of_any(context, place, answer))
        return place if need <= place.need else place.needing(need)

    def _begins_protected(self, context: Context, place: Place, form: str) -> bool:
        """Whether a name and the words behind it are a protected phrase, misspelt: *Peking Duk*."""
        words = context.words
        for rest in self._protected.get(form, ()):
            last = place.last + rest.count(" ") + 1
            if last > len(words.word) or not all(words.joined[k] for k in range(place.last, last)):
                continue
            if Levenshtein.normalized_similarity(" ".join(words.folded[place.last : last]), rest) >= PROTECTED_ALIKE:
                return True
        return False

    @cached_property
    def _protected(self) -> dict[str, list[str]]:
        """First word of the protected phrases → the others of each."""
        found: dict[str, list[str]] = {}
        if PROTECTED in self.index.kinds:
            number = self.index.kinds.index(PROTECTED)
            for entity in np.flatnonzero(self.index.entity_kind == number).tolist():
                for phrase in self.index.forms_of(entity):
                    first, _, rest = phrase.partition(" ")
                    if rest:
                        found.setdefault(first, []).append(rest)
        return found

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

    def _said_of_any(self, context: Context, place: Place, answer: Answer) -> Need:
        """What a word of a script without capitals needs that is said of any place (*مدينة*, city), or is another word but for a letter.

        The lexicon's word for it that a spelling is a native name holds for the spelling as it is listed.
        """
        form = answer.form
        if place.last - place.first > 1 or form.isascii() or form.upper() != form:
            return Need.NOTHING
        said = is_designator(form)
        if not said and not context.bits[form] & WORD:
            return Need.NOTHING
        if len(self.index.listed(context.words.spelled(place.first, place.last))):
            return Need.BOTH if said else Need.NOTHING
        return Need.MORE

    def _told(self, answer: Answer, form: str) -> Told:
        """What the lexicon tells of a form of an answer's entity."""
        key = form, answer.canonical, answer.entity
        told = self._known.known.get(key)
        return self._learn([key])[0] if told is None else told

    def learn(self, places: Iterable[Place]) -> None:
        """Look up what the lexicon tells of the answers of many places at once."""
        known = self._known.known
        answers = (place.answer for place in places if place.answer is not None and place.answer.entity >= 0)
        keys = dict.fromkeys((answer.form, answer.canonical, answer.entity) for answer in answers)
        new = [key for key in keys if key not in known]
        if new:
            self._learn(new)

    def _learn(self, keys: Sequence[tuple[str, str, int]]) -> list[Told]:
        """What the lexicon tells of forms of entities, each with the canonical spelling that is written; remembered."""
        forms, canonicals, entities = zip(*keys, strict=True)
        told = [
            Told(
                folded, self.index.kind(entity) == PLACE, trusted, not self.fame.obscure(entity), self.fame.great(entity),
                self.fame.obscure(entity) and self.fame.begins_longer(form),
            )
            for form, folded, entity, trusted in zip(
                forms, native.fold_many(canonicals), entities, self._trusted(forms, entities), strict=True
            )
        ]  # fmt: skip
        self._known.keep_all(keys, told)
        return told

    def _changes(self, context: Context, place: Place) -> bool:
        """Whether something else would be written."""
        if place.answer is None:
            return False
        key = context.words.piece(place.first, place.last), place.answer.canonical, place.ending
        found = self._changed.known.get(key)
        if found is None:
            spelled = context.words.spelled(place.first, place.last)
            found = spelled[: len(spelled) - len(place.ending)].lower() != place.answer.canonical.lower()
            self._changed.keep(key, found)
        return found

    def _trusted(self, folded: Sequence[str], entities: Sequence[int]) -> list[bool]:
        """Whether the lexicon types each form of an entity: an exonym or native form need not look like the canonical.

        With other marks than the canonical spelling a form is not trusted because it folds alike; without case there are none.
        """
        forms, start = self.index.find_forms(folded), self.index.posting_start
        row, posting = spread(start[forms].astype(np.int64), np.where(forms >= 0, start[forms + 1], 0))
        kind = self.index.posting_type[posting]
        cased = np.array([text.upper() != text for text in folded], dtype=bool)
        typed = (kind != TYPE_NUMBERS["romanization"]) & ~((kind == CANONICAL) & cased[row])
        typed &= self.index.posting_entity[posting] == np.array(entities, dtype=np.int64)[row]
        trusted: list[bool] = (np.bincount(row[typed], minlength=len(forms)) > 0).tolist()
        return trusted

    def _borne_out(self, context: Context, place: Place, anchors: Set[str]) -> Place:
        """The place, or the same words left alone where the evidence is short."""
        if place.answer is None or place.need is Need.NOTHING:
            return place
        anchored = place.answer.canonical in anchors
        # Other places around it do not tell which one is meant by a part of its name: Jerez.
        others = not is_short_of(place.answer.form, self._told(place.answer, place.answer.form).canonical)
        cued = has_cue(context, place.first, place.last, self.index.kind(place.answer.entity), others)
        borne = {Need.CUE: anchored or cued, Need.ANCHOR: anchored, Need.BOTH: anchored and cued, Need.MORE: False}[place.need]
        return place if borne else without_answer(place)


def _words_at(places: Sequence[Place], sited: Sequence[bool]) -> set[int]:
    """The words of those places that are sites and are taken for something."""
    return {
        k
        for place, is_site in zip(places, sited, strict=True)
        if is_site and place.answer is not None
        for k in range(place.first, place.last)
    }
