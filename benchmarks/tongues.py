"""Names in prose of other languages: the sayings of Debian's fortune packages, spellings put in for the places that stand there.

A place is a site where the language's own preposition and name stand. A change elsewhere is right where the lexicon lists the
spelling in that language (or as the native one) for what is written, and false otherwise; it is not read by eye.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from benchmarks.harness import Report
from benchmarks.prose import LEAST_KNOWN, PLACE, Edit, Known, compiled, edits_of, hide, judge, put_in, shipped
from benchmarks.texts import NoTexts, articles_of
from translit import Entity, Normalizer
from translit.lexicon.source import read_source
from translit.model import DEFAULT_TYPES
from translit.resources import name_paths
from translit.unicode.tokens import fold


class Language(NamedTuple):
    """Where a language's prose is, and what stands before places there.

    Args:
        tag: BCP 47.
        package: the Debian package.
        files: the pattern of its texts.
        before: prepositions.
    """

    tag: str
    package: str
    files: str
    before: str


LANGUAGES = (
    Language("de", "fortunes-de", "usr/share/games/fortunes/de/*", "in nach aus bei von"),
    Language("es", "fortunes-es", "usr/share/games/fortunes/es/*", "en de desde a hacia"),
    Language("it", "fortunes-it", "usr/share/games/fortunes/*", "in a da di per"),
    Language("pt", "fortunes-br", "usr/share/games/fortunes/*", "em de no na do da para"),
    Language("pl", "fortunes-pl", "usr/share/games/fortunes/pl/*", "w z do na od"),
    Language("cs", "fortunes-cs", "usr/share/games/fortunes/cs/*", "v z do ve na"),
    Language("ru", "fortunes-ru", "usr/share/games/fortunes/ru/*", "в из на под о"),
    Language("bg", "fortunes-bg", "usr/share/games/fortunes/bg/*", "в от до на за"),
)
ARTICLES = 300
"""Articles that are read of each language."""
MOST_ENDING = 3
"""Most letters by which a form of a name is longer or shorter."""
Names = dict[str, frozenset[str]]
Cell = str | float | int | None


def run_tongues(report: Report) -> None:
    """Measure each language on the lexicon that ships."""
    if report.settings.smoke:
        return
    known = hide(shipped(False))
    normalizer = Normalizer(compiled(known))
    table = report.table(
        f"Names in prose of other languages, the lexicon that ships, {ARTICLES} articles each",
        "language", "words", "sites", "recall of listed", "of unlisted", "canonical kept", "false edits in 10,000 words", "nothing put in",
        note="An edit elsewhere is false unless the lexicon lists its spelling in that language or as the native one.",
    )  # fmt: skip
    for language in LANGUAGES:
        try:
            articles = articles_of(language.package, language.files)[:ARTICLES]
        except NoTexts as error:
            print(f"left out: {error}", flush=True)
            continue
        table.rows.append(_row(language, articles, known, normalizer))
    report.show(table)


def _row(language: Language, articles: Sequence[str], known: Known, normalizer: Normalizer) -> tuple[Cell, ...]:
    """The figures of one language."""
    names = _names(language.tag)
    own = frozenset(spelling for spellings in names.values() for spelling in spellings)
    cited = re.compile(rf"(?<!\w)(?:{'|'.join(language.before.split())}) ([^\W\d_]+)(?![\w'’-])")

    def sites(article: str, _: Known) -> Iterator[tuple[int, int, str]]:
        return ((m.start(1), m.end(1), PLACE) for m in cited.finditer(article) if m[1][0].isupper() and fold(m[1]) in own)

    put = [put_in(number, article, known, sites) for number, article in enumerate(articles)]
    texts, found = [text for text, _ in put], [found for _, found in put]
    words = sum(len(text.split()) for text in texts)
    edits, plainly = edits_of(normalizer, texts), edits_of(normalizer, articles)
    tally = judge(texts, found, edits, _right(texts, edits, names))
    plain = judge(articles, [[] for _ in articles], plainly, _right(articles, plainly, names))
    return (
        language.tag, words, sum(tally.sites.values()), tally.recall("listed"), tally.recall("unlisted"), tally.recall("canonical"),
        len(tally.false) * 1e4 / words, len(plain.false) * 1e4 / words,
    )  # fmt: skip


def _right(texts: Sequence[str], edits: Sequence[Sequence[Edit]], names: Names) -> frozenset[tuple[str, ...]]:
    """What was changed to what, of the changes that the lexicon bears out, with an ending of the language or without."""
    changes = {(text[start:end], written) for text, own in zip(texts, edits, strict=True) for start, end, written, _ in own}
    return frozenset(change for change in changes if any(_is_form(fold(change[0]), name) for name in _spellings(change[1], names)))


def _spellings(written: str, names: Names) -> frozenset[str]:
    return names.get(written.casefold(), frozenset())


def _is_form(word: str, name: str) -> bool:
    """Whether a folded word is a folded name, but for an ending."""
    return word.startswith(name[: max(len(name) - 1, 3)]) and abs(len(word) - len(name)) <= MOST_ENDING


@lru_cache(maxsize=len(LANGUAGES))
def _names(tag: str) -> Names:
    """What is written for a place, without case → its folded spellings in a language."""
    out: dict[str, set[str]] = {}
    for path in name_paths():
        if path.stem in ("countries", "cities"):
            for entity in read_source(path):
                if entity.country or entity.weight >= LEAST_KNOWN:
                    for spelling in _own(entity, tag):
                        out.setdefault(entity.canonical.casefold(), set()).add(fold(spelling))
    return {written: frozenset(spellings) for written, spellings in out.items()}


def _own(entity: Entity, tag: str) -> Iterator[str]:
    """The canonical spelling, the native ones, and those of a language."""
    yield entity.canonical
    yield from (v.text for v in entity.variants if v.type in DEFAULT_TYPES and (v.lang == tag or v.type == "native"))
