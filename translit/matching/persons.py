"""Persons' names word by word: which words of a name answer to which of a form, what is left over on either side, and what that costs.

A list leaves out the article, the father's name or the second surname, joins *Abd al-Rahman* in one word, or puts the surname first.
Such a name is compared by the words that both sides have, with a handicap for what one side lacks. Where both sides have a word
that answers to none, they contradict each other (*Ivan Petrovich Sidorov*, *Ivan Pavlovich Sidorov*), which is worth far more than
a missing one.

Source: Christen (2012), *Data Matching*, chapters 3 and 5; the United Nations' *Guide to Names and Naming Practices*.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from translit import limits
from translit.matching.leftover import left_out, unlisted
from translit.matching.nameparts import Words, particles
from translit.matching.views import TURNED, alike

NEAR, FAR = 125, 210
"""Cost of two words, in 1/100 nat a letter, up to which they answer to each other, and from which on they are different names."""
CONTRADICTED = 5000
"""Handicap, in 1/1000 log-odds as all that follow, of a word on either side that answers to none on the other."""
LEFT_OUT = {"article": 50, "link": 100, "filial": 100, "title": 300, "nobiliary": 400, "generation": 2500}
"""Handicaps of a word that one side lacks, by its role."""
CALLED, WOMAN = 4000, 3000
"""Handicaps, besides, of a name that tells those of one first name apart (*Ahmad Shah*, *Ahmad Wali*), and of *Paula* for *Paulo*."""
SHORT = 1000
"""Handicap of a short or another form of a name: *Bob* for *Robert*."""
JOINED = 100
"""Handicap of words that the other side has in one."""
INITIALS, OTHER_INITIAL = (2000, 1200, 200), 3000
"""Handicaps of the first, second and each further initial that a word begins with, and of one that stands for the same sound."""
TOLD, SHUFFLED = 300, 1800
"""Handicaps of an order that a comma or capitals tell, and of one that is none of speech or of lists."""
ALIKE_JOINED = 0.77
"""Least similarity of the letters, or of the consonants, of words that the other side has in one."""
LENGTHS = 0.75
"""Least share of the length of the one that the other of such has."""
_NUMERAL = re.compile("[ivx]+")
_VOWELS = str.maketrans("", "", "aeiouyw'")


class Fit(NamedTuple):
    """How a name answers to a form.

    Args:
        atoms: source letters of the words that answer, in the form's order, parted by blanks.
        form: the form's words that answer.
        handicap: for all that differs, in 1/1000 log-odds.
        contradicted: handicap, however the name is compared, of words that answer to none; where both sides have some, the rest is empty.
        order: places of the name's words in the form's order, where each answers to one, and none is left over.
        partly: whether one side has a name, not just a particle, that the other lacks.
    """

    atoms: tuple[str, ...]
    form: str
    handicap: int
    contradicted: int = 0
    order: tuple[int, ...] = ()
    partly: bool = False


def fit(name: Words, form: Words, costs: Sequence[int], told: int) -> Fit | None:
    """How a name answers to a form, word by word.

    Args:
        name: the name's words, in the order of speech where a comma told it.
        form: the form's words, in plain Latin letters.
        costs: of each of the name's names beside each of the form's, row by row, in 1/100 nat a letter.
        told: how many words a comma or capitals tell to be the surname.

    Returns:
        None where nothing can be said word by word.

    >>> from translit.matching.leftover import PATRONYMIC
    >>> from translit.matching.nameparts import latin_words
    >>> found = fit(latin_words("ivan sidorov"), latin_words("ivan petrovich sidorov"), [0, 900, 900, 900, 900, 0], 0)
    >>> found.form, found.handicap == PATRONYMIC
    ('ivan sidorov', True)
    """
    if max(len(name.texts), len(form.texts)) > limits.MAX_FITTED_WORDS:
        return None
    if _numbered_otherwise(name, form):
        return Fit((), "", 0, CONTRADICTED)
    if len(form.names) + len(form.initials) < 2 or not form.names:
        return None
    alike_long = len(name.texts) == len(form.texts)
    if alike_long and min(costs, default=FAR) > NEAR:
        # Nothing answers, and nothing can be written in one: by far the most forms.
        return None
    answers, left, lacking = _answers(name, form, costs)
    handicap = 0
    if (left or lacking) and not alike_long:
        handicap += _join(name, form, answers, left, lacking)
    if left and lacking:
        handicap += _short_forms(name, form, answers, left, lacking)
    full = len(answers)
    if name.initials or form.initials:
        handicap += _initials(name, form, answers, left, lacking)
    if form.names[0] not in lacking:
        # Where the form's first name is lacking, a title is rather another first name (Sultan, Amir).
        left -= name.titles
    lacking -= form.titles
    if not full or (full < 2 and (left or lacking)):
        return None if not full or not (left and lacking) else _contradiction(name, form, costs, left, lacking)
    if left and lacking:
        return _contradiction(name, form, costs, left, lacking)
    beside = _beside(name, form, answers)
    if beside is None or _father_for_son(name, form, answers) or {form.names[0], form.names[-1]} <= lacking:
        # Nobody is listed by middle names alone, either.
        return Fit((), "", 0, CONTRADICTED)
    answers.sort(key=lambda answer: answer[1])
    places = [ours[0] for ours, _ in answers]
    surname = _surname(places)
    however = unlisted(name, left, surname, told) + _otherwise_called(name, form, answers, left)
    handicap += left_out(name, left, surname, told) + left_out(form, lacking, -1, 0) + however
    handicap += beside + _order(places, told)
    kept = len(answers) == len(name.texts) == len(form.texts)
    return Fit(*_core(name, form, answers), handicap, however, tuple(places) if kept else (), bool(left or lacking))


Answers = list[tuple[tuple[int, ...], tuple[int, ...]]]


def _numbered_otherwise(name: Words, form: Words) -> bool:
    """Whether both end in a Roman numeral, and not in the same one: *Elizabeth I*, *Elizabeth II*."""
    ours, theirs = name.texts[-1], form.texts[-1]
    return ours != theirs and bool(_NUMERAL.fullmatch(ours)) and bool(_NUMERAL.fullmatch(theirs))


def _answers(name: Words, form: Words, costs: Sequence[int]) -> tuple[Answers, set[int], set[int]]:
    """The words that answer to each other, nearest first, and the names of either side that answer to none."""
    left, lacking = set(name.names), set(form.names)
    width = len(form.names)
    places = [(cost, name.names[k // width], form.names[k % width]) for k, cost in enumerate(costs) if cost <= NEAR]
    near = sorted((cost, abs(i - j), i, j) for cost, i, j in places)
    answers: Answers = []
    for _, _, i, j in near:
        if i in left and j in lacking:
            left.discard(i)
            lacking.discard(j)
            answers.append(((i,), (j,)))
    return answers, left, lacking


def _join(name: Words, form: Words, answers: Answers, left: set[int], lacking: set[int]) -> int:
    """Let two or three words of one side answer to one of the other; the handicap."""
    handicap = 0
    for _ in range(limits.MAX_JOINED):
        found = _joint(name, form, left, lacking)
        if found is None:
            break
        ours, theirs = found
        answers[:] = [a for a in answers if not (set(a[0]) & set(ours) or set(a[1]) & set(theirs))]
        answered = [{i for side, _ in answers for i in side}, {j for _, side in answers for j in side}]
        left |= set(name.names) - answered[0] - set(ours)
        lacking |= set(form.names) - answered[1] - set(theirs)
        left -= set(ours)
        lacking -= set(theirs)
        answers.append((ours, theirs))
        handicap += JOINED
    return handicap


def _joint(name: Words, form: Words, left: set[int], lacking: set[int]) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Neighbouring words of one side, a left over one among them, that are written like one left over on the other."""
    for several, rest, single, ones, swapped in ((name, left, form, lacking, False), (form, lacking, name, left, True)):
        for one in sorted(ones) if several.joint else ():
            word = single.texts[one]
            if single.stems[one] != word:
                continue
            least, most = LENGTHS * len(word), len(word) / LENGTHS
            for joined, group in several.joint:
                if least <= len(joined) <= most and not rest.isdisjoint(group) and _alike_joined(joined, word):
                    return ((one,), group) if swapped else (group, (one,))
    return None


