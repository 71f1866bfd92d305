"""The tiers, top to bottom, for names given as such: what people decided, exact, rule, fuzzy, or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from translit import limits, native
from translit.lexicon.index import TYPE_NUMBERS, Rows, spread
from translit.lexicon.lexicon import Lexicon
from translit.matching.decisions import Rulings
from translit.matching.exact import LISTED, ONE, OPEN, Resolution, Resolutions, make_matches, resolve, resolve_many
from translit.model import METHODS, PROTECTED, Candidate, Match, Method
from translit.unicode.skeleton import DIGITS, LOOK_ALIKE, disguises, plain_name
from translit.unicode.tokens import fold, spelled

if TYPE_CHECKING:
    from translit.matching.calibrate import Curve
    from translit.matching.fuzzy import Guess, Guesses
    from translit.rules.keys import Keys
    from translit.rules.readers import Reader

PART = "name"
"""Kind of a part of persons' names that stands alone."""
SURE = 0.99
"""How often folding alike must mean the same entity on a lexicon, to answer by that alone where rivals are near."""
STRICTER = 0.5
"""Share of the promised errors that the rule tier may make by the model that ships, which has not seen the lexicon."""
OFTEN_LAST = 0.5
"""Least share of a part's bearers whose last name it must be, to be changed in text where nobody is named in full."""
UNDECIDED = Rulings()
REJECTED = Resolution("known", -1, 0.0, ())
"""A spelling of which people decided that it means nothing that is listed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A match in the making: the entity's number, or the spelling of a part; ``decided`` by a person or found.

    ``confidence`` is that of the spelling to write; ``meant`` is how surely this entity is meant, of those that are written so.
    """

    entity: int
    canonical: str
    method: Method
    confidence: float
    rivals: tuple[int, ...] = ()
    form: str = ""
    part: bool = False
    decided: bool = False
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

    def each(self) -> Iterator[tuple[int, Guess]]:
        """Row and guess."""
        if self.guesses is not None:
            yield from zip(self.rows, map(self.guesses.guess, range(len(self.rows)), self.confidences), strict=True)


