"""One name, one spelling: inconsistent romanizations, and the native forms behind them, to canonical forms.

>>> import translit
>>> translit.normalize("Achmad Massud")
'Ahmad Massoud'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from translit import frames as frames
    from translit.api import clean, match, normalize
    from translit.errors import ArgumentError, InputError, LexiconError, SourceError, SourceErrors, TrailError, TranslitError
    from translit.lexicon.lexicon import Lexicon
    from translit.lexicon.opening import open_lexicon
    from translit.matching.decisions import Decision
    from translit.model import Candidate, Entity, Match, Mention, Variant
    from translit.normalizer import Normalizer

__version__ = "0.1.0"
__all__ = [
    "ArgumentError", "Candidate", "Decision", "Entity", "InputError", "Lexicon", "LexiconError", "Match", "Mention", "Normalizer",
    "SourceError", "SourceErrors", "TrailError", "TranslitError", "Variant", "clean", "match", "normalize", "open_lexicon",
]  # fmt: skip
_HOMES = {
    **dict.fromkeys(("clean", "match", "normalize"), "translit.api"),
    **dict.fromkeys(
        ("ArgumentError", "InputError", "LexiconError", "SourceError", "SourceErrors", "TrailError", "TranslitError"), "translit.errors"
    ),
    **dict.fromkeys(("Candidate", "Entity", "Match", "Mention", "Variant"), "translit.model"),
    "Decision": "translit.matching.decisions",
    "Lexicon": "translit.lexicon.lexicon",
    "Normalizer": "translit.normalizer",
    "open_lexicon": "translit.lexicon.opening",
}  # fmt: skip


def _import(name: str) -> Any:
    """Import a public name when it is first asked for, so that ``import translit`` costs nothing."""
    import sys
    from importlib import import_module

    if name == "frames":
        return import_module("translit.frames")
    home = _HOMES.get(name)
    if home is None:
        # With both the interpreter says which name may be meant.
        raise AttributeError(f"module 'translit' has no attribute '{name}'", name=name, obj=sys.modules[__name__])
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


if not TYPE_CHECKING:
    # With it type checkers would take any name for one of this module.
    __getattr__ = _import


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "frames"})
