"""What values become: the answer for each distinct one, remembered for the length of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from translit.files.base import Engine, Task
from translit.limits import MEMO_CODEPOINTS, MEMO_VALUES
from translit.model import Match, Mention, Method
from translit.trail import apply

if TYPE_CHECKING:
    from translit.normalizer import Normalizer
    from translit.trail import Review

Cell = str | float | None
_kept = attrgetter("id", "canonical", "kind", "method", "confidence")


class Named(NamedTuple):
    """What is kept of a match: all but the candidates, which would fill the memory."""

    id: str
    canonical: str
    kind: str
    method: Method
    confidence: float


class Answer(NamedTuple):
    """What a value becomes.

    Args:
        text: the new value.
        changes: how many mentions inside it changed.
        mentions: these, in mode ``"text"`` and where they are asked for.
        kept: of the match, in mode ``"name"``, the fields of :class:`Named`: as a plain tuple, which Python's collector passes over.
    """

    text: str
    changes: int = 0
    mentions: tuple[Mention, ...] = ()
    kept: tuple[Any, ...] | None = None

    @property
    def match(self) -> Named | None:
        """The entity, in mode ``"name"``."""
        return None if self.kept is None else _make_named(self.kept)

    def changed(self, original: str) -> Sequence[Mention]:
        """The changes in a value; one of the whole value in mode ``"name"``.

        >>> [change] = Answer("Panjshir", 1, (), Named("1", "Panjshir", "place", "exact", 0.99)).changed("Panjsjir")
        >>> change.end, change.replacement
        (8, 'Panjshir')
        """
        match = self.match
        if not self.changes or match is None:
            return self.mentions
        return (Mention(original, *match, (), 0, len(original), self.text),)

    def cell(self, what: str, original: str) -> Cell:
        """The value that ``--add what`` writes."""
        if what == "original":
            return original
        return None if self.kept is None else cast(Cell, self.kept[Named._fields.index(what)])


@dataclass(frozen=True, slots=True)
class AtLeast:
    """An engine that answers names from a given confidence on, whatever precision its normalizer promises."""

    normalizer: Normalizer
    min_confidence: float

    def match_many(self, names: Sequence[str]) -> Sequence[Match | None]:
        """The answers, in order."""
        return self.normalizer.match_many(names, min_confidence=self.min_confidence)

    def find_many(self, texts: Sequence[str]) -> Sequence[Sequence[Mention]]:
        """The mentions, in order."""
        return self.normalizer.find_many(texts)


@dataclass(frozen=True, slots=True)
class Reviewing:
    """An engine whose names are answered for somebody to decide, each with the entities that are near.

    Args:
        normalizer: answers.
        candidates: most entities of each name.
        min_confidence: as :class:`AtLeast` has it; None for the promised precision.
    """

    normalizer: Normalizer
    candidates: int
    min_confidence: float | None = None

    def match_many(self, names: Sequence[str]) -> Sequence[Match | None]:
        """The answers, in order."""
        return self.normalizer.match_many(names, min_confidence=self.min_confidence)

    def find_many(self, texts: Sequence[str]) -> Sequence[Sequence[Mention]]:
        """The mentions, in order."""
        return self.normalizer.find_many(texts)

    def considered_many(self, names: Sequence[str]) -> Sequence[Review]:
        """What each name may mean, in order."""
        return self.normalizer.review_many(names, self.candidates, self.min_confidence)


class Memo:
    """An engine that remembers what became of short values, for the length of one run.

    Args:
        engine: answers what is new.
    """

    def __init__(self, engine: Engine) -> None:
        self.find_many, self.match_many = engine.find_many, engine.match_many
        self.rewrite_many, self.considered_many = getattr(engine, "rewrite_many", None), getattr(engine, "considered_many", None)
        self.known: dict[str, Answer] = {}
        self.columns: object = None
        """What :mod:`translit.files.columns` remembers."""
        self.lock = threading.Lock()
        """Held while :attr:`columns` is looked at or changed."""

    def keep(self, fresh: Mapping[str, Answer]) -> None:
        """Remember the answers of values that are short enough."""
        if len(self.known) + len(fresh) > MEMO_VALUES:
            self.known.clear()
        self.known.update((value, answer) for value, answer in fresh.items() if len(value) <= MEMO_CODEPOINTS)


def answers(values: Iterable[str], task: Task, engine: Engine) -> dict[str, Answer]:
    """The answer for each distinct value."""
    known = engine.known if isinstance(engine, Memo) else {}
    found = {value: known.get(value) for value in values}
    new = [value for value, answer in found.items() if answer is None]
    fresh = dict(zip(new, answered(new, task, engine), strict=True))
    if isinstance(engine, Memo):
        engine.keep(fresh)
    return cast("dict[str, Answer]", found | fresh)


def answered(values: Sequence[str], task: Task, engine: Engine) -> list[Answer]:
    """The answer for each of some distinct values, which are new."""
    if task.mode == "name":
        return _named(values, engine.match_many(values))
    rewrite_many = None if task.audit else getattr(engine, "rewrite_many", None)
    if rewrite_many is not None:
        return [Answer(*rewritten) for rewritten in rewrite_many(values)]
    return [_cleaned(value, mentions) for value, mentions in zip(values, engine.find_many(values), strict=True)]


# Without the Python of their classes, which takes longer than many a match.
_make_named = cast("Callable[[tuple[object, ...]], Named]", partial(tuple.__new__, Named))
_make_answer = cast("Callable[[tuple[object, ...]], Answer]", partial(tuple.__new__, Answer))


def _named(values: Sequence[str], found: Sequence[Match | None]) -> list[Answer]:
    kept = map(_kept, filter(None, found))
    return [
        _make_answer((value, 0, (), None) if match is None else (match.canonical, int(match.canonical != value), (), next(kept)))
        for value, match in zip(values, found, strict=True)
    ]


def named(match: Match) -> Named:
    """What is kept of a match."""
    return _make_named(_kept(match))


def _cleaned(value: str, found: Sequence[Mention]) -> Answer:
    mentions = tuple(mention for mention in found if mention.replacement != mention.input)
    return Answer(apply(value, mentions), len(mentions), mentions) if mentions else Answer(value)


def shown(cell: Cell) -> str:
    """A cell as text; nothing for a null."""
    return "" if cell is None else str(cell)
