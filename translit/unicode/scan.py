"""Scanning: the words of a text as arrays, and the windows of words that a table lists.

Words are :func:`~translit.unicode.tokens.tokens` folded by :func:`~translit.unicode.fold.fold_token`. A window is one word or
several that may be of one name, looked up by its hash (:mod:`translit.unicode.hashes`). A hit says that the window is listed as
surely as 64 bits can; whoever writes something in its stead compares the letters first.

:mod:`translit.native` has the compiled twins of :func:`scan_words` and :func:`replace_listed`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import regex
from numpy.typing import NDArray

from translit import limits
from translit.unicode import plain
from translit.unicode.fold import fold_token
from translit.unicode.hashes import U32, WindowTable, finished, polynomials, token_hashes
from translit.unicode.tokens import fold, spaceless, tokens

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
U8 = NDArray[np.uint8]
CAPITAL, JOINED, EMPTY, SIGNED, ENDS = 1, 2, 4, 8, 16
"""Flags of a token: its first letter is a capital, or its script has none; it may go on a name that the token before it began;
it folds to nothing, or is too long to be a word of a name; it is not of ASCII letters alone; it may have an ending, since it is not
or ends in s."""


class Scanned(NamedTuple):
    """The tokens of a text, left to right, and the windows that a table lists.

    Args:
        start, end: code point offsets in the text, shape (tokens,).
        word: number of each distinct token, from 0 on by first occurrence; two of one number are written alike.
        flags: :data:`CAPITAL`, :data:`JOINED`, :data:`EMPTY`, :data:`SIGNED` and :data:`ENDS`.
        first: where each distinct token stands first, shape (distinct tokens,).
        hash: hash of each distinct token's folded form, 0 for an empty one.
        alike: number of the first distinct token that folds like each.
        hit: token, count of tokens and number of the form of each window that is listed, shape (hits, 3).
        open: first and last token of each window that would be listed if its last token were another, and whose last token may
            have an ending: some listed form of as many words or more begins with all its words but the last. Shape (windows, 2).

    Windows are of tokens that go on one another, are not empty, and of which one at least is capital.
    """

    start: U32
    end: U32
    word: U32
    flags: U8
    first: U32
    hash: U64
    alike: U32
    hit: U32
    open: U32


def scan_words(text: str, table: WindowTable) -> Scanned:
    """Cut a text into its words and find the windows that a table lists.

    >>> text = "From Kābul to Mazar-e\\nSHARIF, Mazar es, Kābul."
    >>> from translit.unicode.hashes import window_table
    >>> found = scan_words(text, window_table(["kabul", "mazar e sharif"]))
    >>> [text[a:b] for a, b in zip(found.start, found.end)]
    ['From', 'Kābul', 'to', 'Mazar', 'e', 'SHARIF', 'Mazar', 'es', 'Kābul']
    >>> found.word.tolist(), found.hit.tolist(), found.open.tolist()
    ([0, 1, 2, 3, 4, 5, 3, 6, 1], [[1, 1, 0], [3, 3, 1], [8, 1, 0]], [[6, 7]])
    """
    found = list(tokens(text))
    numbers: dict[str, int] = {}
    word = [numbers.setdefault(token.text, len(numbers)) for token in found]
    folded = [fold_token(raw) if len(raw) <= limits.MAX_TOKEN_CODEPOINTS else "" for raw in numbers]
    states = polynomials(folded)
    hashes = np.where([bool(f) for f in folded], finished(states), np.uint64(0)) if folded else np.zeros(0, dtype=np.uint64)
    kinds = [CAPITAL * has_capital(raw) | EMPTY * (not f) | _signs(raw) for raw, f in zip(numbers, folded, strict=True)]
    flags = [kinds[w] for w in word]
    for i in range(1, len(found)):
        flags[i] |= JOINED * goes_on(found[i - 1].text, text[found[i - 1].end : found[i].start])
    values = table.find(hashes).tolist()
    hits: list[tuple[int, int, int]] = []
    open_: list[tuple[int, int]] = []
    for i, w in enumerate(word):
        value = values[w]
        if not value or flags[i] & EMPTY:
            continue
        capital = flags[i] & CAPITAL
        if value > 1 and capital:
            hits.append((i, 1, value // 2 - 1))
        window, k = folded[w], i + 1
        while value & 1 and k < len(word) and flags[k] & (JOINED | EMPTY) == JOINED:
            capital |= flags[k] & CAPITAL
            if capital and flags[k] & ENDS:
                open_.append((i, k))
            window = longer(window, folded[word[k - 1]], folded[word[k]])
            value = int(table.find(token_hashes([window]))[0])
            if value > 1 and capital:
                hits.append((i, k - i + 1, value // 2 - 1))
            k += 1
    first: dict[int, int] = {}
    for i, w in enumerate(word):
        first.setdefault(w, i)
    alike: dict[str, int] = {}
    u32 = np.uint32
    return Scanned(
        np.array([t.start for t in found], dtype=u32), np.array([t.end for t in found], dtype=u32), np.array(word, dtype=u32),
        np.array(flags, dtype=np.uint8), np.array(list(first.values()), dtype=u32), hashes,
        np.array([alike.setdefault(form, w) for w, form in enumerate(folded)], dtype=u32),
        np.array(hits, dtype=u32).reshape(-1, 3), np.array(open_, dtype=u32).reshape(-1, 2),
    )  # fmt: skip


def _signs(raw: str) -> int:
    """:data:`SIGNED` and :data:`ENDS` of a token."""
    if not (raw.isascii() and raw.isalpha()):
        return SIGNED | ENDS
    return ENDS * (raw[-1] in "sS")


def longer(window: str, last: str, word: str) -> str:
    """A window of folded words, of which ``last`` is the last, and one more."""
    return window + ("" if spaceless(last) and spaceless(word) else " ") + word


_LETTER = regex.compile(r"\p{L}")
_JOIN = regex.compile(r"(?:[ \t\u00a0\u202f]{0,2}\r?\n?[ \t\u00a0]{0,2}|[-‐‑–\u00ad]|\.[ \u00a0]?)")


def has_capital(text: str) -> bool:
    """Whether the first letter is a capital, or the script has no capitals.

    >>> has_capital("Kabul"), has_capital("kabul"), has_capital("کابل"), has_capital("d’Orsay")
    (True, False, True, False)
    """
    first = _LETTER.search(text)
    return first is not None and not first[0].islower()


def goes_on(before: str, gap: str) -> bool:
    """Whether a word may go on a name that the word before it began, by what stands between them.

    >>> goes_on("Mazar", "-"), goes_on("A", ". "), goes_on("Massud", ". ")
    (True, True, False)
    """
    if gap == " " or gap == "-":
        return True
    # A full stop joins only behind an initial (A. Massoud).
    return len(gap) <= 6 and _JOIN.fullmatch(gap) is not None and ("." not in gap or len(before) == 1)


class Column(Protocol):
    """Strings on two arrays: the UTF-8 bytes of all, and where each starts, with the end."""

    data: U8
    starts: U32

    def __getitem__(self, row: int, /) -> str: ...

    def __len__(self) -> int: ...


# What to do with the windows of a form when its listed spellings are replaced.
PASS, LEAVE, WRITE, ASK = 0, 1, 2, 3


class Plan(NamedTuple):
    """What becomes of each form, and what is written.

    Args:
        action: :data:`PASS` for a form that is overlooked, :data:`LEAVE` for one that stays as it is, :data:`WRITE` for one
            that is written, :data:`ASK` where that depends on how it is spelled; shape (forms,).
        row: which string is written for each form, shape (forms,).
        data, starts: UTF-8 bytes of the strings, and where each of them starts, with the end.
    """

    action: U8
    row: U32
    data: U8
    starts: U32


def _is_simple(raw: str, form: int, forms: Column, plan: Plan) -> bool:
    """Whether the plan alone says what is written."""
    own = plan.action[form] == WRITE and raw.isascii() and raw.lower() == forms[form]
    return bool(own) and any(c.isupper() for c in raw) and any(c.islower() for c in raw)


class Listing:
    """What is looked for in texts, and what becomes of it.

    Args:
        table: of the forms.
        forms: the forms themselves.
        plan: what becomes of each.
    """

    def __init__(self, table: WindowTable, forms: Column, plan: Plan) -> None:
        self.table, self.forms, self.plan = table, forms, plan
        self.compiled: object = None
        """What the compiled loops made of it, where they are in use."""


Ask = Callable[[str, int, int, int], "str | None"]
"""Text, start, end and form of a window → what is written in its stead, None to leave it."""


def find_listed(text: str, listing: Listing) -> U32:
    """The longest listed window at each place, from the left, without overlap, whatever its case.

    A form whose action is :data:`PASS` is overlooked.

    Returns:
        Start, end and form of each window that is not left, shape (windows, 3).

    >>> from translit.lexicon.storage import Strings
    >>> forms = Strings.make(["kabul", "mazar", "mazar e sharif"])
    >>> from translit.unicode.hashes import window_table
    >>> plan = Plan(np.array([WRITE, LEAVE, ASK], dtype=np.uint8), np.arange(3, dtype=np.uint32), forms.data, forms.starts)
    >>> found = find_listed("KABUL, mazar-e Sharif, Mazar e", Listing(window_table(forms), forms, plan))
    >>> found.tolist()
    [[0, 5, 0], [7, 21, 2]]
    """
    if text.isascii():
        found = _plain(text, listing)
        listed = listing.plan.action[found.form] != LEAVE
        return np.stack([found.start[listed], found.end[listed], found.form[listed]], axis=1).astype(np.uint32)
    return _find_listed(text, listing)


def _plain(text: str, listing: Listing) -> plain.Found:
    def lookup(states: U64) -> U32:
        return listing.table.find(finished(states))

    forms = listing.forms
    return plain.longest(text, plain.Listing(lookup, forms.data, forms.starts, listing.plan.action == PASS, goes_on, fold))


def _find_listed(text: str, listing: Listing) -> U32:
    """:func:`find_listed`, word by word."""
    table, forms, action = listing.table, listing.forms, listing.plan.action
    found = list(tokens(text))
    folded = [fold_token(t.text) if len(t.text) <= limits.MAX_TOKEN_CODEPOINTS else "" for t in found]
    distinct = list(dict.fromkeys(folded))
    values = dict(zip(distinct, table.find(token_hashes(distinct)).tolist(), strict=True))
    out: list[tuple[int, int, int]] = []
    i = 0
    while i < len(found):
        best = i
        value, window, k = (values[folded[i]] if folded[i] else 0), folded[i], i + 1
        form = -1
        while value:
            number = value // 2 - 1
            if number >= 0 and action[number] != PASS and forms[number] == window:
                best, form = k, number
            if not value & 1 or k == len(found) or not folded[k]:
                break
            if not goes_on(found[k - 1].text, text[found[k - 1].end : found[k].start]):
                break
            window = longer(window, folded[k - 1], folded[k])
            value = int(table.find(token_hashes([window]))[0])
            k += 1
        if form >= 0 and action[form] != LEAVE:
            out.append((found[i].start, found[best - 1].end, form))
        i = max(best, i + 1)
    return np.array(out, dtype=np.uint32).reshape(-1, 3)


def replace_listed(texts: Sequence[str], listing: Listing, ask: Ask) -> list[tuple[str, int]]:
    """Each text with what :func:`find_listed` finds replaced, and how often something was.

    A window of the plain letters of its form, small and capital ones, that is of :data:`WRITE` is written as the plan says, unless
    it is that already but for its case; ``ask`` says what becomes of the others.

    >>> from translit.lexicon.storage import Strings
    >>> forms, written = Strings.make(["kaboul"]), Strings.make(["Kabul"])
    >>> plan = Plan(np.array([WRITE], dtype=np.uint8), np.array([0], dtype=np.uint32), written.data, written.starts)
    >>> from translit.unicode.hashes import window_table
    >>> listing = Listing(window_table(forms), forms, plan)
    >>> replace_listed(["Kaboul, KABOUL", "Kabul"], listing, lambda text, start, end, form: "KABUL")
    [('Kabul, KABUL', 2), ('Kabul', 0)]
    """
    return [_replaced(text, listing, ask) for text in texts]


def _replaced(text: str, listing: Listing, ask: Ask) -> tuple[str, int]:
    plan = listing.plan
    data, starts = plan.data.data, plan.starts
    rows: list[tuple[int, int, int, bool, int, int]] = []
    if text.isascii():
        found = _plain(text, listing)
        action = plan.action[found.form]
        simple = found.mixed & (action == WRITE)
        row = plan.row[found.form]
        low, high = starts[row].astype(np.int64), starts[row + np.uint32(1)].astype(np.int64)
        changes = (action != LEAVE) & ~(simple & plain.same_but_for_case(text, found, plan.data, low, high))
        columns = (found.start, found.end, found.form, simple, low, high)
        rows = list(zip(*(column[changes].tolist() for column in columns), strict=True))
    else:
        for start, end, form in _find_listed(text, listing).tolist():
            place, to = (int(starts[plan.row[form] + k]) for k in (0, 1))
            simple_one = _is_simple(text[start:end], form, listing.forms, plan)
            if not simple_one or str(data[place:to], "utf-8").lower() != text[start:end].lower():
                rows.append((start, end, form, simple_one, place, to))
    if text.isascii() and all(row[3] for row in rows):
        return _spliced(text, rows, data), len(rows)
    out: list[str] = []
    at = changed = 0
    for start, end, form, simple_one, place, to in rows:
        written = str(data[place:to], "utf-8") if simple_one else ask(text, start, end, form)
        if written is not None:
            out += (text[at:start], written)
            at = end
            changed += 1
    out.append(text[at:])
    return "".join(out), changed


def _spliced(text: str, rows: Sequence[tuple[int, int, int, bool, int, int]], data: memoryview) -> str:
    """An ASCII text with its windows written as bytes of ``data``."""
    raw = memoryview(text.encode())
    out: list[memoryview] = []
    at = 0
    for start, end, _, _, place, to in rows:
        out += (raw[at:start], data[place:to])
        at = end
    out.append(raw[at:])
    return b"".join(out).decode()
