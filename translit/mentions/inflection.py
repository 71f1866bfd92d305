"""Inflected names: endings of cases and words written together with a name, cut off where the stem is listed.

The endings are those of ``lexicons/endings.tsv``. A word is only taken for an inflected name where it is listed as nothing
itself, is no known word, and its stem is a listed spelling. What is written is the canonical spelling: the case ending of
another script, or one that changes the stem, is left out, since no Latin spelling can bear it; an ending that is only added
to a Latin stem is kept, and so is a word written before the name (Arabic *wa-*, *bi-*). The mention's reasons tell the ending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from itertools import product
from operator import or_
from typing import NamedTuple

import numpy as np
import regex

from translit import limits
from translit.matching.exact import LISTED, resolve
from translit.matching.tiers import Tiers
from translit.mentions.endings import BARE_GENITIVES, is_listed_with
from translit.mentions.evidence import Context, Need
from translit.mentions.inflections import Endings, cut, shipped_endings
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.vocabulary import CALENDAR, NAME, WEAK, WORD
from translit.mentions.words import Words, plainly_folded
from translit.model import PLACE
from translit.unicode.fold import fold_token
from translit.unicode.hashes import token_hashes
from translit.unicode.scripts import script_of
from translit.unicode.skeleton import STYLED_LETTER, unmask

LEAST_STEM = {"Latn": 5, "Cyrl": 3, "Arab": 4, "Hebr": 4, "Grek": 4, "Hang": 2}
"""Fewest letters of a stem, by script; other scripts have no endings."""
KEPT = frozenset({"Latn", "Hang"})
"""Scripts whose endings are kept where they are only added; Korean writes them behind Latin letters, too."""
MOST_WORDS = 3
"""Most words of an inflected name."""
MOST_STEMS = 64
"""Most ways to cut the endings off a name of several words."""
LEAST_ENGLISH = 3
"""How many small words of English a text must have to be taken for English."""
LEAST_WORDS = 2
"""How many small words of a language a text in Latin letters must have, before that language's endings are tried."""
_ELISION = regex.compile(r"(?<!\p{L})(\p{L}{1,4})['’ʼ](?=\p{Lu})")
_OTHERS = r"[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Coptic}\p{Lisu}01]"
_MIXED = regex.compile(rf"{_OTHERS}(?:(?=\p{{Latin}})|(?<=\p{{Latin}}.))|{STYLED_LETTER}")


class Stem(NamedTuple):
    """A way to cut the endings off words: the folded stems joined, what was cut off, and how many letters are kept.

    Those before the first word (``lead``), and those behind the last (``kept``). ``local`` endings say that a place is meant.
    """

    form: str
    ending: str
    lead: int
    kept: int = 0
    masked: bool = False
    local: bool = False


@dataclass(frozen=True)
class Cuts:
    """The words of a text that may be inflected or disguised names.

    Args:
        words: of the text.
        ways: word → the ways to cut it.
        sure: the words that are disguised, or stand behind an elided one.
        taken: word → the listed name that it is of.
    """

    words: Words
    ways: Mapping[int, tuple[Stem, ...]]
    sure: Set[int] = frozenset()
    taken: Mapping[int, Place] = field(default_factory=dict)


