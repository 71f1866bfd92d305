"""Names respelled as English newspapers would, by rules: how the cost tables get to know a convention or a script that they lack."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest

from translit import limits
from translit.rules.keys import reading_words
from translit.rules.romanize import Romanizer
from translit.unicode.fold import fold_token
from translit.unicode.scripts import scripts_in
from translit.unicode.tokens import fold

ENGLISH = {
    "tʃ": "ch", "dʒ": "j", "θ": "th", "ð": "dh", "ʃ": "sh", "ʒ": "zh", "x": "kh", "ħ": "h", "ɣ": "gh", "ŋ": "ng", "j": "y", "y": "u",
    "ə": "e", "ø": "o", "ʔ": "", "ʕ": "", "·": "",
}  # fmt: skip
"""Phoneme → letters; a phoneme not named stands for itself."""
_PHONEME = re.compile("tʃ|dʒ|.")


def english(reading: str) -> str:
    """A reading in broad IPA as it is spelled in English.

    >>> english("tʃernobil"), english("dʒalalabad"), english("taʃkent")
    ('chernobil', 'jalalabad', 'tashkent')
    """
    return _PHONEME.sub(lambda phoneme: ENGLISH.get(phoneme[0], phoneme[0]), reading)


class Respelling:
    """Spells names as they read in some languages.

    Args:
        romanizer: holds the rules.
        langs: ISO 639-3 codes of the languages to read by.
        scripts: ISO 15924 codes of the scripts that are read by all of their languages.
    """

    def __init__(self, romanizer: Romanizer, langs: Iterable[str], scripts: Iterable[str] = ()) -> None:
        self._romanizer, self._langs, self._scripts = romanizer, frozenset(langs), frozenset(scripts)

    def __call__(self, name: str) -> list[str]:
        """The spellings of a name that differ from it, the most usual first, at most :data:`translit.limits.MAX_RESPELLED`."""
        if len(name) > limits.MAX_NAME_CODEPOINTS or not (self._langs or (not name.isascii() and scripts_in(name) & self._scripts)):
            return []
        words = [self._word(word) for word in reading_words(name)[: limits.MAX_NAME_TOKENS]]
        rows = zip_longest(*words)
        usual = [spellings[0] for spellings in words]
        spelled = (" ".join(word or first for word, first in zip(row, usual, strict=True)) for row in rows)
        return [text for text in dict.fromkeys(spelled) if text.strip() and text != fold(name)][: limits.MAX_RESPELLED]

    def _word(self, word: str) -> list[str]:
        """How one word may be spelled; as it is where none of the languages writes its script."""
        script, _ = self._romanizer.prepare(word)
        known = self._romanizer.languages(script)
        langs = frozenset(known) if script in self._scripts else self._langs
        if langs.isdisjoint(known):
            return [fold_token(word)]
        return [english(reading.text) for reading in self._romanizer.readings(word, langs)] or [fold_token(word)]
