"""Hypothesis profiles, and lexicons that several test files share."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from strategies import SMALL

from translit import Lexicon, Normalizer, open_lexicon

# The default profile asks the same questions in every run; "thorough" asks many new ones.
settings.register_profile("default", deadline=None, derandomize=True, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", settings.get_profile("default"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

AFGHANISTAN = Path(__file__).parents[1] / "lexicons" / "names" / "afghanistan.tsv"
TOWNS = Path(__file__).parent / "cases" / "towns.jsonl"


@pytest.fixture(scope="session")
def afghanistan() -> Lexicon:
    """The Afghan pack, compiled once into the cache and mapped from there."""
    return open_lexicon([AFGHANISTAN])


@pytest.fixture(scope="session")
def small() -> Lexicon:
    """A dozen entities of every kind, in memory."""
    return Lexicon.build(SMALL)


@pytest.fixture(scope="session")
def towns() -> Lexicon:
    """Places with the spellings that a gazetteer has of them, some of which are words, days and persons, too."""
    return Lexicon.build([TOWNS])


@pytest.fixture(scope="session")
def norm(afghanistan: Lexicon) -> Normalizer:
    """A normalizer with the defaults on the Afghan pack."""
    return Normalizer(afghanistan)


@pytest.fixture(scope="session")
def normalizers(afghanistan: Lexicon, small: Lexicon, towns: Lexicon) -> Callable[[str], Normalizer]:
    """A normalizer by the name of its lexicon: ``afghanistan``, ``small``, ``towns`` or ``built-in``."""

    @cache
    def get(name: str) -> Normalizer:
        return Normalizer({"afghanistan": afghanistan, "small": small, "towns": towns, "built-in": None}[name])

    return get


@pytest.fixture
def child() -> dict[str, str]:
    """The environment of a child process that imports this checkout."""
    root = str(Path(__file__).parents[1])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}
