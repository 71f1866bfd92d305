"""Trails: what was changed in a text and why; applied again, undone, and explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from translit import limits
from translit.errors import TrailError
from translit.model import Candidate, Match, Mention
from translit.rules.keys import Level, reading_words
from translit.unicode.scripts import ABJADS, has_han, script_of
from translit.unicode.tokens import fold

if TYPE_CHECKING:
    from translit.lexicon.index import Index
    from translit.matching.answers import Answer
    from translit.matching.exact import Resolution
    from translit.matching.tiers import Tiers


def apply(text: str, mentions: Sequence[Mention]) -> str:
    """Write each mention's replacement in its place.

    Args:
        text: the text that the mentions were found in.
        mentions: left to right, without overlap.

    Raises:
        TrailError: the mentions are not this text's.

    >>> from translit.model import Mention
    >>> apply("in Panjsjir", [Mention("Panjsjir", "1", "Panjshir", "place", "exact", 0.99, (), 3, 11, "Panjshir")])
    'in Panjshir'
    """
    return _spliced(text, [(m.start, m.end, m.input, m.replacement) for m in mentions])


def undo(text: str, mentions: Sequence[Mention]) -> str:
    """Give back the text that :func:`apply` changed.

    Args:
        text: what :func:`apply` made.
        mentions: those that were applied; their offsets are of the text before.

    Raises:
        TrailError: the mentions are not this text's.

    >>> from translit.model import Mention
    >>> undo("in Panjshir", [Mention("Panjsjir", "1", "Panjshir", "place", "exact", 0.99, (), 3, 11, "Panjshir")])
    'in Panjsjir'
    """
    grown = 0
    steps = []
    for mention in mentions:
        start = mention.start + grown
        steps.append((start, start + len(mention.replacement), mention.replacement, mention.input))
        grown += len(mention.replacement) - len(mention.input)
    return _spliced(text, steps)


def _spliced(text: str, steps: Iterable[tuple[int, int, str, str]]) -> str:
    """The text with the other word for each word: (start, end, word, other), left to right."""
    out: list[str] = []
    at = 0
    for start, end, word, other in steps:
        if start < at or end > len(text) or text[start:end] != word:
            raise TrailError(f"no '{word}' at {start}: the trail belongs to another text")
        out += (text[at:start], other)
        at = end
    out.append(text[at:])
    return "".join(out)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a name is answered as it is.

    Args:
        input: the name.
        match: the answer, or None.
        verdict: one sentence that says what was decided and why.
        readings: (languages, reading in broad IPA), the most usual first.
        keys: the keys that readings fold to.
        candidates: the entities considered, best first, with their reasons.
        alignment: for the best candidate: (letters of the name, letters of the form, cost in nats).
    """

    input: str
    match: Match | None
    verdict: str
    readings: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    alignment: tuple[tuple[str, str, float], ...]

    def __str__(self) -> str:
        lines = [f"{self.input}  →  {self.match.canonical if self.match else '(no answer)'}", f"  {self.verdict}"]
        if self.readings:
            lines.append("  readings")
            lines += [f"    {reading:<24} {langs}" for langs, reading in self.readings]
            lines.append(f"    keys: {' '.join(self.keys)}" if self.keys else "    no keys: too long")
        if self.candidates:
            lines.append("  candidates")
            for c in self.candidates:
                lines.append(f"    {c.confidence:.3f}  {c.canonical}  ({c.kind}, {c.id}; {c.method}, by '{c.form}')")
                lines += [f"           {reason}" for reason in c.reasons]
        if self.alignment:
            lines.append("  alignment of the first, with the cost of each step in nats")
            told = [f"{_shown(a)}→{_shown(b)} {cost:.2f}" for a, b, cost in self.alignment if cost >= 0.005 or a != b]
            lines.append("    " + ("  ".join(told) or "the same letters"))
        return "\n".join(lines)


def _shown(letters: str) -> str:
    return letters.replace(" ", "␣") or "∅"


