"""Building: sources read, compiled, and calibrated on their own variants; the arrays and the metadata of a lexicon."""

from __future__ import annotations

import json
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translit.fallback import romanizer
from translit.lexicon.compile import compile_entities
from translit.lexicon.fame import Fame
from translit.lexicon.headings import with_spoken
from translit.lexicon.index import LEARNT, Index, Rows, table_arrays
from translit.lexicon.own_rules import read_all
from translit.lexicon.packs import expand
from translit.lexicon.readings import with_readings
from translit.lexicon.source import read_header
from translit.lexicon.storage import Array
from translit.matching.align import CostTable
from translit.matching.calibrate import Questions, by_letters, counted, learn
from translit.matching.correspondences import learn_over
from translit.matching.decisions import as_rows, read_decisions, rule
from translit.matching.prior import model_to_json, read_model, read_tables
from translit.matching.rough import Rough
from translit.model import Entity


def build(
    sources: Iterable[Any], fallback: str, tell: Callable[[str], None], decisions: Iterable[Any], prior: Path | None,
    readings: tuple[str, ...],
) -> tuple[dict[str, Array], dict[str, Any]]:  # fmt: skip
    """The arrays and the metadata of sources, as of :meth:`translit.Lexicon.build`.

    Args:
        sources, fallback, decisions, readings: as there.
        tell: called with a line of text at each step.
        prior: folder of the cost tables and the model to learn on; None for those that ship.
    """
    decided = read_decisions(decisions)
    tell("reading sources")
    sources, entities, rules = read_all(expand(sources))
    languages = _languages(entities)
    entities = with_spoken(entities)
    entities, read_by = with_readings(entities, readings, fallback)
    tell(f"compiling {len(entities)} entities")
    tables = read_tables(prior)
    arrays, meta, questions = compile_entities(entities, tables, Rough(tables, romanizer(fallback)))
    meta |= {"fallback": fallback, "unicode": unicodedata.unidata_version}
    if read_by:
        meta["readings"] = read_by
    if decided:
        rule(decided, Index(arrays, meta), "en")
        meta["decisions"] = as_rows(decided)
    variants = questions.variants()
    tell(f"calibrating on {len(variants.text)} variants")
    _count_letters(arrays, meta, variants)
    _learn(arrays, meta, questions, entities, tables, prior)
    if rules:
        arrays["rules"] = _packed([(file.name, file.content) for file in rules])
        meta["rules"] = [file.name for file in rules]
    meta["licences"] = dict(sorted({**_licences(sources), **{file.name: file.licence for file in rules}}.items()))
    meta["languages"] = languages
    return arrays, meta


def _count_letters(arrays: dict[str, Array], meta: dict[str, Any], questions: Questions) -> None:
    """Put down how often the same letters mean the same entity, with the marks of the letters and without."""
    index = Index(arrays, meta)
    right, wrong, claim = by_letters(index, questions, arrays["entity.weight"])
    bare = _bare(index, questions, claim)
    meta |= {"folded_precision": counted(right, wrong), "bare_precision": counted(right & bare, wrong & bare)}


def _learn(
    arrays: dict[str, Array], meta: dict[str, Any], questions: Questions, entities: Sequence[Entity], tables: dict[str, CostTable],
    prior: Path | None,
) -> None:  # fmt: skip
    """Put down the model that ships, and what is learnt from the lexicon's own variants on top of it."""
    index = Index(arrays, meta)
    shipped = read_model(prior)
    rough = Rough(tables, romanizer(meta["fallback"]), droppable=index.droppable)
    model = learn(index, rough, questions, shipped, lambda: learn_over(entities, rough))
    arrays["shipped"] = _packed(model_to_json(shipped))
    learnt: dict[str, CostTable] = {}
    if model.learnt is not None:
        arrays["model"] = _packed(model_to_json(model))
        learnt = {script: table for script, table in model.learnt.items() if table is not tables[script]}
    meta["learnt_tables"] = sorted(learnt)
    for script, table in learnt.items():
        arrays.update(table_arrays(script, table, LEARNT))


def _bare(index: Index, questions: Questions, claim: Rows) -> NDArray[np.bool_]:
    """Which questions are plain letters that stand for the own spelling of something famous, and would be written otherwise."""
    plain = np.array([text.isascii() for text in questions.text], dtype=bool)
    out: NDArray[np.bool_] = Fame(index).own(claim) & plain
    for i in np.flatnonzero(out).tolist():
        claimed, meant = int(index.posting_entity[claim[i]]), int(questions.entity[i])
        out[i] = claimed == meant or index.canonicals[claimed] != index.canonicals[meant]
    return out


def _packed(value: Any) -> Array:
    return np.frombuffer(json.dumps(value, sort_keys=True).encode(), dtype=np.uint8)


def _languages(entities: Iterable[Entity]) -> dict[str, int]:
    """How many variants each language has; those without a language under ``und``."""
    return dict(sorted(Counter(variant.lang or "und" for entity in entities for variant in entity.variants).items()))


def _licences(sources: Iterable[Any]) -> dict[str, str]:

    out: dict[str, str] = {}
    for source in _files(sources):
        if source.name.endswith((".tsv", ".tsv.gz")):
            out[source.name] = read_header(source).get("licence", "")
    return out


def _files(sources: Iterable[Any]) -> list[Path]:
    out: list[Path] = []
    for source in sources if not isinstance(sources, (str, os.PathLike)) else [sources]:
        if isinstance(source, (str, os.PathLike)):
            path = Path(source)
            out += sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    return out
