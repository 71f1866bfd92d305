"""Accuracy: names that no list has, asked of translit and of what people use instead, on the same tasks.

Every system sees the lexicon of the task and nothing else of it, gives its best candidate with a score, and is measured
by recall at fixed precision: whatever threshold serves a system best is granted to it. translit is also held to its
promise.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.data import Record, Task, half_unlisted, made_tasks, tasks_of
from benchmarks.harness import Cell, Report, Table, clock, load
from translit.evaluation import PRECISIONS, Ranked, rank

Answer = tuple[str, float] | None
Text = Callable[[str], str]
Scorer = Any
PROMISED = 0.99
FIRST = 50
"""Questions asked before the time is taken."""
CHUNK = 250
NEAREST = 25
"""Candidates that a slow comparison is given by a quick one."""


class System(Protocol):
    """Something that answers names: made from records, asked for many names at once."""

    def __init__(self, records: Sequence[Record]) -> None: ...

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The best candidate of each name with its score, None where there is no candidate."""


class Peer(NamedTuple):
    """A system, and the modules that it needs."""

    name: str
    modules: tuple[str, ...]
    make: Callable[[Sequence[Record]], System]


def run(report: Report) -> None:
    """Ask all tasks of all systems."""
    settings = report.settings
    if settings.tasks is not None:
        tasks: Iterator[Task] = tasks_of(settings.tasks, settings.only)
    else:
        tasks = made_tasks(*((120, 150) if settings.smoke else (8_000, 4_000)), settings.only)
    peers = [peer for peer in PEERS if report.have(peer.name, *peer.modules)]
    best = report.table(
        "Names that no list has: recall at fixed precision, and how often the best candidate is right", "task",
        "R@0.99", "best peer", "R@0.95", "best peer", "top-1", "best peer", readme=True,
        note="Every system at the threshold that serves it best; beside each figure the peer that is best in it. rigour "
        "brings the name items of Wikidata along: on names from there it has seen the answers.",
    )  # fmt: skip
    promise = report.table(
        f"Asked for precision {PROMISED}", "task", "got", "answers", "share of the known answered right",
        "half unlisted: got", "half: answers", "half: share", readme=True,
        note="Half unlisted: the same questions where half of the entities, drawn, are not in the lexicon.",
    )  # fmt: skip
    for task in tasks:
        _task(report, task, peers, best, promise)
    if len(best.rows) > 1:
        report.show(best)
    report.show(promise)


def _task(report: Report, task: Task, peers: Sequence[Peer], best: Table, promise: Table) -> None:
    questions = [q for q in task.questions if q.query]
    names, expected = [q.query for q in questions], [q.expected for q in questions]
    forms = sum(len({r["canonical"], *r["variants"]}) for r in task.records)
    table = report.table(
        f"{task.name}: {len(task.records):,} entities with {forms:,} spellings, {len(names):,} questions",
        "", "top-1", *(f"R@{p:g}" for p in PRECISIONS), "build s", "µs/question",
    )  # fmt: skip
    found: dict[str, Ranked] = {}
    for peer in [Peer("translit", (), partial(Translit, prior=report.settings.prior)), *peers]:
        built, system = clock(partial(_make, peer, task))
        # What is read or imported at the first questions, script by script, is no cost of a question.
        system.ask(names[:FIRST])
        asked, answers = clock(partial(_ask, system, names))
        ranked = rank(expected, answers)
        found[peer.name] = ranked
        row: list[Cell] = [peer.name, ranked.top1, *(ranked.recall[p] for p in PRECISIONS)]
        table.rows.append((*row, built, asked / len(names) * 1e6))
        if isinstance(system, Translit):
            promise.rows.append((task.name, *system.promise(names, expected), *_half_unlisted(task, report.settings.prior)))
    report.show(table)
    best.rows.append((task.name, *_summary(found)))
    if report.settings.plot and report.settings.out is not None:
        _plot(report, task.name, found)


def _half_unlisted(task: Task, prior: Path | None) -> tuple[Cell, ...]:
    """The promise where half of the entities are not in the lexicon."""
    half = half_unlisted(task)
    questions = [q for q in half.questions if q.query]
    return Translit(half.records, prior).promise([q.query for q in questions], [q.expected for q in questions])


def _make(peer: Peer, task: Task) -> System:
    return peer.make(task.records)


def _ask(system: System, names: Sequence[str]) -> list[Answer]:
    return system.ask(names)


