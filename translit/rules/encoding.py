"""Rules as arrays: what the compiled expansion of names into keys reads instead of rule objects.

Spellings are a trie over code points; the contexts of a rule are rows of a table of the characters that they hold for;
readings are folded into the key alphabet beforehand. The arrays grow by the characters that names turn out to have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from translit.rules.grammar import EDGE, Rule, RuleFile, holds

I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Context = tuple[tuple[str, ...], int]
"""Names of classes, and the number of the file that declares them."""
UNLISTED = "\0"
"""Stands for every character that no rule and no class names."""
NO_SOUND = -1
_SOUND = 2
"""Column of the sound in the entries."""
MOST_LANGUAGES = 63
POINT_BITS = 21


LOST_DIACRITIC = 2
"""Penalty of a reading that supposes a lost diacritic."""
Entry = tuple[Rule, RuleFile, int, bool, int]
"""A rule with its file, its languages, whether it supposes a lost diacritic, and its rank."""


@dataclass(frozen=True, slots=True)
class Script:
    """The rules of one script.

    Args:
        langs: ISO 639-3 codes in the order of the bits of a mask.
        rules: by spelling.
        longest: length of the longest spelling.
        default: what a character reads as that no rule covers.
    """

    langs: tuple[str, ...]
    rules: Mapping[str, Sequence[Entry]]
    longest: int
    default: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Arrays:
    """The tables.

    Args:
        edges: open-addressed hash table of the trie, shape (slots, 2): one more than node << 21 | code point, and the child.
        begins: the first entry of each node, and one more, shape (nodes + 1,).
        entries: shape (entries, 7): context before and after, sound, languages, contexts given, extra, penalty.
        roots, longest: by script.
        symbols: the code points known, rising.
        fits: whether each context holds for the edge, for an unlisted character, and for each symbol, shape (contexts, symbols + 2).
        defaults: the sound of each symbol where no rule covers it, shape (scripts, symbols).
        sounds, sound_begins: the sounds in UTF-8, one after the other.
    """

    edges: I64
    begins: I32
    entries: I64
    roots: I32
    longest: I32
    symbols: NDArray[np.uint32]
    fits: NDArray[np.uint8]
    defaults: I32
    sounds: bytes
    sound_begins: I32


@dataclass(frozen=True, slots=True)
class Words:
    """Words as arrays, with the rules to read them by.

    Args:
        letters: the code points of the words.
        begins: where each word's begin, and the end of the last.
        scripts: the script that each is read in.
        rules: the rules.
    """

    letters: NDArray[np.uint32]
    begins: I64
    scripts: I32
    rules: Arrays


class Encoder:
    """Keeps the arrays of a set of scripts, and lets them grow.

    Args:
        scripts: the rules by ISO 15924 code.
    """

    def __init__(self, scripts: Mapping[str, Script]) -> None:
        self.codes = tuple(sorted(scripts))
        self.number = {code: i for i, code in enumerate(self.codes)}
        self._scripts = [scripts[code] for code in self.codes]
        self._masks: dict[tuple[str, frozenset[str] | None], int] = {}
        self._sounds: dict[str, int] = {}
        self._contexts: dict[Context, int] = {((), 0): 0}
        self._classes: list[Mapping[str, frozenset[str]]] = [{}]
        self._static = self._trie()
        self._lock = Lock()
        self._columns = [EDGE, UNLISTED]
        self._fits = self._fitting(self._columns)
        self._known = [frozenset[str]() for _ in self.codes]
        self._defaults: dict[tuple[int, str], int] = {}
        self._arrays = self._grown()

    @property
    def possible(self) -> bool:
        """Whether the arrays can hold the rules: no more languages than bits."""
        return all(len(s.langs) <= MOST_LANGUAGES for s in self._scripts)

    @property
    def sounds(self) -> Sequence[str]:
        """What the rules read letters as, by number."""
        return list(self._sounds)

    def words(self, words: Sequence[tuple[int, str]]) -> Words:
        """Words as arrays, each given with the number of the script that it is read in."""
        letters = "".join(word for _, word in words).encode("utf-32-le", "surrogatepass")
        begins = np.cumsum([0, *(len(word) for _, word in words)], dtype=np.int64)
        scripts = np.array([script for script, _ in words], dtype=np.int32)
        return Words(np.frombuffer(letters, dtype=np.uint32), begins, scripts, self._covering(words))

    def _covering(self, words: Iterable[tuple[int, str]]) -> Arrays:
        """The arrays, with all the characters of some words."""
        letters: list[list[str]] = [[] for _ in self.codes]
        for script, word in words:
            letters[script].append(word)
        used = [frozenset("".join(found)) for found in letters]
        with self._lock:
            if not all(map(frozenset.issubset, used, self._known)):
                self._known = [known | more for known, more in zip(self._known, used, strict=True)]
                self._arrays = self._grown()
            return self._arrays

    def masks(self, langs: Iterable[str] | None) -> NDArray[np.uint64]:
        """The languages of each script to read by, as a mask; all of a script that has none of those asked for."""
        wanted = None if langs is None else frozenset(langs)
        return np.array([self.mask(code, wanted) for code in self.codes], dtype=np.uint64)

    def mask(self, code: str, langs: frozenset[str] | None) -> int:
        """The languages of one script, likewise."""
        found = self._masks.get((code, langs))
        if found is None:
            every = self._scripts[self.number[code]].langs
            mask = sum(1 << bit for bit, lang in enumerate(every) if langs is None or lang in langs)
            found = self._masks[code, langs] = mask or (1 << len(every)) - 1 or 1
        return found

    def _sound(self, reading: str) -> int:
        return self._sounds.setdefault(reading, len(self._sounds))

    def _context(self, names: tuple[str, ...], file: int) -> int:
        return self._contexts.setdefault((names, file), len(self._contexts)) if names else 0

    def _trie(self) -> tuple[I64, I32, I64, I32]:
        children: dict[tuple[int, str], int] = {}
        spelled: dict[int, Sequence[Entry]] = {}
        files: dict[str, int] = {}
        nodes = 0
        roots = []
        for script in self._scripts:
            root = nodes
            nodes += 1
            roots.append(root)
            for spelling, entries in script.rules.items():
                node = root
                for letter in spelling:
                    child = children.setdefault((node, letter), nodes)
                    nodes += child == nodes
                    node = child
                spelled[node] = entries
        begins = [0]
        found: list[tuple[int, ...]] = []
        for node in range(nodes):
            for rule, source, mask, extra, rank in spelled.get(node, ()):
                if source.path not in files:
                    files[source.path] = len(self._classes)
                    self._classes.append(source.classes)
                file = files[source.path]
                before, after = self._context(rule.before, file), self._context(rule.after, file)
                found.append((before, after, self._sound(rule.reading), mask, rule.contexts, extra, rank + LOST_DIACRITIC * extra))
            begins.append(len(found))
        every = np.array(found, dtype=np.int64).reshape(-1, 7)
        return _hashed(children), np.array(begins, dtype=np.int32), every, np.array(roots, dtype=np.int32)

    def _grown(self) -> Arrays:
        for number, (script, known) in enumerate(zip(self._scripts, self._known, strict=True)):
            for letter in sorted(known):
                if (number, letter) not in self._defaults:
                    self._defaults[number, letter] = self._sound(script.default(letter))
        symbols = sorted(frozenset[str]().union(*self._known))
        if fresh := sorted(set(symbols).difference(self._columns)):
            self._fits = np.concatenate((self._fits, self._fitting(fresh)), axis=1)
            self._columns += fresh
        column = {symbol: i for i, symbol in enumerate(self._columns)}
        place = {symbol: i for i, symbol in enumerate(symbols)}
        defaults = np.full((len(self.codes), len(symbols)), NO_SOUND, dtype=np.int32)
        for (number, letter), sound in self._defaults.items():
            defaults[number, place[letter]] = sound
        edges, begins, entries, roots = self._static
        sounds, sound_begins = _joined(self._sounds)
        return Arrays(
            edges, begins, entries, roots,
            np.array([s.longest for s in self._scripts], dtype=np.int32), np.array([ord(c) for c in symbols], dtype=np.uint32),
            np.ascontiguousarray(self._fits[:, [column[c] for c in (EDGE, UNLISTED, *symbols)]]), defaults, sounds, sound_begins,
        )  # fmt: skip

    def _fitting(self, characters: Sequence[str]) -> NDArray[np.uint8]:
        """Whether each context holds for each character, shape (contexts, characters)."""
        held: dict[tuple[str, int], NDArray[np.bool_]] = {}
        out = np.zeros((len(self._contexts), len(characters)), dtype=np.uint8)
        for (names, file), row in self._contexts.items():
            out[row] = not names
            for name in names:
                classes = self._classes[file]
                # A class that no file declares is the same for all.
                place = (name, file if name.removeprefix("not-") in classes else 0)
                if place not in held:
                    held[place] = np.array([holds(name, c, classes) for c in characters], dtype=np.bool_)
                out[row] |= held[place]
        return out


class FoldedEncoder:
    """The arrays of an encoder with the readings in another alphabet.

    Args:
        encoder: the rules.
        fold: a reading in the alphabet.
    """

    def __init__(self, encoder: Encoder, fold: Mapping[str, str]) -> None:
        self.encoder, self._fold = encoder, fold
        self._kept: tuple[Arrays, Arrays] | None = None

    @property
    def plain(self) -> bool:
        """Whether all readings are in ASCII."""
        return all(self._fold[sound].isascii() for sound in self.encoder.sounds)

    def words(self, words: Sequence[tuple[int, str]]) -> Words:
        """Words as arrays, as :meth:`Encoder.words` has them."""
        given = self.encoder.words(words)
        kept = self._kept
        if kept is None or kept[0] is not given.rules:
            kept = self._kept = given.rules, self._folded(given.rules)
        return replace(given, rules=kept[1])

    def _folded(self, rules: Arrays) -> Arrays:
        ends = rules.sound_begins.tolist()
        folded = [self._fold[rules.sounds[begin:end].decode()] for begin, end in pairwise(ends)]
        number: dict[str, int] = {}
        numbers = np.array([number.setdefault(sound, len(number)) for sound in folded], dtype=np.int32)
        entries = rules.entries.copy()
        entries[:, _SOUND] = numbers[entries[:, _SOUND]]
        defaults = np.where(rules.defaults == NO_SOUND, NO_SOUND, numbers[rules.defaults]).astype(np.int32)
        sounds, sound_begins = _joined(number)
        return replace(rules, entries=entries, defaults=defaults, sounds=sounds, sound_begins=sound_begins)


def _joined(sounds: Iterable[str]) -> tuple[bytes, I32]:
    """Sounds in UTF-8, one after the other, and where each begins."""
    encoded = [sound.encode() for sound in sounds]
    return b"".join(encoded), np.cumsum([0, *map(len, encoded)]).astype(np.int32)


def _hashed(children: Mapping[tuple[int, str], int]) -> I64:
    """The edges of a trie as an open-addressed table; the compiled look-up goes the same way."""
    bits = max(4, (2 * len(children)).bit_length())
    table = np.zeros((1 << bits, 2), dtype=np.int64)
    for (node, letter), child in children.items():
        key = (node << POINT_BITS | ord(letter)) + 1
        slot = (key * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF) >> (64 - bits)
        while table[slot, 0]:
            slot = (slot + 1) & ((1 << bits) - 1)
        table[slot] = key, child
    return table
