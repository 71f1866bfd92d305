"""The cache of compiled lexicons, keyed by the content of their sources, and the built-in lexicon."""

from __future__ import annotations

import hashlib
import os
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import xxhash

from translit.errors import LexiconError
from translit.lexicon.storage import VERSION
from translit.resources import data_root

if TYPE_CHECKING:
    from translit.lexicon.lexicon import Lexicon

ASKING = frozenset(
    """
    lexicon.cache lexicon.diff lexicon.lexicon lexicon.lock lexicon.opening
    matching.answers matching.bare matching.entries matching.exact matching.fuzzy matching.guesser matching.listings
    matching.located matching.nearest matching.qualified matching.reasons matching.tiers
    rules.korean rules.respell
    unicode.skeleton
    """.split()
)
"""Modules that only ask a compiled lexicon: an edit there leaves those in the cache as they are."""
BUILT_IN = Path(__file__).resolve().parents[1] / "_compiled" / "builtin.translit"
"""Where an installation keeps the built-in lexicon compiled."""


def installed(name: str) -> Path | None:
    """The compiled file of that name in the installation, or None."""
    path = BUILT_IN.with_name(f"{name}.translit")
    return path if path.exists() else None


def folder() -> Path:
    """The cache's folder: ``$TRANSLIT_CACHE``, or the platform's usual place."""
    return Path(os.environ.get("TRANSLIT_CACHE") or platformdirs.user_cache_dir("translit"))


def content_key(paths: Sequence[Path], fallback: str = "unidecode") -> str:
    """A hash of the sources' content, of the model that ships and of what else decides the bytes of the result."""
    digest = hashlib.sha256(f"{VERSION} {unicodedata.unidata_version} {fallback} {_code_key()}".encode())
    for path in paths:
        files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
        for file in files:
            digest.update(xxhash.xxh3_128_digest(file.read_bytes()))
    return digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _code_key() -> str:
    """A hash of the code and data that compile, so that an update never serves a stale lexicon."""
    digest = hashlib.sha256()
    for file in deciding():
        digest.update(f"{file.name} {file.stat().st_size} ".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def deciding() -> list[Path]:
    """The files of the package, and of the data that ships, that decide what a lexicon is compiled to.

    The C sources are not among them: they answer as the Python code that is.
    """
    package = Path(__file__).resolve().parents[1]
    code = {file for part in ("lexicon", "matching", "rules", "unicode") for file in (package / part).rglob("*.py")}
    code -= {package.joinpath(*name.split(".")).with_suffix(".py") for name in ASKING}
    code |= {package / f"{name}.py" for name in ("fallback", "limits", "model", "native", "tables")}
    data = [data_root() / f"{name}.tsv" for name in ("asides", "designators", "particles", "titles")]
    return [*sorted(code), *data, *sorted((data_root() / "model").iterdir())]


def keep(lexicon: Lexicon) -> Path:
    """Save a lexicon made in memory into the cache, under its own checksum and the version that files have now."""
    return once(f"{lexicon.checksum[:32]}-{VERSION}.translit", lexicon.save)


def once(name: str, make: Callable[[Path], None]) -> Path:
    """A file of the cache, made unless it is there; processes that want it at the same time wait for the one that makes it.

    Args:
        name: its name in the cache, which says what it holds.
        make: writes it under the path given.

    Raises:
        LexiconError: when the cache cannot be written to.

    >>> import tempfile, unittest.mock
    >>> with tempfile.TemporaryDirectory() as cache, unittest.mock.patch.dict(os.environ, TRANSLIT_CACHE=cache):
    ...     once("greeting", lambda path: print(path.write_text("salaam"))).read_text()
    ...     once("greeting", lambda path: print("made again")).read_text()
    6
    'salaam'
    'salaam'
    """
    target = folder() / name
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        told = f"{target.parent}: the cache's folder cannot be made: {error.strerror}; name another one in TRANSLIT_CACHE"
        raise LexiconError(told) from error
    if not os.access(target.parent, os.W_OK):
        # Told before the work, which may take minutes.
        raise LexiconError(f"{target.parent}: the cache's folder cannot be written to; name another one in TRANSLIT_CACHE")
    with _turn(target):
        if not target.exists():
            make(target)
    return target


@contextmanager
def _turn(target: Path) -> Iterator[None]:
    """Be the only process that makes a file; the system itself ends the turn of a process that is killed."""
    from filelock import FileLock, Timeout

    lock = FileLock(target.with_name(f".{target.name}.lock"))
    with ExitStack() as turn:
        # Where the file system has no locks, several may make the file, and each puts a whole one in place.
        with suppress(OSError, NotImplementedError):
            try:
                turn.enter_context(lock.acquire(timeout=0))
            except Timeout:
                note(f"waiting for another process that makes {target}")
                turn.enter_context(lock.acquire())
        yield


def note(line: str) -> None:
    """Tell a person at a terminal that something takes time."""
    if sys.stderr.isatty():
        print(f"translit: {line}", file=sys.stderr)