def _summary(found: dict[str, Ranked]) -> list[Cell]:
    others = {name: ranked for name, ranked in found.items() if name != "translit"}
    measures: tuple[Callable[[Ranked], float], ...] = (
        lambda r: r.recall[0.99], lambda r: r.recall[0.95], lambda r: r.top1,
    )  # fmt: skip
    out: list[Cell] = []
    for measure in measures:
        out.append(measure(found["translit"]))
        leader = max(others, key=lambda name, m=measure: m(others[name]), default=None)  # type: ignore[misc]  # a default of another type
        value = measure(others[leader]) if leader is not None else 0.0
        out.append(f"{value:.3f} ({leader})" if value else "0.000")
    return out


def _plot(report: Report, task: str, found: dict[str, Ranked]) -> None:
    if not report.have("plot", "matplotlib"):
        return
    figure: Any = load("matplotlib.figure").Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for name, ranked in found.items():
        width = 2.5 if name == "translit" else 1.0
        axes.plot([r for r, _, _ in ranked.curve], [p for _, p, _ in ranked.curve], label=name, linewidth=width)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0.5, 1.005), title=task)
    axes.legend(fontsize=7)
    axes.grid(alpha=0.3)
    assert report.settings.out is not None
    report.settings.out.mkdir(parents=True, exist_ok=True)
    figure.savefig(report.settings.out / f"accuracy-{task}.svg")


class Translit:
    """translit with its default settings."""

    def __init__(self, records: Sequence[Record], prior: Path | None = None) -> None:
        from translit import Lexicon

        self.lexicon = Lexicon.build(records, prior=prior)

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The best candidates."""
        from translit import Normalizer

        found = Normalizer(self.lexicon).match_many(names, min_confidence=0.0)
        return [None if match is None else (match.id, match.confidence) for match in found]

    def promise(self, names: Sequence[str], expected: Sequence[str]) -> tuple[float | None, int, float]:
        """What is got at the promised precision: the share that is right, the answers, the recall."""
        from translit import Normalizer

        given = Normalizer(self.lexicon, precision=PROMISED).match_many(names)
        pairs = [(match.id, right) for match, right in zip(given, expected, strict=True) if match is not None]
        right = sum(1 for ident, wanted in pairs if ident == wanted)
        return right / len(pairs) if pairs else None, len(pairs), right / max(1, sum(map(bool, expected)))


class Forms:
    """Every form of the records, folded, with its entity."""

    def __init__(self, records: Sequence[Record], fold: Text) -> None:
        rows = {(fold(form), r["id"]) for r in records for form in (r["canonical"], *r["variants"])}
        pairs = sorted(row for row in rows if row[0])
        self.text = [text for text, _ in pairs]
        self.id = [ident for _, ident in pairs]


def folding(romanize: Text) -> Text:
    """Romanized, small letters, without apostrophes, hyphens as spaces."""

    def fold(name: str) -> str:
        return " ".join(romanize(name).casefold().replace("'", "").replace("-", " ").split())

    return fold


@lru_cache(maxsize=1)
def unidecoded() -> Text:
    """Folded by unidecode."""
    from unidecode import unidecode

    return folding(unidecode)


def sorted_words(text: str) -> str:
    """The words in order."""
    return " ".join(sorted(text.split()))


class Exact:
    """Equal once folded, and of one entity only."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.fold = unidecoded()
        self.known: dict[str, set[str]] = {}
        forms = Forms(records, self.fold)
        for text, ident in zip(forms.text, forms.id, strict=True):
            self.known.setdefault(text, set()).add(ident)

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The entity of the same folded form."""
        found = [self.known.get(self.fold(name), set()) for name in names]
        return [(next(iter(ids)), 1.0) if len(ids) == 1 else None for ids in found]


class Nearest:
    """The nearest form of all by a scorer of rapidfuzz."""

    def __init__(self, records: Sequence[Record], fold: Text, scorer: Scorer) -> None:
        self.fold, self.scorer = fold, scorer
        self.forms = Forms(records, fold)

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The first of the nearest forms."""
        out: list[Answer] = []
        for scores in self.scores([self.fold(name) for name in names]):
            best = scores.argmax(axis=1)
            out += [(self.forms.id[k], float(scores[i, k])) for i, k in enumerate(best.tolist())]
        return out

    def scores(self, folded: Sequence[str]) -> Iterator[NDArray[np.float32]]:
        """Scores of all forms, a chunk of names at a time."""
        from rapidfuzz import process

        for start in range(0, len(folded), CHUNK):
            names = folded[start : start + CHUNK]
            yield process.cdist(names, self.forms.text, scorer=self.scorer, dtype=np.float32, workers=1)


