"""Lexicons opened: compiled files, sources by way of the cache, and the built-in one."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from translit.errors import LexiconError, meant
from translit.lexicon.cache import BUILT_IN, content_key, installed, note, once
from translit.lexicon.lexicon import Lexicon, Progress
from translit.lexicon.lock import BUILT_IN_SOURCE, Pin, read_lock
from translit.lexicon.storage import MAGIC
from translit.resources import name_paths


def open_lexicon(sources: Sequence[str | os.PathLike[str]] = (), lock: str | os.PathLike[str] | None = None) -> Lexicon:
    """The lexicon of some sources, compiled or not; the built-in one without any.

    Sources that are not compiled are compiled once into the user's cache, keyed by their content.

    Args:
        sources: files and folders; ``builtin`` stands for all packs that ship with translit, ``builtin:-cities,+wines`` for those
            but one and another that is installed, ``builtin:countries`` for one only.
        lock: a file that ``translit lexicon lock`` wrote; a lexicon that it does not pin is refused.

    Raises:
        LexiconError: a file is missing or damaged, a compiled one is given beside others, no pack of a name is installed, or the lock
            does not pin the lexicon.
        SourceErrors: with every fault of the sources.

    >>> sorted(open_lexicon(["builtin:protected"]).stats()["kinds"])
    ['protected']
    """
    lexicon = _opened(sources)
    if lock is not None:
        read_lock(lock).check(lexicon)
    return lexicon


def _opened(sources: Sequence[str | os.PathLike[str]]) -> Lexicon:
    if not sources:
        return built_in()
    from translit.lexicon.packs import expand

    paths = [Path(source) for source in expand(sources)]
    if paths == name_paths():
        return built_in()
    for path in paths:
        if not path.exists():
            near = meant(path.name, os.listdir(path.parent)) if path.parent.is_dir() else ""
            raise LexiconError(f"{path}: no such file or folder{near}; check the path")
    if len(paths) == 1 and paths[0].is_file() and is_compiled(paths[0]):
        return Lexicon.load(paths[0])
    for path in paths:
        if path.is_file() and is_compiled(path):
            raise LexiconError(f"{path}: a compiled lexicon cannot be joined with others; build one from all their sources")
    return compiled(paths)


def pin_sources(sources: Sequence[str | os.PathLike[str]]) -> tuple[Pin, ...]:
    """Pin lexicons.

    Args:
        sources: as ``--lexicon`` takes them: each compiled file is a lexicon, all other sources together are one; the
            built-in lexicon where there are none.

    Returns:
        A pin for each lexicon, in the order given.
    """
    apart = [source for source in sources if Path(source).is_file() and is_compiled(Path(source))]
    others = [source for source in sources if source not in apart]
    groups = [[source] for source in apart] + ([others] if others or not sources else [])
    pins = []
    for group in groups:
        lexicon = open_lexicon(group)
        pins.append(Pin(tuple(os.fspath(source) for source in group) or (BUILT_IN_SOURCE,), lexicon.checksum, len(lexicon)))
    return tuple(pins)


@lru_cache(maxsize=1)
def built_in() -> Lexicon:
    """The lexicon that ships with translit: mapped from the installation, else compiled once into the cache."""
    path = installed(BUILT_IN.stem)
    if path is not None:
        return Lexicon.load(path)
    return compiled(name_paths())


def compiled(paths: Sequence[Path], progress: Progress | None = None) -> Lexicon:
    """The lexicon of sources, from the cache, or compiled into it."""

    def make(target: Path) -> None:
        note(f"compiling {', '.join(str(p) for p in paths)}, once")
        Lexicon.build(paths, progress=progress).save(target)

    name = f"{content_key(paths)}.translit"
    kept = once(name, make)
    try:
        return Lexicon.load(kept)
    except LexiconError as error:
        # Whoever gave the sources never saw this file, and need not mend it.
        note(f"{error}; compiling it again")
        with suppress(OSError):
            kept.unlink()
        return Lexicon.load(once(name, make))


def is_compiled(path: Path) -> bool:
    """Whether a file is a compiled lexicon, by its first bytes."""
    try:
        with path.open("rb") as stream:
            return stream.read(len(MAGIC)) == MAGIC
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read: {error.strerror}; check the path") from error
