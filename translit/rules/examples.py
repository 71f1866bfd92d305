"""Every ``example`` of a rule file, run as a test."""

from __future__ import annotations

from collections.abc import Sequence

from translit.errors import SourceError
from translit.rules.grammar import RuleFile
from translit.rules.keys import Keys, reading_words
from translit.rules.romanize import Romanizer


def failing_examples(files: Sequence[RuleFile], romanizer: Romanizer) -> list[SourceError]:
    """The examples that fail: the two names share no key, or the rule does not take part in any reading of the first.

    Args:
        files: the rule files whose examples are run.
        romanizer: reads both names; it must hold these files.
    """
    keys = Keys(romanizer)
    faults: list[SourceError] = []
    for source in files:
        for rule in source.rules:
            if rule.example is None:
                continue
            left, right = rule.example
            line = int(rule.place.rpartition(":")[2])
            if not any(rule.place in romanizer.fired(word, lang) for word in reading_words(left) for lang in rule.langs):
                faults.append(
                    SourceError(
                        f"the rule takes no part in reading its example '{left}'",
                        "give an example with this spelling in this context, or remove a rule that shadows it, or this one where the "
                        "letter reads so without it",
                        source.path, line, 6,
                    )
                )  # fmt: skip
            elif not keys.shares(left, rule.langs, right):
                ours, theirs = keys.keys(left, "tight", rule.langs)[:4], keys.keys(right)[:4]
                faults.append(
                    SourceError(
                        f"the example fails: '{left}' reads {'|'.join(ours)}, '{right}' reads {'|'.join(theirs)}",
                        "mend the reading or the example",
                        source.path, line, 6,
                    )
                )  # fmt: skip
    return faults
