"""Speed on the same work as the peers, in turns, in one process: names in text, unlisted names, columns, workers.

Text: every form of the lexicon replaced by its canonical, whole words, the longest first; a contender
that does not write what is expected stops the run. Unlisted names: forms with one or two letters wrong; the share that
finds its entity stands beside the time.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice, pairwise, zip_longest
from typing import Any

import click
import numpy as np

from benchmarks.data import SEED, Record, misspelt, pairs_of, plain_records, texts_of
from benchmarks.harness import Report, Settings, Timing, clock, interleave, load
from benchmarks.workers import workers

Replace = Callable[[Sequence[str]], list[str]]
Look = Callable[[Sequence[str]], list[str | None]]
OWN = "translit, listed spellings only"
"""translit at the same work as the peers: without evidence."""
MISSPELT = 0.02
"""Share of the names of a text that have a letter changed."""
WARM = 10.0
"""Megabytes of text that a normalizer has read before its time is taken."""
LEAST_AGREEMENT = 0.9
"""Share of the sentences that a contender must write as expected; translit leaves names that are ordinary words."""
_ENDS = re.compile(r"[,.;] ?")
SLOW_FORMS = 20_000_000
"""Comparisons that a peer which compares with every form may make in a run that is timed; it is asked fewer names beyond."""
JUDGED = 400_000_000
"""The same for the names that the share found is counted on, which are the same for all."""


def run(report: Report) -> None:
    """Time everything at every size."""
    each: dict[int, dict[str, float]] = {}
    for size in report.settings.sizes:
        records = plain_records(size)
        from translit import Lexicon

        seconds, lexicon = clock(partial(Lexicon.build, records))
        _text(report, size, records, lexicon)
        _guesses(report, size, records, lexicon)
        each[size] = _names(report, size, records, lexicon, seconds)
        if size == max(report.settings.sizes):
            _column(report, records, lexicon)
            workers(report, records, lexicon)
    _growth(report, each)


def _text(report: Report, size: int, records: Sequence[Record], lexicon: Any) -> None:
    from translit import Normalizer

    settings = report.settings
    length = int(settings.megabytes * 1e6)
    texts = texts_of(records, length)
    expected = texts_of(records, length, canonical=True)
    pairs = pairs_of(records)
    contenders: dict[str, Replace] = {OWN: Normalizer(lexicon, evidence=False).clean_many}
    for name, modules, make in REPLACERS:
        if report.have(name, modules):
            contenders[name] = make(pairs)
    agreement = {name: _agreement(expected, replace(texts)) for name, replace in contenders.items()}
    agreement["translit"] = _agreement(expected, Normalizer(lexicon).clean_many(texts))
    for name, share in agreement.items():
        if share < LEAST_AGREEMENT:
            raise click.ClickException(f"{name} writes {share:.1%} of the sentences as expected: not the same work")
    work: dict[str, Callable[[], object]] = {name: partial(replace, texts) for name, replace in contenders.items()}
    work["translit"] = _fresh_text(Normalizer(lexicon).clean_many, records, settings)
    timed = interleave(work, settings.runs)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    table = report.table(
        f"Names in running text, {size:,} forms, {megabytes:.1f} MB",
        "", "MB/s", "spread", f"{OWN} is × as fast", "sentences as expected", readme=True,
        note=f"translit with its evidence reads text that it has not met before, behind {WARM:g} MB of such text. {_real(records)}".strip(),
    )  # fmt: skip
    for name, timing in timed.items():
        ratio = timing.median / timed[OWN].median
        same = f"{agreement[name]:.2%}" if name in agreement else None
        table.rows.append((name, megabytes / timing.median, _spread(timing), ratio, same))
    report.show(table)


def _fresh_text(clean: Replace, records: Sequence[Record], settings: Settings, changed: float = 0.0) -> Callable[[], object]:
    """Cleans other text of one stream each time, with that share of its names misspelt, after the first megabytes of it."""
    length = int(settings.megabytes * 1e6)
    warm = 0 if settings.smoke else int(WARM * 1e6)
    stream = iter(texts_of(records, warm + settings.runs * length, changed=changed, document=min(50_000, length)))
    count = max(1, length // 50_000)
    clean(list(islice(stream, warm // 50_000)))
    return lambda: clean(list(islice(stream, count)))


def _guesses(report: Report, size: int, records: Sequence[Record], lexicon: Any) -> None:
    """What it costs that unlisted spellings are looked up: the same text with the fuzzy tier and without it."""
    from translit.mentions.find import Finder

    with_guesses, without = "translit", "translit, without the fuzzy tier"
    tiers, asked = _counting(lexicon)
    finders = {with_guesses: Finder(tiers), without: Finder(tiers, guess=False)}
    work = {name: _fresh_text(finder.clean_many, records, report.settings, MISSPELT) for name, finder in finders.items()}
    timed = interleave(work, report.settings.runs)
    distinct = len(set(asked))
    table = report.table(
        f"Names in running text, {MISSPELT:.0%} of them misspelt, {size:,} forms", "", "MB/s", "spread", f"× {without}", readme=True,
        note=f"Of {distinct:,} unlisted spellings that were looked up, {len(asked) - distinct:,} were looked up again.",
    )  # fmt: skip
    for name, timing in timed.items():
        table.rows.append((name, report.settings.megabytes / timing.median, _spread(timing), timed[without].median / timing.median))
    report.show(table)


def _counting(lexicon: Any) -> tuple[Any, list[str]]:
    """The tiers of a normalizer, and what their fuzzy tier is asked from now on."""
    from translit.matching.guesser import Guesser
    from translit.matching.tiers import Tiers
    from translit.model import DEFAULT_TYPES

    asked: list[str] = []

    class Counting(Guesser):
        def guess_many(self, names: Sequence[str], turned: bool = True, near: int | None = None) -> Any:
            asked.extend(names)
            return super().guess_many(names, turned, near)

    tiers = Tiers(lexicon, 0.99, None, "en", DEFAULT_TYPES)
    tiers.guesser = Counting(lexicon, tiers.precision, tiers.conventions, tiers.rulings, tiers.reader)
    return tiers, asked


def _real(records: Sequence[Record]) -> str:
    made = sum(1 + len(r["variants"]) for r in records if r["id"].startswith("made:"))
    return f"{made:,} of the forms are made of syllables, the others are real names." if made else ""


def _spread(timing: Timing) -> str:
    return f"{timing.spread:.0%}"


def _agreement(expected: Sequence[str], found: Sequence[str]) -> float:
    """The share of sentences, each with one name, that are equal."""
    pairs = [pair for text, other in zip(expected, found, strict=True) for pair in zip_longest(_ENDS.split(text), _ENDS.split(other))]
    return sum(1 for left, right in pairs if left == right) / len(pairs)


def flashtext2(pairs: dict[str, str]) -> Replace:
    """flashtext2's replacement."""
    processor = load("flashtext2").KeywordProcessor(case_sensitive=True)
    processor.add_keywords_with_clean_word_from_iter(list(pairs.items()))
    return lambda texts: [processor.replace_keywords(text) for text in texts]


