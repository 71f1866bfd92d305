"""Rough romanization: a name in any script put into plain Latin letters by the cost tables, for blocking and comparing.

It is not a romanization to show or to write: it takes for each letter group what most often stands for it, and its only use
is to bring spellings near to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from translit import limits, native
from translit.matching.align import CostTable
from translit.matching.alphabet import Fallback, atoms, script_of_name
from translit.matching.cheapest import Cheapest
from translit.matching.views import CAPITALS, READ, RULED, SURNAMED, SURNAMED_OTHERWISE, UNLEARNT, View, initials, views, written_out
from translit.unicode.fold import fold_token
from translit.unicode.scripts import has_han
from translit.unicode.tokens import fold

if TYPE_CHECKING:
    from translit.rules.readers import Reader

MANDARIN = "Mandarin"
"""The language of the syllables that Han characters have in the cost tables."""
FURTHER = 800
"""Handicap of each further reading of a name, in 1/1000 log-odds."""


Spell = Callable[[Sequence[str]], Sequence[Sequence[str]]]
"""How each of some names may be spelled otherwise."""


class Spelled(NamedTuple):
    """A name as the fuzzy tier sees it.

    Args:
        script: ISO 15924 code.
        atoms: its source letters.
        rom: its rough romanization, of the letters a–z, blanks and digits.
        folded: its own letters folded, which is what it is compared by with a form in its own script.
        text: the name as it was spelled.
        handicap: how much less likely the name is meant so than as it stands, in 1/1000 log-odds.
        initials: whether words of one letter stand for longer ones.
        read_in: the language that Han characters were read in, ``""`` where they were not read.
        own_script: whether it is compared with forms of its own script only.
    """

    script: str
    atoms: Sequence[str]
    rom: str
    folded: str
    text: str = ""
    handicap: int = 0
    initials: bool = False
    read_in: str = ""
    own_script: bool = False

    def written_out(self, form: str) -> Spelled:
        """The name with its initials as a form in plain letters has them."""
        words, handicap = written_out(self.rom.split(" "), form.split(" "))
        rom = " ".join(words)
        return Spelled("Latn", rom, rom, rom, "", self.handicap + handicap)


class Rough:
    """Spells names in plain letters.

    Args:
        tables: cost tables by script.
        fallback: romanizes what no table covers.
        respell: how names may be spelled by conventions that the tables do not know; None where there are none.
        korean: how Koreans' names in Hangul may be spelled; None not to take any for one.
        rules: how names are spelled as rules read them; None not to look them up so.
        droppable: folded words that names are written with and without.
    """

    def __init__(
        self, tables: Mapping[str, CostTable], fallback: Fallback, respell: Spell | None = None, droppable: Iterable[str] = (),
        korean: Spell | None = None, rules: Spell | None = None,
    ) -> None:  # fmt: skip
        self.tables, self.droppable, self._respell, self._korean = tables, frozenset(droppable), respell, korean
        self._rules = rules
        self._fallback = fallback
        self._cheapest: dict[str, Cheapest] = {}

    def views(self, name: str, turned: bool = True, reader: Reader | None = None) -> list[Spelled]:
        """The views of a name, spelled; see :mod:`translit.matching.views`.

        Args:
            name: any name.
            turned: whether it is taken in other orders and without titles, too.
            reader: how Han characters are read; None to take their Mandarin syllables for want of a language.
        """
        return self.views_many([name], turned, reader)[0]

    def views_many(self, names: Sequence[str], turned: bool = True, reader: Reader | None = None) -> list[list[Spelled]]:
        """:meth:`views` of each name."""
        seen = [views(name, self.droppable) if turned else [View(name, 0)] for name in names]
        every = [view for some in seen for view in some]
        spelled = iter(self._spelled(every, native.fold_many([view.text for view in every])))
        out = [list(islice(spelled, len(some))) for some in seen]
        if self._respell is not None:
            for name, some, texts in zip(names, out, self._respell(names), strict=True):
                handicap = READ if some[0].script == "Latn" else UNLEARNT
                some += [self.spell(text, handicap)._replace(text=name) for text in texts]
        if self._korean is not None and turned:
            hangul = [some for some in out if some[0].script == "Hang"]
            for some, texts in zip(hangul, self._korean([some[0].text for some in hangul]), strict=True):
                whole = some[0].text
                some += [self.spell(text, SURNAMED + i * SURNAMED_OTHERWISE)._replace(text=whole) for i, text in enumerate(texts)]
        if self._rules is not None and turned:
            foreign = [some for some in out if some[0].script != "Latn"]
            for some, texts in zip(foreign, self._rules([some[0].text for some in foreign]), strict=True):
                some += _ruled(some[0], texts)
        if reader is not None:
            for row, name in enumerate(names):
                if has_han(name) and (read := reader.read(name)):
                    out[row] = self._read(name, read, reader)
        return out

    def _read(self, name: str, readings: Sequence[str], reader: Reader) -> list[Spelled]:
        """The views of a name in Han characters that has readings."""
        # Its own characters tell which of the forms in Han characters is near, and are Mandarin beside others.
        own = self.spell(name)._replace(own_script=reader.language != MANDARIN)
        return [own, *(self.spell(*view)._replace(read_in=reader.language) for view in _read_views(readings, reader.given_first))]

    def spell(self, name: str, handicap: int = 0) -> Spelled:
        """A name's script, atoms and rough romanization."""
        return self._spelled([View(name, handicap)], [fold(name)])[0]

    def _spelled(self, seen: Sequence[View], folded: Sequence[str]) -> list[Spelled]:
        """Views spelled, each given with its folded letters."""
        out: list[Spelled] = []
        foreign: dict[str, list[int]] = {}
        for (text, handicap), letters in zip(seen, folded, strict=True):
            if text.isascii():
                out.append(Spelled("Latn", letters, letters, letters, text, handicap, initials(text)))
                continue
            script = script_of_name(text)
            if script == "Latn":
                rom = plain(letters, self._fallback)
                out.append(Spelled(script, letters, rom, rom, text, handicap, initials(text)))
                continue
            own = atoms(text, script, self._fallback)
            if script in self.tables:
                foreign.setdefault(script, []).append(len(out))
            rom = "" if script in self.tables else plain("".join(own), self._fallback)
            out.append(Spelled(script, own, rom, letters, text, handicap, initials(text)))
        for script, rows in foreign.items():
            for row, rom in zip(rows, self.romanized([out[row].atoms for row in rows], script), strict=True):
                out[row] = out[row]._replace(rom=rom)
        return out

    def romanized(self, words: Sequence[Sequence[str]], script: str) -> list[str]:
        """The rough romanization of each name by its source letters, of a script that has a cost table."""
        if script == "Latn":
            return ["".join(letters) for letters in words]
        if script not in self._cheapest:
            self._cheapest[script] = Cheapest(self.tables[script])
        return self._cheapest[script].texts(words)

    def initial(self, letter: str) -> str:
        """The Latin letter that a name begins with whose initial is a letter of another script."""
        text = plain(self._fallback(letter), self._fallback)
        # Ю, Я, Ї and Є of Slavic letters begin with a semivowel.
        return "y" if len(text) > 1 and text[0] in "ij" else text[:1]


