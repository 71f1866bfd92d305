"""Doubts: what speaks against a listed spelling in a text, beside its letters, so that it wants more evidence.

A spelling that would be changed is doubted where it stands for a place that few know and looks unlike it, or begins a
sentence, where it is a personal name or the surname of somebody in the text, a word with capitals of its own, what people
of a place are called, and where it is an acronym among words that are none. What hangs on the spelling alone is worked out once
for each (:func:`doubts_about`), what hangs on the text wherever it stands (:func:`doubt`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import regex
from rapidfuzz.distance import JaroWinkler

from translit.mentions.casing import has_own_capitals
from translit.mentions.evidence import ALIKE, SHORT, Context, Need, blank_before
from translit.mentions.inflections import is_derived
from translit.mentions.vocabulary import CALENDAR, COUNTRY, GEO, NAME, PREPOSITION, REGION, WEAK, WORD
from translit.mentions.words import Words
from translit.unicode.scripts import script_of

FEW = 4
"""Letters of an alias up to which a place that few know is not taken for granted."""
ACRONYM = 5
"""Letters up to which a word in capitals, among words that are not, may be an acronym."""
LEAST_APART = {"Hani": 4, "Hira": 6, "Kana": 4, "Hang": 3, "Thai": 6, "Laoo": 6, "Khmr": 6, "Mymr": 6}
"""Fewest letters, by script, of a spelling that is no word and no piece of one by chance, though nothing sets it apart."""
CASED = frozenset({"Cyrl", "Grek", "Armn"})
"""Scripts with capitals of whose words the list of words knows few."""
_SIGNATURE = regex.compile(r"\n[ \t]*(?:--|—) ?\Z")
_BEHIND_DATELINE = regex.compile(r"\s*(?:[(,/–—-]|\d|$)")


class Told(NamedTuple):
    """What the lexicon tells of a form of an entity.

    Args:
        canonical: the folded canonical spelling.
        place: whether the entity is a place.
        trusted: whether the lexicon says of what kind the variant is.
        famed: whether the entity is among the heaviest of the lexicon.
        great: whether it is among the very heaviest.
        rivalled: whether it is none of the heaviest, and the form begins the longer name of one of them.
    """

    canonical: str
    place: bool
    trusted: bool
    famed: bool
    great: bool
    rivalled: bool


class Doubts(NamedTuple):
    """What speaks against a listed spelling.

    Args:
        need: what it needs because of its letters and of what the lexicon tells.
        short: whether it is some words of a place's name, which another word behind it may go on.
        begins: whether it may begin another name, as words of its script do.
        derived: whether it says who is from a place, unless it is said of nothing.
        again: whether it is somebody's name or a word if it is said again.
        known: whether it is best known for what it is listed as, but where another may bear it.
        short_capitals: whether it may be an acronym.
        surname: whether it may be the surname of somebody in the text.
    """

    need: Need
    short: bool = False
    begins: bool = False
    derived: bool = False
    again: bool = False
    known: bool = False
    short_capitals: bool = False
    surname: bool = False

    @property
    def hang_on_context(self) -> bool:
        """Whether what stands around it tells more, beside that it is somebody's surname."""
        return any(self[1:-1])


def doubts_about(context: Context, first: int, last: int, form: str, told: Told, gazetteer: bool) -> Doubts:
    """What speaks against some words wherever they stand, or may where they stand.

    Args:
        context: a document that has the words.
        first, last: the words.
        form: their folded form, without an ending.
        told: what the lexicon tells of it.
        gazetteer: whether the lexicon names so many places that most words are one.
    """
    short = told.place and is_short_of(form, told.canonical)
    spelled = context.words.spelled(first, last)
    script = script_of(spelled)
    if told.place and len(spelled) < LEAST_APART.get(script, 0) and (script == "Hira" or not told.famed):
        return Doubts(Need.CUE if told.famed or script != "Hira" else Need.ANCHOR, short)
    # The list of words knows few of Cyrillic and Greek letters.
    begins = told.place and not told.great and script in CASED
    if told.place and told.rivalled and form != told.canonical:
        # Of Frankfort in Kentucky Frankfurt is said less often than of Frankfurt am Main.
        return Doubts(Need.ANCHOR, short, begins)
    if last - first == 1:
        return _of_one(context, first, form, told, gazetteer)._replace(short=short, begins=begins)
    if told.place and _ends_small(context, last - 1):
        return Doubts(Need.MORE, short, begins)
    # Of other scripts the list of words says too little, and a Han name is short.
    return Doubts(_of_several(context, spelled, form, told) if form.isascii() else Need.NOTHING, short, begins)


