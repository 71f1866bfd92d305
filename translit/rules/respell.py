"""Names respelled as English newspapers would, by rules: how the cost tables get to know a convention or a script that they lack."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
        own, usual = fold(name), None
        found: dict[str, None] = {}
        # Only as many readings are spelled as are asked for.
        for row in zip_longest(*map(self._word, reading_words(name)[: limits.MAX_NAME_TOKENS])):
            usual = usual or row
            text = " ".join([word or first for word, first in zip(row, usual, strict=True)])
            if text.strip() and text != own:
                found[text] = None
                if len(found) == limits.MAX_RESPELLED:
                    break
        return list(found)

    def _word(self, word: str) -> Iterator[str]:
        """How one word may be spelled; as it is where none of the languages writes its script."""
        script, _ = self._romanizer.prepare(word)
        known = self._romanizer.languages(script)
        langs = frozenset(known) if script in self._scripts else self._langs
        if langs.isdisjoint(known):
            return iter([fold_token(word)])
        states = self._romanizer.states(word, langs)
        # The most usual first; in which languages a reading is one does not matter here.
        return map(english, sorted(states, key=lambda text: (states[text][1], text))) if states else iter([fold_token(word)])
