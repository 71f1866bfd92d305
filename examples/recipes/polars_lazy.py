"""A Polars lazy pipeline, from file to file: ``python examples/recipes/polars_lazy.py examples/capitals.csv cities.csv [LEXICON]``."""

from __future__ import annotations

import sys

import polars as pl

import translit
import translit.frames.polars


def main(source: str, target: str, *lexicons: str) -> None:
    normalizer = translit.Normalizer(translit.open_lexicon(lexicons))
    city, report = pl.col("city").translit, pl.col("report").translit
    query = pl.scan_csv(source).with_columns(
        city.normalize(normalizer),
        report.clean(normalizer),
        city.match(normalizer).struct.field("id").alias("city_id"),
    )
    query.sink_csv(target)


if __name__ == "__main__":
    main(*sys.argv[1:])
