"""Listed names: the windows of words that the lexicon lists, and the longest at each place; what they need is weighed later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from translit.matching.exact import Resolution, resolve
from translit.matching.tiers import REJECTED, Tiers
from translit.mentions.endings import endings
from translit.mentions.evidence import Need
from translit.mentions.fame import Fame
from translit.mentions.places import Place
from translit.mentions.words import Words


class Windows(NamedTuple):
    """What the lexicon lists of some texts: folded window → form, and by first word how many words the longest form has."""

    forms: dict[str, int]
    longest: dict[str, int]


class Listed:
    """Proposes the listed names of texts, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, fame: Fame) -> None:
        self.tiers, self.fame = tiers, fame
        self.index = tiers.index

    def windows(self, documents: Sequence[Words], distinct: list[str]) -> Windows:
        """The windows of all texts that the lexicon lists; looked up once each."""
        longest = dict(zip(distinct, self.index.longest_from(distinct).tolist(), strict=True))
        decided = self.tiers.rulings
        longest.update((word, max(count, longest[word])) for word, count in decided.words.items() if word in longest)
        wanted: dict[str, None] = {word: None for word, count in longest.items() if count}
        for words in documents:
            for i, word in enumerate(words.folded):
                for _, stem, _ in endings(words.tokens[i].text):
                    wanted[stem] = None
                most = longest.get(word, 0)
                if most < 2:
                    continue
                capital = words.capital[i]
                for count in range(2, self._reach(words, i, most) + 1):
                    capital = capital or words.capital[i + count - 1]
                    if not capital:
                        continue
                    wanted[words.joined_fold(i, count)] = None
                    for _, stem, _ in endings(words.tokens[i + count - 1].text):
                        wanted[words.joined_stem(i, count, stem)] = None
        windows = list(wanted)
        forms = self.index.find_forms(windows).tolist()
        listed = {window: form for window, form in zip(windows, forms, strict=True) if form >= 0 or window in decided.folded}
        return Windows(listed, longest)

    @staticmethod
    def _reach(words: Words, i: int, most: int) -> int:
        count = min(most, len(words.folded) - i)
        for k in range(1, count):
            if not words.joined[i + k] or not words.folded[i + k]:
                return k
        return count

    def places(self, words: Words, known: Windows) -> list[Place]:
        """The longest listed name at each place of one text, from the left, without overlap."""
        places: list[Place] = []
        i, n = 0, len(words.folded)
        longest = known.longest
        while i < n:
            # Most words begin no listed name, and carry no ending that could hide one; a small word alone is no name either.
            most = longest.get(words.folded[i], 0)
            starts = most > 1 or (words.capital[i] and (most or endings(words.tokens[i].text)))
            place = self._longest_at(words, i, known) if starts else None
            if place is None:
                i += 1
                continue
            places.append(place)
            i = place.last
        return places

    def _longest_at(self, words: Words, i: int, known: Windows) -> Place | None:
        for count in range(self._reach(words, i, known.longest.get(words.folded[i], 0)), 0, -1):
            form = known.forms.get(words.joined_fold(i, count))
            if form is not None and not self._rather_ending(words, i, count, known):
                place = self._resolved(words, i, count, form)
                if place is not None:
                    return place
        return self._with_ending(words, i, known)

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

    def _with_ending(self, words: Words, i: int, known: Windows) -> Place | None:
        """A listed name with an ending on its last word: *Panjsjir's*, *Achmad Massuds*."""
        for count in range(self._reach(words, i, known.longest.get(words.folded[i]) or 1), 0, -1):
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
