"""Words: the tokens of a document, their folded forms, and where sentences start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import regex

from translit import limits
from translit.mentions.casing import has_capital
from translit.unicode.fold import fold_token
from translit.unicode.tokens import Token, spaceless, tokens

_JOIN = regex.compile(r"(?:[ \t\u00a0\u202f]{0,2}\r?\n?[ \t\u00a0]{0,2}|[-‐‑–\u00ad]|\.[ \u00a0]?)")
_STOP = regex.compile(r"(?:[.!?…:;•]|^|\n\s*\n|[\"“”„«»(\[])\s*[\"“”„«»(\[]*\s*$")


@dataclass(frozen=True)
class Words:
    """The words of a text.

    Args:
        text: the text.
        tokens: its words, left to right.
        folded: each word's folded form, ``""`` where it is too long to be a name.
        joined: whether a word may go on a name that the word before it began.
        capital: whether each word starts with a capital, or its script has none.
    """

    text: str
    tokens: Sequence[Token]
    folded: Sequence[str]
    joined: Sequence[bool]
    capital: Sequence[bool]

    @cached_property
    def spaced(self) -> bool:
        """Whether every word stands in a script that writes spaces."""
        return self.text.isascii() or not any(spaceless(word) for word in set(self.folded))

    def starts_sentence(self, i: int) -> bool:
        """Whether a word stands where any word would have a capital."""
        start = self.tokens[i].start
        low = self.tokens[i - 1].end if i else 0
        return _STOP.search(self.text[low:start]) is not None if i else True

    def joined_fold(self, i: int, count: int) -> str:
        """The folded form of ``count`` words from ``i`` on, as :func:`translit.unicode.tokens.fold` joins them."""
        if count == 1:
            return self.folded[i]
        if self.spaced:
            return " ".join(self.folded[i : i + count])
        out = [self.folded[i]]
        for k in range(i + 1, i + count):
            if not (spaceless(self.folded[k - 1]) and spaceless(self.folded[k])):
                out.append(" ")
            out.append(self.folded[k])
        return "".join(out)

    def joined_stem(self, i: int, count: int, stem: str) -> str:
        """:meth:`joined_fold` with the last word's folded stem in its place."""
        if count == 1:
            return stem
        head = self.joined_fold(i, count - 1)
        return head + ("" if spaceless(self.folded[i + count - 2]) and spaceless(stem) else " ") + stem


def words_of(text: str) -> Words:
    """Cut a text into its words.

    >>> w = words_of("Achmad Massud, in Kabul")
    >>> list(w.folded), list(w.joined)
    (['achmad', 'massud', 'in', 'kabul'], [False, True, False, True])
    """
    found = list(tokens(text))
    folded = [fold_token(t.text) if len(t.text) <= limits.MAX_TOKEN_CODEPOINTS else "" for t in found]
    joined = [False] * len(found)
    for i in range(1, len(found)):
        low, high = found[i - 1].end, found[i].start
        gap = text[low:high]
        if gap == " " or gap == "-":
            joined[i] = True
        elif len(gap) <= 6 and _JOIN.fullmatch(gap) is not None:
            # A full stop joins only behind an initial (A. Massoud).
            joined[i] = "." not in gap or len(found[i - 1].text) == 1
    return Words(text, found, folded, joined, [has_capital(t.text) for t in found])
