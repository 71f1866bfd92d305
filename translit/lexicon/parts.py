"""Parts: the names inside a person's name, told by aligning an entity's spellings word by word."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz.distance import JaroWinkler

from translit.unicode.tokens import tokens

PARTICLES = frozenset(
    "al el ul ur as ash at ad an ar az e i ibn bin ben bint abu abd abdul von van der den de la le di da dos das del ter ten du zu of the"
    " haji mullah mawlawi maulvi qari dr sheikh shaikh sayed sayyid mir khan shah agha begum bibi hazrat ustad ayatollah imam pasha bey"
    " malik nawab sultan sri shri u san".split()
)
"""Words that stand in many persons' names and mean none of them alone."""
_LEAST = 3


def words_of_name(name: str) -> list[str]:
    """The words of a name as written, a hyphen parting them.

    >>> words_of_name("Ahmad Shah Massoud")
    ['Ahmad', 'Shah', 'Massoud']
    """
    return [token.text for token in tokens(name)]


def align_parts(canonical: list[str], folded_canonical: list[str], folded_form: list[str]) -> Iterable[tuple[str, int]]:
    """Pairs (word of a form, place in the canonical) of a form that goes word by word with the canonical.

    A form with another number of words tells nothing, nor does a word that is a particle, too short, or nearer to another place.

    >>> list(align_parts(["Ahmad", "Massoud"], ["ahmad", "massoud"], ["achmad", "massud"]))
    [('achmad', 0), ('massud', 1)]
    """
    if len(folded_form) != len(canonical) or len(canonical) < 2:
        return
    latin = all(word.isascii() for word in folded_form)
    for i, word in enumerate(folded_form):
        if len(word) < _LEAST or folded_canonical[i] in PARTICLES or word in PARTICLES:
            continue
        if latin:
            own = JaroWinkler.similarity(word, folded_canonical[i])
            if own < 0.55 or any(JaroWinkler.similarity(word, other) > own for j, other in enumerate(folded_canonical) if j != i):
                continue
        yield word, i
