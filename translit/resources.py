"""Where the data that ships with translit lies: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """The folder ``lexicons`` with rules, names and the model.

    >>> (data_root() / "rules").is_dir()
    True
    """
    inside = _PACKAGE / "_lexicons"
    return inside if inside.is_dir() else _PACKAGE.parent / "lexicons"


def rule_paths() -> list[Path]:
    """The rule files that ship with translit, in the order of their names."""
    return sorted((data_root() / "rules").glob("*.tsv"))


def name_paths() -> list[Path]:
    """The name packs that ship with translit, in the order of their names."""
    return sorted(path for path in (data_root() / "names").iterdir() if path.name.endswith((".tsv", ".tsv.gz")))
