"""``translit replay``: the changes of a trail, made again in the same input."""

from __future__ import annotations

from typing import Any

import click

from translit.cli.trails import run, trail_options


@click.command("replay", short_help="Apply a trail to the same input again.")
@trail_options("INPUT")
def command(**options: Any) -> None:
    """Apply TRAIL, the audit file of an earlier 'translit clean', to the INPUT of that run.

    No lexicon is needed. Another input is refused: each place must hold what the trail says was there, and the whole must
    have the SHA-256 in TRAIL.sha256, where that is still there. A table whose trail names no column needs --column.
    """
    run("replay", **options)
