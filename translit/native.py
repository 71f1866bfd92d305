"""The compiled inner loops, where they are installed, and the choice between them and their Python twins.

A compiled loop gives bit for bit what the Python function of the same name gives, only sooner. The module that owns
the Python function asks :func:`twin` for the one to call. With ``TRANSLIT_PURE=1`` in the environment, or without the
compiled extension, that is the Python function itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.extension import load
from translit.model import Candidate, Match, Method
from translit.unicode import code_points, hashes, scan, tokens
from translit.unicode.fold import fold_token

F = TypeVar("F", bound=Callable[..., Any])
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
F32 = NDArray[np.float32]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


_native = load()


def in_use() -> Literal["native", "python"]:
    """Whether the compiled loops serve in this process, or their Python twins.

    >>> in_use() in ("native", "python")
    True
    """
    return "python" if _native is None else "native"


def twin(pure: F) -> F:
    """The compiled function of the same name and answers as ``pure``, or ``pure`` itself where there is none in use.

    >>> twin(sorted) is sorted
    True
    """
    return pure if _native is None else cast(F, TWINS.get(pure.__name__, pure))


_FEATURES = 23
"""Features of a comparison."""


def _spans(spans: Any) -> tuple[NDArray[Any], ...]:
    """Spans of texts as the compiled loops take them."""
    return (
        np.ascontiguousarray(spans.data), np.ascontiguousarray(spans.other), np.ascontiguousarray(spans.begin, dtype=np.int64),
        np.ascontiguousarray(spans.end, dtype=np.int64), np.ascontiguousarray(spans.elsewhere, dtype=np.bool_),
    )  # fmt: skip


def _letters(words: Sequence[Sequence[str]]) -> tuple[U32, I64] | None:
    """The code points of words that are made of single ones, and where each word's begin; None where some are of several."""
    texts = [word if isinstance(word, str) else "".join(word) for word in words]
    begins = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    if int(begins[-1]) != sum(map(len, words)):
        return None
    return np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32), begins


def _encode_groups(table: Any, words: Sequence[Sequence[str]]) -> I32:
    given = None if table.syllabic else _letters(words)
    if given is None:
        return cast(I32, table.groups_of(words))
    positions = max(map(len, words), default=1) or 1
    found = _native.encode_groups(*given, *table.packed, positions)
    return np.frombuffer(found, dtype=np.int32).reshape(len(words), positions, 3)


def _cheapest_texts(cheapest: Any, words: Sequence[Sequence[str]]) -> list[str]:
    given = None if cheapest.table.syllabic else _letters(words)
    if given is None:
        return [cheapest.text(word) for word in words]
    texts, ends = _native.cheapest_texts(*given, *cheapest.table.packed, *cheapest.readings)
    out: list[str] = []
    begin = 0
    for end in np.frombuffer(ends, dtype=np.int64).tolist():
        out.append(texts[begin:end].decode())
        begin = end
    return out


def _align_pairs(table: Any, source: I32, n: I32, targets: Any, left: I64, right: I64) -> I32:
    pairs = [np.ascontiguousarray(array, dtype=np.int64) for array in (left, right)]
    words = [np.ascontiguousarray(array, dtype=np.int32) for array in (source, n)]
    found = _native.align_pairs(
        *table.sparse[0], *table.sparse[1], *words, table.group, table.codes, table.base, *_spans(targets), *pairs
    )  # fmt: skip
    return np.frombuffer(found, dtype=np.int32)


def _text_features(names: Any, forms: Any, left: I64, right: I64, costs: I32, letters: F32, consonants: F32) -> F32:
    rows = [np.ascontiguousarray(array, dtype=np.int64) for array in (left, right)]
    alike = [np.ascontiguousarray(array, dtype=np.float32) for array in (letters, consonants)]
    found = _native.text_features(*_spans(names), *_spans(forms), *rows, np.ascontiguousarray(costs, dtype=np.int32), *alike)
    return np.frombuffer(found, dtype=np.float32).reshape(-1, _FEATURES)


