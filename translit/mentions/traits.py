"""Traits: what is true of a listed spelling wherever it stands, worked out once for each piece of text that is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from translit import native
from translit.lexicon.fame import Fame
from translit.lexicon.index import CANONICAL, TYPE_NUMBERS, spread
from translit.matching.answers import Answer
from translit.matching.designators import is_designator
from translit.matching.tiers import Tiers
from translit.mentions.doubts import Doubts, Told, doubts_about, is_short_of
from translit.mentions.endings import BARE_GENITIVES
from translit.mentions.evidence import Context, Need
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.vocabulary import WORD
from translit.mentions.writing import Writer
from translit.model import PLACE, PROTECTED
from translit.unicode.tokens import fold

NO_PHRASES: Sequence[str] = ()


class Traits(NamedTuple):
    """What is true of some words that are taken for something, wherever they stand.

    Args:
        changes: whether something else would be written.
        written: what is written, None where that hangs on what stands around them.
        site: whether they are listed for a place.
        personal: whether the place has somebody's name: *Whitman*, *Jackson*; a gazetteer has most of them.
        renamed: whether they are listed for a place of another name.
        short: whether they are some words of the canonical spelling.
        obscure: whether few know what they are listed for.
        letters: what their letters need in a text.
        doubts: what speaks against them, where something else would be written.
        protected: the words behind them that would make a protected phrase.
        need: the least that they need wherever they stand.
        open: whether what stands around them may raise that, beside that one is somebody's surname.
        plain: whether they need nothing wherever they stand.
    """

    changes: bool
    written: str | None
    site: bool
    personal: bool
    renamed: bool
    short: bool
    obscure: bool
    letters: Need
    doubts: Doubts
    protected: Sequence[str]
    need: Need
    open: bool
    plain: bool


class Lore:
    """What the lexicon and the letters tell of listed spellings, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame, writer: Writer) -> None:
        self.tiers, self.fame, self.writer = tiers, fame, writer
        self.index = tiers.index
        self._needs: Memory[tuple[str, str, int, bool], Need] = Memory()
        self._known: Memory[tuple[str, str, int], Told] = Memory()
        self._traits: Memory[tuple[str, str, Answer], Traits] = Memory()

    def of(self, context: Context, place: Place) -> Traits:
        """The traits of a place that is taken for something."""
        if place.traits is not None:
            return place.traits
        assert place.answer is not None
        key = context.words.piece(place.first, place.last), place.ending, place.answer
        traits = self._traits.known.get(key)
        if traits is None:
            traits = self.look_up(context, place, place.answer)
            self._traits.keep(key, traits)
        return traits

    def look_up(self, context: Context, place: Place, answer: Answer) -> Traits:
        """The traits of some words that an answer is given for."""
        words, first, last = context.words, place.first, place.last
        told, single = self._told(answer, answer.form), last - first == 1
        spelled = words.spelled(first, last)
        changes = spelled[: len(spelled) - len(place.ending)].lower() != answer.canonical.lower()
        letters = self._letters(context, place, answer)
        doubts, protected = Doubts(Need.NOTHING), NO_PHRASES
        if changes and not answer.decided:
            letters = max(letters, self._said_of_any(context, place, answer.form))
            doubts = doubts_about(context, first, last, answer.form, told, self.fame.in_a_gazetteer)
            protected = self._protected.get(answer.form, NO_PHRASES)
        need, open_ = max(letters, doubts.need), bool(protected) or doubts.hang_on_context
        return Traits(
            changes=changes,
            written=self.writer.always(words.piece(first, last), answer.canonical, place.ending),
            site=told.place,
            personal=told.place and single and context.is_name(first),
            renamed=told.place and answer.form != told.canonical,
            short=is_short_of(answer.form, told.canonical),
            obscure=not told.famed,
            letters=letters,
            doubts=doubts,
            protected=protected,
            need=need,
            open=open_,
            plain=need is Need.NOTHING and not open_ and not doubts.surname,
        )

    def lasts(self, context: Context, answer: Answer) -> bool:
        """Whether what is written for an answer needs nothing itself."""
        canonical = self._told(answer, answer.form).canonical
        return self._need(context, answer, canonical, " " in canonical) is Need.NOTHING

    def _letters(self, context: Context, place: Place, answer: Answer) -> Need:
        """What the letters of a place need, whatever else they may be."""
        if answer.decided:
            return Need.NOTHING
        if place.ending in BARE_GENITIVES and context.classes(place.last - 1):
            # Massachusetts is a word of its own, and no genitive.
            return Need.MORE
        return self._need(context, answer, answer.form, place.last - place.first > 1)

    def _need(self, context: Context, answer: Answer, form: str, several: bool) -> Need:
        """What the letters of a form of an answer's entity, of several words or of one, want in a text."""
        key = (form, answer.canonical, answer.entity, several)
        need = self._needs.known.get(key)
        if need is None:
            told = self._told(answer, form)
            need = context.need(several, form, told.canonical, told.trusted)
            self._needs.keep(key, need)
        return need

    def _said_of_any(self, context: Context, place: Place, form: str) -> Need:
        """What a word of a script without capitals needs that is said of any place (*مدينة*, city), or is another word but for a letter.

        The lexicon's word for it that a spelling is a native name holds for the spelling as it is listed.
        """
        if place.last - place.first > 1 or form.isascii() or form.upper() != form:
            return Need.NOTHING
        said = is_designator(form)
        if not said and not context.bits[form] & WORD:
            return Need.NOTHING
        if len(self.index.listed(context.words.spelled(place.first, place.last))):
            return Need.BOTH if said else Need.NOTHING
        return Need.MORE

    def _told(self, answer: Answer, form: str) -> Told:
        """What the lexicon tells of a form of an answer's entity."""
        if answer.entity < 0:
            return Told(fold(answer.canonical), place=False, trusted=False, famed=True, great=False, rivalled=False)
        key = form, answer.canonical, answer.entity
        told = self._known.known.get(key)
        return self._learn([key])[0] if told is None else told

    def learn(self, answers: Iterable[Answer]) -> None:
        """Look up what the lexicon tells of many answers at once."""
        known = self._known.known
        keys = dict.fromkeys((answer.form, answer.canonical, answer.entity) for answer in answers if answer.entity >= 0)
        new = [key for key in keys if key not in known]
        if new:
            self._learn(new)

    def _learn(self, keys: Sequence[tuple[str, str, int]]) -> list[Told]:
        """What the lexicon tells of forms of entities, each with the canonical spelling that is written; remembered."""
        forms, canonicals, entities = zip(*keys, strict=True)
        told = [
            Told(
                folded, self.index.kind(entity) == PLACE, trusted, not self.fame.obscure(entity), self.fame.great(entity),
                self.fame.obscure(entity) and self.fame.begins_longer(form),
            )
            for form, folded, entity, trusted in zip(
                forms, native.fold_many(canonicals), entities, self._trusted(forms, entities), strict=True
            )
        ]  # fmt: skip
        self._known.keep_all(keys, told)
        return told

    def _trusted(self, folded: Sequence[str], entities: Sequence[int]) -> list[bool]:
        """Whether the lexicon types each form of an entity: an exonym or native form need not look like the canonical.

        With other marks than the canonical spelling a form is not trusted because it folds alike; without case there are none.
        """
        forms, start = self.index.find_forms(folded), self.index.posting_start
        row, posting = spread(start[forms].astype(np.int64), np.where(forms >= 0, start[forms + 1], 0))
        kind = self.index.posting_type[posting]
        cased = np.array([text.upper() != text for text in folded], dtype=bool)
        typed = (kind != TYPE_NUMBERS["romanization"]) & ~((kind == CANONICAL) & cased[row])
        typed &= self.index.posting_entity[posting] == np.array(entities, dtype=np.int64)[row]
        trusted: list[bool] = (np.bincount(row[typed], minlength=len(forms)) > 0).tolist()
        return trusted

    @cached_property
    def _protected(self) -> dict[str, list[str]]:
        """First word of the protected phrases → the others of each."""
        found: dict[str, list[str]] = {}
        if PROTECTED in self.index.kinds:
            number = self.index.kinds.index(PROTECTED)
            for entity in np.flatnonzero(self.index.entity_kind == number).tolist():
                for phrase in self.index.forms_of(entity):
                    first, _, rest = phrase.partition(" ")
                    if rest:
                        found.setdefault(first, []).append(rest)
        return found
