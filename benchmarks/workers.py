"""What ``translit clean --workers`` gains over one worker, beside what as many processes gain on this machine that share nothing."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.data import Record, texts_of
from benchmarks.harness import Report, clock, interleave
from benchmarks.processes import timed

ARTICLE = 4_000
"""Characters of an article."""
ARTICLES = 16e6
"""Bytes of articles for each megabyte of text that is asked for: what a start costs must not count."""
IN_MEMORY = 0.1
"""Share of the articles that a process cleans in memory."""
TURNS = 20_000_000
"""Of a loop of arithmetic."""


def workers(report: Report, records: Sequence[Record], lexicon: Any) -> None:
    """``translit clean --workers`` over one file of articles, whole processes."""
    settings = report.settings
    counts = [n for n in (1, 2, 4) if n <= (os.cpu_count() or 1)]
    burnt: dict[int, list[float]] = {n: [] for n in counts}
    ideal: dict[str, dict[int, list[float]]] = {work: {n: [] for n in counts} for work in ("texts", "loop")}
    with tempfile.TemporaryDirectory() as folder:
        compiled, articles = Path(folder, "lexicon.translit"), Path(folder, "articles.jsonl")
        lexicon.save(compiled)
        length = int(settings.megabytes * ARTICLES)
        _write(articles, texts_of(records, length, document=ARTICLE))
        texts = partial(_texts, compiled, articles, int(length * IN_MEMORY))
        contenders: dict[str, Callable[[], object]] = {}
        for n in counts:
            contenders[f"clean {n}"] = partial(_clean, compiled, articles, n, burnt[n])
            contenders[f"texts {n}"] = partial(_together, n, texts, ideal["texts"][n])
            contenders[f"loop {n}"] = partial(_together, n, _loop, ideal["loop"][n])
        seconds = interleave(contenders, 2 if settings.smoke else 3)
        size = articles.stat().st_size / 1e6
    table = report.table(
        f"translit clean over {size:.1f} MB of articles, whole processes", "workers", "MB/s", "spread", "× one worker", "CPU s",
        "× one worker, by processor", "texts in memory", "a loop of arithmetic", readme=True,
        note="By processor: what a machine gives at best whose cores have nothing else to do, the seconds of processors shared evenly. "
        "The last two columns: × one process, where as many processes do the same work at once and share nothing.",
    )  # fmt: skip
    for n in counts:
        timing, used = seconds[f"clean {n}"], median(burnt[n])
        gained = [n * median(alone[1]) / median(alone[n]) for alone in ideal.values()]
        table.rows.append(
            (str(n), size / timing.median, f"{timing.spread:.0%}", seconds["clean 1"].median / timing.median, used,
             n * median(burnt[1]) / used, *gained)
        )  # fmt: skip
    report.show(table)


def _write(path: Path, texts: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"text": text}, ensure_ascii=False) + "\n" for text in texts)


def _clean(compiled: Path, articles: Path, count: int, burnt: list[float]) -> None:
    code = "import sys; from translit.cli import main; sys.exit(main())"
    options = ["clean", str(articles), "-o", str(articles.with_suffix(".out")), "--lexicon", str(compiled), "--column", "text"]
    burnt.append(timed([sys.executable, "-c", code, *options, "--workers", str(count)]).processors)


def _together(count: int, prepare: Callable[[], Callable[[], object]], seconds: list[float]) -> None:
    """Enter the seconds that the slowest of some processes takes for a work that all begin at one moment."""
    context = get_context("spawn")
    with ProcessPoolExecutor(count, context, _wait_at, (context.Barrier(count),)) as pool:
        seconds.append(max(pool.map(_alone, [prepare] * count)))


def _wait_at(barrier: Any) -> None:
    global _wait
    _wait = barrier.wait


_wait: Callable[[], object]


def _alone(prepare: Callable[[], Callable[[], object]]) -> float:
    work = prepare()
    _wait()
    return clock(work)[0]


def _loop() -> Callable[[], object]:
    return lambda: sum(number * number for number in range(TURNS))


def _texts(compiled: Path, articles: Path, size: int) -> Callable[[], object]:
    """Cleans the first articles, as a worker does."""
    from translit import Lexicon, Normalizer

    texts = []
    with articles.open(encoding="utf-8") as lines:
        while size > 0 and (line := lines.readline()):
            texts.append(json.loads(line)["text"])
            size -= len(line)
    normalizer = Normalizer(Lexicon.load(compiled))
    normalizer.clean_many(texts[:1])
    return lambda: [normalizer.clean_many(texts[start : start + 64]) for start in range(0, len(texts), 64)]
