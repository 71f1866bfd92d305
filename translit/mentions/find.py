"""Finding: the mentions of texts, from the left, without overlap, each with the evidence that it is one.

A document is read as a whole: persons named in full anchor the parts of their names, and what is written small somewhere is
a word, not a name. The steps, each a module that takes words and gives :class:`~translit.mentions.places.Place` records:

1. *propose*: the names that the lexicon lists, the longest at each place (:mod:`~translit.mentions.listed`, with the endings of
   :mod:`~translit.mentions.endings`);
2. *weigh*: what a proposed place needs and whether the text has it (:mod:`~translit.mentions.weigh`, by the evidence of
   :mod:`~translit.mentions.evidence` and the doubts of :mod:`~translit.mentions.doubts`; what hangs on the spelling alone is
   worked out once, :mod:`~translit.mentions.traits`), names whose stem alone is listed (:mod:`~translit.mentions.inflection`)
   among them; which of several bearers is meant is settled by the others (:mod:`~translit.mentions.homonyms`);
3. *guess*: unknown capitalised words by the fuzzy tier, weighed at once (:mod:`~translit.mentions.guesses`);
4. *anchor*: parts of the names found (:mod:`~translit.mentions.parts`);
5. *write*: the spelling for each place (:mod:`~translit.mentions.writing`), and read what was written
   (:mod:`~translit.mentions.rereading`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from translit import limits
from translit.garbage import collections_paused
from translit.lexicon.fame import Fame
from translit.matching.tiers import Tiers
from translit.mentions.evidence import Context
from translit.mentions.facts import Facts
from translit.mentions.glance import telling
from translit.mentions.guesses import Guesses
from translit.mentions.homonyms import Homonyms
from translit.mentions.inflection import Inflected
from translit.mentions.listed import Listed
from translit.mentions.parts import Parts
from translit.mentions.places import Place, apart
from translit.mentions.replace import Replacing
from translit.mentions.rereading import Edit, changed, composed, may_change_again, written
from translit.mentions.survey import Abstention, Survey
from translit.mentions.traits import Lore
from translit.mentions.weigh import Weighing
from translit.mentions.windows import forms_of
from translit.mentions.words import Words, words_of
from translit.mentions.writing import Writer, outside_addresses, unglued
from translit.model import Mention

Told = Callable[[Words, Sequence[Place]], Iterator[Edit]]
"""Words and places of a text → what is written there."""


class Finder:
    """Finds mentions by the tiers of a normalizer.

    Args:
        tiers: what is known.
        evidence: whether a spelling must be borne out by what stands around it; else every listed spelling is taken for what the
            exact tier says of it (:mod:`~translit.mentions.replace`), and nothing else is.
        guess: whether unlisted spellings are looked up by the fuzzy tier.
    """

    def __init__(self, tiers: Tiers, evidence: bool = True, guess: bool = True) -> None:
        fame, self.forms, self.facts = Fame(tiers.index), forms_of(tiers), Facts(tiers)
        self.writer = Writer(tiers)
        self.lore = Lore(tiers, fame, self.writer)
        self.listed, self.guesses = Listed(tiers, fame, self.forms, self.lore), Guesses(tiers, fame) if guess else None
        self.weighing, self.homonyms, self.parts = Weighing(tiers.index, self.lore), Homonyms(tiers), Parts(tiers)
        self.inflected = Inflected(tiers)
        self.replacing = None if evidence else Replacing(tiers, self.forms, self.writer)

    def find_many(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text, left to right, without overlap."""
        if self.replacing is not None:
            return [self.replacing.find(text) for text in texts]
        return [[edit.told(text) for edit in own] for text, own in self._edited(texts, self._told)]

    def clean_many(self, texts: Sequence[str]) -> list[str]:
        """Each text with its mentions written as they are to be."""
        return [text for text, _ in self.rewrite_many(texts)]

    def rewrite_many(self, texts: Sequence[str]) -> list[tuple[str, int]]:
        """Each text with its mentions written as they are to be, and how many of them changed."""
        if self.replacing is not None:
            return self.replacing.rewritten(texts)
        edited = self._edited(texts, self.writer.edits)
        return [(written(text, edits), len(changed(text, edits))) if edits else (text, 0) for text, edits in edited]

    def survey_many(self, texts: Sequence[str]) -> list[Survey]:
        """The mentions of each text, and what was left alone though something is listed there or near."""
        if self.replacing is not None:
            return [Survey(self.replacing.find(text), []) for text in texts]
        left_alone: list[list[Abstention]] = [[] for _ in texts]
        for row, words, found, near in self._found(texts):
            left_alone[row] = list(self.writer.abstentions(words, [*found, *apart(near, found)]))
        return [
            Survey(mentions, [a for a in left if not any(m.start < a.end and a.start < m.end for m in mentions)])
            for mentions, left in zip(self.find_many(texts), left_alone, strict=True)
        ]

    def _told(self, words: Words, places: Iterable[Place]) -> Iterator[Edit]:
        """What is written at each place, with the mention."""
        for mention in self.writer.mentions(words, places):
            yield Edit(mention.start, mention.end, mention.replacement, mention)

    def _edited(self, texts: Sequence[str], told: Told) -> Iterator[tuple[str, list[Edit]]]:
        """Each text and its :meth:`_edits`."""
        for rows in _batches(texts):
            own = [texts[row] for row in rows]
            yield from zip(own, self._edits(own, told), strict=True)

    @collections_paused()
    def _edits(self, texts: Sequence[str], told: Told) -> list[list[Edit]]:
        """What is written in each text, left to right, without overlap, as ``told`` of its places.

        Texts are read again as they are written, until nothing more changes; what does becomes an edit of the text given.
        """
        out: list[list[Edit]] = [[] for _ in texts]
        rows: list[int] = []
        for row, words, found, near in self._found(texts):
            out[row] = list(told(words, found))
            if may_change_again(words, found, near) and changed(texts[row], out[row]):
                rows.append(row)
        for _ in range(limits.MAX_REREADINGS):
            if not rows:
                break
            left: list[int] = []
            for place, words, places, _ in self._found([written(texts[row], out[row]) for row in rows]):
                if self.writer.changes(words, places):
                    row = rows[place]
                    out[row] = composed(texts[row], out[row], changed(words.text, list(told(words, places))))
                    left.append(row)
            rows = left
        return out

    def _found(self, texts: Sequence[str]) -> Iterator[tuple[int, Words, list[Place], list[Place]]]:
        """Row and words of each text that may hold something, the places that are taken for something, and those near something."""
        for rows in _batches(texts):
            told = telling([texts[row] for row in rows], self.forms.table, self.facts)
            left = [rows[place] for place in told]
            yield from zip(left, *self._search([texts[row] for row in left]), strict=True)

    @collections_paused()
    def _search(self, texts: Sequence[str]) -> tuple[list[Words], list[list[Place]], list[list[Place]]]:
        """The words of each text, the places that are taken for something, and those that are near something."""
        documents = [words_of(text, self.forms.table) for text in texts]
        facts = [self.facts.of(words) for words in documents]
        contexts = [Context(words, self.facts.classes, known) for words, known in zip(documents, facts, strict=True)]
        proposed = self.listed.places_many(contexts)
        self.inflected.add(contexts, proposed)
        self.lore.learn(place.answer for found in proposed for place in found if place.traits is None and place.answer is not None)
        places = [self._borne_out(context, found) for context, found in zip(contexts, proposed, strict=True)]
        near: list[list[Place]] = [[] for _ in documents]
        open_: list[set[int]] = [set() for _ in documents]
        if self.guesses is not None:
            near, open_ = self.guesses.add(contexts, facts, places)
        for number, (context, given) in enumerate(zip(contexts, proposed, strict=True)):
            places[number] = self._with_guesses(context, given, places[number])
        places = [self.parts.added(*rest) for rest in zip(contexts, facts, places, open_, strict=True)]
        pairs = zip(documents, places, strict=True)
        return documents, [outside_addresses(words, unglued(words, found)) for words, found in pairs], near

    def _with_guesses(self, context: Context, proposed: list[Place], places: list[Place]) -> list[Place]:
        """The places of one text, among them the listed names that guesses bear out."""
        listed = {place.first for place in proposed}
        guesses = [place for place in places if place.first not in listed]
        if not guesses or all(place.answer is not None for place in places):
            return places
        for place in guesses:
            context.named.update(range(place.first, place.last))
        borne = self._borne_out(context, proposed, guesses)
        return sorted([*borne, *guesses], key=lambda place: place.first)

    def _borne_out(self, context: Context, proposed: list[Place], guesses: Sequence[Place] = ()) -> list[Place]:
        """The listed names of one text that the evidence bears out, each as what it means there.

        ``guesses`` are other names of the text, which count as listed once they are written.
        """
        known = {place.answer.canonical for place in guesses if place.answer is not None}
        places = self.weighing.borne_out(context, proposed, known)
        for _ in range(limits.MAX_SETTLINGS):
            settled = self.homonyms.settled(context, places, guesses)
            if settled == places:
                break
            # Whoever is meant now may bear out what wanted evidence.
            proposed = [new if new != old else given for given, old, new in zip(proposed, places, settled, strict=True)]
            places = self.weighing.borne_out(context, proposed, known)
        return places


def _batches(texts: Sequence[str]) -> Iterator[range]:
    """The rows of the texts that are searched together."""
    first = size = 0
    for row, text in enumerate(texts):
        if row - first == limits.TEXTS_AT_ONCE or (row > first and size + len(text) > limits.CODEPOINTS_AT_ONCE):
            yield range(first, row)
            first, size = row, 0
        size += len(text)
    if texts:
        yield range(first, len(texts))