def _alike_joined(joined: str, word: str) -> bool:
    if Indel.normalized_similarity(joined, word) >= ALIKE_JOINED:
        return True
    outline, other = joined.translate(_VOWELS), word.translate(_VOWELS)
    return min(len(outline), len(other)) > 3 and Indel.normalized_similarity(outline, other) > ALIKE_JOINED


def _short_forms(name: Words, form: Words, answers: Answers, left: set[int], lacking: set[int]) -> int:
    """Let short forms of names answer to the names, and to other short forms; the handicap."""
    found = [(i, j) for i in sorted(left) for j in sorted(lacking) if _stand_for_one(name.texts[i], form.texts[j])]
    handicap = 0
    for i, j in found:
        if i in left and j in lacking:
            left.discard(i)
            lacking.discard(j)
            answers.append(((i,), (j,)))
            handicap += SHORT
    return handicap


def _stand_for_one(one: str, other: str) -> bool:
    """Whether one is a short form of the other, or both are of a third."""
    shorts = particles().shorts
    full, whole = shorts.get(one), shorts.get(other)
    if full is None and whole is None:
        return False
    return any(a == b or _spelled_alike(a, b) for a in (full or {one}) for b in (whole or {other}))


def _spelled_alike(one: str, other: str) -> bool:
    """Whether two names in full may be spellings of one (*aleksandr*, *alexander*)."""
    return len(one) > 3 and one.isascii() and Indel.normalized_similarity(one, other) >= ALIKE_JOINED


