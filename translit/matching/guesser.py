"""The rule and fuzzy tiers of a lexicon under given settings: which guesses are settled by rules, and which are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from translit.garbage import collections_paused
from translit.lexicon.index import Rows
from translit.lexicon.lexicon import Lexicon
from translit.matching.answers import Accepted
from translit.matching.calibrate import Curve
from translit.matching.decisions import Rulings
from translit.matching.exact import fold_names
from translit.matching.fuzzy import FUZZY, Guess, Guesses, guess_many
from translit.matching.nearest import nearest
from translit.matching.unread import unread_many
from translit.model import METHODS, PERSON, PROTECTED
from translit.rules.readers import Reader
from translit.unicode.scripts import has_han
from translit.unicode.tokens import fold

EXACT, RULE = METHODS.index("exact"), METHODS.index("rule")
STRICTER = 0.5
"""Share of the promised errors that the rule tier may make by the model that ships, which has not seen the lexicon."""

READ_OTHERWISE = 4000
"""Handicap, in 1/1000 log-odds, of a form that no convention reads like the dictionary reads a name in Han characters."""

WRITTEN_OTHERWISE = 2500
"""The same of one that a convention reads so, but that is not spelled in the same letters."""


class Guesser:
    """Guesses the entities of names that a lexicon does not list.

    Args:
        lexicon: what is known.
        precision: the share of right answers that is promised, 0–1.
        conventions: ISO 639-3 codes of the languages whose spelling is supposed; None for all.
        rulings: what people decided.
        reader: how Han characters are read; None where their language is not said.
    """

    def __init__(
        self, lexicon: Lexicon, precision: float, conventions: tuple[str, ...] | None, rulings: Rulings, reader: Reader | None
    ) -> None:
        self.lexicon, self.index = lexicon, lexicon.index
        self.precision, self.conventions, self.rulings, self.reader = precision, conventions, rulings, reader

    def guess_many(self, names: Sequence[str], turned: bool = True, near: int | None = None) -> list[Guess | None]:
        """The nearest entity for each name, however far: the rule tier's answer where it has one, else the fuzzy tier's.

        Args:
            names: the names.
            turned: whether to take persons' names in other orders and without titles, too.
            near: log-odds in 1/1000 from which on other entities are told as near, too.
        """
        guesses = self._all_guesses(names, turned, near)
        rows = zip(guesses.entity.tolist(), names, self._confidences(guesses), strict=True)
        return [None if entity < 0 or self.rulings.bars(name) else guesses.guess(i, sure) for i, (entity, name, sure) in enumerate(rows)]

    def accepted(self, names: Sequence[str], folded: Sequence[str], rows: Sequence[int], least: float | None) -> Accepted:
        """The guesses for the names of some rows that are sure enough to be given."""
        left = [i for i in rows if folded[i].isalpha() or any(c.isalpha() for c in folded[i])]
        if not left or not len(self.index.ids):
            return Accepted()
        distinct = {name: k for k, name in enumerate(dict.fromkeys(names[i] for i in left))}
        guesses = self._all_guesses(list(distinct))
        able = self._able(guesses) & ~np.array([bool(self.rulings.bars(name)) for name in distinct], dtype=bool)
        kept = np.flatnonzero(able if least is not None else able & self._sure(guesses))
        guesses = guesses.take(kept)
        confidences = self._confidences(guesses)
        place = dict(zip(kept.tolist(), range(len(kept)), strict=True))
        found = [(i, place[k]) for i in left if (k := distinct[names[i]]) in place]
        if least is not None:
            found = [(i, k) for i, k in found if confidences[k] >= least]
        taken = guesses.take(np.array([k for _, k in found], dtype=np.int64))
        return Accepted([i for i, _ in found], taken, [confidences[k] for _, k in found])

    def nearest(self, names: Sequence[str]) -> list[tuple[int, int]]:
        """The form nearest to each name, however far, and the entity it means; none where the lexicon has nothing but protected phrases."""
        allowed = self._touched[self.index.entity_kind]
        return nearest(self.index, [self.lexicon.rough.spell(name).rom for name in names], allowed) if allowed.any() else []

    @cached_property
    def _touched(self) -> NDArray[np.bool_]:
        """Which kinds are names, not phrases that are never touched, by number."""
        return np.array([kind != PROTECTED for kind in self.index.kinds], dtype=bool)

    def _able(self, guesses: Guesses) -> NDArray[np.bool_]:
        """Which guesses can be given: what comes nearest to a phrase that is never touched is left alone as the phrase is."""
        able: NDArray[np.bool_] = (guesses.entity >= 0) & self._touched[self.index.entity_kind[guesses.entity]]
        return able

    def _sure(self, guesses: Guesses) -> NDArray[np.bool_]:
        """Which guesses keep the promised precision; the rule tier's are sure by what made them so."""
        high = guesses.score >= self._least[guesses.script]
        sure: NDArray[np.bool_] = ~self.index.entity_support[guesses.entity] & (high | (guesses.method != FUZZY))
        return sure

    @cached_property
    def _least(self) -> Rows:
        """The least score of the lexicon's own model to answer with, by script class."""
        return self.lexicon.model.thresholds(self.precision)

    @cached_property
    def _settling(self) -> tuple[Rows, Rows]:
        """Those of the model that ships to settle a guess with: of the same letters, and of a shared key."""
        model, strict = self.lexicon.shipped, 1 - (1 - self.precision) * STRICTER
        return model.thresholds(self.precision), model.thresholds(strict)

    def curve(self, guess: Guess) -> Curve:
        """What a guess's score is worth."""
        model = self.lexicon.model if guess.method == "fuzzy" else self.lexicon.shipped
        return model.curve(guess.script_class)

    def _confidences(self, guesses: Guesses) -> list[float]:
        """How likely each guess is right."""
        out = [0.0] * len(guesses.entity)
        fuzzy = guesses.method == FUZZY
        for model, rows in ((self.lexicon.model, np.flatnonzero(fuzzy)), (self.lexicon.shipped, np.flatnonzero(~fuzzy))):
            sure = model.confidences(guesses.script[rows].tolist(), guesses.score[rows].tolist())
            for row, confidence in zip(rows.tolist(), sure, strict=True):
                out[row] = confidence
        return out

    @collections_paused()
    def _all_guesses(self, names: Sequence[str], turned: bool = True, near: int | None = None) -> Guesses:
        shipped, own = self.lexicon.shipped, self.lexicon.model
        models = (shipped,) if own is shipped else (shipped, own)
        found = guess_many(self.index, self.lexicon.rough, models, names, turned, self.reader, near)
        if self.reader is not None:
            found = [self._read_otherwise(names, some) for some in found]
        found = self._unread(names, found)
        settled = replace(found[0], method=self._settled(names, found[0]))
        return settled.chosen(settled.method != FUZZY, found[-1])

    def _read_otherwise(self, names: Sequence[str], guesses: Guesses) -> Guesses:
        """Guesses of names in Han characters, less likely where no convention reads the form as the dictionary reads the name."""
        read = [has_han(name) and bool(view) and not has_han(view) for name, view in zip(names, guesses.view, strict=True)]
        rows = np.flatnonzero(np.array(read, dtype=bool) & (guesses.entity >= 0))
        views, forms = guesses.view[rows].tolist(), self.index.forms.take(guesses.form[rows])
        shared = np.array(self.lexicon.keys.shares_many(views, None, forms), dtype=bool)
        same = np.array(
            [not view.isascii() or _letters(view) == _letters(form) for view, form in zip(views, forms, strict=True)], dtype=bool
        )
        score = guesses.score.copy()
        score[rows[~shared]] -= READ_OTHERWISE
        score[rows[shared & ~same]] -= WRITTEN_OTHERWISE
        return replace(guesses, score=score)

    def _unread(self, names: Sequence[str], found: Sequence[Guesses]) -> list[Guesses]:
        """Guesses of persons, less likely where words of the name are read like none of the form, and are not near in letters either."""
        pairs = [self._of_persons(names, guesses) for guesses in found]
        # Models mostly guess alike.
        distinct = list(dict.fromkeys(pair for some in pairs for pair in some.values()))
        if not distinct:
            return list(found)
        spelled, forms = [name for name, _ in distinct], [form for _, form in distinct]
        unread = unread_many(spelled, forms, self.lexicon.keys, lambda word: self.lexicon.rough.spell(word).rom)
        handicap = dict(zip(distinct, unread, strict=True))
        out = []
        for guesses, some in zip(found, pairs, strict=True):
            score = guesses.score.copy()
            # Of one model none may be of a person.
            score[list(some)] -= np.array([handicap[pair] for pair in some.values()], dtype=score.dtype)
            out.append(replace(guesses, score=score))
        return out

    def _of_persons(self, names: Sequence[str], guesses: Guesses) -> dict[int, tuple[str, str]]:
        """The likely guesses for names of several words that are persons, by row: the name as it was compared, and the form."""
        kind = np.array([kind == PERSON for kind in self.index.kinds], dtype=bool)
        several = np.array([" " in name for name in names], dtype=bool)
        rows = np.flatnonzero(several & (guesses.score > 0) & (guesses.entity >= 0) & ~guesses.folded)
        chosen = rows[kind[self.index.entity_kind[guesses.entity[rows]]]]
        forms = self.index.forms.take(guesses.form[chosen])
        return {i: (guesses.view[i] or names[i], form) for i, form in zip(chosen.tolist(), forms, strict=True)}

    def _settled(self, names: Sequence[str], guesses: Guesses) -> Rows:
        """The tier of each guess of the model that ships: a higher one where it is sure, and borne out by a key or the folded letters.

        They depend on nothing but the name and the entities near to it, so that other entities of the lexicon do not change them.
        """
        method = guesses.method.copy()
        known = guesses.entity >= 0
        alike = [i for i in np.flatnonzero(known & guesses.folded).tolist() if self.index.forms[guesses.form[i]] == fold(names[i])]
        known[alike] = False
        sure, strict = (least[guesses.script] for least in self._settling)
        for i in alike:
            if guesses.score[i] >= sure[i]:
                # What a dictionary reads is no spelling that the lexicon lists.
                method[i] = METHODS.index("rule" if self.index.reading(int(guesses.form[i])) else "exact")
        keyed = np.flatnonzero(known & (guesses.score >= strict) & (guesses.view != ""))
        forms = self.index.forms.take(guesses.form[keyed])
        shared = self.lexicon.keys.shares_many(guesses.view[keyed].tolist(), self.conventions, forms) if len(keyed) else []
        ruled = keyed[np.array(shared, dtype=bool)]
        method[ruled] = RULE
        for i, form in zip(ruled.tolist(), self.index.find_forms(fold_names([names[i] for i in ruled.tolist()])).tolist(), strict=True):
            # Another form of the entity may be nearer than the one of the same letters.
            if form >= 0 and not self.index.reading(form) and guesses.entity[i] in self.index.posting_entity[self.index.postings(form)]:
                method[i] = EXACT
        return method


def _letters(text: str) -> str:
    return "".join(c for c in fold(text) if c.isalnum())
