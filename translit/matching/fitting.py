"""Fitting: the candidates of a batch of persons' names compared word by word, besides as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from translit import native
from translit.matching.align import CostTable, costs_of
from translit.matching.blocking import contours, signatures
from translit.matching.candidates import Float, Found, expand
from translit.matching.nameparts import Words, latin_words, native_words
from translit.matching.persons import FAR, NEAR, Fit, fit
from translit.matching.rough import Rough, Spelled
from translit.matching.score import text_features
from translit.matching.spans import Spans
from translit.matching.views import spoken
from translit.model import PERSON

Rows = NDArray[np.int64]


class Forms(Protocol):
    """What fitting needs of a lexicon."""

    posting_start: NDArray[np.uint32]
    posting_entity: NDArray[np.uint32]
    form_script: NDArray[np.uint8]
    entity_kind: NDArray[np.uint8]
    kinds: Sequence[str]

    def spans_of(self, forms: Rows, romanized: bool = True) -> Spans:
        """The rough romanizations of forms."""
        ...

    def scripts(self) -> Sequence[str]:
        """ISO 15924 codes by number."""
        ...


@dataclass(frozen=True, slots=True)
class Fitted:
    """What comparing word by word adds to candidates.

    Args:
        contradicted: handicap of each candidate whose words contradict the name's, shape (candidates,).
        row: the candidates that are compared by the words that both sides have, too, shape (fitted,).
        name, form: these words of each, spelled.
    """

    contradicted: NDArray[np.int32]
    row: list[int]
    name: list[Spelled]
    form: list[str]

    def features(self, costs: NDArray[np.int32]) -> Float:
        """The features of these words that depend on the spellings alone; ``costs`` are what it costs to align them."""
        names = [spelled.rom for spelled in self.name]
        rows = np.arange(len(names))
        letters = _overlap(signatures(names), signatures(self.form))
        consonants = _overlap(contours(names), contours(self.form))
        return native.twin(text_features)(Spans.of(names), Spans.of(self.form), rows, rows, costs, letters, consonants)


def _overlap(ours: NDArray[np.uint64], theirs: NDArray[np.uint64]) -> Float:
    size = np.bitwise_count(ours).astype(np.int64) + np.bitwise_count(theirs)
    alike: Float = (2 * np.bitwise_count(ours & theirs) / np.maximum(size, 1)).astype(np.float32)
    return alike


@dataclass(frozen=True, slots=True)
class _Asked:
    """A name as it is compared word by word: its view in the order of speech, its words, and how many words it tells to be the surname."""

    view: Spelled
    words: Words
    told: int


def fitted(listing: Forms, rough: Rough, views: Sequence[Sequence[Spelled]], asked: Rows, found: Found) -> Fitted:
    """Compare names of several words with the Latin forms of persons among their candidates, word by word.

    Args:
        listing: the lexicon.
        rough: holds the cost tables.
        views: the views of each name, spelled.
        asked: which name each view is of.
        found: the candidates of the views.
    """
    contradicted = np.zeros(len(found.name), dtype=np.int32)
    latin = listing.scripts().index("Latn")
    rows = np.flatnonzero(listing.form_script[found.form] == latin)
    rows = rows[_of_persons(listing, found.form[rows])]
    names: dict[int, _Asked | None] = {}
    pairs: dict[tuple[int, int], list[int]] = {}
    for row, who, form in zip(rows.tolist(), asked[found.name[rows]].tolist(), found.form[rows].tolist(), strict=True):
        if who not in names:
            names[who] = _asked(views[who], rough)
        if names[who] is not None:
            pairs.setdefault((who, form), []).append(row)
    texts = _texts(listing, [form for _, form in pairs])
    todo = [(asking, latin_words(texts[form]), at) for (who, form), at in pairs.items() if (asking := names[who]) is not None]
    costs = _word_costs(rough, [(asking, form) for asking, form, _ in todo])
    fits = [fit(asking.words, form, some, asking.told) for (asking, form, _), some in zip(todo, costs, strict=True)]
    # Where a form answers to all words, another with a word too many or too few is not meant.
    wholly = {id(asking) for (asking, _, _), found in zip(todo, fits, strict=True) if found and found.atoms and not found.partly}
    kept: list[tuple[int, _Asked, Fit]] = []
    handicaps: dict[int, int] = {}
    for (asking, form, at), answer in zip(todo, fits, strict=True):
        if answer is None:
            continue
        # Words of another script contradict less surely.
        handicaps |= dict.fromkeys(at, answer.contradicted if asking.view.script == "Latn" else answer.contradicted // 2)
        if not answer.atoms or (answer.partly and id(asking) in wholly):
            continue
        if answer.handicap or len(asking.words.texts) != len(form.texts):
            kept.append((at[0], asking, answer))
    contradicted[list(handicaps)] = list(handicaps.values())
    spelled = _spelled(rough, [(asking, answer) for _, asking, answer in kept])
    return Fitted(contradicted, [row for row, _, _ in kept], spelled, [answer.form for _, _, answer in kept])


def _of_persons(listing: Forms, forms: Rows) -> NDArray[np.bool_]:
    """Whether each form is one of a person."""
    person = np.array([kind == PERSON for kind in listing.kinds], dtype=bool)
    if not person.any():
        return np.zeros(len(forms), dtype=bool)
    distinct, place = np.unique(forms, return_inverse=True)
    out = np.zeros(len(distinct), dtype=bool)
    position, owner = expand(listing.posting_start, distinct)
    out[owner[person[listing.entity_kind[listing.posting_entity[position]]]]] = True
    return out[place]


def _asked(views: Sequence[Spelled], rough: Rough) -> _Asked | None:
    """A name of several words as it is compared word by word; None for any other, or where no table serves for its script."""
    text, told = spoken(views[0].text)
    view = next((view for view in views if view.text == text), views[0])
    if view.script not in rough.tables:
        return None
    if view.initials and view.script != "Latn":
        view = _in_latin(view, rough)
    latin = view.script == "Latn"
    if " " not in (view.rom if latin else view.atoms):
        return None
    words = latin_words(view.rom, view.initials) if latin else native_words(view.atoms)
    told_apart = len(words.names) + len(words.initials) + words.roles.count("generation")
    return _Asked(view, words, told) if told_apart > 1 else None


def _in_latin(view: Spelled, rough: Rough) -> Spelled:
    """A name with initials word by word in Latin letters, since the words that they stand for are."""
    words = "".join(view.atoms).split(" ")
    whole = iter(rough.romanized([word for word in words if len(word) != 1], view.script))
    rom = " ".join(rough.initial(word) if len(word) == 1 else next(whole) for word in words)
    return Spelled("Latn", rom, rom, rom, view.text, view.handicap, True)


def _texts(listing: Forms, forms: Sequence[int]) -> Mapping[int, str]:
    distinct = list(dict.fromkeys(forms))
    return dict(zip(distinct, listing.spans_of(np.array(distinct, dtype=np.int64)).texts(), strict=True))


def _word_costs(rough: Rough, pairs: Sequence[tuple[_Asked, Words]]) -> list[list[int]]:
    """The costs of each pair's words beside each other, as :func:`fit` takes them."""
    out: list[list[int]] = [[] for _ in pairs]
    by_script: dict[str, list[int]] = {}
    for row, (asking, _) in enumerate(pairs):
        by_script.setdefault(asking.view.script, []).append(row)
    for script, rows in by_script.items():
        chosen = [pairs[row] for row in rows]
        names = _Names.of([asking.words for asking, _ in chosen], [asking.words.atoms for asking, _ in chosen])
        forms = _Names.of([form for _, form in chosen], [form.texts for _, form in chosen])
        cells = names.size * forms.size
        ends = np.cumsum(cells)
        owner = np.repeat(np.arange(len(rows)), cells)
        i, j = np.divmod(np.arange(len(owner)) - (ends - cells)[owner], forms.size[owner])
        costs = _costs(rough.tables[script], names, names.start[owner] + i, forms, forms.start[owner] + j).tolist()
        for row, end, count in zip(rows, ends.tolist(), cells.tolist(), strict=True):
            out[row] = costs[end - count : end]
    return out


