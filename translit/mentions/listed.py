"""Listed names: the windows of words that the lexicon lists, and the longest at each place; what they need is weighed later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from translit.matching.exact import Resolution, resolve
from translit.matching.tiers import REJECTED, Tiers
from translit.mentions.endings import endings
from translit.mentions.evidence import Need
from translit.mentions.facts import ENDED
from translit.mentions.fame import Fame
from translit.mentions.places import Place
from translit.mentions.windows import Forms
from translit.mentions.words import Words


class Windows(NamedTuple):
    """What the lexicon lists of some texts.

    Args:
        forms: folded window → form, -1 for one that only people decided on.
        most: by text and word, how many words the longest window has that begins there and may be listed, with an ending or
            without; rising.
    """

    forms: dict[str, int]
    most: list[dict[int, int]]


class Listed:
    """Proposes the listed names of texts, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame, forms: Forms) -> None:
        self.tiers, self.fame, self.forms = tiers, fame, forms
        self.index = tiers.index

    def windows(self, documents: Sequence[Words], facts: Sequence[Sequence[int]]) -> Windows:
        """The windows of all texts that the lexicon lists.

        Args:
            documents: the texts, scanned for ``forms``.
            facts: of the distinct words of each, as :meth:`~translit.mentions.facts.Facts.of` gives them.
        """
        listed: dict[str, int] = {}
        wanted: dict[str, None] = {}
        most: list[dict[int, int]] = []
        for words, known in zip(documents, facts, strict=True):
            reach: dict[int, int] = {}
            for i, count, form in words.scanned.hit.tolist():
                window = words.joined_fold(i, count)
                if self.forms.texts[form] == window:
                    listed[window] = self.forms.number(form)
                    reach[i] = max(count, reach.get(i, 0))
            for i, k in words.scanned.open.tolist():
                for _, stem, _ in endings(words.tokens[k].text):
                    wanted[words.joined_stem(i, k - i + 1, stem)] = None
                    reach[i] = max(k - i + 1, reach.get(i, 0))
            for i in words.capitals:
                if known[words.word[i]] & ENDED:
                    wanted.update((stem, None) for _, stem, _ in endings(words.tokens[i].text))
                    reach.setdefault(i, 1)
            most.append(dict(sorted(reach.items())))
        windows = list(wanted)
        decided = self.tiers.rulings.folded
        found = zip(windows, self.index.find_forms(windows).tolist(), strict=True)
        listed.update((window, form) for window, form in found if form >= 0 or window in decided)
        return Windows(listed, most)

    def places(self, words: Words, known: Windows, most: dict[int, int]) -> list[Place]:
        """The longest listed name at each place of one text, from the left, without overlap."""
        places: list[Place] = []
        end = 0
        for i, count in most.items():
            place = self._longest_at(words, i, count, known) if i >= end else None
            if place is not None:
                places.append(place)
                end = place.last
        return places

    def _longest_at(self, words: Words, i: int, most: int, known: Windows) -> Place | None:
        for count in range(most, 0, -1):
            form = known.forms.get(words.joined_fold(i, count))
            if form is not None and not self._rather_ending(words, i, count, known):
                place = self._resolved(words, i, count, form)
                if place is not None:
                    return place
        return self._with_ending(words, i, most, known)

    def _rather_ending(self, words: Words, i: int, count: int, known: Windows) -> bool:
        """Whether the last word is a listed name with an ending behind an apostrophe, though it folds like a listed one whole.

        *Hazara's* is no *Hazaras*, unless the lexicon lists it with the apostrophe.
        """
        last = words.tokens[i + count - 1].text
        if last.isalpha() or not any(words.joined_stem(i, count, stem) in known.forms for _, stem, _ in endings(last)):
            return False
        return not len(self.index.listed(words.text[words.tokens[i].start : words.tokens[i + count - 1].end]))

    def _resolved(self, words: Words, i: int, count: int, form: int) -> Place | None:
        if not any(words.capital[i : i + count]):
            return None
        raw = words.text[words.tokens[i].start : words.tokens[i + count - 1].end]
        decided = self.tiers.decided(raw)
        if decided is not None:
            return Place(i, i + count, decided)
        found, exactly = self.tiers.listed(raw, words.joined_fold(i, count), form)
        if found is None or (found.state == "known" and found.rivals):
            return None
        if found.state != "one":
            return self._left_alone(i, i + count, found, form)
        answer = self.tiers.exact(found, exactly, words.joined_fold(i, count))
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

    def _with_ending(self, words: Words, i: int, most: int, known: Windows) -> Place | None:
        """A listed name with an ending on its last word: *Panjsjir's*, *Achmad Massuds*."""
        for count in range(most, 0, -1):
            if not any(words.capital[i : i + count]):
                return None
            for _, stem, ending in endings(words.tokens[i + count - 1].text):
                form = known.forms.get(words.joined_stem(i, count, stem))
                if form is None:
                    continue
                last = words.tokens[i + count - 1]
                bare = words.text[words.tokens[i].start : last.end - len(ending)]
                decided = self.tiers.decided(bare)
                if decided is not None:
                    return Place(i, i + count, decided, ending)
                if self.tiers.rulings.bars(bare):
                    found = self.tiers.listed(bare, "", form)[0]
                else:
                    found = resolve(self.index, self.index.postings(form), self.tiers.types, self.tiers.target) if form >= 0 else None
                if found is None or (found.state == "known" and found.rivals):
                    continue
                if found.state != "one":
                    return self._left_alone(i, i + count, found, form, ending)
                return Place(i, i + count, self.tiers.exact(found, True, self.index.forms[form]), ending)
        return None
