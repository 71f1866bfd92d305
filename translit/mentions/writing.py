"""Writing: places become mentions, with the spelling that is put in their stead, and abstentions with their reason."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate

import regex

from translit import limits
from translit.matching.answers import PART, Answer
from translit.matching.tiers import Tiers
from translit.mentions.addresses import addresses
from translit.mentions.casing import wear
from translit.mentions.memory import Memory
from translit.mentions.places import Place, without_answer
from translit.mentions.rereading import Edit
from translit.mentions.survey import Abstention
from translit.mentions.words import Words
from translit.model import Candidate, Mention
from translit.unicode.skeleton import plain_name
from translit.unicode.tokens import fold, spaceless, tokens

SOFT_SIGNS = ("'", "’")
"""What stands for a soft sign at the end of a romanized name, and for the end of a quotation."""
_OPENING = regex.compile(r"(?<!\w)['‘’]")
_BLANKS = regex.compile(r"\s+")


class Writer:
    """Writes mentions, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers = tiers
        self.index = tiers.index
        self._written: Memory[tuple[str, str, str], str] = Memory()

    def edits(self, words: Words, places: Iterable[Place]) -> Iterator[Edit]:
        """What is to be written at each place that is taken for something."""
        text, starts, ends = words.text, words.starts, words.ends
        for place in places:
            answer, traits = place.answer, place.traits
            if answer is None:
                continue
            if traits is not None and traits.written is not None and not text.startswith(SOFT_SIGNS, ends[place.last - 1]):
                yield Edit(starts[place.first], ends[place.last - 1], traits.written)
            else:
                start, end = self._span(words, place, answer)
                yield Edit(start, end, self.written(text, start, end, answer.canonical, place.ending))

    def changes(self, words: Words, places: Iterable[Place]) -> bool:
        """Whether something else is to be written at any of the places."""
        return any(written != words.text[start:end] for start, end, written, _ in self.edits(words, places))

    def mentions(self, words: Words, places: Iterable[Place]) -> Iterator[Mention]:
        """The places that are taken for something, as mentions."""
        for place in places:
            if place.answer is not None:
                start, end = self._span(words, place, place.answer)
                yield self.mention(words.text, start, end, place.answer, place.ending, _reasons(place))

    def _span(self, words: Words, place: Place, answer: Answer) -> tuple[int, int]:
        """Where a mention begins and ends; the apostrophe behind it is a soft sign where the spelling is listed with it: *Kazan'*."""
        start, end = words.starts[place.first] + place.lead, words.ends[place.last - 1]
        if not words.text.startswith(SOFT_SIGNS, end) or place.ending or answer.entity < 0 or _quoted(words.text, start):
            return start, end
        listed = self.index.listed(words.text[start : end + 1])
        return start, end + any(int(self.index.posting_entity[posting]) == answer.entity for posting in listed)

    def mention(self, text: str, start: int, end: int, answer: Answer, ending: str, reasons: tuple[str, ...] = ()) -> Mention:
        """The mention that stands from ``start`` to ``end``, its ``ending`` included."""
        raw = text[start:end]
        match = self.tiers.records.match(raw, answer, reasons)
        if answer.part or answer.entity < 0:
            ident, kind = f"{PART}:{fold(answer.canonical)}", PART
        else:
            ident, kind = match.id, match.kind
        return Mention(
            raw, ident, answer.canonical, kind, answer.method, answer.confidence, match.candidates, start, end,
            self.written(text, start, end, answer.canonical, ending),
        )  # fmt: skip

    def written(self, text: str, start: int, end: int, canonical: str, ending: str = "") -> str:
        """What is written in the stead of a mention: the canonical spelling in its case, with its ending."""
        raw = text[start:end]
        known = self._written.known.get((raw, canonical, ending))
        if known is not None:
            return known
        bare = raw[: len(raw) - len(ending)]
        if canonical.lower() == bare.lower() and fold(canonical) == fold(bare):
            written = raw
        else:
            written = _spaced(wear(_unframed(canonical, text, start, end), plain_name(bare)), bare) + ending
            if _is_written(written, text, start, end):
                return raw
        if not looks_around(raw, canonical):
            self._written.keep((raw, canonical, ending), written)
        return written

    def always(self, raw: str, canonical: str, ending: str) -> str | None:
        """What is written in the stead of a spelling wherever it stands, None where that hangs on what stands around it."""
        return None if looks_around(raw, canonical) else self.written(raw, 0, len(raw), canonical, ending)

    def abstentions(self, words: Words, places: Sequence[Place]) -> Iterator[Abstention]:
        """The places left alone where something else than what stands there might have been written."""
        for place in sorted(places, key=lambda place: place.first):
            start, end = words.starts[place.first], words.ends[place.last - 1] - len(place.ending)
            raw = words.text[start:end]
            considered = place.passed[: limits.MAX_CANDIDATES_SHOWN]
            if place.why != "rejected" and all(self.tiers.canonical(e).lower() == raw.lower() for e in considered):
                continue
            candidates = [
                Candidate(self.index.ids[e], self.tiers.canonical(e), self.index.kind(e), "fuzzy" if place.why == "far" else "exact", 0.0)
                for e in considered
            ]
            yield Abstention(start, end, raw, place.why, tuple(candidates))


