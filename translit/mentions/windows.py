"""Windows: the forms of a lexicon and of what people decided, as the scanner of texts looks for them."""

from __future__ import annotations

from dataclasses import dataclass

from translit.lexicon.storage import Strings
from translit.matching.tiers import Tiers
from translit.unicode.hashes import WindowTable


@dataclass(frozen=True)
class Forms:
    """Forms to look for.

    Args:
        table: their table.
        texts: the forms; those of the lexicon first, by its numbers.
        listed: how many of them are of the lexicon.
    """

    table: WindowTable
    texts: Strings
    listed: int

    def number(self, form: int) -> int:
        """The lexicon's number of a form, -1 for one that only people decided on."""
        return form if form < self.listed else -1


def forms_of(tiers: Tiers) -> Forms:
    """The forms that a normalizer knows."""
    index = tiers.index
    decided = sorted(tiers.rulings.folded - {""})
    extra = [form for form, number in zip(decided, index.find_forms(decided).tolist(), strict=True) if number < 0]
    if not extra:
        return Forms(index.windows, index.forms, len(index.forms))
    texts = Strings.make([*index.forms, *extra])
    return Forms(index.windows.joined_by(extra, len(index.forms)), texts, len(index.forms))