def _ruled(view: Spelled, texts: Sequence[str]) -> list[Spelled]:
    """A name in another script looked up as rules read it, too: what the cost tables make of it may meet no block."""
    return [view._replace(rom=text, handicap=view.handicap + RULED) for text in texts[: limits.MAX_RULED] if text != view.rom]


def _read_views(readings: Sequence[str], given_first: bool) -> list[View]:
    """Readings, the family name first as in Han characters, and last where English puts it there; each less likely than the one before.

    Readings that differ in nothing but their blanks are as likely.
    """
    out: list[View] = []
    ranks: dict[str, int] = {}
    for text in readings:
        words = text.split()
        rank = ranks.setdefault("".join(words), len(ranks))
        out.append(View(text, rank * FURTHER))
        if given_first and 2 <= len(words) <= limits.MAX_TURNED_WORDS:
            out.append(View(" ".join([*words[1:], words[0]]), rank * FURTHER + CAPITALS))
    return out


def plain(text: str, fallback: Fallback) -> str:
    """Only a–z, digits and single blanks, other letters through the fallback.

    >>> plain("kabul", str)
    'kabul'
    """
    if not text.isascii():
        text = "".join(c if c.isascii() else fold_token(fallback(c)) for c in text)
    if text.replace(" ", "").isalnum():
        return text
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())
