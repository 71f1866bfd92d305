"""Alignment: how dearly one spelling turns into another, by costs of letter groups learnt from attested pairs.

A cost table gives, for a group of one to three source letters and a group of none to three Latin letters, the price of the one
standing for the other: minus the logarithm of how often it does. The cost of a pair of names is the cheapest way to cut
both into such groups (Viterbi). Costs are integers (1/100 nat), so sums are exact in any order and on any machine.

Sources: Brill and Moore (2000), an improved error model for noisy channel spelling correction; Ristad and Yianilos (1998),
learning string-edit distance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translit import native
from translit.matching.spans import Spans

Int = NDArray[np.int32]
Rows = NDArray[np.int64]
LETTERS = "abcdefghijklmnopqrstuvwxyz 0"
"""The target alphabet: plain letters, the blank, and 0 for a digit; anything else is no letter."""
OTHER = len(LETTERS)
WIDEST = 3
"""Longest letter group."""
DEAREST = 1200
"""Cost of what was never seen, in 1/100 nat."""
FORBIDDEN = 20000
STEPS = ((1, 1), (1, 0), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3), (2, 0), (3, 0))
"""Group sizes (source, target) beside the insertion of one target letter; the first wins among equals."""
DIGITS = "123456789"
POINT_BITS = 21


def _codes(letters: str) -> Int:
    """Place of each ASCII character among some letters; what is none of them comes after them all."""
    codes = np.full(128, len(letters), dtype=np.int32)
    codes[[ord(c) for c in letters]] = np.arange(len(letters))
    return codes


_CODE = _codes(LETTERS)
_CODE[[ord(c) for c in DIGITS]] = LETTERS.index("0")
_SOURCE_LETTERS = LETTERS + DIGITS
_SOURCE_CODE = _codes(_SOURCE_LETTERS)


class Prices(NamedTuple):
    """Costs by the id of one side's group: those of id i are ``cost[starts[i]:starts[i + 1]]``, for the ids in ``other``."""

    starts: Int
    other: Int
    cost: Int


class Op(NamedTuple):
    """One step of an alignment: the source group, the target group, and its cost in 1/100 nat."""

    source: str
    target: str
    cost: int


