"""The tiers, top to bottom, for names given as such: what people decided, exact, rule, fuzzy, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from translit import limits
from translit.lexicon.index import TYPE_NUMBERS
from translit.lexicon.lexicon import Lexicon
from translit.matching.answers import UNDECIDED, Accepted, Answer, Records
from translit.matching.bare import Bare
from translit.matching.decisions import Rulings
from translit.matching.exact import LISTED, ONE, OPEN, Resolution, Resolutions, fold_names, resolve, resolve_many
from translit.matching.qualified import Qualified, container, numbered, qualified
from translit.model import PERSON, PLACE, Match, Method
from translit.unicode.skeleton import plain_name
from translit.unicode.tokens import fold, spelled

if TYPE_CHECKING:
    from translit.matching.guesser import Guesser
    from translit.rules.readers import Reader

SURE = 0.99
"""How often folding alike must mean the same entity on a lexicon, to answer by that alone where rivals are near."""
REJECTED = Resolution("known", -1, 0.0, ())
"""A spelling of which people decided that it means nothing that is listed."""

NOTHING = frozenset(("NaN", "nan", "NaT", "NULL", "null", "None", "N/A", "n/a", "#N/A", "<NA>"))
"""What programs write into a column where there is no value: no names, unless a canonical is spelled just so."""


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
    def tells_countries(self) -> bool:
        """Whether the lexicon says of some entities in which country they are."""
        return any(self.index.meta["countries"])

    @cached_property
    def bare(self) -> Bare:
        """Tells bare spellings of famous names."""
        return Bare(self.index)

    def canonical(self, entity: int) -> str:
        """The spelling to write for an entity."""
        return self.records.canonical(entity)

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
            out[row] = self.records.guessed(guess)
        return out

    def _answers(self, names: Sequence[str], least: float | None, listed: bool = True) -> tuple[list[Answer | None], Accepted]:
        """As :meth:`answer_many`, the guesses apart."""
        given, names = names, self._unmasked(names)
        folded = fold_names(names)
        forms = self.index.find_forms(folded).tolist()
        out, open_, alike = self._answer_listed(given, names, folded, forms, least, listed)
        placed = self._placed(names, [i for i in open_ if i not in alike], least)
        open_ = [i for i in open_ if i not in placed]
        for i, answer in placed.items():
            out[i] = answer
        guessed = self.guesser.accepted(names, folded, open_, least) if open_ else Accepted()
        bare = self._bare(names, forms, open_, alike, guessed, least) if listed else {}
        guessed = guessed.without(bare)
        rest = alike.keys() - set(guessed.rows) - bare.keys() if self.folded_is_sure else ()
        bare |= {i: answer for i in rest if (answer := self._given(alike[i], self.sure(False), folded[i], least)) is not None}
        for i, answer in bare.items():
            out[i] = answer._replace(method="fuzzy", shape="bare")
        if self.tells_countries:
            guessed = guessed.without(self._misplaced(names, guessed))
            given_already = set(guessed.rows)
            self._answer_qualified(names, [i for i in open_ if out[i] is None and i not in given_already], least, out)
        if least == 0:
            given_up = set(range(len(names))).difference(guessed.rows)
            self._answer_nearest(names, folded, [i for i in sorted(given_up) if out[i] is None and not self.rulings.bars(given[i])], out)
        return out, guessed

    def _answer_listed(
        self, given: Sequence[str], names: Sequence[str], folded: Sequence[str], forms: Sequence[int], least: float | None, listed: bool
    ) -> tuple[list[Answer | None], list[int], dict[int, Resolution]]:
        """The answers to names that are decided or listed, the rows that are open, and what those of these mean that fold like a form."""
        spelled = self.index.listed_many(names) if listed else [[] for _ in names]
        out: list[Answer | None] = [None] * len(names)
        open_: list[int] = []
        alike: dict[int, Resolution] = {}
        for i, (name, text) in enumerate(zip(names, folded, strict=True)):
            out[i] = (self.decided(given[i]) or self.decided(name)) if self.rulings.meant else None
            if out[i] is not None or not text or text.count(" ") >= limits.MAX_NAME_TOKENS or self.is_nothing(name):
                continue
            found, exactly = self.listed(name, forms[i], spelled[i])
            if found is None or (found.state == "known" and least is not None):
                open_.append(i)
            elif found.state == "one" and not exactly:
                # Folded alike is not listed: the margin to other entities decides.
                open_.append(i)
                alike[i] = found
            else:
                out[i] = self._given(found, self.sure(exactly), text, least)
        return out, open_, alike

    def is_nothing(self, name: str) -> bool:
        """Whether a name stands for no value at all."""
        return name in NOTHING and all(self.index.canonicals[int(self.index.posting_entity[p])] != name for p in self.index.listed(name))

    def _bare(
        self, names: Sequence[str], forms: Sequence[int], rows: Sequence[int], alike: Mapping[int, Resolution], guessed: Accepted,
        least: float | None,
    ) -> dict[int, Answer]:  # fmt: skip
        """The answers to names of some rows that are the bare spelling of something famous, where no guess is surer."""
        enough = self.precision if least is None else least
        if self.bare.precision < enough:
            return {}
        surer = {row for row, sure in zip(guessed.rows, guessed.confidences, strict=True) if sure >= self.bare.precision}
        found = self.bare.resolved(names, forms, [i for i in rows if i not in surer], alike, self.types, self.target)
        given = {i: self._given(meant, self.bare.precision, fold(names[i]), least) for i, meant in found.items()}
        return {i: answer for i, answer in given.items() if answer is not None}

    def _placed(self, names: Sequence[str], rows: Sequence[int], least: float | None) -> dict[int, Answer | None]:
        """The answers to names of some rows that are listed places with their country behind them or a postal code beside them.

        None where the country speaks against all that are listed.
        """
        out: dict[int, Answer | None] = {}
        for i in rows:
            told = qualified(names[i]) if self.tells_countries else None
            name = told.name if told is not None else numbered(names[i])
            if not name or self.rulings.bars(names[i]) or self.rulings.bars(name) or self.rulings.answer(name):
                continue
            meant = self._in_country(told) if told is not None else self._place(name)
            if meant is not None:
                answer = self._given(meant, LISTED, fold(name), least)
                out[i] = answer and answer._replace(method="rule", shape="numbered" if told is None else "qualified")
        return out

    def _place(self, name: str) -> Resolution | None:
        """The place that the lexicon lists under a name; None where it lists none, or something else, too."""
        bearers = self.index.listed(name)
        entities = [int(self.index.posting_entity[p]) for p in bearers]
        # A name that only supports the matching of others is no answer, and none is taken for it here.
        kinds = {self.index.kind(e) for e in entities if not self.index.entity_support[e]}
        return resolve(self.index, bearers, self.types, self.target) if kinds == {PLACE} else None

    def _answer_qualified(self, names: Sequence[str], rows: Sequence[int], least: float | None, out: list[Answer | None]) -> None:
        """Put down the answers to names that have their country behind them, by the name alone."""
        told_of = ((i, qualified(names[i])) for i in rows if not self.rulings.bars(names[i]))
        found = [(i, told) for i, told in told_of if told is not None and not self.rulings.bars(told.name)]
        if not found:
            return
        plain = self.answer_many([told.name for _, told in found], least)
        for (i, told), answer in zip(found, plain, strict=True):
            if answer is not None and self.index.country(answer.entity) == told.country:
                method: Method = "fuzzy" if answer.method == "fuzzy" else "rule"
                out[i] = answer._replace(method=method, shape="qualified")

    def _in_country(self, told: Qualified) -> Resolution | None:
        """What the lexicon lists under a name in the country behind it; None where nothing is.

        Where the code is also that of a state or province elsewhere, it is nobody unless the place far outweighs those there.
        """
        by_country: dict[str, list[int]] = {}
        for posting in self.index.listed(told.name):
            by_country.setdefault(self.index.country(int(self.index.posting_entity[posting])), []).append(posting)
        within = by_country.get(told.country)
        if within is None:
            return None
        elsewhere = [posting for country in told.others for posting in by_country.get(country, ())]
        every = resolve(self.index, sorted(within + elsewhere), self.types, self.target) if elsewhere else None
        if every is not None and (every.share < LISTED or self.index.country(every.entity) != told.country):
            return REJECTED
        return resolve(self.index, within, self.types, self.target)

    def _misplaced(self, names: Sequence[str], guessed: Accepted) -> set[int]:
        """The rows of guesses that what stands behind the name speaks against: it is another country, or the place that was guessed."""
        if guessed.guesses is None:
            return set()
        out: set[int] = set()
        for row, entity in zip(guessed.rows, guessed.guesses.entity.tolist(), strict=True):
            told = qualified(names[row])
            if told is not None and self.index.country(entity) not in ("", told.country):
                out.add(row)
            if self.index.kind(entity) == PERSON:
                # Given names stand there, too.
                continue
            behind = told.behind if told is not None else container(names[row])
            if behind and any(int(self.index.posting_entity[p]) == entity for p in self.index.listed(behind)):
                out.add(row)
        return out

    def _answer_nearest(self, names: Sequence[str], folded: Sequence[str], rows: Sequence[int], out: list[Answer | None]) -> None:
        """Put down the best candidate, however far, for names that have none: nothing is near, or a phrase that is never touched is."""
        rows = [i for i in rows if folded[i] and folded[i].count(" ") < limits.MAX_NAME_TOKENS]
        for i, (form, entity) in zip(rows, self.guesser.nearest([names[i] for i in rows]) if rows else (), strict=False):
            out[i] = Answer(entity, self.canonical(entity), "fuzzy", 0.0, (entity,), self.index.forms[form])

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
        answers, guessed = self._answers(rest, least)
        for i, name, answer in zip(left, rest, answers, strict=True):
            if answer is not None:
                out[i] = self.records.match(name, answer)
        for row, match in zip(guessed.rows, self.records.guesses(rest, guessed), strict=True):
            out[left[row]] = match
        return out

    def _match_listed(self, names: Sequence[str], least: float | None, out: list[Match | None]) -> Sequence[int]:
        """Put down the matches of the names that the lexicon lists as they stand; gives the rows that are still open."""
        folded = fold_names(names)
        found = self._resolved(names, folded)
        state = found.state
        rows = np.flatnonzero(state == ONE)
        spelling = LISTED * np.where(found.alike[rows], 1.0, found.share[rows])
        enough = spelling >= self.precision if least is None else LISTED * found.share[rows] >= least
        rows = rows[enough]
        for i, match in zip(rows.tolist(), self.records.listed(names, folded, found, rows), strict=True):
            out[i] = match
        return np.flatnonzero(state == OPEN if least is None else state != ONE).tolist()

    def _resolved(self, names: Sequence[str], folded: Sequence[str]) -> Resolutions:
        """What the lexicon lists under names as they stand, each folded beside it; open where it takes a look at each to tell."""
        forms = self.index.find_forms(folded)
        row, posting = self.index.listings(names, folded, forms)
        found = resolve_many(self.index, row, posting, len(names), self.types, self.target)
        most = limits.MAX_NAME_TOKENS
        long = np.flatnonzero(self.index.forms.starts[forms + 1] - self.index.forms.starts[forms] > 2 * most)
        found.state[[i for i in long.tolist() if folded[i].count(" ") >= most]] = OPEN
        found.state[[i for i, name in enumerate(names) if name in NOTHING]] = OPEN
        # Where the form has more bearers than the spelling has, these may count, too.
        bearers = self.index.posting_start[forms + 1].astype(np.int64) - self.index.posting_start[forms]
        found.state[(forms >= 0) & (bearers > np.bincount(row, minlength=len(names)))] = OPEN
        return found

    def answers_listed(self, names: Sequence[str]) -> list[Answer | None]:
        """The answer for each name that the lexicon lists as it stands, for one entity alone; None for any other."""
        out: list[Answer | None] = [None] * len(names)
        if self.rulings or self.precision > LISTED or not names:
            return out
        folded = fold_names(names)
        found = self._resolved(names, folded)
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
