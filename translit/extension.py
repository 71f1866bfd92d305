"""The compiled extension: loaded where it is installed and fits the C sources beside it. ``setup.py`` runs this file, too."""

from __future__ import annotations

import os
import warnings
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

SOURCES = Path(__file__).with_name("csrc")
"""The C sources, which only a checkout has."""


def fingerprint(folder: Path) -> int:
    """A number that stands for the C sources in a folder, 31 bits; 0 where there are none."""
    number = 0
    for file in sorted(file for file in folder.glob("*") if file.suffix in (".c", ".h")):
        number = zlib.crc32(file.read_bytes(), zlib.crc32(file.name.encode(), number))
    return number & 0x7FFFFFFF


def load() -> Any:
    """The extension; None where it is not installed, ``TRANSLIT_PURE`` is set, or it was compiled from other sources.

    Warns:
        RuntimeWarning: of an extension that was compiled from other sources, with how to compile it again.
    """
    if os.environ.get("TRANSLIT_PURE", "0") not in ("", "0"):
        return None
    try:
        native = import_module("translit._native")
    except ImportError:
        return None
    now = fingerprint(SOURCES)
    if now and getattr(native, "SOURCES", None) != now:
        told = f"{native.__file__} was compiled from other sources than {SOURCES} has, so slower Python code gives the same answers"
        warnings.warn(f"{told}; compile it again: pip install -e {SOURCES.parents[1]}", RuntimeWarning, stacklevel=3)
        return None
    return native