def jaro_winkler(records: Sequence[Record]) -> System:
    """Jaro-Winkler on unidecoded forms."""
    from rapidfuzz.distance import JaroWinkler

    return Nearest(records, unidecoded(), JaroWinkler.normalized_similarity)


def ratio(records: Sequence[Record]) -> System:
    """Indel ratio on unidecoded forms."""
    from rapidfuzz import fuzz

    return Nearest(records, unidecoded(), fuzz.ratio)


def token_sort(records: Sequence[Record]) -> System:
    """Indel ratio on unidecoded forms with their words in order."""
    from rapidfuzz import fuzz

    fold = unidecoded()
    return Nearest(records, lambda name: sorted_words(fold(name)), fuzz.ratio)


def anyascii_token_sort(records: Sequence[Record]) -> System:
    """The same with anyascii."""
    from anyascii import anyascii
    from rapidfuzz import fuzz

    fold = folding(anyascii)
    return Nearest(records, lambda name: sorted_words(fold(name)), fuzz.ratio)


def uroman_ratio(records: Sequence[Record]) -> System:
    """Indel ratio on forms romanized by uroman."""
    from rapidfuzz import fuzz

    return Nearest(records, folding(_uroman().romanize_string), fuzz.ratio)


@lru_cache(maxsize=1)
def _uroman() -> Any:
    return load("uroman").Uroman()