def doubt(context: Context, first: int, last: int, form: str, doubts: Doubts) -> Need:
    """What a listed spelling needs because of what it may be instead.

    Args:
        context: the document.
        first, last: the words that it spans.
        form: its folded form, without an ending.
        doubts: about such words.
    """
    if doubts.short and context.goes_on(last):
        # Written out it would run into another's name: the New York Times.
        return Need.MORE
    if doubts.begins and _may_begin_another(context, first, last):
        return Need.CUE
    if doubts.derived and _stands_alone(context, first, last):
        return Need.CUE
    need = doubts.need
    if doubts.again and _taken_for_another(context, first, form):
        need = max(need, Need.CUE)
    if doubts.known and not _stands_out(context, first, form):
        need = max(need, Need.CUE)
    if doubts.short_capitals and acronym(context, first):
        need = max(need, Need.ANCHOR)
    if doubts.surname and form in context.surnames:
        need = max(need, Need.BOTH)
    return need


def _of_one(context: Context, i: int, form: str, told: Told, gazetteer: bool) -> Doubts:
    """What speaks against a spelling of one word."""
    raw = context.words.piece(i, i + 1)
    alias, bits = form != told.canonical, context.bits[form]
    if alias and told.place and not told.trusted and is_derived(form, told.canonical):
        return Doubts(Need.MORE, derived=True)
    need = Need.NOTHING
    obscure = told.place and not told.trusted and not told.famed
    far = obscure and (len(form) <= FEW or _unlike(form, told.canonical))
    # The marks of an exonym tell it from the personal name of the same letters: Pekín, but Maurice.
    marked = form.isascii() and not raw.isascii()
    named = bits & NAME and not (told.famed and bits & GEO and (marked or not alias))
    another = bool(named or bits & WEAK)
    known = another and _well_known(bits, form, told)
    if far or (another and not known):
        need = Need.CUE
    other = alias and told.place
    if other and bits & NAME and not bits & GEO:
        need = Need.ANCHOR
    if alias and has_own_capitals(raw):
        need = Need.BOTH
    again = obscure and not far and gazetteer
    return Doubts(need, again=again, known=known, short_capitals=other and _is_short_in_capitals(raw), surname=told.place)


def _of_several(context: Context, spelled: str, form: str, told: Told) -> Need:
    """What a spelling of several words needs that may be said of something else: October 6, the Common, the D."""
    words = form.split(" ")
    bits = [context.bits[word] for word in words]
    alias = form != told.canonical
    if alias and all(word.isdigit() or own & CALENDAR for word, own in zip(words, bits, strict=True)):
        return Need.MORE
    ordinary = all(own & (WORD | CALENDAR) and not own & GEO for own in bits)
    if alias and told.place and not told.trusted:
        if ordinary and _unlike(form, told.canonical):
            # The White House, the Bank: also of a great place.
            return Need.BOTH
        if max(map(len, words)) <= SHORT:
            # The D, LA CA: words of so few letters are said of anything, but for those that a hyphen joins: Sîn-kâ-po.
            return Need.ANCHOR if " " in spelled else Need.CUE
        if context.bits[form] & REGION:
            # The name of a region is said of a town where the text has the town, too: New York.
            return Need.BOTH
    if not told.place or told.trusted or told.famed:
        return Need.NOTHING
    if alias and ordinary:
        return Need.BOTH
    given = bits[0] & NAME and not bits[0] & (WORD | GEO)
    known = all(len(word) < SHORT or own & (WORD | NAME | CALENDAR) for word, own in zip(words, bits, strict=True))
    return Need.CUE if known and (alias or given) else Need.NOTHING


def _stands_alone(context: Context, first: int, last: int) -> bool:
    """Whether a word stands between a preposition and a sign of punctuation, so that it is said of nothing: *in Berlini, the*."""
    words = context.words
    before = first > 0 and not words.capital[first - 1] and bool(context.classes(first - 1) & PREPOSITION) and blank_before(words, first)
    return before and (last >= len(words.word) or not blank_before(words, last))


