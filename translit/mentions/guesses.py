"""Guesses: unknown capitalised words of texts, looked up by the fuzzy tier, and the evidence that they are names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import regex

from translit.matching.fuzzy import Guess
from translit.matching.tiers import Tiers
from translit.mentions.casing import split_ending
from translit.mentions.endings import endings
from translit.mentions.evidence import Context
from translit.mentions.fame import Fame
from translit.mentions.places import Place
from translit.mentions.words import Words
from translit.unicode.scripts import script_of
from translit.unicode.tokens import fold

MOST_WORDS_GUESSED = 3
"""Most words of an unlisted name in text."""
LEAST_LETTERS_GUESSED = 5
"""Fewest letters of an unlisted name in text."""
ANCHORED, CUED = 6000, 1500
"""What it is worth, in 1/1000 log-odds, that a guessed entity is named elsewhere in the document, or that a cue stands before it."""
NEARLY = 0.5
"""Confidence by its letters alone from which on a guess that is not taken is worth telling."""
LONE = 0.995
"""Precision that a guess in text must promise, with what the evidence around it is worth."""
_DIGIT = regex.compile(r"\p{N}")


class Guesses:
    """Proposes names that no lexicon lists, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame) -> None:
        self.tiers, self.fame = tiers, fame
        self.index = tiers.index

    def add(self, contexts: Sequence[Context], places: list[list[Place]]) -> list[list[Place]]:
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
        guesses = dict(zip(distinct, self.tiers.guess_many(distinct, turned=False), strict=True))
        named = [Counter(p.answer.entity for p in found if p.answer is not None) for found in places]
        guessed: set[tuple[int, int]] = set()
        near: list[list[Place]] = [[] for _ in contexts]
        for number, first, last, stem, ending in sorted(runs, key=lambda run: (run[0], run[1] - run[2], run[1])):
            guess = guesses[stem]
            if guess is None or any((number, k) in guessed for k in range(first, last)):
                continue
            convinced = self._convinced(contexts[number], named[number][guess.entity], first, last, guess)
            if convinced is not None:
                places[number].append(Place(first, last, self.tiers.guessed(convinced), ending))
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
        if self.index.entity_support[guess.entity] or self._would_repeat(context.words, first, last, guess):
            return None
        # A spelling met more often than all others of the entity is likelier a name of its own than a slip.
        anchored = named > 0 and (last - first > 1 or context.count(context.words.folded[first]) <= max(named, 2))
        if last - first == 1 and not anchored and context.beside_name(first, last):
            return None
        score = guess.score + self.fame.of(guess.entity)
        if anchored:
            score += ANCHORED
        elif context.has_cue(first, self.index.kind(guess.entity)):
            score += CUED
        curve = self.tiers.curve(guess)
        if score < curve.threshold(max(LONE, self.tiers.precision)):
            return None
        return replace(guess, score=score, confidence=curve.confidence(score))

    def _would_repeat(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether the words beside a guess are words of its canonical already, which would then stand twice."""
        written = set(fold(self.tiers.canonical(guess.entity)).split(" "))
        written.difference_update(words.folded[first:last])
        beside = [words.folded[first - 1]] if first and words.joined[first] else []
        if last < len(words.folded) and words.joined[last]:
            beside += [words.folded[last], *(stem for _, stem, _ in endings(words.tokens[last].text))]
        return any(word in written for word in beside)
