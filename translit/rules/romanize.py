"""Readings: the ways a spelling may have been meant, by language, from the rule files.

At each place of a word the rules of a language compete: the longest spelling wins, among equals the one with more contexts;
what remains are alternatives. Languages that read a word alike share one reading, so a word costs about as much as its
distinct readings, not as its languages. Caps are in :mod:`translit.limits`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from translit import limits
from translit.rules.encoding import LOST_DIACRITIC, Encoder, Script
from translit.rules.grammar import EDGE, Rule, RuleFile, holds
from translit.unicode.fold import fold_token, spelling
from translit.unicode.scripts import script_of

LATIN_DEFAULTS: Mapping[str, str] = {
    **{c: c for c in "abdefghiklmnoprstuvwz"}, "c": "k", "q": "q", "x": "ks", "j": "dʒ", "y": "i",
}  # fmt: skip
"""What a plain Latin letter reads as in a language whose rules do not name it."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way a word may have been meant.

    Args:
        text: broad IPA.
        langs: ISO 639-3 codes of the languages that read it so.
        penalty: 0 for the first reading of a language, more for its alternatives.
    """

    text: str
    langs: tuple[str, ...]
    penalty: int


State = dict[str, tuple[int, int]]
"""Partial reading → (languages as a bit mask, penalty)."""


class _Script:
    """The rules of one script, indexed by spelling."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.langs: list[str] = []
        self.abjad = False
        self.rules: dict[str, list[tuple[Rule, RuleFile, int, bool, int]]] = {}
        self.longest = 1
        # What competes at a place depends on the letter before, the longest spelling's letters and one after: kept by those.
        self.seen: dict[tuple[str, str, int, int], list[tuple[int, str, int, int]]] = {}

    def add(self, rule: Rule, source: RuleFile) -> None:
        for lang in rule.langs:
            if lang not in self.langs:
                self.langs.append(lang)
        extra = False
        # The letters of a name are composed otherwise than an editor may have written them (Thai and Lao am).
        key = fold_token(rule.spelling) if self.script == "Latn" else spelling(rule.spelling)
        if self.script == "Hang":
            key = unicodedata.normalize("NFD", key)
        if self.script == "Latn":
            extra = key != rule.spelling
            if not key or (extra and len(key) == 1 and LATIN_DEFAULTS.get(key) == rule.reading):
                return
        self.rules.setdefault(key, []).append((rule, source, 0, extra, 0))
        self.longest = max(self.longest, len(key))

    def reach(self, letters: str, i: int) -> int:
        """Length of the longest spelling that stands at place ``i``, at least 1."""
        rules = self.rules
        for width in range(min(self.longest, len(letters) - i), 1, -1):
            if letters[i : i + width] in rules:
                return width
        return 1

    def freeze(self) -> None:
        """Turn languages into masks and rank the alternatives of each language in file order."""
        bit = {lang: 1 << i for i, lang in enumerate(self.langs)}
        for entries in self.rules.values():
            rank: dict[tuple[str, int], int] = {}
            for i, (rule, source, _, extra, _) in enumerate(entries):
                mask = sum(bit[lang] for lang in set(rule.langs))
                place = max(rank.get((lang, rule.contexts), 0) for lang in rule.langs)
                for lang in rule.langs:
                    rank[lang, rule.contexts] = place + 1
                entries[i] = (rule, source, mask, extra, place)


