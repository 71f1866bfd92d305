"""Finding: the mentions of a text, longest first from the left, each with the evidence that it is one.

A document is read as a whole: persons named in full anchor the parts of their names, and what is written small somewhere is
a word, not a name. The steps are: windows of words that the lexicon lists; what each means; parts of names; unknown capitalised
words by the fuzzy tier; then the spelling to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from translit.matching.exact import resolve
from translit.matching.tiers import OFTEN_LAST, PART, Answer, Tiers
from translit.mentions.casing import bare_genitive, split_ending, wear
from translit.mentions.parts import PERSON, align_parts, words_of_name
from translit.mentions.words import Words, words_of
from translit.model import Mention
from translit.unicode.fold import fold_token
from translit.unicode.scripts import script_of
from translit.unicode.tokens import fold

MOST_WORDS_GUESSED = 3
"""Most words of an unlisted name in text."""
LEAST_LETTERS_GUESSED = 5
"""Fewest letters of an unlisted name in text."""
_DIGIT = regex.compile(r"\p{N}")


@dataclass(frozen=True, slots=True)
class Place:
    """Words ``first`` to ``last`` (exclusive) of a text and what they are taken for.

    ``answer`` is None for words that are known and left alone. ``ending`` is what a language hung on the last word.
    """

    first: int
    last: int
    answer: Answer | None
    ending: str = ""


class Finder:
    """Finds mentions by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index

    def find_many(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text, left to right, without overlap."""
        documents = [words_of(text) for text in texts]
        known = self._windows(documents)
        places = [self._listed(words, known) for words in documents]
        self._unlisted(documents, places)
        return [list(self._mentions(words, found)) for words, found in zip(documents, places, strict=True)]

    def _windows(self, documents: Sequence[Words]) -> dict[str, int]:
        """Folded window → form, for the windows of all texts that the lexicon lists; looked up once each."""
        distinct = list({word for words in documents for word in words.folded if word})
        longest = dict(zip(distinct, self.index.longest_from(distinct).tolist(), strict=True))
        self._longest = longest
        wanted: dict[str, None] = {}
        for words in documents:
            for i, word in enumerate(words.folded):
                for count in range(1, self._reach(words, i, longest.get(word) or 1) + 1):
                    wanted[words.joined_fold(i, count)] = None
                    for stem, _ in _endings(words.tokens[i + count - 1].text):
                        wanted[words.joined_stem(i, count, fold_token(stem))] = None
        windows = list(wanted)
        forms = self.index.find_forms(windows).tolist()
        return {window: form for window, form in zip(windows, forms, strict=True) if form >= 0}

    @staticmethod
    def _reach(words: Words, i: int, most: int) -> int:
        count = min(most, len(words.folded) - i)
        for k in range(1, count):
            if not words.joined[i + k] or not words.folded[i + k]:
                return k
        return count

    def _listed(self, words: Words, known: dict[str, int]) -> list[Place]:
        """The listed names of one text, and then the parts of the persons among them."""
        places: list[Place] = []
        i, n = 0, len(words.folded)
        while i < n:
            place = self._longest_at(words, i, known)
            if place is not None:
                places.append(place)
                i = place.last
            else:
                i += 1
        return self._parts(words, places)

    def _longest_at(self, words: Words, i: int, known: dict[str, int]) -> Place | None:
        for count in range(self._reach(words, i, self._longest.get(words.folded[i], 0)), 0, -1):
            form = known.get(words.joined_fold(i, count))
            if form is not None:
                place = self._resolved(words, i, count, form)
                if place is not None:
                    return place
        return self._with_ending(words, i, known)

    def _resolved(self, words: Words, i: int, count: int, form: int) -> Place | None:
        if not any(words.capital[i : i + count]):
            return None
        raw = words.text[words.tokens[i].start : words.tokens[i + count - 1].end]
        found, exactly = self.tiers.listed(raw, words.joined_fold(i, count), form)
        if found is None or (found.state == "known" and found.rivals):
            return None
        if found.state != "one":
            return Place(i, i + count, None)
        answer = self.tiers.exact(found, exactly, words.joined_fold(i, count))
        if answer.confidence < self.tiers.precision:
            return Place(i, i + count, None)
        return Place(i, i + count, answer)

    def _with_ending(self, words: Words, i: int, known: dict[str, int]) -> Place | None:
        """A listed name with an ending on its last word: *Panjsjir's*, *Achmad Massuds*."""
        if not words.capital[i]:
            return None
        for count in range(self._reach(words, i, self._longest.get(words.folded[i]) or 1), 0, -1):
            for stem, ending in _endings(words.tokens[i + count - 1].text):
                form = known.get(words.joined_stem(i, count, fold_token(stem)))
                if form is None:
                    continue
                found = resolve(self.index, self.index.postings(form), self.tiers.types)
                if found is None or (found.state == "known" and found.rivals):
                    continue
                if found.state != "one":
                    return Place(i, i + count, None)
                return Place(i, i + count, self.tiers.exact(found, True, self.index.forms[form]), ending)
        return None

    def _parts(self, words: Words, places: list[Place]) -> list[Place]:
        """Places with the parts of names that stand alone added."""
        anchors: dict[str, dict[str, int]] = {}
        for place in places:
            if place.answer is not None and place.answer.entity >= 0 and place.last - place.first > 1:
                if self.index.kind(place.answer.entity) == PERSON:
                    self._anchor(place.answer.entity, anchors)
        taken = [False] * len(words.folded)
        for place in places:
            for k in range(place.first, place.last):
                taken[k] = place.answer is None or place.answer.entity >= 0
        extra: list[Place] = []
        for i, word in enumerate(words.folded):
            if not word or not words.capital[i] or taken[i]:
                continue
            for stem, ending in ((words.tokens[i].text, ""), *_endings(words.tokens[i].text)):
                answer = self._part(fold_token(stem), anchors)
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

    def _part(self, word: str, anchors: dict[str, dict[str, int]]) -> Answer | None:
        meant = anchors.get(word)
        if meant is not None:
            if len(meant) > 1:
                return None
            (spelling, entity), = meant.items()
            return Answer(entity, spelling, "exact", 0.99, (entity,), word)
        part = self.index.part(word)
        if part is None or part[2] < OFTEN_LAST:
            return None
        return self.tiers.part(word)

    def _unlisted(self, documents: Sequence[Words], places: list[list[Place]]) -> None:
        """Unknown capitalised words of all texts, each distinct one looked up once by the fuzzy tier."""
        runs: list[tuple[int, int, int]] = []
        for number, words in enumerate(documents):
            taken = {k for place in places[number] for k in range(place.first, place.last)}
            small = {word for word, capital in zip(words.folded, words.capital, strict=True) if not capital}
            for i in range(len(words.folded)):
                if i not in taken and self._may_be_name(words, i, small):
                    runs.append((number, i, i + 1))
        names = {}
        for number, first, last in runs:
            words = documents[number]
            names[words.text[words.tokens[first].start : words.tokens[last - 1].end]] = None
        distinct = list(names)
        answers = dict(zip(distinct, self.tiers.answer_many([split_ending(name)[0] for name in distinct]), strict=True))
        for number, first, last in runs:
            words = documents[number]
            raw = words.text[words.tokens[first].start : words.tokens[last - 1].end]
            answer = answers[raw]
            if answer is not None and not answer.part:
                places[number].append(Place(first, last, answer, split_ending(raw)[1]))
        for found in places:
            found.sort(key=lambda place: place.first)

    def _may_be_name(self, words: Words, i: int, small: set[str]) -> bool:
        word = words.folded[i]
        return (
            len(word) >= LEAST_LETTERS_GUESSED
            and words.capital[i]
            and word not in small
            and not words.starts_sentence(i)
            and script_of(word) == "Latn"
            and _DIGIT.search(word) is None
            and self.index.part(word) is None
        )

    def _mentions(self, words: Words, places: Sequence[Place]) -> Iterator[Mention]:
        for place in places:
            answer = place.answer
            if answer is None:
                continue
            start, end = words.tokens[place.first].start, words.tokens[place.last - 1].end
            raw = words.text[start:end]
            bare = raw[: len(raw) - len(place.ending)]
            written = bare if fold(answer.canonical) == fold(bare) and answer.canonical.lower() == bare.lower() else (
                wear(answer.canonical, bare)
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


def _endings(word: str) -> Iterator[tuple[str, str]]:
    """The ways to cut an ending off a word."""
    stem, ending = split_ending(word)
    if ending:
        yield stem, ending
        return
    stem, ending = bare_genitive(word)
    if ending:
        yield stem, ending
