"""Places: words of a text and what they are taken for; every stage of finding mentions speaks in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from translit.matching.answers import Answer
from translit.mentions.evidence import Need
from translit.mentions.survey import Why

if TYPE_CHECKING:
    from translit.mentions.traits import Traits


class Place(NamedTuple):
    """Words ``first`` to ``last`` (exclusive) of a text and what they are taken for.

    ``answer`` is None for words that are known and left alone: ``why``, and which entities were considered. ``ending`` is what a
    language hung on the last word, ``need`` the evidence that it wants beside its spelling. ``cut`` is a case ending that is
    left out, and ``lead`` how many characters of the first word stand before the name. ``traits`` are what is true of the answer
    to such words wherever they stand, where that was looked up.
    """

    first: int
    last: int
    answer: Answer | None
    ending: str = ""
    need: Need = Need.NOTHING
    why: Why = ""
    passed: tuple[int, ...] = ()
    cut: str = ""
    lead: int = 0
    traits: Traits | None = None

    def moved(self, by: int) -> Place:
        """The same so many words farther on."""
        return Place(
            self.first + by, self.last + by, self.answer, self.ending, self.need, self.why, self.passed, self.cut, self.lead, self.traits
        )  # fmt: skip

    def needing(self, need: Need) -> Place:
        """The same with other need of evidence."""
        return self._replace(need=need)


def with_answer(place: Place, answer: Answer) -> Place:
    """The same words taken for something else."""
    return place._replace(answer=answer, why="", passed=(), traits=None)


def without_answer(place: Place) -> Place:
    """The same words left alone, for want of evidence."""
    passed = () if place.answer is None else (place.answer.entity,)
    return place._replace(answer=None, why="evidence", passed=passed, traits=None)


def apart(near: Sequence[Place], found: Sequence[Place]) -> list[Place]:
    """The places among ``near`` that overlap neither one another nor those found, the longest first."""
    out: list[Place] = []
    for place in near:
        if not any(other.first < place.last and place.first < other.last for other in (*found, *out)):
            out.append(place)
    return out
