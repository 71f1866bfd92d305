"""The tiers, top to bottom, for names given as such: what people decided, exact, rule, fuzzy, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from translit import limits
from translit.lexicon.index import TYPE_NUMBERS
from translit.lexicon.lexicon import Lexicon
from translit.matching.answers import UNDECIDED, Accepted, Answer, Records
from translit.matching.bare import Bare
from translit.matching.decisions import Rulings
from translit.matching.entries import Entries
from translit.matching.exact import LISTED, ONE, OPEN, Resolution, fold_names
from translit.matching.listings import Listings
from translit.matching.located import Places
from translit.model import Match, Method
from translit.unicode.skeleton import plain_name
from translit.unicode.tokens import fold

if TYPE_CHECKING:
    from translit.matching.guesser import Guesser
    from translit.rules.readers import Reader

SURE = 0.99
"""How often folding alike must mean the same entity on a lexicon, to answer by that alone where rivals are near."""


@dataclass(slots=True)
class _Batch:
    """Names that are answered together, and how far they are.

    Args:
        given: the names as they were given.
        names: the same without their disguise.
        folded: their folded forms, empty for what is too long.
        forms: the number of each form, -1 where none is listed.
        least: least confidence instead of the promised precision.
        answers: those found so far.
        open: the rows that the tiers below are asked for.
        alike: of these rows, those that fold like a form: what it means.
    """

    given: Sequence[str]
    names: Sequence[str]
    folded: Sequence[str]
    forms: Sequence[int]
    least: float | None
    answers: list[Answer | None]
    open: list[int] = field(default_factory=list)
    alike: dict[int, Resolution] = field(default_factory=dict)

    def close(self, answers: Mapping[int, Answer | None]) -> None:
        """Put down the answers to some open rows, which nothing below is asked for."""
        self.open = [row for row in self.open if row not in answers]
        self.alike = {row: meant for row, meant in self.alike.items() if row not in answers}
        self.put(answers)

    def put(self, answers: Mapping[int, Answer | None]) -> None:
        """Put down the answers to some rows."""
        for row, answer in answers.items():
            self.answers[row] = answer


class Tiers:
    """Answers names from a lexicon.

    Args:
        lexicon: what is known.
        precision: the share of right answers that is promised, 0–1.
        conventions: ISO 639-3 codes of the languages whose spelling is supposed; None for all.
        target: BCP 47 tag of the language whose canonical spellings are written.
        types: the variant types that are rewritten.
        rulings: what people decided.
        reader: how Han characters are read; None where their language is not said.
    """

    def __init__(
        self, lexicon: Lexicon, precision: float, conventions: tuple[str, ...] | None, target: str, types: tuple[str, ...],
        rulings: Rulings = UNDECIDED, reader: Reader | None = None,
    ) -> None:  # fmt: skip
        self.lexicon, self.index = lexicon, lexicon.index
        self.precision, self.conventions, self.target = precision, conventions, target
        self.types = frozenset(TYPE_NUMBERS[name] for name in types)
        self.rulings, self.reader = rulings, reader
        self.records = Records(self.index, target, rulings)
        self.listings = Listings(self.index, self.records, self.types)

    @cached_property
    def folded_is_sure(self) -> bool:
        """Whether folding alike is proof enough on this lexicon, without a look at the rivals."""
        return float(self.index.meta["folded_precision"]) >= max(SURE, self.precision)

    @cached_property
    def guesser(self) -> Guesser:
        """Answers what the lexicon does not list."""
        # Exact answers do without the fuzzy tier's modules.
        from translit.matching.guesser import Guesser

        return Guesser(self.lexicon, self.precision, self.conventions, self.rulings, self.reader)

    @cached_property
    def bare(self) -> Bare:
        """Tells bare spellings of famous names."""
        return Bare(self.index)

    @cached_property
    def places(self) -> Places:
        """Tells names of places that say where they lie."""
        return Places(self.listings)

    @cached_property
    def entries(self) -> Entries:
        """Tells names of persons that stand as in a register."""
        return Entries(self.listings)

    def canonical(self, entity: int) -> str:
        """The spelling to write for an entity."""
        return self.records.canonical(entity)

    def listed(self, name: str, form: int, postings: Sequence[int] | None = None) -> tuple[Resolution | None, bool]:
        """What the lexicon lists under a name, and whether exactly so: see :meth:`~translit.matching.listings.Listings.of`."""
        return self.listings.of(name, form, postings)

    def decided(self, name: str) -> Answer | None:
        """What people decided that a name means."""
        meant = self.rulings.answer(name)
        if meant is None:
            return None
        rivals = () if meant.entity < 0 else (meant.entity,)
        return Answer(meant.entity, meant.canonical, "exact", 1.0, rivals, fold(name), meant.entity < 0, decided=True)

    def answer_many(self, names: Sequence[str], least: float | None = None, listed: bool = True) -> list[Answer | None]:
        """An answer for each name, in order.

        Args:
            names: any strings; each is answered alike alone or among others.
            least: least confidence instead of the promised precision.
            listed: False to answer them as other spellings of the same letters, which the lexicon does not list as they stand.
        """
        batch, guessed = self._answered(names, least, listed)
        for row, guess in guessed.each():
            batch.answers[row] = self.records.guessed(guess)
        return batch.answers

    def _answered(self, names: Sequence[str], least: float | None, listed: bool = True) -> tuple[_Batch, Accepted]:
        """Names with their answers as of :meth:`answer_many`, the guesses apart."""
        plain = self._unmasked(names)
        folded = fold_names(plain)
        batch = _Batch(names, plain, folded, self.index.find_forms(folded).tolist(), least, [None] * len(names))
        self._answer_listed(batch, listed)
        batch.close(self._located(batch))
        guessed = self.guesser.accepted(plain, folded, batch.open, least) if batch.open else Accepted()
        bare = self._bare(batch, guessed) if listed else {}
        guessed = guessed.without(bare)
        bare |= self._folded_alike(batch, batch.alike.keys() - set(guessed.rows) - bare.keys())
        batch.put({row: answer._replace(method="fuzzy", shape="bare") for row, answer in bare.items()})
        guessed = guessed.without({row for row, entity in guessed.entities() if self._contradicts(plain[row], entity)})
        batch.put(self._qualified(batch, _unanswered(batch, batch.open, guessed)))
        if least == 0:
            batch.put(self._nearest(batch, _unanswered(batch, range(len(names)), guessed)))
        return batch, guessed

    def _answer_listed(self, batch: _Batch, listed: bool) -> None:
        """Answer the names that are decided or listed; the others are open."""
        spelled = self.index.listed_many(batch.names) if listed else [[] for _ in batch.names]
        for row, (name, folded) in enumerate(zip(batch.names, batch.folded, strict=True)):
            decided = (self.decided(batch.given[row]) or self.decided(name)) if self.rulings.meant else None
            batch.answers[row] = decided
            if decided is not None or not folded or folded.count(" ") >= limits.MAX_NAME_TOKENS or self.is_nothing(name):
                continue
            found, exactly = self.listed(name, batch.forms[row], spelled[row])
            if found is None or (found.state == "known" and batch.least is not None):
                batch.open.append(row)
            elif found.state == "one" and not exactly:
                # Folded alike is not listed: the margin to other entities decides.
                batch.open.append(row)
                batch.alike[row] = found
            else:
                batch.answers[row] = self._given(found, self.sure(exactly), folded, batch.least)

    def is_nothing(self, name: str) -> bool:
        """Whether a name stands for no value at all."""
        return self.listings.is_nothing(name)

    def _located(self, batch: _Batch) -> dict[int, Answer | None]:
        """The answers to open names of listed persons as registers enter them, and of listed places that say where they lie.

        None where what stands beside the name speaks against all that are listed.
        """
        out: dict[int, Answer | None] = {}
        for row in batch.open:
            name = batch.names[row]
            found = self.entries.located(name) or (None if row in batch.alike else self.places.located(name))
            if found is not None:
                answer = self._given(found.meant, LISTED, fold(found.name), batch.least)
                out[row] = answer and answer._replace(method="rule", shape=found.shape)
        return out

    def _contradicts(self, name: str, entity: int) -> bool:
        """Whether what stands behind a name speaks against an entity."""
        return self.places.contradict(name, entity) or self.entries.contradict(name, entity)

    def _bare(self, batch: _Batch, guessed: Accepted) -> dict[int, Answer]:
        """The answers to open names that are the bare spelling of something famous, where no guess is surer."""
        sure = self.bare.precision
        if sure < (self.precision if batch.least is None else batch.least):
            return {}
        surer = {row for row, confidence in zip(guessed.rows, guessed.confidences, strict=True) if confidence >= sure}
        rows = [row for row in batch.open if row not in surer]
        found = self.bare.resolved(batch.names, batch.forms, rows, batch.alike, self.types, self.target)
        given = {row: self._given(meant, sure, fold(batch.names[row]), batch.least) for row, meant in found.items()}
        return {row: answer for row, answer in given.items() if answer is not None}

    def _folded_alike(self, batch: _Batch, rows: Iterable[int]) -> dict[int, Answer]:
        """The answers to names of some rows by the forms that they fold like, where that is proof enough."""
        if not self.folded_is_sure:
            return {}
        given = {row: self._given(batch.alike[row], self.sure(False), batch.folded[row], batch.least) for row in rows}
        return {row: answer for row, answer in given.items() if answer is not None}

    def _qualified(self, batch: _Batch, rows: Iterable[int]) -> dict[int, Answer]:
        """The answers to names of some rows that have their country behind them, by the name alone."""
        told = {row: found for row in rows if (found := self.places.qualified(batch.names[row])) is not None}
        out: dict[int, Answer] = {}
        plain = self.answer_many([found.name for found in told.values()], batch.least) if told else []
        for (row, found), answer in zip(told.items(), plain, strict=True):
            if answer is not None and self.index.country(answer.entity) == found.country:
                method: Method = "fuzzy" if answer.method == "fuzzy" else "rule"
                out[row] = answer._replace(method=method, shape="qualified")
        return out

    def _nearest(self, batch: _Batch, rows: Iterable[int]) -> dict[int, Answer]:
        """The best candidate, however far, for names that have none: nothing is near, or a phrase that is never touched is."""
        asked = [
            row
            for row in rows
            if batch.folded[row] and batch.folded[row].count(" ") < limits.MAX_NAME_TOKENS and not self.rulings.bars(batch.given[row])
        ]
        # There is none at all where the lexicon has nothing but such phrases.
        near = self.guesser.nearest([batch.names[row] for row in asked]) if asked else []
        return {
            row: Answer(entity, self.canonical(entity), "fuzzy", 0.0, (entity,), self.index.forms[form])
            for row, (form, entity) in zip(asked, near, strict=False)
        }

    def _given(self, found: Resolution, sure: float, folded: str, least: float | None) -> Answer | None:
        """The answer of the exact tier if it is given: what to write must be sure, or the entity at least as sure as was asked."""
        if found.state not in ("one", "several"):
            return None
        answer = self.exact(found, sure, folded)
        if found.state == "several":
            enough = least is not None and found.share >= least
        else:
            enough = answer.confidence >= self.precision if least is None else answer.confidence * answer.meant >= least
        return answer if enough else None

    def _unmasked(self, names: Sequence[str]) -> list[str]:
        """The names without their disguise; a spelling that the lexicon lists is none."""
        plain = [plain_name(name) for name in names]
        masked = [i for i, (name, text) in enumerate(zip(names, plain, strict=True)) if name != text]
        for i, found in zip(masked, self.index.listed_many([names[i] for i in masked]), strict=True):
            if found:
                plain[i] = names[i]
        return plain

    def match_many(self, names: Sequence[str], least: float | None = None) -> list[Match | None]:
        """The record of each answer of :meth:`answer_many`; what the lexicon lists as it stands is answered all at once."""
        out: list[Match | None] = [None] * len(names)
        left = range(len(names)) if self.rulings else self._match_listed(names, least, out)
        if not left:
            return out
        rest = [names[i] for i in left]
        batch, guessed = self._answered(rest, least)
        for i, name, answer in zip(left, rest, batch.answers, strict=True):
            if answer is not None:
                out[i] = self.records.match(name, answer)
        for row, match in zip(guessed.rows, self.records.guesses(rest, guessed), strict=True):
            out[left[row]] = match
        return out

    def _match_listed(self, names: Sequence[str], least: float | None, out: list[Match | None]) -> Sequence[int]:
        """Put down the matches of the names that the lexicon lists as they stand; gives the rows that are still open."""
        folded = fold_names(names)
        found = self.listings.many(names, folded)
        state = found.state
        rows = np.flatnonzero(state == ONE)
        spelling = LISTED * np.where(found.alike[rows], 1.0, found.share[rows])
        enough = spelling >= self.precision if least is None else LISTED * found.share[rows] >= least
        rows = rows[enough]
        for i, match in zip(rows.tolist(), self.records.listed(names, folded, found, rows), strict=True):
            out[i] = match
        return np.flatnonzero(state == OPEN if least is None else state != ONE).tolist()

    def answers_listed(self, names: Sequence[str]) -> list[Answer | None]:
        """The answer for each name that the lexicon lists as it stands, for one entity alone; None for any other."""
        out: list[Answer | None] = [None] * len(names)
        if self.rulings or self.precision > LISTED or not names:
            return out
        folded = fold_names(names)
        found = self.listings.many(names, folded)
        rows = np.flatnonzero((found.state == ONE) & (np.diff(found.first) == 1))
        entities = found.rivals[found.first[rows]]
        canonicals = self.index.targets(entities, self.target)
        for i, entity, canonical in zip(rows.tolist(), entities.tolist(), canonicals, strict=True):
            out[i] = Answer(entity, canonical, "exact", LISTED, (entity,), folded[i])
        return out

    def sure(self, exactly: bool) -> float:
        """How sure it is what a listed spelling means, or one that merely has the letters of one."""
        return LISTED if exactly else float(self.index.meta["folded_precision"])

    def exact(self, found: Resolution, sure: float, folded: str) -> Answer:
        """The answer that the lexicon lists a spelling, which is as sure as is told."""
        written = max(found.share, self.alike(found)) if found.state == "one" and found.share < 1 else found.share
        return Answer(
            found.entity, self.canonical(found.entity), "exact", round(min(sure, LISTED) * written, 5), found.rivals, folded,
            meant=found.share / written,
        )  # fmt: skip

    def alike(self, found: Resolution) -> float:
        """The share of the bearers that are written alike: whom is meant may be open, what to write is not."""
        spellings = [self.canonical(e) for e in found.rivals]
        return 1.0 if len(set(spellings)) == 1 else 0.0

    def part(self, word: str) -> Answer | None:
        """The answer for a part of persons' names that stands alone, where its bearers agree how it is written.

        It names no entity, so it is no match; it serves texts and :meth:`translit.Normalizer.normalize`.
        """
        found = self.index.part(word)
        if found is None:
            return None
        confidence = round(LISTED * found.share, 5)
        if confidence < self.precision:
            return None
        return Answer(-1, self.rulings.written(found.text) if self.rulings else found.text, "exact", confidence, (), word, part=True)


def _unanswered(batch: _Batch, rows: Iterable[int], guessed: Accepted) -> list[int]:
    """Those of some rows that have neither an answer nor a guess."""
    given = set(guessed.rows)
    return [row for row in rows if batch.answers[row] is None and row not in given]
