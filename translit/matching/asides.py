"""Asides: what lists write beside a person's name – another name, the father's or the maiden name, brackets, years, forms of address.

*Usama bin Ladin a.k.a. Abu Abdallah*, *Karpal Singh a/l Ram Singh*, *Angela Merkel (geb. Kasner)*, *H.E. Mr. António Guterres*. The words
that say so stand in ``lexicons/asides.tsv``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import regex

from translit import limits
from translit.matching.headings import entered
from translit.matching.titles import joined_titles
from translit.resources import data_root
from translit.tables import read_table

ASIDES_FORMAT = "translit-asides/1"
USES = ("alias", "relation")
_BRACKETS = regex.compile(r"\s*(?:\(([^()]*+)\)|\[([^\[\]]*+)\]|[“„«\"]([^“”„«»\"]*+)[”“»\"])")
_OPENING = frozenset('([“„«"')
_BESIDE_WORDS = str.maketrans(",;:", "   ")


@lru_cache(maxsize=1)
def _listed() -> Mapping[str, Sequence[str]]:
    table = read_table(data_root() / "asides.tsv", ASIDES_FORMAT, ("words", "use", "langs"))
    found: dict[str, list[str]] = {use: [] for use in USES}
    for number, (words, use, _) in table.rows():
        if use not in found or not words.strip():
            table.fault(number, f"the use is none of {', '.join(USES)}, or there are no words")
        found[use].append(words)
    return found


@lru_cache(maxsize=1)
def _markers() -> Mapping[str, regex.Pattern[str]]:
    """What finds the words before another name of the person, and those before a name of somebody else or of earlier."""
    found = {use: "|".join(map(regex.escape, some)) for use, some in _listed().items()}
    return {use: regex.compile(rf"(?:^|[\s,;])+(?:{words})(?=[\s:])[\s:]*", regex.IGNORECASE) for use, words in found.items()}


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    """What the markers begin with, folded."""
    return frozenset(words.casefold().translate(_BESIDE_WORDS).split()[0] for some in _listed().values() for words in some)


def _is_marked(name: str) -> bool:
    """Whether brackets or a marker may stand in a name, which is quickly told of most names."""
    words = name.casefold().split()
    if not all(map(str.isalnum, words)):
        words = " ".join(words).translate(_BESIDE_WORDS).split()
    return not _first_words().isdisjoint(words) or not _OPENING.isdisjoint(name)


@lru_cache(maxsize=limits.TOKEN_CACHE)
def asides(name: str) -> tuple[str, ...]:
    """The names by which a person is called where something stands beside them, the first one first; empty where nothing does.

    >>> asides("Usama bin Ladin a.k.a. Abu Abdallah"), asides("Karpal Singh a/l Ram Singh")
    (('Usama bin Ladin', 'Abu Abdallah'), ('Karpal Singh',))
    >>> asides("Angela Merkel (geb. Kasner)"), asides("H.E. Mr. António Guterres"), asides("Angela Merkel")
    (('Angela Merkel',), ('António Guterres',), ())
    """
    told = entered(name).name
    if told == name and name.isascii() and not ("." in name or _is_marked(name)):
        # Most names; what stands at the end may still be no letter.
        bare = " ".join(name.split())
        own = bare.strip(" ,;:")
        return () if own in ("", bare) or " " not in bare == name else (own,)
    parts = _parts(told) if _is_marked(told) else [told]
    kept = tuple(dict.fromkeys(own for part in parts if (own := _addressed(part))))[: limits.MAX_ASIDES]
    return () if kept == (name,) or " ".join(name.split()) in kept else kept


def _parts(name: str) -> list[str]:
    """A name cut at its brackets and markers, without what belongs to somebody else."""
    markers = _markers()
    inside = [text for found in _BRACKETS.finditer(name) for text in found.groups() if text]
    # What stands in brackets is another name where it has two words; a party or a seat has one.
    aliases = [text for text in inside if len(text.split()) > 1 and not markers["relation"].match(f" {text}")]
    parts = [part for text in (_BRACKETS.sub("", name), *aliases) for part in markers["alias"].split(f" {text}")]
    return [markers["relation"].split(part)[0] for part in parts]


def _addressed(name: str) -> str:
    """A name without the titles that need no further word to be known."""
    name = " ".join(name.split()).strip(" ,;:")
    before, after = joined_titles()
    for _ in range(limits.MAX_ADDRESSES):
        begins, ends = before.get(name[:1].casefold()[:1], ()), after.get(name[-1:], ())
        found = next((t for t in begins if name[: len(t)].casefold() == t and len(name) >= len(t) + 2), "")
        end = "" if found else next((t for t in ends if name.endswith(t) and len(name) >= len(t) + 2), "")
        if not found and not end:
            break
        name = name[len(found) : len(name) - len(end)].strip()
    return name
