"""Comparing: names against their candidate forms, as features, a batch at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from translit import limits, native
from translit.matching.align import CostTable, costs_of
from translit.matching.blocking import mix
from translit.matching.candidates import Blocks, Found, expand, search, shortlist
from translit.matching.fitting import fitted
from translit.matching.rough import Rough, Spelled
from translit.matching.score import COMPARISON, SCRIPT_CLASSES, Comparisons, Float, text_features
from translit.matching.spans import Spans
from translit.matching.views import CONTRADICTED, TURNED

Rows = NDArray[np.int64]
PART_OF, PART = 0.7, 3000
"""A name of one word that is shorter than this share of a form of several is a part of it at best; and its handicap, in 1/1000 log-odds."""

OTHER_ORDER = 0.15
"""How much more alike the words must be in order, of 1, for a name to be in another order than a form."""


_PUT = {feature: i for i, feature in enumerate(COMPARISON)}
"""Column of each feature of a comparison."""


class Listing(Protocol):
    """What comparing needs of a lexicon; forms, postings and entities are numbered from 0."""

    posting_start: NDArray[np.uint32]
    posting_entity: NDArray[np.uint32]
    posting_outweighed: NDArray[np.bool_]
    form_script: NDArray[np.uint8]
    entity_kind: NDArray[np.uint8]
    kinds: Sequence[str]
    entity_weight: NDArray[np.float32]

    @property
    def blocks(self) -> Blocks:
        """The blocking keys."""
        ...

    @property
    def form_digest(self) -> NDArray[np.uint64]:
        """A number of each form by its letters alone."""
        ...

    @property
    def posting_canonical(self) -> NDArray[np.bool_]:
        """Whether a posting's form is its entity's canonical spelling."""
        ...

    def spans_of(self, forms: Rows, romanized: bool = True) -> Spans:
        """The rough romanizations of forms, or the forms themselves, where they lie; always in the same buffers."""
        ...

    def scripts(self) -> Sequence[str]:
        """ISO 15924 codes by number."""
        ...


@dataclass(frozen=True, slots=True)
class Hidden:
    """What a batch must not see, for calibration, by name.

    Args:
        entity: the entity meant.
        whole: whether all its forms are hidden.
        digest: decides, with that of a form, which other forms of the entity are hidden.
        own_form: the form that is hidden in any case, or -1.
    """

    entity: Rows
    whole: NDArray[np.bool_]
    digest: NDArray[np.uint64]
    own_form: Rows


def compare(
    listing: Listing, rough: Rough, views: Sequence[Sequence[Spelled]], hidden: Hidden | None = None
) -> tuple[Comparisons, NDArray[np.int64], list[Spelled]]:
    """Compare names with their candidates.

    Args:
        listing: the lexicon.
        rough: holds the cost tables.
        views: the views of each name, spelled; as it stands first.
        hidden: for calibration, what is not to be seen.

    Returns:
        The comparisons, one a (view, form, entity), the crowd of each name, and the views that the comparisons number.
    """
    names = [view for some in views for view in some]
    asked = np.repeat(np.arange(len(views)), [len(some) for some in views])
    as_it_stands = np.cumsum([0, *(len(some) for some in views)])[:-1]
    found = _candidates(listing, names, asked, hidden)
    by_word = fitted(listing, rough, views, asked, found)
    name, form = _initials_written_out(listing, names, found), found.form
    first_fitted = len(names)
    names += by_word.name
    spelled = _Side.of(names, listing.scripts(), rough.tables)
    same_script = spelled.script[name] == listing.form_script[form]
    text = _letters_compared(listing, rough.tables, names, spelled, name, found)
    contradicted = by_word.contradicted
    if by_word.row:
        fits, rows = np.arange(len(by_word.name)), np.array(by_word.row, dtype=np.int64)
        costs = _costs(rough.tables, by_word.name, Spans.of(by_word.form), spelled.table[first_fitted:], fits, fits)
        text = np.concatenate((text, by_word.features(costs)))
        name, form = np.append(name, first_fitted + fits), np.append(form, form[rows])
        same_script = np.append(same_script, same_script[rows])
        contradicted = np.append(contradicted, np.zeros(len(fits), dtype=np.int32))
        found = found.take(np.append(np.arange(len(found.name)), rows))
    position, owner, entity = _claims(listing, hidden, found, asked)
    order = np.argsort(asked[found.name[owner]], kind="stable")
    position, owner, entity = position[order], owner[order], entity[order]
    features = text[owner]
    features[:, _PUT["exact"]] *= same_script[owner]
    features[:, _PUT["script"]] = np.where(same_script, 0, spelled.klass[name])[owner]
    _put_claims(listing, features, form[owner], position, entity)
    handicap = _handicaps(names, name, text) + contradicted
    who, whole = asked[found.name[owner]], name[owner] < first_fitted
    return Comparisons(who, entity, form[owner], features, name[owner], handicap[owner], whole), found.crowd[as_it_stands], names


def _candidates(listing: Listing, names: Sequence[Spelled], asked: Rows, hidden: Hidden | None) -> Found:
    """The candidates of views that are worth comparing."""
    looked_at = limits.MAX_LOOKED_AT if hidden is None else 2 * limits.MAX_LOOKED_AT
    found = search(listing.blocks, [n.rom for n in names], looked_at)
    if hidden is not None:
        found = _still_claimed(listing, hidden, found, asked)
    return _fewer_of_other_views(_shortened(listing, names, _of_own_script(listing, names, found)), asked)


def _letters_compared(
    listing: Listing, tables: Mapping[str, CostTable], names: Sequence[Spelled], spelled: _Side, name: Rows, found: Found
) -> Float:
    """The features that depend on the spellings alone: by rough romanizations, in one script other than the Latin by its own letters."""
    form = found.form
    form_script = listing.form_script[form].astype(np.int64)
    latin = form_script == listing.scripts().index("Latn")
    listed, right = np.unique(form, return_inverse=True)
    targets = listing.spans_of(listed)
    costs = _costs(tables, names, targets, np.where(latin, spelled.table[name], spelled.latin), name, right)
    own_letters = np.flatnonzero((spelled.script[name] == form_script) & ~latin)
    sources = Spans.of([n.rom for n in names])
    left = name
    if len(own_letters):
        which, place = np.unique(name[own_letters], return_inverse=True)
        own_forms, own_place = np.unique(form[own_letters], return_inverse=True)
        left, right = name.copy(), right.copy()
        left[own_letters], right[own_letters] = len(names) + place, len(listed) + own_place
        sources = Spans.of([*(n.rom for n in names), *(names[i].folded for i in which.tolist())])
        targets = targets + listing.spans_of(own_forms, romanized=False)
    text: Float = native.twin(text_features)(sources, targets, left, right, costs, found.letters, found.consonants)
    return text


def _put_claims(listing: Listing, features: Float, form: Rows, position: Rows, entity: Rows) -> None:
    """Put what the lexicon says of the entities that claim forms into the features of the comparisons."""
    features[:, _PUT["weight"]] = listing.entity_weight[entity]
    features[:, _PUT["is_canonical"]] = listing.posting_canonical[position]
    claims = listing.posting_start[form + 1].astype(np.int64) - listing.posting_start[form]
    features[:, _PUT["claims"]] = np.minimum(claims, 10)


def _handicaps(names: Sequence[Spelled], name: Rows, text: Float) -> NDArray[np.int32]:
    """What speaks against comparisons beside their letters, in 1/1000 log-odds."""
    handicap = np.array([n.handicap for n in names], dtype=np.int32)[name]
    one_of_several = (text[:, _PUT["name_words"]] == 1) & (text[:, _PUT["form_words"]] > 1)
    handicap[one_of_several & (text[:, _PUT["name_length"]] < PART_OF * text[:, _PUT["form_length"]])] += PART
    # A name in another order has views in which its letters can be aligned; as it stands it may be any that has like words.
    handicap[in_another_order(text)] += TURNED
    return handicap


def nearest(
    listing: Listing, tables: Mapping[str, CostTable], comparisons: Comparisons, scores: NDArray[np.int32], names: Sequence[Spelled]
) -> Comparisons:
    """The nearest comparisons of each name, with the costs that were learnt from the lexicon.

    Args:
        listing: the lexicon.
        tables: its cost tables by script.
        comparisons: of names with their candidates.
        scores: of each by the model that ships, which tells the nearest.
        names: the views that the comparisons number.
    """
    order = np.lexsort((comparisons.handicap - scores, comparisons.name))
    name = comparisons.name[order]
    kept = comparisons.take(np.sort(order[np.arange(len(name)) - np.searchsorted(name, name) < limits.MAX_NEAREST]))
    rows, forms = np.flatnonzero(kept.whole), len(listing.form_script)
    pair, owner = np.unique(kept.spelled[rows] * forms + kept.form[rows], return_inverse=True)
    which, form = pair // forms, pair % forms
    listed, right = np.unique(form, return_inverse=True)
    spelled = _Side.of(names, listing.scripts(), tables)
    latin = listing.form_script[form] == listing.scripts().index("Latn")
    serving = np.where(latin, spelled.table[which], spelled.latin)
    costs = _costs(tables, names, listing.spans_of(listed), serving, which, right)[owner]
    features = kept.features.copy()
    length = np.maximum(features[rows, _PUT["name_length"]], features[rows, _PUT["form_length"]])
    features[rows, _PUT["cost_per_letter"]] = costs / np.maximum(length, 1)
    features[rows, _PUT["cost"]] = costs
    return replace(kept, features=features)


def in_another_order(features: Float) -> NDArray[np.bool_]:
    """Which comparisons, by their features, are near only with the words in order."""
    other: NDArray[np.bool_] = features[:, _PUT["words_indel"]] > features[:, _PUT["indel"]] + OTHER_ORDER
    return other


def _fewer_of_other_views(found: Found, asked: Rows) -> Found:
    """The candidates without the farther ones of the views beyond a name's first."""
    other = np.zeros(len(asked), dtype=bool)
    other[1:] = asked[1:] == asked[:-1]
    if not other.any():
        return found
    count = np.bincount(found.name, minlength=len(asked))
    rank = np.arange(len(found.name)) - (np.cumsum(count) - count)[found.name]
    return found.take(np.flatnonzero(~other[found.name] | (rank < limits.MAX_VIEW_CANDIDATES)))


