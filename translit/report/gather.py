"""Gathering: what a run changes and nearly changes, with the words around it, while it goes on.

Several processes may gather for one report; each appends to a file of its own. Which examples are kept does not depend on the order
in which they come: those whose hash is least.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import xxhash

from translit import limits
from translit.matching.decisions import PART_PREFIX, key
from translit.mentions.survey import Abstention, Survey, Why
from translit.model import Match, Mention
from translit.normalizer import Normalizer
from translit.unicode.tokens import fold


class Example(NamedTuple):
    """A spelling in its context."""

    before: str
    input: str
    after: str
    replacement: str


@dataclass
class Watched:
    """A normalizer that notes what it answers.

    Args:
        normalizer: answers.
        folder: where the notes go.
    """

    normalizer: Normalizer
    folder: Path
    _notes: _Notes | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.normalizer, self.folder)

    def find_many(self, texts: Sequence[str], /) -> list[Sequence[Mention]]:
        """The mentions of each text."""
        surveys = self.normalizer.survey_many(texts)
        self._take(texts, surveys)
        return [survey.mentions for survey in surveys]

    def match_many(self, names: Sequence[str], /) -> list[Match | None]:
        """A match or None for each name."""
        answers = self.normalizer.match_many(names)
        missed = [name for name, answer in zip(names, answers, strict=True) if answer is None]
        nearest = dict(zip(missed, self.normalizer.match_many(missed, min_confidence=0), strict=True))
        surveys = [_of_name(name, answer, nearest.get(name)) for name, answer in zip(names, answers, strict=True)]
        self._take(names, surveys)
        return answers

    def _take(self, texts: Sequence[str], surveys: Sequence[Survey]) -> None:
        if self._notes is None:
            self._notes = _Notes(self.folder / f"{os.getpid()}.jsonl", self.normalizer)
        self._notes.take(texts, surveys)


def _of_name(name: str, answer: Match | None, nearest: Match | None) -> Survey:
    if answer is not None:
        mention = Mention(
            name, answer.id, answer.canonical, answer.kind, answer.method, answer.confidence, (), 0, len(name), answer.canonical
        )
        return Survey([mention], [])
    if nearest is None or nearest.confidence < limits.LEAST_REPORTED or nearest.canonical == name:
        return Survey([], [])
    why: Why = "several" if nearest.method == "exact" and len(nearest.candidates) > 1 else "unsure"
    return Survey([], [Abstention(0, len(name), name, why, nearest.candidates[:1] if why == "unsure" else nearest.candidates)])


def form_of(mention: Mention) -> str:
    """The spelling of a mention without the ending that a language hung on it.

    >>> form_of(Mention("Massuds", "1", "Massoud", "person", "exact", 1.0, (), 0, 7, "Massouds"))
    'Massud'
    """
    written, canonical = mention.replacement, mention.canonical
    ending = written[len(canonical) :] if written.lower().startswith(canonical.lower()) else ""
    return mention.input.removesuffix(ending) if ending and mention.input != ending else mention.input


class _Notes:
    """What one process notes."""

    def __init__(self, path: Path, normalizer: Normalizer) -> None:
        self._stream = path.open("a", encoding="utf-8")
        self._index, self._target = normalizer.lexicon.index, normalizer.target
        self._spelled: set[tuple[str, str]] = set()
        self._least: dict[tuple[str, ...], list[int]] = {}

    def take(self, texts: Sequence[str], surveys: Sequence[Survey]) -> None:
        near: Counter[tuple[str, str, str]] = Counter()
        for text, survey in zip(texts, surveys, strict=True):
            for mention in survey.mentions:
                if mention.replacement != mention.input:
                    self._change(text, mention)
            for passed in survey.abstentions:
                near[passed.why, key(passed.input), passed.input] += 1
                self._near(text, passed)
        for (why, _, form), count in near.items():
            self._write("count", why, form, count)
        self._stream.flush()

    def _change(self, text: str, mention: Mention) -> None:
        form = form_of(mention)
        if (mention.id, mention.input) not in self._spelled:
            self._spelled.add((mention.id, mention.input))
            self._write("spelled", mention.id, mention.input, form, mention.canonical, self._accepted(mention))
        self._example("change", (mention.id, key(form)), text, mention.start, mention.end, mention.replacement)

    def _accepted(self, mention: Mention) -> str:
        """The id that accepting a mention names: that of the part, where a surname alone stands for a person named in full."""
        entity = self._numbers.get(mention.id, -1)
        whole = entity < 0 or self._index.target(entity, self._target) == mention.canonical
        return mention.id if whole else PART_PREFIX + fold(mention.canonical)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {ident: number for number, ident in enumerate(self._index.ids)}

    def _near(self, text: str, passed: Abstention) -> None:
        if (passed.why, passed.input) not in self._spelled:
            self._spelled.add((passed.why, passed.input))
            candidates = [[c.id, c.canonical, c.kind] for c in passed.candidates]
            self._write("candidates", passed.why, passed.input, candidates)
        self._example("near", (passed.why, key(passed.input)), text, passed.start, passed.end, "")

    def _example(self, kind: str, owner: tuple[str, str], text: str, start: int, end: int, replacement: str) -> None:
        example = example_of(text, start, end, replacement)
        rank = rank_of(example)
        least = self._least.setdefault((kind, *owner), [])
        if rank in least or (len(least) == limits.REPORT_EXAMPLES and rank > least[-1]):
            return
        least.append(rank)
        least.sort()
        del least[limits.REPORT_EXAMPLES :]
        self._write(kind, *owner, *example)

    def _write(self, *record: object) -> None:
        self._stream.write(json.dumps(record) + "\n")


def rank_of(example: Example) -> int:
    """The place of an example among others, the same in every run."""
    return xxhash.xxh3_64_intdigest("\0".join(example).encode("utf-8", "surrogatepass"))


def example_of(text: str, start: int, end: int, replacement: str) -> Example:
    """A place of a text with some words around it.

    >>> example_of("Gevechten in Panjsjir, zei hij.", 13, 21, "Panjshir")
    Example(before='Gevechten in ', input='Panjsjir', after=', zei hij.', replacement='Panjshir')
    """
    width = limits.REPORT_CONTEXT
    before, after = text[max(0, start - width) : start], text[end : end + width]
    if start > width:
        cut = before.find(" ")
        before = "…" + before[cut + 1 if 0 <= cut < width // 2 else 0 :]
    if end + width < len(text):
        cut = after.rfind(" ")
        after = after[: cut if cut > width // 2 else width] + "…"
    return Example(_one_line(before), text[start:end], _one_line(after), replacement)


def _one_line(text: str) -> str:
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ").replace("\t", " ")


@dataclass
class Nearly:
    """A spelling that was left alone.

    Args:
        why: a key of :data:`translit.mentions.survey.REASONS`.
        forms: the spellings, with how often each was met.
        candidates: (id, canonical, kind) of what it may have meant.
        examples: some places.
    """

    why: str
    forms: Counter[str] = field(default_factory=Counter)
    candidates: list[tuple[str, str, str]] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)


@dataclass
class Gathered:
    """What all processes noted.

    Args:
        spelled: (id, input) → the form without its ending, what is written for it, and the id to accept.
        examples: (id, form key) → examples.
        near: (why, form key) → what was left alone.
    """

    spelled: dict[tuple[str, str], tuple[str, str, str]] = field(default_factory=dict)
    examples: dict[tuple[str, str], list[Example]] = field(default_factory=dict)
    near: dict[tuple[str, str], Nearly] = field(default_factory=dict)


def gathered(folder: Path) -> Gathered:
    """The notes of all processes together."""
    found = Gathered()
    for what, first, second, *rest in _records(folder):
        if what == "spelled":
            found.spelled[first, second] = (rest[0], rest[1], rest[2])
        elif what == "change":
            found.examples.setdefault((first, second), []).append(Example(*rest))
        else:
            nearly = found.near.setdefault((first, second if what == "near" else key(second)), Nearly(first))
            if what == "count":
                nearly.forms[second] += rest[0]
            elif what == "candidates":
                nearly.candidates = nearly.candidates or [(c[0], c[1], c[2]) for c in rest[0]]
            else:
                nearly.examples.append(Example(*rest))
    for examples in (*found.examples.values(), *(nearly.examples for nearly in found.near.values())):
        examples[:] = sorted(set(examples), key=rank_of)[: limits.REPORT_EXAMPLES]
    return found


def _records(folder: Path) -> Iterator[list[Any]]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open(encoding="utf-8") as stream:
            for line in stream:
                yield json.loads(line)
