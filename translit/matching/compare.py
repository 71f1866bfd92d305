"""Comparing: names against their candidate forms, as features, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from translit import limits
from translit.matching.align import costs_of
from translit.matching.candidates import Blocks, Found, search
from translit.matching.rough import Rough, Spelled
from translit.matching.score import COMPARISON, SCRIPT_CLASSES, Comparisons, text_features
from translit.matching.spans import Spans

Rows = NDArray[np.int64]


class Listing(Protocol):
    """What comparing needs of a lexicon; forms, postings and entities are numbered from 0."""

    posting_start: NDArray[np.uint32]
    posting_entity: NDArray[np.uint32]
    posting_outweighed: NDArray[np.bool_]
    form_script: NDArray[np.uint8]
    entity_weight: NDArray[np.float32]

    @property
    def blocks(self) -> Blocks:
        """The blocking keys."""
        ...

    @property
    def posting_canonical(self) -> NDArray[np.bool_]:
        """Whether a posting's form is its entity's canonical spelling."""
        ...

    def roms_of(self, forms: Rows) -> list[str]:
        """The rough romanizations of forms."""
        ...

    def texts_of(self, forms: Rows) -> list[str]:
        """The forms themselves."""
        ...

    def scripts(self) -> Sequence[str]:
        """ISO 15924 codes by number."""
        ...


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a batch must not see, for calibration: (name row, form, entity) triples told by a function of arrays."""

    entity: Rows
    whole: NDArray[np.bool_]
    salt: int
    own_form: Rows


def expand(start: NDArray[np.uint32], rows: Rows) -> tuple[Rows, Rows]:
    """Positions of all postings of ``rows``, and which row each belongs to (by its place in ``rows``)."""
    low = start[rows].astype(np.int64)
    size = start[rows + 1].astype(np.int64) - low
    owner = np.repeat(np.arange(len(rows)), size)
    ends = np.cumsum(size)
    return np.arange(int(size.sum())) - np.repeat(ends - size, size) + np.repeat(low, size), owner


def compare(
    listing: Listing, rough: Rough, names: Sequence[Spelled], hidden: Hidden | None = None
) -> tuple[Comparisons, NDArray[np.int64]]:
    """Compare names with their candidates.

    Args:
        listing: the lexicon.
        rough: holds the cost tables.
        names: the names, spelled.
        hidden: for calibration, what is not to be seen.

    Returns:
        The comparisons, one a (name, form, entity), and the crowd of each name.
    """
    most = limits.MAX_CANDIDATES
    found = search(listing.blocks, [n.rom for n in names], most if hidden is None else 2 * most)
    position, owner = expand(listing.posting_start, found.form)
    # A homonym that another bearer of the form far outweighs is not meant by it, and is no rival either.
    meant = ~listing.posting_outweighed[position]
    position, owner = position[meant], owner[meant]
    entity = listing.posting_entity[position].astype(np.int64)
    if hidden is not None:
        keep = _visible(hidden, found.name[owner], found.form[owner], entity, listing.posting_canonical[position])
        position, owner, entity = position[keep], owner[keep], entity[keep]
        found, owner, position, entity = _trim(found, owner, position, entity, most)
    name, form = found.name, found.form
    codes = listing.scripts()
    script = [codes[i] for i in listing.form_script[form]]
    costs = np.zeros(len(name), dtype=np.int32)
    mine = [names[i] for i in name]
    listed, right = np.unique(form, return_inverse=True)
    targets = listing.roms_of(listed)
    spans = Spans.of(targets)
    direct = np.array([n.script != "Latn" and n.script in rough.tables for n in names], dtype=bool)
    latin = np.array([codes[i] == "Latn" for i in listing.form_script[form]], dtype=bool)
    tables = sorted({n.script for n in names if n.script in rough.tables} | {"Latn"})
    number = {code: i for i, code in enumerate(tables)}
    own = np.array([number.get(n.script, number["Latn"]) for n in names], dtype=np.int64)
    chosen = np.where(direct[name] & latin, own[name], number["Latn"])
    for code in tables:
        rows = np.flatnonzero(chosen == number[code])
        if not len(rows):
            continue
        which, left = np.unique(name[rows], return_inverse=True)
        sources = [names[i].rom if code == "Latn" else names[i].atoms for i in which]
        costs[rows] = costs_of(rough.tables[code], sources, spans, left, right[rows])
    roms = [targets[i] for i in right]
    same_script = np.array([n.script == code for n, code in zip(mine, script, strict=True)], dtype=bool)
    own_letters = np.flatnonzero(same_script & ~latin)
    spellings = [n.rom for n in mine]
    for i, form_text in zip(own_letters.tolist(), listing.texts_of(form[own_letters]), strict=True):
        spellings[i], roms[i] = mine[i].folded, form_text
    text = text_features(spellings, roms, costs, found.letters, found.consonants)
    features = text[owner]
    exact = np.array([a == b for a, b in zip(spellings, roms, strict=True)], dtype=bool) & same_script
    klass = np.array([SCRIPT_CLASSES.get(n.script, 7) if not same else 0 for n, same in zip(mine, same_script, strict=True)])
    put = {feature: i for i, feature in enumerate(COMPARISON)}
    claims = listing.posting_start[form + 1].astype(np.int64) - listing.posting_start[form]
    features[:, put["exact"]] = exact[owner]
    features[:, put["script"]] = klass[owner]
    features[:, put["weight"]] = listing.entity_weight[entity]
    features[:, put["is_canonical"]] = listing.posting_canonical[position]
    features[:, put["claims"]] = np.minimum(claims[owner], 10)
    return Comparisons(name[owner], entity, form[owner], features), found.crowd


def _visible(hidden: Hidden, name: Rows, form: Rows, entity: Rows, canonical: NDArray[np.bool_]) -> NDArray[np.bool_]:
    mine = hidden.entity[name] == entity
    # About half of the entity's other forms are hidden with the name's own, as in a lexicon that knows half the spellings.
    with np.errstate(over="ignore"):
        salted = (name + hidden.salt).astype(np.uint64)
        mixed = (form.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) ^ (salted * np.uint64(0xBF58476D1CE4E5B9))
        mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0x94D049BB133111EB)
    coin = (mixed >> np.uint64(63)).astype(bool)
    gone: NDArray[np.bool_] = mine & (hidden.whole[name] | ((coin | (hidden.own_form[name] == form)) & ~canonical))
    return ~gone


def _trim(found: Found, owner: Rows, position: Rows, entity: Rows, most: int) -> tuple[Found, Rows, Rows, Rows]:
    """Only the forms that are still claimed, at most ``most`` a name."""
    alive = np.zeros(len(found.name), dtype=bool)
    alive[owner] = True
    name = found.name[alive]
    count = np.bincount(name, minlength=len(found.crowd))
    first = np.cumsum(count) - count
    few = np.arange(len(name)) - first[name] < most
    rows = np.flatnonzero(alive)[few]
    final = np.full(len(found.name), -1)
    final[rows] = np.arange(len(rows))
    keep = final[owner] >= 0
    kept = Found(found.name[rows], found.form[rows], found.letters[rows], found.consonants[rows], found.crowd)
    return kept, final[owner[keep]], position[keep], entity[keep]
