"""Memory: what was worked out once and is asked again; bounded, and safe across threads."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar

from translit import limits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

K = TypeVar("K")
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Values by key; when it is full it forgets everything and begins anew.

    Args:
        most: how many values it keeps.

    >>> memory = Memory[str, int](2)
    >>> for number, word in enumerate(["a", "b", "c"]):
    ...     memory.keep(word, number)
    >>> memory.known
    {'c': 2}
    """

    def __init__(self, most: int = limits.MEMORY) -> None:
        self.most = most
        self.known: dict[K, V] = {}

    def keep(self, key: K, value: V) -> None:
        """Remember a value."""
        if len(self.known) >= self.most:
            # Whoever reads the old dictionary meanwhile reads what is true.
            self.known = {}
        self.known[key] = value

    def keep_all(self, keys: Sequence[K], values: Sequence[V]) -> None:
        """Remember the value of each key, of the first where they are more than are kept."""
        if len(self.known) + len(keys) > self.most:
            self.known = {}
        self.known.update(islice(zip(keys, values, strict=True), self.most))


def take_known(known: Mapping[str, V], names: Sequence[str]) -> list[V] | None:
    """The value of each name, None where one has none.

    >>> take_known({"a": 1, "b": 2}, ["b", "a", "b"]), take_known({}, ["a"])
    ([2, 1, 2], None)
    """
    try:
        return list(map(known.__getitem__, names))
    except KeyError:
        return None
