"""Guesses: unknown capitalised words of texts, looked up by the fuzzy tier, and the evidence that they are names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from translit.matching.fuzzy import Guess
from translit.matching.tiers import Tiers
from translit.mentions.casing import split_ending
from translit.mentions.endings import endings
from translit.mentions.evidence import Context
from translit.mentions.facts import NAMELIKE, PARTLY, UNKNOWN
from translit.mentions.fame import Fame
from translit.mentions.inflection import is_derived
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.words import Words
from translit.unicode.scan import I64
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


class Guesses:
    """Proposes names that no lexicon lists, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame) -> None:
        self.tiers, self.fame = tiers, fame
        self.index = tiers.index
        self._remembered: Memory[str, Guess | None] = Memory()

    def add(
        self, contexts: Sequence[Context], facts: Sequence[I64], places: list[list[Place]]
    ) -> tuple[list[list[Place]], list[set[int]]]:  # fmt: skip
        """Unknown capitalised words of all texts, each distinct name looked up once by the fuzzy tier.

        Returns:
            Those that are nearly sure, and the words of those of several words that are not sure.
        """
        runs: list[tuple[int, int, int, str, str]] = []
        for number, (context, known) in enumerate(zip(contexts, facts, strict=True)):
            taken = {k for place in places[number] for k in range(place.first, place.last)}
            words = context.words
            for first, last in self._unknown_runs(words, known, taken):
                raw = words.text[words.scanned.start[first] : words.scanned.end[last - 1]]
                stem, ending = split_ending(raw)
                runs.append((number, first, last, stem, ending))
        guesses = self._guesses(list(dict.fromkeys(stem for *_, stem, _ in runs)))
        runs = [run for run in runs if guesses[run[3]] is not None]
        named = [Counter(p.answer.entity for p in found if p.answer is not None) for found in places]
        near: list[list[Place]] = [[] for _ in contexts]
        guessed: set[tuple[int, int]] = set()
        done = [Counter[str]() for _ in contexts]
        left = sorted(runs, key=lambda run: (run[0], run[1] - run[2], run[1]))
        more = True
        while more:
            # Whoever a guess names bears out others of the same text, as it would when the text is cleaned again.
            refused, met, again = [], [Counter[int]() for _ in contexts], [Counter[str]() for _ in contexts]
            for run in left:
                number, first, last, stem, ending = run
                guess = guesses[stem]
                if guess is None or any((number, k) in guessed for k in range(first, last)):
                    continue
                left_over = contexts[number].words.count(first) - done[number][stem]
                convinced = self._convinced(contexts[number], named[number][guess.entity], left_over, first, last, guess)
                if convinced is None:
                    refused.append(run)
                    continue
                places[number].append(Place(first, last, self.tiers.guessed(convinced), ending))
                guessed.update((number, k) for k in range(first, last))
                met[number][guess.entity] += 1
                again[number][stem] += 1
            for number in range(len(contexts)):
                named[number].update(met[number])
                done[number].update(again[number])
            left, more = refused, any(met)
        for number, first, last, stem, ending in left:
            guess = guesses[stem]
            if guess is not None and guess.confidence >= NEARLY and not any((number, k) in guessed for k in range(first, last)):
                near[number].append(Place(first, last, None, ending, why="far", passed=(guess.entity,)))
        open_: list[set[int]] = [set() for _ in contexts]
        for number, first, last, _, _ in left:
            if last - first > 1:
                open_[number].update(range(first, last))
        for found in places:
            found.sort(key=lambda place: place.first)
        return near, open_

    def _guesses(self, names: list[str]) -> dict[str, Guess | None]:
        """The guess for each name that any evidence could make sure, or that is worth telling; remembered."""
        known = self._remembered.known
        out = {name: known[name] for name in names if name in known}
        new = [name for name in names if name not in out]
        for name, guess in zip(new, self.tiers.guess_many(new, turned=False), strict=True):
            out[name] = guess if guess is not None and self._may_convince(guess) else None
            self._remembered.keep(name, out[name])
        return out

    def _may_convince(self, guess: Guess) -> bool:
        most = guess.score + self.fame.of(guess.entity) + max(ANCHORED, CUED)
        return guess.confidence >= NEARLY or most >= self.tiers.curve(guess).threshold(max(LONE, self.tiers.precision))

    def _unknown_runs(self, words: Words, facts: I64, taken: set[int]) -> Iterator[tuple[int, int]]:
        """Windows of capitalised words of which at least one is unknown, and none is small elsewhere in the text."""
        rows = np.flatnonzero(((facts & NAMELIKE > 0) & ~words.small)[words.scanned.word])
        own_facts = facts[words.scanned.word[rows]].tolist()
        free = {i: own for i, own in zip(rows.tolist(), own_facts, strict=True) if i not in taken}
        for i, own in free.items():
            if own & (UNKNOWN | PARTLY) == UNKNOWN and len(words.folded[i]) >= LEAST_LETTERS_GUESSED:
                yield i, i + 1
            unknown = own
            for k in range(i + 1, i + MOST_WORDS_GUESSED):
                if k not in free or not words.joined[k]:
                    break
                unknown |= free[k]
                if unknown & UNKNOWN:
                    yield i, k + 1

    def _convinced(self, context: Context, named: int, count: int, first: int, last: int, guess: Guess) -> Guess | None:
        """The guess with the confidence that the evidence gives it, where it is sure enough.

        ``named`` tells how often the entity is surely mentioned in the text, ``count`` how often the first word stands there yet.
        """
        if self.index.entity_support[guess.entity] or self._would_repeat(context.words, first, last, guess):
            return None
        if self._derived(context.words, first, last, guess):
            return None
        # A spelling met more often than all others of the entity is likelier a name of its own than a slip.
        anchored = named > 0 and (last - first > 1 or count <= max(named, 2))
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

    def _derived(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether the words say who is from a place or follows a person, not its name."""
        word = " ".join(words.folded[first:last])
        return any(is_derived(word, name) for name in (self.index.forms[guess.form], fold(self.tiers.canonical(guess.entity))))

    def _would_repeat(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether the words beside a guess are words of its canonical already, which would then stand twice."""
        written = set(fold(self.tiers.canonical(guess.entity)).split(" "))
        written.difference_update(words.folded[first:last])
        # Whatever stands between: the stop of an abbreviation (*St. Andrew*) ends no name.
        beside = [words.folded[first - 1]] if first else []
        if last < len(words.folded):
            beside += [words.folded[last], *(stem for _, stem, _ in endings(words.tokens[last].text))]
        return any(word in written for word in beside)
