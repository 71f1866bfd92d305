"""The counts of a lexicon, written for a person."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 100
"""Columns of a line."""
_FIXED = "\u00a0"
"""A blank at which no line is broken."""
_SHOWN = 24
"""How many languages are named."""


def lines(counts: Mapping[str, Any]) -> Iterator[str]:
    """The lines that show what :meth:`translit.Lexicon.stats` counts.

    >>> from translit import Lexicon
    >>> lexicon = Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["پنجشیر"]}])
    >>> print(*list(lines(lexicon.stats()))[:3], sep="\\n")
    entities     1: place 1
    variants     2 in 2 forms
    scripts      Arab 1, Latn 1
    """
    yield from _line("entities", f"{counts['entities']:,}: {_counted(counts['kinds'])}")
    yield from _line("variants", f"{counts['variants']:,} in {counts['forms']:,} forms")
    yield from _line("scripts", _counted(counts["scripts"]))
    languages = dict(counts["languages"])
    unknown = languages.pop("und", 0)
    if languages:
        yield from _line("languages", f"{len(languages)}: {_counted(languages, _SHOWN)}; of none in particular {unknown:,}")
    yield from _line("homonyms", f"{counts['homonyms']:,} forms of several entities; the largest: {_counted(counts['largest_homonyms'])}")
    if counts["targets"]:
        yield from _line("written in", ", ".join(["en", *counts["targets"]]))
    by_licence: dict[str, list[str]] = {}
    for pack, licence in counts["licences"].items():
        by_licence.setdefault(licence or "no licence told", []).append(pack.split(".")[0])
    for i, (licence, packs) in enumerate(sorted(by_licence.items())):
        yield from _line("" if i else "licences", f"{licence}: {', '.join(packs)}")
    if counts["rules"]:
        yield from _line("own rules", ", ".join(counts["rules"]))
    yield from _line("fallback", counts["fallback"])
    for tag, source in counts["readings"].items():
        yield from _line("readings", f"names in Han characters in {tag}, by {source}")
    yield from _line("learnt", f"on variants of {_counted(counts['calibrated_on'])}")
    cheapest = ", ".join(f"{pair} {cost / 100:.2f}" for pair, cost in counts["cheapest_latin"].items())
    if cheapest:
        yield from _line("", f"Latin letters that stand for others most cheaply, in nats: {cheapest}")
    for script, costs in counts["learnt_costs"].items():
        fell = ", ".join(f"{pair} {before / 100:.2f} → {after / 100:.2f}".replace(" ", _FIXED) for pair, (after, before) in costs.items())
        yield from _line("", f"{script} letters that its own variants made cheaper, in nats: {fell}")
    if counts["droppable"]:
        told = ", ".join(counts["droppable"][:_SHOWN])
        more = len(counts["droppable"]) - _SHOWN
        yield from _line("", f"words that names are listed with and without: {told}{f' and {more} more' if more > 0 else ''}")


def _counted(counts: Mapping[str, int], most: int | None = None) -> str:
    """``place 12, person 3``, the largest first."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    told = ", ".join(f"{name}{_FIXED}{count:,}" for name, count in ranked[:most])
    return told + (f" and {len(ranked) - most} more" if most is not None and len(ranked) > most else "") if ranked else "none"


def _line(name: str, text: str) -> list[str]:
    wrapped = textwrap.wrap(
        text, WIDTH, initial_indent=f"{name:<13}", subsequent_indent=" " * 13, break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
    return [line.replace(_FIXED, " ") for line in wrapped]