class CostTable:
    """Costs of source groups standing for target groups; not changed once made.

    Args:
        costs: (source group, target group) → cost in 1/100 nat; an empty group is an insertion or a deletion.
        identity: whether a letter that both alphabets have costs nothing to keep where no row says otherwise.
        syllabic: whether the source's atoms are written with several letters, so that groups of them are joined by ``'``.

    Attributes:
        sources, targets: ids of the groups, from 2; 0 is the empty group, 1 a letter that is not in the table.
        joint: what stands between the atoms of a source group.
        group: id of the target group of some letter codes, by their place among all groups; -1 where there is none.
        codes, base: letter codes by ASCII, and how many there are.
    """

    codes = _CODE
    base = OTHER + 1

    def __init__(self, costs: Mapping[tuple[str, str], int], identity: bool = True, syllabic: bool = False) -> None:
        self.costs, self.identity, self.syllabic = costs, identity, syllabic
        self.joint = "'" if syllabic else ""
        self.sources = _ids({s for s, _ in costs if s} | (set(LETTERS) if identity else set()))
        self.targets = _ids({t for _, t in costs if t} | set(LETTERS))
        self.group = _dense(self.targets, _CODE, OTHER)

    @cached_property
    def rows(self) -> Prices:
        """The prices that are not forbidden, by source id and target id; those of a source id stand together."""
        return self._arranged(self.costs)

    @cached_property
    def sparse(self) -> tuple[Prices, Prices]:
        """The prices that the cheapest alignment needs: by source id; and those of single atoms by target id."""
        few = {groups for groups in self.costs if len(groups[0]) + len(groups[1]) == 3} if not self.syllabic else set()
        needless = {groups for groups in few if self._needless(*groups)}
        rows = self._arranged({groups: cost for groups, cost in self.costs.items() if groups not in needless})
        atom = np.array([False, True, *map(self.single, self.sources)])
        source = np.repeat(np.arange(len(atom), dtype=np.int32), np.diff(rows.starts))
        order = np.argsort(rows.other, kind="stable")
        order = order[atom[source[order]]]
        starts = np.searchsorted(rows.other[order], np.arange(len(self.targets) + 3)).astype(np.int32)
        return rows, Prices(starts, source[order], rows.cost[order])

    def _arranged(self, costs: Mapping[tuple[str, str], int]) -> Prices:
        width = len(self.targets) + 2
        atoms = {s: i for s, i in self.sources.items() if self.single(s)}
        letters = {t: j for t, j in self.targets.items() if len(t) == 1}
        # At most one atom against at most one letter is always allowed; wider groups only where a row says so.
        plain = np.add.outer(np.array([0, 1, *atoms.values()]) * width, np.array([0, 1, *letters.values()])).ravel()
        same = [atoms[c] * width + letters[c] for c in atoms.keys() & letters.keys()] if self.identity else []
        told = [(self.sources[s] if s else 0) * width + (self.targets[t] if t else 0) for s, t in costs]
        # What is told counts, then what is the same letter, then the rest.
        place = np.concatenate((np.array(told, dtype=np.int64), np.array(same, dtype=np.int64), plain))
        cost = np.concatenate((
            np.fromiter(costs.values(), dtype=np.int32, count=len(told)),
            np.zeros(len(same), dtype=np.int32), np.full(len(plain), DEAREST, dtype=np.int32),
        ))  # fmt: skip
        place, first = np.unique(place, return_index=True)
        some = place > 0
        place, cost = place[some], cost[first[some]]
        starts = np.searchsorted(place, np.arange(len(self.sources) + 3) * width).astype(np.int32)
        return Prices(starts, (place % width).astype(np.int32), cost)

    def _needless(self, source: str, target: str) -> bool:
        """Whether one letter for two, or two for one, cost no less than one by one."""
        if len(source) == 1:
            one_by_one = ((source, target[0]), ("", target[1])), (("", target[0]), (source, target[1]))
        elif len(target) == 1:
            one_by_one = ((source[0], target), (source[1], "")), ((source[0], ""), (source[1], target))
        else:
            return False
        return self.costs[source, target] >= min(self._price(*first) + self._price(*second) for first, second in one_by_one)

    def _price(self, source: str, target: str) -> int:
        """What at most one letter for at most one other costs."""
        return self.costs.get((source, target), 0 if self.identity and source == target else DEAREST)

    def prices(self, sources: Int, targets: Int) -> Int:
        """The costs of source ids (rising) standing for target ids (rising), shape (sources, targets)."""
        out = np.full((len(sources), len(targets)), FORBIDDEN, dtype=np.int32)
        column = np.full(len(self.targets) + 2, -1, dtype=np.int64)
        column[targets] = np.arange(len(targets))
        rows = self.rows
        for row, source in enumerate(sources.tolist()):
            low, high = int(rows.starts[source]), int(rows.starts[source + 1])
            place = column[rows.other[low:high]]
            out[row, place[place >= 0]] = rows.cost[low:high][place >= 0]
        return out

    def among(self, source: Int, target: Int) -> tuple[Int, Int, Int]:
        """The costs among the groups of some words, and their ids in it; the empty group stays 0, what is no group -1."""
        rows, columns = (np.unique(np.append(ids[ids >= 0], 0)).astype(np.int32) for ids in (source, target))
        left, right = (
            np.where(ids >= 0, np.searchsorted(kept, ids), -1).astype(np.int32) for ids, kept in ((source, rows), (target, columns))
        )  # fmt: skip
        return self.prices(rows, columns), left, right

    def single(self, group: str) -> bool:
        """Whether a source group is one atom."""
        return "'" not in group if self.syllabic else len(group) == 1

    def encode_sources(self, words: Sequence[Sequence[str]]) -> tuple[Int, Int]:
        """Group ids of source words: shape (words, positions, 3), -1 where no group starts; and the lengths.

        A word is a sequence of atoms, usually its letters.
        """
        return native.twin(encode_groups)(self, words), np.array([len(word) for word in words], dtype=np.int32)

    @cached_property
    def packed(self) -> tuple[Rows, Rows]:
        """The source groups as numbers of their letters, in the order of their ids; and where those of 0, 1, 2 and 3 letters end.

        Only of letters that are one character each.
        """
        few = [group for group in self.sources if len(group) <= WIDEST]
        size = np.array([len(group) for group in few], dtype=np.int64)
        letters = np.frombuffer("".join(few).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.int64)
        key = np.zeros(len(few), dtype=np.int64)
        begin = np.cumsum(size) - size
        for place in range(WIDEST):
            rows = np.flatnonzero(size > place)
            key[rows] = key[rows] << POINT_BITS | letters[begin[rows] + place]
        return key, np.searchsorted(size, np.arange(WIDEST + 1), side="right")

    def groups_of(self, words: Sequence[Sequence[str]]) -> Int:
        """Group ids of source words by position and width."""
        if self._source_group is not None and all(isinstance(word, str) for word in words):
            return _encode(words, self._source_group, _SOURCE_CODE, len(_SOURCE_LETTERS))[0]
        ids = np.full((len(words), max(map(len, words), default=1) or 1, WIDEST), -1, dtype=np.int32)
        get, joint = self.sources.get, self.joint
        for row, word in enumerate(words):
            n = len(word)
            for i in range(n):
                ids[row, i, 0] = get(word[i], 1)
                if i + 1 < n:
                    pair = word[i] + joint + word[i + 1]
                    ids[row, i, 1] = get(pair, -1)
                    if i + 2 < n:
                        ids[row, i, 2] = get(pair + joint + word[i + 2], -1)
        return ids

    @cached_property
    def _source_group(self) -> Int | None:
        """As :attr:`group` for the source groups, where they are made of Latin letters and digits."""
        if not self.identity or not set("".join(self.sources)) <= set(_SOURCE_LETTERS):
            return None
        return _dense(self.sources, _SOURCE_CODE, len(_SOURCE_LETTERS))

    def encode_targets(self, words: Sequence[str]) -> tuple[Int, Int]:
        """Group ids of target words (Latin letters): shape (words, positions, 3), and the lengths."""
        return _encode(words, self.group, _CODE, OTHER)


