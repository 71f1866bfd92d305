"""Views: the orders and shapes in which a person's name may have been written, each compared as a name of its own.

A list writes *MASSOUD, Ahmad*, a register *Massoud Ahmad*, a newspaper *Gen. Ahmad Massoud* or *A. Massoud*. A view is the name put as a
lexicon would have it, with a handicap: how much less likely it is to be meant so than as it stands. The best view of each entity counts.

Sources: the name orders and titles are described in the United Nations' *Guide to Names and Naming Practices* and in NISO/BISAC name
formats; initials are matched as in Christen (2012), *Data Matching*, chapter 5.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import regex
from rapidfuzz.distance import JaroWinkler

from translit import limits
from translit.matching.asides import asides
from translit.matching.designators import undesignated
from translit.matching.nameparts import particles
from translit.matching.titles import plain, titles, untitled

TITLED, TURNED, CAPITALS, UNTURNED = 300, 1500, 300, 1500
"""Handicaps in 1/1000 log-odds: of a title left out; of words in another order, less where capitals tell the surname; and of the
order as it stands where a comma says that it is another."""
ASIDE = 300
"""Handicap of what stands beside a name left out."""
JOINED = 300
"""Handicap of two words taken as one."""
READ, UNLEARNT = 300, 600
"""Handicaps of a name respelled by the rules of a lexicon, and of one in a script with few letter costs by the rules that ship."""
DESIGNATED = 2000
"""Handicap of a name without the words that say what kind of place it is of."""
RULED = 100
"""Handicap of a name looked up as rules read it."""
SURNAMED, SURNAMED_OTHERWISE = 1500, 300
"""Handicaps of a name in Hangul taken for a Korean's, and of each further spelling of the surname."""
DROPPED = 500
"""Handicap of words left out that the lexicon's entities are often listed with and without, as *province*."""
INITIAL, MISSING, CONTRADICTED = 2000, 800, 6000
"""Handicaps of an initial that a word of the form begins with, that the form has no word for, or that no word left begins with."""
LEAST_NEARNESS = 0.8
"""Least Jaro-Winkler similarity of each word in full to a word of the form, for its initials to be written out."""
RESPELLED = 300
"""Handicap of *w* and *j* taken for *v* and *y*."""
_CONTINENTAL = str.maketrans("wWjJ", "vVyY")
_COMMA = regex.compile(r"[,،，、]")
_INITIAL = regex.compile(r"(?<![\p{L}\p{M}\p{N}])\p{Lu}(?:\.|(?![\p{L}\p{M}\p{N}'’]))")
_GLUED = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’.-])[BCDFGHJKLMNPQRSTVWXZ]{2,4}(?![\p{L}\p{M}\p{N}'’.-])")
_LETTERS = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’])(\p{Lu}\p{Ll}{1,2})\. ?")
_IN_FULL = regex.compile(r"\p{L}{3}")
_SOUNDS = tuple(map(frozenset, ("ckq", "gq", "hk", "jyi", "dj", "sz", "fv", "vw", "ou", "ae", "ei", "ey")))


class View(NamedTuple):
    """A name as it may be meant: the text, and how much less likely so than as it stands, in 1/1000 log-odds."""

    text: str
    handicap: int


