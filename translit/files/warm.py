"""What all workers of a run need, made once in the process that they are forked from: imports, tables, the mapped lexicon.

Python's fork server imports this module before the first worker is there, and each worker begins with all of it in memory.
"""

from __future__ import annotations

import base64
import gc
import os
import pickle
from contextlib import suppress

from translit.files.base import Engine, formats

VARIABLE = "TRANSLIT_ENGINE"
"""Environment variable by which the fork server hears of the engine."""
LARGEST = 1 << 16
"""Largest engine that is told so, in bytes; a larger one is opened by each worker."""
PROSE, NAME = "Qwertyx Uiopsdf said so in Zxcvbnm.", "Qwertyx Uiopsdf"
"""Asked for so that the tables for unlisted names are read."""


def told(pickled: bytes) -> str:
    """An engine for the environment; nothing where it is too large."""
    return base64.b64encode(pickled).decode() if len(pickled) <= LARGEST else ""


def _made(pickled: bytes) -> Engine | None:
    if not pickled:
        return None
    # What is wrong with it is raised by the worker that opens it.
    with suppress(Exception):
        engine: Engine = pickle.loads(pickled)
        formats()
        engine.match_many([NAME])
        engine.find_many([PROSE])
        return engine
    return None


_pickled = base64.b64decode(os.environ.pop(VARIABLE, ""))
_engine = _made(_pickled)
if _engine is not None:
    # Python's collector need not look at what all workers share; looking would copy the memory.
    gc.freeze()


def opened(pickled: bytes) -> Engine:
    """An engine: the one that this process began with, where it is that."""
    if _engine is not None and pickled == _pickled:
        return _engine
    engine: Engine = pickle.loads(pickled)
    return engine