def encode_groups(table: CostTable, words: Sequence[Sequence[str]]) -> Int:
    """Group ids of source words by position and width; see :meth:`CostTable.encode_sources`."""
    return table.groups_of(words)


def _encode(words: Sequence[Any], group: Int, code: Int, other: int) -> tuple[Int, Int]:
    """Group ids of words of Latin letters by their codes: shape (words, positions, 3), and the lengths."""
    codes, lengths = letter_codes(words, code, other)
    n, widest = codes.shape
    base = other + 1
    ids = np.full((n, widest, WIDEST), -1, dtype=np.int32)
    inside = np.arange(widest)[None, :] < lengths[:, None]
    # A letter that no group is made of is 1.
    single = np.where(codes == other, -1, group[codes])
    ids[:, :, 0] = np.where(inside, np.where(single < 0, 1, single), -1)
    if widest > 1:
        two = base + codes[:, :-1] * base + codes[:, 1:]
        ids[:, :-1, 1] = np.where(inside[:, 1:], group[two], -1)
    if widest > 2:
        three = base + base**2 + (codes[:, :-2] * base + codes[:, 1:-1]) * base + codes[:, 2:]
        ids[:, :-2, 2] = np.where(inside[:, 2:], group[three], -1)
    return ids, lengths


def _ids(groups: Iterable[str]) -> dict[str, int]:
    return {group: i for i, group in enumerate(sorted(groups, key=lambda group: (len(group), group)), 2)}


def _dense(groups: Mapping[str, int], code: Int, other: int) -> Int:
    """The ids of groups by the codes of their letters: those of one letter first, then of two, then of three."""
    base = other + 1
    out = np.full(base + base**2 + base**3, -1, dtype=np.int32)
    for group, number in groups.items():
        place = -1
        for letter in group:
            place = (place + 1) * base + int(code[ord(letter)])
        out[place] = number
    return out


def letter_codes(words: Sequence[str], code: Int, other: int) -> tuple[Int, Int]:
    """Letter codes of words: shape (words, longest), padded with ``other``; and the lengths."""
    lengths = np.array([len(w) for w in words], dtype=np.int32)
    widest = max(int(lengths.max(initial=1)), 1)
    flat = "".join(words).encode("latin-1", "replace")
    points = np.minimum(np.frombuffer(flat, dtype=np.uint8), 127)
    codes = np.full((len(words), widest), other, dtype=np.int32)
    codes[np.arange(widest)[None, :] < lengths[:, None]] = code[points]
    return codes, lengths