def _initials(name: Words, form: Words, answers: Answers, left: set[int], lacking: set[int]) -> int:
    """Let the initials of either side answer to the same ones of the other, or to words that begin so, in their order; the handicap."""
    same = _same_initials(name, form)
    answers += [((i,), (j,)) for i, j in same]
    ours = [i for i in name.initials if i not in {i for i, _ in same}]
    theirs = [j for j in form.initials if j not in {j for _, j in same}]
    handicap, stood, over = _stand_for(name, ours, form, lacking)
    more, meant, missing = _stand_for(form, theirs, name, left)
    answers += [((i,), (j,)) for i, j in stood] + [((i,), (j,)) for j, i in meant]
    links = "link" in form.roles
    left |= {i for i in over if not (links and name.texts[i] == "b")}
    lacking |= set(missing)
    return handicap + more


def _same_initials(name: Words, form: Words) -> list[tuple[int, int]]:
    """The initials that both sides have, in their order."""
    out: list[tuple[int, int]] = []
    for i in name.initials:
        last = out[-1][1] if out else -1
        found = next((j for j in form.initials if j > last and form.texts[j] == name.texts[i]), None)
        out += [] if found is None else [(i, found)]
    return out


def _stand_for(side: Words, initials: Sequence[int], other: Words, open_: set[int]) -> tuple[int, list[tuple[int, int]], list[int]]:
    """The handicap of initials that words of the other side begin with, which these are, and the initials that none begins with."""
    handicap, last = 0, -1
    found: list[tuple[int, int]] = []
    over: list[int] = []
    for i in initials:
        letter = side.texts[i]
        words = sorted(j for j in open_ if j > last)
        exact = next((j for j in words if other.texts[j][:1] == letter), None)
        meant = next((j for j in words if alike(letter, other.texts[j][:1])), None) if exact is None else exact
        if meant is None:
            over.append(i)
            continue
        handicap += OTHER_INITIAL if exact is None else INITIALS[min(len(found), len(INITIALS) - 1)]
        last = meant
        open_.discard(meant)
        found.append((i, meant))
    return handicap, found, over