def unglued(words: Words, places: list[Place]) -> list[Place]:
    """The places of a text, those left alone whose spelling would run together with what stands beside it.

    In scripts without spaces a name has no blank beside it; in letters of another script it would make one word with Latin
    letters, digits or Katakana there, and with another name that is written in its stead.
    """
    if words.text.isascii():
        return places
    out: list[Place] = []
    end = -1
    for place in places:
        if place.answer is None:
            out.append(place)
            continue
        first, last = words.tokens[place.first], words.tokens[place.last - 1]
        before, after = words.text[first.start - 1 : first.start], words.text[last.end : last.end + 1]
        glued = spaceless(first.text) and (_runs_on(before) or first.start == end)
        glued |= spaceless(last.text) and _runs_on(after)
        if glued and not spaceless(place.answer.canonical):
            out.append(without_answer(place))
        else:
            out.append(place)
            end = last.end
    return out


def outside_addresses(words: Words, places: list[Place]) -> list[Place]:
    """The places of a text, those left alone that stand in an address or a handle."""
    if not places:
        return places
    spans = sorted(addresses(words.text))
    if not spans:
        return places
    starts, ends = [start for start, _ in spans], list(accumulate((end for _, end in spans), max))

    def addressed(place: Place) -> bool:
        before = bisect_right(starts, words.ends[place.last - 1] - 1)
        return before > 0 and ends[before - 1] > words.starts[place.first]

    return [without_answer(place) if addressed(place) else place for place in places]


def _runs_on(char: str) -> bool:
    """Whether a character would make one word with Latin letters beside it."""
    return char.isalnum() and not spaceless(char)


def _quoted(text: str, start: int) -> bool:
    """Whether what stands there may be inside single quotes that were opened in the same line."""
    return _OPENING.search(text, text.rfind("\n", 0, start) + 1, start) is not None


def _reasons(place: Place) -> tuple[str, ...]:
    """What an inflected name had beside its stem."""
    if place.cut:
        return (f"the ending {place.cut} left out, the stem is listed",)
    return ("a word written before the name is kept",) if place.lead else ()


def _spaced(written: str, bare: str) -> str:
    """A spelling with the line breaks and blanks that the text had between its words."""
    gaps = [] if bare.isalpha() else _BLANKS.findall(bare)
    if not gaps or all(gap == " " for gap in gaps):
        return written
    words = _BLANKS.split(written)
    if len(words) != len(gaps) + 1:
        return written
    return "".join(word + gap for word, gap in zip(words, [*gaps, ""], strict=True))


def looks_around(raw: str, canonical: str) -> bool:
    """Whether what stands around a spelling counts for what is written in its stead.

    Signs around a mention do where the canonical spelling has some itself, and all does where the spelling is a part of the canonical.
    """
    return any(frame(canonical)) or (raw != canonical and raw.lower() in canonical.lower())


def _is_written(written: str, text: str, start: int, end: int) -> bool:
    """Whether a text has the spelling to write around the mention already: *Peking (Beijing)*, where *Peking* is written so."""
    raw = text[start:end]
    at = written.find(raw) if raw != written else -1
    while at >= 0:
        if at <= start and text.startswith(written, start - at):
            return True
        at = written.find(raw, at + 1)
    return False


def _unframed(canonical: str, text: str, start: int, end: int) -> str:
    """A canonical spelling without the signs around its words (*Yahoo!*) that stand around the mention already."""
    before, after = frame(canonical)
    if after and text.startswith(after, end):
        canonical = canonical[: -len(after)]
    if before and text.endswith(before, 0, start):
        canonical = canonical[len(before) :]
    return canonical


@lru_cache(maxsize=limits.TOKEN_CACHE)
def frame(canonical: str) -> tuple[str, str]:
    """The signs before and after the words of a spelling.

    >>> frame("Yahoo!"), frame("Kabul")
    (('', '!'), ('', ''))
    """
    ends = canonical[:1] + canonical[-1:]
    if ends.isascii() and ends.isalnum():
        return "", ""
    inside = list(tokens(canonical))
    return (canonical[: inside[0].start], canonical[inside[-1].end :]) if inside else ("", "")