def _of_own_script(listing: Listing, names: Sequence[Spelled], found: Found) -> Found:
    """The candidates without those in another script than a view that is compared with its own only."""
    own = np.array([n.own_script for n in names], dtype=bool)
    if not own.any():
        return found
    codes = listing.scripts()
    script = np.array([codes.index(n.script) if n.script in codes else -1 for n in names], dtype=np.int64)
    return found.take(np.flatnonzero(~own[found.name] | (listing.form_script[found.form] == script[found.name])))


def _initials_written_out(listing: Listing, names: list[Spelled], found: Found) -> Rows:
    """Which spelling each candidate is compared with: the name's own, or one added to ``names`` with its initials written out."""
    with_initials = np.array([n.initials for n in names], dtype=bool)
    rows = np.flatnonzero(with_initials[found.name])
    if not len(rows):
        return found.name
    codes = listing.scripts()
    out = found.name.copy()
    for i, form in zip(rows.tolist(), listing.spans_of(found.form[rows]).texts(), strict=True):
        name = names[out[i]]
        # Letters of a rough romanization begin no names.
        readable = codes[int(listing.form_script[found.form[i]])] in ("Latn", name.script)
        names.append(name.written_out(form) if readable else name._replace(handicap=name.handicap + CONTRADICTED))
        out[i] = len(names) - 1
    return out


