"""Packs by name: those that ship with translit, and those that other distributions offer through an entry point.

A distribution offers a pack by an entry point of the group ``translit.packs``. Its name is the pack's, its value the package in
which the pack lies as ``NAME.tsv`` or ``NAME.jsonl``, packed with gzip or not. The package is found, never imported: a pack is data.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from translit.errors import LexiconError
from translit.lexicon.reading.faults import nearest
from translit.lexicon.source import read_header
from translit.resources import name_paths

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

GROUP = "translit.packs"
BUILTIN = "builtin"
"""The source that stands for the packs that ship with translit; ``builtin:`` and names choose among all that are installed."""
_ENDINGS = (".tsv", ".tsv.gz", ".jsonl", ".jsonl.gz")

Source = Any


@dataclass(frozen=True)
class Pack:
    """A pack that is installed.

    Args:
        name: the name by which it is switched on and off.
        path: its file.
        distribution: the distribution that brought it, with its version; empty for those that ship with translit.
        licence: the licence that the distribution has, where the pack itself names none.
    """

    name: str
    path: Path
    distribution: str = ""
    licence: str = ""

    @cached_property
    def header(self) -> dict[str, str]:
        """What its header lines say; a pack of records has none."""
        return read_header(self.path) if _ending(self.path) in (".tsv", ".tsv.gz") else {}

    def as_record(self) -> dict[str, Any]:
        """Everything about it, its entities and variants counted."""
        entities, variants = self.counts()
        header = {key: self.header.get(key, "") for key in ("licence", "source", "date")}
        header["licence"] = header["licence"] or self.licence
        return {
            "name": self.name, "default": not self.distribution, "entities": entities, "variants": variants, **header,
            "distribution": self.distribution, "path": str(self.path),
        }  # fmt: skip

    def counts(self) -> tuple[int, int]:
        """How many entities and variants it has, by a look at its lines: they are not checked."""
        with _opened(self.path) as stream:
            if not self.path.name.endswith((".tsv", ".tsv.gz")):
                sizes = [len(json.loads(line).get("variants", ())) for line in stream]
                return len(sizes), sum(sizes)
            ids = [line.partition(b"\t")[0] for line in stream if not line.startswith(b"#")][1:]
        return len(set(ids)), len(ids)


def shipped_packs() -> list[Pack]:
    """The packs that ship with translit, which are all on by default, by name.

    >>> [pack.name for pack in shipped_packs()][:2]
    ['afghanistan', 'cities']
    """
    return [Pack(path.name.removesuffix(_ending(path)), path) for path in name_paths()]


@lru_cache(maxsize=1)
def installed_packs() -> tuple[Pack, ...]:
    """All packs that are installed, by name: those that ship with translit, and those of other distributions.

    Raises:
        LexiconError: an entry point leads to no pack, or two packs have the same name.
    """
    from importlib.metadata import entry_points

    packs = {pack.name: pack for pack in shipped_packs()}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        pack = _offered(point)
        other = packs.get(pack.name)
        if other is not None and other.path != pack.path:
            owner = other.distribution or "translit itself"
            raise LexiconError(f"the pack '{pack.name}' of {pack.distribution} is also one of {owner}; uninstall one of them")
        packs[pack.name] = pack
    return tuple(packs[name] for name in sorted(packs))


def _offered(point: EntryPoint) -> Pack:
    """The pack to which an entry point leads."""
    found = point.dist
    owner = f"{found.name} {found.version}" if found is not None else "an unnamed distribution"
    top, *inner = point.module.split(".")
    try:
        spec = find_spec(top)
    except (ImportError, ValueError):
        spec = None
    folders = [Path(folder, *inner) for folder in (spec.submodule_search_locations or ())] if spec is not None else []
    for folder in folders:
        for ending in _ENDINGS:
            path = folder / f"{point.name}{ending}"
            if path.is_file():
                return Pack(point.name, path, owner, _licence(found))
    raise LexiconError(
        f"{owner} offers the pack '{point.name}', but there is no {point.name}.tsv or {point.name}.jsonl in its package "
        f"{point.module}; install a repaired version, or uninstall it"
    )


def _licence(found: Distribution | None) -> str:
    """The licence that a distribution says it has."""
    told = found.metadata.json if found is not None else {}
    return str(told.get("license_expression") or told.get("license") or "")


def is_builtin(source: Source) -> bool:
    """Whether a source stands for packs by name: ``builtin``, or ``builtin:`` with names.

    >>> is_builtin("builtin:-cities"), is_builtin("./builtin")
    (True, False)
    """
    return isinstance(source, str) and (source == BUILTIN or source.startswith(f"{BUILTIN}:"))


def choose(names: str | Iterable[str] = ()) -> list[Pack]:
    """The packs that are chosen by name.

    Args:
        names: names of packs, or one text of them with commas. ``-NAME`` switches a pack off and ``+NAME`` on, beside those that
            ship with translit; where a bare name is among them, only what is named is on.

    Returns:
        The packs, by name; all that ship with translit where there are no names.

    Raises:
        LexiconError: no pack of a name is installed, or none is left.

    >>> [pack.name for pack in choose("countries,protected")]
    ['countries', 'protected']
    """
    words = [word.strip() for word in (names.split(",") if isinstance(names, str) else names)]
    words = [word for word in words if word]
    shipped = {pack.name: pack for pack in shipped_packs()}
    asked = [word.lstrip("+-") for word in words]
    known = shipped if all(name in shipped for name in asked) else {pack.name: pack for pack in installed_packs()}
    for name in asked:
        if name not in known:
            raise LexiconError(f"no pack '{name}' is installed; {nearest(name, sorted(known))}; see 'translit lexicon packs'")
    chosen = {} if any(word[0] not in "+-" for word in words) else dict(shipped)
    chosen |= {name: known[name] for word, name in zip(words, asked, strict=True) if word[0] != "-"}
    for word, name in zip(words, asked, strict=True):
        if word[0] == "-":
            chosen.pop(name, None)
    if not chosen:
        raise LexiconError(f"'{','.join(words)}' leaves no pack on; leave one on")
    return [chosen[name] for name in sorted(chosen)]


def expand(sources: Source) -> list[Source]:
    """Sources with the packs themselves where names stood for them; a single source is taken as a list of one."""
    given = [sources] if isinstance(sources, (str, os.PathLike, Mapping)) else list(sources)
    return [file for source in given for file in (_paths(str(source)) if is_builtin(source) else [source])]


def _paths(source: str) -> Sequence[Path]:
    return [pack.path for pack in choose(source.partition(":")[2])]


def _ending(path: Path) -> str:
    return next(ending for ending in reversed(_ENDINGS) if path.name.endswith(ending))


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.name.endswith(".gz") else path.open("rb")


def table(packs: Iterable[Pack]) -> Iterator[tuple[str, ...]]:
    """Rows for a person to read: name, whether it is on by default, entities, variants, date, licence, source."""
    for pack in packs:
        told = pack.as_record()
        counts = (f"{told['entities']:,}", f"{told['variants']:,}")
        where = f"{told['source']} ({told['distribution']})".strip() if pack.distribution else told["source"]
        yield (pack.name, "on" if told["default"] else "off", *counts, told["date"], told["licence"], where)
