"""Located names: places named with their country, with what they lie in, or with their postal code beside them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from translit.matching.exact import LISTED, Resolution
from translit.matching.listings import REJECTED, Listings
from translit.matching.qualified import Qualified, container, numbered, qualified
from translit.model import PERSON, PLACE


class Located(NamedTuple):
    """What the place or the person named by a part of a name means, and what stands beside it."""

    name: str
    meant: Resolution
    shape: Literal["qualified", "numbered", "entered"]


class Places:
    """Tells what names of places mean that say where they lie.

    Args:
        listings: what is listed.
    """

    def __init__(self, listings: Listings) -> None:
        self.listings, self.index, self.rulings = listings, listings.index, listings.records.rulings
        self.tells_countries = any(self.index.meta["countries"])
        """Whether the lexicon says of some entities in which country they are."""

    def located(self, name: str) -> Located | None:
        """What a name means that is a listed place with its country behind it or a postal code beside it; None for any other.

        It is rejected where the country speaks against all that are listed.
        """
        told = qualified(name) if self.tells_countries else None
        bare = told.name if told is not None else numbered(name)
        if not bare or self.rulings.bars(name) or self.rulings.bars(bare) or self.rulings.answer(bare):
            return None
        meant = self._in_country(told) if told is not None else self._place(bare)
        return None if meant is None else Located(bare, meant, "numbered" if told is None else "qualified")

    def qualified(self, name: str) -> Qualified | None:
        """The name, and the country behind it, where neither people decided that it means nothing; None where there is none."""
        told = qualified(name) if self.tells_countries and not self.rulings.bars(name) else None
        return None if told is None or self.rulings.bars(told.name) else told

    def contradict(self, name: str, entity: int) -> bool:
        """Whether what stands behind a name speaks against an entity: it is another country, or the entity itself."""
        if not self.tells_countries:
            return False
        told = qualified(name)
        if told is not None and self.index.country(entity) not in ("", told.country):
            return True
        if self.index.kind(entity) == PERSON:
            # Given names stand there, too.
            return False
        behind = told.behind if told is not None else container(name)
        return bool(behind) and any(int(self.index.posting_entity[p]) == entity for p in self.index.listed(behind))

    def _place(self, name: str) -> Resolution | None:
        """The place that the lexicon lists under a name; None where it lists none, or something else, too."""
        bearers = self.index.listed(name)
        entities = [int(self.index.posting_entity[p]) for p in bearers]
        # A name that only supports the matching of others is no answer, and none is taken for it here.
        kinds = {self.index.kind(e) for e in entities if not self.index.entity_support[e]}
        return self.listings.resolve(bearers) if kinds == {PLACE} else None

    def _in_country(self, told: Qualified) -> Resolution | None:
        """What the lexicon lists under a name in the country behind it; None where nothing is.

        Where the code is also that of a state or province elsewhere, it is nobody unless the place far outweighs those there.
        """
        by_country: dict[str, list[int]] = {}
        for posting in self.index.listed(told.name):
            by_country.setdefault(self.index.country(int(self.index.posting_entity[posting])), []).append(posting)
        within = by_country.get(told.country)
        if within is None:
            return None
        elsewhere = [posting for country in told.others for posting in by_country.get(country, ())]
        every = self.listings.resolve(sorted(within + elsewhere)) if elsewhere else None
        if every is not None and (every.share < LISTED or self.index.country(every.entity) != told.country):
            return REJECTED
        return self.listings.resolve(within)
