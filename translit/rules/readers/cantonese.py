"""Cantonese: the jyutping of ToJyutping (BSD), written as names are in Hong Kong and Macau."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from translit import limits
from translit.resources import data_root
from translit.rules.readers import FORMAT, Reader
from translit.tables import read_table


class Spelling(NamedTuple):
    """How Hong Kong writes names.

    Args:
        initials, finals: parts of jyutping with the ways in which they are written, the most usual first.
        surnames: jyutping of characters that read otherwise as surnames.
    """

    initials: Mapping[str, Sequence[str]]
    finals: Mapping[str, Sequence[str]]
    surnames: Mapping[str, str]


@lru_cache(maxsize=1)
def spelling() -> Spelling:
    """The table ``lexicons/readings/yue-hongkong.tsv``."""
    found: dict[str, dict[str, str]] = {"initial": {}, "final": {}, "surname": {}}
    table = read_table(data_root() / "readings" / "yue-hongkong.tsv", FORMAT, ("kind", "from", "to"))
    for number, (kind, start, end) in table.rows():
        if kind not in found:
            table.fault(number, f"'{kind}' is neither initial, final nor surname")
        found[kind][start] = end
    initials, finals = ({key: ways.split() for key, ways in found[kind].items()} for kind in ("initial", "final"))
    return Spelling(initials, finals, found["surname"])


def written(syllable: str, choice: int) -> str:
    """A syllable of jyutping as Hong Kong writes it; of several ways the one of that number, or the last there is.

    >>> written("coeng4", 0), written("ng5", 0), written("zau1", 1)
    ('cheung', 'ng', 'tsow')
    """
    initials, finals, _ = spelling()
    letters = syllable.rstrip("0123456789")
    size = next((n for n in (2, 1) if letters[:n] in initials and letters[n:] in finals), 0)
    start, end = initials.get(letters[:size], ("",)), finals.get(letters[size:], (letters[size:],))
    return start[min(choice, len(start) - 1)] + end[min(choice, len(end) - 1)]


def read(name: str) -> list[str]:
    """A name syllable by syllable, the second and third of three joined by a hyphen, as given names are.

    >>> read("張學友")[0]
    'cheung hok-yau'
    """
    from ToJyutping import get_jyutping_list

    told = [syllable for _, syllables in get_jyutping_list(name) for syllable in (syllables or "").split()]
    if 1 < len(told) == len(name) <= limits.MAX_HAN_PERSON:
        told[0] = spelling().surnames.get(name[0], told[0])
    out = []
    for choice in (0, 1):
        syllables = [written(syllable, choice) for syllable in told]
        out.append(f"{syllables[0]} {'-'.join(syllables[1:])}" if len(syllables) == 3 else " ".join(syllables))
    return [reading for reading in dict.fromkeys(out) if reading]


TAGS = frozenset({"zh-HK", "zh-MO", "zh-Hant-HK", "zh-yue"})
READER = Reader("yue", "Cantonese", TAGS, frozenset({"HK", "MO"}), ("ToJyutping",), "cantonese", False, read)
