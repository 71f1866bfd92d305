"""Answers: which entity a name means, and the records that tell it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translit import limits, native
from translit.lexicon.index import Index, Rows, spread
from translit.matching.decisions import Rulings
from translit.matching.exact import LISTED, Resolutions, make_matches
from translit.model import METHODS, Candidate, Match, Method
from translit.unicode.skeleton import DIGITS, LOOK_ALIKE, disguises
from translit.unicode.tokens import fold

if TYPE_CHECKING:
    from translit.matching.fuzzy import Guess, Guesses

PART = "name"
"""Kind of a part of persons' names that stands alone."""
UNDECIDED = Rulings()


class Answer(NamedTuple):
    """A match in the making: the entity's number, or the spelling of a part; ``decided`` by a person or found.

    ``confidence`` is that of the spelling to write; ``meant`` is how surely this entity is meant, of those that are written so.
    ``shape`` tells whether the name stands for it as it is, as its bare letters, with its country behind it, beside a
    postal code, or as a register enters it.
    """

    entity: int
    canonical: str
    method: Method
    confidence: float
    rivals: tuple[int, ...] = ()
    form: str = ""
    part: bool = False
    decided: bool = False
    shape: Literal["whole", "bare", "qualified", "numbered", "entered"] = "whole"
    meant: float = 1.0


@dataclass(frozen=True, slots=True)
class Accepted:
    """Guesses that are given, for the names of some rows.

    Args:
        rows: of the names.
        guesses, confidences: the guess for each, and how likely it is right.
    """

    rows: Sequence[int] = ()
    guesses: Guesses | None = None
    confidences: Sequence[float] = ()

    def without(self, rows: Container[int]) -> Accepted:
        """Those for the names of other rows."""
        kept = [k for k, row in enumerate(self.rows) if row not in rows]
        if self.guesses is None or len(kept) == len(self.rows):
            return self
        guesses = self.guesses.take(np.array(kept, dtype=np.int64))
        return Accepted([self.rows[k] for k in kept], guesses, [self.confidences[k] for k in kept])

    def entities(self) -> Iterator[tuple[int, int]]:
        """Row and entity."""
        if self.guesses is not None:
            yield from zip(self.rows, self.guesses.entity.tolist(), strict=True)

    def each(self) -> Iterator[tuple[int, Guess]]:
        """Row and guess."""
        if self.guesses is not None:
            yield from zip(self.rows, map(self.guesses.guess, range(len(self.rows)), self.confidences), strict=True)


class Records:
    """Writes answers out, by numbers of an index, as the records that callers get.

    Args:
        index: the lexicon's.
        target: BCP 47 tag of the language whose canonical spellings are written.
        rulings: what people decided.
    """

    def __init__(self, index: Index, target: str, rulings: Rulings = UNDECIDED) -> None:
        self.index, self.target, self.rulings = index, target, rulings

    @cached_property
    def kinds(self) -> NDArray[np.object_]:
        """The kinds of entities, by number."""
        return np.array(self.index.kinds, dtype=object)

    def canonical(self, entity: int) -> str:
        """The spelling to write for an entity."""
        canonical = self.index.target(entity, self.target)
        return self.rulings.written(canonical) if self.rulings else canonical

    def guessed(self, guess: Guess) -> Answer:
        """The answer that a guess is."""
        rivals = (guess.entity, guess.second) if guess.second >= 0 and guess.method != "exact" else (guess.entity,)
        return Answer(guess.entity, self.canonical(guess.entity), guess.method, guess.confidence, rivals, self.index.forms[guess.form])

    def match(self, name: str, answer: Answer, reasons: tuple[str, ...] = ()) -> Match:
        """The record of an answer, whose first candidate tells the reasons and what the name is disguised by."""
        if answer.entity < 0:
            return Match(name, f"{PART}:{fold(answer.canonical)}", answer.canonical, PART, answer.method, answer.confidence)
        disguised = disguises(name)
        if disguised:
            # Letters that are the listed spelling's own stand for no others.
            own_letters = (DIGITS, LOOK_ALIKE) if self.index.listed(name) else ()
            reasons += tuple(f"written with {what}" for what in disguised if what not in own_letters)
        index, e = self.index, answer.entity
        ident, kind = index.ids[e], index.kind(e)
        confidence = round(answer.confidence * answer.meant, 5)
        own = Candidate(ident, answer.canonical, kind, answer.method, confidence, answer.form, reasons)
        others = [r for r in answer.rivals[: limits.MAX_CANDIDATES_SHOWN] if r != e]
        rest = round((1 - confidence) / len(others), 5) if others else 0.0
        candidates = (
            own, *(Candidate(index.ids[r], self.canonical(r), index.kind(r), answer.method, rest) for r in others),
        )  # fmt: skip
        return Match(name, ident, answer.canonical, kind, answer.method, confidence, candidates)

    def listed(self, names: Sequence[str], folded: Sequence[str], found: Resolutions, rows: Rows) -> list[Match]:
        """The records of names that the lexicon lists as they stand."""
        begin = found.first[rows]
        size = np.minimum(found.first[rows + 1] - begin, limits.MAX_CANDIDATES_SHOWN)
        _, place = spread(begin, begin + size)
        bearers = found.rivals[place]
        confidences = [LISTED] * len(rows)
        rests = [0.0] * len(rows)
        for i in np.flatnonzero(size > 1).tolist():
            confidences[i] = round(LISTED * float(found.share[rows[i]]), 5)
            rests[i] = round((1 - confidences[i]) / (int(size[i]) - 1), 5)
        chosen = rows.tolist()
        return native.twin(make_matches)(
            [names[i] for i in chosen], [folded[i] for i in chosen], np.append(0, np.cumsum(size)).tolist(), self.index.ids.take(bearers),
            self.index.targets(bearers, self.target), self.kinds[self.index.entity_kind[bearers]].tolist(),
            ["exact"] * len(chosen), confidences, rests,
        )  # fmt: skip

    def guesses(self, names: Sequence[str], accepted: Accepted) -> list[Match]:
        """The records of guesses for some of the names."""
        guesses = accepted.guesses
        if guesses is None or self.rulings:
            return [self.match(names[row], self.guessed(guess)) for row, guess in accepted.each()]
        names = [names[row] for row in accepted.rows]
        several = (guesses.second >= 0) & (guesses.method != METHODS.index("exact"))
        size = 1 + several
        first = np.append(0, np.cumsum(size))
        bearers = np.empty(int(first[-1]), dtype=np.int64)
        bearers[first[:-1]] = guesses.entity
        bearers[first[1:][several] - 1] = guesses.second[several]
        rests = [round(1 - sure, 5) if more else 0.0 for sure, more in zip(accepted.confidences, several.tolist(), strict=True)]
        matches = native.twin(make_matches)(
            names, self.index.forms.take(guesses.form), first.tolist(), self.index.ids.take(bearers),
            self.index.targets(bearers, self.target), self.kinds[self.index.entity_kind[bearers]].tolist(),
            [METHODS[number] for number in guesses.method.tolist()], list(accepted.confidences), rests,
        )  # fmt: skip
        for i, name in enumerate(names):
            if disguises(name):
                matches[i] = self.match(name, self.guessed(guesses.guess(i, accepted.confidences[i])))
        return matches