def views(name: str, droppable: frozenset[str] = frozenset()) -> list[View]:
    """The views of a name, as it stands first, at most :data:`translit.limits.MAX_VIEWS`.

    Args:
        name: the name.
        droppable: folded words that names are written with and without.

    >>> [view.text for view in views("MASSOUD, Ahmad")]
    ['MASSOUD, Ahmad', 'Ahmad MASSOUD']
    >>> [view.text for view in views("Gen. Ahmad Massoud")]
    ['Gen. Ahmad Massoud', 'Ahmad Massoud', 'Massoud Ahmad']
    >>> [view.text for view in views("Hu Jin Tao")][:2]
    ['Hu Jin Tao', 'Hu Jintao']
    >>> [view.text for view in views("Panjshir")]
    ['Panjshir']
    >>> [view.text for view in views("Provincia de Panjshir", frozenset(["provincia", "de"]))][:2]
    ['Provincia de Panjshir', 'Panjshir']
    """
    if name.isascii() and name.isalpha():
        # One word is the usual case.
        return [View(name, 0)]
    own = asides(name)
    parted = _parted_initials(name)
    if not own and parted != name:
        own = (parted,)
    if own:
        found = [[View(view.text, view.handicap + ASIDE) for view in _views(text, droppable)] for text in own]
        inner = [some[i] for i in range(limits.MAX_VIEWS) for some in found if i < len(some)]
        return [View(name, 0), *inner][: limits.MAX_VIEWS]
    return _views(name, droppable)


def _views(name: str, droppable: frozenset[str]) -> list[View]:
    bare_place = undesignated(name)
    place = [View(bare_place, DESIGNATED)] if bare_place else []
    if " " not in name and not _COMMA.search(name):
        return [View(name, 0), *place]
    turned = _by_comma(name) if _COMMA.search(name) else ""
    out = [View(name, UNTURNED if turned else 0)]
    bare = untitled(turned or name)
    if turned:
        out.append(View(turned, 0))
    if bare is not None:
        out.append(View(bare, TITLED))
    core = _core(turned or bare or name, droppable)
    if core:
        out.append(View(core, DROPPED))
    out += place
    joined = _joined(turned or bare or name)
    if joined is not None:
        out.append(View(joined, JOINED))
    respelled = (turned or bare or name).translate(_CONTINENTAL)
    if respelled != (turned or bare or name):
        out.append(View(respelled, RESPELLED))
    if not turned:
        base, start = (name, 0) if bare is None else (bare, TITLED)
        out += [View(view.text, view.handicap + start) for view in _orders(base)]
    return out[: limits.MAX_VIEWS]


def _parted_initials(name: str) -> str:
    """A name with the initials apart that are written in one (*JRR Tolkien*): capitals without a vowel, beside a word in small letters.

    One of several letters is the first of them (*Yu. Gagarin*).

    >>> _parted_initials("JRR Tolkien"), _parted_initials("NG WEI"), _parted_initials("Donald Trump JR")
    ('J R R Tolkien', 'NG WEI', 'Donald Trump JR')
    >>> _parted_initials("Yu.V. Andropov"), _parted_initials("Dr. Mahathir")
    ('Y. V. Andropov', 'Dr. Mahathir')
    """
    if name.isupper():
        return name
    apart = _GLUED.sub(_parted, name)
    return _LETTERS.sub(_one_letter, apart).strip() if "." in apart and _IN_FULL.search(apart) else apart


def _one_letter(found: regex.Match[str]) -> str:
    return found[0] if _no_initial(found[1].lower()) else f"{found[1][0]}. "


def _no_initial(word: str) -> bool:
    """Whether a short word is a particle, an abbreviation or a title."""
    known = particles()
    return word in known.roles or word in known.abbreviations or any(word in some for some in titles())


def _parted(found: regex.Match[str]) -> str:
    return found[0] if _no_initial(found[0].lower()) else " ".join(found[0])


def spoken(name: str) -> tuple[str, int]:
    """A name in the order of speech where a comma tells another, and how many words a comma or capitals tell to be the surname.

    >>> spoken("MASSOUD, Ahmad"), spoken("Massoud Ahmad"), spoken("PETRO URREGO Gustavo")
    (('Ahmad MASSOUD', 1), ('Massoud Ahmad', 0), ('PETRO URREGO Gustavo', 2))
    """
    name = _parted_initials(next(iter(asides(name)), name))
    turned = _by_comma(name) if _COMMA.search(name) else ""
    return (turned, len(_COMMA.split(name)[0].split())) if turned else (name, _shouted(name.split()))


