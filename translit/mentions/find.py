"""Finding: the mentions of a text, longest first from the left, each with the evidence that it is one.

A document is read as a whole: persons named in full anchor the parts of their names, and what is written small somewhere is
a word, not a name. The steps are: windows of words that the lexicon lists; what each means; parts of names; unknown capitalised
words by the fuzzy tier; then the spelling to write.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np
import regex

from translit import limits
from translit.lexicon.index import TYPE_NUMBERS
from translit.lexicon.parts import PERSON, align_parts, words_of_name
from translit.matching.exact import Resolution, resolve
from translit.matching.fuzzy import Guess
from translit.matching.tiers import OFTEN_LAST, PART, REJECTED, Answer, Tiers
from translit.mentions.casing import bare_genitive, split_ending, wear
from translit.mentions.evidence import SHORT, Context, Need
from translit.mentions.survey import Abstention, Survey, Why
from translit.mentions.vocabulary import shipped_vocabulary
from translit.mentions.words import Words, words_of
from translit.model import Candidate, Mention
from translit.unicode.fold import fold_token
from translit.unicode.scripts import script_of
from translit.unicode.tokens import fold, tokens

MOST_WORDS_GUESSED = 3
"""Most words of an unlisted name in text."""
LEAST_LETTERS_GUESSED = 5
"""Fewest letters of an unlisted name in text."""
ANCHORED, CUED = 6000, 1500
"""What it is worth, in 1/1000 log-odds, that a guessed entity is named elsewhere in the document, or that a cue stands before it."""
FAMED = ((0.99, 1500), (0.9, 700))
"""What it is worth that an entity is heavier than that share of the lexicon."""
NEARLY = 0.5
"""Confidence by its letters alone from which on a guess that is not taken is worth telling."""
LONE = 0.995
"""Precision that a guess in text must promise, with what the evidence around it is worth."""
_DIGIT = regex.compile(r"\p{N}")


@dataclass(frozen=True, slots=True)
class Place:
    """Words ``first`` to ``last`` (exclusive) of a text and what they are taken for.

    ``answer`` is None for words that are known and left alone: ``why``, and which entities were considered. ``ending`` is what a
    language hung on the last word, ``need`` the evidence that it wants beside its spelling.
    """

    first: int
    last: int
    answer: Answer | None
    ending: str = ""
    need: Need = Need.NOTHING
    why: Why = ""
    passed: tuple[int, ...] = ()


class Windows(NamedTuple):
    """What the lexicon lists of some texts: folded window → form, and by first word how many words the longest form has."""

    forms: dict[str, int]
    longest: dict[str, int]


class Finder:
    """Finds mentions by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index

    def find_many(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text, left to right, without overlap."""
        documents, places, _ = self._search(texts)
        return [list(self._mentions(words, found)) for words, found in zip(documents, places, strict=True)]

    def survey_many(self, texts: Sequence[str]) -> list[Survey]:
        """The mentions of each text, and what was left alone though something is listed there or near."""
        return [
            Survey(list(self._mentions(words, found)), list(self._abstentions(words, [*found, *_apart(near, found)])))
            for words, found, near in zip(*self._search(texts), strict=True)
        ]

    def _search(self, texts: Sequence[str]) -> tuple[list[Words], list[list[Place]], list[list[Place]]]:
        """The words of each text, the places that are taken for something, and those that are near something."""
        documents = [words_of(text) for text in texts]
        distinct = list({word for words in documents for word in words.folded if word})
        stems = {stem for words in documents for t in words.tokens for _, stem, _ in _endings(t.text)}
        asked = [*distinct, *stems]
        bits = dict(zip(asked, shipped_vocabulary().classes(asked).tolist(), strict=True))
        contexts = [Context(words, bits) for words in documents]
        known = self._windows(documents, distinct)
        places = [self._listed(context, known) for context in contexts]
        near = self._unlisted(contexts, places)
        places = [self._parts(context, found) for context, found in zip(contexts, places, strict=True)]
        return documents, places, near

    def _windows(self, documents: Sequence[Words], distinct: list[str]) -> Windows:
        """The windows of all texts that the lexicon lists; looked up once each."""
        longest = dict(zip(distinct, self.index.longest_from(distinct).tolist(), strict=True))
        decided = self.tiers.rulings
        longest.update((word, max(count, longest[word])) for word, count in decided.words.items() if word in longest)
        wanted: dict[str, None] = {word: None for word, count in longest.items() if count}
        for words in documents:
            for i, word in enumerate(words.folded):
                for _, stem, _ in _endings(words.tokens[i].text):
                    wanted[stem] = None
                most = longest.get(word, 0)
                if most < 2:
                    continue
                capital = words.capital[i]
                for count in range(2, self._reach(words, i, most) + 1):
                    capital = capital or words.capital[i + count - 1]
                    if not capital:
                        continue
                    wanted[words.joined_fold(i, count)] = None
                    for _, stem, _ in _endings(words.tokens[i + count - 1].text):
                        wanted[words.joined_stem(i, count, stem)] = None
        windows = list(wanted)
        forms = self.index.find_forms(windows).tolist()
        listed = {window: form for window, form in zip(windows, forms, strict=True) if form >= 0 or window in decided.folded}
        return Windows(listed, longest)

    @staticmethod
    def _reach(words: Words, i: int, most: int) -> int:
        count = min(most, len(words.folded) - i)
        for k in range(1, count):
            if not words.joined[i + k] or not words.folded[i + k]:
                return k
        return count

    def _listed(self, context: Context, known: Windows) -> list[Place]:
        """The listed names of one text, with those left alone that the evidence does not bear out."""
        words = context.words
        places: list[Place] = []
        i, n = 0, len(words.folded)
        longest = known.longest
        while i < n:
            # Most words begin no listed name, and carry no ending that could hide one; a small word alone is no name either.
            most = longest.get(words.folded[i], 0)
            starts = most > 1 or (words.capital[i] and (most or _endings(words.tokens[i].text)))
            place = self._longest_at(words, i, known) if starts else None
            if place is None:
                i += 1
                continue
            places.append(self._weighed(context, place))
            i = place.last
        # First each by itself; then those beside what looks like a person's name, which listed names are not.
        anchors = {p.answer.entity for p in places if p.answer is not None and p.need is Need.NOTHING}
        borne = [self._borne_out(context, place, anchors) for place in places]
        for place in borne:
            if place.answer is not None:
                context.named.update(range(place.first, place.last))
        alone = [place for place in borne if not self._in_a_name(context, place)]
        anchors = {p.answer.entity for p in alone if p.answer is not None and p.need is Need.NOTHING}
        return [place if self._may_stay(context, place, anchors) else _without(place) for place in borne]

    @staticmethod
    def _in_a_name(context: Context, place: Place) -> bool:
        return place.last - place.first == 1 and context.beside_name(place.first, place.last)

    def _may_stay(self, context: Context, place: Place, anchors: set[int]) -> bool:
        """Whether a place is no part of another's name, or is surely named elsewhere."""
        answer = place.answer
        return answer is None or answer.decided or answer.entity in anchors or not self._in_a_name(context, place)

    def _weighed(self, context: Context, place: Place) -> Place:
        """A place with the evidence that it needs."""
        answer = place.answer
        if answer is None or answer.decided:
            return place
        canonical = fold(answer.canonical)
        trusted = self._trusted(answer)
        return replace(place, need=max(place.need, context.need(place.first, place.last, answer.form, canonical, trusted)))

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
        return place if borne else _without(place)

    def _longest_at(self, words: Words, i: int, known: Windows) -> Place | None:
        for count in range(self._reach(words, i, known.longest.get(words.folded[i], 0)), 0, -1):
            form = known.forms.get(words.joined_fold(i, count))
            if form is not None and not self._rather_ending(words, i, count, known):
                place = self._resolved(words, i, count, form)
                if place is not None:
                    return place
        return self._with_ending(words, i, known)

    def _rather_ending(self, words: Words, i: int, count: int, known: Windows) -> bool:
        """Whether the last word is a listed name with an ending behind an apostrophe, though it folds like a listed one whole.

        *Hazara's* is no *Hazaras*, unless the lexicon lists it with the apostrophe.
        """
        last = words.tokens[i + count - 1].text
        if last.isalpha() or not any(words.joined_stem(i, count, stem) in known.forms for _, stem, _ in _endings(last)):
            return False
        return not len(self.index.listed(words.text[words.tokens[i].start : words.tokens[i + count - 1].end]))

    def _resolved(self, words: Words, i: int, count: int, form: int) -> Place | None:
        if not any(words.capital[i : i + count]):
            return None
        raw = words.text[words.tokens[i].start : words.tokens[i + count - 1].end]
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
        return Place(i, i + count, answer, need=Need.NOTHING if self._fame(found.entity) else Need.CUE)

    def _left_alone(self, first: int, last: int, found: Resolution, form: int, ending: str = "") -> Place:
        """A place of a listed spelling that means nothing to be written."""
        if found is REJECTED:
            return Place(first, last, None, ending, why="rejected")
        bearers = found.rivals or tuple(sorted({int(self.index.posting_entity[p]) for p in self.index.postings(form)}))
        return Place(first, last, None, ending, why="several" if found.state == "one" else found.state, passed=bearers)

    def _with_ending(self, words: Words, i: int, known: Windows) -> Place | None:
        """A listed name with an ending on its last word: *Panjsjir's*, *Achmad Massuds*."""
        for count in range(self._reach(words, i, known.longest.get(words.folded[i]) or 1), 0, -1):
            if not any(words.capital[i : i + count]):
                return None
            for _, stem, ending in _endings(words.tokens[i + count - 1].text):
                form = known.forms.get(words.joined_stem(i, count, stem))
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
                return Place(i, i + count, self.tiers.exact(found, True, self.index.forms[form]), ending)
        return None

    def _parts(self, context: Context, places: list[Place]) -> list[Place]:
        """Places with the parts of names that stand alone added."""
        words = context.words
        anchors: dict[str, dict[str, int]] = {}
        for place in places:
            meant = place.answer
            if meant is None or meant.entity < 0 or place.last - place.first < 2:
                continue
            if self.index.kind(meant.entity) == PERSON:
                self._anchor(meant.entity, anchors)
        taken = [False] * len(words.folded)
        for place in places:
            for k in range(place.first, place.last):
                taken[k] = place.answer is None or place.answer.entity >= 0 or place.answer.decided
        extra: list[Place] = []
        for i, word in enumerate(words.folded):
            if not word or not words.capital[i] or taken[i]:
                continue
            for _, stem, ending in ((word, word, ""), *_endings(words.tokens[i].text)):
                answer = self._part(context, i, stem, anchors)
                if answer is not None:
                    extra.append(Place(i, i + 1, answer, ending))
                    break
        return sorted([*places, *extra], key=lambda place: place.first)

    def _anchor(self, entity: int, anchors: dict[str, dict[str, int]]) -> None:
        """Let the parts of a person named in full stand for that person."""
        canonical = words_of_name(self.tiers.canonical(entity))
        folded = [fold_token(word) for word in canonical]
        for form in self.index.forms_of(entity):
            for word, place in align_parts(canonical, folded, form.split(" ")):
                anchors.setdefault(word, {})[canonical[place]] = entity

    def _part(self, context: Context, i: int, word: str, anchors: dict[str, dict[str, int]]) -> Answer | None:
        meant = anchors.get(word)
        if meant is not None:
            if len(meant) > 1:
                return None
            ((spelling, entity),) = meant.items()
            return Answer(entity, spelling, "exact", 0.99, (entity,), word)
        part = self.index.part(word)
        if part is None or part[2] < OFTEN_LAST or context.is_word(i) or context.beside_name(i, i + 1) or len(word) <= SHORT:
            return None
        return self.tiers.part(word)

    def _unlisted(self, contexts: Sequence[Context], places: list[list[Place]]) -> list[list[Place]]:
        """Unknown capitalised words of all texts, each distinct name looked up once by the fuzzy tier; those not sure enough."""
        runs: list[tuple[int, int, int, str, str]] = []
        for number, context in enumerate(contexts):
            taken = {k for place in places[number] for k in range(place.first, place.last)}
            words = context.words
            small = {word for word, capital in zip(words.folded, words.capital, strict=True) if not capital}
            for first, last in self._unknown_runs(context, taken, small):
                raw = words.text[words.tokens[first].start : words.tokens[last - 1].end]
                stem, ending = split_ending(raw)
                runs.append((number, first, last, stem, ending))
        distinct = list(dict.fromkeys(stem for *_, stem, _ in runs))
        guesses = dict(zip(distinct, self.tiers.guess_many(distinct), strict=True))
        named = [Counter(p.answer.entity for p in found if p.answer is not None) for found in places]
        guessed: set[tuple[int, int]] = set()
        near: list[list[Place]] = [[] for _ in contexts]
        for number, first, last, stem, ending in sorted(runs, key=lambda run: (run[0], run[1] - run[2], run[1])):
            guess = guesses[stem]
            if guess is None or any((number, k) in guessed for k in range(first, last)):
                continue
            convinced = self._convinced(contexts[number], named[number][guess.entity], first, last, guess)
            if convinced is not None:
                places[number].append(Place(first, last, self.tiers.guessed(stem, convinced), ending))
                guessed.update((number, k) for k in range(first, last))
            elif guess.confidence >= NEARLY:
                near[number].append(Place(first, last, None, ending, why="far", passed=(guess.entity,)))
        for found in places:
            found.sort(key=lambda place: place.first)
        return near

    def _unknown_runs(self, context: Context, taken: set[int], small: set[str]) -> Iterator[tuple[int, int]]:
        """Windows of capitalised words of which at least one is unknown, and none is small elsewhere in the text."""
        words, n = context.words, len(context.words.folded)
        for i in range(n):
            if i in taken or not self._may_be_name(context, i, small):
                continue
            if context.unknown(i) and len(words.folded[i]) >= LEAST_LETTERS_GUESSED and self.index.part(words.folded[i]) is None:
                yield i, i + 1
            for count in range(2, MOST_WORDS_GUESSED + 1):
                k = i + count - 1
                if k >= n or k in taken or not words.joined[k] or not self._may_be_name(context, k, small):
                    break
                if any(context.unknown(j) for j in range(i, k + 1)):
                    yield i, k + 1

    def _may_be_name(self, context: Context, i: int, small: set[str]) -> bool:
        word = context.words.folded[i]
        return (
            len(word) > 1
            and context.words.capital[i]
            and word not in small
            and not context.is_word(i)
            and script_of(word) == "Latn"
            and _DIGIT.search(word) is None
        )

    def _convinced(self, context: Context, named: int, first: int, last: int, guess: Guess) -> Guess | None:
        """The guess with the confidence that the evidence gives it, where it is sure enough: ``named`` sure mentions, cues, fame."""
        if self._would_repeat(context.words, first, last, guess):
            return None
        # A spelling met more often than all others of the entity is likelier a name of its own than a slip.
        anchored = named > 0 and (last - first > 1 or context.count(context.words.folded[first]) <= max(named, 2))
        if last - first == 1 and not anchored and context.beside_name(first, last):
            return None
        score = guess.score + self._fame(guess.entity)
        if anchored:
            score += ANCHORED
        elif context.has_cue(first, self.index.kind(guess.entity)):
            score += CUED
        curve = self.tiers.lexicon.model.curve(guess.script_class)
        if score < curve.threshold(max(LONE, self.tiers.precision)):
            return None
        return replace(guess, score=score, confidence=curve.confidence(score))

    def _would_repeat(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether the words beside a guess are words of its canonical already, which would then stand twice."""
        written = set(fold(self.tiers.canonical(guess.entity)).split(" "))
        written.difference_update(words.folded[first:last])
        beside = [words.folded[first - 1]] if first and words.joined[first] else []
        if last < len(words.folded) and words.joined[last]:
            beside += [words.folded[last], *(stem for _, stem, _ in _endings(words.tokens[last].text))]
        return any(word in written for word in beside)

    def _fame(self, entity: int) -> int:
        weight = float(self.index.entity_weight[entity])
        return next((worth for least, worth in self._fames if weight > least), 0)

    @cached_property
    def _fames(self) -> list[tuple[float, int]]:
        weights = self.index.entity_weight
        return [(max(float(np.quantile(weights, share)), 0.0), worth) for share, worth in FAMED]

    def _mentions(self, words: Words, places: Sequence[Place]) -> Iterator[Mention]:
        for place in places:
            answer = place.answer
            if answer is None:
                continue
            start, end = words.tokens[place.first].start, words.tokens[place.last - 1].end
            raw = words.text[start:end]
            bare = raw[: len(raw) - len(place.ending)]
            written = (
                bare
                if fold(answer.canonical) == fold(bare) and answer.canonical.lower() == bare.lower()
                else (wear(_unframed(answer.canonical, words.text, start, end), bare))
            )
            match = self.tiers.match(raw, answer)
            if answer.part or answer.entity < 0:
                ident, kind = f"{PART}:{fold(answer.canonical)}", PART
            else:
                ident, kind = match.id, match.kind
            yield Mention(
                raw, ident, answer.canonical, kind, answer.method, answer.confidence, match.candidates, start, end,
                written + place.ending,
            )  # fmt: skip

    def _abstentions(self, words: Words, places: Sequence[Place]) -> Iterator[Abstention]:
        """The places left alone where something else than what stands there might have been written."""
        for place in sorted(places, key=lambda place: place.first):
            start, end = words.tokens[place.first].start, words.tokens[place.last - 1].end - len(place.ending)
            raw = words.text[start:end]
            considered = place.passed[: limits.MAX_CANDIDATES_SHOWN]
            if place.why != "rejected" and all(self.tiers.canonical(e).lower() == raw.lower() for e in considered):
                continue
            candidates = [
                Candidate(self.index.ids[e], self.tiers.canonical(e), self.index.kind(e), "fuzzy" if place.why == "far" else "exact", 0.0)
                for e in considered
            ]
            yield Abstention(start, end, raw, place.why, tuple(candidates))


def _apart(near: Sequence[Place], found: Sequence[Place]) -> list[Place]:
    """The places among ``near`` that overlap neither one another nor those found, the longest first."""
    out: list[Place] = []
    for place in near:
        if not any(other.first < place.last and place.first < other.last for other in (*found, *out)):
            out.append(place)
    return out


def _unframed(canonical: str, text: str, start: int, end: int) -> str:
    """A canonical spelling without the signs around its words (*Yahoo!*) that stand around the mention already."""
    inside = list(tokens(canonical))
    if inside:
        before, after = canonical[: inside[0].start], canonical[inside[-1].end :]
        if after and text.startswith(after, end):
            canonical = canonical[: -len(after)]
        if before and text.endswith(before, 0, start):
            canonical = canonical[len(before) :]
    return canonical


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _endings(word: str) -> tuple[tuple[str, str, str], ...]:
    """The ways to cut an ending off a word: (stem, folded stem, ending)."""
    if word.isalpha() and word[-1] not in "sS":
        return ()
    stem, ending = split_ending(word)
    if not ending:
        stem, ending = bare_genitive(word)
    return ((stem, fold_token(stem), ending),) if ending else ()


def _without(place: Place) -> Place:
    """The same words left alone, for want of evidence."""
    passed = () if place.answer is None else (place.answer.entity,)
    return replace(place, answer=None, why="evidence", passed=passed)
