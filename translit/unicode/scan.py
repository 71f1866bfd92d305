"""Scanning: the words of a text as arrays, and the windows of words that a table lists.

Words are :func:`~translit.unicode.tokens.tokens` folded by :func:`~translit.unicode.fold.fold_token`. A window is one word or
several that may be of one name, and is known by the hash of its folded words joined as :func:`~translit.unicode.tokens.join`
joins them: a polynomial over the UTF-8 bytes, so that the hash of a longer window follows from that of a shorter one, then the
finalizer of MurmurHash3. A hit says that the window is listed as surely as 64 bits can; whoever writes something in its stead
compares the letters first.

:mod:`translit.native` has the compiled twins of :func:`scan_words` and :func:`replace_listed`.

Source of the finalizer: Appleby, MurmurHash3 (public domain).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import regex
from numpy.typing import NDArray

from translit import limits
from translit.unicode import plain
from translit.unicode.fold import APOSTROPHES, INVISIBLE, fold_token
from translit.unicode.plain import PRIME
from translit.unicode.scripts import SCRIPTS, SPACELESS
from translit.unicode.tokens import fold, spaceless, tokens

I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))
_SHIFT = np.uint64(33)


def token_hashes(words: Sequence[str]) -> U64:
    """The hash of each folded word, or of several joined.

    >>> [hex(h) for h in token_hashes(["", "kabul", "mazar e sharif"])]
    ['0x0', '0xd7f48b54c6cf5b7a', '0x6b09580d6179e60b']
    """
    return _mixed(_states(words))


def _states(words: Sequence[str]) -> U64:
    """The polynomial of each word: byte by byte, all words at once, the longest first."""
    encoded = [word.encode("utf-8", "surrogatepass") for word in words]
    data = np.frombuffer(b"".join(encoded), dtype=np.uint8)
    sizes = np.array([len(word) for word in encoded], dtype=np.int64)
    order = np.argsort(-sizes, kind="stable")
    starts = (np.cumsum(sizes) - sizes)[order]
    longer = len(words) - np.searchsorted(np.sort(sizes), np.arange(sizes.max(initial=0)), "right")
    state = np.zeros(len(words), dtype=np.uint64)
    for i, live in enumerate(longer):
        state[:live] = state[:live] * PRIME + data[starts[:live] + i]
    out = np.empty(len(words), dtype=np.uint64)
    out[order] = state
    return out


def _mixed(state: U64) -> U64:
    for factor in _MIX:
        state = (state ^ (state >> _SHIFT)) * factor
    return state ^ (state >> _SHIFT)


@dataclass(frozen=True)
class WindowTable:
    """Windows to look for.

    Args:
        hashes: of the forms and of what they begin with up to the end of a word; sorted and distinct, shape (windows,).
        values: twice (the number of the form, counted from 1, or 0 where it is none), and one more where a longer form begins so.
        starts: where each bucket of hashes with the same leading bits begins, and the end: shape (a power of two + 1,).
    """

    hashes: U64
    values: U32
    starts: U32

    def find(self, hashes: U64) -> U32:
        """The value of each hash, 0 where it is not in the table."""
        found = np.zeros(len(hashes), dtype=np.uint32)
        if not len(self.hashes):
            return found
        likely = np.flatnonzero(self._present[(hashes & np.uint64(len(self._present) - 1)).astype(np.int64)])
        found[likely] = self._found(hashes[likely])
        return found

    @cached_property
    def _present(self) -> NDArray[np.bool_]:
        """Whether some hash ends with so many low bits: small enough for a processor's cache, and no for most words."""
        present = np.zeros(1 << min(max((8 * len(self.hashes)).bit_length(), 8), 22), dtype=bool)
        present[(self.hashes & np.uint64(len(present) - 1)).astype(np.int64)] = True
        return present

    def _found(self, hashes: U64) -> U32:
        found = np.zeros(len(hashes), dtype=np.uint32)
        bits = (len(self.starts) - 1).bit_length() - 1
        bucket = (hashes >> np.uint64(64 - bits)).astype(np.int64) if bits else np.zeros(len(hashes), dtype=np.int64)
        row, end = self.starts[bucket], self.starts[bucket + 1]
        left = np.flatnonzero(row < end)
        while len(left):
            same = self.hashes[row[left]] == hashes[left]
            found[left[same]] = self.values[row[left[same]]]
            left = left[~same]
            row[left] += np.uint32(1)
            left = left[row[left] < end[left]]
        return found

    def joined_by(self, forms: Sequence[str], first: int) -> WindowTable:
        """This table with more forms, numbered from ``first`` on where the table has none under their letters."""
        more = window_table(forms)
        hashes = np.union1d(self.hashes, more.hashes)
        values, added = self.find(hashes), more.find(hashes)
        number = np.where((values > 1) | (added < 2), values >> np.uint32(1), (added >> np.uint32(1)) + np.uint32(first))
        merged = number.astype(np.uint32) * np.uint32(2) | ((values | added) & np.uint32(1))
        return WindowTable(hashes, merged, _buckets(hashes))