class Phonetic:
    """Forms that sound most alike word by word, the nearest of them by Jaro-Winkler."""

    def __init__(self, records: Sequence[Record], codes: Callable[[Sequence[str]], dict[str, frozenset[str]]]) -> None:
        self.codes = codes
        self.forms = Forms(records, unidecoded())
        self.code = codes(sorted({word for text in self.forms.text for word in text.split()}))
        self.bearers: dict[str, set[int]] = {}
        for row, text in enumerate(self.forms.text):
            for code in {c for word in text.split() for c in self.code[word]}:
                self.bearers.setdefault(code, set()).add(row)

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The nearest of the forms that share the codes of most words."""
        fold = unidecoded()
        folded = [fold(name) for name in names]
        self.code |= self.codes(sorted({w for text in folded for w in text.split()} - self.code.keys()))
        return [self._nearest(text) for text in folded]

    def _nearest(self, name: str) -> Answer:
        from rapidfuzz import process
        from rapidfuzz.distance import JaroWinkler

        shared: dict[int, int] = {}
        words = name.split()
        for word in words:
            for row in set().union(*(self.bearers.get(code, ()) for code in self.code[word])):
                shared[row] = shared.get(row, 0) + 1
        if not shared:
            return None
        most = max(shared.values())
        rows = sorted(row for row, count in shared.items() if count == most)
        texts = [self.forms.text[row] for row in rows]
        found = process.extractOne(name, texts, scorer=JaroWinkler.normalized_similarity)
        return self.forms.id[rows[found[2]]], most / len(words) + float(found[1])


def double_metaphone(records: Sequence[Record]) -> System:
    """Double Metaphone, by abydos."""
    encode = load("abydos.phonetic").DoubleMetaphone().encode
    return Phonetic(records, lambda words: {word: frozenset(c for c in encode(word) if c) for word in words})


def beider_morse(records: Sequence[Record]) -> System:
    """Beider-Morse with approximate rules, by abydos, on all processors: it takes milliseconds a word."""
    return Phonetic(records, _beider_morse_codes)


def _beider_morse_codes(words: Sequence[str]) -> dict[str, frozenset[str]]:
    if len(words) < 1_000:
        return {word: _beider_morse(word) for word in words}
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(words, pool.map(_beider_morse, words, chunksize=200), strict=True))


@lru_cache(maxsize=1)
def _beider_morse_encoder() -> Callable[[str], str]:
    encode: Callable[[str], str] = load("abydos.phonetic").BeiderMorse(match_mode="approx").encode
    return encode


def _beider_morse(word: str) -> frozenset[str]:
    letters = "".join(c for c in word if c.isalpha())
    return frozenset(_beider_morse_encoder()(letters).split()) if letters else frozenset()


class Symspell:
    """The nearest form within two edits by symspellpy, the nearest of those by Jaro-Winkler."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.fold = unidecoded()
        self.ids: dict[str, str] = {}
        self.speller = load("symspellpy").SymSpell(max_dictionary_edit_distance=2, prefix_length=10)
        forms = Forms(records, self.fold)
        for text, ident in zip(forms.text, forms.id, strict=True):
            self.ids.setdefault(text, ident)
            self.speller.create_dictionary_entry(text, 1)

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The nearest of the forms at the least distance."""
        return [self._nearest(self.fold(name)) for name in names]

    def _nearest(self, name: str) -> Answer:
        from rapidfuzz.distance import JaroWinkler

        found = self.speller.lookup(name, load("symspellpy").Verbosity.CLOSEST, max_edit_distance=2)
        if not found:
            return None
        scored = [(JaroWinkler.normalized_similarity(name, item.term), item.term, item.distance) for item in found]
        score, term, distance = max(scored)
        return self.ids[term], score - distance


class Rigour:
    """rigour's comparable forms and name symbols: the nearest by Jaro-Winkler and the symbols shared.

    Its symbols come from name items of Wikidata.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self.names = [(self._name(form), r["id"]) for r in records for form in dict.fromkeys((r["canonical"], *r["variants"]))]
        self.texts = [sorted_words(name.comparable) for name, _ in self.names]
        self.bearers: dict[Any, list[int]] = {}
        for row, (name, _) in enumerate(self.names):
            for symbol in name.symbols:
                self.bearers.setdefault(symbol, []).append(row)

    @staticmethod
    def _name(text: str) -> Any:
        from rigour.names import Name, NameTypeTag, normalize_name, tag_person_name

        return tag_person_name(Name(text, tag=NameTypeTag.PER), normalize_name)

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The nearest of the nearest by ratio and of those that share a symbol."""
        from rapidfuzz import fuzz, process

        asked = [self._name(name) for name in names]
        texts = [sorted_words(name.comparable) for name in asked]
        out: list[Answer] = []
        for start in range(0, len(asked), CHUNK):
            part = texts[start : start + CHUNK]
            scores = process.cdist(part, self.texts, scorer=fuzz.ratio, dtype=np.float32, workers=1)
            few = min(NEAREST, len(self.texts))
            near = np.argpartition(-scores, few - 1, axis=1)[:, :few]
            out += [self._best(asked[start + i], part[i], near[i].tolist()) for i in range(len(part))]
        return out

    def _best(self, name: Any, text: str, near: Sequence[int]) -> Answer:
        from rigour.text import jaro_winkler as similarity

        alike = {row for symbol in name.symbols for row in self.bearers.get(symbol, ())[:1_000]}
        rows = sorted({*near, *alike})
        scored = [(similarity(text, self.texts[row]) + self._shared(name.symbols, self.names[row][0].symbols), -row) for row in rows]
        score, row = max(scored)
        return self.names[-row][1], score

    @staticmethod
    def _shared(left: set[Any], right: set[Any]) -> float:
        return len(left & right) / len(left | right) if left and right else 0.0


class NGrams:
    """Cosine of TF-IDF weighted character n-grams, by scikit-learn."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.fold = unidecoded()
        self.forms = Forms(records, self.fold)
        vectorizer = load("sklearn.feature_extraction.text").TfidfVectorizer
        self.weigh = vectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, dtype=np.float32)
        self.matrix = self.weigh.fit_transform(self.forms.text).T.tocsr()

    def ask(self, names: Sequence[str]) -> list[Answer]:
        """The form of the largest cosine."""
        out: list[Answer] = []
        for start in range(0, len(names), CHUNK):
            rows = self.weigh.transform([self.fold(name) for name in names[start : start + CHUNK]])
            scores = (rows @ self.matrix).toarray()
            best = scores.argmax(axis=1)
            out += [(self.forms.id[k], float(scores[i, k])) for i, k in enumerate(best.tolist())]
        return out


PEERS = (
    Peer("unidecode, exact", ("unidecode",), Exact),
    Peer("rapidfuzz JaroWinkler", ("rapidfuzz", "unidecode"), jaro_winkler),
    Peer("rapidfuzz ratio", ("rapidfuzz", "unidecode"), ratio),
    Peer("rapidfuzz token_sort", ("rapidfuzz", "unidecode"), token_sort),
    Peer("anyascii + token_sort", ("rapidfuzz", "anyascii"), anyascii_token_sort),
    Peer("uroman + ratio", ("rapidfuzz", "uroman"), uroman_ratio),
    Peer("Double Metaphone + JW", ("abydos.phonetic", "rapidfuzz", "unidecode"), double_metaphone),
    Peer("Beider-Morse + JW", ("abydos.phonetic", "rapidfuzz", "unidecode"), beider_morse),
    Peer("symspellpy + JW", ("symspellpy", "rapidfuzz", "unidecode"), Symspell),
    Peer("rigour", ("rigour.names", "rapidfuzz"), Rigour),
    Peer("TF-IDF n-grams", ("sklearn.feature_extraction.text", "unidecode"), NGrams),
)
"""What names are matched with today."""
