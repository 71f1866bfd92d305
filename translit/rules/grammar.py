"""Rule files: spelling → reading, by language and context, as data that a linguist can review.

A file is TSV with the columns ``spelling before after reading langs example`` behind header lines ``#: key=value``.
Contexts are named classes: the built-in ``start``, ``end``, ``vowel`` and ``consonant``, classes declared in the file's header
(``#: class.front=e i y``), and ``not-NAME``. They are never regular expressions, so no file can make matching slow.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from translit import limits
from translit.errors import SourceError, SourceErrors

FORMAT = "translit-rules/1"
COLUMNS = ("spelling", "before", "after", "reading", "langs", "example")
SILENT = "∅"
OPTIONAL_VOWEL = "·"
PHONEMES = ("tʃ", "dʒ", "ts", "dz", *"aeiouəyø", *"pbtdkgqʔʕfvθðszʃʒxɣhħmnŋlrjw", "ɡ", OPTIONAL_VOWEL)
"""The inventory that readings are written in: broad IPA."""
VOWELS = frozenset("aeiouyøæåœəıаеёиоуыэюяєіїўαεηιουωաեէըիոօ")
EDGE = ""
"""What stands before the first and after the last letter of a word."""

_READING = regex.compile("(?:" + "|".join(PHONEMES) + ")*")
_LANG = regex.compile("[a-z]{3}")
_NAME = regex.compile("(?:not-)?[a-z][a-z0-9]*")


@dataclass(frozen=True, slots=True)
class Rule:
    """One row: a spelling, where it may stand, and how the languages read it.

    Args:
        spelling: casefolded letters.
        before: names of the classes that the character before may belong to; empty for any.
        after: the same for the character after.
        reading: broad IPA, ``""`` where silent.
        langs: ISO 639-3 codes.
        example: ``(spelling of a real name, its canonical)``, or None.
        script: ISO 15924 code of the file.
        place: ``file:line``.
    """

    spelling: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    reading: str
    langs: tuple[str, ...]
    example: tuple[str, str] | None
    script: str
    place: str

    @property
    def contexts(self) -> int:
        """How many of the two contexts are given; a rule with more shadows one with fewer."""
        return bool(self.before) + bool(self.after)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """The rules of one file, its classes and its header."""

    path: str
    script: str
    abjad: bool
    rules: tuple[Rule, ...]
    classes: Mapping[str, frozenset[str]]
    header: Mapping[str, str]


def holds(name: str, character: str, classes: Mapping[str, frozenset[str]]) -> bool:
    """Whether ``character`` (``""`` at an edge of the word) belongs to the class ``name``."""
    if name.startswith("not-"):
        return not holds(name[4:], character, classes)
    if name in ("start", "end"):
        return character == EDGE
    if name == "vowel":
        return character in VOWELS and character != EDGE
    if name == "consonant":
        return character != EDGE and character not in VOWELS
    return character in classes[name]


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _is_reading(sound: str) -> bool:
    return _READING.fullmatch(sound) is not None


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _tags(langs: str) -> tuple[str, ...]:
    """The codes of languages in a cell; none where one of them is no code."""
    tags = tuple(langs.split())
    return tags if all(_LANG.fullmatch(tag) for tag in tags) else ()


class _Reader:
    """Reads one file, collecting every fault."""

    def __init__(self, path: Path, content: str | None = None) -> None:
        self.path, self.content = path, content
        self.errors: list[SourceError] = []
        self.header: dict[str, str] = {}
        self.classes: dict[str, frozenset[str]] = {}
        self.seen: dict[tuple[object, ...], int] = {}

    def fault(self, message: str, mend: str, line: int, column: int = 0) -> None:
        if len(self.errors) < limits.MAX_SOURCE_ERRORS_KEPT:
            self.errors.append(SourceError(message, mend, str(self.path), line, column))

    def read(self) -> RuleFile:
        rules: list[Rule] = []
        columns = False
        for number, line in self._lines():
            if line.startswith("#:"):
                self._header(line, number)
            elif not line or line.startswith("#"):
                continue
            elif not columns:
                columns = True
                if tuple(line.split("\t")) != COLUMNS:
                    self.fault("the column line is wrong", f"make it {' '.join(COLUMNS)}, parted by tabs", number)
                    return self._file(rules)
            else:
                rule = self._rule(line, number)
                if rule is not None:
                    rules.append(rule)
        if self.header.get("format") != FORMAT:
            self.fault(f"no header line '#: format={FORMAT}'", "write it as the first line", 1)
        if not columns:
            self.fault("no column line", f"write one: {' '.join(COLUMNS)}, parted by tabs", 1)
        self._unreachable(rules)
        return self._file(rules)

    def _lines(self) -> Iterator[tuple[int, str]]:
        try:
            text = self.path.read_bytes().decode("utf-8") if self.content is None else self.content
        except UnicodeDecodeError as error:
            self.fault(f"invalid UTF-8 at byte {error.start}", "save the file as UTF-8", 1)
            return
        except OSError as error:
            self.fault(f"cannot be read: {error.strerror}", "check the path and its permissions", 0)
            return
        if text.startswith("\ufeff"):
            self.fault("a byte-order mark", "save the file as UTF-8 without one", 1, 1)
            text = text[1:]
        for number, line in enumerate(text.split("\n"), 1):
            if line.endswith("\r"):
                self.fault("a carriage return at the end of the line", "save the file with LF line ends", number)
                line = line[:-1]
            yield number, line

    def _header(self, line: str, number: int) -> None:
        key, equals, value = line[2:].strip().partition("=")
        if not equals or not key:
            self.fault("a header line is not '#: key=value'", "write it so", number)
        elif key.startswith("class."):
            name = key[6:]
            if not _NAME.fullmatch(name) or name in ("start", "end", "vowel", "consonant") or name.startswith("not-"):
                self.fault(f"'{name}' cannot name a class", "use lower-case letters and digits, and no built-in name", number)
            self.classes[name] = frozenset(value.split())
        elif key in self.header:
            self.fault(f"the header '{key}' stands twice", "remove one", number)
        else:
            self.header[key] = value

    def _rule(self, line: str, number: int) -> Rule | None:
        before_faults = len(self.errors)
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            mend = "part the columns by tabs, and leave an empty one empty"
            self.fault(f"{len(cells)} columns, not {len(COLUMNS)}", mend, number)
            return None
        spelling, before, after, reading, langs, example = cells
        if not spelling or spelling != spelling.casefold() or spelling.split() != [spelling]:
            self.fault("the spelling is empty, has a blank or a capital", "write it in lower case", number, 1)
        if len(spelling) > limits.MAX_SPELLING:
            self.fault(f"the spelling is over {limits.MAX_SPELLING} letters", "split the rule", number, 1)
        for column, cell in ((2, before), (3, after)):
            for name in cell.split():
                bare = name.removeprefix("not-")
                if bare not in self.classes and bare not in ("start", "end", "vowel", "consonant"):
                    mend = f"declare it: '#: class.{bare}=…', or use start, end, vowel, consonant"
                    self.fault(f"unknown context class '{name}'", mend, number, column)
        sound = "" if reading == SILENT else reading
        if not reading:
            self.fault("no reading", f"write it in broad IPA, or {SILENT} for a silent letter", number, 4)
        elif not _is_reading(sound):
            mend = f"use only {' '.join(PHONEMES)}"
            self.fault(f"'{reading}' is not in the phoneme inventory", mend, number, 4)
        tags = _tags(langs or self.header.get("langs", ""))
        if not tags:
            self.fault("no valid language", "name ISO 639-3 codes here or in the header '#: langs='", number, 5)
        pair: tuple[str, str] | None = None
        if example:
            left, equals, right = example.partition("=")
            pair = (left, right)
            if not (equals and left and right):
                self.fault("an example is not 'Achmad=Ahmad'", "write spelling=canonical", number, 6)
        signature = (spelling, before, after, sound, tags)
        if signature in self.seen:
            self.fault(f"the same rule stands in line {self.seen[signature]}", "remove one", number)
        self.seen.setdefault(signature, number)
        if len(self.errors) > before_faults:
            return None
        return Rule(
            spelling, tuple(before.split()), tuple(after.split()), sound.replace("ɡ", "g"), tags, pair,
            self.header.get("script", ""), f"{self.path}:{number}",
        )  # fmt: skip

    def _unreachable(self, rules: list[Rule]) -> None:
        """A rule whose two contexts can never hold together with any text, as far as can be told from names."""
        for rule in rules:
            number = int(rule.place.rpartition(":")[2])
            for column, names, edge in ((2, rule.before, "end"), (3, rule.after, "start")):
                if names == (edge,):
                    where = "before" if column == 2 else "after"
                    self.fault(f"the rule can never fire: '{edge}' as '{where}'", "swap the contexts", number, column)
                empty = [n for n in names if n in self.classes and not self.classes[n]]
                if names and len(empty) == len(names):
                    self.fault("the rule can never fire: its class is empty", "fill the class", number, column)

    def _file(self, rules: list[Rule]) -> RuleFile:
        script = self.header.get("script", "")
        if not script:
            self.fault("no header line '#: script='", "name the ISO 15924 script, such as Latn", 1)
        abjad = self.header.get("abjad") == "yes"
        return RuleFile(str(self.path), script, abjad, tuple(rules), dict(self.classes), dict(self.header))


def read_rules(path: Path, content: str | None = None) -> RuleFile:
    """Read one rule file.

    Args:
        path: the file.
        content: what it holds, where it has been read already.

    Raises:
        SourceErrors: with every fault of the file.
    """
    reader = _Reader(path, content)
    rule_file = reader.read()
    if reader.errors:
        raise SourceErrors(reader.errors)
    return rule_file


def check_rules(paths: Iterable[Path]) -> list[SourceError]:
    """Every fault of the given rule files, examples not run."""
    faults: list[SourceError] = []
    for path in paths:
        reader = _Reader(path)
        reader.read()
        faults.extend(reader.errors)
    return faults