def _gather(
    starts: U32, entries: U32, sets: U64, asked: U32, owner: I64, mine: U64, ours: U64,
    most: int, max_block: int, least_overlap: int,
) -> tuple[I64, I64, I64]:  # fmt: skip
    given = (
        (starts, np.uint32), (entries, np.uint32), (sets, np.uint64),
        (asked, np.uint32), (owner, np.int64), (mine, np.uint64), (ours, np.uint64),
    )  # fmt: skip
    arrays = [np.ascontiguousarray(array, dtype=dtype) for array, dtype in given]
    found = _native.gather(*arrays, most, max_block, least_overlap)
    name, form, crowd = (np.frombuffer(column, dtype=np.int64) for column in found)
    return name, form, crowd


_NO_CODE_POINTS = code_points.CodePoints(np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8))
_FACTOR = int.from_bytes(os.urandom(8), "little")
_widest = 0
"""The largest of ``code_points.LIMITS`` that a text has needed so far, by position: later texts begin there."""


def _utf8(text: str) -> str | bytes:
    """A text as the compiled scanners take it."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass")


def _with_points(scan_with: Callable[[code_points.CodePoints], Any], ascii_only: bool) -> Any:
    """What a compiled scanner says, given as many code points as it needs."""
    global _widest
    if ascii_only:
        return scan_with(_NO_CODE_POINTS)
    reach = _widest
    while (found := scan_with(code_points.code_points(code_points.LIMITS[reach]))) is None:
        reach += 1
    _widest = max(_widest, reach)
    return found


def _scan_words(text: str, table: hashes.WindowTable) -> scan.Scanned:
    given, arrays = _utf8(text), (
        np.ascontiguousarray(table.hashes, dtype=np.uint64), np.ascontiguousarray(table.values, dtype=np.uint32),
        np.ascontiguousarray(table.starts, dtype=np.uint32),
    )  # fmt: skip
    found = _with_points(
        lambda points: _native.scan_words(given, points, arrays, fold_token, limits.MAX_TOKEN_CODEPOINTS, _FACTOR), given is text
    )
    columns, marks, digests, hits = found
    every, flags = np.frombuffer(columns, dtype=np.uint32), np.frombuffer(marks, dtype=np.uint8)
    digest = np.frombuffer(digests, dtype=np.uint64)
    words, distinct = len(flags), len(digest)
    first = 3 * words
    alike = first + distinct
    hit = alike + distinct
    open_ = hit + hits
    return scan.Scanned(
        every[:words], every[words : 2 * words], every[2 * words : first], flags, every[first:alike], digest, every[alike:hit],
        every[hit:open_].reshape(-1, 3), every[open_:].reshape(-1, 2),
    )  # fmt: skip


def _compiled(listing: scan.Listing) -> Any:
    """A listing as the compiled loops take it, laid out when it is first used."""
    if listing.compiled is None:
        table, forms, plan = listing.table, listing.forms, listing.plan
        listing.compiled = _native.compile_listing(
            (np.ascontiguousarray(table.hashes, dtype=np.uint64), np.ascontiguousarray(table.values, dtype=np.uint32)),
            (np.ascontiguousarray(forms.data, dtype=np.uint8), np.ascontiguousarray(forms.starts, dtype=np.uint32)),
            (
                np.ascontiguousarray(plan.action, dtype=np.uint8), np.ascontiguousarray(plan.row, dtype=np.uint32),
                np.ascontiguousarray(plan.data, dtype=np.uint8), np.ascontiguousarray(plan.starts, dtype=np.uint32),
            ),
        )  # fmt: skip
    return listing.compiled


def _find_listed(text: str, listing: scan.Listing) -> hashes.U32:
    given, compiled = _utf8(text), _compiled(listing)
    found = _with_points(
        lambda points: _native.find_listed(given, points, fold_token, limits.MAX_TOKEN_CODEPOINTS, compiled), given is text
    )
    return np.frombuffer(found, dtype=np.uint32).reshape(-1, 3)


def _replace_listed(texts: Sequence[str], listing: scan.Listing, ask: scan.Ask) -> list[tuple[str, int]]:
    own, compiled = list(texts), _compiled(listing)
    given = [_utf8(text) for text in own]
    found = _with_points(
        lambda points: _native.replace_listed(own, given, points, fold_token, limits.MAX_TOKEN_CODEPOINTS, compiled, ask),
        not any(type(text) is bytes for text in given),
    )
    return cast("list[tuple[str, int]]", found)


def _name_keys(keys: Any, names: Sequence[str], level: str, langs: tuple[str, ...] | None) -> list[tuple[str, ...]]:
    found = _keys_of(keys, names, level, langs)
    return [keys.keys(name, level, langs) for name in names] if found is None else list(map(tuple, _lines(*found)))


def _keys_of(keys: Any, names: Sequence[str], level: str, langs: tuple[str, ...] | None) -> tuple[bytearray, I64] | None:
    """The keys of names, each closed by a line feed, and where each name's end; None where only Python can make them."""
    given = keys.encoded(names, langs)
    return None if given is None else _expanded(given.words, given.name_words, given.names, given.name_scripts, given.masks, level)


