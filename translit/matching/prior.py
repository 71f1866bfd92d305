"""The prior: the cost tables and forests that ship with translit, read from ``lexicons/model``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from translit.errors import SourceError
from translit.matching.align import CostTable
from translit.matching.calibrate import Model, curve_from_json, curve_to_json
from translit.matching.trees import BINS, Forest
from translit.resources import data_root

COSTS_FORMAT = "translit-costs/1"


def read_costs(path: Path) -> tuple[str, CostTable]:
    """A cost table and its script from a TSV with the columns source, target, cost (1/100 nat)."""
    header: dict[str, str] = {}
    costs: dict[tuple[str, str], int] = {}
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, 1):
            if line.startswith("#:"):
                key, _, value = line[2:].strip().partition("=")
                header[key] = value
                continue
            cells = line.rstrip("\n").split("\t")
            if cells == ["source", "target", "cost"]:
                continue
            try:
                source, target, cost = cells
                costs[source, target] = int(cost)
            except ValueError:
                raise SourceError("not source, target, cost", "write three columns, the last a number", str(path), number) from None
    if header.get("format") != COSTS_FORMAT:
        raise SourceError(f"no header line '#: format={COSTS_FORMAT}'", "write it first", str(path), 1)
    return header["script"], CostTable(costs, header["script"] == "Latn", header.get("atoms") == "syllables")


def forest_to_json(forest: Forest) -> dict[str, Any]:
    """A forest as plain lists."""
    return {
        "base": forest.base,
        "edges": [[float(x) for x in row if np.isfinite(x)] for row in forest.edges],
        "feature": forest.feature.tolist(), "cut": forest.cut.tolist(), "leaf": forest.leaf.tolist(),
    }  # fmt: skip


def forest_from_json(data: Mapping[str, Any]) -> Forest:
    """The forest that :func:`forest_to_json` wrote."""
    edges = np.full((len(data["edges"]), BINS - 1), np.inf, dtype=np.float32)
    for row, values in enumerate(data["edges"]):
        edges[row, : len(values)] = values
    return Forest(
        edges, np.array(data["feature"], np.int16), np.array(data["cut"], np.uint8), np.array(data["leaf"], np.int32), data["base"]
    )


def read_tables(folder: Path | None = None) -> dict[str, CostTable]:
    """The cost tables of a folder, by script."""
    return dict(_tables(folder or data_root() / "model"))


# A table is not changed once made, and reading them takes longer than compiling a small lexicon.
@lru_cache(maxsize=1)
def _tables(folder: Path) -> dict[str, CostTable]:
    return dict(read_costs(path) for path in sorted(folder.glob("costs-*.tsv")))


def read_model(folder: Path | None = None) -> Model:
    """The model that ships with translit: the prior of every lexicon's own."""
    where = folder or data_root() / "model"
    return model_from_json(json.loads((where / "forests.json").read_text("utf-8")))


def model_to_json(model: Model) -> dict[str, Any]:
    """A model as plain values."""
    return {
        "comparison": forest_to_json(model.comparison), "decision": forest_to_json(model.decision),
        "curves": {str(k): curve_to_json(v) for k, v in sorted(model.curves.items())},
    }  # fmt: skip


def model_from_json(data: Mapping[str, Any]) -> Model:
    """The model that :func:`model_to_json` wrote."""
    return Model(
        forest_from_json(data["comparison"]), forest_from_json(data["decision"]),
        {int(k): curve_from_json(v) for k, v in data["curves"].items()},
    )  # fmt: skip
