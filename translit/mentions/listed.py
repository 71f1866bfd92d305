"""Listed names: the windows of words that the lexicon lists, and the longest at each place; what they need is weighed later."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import regex

from translit.lexicon.fame import Fame
from translit.matching.exact import LISTED, Resolution, resolve
from translit.matching.listings import REJECTED
from translit.matching.tiers import Tiers
from translit.mentions.endings import POSSESSIVES, bears, endings, is_listed_with
from translit.mentions.evidence import Context, Need
from translit.mentions.facts import ENDED
from translit.mentions.memory import Memory
from translit.mentions.places import Place
from translit.mentions.traits import Lore
from translit.mentions.windows import Forms
from translit.mentions.words import Words
from translit.unicode.scan import I64

_PLAIN = regex.compile(r"[A-Za-z\s.-]*[A-Z][A-Za-z\s.-]*")
"""Words that are no others in disguise, of which one has a capital and none an ending behind an apostrophe."""
Span = tuple[int, int, str]
"""The first word of a window, how many it has, and the piece of text that it is."""


class Window(NamedTuple):
    """Words of a text from ``first`` on: the folded form of one of them, of two, and so on."""

    words: Words
    first: int
    folded: Sequence[str]


class Listing(NamedTuple):
    """What a lexicon has: folded text → its form, -1 for one that people only decided on; spelling → the postings that list it."""

    forms: Mapping[str, int]
    spelled: Mapping[str, Sequence[int]]


class Listed:
    """Proposes the listed names of texts, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame, forms: Forms, lore: Lore) -> None:
        self.tiers, self.fame, self.forms, self.lore = tiers, fame, forms, lore
        self.index = tiers.index
        self._remembered: Memory[str, Place | None] = Memory()

    def places_many(self, contexts: Sequence[Context]) -> list[list[Place]]:
        """The longest listed name at each place of each text, from the left, without overlap, each with its traits.

        Args:
            contexts: the texts, scanned for ``forms``.
        """
        spans = [self._spans(context.words, context.facts) for context in contexts]
        known = self._remembered.known
        new = self._learn(contexts, spans, known)
        return [self._places(own, known, new) for own in spans]

    def _spans(self, words: Words, facts: I64) -> list[Span]:
        """The longest window that begins at each word and may be listed, with an ending or without."""
        hit = words.scanned.hit
        # Of the windows at one word the longest comes last.
        reach = dict(zip(hit[:, 0].tolist(), hit[:, 1].tolist(), strict=True))
        count = len(reach)
        for i, k in words.scanned.open.tolist():
            if endings(words.piece(k, k + 1)):
                reach[i] = max(k - i + 1, reach.get(i, 0))
        ended = facts & ENDED > 0
        if ended.any():
            for i in np.flatnonzero(ended[words.scanned.word]).tolist():
                reach.setdefault(i, 1)
        windows = reach.items() if len(reach) == count else sorted(reach.items())
        text, starts, ends = words.text, words.starts, words.ends
        return [(i, size, text[starts[i] : ends[i + size - 1]]) for i, size in windows]

    def _learn(
        self, contexts: Sequence[Context], spans: Sequence[Sequence[Span]], known: Mapping[str, Place | None]
    ) -> dict[str, Place | None]:  # fmt: skip
        """What begins each piece of text that is met first, as if it began the text; remembered."""
        met: dict[str, tuple[Context, int, int]] = {}
        for context, own in zip(contexts, spans, strict=True):
            for i, count, piece in own:
                if piece not in known and piece not in met:
                    met[piece] = context, i, count
        if not met:
            return {}
        found: dict[str, Place | None] = self._plain(met)
        new = {
            piece: Window(context.words, i, context.words.joined_folds(i, count))
            for piece, (context, i, count) in met.items()
            if piece not in found
        }
        listing = self._listing(new.values())
        for piece, window in new.items():
            place = self._longest_at(window, listing)
            found[piece] = None if place is None else place.moved(-window.first)
        found = self._with_traits(found, met)
        self._remembered.keep_all(list(found), list(found.values()))
        return found

    def _with_traits(
        self, found: Mapping[str, Place | None], met: Mapping[str, tuple[Context, int, int]]
    ) -> dict[str, Place | None]:  # fmt: skip
        """The places that begin pieces of text, each with its traits."""
        self.lore.learn(place.answer for place in found.values() if place is not None and place.answer is not None)
        out = dict(found)
        for piece, place in found.items():
            if place is not None and place.answer is not None:
                context, i, _ = met[piece]
                out[piece] = place._replace(traits=self.lore.look_up(context, place.moved(i), place.answer))
        return out

    def _plain(self, met: Mapping[str, tuple[Context, int, int]]) -> dict[str, Place | None]:
        """The places of the pieces of text in plain letters that mean one entity as they stand: most do."""
        plain = [piece for piece in met if not piece[0].islower() and _PLAIN.fullmatch(piece) is not None]
        answers = self.tiers.answers_listed([" ".join(piece.split()) for piece in plain])
        return {piece: Place(0, met[piece][2], answer) for piece, answer in zip(plain, answers, strict=True) if answer is not None}

    def _listing(self, windows: Collection[Window]) -> Listing:
        """What the lexicon lists of windows and of those that begin with the same words, with endings and without."""
        wanted: dict[str, None] = {}
        for words, i, folded in windows:
            for count, text in enumerate(folded, 1):
                wanted[text] = None
                for _, stem, _ in endings(words.piece(i + count - 1, i + count)):
                    wanted[words.joined_stem(i, count, stem)] = None
        texts, decided = list(wanted), self.tiers.rulings.folded
        found = zip(texts, self.index.find_forms(texts).tolist(), strict=True)
        forms = {text: form for text, form in found if form >= 0 or text in decided}
        spellings = list(
            dict.fromkeys(
                words.spelled(i, i + count) for words, i, folded in windows for count, text in enumerate(folded, 1) if text in forms
            )
        )
        return Listing(forms, dict(zip(spellings, self.index.listed_many(spellings), strict=True)))

    @staticmethod
    def _places(spans: Sequence[Span], known: Mapping[str, Place | None], new: Mapping[str, Place | None]) -> list[Place]:
        """The places that begin the spans of one text, by what is known of its pieces."""
        places: list[Place] = []
        end = 0
        for i, _, piece in spans:
            place = known.get(piece) or new.get(piece)
            if place is not None and i >= end:
                places.append(place.moved(i))
                end = i + place.last
        return places

    def _longest_at(self, window: Window, listing: Listing) -> Place | None:
        for count in range(len(window.folded), 0, -1):
            form = listing.forms.get(window.folded[count - 1])
            if form is not None and not self._rather_ending(window, count, listing):
                place = self._resolved(window, count, form, listing)
                if place is not None:
                    # A longer name with an ending goes before one that its first words are: Ar Raqqah's.
                    return self._with_ending(window, listing, count + 1) or place
        return self._with_ending(window, listing)

    def _rather_ending(self, window: Window, count: int, listing: Listing) -> bool:
        """Whether the last word is a listed name with an ending behind an apostrophe, though it folds like a listed one whole.

        *Hazara's* is no *Hazaras*, nor *Ford's* the town of Fords, unless the lexicon lists it with the apostrophe.
        """
        words, i, _ = window
        last = words.piece(i + count - 1, i + count)
        if last.isalpha():
            return False
        if not last.endswith(POSSESSIVES) and not any(words.joined_stem(i, count, stem) in listing.forms for _, stem, _ in endings(last)):
            return False
        return not len(self.index.listed(words.piece(i, i + count)))

    def _resolved(self, window: Window, count: int, form: int, listing: Listing) -> Place | None:
        words, i, _ = window
        if not any(words.capital[i : i + count]):
            return None
        raw, folded = words.spelled(i, i + count), window.folded[count - 1]
        decided = self.tiers.decided(raw)
        if decided is not None:
            return Place(i, i + count, decided)
        found, exactly = self.tiers.listed(raw, form, listing.spelled[raw])
        if found is None or (found.state == "known" and found.rivals):
            return None
        if found.state != "one":
            return self._left_alone(i, i + count, found, form)
        answer = self.tiers.exact(found, self.tiers.sure(exactly), folded)
        if count > 1 and _begins_small(raw, answer.canonical):
            return Place(i, i + count, None, why="evidence", passed=(answer.entity,))
        if exactly or self.tiers.folded_is_sure:
            sure = answer.confidence >= self.tiers.precision
            return Place(i, i + count, answer) if sure else Place(i, i + count, None, why="unsure", passed=found.rivals)
        # With other marks than listed it may be another name: a famous entity is meant anyhow, others want a cue or an anchor.
        if max(found.share, self.tiers.alike(found)) < self.tiers.precision:
            return Place(i, i + count, None, why="unsure", passed=found.rivals)
        return Place(i, i + count, answer, need=Need.NOTHING if self.fame.of(found.entity) else Need.CUE)

    def _left_alone(self, first: int, last: int, found: Resolution, form: int, ending: str = "") -> Place:
        """A place of a listed spelling that means nothing to be written."""
        if found is REJECTED:
            return Place(first, last, None, ending, why="rejected")
        bearers = found.rivals or tuple(sorted({int(self.index.posting_entity[p]) for p in self.index.postings(form)}))
        return Place(first, last, None, ending, why="several" if found.state == "one" else found.state, passed=bearers)

    def _with_ending(self, window: Window, listing: Listing, least: int = 1) -> Place | None:
        """A listed name of so many words or more with an ending on its last word: *Panjsjir's*, *Achmad Massuds*."""
        words, i, folded = window
        for count in range(len(folded), least - 1, -1):
            if not any(words.capital[i : i + count]):
                return None
            for _, stem, ending in endings(words.piece(i + count - 1, i + count)):
                form = listing.forms.get(words.joined_stem(i, count, stem))
                if form is None:
                    continue
                bare = words.text[words.starts[i] : words.ends[i + count - 1] - len(ending)]
                decided = self.tiers.decided(bare)
                if decided is not None:
                    return Place(i, i + count, decided, ending)
                if self.tiers.rulings.bars(bare):
                    found = self.tiers.listed(bare, form)[0]
                else:
                    found = resolve(self.index, self.index.postings(form), self.tiers.types, self.tiers.target) if form >= 0 else None
                if found is None or (found.state == "known" and found.rivals):
                    continue
                if found.state != "one":
                    return self._left_alone(i, i + count, found, form, ending)
                answer = self.tiers.exact(found, LISTED, self.index.forms[form])
                if not bears(answer.canonical, ending) or (ending.isalpha() and answer.canonical.count(" ") >= count):
                    # Written out it would not be read as the same again: Bedoks, Bedok New Towns.
                    continue
                kept = "" if is_listed_with(self.index, answer.canonical, ending) else ending
                return Place(i, i + count, answer, kept)
        return None


def _begins_small(raw: str, canonical: str) -> bool:
    """Whether a name begins with a small letter though its canonical spelling begins with the same word and a capital."""
    word, own = raw.split(" ", 1)[0], canonical.split(" ", 1)[0]
    return word != own and word == own.lower()
