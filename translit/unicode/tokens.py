"""Tokens: the words of a text with their offsets in its own code points.

A token is a run of letters, marks and digits, with apostrophes and invisible characters inside it. A hyphen parts tokens.
In scripts without spaces every character with its marks is a token (:data:`~translit.unicode.scripts.SPACELESS`).
Names and texts are cut by the same function, so what a lexicon lists is what a text can hold.

Source: Unicode Standard Annex #29, word boundaries, with the tailoring above.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import regex

from translit.unicode.fold import APOSTROPHES, INVISIBLE, fold_token, strict
from translit.unicode.scripts import SCRIPTS, SPACELESS

_SPACELESS = "".join(rf"\p{{{SCRIPTS[code]}}}" for code in sorted(SPACELESS))
_INNER = regex.escape("".join(sorted(set(APOSTROPHES + INVISIBLE))))
_TOKEN = regex.compile(
    rf"[{_SPACELESS}]\p{{M}}*|[\p{{L}}\p{{N}}--[{_SPACELESS}]][\p{{L}}\p{{M}}\p{{N}}{_INNER}--[{_SPACELESS}--\p{{M}}]]*",
    regex.V1,
)
_TRAILING = APOSTROPHES + INVISIBLE
_SPACELESS_CHAR = regex.compile(f"[{_SPACELESS}]")


class Token(NamedTuple):
    """A word of a text: ``text[start:end]`` is it."""

    start: int
    end: int
    text: str


def tokens(text: str) -> Iterator[Token]:
    """The words of ``text``, left to right.

    >>> [t.text for t in tokens("L’Aquila, Panjshir-Tal: Massud's 北京")]
    ['L’Aquila', 'Panjshir', 'Tal', "Massud's", '北', '京']
    """
    for match in _TOKEN.finditer(text):
        word = match[0]
        if word[-1] in _TRAILING:
            word = word.rstrip(_TRAILING)
        yield Token(match.start(), match.start() + len(word), word)


def fold(name: str) -> str:
    """The matching form of a name: its folded tokens, joined by a blank (by nothing in scripts without spaces).

    >>> fold("Mazār-e Sharīf"), fold("L’AQUILA"), fold("北京")
    ('mazar e sharif', 'laquila', '北京')
    """
    if name.isascii():
        return name.lower() if name.isalpha() else " ".join(folded_words(name))
    return join([fold_token(token.text) for token in tokens(name)])


_ASCII_SIGNS = str.maketrans({c: ("" if chr(c) in "'`" else " ") for c in range(128) if not (chr(c).isalnum() or c == 10)})


def fold_many(names: Sequence[str]) -> list[str]:
    """:func:`fold` of each name; the ASCII ones together, which is many times quicker.

    >>> fold_many(["Mazar-e Sharif", "L'AQUILA", "Köln"])
    ['mazar e sharif', 'laquila', 'koln']
    """
    plain = [name.isascii() and "\n" not in name for name in names]
    text = "\n".join(name for name, ascii_only in zip(names, plain, strict=True) if ascii_only)
    text = text.lower().translate(_ASCII_SIGNS)
    while "  " in text:
        text = text.replace("  ", " ")
    folded = iter(text.replace(" \n", "\n").replace("\n ", "\n").strip(" ").split("\n"))
    return [next(folded) if ascii_only else fold(name) for name, ascii_only in zip(names, plain, strict=True)]


def folded_words(name: str) -> list[str]:
    """The folded tokens of an ASCII name.

    >>> folded_words("Mazar-e Sharif, D'Arcy")
    ['mazar', 'e', 'sharif', 'darcy']
    """
    return name.lower().translate(_ASCII_SIGNS).split()


_SIGNS = str.maketrans({**dict.fromkeys("-\u2010\u2011", " "), **{c: "'" for c in APOSTROPHES if not c.isalnum()}})


def spelled(text: str) -> str:
    """A spelling whatever its case, its blanks and hyphens, and the kind of its apostrophes.

    >>> spelled("MAZAR-E  Sharif "), spelled("L’Aquila")
    ('mazar e sharif', "l'aquila")
    """
    text = text.lower() if text.isascii() else strict(text)
    if text.isalnum():
        return text
    words = text.replace("-", " ").split()
    return " ".join(words if "".join(words).isalnum() else text.translate(_SIGNS).split())


def otherwise_spelled(names: Sequence[str], folded: Sequence[str]) -> tuple[list[int], list[str]]:
    """The names that are not spelled as their folded forms, but for case, blanks, hyphens and the kind of apostrophes.

    Args:
        names: the names.
        folded: each of them folded.

    Returns:
        Their rows, and each :func:`spelled`.
    """
    rows: list[int] = []
    texts: list[str] = []
    for row, (name, form) in enumerate(zip(names, folded, strict=True)):
        if name != form and (text := spelled(name)) != form:
            rows.append(row)
            texts.append(text)
    return rows, texts


def join(words: list[str]) -> str:
    """Join folded tokens the way :func:`fold` does."""
    if len(words) == 1:
        return words[0]
    out: list[str] = []
    last = ""
    for word in words:
        if not word:
            continue
        if out and not (spaceless(last) and spaceless(word)):
            out.append(" ")
        out.append(word)
        last = word
    return "".join(out)


def spaceless(word: str) -> bool:
    """Whether a token stands in a script that writes no spaces between words."""
    return not word.isascii() and _SPACELESS_CHAR.match(word) is not None
