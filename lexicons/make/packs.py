"""What the pack makers share: entities, folding, script and word tests, and one way to write a pack."""

from __future__ import annotations

import functools
import gzip
import io
import re
import subprocess
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from babel.core import get_global
from unidecode import unidecode
from wordfreq import get_frequency_list

HERE = Path(__file__).resolve().parent
NAMES = HERE.parent / "names"
DATE = "2026-11-23"
COLUMNS = ("id", "kind", "canonical", "variant", "lang", "type", "note")
TARGETS = ("cs", "de", "es", "fr", "it", "nl", "pl", "pt", "ru", "sv", "tr")
"""Languages whose own name of a place is recorded as its canonical spelling there."""
WORD_LANGS = (
    "ca",
    "cs",
    "da",
    "de",
    "en",
    "es",
    "fi",
    "fr",
    "hu",
    "id",
    "it",
    "lt",
    "lv",
    "nb",
    "nl",
    "pl",
    "pt",
    "ro",
    "sl",
    "sv",
    "tr",
    "vi",
)
"""Languages with a Latin alphabet whose ordinary words no unlabelled variant may be."""
BIG_LANGS = ("de", "en", "es", "fr", "id", "it", "nl", "pl", "pt", "sv", "tr")
"""Those of them whose ordinary words a labelled variant of another language may not be either."""
SCRIPTS = {
    "ARABIC": "Arab",
    "ARMENIAN": "Armn",
    "BENGALI": "Beng",
    "CJK": "Hani",
    "CYRILLIC": "Cyrl",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "GEORGIAN": "Geor",
    "GREEK": "Grek",
    "GUJARATI": "Gujr",
    "GURMUKHI": "Guru",
    "HANGUL": "Hang",
    "HEBREW": "Hebr",
    "HIRAGANA": "Kana",
    "IDEOGRAPHIC": "Hani",
    "KANNADA": "Knda",
    "KATAKANA": "Kana",
    "KATAKANA-HIRAGANA": "Kana",
    "KHMER": "Khmr",
    "LAO": "Laoo",
    "LATIN": "Latn",
    "MALAYALAM": "Mlym",
    "MYANMAR": "Mymr",
    "ORIYA": "Orya",
    "SINHALA": "Sinh",
    "TAMIL": "Taml",
    "TELUGU": "Telu",
    "THAANA": "Thaa",
    "THAI": "Thai",
    "TIBETAN": "Tibt",
}
"""First word of a character's Unicode name to its ISO 15924 script."""
JOINERS = "\u200c\u200d"
"""Joiners that Arabic and Indic spelling needs between letters."""
INVISIBLE = frozenset({"Cc", "Cf", "Cn", "Co", "Cs"})
COMPOUND_SCRIPTS = {"Hans": {"Hani"}, "Hant": {"Hani"}, "Jpan": {"Hani", "Kana"}, "Kore": {"Hang", "Hani"}}


class MissingSource(Exception):
    """A source of the packs is not installed, or in another version than the pinned one."""


@dataclass(frozen=True, order=True)
class Row:
    """One variant of an entity, as it stands in the pack."""

    lang: str
    variant: str
    type: str = "romanization"
    target: bool = False
    remark: str = ""


@dataclass
class Place:
    """One entity in the making; ``rows`` are its variants in any order."""

    id: str
    kind: str
    canonical: str
    weight: float = 0
    country: str = ""
    rows: list[Row] = field(default_factory=list)


def render(entities: Iterable[Place], licence: str, source: str, **more: str) -> bytes:
    """The bytes of a pack: sorted by id, then by language and variant, so that the same sources give the same bytes.

    ``more`` are header lines beyond those that every pack has.
    """
    out = io.StringIO()
    for key, value in {"format": "translit-names/1", "licence": licence, "source": source, "date": DATE, **more}.items():
        out.write(f"#: {key}={value}\n")
    out.write("\t".join(COLUMNS) + "\n")
    for entity in sorted(entities, key=lambda e: natural(e.id)):
        rows = sorted(set(entity.rows), key=lambda r: (not r.lang, r.lang, r.variant, r.type))
        for number, row in enumerate(rows or [Row("en", entity.canonical)]):
            facts = [f"weight={number_text(entity.weight)}"] if entity.weight else []
            facts += [f"country={entity.country}"] if entity.country else []
            notes = (facts if number == 0 else []) + (["target"] if row.target else []) + ([row.remark] if row.remark else [])
            out.write("\t".join((entity.id, entity.kind, entity.canonical, row.variant, row.lang, row.type, "; ".join(notes))))
            out.write("\n")
    return out.getvalue().encode("utf-8")


def number_text(value: float) -> str:
    """A weight without an exponent and without idle decimals."""
    return f"{value:.0f}" if value == int(value) else f"{value:.6f}".rstrip("0")