@dataclass(frozen=True, slots=True)
class _Side:
    """The scripts of a batch of names, as numbers.

    Args:
        script: number of each name's script, -1 where the lexicon knows none such.
        klass: class of each name's script.
        table: which cost table serves for each name beside a Latin form, by place among the tables' scripts in order.
        latin: the table of Latin letters.
    """

    script: Rows
    klass: Rows
    table: Rows
    latin: int

    @classmethod
    def of(cls, names: Sequence[Spelled], codes: Sequence[str], tables: Mapping[str, CostTable]) -> _Side:
        number = {code: i for i, code in enumerate(codes)}
        place = {code: i for i, code in enumerate(sorted(tables))}
        script = np.array([number.get(n.script, -1) for n in names], dtype=np.int64)
        klass = np.array([SCRIPT_CLASSES.get(n.script, 7) for n in names], dtype=np.int64)
        table = np.array([place.get(n.script, place["Latn"]) for n in names], dtype=np.int64)
        return cls(script, klass, table, place["Latn"])


def _costs(
    tables: Mapping[str, CostTable], names: Sequence[Spelled], targets: Spans, table: Rows, name: Rows, right: Rows
) -> NDArray[np.int32]:
    """What it costs to align each name with its forms, by the table that serves for the pair."""
    costs = np.zeros(len(name), dtype=np.int32)
    codes = sorted(tables)
    for number in np.unique(table).tolist():
        rows = np.flatnonzero(table == number)
        which, left = np.unique(name[rows], return_inverse=True)
        latin = codes[number] == "Latn"
        sources = [names[i].rom if latin else names[i].atoms for i in which.tolist()]
        costs[rows] = costs_of(tables[codes[number]], sources, targets, left, right[rows])
    return costs


