"""Calibration: a nearer rival never raises the score, confidence is a probability, one name alone scores as in any batch."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import SMALL, anything, names, spellings_of, worn

from translit import Lexicon, Normalizer, limits
from translit.matching.calibrate import GRID, NEVER, Curve, Model, curve, curve_from_json, curve_to_json
from translit.matching.draws import drawn
from translit.matching.fuzzy import Guess, guess_many
from translit.matching.prior import read_model
from translit.matching.score import COMPARISON, DECISION, DECISION_SIGNS, Comparisons, decide

asked = st.one_of(worn(st.sampled_from(spellings_of(SMALL))), names(), anything)
SIGNED = [(i, sign) for i, sign in enumerate(DECISION_SIGNS) if sign]


@pytest.fixture(scope="module", params=["shipped", "afghanistan"])
def model(request: pytest.FixtureRequest, afghanistan: Lexicon) -> Model:
    """The model that ships, and the one that a pack learnt on top of it."""
    return read_model() if request.param == "shipped" else afghanistan.model


def test_what_a_rival_may_do_is_declared() -> None:
    assert {DECISION[i]: sign for i, sign in SIGNED} == {
        "best": 1, "second": -1, "margin": 1, "third": -1, "near": -1, "crowd": -1, "cost_margin": 1, "indel_margin": 1, "handicap": -1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("scores", "indels", "alike", "best"),
    [
        ((-500, -3000), (0.5, 0.9), (0.5, 0.9), 1),  # nothing is likely, and one entity is a letter away
        ((500, -3000), (0.5, 0.9), (0.5, 0.9), 0),  # another is likely enough
        ((-1500, -3000, -4000), (0.5, 0.9, 0.9), (0.5, 0.9, 0.95), 2),  # two are a letter away, the second is more alike
        ((-1500, -3000, -4000), (0.5, 0.8, 0.9), (0.5, 0.95, 0.9), 2),  # one is two letters away, one a single letter
        ((-1500, -3000), (0.5, 0.8), (0.5, 0.5), 1),  # nothing is likely by far, and one is two letters away
        ((-500, -3000), (0.5, 0.8), (0.5, 0.5), 0),  # another is likely enough for that
        ((-1500, -3000), (0.5, 0.6), (0.5, 0.9), 0),  # none is near
    ],
)
def test_where_nothing_is_likely_the_one_fewest_letters_away_is_first(
    scores: tuple[int, ...], indels: tuple[float, ...], alike: tuple[float, ...], best: int
) -> None:
    n = len(scores)
    features = np.zeros((n, len(COMPARISON)), dtype=np.float32)
    features[:, COMPARISON.index("indel")] = indels
    features[:, COMPARISON.index("jaro_winkler")] = alike
    features[:, COMPARISON.index("name_length")] = features[:, COMPARISON.index("form_length")] = 10
    which, none = np.arange(n), np.zeros(n, dtype=np.int64)
    comparisons = Comparisons(none, which, which, features, none, none.astype(np.int32), np.ones(n, dtype=bool))
    decisions = decide(comparisons, np.array(scores, dtype=np.int32), np.array([n]), slips=True)
    assert decisions.best.tolist() == [best]
    # That another is near does not make a slip likelier.
    assert decisions.features[0, DECISION.index("best")] == scores[best]


@settings(max_examples=150)
@given(st.data())
def test_a_nearer_rival_never_raises_the_score(model: Model, data: st.DataObject) -> None:
    """The rival comes nearer step by step: its score rises, the margins shrink; all else stays."""
    edges = model.decision.edges
    row = np.array(
        [data.draw(st.sampled_from(edges[f][np.isfinite(edges[f])].tolist() or [0.0])) for f in range(len(DECISION))], np.float32
    )
    steps = data.draw(st.lists(st.integers(0, 12_000), min_size=2, max_size=12))
    column = {name: i for i, name in enumerate(DECISION)}
    rows = np.tile(row, (len(steps), 1))
    for i, step in enumerate(sorted(steps)):
        rows[i, column["second"]] = row[column["best"]] - 12_000 + step
        rows[i, column["margin"]] = row[column["best"]] - rows[i, column["second"]]
        rows[i, column["cost_margin"]] = row[column["cost_margin"]] - step / 100
        rows[i, column["indel_margin"]] = row[column["indel_margin"]] - step / 12_000
    assert (np.diff(model.decision.scores(rows)) <= 0).all()


@pytest.mark.parametrize(("feature", "sign"), SIGNED, ids=[DECISION[i] for i, _ in SIGNED])
def test_each_signed_feature_turns_no_score(model: Model, feature: int, sign: int) -> None:
    random = np.random.default_rng(1)
    edges = model.decision.edges
    values = np.unique(np.append(edges[feature][np.isfinite(edges[feature])], [-1e6, 1e6]))
    for _ in range(40):
        row = np.array([random.choice(e[np.isfinite(e)]) if np.isfinite(e).any() else 0 for e in edges], np.float32)
        rows = np.tile(row, (len(values), 1))
        rows[:, feature] = values
        assert (np.diff(model.decision.scores(rows)) * sign >= 0).all()


def test_the_model_reads_what_the_features_are(model: Model) -> None:
    assert len(model.comparison.edges) == len(COMPARISON)
    assert len(model.decision.edges) == len(DECISION)


@given(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6))
def test_a_confidence_is_a_probability_that_rises_with_the_score(model: Model, low: int, high: int) -> None:
    low, high = sorted((low, high))
    for each in model.curves.values():
        assert 0 < each.confidence(low) <= each.confidence(high) < 1


def test_more_precision_asks_for_a_higher_score(model: Model) -> None:
    for each in model.curves.values():
        asked_for = [each.threshold(p) for p in (0.01, *GRID, 0.9999)]
        assert asked_for == sorted(asked_for)
        assert asked_for[-1] == NEVER


answers = st.lists(st.tuples(st.integers(-6000, 6000), st.booleans()), min_size=1, max_size=400)


@given(answers)
def test_answers_above_a_threshold_are_together_that_precise(given_: list[tuple[int, bool]]) -> None:
    scores, right = np.array([s for s, _ in given_], np.int32), np.array([r for _, r in given_])
    fitted = curve(scores, right)
    assert fitted == curve_from_json(json.loads(json.dumps(curve_to_json(fitted))))
    assert list(fitted.thresholds) == sorted(fitted.thresholds)
    for precision, threshold in zip(GRID, fitted.thresholds, strict=True):
        above = right[scores >= threshold]
        # A threshold is never above that of a higher precision, so it may be taken over from there.
        assert threshold == NEVER or (len(above) >= 30 and above.mean() >= precision)


@given(answers, st.randoms(use_true_random=False))
def test_the_order_of_the_answers_does_not_count(given_: list[tuple[int, bool]], random: Any) -> None:
    def of(rows: list[tuple[int, bool]]) -> Curve:
        return curve(np.array([s for s, _ in rows], np.int32), np.array([r for _, r in rows]))

    assert of(random.sample(given_, len(given_))).thresholds == of(given_).thresholds


def test_names_of_nobody_listed_weigh_as_many_whatever_their_share_among_the_answers() -> None:
    """Those listed are answered rightly at every score, the others wrongly at the low ones."""
    scores = np.tile(np.arange(0, 5000, 5, dtype=np.int32), 2)
    absent = np.repeat((False, True), 1000)
    answered = ~absent | (scores < 1000)
    scores, absent = scores[answered], absent[answered]
    weighed = curve(scores, ~absent, absent)
    some = ~absent | (np.arange(len(absent)) % 4 == 0)
    as_they_are = curve(scores[some], ~absent[some])
    assert as_they_are.thresholds[GRID.index(0.99)] < weighed.thresholds[GRID.index(0.99)] < 2000
    # Four times as many of a fourth weigh the same.
    fourth = curve(scores[some], ~absent[some], absent[some])
    assert abs(fourth.thresholds[GRID.index(0.99)] - weighed.thresholds[GRID.index(0.99)]) <= 50


@given(st.lists(st.integers(0, 2**64 - 1), max_size=300), st.integers(0, 2**31))
def test_a_draw_depends_on_nothing_but_its_digest(digests: list[int], salt: int) -> None:
    numbers = drawn(np.array(digests, dtype=np.uint64), salt)
    assert ((numbers >= 0) & (numbers < 1)).all()
    assert (numbers[::-1] == drawn(np.array(digests[::-1], dtype=np.uint64), salt)).all()


@given(st.lists(asked, min_size=1, max_size=12))
def test_one_name_alone_scores_as_in_any_batch(afghanistan: Lexicon, batch: list[str]) -> None:
    index, rough, model = afghanistan.index, afghanistan.rough, afghanistan.model

    def asked_together(names: list[str]) -> list[Guess]:
        (found,) = guess_many(index, rough, [model], names)
        return [found.guess(row, 0.0) for row in range(len(names))]

    together = asked_together(batch)
    assert together == [guess for name in batch for guess in asked_together([name])]
    assert together[::-1] == asked_together(batch[::-1])


SCORE = """
import json, sys
from dataclasses import astuple
from translit import Lexicon, native
from translit.matching.fuzzy import guess_many
lexicon = Lexicon.load(sys.argv[1])
asked = json.load(sys.stdin)
def score(names):
    found = guess_many(lexicon.index, lexicon.rough, [lexicon.model], names)[0]
    return [astuple(found.guess(row, 0.0)) for row in range(len(names))]