class Romanizer:
    """Reads words by the rules of a set of rule files.

    Args:
        files: the rule files, in any order.
        fallback: reads a word that no rule file covers into Latin letters (Unidecode unless told otherwise).

    Its answers do not depend on the order of the files.
    """

    def __init__(self, files: Iterable[RuleFile], fallback: Callable[[str], str] | None = None) -> None:
        self._scripts: dict[str, _Script] = {}
        self._fallback = fallback
        for source in sorted(files, key=lambda f: (f.script, f.header.get("langs", ""), f.path.rpartition("/")[2])):
            table = self._scripts.setdefault(source.script, _Script(source.script))
            table.abjad = table.abjad or source.abjad
            for rule in source.rules:
                table.add(rule, source)
        for table in self._scripts.values():
            table.freeze()

    def languages(self, script: str) -> tuple[str, ...]:
        """ISO 639-3 codes of the languages that have rules for a script; the bits of a mask are in this order."""
        table = self._scripts.get(script)
        return tuple(table.langs) if table else ()

    def every_language(self) -> tuple[str, ...]:
        """ISO 639-3 codes of the languages that have rules for any script."""
        return tuple(sorted({lang for table in self._scripts.values() for lang in table.langs}))

    @cached_property
    def encoder(self) -> Encoder | None:
        """The rules as arrays; None where they cannot be held so."""
        if self._fallback is None:
            return None
        scripts = {
            code: Script(tuple(table.langs), table.rules, table.longest, partial(self._default, table))
            for code, table in self._scripts.items()
        }  # fmt: skip
        encoder = Encoder(scripts)
        return encoder if encoder.possible else None

    def prepare(self, word: str) -> tuple[str, str]:
        """The script of a word and its letters as the rules read them."""
        script = script_of(word)
        if script == "Hira":
            script = "Kana"
        if script == "Latn":
            return script, fold_token(word)
        letters = spelling(word)
        if script == "Hang":
            letters = unicodedata.normalize("NFD", letters)
        if script not in self._scripts and self._fallback is not None:
            return "Latn", fold_token("".join(self._fallback(letters).split()))
        return script, letters

    def readings(self, word: str, langs: Iterable[str] | None = None) -> tuple[Reading, ...]:
        """The readings of one word, the most usual first.

        Args:
            word: one word in any script.
            langs: ISO 639-3 codes to read it by; None for all.
        """
        script, _ = self.prepare(word)
        table = self._scripts.get(script)
        names = table.langs if table else []
        states = self.states(word, langs)
        return tuple(
            Reading(text, tuple(lang for i, lang in enumerate(names) if mask >> i & 1), penalty)
            for text, (mask, penalty) in sorted(states.items(), key=lambda item: (item[1][1], item[0]))
        )

    def states(self, word: str, langs: Iterable[str] | None = None, fold: Mapping[str, str] | None = None) -> State:
        """Readings with language masks and penalties; ``fold`` maps each rule's reading to another alphabet first."""
        return self._states(*self.prepare(word), langs, fold)

    def texts(self, script: str, letters: str, langs: Iterable[str]) -> list[str]:
        """The readings of a word that is prepared, the most usual first; in which of the languages each is one does not matter."""
        states = self._states(script, letters, langs, None)
        return sorted(states, key=lambda text: (states[text][1], text))

    def _states(self, script: str, letters: str, langs: Iterable[str] | None, fold: Mapping[str, str] | None) -> State:
        table = self._scripts.get(script) or self._scripts.setdefault(script, _Script(script))
        everything = (1 << len(table.langs)) - 1 or 1
        if langs is None:
            mask = everything
        else:
            wanted = set(langs)
            mask = sum(1 << i for i, lang in enumerate(table.langs) if lang in wanted)
            mask = mask or everything
        n = len(letters)
        if not n or n > limits.MAX_TOKEN_CODEPOINTS:
            return {}
        ahead: list[State] = [{} for _ in range(n + 1)]
        ahead[0][""] = (mask, 0)
        for i in range(n):
            states = ahead[i]
            if not states:
                continue
            width = table.reach(letters, i)
            place = (letters[i - 1 : i], letters[i : i + width + 1], mask, id(fold))
            options = table.seen.get(place)
            if options is None:
                options = self._options(table, letters, i, mask)
                if fold is not None:
                    options = [(w, fold.get(sound, sound), langs, penalty) for w, sound, langs, penalty in options]
                if len(table.seen) < limits.MAX_PLACES:
                    table.seen[place] = options
            for width, sound, langmask, penalty in options:
                target = ahead[i + width]
                for text, (statemask, cost) in states.items():
                    both = statemask & langmask
                    if not both:
                        continue
                    key, total = text + sound, cost + penalty
                    old = target.get(key)
                    target[key] = (both, total) if old is None else (old[0] | both, min(old[1], total))
            ahead[i] = {}
            for j in range(i + 1, min(n, i + table.longest) + 1):
                if len(ahead[j]) > limits.MAX_READINGS:
                    best = sorted(ahead[j].items(), key=lambda item: (item[1][1], -item[1][0].bit_count(), item[0]))
                    ahead[j] = dict(best[: limits.MAX_READINGS])
        return ahead[n]

    def fired(self, word: str, lang: str) -> set[str]:
        """The places (``file:line``) of the rules that any reading of ``word`` in ``lang`` may use."""
        script, letters = self.prepare(word)
        table = self._scripts.get(script)
        if table is None or lang not in table.langs:
            return set()
        bit = 1 << table.langs.index(lang)
        places: set[str] = set()
        for i in range(len(letters)):
            for width in range(min(table.longest, len(letters) - i), 0, -1):
                for rule, source, mask, _, _ in table.rules.get(letters[i : i + width], ()):
                    if mask & bit and _fits(rule, source, letters, i, i + width):
                        places.add(rule.place)
        return places

    def _options(self, table: _Script, letters: str, i: int, mask: int) -> list[tuple[int, str, int, int]]:
        """(width, reading, languages, penalty) of every rule that competes at place ``i``, the losers left out."""
        out: list[tuple[int, str, int, int]] = []
        remaining = mask
        rules = table.rules
        for width in range(min(table.longest, len(letters) - i), 0, -1):
            entries = rules.get(letters[i : i + width])
            if not entries:
                continue
            fitting = [e for e in entries if _fits(e[0], e[1], letters, i, i + width)]
            if not fitting:
                continue
            left = remaining
            for contexts in (2, 1, 0):
                level = 0
                for rule, _, rulemask, extra, rank in fitting:
                    if rule.contexts != contexts:
                        continue
                    if extra:
                        if rulemask & mask:
                            out.append((width, rule.reading, rulemask & mask, LOST_DIACRITIC + rank))
                    elif rulemask & left:
                        out.append((width, rule.reading, rulemask & left, rank))
                        level |= rulemask
                left &= ~level
            remaining = left
            if not remaining:
                break
        if remaining:
            letter = letters[i]
            sound = self._default(table, letter)
            out.append((1, sound, remaining, 0))
        return out

    def _default(self, table: _Script, letter: str) -> str:
        if table.script == "Latn":
            return LATIN_DEFAULTS.get(letter, "")
        plain = fold_token(letter)
        known = table.rules.get(plain)
        if plain != letter and known:
            return known[0][0].reading
        if self._fallback is None or not letter.isalpha():
            return ""
        latin = fold_token(self._fallback(letter))
        return "".join(LATIN_DEFAULTS.get(c, "") for c in latin)


def _fits(rule: Rule, source: RuleFile, letters: str, start: int, end: int) -> bool:
    if rule.before:
        before = letters[start - 1] if start else EDGE
        if not any(holds(name, before, source.classes) for name in rule.before):
            return False
    if rule.after:
        after = letters[end] if end < len(letters) else EDGE
        if not any(holds(name, after, source.classes) for name in rule.after):
            return False
    return True
