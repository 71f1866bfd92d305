"""Guesses: unknown capitalised words of texts, looked up by the fuzzy tier, and the evidence that they are names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import JaroWinkler

from translit.lexicon.fame import Fame
from translit.matching.fuzzy import Guess
from translit.matching.tiers import Tiers
from translit.mentions.casing import has_own_capitals, split_ending
from translit.mentions.cues import has_cue
from translit.mentions.doubts import acronym, is_signature
from translit.mentions.endings import endings
from translit.mentions.evidence import SHORT, Context
from translit.mentions.facts import LONG, NAMELIKE, PARTLY, UNKNOWN, WELL_KNOWN
from translit.mentions.inflections import is_derived
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.vocabulary import GEO, NAME, shipped_vocabulary
from translit.mentions.words import Words
from translit.model import PERSON, PLACE
from translit.unicode.scan import I64
from translit.unicode.tokens import fold

MOST_WORDS_GUESSED = 3
"""Most words of an unlisted name in text."""
LEAST_ALIKE = 0.6
"""Least similarity (Jaro–Winkler, folded) of each longer word of a guess to some word of the form, or two of them together."""
MOST_MORE, MOST_SHARE_MORE = 3, 0.25
"""How many letters, and what share of them, a word of a guess may have beyond that of the form."""
ANCHORED = 6000
"""What it is worth, in 1/1000 log-odds, that a guessed entity is named elsewhere in the document."""
NEAREST = -1000
"""Log-odds, in 1/1000, from which on a name may mean an entity that the text names, though another is nearer."""
CUED = {0: 2000, 700: 2700, 1500: 3200}
"""The same of a cue beside it, by what its fame is worth: *in* and *near* stand before great places much oftener than before others."""
NEARLY = 0.5
"""Confidence by its letters alone from which on a guess that is not taken is worth telling."""
LONE = 0.99
"""Precision that a guess in text must promise, with what the evidence around it is worth."""


class Run(NamedTuple):
    """Unknown words of a text, as they stand there without an ending behind an apostrophe, and that ending."""

    words: range
    stem: str
    ending: str


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
        texts = zip(contexts, facts, places, strict=True)
        runs = [list(self._runs(context.words, known, found)) for context, known, found in texts]
        guesses = self._guesses(list(dict.fromkeys(run.stem for own in runs for run in own)))
        near: list[list[Place]] = []
        open_: list[set[int]] = []
        for context, own, found in zip(contexts, runs, places, strict=True):
            guessed = [(run, guess) for run in own if (guess := guesses[run.stem]) is not None]
            left, taken = self._take(context, guessed, found) if guessed else ([], set())
            near.append([_far(run, guess) for run, guess in left if guess.confidence >= NEARLY and taken.isdisjoint(run.words)])
            open_.append({k for run, _ in left if len(run.words) > 1 for k in run.words})
        return near, open_

    def _take(
        self, context: Context, guessed: Sequence[tuple[Run, Guess]], places: list[Place]
    ) -> tuple[list[tuple[Run, Guess]], set[int]]:  # fmt: skip
        """Add the guesses of one text that are sure; gives those that are not, and the words of those that are."""
        named = Counter(place.answer.canonical for place in places if place.answer is not None)
        done: Counter[str] = Counter()
        taken: set[int] = set()
        left = sorted(guessed, key=lambda item: (-len(item[0].words), item[0].words.start))
        more = True
        while more:
            # Whoever a guess names bears out others of the same text, as it would when the text is cleaned again.
            refused: list[tuple[Run, Guess]] = []
            met: Counter[str] = Counter()
            again: Counter[str] = Counter()
            for run, guess in left:
                if not taken.isdisjoint(run.words):
                    continue
                first, last = run.words.start, run.words.stop
                left_over = context.words.count(first) - done[run.stem]
                may_mean = self._may_mean(guess, named) if guess.near and _is_unheard_of(context, run) else (guess,)
                meant = (self._convinced(context, named, left_over, first, last, one) for one in may_mean)
                convinced = next((one for one in meant if one is not None), None)
                if convinced is None:
                    refused.append((run, guess))
                    continue
                places.append(Place(first, last, self.tiers.records.guessed(convinced), run.ending))
                taken.update(run.words)
                context.named.update(run.words)
                if self.index.kind(convinced.entity) == PLACE:
                    context.sites.update(run.words)
                met[self.tiers.canonical(convinced.entity)] += 1
                again[run.stem] += 1
            named.update(met)
            done.update(again)
            left, more = refused, bool(met)
        if taken:
            places.sort(key=lambda place: place.first)
        return left, taken

    def _guesses(self, names: list[str]) -> dict[str, Guess | None]:
        """The guess for each name that any evidence could make sure, or that is worth telling; remembered."""
        known = self._remembered.known
        out = {name: known[name] for name in names if name in known}
        new = [name for name in names if name not in out]
        guesses = self.tiers.guesser.guess_many(new, turned=False, near=NEAREST) if new else []
        for name, guess in zip(new, guesses, strict=True):
            out[name] = guess if guess is not None and self._may_convince(guess) else None
            self._remembered.keep(name, out[name])
        return out

    def _may_convince(self, guess: Guess) -> bool:
        most = guess.score + self.fame.of(guess.entity) + ANCHORED
        return guess.confidence >= NEARLY or bool(guess.near) or most >= self._least(guess)

    def _least(self, guess: Guess) -> int:
        """The score that a guess must have."""
        return self.tiers.guesser.curve(guess).threshold(max(LONE, self.tiers.precision))

    def _may_mean(self, guess: Guess, named: Counter[str]) -> Iterator[Guess]:
        """What a name may mean, the likeliest first: the entity nearest to it, but rather one that the text names elsewhere."""
        canonical = self.tiers.canonical
        if not named[canonical(guess.entity)] and guess.score + self.fame.of(guess.entity) < self._least(guess):
            for near in guess.near:
                if named[canonical(near.entity)]:
                    yield replace(
                        guess, entity=near.entity, form=near.form, score=near.score, second=guess.entity, folded=False, method="fuzzy"
                    )
        yield guess

    def _runs(self, words: Words, facts: I64, places: Sequence[Place]) -> Iterator[Run]:
        """Windows of capitalised words of which at least one is unknown, and none is small elsewhere in the text."""
        for first, last in self._unknown(words, facts, places):
            yield Run(range(first, last), *split_ending(words.piece(first, last)))

    def _unknown(self, words: Words, facts: I64, places: Sequence[Place]) -> Iterator[tuple[int, int]]:
        namelike = facts & NAMELIKE > 0
        if not namelike.any():
            return
        rows = np.flatnonzero((namelike & ~words.small)[words.scanned.word])
        taken = {k for place in places for k in range(place.first, place.last)}
        own_facts = facts[words.scanned.word[rows]].tolist()
        free = {i: own for i, own in zip(rows.tolist(), own_facts, strict=True) if i not in taken}
        for i, own in free.items():
            if own & (UNKNOWN | PARTLY | LONG | WELL_KNOWN) == UNKNOWN | LONG:
                yield i, i + 1
            unknown = own
            for k in range(i + 1, i + MOST_WORDS_GUESSED):
                if k not in free or not words.joined[k]:
                    break
                unknown |= free[k]
                if unknown & UNKNOWN:
                    yield i, k + 1

    def _convinced(self, context: Context, named: Counter[str], count: int, first: int, last: int, guess: Guess) -> Guess | None:
        """The guess with the confidence that the evidence gives it, where it is sure enough.

        ``named`` tells how often each entity is surely mentioned in the text, ``count`` how often the first word stands there yet.
        """
        # A spelling met more often than all others of the entity is likelier a name of its own than a slip.
        mentions = named[self.tiers.canonical(guess.entity)]
        anchored = mentions > 0 and (last - first > 1 or count <= max(mentions, 2))
        fame = self.fame.of(guess.entity)
        score, least = guess.score + fame, self._least(guess)
        if score + (ANCHORED if anchored else CUED[fame]) < least:
            # Most are not convincing whatever stands around them.
            return None
        if self.index.entity_support[guess.entity] or self._would_repeat(context.words, first, last, guess):
            return None
        meant = fold(self.tiers.canonical(guess.entity))
        if last - first == 1 and shipped_vocabulary().is_another_region(context.words.folded[first], meant):
            return None
        if self._derived(context.words, first, last, guess) or self._runs_on(context.words, first, last, guess):
            return None
        if last - first == 1 and self._is_anothers(context, first, guess, anchored):
            return None
        if has_own_capitals(context.words.piece(first, last)) and not has_own_capitals(self.tiers.canonical(guess.entity)):
            return None
        if anchored:
            score += ANCHORED
        elif has_cue(context, first, last, self.index.kind(guess.entity)):
            score += CUED[fame]
        confidence = self.tiers.guesser.curve(guess).confidence(score)
        # All surer answers together keep the promise of the threshold; in a text, where villages and people abound that no lexicon
        # has, each has to by itself.
        return replace(guess, score=score, confidence=confidence) if score >= least and confidence >= LONE else None

    def _is_anothers(self, context: Context, i: int, guess: Guess, anchored: bool) -> bool:
        """Whether a word is of somebody else's name, or of that of something which is called after a place."""
        if self.index.kind(guess.entity) == PLACE and (
            context.beside_name(i, i + 1) or context.before_title(i + 1) or context.is_of_a_club(i) or acronym(context, i)
        ):
            return True
        if self.index.kind(guess.entity) == PERSON and context.is_part_of_name(i):
            return True
        return not anchored and (is_signature(context.words, i) or context.beside_name(i, i + 1) or self._is_another(context, i, guess))

    def _is_another(self, context: Context, i: int, guess: Guess) -> bool:
        """Whether a word is known as a place and as a surname, or near the name of a place is somebody's surname in the text."""
        if context.classes(i) & (NAME | GEO) == NAME | GEO:
            return True
        return self.index.kind(guess.entity) == PLACE and context.words.folded[i] in context.surnames

    def _derived(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether the words say who is from a place or follows a person, not its name."""
        word = " ".join(words.folded[first:last])
        names = (fold(self.tiers.canonical(guess.entity)), *self.index.forms_of(guess.entity))
        return any(is_derived(word, name) for name in names)

    def _runs_on(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether some word is none of the form's, or goes on so far that another may be run together with it."""
        form = self.index.forms[guess.form].split(" ")
        known = [*form, *(a + b for a, b in pairwise(form))]
        for word in words.folded[first:last]:
            alike, length = max((JaroWinkler.similarity(word, other), len(other)) for other in known)
            more = len(word) - length
            if (alike < LEAST_ALIKE and last - first > 1 and len(word) > SHORT) or (
                more > MOST_MORE and more > MOST_SHARE_MORE * len(word)
            ):
                return True
        return False

    def _would_repeat(self, words: Words, first: int, last: int, guess: Guess) -> bool:
        """Whether the words beside a guess are words of its canonical already, which would then stand twice."""
        written = set(fold(self.tiers.canonical(guess.entity)).split(" "))
        written.difference_update(words.folded[first:last])
        # Whatever stands between: the stop of an abbreviation (*St. Andrew*) ends no name.
        beside = [words.folded[first - 1]] if first else []
        if last < len(words.folded):
            beside += [words.folded[last], *(stem for _, stem, _ in endings(words.tokens[last].text))]
        return any(word in written for word in beside)


def _is_unheard_of(context: Context, run: Run) -> bool:
    """Whether no word of a run is known for anything, nor stands beside another's name: *America* is not the United States."""
    known = any(context.bits[word] for word in fold(run.stem).split(" "))
    return not known and not context.beside_capital(run.words.start, run.words.stop)


def _far(run: Run, guess: Guess) -> Place:
    """The place of a guess that is nearly sure."""
    return Place(run.words.start, run.words.stop, None, run.ending, why="far", passed=(guess.entity,))