def _visible(hidden: Hidden, name: Rows, form: Rows, entity: Rows, listing: Listing, position: Rows) -> NDArray[np.bool_]:
    mine = hidden.entity[name] == entity
    coin = mix(listing.form_digest[form] ^ hidden.digest[name], 1) < 2**31
    # About half of the entity's other forms are hidden with the name's own, as in a lexicon that knows half the spellings.
    coin |= hidden.own_form[name] == form
    gone: NDArray[np.bool_] = mine & (hidden.whole[name] | (coin & ~listing.posting_canonical[position]))
    return ~gone


def _shortened(listing: Listing, names: Sequence[Spelled], found: Found) -> Found:
    """The candidates that are worth comparing in full, nearest first."""
    listed, right = np.unique(found.form, return_inverse=True)
    sources, targets = Spans.of([n.rom for n in names]), listing.spans_of(listed)
    most, behind = limits.MAX_CANDIDATES, limits.MAX_BEHIND
    return found.take(native.twin(shortlist)(sources, targets, found.name, right, found.outlines, most, behind))


def _claims(listing: Listing, hidden: Hidden | None, found: Found, asked: Rows) -> tuple[Rows, Rows, Rows]:
    """The postings of candidates that may be seen, the candidate of each, and its entity."""
    position, owner = expand(listing.posting_start, found.form)
    # A homonym that another bearer of the form far outweighs is not meant by it, and is no rival either.
    meant = ~listing.posting_outweighed[position]
    position, owner = position[meant], owner[meant]
    entity = listing.posting_entity[position].astype(np.int64)
    if hidden is not None:
        keep = _visible(hidden, asked[found.name[owner]], found.form[owner], entity, listing, position)
        position, owner, entity = position[keep], owner[keep], entity[keep]
    return position, owner, entity


def _still_claimed(listing: Listing, hidden: Hidden, found: Found, asked: Rows) -> Found:
    """The candidates that somebody claims when what is hidden is not seen, as many of a view as are looked at without."""
    _, owner, _ = _claims(listing, hidden, found, asked)
    rows = np.unique(owner)
    name = found.name[rows]
    place = np.arange(len(rows)) - np.searchsorted(name, name)
    return found.take(rows[place < limits.MAX_LOOKED_AT])
