"""Importers: data of other projects turned into lexicon records, row by row.

Each importer is one module of this package with

- ``SUMMARY``, one line for the user, and ``LICENCE``, the usual licence of the data or ``""``;
- ``OPTIONS``, what each ``--option KEY=VALUE`` means;
- ``read(job)``, which yields an :class:`~translit.model.Entity` for each thing in the files of a
  :class:`~translit.lexicon.importers.job.Job` and hands what it cannot read to ``job.reject``.

A new importer is one new file with these four names.

>>> names()
('csv', 'ftm', 'geonames', 'jrc', 'skos', 'wikidata')
"""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Protocol, cast

from translit.errors import InputError
from translit.lexicon.importers.job import Job, Reject, Tally
from translit.model import Entity

__all__ = ["Importer", "Job", "Reject", "Tally", "find", "names"]

_SHARED = frozenset({"job", "spellings", "spool"})


class Importer(Protocol):
    """What a module of this package offers."""

    SUMMARY: str
    LICENCE: str
    OPTIONS: Mapping[str, str]

    def read(self, job: Job) -> Iterator[Entity]:
        """The entities in the files of a job."""


def names() -> tuple[str, ...]:
    """The kinds of data that can be imported."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name not in _SHARED))


def find(kind: str) -> Importer:
    """The importer of a kind of data.

    Raises:
        InputError: there is none of that name.

    >>> find("geonames").LICENCE
    'CC-BY-4.0'
    """
    if kind not in names():
        raise InputError(f"no importer is called {kind!r}; choose from {', '.join(names())}")
    return cast(Importer, import_module(f"{__name__}.{kind}"))
