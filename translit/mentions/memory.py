"""Memory: what was worked out once and is asked again; bounded, and safe across threads."""

from __future__ import annotations

from typing import Generic, TypeVar

from translit import limits

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