def _share_keys(keys: Any, left: Sequence[str], right: Sequence[str], level: str, langs: tuple[str, ...] | None) -> list[bool]:
    sides, numbers = [], []
    for names, chosen in ((left, langs), (right, None)) if langs is not None else (([*left, *right], None),):
        number = {name: i for i, name in enumerate(dict.fromkeys(names))}
        found = _keys_of(keys, list(number), level, chosen)
        if found is None:
            return cast("list[bool]", keys.share(left, right, level, langs))
        sides.append(found)
        numbers.append(number)
    rows = (np.array([number[name] for name in names], dtype=np.int64) for number, names in ((numbers[0], left), (numbers[-1], right)))
    ours, theirs = rows
    return [flag == 1 for flag in _native.shared_lines(*sides[0], ours, *sides[-1], theirs)]


_LEVELS = {"tight": 0, "skeleton": 1, "as read": 2}


def _expanded(words: Any, name_words: I32, names: I64, name_scripts: I32, masks: U64, level: str) -> tuple[bytearray, I64]:
    """The keys of names by their words, or the readings of the words: lines of text, and where those of each end."""
    rules = words.rules
    found, ends = _native.name_keys(
        words.letters, words.begins, words.scripts, name_words, names, name_scripts, masks,
        rules.edges, rules.begins, rules.entries, rules.roots, rules.longest, rules.symbols, rules.fits, rules.defaults,
        rules.sounds, rules.sound_begins, _LEVELS[level],
        limits.MAX_TOKEN_CODEPOINTS, limits.MAX_READINGS, limits.MAX_KEYS,
    )  # fmt: skip
    return found, np.frombuffer(ends, dtype=np.int64)


def _lines(text: bytearray, ends: I64) -> Iterator[list[str]]:
    """The lines up to each end."""
    begin = 0
    for end in ends.tolist():
        yield text[begin : end - 1].decode().split("\n") if end > begin else []
        begin = end


def _read_words(romanizer: Any, words: Sequence[tuple[str, str]], langs: Mapping[str, frozenset[str]]) -> list[list[str]]:
    encoder = romanizer.encoder
    if encoder is None:
        return [romanizer.texts(script, letters, langs[script]) for script, letters in words]
    given = encoder.words([(encoder.number[script], letters) for script, letters in words])
    none, no_names = np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64)
    masks = np.array([encoder.mask(code, langs.get(code)) for code in encoder.codes], dtype=np.uint64)
    return list(_lines(*_expanded(given, none, no_names, none, masks, "as read")))


def _name_blocks(words: Any) -> tuple[U32, I64, U64, U64]:
    keys, owners, signatures, contours = _native.name_blocks(*_spans(words))
    found = np.frombuffer(keys, dtype=np.int64).astype(np.uint32)
    letters, outlines = (np.frombuffer(sets, dtype=np.uint64) for sets in (signatures, contours))
    return found, np.frombuffer(owners, dtype=np.int64), letters, outlines


