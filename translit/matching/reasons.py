"""Reasons: what speaks for the entities that are near to a name, and how its letters stand for theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.lexicon.index import Index, Rows
from translit.matching import align
from translit.matching.align import CostTable
from translit.matching.calibrate import NEVER, Curve, Model
from translit.matching.compare import compare
from translit.matching.fuzzy import seen_by
from translit.matching.rough import MANDARIN, Spelled
from translit.matching.score import DECISION, FAR, Comparisons, Decisions, decide, misspelt
from translit.model import Candidate, Method
from translit.unicode.scripts import script_of

if TYPE_CHECKING:
    from translit.matching.answers import Answer
    from translit.matching.tiers import Tiers

_COLUMN = {feature: i for i, feature in enumerate(DECISION)}


class _Near(NamedTuple):
    """The comparisons of one name with what is near to it, as the tier that answers sees them.

    Args:
        model: of that tier.
        comparisons: with forms of entities.
        nearness: of each, less its handicap, in 1/1000 log-odds.
        decisions: the one on the name; empty where nothing is near.
        views: of the name.
        rows: of the comparisons, the best of each entity, best first.
    """

    model: Model
    comparisons: Comparisons
    nearness: NDArray[np.int64]
    decisions: Decisions
    views: Sequence[Spelled]
    rows: list[int]

    def confidence(self) -> tuple[Curve, int, float]:
        """The curve and the score of the first, and how likely it is right."""
        script, score = int(self.decisions.features[0, _COLUMN["script"]]), int(self.model.decision.scores(self.decisions.features)[0])
        curve = self.model.curve(script)
        return curve, score, curve.confidence(score)


def _near(tiers: Tiers, name: str, answer: Answer | None, most: int) -> _Near:
    index, lexicon = tiers.index, tiers.lexicon
    model = lexicon.model if answer is None or answer.method == "fuzzy" else lexicon.shipped
    comparisons, crowd, views = compare(index, lexicon.rough, [lexicon.rough.views(name, reader=tiers.reader)])
    shipped = lexicon.shipped.comparison.scores(comparisons.features)
    comparisons, scores = seen_by(model, index, comparisons, shipped, views)
    nearness = misspelt(comparisons, scores - comparisons.handicap).astype(np.int64)
    order = np.lexsort((comparisons.entity, -nearness))
    _, first = np.unique(comparisons.entity[order], return_index=True)
    rows = order[np.sort(first)][:most].tolist()
    return _Near(model, comparisons, nearness, decide(comparisons, scores, crowd, slips=True), views, rows)


def ranked(tiers: Tiers, name: str, answer: Answer | None, most: int) -> list[Candidate]:
    """The nearest entities, best first, each with how likely it is meant; without reasons, which take longer."""
    near = _near(tiers, name, answer, most)
    if not near.rows:
        return []
    return [_bare_candidate(tiers, near, row, sure) for row, sure in zip(near.rows, _shares(near, near.confidence()[2]), strict=True)]


def _shares(near: _Near, best: float) -> list[float]:
    """How likely each entity is meant: the first as its curve says, the others what that leaves, by how near each is."""
    odds = np.exp(np.minimum(near.nearness[near.rows[1:]], FAR) / 1000)
    # One part more: that none of them is meant.
    rest = (1 - best) * odds / (1 + odds.sum())
    return [best, *(round(float(share), 5) for share in rest)]


def compared(tiers: Tiers, name: str, answer: Answer | None) -> tuple[list[Candidate], list[tuple[str, str, float]]]:
    """The nearest entities with what speaks for each, best first, and the alignment with the first."""
    near = _near(tiers, name, answer, limits.MAX_CANDIDATES_SHOWN)
    if not near.rows:
        return [], []
    model, comparisons, views = near.model, near.comparisons, near.views
    curve, score, sure = near.confidence()
    shares = zip(near.rows, _shares(near, sure), strict=True)
    candidates = [_candidate(tiers, name, _bare_candidate(tiers, near, row, share), near, row) for row, share in shares]
    told = [_margin(tiers, comparisons, near.decisions)]
    if curve.threshold(tiers.precision) < NEVER:
        told.append(f"score {score / 1000:.1f}, of {curve.threshold(tiers.precision) / 1000:.1f} asked for precision {tiers.precision:g}")
    if model.learnt is not None:
        told.insert(0, "costs as this lexicon's own variants show them")
    candidates[0] = replace(candidates[0], reasons=(*candidates[0].reasons, *told))
    tables = tiers.lexicon.rough.tables if model.learnt is None else model.learnt
    best = near.rows[0]
    return candidates, _alignment(tiers.index, tables, views[int(comparisons.spelled[best])], comparisons.form[[best]])


def _bare_candidate(tiers: Tiers, near: _Near, row: int, confidence: float) -> Candidate:
    """One of the entities compared."""
    index = tiers.index
    entity, text = int(near.comparisons.entity[row]), index.forms[int(near.comparisons.form[row])]
    view = near.views[int(near.comparisons.spelled[row])]
    shared = bool(view.text) and tiers.lexicon.keys.shares(view.text, tiers.conventions, text)
    method: Method = "rule" if shared else "fuzzy"
    return Candidate(index.ids[entity], tiers.canonical(entity), index.kind(entity), method, confidence, text)


def _candidate(tiers: Tiers, name: str, bare: Candidate, near: _Near, row: int) -> Candidate:
    """One of the entities compared, with what speaks for it."""
    index, text = tiers.index, bare.form
    form, features = int(near.comparisons.form[row]), near.comparisons.features[row]
    view, shared = near.views[int(near.comparisons.spelled[row])], bare.method == "rule"
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
    return replace(bare, reasons=tuple(reasons))


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
