"""Names respelled as English newspapers would, by rules: how the cost tables get to know a convention or a script that they lack."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import zip_longest

from translit import limits, native
from translit.rules.keys import reading_words
from translit.rules.romanize import Romanizer
from translit.unicode.fold import fold_token
from translit.unicode.scripts import CODES, scripts_in
from translit.unicode.tokens import fold

ENGLISH = {
    "tʃ": "ch", "dʒ": "j", "θ": "th", "ð": "dh", "ʃ": "sh", "ʒ": "zh", "x": "kh", "ħ": "h", "ɣ": "gh", "ŋ": "ng", "j": "y", "y": "u",
    "ə": "e", "ø": "o", "ʔ": "", "ʕ": "", "·": "",
}  # fmt: skip
"""Phoneme → letters; a phoneme not named stands for itself."""
_AFFRICATES = ("tʃ", "\0"), ("dʒ", "\1")
_LETTERS = str.maketrans({
    **{phoneme: letters for phoneme, letters in ENGLISH.items() if len(phoneme) == 1},
    **{mark: ENGLISH[affricate] for affricate, mark in _AFFRICATES},
})  # fmt: skip


def english(reading: str) -> str:
    """A reading in broad IPA as it is spelled in English.

    >>> english("tʃernobil"), english("dʒalalabad"), english("taʃkent")
    ('chernobil', 'jalalabad', 'tashkent')
    """
    for affricate, mark in _AFFRICATES:
        reading = reading.replace(affricate, mark)
    return reading.translate(_LETTERS)


class Respelling:
    """Spells names as they read in some languages.

    Args:
        rules: gives what holds the rules, asked when a first name is read by them.
        langs: ISO 639-3 codes of the languages to read by.
        scripts: ISO 15924 codes of the scripts that are read by all of their languages.
    """

    def __init__(self, rules: Callable[[], Romanizer], langs: Iterable[str], scripts: Iterable[str] = ()) -> None:
        self._rules, self._own, self._scripts = rules, frozenset(langs), frozenset(scripts)

    @cached_property
    def _romanizer(self) -> Romanizer:
        return self._rules()

    @cached_property
    def _langs(self) -> Mapping[str, frozenset[str]]:
        """The languages to read by, by script."""
        known = {code: frozenset(self._romanizer.languages(code)) for code in CODES}
        by_script = {code: every if code in self._scripts else every & self._own for code, every in known.items()}
        return {code: some for code, some in by_script.items() if some}

    def __call__(self, name: str) -> list[str]:
        """The spellings of a name that differ from it, the most usual first, at most :data:`translit.limits.MAX_RESPELLED`."""
        return self.many([name])[0]

    def many(self, names: Sequence[str]) -> list[list[str]]:
        """The spellings of each name."""
        words = [reading_words(name)[: limits.MAX_NAME_TOKENS] if self._reads(name) else [] for name in names]
        if not any(words):
            return words
        prepared = {word: self._romanizer.prepare(word) for some in words for word in some}
        asked = list(dict.fromkeys(word for word in prepared.values() if word[0] in self._langs))
        read = dict(zip(asked, native.twin(read_words)(self._romanizer, asked, self._langs), strict=True))
        ways = {word: read.get(letters) or () for word, letters in prepared.items()}
        return [self._spellings(name, some, ways) if some else [] for name, some in zip(names, words, strict=True)]

    def _reads(self, name: str) -> bool:
        """Whether any word of a name may be read."""
        return len(name) <= limits.MAX_NAME_CODEPOINTS and (
            bool(self._own) or (not name.isascii() and not self._scripts.isdisjoint(scripts_in(name)))
        )

    def _spellings(self, name: str, words: Sequence[str], ways: Mapping[str, Sequence[str]]) -> list[str]:
        """The spellings of a name by how its words may be read; a word that none of the languages reads is left as it is."""
        own, usual = fold(name), None
        found: dict[str, None] = {}
        # Only as many readings are spelled as are asked for.
        for row in zip_longest(*(map(english, ways[word]) if ways[word] else (fold_token(word),) for word in words)):
            usual = usual or row
            text = " ".join([word or first for word, first in zip(row, usual, strict=True)])
            if text.strip() and text != own:
                found[text] = None
                if len(found) == limits.MAX_RESPELLED:
                    break
        return list(found)


def read_words(romanizer: Romanizer, words: Sequence[tuple[str, str]], langs: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """The readings of words, the most usual first.

    Args:
        romanizer: holds the rules.
        words: the script and the letters of each, as :meth:`Romanizer.prepare` gives them.
        langs: ISO 639-3 codes of the languages to read by, by script.
    """
    return [romanizer.texts(script, letters, langs[script]) for script, letters in words]
