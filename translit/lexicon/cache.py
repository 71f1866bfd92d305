"""The cache of compiled lexicons, keyed by the content of their sources, and the built-in lexicon."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import xxhash

from translit.lexicon.storage import VERSION
from translit.resources import data_root

if TYPE_CHECKING:
    from translit.lexicon.lexicon import Lexicon

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
    package = Path(__file__).resolve().parents[1]
    for part in ("lexicon", "matching", "unicode", "rules"):
        for file in sorted((package / part).rglob("*.py")):
            digest.update(file.read_bytes())
    for file in [package / "limits.py", package / "model.py", package / "fallback.py", *sorted((data_root() / "model").iterdir())]:
        if file.exists():
            digest.update(file.read_bytes())
    return digest.hexdigest()


def keep(lexicon: Lexicon) -> Path:
    """Save a lexicon made in memory into the cache, under its own checksum."""
    target = folder() / f"{lexicon.checksum[:32]}.translit"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        lexicon.save(target)
    return target
