"""Evidence: what a listed or guessed spelling in a text needs beside its letters to be taken for a name.

An ordinary word, a personal name, a very short or unlike spelling may stand for something else: it needs a cue before it
(*in*, *near*, *province*) or an anchor, a sure mention of the same entity elsewhere in the document.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

import numpy as np
from rapidfuzz.distance import JaroWinkler

from translit.mentions.endings import POSSESSIVES, endings
from translit.mentions.facts import HERALD, ORDINARY
from translit.mentions.vocabulary import BEHIND_CUE, CALENDAR, CLUB_CUE, COUNTRY, GEO, NAME, PERSON_CUE, PLACE_CUE, REGION, SPORT_CUE, WORD
from translit.mentions.words import Words
from translit.unicode.scan import CAPITAL, EMPTY, I64, JOINED

SHORT = 3
"""A spelling of so few letters proves nothing by itself."""
ALIKE, MUCH_ALIKE = 0.7, 0.95
"""Least similarity (Jaro–Winkler, folded) of a romanization to a spelling it stands beside, and of one that differs by a letter."""
BESIDE = 6
"""How many words before and behind tell whether a text is a headline."""
FEWEST, ABOUND = 3, 0.12
"""How many ordinary words, and what share of all, have a capital inside sentences only in headlines and where nouns have one."""
LEAST_SPORT = 2
"""How many different words of sport a text of sport has."""
ONE_LETTER_WORDS = frozenset("aàáeèéioòóuyvwzksåöавзийієкосуюя")
"""Letters that are words by themselves in some language: prepositions, conjunctions and articles."""


class Need(IntEnum):
    """What a mention needs beside its spelling."""

    NOTHING = 0
    CUE = 1
    ANCHOR = 2
    BOTH = 3
    MORE = 4
    """Nothing in a text is enough."""


@dataclass(frozen=True)
class Context:
    """A document's words with their classes.

    Args:
        words: the words.
        bits: folded word or stem → its class bits, of :mod:`translit.mentions.vocabulary`, 0 for an unknown one.
        facts: of the distinct words, of :mod:`translit.mentions.facts`.
        named: the words that are taken for listed names so far, but for towns that are somebody's name, too.
        sites: the words that are surely of places so far.
    """

    words: Words
    bits: Mapping[str, int]
    facts: I64
    named: set[int] = field(default_factory=set)
    sites: set[int] = field(default_factory=set)
    _known: dict[int, int] = field(default_factory=dict)

    def classes(self, i: int) -> int:
        """The class bits of a word."""
        number = self.words.word[i]
        bits = self._known.get(number)
        if bits is None:
            bits = self._known[number] = self.bits[self.words.folded[i]]
        return bits

    @property
    def surnames(self) -> frozenset[str]:
        """The folded words that stand behind a given name, an initial or a title somewhere in the document."""
        return self._borne[0]

    @property
    def full_names(self) -> frozenset[str]:
        """Those of the surnames that stand behind a given name or an initial: somebody is named in full there."""
        return self._borne[1]

    @cached_property
    def _borne(self) -> tuple[frozenset[str], frozenset[str]]:
        words = self.words
        facts = self.facts[words.scanned.word]
        flags = words.scanned.flags
        name = (flags[1:] & (CAPITAL | JOINED | EMPTY) == CAPITAL | JOINED) & (facts[1:] & ORDINARY == 0)
        borne: set[str] = set()
        full: set[str] = set()
        for i in (np.flatnonzero(name & (facts[:-1] & HERALD > 0)) + 1).tolist():
            if words.ends[i - 1] - words.starts[i - 1] == 1 and not self.is_initial(i - 1):
                continue
            own = {words.folded[i], *(stem for _, stem, _ in endings(words.piece(i, i + 1)))}
            borne |= own
            if not self.classes(i - 1) & PERSON_CUE:
                full |= own
        return frozenset(borne), frozenset(full)

    def is_word(self, i: int) -> bool:
        """Whether a word is an ordinary or calendar word."""
        return bool(self.classes(i) & (WORD | CALENDAR))

    def is_initial(self, i: int) -> bool:
        """Whether a word may stand for a given name: a capital letter that is no word which begins a sentence (*À Kiev*, *В Киеве*)."""
        words = self.words
        letter = words.piece(i, i + 1)
        if len(letter) != 1 or not letter.isupper():
            return False
        stopped = words.text.startswith(".", words.ends[i])
        return stopped or letter.lower() not in ONE_LETTER_WORDS or not words.starts_sentence(i)

    def is_name(self, i: int) -> bool:
        """Whether a word is a personal name."""
        return bool(self.classes(i) & NAME)

    def need(self, several: bool, folded: str, canonical: str, trusted: bool) -> Need:
        """What a listed spelling needs, to be rewritten to ``canonical``.

        Args:
            several: whether it has several words.
            folded: the listed form, without an ending.
            canonical: the folded canonical spelling.
            trusted: whether the lexicon says of what kind the variant is (exonym, native …), so that it need not look alike.
        """
        alike = folded == canonical or JaroWinkler.similarity(folded, canonical) >= ALIKE
        unlike = not alike and not trusted and folded.isascii()
        if several:
            # Several words that are all known ones by themselves may say something else: Federal Capital, Karl Marx.
            words = folded.split(" ")
            plain = all(self.bits[word] & (WORD | NAME | CALENDAR) for word in words)
            shared = any(len(word) > SHORT for word in set(words).intersection(canonical.split(" ")))
            return Need.CUE if unlike and plain and not shared else Need.NOTHING
        bits = self.bits[folded]
        foreign = bits & COUNTRY and not self.bits[canonical] & COUNTRY
        if (bits & REGION or foreign) and folded != canonical and not trusted:
            # The name of a country is not said of a town: Palestina, Mexiko; a region may have its town's: Misrata.
            return Need.MORE if bits & COUNTRY or foreign or JaroWinkler.similarity(folded, canonical) < MUCH_ALIKE else Need.CUE
        caseless = folded.upper() == folded
        if trusted and caseless:
            # Without capitals no word list can tell a place from a word; the lexicon says that this is its native name.
            return Need.NOTHING
        # A Hangul syllable is two or three letters.
        if bits & (WORD | CALENDAR) or len(unicodedata.normalize("NFD", folded)) <= SHORT:
            return Need.ANCHOR if bits & GEO else Need.BOTH
        need = Need.NOTHING
        if bits & NAME and (unlike or not bits & GEO):
            need = Need.ANCHOR if unlike else Need.CUE
        return need

    def beside_name(self, first: int, last: int) -> bool:
        """Whether the words stand in what looks like a person's name: behind a first name or an initial, before a surname.

        Words that are taken for listed names themselves are no such neighbours.
        """
        words = self.words
        if words.stand_alone(first, last):
            return False
        if self._may_follow(first) and first - 1 not in self.named:
            if self.is_initial(first - 1):
                return True
            # What may be a word at the beginning of a sentence is a first name before what may be a surname.
            plain = self.is_word(first - 1) and words.starts_sentence(first - 1) and not self.is_name(first)
            # Without capitals a preposition that is a name, too (*إلى*), is the preposition.
            plain = plain or (bool(self.classes(first - 1) & PLACE_CUE) and words.folded[first - 1].upper() == words.folded[first - 1])
            if self.is_name(first - 1) and not plain:
                return True
        if last < len(words.word) and last not in self.named and words.joined[last] and words.capital[last] and blank_before(words, last):
            stems = [stem for _, stem, _ in endings(words.piece(last, last + 1))]
            surname = self.is_name(last) or any(self.bits[stem] & NAME for stem in stems)
            given = last - first == 1 and self.is_name(first) and self.unknown(last) and not self.classes(last) & GEO
            return (surname or given) and not self.is_word(last)
        return False

    def _may_follow(self, first: int) -> bool:
        """Whether a word with a capital stands before another and may be of the same name: *Egypt's Suez* is none."""
        words = self.words
        if not first or not words.joined[first] or not words.capital[first - 1]:
            return False
        return not words.piece(first - 1, first).endswith(POSSESSIVES)

    def beside_capital(self, first: int, last: int, after: bool = True) -> bool:
        """Whether an unknown capitalised word stands right beside (behind only if ``after``), so that both may be one name."""
        words = self.words
        before = self._may_follow(first) and (self.is_name(first - 1) or first - 1 not in self.named)
        if before and blank_before(words, first) and not self.is_word(first - 1) and not words.piece(first - 1, first).isupper():
            return True
        if not after or last >= len(words.word) or not words.joined[last] or not words.capital[last] or last in self.named:
            return False
        long = len(words.piece(last, last + 1)) > 1
        return long and not self.is_word(last) and words.text[words.ends[last - 1]] in " -"

    def is_part_of_name(self, i: int) -> bool:
        """Whether another word with a capital stands right before or behind one, before it no title: *Xi Xiaoming*."""
        words = self.words
        before = self._may_follow(i) and blank_before(words, i) and not self.classes(i - 1) & PERSON_CUE
        k = i + 1
        return before or (k < len(words.word) and bool(words.joined[k] and words.capital[k]) and blank_before(words, k))

    def goes_on(self, last: int) -> bool:
        """Whether a word with a capital follows that is neither what places have (*police*) nor a day or a title."""
        words = self.words
        if last >= len(words.word) or not words.joined[last] or not words.capital[last] or not blank_before(words, last):
            return False
        return not self.classes(last) & (CALENDAR | BEHIND_CUE | PERSON_CUE)

    def before_title(self, last: int) -> bool:
        """Whether an ordinary word follows whose capital only a longer name can give it: *Peking University*.

        Where most words have a capital, as in headlines and in German, it proves nothing.
        """
        if not self.goes_on(last) or last in self.named or not self.classes(last) & WORD or self._capitals_abound:
            return False
        words = self.words
        beside = [k for k in range(max(0, last - BESIDE), min(len(words.word), last + BESIDE)) if words.ends[k] - words.starts[k] > SHORT]
        return any(not words.capital[k] for k in beside)

    @cached_property
    def _capitals_abound(self) -> bool:
        """Whether so many ordinary words have a capital that nouns have one, or the text is set as a headline."""
        plain = (self.words.scanned.flags & CAPITAL > 0) & (self.facts[self.words.scanned.word] & ORDINARY > 0)
        inside = sum(not self.words.starts_sentence(i) for i in np.flatnonzero(plain).tolist())
        return inside > max(FEWEST, ABOUND * len(plain))

    def is_of_a_club(self, first: int) -> bool:
        """Whether a word stands before that makes a club's name with that of its town: *Club Brugge*, *FC Kobenhavn*."""
        words = self.words
        if not self._may_follow(first) or not self.classes(first - 1) & CLUB_CUE or not blank_before(words, first):
            return False
        before, begins = words.piece(first - 1, first), words.starts_sentence(first - 1)
        if (len(before) <= SHORT and not before.isupper()) or (begins and self.is_word(first - 1)):
            # If Kabul falls; Standard Kabul fare.
            return False
        return not words.piece(first, first + 1).isupper()

    @cached_property
    def is_of_sport(self) -> bool:
        """Whether the text tells of a match or a league."""
        words = self.words
        said = {words.folded[i] for i in words.scanned.first.tolist() if self.classes(i) & SPORT_CUE}
        return len(said) >= LEAST_SPORT

    def unknown(self, i: int) -> bool:
        """Whether a word is none that is known."""
        bits = self.classes(i)
        return not bits & (WORD | CALENDAR | REGION) and (not bits & NAME or bool(bits & GEO))


def blank_before(words: Words, i: int) -> bool:
    """Whether one blank stands before a word."""
    return words.text[words.ends[i - 1] : words.starts[i]] == " "
