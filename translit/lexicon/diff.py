"""What changes for the inputs when one lexicon takes the place of another.

Spellings that either lexicon lists are compared completely: each form and each listed spelling gets a signature of all that
its answer depends on, and where the signatures differ both lexicons are asked. Inputs that neither lists are without number;
of those, the names given are asked, or misspellings made of listed forms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import Literal, NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from translit import limits, native
from translit.lexicon.index import hashes
from translit.lexicon.lexicon import Lexicon
from translit.matching.answers import UNDECIDED, Answer
from translit.matching.decisions import from_rows, rule
from translit.matching.exact import resolve
from translit.matching.tiers import Tiers
from translit.model import DEFAULT_TYPES, Method
from translit.unicode.tokens import fold
from translit.unicode.tokens import spelled as spelled_so

Keys = NDArray[np.uint64]
What = Literal["moves", "respelled", "appears", "vanishes"]
_ODD = np.uint64(0x9E3779B97F4A7C15)


class Said(NamedTuple):
    """What a lexicon answers.

    Args:
        id: the entity.
        canonical: its spelling.
        method: the tier.
        confidence: probability that it is right, 0–1.
    """

    id: str
    canonical: str
    method: Method
    confidence: float


@dataclass(frozen=True, slots=True)
class Change:
    """An input whose answer changes.

    Args:
        input: the name; a listed spelling whose letters a compiled lexicon does not keep is given folded.
        what: ``moves`` to another entity, ``respelled`` as another canonical of the same one, ``appears`` or ``vanishes``.
        old: the answer of the old lexicon, None where it has none.
        new: the answer of the new one.
        spelled: whether only a spelling listed in other letters than ``input`` (its marks, its script's variants) changes.
    """

    input: str
    what: What
    old: Said | None
    new: Said | None
    spelled: bool = False

    def __str__(self) -> str:
        sides = (f"{said.canonical} ({said.id}, {said.method})" if said else "nothing" for said in (self.old, self.new))
        return f"{self.what:<9}  {self.input}{' (spelled otherwise)' if self.spelled else ''}: {' → '.join(sides)}"

    def as_record(self) -> dict[str, object]:
        """The change as an object of JSON."""
        old, new = (said._asdict() if said else None for said in (self.old, self.new))
        return {"input": self.input, "what": self.what, "old": old, "new": new, "spelled": self.spelled}


def diff(
    old: Lexicon,
    new: Lexicon,
    names: Iterable[str] | None = None,
    *,
    precision: float = 0.99,
    target: str = "en",
    types: Sequence[str] = DEFAULT_TYPES,
) -> Iterator[Change]:
    """Find the inputs whose answers change, one at a time.

    Args:
        old: the lexicon so far.
        new: the one that is to take its place.
        names: names to ask both besides what they list; by default misspellings made of the listed forms, those that
            change first, at most :data:`~translit.limits.MAX_DIFF_NAMES`.
        precision: the share of right answers that is promised, 0–1.
        target: BCP 47 tag of the language whose canonical spellings are written.
        types: the variant types that are rewritten.

    Returns:
        The changes: of the listed spellings in the order of their forms, then of the spellings that people decided on, then
        of the names in theirs.

    >>> record = {"id": "1", "canonical": "Mumbai", "kind": "place"}
    >>> before, after = Lexicon.build([record]), Lexicon.build([{**record, "variants": ["Bombay"]}])
    >>> [str(change) for change in diff(before, after, names=[])]
    ['appears    bombay: nothing → Mumbai (1, exact)']
    """
    sides = tuple(_Side(_tiers(lexicon, precision, target, tuple(types))) for lexicon in (old, new))
    places = _changed_places(*sides)
    changed = sorted(places)
    for forms in _batches(changed):
        yield from _listed(sides[0], sides[1], forms, places)
    made = (name for name in _misspellings(changed, sides[1]) if fold(name) not in places)
    decided = dict.fromkeys(form for side in sides for form in side.decided if form not in places)
    for some in _batches(chain(decided, made if names is None else names)):
        for name, before, after in zip(some, sides[0].say(some), sides[1].say(some), strict=True):
            yield from _compared(name, before, after)


def _tiers(lexicon: Lexicon, precision: float, target: str, types: tuple[str, ...]) -> Tiers:
    """What answers as a normalizer of the lexicon does, the decisions that it took in included."""
    decisions = from_rows(lexicon.index.meta.get("decisions", ()))
    rulings = rule(decisions, lexicon.index, target) if decisions else UNDECIDED
    return Tiers(lexicon, precision, None, target, types, rulings)


class _Side:
    """One lexicon of the two."""

    def __init__(self, tiers: Tiers) -> None:
        self.tiers, self.index = tiers, tiers.index

    @cached_property
    def decided(self) -> list[str]:
        """The spellings that people decided on."""
        return [decision.form for decision in from_rows(self.index.meta.get("decisions", ()))]

    @cached_property
    def rules(self) -> tuple[object, ...]:
        """What else than its postings the answer to a listed spelling depends on."""
        return self.tiers.folded_is_sure, self.index.meta["folded_precision"] >= self.tiers.precision

    @cached_property
    def postings(self) -> Keys:
        """A signature of each posting: its entity, with all that decides between homonyms, and its type."""
        index = self.index
        entities = hashes(
            f"{index.ids[e]}\0{self.tiers.canonical(e)}\0{index.canonicals[e]}\0{index.kind(e)}\0{index.entity_weight[e]}\0{index.entity_support[e]}"
            for e in range(len(index.ids))
        )
        # Multiplied, so that the sums of several differ.
        return (entities[index.posting_entity] ^ (index.posting_type.astype(np.uint64) + np.uint64(1)) * _ODD) * _ODD

    @cached_property
    def forms(self) -> tuple[Keys, Keys]:
        """The hashes of the forms, ascending, and the signature of each one's postings."""
        starts = self.index.posting_start[:-1].astype(np.int64)
        signatures = np.add.reduceat(self.postings, starts) if len(starts) else self.postings
        hashes, order = self.index.form_hashes
        return hashes, signatures[order]

    @cached_property
    def listed(self) -> tuple[Keys, Keys]:
        """The hashes of the listed spellings, ascending, and the signature of each one's postings."""
        known, posting = self.index.listing
        keys, starts = np.unique(known, return_index=True)
        ordered = self.postings[posting.astype(np.int64)]
        return keys, np.add.reduceat(ordered, starts) if len(starts) else ordered

    def form_texts(self, keys: Keys) -> list[str]:
        """The forms of some hashes; those that are not of this lexicon are left out."""
        known, order = self.index.form_hashes
        return self.index.forms.take(order[np.isin(known, keys)])

    def spelled_forms(self, keys: Keys) -> list[tuple[int, str]]:
        """The hashes of some listed spellings, each with its form."""
        known, posting = self.index.listing
        places = np.flatnonzero(np.isin(known, keys))
        rows = np.searchsorted(self.index.posting_start, posting[places], "right") - 1
        return list(zip(known[places].tolist(), self.index.forms.take(rows), strict=True))

    def say(self, names: Sequence[str], listed: bool = True) -> list[Said | None]:
        """The answer to each name, or to other spellings of its letters, which are not ``listed``."""
        return [None if answer is None else self.said(answer) for answer in self.tiers.answer_many(names, listed=listed)]

    def said(self, answer: Answer) -> Said:
        """What an answer says."""
        ident = self.index.ids[answer.entity] if answer.entity >= 0 else ""
        return Said(ident, answer.canonical, answer.method, answer.confidence)

    def say_spelled(self, key: int, form: str, row: int, otherwise: Said | None) -> Said | None:
        """The answer to a listed spelling of which only the hash is kept.

        Args:
            key: the hash.
            form: its form.
            row: the number of the form, -1 where this lexicon does not list it.
            otherwise: the answer to a spelling of this form that is not listed.
        """
        known, listing = self.index.listing
        low, high = (int(np.searchsorted(known, np.uint64(key), side)) for side in ("left", "right"))
        exactly = high > low
        postings = listing[low:high].tolist() if exactly else self.index.postings(row) if row >= 0 else ()
        found = resolve(self.index, postings, self.tiers.types)
        if found is None or (found.state == "one" and not exactly):
            return otherwise
        if found.state != "one":
            return None
        answer = self.tiers.exact(found, self.tiers.sure(exactly), form)
        return self.said(answer) if answer.confidence >= self.tiers.precision else None


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    """The names, so many at a time."""
    left = iter(names)
    while some := list(islice(left, limits.BATCH)):
        yield some


def _changed_places(old: _Side, new: _Side) -> dict[str, list[int]]:
    """The forms whose answers may change, each with the hashes of its listed spellings that may."""
    everything = old.rules != new.rules
    forms = _changed(*old.forms, *new.forms, everything)
    places: dict[str, list[int]] = {text: [] for side in (old, new) for text in side.form_texts(forms)}
    spelled = _changed(*old.listed, *new.listed, everything)
    # Decisions go by the letters of a spelling, which are known: such spellings are asked as names.
    respelled = [spelled_so(form) for side in (old, new) for form in side.decided]
    spelled = np.setdiff1d(spelled, native.token_hashes(respelled))
    for side in (old, new):
        for key, text in side.spelled_forms(spelled):
            places.setdefault(text, []).append(key)
    return places


def _changed(old: Keys, old_signatures: Keys, new: Keys, new_signatures: Keys, everything: bool) -> Keys:
    """The keys that one side only has, or that have two signatures."""
    if everything:
        return np.union1d(old, new)
    both, at, there = np.intersect1d(old, new, return_indices=True)
    return np.union1d(np.setxor1d(old, new), both[old_signatures[at] != new_signatures[there]])


def _listed(old: _Side, new: _Side, forms: Sequence[str], places: dict[str, list[int]]) -> Iterator[Change]:
    """The changes of some forms and of the spellings listed under them."""
    own = native.token_hashes(forms).tolist()
    rows = [side.index.find_forms(forms).tolist() for side in (old, new)]
    loose = [side.say(forms, listed=False) for side in (old, new)]
    for i, (form, before, after) in enumerate(zip(forms, old.say(forms), new.say(forms), strict=True)):
        other = [side[i] for side in loose]
        told = list(_compared(form, before, after))
        yield from told
        # What is said of one spelling counts, not how surely.
        seen = {(_meant(change.old), _meant(change.new)) for change in told}
        for key in sorted(set(places[form]) - {own[i]}):
            sides = old.say_spelled(key, form, rows[0][i], other[0]), new.say_spelled(key, form, rows[1][i], other[1])
            found = list(_compared(form, *sides, spelled=True))
            meant = _meant(sides[0]), _meant(sides[1])
            if found and meant not in seen:
                seen.add(meant)
                yield from found


def _meant(said: Said | None) -> tuple[str, str] | None:
    return None if said is None else (said.id, said.canonical)


def _compared(name: str, old: Said | None, new: Said | None, spelled: bool = False) -> Iterator[Change]:
    """The change from one answer to another, if it is one."""
    if old is None or new is None:
        if old is not new:
            yield Change(name, "appears" if old is None else "vanishes", old, new, spelled)
    elif old.id != new.id:
        yield Change(name, "moves", old, new, spelled)
    elif old.canonical != new.canonical:
        yield Change(name, "respelled", old, new, spelled)


def _misspellings(changed: Sequence[str], side: _Side) -> Iterator[str]:
    """Misspelled forms, half of them of those that change, evenly chosen; the same lexicons give the same ones."""
    half = limits.MAX_DIFF_NAMES // 2
    count = len(side.index.forms)
    rest = (side.index.forms[row] for row in range(0, count, max(count // half, 1)))
    for form in (*islice(changed[:: max(len(changed) // half, 1)], half), *islice(rest, half)):
        yield _misspelled(form)


def _misspelled(form: str) -> str:
    """A form with one letter left out, doubled or changed places, whichever its hash says."""
    digest = xxhash.xxh3_64_intdigest(form.encode("utf-8", "surrogatepass"))
    at = 1 + digest % max(len(form) - 2, 1)
    if digest & 1 << 40:
        return form[:at] + form[at + 1 :]
    if digest & 1 << 41:
        return form[:at] + form[at - 1 : at] + form[at:]
    return form[:at] + form[at : at + 2][::-1] + form[at + 2 :]
