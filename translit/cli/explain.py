"""``translit explain``: why a name gets its answer, for a person to read."""

from __future__ import annotations

import click

from translit.cli.options import Choice, lexicon_options


@click.command("explain", short_help="Show why a name gets its answer.")
@click.argument("names", nargs=-1, required=True, metavar="NAME…")
@lexicon_options
def command(names: tuple[str, ...], choice: Choice) -> None:
    """Show the readings of each NAME, the candidates of every tier, and why the answer is what it is."""
    normalizer = choice.open()
    for number, name in enumerate(names):
        if number:
            click.echo()
        click.echo(str(normalizer.explain(name)))
