"""DuckDB SQL over files: ``python examples/recipes/duckdb_sql.py examples/capitals.csv cities.csv [LEXICON]``."""

from __future__ import annotations

import sys

import duckdb

import translit
from translit.frames.duckdb import register

QUERY = """
    COPY (
        SELECT * REPLACE (translit_normalize(city) AS city, translit_clean(report) AS report), translit_match(city).id AS city_id
        FROM read_csv($source, all_varchar = true)
    ) TO '{target}' (HEADER)
"""


def main(source: str, target: str, *lexicons: str) -> None:
    con = register(duckdb.connect(), translit.Normalizer(translit.open_lexicon(lexicons)))
    con.execute(QUERY.format(target=target.replace("'", "''")), {"source": source})


if __name__ == "__main__":
    main(*sys.argv[1:])
