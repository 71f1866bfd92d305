"""Writing: places become mentions, with the spelling that is put in their stead, and abstentions with their reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from translit import limits
from translit.matching.tiers import PART, Tiers
from translit.mentions.casing import wear
from translit.mentions.places import Place
from translit.mentions.survey import Abstention
from translit.mentions.words import Words
from translit.model import Candidate, Mention
from translit.unicode.tokens import fold, tokens


class Writer:
    """Writes mentions, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index

    def mentions(self, words: Words, places: Sequence[Place]) -> Iterator[Mention]:
        for place in places:
            answer = place.answer
            if answer is None:
                continue
            start, end = words.tokens[place.first].start, words.tokens[place.last - 1].end
            raw = words.text[start:end]
            bare = raw[: len(raw) - len(place.ending)]
            written = (
                bare
                if fold(answer.canonical) == fold(bare) and answer.canonical.lower() == bare.lower()
                else (wear(_unframed(answer.canonical, words.text, start, end), bare))
            )
            match = self.tiers.match(raw, answer)
            if answer.part or answer.entity < 0:
                ident, kind = f"{PART}:{fold(answer.canonical)}", PART
            else:
                ident, kind = match.id, match.kind
            yield Mention(
                raw, ident, answer.canonical, kind, answer.method, answer.confidence, match.candidates, start, end,
                written + place.ending,
            )  # fmt: skip

    def abstentions(self, words: Words, places: Sequence[Place]) -> Iterator[Abstention]:
        """The places left alone where something else than what stands there might have been written."""
        for place in sorted(places, key=lambda place: place.first):
            start, end = words.tokens[place.first].start, words.tokens[place.last - 1].end - len(place.ending)
            raw = words.text[start:end]
            considered = place.passed[: limits.MAX_CANDIDATES_SHOWN]
            if place.why != "rejected" and all(self.tiers.canonical(e).lower() == raw.lower() for e in considered):
                continue
            candidates = [
                Candidate(self.index.ids[e], self.tiers.canonical(e), self.index.kind(e), "fuzzy" if place.why == "far" else "exact", 0.0)
                for e in considered
            ]
            yield Abstention(start, end, raw, place.why, tuple(candidates))


def _unframed(canonical: str, text: str, start: int, end: int) -> str:
    """A canonical spelling without the signs around its words (*Yahoo!*) that stand around the mention already."""
    inside = list(tokens(canonical))
    if inside:
        before, after = canonical[: inside[0].start], canonical[inside[-1].end :]
        if after and text.startswith(after, end):
            canonical = canonical[: -len(after)]
        if before and text.endswith(before, 0, start):
            canonical = canonical[len(before) :]
    return canonical
