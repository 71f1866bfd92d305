"""A lexicon's own spelling rules: rule files among its sources, which join those that ship."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from translit.errors import SourceError, SourceErrors
from translit.fallback import with_unidecode
from translit.lexicon.source import is_source_name, read_sources
from translit.model import Entity
from translit.resources import rule_paths
from translit.rules.examples import failing_examples
from translit.rules.grammar import check_rules, read_rules
from translit.rules.romanize import Romanizer


@dataclass(frozen=True, slots=True, order=True)
class OwnRules:
    """A rule file as a lexicon carries it: its name, what it holds, and its licence."""

    name: str
    content: str
    licence: str


def read_all(sources: Iterable[Any]) -> tuple[list[Any], list[Entity], list[OwnRules]]:
    """The sources of names, their entities, and the rule files among the sources, these in the order of their names.

    Raises:
        SourceErrors: with every fault of the names and of the rules.
    """
    names, paths = sort_out(sources)
    faults = rule_faults(paths) if paths else []
    if paths and not names:
        faults.append(SourceError("spelling rules without names", "give them beside a name pack, or beside builtin", str(paths[0])))
    entities: list[Entity] = []
    try:
        entities = read_sources(names)
    except SourceErrors as error:
        faults += error.errors
    if faults:
        raise SourceErrors(faults)
    return names, entities, sorted(map(_own, paths))


def _own(path: Path) -> OwnRules:
    content = path.read_text(encoding="utf-8")
    return OwnRules(path.name, content, read_rules(path, content).header.get("licence", ""))


def sort_out(sources: Iterable[Any]) -> tuple[list[Any], list[Path]]:
    """Sources of names and rule files, each in their order; a folder with rule files in it counts as its files."""
    names: list[Any] = []
    rules: list[Path] = []
    for source in sources:
        if not isinstance(source, (str, os.PathLike)):
            names.append(source)
            continue
        path = Path(source)
        inside = sorted(file for file in path.iterdir() if is_source_name(file.name)) if path.is_dir() else [path]
        found = [file for file in inside if is_rules(file)]
        rules += found
        names += [file for file in inside if file not in found] if found else [source]
    return names, rules


def is_rules(path: Path) -> bool:
    """Whether a file says that it holds rules, or has their columns."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096)
    except OSError:
        return False
    return b"format=translit-rules/" in head or b"\nspelling\tbefore\t" in b"\n" + head


def rule_faults(paths: Sequence[Path]) -> list[SourceError]:
    """Every fault of rule files, the examples that fail among them; an example may need the rules that ship."""
    faults = check_rules(paths)
    broken = {fault.file for fault in faults}
    sound = [read_rules(path) for path in paths if str(path) not in broken]
    given = {path.resolve() for path in paths}
    others = [read_rules(path) for path in rule_paths() if path.resolve() not in given]
    return faults + failing_examples(sound, Romanizer([*sound, *others], with_unidecode))
