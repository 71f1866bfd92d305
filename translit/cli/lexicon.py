"""``translit lexicon``: build, check, measure, compare and import lexicons."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from translit.cli.group import Group
from translit.cli.options import SOURCE, counted

if TYPE_CHECKING:
    from translit.errors import SourceError
    from translit.lexicon.lexicon import Lexicon

_SHOWN = 10
"""Most homonyms that a check tells of."""
_SOURCES = click.argument("sources", nargs=-1, required=True, metavar="SRC…", type=SOURCE)
_OUTPUT = click.option("-o", "--output", required=True, metavar="OUT", help="The file to write.")


@click.group("lexicon", cls=Group)
def command() -> None:
    """Build, check, measure, compare and import lexicons."""


@command.command("build", short_help="Compile name packs, records and folders of them.")
@_SOURCES
@_OUTPUT
@click.option(
    "--fallback",
    type=click.Choice(["unidecode", "anyascii"]),
    default="unidecode",
    show_default=True,
    help="Romanizer for characters that nothing else covers.",
)
@click.option("--decisions", metavar="D.tsv", multiple=True, type=click.Path(exists=True, dir_okay=False),
              help="What people decided, as a report saves it; the lexicon takes it in. May be given again.")  # fmt: skip
@click.option("--readings", metavar="LANG,…", default="", help="Languages to read names in Han characters in, where the pack or the "
              "country says so: ja, yue, zh, each an extra. The lexicon records the dictionary.")  # fmt: skip
def build(sources: tuple[str, ...], output: str, fallback: str, decisions: tuple[str, ...], readings: str) -> None:
    """Compile name packs, records and directories of them into one file."""
    from translit import Lexicon

    tags = [tag for tag in readings.split(",") if tag]
    lexicon = Lexicon.build(list(sources), fallback=fallback, progress=_tell, decisions=decisions, readings=tags)
    lexicon.save(output)
    click.echo(f"translit: {counted(len(lexicon), 'entity', 'entities')} in {output}", err=True)


@command.command("check", short_help="Print every fault of sources.")
@_SOURCES
def check(sources: tuple[str, ...]) -> int:
    """Print every fault of name packs, records and rule files; the examples of rules are run.

    The exit status is 1 where there are faults.
    """
    from translit.errors import SourceErrors
    from translit.lexicon.own_rules import rule_faults, sort_out
    from translit.lexicon.packs import expand

    names, rules = sort_out(expand(sources))
    faults: list[SourceError] = []
    if names:
        from translit.lexicon.source import check_sources, undecided

        faults += check_sources(names)
        for homonym in [] if faults else undecided(names)[:_SHOWN]:
            who = ", ".join(entity.id for entity in homonym.entities[:3])
            told = f"{homonym.form!r} is the name of several, without weights to decide: {who}"
            click.echo(f"translit: note: {told}; give them different weights, or it is left alone", err=True)
    if rules:
        faults += rule_faults(rules)
    for fault in SourceErrors(faults).errors:
        click.echo(str(fault))
    click.echo(f"translit: {counted(len(faults), 'fault')} in {counted(len(names) + len(rules), 'source')}", err=True)
    return 1 if faults else 0


@command.command("stats", short_help="Print the counts of a lexicon.")
@click.argument("lexicon", required=False, metavar="[L]", type=SOURCE)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def stats(lexicon: str | None, as_json: bool) -> None:
    """Print the counts of a lexicon, the built-in one by default."""
    counts = _open(lexicon).stats()
    if as_json:
        click.echo(json.dumps(counts, ensure_ascii=False))
        return
    from translit.cli.stats import lines

    for line in lines(counts):
        click.echo(line)


@command.command("packs", short_help="List the packs that are installed.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def packs(as_json: bool) -> None:
    """List the packs that are installed: those that ship with translit, which are on, and those of other distributions.

    --lexicon builtin:-cities switches one off, builtin:+NAME one on, and builtin:countries,NAME takes only those named.
    """
    from translit.lexicon.packs import installed_packs, table

    found = installed_packs()
    if as_json:
        for pack in found:
            click.echo(json.dumps(pack.as_record(), ensure_ascii=False))
        return
    rows = [("pack", "", "entities", "variants", "date", "licence", "source"), *table(found)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.rjust(width) if i in (2, 3) else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths, strict=True))]
        click.echo("  ".join(cells).rstrip())


@command.command("diff", short_help="Print the inputs whose answers change.")
@click.argument("old", type=SOURCE)
@click.argument("new", type=SOURCE)
@click.option("--names", "names_file", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
              help="Names, one a line, to ask both; misspelled forms by default.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def diff(old: str, new: str, names_file: str | None, as_json: bool) -> None:
    """Print the inputs whose answers change from the lexicon OLD to the lexicon NEW.

    Spellings that either lists are compared completely; of all others, those in FILE.
    """
    from collections import Counter

    from translit.lexicon.diff import diff as differences

    counts: Counter[str] = Counter()
    for change in differences(_open(old), _open(new), _names(names_file) if names_file else None):
        counts[change.what] += 1
        click.echo(json.dumps(change.as_record(), ensure_ascii=False) if as_json else str(change))
    told = ", ".join(f"{counts[what]} {what}" for what in ("moves", "respelled", "appears", "vanishes") if counts[what])
    click.echo(f"translit: {told or 'nothing changes'}", err=True)


def _names(path: str) -> Iterator[str]:
    """The names of a file, one a line."""
    from translit.errors import InputError

    with open(path, encoding="utf-8") as stream:
        try:
            yield from (name for line in stream if (name := line.strip()))
        except UnicodeDecodeError as error:
            raise InputError(f"{path}: not UTF-8 ({error.reason}); save it as UTF-8") from None


@command.command("lock", short_help="Pin a lexicon by the hash of its content.")
@click.argument("sources", nargs=-1, metavar="[SRC…]", type=SOURCE)
@click.option("-o", "--output", metavar="OUT", default="translit.lock", show_default=True, help="The file to write.")
def lock(sources: tuple[str, ...], output: str) -> None:
    """Pin the lexicon of SRCs, the built-in one by default, by the hash of its content.

    Each compiled SRC is a lexicon of its own, the others together are one. Where translit.lock stands in the working
    directory, the other commands refuse every lexicon that it does not pin.
    """
    from translit.lexicon.lock import write_lock
    from translit.lexicon.opening import pin_sources

    pins = pin_sources(sources)
    write_lock(pins, output)
    for pin in pins:
        click.echo(f"translit: {' + '.join(pin.sources)} pinned as {pin.sha256[:12]}… in {output}", err=True)


@command.command("import", short_help="Turn data of other projects into records.")
@click.argument("kind")
@click.argument("files", nargs=-1, required=True, metavar="FILE…", type=click.Path(exists=True, dir_okay=False))
@_OUTPUT
@click.option("--rejects", metavar="R.jsonl", help="Write what is refused there, with its line and the reason.")
@click.option("--option", "options", metavar="KEY=VALUE", multiple=True, help="What the importer is told; may be given again.")
def import_(kind: str, files: tuple[str, ...], output: str, rejects: str | None, options: tuple[str, ...]) -> int:
    """Turn FILEs, data of another project of the KIND named, into records.

    Kinds are geonames, wikidata, ftm (FollowTheMoney, OpenSanctions), jrc (JRC-Names), skos (SKOS and RDF) and csv (any
    table with named columns); the options of each are named by an unknown one, as in --option help=1. OUT ends in .jsonl
    or .jsonl.gz. The exit status is 3 where something was refused.
    """
    from translit.cli.importing import import_files

    told = dict(option.partition("=")[::2] for option in options)
    return import_files(kind, files, output, rejects, told)


def _open(path: str | None) -> Lexicon:
    import translit

    return translit.open_lexicon([path] if path else [])


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"translit: {line}", err=True)
