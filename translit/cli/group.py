"""A click group whose commands are imported when they are called, so that ``--help`` needs none of them."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import click


class Lazy(NamedTuple):
    """A command that is not imported yet: the module that has it as ``command``, and its line in the help."""

    module: str
    help: str


COMMANDS = {
    "clean": Lazy("translit.cli.clean", "Write canonical names into texts and tables."),
    "match": Lazy("translit.cli.match", "Match names, one a line in, one JSON object a line out."),
    "explain": Lazy("translit.cli.explain", "Show why a name gets its answer."),
    "serve": Lazy("translit.cli.serve", "Answer over HTTP, also for OpenRefine."),
    "replay": Lazy("translit.cli.replay", "Apply a trail to the same input again."),
    "undo": Lazy("translit.cli.undo", "Give the input back from the output and its trail."),
    "lexicon": Lazy("translit.cli.lexicon", "Build, check, measure, compare and import lexicons."),
    "evaluate": Lazy("translit.cli.evaluate", "Measure recall at fixed precision, and plot it."),
    "bench": Lazy("translit.cli.bench", "Print this machine's figures for the installed version."),
}


class Group(click.Group):
    """A group that says which command may be meant by a word that is none, with ``hint`` about the word where it is like no command."""

    def __init__(self, *args: Any, hint: Callable[[str], str] = lambda word: "", **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.hint = hint

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is called; what may be meant by a word that is none."""
        name = args[0]
        known = self.list_commands(ctx)
        if name in known or name.startswith("-"):
            return super().resolve_command(ctx, args)
        from translit.errors import meant

        mend = meant(name, known) or f"; the commands are {', '.join(known)}. {self.hint(name)}"
        raise click.UsageError(f"No such command {name!r}{mend}".rstrip(), ctx)


class LazyGroup(Group):
    """A group over a table of :class:`Lazy` commands.

    Args:
        name: as it is called.
        lazy: its commands.
        attributes: those of a group.
    """

    def __init__(self, name: str, lazy: Mapping[str, Lazy], **attributes: Any) -> None:
        super().__init__(name, **attributes)
        self.lazy = lazy
        self.params.append(
            click.Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_version,
                         help="Show the version and exit.")
        )  # fmt: skip

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.lazy:
            return None
        command: click.Command = importlib.import_module(self.lazy[cmd_name].module).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in self.lazy.items()])


def by_pipe(text: str, command: str) -> str:
    """How a text is given to a command that reads standard input.

    >>> by_pipe("Achmad Massud", "match")
    "echo 'Achmad Massud' | translit match"
    """
    import shlex

    return f"echo {shlex.quote(text)} | translit {command}"


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if not value:
        return
    from translit import __version__

    click.echo(f"translit {__version__}")
    ctx.exit()
