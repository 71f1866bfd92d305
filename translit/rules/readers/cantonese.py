"""Cantonese: the jyutping of ToJyutping (BSD), written as names are in Hong Kong and Macau."""

from __future__ import annotations

from functools import lru_cache

from translit.resources import data_root
from translit.rules.readers import Reader, table


@lru_cache(maxsize=1)
def parts() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Initials and finals of jyutping with the ways in which they are written, the most usual first."""
    found: dict[str, dict[str, tuple[str, ...]]] = {"initial": {}, "final": {}}
    for part, jyutping, written, *_ in table((data_root() / "readings" / "yue-hongkong.tsv").read_text("utf-8").splitlines()):
        found[part][jyutping] = tuple(written.split())
    return found["initial"], found["final"]


def written(syllable: str, choice: int) -> str:
    """A syllable of jyutping as Hong Kong writes it; of several ways the one of that number, or the last there is.

    >>> written("coeng4", 0), written("ng5", 0), written("zau1", 1)
    ('cheung', 'ng', 'tsow')
    """
    initials, finals = parts()
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

    told = [(character, syllable) for character, syllables in get_jyutping_list(name) for syllable in (syllables or "").split()]
    out = []
    for choice in (0, 1):
        syllables = [written(syllable, choice) for _, syllable in told]
        out.append(f"{syllables[0]} {'-'.join(syllables[1:])}" if len(syllables) == 3 else " ".join(syllables))
    return [reading for reading in dict.fromkeys(out) if reading]


READER = Reader(
    "yue", "Cantonese", frozenset({"zh-HK", "zh-MO", "zh-Hant-HK", "zh-yue"}), frozenset({"HK", "MO"}), ("ToJyutping",), "cantonese", read
)