def _shortlist(names: Any, forms: Any, left: I64, right: I64, outlines: I64, most: int, within: int) -> I64:
    rows = [np.ascontiguousarray(array, dtype=np.int64) for array in (left, right, outlines)]
    return np.frombuffer(_native.shortlist(*_spans(names), *_spans(forms), *rows, most, within), dtype=np.int64)


def _rank(
    name: I64, entity: I64, form: I64, scores: I32, cost: F32, indel: F32, near: int,
) -> tuple[I64, I64, I64, I64, I64]:  # fmt: skip
    rows = [np.ascontiguousarray(array, dtype=np.int64) for array in (name, entity, form)]
    found = _native.rank(
        *rows, np.ascontiguousarray(scores, dtype=np.int32), np.ascontiguousarray(cost, dtype=np.float32),
        np.ascontiguousarray(indel, dtype=np.float32), near,
    )  # fmt: skip
    names, first, second, third, close = (np.frombuffer(column, dtype=np.int64) for column in found)
    return names, first, second, third, close


MOST_LEAVES = 32
"""Most leaves of a tree that the compiled loop can hold."""


def _forest_scores(forest: Any, rows: NDArray[np.float32], ends: Sequence[int]) -> I32:
    if forest.leaf.shape[1] > MOST_LEAVES:
        scores: I32 = forest.scores_of_bins(forest.bins(rows), ends)
        return scores
    given = np.ascontiguousarray(rows, dtype=np.float32)
    found = _native.forest_scores(
        forest.edges, forest.feature, forest.cut, forest.leaf, forest.base, given, np.array(ends, dtype=np.int64)
    )  # fmt: skip
    return np.frombuffer(found, dtype=np.int32).reshape(len(ends), -1)


_MANY = 256
"""Names of a batch that are worth the table of the alphabets' code points."""


def _fold_many(names: Sequence[str]) -> list[str]:
    given = list(names)
    folded, rest = _fold_names(given, _NO_CODE_POINTS)
    if len(rest) >= _MANY:
        some, left = _fold_names([given[row] for row in rest], code_points.code_points(code_points.LIMITS[_widest]))
        for row, text in zip(rest, some, strict=True):
            folded[row] = text
        rest = [rest[i] for i in left]
    for row in rest:
        folded[row] = tokens.fold(given[row])
    return folded


def _fold_names(given: list[str], points: code_points.CodePoints) -> tuple[list[str], list[int]]:
    """The names folded, and the rows of those that only Python can fold by these code points."""
    folded, left = _native.fold_many(given, *points)
    return folded, np.frombuffer(left, dtype=np.int64).tolist()


def _token_hashes(words: Sequence[str]) -> U64:
    return np.frombuffer(_native.token_hashes(list(words)), dtype=np.uint64)


def _otherwise_spelled(names: Sequence[str], folded: Sequence[str]) -> tuple[list[int], list[str]]:
    given, forms = list(names), list(folded)
    found, texts, rest = _native.otherwise_spelled(given, forms)
    left = np.frombuffer(rest, dtype=np.int64).tolist()
    rows, more = tokens.otherwise_spelled([given[i] for i in left], [forms[i] for i in left])
    every = np.concatenate((np.frombuffer(found, dtype=np.int64), np.array([left[row] for row in rows], dtype=np.int64)))
    order = np.argsort(every)
    both = texts + more
    return every[order].tolist(), [both[i] for i in order.tolist()]


def _find_texts(texts: Sequence[str], hashes: U64, values: U32, data: NDArray[np.uint8], starts: U32) -> I64:
    return np.frombuffer(_native.find_texts(list(texts), hashes, values, data, starts), dtype=np.int64)


def _take_strings(data: NDArray[np.uint8], starts: U32, rows: I64) -> list[str]:
    return cast(list[str], _native.take_strings(data, starts, np.ascontiguousarray(rows, dtype=np.int64)))