def daachorse(pairs: dict[str, str]) -> Replace:
    """Daachorse's leftmost longest hits, those between word boundaries spliced."""
    module = load("daachorse")
    forms, values = list(pairs), list(pairs.values())
    find = module.CharwiseDoubleArrayAhoCorasick(forms, module.MATCH_KIND_LEFTMOST_LONGEST).find
    return lambda texts: [splice(text, find(text), values) for text in texts]


def ahocorasick_rs(pairs: dict[str, str]) -> Replace:
    """ahocorasick_rs's leftmost longest hits, likewise."""
    module = load("ahocorasick_rs")
    forms, values = list(pairs), list(pairs.values())
    find = module.AhoCorasick(forms, matchkind=module.MatchKind.LeftmostLongest).find_matches_as_indexes
    return lambda texts: [splice(text, ((s, e, i) for i, s, e in find(text)), values) for text in texts]


def pyahocorasick(pairs: dict[str, str]) -> Replace:
    """Pyahocorasick's longest hits, likewise."""
    automaton = load("ahocorasick").Automaton()
    forms, values = list(pairs), list(pairs.values())
    for i, form in enumerate(forms):
        automaton.add_word(form, i)
    automaton.make_automaton()

    def hits(text: str) -> Any:
        return ((end + 1 - len(forms[i]), end + 1, i) for end, i in automaton.iter_long(text))

    return lambda texts: [splice(text, hits(text), values) for text in texts]


