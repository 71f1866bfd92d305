"""Linear and bounded: what twice as much costs. A ratio near 2 is linear; near 1, a cost that does not grow.

Each input is timed at four sizes, each twice the one before: running text, one long word, a long name, a growing
lexicon, and input that is made to hurt.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

from benchmarks.data import plain_records, texts_of
from benchmarks.harness import Report, clock, interleave, written

FORMS = 10_000
STEPS = 4
MOST = 2.3
"""A ratio above which the growth is called more than linear."""
LEAST = 0.1
"""Seconds below which a ratio says nothing."""


class Series(NamedTuple):
    """Something to do at growing sizes, the smallest first, with the unit of the sizes."""

    name: str
    unit: str
    smallest: int
    make: Callable[[int], str]
    as_name: bool = False
    evidence: bool = True
    markup: bool = False


def run(report: Report) -> None:
    """Time everything, and print the doubling ratios."""
    from translit import Lexicon, Normalizer

    smoke = report.settings.smoke
    records = plain_records(300 if smoke else FORMS)
    normalizer = Normalizer(Lexicon.build(records))
    running = texts_of(records, 20_000 if smoke else 4_000_000)
    joined = " ".join(running)
    table = report.table(
        "What twice as much costs", "", *(f"s × {2**step}" for step in range(STEPS)), "last", "median", "", readme=True,
        note="Seconds, the least of the runs, each size twice the one before, and the ratios: 2 is linear, 1 does not grow.",
    )  # fmt: skip
    for series in _series(joined):
        first = max(1, series.smallest // (50 if smoke else 1))
        inputs = [series.make(first * 2**step) for step in range(STEPS)]
        work = {str(step): _work(normalizer, text, series) for step, text in enumerate(inputs)}
        timed = interleave(work, 2 if smoke else report.settings.runs)
        _row(table.rows, f"{series.name}, from {first:,} {series.unit}", [timed[str(s)].low for s in range(STEPS)])
    _forms(report, table.rows)
    report.show(table)
    if not smoke:
        _line(report, normalizer, joined)


def _row(rows: list[Any], name: str, seconds: Sequence[float]) -> None:
    ratios = [after / before for before, after in pairwise(seconds)]
    middle = statistics.median(ratios)
    grows = min(middle, ratios[-1]) > MOST and seconds[-1] > LEAST
    rows.append((name, *seconds, ratios[-1], middle, "more than linear" if grows else ""))


def _work(normalizer: Any, text: str, series: Series) -> Callable[[], object]:
    # A new normalizer remembers no answers.
    def work() -> object:
        from translit import Normalizer

        fresh = Normalizer(normalizer.lexicon, evidence=series.evidence, markup=series.markup)
        return fresh.match(text) if series.as_name else fresh.clean(text)

    return work


def _series(running: str) -> tuple[Series, ...]:
    def text(size: int) -> str:
        return (running * (1 + size // len(running)))[:size]

    return (
        Series("running text", "characters", 250_000, text),
        Series("many lines", "characters", 250_000, lambda size: text(size).replace(". ", ".\n")),
        Series("listed spellings only", "characters", 4_000_000, text, evidence=False),
        Series("one word", "letters", 1_000_000, lambda size: "P" + "anjshir" * (size // 7)),
        Series("one word as a name", "letters", 50_000, lambda size: "P" + "anjshir" * (size // 7), True),
        Series("a name of many words", "words", 5_000, lambda size: "Kabul " * size, True),
        Series("one letter over and over", "letters", 1_000_000, lambda size: "a" * size),
        Series("one capital over and over", "words", 200_000, lambda size: "A " * size),
        Series("combining marks on one letter", "marks", 80_000, lambda size: "a" + "\u0301" * size),
        Series("combining marks of two classes", "marks", 80_000, lambda size: "a" + "\u0301\u0323" * (size // 2)),
        Series("apostrophes and hyphens", "characters", 1_000_000, lambda size: "a'-" * (size // 3)),
        Series("Hangul syllables without a space", "syllables", 400_000, lambda size: "한" * size),
        Series("Han characters without a space", "characters", 400_000, lambda size: "北京" * (size // 2)),
        Series("line breaks and signs between words", "characters", 400_000, lambda size: f"A{chr(10) * size}*Bowie. Kabul"),
        Series("opening brackets, as markup", "characters", 80_000, lambda size: "<" * size, markup=True),
        Series("characters that are not seen", "characters", 80_000, lambda size: "Kab" + "\u200b" * size + "ul"),
        Series("one word of capitals", "letters", 200_000, lambda size: "PANJSHIR" * (size // 8)),
        Series("one word of two scripts", "letters", 200_000, lambda size: "Кabul" * (size // 5)),
        Series("one surname over and over", "mentions", 20_000, lambda size: "Karsai said. " * size),
        Series("distinct unknown names", "names", 100, lambda size: ". ".join(f"of {_made(k)}" for k in range(size))),
    )


def _made(number: int) -> str:
    syllables = ("ba", "ren", "to", "mi", "lor", "ke", "du", "san", "vi", "gar")
    return "".join(syllables[int(digit)] for digit in f"{number * 7919 % 100_000:05d}").capitalize()


def _forms(report: Report, rows: list[Any]) -> None:
    """Building, as the number of forms grows."""
    from translit import Lexicon

    first = 100 if report.settings.smoke else 10_000
    seconds = [clock(partial(Lexicon.build, plain_records(first * 2**step)))[0] for step in range(STEPS)]
    _row(rows, f"building a lexicon, from {first:,} forms", seconds)


def _line(report: Report, normalizer: Any, running: str) -> None:
    """Text of 100 MB in one line."""
    from translit import Normalizer

    table = report.table("One line", "MB", "s", "MB/s", readme=True)
    for megabytes in (10, 100):
        text = running * (1 + megabytes * 1_000_000 // len(running))
        text = text[: megabytes * 1_000_000]
        seconds, _ = clock(partial(Normalizer(normalizer.lexicon).clean, text))
        table.rows.append((written(megabytes), seconds, len(text.encode()) / 1e6 / seconds))
    report.show(table)
