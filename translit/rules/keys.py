"""Keys: readings folded for lookup.

Two keys serve. The *tight* key keeps vowels in three classes (a, i, u) and drops what romanizations add or leave out
(length, glides, doubled letters, hamza and ayn). The *skeleton* has consonants only: it is what an abjad writes.
Names share a key where one language reads the one as another reads the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from translit import limits
from translit.rules.romanize import Romanizer, State
from translit.unicode.scripts import ABJADS, script_of
from translit.unicode.tokens import tokens

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

    def shares(self, left: str, left_langs: Iterable[str] | None, right: str) -> bool:
        """Whether two names share a key: tight, or skeleton where one of them stands in an abjad."""
        level: Level = "skeleton" if {script_of(left), script_of(right)} & ABJADS else "tight"
        return bool(set(self.keys(left, level, left_langs)) & set(self.keys(right, level)))


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
