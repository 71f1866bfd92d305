"""Doubts: what speaks against a listed spelling in a text, beside its letters, so that it wants more evidence.

A spelling that would be changed is doubted where it stands for a place that few know and looks unlike it, where it is a
personal name or the surname of somebody in the text, and where it is an acronym among words that are none.
"""

from __future__ import annotations

import regex
from rapidfuzz.distance import JaroWinkler

from translit.mentions.evidence import ALIKE, SHORT, Context, Need
from translit.mentions.vocabulary import CALENDAR, GEO, NAME, WEAK, WORD
from translit.mentions.words import Words

FEW = 4
"""Letters of an alias up to which a place that few know is not taken for granted."""
ACRONYM = 5
"""Letters up to which a word in capitals, among words that are not, may be an acronym."""
_BEHIND_DATELINE = regex.compile(r"\s*(?:[(,/–—-]|\d|$)")


def doubt(
    context: Context, first: int, last: int, form: str, canonical: str, place: bool, trusted: bool, famed: bool, gazetteer: bool
) -> Need:
    """What a listed spelling needs because of what it may be instead.

    Args:
        context: the document.
        first, last: the words that it spans.
        form: its folded form, without an ending.
        canonical: the folded canonical spelling.
        place: whether the entity is a place.
        trusted: whether the lexicon says of what kind the variant is.
        famed: whether the entity is among the heaviest of the lexicon.
        gazetteer: whether the lexicon names so many places that most words are one.
    """
    alias = form != canonical
    few = place and not trusted and not famed
    if last - first > 1:
        if not form.isascii():
            # Of other scripts the list of words says too little, and a Han name is short.
            return Need.NOTHING
        words = form.split(" ")
        if place and alias and not trusted and max(map(len, words)) <= SHORT:
            # The D, LA CA: words of so few letters are said of anything.
            return Need.ANCHOR
        plain = all(len(word) < SHORT or context.bits[word] & (WORD | NAME | CALENDAR) for word in words)
        return Need.CUE if few and plain else Need.NOTHING
    few = few and alias
    # What is said again and again, and never with the cue of a place, is somebody's name or a word.
    again = gazetteer and context.words.count(first) > 1
    need = Need.CUE if few and (again or len(form) <= FEW or _unlike(form, canonical)) else Need.NOTHING
    bits = context.bits[form]
    great = trusted and famed and len(form) > FEW and bits & (WEAK | GEO | NAME) == WEAK | GEO
    # The marks of an exonym tell it from the personal name of the same letters: Pekín, but Maurice.
    marked = form.isascii() and not context.words.tokens[first].text.isascii()
    named = bits & NAME and not (famed and bits & GEO and (marked or not alias))
    if named or (bits & WEAK and not (great and _stands_out(context, first, form))):
        need = max(need, Need.CUE)
    if alias and place and ((bits & NAME and not bits & GEO) or acronym(context.words, first)):
        need = Need.ANCHOR
    if place and form in context.surnames:
        need = Need.BOTH
    return need


def _stands_out(context: Context, first: int, form: str) -> bool:
    """Whether a word has its capital for its own sake, and no ending.

    The dictionaries of many languages list the countries among the words (*Ucraina*, *Afganistán*), but no other word has such a capital
    inside a sentence; those of which that is not true stand in ``lexicons/cues.tsv``.
    """
    words = context.words
    return words.folded[first] == form and not words.starts_sentence(first)


def _unlike(form: str, canonical: str) -> bool:
    """Whether a spelling is far from the canonical one, or only some of its words."""
    if JaroWinkler.similarity(form, canonical) < ALIKE:
        return form.isascii()
    words = set(canonical.split(" "))
    return len(words) > 1 and words.issuperset(form.split(" "))


def acronym(words: Words, i: int) -> bool:
    """Whether a word is short, in capitals, and stands neither among others in capitals nor in a dateline.

    >>> from translit.mentions.words import words_of
    >>> text = words_of("Of ANSI it is said\\nKABUL (AP)")
    >>> acronym(text, 1), acronym(text, 5)
    (True, False)
    """
    token = words.tokens[i]
    if not 1 < len(token.text) <= ACRONYM or not token.text.isupper():
        return False
    starts = not i or "\n" in words.text[words.tokens[i - 1].end : token.start]
    if starts and _BEHIND_DATELINE.match(words.text, token.end):
        return False
    beside = [words.tokens[k].text for k in (i - 1, i + 1) if 0 <= k < len(words.tokens)]
    return not any(len(word) > 1 and word.isupper() for word in beside)