def polars(pairs: dict[str, str]) -> Replace:
    """Polars' replace_many over a column of texts; it knows no word boundaries, so the longest forms come first."""
    module = load("polars")
    forms = sorted(pairs, key=lambda form: (-len(form), form))
    values = [pairs[form] for form in forms]

    def replace(texts: Sequence[str]) -> list[str]:
        found = module.Series(texts).to_frame("t").select(
            module.col("t").str.replace_many(forms, values, leftmost=True)
        )  # fmt: skip
        out: list[str] = found["t"].to_list()
        return out

    return replace


def splice(text: str, hits: Any, values: Sequence[str]) -> str:
    """The text with the hits (start, end, number) between word boundaries replaced."""
    parts: list[str] = []
    done = 0
    for start, end, number in hits:
        if start < done or (start and text[start - 1].isalnum()) or (end < len(text) and text[end].isalnum()):
            continue
        parts += (text[done:start], values[number])
        done = end
    parts.append(text[done:])
    return "".join(parts)


REPLACERS: tuple[tuple[str, str, Callable[[dict[str, str]], Replace]], ...] = (
    ("flashtext2", "flashtext2", flashtext2),
    ("daachorse", "daachorse", daachorse),
    ("ahocorasick_rs", "ahocorasick_rs", ahocorasick_rs),
    ("pyahocorasick", "ahocorasick", pyahocorasick),
    ("polars replace_many", "polars", polars),
)


