"""Make every generated name pack, or with ``--check`` tell which committed ones are not fresh."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import make_cities
import make_countries
import make_names
from contested import OUTWEIGHS, rank, settle_claims
from packs import NAMES, MissingSource, Place, Row, fold, pack_bytes, render, table

BY_HAND = {"AF": "afghanistan.tsv"}
"""Countries whose subdivisions and cities have a pack written by hand."""


CITY = 2
"""Rank of a city; a subdivision is one below."""
BELOW = 5
"""How many times lighter than the city called like it a province is made."""


def by_hand(place: Place) -> bool:
    """Whether a place below a country stands in a pack written by hand instead."""
    return rank(place) > 0 and place.country in BY_HAND


def rank_below_city(places: Iterable[Place]) -> None:
    """Let a city be meant before the province that is called like it, unless the province must be far larger.

    The weight of a province is an estimate; of *Tashkent* and *Geneva* newspapers mostly mean the city. The province is written
    as the city is where no language has a spelling of its own for it.
    """
    cities: dict[tuple[str, str], Place] = {}
    for place in places:
        key = place.country, fold(place.canonical)
        if rank(place) == CITY and (key not in cities or place.weight > cities[key].weight):
            cities[key] = place
    for place in places:
        city = cities.get((place.country, fold(place.canonical)))
        if city is None or rank(place) != CITY - 1 or city.weight * OUTWEIGHS < place.weight:
            continue
        place.weight = round(min(place.weight, city.weight / BELOW))
        own = {row.lang for row in place.rows if row.target}
        spelled = {(row.lang, row.variant) for row in city.rows if row.target and row.lang not in own}
        place.rows = [row for row in place.rows if (row.lang, row.variant) not in spelled]
        place.rows += [row for row in city.rows if row.target and (row.lang, row.variant) in spelled]


def write_targets(places: Iterable[Place]) -> None:
    """Mark the spellings of ``targets.tsv`` as those to be written, with a row of their own where there is none."""
    own: dict[str, dict[str, str]] = defaultdict(dict)
    for row in table("targets.tsv"):
        own[row["id"]][row["lang"]] = row["spelling"]
    for place in places:
        for lang, spelling in own.get(place.id, {}).items():
            rows = [replace(row, target=False) if row.lang == lang else row for row in place.rows]
            if spelling != place.canonical:
                rows = [row for row in rows if (row.lang, row.variant) != (lang, spelling)]
                rows.append(Row(lang, spelling, "exonym", target=True))
            place.rows = rows


def packs(root: Path) -> dict[str, bytes]:
    """File name → contents of every generated pack."""
    countries = make_countries.countries(root)
    places = settle_claims([*countries, *make_countries.subdivisions(root), *make_cities.places(root, countries)])
    write_targets(places)
    rank_below_city(places)
    lands, units, cities = ([p for p in places if rank(p) == level and not by_hand(p)] for level in range(3))
    made = {
        "continents.tsv": render(make_countries.continents(), make_countries.LICENCE, make_countries.CONTINENT_SOURCE),
        "countries.tsv": render(lands, make_countries.LICENCE, make_countries.COUNTRY_SOURCE),
        "subdivisions.tsv": render(units, make_countries.LICENCE, make_countries.SUBDIVISION_SOURCE),
        "cities.tsv": render(cities, make_cities.LICENCE, make_cities.SOURCE),
        "given-family.tsv": render(make_names.names(), make_names.LICENCE, make_names.SOURCE, role="support"),
    }
    return {name: pack_bytes(name, data) for name, data in made.items()}


def main() -> int:
    """Exit status: 0 made or fresh, 1 not fresh or a source is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 with the names of the packs that differ")
    parser.add_argument("--root", type=Path, default=Path("/"), help="where the Debian packages of debian.txt are unpacked")
    parser.add_argument("--out", type=Path, default=NAMES, help="folder of the packs (default: lexicons/names)")
    options = parser.parse_args()
    try:
        made = packs(options.root)
    except MissingSource as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    stale = [name for name, data in made.items() if not same(options.out / name, data)]
    for name in stale:
        print(name)
        if not options.check:
            (options.out / name).write_bytes(made[name])
    return 1 if stale and options.check else 0


def same(path: Path, data: bytes) -> bool:
    """Whether a file holds exactly these bytes."""
    return path.exists() and path.read_bytes() == data


if __name__ == "__main__":
    raise SystemExit(main())