def window_table(forms: Sequence[str]) -> WindowTable:
    """The table of folded forms, numbered in their order.

    Forms of more than :data:`~translit.limits.MAX_NAME_TOKENS` words are not asked for word by word: what they begin with is left out.

    >>> table = window_table(["kabul", "mazar e sharif"])
    >>> table.find(token_hashes(["kabul", "mazar", "mazar e", "mazar e sharif", "herat"])).tolist()
    [2, 1, 1, 4, 0]
    """
    found: dict[str, int] = {}
    for number, form in enumerate(forms, 1):
        ends = _ends(form)
        for end in ends[:-1] if len(ends) <= limits.MAX_NAME_TOKENS else ():
            start = form[:end]
            found[start] = found.get(start, 0) | 1
        found[form] = found.get(form, 0) & 1 | 2 * number
    hashes, row = np.unique(token_hashes(list(found)), return_index=True)
    values = np.fromiter(found.values(), dtype=np.uint32, count=len(found))[row]
    return WindowTable(hashes, values, _buckets(hashes))


def _ends(form: str) -> list[int]:
    """Where the words of a folded form end."""
    if form.isascii():
        return [i for i, c in enumerate(form) if c == " "] + [len(form)] if " " in form else [len(form)] if form else []
    return [token.end for token in tokens(form)]


def _buckets(hashes: U64) -> U32:
    bits = min(max(len(hashes) >> 1, 1).bit_length() - 1, 24)
    buckets = hashes >> np.uint64(64 - bits) if bits else np.zeros(len(hashes), dtype=np.uint64)
    return np.searchsorted(buckets, np.arange((1 << bits) + 1, dtype=np.uint64)).astype(np.uint32)


CAPITAL, JOINED, EMPTY = 1, 2, 4
"""Flags of a token: its first letter is a capital, or its script has none; it may go on a name that the token before it began;
it folds to nothing, or is too long to be a word of a name."""


class Scanned(NamedTuple):
    """The tokens of a text, left to right, and the windows that a table lists.

    Args:
        start, end: code point offsets in the text, shape (tokens,).
        word: number of each distinct token, from 0 on by first occurrence; two of one number are written alike.
        flags: :data:`CAPITAL`, :data:`JOINED` and :data:`EMPTY`.
        first: where each distinct token stands first, shape (distinct tokens,).
        hash: hash of each distinct token's folded form, 0 for an empty one.
        hit: token, count of tokens and number of the form of each window that is listed, shape (hits, 3).
        open: first and last token of each window that would be listed if its last token were another: some listed form of as
            many words or more begins with all its words but the last. Shape (windows, 2).

    Windows are of tokens that go on one another, are not empty, and of which one at least is capital.
    """

    start: U32
    end: U32
    word: U32
    flags: U8
    first: U32
    hash: U64
    hit: U32
    open: U32