def align(
    table: Int, source: Int, source_lengths: Int, target: Int, target_lengths: Int, trace: bool = False
) -> tuple[Int, NDArray[np.uint8] | None]:
    """Cost of the cheapest alignment of each pair, by rows of arrays.

    Args:
        table: costs by group ids, shape (sources, targets).
        source, target: group ids by position and width, shape (pairs, positions, 3).
        source_lengths, target_lengths: shape (pairs,).
        trace: also return the step taken into each cell, for :func:`steps`.

    Returns:
        Costs in 1/100 nat, shape (pairs,), and the steps, shape (source positions + 1, pairs, target positions + 1), or None.
    """
    pairs, rows = source.shape[0], source.shape[1]
    columns = target.shape[1]
    flat = table.ravel()
    stride = table.shape[1]
    insert = np.where(target[:, :, 0] >= 0, flat[np.maximum(target[:, :, 0], 0)], 0)
    gone = np.zeros((pairs, columns + 1), dtype=np.int32)
    np.cumsum(insert, axis=1, out=gone[:, 1:])
    cells = np.empty((rows + 1, pairs, columns + 1), dtype=np.int32)
    # A cost stops at a cap, but the steps of an alignment must lead back to its start however dear it is.
    far = 2**29 if trace else FORBIDDEN * 4
    taken = np.zeros((rows + 1, pairs, columns + 1), dtype=np.uint8) if trace else None
    cells[0] = gone
    if taken is not None:
        taken[0] = len(STEPS)
    ends = [target[:, : columns - width + 1, width - 1] for width in (1, 2, 3)]
    for i in range(1, rows + 1):
        row = np.full((pairs, columns + 1), far, dtype=np.int32)
        for number, (down, across) in enumerate(STEPS):
            if down > i or across > columns:
                continue
            group = source[:, i - down, down - 1]
            known = group >= 0
            if not known.any():
                continue
            base = np.where(known, group, 0) * stride
            if across == 0:
                price = np.where(known, flat[base], FORBIDDEN)[:, None]
                value = cells[i - down] + price
                part = row
            else:
                column = ends[across - 1]
                price = flat[base[:, None] + np.maximum(column, 0)]
                price = np.where((column >= 0) & known[:, None], price, FORBIDDEN)
                value = cells[i - down][:, : columns + 1 - across] + price
                part = row[:, across:]
            better = value < part
            np.copyto(part, value, where=better)
            if taken is not None:
                np.copyto(taken[i][:, across:], np.uint8(number), where=better)
        # Insertions run along the row: the cheapest start to the left, plus what is inserted since.
        best = np.minimum.accumulate(row - gone, axis=1) + gone
        if taken is not None:
            np.copyto(taken[i], np.uint8(len(STEPS)), where=best < row)
        cells[i] = best
    return cells[source_lengths, np.arange(pairs), target_lengths], taken


def steps(source: Sequence[str], target: str, taken: NDArray[np.uint8], pair: int, joint: str = "") -> list[tuple[str, str]]:
    """The groups of the cheapest alignment of one pair, left to right; ``joint`` stands between the atoms of a group."""
    i, j = len(source), len(target)
    out: list[tuple[str, str]] = []
    while i or j:
        number = int(taken[i, pair, j])
        down, across = STEPS[number] if number < len(STEPS) else (0, 1)
        out.append((joint.join(source[i - down : i]), target[j - across : j]))
        i, j = i - down, j - across
    return out[::-1]


def costs_of(table: CostTable, sources: Sequence[Sequence[str]], targets: Spans, left: Rows, right: Rows) -> Int:
    """Alignment costs of pairs of words, in 1/100 nat.

    Args:
        table: the costs.
        sources, targets: distinct words.
        left, right: which source and which target each pair is made of, shape (pairs,).
    """
    if not len(left):
        return np.zeros(0, dtype=np.int32)
    source, n = table.encode_sources(sources)
    return native.twin(align_pairs)(table, source, n, targets, left, right)


def align_pairs(table: CostTable, source: Int, n: Int, targets: Spans, left: Rows, right: Rows) -> Int:
    """:func:`align` of pairs given by their rows in ``source`` and ``targets``; shape (pairs,)."""
    target, m = table.encode_targets(targets.texts())
    prices, source, target = table.among(source, target)
    total = np.zeros(len(left), dtype=np.int32)
    size = (np.maximum(n[left], m[right]) + 3) // 4
    for value in np.unique(size):
        rows = np.flatnonzero(size == value)
        widest = 4 * int(value)
        s, t = source[:, :widest], target[:, :widest]
        for block in range(0, len(rows), 8192):
            part = rows[block : block + 8192]
            total[part] = align(prices, s[left[part]], n[left[part]], t[right[part]], m[right[part]])[0]
    return total


def explain(table: CostTable, source: Sequence[str], target: str) -> list[Op]:
    """The cheapest alignment of one pair, letter group by letter group."""
    s, n = table.encode_sources([source])
    t, m = table.encode_targets([target])
    prices, s, t = table.among(s, t)
    _, taken = align(prices, s, n, t, m, trace=True)
    assert taken is not None
    out = []
    i = j = 0
    for left, right in steps(source, target, taken, 0, table.joint):
        down, across = (left.count(table.joint) + 1 if table.joint and left else len(left)), len(right)
        row = int(s[0, i, down - 1]) if left else 0
        column = int(t[0, j, across - 1]) if right else 0
        out.append(Op(left, right, int(prices[row, column])))
        i, j = i + down, j + across
    return out
