"""The spellings that no list has: a third of the Afghan pack's variants taken out, and asked for.

The counts are printed; ``pytest -s tests/test_heldout.py`` shows them.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tables import ROOT

from translit import Lexicon, Normalizer
from translit.lexicon.source import read_sources
from translit.model import DEFAULT_TYPES, Entity
from translit.unicode.scripts import script_of
from translit.unicode.tokens import fold


def drawn(entity: str, spelling: str) -> bool:
    """Whether a spelling is taken out: two of five, by a hash, the same on every machine."""
    return hashlib.sha256(f"{entity}\t{spelling}".encode()).digest()[0] < 256 * 2 // 5


@pytest.fixture(scope="module")
def questions() -> tuple[Lexicon, Mapping[str, set[str]], int]:
    """The lexicon without the spellings taken out, these with the canonicals that are right, and how many there were."""
    kept: list[Entity] = []
    hidden: dict[str, set[str]] = defaultdict(set)
    variants = 0
    for entity in read_sources([ROOT / "lexicons/names/afghanistan.tsv"]):
        asked = [v for v in entity.variants if v.type in DEFAULT_TYPES]
        variants += len(asked)
        gone = [v for v in asked if drawn(entity.id, v.text)]
        kept.append(replace(entity, variants=tuple(v for v in entity.variants if v not in gone)))
        for variant in gone:
            hidden[variant.text].add(entity.canonical)
    return Lexicon.build(kept), hidden, variants


def test_most_unseen_spellings_are_found_and_hardly_one_is_wrong(
    questions: tuple[Lexicon, Mapping[str, set[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    lexicon, hidden, variants = questions
    assert sum(map(len, hidden.values())) >= variants / 3
    norm = Normalizer(lexicon)
    index = lexicon.index
    # A spelling that differs from a kept one in case, accents or hyphens only is no question for the rules.
    names = [name for name in hidden if index.find_forms([fold(name)])[0] < 0]
    answers = dict(zip(names, norm.match_many(names), strict=True))
    right: Counter[tuple[str, str]] = Counter()
    wrong: list[str] = []
    asked = Counter(script_of(name) for name in names)
    for name, match in answers.items():
        if match is None:
            continue
        if match.canonical in hidden[name]:
            right[script_of(name), match.method] += 1
        else:
            wrong.append(f"{name} → {match.canonical} ({match.method}, {match.confidence}), not {' or '.join(sorted(hidden[name]))}")
    given = sum(right.values()) + len(wrong)
    methods = Counter[str]()
    for (_, method), count in right.items():
        methods[method] += count
    with capsys.disabled():
        print(f"\nheld out {len(hidden)} of {variants} spellings, {len(names)} of them in no listed form:")
        for script, count in asked.most_common():
            found = {method: right[script, method] for method in ("exact", "rule", "fuzzy")}
            print(f"  {script}  asked {count}, found " + ", ".join(f"{n} by {method}" for method, n in found.items()))
        print(f"  given {given} answers, {len(wrong)} wrong: " + "; ".join(wrong[:8]))
    assert len(wrong) * 100 <= given
    assert given - len(wrong) >= 0.8 * len(names)
    assert min(methods["rule"], methods["fuzzy"]) > given / 4
