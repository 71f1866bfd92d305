"""``python -m benchmarks [--smoke] [NAME…]``."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from benchmarks.harness import RESULTS, Report, Settings

NAMES = ("accuracy", "speed", "scale", "linear", "prose", "pipeline", "coverage", "languages")
_UNITS = {"k": 1_000, "m": 1_000_000}


def _sizes(_context: click.Context, _parameter: click.Parameter, value: str) -> tuple[int, ...]:
    try:
        return tuple(int(float(word.rstrip("kKmM")) * _UNITS.get(word[-1].lower(), 1)) for word in value.split(","))
    except (ValueError, IndexError):
        raise click.BadParameter(f"{value!r} is no list such as 1k,10k,100k.") from None


def _bytes(_context: click.Context, _parameter: click.Parameter, value: str) -> int:
    number = value.upper().removesuffix("B")
    try:
        return int(float(number.rstrip("KMG")) * {"K": 1e3, "M": 1e6, "G": 1e9}.get(number[-1:], 1))
    except ValueError:
        raise click.BadParameter(f"{value!r} is no size such as 100MB or 1GB.") from None


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(NAMES), metavar="[NAME]…")
@click.option("--smoke", is_flag=True, help="Tiny inputs, to see that everything works; results only with --out.")
@click.option(
    "--tasks",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Accuracy: a folder of NAME.lex.jsonl.gz and NAME.queries.tsv.gz; else tasks from the name packs.",
)
@click.option("--task", "only", multiple=True, metavar="NAME", help="Accuracy and pipeline: only this task; may be given again.")
@click.option("--peer", "peers", multiple=True, metavar="NAME", help="Only this peer; may be given again.")
@click.option("--sizes", default="1k,10k,100k", show_default=True, callback=_sizes, help="Speed: numbers of forms.")
@click.option("--megabytes", default=4.0, show_default=True, type=click.FloatRange(0.01), help="Speed: text of one run.")
@click.option("--runs", default=5, show_default=True, type=click.IntRange(1), help="How often each thing is timed.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", help="Where results are kept.  [default: benchmarks/results]"
)
@click.option(
    "--list",
    "listing",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Prose: write all false edits and misses there.",
)
@click.option("--size", default="100MB", show_default=True, callback=_bytes, help="Pipeline: size of a file, such as 1GB.")
@click.option(
    "--prior",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Accuracy: learn on the model there, made by 'lexicons/make/make_model.py --without SOURCE --out DIR'.",
)
@click.option("--plot", is_flag=True, help="Draw the accuracy as SVG beside the results.")
@click.option("--readme", is_flag=True, help="Write the figures of the README and of docs/figures.md from the kept results.")  # fmt: skip
def main(
    names: tuple[str, ...], smoke: bool, tasks: Path | None, only: tuple[str, ...], peers: tuple[str, ...],
    sizes: tuple[int, ...], megabytes: float, runs: int, out: Path | None, plot: bool, readme: bool, listing: Path | None, size: int,
    prior: Path | None,
) -> None:  # fmt: skip
    """Run the benchmarks NAME (accuracy, speed, scale, linear, prose, pipeline, coverage, languages; all by default).

    Peers that are installed are run beside translit.
    """
    if readme:
        from benchmarks.readme import renew

        click.echo(f"{' and '.join(map(str, renew(out or RESULTS)))} renewed", err=True)
        return
    settings = Settings(smoke, tasks, only, peers, sizes, megabytes, runs, out or (None if smoke else RESULTS), plot, listing, size, prior)
    if smoke:
        settings = Settings(True, tasks, only, peers, (300,), 0.05, 2, out, plot, listing, 0, prior)
    for name in names or NAMES:
        report = Report(name, settings)
        importlib.import_module(f"benchmarks.{name}").run(report)
        kept = report.keep()
        if kept:
            click.echo(f"{name}: kept in {kept}", err=True)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
