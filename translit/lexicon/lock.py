"""``translit.lock``: which lexicons a project works with, by the hash of their content.

A lock is a small TOML file to be committed with a project. ``translit clean`` and its sisters refuse a lexicon that the lock
in their working directory does not have, so that an edited pack or another version of translit never changes an output
unnoticed.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from translit.errors import LexiconError
from translit.lexicon.lexicon import Lexicon

LOCK_NAME = "translit.lock"
"""The name under which a lock is looked for in the working directory."""
BUILT_IN_SOURCE = "built-in"
"""The source of the lexicon that ships with translit."""

_FORMAT = "translit-lock/1"
_AGAIN = "make it again with 'translit lexicon lock'"
_SHOWN = 12


class Pin(NamedTuple):
    """A lexicon that is locked.

    Args:
        sources: what it is made of, as given, or ``built-in``.
        sha256: its checksum, see :attr:`translit.Lexicon.checksum`.
        entities: how many entities it has.
    """

    sources: tuple[str, ...]
    sha256: str
    entities: int


class Lock(NamedTuple):
    """What a lock file says.

    Args:
        path: the file.
        made_by: the version of translit that made it.
        pins: the lexicons.
    """

    path: Path
    made_by: str
    pins: tuple[Pin, ...]

    def check(self, lexicon: Lexicon) -> None:
        """Refuse a lexicon that is not among those locked.

        Raises:
            LexiconError: it is not.
        """
        if any(pin.sha256 == lexicon.checksum for pin in self.pins):
            return
        from translit import __version__

        pinned = ", ".join(f"{' + '.join(pin.sources)} ({pin.sha256[:_SHOWN]}…)" for pin in self.pins)
        made = "" if self.made_by == __version__ else f", made by translit {self.made_by} and not {__version__},"
        raise LexiconError(
            f"{self.path}{made} pins {pinned}, not the lexicon in use ({lexicon.checksum[:_SHOWN]}…); "
            "use the one that is pinned, lock this one with 'translit lexicon lock', or give --no-lock"
        )


def write_lock(pins: Iterable[Pin], path: str | os.PathLike[str]) -> None:
    """Write a lock; it appears under its name only when it is whole.

    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), LOCK_NAME)
    >>> write_lock([Pin(("names.tsv",), "0" * 64, 12)], path)
    >>> read_lock(path).pins[0].sources
    ('names.tsv',)
    """
    from translit import __version__
    from translit.files.atomic import AtomicFile

    lines = [
        "# The lexicons of this project, made by 'translit lexicon lock'. Commit it; make it again, do not edit it.",
        f'format = "{_FORMAT}"',
        f'translit = "{__version__}"',
    ]
    for pin in pins:
        sources = ", ".join(_quoted(source) for source in pin.sources)
        lines += ["", "[[lexicon]]", f"sources = [{sources}]", f'sha256 = "{pin.sha256}"', f"entities = {pin.entities}"]
    with AtomicFile(path) as file:
        file.stream.write("\n".join([*lines, ""]).encode())


def _quoted(text: str) -> str:
    """A TOML string: JSON has the same escapes, but leaves DEL as it is."""
    return json.dumps(os.fsencode(text).decode("utf-8", "replace"), ensure_ascii=False).replace("\x7f", "\\u007f")


def read_lock(path: str | os.PathLike[str]) -> Lock:
    """Read a lock.

    Raises:
        LexiconError: the file cannot be read, or is no lock.
    """
    # Opening a lexicon without a lock does without.
    import tomllib

    try:
        found = tomllib.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise LexiconError(f"{path}: cannot be read: {error.strerror}; check the path") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LexiconError(f"{path}: not a lock file: {error}; {_AGAIN}") from None
    if found.get("format") != _FORMAT:
        raise LexiconError(f'{path}: no line format = "{_FORMAT}"; {_AGAIN}')
    lexicons = found.get("lexicon")
    if not isinstance(lexicons, list) or not lexicons:
        raise LexiconError(f"{path}: pins no lexicon; {_AGAIN}")
    return Lock(Path(path), str(found.get("translit", "")), tuple(_pin(path, entry) for entry in lexicons))


def _pin(path: str | os.PathLike[str], entry: Mapping[str, Any]) -> Pin:
    sources, sha256, entities = (entry.get(key) if isinstance(entry, dict) else None for key in Pin._fields)
    named = isinstance(sources, list) and sources and all(isinstance(source, str) for source in sources)
    if not named or not isinstance(sha256, str) or not re.fullmatch("[0-9a-f]{64}", sha256) or not isinstance(entities, int):
        raise LexiconError(f"{path}: a lexicon without its sources, sha256 or entities; {_AGAIN}")
    return Pin(tuple(sources or ()), sha256, entities)


def lock_in_use(given: str | None = None) -> Lock | None:
    """The lock that is given, else the one in the working directory, else None."""
    if given is None and not os.path.lexists(LOCK_NAME):
        return None
    return read_lock(given or LOCK_NAME)
