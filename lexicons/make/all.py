"""Make every generated name pack, or with ``--check`` tell which committed ones are not fresh."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import make_cities
import make_countries
import make_names
from contested import rank, settle_claims
from packs import NAMES, MissingSource, Place, pack_bytes, render

BY_HAND = {"AF": "afghanistan.tsv"}
"""Countries whose subdivisions and cities have a pack written by hand."""


def by_hand(place: Place) -> bool:
    """Whether a place below a country stands in a pack written by hand instead."""
    return rank(place) > 0 and place.country in BY_HAND


def packs(root: Path) -> dict[str, bytes]:
    """File name → contents of every generated pack."""
    countries = make_countries.countries(root)
    places = settle_claims([*countries, *make_countries.subdivisions(root), *make_cities.places(root, countries)])
    lands, units, cities = ([p for p in places if rank(p) == level and not by_hand(p)] for level in range(3))
    made = {
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
