"""Listings: what a lexicon lists under a name, by the types of variants that are rewritten and by what people decided."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from translit import limits
from translit.lexicon.index import Index
from translit.matching.answers import Records
from translit.matching.exact import OPEN, Resolution, Resolutions, resolve, resolve_many
from translit.unicode.tokens import spelled

REJECTED = Resolution("known", -1, 0.0, ())
"""A spelling of which people decided that it means nothing that is listed."""

NOTHING = frozenset(("NaN", "nan", "NaT", "NULL", "null", "None", "N/A", "n/a", "#N/A", "<NA>"))
"""What programs write into a column where there is no value: no names, unless a canonical is spelled just so."""


class Listings:
    """Tells what is listed under names.

    Args:
        index: the lexicon's.
        records: how answers are written, with what people decided.
        types: numbers of the variant types that are rewritten.
    """

    def __init__(self, index: Index, records: Records, types: frozenset[int]) -> None:
        self.index, self.records, self.types = index, records, types

    def resolve(self, postings: Sequence[int]) -> Resolution | None:
        """What some postings mean, None where there is none; see :func:`~translit.matching.exact.resolve`."""
        return resolve(self.index, postings, self.types, self.records.target)

    def of(self, name: str, form: int, postings: Sequence[int] | None = None) -> tuple[Resolution | None, bool]:
        """What the lexicon lists under a name, and whether exactly so (whatever the case).

        Args:
            name: the name.
            form: the form of its letters, -1 where none is listed.
            postings: those that list the spelling itself, where they are looked up already.
        """
        if postings is None:
            postings = self.index.listed(name)
        barred = self.records.rulings.bars(name)
        if barred:
            return self._but(barred, name, form)
        if postings:
            found = self.resolve(postings)
            if found is not None:
                return self._among_marked(found, name, form), True
        if form < 0:
            return None, False
        return self.resolve(self.index.postings(form)), False

    def _among_marked(self, found: Resolution, name: str, form: int) -> Resolution:
        """A resolution among all that bear the spelling with some marks, where that tells more than the spelling as listed.

        Newspapers leave marks out: that some language lists *Cordoba* for one *Córdoba* does not say that it means no other. But
        one that is written just so is never rewritten: of a city and its province it is meant (*Zurich*, not *Zürich*), and
        nobody is where they lie in several countries (*Los Ángeles*).
        """
        if found.entity < 0 or form < 0:
            return found
        asked = spelled(name)
        written = tuple(e for e in found.rivals if spelled(self.records.canonical(e)) == asked)
        written = tuple(e for e in written if self.records.canonical(e) == name) or written
        if not written:
            wider = self.resolve(self.index.postings(form))
            return wider if wider is not None and len(wider.rivals) > 1 and found.entity in wider.rivals else found
        one_country = len({self.index.country(e) for e in found.rivals} | {""}) == 2
        if found.entity in written and (found.state == "one" or len(written) == len(found.rivals)) and not one_country:
            return found
        others = tuple(e for e in found.rivals if e not in written)
        return Resolution("one" if one_country else "several", written[0], 1.0, (*written, *others), True)

    def _but(self, barred: frozenset[str], name: str, form: int) -> tuple[Resolution, bool]:
        """What the lexicon lists under a name that was decided not to mean some entities; known, and left alone, where that is all."""
        folded = self.index.postings(form) if form >= 0 else ()
        for postings, exactly in ((self.index.listed(name), True), (folded, False)):
            left = [p for p in postings if "" not in barred and self.index.ids[int(self.index.posting_entity[p])] not in barred]
            found = self.resolve(left)
            if found is not None:
                return found, exactly
        return REJECTED, False

    def many(self, names: Sequence[str], folded: Sequence[str]) -> Resolutions:
        """What the lexicon lists under names as they stand, each folded beside it; open where it takes a look at each to tell."""
        forms = self.index.find_forms(folded)
        row, posting = self.index.listings(names, folded, forms)
        found = resolve_many(self.index, row, posting, len(names), self.types, self.records.target)
        most = limits.MAX_NAME_TOKENS
        long = np.flatnonzero(self.index.forms.starts[forms + 1] - self.index.forms.starts[forms] > 2 * most)
        found.state[[i for i in long.tolist() if folded[i].count(" ") >= most]] = OPEN
        found.state[[i for i, name in enumerate(names) if name in NOTHING]] = OPEN
        # Where the form has more bearers than the spelling has, these may count, too.
        bearers = self.index.posting_start[forms + 1].astype(np.int64) - self.index.posting_start[forms]
        found.state[(forms >= 0) & (bearers > np.bincount(row, minlength=len(names)))] = OPEN
        return found

    def is_nothing(self, name: str) -> bool:
        """Whether a name stands for no value at all."""
        return name in NOTHING and all(self.index.canonicals[int(self.index.posting_entity[p])] != name for p in self.index.listed(name))
