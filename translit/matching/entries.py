"""Entries: which listed person is meant by a name as libraries and registers enter it, surname first or with the years of a life behind."""

from __future__ import annotations

import regex

from translit.lexicon.index import Index
from translit.matching.exact import Resolution
from translit.matching.headings import entered, spoken_forms
from translit.matching.listings import Listings
from translit.matching.located import Located
from translit.model import PERSON

_NUMBER = regex.compile(r"\b\d{3,4}\b")


class Entries:
    """Tells what names of persons mean that stand as in a register.

    Args:
        listings: what is listed.
    """

    def __init__(self, listings: Listings) -> None:
        self.listings, self.index, self.rulings = listings, listings.index, listings.records.rulings

    def located(self, name: str) -> Located | None:
        """What an entered name means of the listed persons who are called so, whose years are no others; None for any other name."""
        forms = spoken_forms(name)
        if not forms or any(self.rulings.bars(form) or self.rulings.answer(form) for form in (name, *forms)):
            return None
        postings = sorted({posting for own in self.index.listed_many(forms) for posting in own})
        meant = self._resolved(name, postings)
        return None if meant is None else Located(forms[0], meant, "entered")

    def contradict(self, name: str, entity: int) -> bool:
        """Whether the years behind a name are others than those of an entity."""
        years = entered(name).years
        known = _years(self.index, entity) if years else years
        return bool(known) and years.isdisjoint(known)

    def _resolved(self, name: str, postings: list[int]) -> Resolution | None:
        """The person meant by a name that some postings list; None where none is, or something else may be."""
        bearers = {posting: int(self.index.posting_entity[posting]) for posting in postings}
        bearers = {p: e for p, e in bearers.items() if not self.index.entity_support[e]}
        if any(self.index.kind(e) != PERSON for e in bearers.values()):
            return None
        left = [p for p, e in bearers.items() if not self.contradict(name, e)]
        return self.listings.resolve(left) if left else None


def _years(index: Index, entity: int) -> frozenset[int]:
    """The years in an entity's spellings."""
    return frozenset(int(year) for form in index.forms_of(entity) for year in _NUMBER.findall(form))
