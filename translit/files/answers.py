"""What values become: the answer for each distinct one, remembered for the length of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from translit.files.base import Engine, Task
from translit.limits import MEMO_CODEPOINTS, MEMO_VALUES
from translit.model import Match, Mention
from translit.trail import apply

Cell = str | float | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a value becomes.

    Args:
        text: the new value.
        mentions: the changes inside it; empty where it stays.
        match: the entity, in mode ``"name"``.
    """

    text: str
    mentions: tuple[Mention, ...] = ()
    match: Match | None = None

    def cell(self, what: str, original: str) -> Cell:
        """The value that ``--add what`` writes."""
        if what == "original":
            return original
        return None if self.match is None else getattr(self.match, what)


class Memo:
    """An engine that remembers what became of short values, for the length of one run.

    Args:
        engine: answers what is new.
    """

    def __init__(self, engine: Engine) -> None:
        self.find_many, self.match_many = engine.find_many, engine.match_many
        self.known: dict[str, Answer] = {}
        self.columns: object = None
        """What :mod:`translit.files.columns` remembers."""

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
    if task.mode == "name":
        fresh = {value: _named(value, match) for value, match in zip(new, engine.match_many(new), strict=True)}
    else:
        fresh = {value: _cleaned(value, mentions) for value, mentions in zip(new, engine.find_many(new), strict=True)}
    if isinstance(engine, Memo):
        engine.keep(fresh)
    return cast("dict[str, Answer]", found | fresh)


def _named(value: str, match: Match | None) -> Answer:
    if match is None:
        return Answer(value)
    match = replace(match, candidates=())
    if match.canonical == value:
        return Answer(value, (), match)
    mention = Mention(value, match.id, match.canonical, match.kind, match.method, match.confidence, (), 0, len(value), match.canonical)
    return Answer(match.canonical, (mention,), match)


def _cleaned(value: str, found: Sequence[Mention]) -> Answer:
    mentions = tuple(mention for mention in found if mention.replacement != mention.input)
    return Answer(apply(value, mentions), mentions) if mentions else Answer(value)


def shown(cell: Cell) -> str:
    """A cell as text; nothing for a null."""
    return "" if cell is None else str(cell)
