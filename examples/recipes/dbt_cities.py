"""A Python model of dbt over DuckDB (dbt-duckdb): ``models/cities.py``, beside a seed or model ``capitals``.

The lexicon is ``translit_lexicon`` of the model's config, a path; without it the built-in one serves. A ``models/cities.yml`` sets it,
here from a variable of the project: ``models: [{name: cities, config: {translit_lexicon: "{{ var('translit_lexicon') }}"}}]``.
"""

from __future__ import annotations

from typing import Any

import translit
from translit.frames import clean


def model(dbt: Any, session: Any) -> Any:
    dbt.config(materialized="table")
    path = dbt.config.get("translit_lexicon")
    normalizer = translit.Normalizer(translit.open_lexicon([path] if path else []))
    cities = clean(dbt.ref("capitals"), column="city", normalizer=normalizer, add=["id"])
    return clean(cities, column="report", mode="text", normalizer=normalizer)