def pack_bytes(name: str, data: bytes) -> bytes:
    """``data`` as it is stored under ``name``: gzip without a time stamp where the name ends in ``.gz``."""
    return gzip.compress(data, compresslevel=9, mtime=0) if name.endswith(".gz") else data


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Sorting key in which ``gn:9`` stands before ``gn:10``."""
    return tuple((0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", text) if part)


@functools.cache
def script(text: str) -> str:
    """ISO 15924 code of the script of ``text``; ``Hani`` with kana is ``Kana``, a mixture or no letter is ``""``."""
    found = set()
    for char in text:
        if unicodedata.category(char) in {"Lu", "Ll", "Lt", "Lo"}:
            found.add(SCRIPTS.get(unicodedata.name(char, "?").split()[0], "Zzzz"))
    found.discard("Hani") if "Kana" in found else None
    return found.pop() if len(found) == 1 else ""


@functools.cache
def fold(text: str) -> str:
    """Comparison key: Latin without case, diacritics, spaces and marks, any other script without case and spaces."""
    if script(text) == "Latn":
        return re.sub(r"[^a-z0-9]", "", unidecode(text).lower())
    return "".join(char for char in unicodedata.normalize("NFC", text.casefold()) if unicodedata.category(char)[0] in "LMN") or text


@functools.cache
def roman(text: str) -> str:
    """A rough ASCII reading of any script, for similarity only."""
    return re.sub(r"[^a-z ]", "", unidecode(text).lower()).strip()


@functools.cache
def tidy(text: str) -> str:
    """NFC, single spaces, and without invisible characters other than the joiners of Arabic and Indic writing."""
    kept = [c for c in unicodedata.normalize("NFC", text) if c in JOINERS or unicodedata.category(c) not in INVISIBLE]
    inner = (c for i, c in enumerate(kept) if c not in JOINERS or (i > 0 and is_letter(kept[i - 1 : i]) and is_letter(kept[i + 1 : i + 2])))
    return " ".join("".join(inner).split()).strip(" ,;")


def is_letter(chars: list[str]) -> bool:
    """Whether a slice holds one letter or mark."""
    return bool(chars) and unicodedata.category(chars[0])[0] in "LM"


@functools.cache
def words(lang: str, zipf: float) -> frozenset[str]:
    """Words of ``lang`` at or above a Zipf frequency (log10 of occurrences in 10^9 words)."""
    return frozenset(w for bucket in get_frequency_list(lang)[: round((9 - zipf) * 100) + 1] for w in bucket)


def is_word(text: str, zipf: float, besides: Iterable[str] = (), among: Iterable[str] = WORD_LANGS) -> bool:
    """Whether ``text`` is one ordinary word in a language ``among`` these that is not in ``besides``."""
    low = text.lower()
    skip = {lang.split("-")[0] for lang in besides}
    return any(low in words(lang, zipf) for lang in among if lang not in skip)


@functools.cache
def native_langs(country: str) -> frozenset[str]:
    """BCP 47 languages a country writes its own names in: official ones, and what a fifth of its people speak."""
    known: Mapping[str, Mapping[str, object]] = get_global("territory_languages").get(country, {})
    return frozenset(
        lang.replace("_", "-") for lang, facts in known.items() if facts["official_status"] or float(str(facts["population_percent"])) >= 20
    )


@functools.cache
def main_langs(country: str) -> frozenset[str]:
    """Languages of :func:`native_langs` without those of small regions."""
    known: Mapping[str, Mapping[str, object]] = get_global("territory_languages").get(country, {})
    return frozenset(
        lang
        for lang in native_langs(country)
        if float(str(known[lang.replace("-", "_")]["population_percent"])) >= 10
        or known[lang.replace("-", "_")]["official_status"] in {"official", "de_facto_official"}
    )


@functools.cache
def lang_scripts(lang: str) -> frozenset[str]:
    """ISO 15924 scripts of a BCP 47 language."""
    likely = get_global("likely_subtags")
    parts = likely.get(lang.replace("-", "_"), lang.replace("-", "_")).split("_")
    code = next((p for p in parts[1:] if len(p) == 4), "")
    return frozenset(COMPOUND_SCRIPTS.get(code, {code}))


@functools.cache
def native_scripts(country: str) -> frozenset[str]:
    """Scripts of :func:`native_langs`."""
    return frozenset(code for lang in native_langs(country) for code in lang_scripts(lang))


@functools.cache
def writes_latin(country: str) -> bool:
    """Whether the language that most people of a country speak officially has a Latin alphabet."""
    known: Mapping[str, Mapping[str, object]] = get_global("territory_languages").get(country, {})
    ranked = sorted(
        (lang for lang in known if known[lang]["official_status"] and lang != "en"),
        key=lambda lang: -float(str(known[lang]["population_percent"])),
    )
    return not ranked or "Latn" in lang_scripts(ranked[0].replace("_", "-"))


def debian_file(root: Path, path: str) -> Path:
    """A file of a Debian package pinned in ``debian.txt``, under ``root`` (``/``, or where the package was unpacked).

    Raises:
        MissingSource: where it is not installed, or installed in another version.
    """
    package = {"cldr/common": "unicode-cldr-core", "LC_MESSAGES": "libgeonames-common"}
    name = next(value for key, value in package.items() if key in path)
    version = dict(line.split("=") for line in (HERE / "debian.txt").read_text("utf-8").split())[name]
    mend = f"'apt-get install {name}={version}', or unpack that .deb ('dpkg -x') and pass the folder with --root"
    found = root / path
    if not found.exists():
        raise MissingSource(f"{found} is missing; {mend}")
    if root == Path("/") and installed_version(name) not in {"", version}:
        raise MissingSource(f"{name} is installed as {installed_version(name)}, the packs are made from {version}; {mend}")
    return found


@functools.cache
def installed_version(package: str) -> str:
    """Version of an installed Debian package, ``""`` where dpkg does not know it."""
    try:
        done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout.strip()


def table(name: str) -> Iterator[dict[str, str]]:
    """Rows of a hand-kept table beside this file, keyed by its column line; ``#`` starts a comment line."""
    lines = [line for line in (HERE / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]
    columns = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(columns, line.split("\t"), strict=True))