@dataclass(frozen=True, slots=True)
class Review:
    """What a name may mean, for a person to decide.

    Args:
        input: the name.
        match: the answer, or None.
        verdict: one sentence that says what was decided and why.
        candidates: the entities considered, best first; their confidences are shares of one.
    """

    input: str
    match: Match | None
    verdict: str
    candidates: tuple[Candidate, ...]


def review_many(tiers: Tiers, names: Sequence[str], most: int, least: float | None) -> list[Review]:
    """What each name may mean: the answer with the entities that are near, up to some number."""
    answers = tiers.answer_many(names, least)
    return [_review(tiers, name, answer, most, least) for name, answer in zip(names, answers, strict=True)]


def _review(tiers: Tiers, name: str, answer: Answer | None, most: int, least: float | None) -> Review:
    look_up = _look_up(tiers, name)
    match = None if answer is None else tiers.records.match(name, answer)
    # The answer goes before what the other tiers see.
    found = [] if match is None else [replace(match.candidates[0] if match.candidates else _as_candidate(match), reasons=())]
    found += look_up.candidates(tiers, most)
    if len(found) < most and not _is_too_long(name) and tiers.lexicon.rough.spell(name).rom:
        from translit.matching.reasons import ranked

        found += ranked(tiers, name, answer, most)
    distinct = {candidate.id: candidate for candidate in reversed(found)}
    kept = [distinct.pop(c.id) for c in found if c.id in distinct][:most]
    promise = f"precision {tiers.precision:g}" if least is None else f"the confidence {least:g}"
    return Review(name, match, _verdict(tiers, name, answer, look_up, kept, promise), _leaving(kept))


def _as_candidate(match: Match) -> Candidate:
    return Candidate(match.id, match.canonical, match.kind, match.method, match.confidence)