@dataclass(frozen=True, slots=True)
class _Names:
    """The names among the words of one side of pairs, as numbers.

    Args:
        letters: the distinct words and stems.
        text, stem: number of each name and of its stem, those of one side's words together.
        start, size: where those of each pair begin, and how many they are.
    """

    letters: Sequence[Sequence[str]]
    text: Rows
    stem: Rows
    start: Rows
    size: Rows

    @classmethod
    def of(cls, words: Sequence[Words], letters: Sequence[Sequence[Sequence[str]]]) -> _Names:
        """Those of each pair's words, which may repeat, by the letters of each word."""
        number: dict[Sequence[str], int] = {}
        text: list[int] = []
        stem: list[int] = []
        place: dict[int, int] = {}
        for ident, some, spelled in zip(map(id, words), words, letters, strict=True):
            if ident in place:
                continue
            place[ident] = len(text)
            for i in some.names:
                text.append(number.setdefault(spelled[i], len(number)))
                root = spelled[i][: len(some.stems[i])]
                stem.append(number.setdefault(root, len(number)))
        start = np.array([place[id(some)] for some in words], dtype=np.int64)
        size = np.array([len(some.names) for some in words], dtype=np.int64)
        return cls(list(number), np.array(text, dtype=np.int64), np.array(stem, dtype=np.int64), start, size)


