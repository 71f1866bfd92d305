"""Options that several commands share, and what they open."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from translit.cli.group import by_pipe
from translit.model import DEFAULT_TYPES, VARIANT_TYPES

if TYPE_CHECKING:
    from translit import Normalizer

Command = Callable[..., Any]

_SHARE = click.FloatRange(0, 1, min_open=True, max_open=True)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which lexicon, and how to use it."""

    lexicons: tuple[str, ...] = ()
    precision: float = 0.99
    target: str = "en"
    types: tuple[str, ...] = DEFAULT_TYPES
    lock: str | None = None
    unlocked: bool = False
    decisions: tuple[str, ...] = ()
    conventions: tuple[str, ...] | None = None
    markup: bool = False
    lang: str | None = None

    def open(self) -> Normalizer:
        """Open the lexicon, compiling it where need be; one that the project's lock does not have is refused."""
        import translit
        from translit.lexicon.lock import lock_in_use

        lock = None if self.unlocked else lock_in_use(self.lock)
        lexicon = translit.open_lexicon(list(self.lexicons))
        if lock is not None:
            lock.check(lexicon)
        try:
            return translit.Normalizer(
                lexicon, precision=self.precision, conventions=self.conventions, target=self.target, types=self.types,
                decisions=self.decisions, markup=self.markup, lang=self.lang,
            )  # fmt: skip
        except translit.ArgumentError as error:
            raise click.UsageError(str(error)) from error

    def fingerprint(self, normalizer: Normalizer) -> str:
        """Stands for everything that the answers depend on."""
        from translit import __version__

        told = dataclasses.replace(self, lexicons=(normalizer.lexicon.checksum,), lock=None, unlocked=False, decisions=())
        return f"{__version__} {dataclasses.astuple(told)} {normalizer.decisions}"


class SourceType(click.Path):
    """A file or folder, or ``builtin`` with the names of packs, which are checked at once."""

    def __init__(self) -> None:
        super().__init__(exists=True)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The source as it was given."""
        from translit.errors import LexiconError
        from translit.lexicon.packs import choose, is_builtin

        if not is_builtin(value):
            return super().convert(value, param, ctx)
        try:
            choose(value.partition(":")[2])
        except LexiconError as error:
            self.fail(str(error), param, ctx)
        return value


SOURCE = SourceType()


def lexicon_options(command: Command) -> Command:
    """Add the options that say which lexicon to use and how, handed over as one ``choice``."""
    import functools

    @functools.wraps(command)
    def wrapped(
        lexicons: tuple[str, ...], precision: float, target: str, types: tuple[str, ...], lock: str | None, no_lock: bool,
        decisions: tuple[str, ...], conventions: tuple[str, ...], lang: str | None, **others: Any,
    ) -> Any:  # fmt: skip
        if lock is not None and no_lock:
            raise click.UsageError("--lock and --no-lock exclude each other: give one of them.")
        choice = Choice(lexicons, precision, target, types or DEFAULT_TYPES, lock, no_lock, decisions, conventions or None, lang=lang)
        return command(choice=choice, **others)

    options = (
        click.option("--lexicon", "lexicons", metavar="L", multiple=True, type=SOURCE,
                     help="A lexicon, compiled or not; may be given again. The built-in one by default; builtin:-cities is "
                          "that without a pack ('translit lexicon packs' lists them)."),
        click.option("--precision", metavar="P", default=0.99, show_default=True, type=_SHARE,
                     help="Share of the answers that must be right."),
        click.option("--target", metavar="LANG", default="en", show_default=True,
                     help="Language to write canonical names in."),
        click.option("--types", metavar="T,…", callback=split_list(VARIANT_TYPES),
                     help=f"Types of variants to rewrite.  [default: {','.join(DEFAULT_TYPES)}]"),
        click.option("--conventions", metavar="LANG,…", callback=split_list(),
                     help="Languages whose spelling is supposed, as ISO 639-3 codes such as deu,nld; all by default."),
        click.option("--lang", metavar="LANG", help="Language to read names in Han characters in: ja, yue or zh, each an extra."),
        click.option("--lock", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
                     help="Refuse lexicons that this lock does not pin; translit.lock by default, where there is one."),
        click.option("--decisions", metavar="D.tsv", multiple=True, type=click.Path(exists=True, dir_okay=False),
                     help="What people decided, as a report saves it; goes before every tier. May be given again."),
        click.option("--no-lock", is_flag=True, help="Use any lexicon, whatever translit.lock says."),
    )  # fmt: skip
    for option in reversed(options):
        wrapped = option(wrapped)
    return wrapped


def check_files(names: Sequence[str], command: str) -> None:
    """Raise InputError where an input file is not there: its name is misspelt, or is the text itself."""
    from translit.errors import InputError, meant

    for name in names:
        if name == "-" or os.path.exists(name):
            continue
        folder, base = os.path.split(name)
        if folder or (os.path.splitext(base)[1] and " " not in base):
            near = meant(base, os.listdir(folder or ".")) if os.path.isdir(folder or ".") else ""
            raise InputError(f"{name}: no such file; check the path{near}")
        raise InputError(f"{name}: no such file; check the path, or give the text itself to standard input: {by_pipe(name, command)}")


def counted(number: int, one: str, many: str = "") -> str:
    """A number of things.

    >>> counted(1, "fault"), counted(2, "entity", "entities")
    ('1 fault', '2 entities')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def split_list(known: Sequence[str] = ()) -> Callable[[click.Context, click.Parameter, str | None], tuple[str, ...]]:
    """A callback that reads words between commas, each of those known where they can be known beforehand."""

    def read(_context: click.Context, _parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(word.strip() for word in (value or "").split(",") if word.strip()))
        for word in words:
            if known and word not in known:
                raise click.BadParameter(f"{word!r} is not one of {', '.join(known)}.")
        return words

    return read