def _ends_small(context: Context, i: int) -> bool:
    """Whether a word is a short one of a sentence, not the last of a name: *Mexico by*, *Oil Co to*."""
    words = context.words
    return not words.capital[i] and len(words.folded[i]) <= SHORT and context.is_word(i) and blank_before(words, i)


def _taken_for_another(context: Context, first: int, form: str) -> bool:
    """Whether the spelling of a place that few know is likelier something else, which a gazetteer has by chance."""
    if not form.isascii() and context.words.starts_sentence(first):
        # Any word has a capital there, and the list of words is short of those of other scripts.
        return True
    # What is said again and again, and never with the cue of a place, is somebody's name or a word.
    return context.words.count(first) > 1


def _may_begin_another(context: Context, first: int, last: int) -> bool:
    """Whether a name stands where any word has a capital, or who said something is told."""
    words = context.words
    if is_signature(words, first):
        return True
    if last >= len(words.word) or words.capital[last]:
        return False
    small = blank_before(words, last) or words.text[words.ends[last - 1] : words.starts[last]] == "-"
    return small and (words.starts_sentence(first) or "\n" in words.text[words.ends[first - 1] : words.starts[first]])


def is_signature(words: Words, first: int) -> bool:
    """Whether two hyphens at the beginning of a line stand before a word, as before who said what stands above."""
    return first > 0 and _SIGNATURE.search(words.text, words.ends[first - 1], words.starts[first]) is not None


def _well_known(bits: int, form: str, told: Told) -> bool:
    """Whether a spelling that a dictionary or a list of surnames has, too, is by far best known as a great place's.

    The dictionaries of many languages list countries and capitals among the words (*Ucraina*, *Moscou*), and most of them are
    somebody's surname.
    """
    if bits & WORD or not bits & GEO or not told.famed:
        return False
    if told.trusted and not bits & NAME and len(form) > FEW:
        return True
    alike = told.trusted or bits & COUNTRY or JaroWinkler.similarity(form, told.canonical) >= ALIKE
    return told.great and bool(alike) and len(form) > (SHORT if bits & COUNTRY else FEW)


def _stands_out(context: Context, first: int, form: str) -> bool:
    """Whether a word has its capital for its own sake, and no ending.

    No other word of a dictionary has such a capital inside a sentence; those of which that is not true stand in
    ``lexicons/cues.tsv``.
    """
    words = context.words
    if first and context.is_name(first) and words.joined[first] and words.capital[first - 1]:
        # Irma Chine, Mrs. Chine.
        return False
    return words.folded[first] == form and not words.starts_sentence(first)


def _unlike(form: str, canonical: str) -> bool:
    """Whether a spelling is far from the canonical one, or only some of its words."""
    if JaroWinkler.similarity(form, canonical) < ALIKE:
        return form.isascii()
    return is_short_of(form, canonical)


def is_short_of(form: str, canonical: str) -> bool:
    """Whether a spelling is some words of the canonical one."""
    return " " in canonical and set(form.split(" ")) < set(canonical.split(" "))


def acronym(context: Context, i: int) -> bool:
    """Whether a word is short, in capitals, and stands neither among words in capitals nor in a dateline."""
    words = context.words
    token = words.tokens[i]
    if not _is_short_in_capitals(token.text):
        return False
    starts = not i or "\n" in words.text[words.tokens[i - 1].end : token.start]
    if starts and _BEHIND_DATELINE.match(words.text, token.end):
        return False
    return not any(_in_capitals(context, k) for k in _beside(words, i))


def _is_short_in_capitals(word: str) -> bool:
    return 1 < len(word) <= ACRONYM and word.isupper()


def _beside(words: Words, i: int) -> Sequence[int]:
    return [k for k in (i - 1, i + 1) if 0 <= k < len(words.tokens)]


def _in_capitals(context: Context, i: int) -> bool:
    """Whether a word in capitals is no acronym itself."""
    word = context.words.tokens[i].text
    return len(word) > 1 and word.isupper() and (len(word) > ACRONYM or context.is_word(i))