def _names(report: Report, size: int, records: Sequence[Record], lexicon: Any, built: float) -> dict[str, float]:
    """Microseconds a name of each contender."""
    drawn = random.Random(SEED)
    owner = {form.lower(): r["id"] for r in records for form in (r["canonical"], *r["variants"])}
    count = 100 if report.settings.smoke else 2_000
    forms = [drawn.choice(list(owner)) for _ in range(count)] if size < count else drawn.sample(list(owner), count)
    questions = [(misspelt(form, drawn, drawn.randint(1, 2)), owner[form]) for form in forms]
    names = [name for name, _ in questions]
    seconds = {"translit": built}
    looks: dict[str, Look] = {"translit": _translit(lexicon)}
    for peer, module, make in LOOKERS:
        if report.have(peer, module):
            seconds[peer], looks[peer] = clock(partial(make, owner))
    # One that compares with every form would take minutes for as many names as the others get.
    share = {name: names[: max(20, SLOW_FORMS // size)] if "rapidfuzz" in name else names for name in looks}
    judged = questions[: max(20, JUDGED // size)]
    found = {name: look([asked for asked, _ in judged]) for name, look in looks.items()}
    timed = interleave({name: partial(look, share[name]) for name, look in looks.items()}, report.settings.runs)
    own = timed["translit"].median / len(names)
    table = report.table(
        f"Names with one or two letters wrong, {size:,} forms", "", "µs/name", "spread", "translit is × as fast",
        "finds the entity", "build s", readme=True, note=f"Found: of the same {len(judged):,} names.",
    )  # fmt: skip
    for name, timing in timed.items():
        right = sum(ident == wanted for ident, (_, wanted) in zip(found[name], judged, strict=True))
        each = timing.median / len(share[name])
        table.rows.append((name, each * 1e6, _spread(timing), each / own, right / len(judged), seconds[name]))
    report.show(table)
    return {str(row[0]): float(row[1] or 0) for row in table.rows}


def _growth(report: Report, each: dict[int, dict[str, float]]) -> None:
    """How the time of a name grows with the forms."""
    if len(each) < 2:
        return
    sizes = sorted(each)
    columns = [f"{size:,} forms" for size in sizes] + [f"{b:,} is × {a:,}" for a, b in pairwise(sizes)]
    table = report.table("Names with one or two letters wrong, µs a name by the size of the lexicon", "", *columns)
    for name in each[sizes[-1]]:
        values = [each[size].get(name) for size in sizes]
        ratios = [b / a if a and b else None for a, b in pairwise(values)]
        table.rows.append((name, *values, *ratios))
    report.show(table)


def _translit(lexicon: Any) -> Look:
    from translit import Normalizer

    def look(names: Sequence[str]) -> list[str | None]:
        # A new normalizer remembers no answers.
        found = Normalizer(lexicon).match_many(names, min_confidence=0.0)
        return [None if match is None else match.id for match in found]

    return look


def symspellpy(owner: dict[str, str]) -> Look:
    """Symspellpy within two edits, the nearest."""
    module = load("symspellpy")
    speller = module.SymSpell(max_dictionary_edit_distance=2, prefix_length=10)
    for form in owner:
        speller.create_dictionary_entry(form, 1)

    def look(names: Sequence[str]) -> list[str | None]:
        found = (speller.lookup(name, module.Verbosity.TOP, max_edit_distance=2) for name in names)
        return [owner[items[0].term] if items else None for items in found]

    return look


def cdist(owner: dict[str, str]) -> Look:
    """rapidfuzz.process.cdist with Jaro-Winkler, the nearest."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    forms, ids = list(owner), list(owner.values())

    def look(names: Sequence[str]) -> list[str | None]:
        out: list[str | None] = []
        for start in range(0, len(names), 100):
            part = names[start : start + 100]
            scores = process.cdist(part, forms, scorer=JaroWinkler.normalized_similarity, dtype=np.float32, workers=1)
            out += [ids[k] for k in scores.argmax(axis=1).tolist()]
        return out

    return look


def extract_one(owner: dict[str, str]) -> Look:
    """rapidfuzz.process.extractOne with Jaro-Winkler."""
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    forms, ids = list(owner), list(owner.values())

    def look(names: Sequence[str]) -> list[str | None]:
        found = (process.extractOne(name, forms, scorer=JaroWinkler.normalized_similarity) for name in names)
        return [ids[item[2]] for item in found]

    return look


LOOKERS: tuple[tuple[str, str, Callable[[dict[str, str]], Look]], ...] = (
    ("symspellpy", "symspellpy", symspellpy),
    ("rapidfuzz cdist", "rapidfuzz", cdist),
    ("rapidfuzz extractOne", "rapidfuzz", extract_one),
)


def _column(report: Report, records: Sequence[Record], lexicon: Any) -> None:
    from translit import Normalizer

    drawn = random.Random(SEED)
    forms = list(pairs_of(records))
    count, rows = (200, 5_000) if report.settings.smoke else (100_000, 1_000_000)
    distinct = drawn.sample(forms, min(count, len(forms)))
    column = drawn.choices(distinct, k=rows)
    normalizer = Normalizer(lexicon)
    normalizer.match_many(distinct)
    contenders: dict[str, Callable[[], object]] = {"translit match_many": lambda: normalizer.match_many(column)}
    if report.have("pyarrow", "pyarrow"):
        arrow = load("pyarrow")
        array = arrow.array(column)
        known = arrow.array(distinct)

        def gather() -> object:
            encoded = array.dictionary_encode()
            return known.take(encoded.indices)

        contenders["pyarrow dictionary_encode + take"] = gather
    timed = interleave(contenders, report.settings.runs)
    table = report.table(
        f"A column of {rows:,} rows, {len(distinct):,} distinct and known", "", "million rows/s", "spread",
        "translit is × as fast", readme=True,
    )  # fmt: skip
    own = timed["translit match_many"].median
    for name, timing in timed.items():
        table.rows.append((name, rows / timing.median / 1e6, _spread(timing), timing.median / own))
    report.show(table)
