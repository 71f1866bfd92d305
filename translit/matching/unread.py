"""Unread words: words of a person's name, and of the form it was found near, that no spelling convention reads alike.

Letters may be near by chance in every word of two names (*Θεοδόσιος Κανελλόπουλος*, *Theodoros Angelopoulos*). Where they mean the same,
some convention mostly reads each word of the one like a word of the other, or the letters hardly differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from typing import Protocol

from rapidfuzz.distance import Indel

from translit.matching.nameparts import particles
from translit.native import fold_many

UNREAD = 1500
"""Handicap, in 1/1000 log-odds, of a word of a name that is read like none of the form, while the form has such a word too."""
HARDLY, SAME = 0.8, 0.95
"""Least similarity of their letters for such words to differ but by a slip, and where no word of the name is read alike."""
MOST = 2
"""Words of a name that count."""


class Alike(Protocol):
    """Tells of pairs of words whether a convention reads both alike."""

    def shares_many(self, left: Sequence[str], left_langs: None, right: Sequence[str]) -> list[bool]:
        """Whether each pair shares a key."""
        ...


def unread_many(names: Sequence[str], forms: Sequence[str], alike: Alike, plain: Callable[[str], str]) -> list[int]:
    """The handicap of each name's unread words beside a form.

    Args:
        names, forms: one pair a row.
        alike: the keys of conventions.
        plain: a word's letters in rough romanization.
    """
    words = [(ours.split(), theirs.split()) for ours, theirs in zip(fold_many(names), fold_many(forms), strict=True)]
    left = [row for row, (ours, _) in enumerate(words) if len(ours) > 1]
    same: set[tuple[str, str]] = set()
    # Where all words of a side are read, no further ones need be: mostly those that both sides have, or that are left over, are enough.
    for sides in (_left_over, _as_they_are, _with_all_joints):
        same |= _shared(alike, [sides(*words[row]) for row in left])
        left = [row for row in left if all(_both_unread(*words[row], same))]
    out = [0] * len(words)
    for row in left:
        out[row] = _handicap(words[row][0], *_both_unread(*words[row], same), plain)
    return out


def _shared(alike: Alike, sides: Sequence[tuple[Sequence[str], Sequence[str]]]) -> set[tuple[str, str]]:
    """The pairs of a word of one side and one of the other that a convention reads alike."""
    every = dict.fromkeys(pair for both in sides for pair in product(*both))
    pairs = [pair for pair in every if pair[0] != pair[1]]
    shared = alike.shares_many([ours for ours, _ in pairs], None, [theirs for _, theirs in pairs])
    return {pair for pair, is_shared in zip(pairs, shared, strict=True) if is_shared}


def _left_over(ours: Sequence[str], theirs: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    return [word for word in ours if word not in theirs], [word for word in theirs if word not in ours]


def _as_they_are(ours: Sequence[str], theirs: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    return ours, theirs


def _with_all_joints(ours: Sequence[str], theirs: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    return _with_joints(ours), _with_joints(theirs)


def _with_joints(words: Sequence[str]) -> list[str]:
    return [*words, *_joints(words)]


def _joints(words: Sequence[str]) -> list[str]:
    """Neighbouring words in one, as a list may write them."""
    return [one + other for one, other in pairwise(words)]


def _both_unread(ours: Sequence[str], theirs: Sequence[str], same: set[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """The unread names of either side."""
    turned = {(other, word) for word, other in same.intersection(product(_with_joints(ours), _with_joints(theirs)))}
    return _unread(ours, theirs, same), _unread(theirs, ours, turned)


def _unread(words: Sequence[str], others: Sequence[str], same: set[tuple[str, str]]) -> list[str]:
    """The names among words that are read like none of the others, in one with a neighbour or not; initials and particles aside."""
    every, joints = _with_joints(others), _joints(words)
    read = [word in every or any((word, other) in same for other in every) for word in words]
    for i, joint in enumerate(joints):
        if joint in others or any((joint, other) in same for other in others):
            read[i] = read[i + 1] = True
    roles = particles().roles
    return [word for word, known in zip(words, read, strict=True) if not known and len(word) > 1 and word not in roles]


def _handicap(words: Sequence[str], ours: Sequence[str], theirs: Sequence[str], plain: Callable[[str], str]) -> int:
    """The handicap of ``ours``, the unread ones of a name's words, beside ``theirs``."""
    if not ours or not theirs:
        return 0
    least = HARDLY if len(ours) < len(words) else SAME
    spelled, others = [_spelled(word, plain) for word in ours], [_spelled(word, plain) for word in theirs]
    near = {(one, other) for one, other in product(spelled, others) if Indel.normalized_similarity(one, other) >= least}
    far = [len(side) - len({pair[i] for pair in near}) for i, side in enumerate((set(spelled), set(others)))]
    return UNREAD * min(*far, MOST)


def _spelled(word: str, plain: Callable[[str], str]) -> str:
    """A word's letters, the one that stands for two in Latin names as two."""
    return plain(word).replace("x", "ks")
