"""Libraries that come with an extra, and what is said where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from translit.errors import missing_extra


def need(package: str, extra: str, what: str) -> Any:
    """Import a library of an extra.

    Args:
        package: the module to import.
        extra: the extra of ``translit-normalizer`` that brings it.
        what: what needs it, as the start of a sentence.

    Raises:
        ImportError: it is not installed; the message names the extra.

    >>> need("nowhere", "frames", "A frame")
    Traceback (most recent call last):
    ImportError: A frame needs nowhere, which is not installed; pip install "translit-normalizer[frames]"
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package.partition(".")[0]:
            raise
        raise ImportError(missing_extra(package, extra, what), name=package) from None
