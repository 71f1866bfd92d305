"""Arguments checked where they come in, each told with its mend."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from numbers import Real

from translit.errors import ArgumentError, meant


def known(argument: str, given: Iterable[str], choices: Sequence[str]) -> tuple[str, ...]:
    """The words given for an argument, each of them known; one text alone is one word.

    >>> known("types", "former", ["former", "native"])
    ('former',)
    """
    words = (given,) if isinstance(given, str) else tuple(given)
    for word in words:
        if word not in choices:
            raise ArgumentError(f"{argument}: {word!r} is not known{meant(word, choices)}; choose from {', '.join(choices)}")
    return words


def share(argument: str, given: object, ends: bool = False) -> float:
    """A number above 0 and below 1; with ``ends`` these are allowed, too.

    >>> share("precision", 0.95)
    0.95
    """
    if isinstance(given, Real) and (0 < float(given) < 1 or (ends and 0 <= float(given) <= 1)):
        return float(given)
    reach = "from 0 to 1" if ends else "above 0 and below 1"
    raise ArgumentError(f"{argument} is {given!r}; choose a number {reach}, such as 0.99")


def several(given: Iterable[str]) -> Sequence[str]:
    """Texts as a sequence; one text alone is a mistake, not its letters.

    Raises:
        TypeError: it is one text, or nothing that holds several.
    """
    if isinstance(given, (str, bytes)):
        raise TypeError("one text where several are wanted; give a list, or call the method for one text")
    if isinstance(given, (list, tuple)):
        return given
    if isinstance(given, Iterable):
        return list(given)
    raise TypeError(f"{given!r} is {type(given).__name__} where several texts are wanted; give a list of them")


def all_text(values: Sequence[object]) -> Sequence[str]:
    """The values, each of which is text.

    Raises:
        TypeError: one is not, with what to do about it.
    """
    for value in values if set(map(type, values)) - {str} else ():
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is no text but {type(value).__name__}; {_mend(value)}")
    return values  # type: ignore[return-value]


def _mend(value: object) -> str:
    if isinstance(value, (bytes, bytearray)):
        return "decode it, such as by .decode('utf-8')"
    if isinstance(value, os.PathLike):
        return "read the file, or run 'translit clean' over it"
    if value is None or value != value:
        return "leave missing values out"
    if isinstance(value, Iterable):
        return "for several texts call the method whose name ends in _many"
    return "make it text by str(…)"
