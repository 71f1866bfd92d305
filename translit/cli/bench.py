"""``translit bench``: this machine's figures for the installed version."""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import click

_RUNS = 5
_SECONDS = 1.0
_START = """
import time
a = time.perf_counter()
import translit
b = time.perf_counter()
translit.normalize("Achmad Massud")
c = time.perf_counter()
print(b - a, c - b)
"""


@click.command("bench", short_help="Print this machine's figures for the installed version.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(as_json: bool) -> None:
    """Measure start and speed of the built-in lexicon on this machine, one process, in about ten seconds.

    The start is the median of five fresh processes. Names are the built-in lexicon's own forms, each asked once, as
    they are and with a letter added; text is made of sentences with such forms among ordinary words.
    """
    import translit

    figures: dict[str, object] = {
        "version": translit.__version__,
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
    }
    # The first use may have to compile the built-in lexicon; that is paid once, not at each start.
    lexicon = translit.open_lexicon([])
    imports, answers = zip(*(_start() for _ in range(_RUNS)), strict=True)
    figures["import_ms"] = round(statistics.median(imports) * 1000, 1)
    figures["first_answer_ms"] = round(statistics.median(answers) * 1000, 1)
    normalizer = translit.Normalizer(lexicon)
    forms = _forms(lexicon)
    figures["listed_names_per_second"] = _rate(normalizer.match_many, forms)
    figures["other_names_per_second"] = _rate(normalizer.match_many, [_misspelt(form) for form in forms])
    texts = _texts(forms)
    size = sum(len(text.encode()) for text in texts) / len(texts)
    figures["text_mb_per_second"] = round(_rate(normalizer.clean_many, texts) * size / 1e6, 2)
    if as_json:
        click.echo(json.dumps(figures))
        return
    width = max(map(len, figures))
    for name, value in figures.items():
        click.echo(f"{name:<{width}}  {value}")


def _start() -> tuple[float, float]:
    # Its own process, because an import is free the second time.
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=True)
    imported, answered = map(float, done.stdout.split())
    return imported, answered


def _forms(lexicon: object) -> list[str]:
    forms = lexicon.index.forms  # type: ignore[attr-defined]
    step = max(1, len(forms) // 20_000)
    return [forms[place] for place in range(0, len(forms), step)]


def _misspelt(form: str) -> str:
    middle = len(form) // 2
    return form[:middle] + "h" + form[middle:]


def _texts(forms: list[str]) -> list[str]:
    sentences = [f"On that day the road to {form.title()} was closed, and nobody could say why." for form in forms]
    return [" ".join(sentences[start : start + 20]) for start in range(0, len(sentences), 20)]


def _rate(work: Callable[[list[str]], object], items: list[str]) -> int:
    """Items a second over about a second's work, each item once, after some to warm up."""
    work(items[:100])
    done, started = 100, time.perf_counter()
    while done < len(items) and time.perf_counter() - started < _SECONDS:
        work(items[done : done + 500])
        done += 500
    return round((min(done, len(items)) - 100) / (time.perf_counter() - started))