def _folded(names: Sequence[str]) -> list[str]:
    """The names folded; the ones that are too long are empty."""
    most = limits.MAX_NAME_CODEPOINTS
    return native.fold_many([name if len(name) <= most else "" for name in names] if max(map(len, names), default=0) > most else names)


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

    @cached_property
    def folded_is_sure(self) -> bool:
        """Whether folding alike is proof enough on this lexicon, without a look at the rivals."""
        return float(self.index.meta["folded_precision"]) >= max(SURE, self.precision)

    @cached_property
    def keys(self) -> Keys:
        """Keys by the rules that ship and by the lexicon's own."""
        return self.lexicon.keys

    def canonical(self, entity: int) -> str:
        """The spelling to write for an entity."""
        canonical = self.index.target(entity, self.target)
        return self.rulings.written(canonical) if self.rulings else canonical

    def listed(self, name: str, form: int, postings: Sequence[int] | None = None) -> tuple[Resolution | None, bool]:
        """What the lexicon lists under a name, and whether exactly so (whatever the case).

        Args:
            name: the name.
            form: the form of its letters, -1 where none is listed.
            postings: those that list the spelling itself, where they are looked up already.
        """
        if postings is None:
            postings = self.index.listed(name)
        barred = self.rulings.bars(name)
        if barred:
            return self._listed_but(barred, name, form)
        if postings:
            found = resolve(self.index, postings, self.types, self.target)
            if found is not None:
                return self._among_marked(found, name, form), True
        if form < 0:
            return None, False
        return resolve(self.index, self.index.postings(form), self.types, self.target), False

    def _among_marked(self, found: Resolution, name: str, form: int) -> Resolution:
        """A resolution among all that bear the spelling with some marks, where that tells more than the spelling as listed.

        Newspapers leave marks out: that some language lists *Cordoba* for one *Córdoba* does not say that it means no other. But
        one that is written just so is never rewritten: of a city and its province it is meant (*Zurich*, not *Zürich*), and
        nobody is where they lie in several countries (*Los Ángeles*).
        """
        if found.entity < 0 or form < 0:
            return found
        asked = spelled(name)
        written = tuple(e for e in found.rivals if spelled(self.canonical(e)) == asked)
        written = tuple(e for e in written if self.canonical(e) == name) or written
        if not written:
            wider = resolve(self.index, self.index.postings(form), self.types, self.target)
            return wider if wider is not None and len(wider.rivals) > 1 and found.entity in wider.rivals else found
        one_country = len({self.index.country(e) for e in found.rivals} | {""}) == 2
        if found.entity in written and (found.state == "one" or len(written) == len(found.rivals)) and not one_country:
            return found
        others = tuple(e for e in found.rivals if e not in written)
        return Resolution("one" if one_country else "several", written[0], 1.0, (*written, *others), True)

    def _listed_but(self, barred: frozenset[str], name: str, form: int) -> tuple[Resolution, bool]:
        """What the lexicon lists under a name that was decided not to mean some entities; known, and left alone, where that is all."""
        folded = self.index.postings(form) if form >= 0 else ()
        for postings, exactly in ((self.index.listed(name), True), (folded, False)):
            left = [p for p in postings if "" not in barred and self.index.ids[int(self.index.posting_entity[p])] not in barred]
            found = resolve(self.index, left, self.types, self.target)
            if found is not None:
                return found, exactly
        return REJECTED, False

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
        out, guessed = self._answers(names, least, listed)
        for row, guess in guessed.each():
            out[row] = self.guessed(guess)
        return out

    def _answers(self, names: Sequence[str], least: float | None, listed: bool = True) -> tuple[list[Answer | None], Accepted]:
        """As :meth:`answer_many`, the guesses apart."""
        given, names = names, self._unmasked(names)
        folded = _folded(names)
        forms = self.index.find_forms(folded).tolist()
        spelled = self.index.listed_many(names) if listed else [[] for _ in names]
        out: list[Answer | None] = [None] * len(names)
        open_: list[int] = []
        alike: dict[int, Resolution] = {}
        for i, (name, text) in enumerate(zip(names, folded, strict=True)):
            out[i] = self.decided(given[i]) or self.decided(name)
            if out[i] is not None:
                continue
            if not text or text.count(" ") >= limits.MAX_NAME_TOKENS:
                continue
            found, exactly = self.listed(name, forms[i], spelled[i])
            if found is None or (found.state == "known" and least is not None):
                open_.append(i)
            elif found.state == "known":
                continue
            elif found.state == "one":
                if not exactly:
                    # Folded alike is not listed: the margin to other entities decides.
                    open_.append(i)
                    alike[i] = found
                    continue
                answer = self.exact(found, exactly, text)
                if self._enough(answer, least):
                    out[i] = answer
            elif found.state == "several" and least is not None and found.share >= least:
                out[i] = self.exact(found, exactly, text)
        guessed = self._accepted(names, folded, open_, least)
        if self.folded_is_sure and alike:
            for i in alike.keys() - set(guessed.rows):
                answer = replace(self.exact(alike[i], False, folded[i]), method="fuzzy")
                out[i] = answer if self._enough(answer, least) else None
        return out, guessed

    def _enough(self, answer: Answer, least: float | None) -> bool:
        """Whether an answer of the exact tier is given: what to write must be sure, or the entity at least as sure as was asked."""
        return answer.confidence >= self.precision if least is None else answer.confidence * answer.meant >= least

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
        rest = [names[i] for i in left]
        answers, guessed = self._answers(rest, least)
        for i, name, answer in zip(left, rest, answers, strict=True):
            if answer is not None:
                out[i] = self.match(name, answer)
        for row, match in zip(guessed.rows, self._guessed_records(rest, guessed), strict=True):
            out[left[row]] = match
        return out

    def _match_listed(self, names: Sequence[str], least: float | None, out: list[Match | None]) -> Sequence[int]:
        """Put down the matches of the names that the lexicon lists as they stand; gives the rows that are still open."""
        folded = _folded(names)
        forms = self.index.find_forms(folded)
        row, posting = self.index.listings(names, folded, forms)
        found = resolve_many(self.index, row, posting, len(names), self.types, self.target)
        state = found.state
        most = limits.MAX_NAME_TOKENS
        long = np.flatnonzero(self.index.forms.starts[forms + 1] - self.index.forms.starts[forms] > 2 * most)
        state[[i for i in long.tolist() if folded[i].count(" ") >= most]] = OPEN
        # Where the form has more bearers than the spelling has, these may count, too.
        bearers = self.index.posting_start[forms + 1].astype(np.int64) - self.index.posting_start[forms]
        state[(forms >= 0) & (bearers > np.bincount(row, minlength=len(names)))] = OPEN
        rows = np.flatnonzero(state == ONE)
        spelling = LISTED * np.where(found.alike[rows], 1.0, found.share[rows])
        enough = spelling >= self.precision if least is None else LISTED * found.share[rows] >= least
        rows = rows[enough]
        for i, match in zip(rows.tolist(), self._records(names, folded, found, rows), strict=True):
            out[i] = match
        return np.flatnonzero(state == OPEN if least is None else state != ONE).tolist()

    def _records(self, names: Sequence[str], folded: Sequence[str], found: Resolutions, rows: Rows) -> list[Match]:
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
            self.index.targets(bearers, self.target), self._kinds[self.index.entity_kind[bearers]].tolist(),
            ["exact"] * len(chosen), confidences, rests,
        )  # fmt: skip

    @cached_property
    def _kinds(self) -> NDArray[np.object_]:
        return np.array(self.index.kinds, dtype=object)

    def exact(self, found: Resolution, exactly: bool, folded: str) -> Answer:
        """The answer of the exact tier."""
        sure = LISTED if exactly else float(self.index.meta["folded_precision"])
        written = max(found.share, self.alike(found)) if found.state == "one" and found.share < 1 else found.share
        return Answer(
            found.entity, self.canonical(found.entity), "exact", round(min(sure, LISTED) * written, 5), found.rivals, folded,
            meant=found.share / written,
        )  # fmt: skip

    def alike(self, found: Resolution) -> float:
        """The share of the bearers that are written alike: whom is meant may be open, what to write is not."""
        spellings = [self.canonical(e) for e in found.rivals]
        return 1.0 if len(set(spellings)) == 1 else 0.0

    def _guessed_records(self, names: Sequence[str], guessed: Accepted) -> list[Match]:
        """The records of guesses for some of the names."""
        guesses = guessed.guesses
        if guesses is None or self.rulings:
            return [self.match(names[row], self.guessed(guess)) for row, guess in guessed.each()]
        names = [names[row] for row in guessed.rows]
        several = (guesses.second >= 0) & (guesses.method != METHODS.index("exact"))
        size = 1 + several
        first = np.append(0, np.cumsum(size))
        bearers = np.empty(int(first[-1]), dtype=np.int64)
        bearers[first[:-1]] = guesses.entity
        bearers[first[1:][several] - 1] = guesses.second[several]
        rests = [round(1 - sure, 5) if more else 0.0 for sure, more in zip(guessed.confidences, several.tolist(), strict=True)]
        matches = native.twin(make_matches)(
            names, self.index.forms.take(guesses.form), first.tolist(), self.index.ids.take(bearers),
            self.index.targets(bearers, self.target), self._kinds[self.index.entity_kind[bearers]].tolist(),
            [METHODS[number] for number in guesses.method.tolist()], list(guessed.confidences), rests,
        )  # fmt: skip
        for i, name in enumerate(names):
            if disguises(name):
                matches[i] = self.match(name, self.guessed(guesses.guess(i, guessed.confidences[i])))
        return matches

    def _accepted(self, names: Sequence[str], folded: Sequence[str], rows: Sequence[int], least: float | None) -> Accepted:
        """The guesses for the names of some rows that are sure enough to be given."""
        left = [i for i in rows if any(c.isalpha() for c in folded[i])]
        if not left:
            return Accepted()
        distinct = {name: k for k, name in enumerate(dict.fromkeys(names[i] for i in left))}
        guesses = self._all_guesses(list(distinct))
        enough = (guesses.entity >= 0) & ~np.array([bool(self.rulings.bars(name)) for name in distinct], dtype=bool)
        # What comes nearest to a phrase that is never touched is left alone as the phrase is.
        enough &= self._kinds[self.index.entity_kind[guesses.entity]] != PROTECTED
        if least is None:
            enough &= ~self.index.entity_support[guesses.entity]
            sure = guesses.score >= self.lexicon.model.thresholds(self.precision)[guesses.script]
            enough &= sure | (guesses.method != METHODS.index("fuzzy"))
        kept = np.flatnonzero(enough)
        guesses = guesses.take(kept)
        confidences = self._confidences(guesses)
        place = dict(zip(kept.tolist(), range(len(kept)), strict=True))
        found = [(i, place[k]) for i in left if (k := distinct[names[i]]) in place]
        if least is not None:
            found = [(i, k) for i, k in found if confidences[k] >= least]
        taken = guesses.take(np.array([k for _, k in found], dtype=np.int64))
        return Accepted([i for i, _ in found], taken, [confidences[k] for _, k in found])

    def _confidences(self, guesses: Guesses) -> list[float]:
        """How likely each guess is right."""
        out = [0.0] * len(guesses.entity)
        fuzzy = guesses.method == METHODS.index("fuzzy")
        for model, rows in ((self.lexicon.model, np.flatnonzero(fuzzy)), (self.lexicon.shipped, np.flatnonzero(~fuzzy))):
            sure = model.confidences(guesses.script[rows].tolist(), guesses.score[rows].tolist())
            for row, confidence in zip(rows.tolist(), sure, strict=True):
                out[row] = confidence
        return out

    def guess_many(self, names: Sequence[str], turned: bool = True) -> list[Guess | None]:
        """The nearest entity for each name, however far: the rule tier's answer where it has one, else the fuzzy tier's.

        Args:
            names: the names.
            turned: whether to take persons' names in other orders and without titles, too.
        """
        guesses = self._all_guesses(names, turned)
        rows = zip(guesses.entity.tolist(), names, self._confidences(guesses), strict=True)
        return [None if entity < 0 or self.rulings.bars(name) else guesses.guess(i, sure) for i, (entity, name, sure) in enumerate(rows)]

    def _all_guesses(self, names: Sequence[str], turned: bool = True) -> Guesses:
        # Exact answers do without the fuzzy tier's modules.
        from translit.matching.fuzzy import FUZZY, guess_many

        shipped, own = self.lexicon.shipped, self.lexicon.model
        found = guess_many(self.index, self.lexicon.rough, (shipped,) if own is shipped else (shipped, own), names, turned, self.reader)
        settled = replace(found[0], method=self._settled(names, found[0]))
        return settled.chosen(settled.method != FUZZY, found[-1])

    def _settled(self, names: Sequence[str], guesses: Guesses) -> Rows:
        """The tier of each guess of the model that ships: a higher one where it is sure, and borne out by a key or the folded letters.

        They depend on nothing but the name and the entities near to it, so that other entities of the lexicon do not change them.
        """
        method = guesses.method.copy()
        known = guesses.entity >= 0
        alike = [i for i in np.flatnonzero(known & guesses.folded).tolist() if self.index.forms[guesses.form[i]] == fold(names[i])]
        known[alike] = False
        sure, strict = (self.lexicon.shipped.thresholds(p)[guesses.script] for p in (self.precision, 1 - (1 - self.precision) * STRICTER))
        for i in alike:
            if guesses.score[i] >= sure[i]:
                # What a dictionary reads is no spelling that the lexicon lists.
                method[i] = METHODS.index("rule" if self.index.reading(int(guesses.form[i])) else "exact")
        keyed = np.flatnonzero(known & (guesses.score >= strict) & (guesses.view != ""))
        forms = self.index.forms.take(guesses.form[keyed])
        shared = self.keys.shares_many(guesses.view[keyed].tolist(), self.conventions, forms) if len(keyed) else []
        ruled = keyed[np.array(shared, dtype=bool)]
        method[ruled] = METHODS.index("rule")
        for i, form in zip(ruled.tolist(), self.index.find_forms(_folded([names[i] for i in ruled.tolist()])).tolist(), strict=True):
            # Another form of the entity may be nearer than the one of the same letters.
            if form >= 0 and not self.index.reading(form) and guesses.entity[i] in self.index.posting_entity[self.index.postings(form)]:
                method[i] = METHODS.index("exact")
        return method

    def curve(self, guess: Guess) -> Curve:
        """What a guess's score is worth."""
        model = self.lexicon.model if guess.method == "fuzzy" else self.lexicon.shipped
        return model.curve(guess.script_class)

    def part(self, word: str) -> Answer | None:
        """The answer for a part of persons' names that stands alone, where its bearers agree how it is written.

        It names no entity, so it is no match; it serves texts and :meth:`translit.Normalizer.normalize`.
        """
        found = self.index.part(word)
        if found is None:
            return None
        text, share, _ = found
        confidence = round(LISTED * share, 5)
        if confidence < self.precision:
            return None
        return Answer(-1, self.rulings.written(text) if self.rulings else text, "exact", confidence, (), word, part=True)

    def guessed(self, guess: Guess) -> Answer:
        """The answer that a guess is."""
        rivals = (guess.entity, guess.second) if guess.second >= 0 and guess.method != "exact" else (guess.entity,)
        return Answer(guess.entity, self.canonical(guess.entity), guess.method, guess.confidence, rivals, self.index.forms[guess.form])

    def shares_key(self, name: str, form: str) -> bool:
        """Whether a convention reads the name as some convention reads the form."""
        return self.keys.shares(name, self.conventions, form)

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