def _slots(record: type) -> tuple[Any, ...]:
    return tuple(getattr(record, field.name) for field in fields(record))


def _make_matches(
    names: list[str], forms: list[str], first: list[int], idents: list[str], canonicals: list[str], kinds: list[str],
    methods: list[Method], confidences: list[float], rests: list[float],
) -> list[Match]:  # fmt: skip
    types = (Match, _slots(Match), Candidate, _slots(Candidate))
    begins = np.array(first, dtype=np.int64)
    found = _native.make_matches(*types, names, forms, begins, idents, canonicals, kinds, methods, confidences, rests)
    return cast(list[Match], found)


def _take_known(known: dict[str, Any], names: Sequence[str]) -> list[Any] | None:
    return cast("list[Any] | None", _native.take_known(known, names if isinstance(names, list) else list(names)))


def _intern_values(column: Any, valid: NDArray[np.uint8] | None, known: Any) -> tuple[I64, I64, U64]:
    bounds = [np.ascontiguousarray(texts.bounds, dtype=np.int64) for texts in (column, known.values)]
    data = [np.ascontiguousarray(texts.data, dtype=np.uint8) for texts in (column, known.values)]
    mask = np.zeros(0, dtype=np.uint8) if valid is None else np.ascontiguousarray(valid, dtype=np.uint8)
    codes, rows, slots = _native.intern_values(data[0], bounds[0], mask, data[1], bounds[1], known.slots, _FACTOR)
    return np.frombuffer(codes, dtype=np.int64), np.frombuffer(rows, dtype=np.int64), np.frombuffer(slots, dtype=np.uint64)


def _cut_spans(data: bytes, begin: I64, end: I64) -> tuple[bytes | bytearray, I64]:
    out, bounds = _native.cut_spans(data, np.ascontiguousarray(begin, dtype=np.int64), np.ascontiguousarray(end, dtype=np.int64))
    return out, np.frombuffer(bounds, dtype=np.int64)


def _json_members(data: bytes, keys: Sequence[bytes], wanted: int) -> I64:
    found = np.frombuffer(_native.json_members(data, tuple(keys), wanted), dtype=np.int64)
    return found.reshape(-1, 3 + 2 * wanted)


def _plain_rows(data: bytes, at: int, delimiter: str) -> tuple[int, int, int]:
    return cast("tuple[int, int, int]", _native.plain_rows(data, at, ord(delimiter)))


def _csv_cells(data: bytes, delimiter: str, width: int, columns: Sequence[int]) -> I64 | None:
    found = _native.csv_cells(data, ord(delimiter), width, np.array(columns, dtype=np.int64))
    return None if found is None else np.frombuffer(found, dtype=np.int64).reshape(-1, 1 + 3 * len(columns))


TWINS: Mapping[str, Callable[..., Any]] = {
    "align_pairs": _align_pairs, "encode_groups": _encode_groups, "cheapest_texts": _cheapest_texts,
    "gather": _gather, "scan_words": _scan_words, "find_listed": _find_listed,
    "replace_listed": _replace_listed, "name_keys": _name_keys, "share_keys": _share_keys, "read_words": _read_words,
    "forest_scores": _forest_scores, "text_features": _text_features, "rank": _rank,
    "shortlist": _shortlist, "name_blocks": _name_blocks, "fold_many": _fold_many,
    "token_hashes": _token_hashes, "otherwise_spelled": _otherwise_spelled, "find_texts": _find_texts, "take_strings": _take_strings,
    "make_matches": _make_matches, "take_known": _take_known, "intern_values": _intern_values, "cut_spans": _cut_spans,
    "plain_rows": _plain_rows, "csv_cells": _csv_cells, "json_members": _json_members,
}  # fmt: skip
"""Name of a Python function → what stands for it where the compiled extension is in use."""
scan_words, find_listed, replace_listed = twin(scan.scan_words), twin(scan.find_listed), twin(scan.replace_listed)
fold_many = twin(tokens.fold_many)
token_hashes = twin(hashes.token_hashes)
