"""Surveys: the mentions of a text beside the names that were nearly taken for one, and why they were not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from translit.model import Candidate, Mention

Why = Literal["", "several", "known", "protected", "rejected", "unsure", "evidence", "far"]
REASONS: dict[str, str] = {
    "several": "several entities bear this spelling, and none outweighs the others",
    "known": "listed only as a type of variant that is not rewritten here",
    "protected": "a protected phrase, never changed",
    "rejected": "rejected by a decision",
    "unsure": "the confidence is below the promised precision",
    "evidence": "it may be a word or another name, and nothing around it says that it is this one",
    "far": "near, but not sure enough for a text",
}
"""A sentence for each reason to leave a name alone."""


@dataclass(frozen=True, slots=True)
class Abstention:
    """A place in a text that was left alone, though something is listed there or near.

    Args:
        start: code point offset of its first character.
        end: code point offset after its last character.
        input: the characters.
        why: a key of :data:`REASONS`.
        candidates: the entities considered, best first; may be empty.
    """

    start: int
    end: int
    input: str
    why: Why
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found in a text.

    Args:
        mentions: as :meth:`translit.Normalizer.find` gives them.
        abstentions: what was left alone, in the order of the text.
    """

    mentions: Sequence[Mention]
    abstentions: Sequence[Abstention]
