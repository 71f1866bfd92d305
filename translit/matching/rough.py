"""Rough romanization: a name in any script put into plain Latin letters by the cost tables, for blocking and comparing.

It is not a romanization to show or to write: it takes for each letter group what most often stands for it, and its only use
is to bring spellings near to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from translit.matching.align import DEAREST, WIDEST, CostTable
from translit.matching.alphabet import Fallback, atoms, script_of_name
from translit.matching.views import READ, View, initials, views, written_out
from translit.unicode.fold import fold_token
from translit.unicode.tokens import fold, folded_words


@dataclass(frozen=True, slots=True)
class Spelled:
    """A name as the fuzzy tier sees it.

    Args:
        script: ISO 15924 code.
        atoms: its source letters.
        rom: its rough romanization, of the letters a–z, blanks and digits.
        folded: its own letters folded, which is what it is compared by with a form in its own script.
        text: the name as it was spelled.
        handicap: how much less likely the name is meant so than as it stands, in 1/1000 log-odds.
        initials: whether words of one letter stand for longer ones.
    """

    script: str
    atoms: tuple[str, ...]
    rom: str
    folded: str
    text: str = ""
    handicap: int = 0
    initials: bool = False

    def written_out(self, form: str) -> Spelled:
        """The name with its initials as a form in plain letters has them."""
        words, handicap = written_out(self.rom.split(" "), form.split(" "))
        rom = " ".join(words)
        return Spelled("Latn", tuple(rom), rom, rom, "", self.handicap + handicap)


class Rough:
    """Spells names in plain letters.

    Args:
        tables: cost tables by script.
        fallback: romanizes what no table covers.
        respell: how a name may be spelled by conventions that the tables do not know; None where there are none.
    """

    def __init__(
        self, tables: Mapping[str, CostTable], fallback: Fallback, respell: Callable[[str], Sequence[str]] | None = None
    ) -> None:  # fmt: skip
        self.tables, self._respell = tables, respell
        self._fallback = fallback
        self._best: dict[str, dict[str, tuple[int, str]]] = {}

    def views(self, name: str, turned: bool = True) -> list[Spelled]:
        """The views of a name, spelled; see :mod:`translit.matching.views`. Unless ``turned`` it is taken in its own order only."""
        out = [self.spell(*view) for view in (views(name) if turned else [View(name, 0)])]
        if self._respell is not None:
            out += [replace(self.spell(text, READ), text=name) for text in self._respell(name)]
        return out

    def spell(self, name: str, handicap: int = 0) -> Spelled:
        """A name's script, atoms and rough romanization."""
        if name.isascii():
            rom = " ".join(folded_words(name))
            return Spelled("Latn", tuple(rom), rom, rom, name, handicap, initials(name))
        script = script_of_name(name)
        letters = atoms(name, script, self._fallback)
        if script == "Latn":
            rom = plain("".join(letters), self._fallback)
            return Spelled(script, letters, rom, rom, name, handicap, initials(name))
        covered = script in self.tables
        rom = " ".join(self._cheapest(letters, script).split()) if covered else plain("".join(letters), self._fallback)
        return Spelled(script, letters, rom, fold(name), name, handicap, initials(name))

    def _cheapest(self, letters: Sequence[str], script: str) -> str:
        best = self._best.get(script)
        if best is None:
            best = {}
            for (source, target), cost in sorted(self.tables[script].costs.items(), key=lambda item: (item[1], item[0])):
                if source:
                    best.setdefault(source, (cost, target))
            self._best[script] = best
        joint = self.tables[script].joint
        costs, texts = [0], [""]
        get = best.get
        for i in range(len(letters)):
            cost, text = costs[i] + DEAREST, texts[i]
            group = ""
            for start in range(i, max(-1, i - WIDEST), -1):
                group = letters[start] + (joint + group if group else "")
                known = get(group)
                # Of equally cheap texts the first in the alphabet is taken.
                if known is not None and costs[start] + known[0] <= cost:
                    other = texts[start] + known[1]
                    if costs[start] + known[0] < cost or other < text:
                        cost, text = costs[start] + known[0], other
            costs.append(cost)
            texts.append(text)
        return texts[-1]


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
