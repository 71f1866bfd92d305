"""Words: the tokens of a document, their folded forms, and where sentences start.

A document is scanned once, in a compiled loop where there is one; what is asked of single words is worked out from the arrays
then. Most words are never asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import overload

import numpy as np
import regex
from numpy.typing import NDArray

from translit import limits, native
from translit.unicode.fold import fold_token
from translit.unicode.hashes import WindowTable, window_table
from translit.unicode.scan import CAPITAL, EMPTY, JOINED, SIGNED, Scanned
from translit.unicode.skeleton import plain_name, unmask
from translit.unicode.tokens import Token, spaceless

_STOPS = tuple('.!?…:;•"“”„«»([¿¡—–')
"""What a sentence may end with, or begin with before its first word."""
_BLANKS = "".join(chr(c) for c in range(0x3001) if regex.match(r"\s", chr(c)))


@dataclass(frozen=True)
class Words:
    """The words of a text.

    Args:
        text: the text.
        scanned: its tokens, and the windows of them that are listed.
    """

    text: str
    scanned: Scanned

    @cached_property
    def tokens(self) -> Sequence[Token]:
        """The words, left to right."""
        return _Tokens(self.text, self.scanned)

    @cached_property
    def folded(self) -> Sequence[str]:
        """Each word's folded form, ``""`` where it is too long to be a name."""
        return _Folded(self.text, self.scanned)

    @cached_property
    def joined(self) -> bytes:
        """Whether a word may go on a name that the word before it began."""
        return (self.scanned.flags & JOINED).tobytes()

    @cached_property
    def capital(self) -> bytes:
        """Whether each word starts with a capital, or its script has none."""
        return (self.scanned.flags & CAPITAL).tobytes()

    @cached_property
    def _led(self) -> bytes:
        """Whether each word may go on a name that the word before it, which has a capital, began."""
        flags = self.scanned.flags
        led: NDArray[np.bool_] = (flags[1:] & JOINED > 0) & (flags[:-1] & CAPITAL > 0)
        return b"\0" + led.tobytes()

    @cached_property
    def _leading(self) -> bytes:
        """Whether each word has a capital and may go on a name that the word before it began; the end of the text does not."""
        leading: NDArray[np.bool_] = self.scanned.flags & (CAPITAL | JOINED) == CAPITAL | JOINED
        return leading.tobytes() + b"\0"

    def stand_alone(self, first: int, last: int) -> bool:
        """Whether no word with a capital stands beside some words that may be of one name with them."""
        return not (self._led[first] or self._leading[last])

    @cached_property
    def word(self) -> memoryview:
        """The number of each word's spelling in the text."""
        return self.scanned.word.data

    @cached_property
    def small(self) -> NDArray[np.bool_]:
        """Whether each spelling, or another that folds alike, stands somewhere without a capital."""
        scanned = self.scanned
        out = np.zeros(len(scanned.first), dtype=np.bool_)
        out[scanned.alike[(scanned.flags[scanned.first] & CAPITAL) == 0]] = True
        return out[scanned.alike]

    def count(self, i: int) -> int:
        """How often a word stands in the text, in any case."""
        return int(self._counts[self.scanned.alike[self.word[i]]])

    @cached_property
    def _counts(self) -> NDArray[np.int64]:
        """How often each spelling stands in the text, with the others that fold alike, at the first of them."""
        return np.bincount(self.scanned.alike[self.scanned.word])

    @cached_property
    def signed(self) -> NDArray[np.int64]:
        """The numbers of the spellings that are not of ASCII letters alone."""
        return np.flatnonzero(self.scanned.flags[self.scanned.first] & SIGNED)

    @cached_property
    def capitals(self) -> NDArray[np.int64]:
        """The numbers of the spellings that are neither empty nor too long and start with a capital, or whose script has none."""
        return np.flatnonzero((self.scanned.flags[self.scanned.first] & (CAPITAL | EMPTY)) == CAPITAL)

    def spellings(self, numbers: NDArray[np.int64]) -> list[str]:
        """The spellings of some numbers."""
        if not len(numbers):
            return []
        text, first = self.text, self.scanned.first[numbers]
        places = zip(self.scanned.start[first].tolist(), self.scanned.end[first].tolist(), strict=True)
        return [text[start:end] for start, end in places]

    def standing(self, numbers: Iterable[int]) -> list[int]:
        """Where the spellings of some numbers stand, left to right."""
        which = np.zeros(len(self.scanned.first), dtype=np.bool_)
        which[list(numbers)] = True
        places: list[int] = which[self.scanned.word].nonzero()[0].tolist()
        return places

    def piece(self, first: int, last: int) -> str:
        """The text from one word to before another."""
        return self.text[self.starts[first] : self.ends[last - 1]]

    @cached_property
    def starts(self) -> memoryview:
        """Where each word starts."""
        return self.scanned.start.data

    @cached_property
    def ends(self) -> memoryview:
        """Where each word ends."""
        return self.scanned.end.data

    def starts_sentence(self, i: int) -> bool:
        """Whether a word stands where any word would have a capital."""
        if not i:
            return True
        gap = self.text[self.ends[i - 1] : self.starts[i]]
        before = gap.rstrip(_BLANKS)
        return before.endswith(_STOPS) or gap.count("\n", len(before)) > 1

    def spelled(self, first: int, last: int) -> str:
        """What stands there as it would be listed: unmasked, with single blanks for line breaks."""
        return spelled(self.piece(first, last))

    def joined_folds(self, i: int, most: int) -> Sequence[str]:
        """The folded forms of one word from ``i`` on, of two, and so on, as :func:`translit.unicode.tokens.fold` joins them."""
        window = last = self.folded[i]
        out = [window]
        for k in range(i + 1, i + most):
            word = self.folded[k]
            window += word if spaceless(last) and spaceless(word) else f" {word}"
            out.append(window)
            last = word
        return out

    def joined_stem(self, i: int, count: int, stem: str) -> str:
        """:meth:`joined_fold` with the last word's folded stem in its place."""
        if count == 1:
            return stem
        head = self.joined_folds(i, count - 1)[-1]
        return head + ("" if spaceless(self.folded[i + count - 2]) and spaceless(stem) else " ") + stem


