"""Reasons: what speaks for the entities that are near to a name, and how its letters stand for theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from translit import limits
from translit.lexicon.index import Index, Rows
from translit.matching import align
from translit.matching.align import CostTable
from translit.matching.calibrate import NEVER
from translit.matching.compare import compare
from translit.matching.fuzzy import seen_by
from translit.matching.rough import MANDARIN, Spelled
from translit.matching.score import DECISION, Comparisons, Decisions, decide
from translit.model import Candidate, Method
from translit.unicode.scripts import script_of

if TYPE_CHECKING:
    from translit.matching.answers import Answer
    from translit.matching.tiers import Tiers

_COLUMN = {feature: i for i, feature in enumerate(DECISION)}


def compared(tiers: Tiers, name: str, answer: Answer | None) -> tuple[list[Candidate], list[tuple[str, str, float]]]:
    """The nearest entities as the tier that answers sees them, best first, and the alignment with the first."""
    index, lexicon = tiers.index, tiers.lexicon
    model = lexicon.model if answer is None or answer.method == "fuzzy" else lexicon.shipped
    comparisons, crowd, views = compare(index, lexicon.rough, [lexicon.rough.views(name, reader=tiers.reader)])
    shipped = lexicon.shipped.comparison.scores(comparisons.features)
    comparisons, nearness = seen_by(model, index, comparisons, shipped, views)
    decisions = decide(comparisons, nearness, crowd)
    order = np.lexsort((comparisons.entity, comparisons.handicap - nearness))
    _, first = np.unique(comparisons.entity[order], return_index=True)
    rows = order[np.sort(first)][: limits.MAX_CANDIDATES_SHOWN].tolist()
    candidates = [_candidate(tiers, name, comparisons, row, views) for row in rows]
    if not rows:
        return candidates, []
    script, score = int(decisions.features[0, _COLUMN["script"]]), int(model.decision.scores(decisions.features)[0])
    curve = model.curve(script)
    told = [_margin(tiers, comparisons, decisions)]
    if curve.threshold(tiers.precision) < NEVER:
        told.append(f"score {score / 1000:.1f}, of {curve.threshold(tiers.precision) / 1000:.1f} asked for precision {tiers.precision:g}")
    if model.learnt is not None:
        told.insert(0, "costs as this lexicon's own variants show them")
    best = candidates[0]
    candidates[0] = replace(best, confidence=curve.confidence(score), reasons=(*best.reasons, *told))
    tables = lexicon.rough.tables if model.learnt is None else model.learnt
    return candidates, _alignment(index, tables, views[int(comparisons.spelled[rows[0]])], comparisons.form[[rows[0]]])


def _candidate(tiers: Tiers, name: str, comparisons: Comparisons, row: int, views: Sequence[Spelled]) -> Candidate:
    """One of the entities compared, with what speaks for it."""
    index = tiers.index
    entity, form = int(comparisons.entity[row]), int(comparisons.form[row])
    text, features, view = index.forms[form], comparisons.features[row], views[int(comparisons.spelled[row])]
    shared = bool(view.text) and tiers.lexicon.keys.shares(view.text, tiers.conventions, text)
    reasons = [
        f"spelling cost {features[_COLUMN['cost']] / 100:.2f} nats, {features[_COLUMN['indel']]:.0%} of the letters alike",
        f"read alike by the conventions of {_conventions(tiers, view.text, text)}" if shared else "no convention reads both alike",
    ]
    if tag := index.reading(form):
        reasons.insert(0, f"'{text}' is how a dictionary reads a listed name in the language '{tag}'")
    if view.text != name:
        reasons.insert(0, f"read{_in(view.read_in)} as '{view.text or view.rom}'")
    elif view.script == "Hani" and index.scripts()[int(index.form_script[form])] != "Hani":
        reasons.insert(0, f"read{_in(MANDARIN)}, character by character, as '{view.rom}'")
    method: Method = "rule" if shared else "fuzzy"
    return Candidate(index.ids[entity], tiers.canonical(entity), index.kind(entity), method, 0.0, text, tuple(reasons))


def _conventions(tiers: Tiers, name: str, form: str) -> str:
    """The languages by whose conventions a name is read like a form, as far as they are told."""
    able = tiers.lexicon.keys.romanizer.languages(script_of(name))
    langs = [lang for lang in able if lang in (tiers.conventions or able) and tiers.lexicon.keys.shares(name, (lang,), form)]
    if not langs:
        return "several languages together"
    more = len(langs) - limits.MAX_CANDIDATES_SHOWN
    return " ".join(langs[: limits.MAX_CANDIDATES_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _margin(tiers: Tiers, comparisons: Comparisons, decisions: Decisions) -> str:
    """How far the first entity is ahead of the next."""
    second = int(decisions.second[0])
    if second < 0:
        return "no other entity is near"
    margin = decisions.features[0, _COLUMN["margin"]] / 1000
    return f"ahead of the next entity, {tiers.canonical(int(comparisons.entity[second]))}, by {margin:.1f} log-odds"


def _alignment(index: Index, tables: Mapping[str, CostTable], spelled: Spelled, form: Rows) -> list[tuple[str, str, float]]:
    """Letters of a name, letters of a form, and the cost in nats, step by step."""
    direct = spelled.script != "Latn" and spelled.script in tables
    source = spelled.atoms if direct else tuple(spelled.rom)
    steps = align.explain(tables[spelled.script if direct else "Latn"], source, index.spans_of(form).texts()[0])
    return [(op.source, op.target, op.cost / 100) for op in steps]


def _in(language: str) -> str:
    return f" in {language}" if language else ""