def _costs(table: CostTable, names: _Names, i: Rows, forms: _Names, j: Rows) -> Rows:
    """The cost of each name's word ``i`` beside its form's ``j``; a father's name is no name of his son (*Yaroslav*, *Yaroslavovich*)."""
    patronymic, other = names.text[i] != names.stem[i], forms.text[j] != forms.stem[j]
    rows = np.flatnonzero(patronymic | other)
    left, right = np.append(names.text[i], names.stem[i[rows]]), np.append(forms.text[j], forms.stem[j[rows]])
    pairs, owner = np.unique(left * len(forms.letters) + right, return_inverse=True)
    cost = _per_letter(table, names.letters, forms.letters, *np.divmod(pairs, len(forms.letters)))[owner]
    out, by_stem = cost[: len(i)], cost[len(i) :]
    out[rows] = np.where((patronymic & other)[rows], by_stem, np.where(by_stem <= NEAR, FAR, out[rows]))
    return out


def _per_letter(table: CostTable, sources: Sequence[Sequence[str]], targets: Sequence[Sequence[str]], left: Rows, right: Rows) -> Rows:
    """The cost of each pair of words, in 1/100 nat a letter."""
    size, other = (np.array([len(word) for word in side], dtype=np.int64) for side in (sources, targets))
    size, other = size[left], other[right]
    # A name inside one twice as long is another name (Ali, Khalid).
    rows = np.flatnonzero(2 * np.minimum(size, other) > np.maximum(size, other)) if table.identity else np.arange(len(left))
    costs = costs_of(table, sources, Spans.of(["".join(word) for word in targets]), left[rows], right[rows]).astype(np.int64)
    out = np.full(len(left), FAR, dtype=np.int64)
    # The same name costs more in another script, whose letters tell less.
    out[rows] = 2 * costs // np.maximum(size + other, 6)[rows] * (3 if table.identity else 2) // 3
    return out


def _spelled(rough: Rough, found: Sequence[tuple[_Asked, Fit]]) -> list[Spelled]:
    """The words of names that forms have, each as a spelling of its own."""
    by_script: dict[str, list[Sequence[str]]] = {}
    for asking, answer in found:
        by_script.setdefault(asking.view.script, []).append(answer.atoms)
    roms = {script: iter(rough.romanized(some, script)) for script, some in by_script.items()}
    return [_with_letters(asking, answer, next(roms[asking.view.script])) for asking, answer in found]


def _with_letters(asking: _Asked, found: Fit, rom: str) -> Spelled:
    view, words = asking.view, asking.view.text.split()
    in_order = [words[i] for i in found.order] if len(found.order) == len(words) and not asking.words.initials else []
    return Spelled(view.script, found.atoms, rom, rom, " ".join(in_order), view.handicap + found.handicap)
