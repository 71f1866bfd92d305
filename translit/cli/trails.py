"""What ``translit replay`` and ``translit undo`` share."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

import click

if TYPE_CHECKING:
    from translit.files.trails import Way

_FORMATS = ["text", "csv", "tsv", "jsonl"]
Command = Callable[..., Any]


def trail_options(file: str) -> Callable[[Command], Command]:
    """The arguments TRAIL and ``file``, and the options of both commands."""
    options = (
        click.argument("trail", metavar="TRAIL", type=click.Path(exists=True, dir_okay=False)),
        click.argument("file", metavar=f"[{file}|-]", default="-"),
        click.option("-o", "--output", metavar="OUT", help="Output file; standard output by default."),
        click.option("--format", "format_name", type=click.Choice(_FORMATS), help="Format; by the file's name by default."),
        click.option("--column", "columns", metavar="C", multiple=True, help="Column with the text; may be given again."),
        click.option("--document", metavar="NAME", default="", help="Which file's changes, where the trail has those of several."),
        click.option("--delimiter", metavar="D", default="", help="Character between CSV fields."),
    )

    def add(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def run(
    way: Way, trail: str, file: str, output: str | None, format_name: str | None, columns: tuple[str, ...], document: str, delimiter: str
) -> None:
    """Change FILE by the trail and write the result; nothing appears under its name unless it is whole."""
    import io

    from translit.files.atomic import AtomicFile
    from translit.files.base import format_of
    from translit.files.inputs import Input, packing
    from translit.files.trails import Changing, change

    changing = Changing(way, trail, columns, document, delimiter.replace("\\t", "\t"))
    name = format_name or ("text" if file == "-" else format_of(file).name)
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(contextlib.closing(Input(file)))
        if output is None or output == "-":
            whole = io.BytesIO()
            change(changing, source, name, whole)
            sys.stdout.buffer.write(whole.getvalue())
            return
        stream: BinaryIO = stack.enter_context(AtomicFile(output)).stream
        change(changing, source, name, stack.enter_context(packing(stream, output)))