json.dump([native.in_use(), score(asked), [score([name])[0] for name in asked]], sys.stdout)
"""


def test_the_compiled_loops_and_their_twins_score_alike(afghanistan: Lexicon, child: dict[str, str]) -> None:
    forms = list(afghanistan.index.forms)
    names = [form[: 1 + i % len(form)] + "h" + form[1 + i % len(form) :] for i, form in enumerate(forms[:: max(len(forms) // 250, 1)])]
    told = []
    for pure in ("", "1"):
        command = [sys.executable, "-c", SCORE, str(afghanistan.path)]
        run = subprocess.run(
            command, env={**child, "TRANSLIT_PURE": pure}, input=json.dumps(names), capture_output=True, text=True, check=True
        )
        loops, together, alone = json.loads(run.stdout)
        assert together == alone
        told.append(together)
    assert loops == "python"
    assert told[0] == told[1]
    assert sum(guess is not None for guess in told[0]) > len(names) / 2


def test_a_batch_beyond_the_cap_changes_nothing(norm: Normalizer) -> None:
    """Names are compared :data:`translit.limits.BATCH` at a time; a name on either side of a cut answers alike."""
    filler = [f"Nobody{i}" for i in range(limits.BATCH - 2)]
    asked = ["Pandjsjir", "Achmad Massoed", *filler, "Pandjsjier", "Dschalalabat", "Kandahaar"]
    answers = norm.match_many(asked)
    for name in ("Pandjsjir", "Achmad Massoed", "Pandjsjier", "Dschalalabat", "Kandahaar"):
        assert answers[asked.index(name)] == norm.match(name)
