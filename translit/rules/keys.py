"""Keys: readings folded for lookup.

Two keys serve. The *tight* key keeps vowels in three classes (a, i, u) and drops what romanizations add or leave out
(length, glides, doubled letters, hamza and ayn). The *skeleton* has consonants only: it is what an abjad writes.
Names share a key where one language reads the one as another reads the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from translit import limits, native
from translit.rules.encoding import FoldedEncoder, Words
from translit.rules.romanize import Romanizer, State
from translit.unicode.scripts import ABJADS, CODES, script_of
from translit.unicode.tokens import folded_words, tokens

Level = Literal["tight", "skeleton"]

CLASSES = {
    "ə": "a", "e": "i", "y": "i", "o": "u", "ø": "u", "θ": "t", "ð": "d", "q": "k", "ɣ": "g", "x": "h", "ħ": "h",
    "ʔ": "", "ʕ": "", "ʒ": "J", "tʃ": "C", "dʒ": "J", "ts": "c", "dz": "z", "ʃ": "S", "ŋ": "n", "·": "",
}  # fmt: skip
"""Phoneme → class letter of the key alphabet; a phoneme not named stands for itself."""
_AFFRICATE = re.compile("tʃ|dʒ|ts|dz")
_REPEAT = re.compile(r"(.)\1+")
_START_I = re.compile("^[ij](?=[au])")
_BETWEEN = re.compile("(?<=[aiu])[ij](?=[aiu])")
_AFTER_CONSONANT = re.compile("(?<=[^aiu])[ij](?=[au])")
_GLIDE = re.compile("(?<=[aiu])[jw](?![aiu])|(?<=[^aiujw])j(?=i)")
_CLUSTER = re.compile("([aiu])[aiu]+")
_FINAL_H = re.compile("(?<=[aiu])h$")
_VOWELS = re.compile("[aiujw]")


def classes(reading: str) -> str:
    """A reading in the key alphabet, before clean-up.

    >>> classes("pandʒʃir")
    'panJSir'
    """
    joined = _AFFRICATE.sub(lambda m: CLASSES[m[0]], reading)
    return "".join(CLASSES.get(c, c) for c in joined)


def _single(key: str) -> str:
    """The key with doubled letters written once."""
    last = ""
    for letter in key:
        if letter == last:
            return _REPEAT.sub(r"\1", key)
        last = letter
    return key


@lru_cache(maxsize=1 << 16)
def tight(coarse: str) -> str:
    """The tight key of a word's reading in the key alphabet.

    >>> tight("massuud"), tight("kasjanuv"), tight("kasianuv"), tight("iara"), tight("maia")
    ('masud', 'kasanuv', 'kasanuv', 'jara', 'maja')
    """
    key = _single(coarse.replace("ts", "c").replace("tS", "C").replace("dz", "z").replace("dJ", "J"))
    if "i" in key or "j" in key:
        key = _BETWEEN.sub("j", key)
        key = _START_I.sub("j", key)
        key = _AFTER_CONSONANT.sub("", key)
    if "j" in key or "w" in key:
        key = _GLIDE.sub("", key).replace("w", "v")
    key = _CLUSTER.sub(r"\1", key)
    if key.endswith("h"):
        key = _FINAL_H.sub("", key)
    return _single(key)


@lru_cache(maxsize=1 << 16)
def skeleton(coarse: str) -> str:
    """The consonant skeleton of a word's reading in the key alphabet; an initial vowel leaves ``A``.

    >>> skeleton("ahmad"), skeleton("masʕud"), skeleton("panJSir")
    ('Ahmd', 'msʕd', 'pnJSr')
    """
    key = _REPEAT.sub(r"\1", coarse.replace("ts", "c").replace("tS", "C").replace("dz", "z").replace("dJ", "J"))
    start = "A" if key[:1] in tuple("aiu") else ""
    key = _VOWELS.sub("", _FINAL_H.sub("", key))
    return start + _REPEAT.sub(r"\1", key)


def _close(key: str, level: Level) -> str:
    """The key of a whole name from the keys of its words: an initial vowel counts at its start only, doubling nowhere."""
    if level == "tight":
        return key
    return key[:1] + _REPEAT.sub(r"\1", key[1:].replace("A", ""))


@dataclass(frozen=True, slots=True)
class Encoded:
    """Names as arrays, with the rules to read them by.

    Args:
        words: the distinct words.
        name_words: the words of the names, one name after the other.
        names: where each name's words begin, and the end of the last.
        name_scripts: the script that each word of a name is written in.
        masks: the languages to read by, by script.
    """

    words: Words
    name_words: NDArray[np.int32]
    names: NDArray[np.int64]
    name_scripts: NDArray[np.int32]
    masks: NDArray[np.uint64]


class Keys:
    """Makes the keys of names.

    Args:
        romanizer: where the readings come from.
    """

    def __init__(self, romanizer: Romanizer) -> None:
        self.romanizer = romanizer
        self._word = lru_cache(maxsize=limits.TOKEN_CACHE)(self._coarse)

    def _coarse(self, word: str, langs: tuple[str, ...] | None) -> State:
        return self.romanizer.states(word, langs, _FOLD)

    def keys(self, name: str, level: Level = "tight", langs: Iterable[str] | None = None) -> tuple[str, ...]:
        """The keys of a name, the most usual first, at most :data:`translit.limits.MAX_KEYS`.

        Args:
            name: one or more words in any script.
            level: ``"tight"`` or ``"skeleton"``.
            langs: ISO 639-3 codes of the languages to read it by; None for all.
        """
        chosen = None if langs is None else tuple(sorted(langs))
        finish = tight if level == "tight" else skeleton
        whole: dict[str, tuple[int, int]] = {"": (-1, 0)}
        script = ""
        for word in reading_words(name):
            states = self._word(word, chosen)
            if not states:
                continue
            here = script_of(word)
            merged: dict[str, tuple[int, int]] = {}
            for prefix, (mask, cost) in whole.items():
                for coarse, (langmask, penalty) in states.items():
                    both = mask & langmask if here == script or not script else langmask
                    if not both:
                        continue
                    key = prefix + finish(coarse)
                    old = merged.get(key)
                    total = cost + penalty
                    merged[key] = (both, total) if old is None else (old[0] | both, min(old[1], total))
            script = here
            if len(merged) > limits.MAX_KEYS:
                best = sorted(merged.items(), key=lambda i: (i[1][1], -i[1][0].bit_count(), i[0]))[: limits.MAX_KEYS]
                merged = dict(best)
            whole = merged or whole
        ordered = sorted(whole.items(), key=lambda item: (item[1][1], item[0]))
        return tuple(dict.fromkeys(_close(key, level) for key, _ in ordered if key))

    def keys_many(
        self, names: Sequence[str], level: Level = "tight", langs: Iterable[str] | None = None
    ) -> list[tuple[str, ...]]:  # fmt: skip
        """:meth:`keys` of each name, together, which is many times quicker where the compiled loops serve."""
        chosen = None if langs is None else tuple(sorted(langs))
        return native.twin(name_keys)(self, names, level, chosen)

    @cached_property
    def encoder(self) -> FoldedEncoder | None:
        """The rules as arrays; None where they cannot be held so."""
        encoder = None if self.romanizer.encoder is None else FoldedEncoder(self.romanizer.encoder, _FOLD)
        return encoder if encoder is not None and encoder.plain else None

    def encoded(self, names: Sequence[str], langs: tuple[str, ...] | None) -> Encoded | None:
        """Names and rules as arrays; None where the rules cannot be held so."""
        encoder = self.encoder
        if encoder is None:
            return None
        scripts = encoder.encoder.number
        number: dict[tuple[int, str], int] = {}
        rows: list[int] = []
        heres: list[int] = []
        ends = [0]
        for name in names:
            for here, script, letters in self._read(name):
                if script not in scripts:
                    return None
                rows.append(number.setdefault((scripts[script], letters), len(number)))
                heres.append(_CODE.get(here, len(_CODE)))
            ends.append(len(rows))
        return Encoded(
            encoder.words(list(number)), np.array(rows, dtype=np.int32), np.array(ends, dtype=np.int64),
            np.array(heres, dtype=np.int32), encoder.encoder.masks(langs),
        )  # fmt: skip

    def _read(self, name: str) -> list[tuple[str, str, str]]:
        """The script of each word of a name, the script that it is read in, and its letters."""
        if name.isascii():
            return [("Zyyy" if word.isdigit() else "Latn", "Latn", word) for word in folded_words(name)]
        return [(script_of(word), *self.romanizer.prepare(word)) for word in reading_words(name)]

    def shares(self, left: str, left_langs: Iterable[str] | None, right: str) -> bool:
        """Whether two names share a key: tight, or skeleton where one of them stands in an abjad."""
        return self.shares_many([left], left_langs, [right])[0]

    def shares_many(self, left: Sequence[str], left_langs: Iterable[str] | None, right: Sequence[str]) -> list[bool]:
        """:meth:`shares` of pairs of names.

        Args:
            left, right: the names, one pair a row.
            left_langs: ISO 639-3 codes of the languages to read the left ones by; None for all.
        """
        abjad = [_is_abjad(a) or _is_abjad(b) for a, b in zip(left, right, strict=True)]
        chosen = None if left_langs is None else tuple(sorted(left_langs))
        out = [False] * len(left)
        level: Level
        for level in ("tight", "skeleton"):
            rows = [i for i, flag in enumerate(abjad) if flag == (level == "skeleton")]
            if not rows:
                continue
            shared = native.twin(share_keys)(self, [left[i] for i in rows], [right[i] for i in rows], level, chosen)
            for i, is_shared in zip(rows, shared, strict=True):
                out[i] = is_shared
        return out

    def share(self, left: Sequence[str], right: Sequence[str], level: Level, langs: tuple[str, ...] | None) -> list[bool]:
        """Whether the names of each pair share a key; ``langs`` read the left ones."""
        ours, theirs = (
            {name: frozenset(self.keys(name, level, chosen)) for name in dict.fromkeys(side)}
            for side, chosen in ((left, langs), (right, None))
        )  # fmt: skip
        return [not ours[a].isdisjoint(theirs[b]) for a, b in zip(left, right, strict=True)]


def name_keys(keys: Keys, names: Sequence[str], level: Level, langs: tuple[str, ...] | None) -> list[tuple[str, ...]]:
    """The keys of each name; its compiled twin reads the arrays of :attr:`Keys.encoder`."""
    return [keys.keys(name, level, langs) for name in names]


def share_keys(keys: Keys, left: Sequence[str], right: Sequence[str], level: Level, langs: tuple[str, ...] | None) -> list[bool]:
    """:meth:`Keys.share`; its compiled twin reads the arrays of :attr:`Keys.encoder`."""
    return keys.share(left, right, level, langs)


def _is_abjad(name: str) -> bool:
    return not name.isascii() and script_of(name) in ABJADS


_CODE = {code: i for i, code in enumerate(CODES)}
_JOINED = frozenset({"Thai", "Laoo", "Khmr", "Mymr", "Tibt", "Hira", "Kana"})


def reading_words(name: str) -> list[str]:
    """The words of a name for reading: characters of a script without spaces joined again, which the rules read together.

    >>> reading_words("Ahmad Massoud"), reading_words("とうきょう"), reading_words("北京")
    (['Ahmad', 'Massoud'], ['とうきょう'], ['北', '京'])
    """
    out: list[str] = []
    end, last = -1, ""
    for token in tokens(name):
        here = script_of(token.text)
        kana = {here, last} <= {"Hira", "Kana"}
        if out and token.start == end and here in _JOINED and (here == last or kana):
            out[-1] += token.text
        else:
            out.append(token.text)
        end, last = token.end, here
    return out


class _Fold(dict[str, str]):
    def __missing__(self, reading: str) -> str:
        self[reading] = value = classes(reading)
        return value

    def get(self, reading: str, default: str | None = None) -> str:  # type: ignore[override]
        return self[reading]


_FOLD = _Fold()
