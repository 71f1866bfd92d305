"""Coverage of the rules: how many native forms of places are read like their Latin spellings, by script and language.

Names in Han characters are also read by the dictionary of their language, where it is installed.

The forms are those of the name packs that ship with translit. A form counts where one of its keys is one of its place's canonical
spelling, or of any of its Latin ones. Many forms never will, because a language has another name for a place (*Allemagne*);
so the figures serve to compare a language before and after a change of its rules, not with another language.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.harness import Report

if TYPE_CHECKING:
    from translit.rules.readers import Reader

KINDS = frozenset({"place"})
LEAST = 20
"""Forms of a language below which a share says nothing."""
SMOKE = 2_000
"""Forms of a smoke run."""


class Form(NamedTuple):
    """A spelling in another script than the Latin one, with the Latin spellings of the same place, the canonical first."""

    text: str
    script: str
    lang: str
    latin: tuple[str, ...]


class Row(NamedTuple):
    """What was found of the forms of one language."""

    forms: int
    canonical: float
    any_spelling: float
    other: float
    keys: float


def run(report: Report) -> None:
    """Count, language by language."""
    forms = list(_forms())
    if report.settings.smoke:
        forms = random.Random(7).sample(forms, min(SMOKE, len(forms)))
    groups: dict[tuple[str, str], list[Form]] = defaultdict(list)
    for form in forms:
        groups[form.script, form.lang or "–"].append(form)
    table = report.table(
        "Native forms of places that a rule reads like their Latin spelling", "script", "language", "forms", "canonical",
        "any spelling", "another place", "keys a form",
        note="Shares of the forms; the last but one is that of forms read like the canonical spelling of a place taken at random.",
    )  # fmt: skip
    for script, lang in sorted(groups):
        if len(groups[script, lang]) >= (1 if report.settings.smoke else LEAST):
            table.rows.append((script, lang, *measure(groups[script, lang])))
            by = _reader(lang) if script == "Hani" else None
            if by is not None:
                table.rows.append((script, f"{lang}, by {by.packages[0]}", *measure(groups[script, lang], by)))
    report.show(table)


def _forms() -> Iterator[Form]:
    from translit.lexicon.source import read_sources
    from translit.resources import name_paths
    from translit.unicode.scripts import script_of

    for entity in read_sources(name_paths()):
        if entity.kind not in KINDS:
            continue
        told = [(v.text, v.lang, script_of(v.text)) for v in entity.variants]
        latin = tuple(dict.fromkeys([entity.canonical, *(text for text, _, script in told if script == "Latn")]))
        for text, lang, script in told:
            # A form of more words or fewer is mostly a description (*Vilnius County*).
            if script not in ("Latn", "Zyyy") and len(text.split()) == len(entity.canonical.split()):
                yield Form(text, script, lang, latin)


def _reader(lang: str) -> Reader | None:
    from translit.errors import TranslitError
    from translit.rules.readers import reader

    try:
        return reader(lang)
    except TranslitError:
        return None


def measure(forms: Sequence[Form], by: Reader | None = None) -> Row:
    """The shares of some forms, read by every language of their script as translit does by default, or by a dictionary."""
    from translit.rules.shipped import shipped_keys

    keys = shipped_keys()
    others = [form.latin[0] for form in forms]
    random.Random(7).shuffle(others)
    read = [(row, text) for row, form in enumerate(forms) for text in (by.read(form.text) if by is not None else [form.text])]
    pairs = [(row, text, latin) for row, text in read for latin in forms[row].latin]
    alike = keys.shares_many([text for _, text, _ in pairs], None, [latin for _, _, latin in pairs])
    canonical = {row for (row, _, latin), same in zip(pairs, alike, strict=True) if same and latin == forms[row].latin[0]}
    spelled = {row for (row, _, _), same in zip(pairs, alike, strict=True) if same}
    chance = keys.shares_many([text for _, text in read], None, [others[row] for row, _ in read])
    by_chance = {row for (row, _), same in zip(read, chance, strict=True) if same}
    many = keys.keys_many([text for _, text in read])
    total = len(forms)
    return Row(total, len(canonical) / total, len(spelled) / total, len(by_chance) / total, sum(map(len, many)) / total)