def _shouted(words: Sequence[str]) -> int:
    """How many words are in capitals, where others are not."""
    shouted = sum(len(word) > 1 and word.isupper() for word in words)
    return shouted if shouted < len(words) else 0


def _by_comma(name: str) -> str:
    """A name whose surname stands first, before a comma, in the order of speech; ``""`` for any other."""
    parts = [" ".join(part.split()) for part in _COMMA.split(name)]
    if len(parts) != 2 or not all(parts) or max(len(part.split()) for part in parts) > limits.MAX_TURNED_WORDS:
        return ""
    return f"{parts[1]} {parts[0]}"


def _core(name: str, droppable: frozenset[str]) -> str:
    """A name without the words that it may be written without; ``""`` where it has none of them, or no others."""
    words = name.split()
    kept = [word for word in words if plain(word) not in droppable] if droppable else words
    return " ".join(kept) if len(kept) < len(words) else ""


def _joined(name: str) -> str | None:
    """A name of three short words with the last two in one, as Chinese given names of two syllables are mostly written."""
    words = name.split()
    if len(words) != 3 or any(not word.isalpha() or len(word) > limits.MAX_SYLLABLE for word in words):
        return None
    return f"{words[0]} {words[1]}{words[2].lower()}"


def _orders(name: str) -> list[View]:
    """The first word put last, and the last put first."""
    words = name.split()
    if not 2 <= len(words) <= limits.MAX_TURNED_WORDS or any(len(word) <= 2 and _INITIAL.fullmatch(word) for word in words):
        return []
    handicap = CAPITALS if _shouted(words) else TURNED
    left, right = View(" ".join([*words[1:], words[0]]), handicap), View(" ".join([words[-1], *words[:-1]]), handicap)
    return [left] if len(words) == 2 else [left, right]


def initials(name: str) -> bool:
    """Whether a name has initials beside a word in full.

    >>> initials("A. Massoud"), initials("A S Massoud"), initials("A. S."), initials("Ahmad Massoud")
    (True, True, False, False)
    """
    # Words in full are the usual case.
    words = name.split(" ")
    if "".join(words).isalpha() and min(map(len, words)) > 1:
        return False
    if not _INITIAL.search(name):
        return False
    rest = _INITIAL.sub(" ", name)
    return any(len(plain(word)) > 2 for word in rest.split())


def written_out(words: Sequence[str], form: Sequence[str]) -> tuple[list[str], int]:
    """The words of a name with its initials written out as a form has them, and the handicap.

    Args:
        words: the name's words in plain Latin letters; those of one letter are initials.
        form: the form's words in plain Latin letters.

    >>> written_out(["a", "massoud"], ["ahmad", "masud"])
    (['ahmad', 'massoud'], 2000)
    >>> written_out(["b", "massoud"], ["ahmad", "masud"])
    (['b', 'massoud'], 6000)
    """
    left = list(range(len(form)))
    for word in words:
        if len(word) > 1 and left:
            nearness, _, best = max((JaroWinkler.normalized_similarity(word, form[i]), -i, i) for i in left)
            if nearness < LEAST_NEARNESS:
                # The words in full must tell by themselves; those borrowed from the form would make anything look near.
                return list(words), CONTRADICTED
            left.remove(best)
    out: list[str] = []
    handicap = 0
    for word in words:
        if len(word) != 1:
            out.append(word)
            continue
        meant = next((i for i in left if alike(word, form[i][:1])), None)
        if meant is not None:
            out.append(form[meant])
            left.remove(meant)
            handicap += INITIAL
        elif any(len(form[i]) > 1 for i in left):
            return list(words), CONTRADICTED
        else:
            handicap += MISSING
    return out, handicap


def alike(one: str, other: str) -> bool:
    """Whether two first letters may be romanizations of the same sound.

    >>> alike("k", "q"), alike("y", "j"), alike("a", "m")
    (True, True, False)
    """
    return one == other or any(one in sound and other in sound for sound in _SOUNDS)
