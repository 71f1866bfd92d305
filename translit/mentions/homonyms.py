"""Homonyms: which of several bearers of a spelling a text means, by its kind, by what else is named, and by the countries of that.

The steps, from the surest: a cue before the spelling says of what kind it is (*near*, *minister*); one bearer alone is surely named
elsewhere in the text; the other mentions belong to one bearer's country. Where none of them tells, weight has decided already, or
nobody is meant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from translit.lexicon.index import OUTWEIGH
from translit.matching.answers import Answer
from translit.matching.exact import LISTED, Resolution, resolve
from translit.matching.tiers import Tiers
from translit.mentions.cues import has_cue
from translit.mentions.evidence import Context
from translit.mentions.memory import Memory
from translit.mentions.places import Place, with_answer
from translit.unicode.tokens import fold

BY_CONTEXT = 0.99
"""Confidence of a bearer that the text decides for, where the bearers are written differently."""
LEAST_VOTES = 2
"""How many votes the country of a bearer needs."""
AHEAD = 2
"""How many times the votes of each other bearer's country."""
SPEAKS = 0.9
"""Share of the squared weights of a spelling's bearers that one country must have, for the spelling to vote for it."""
_APPOSED = frozenset({",", "(", ", (", "/"})


class Homonyms:
    """Settles homonyms by the texts that they stand in, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers, self.index = tiers, tiers.index
        self._known: dict[str, Resolution | None] = {}
        self._countries: Memory[tuple[int, str], str] = Memory()

    def settled(self, context: Context, places: Sequence[Place], guesses: Sequence[Place] = ()) -> list[Place]:
        """The places of one text, those of several bearers with the one that the text means; guesses tell of the others only."""
        bearers = {number: found for number, place in enumerate(places) if (found := self._bearers(place))}
        if not bearers:
            return list(places)
        every = [*places, *guesses]
        countries = {place.first: self._country(place.answer) for place in every if place.answer is not None}
        named = {place.answer.entity for place in every if place.answer is not None and self._is_sure(place.answer)}
        # Each spelling votes once, however often it stands in the text.
        voters = {p.answer.canonical: countries[p.first] for p in every if p.answer is not None and countries[p.first]}
        votes = Counter(voters.values())
        settled = list(places)
        for number, found in bearers.items():
            place = places[number]
            settled[number] = self._settled(context, place, found, named, self._with_apposed(context, place, countries, votes))
        return settled

    def _bearers(self, place: Place) -> tuple[int, ...]:
        """Who may be meant, where several may, heaviest first."""
        answer = place.answer
        if answer is None:
            return place.passed if place.why in ("several", "unsure") and len(place.passed) > 1 else ()
        return answer.rivals if len(answer.rivals) > 1 and not answer.decided and not answer.part else ()

    def _is_sure(self, answer: Answer) -> bool:
        """Whether what is written for it means that entity only: so it is before and after cleaning."""
        if answer.entity < 0 or answer.part:
            return False
        found = self._meant(answer.canonical)
        return found is not None and found.rivals == (answer.entity,)

    def _country(self, answer: Answer) -> str:
        """The country that a mention speaks for, or ``""``: that of nearly all the weight that bears what is written for it."""
        if answer.entity < 0 or answer.part:
            return ""
        key = answer.entity, answer.canonical
        country = self._countries.known.get(key)
        if country is None:
            country = self._country_of(*key)
            self._countries.keep(key, country)
        return country

    def _country_of(self, bearer: int, canonical: str) -> str:
        found = self._meant(canonical)
        if found is None or found.state != "one":
            return ""
        pull: dict[str, float] = {}
        for entity in {bearer, *found.rivals}:
            country = self.index.country(entity)
            pull[country] = pull.get(country, 0.0) + (float(self.index.entity_weight[entity]) + 1.0) ** 2
        country, most = max(pull.items(), key=lambda item: (item[1], item[0]))
        return country if most >= SPEAKS * sum(pull.values()) else ""

    def _meant(self, canonical: str) -> Resolution | None:
        """What a canonical spelling means by itself."""
        if canonical not in self._known:
            form = int(self.index.find_forms([fold(canonical)])[0])
            postings = self.index.postings(form) if form >= 0 else ()
            self._known[canonical] = resolve(self.index, postings, self.tiers.types, self.tiers.target)
        return self._known[canonical]

    def _with_apposed(self, context: Context, place: Place, countries: Mapping[int, str], votes: Counter[str]) -> Counter[str]:
        """The votes, and one more for the country of what stands in apposition: *Tripoli, Lebanon*."""
        country = countries.get(place.last)
        if not country:
            return votes
        words = context.words
        gap = words.text[words.tokens[place.last - 1].end : words.tokens[place.last].start].strip()
        return votes + Counter([country]) if gap in _APPOSED else votes

    def _settled(self, context: Context, place: Place, bearers: Sequence[int], named: set[int], votes: Counter[str]) -> Place:
        """The place with the one of its bearers that the text means, where it says which."""
        kinds = {self.index.kind(e) for e in bearers}
        cued = {kind for kind in kinds if has_cue(context, place.first, place.last, kind)} if len(kinds) > 1 else set()
        left = [e for e in bearers if self.index.kind(e) in cued] or list(bearers)
        left = [e for e in left if e in named] or self._of_country(left, votes)
        if len(left) == len(bearers) or (len(left) > 1 and not self._outweighs(left)):
            return place
        if place.answer is not None and place.answer.entity == left[0]:
            return place
        written = self.tiers.canonical(left[0])
        alike = all(self.tiers.canonical(e) == written for e in bearers)
        confidence = LISTED if alike else BY_CONTEXT
        if confidence < self.tiers.precision:
            return place
        first, last = context.words.tokens[place.first], context.words.tokens[place.last - 1]
        form = place.answer.form if place.answer is not None else fold(context.words.text[first.start : last.end - len(place.ending)])
        answer = Answer(left[0], written, "exact", confidence, (left[0], *(e for e in bearers if e != left[0])), form)
        return with_answer(place, answer)

    def _of_country(self, bearers: Sequence[int], votes: Counter[str]) -> list[int]:
        """The bearers of the country that the text is about, where it is about one; all of them otherwise."""
        countries = {country for e in bearers if (country := self.index.country(e))}
        ranked = sorted(((votes[country], country) for country in countries), reverse=True)
        if not ranked or ranked[0][0] < LEAST_VOTES:
            return list(bearers)
        most, country = ranked[0]
        if len(ranked) > 1 and most < AHEAD * ranked[1][0]:
            return list(bearers)
        return [e for e in bearers if self.index.country(e) == country]

    def _outweighs(self, bearers: Sequence[int]) -> bool:
        """Whether the heaviest is meant by its weight, or written as all the others."""
        if len({self.tiers.canonical(e) for e in bearers}) == 1:
            return True
        weights = [float(self.index.entity_weight[e]) for e in bearers]
        return weights[0] > 0 and weights[0] >= OUTWEIGH * weights[1]
