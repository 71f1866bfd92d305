"""Which of several places keeps a variant that all of them claim."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from rapidfuzz.fuzz import ratio

from packs import Place, Row, fold, roman

OUTWEIGHS = 20
"""How many times heavier a place must be to take a variant that is the very name of another one."""
WELL_KNOWN = 500_000
"""Weight from which a place's very name is never another's variant: *Brasilia* is the city, in whatever language."""
ALIKE = 50
"""Similarity (0–100) to the canonical that a lost variant needs to stay the name in its language."""
CLEARLY = 3
"""How many times heavier the main claimant of a variant is than those that give it up to it."""


def settle_claims(places: list[Place]) -> list[Place]:
    """Give every contested variant to the place that it means, and leave out a place that another one doubles.

    A country takes a name from every lesser place. A name is its bearer's before it is another place's variant, and
    the main claimant's before a much lesser one's; between equals both keep it, and the weights decide.

    Args:
        places: countries, subdivisions and cities together; their rows are replaced.

    Returns:
        the places that stay, in the same order.
    """
    kept = without_doubles(places)
    bearers: dict[str, list[Place]] = defaultdict(list)
    claimants: dict[str, list[Place]] = defaultdict(list)
    for place in kept:
        bearers[fold(place.canonical)].append(place)
        for form in sorted({fold(place.canonical)} | {fold(row.variant) for row in place.rows if row.type != "former"}):
            claimants[form].append(place)
    decided = []
    for place in kept:
        rows = []
        for row in place.rows:
            form = fold(row.variant)
            others = [other for other in claimants[form] if fold(other.canonical) != fold(place.canonical)]
            named = [other for other in bearers.get(form, ()) if fold(other.canonical) != fold(place.canonical)]
            rows += kept_row(place, row, others, named)
        decided.append((place, rows))
    for place, rows in decided:
        place.rows = rows
    return kept


def kept_row(place: Place, row: Row, others: Iterable[Place], named: Iterable[Place]) -> list[Row]:
    """The row as it stays: itself, a former name where it is kept for its language only, or nothing."""
    if row.type == "former" or fold(row.variant) == fold(place.canonical):
        return [row]
    level = rank(place)
    lost = (
        any(rank(other) == 0 < level for other in others)
        or any(other.weight >= WELL_KNOWN or other.weight * OUTWEIGHS > place.weight for other in named if rank(other) >= level)
        or any(other.weight > place.weight * CLEARLY for other in others if rank(other) == level)
        or any(level == 1 and rank(other) == 2 and other.country == place.country for other in others)
    )
    if not lost:
        return [row]
    alike = ratio(roman(row.variant), roman(place.canonical)) >= ALIKE
    return [replace(row, type="former", remark="also another place's name")] if row.target and alike else []


def rank(place: Place) -> int:
    """0 for a country, 1 for a subdivision, 2 for a city."""
    return {"country": 0, "subdivision": 1}.get(place.id.split(":")[0], 2)


def without_doubles(places: list[Place]) -> list[Place]:
    """Leave out a subdivision that is a country in its own right, and the later of two cities of one name and size.

    Places of one name are told apart by weight; a city or country as heavy as an earlier one counts one head less.
    """
    lands: dict[str, set[str]] = defaultdict(set)
    for place in places:
        if rank(place) == 0:
            for form in {fold(place.canonical)} | {fold(row.variant) for row in place.rows}:
                lands[form].add(place.country)
    seen: set[tuple[str, str, float]] = set()
    weights: dict[str, set[float]] = defaultdict(set)
    kept = []
    for place in places:
        forms = {fold(place.canonical)} | {fold(row.variant) for row in place.rows}
        if rank(place) == 1:
            shared: dict[str, int] = defaultdict(int)
            for form in sorted(forms):
                for country in lands.get(form, ()):
                    shared[country] += country != place.country
            if max(shared.values(), default=0) * 2 >= len(forms):
                continue
        key = (fold(place.canonical), place.country, place.weight)
        if rank(place) == 2 and key in seen:
            continue
        seen.add(key)
        while any(place.weight in weights[form] for form in forms):
            place.weight = place.weight - 1 if place.weight > 1 else place.weight / 2
        for form in forms:
            weights[form].add(place.weight)
        kept.append(place)
    return kept
