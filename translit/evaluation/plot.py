"""The plot of an evaluation, with the library that the extra ``plot`` brings."""

from __future__ import annotations

import io
import math
from typing import Any

from translit.errors import TranslitError, missing_extra
from translit.evaluation.measures import Evaluation, Ranked

APART = 0.03
"""Least distance of two points that are both labelled."""


def picture(evaluation: Evaluation, title: str, form: str) -> bytes:
    """Draw precision against recall, and the reliability of the confidence, side by side.

    Args:
        evaluation: what was measured.
        title: stands above.
        form: ``"png"`` or ``"svg"``.

    Raises:
        TranslitError: matplotlib is not installed.
    """
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError:
        raise TranslitError(missing_extra("matplotlib", "plot", "A plot")) from None
    # Without a salt and with a date the same figures would not give the same file.
    with rc_context({"svg.hashsalt": "translit", "svg.fonttype": "none"}):
        figure = Figure(figsize=(10, 4.6), layout="constrained")
        figure.suptitle(title, parse_math=False)
        left, right = figure.subplots(1, 2)
        _draw_curve(left, evaluation)
        _draw_reliability(right, evaluation)
        out = io.BytesIO()
        figure.savefig(out, format=form, metadata={"Date": None} if form == "svg" else {"Software": None})
    return out.getvalue()


def _draw_curve(axes: Any, evaluation: Evaluation) -> None:
    ranked = evaluation.ranked
    axes.step([r for r, _, _ in ranked.curve], [p for _, p, _ in ranked.curve], where="post", label="by confidence")
    axes.plot([p.recall for p in evaluation.promises], [p.got for p in evaluation.promises], "o", label="as promised")
    last = (-1.0, -1.0)
    for promise in evaluation.promises:
        place = (promise.recall, promise.got)
        if math.dist(place, last) < APART:
            continue
        last = place
        axes.annotate(f"{promise.asked:g}", place, (-5, -9), textcoords="offset points", fontsize=7, horizontalalignment="right")
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(min(0.5, 0.98 * _lowest(ranked)), 1.005))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower left")


def _lowest(ranked: Ranked) -> float:
    return min((p for _, p, _ in ranked.curve), default=0.5)


def _draw_reliability(axes: Any, evaluation: Evaluation) -> None:
    rows = evaluation.reliability
    largest = max((row.answers for row in rows), default=1)
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle="--", label="as it should be")
    across, up = [row.confidence for row in rows], [row.right for row in rows]
    sizes = [12 + 120 * row.answers / largest for row in rows]
    axes.plot(across, up, color="C0", linewidth=1)
    axes.scatter(across, up, s=sizes, color="C0", label="answers (area: how many)")
    axes.set(xlabel="confidence", ylabel="share that is right", xlim=(0, 1.01), ylim=(0, 1.01))
    axes.grid(alpha=0.3)
    axes.legend(loc="upper left")