def _contradiction(name: Words, form: Words, costs: Sequence[int], left: set[int], lacking: set[int]) -> Fit:
    """The handicap of words that answer to none, less where two of them are nearly near enough, if not as *Yevgenia* and *Yevgeny* are."""
    width = len(form.names)
    rows = [row * width for row, i in enumerate(name.names) if i in left]
    columns = [column for column, j in enumerate(form.names) if j in lacking]
    best = min([costs[row + column] for row in rows for column in columns], default=FAR)
    woman = any(_of_woman_and_man(name.texts[i], form.texts[j]) for i in left for j in lacking - {form.names[-1]})
    return Fit((), "", 0, max(CONTRADICTED * (min(best, FAR) - NEAR) // (FAR - NEAR), WOMAN * woman))


def _otherwise_called(name: Words, form: Words, answers: Answers, left: set[int]) -> int:
    """The handicap of a name by which the bearer is called and which the form lacks, and of a woman's name for a man's."""
    called = len(name.names) > 2 and name.names[1] in left - name.fathers and name.texts[name.names[0]] in particles().doubles
    given = [(name.texts[ours[0]], form.texts[theirs[0]]) for ours, theirs in answers if theirs[0] != form.names[-1]]
    return CALLED * called + WOMAN * any(_of_woman_and_man(*pair) for pair in given)


def _of_woman_and_man(one: str, other: str) -> bool:
    """Whether one is a woman's name by its ending where the other is a man's: *Daniela*, *Daniel*; *Yevgenia*, *Yevgeny*."""
    one, other = (one, other) if one.endswith("a") else (other, one)
    if not one.endswith("a") or other.endswith("a") or len(one) < 4:
        return False
    stem = one[:-1].rstrip("iyj")
    return stem in (other, other.rstrip("iyj"), other.removesuffix("o"))


def _beside(name: Words, form: Words, answers: Answers) -> int | None:
    """The handicap of particles and titles that one side lacks; None where the generations contradict each other."""
    used, theirs = {i for side, _ in answers for i in side}, {j for _, side in answers for j in side}
    ours = [role for i, role in enumerate(name.roles) if role and i not in used]
    others = [role for j, role in enumerate(form.roles) if role and j not in theirs]
    if not ours and not others:
        return 0
    if "generation" in ours and "generation" in others:
        same = {t for t, role in zip(name.texts, name.roles, strict=True) if role == "generation"}
        if same.isdisjoint(t for t, role in zip(form.texts, form.roles, strict=True) if role == "generation"):
            return None
    return sum(price * abs(ours.count(role) - others.count(role)) for role, price in LEFT_OUT.items())


def _father_for_son(name: Words, form: Words, answers: Answers) -> bool:
    """Whether a son's name answers to a father's, and the father's to the son's: *Salman bin Mohammed*, *Mohammed bin Salman*."""
    if not name.sons or not form.sons:
        return False
    meant = {ours[0]: theirs[0] for ours, theirs in answers}
    return any((meant.get(father), meant.get(son)) in form.sons for son, father in name.sons)


def _surname(places: Sequence[int]) -> int:
    """The place of the word that answers to the last name, where the names of the two sides stand in other orders; else -1."""
    return -1 if all(a < b for a, b in pairwise(places)) else places[-1]


def _order(places: Sequence[int], told: int) -> int:
    """The handicap of the name's words standing in the order of ``places``."""
    if all(a < b for a, b in pairwise(places)):
        return 0
    first = places.index(min(places))
    turned = [*places[first:], *places[:first]]
    if any(a > b for a, b in pairwise(turned)):
        return SHUFFLED
    return TOLD if told else TURNED


def _core(name: Words, form: Words, answers: Answers) -> tuple[tuple[str, ...], str]:
    """The words that answer to each other, in the form's order: the name's source letters, and the form's words."""
    atoms: list[str] = []
    texts = []
    for ours, theirs in answers:
        text = "".join([form.texts[j] for j in theirs])
        if atoms:
            atoms.append(" ")
        if ours[0] in name.initials or theirs[0] in form.initials or _stand_for_one(name.texts[ours[0]], text):
            atoms += text
        else:
            for i in ours:
                atoms += name.atoms[i]
        texts.append(text)
    return tuple(atoms), " ".join(texts)