class Inflected:
    """Proposes inflected names that the lexicon lists without the ending, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index
        self._values: Memory[str, int] = Memory()

    def add(self, contexts: Sequence[Context], places: list[list[Place]]) -> None:
        """Add what stands on words that are not taken; every distinct stem of all texts is looked up once.

        Listed names with a bare *s* behind them are taken away where the text is English, which writes an apostrophe before it.
        """
        for context, taken in zip(contexts, places, strict=True):
            if any(_has_bare_genitive(context.words, place) for place in taken) and _is_english(context.words):
                taken[:] = [place for place in taken if not _has_bare_genitive(context.words, place)]
        cuts = [_cuts_of(context.words, taken) for context, taken in zip(contexts, places, strict=True)]
        self._learn(cuts)
        found: list[tuple[int, int, int, list[Stem]]] = []
        for number, (context, own) in enumerate(zip(contexts, cuts, strict=True)):
            if own.ways:
                found += [(number, *window) for window in self._windows(context, own)]
        asked = list(dict.fromkeys(stem.form for *_, stems in found for stem in stems))
        forms = dict(zip(asked, self.index.find_forms(asked).tolist(), strict=True)) if asked else {}
        used: set[tuple[int, int]] = set()
        for number, first, last, stems in found:
            if any((number, k) in used for k in range(first, last)):
                continue
            place = self._meant(contexts[number].words, first, last, [(stem, forms[stem.form]) for stem in stems])
            if place is not None:
                # A longer name stands for the shorter ones inside it: Schleswig in Schleswig-Holsteinu.
                places[number] = [other for other in places[number] if other.last <= first or other.first >= last] + [place]
                used.update((number, k) for k in range(first, last))
        for taken in places:
            taken.sort(key=lambda place: place.first)

    def _learn(self, cuts: Sequence[Cuts]) -> None:
        """Look up what windows may begin with: most stems begin no listed name."""
        known = self._values.known
        distinct = {id(ways): ways for own in cuts for ways in own.ways.values()}
        new = list({stem.form for ways in distinct.values() for stem in ways if stem.form not in known})
        if new:
            self._values.keep_all(new, self.index.windows.find(token_hashes(new)).tolist())

    def _starts(self, cuts: Cuts) -> Iterator[tuple[int, int]]:
        """Where a window with some of the words may begin, and what the table of windows says of the first, cut or not.

        See :class:`~translit.unicode.hashes.WindowTable`.
        """
        scanned = cuts.words.scanned
        values = self.index.windows.find(scanned.hash)[scanned.word]
        told = {id(ways): reduce(or_, (self._value(stem.form) for stem in ways)) for ways in cuts.ways.values()}
        places = np.array(list(cuts.ways))
        values[places] |= np.array([told[id(ways)] for ways in cuts.ways.values()], dtype=values.dtype)
        near = np.zeros(len(values), dtype=np.bool_)
        for back in range(MOST_WORDS):
            near[np.maximum(places - back, 0)] = True
        starts = np.flatnonzero(near & (values > 0))
        return zip(starts.tolist(), values[starts].tolist(), strict=True)

    def _windows(self, context: Context, cuts: Cuts) -> Iterator[tuple[int, int, list[Stem]]]:
        """Words that may be an inflected or disguised name, the longest windows first, with the ways to cut it."""
        words = context.words
        for i, value in self._starts(cuts):
            most = min(MOST_WORDS, len(words.word) - i) if value & 1 else 1
            for count in range(most, 0, -1):
                window = range(i, i + count)
                if any(not (words.capital[k] or k in cuts.sure) or (k > i and not words.joined[k]) for k in window):
                    continue
                if any(k in cuts.taken and not _is_inside(cuts.taken[k], window) for k in window):
                    continue
                if count == 1 and (value < 2 or i not in cuts.ways or (i not in cuts.sure and _plain(context, i))):
                    continue
                stems = list(_joined([cuts.ways.get(k, ()) for k in window], [words.folded[k] for k in window]))
                if stems:
                    yield i, i + count, stems

    def _value(self, word: str) -> int:
        """What the table of windows says of a folded word."""
        value = self._values.known.get(word)
        return int(self.index.windows.find(token_hashes([word]))[0]) if value is None else value

    def _meant(self, words: Words, first: int, last: int, stems: Sequence[tuple[Stem, int]]) -> Place | None:
        """The place of the first stem that means one entity."""
        for stem, form in stems:
            if form < 0:
                continue
            found = resolve(self.index, self.index.postings(form), self.tiers.types, self.tiers.target)
            if found is None or found.state != "one" or self.tiers.rulings.bars(stem.form):
                continue
            answer = self.tiers.exact(found, LISTED, stem.form)
            sure = last - first > 1 or stem.lead or not stem.ending or script_of(stem.form) != "Latn"
            sure |= stem.local and self.index.kind(answer.entity) == PLACE
            need = Need.NOTHING if sure else Need.CUE
            raw = words.tokens[last - 1].text
            ending = raw[len(raw) - stem.kept :]
            if ending and ending.isascii() and len(answer.canonical.rsplit(" ", 1)[-1]) < LEAST_STEM["Latn"]:
                # It would not be read as the same again.
                continue
            if is_listed_with(self.index, answer.canonical, ending):
                ending = ""
            return Place(
                first,
                last,
                answer,
                ending,
                need,
                cut="" if ending or stem.lead else stem.ending,
                lead=stem.lead,
            )
        return None


def _has_bare_genitive(words: Words, place: Place) -> bool:
    """Whether another spelling than the canonical one has a bare *s* behind it: *Islamabadas*, where *Islamabada* is listed."""
    answer = place.answer
    if answer is None or answer.decided or place.ending not in BARE_GENITIVES:
        return False
    return words.piece(place.first, place.last)[:-1].lower() != answer.canonical.lower()


def _is_english(words: Words) -> bool:
    return len(shipped_endings().english.intersection(words.text.split())) >= LEAST_ENGLISH


def _is_inside(place: Place, window: range) -> bool:
    """Whether a place has some of the words of a window, and only such."""
    return window.start <= place.first and place.last <= window.stop and place.last - place.first < len(window)


def _plain(context: Context, i: int) -> bool:
    """Whether a word that stands alone is known as something else; with a capital inside a sentence it is taken for a name."""
    word, bits = context.words.folded[i], context.classes(i)
    cased = word.upper() != word
    known = bits & (CALENDAR | NAME) or (
        bits & (WORD | WEAK) and (not cased or script_of(word) == "Latn" or context.words.starts_sentence(i))
    )
    return bool(known) or len(word) < LEAST_STEM.get(script_of(word), 0)


def _cuts_of(words: Words, places: Sequence[Place]) -> Cuts:
    """The words of a text that may be inflected or disguised and are not taken for listed names."""
    ways = _disguised(words)
    sure = frozenset(ways)
    inflected = _inflected(words)
    if not inflected and not ways:
        return Cuts(words, ways)
    taken = {k: place for place in places for k in range(place.first, place.last)}
    ways |= {i: found for i, found in inflected.items() if i not in ways and i not in taken}
    return Cuts(words, ways, sure, taken)


def _disguised(words: Words) -> dict[int, tuple[Stem, ...]]:
    """The plain words behind those that mix look-alike letters or digits, and the names behind a small word and an apostrophe."""
    numbers = words.signed
    met = {n: read for n, raw in zip(numbers.tolist(), words.spellings(numbers), strict=True) if any(read := _read(raw))}
    if not met:
        return {}
    out: dict[int, tuple[Stem, ...]] = {}
    for i in words.standing(met):
        masked, ways = met[words.word[i]]
        if masked and _mixes(words, i):
            # Its folded form is the plain one already.
            ways = (Stem(words.folded[i], "", 0, masked=True),)
        if ways:
            out[i] = ways
    return out


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _read(raw: str) -> tuple[bool, tuple[Stem, ...]]:
    """Whether a word is another in disguise; and the name in it behind a small word and an apostrophe: *l’Afghanistan*."""
    found = _ELISION.match(raw)
    if found is None or fold_token(found[1]) not in shipped_endings().elided:
        return _is_disguised(raw), ()
    return _is_disguised(raw), (Stem(fold_token(raw[found.end() :]), found[0], found.end()),)


def _mixes(words: Words, i: int) -> bool:
    """Whether look-alike letters or digits of a word stand right beside Latin ones."""
    end = words.starts[i + 1] if i + 1 < len(words.starts) else len(words.text)
    # The letter behind it may be another word's.
    found = _MIXED.search(words.text, words.starts[i], end + 1)
    return found is not None and found.start() < end


def _is_disguised(word: str) -> bool:
    """Whether a word is a name in disguise, as far as its letters tell; what begins with a small letter is none."""
    plain = unmask(word)
    return plain != word and not plain[0].islower()


def _inflected(words: Words) -> dict[int, tuple[Stem, ...]]:
    """The ways to cut the words that may have an ending of their script and, in Latin letters, of a language that the text has."""
    if words.text.isascii():
        # Each of the languages writes some letter that is none of ASCII.
        return {}
    met = _inflecting(words, _tongues(words, shipped_endings()))
    return {i: met[words.word[i]] for i in words.standing(met)}


def _inflecting(words: Words, tongues: frozenset[str]) -> dict[int, tuple[Stem, ...]]:
    """The ways to cut spellings, by number, in Latin letters those of some languages."""
    numbers = words.capitals
    if not tongues:
        # Words of ASCII letters are Latin.
        numbers = np.intersect1d(numbers, words.signed, assume_unique=True)
    return {n: ways for n, raw in zip(numbers.tolist(), words.spellings(numbers), strict=True) if (ways := _cuts(raw, tongues))}


def may_be_another(words: Words) -> list[int]:
    """The words that may be others, inflected or in disguise, whatever small words the text has."""
    numbers = words.signed
    met = [n for n, raw in zip(numbers.tolist(), words.spellings(numbers), strict=True) if any(_read(raw))]
    if not words.text.isascii():
        met += _inflecting(words, shipped_endings().languages)
    return words.standing(met)


def _tongues(words: Words, table: Endings) -> frozenset[str]:
    """The languages whose small words a text has."""
    met = table.hashes.intersection(words.scanned.hash.tolist())
    if len(met) < LEAST_WORDS:
        return frozenset()
    present = set(words.text.split())
    return frozenset(lang for lang, small in table.small.items() if len(small & present) >= LEAST_WORDS)


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _cuts(raw: str, tongues: frozenset[str]) -> tuple[Stem, ...]:
    """The ways to cut one word, longest ending first; in Latin letters those of some languages."""
    word = plainly_folded(raw)
    script = script_of(word)
    least = LEAST_STEM.get(script)
    if least is None:
        return ()
    found: dict[str, Stem] = {}
    for row in shipped_endings().on(word, script):
        if script == "Latn" and tongues.isdisjoint(row.langs):
            continue
        stem = cut(word, row)
        if stem is not None and len(stem) >= least:
            lead = len(row.ending) - max(len(row.instead) - 1, 0) if row.use == "proclitic" else 0
            kept = len(row.ending) if script in KEPT and not row.instead else 0
            told = f"-{row.ending} (for -{row.instead})" if row.instead else f"-{row.ending}"
            found.setdefault(stem, Stem(stem, told, lead, kept, local=row.use == "local"))
    return tuple(found.values())


def _joined(cuts: Sequence[tuple[Stem, ...]], folded: Sequence[str]) -> Iterator[Stem]:
    """The ways to cut a name of several words, of which at least one has an ending."""
    choices = [(*ways, Stem(word, "", 0)) for ways, word in zip(cuts, folded, strict=True)]
    size = 1
    for ways in choices:
        size *= len(ways)
    if size > MOST_STEMS:
        return
    for ways in product(*choices):
        if any(stem.ending or stem.masked for stem in ways) and not any(stem.lead for stem in ways[1:]):
            told = " ".join(stem.ending for stem in ways if stem.ending)
            yield Stem(" ".join(stem.form for stem in ways), told, ways[0].lead, ways[-1].kept, local=ways[-1].local)
