"""Blocking: which listed forms are worth comparing with a name, by keys on packed consonant skeletons.

A form's *outline* is its consonants in eight broad classes, packed into 64 bits, four a consonant, so that a whole lexicon is
folded, cut and joined by array operations. Two forms meet where their outlines agree, with up to one consonant left out of
either; where the outlines are long, where their first or last parts agree; and where an uncommon word of theirs agrees.

Sources: symmetric deletion neighbourhoods (Mor and Fraenkel 1982; Bocek, Hunt and Stiller 2007); blocking (Christen 2012).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from translit.matching.spans import Spans

U64 = NDArray[np.uint64]
U32 = NDArray[np.uint32]

GROUPS = (
    ("tsch", "S"), ("shch", "S"), ("dsch", "S"), ("sch", "S"), ("tch", "S"), ("tsj", "S"), ("dzj", "S"), ("dzh", "S"), ("tj", "S"),
    ("dj", "S"), ("sj", "S"), ("sh", "S"), ("sz", "S"), ("cz", "S"), ("zh", "S"), ("ts", "S"), ("tz", "S"), ("dz", "S"), ("ch", "S"),
    ("ph", "F"),
    ("kh", "K"), ("gh", "K"), ("ck", "K"), ("ce", "Se"), ("ci", "Si"), ("cy", "Sy"), ("qu", "K"), ("ge", "Se"), ("gi", "Si"),
)  # fmt: skip
"""Letter groups that stand for one consonant class, applied in this order."""
_CLASS = {
    **dict.fromkeys("pb", "P"), **dict.fromkeys("fv", "F"), **dict.fromkeys("td", "T"), **dict.fromkeys("kqgcx", "K"),
    **dict.fromkeys("szj", "S"), "m": "M", "n": "N", **dict.fromkeys("lr", "R"),
}  # fmt: skip
_SYMBOLS = {"A": 1, "P": 2, "F": 3, "T": 4, "K": 5, "S": 6, "M": 7, "N": 8, "R": 9}
LONGEST = 15
"""Consonants packed; later ones are left out."""
_PACK = np.zeros(256, dtype=np.uint8)
for _letter, _class in {**_CLASS, **{c: c for c in _SYMBOLS}}.items():
    _PACK[ord(_letter)] = _SYMBOLS[_class]
_VOWEL = np.zeros(256, dtype=bool)
_VOWEL[[ord(c) for c in "aeiouyhw"]] = True


def outlines(words: Sequence[str]) -> U64:
    """The packed outline of each word (Latin letters; a blank is passed over).

    >>> [hex(o) for o in outlines(["panjshir", "pandschir", "ahmad", ""])]
    ['0x9682', '0x9682', '0x471', '0x0']
    """
    if not words:
        return np.zeros(0, dtype=np.uint64)
    text = "\n".join(words) + "\n"
    for group, letter in GROUPS:
        text = text.replace(group, letter)
    data = np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8)
    breaks = np.flatnonzero(data == 10)
    symbol = _PACK[data]
    starts = np.concatenate(([0], breaks[:-1] + 1)) if len(breaks) else np.zeros(0, dtype=np.int64)
    first = np.minimum(starts, len(data) - 1)
    symbol[first[_VOWEL[data[first]]]] = _SYMBOLS["A"]
    word = np.cumsum(data == 10) - (data == 10)
    # Neighbours of one class count once: a doubled letter, or a group that romanizations cut differently (dž, djch).
    kept = symbol > 0
    double = np.zeros(len(data), dtype=bool)
    double[1:] = kept[1:] & (symbol[1:] == symbol[:-1])
    kept &= ~double
    place = np.cumsum(kept) - 1
    begin = place[first] + (~kept[first])
    index = np.flatnonzero(kept)
    position = place[index] - begin[word[index]]
    index, position = index[position < LONGEST], position[position < LONGEST]
    packed = np.zeros(len(words), dtype=np.uint64)
    np.bitwise_or.at(packed, word[index], symbol[index].astype(np.uint64) << (position * 4).astype(np.uint64))
    return packed


def length(packed: U64) -> NDArray[np.int64]:
    """Consonants in each outline."""
    size = np.zeros(len(packed), dtype=np.int64)
    for i in range(LONGEST):
        size += (packed >> np.uint64(4 * i)) > 0
    return size


def deletions(packed: U64) -> tuple[U64, NDArray[np.int64]]:
    """Every outline with none or one of its consonants left out, and the row each comes from."""
    size = length(packed)
    outs, rows = [packed], [np.arange(len(packed))]
    for i in range(int(size.max(initial=0))):
        have = np.flatnonzero(size > i)
        value = packed[have]
        low = value & np.uint64((1 << (4 * i)) - 1)
        high = (value >> np.uint64(4 * (i + 1))) << np.uint64(4 * i)
        outs.append(low | high)
        rows.append(have)
    return np.concatenate(outs), np.concatenate(rows)


def mix(keys: U64, salt: int) -> U32:
    """Keys of one family hashed to 32 bits (splitmix64 finalizer); the salt keeps families apart."""
    with np.errstate(over="ignore"):
        x = keys + np.uint64(salt * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        x = x ^ (x >> np.uint64(31))
    return (x >> np.uint64(32)).astype(np.uint32)


def name_blocks(words: Spans) -> tuple[U32, NDArray[np.int64], U64, U64]:
    """The blocking keys of names, in any order, and the row of each; the signature and the contour of each name."""
    texts = words.texts()
    return *block_keys(texts), signatures(texts), contours(texts)


def block_keys(words: Sequence[str]) -> tuple[U32, NDArray[np.int64]]:
    """The blocking keys of each word or name, and the row each comes from.

    Families: whole outline less up to one consonant; first and last four consonants of outlines of six or more; the outline
    of each word of several, where it has two consonants or more; the letters themselves, less one, of names with few consonants.
    """
    whole = outlines([w.replace(" ", "") for w in words])
    keys, rows = deletions(whole)
    families = [(mix(keys, 1), rows)]
    size = length(whole)
    long = np.flatnonzero(size >= 6)
    if len(long):
        head = whole[long] & np.uint64(0xFFFF)
        tail = whole[long] >> ((size[long] - 4) * 4).astype(np.uint64)
        families += [(mix(head, 2), long), (mix(tail, 3), long)]
    parts = [(part, row) for row, word in enumerate(words) if " " in word for part in word.split(" ")]
    if parts:
        outline = outlines([part for part, _ in parts])
        row = np.array([row for _, row in parts], dtype=np.int64)
        enough = length(outline) >= 2
        families.append((mix(outline[enough], 4), row[enough]))
        single = np.flatnonzero([" " not in word for word in words])
    else:
        single = np.arange(len(words))
    enough_single = single[size[single] >= 2]
    families.append((mix(whole[enough_single], 4), enough_single))
    all_keys = np.concatenate([k for k, _ in families])
    all_rows = np.concatenate([r for _, r in families])
    return all_keys, all_rows


_SLOTS = (np.arange(65536, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(58)) & np.uint64(63)


def signatures(words: Sequence[str]) -> U64:
    """64-bit sets of the letter pairs of each word; two words are compared by the bits they share.

    >>> import numpy as np
    >>> a, b, c = signatures(["panjshir", "panjsher", "kabul"])
    >>> int(np.bitwise_count(a & b)) > int(np.bitwise_count(a & c))
    True
    """
    if not words:
        return np.zeros(0, dtype=np.uint64)
    text = "\n".join(words) + "\n"
    data = np.frombuffer(text.encode("latin-1", "replace"), dtype=np.uint8).astype(np.uint32)
    before = np.concatenate((np.array([10], dtype=np.uint32), data[:-1]))
    slot = _SLOTS[before * 256 + data]
    word = np.cumsum(data == 10) - (data == 10)
    out = np.zeros(len(words), dtype=np.uint64)
    np.bitwise_or.at(out, word, np.uint64(1) << slot)
    return out


def contours(words: Sequence[str]) -> U64:
    """64-bit sets of the neighbouring consonant classes of each word's outline; vowels do not count.

    >>> a, b = contours(["mhmd", "muhammad"])
    >>> bool(a == b)
    True
    """
    packed = outlines([w.replace(" ", "") for w in words])
    out = np.zeros(len(packed), dtype=np.uint64)
    before = np.zeros(len(packed), dtype=np.int64)
    for i in range(LONGEST):
        here = ((packed >> np.uint64(4 * i)) & np.uint64(15)).astype(np.int64)
        pair = np.uint64(1) << _SLOTS[before * 16 + here]
        single = np.uint64(1) << _SLOTS[4096 + here]
        out |= np.where(here > 0, pair | single, np.where(before > 0, pair, np.uint64(0)))
        before = here
    return out
