"""Languages: names of countries and cities as over a hundred languages write them, of which the lexicon has the English names alone.

The names are those of Unicode CLDR's locales, through Babel: countries and territories, and the cities that name time zones, asked
where they are not in Latin letters. Half of the entities are left out of the lexicon, so half of the questions are to get no answer.
Many a language has another name for a country (*Ουγγαρία*), which no reading finds: the figures compare languages, and a language
before and after a change of its rules.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from benchmarks.harness import Cell, Report, load
from translit.evaluation import rank

LEAST = 100
"""Questions of a language below which a share says little."""
PRECISION = 0.99
SMOKE = ("el", "hi", "ka")


class Question(NamedTuple):
    """A name as a language writes it, and the entity meant."""

    text: str
    lang: str
    script: str
    entity: str


def run(report: Report) -> None:
    """Ask language by language."""
    if not report.have("babel", "babel"):
        return
    names = english()
    questions = list(asked(names, SMOKE if report.settings.smoke else None))
    left_out = {entity for entity in names if random.Random(entity).random() < 0.5}
    table = report.table(
        f"Countries and cities by their English names, asked in {len({q.lang for q in questions})} languages", "language", "script",
        "questions", "top-1", f"R@{PRECISION:g}", "got", "share", readme=True,
        note=f"Of {len(names)} entities half are in the lexicon. got: the share of right answers, asked for precision {PRECISION:g}; "
        "share: of the known that were answered right.",
    )  # fmt: skip
    table.rows += measured(names, left_out, questions)
    report.show(table)


def english() -> Mapping[str, str]:
    """The English name of each entity; territories and cities that share one are left out."""
    data = locale_data("en")
    found = {f"territory:{code}": name for code, name in data["territories"].items() if len(code) == 2 and plain(name)}
    for zone in load("babel.core").get_global("zone_territories"):
        city = data["time_zones"].get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")
        if "/" in zone and plain(city):
            found[f"city:{zone}"] = city
    bearers: dict[str, list[str]] = defaultdict(list)
    for entity, name in found.items():
        bearers[name.casefold()].append(entity)
    return {entity: name for entity, name in found.items() if len(bearers[name.casefold()]) == 1}


def plain(name: str) -> bool:
    """Whether a name is one, and no description."""
    return not any(c in "&()." or c.isdigit() for c in name)


def asked(names: Mapping[str, str], langs: Sequence[str] | None) -> Iterator[Question]:
    """What every language calls the entities, in other letters than Latin ones; each name once a language."""
    from translit.unicode.scripts import script_of

    every = sorted(load("babel.localedata").locale_identifiers(), key=lambda lang: (lang.count("_"), lang))
    known: set[frozenset[str]] = set()
    for lang in langs or every:
        data = locale_data(lang)
        told = {f"territory:{code}": name for code, name in data.get("territories", {}).items()}
        told |= {f"city:{zone}": info["city"] for zone, info in data.get("time_zones", {}).items() if "city" in info}
        own = {name: entity for entity, name in told.items() if entity in names and isinstance(name, str) and plain(name)}
        # Many locales differ from that of their language in other things than names.
        if frozenset(own) in known:
            continue
        known.add(frozenset(own))
        scripts = {name: script_of(name) for name in own}
        yield from (Question(name, lang, scripts[name], own[name]) for name in own if scripts[name] not in ("Latn", "Zyyy"))


def locale_data(lang: str) -> Any:
    """What CLDR says in a language."""
    return load("babel.localedata").load(lang)


def measured(names: Mapping[str, str], left_out: set[str], questions: Sequence[Question]) -> Iterator[tuple[Cell, ...]]:
    """The rows of languages, the best first, and one of all."""
    from translit import Lexicon, Normalizer

    records = [{"id": entity, "canonical": name, "kind": "place", "variants": []} for entity, name in names.items()]
    normalizer = Normalizer(Lexicon.build([[record for record in records if record["id"] not in left_out]]), precision=PRECISION)
    texts = [question.text for question in questions]
    nearest = [(match.id, match.confidence) if match else None for match in normalizer.match_many(texts, min_confidence=0)]
    given = [match.id if match else "" for match in normalizer.match_many(texts)]
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, question in enumerate(questions):
        groups[question.lang, question.script].append(i)
    rows = []
    for (lang, script), chosen in [*groups.items(), (("all", ""), list(range(len(texts))))]:
        expected = ["" if questions[i].entity in left_out else questions[i].entity for i in chosen]
        if len(chosen) >= LEAST and any(expected):
            ranked = rank(expected, [nearest[i] for i in chosen], (PRECISION,))
            right = [given[i] == want for i, want in zip(chosen, expected, strict=True) if given[i]]
            got = sum(right) / len(right) if right else None
            rows.append((lang, script, len(chosen), ranked.top1, ranked.recall[PRECISION], got, sum(right) / ranked.known))
    yield from sorted(rows, key=lambda row: (row[0] == "all", -row[3]))
