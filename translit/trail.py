"""Trails: what was changed in a text and why; applied again, undone, and explained."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from translit import limits
from translit.errors import TrailError
from translit.model import Candidate, Match, Mention
from translit.rules.keys import Level, reading_words
from translit.unicode.scripts import ABJADS, has_han, script_of
from translit.unicode.tokens import fold

if TYPE_CHECKING:
    from translit.lexicon.index import Index
    from translit.matching.exact import Resolution
    from translit.matching.tiers import Answer, Tiers


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
            lines.append(f"    keys: {' '.join(self.keys)}")
        if self.candidates:
            lines.append("  candidates")
            for c in self.candidates:
                lines.append(f"    {c.confidence:.3f}  {c.canonical}  ({c.kind}, {c.id}; {c.method}, by '{c.form}')")
                lines += [f"           {reason}" for reason in c.reasons]
        if self.alignment:
            lines.append("  alignment of the first, with the cost of each step in nats")
            told = [f"{a or '∅'}→{b or '∅'} {cost:.2f}" for a, b, cost in self.alignment if cost >= 0.005 or a != b]
            lines.append("    " + "  ".join(told))
        return "\n".join(lines)


def explain(tiers: Tiers, name: str) -> Explanation:
    """Explain a name: what the lexicon lists, how it may be read, which entities are near and by what margin."""
    from translit.matching import align
    from translit.matching.compare import compare
    from translit.matching.fuzzy import seen_by
    from translit.matching.rough import MANDARIN
    from translit.matching.score import COMPARISON, decide

    index, lexicon = tiers.index, tiers.lexicon
    answer = tiers.answer_many([name])[0] or (None if tiers.rulings.bars(name) else tiers.part(fold(name)))
    match = None if answer is None else tiers.match(name, answer)
    folded = fold(name)
    form = int(index.find_forms([folded])[0]) if folded else -1
    listed, exactly = tiers.listed(name, form) if folded else (None, False)
    candidates: list[Candidate] = []
    alignment: list[tuple[str, str, float]] = []
    spelled = lexicon.rough.spell(name)
    if listed is not None:
        how = _how_listed(index, form, folded, exactly)
        for entity in listed.rivals[: limits.MAX_CANDIDATES_SHOWN]:
            weight = float(index.entity_weight[entity])
            share = listed.share if entity == listed.entity else 1 - listed.share
            candidates.append(
                Candidate(
                    index.ids[entity], tiers.canonical(entity), index.kind(entity), "exact", round(share, 5), folded,
                    (how, f"weight {weight:g}" if weight else "no weight"),
                )
            )  # fmt: skip
    elif spelled.rom:
        # As the tier that answers sees it.
        model = lexicon.model if answer is None or answer.method == "fuzzy" else lexicon.shipped
        comparisons, crowd, views = compare(index, lexicon.rough, [lexicon.rough.views(name, reader=tiers.reader)])
        shipped = lexicon.shipped.comparison.scores(comparisons.features)
        comparisons, nearness = seen_by(model, index, comparisons, shipped, views)
        tables = lexicon.rough.tables if model.learnt is None else model.learnt
        decisions = decide(comparisons, nearness, crowd)
        scores = model.decision.scores(decisions.features)
        column = {feature: i for i, feature in enumerate(COMPARISON)}
        strength = nearness - comparisons.handicap
        seen: set[int] = set()
        for row in np.lexsort((comparisons.entity, -strength)).tolist():
            entity = int(comparisons.entity[row])
            if entity in seen or len(seen) == limits.MAX_CANDIDATES_SHOWN:
                continue
            text = index.forms[int(comparisons.form[row])]
            features = comparisons.features[row]
            best = not seen
            confidence = 0.0
            if best and len(scores):
                script = int(decisions.features[0, column["script"]])
                confidence = model.curve(script).confidence(int(scores[0]))
            view = views[int(comparisons.spelled[row])]
            shared = bool(view.text) and tiers.shares_key(view.text, text)
            reasons = [
                f"spelling cost {features[column['cost']] / 100:.2f} nats, {features[column['indel']]:.0%} of the letters alike",
                "a convention reads both alike" if shared else "no convention reads both alike",
            ]
            if tag := index.reading(int(comparisons.form[row])):
                reasons.insert(0, f"'{text}' is how a dictionary reads a listed name in the language '{tag}'")
            if view.text != name:
                reasons.insert(0, f"read{_in(view.read_in)} as '{view.text or view.rom}'")
            elif view.script == "Hani" and index.scripts()[int(index.form_script[comparisons.form[row]])] != "Hani":
                reasons.insert(0, f"read{_in(MANDARIN)}, character by character, as '{view.rom}'")
            if best and len(decisions.name):
                margin = decisions.features[0, len(COMPARISON) + 2] / 1000
                reasons.append(f"ahead of the next entity by {margin:.1f} log-odds")
            seen.add(entity)
            candidates.append(
                Candidate(
                    index.ids[entity], tiers.canonical(entity), index.kind(entity), "rule" if shared else "fuzzy", confidence, text,
                    tuple(reasons),
                )
            )  # fmt: skip
        if candidates:
            nearest = int(np.lexsort((comparisons.entity, -strength))[0])
            target = index.spans_of(comparisons.form[[nearest]]).texts()[0]
            spelled = views[int(comparisons.spelled[nearest])]
            direct = spelled.script != "Latn" and spelled.script in tables
            table = tables[spelled.script if direct else "Latn"]
            source = spelled.atoms if direct else tuple(spelled.rom)
            alignment = [(op.source, op.target, op.cost / 100) for op in align.explain(table, source, target)]
    readings, keys = _readings(tiers, name)
    return Explanation(name, match, _verdict(tiers, name, answer, listed, candidates), readings, keys, tuple(candidates), tuple(alignment))


def _how_listed(index: Index, form: int, folded: str, exactly: bool) -> str:
    if exactly:
        return "the lexicon lists this spelling"
    tag = index.reading(form) if form >= 0 else ""
    return f"a dictionary reads a listed name so in the language '{tag}'" if tag else f"the lexicon lists it, folded: {folded}"


def _in(language: str) -> str:
    return f" in {language}" if language else ""


def _readings(tiers: Tiers, name: str) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    level: Level = "skeleton" if script_of(name) in ABJADS else "tight"
    keys = tiers.keys.keys(name, level, tiers.conventions)
    if has_han(name):
        return tuple(_han_readings(tiers, name)), keys
    found: list[tuple[str, str]] = []
    own = tiers.lexicon.own_languages
    for word in reading_words(name)[: limits.MAX_NAME_TOKENS]:
        readings = tiers.keys.romanizer.readings(word, tiers.conventions)
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


def _verdict(tiers: Tiers, name: str, answer: Answer | None, listed: Resolution | None, candidates: Sequence[Candidate]) -> str:
    promise = f"precision {tiers.precision:g}"
    if answer is not None:
        if answer.decided:
            return f"decided by a person: written '{answer.canonical}'"
        if answer.part:
            return f"a part of persons' names, written '{answer.canonical}' by those who bear it"
        if answer.method == "exact":
            return f"exact: a listed spelling; confidence {answer.confidence:.4f}"
        return f"{answer.method}: near one entity and clearly nearer than to any other; confidence {answer.confidence:.4f}"
    if tiers.rulings.bars(name):
        return "abstains: rejected by a decision"
    if listed is not None:
        if listed.state == "protected":
            return "abstains: a protected phrase, never changed"
        if listed.state == "known":
            return "abstains: listed only as a type of variant that is not rewritten here"
        return f"abstains: {len(listed.rivals)} entities bear this spelling and none outweighs the others at {promise}"
    if not candidates:
        return "abstains: no listed spelling is near"
    return f"abstains: the nearest entity, {candidates[0].canonical}, is not sure enough for {promise}"