def scan_words(text: str, table: WindowTable) -> Scanned:
    """Cut a text into its words and find the windows that a table lists.

    >>> text = "From Kābul to Mazar-e\\nSHARIF, and to Kābul."
    >>> found = scan_words(text, window_table(["kabul", "mazar e sharif"]))
    >>> [text[a:b] for a, b in zip(found.start, found.end)]
    ['From', 'Kābul', 'to', 'Mazar', 'e', 'SHARIF', 'and', 'to', 'Kābul']
    >>> found.word.tolist(), found.hit.tolist(), found.open.tolist()
    ([0, 1, 2, 3, 4, 5, 6, 2, 1], [[1, 1, 0], [3, 3, 1], [8, 1, 0]], [[3, 4], [3, 5]])
    """
    found = list(tokens(text))
    numbers: dict[str, int] = {}
    word = [numbers.setdefault(token.text, len(numbers)) for token in found]
    folded = [fold_token(raw) if len(raw) <= limits.MAX_TOKEN_CODEPOINTS else "" for raw in numbers]
    states = _states(folded)
    hashes = np.where([bool(f) for f in folded], _mixed(states), np.uint64(0)) if folded else np.zeros(0, dtype=np.uint64)
    kinds = [CAPITAL * has_capital(raw) | EMPTY * (not f) for raw, f in zip(numbers, folded, strict=True)]
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
            if capital:
                open_.append((i, k))
            window = longer(window, folded[word[k - 1]], folded[word[k]])
            value = int(table.find(token_hashes([window]))[0])
            if value > 1 and capital:
                hits.append((i, k - i + 1, value // 2 - 1))
            k += 1
    first: dict[int, int] = {}
    for i, w in enumerate(word):
        first.setdefault(w, i)
    u32 = np.uint32
    return Scanned(
        np.array([t.start for t in found], dtype=u32), np.array([t.end for t in found], dtype=u32), np.array(word, dtype=u32),
        np.array(flags, dtype=np.uint8), np.array(list(first.values()), dtype=u32), hashes,
        np.array(hits, dtype=u32).reshape(-1, 3), np.array(open_, dtype=u32).reshape(-1, 2),
    )  # fmt: skip


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


Ask = Callable[[int, int, int], "str | None"]
"""Start, end and form of a window → what is written in its stead, None to leave it."""


def find_listed(text: str, table: WindowTable, forms: Column, action: U8) -> U32:
    """The longest listed window at each place, from the left, without overlap, whatever its case.

    Args:
        text: any text.
        table: of the forms.
        forms: the forms themselves.
        action: as in :class:`Plan`; a form of :data:`PASS` is overlooked.

    Returns:
        Start, end and form of each window that is not left, shape (windows, 3).

    >>> from translit.lexicon.storage import Strings
    >>> forms = Strings.make(["kabul", "mazar", "mazar e sharif"])
    >>> found = find_listed("KABUL, mazar-e Sharif, Mazar e", window_table(forms), forms, np.array([2, 1, 3], dtype=np.uint8))
    >>> found.tolist()
    [[0, 5, 0], [7, 21, 2]]
    """
    if text.isascii():
        found = _plain(text, table, forms, action)
        listed = action[found.form] != LEAVE
        return np.stack([found.start[listed], found.end[listed], found.form[listed]], axis=1).astype(np.uint32)
    return _find_listed(text, table, forms, action)


def _plain(text: str, table: WindowTable, forms: Column, action: U8) -> plain.Found:
    def lookup(states: U64) -> U32:
        return table.find(_mixed(states))

    return plain.longest(text, plain.Listing(lookup, forms.data, forms.starts, action == PASS, goes_on, fold))


def _find_listed(text: str, table: WindowTable, forms: Column, action: U8) -> U32:
    """:func:`find_listed`, word by word."""
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


def replace_listed(text: str, table: WindowTable, forms: Column, plan: Plan, ask: Ask) -> str:
    """The text with what :func:`find_listed` finds replaced.

    A window of the plain letters of its form, small and capital ones, that is of :data:`WRITE` is written as the plan says, unless
    it is that already but for its case; ``ask`` says what becomes of the others.

    >>> from translit.lexicon.storage import Strings
    >>> forms, written = Strings.make(["kaboul"]), Strings.make(["Kabul"])
    >>> plan = Plan(np.array([WRITE], dtype=np.uint8), np.array([0], dtype=np.uint32), written.data, written.starts)
    >>> replace_listed("Kaboul, KABOUL", window_table(forms), forms, plan, lambda start, end, form: "KABUL")
    'Kabul, KABUL'
    """
    data, starts = plan.data.data, plan.starts
    rows: list[tuple[int, int, int, bool, int, int]] = []
    if text.isascii():
        found = _plain(text, table, forms, plan.action)
        action = plan.action[found.form]
        simple = found.mixed & (action == WRITE)
        row = plan.row[found.form]
        low, high = starts[row].astype(np.int64), starts[row + np.uint32(1)].astype(np.int64)
        changes = (action != LEAVE) & ~(simple & plain.same_but_for_case(text, found, plan.data, low, high))
        columns = (found.start, found.end, found.form, simple, low, high)
        rows = list(zip(*(column[changes].tolist() for column in columns), strict=True))
    else:
        for start, end, form in _find_listed(text, table, forms, plan.action).tolist():
            place, to = (int(starts[plan.row[form] + k]) for k in (0, 1))
            simple_one = _is_simple(text[start:end], form, forms, plan)
            if not simple_one or str(data[place:to], "utf-8").lower() != text[start:end].lower():
                rows.append((start, end, form, simple_one, place, to))
    out: list[str] = []
    at = 0
    for start, end, form, simple_one, place, to in rows:
        written = str(data[place:to], "utf-8") if simple_one else ask(start, end, form)
        if written is not None:
            out.append(text[at:start])
            out.append(written)
            at = end
    out.append(text[at:])
    return "".join(out)


# What the compiled twin reads of a code point: the low bits of its entry, which _native.c names alike.
_SPACELESS, _MARK, _START, _INNER, _TRAILING, _CONTEXT = 1, 2, 4, 8, 16, 32
_BEGINS_MARK, _BEGINS_SECOND, _ENDS_MARK, _ENDS_FIRST = 64, 128, 256, 512
_CASED, _SMALL = 1024, 2048
_FLAG_BITS = 12
_COMPOSED = 0x20000
"""No code point from here on is composed of two."""
_SEPARATOR = "\n"
LIMITS = (0x3100, 0x20000, 0x110000)
"""Code points that :func:`code_points` is asked for in turn: alphabets, then all but rare Han characters, then all."""


class CodePoints(NamedTuple):
    """Every code point up to a limit: its classes, and its folded form as UTF-8 behind a byte of length."""

    entries: U32
    blob: NDArray[np.uint8]


@lru_cache(maxsize=len(LIMITS))
def code_points(limit: int) -> CodePoints:
    """The classes and folded forms of the code points below ``limit``, as the compiled scanner reads them.

    A word's folded form is that of its code points joined, except where two neighbours may compose or change places;
    those are marked, and the scanner asks :func:`~translit.unicode.fold.fold_token` for such a word.
    """
    points = "".join(map(chr, range(limit)))
    entries = np.zeros(limit, dtype=np.uint32)
    spaceless = "".join(rf"\p{{{SCRIPTS[code]}}}" for code in sorted(SPACELESS))
    within = regex.escape("".join(sorted(APOSTROPHES + INVISIBLE)))
    for flag, characters in (
        (_SPACELESS, f"[{spaceless}]"),
        (_MARK, r"\p{M}"),
        (_START, rf"[\p{{L}}\p{{N}}--[{spaceless}]]"),
        (_INNER, rf"[\p{{L}}\p{{M}}\p{{N}}{within}--[{spaceless}--\p{{M}}]]"),
        (_TRAILING, f"[{within}]"),
        (_CASED, r"\p{L}"),
    ):
        for run in regex.finditer(f"{characters}+", points, regex.V1):
            entries[run.start() : run.end()] |= flag
    rows = np.flatnonzero(entries)
    entries[[row for row in rows.tolist() if points[row].islower()]] |= _SMALL
    # The separator neither folds nor composes, so one call folds every code point by itself.
    folded = fold_token.__wrapped__(_SEPARATOR.join(points[row] for row in rows)).split(_SEPARATOR)
    number = {word: i for i, word in enumerate(dict.fromkeys(folded))}
    which = np.array([number[word] for word in folded], dtype=np.int64)
    records = [word.encode() for word in number]
    sizes = np.array([len(record) + 1 for record in records], dtype=np.int64)
    ends = _behaviours(list(number))
    entries[rows] |= (((np.cumsum(sizes) - sizes) << _FLAG_BITS) | ends)[which].astype(np.uint32)
    # The scanner folds as it reads on, before it knows what ends the word: what may trail must fold to nothing.
    visible = sizes[which] > 1
    entries[rows[visible & (entries[rows] & _TRAILING > 0)]] |= _CONTEXT
    blob = b"".join([bytes((len(record),)) + record for record in records])
    return CodePoints(entries, np.frombuffer(blob, dtype=np.uint8))


def _behaviours(folded: Sequence[str]) -> I64:
    """What the folded form of a code point may do to the forms of its neighbours, form by form."""
    # Hangul composes by arithmetic: leading consonants and syllables, then vowels and trailing consonants.
    firsts = {chr(c) for c in (*range(0x1100, 0x1113), *range(0xAC00, 0xD7A4))}
    seconds = {chr(c) for c in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))}
    for point in range(_COMPOSED):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and parts[0][0] != "<":
            firsts.add(chr(int(parts[0], 16)))
            seconds.add(chr(int(parts[1], 16)))
    lively = {c for c in set("".join(folded)) if unicodedata.combining(c) or unicodedata.decomposition(c)}
    lively |= firsts | seconds
    found = (0 if lively.isdisjoint(word) else _behaviour(word, firsts, seconds) for word in folded)
    return np.fromiter(found, dtype=np.int64, count=len(folded))


def _behaviour(folded: str, firsts: set[str], seconds: set[str]) -> int:
    if any(unicodedata.combining(c) or c in seconds for c in folded[1:]):
        return _CONTEXT
    start, end = unicodedata.normalize("NFD", folded[0])[0], unicodedata.normalize("NFD", folded[-1])[-1]
    return (
        _BEGINS_MARK * bool(unicodedata.combining(start))
        | _BEGINS_SECOND * (start in seconds or folded[0] in seconds)
        | _ENDS_MARK * bool(unicodedata.combining(end))
        | _ENDS_FIRST * (folded[-1] in firsts)
    )
