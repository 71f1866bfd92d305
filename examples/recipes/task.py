"""A task for Airflow, Dagster or any scheduler: a plain function of paths that gives its counts and may be run again.

In Airflow, ``normalize_file = airflow.sdk.task(normalize_file)``; in Dagster, ``dagster.op(normalize_file)``, or call it
inside an asset. By itself: ``python examples/recipes/task.py examples/capitals.csv cities.csv [LEXICON]``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import translit
from translit.files.base import Task, format_of
from translit.files.run import Job, Options, run


def normalize_file(
    source: str, target: str, lexicons: list[str], column: str, mode: str = "name", add: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Write ``source`` to ``target`` with one column answered; the target appears when it is whole, or stays as it was.

    Rows that cannot be read are in ``<target>.rejects.jsonl``. A scheduler that tries again after a kill may do so as it is.
    """
    normalizer = translit.Normalizer(translit.open_lexicon(lexicons))
    options = Options(rejects=f"{target}.rejects.jsonl")
    counts = run([Job(source, format_of(source).name, target)], Task(mode, (column,), add), normalizer, options)
    if counts.rows != counts.written + counts.rejected:
        raise RuntimeError(f"{source}: rows went missing: {counts}")
    return {"source": source, "target": target, "rows": counts.rows, "rejected": counts.rejected}


def main(source: str, target: str, *lexicons: str) -> None:
    print(json.dumps(normalize_file(source, target, list(lexicons), "city", add=("id",))))


if __name__ == "__main__":
    main(*sys.argv[1:])