@lru_cache(maxsize=limits.TOKEN_CACHE)
def spelled(raw: str) -> str:
    """Some words as they would be listed: unmasked, with single blanks for line breaks."""
    return plain_name(" ".join(raw.split()))


def plainly_folded(word: str) -> str:
    """The folded form of a word, or of the plain one that it disguises."""
    return word.lower() if word.isascii() and word.isalpha() else fold_token(unmask(word))


class _Tokens(Sequence[Token]):
    """The tokens of a scanned text, each made when it is asked for."""

    def __init__(self, text: str, scanned: Scanned) -> None:
        self._text, self._start, self._end = text, scanned.start.data, scanned.end.data

    def __len__(self) -> int:
        return len(self._start)

    @overload
    def __getitem__(self, i: int) -> Token: ...
    @overload
    def __getitem__(self, i: slice) -> list[Token]: ...
    def __getitem__(self, i: int | slice) -> Token | list[Token]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        start, end = self._start[i], self._end[i]
        return Token(start, end, self._text[start:end])


class _Folded(Sequence[str]):
    """The folded forms of a scanned text, each made when it is asked for."""

    def __init__(self, text: str, scanned: Scanned) -> None:
        self._text, self._start, self._end, self._flags = text, scanned.start.data, scanned.end.data, scanned.flags.tobytes()

    def __len__(self) -> int:
        return len(self._start)

    @overload
    def __getitem__(self, i: int) -> str: ...
    @overload
    def __getitem__(self, i: slice) -> list[str]: ...
    def __getitem__(self, i: int | slice) -> str | list[str]:
        if isinstance(i, slice):
            return [self[k] for k in range(*i.indices(len(self)))]
        return "" if self._flags[i] & EMPTY else plainly_folded(self._text[self._start[i] : self._end[i]])


NOTHING_LISTED = window_table([])


def words_of(text: str, table: WindowTable = NOTHING_LISTED) -> Words:
    """Cut a text into its words, and find the windows of them that a table lists.

    >>> w = words_of("Achmad Massud, in Kabul")
    >>> list(w.folded), [bool(joined) for joined in w.joined]
    (['achmad', 'massud', 'in', 'kabul'], [False, True, False, True])
    """
    return Words(text, native.scan_words(text, table))
