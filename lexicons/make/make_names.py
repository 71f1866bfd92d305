"""Given and family names with their spellings in many languages, from Wikidata through rigour."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from rapidfuzz.fuzz import ratio
from rigour.names.person import load_person_names
from unidecode import unidecode
from wordfreq import get_frequency_dict

from packs import Place, Row, fold, is_word, roman, script, tidy

LICENCE = "CC0-1.0"
SOURCE = "Wikidata name items (wikidata.org), through rigour 1.8.2 data/names/persons.txt"
SCRIPTS = frozenset({"Arab", "Armn", "Cyrl", "Deva", "Geor", "Grek", "Hebr", "Latn"})
"""Scripts of the forms kept; the rest are respellings of foreign names."""
PLAIN = re.compile(r"(?:[^\W\d_¹²³⁰-₉]|[\u0300-\u036f\u064b-\u0655\u0670\u0900-\u097f\u05b0-\u05c7\u200c\u200d '’ʼʻ-])+")
"""Letters with their marks, apostrophes, hyphens and spaces."""
DAUGHTERS = re.compile(r"(?:[^aeiou]ina|yna|[iy]owa)$")
"""Endings of such a form that only tell where the name without the ending stands beside it."""
MOST_FORMS = 24
"""Forms kept of one name, nearest to the canonical first."""
NEAR = {"Arab": 45, "Deva": 50, "Hebr": 45}
ALPHABET_NEAR = 60
"""Similarity (0–100) of a form to the canonical in rough Latin letters; less where a script leaves vowels out."""
COMMON = 4.0
"""Zipf frequency from which a spelling is an ordinary word and left out."""
RELATIVES = re.compile(r"(?:ówna|owna|anka|owa|ow[ao]w[ao]|ova|ová|eva|ská|cká|owska|ienė|iene|aitė|aite|ytė|yte|utė|ute)$")
"""Endings of the wife's or daughter's form of a family name, which is another name rather than another spelling."""
FOREIGN = (
    ("tsch", 4),
    ("sch", 2),
    ("dsch", 4),
    ("zsch", 3),
    ("cz", 2),
    ("sz", 2),
    ("rz", 1),
    ("ij", 2),
    ("yj", 2),
    ("ff$", 1),
    ("w$", 2),
    ("ow", 1),
    ("j", 2),
    ("oe", 1),
    ("tj", 2),
    ("x", 1),
    ("q", 1),
    ("'", 2),
    ("dj", 1),
    ("y$", -1),
    ("sh", -1),
    ("kh", -1),
    ("ch", -1),
    ("zh", -2),
    ("s$", 1),
)
"""Letters and what they cost a spelling that an English newspaper should have chosen."""


def better(form: str, english: Mapping[str, float]) -> tuple[float, float, int, str]:
    """Sorting key of Latin forms, the best canonical first: known in English, plain, English-looking, short.

    >>> sorted(["achmed", "ahmed", "ahmet"], key=lambda f: better(f, {"ahmed": 2e-5}))[0]
    'ahmed'
    """
    cost = 0.0 if form.isascii() else 3.0
    cost += sum(weight * len(re.findall(letters, form)) for letters, weight in FOREIGN)
    return (-english.get(form, 0.0), cost, len(form), form)


def titled(form: str) -> str:
    """A lower-case name with capitals where a name has them.

    >>> titled("jean-luc o'neil")
    "Jean-Luc O'Neil"
    """
    name = re.sub(r"(^|[\s-])([^\W\d_])", lambda found: found[1] + upper(found[2]), form)
    name = re.sub(r"\b([ODL]['’])([^\W\d_])", lambda found: found[1] + upper(found[2]), name)
    return re.sub(r"\bMc([a-z])", lambda found: "Mc" + found[1].upper(), name)


def upper(letter: str) -> str:
    """The capital of one letter, or the letter itself where its capital is not one letter of an alphabet with cases."""
    capital = letter.upper()
    return capital if len(capital) == 1 and script(letter) in {"Latn", "Cyrl", "Grek", "Armn"} else letter


def groups() -> dict[str, tuple[str, list[str]]]:
    """Wikidata id → canonical and other forms in lower case; the items of one canonical are put together."""
    english = get_frequency_dict("en", wordlist="best")
    by_canonical: dict[str, list[tuple[str, list[str]]]] = defaultdict(list)
    for item, raw in load_person_names():
        forms = sorted({tidy(form) for form in raw})
        kept = [
            form for form in forms if len(form) > 1 and script(form) in SCRIPTS and PLAIN.fullmatch(form) and not RELATIVES.search(form)
        ]
        kept = without_relatives(kept)
        latin = [form for form in kept if script(form) == "Latn" and " " not in form and len(fold(form)) > 2]
        if not latin:
            continue
        best = typical(latin, english)
        by_canonical[fold(best)].append((item, [best, *(form for form in kept if form != best)]))
    out = {}
    for same in by_canonical.values():
        first = min(same, key=lambda pair: (-len(pair[1]), int(pair[0][1:])))
        forms = sorted({form for _, every in same for form in every[1:]})
        out[first[0]] = (first[1][0], [form for form in forms if form != first[1][0]])
    return out


def without_relatives(forms: list[str]) -> list[str]:
    """Forms without *Rugalina* and the like where *Rugała* stands beside them."""
    bare = [form for form in forms if script(form) == "Latn" and not DAUGHTERS.search(form)]
    return [form for form in forms if not (bare and DAUGHTERS.search(form))]


def typical(latin: list[str], english: Mapping[str, float]) -> str:
    """The canonical among Latin forms: the best of those near the others, so that a stray form never stands for all."""
    middle = {form: sum(ratio(roman(form), roman(other)) for other in latin) / len(latin) for form in latin}
    bar = max(middle.values()) - 12
    return min((form for form in latin if middle[form] >= bar), key=lambda form: better(form, english))


def near_forms(canonical: str, forms: list[str]) -> list[str]:
    """Spellings of the canonical, at most :data:`MOST_FORMS`, one of several that differ only in accents."""
    ranked = []
    for form in forms:
        alike = ratio(roman(form), roman(canonical))
        if alike >= NEAR.get(script(form), ALPHABET_NEAR) and " " not in form:
            ranked.append((-alike, not form.isascii(), form))
    seen = {fold(canonical)}
    out = []
    for _, _, form in sorted(ranked):
        if fold(form) not in seen and not (script(form) == "Latn" and is_word(form, COMMON)):
            seen.add(fold(form))
            out.append(form)
    return out[:MOST_FORMS]


def names() -> list[Place]:
    """Names with at least one other spelling; a spelling belongs to the one name it is nearest to."""
    made = {item: (canonical, near_forms(canonical, forms)) for item, (canonical, forms) in groups().items()}
    canonicals = {fold(canonical): item for item, (canonical, _) in sorted(made.items(), reverse=True)}
    owner: dict[str, tuple[float, int, str]] = {}
    for item, (canonical, forms) in made.items():
        for form in forms:
            rank = (-ratio(roman(form), roman(canonical)), -len(forms), item)
            owner[fold(form)] = min(owner.get(fold(form), rank), rank)
    out = []
    for item, (canonical, forms) in made.items():
        if canonicals[fold(canonical)] != item:
            continue
        own = [form for form in forms if owner[fold(form)][2] == item and fold(form) not in canonicals]
        latin = any(script(form) == "Latn" for form in own)
        if own and (latin or len(own) > 1):
            rows = [Row("", titled(form), "romanization" if script(form) == "Latn" else "native") for form in own]
            out.append(
                Place(
                    f"wd:{item}",
                    "name",
                    titled(unidecode(canonical) if not roman(canonical) else canonical),
                    float(len(own)),
                    "",
                    rows,
                )
            )
    return out
