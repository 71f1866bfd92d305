"""Draws: how a hidden variant is asked for, so that calibration meets names as they come.

Most variants are asked for as they are. Some are put among other words, as where a whole sentence is given as a name: nothing that
is listed is meant by it. Persons' names are also asked for as lists and newspapers write them: surname first, with initials,
without the middle names. All is drawn by a number of the spelling, so that it does not depend on what else is asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from translit.matching.blocking import mix

Flags = NDArray[np.bool_]
AMONG = 0.08
"""Share of the questions that are a name among other words."""
WORN = 0.4
"""Share of the persons' names that are asked for as lists and newspapers write them."""
LONE = 0.5
"""Share of those among persons' names that are one word of the name instead: many may bear it."""
MOST_WORDS = 4
"""Most words of a person's name that is rewritten."""


def drawn(digest: NDArray[np.uint64], salt: int) -> NDArray[np.float64]:
    """A number from 0 to 1 for each digest, the same on every machine and whatever else is drawn."""
    return mix(digest, salt) / np.float64(2**32)


def among(name: str, other: str, draw: float) -> str:
    """A name among words that are no names: those of another, read backwards, so that they are of its script and of a likely length.

    >>> among("Kabul", "Herat", 0.1), among("Kabul", "Mazar-e Sharif", 0.5), among("Kabul", "Deh Now", 0.9)
    ('tareH Kabul', 'Kabul firahS e-razaM', 'woN Kabul heD')
    """
    words = other[::-1].split()[:3]
    if draw < 1 / 3:
        return " ".join([*words, name])
    if draw < 2 / 3:
        return " ".join([name, *words])
    return " ".join([words[0], name, *(words[1:] or words)])


def worn(name: str, draw: float) -> str:
    """A person's name as lists and newspapers write it; itself where it is not of two to four words.

    >>> [worn("Ahmad Shah Massoud", k / 8) for k in (0, 2, 3, 5, 7)]
    ['Massoud, Ahmad Shah', 'Massoud Ahmad Shah', 'Ahmad Massoud', 'A. S. Massoud', 'Massoud, A. S.']
    """
    words = name.split()
    if not 2 <= len(words) <= MOST_WORDS or not all(word.replace("-", "").isalpha() for word in words):
        return name
    *given, last = words
    letters = " ".join(f"{word[0]}." for word in given)
    cased = name[0].isupper()
    listed, turned, short = f"{last}, {' '.join(given)}", f"{last} {' '.join(given)}", f"{given[0]} {last}"
    initials, listed_initials = (f"{letters} {last}", f"{last}, {letters}") if cased else (name, name)
    shapes = (listed, listed, turned, short, short, initials, initials, listed_initials)
    return shapes[int(draw * len(shapes))]


def asked(texts: Sequence[str], person: Flags, digest: NDArray[np.uint64], salt: int) -> tuple[list[str], Flags, Flags]:
    """The spellings to ask for, which of them mean nothing that is listed (a name among words, or in part), and which are turned.

    Args:
        texts: the variants.
        person: which of them are persons' names.
        digest: a number of each.
        salt: decides with it what is drawn.
    """
    hidden = drawn(digest, salt) < AMONG
    rewritten = person & ~hidden & (drawn(digest, salt + 1) < WORN)
    which = drawn(digest, salt + 2)
    neighbour = np.empty(len(texts), dtype=np.int64)
    order = np.argsort(digest, kind="stable")
    neighbour[order] = np.roll(order, 1)
    out = list(texts)
    for i in np.flatnonzero(hidden).tolist():
        words = texts[i].split()
        if person[i] and len(words) > 1 and drawn(digest[i : i + 1], salt + 3)[0] < LONE:
            out[i] = words[int(which[i] * len(words))]
        else:
            out[i] = among(texts[i], texts[int(neighbour[i])], float(which[i]))
    turned = np.zeros(len(texts), dtype=bool)
    for i in np.flatnonzero(rewritten).tolist():
        out[i] = worn(texts[i], float(which[i]))
        turned[i] = out[i].split()[0].rstrip(",") == texts[i].split()[-1]
    return out, hidden, turned
