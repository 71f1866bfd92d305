"""A pandas script: ``python examples/recipes/pandas_script.py examples/capitals.csv cities.csv [LEXICON]``."""

from __future__ import annotations

import sys

import pandas as pd

import translit
import translit.frames.pandas


def main(source: str, target: str, *lexicons: str) -> None:
    normalizer = translit.Normalizer(translit.open_lexicon(lexicons))
    frame = pd.read_csv(source)
    matches = frame["city"].translit.match(normalizer)
    frame["city"] = frame["city"].translit.normalize(normalizer)
    frame["report"] = frame["report"].translit.clean(normalizer)
    frame["city_id"] = matches["id"]
    frame.to_csv(target, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