def _leaving(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The candidates, those behind the first with no more confidence than it leaves them together."""
    rest, others = 1 - candidates[0].confidence if candidates else 0.0, sum(c.confidence for c in candidates[1:])
    shrunk = [replace(c, confidence=round(c.confidence * min(1.0, rest / others), 5)) if others else c for c in candidates[1:]]
    return (*candidates[:1], *sorted(shrunk, key=lambda c: -c.confidence))


class _LookUp(NamedTuple):
    """What a lexicon lists under a name."""

    form: int
    folded: str
    listed: Resolution | None
    exactly: bool

    def candidates(self, tiers: Tiers, most: int) -> list[Candidate]:
        """The entities that bear the name."""
        if self.listed is None:
            return []
        index, out = tiers.index, []
        how = _how_listed(index, self.form, self.folded, self.exactly)
        for entity in self.listed.rivals[:most]:
            weight = float(index.entity_weight[entity])
            share = self.listed.share if entity == self.listed.entity else 1 - self.listed.share
            reasons = (how, f"weight {weight:g}" if weight else "no weight")
            canonical, kind = tiers.canonical(entity), index.kind(entity)
            out.append(Candidate(index.ids[entity], canonical, kind, "exact", round(share, 5), self.folded, reasons))
        return out


def _look_up(tiers: Tiers, name: str) -> _LookUp:
    folded = fold(name)
    form = int(tiers.index.find_forms([folded])[0]) if folded else -1
    return _LookUp(form, folded, *(tiers.listed(name, form) if folded else (None, False)))


def explain(tiers: Tiers, name: str) -> Explanation:
    """Explain a name: what the lexicon lists, how it may be read, which entities are near and by what margin."""
    answer = tiers.answer_many([name])[0] or (None if tiers.rulings.bars(name) else tiers.part(fold(name)))
    match = None if answer is None else tiers.records.match(name, answer)
    look_up = _look_up(tiers, name)
    candidates, alignment = look_up.candidates(tiers, limits.MAX_CANDIDATES_SHOWN), list[tuple[str, str, float]]()
    if look_up.listed is None and not _is_too_long(name) and tiers.lexicon.rough.spell(name).rom:
        from translit.matching.reasons import compared

        candidates, alignment = compared(tiers, name, answer)
    readings, keys = _readings(tiers, name)
    verdict = _verdict(tiers, name, answer, look_up, candidates, f"precision {tiers.precision:g}")
    return Explanation(name, match, verdict, readings, keys, tuple(candidates), tuple(alignment))


def _is_too_long(name: str) -> bool:
    return len(name) > limits.MAX_NAME_CODEPOINTS


def _how_listed(index: Index, form: int, folded: str, exactly: bool) -> str:
    if exactly:
        return "the lexicon lists this spelling"
    tag = index.reading(form) if form >= 0 else ""
    return f"a dictionary reads a listed name so in the language '{tag}'" if tag else f"the lexicon lists it, folded: {folded}"


def _readings(tiers: Tiers, name: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    # A longer name is not matched, and each word of one goes through all that was read before it.
    if _is_too_long(name):
        return (), ()
    level: Level = "skeleton" if script_of(name) in ABJADS else "tight"
    keys = tiers.lexicon.keys.keys(name, level, tiers.conventions)
    if has_han(name):
        return tuple(_han_readings(tiers, name)), keys
    found: list[tuple[str, str]] = []
    own = tiers.lexicon.own_languages
    for word in reading_words(name)[: limits.MAX_NAME_TOKENS]:
        readings = tiers.lexicon.keys.romanizer.readings(word, tiers.conventions)
        # Those of a lexicon's own rules are what its maker looks for.
        shown = sorted(readings, key=lambda reading: own.isdisjoint(reading.langs))[: limits.MAX_CANDIDATES_SHOWN]
        found += [(" ".join(reading.langs), reading.text) for reading in shown]
    return tuple(found), keys


def _han_readings(tiers: Tiers, name: str) -> list[tuple[str, str]]:
    """How a name in Han characters is read, with the language and what tells the reading."""
    from translit.matching.rough import MANDARIN

    read = [] if tiers.reader is None else tiers.reader.read(name)
    if tiers.reader is None or not read:
        return [(f"{MANDARIN}, character by character; no language is said", tiers.lexicon.rough.spell(name).rom)]
    return [(f"{tiers.reader.language}, by {tiers.reader.source}", reading) for reading in read]


def _verdict(tiers: Tiers, name: str, answer: Answer | None, look_up: _LookUp, candidates: Sequence[Candidate], promise: str) -> str:
    listed, exactly = look_up.listed, look_up.exactly
    if answer is not None:
        if answer.decided:
            return f"decided by a person: written '{answer.canonical}'"
        if answer.part:
            return f"a part of persons' names, written '{answer.canonical}' by those who bear it"
        if answer.method == "exact":
            return f"exact: a listed spelling; confidence {answer.confidence:.4f}"
        if answer.shape == "bare":
            return f"{answer.method}: the letters of a listed spelling without its marks; confidence {answer.confidence:.4f}"
        if answer.shape == "qualified":
            return f"{answer.method}: the name of a place in the country behind it; confidence {answer.confidence:.4f}"
        if answer.shape == "entered":
            return f"{answer.method}: a listed person's name, as registers enter it; confidence {answer.confidence:.4f}"
        if answer.shape == "numbered":
            return f"{answer.method}: the name of a place beside a postal code; confidence {answer.confidence:.4f}"
        return f"{answer.method}: near one entity and clearly nearer than to any other; confidence {answer.confidence:.4f}"
    if tiers.rulings.bars(name):
        return "abstains: rejected by a decision"
    if tiers.is_nothing(name):
        return "abstains: what programs write where there is no value"
    if listed is not None:
        if listed.state == "protected":
            return "abstains: a protected phrase, never changed"
        if listed.state == "known":
            return "abstains: listed only as a type of variant that is not rewritten here"
        if listed.state == "one" and not exactly:
            return f"abstains: listed with other marks only, which is not sure enough for {promise}"
        return f"abstains: {len(listed.rivals)} entities bear this spelling and none outweighs the others at {promise}"
    if _is_too_long(name):
        return f"abstains: longer than {limits.MAX_NAME_CODEPOINTS} code points, which no name is"
    if not candidates:
        return "abstains: no listed spelling is near"
    return f"abstains: the nearest entity, {candidates[0].canonical}, is not sure enough for {promise}"
