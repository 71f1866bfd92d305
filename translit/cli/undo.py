"""``translit undo``: the input again, from the output and the trail."""

from __future__ import annotations

from typing import Any

import click

from translit.cli.trails import run, trail_options


@click.command("undo", short_help="Give the input back from the output and its trail.")
@trail_options("OUTPUT")
def command(**options: Any) -> None:
    """Take back the changes of TRAIL, the audit file of 'translit clean', in the OUTPUT of that run.

    Text comes back byte for byte, and so does every value of a table; quotes and escapes that a changed value did not
    need may be written otherwise. Another output is refused: each place must hold what the trail says was written,
    and the whole must have the SHA-256 in TRAIL.sha256, where that is still there. A table whose trail names no column
    needs --column.
    """
    run("undo", **options)
