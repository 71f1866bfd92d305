"""Hypothesis strategies for names, scripts, texts and lexicons, shared by all property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from translit.model import VARIANT_TYPES
from translit.unicode.tokens import fold

SMALL: list[dict[str, Any]] = [
    {"id": "person:ahmad-massoud", "canonical": "Ahmad Massoud", "kind": "person", "weight": 400,
     "variants": ["Achmad Massud", "Ahmed Masood", {"text": "احمد مسعود", "lang": "prs", "type": "native"}]},
    {"id": "person:hamid-karzai", "canonical": "Hamid Karzai", "kind": "person", "weight": 600,
     "variants": ["Hamid Karsai", "Hamid Karzaï", {"text": "حامد کرزی", "lang": "prs", "type": "native"}]},
    {"id": "place:panjshir", "canonical": "Panjshir", "kind": "place", "weight": 170_000,
     "variants": ["Panjsjir", "Pandschir", "Punjir", {"text": "پنجشیر", "lang": "prs", "type": "native"}]},
    {"id": "place:kabul", "canonical": "Kabul", "kind": "place", "weight": 4_600_000, "canonicals": {"nl": "Kaboel"},
     "variants": ["Caboul", "Cabul", {"text": "کابل", "lang": "prs", "type": "native"}, {"text": "Кабул", "lang": "ru", "type": "native"}]},
    {"id": "place:beijing", "canonical": "Beijing", "kind": "place", "weight": 21_000_000, "canonicals": {"de": "Peking", "nl": "Peking"},
     "variants": [{"text": "Pekín", "lang": "es", "type": "exonym"}, {"text": "Pékin", "lang": "fr", "type": "exonym"},
                  {"text": "北京", "lang": "zh", "type": "native"}]},
    {"id": "place:mumbai", "canonical": "Mumbai", "kind": "place", "weight": 12_000_000,
     "variants": [{"text": "Bombay", "type": "former"}, {"text": "Bombaim", "lang": "pt", "type": "exonym"}]},
    {"id": "place:punjab", "canonical": "Punjab", "kind": "place", "weight": 100_000_000, "variants": ["Pendjab", "Pandschab"]},
    {"id": "place:istanbul", "canonical": "Istanbul", "kind": "place", "weight": 15_000_000, "variants": ["İstanbul", "Estambul"]},
    {"id": "org:taliban", "canonical": "Taliban", "kind": "organisation", "weight": 900, "variants": ["Talibã", "Talebani"]},
    {"id": "org:al-qaeda", "canonical": "al-Qaeda", "kind": "organisation", "weight": 900, "variants": ["Al Kaida", "Al-Qaïda"]},
    {"id": "people:hazara", "canonical": "Hazara", "kind": "people", "variants": ["Hesoren", "Hazaras"]},
    {"id": "protected:peking-duck", "canonical": "Peking duck", "kind": "protected", "variants": ["Pekín duck"]},
]  # fmt: skip
"""Entities of every kind, for tests that need a lexicon fast."""

SCRIPTS = {
    "Latin": "abcdefghijklmnopqrstuvwxyzABDEHIKMPSZäöüßçéèñïøåæłšžğışİŞāīūḥʿʾ'’-",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщъыьэюяАБВКМПСєіїґў",
    "Arabic": "ابپتثجچحخدذرزژسشصضطظعغفقکكگلمنهوهیيىءآأإئؤةٹڈڑںےټډړښڼۍې\u200c\u0640\u064e\u064f\u0650\u0651",
    "Hebrew": "אבגדהוזחטיכלמנסעפצקרשתםןףךץ״׳",
    "Greek": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώΑΒΓ",
    "Devanagari": "अआइईउऊएऐओऔकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौ्ंँ़",
    "Hangul": "강김남대동명박서성송신안영용이인장전정조주진청한현",
    "Han": "北京上海李王张陈安倍晋三東大阪金正恩",
    "Kana": "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンッャュョーがぎんか",
    "Thai": "กขคงจชซญดตถทนบปพฟมยรลวศสหอะาิีึืุูเแโใไ่้์",
}
"""Letters of the scripts that names are met in, by the script's name."""
ODD = (
    "İ", "ı", "ﬁ", "ﬀ", "ß", "ǅ", "ŉ", "ΐ", "a\u0301", "e\u0308\u0323", "\u0301", "\u0345", "K\u0336a\u0336",
    "\u200d", "\u200c", "\u200b", "\u00ad", "\ufeff", "\u202e", "\u2066", "\u00a0", "\r\n", "\r", "\n", "\t", "\x00", "\x1b", "\x85",
    "\u2028", "\u2029", "👩\u200d👩\u200d👧", "🇦🇫", "😀", "👍🏽", "\ud800", "\udfff", "\udc80", "\U0010ffff", "\ufffe",
    "𝐊𝐚𝐛𝐮𝐥", "Ｋａｂｕｌ", "’", "'", "-", "‐", "–", "—", ".", ",", "٠١٢", "½", "Ⅷ", "㎏", "가", "\u1100\u1161",
)  # fmt: skip
"""What breaks offsets: letters that grow when folded, marks, joiners, emoji, line ends, lone surrogates."""

scripts = st.sampled_from(sorted(SCRIPTS))
odd = st.sampled_from(ODD)


def words(script: str) -> st.SearchStrategy[str]:
    """Words in the letters of a script."""
    return st.text(SCRIPTS[script], min_size=1, max_size=12)


def names(most: int = 4) -> st.SearchStrategy[str]:
    """Names of one to ``most`` words in one script, title case where it has case."""

    def of(script: str) -> st.SearchStrategy[str]:
        joined = st.lists(words(script), min_size=1, max_size=most).map(" ".join)
        return st.one_of(joined, joined.map(str.title), joined.map(str.upper))

    return scripts.flatmap(of)


def worn(spelling: st.SearchStrategy[str], misspelt: bool = True) -> st.SearchStrategy[str]:
    """A spelling as texts wear it: in any case, with an ending, or with a letter changed."""
    changed = st.tuples(spelling, st.integers(0, 30), st.sampled_from(["", "a", "h", "i", "sch", "ou", "\u0301", "ß"])).map(
        lambda t: t[0][: t[1]] + t[2] + t[0][t[1] + 1 :]
    )
    ended = st.tuples(spelling, st.sampled_from(["'s", "’s", "s", "S", "'", "’den", "-", "."])).map("".join)
    kept = st.one_of(spelling, spelling.map(str.upper), spelling.map(str.lower), ended)
    return st.one_of(kept, changed) if misspelt else kept


def texts(spelling: st.SearchStrategy[str] | None = None, misspelt: bool = True) -> st.SearchStrategy[str]:
    """Running texts of words, odd characters and, where given, spellings of a lexicon."""
    pieces = [names(2), odd, st.text(max_size=6), st.sampled_from(["in", "sprak", "De", "and the", "Herr", "1998"])]
    if spelling is not None:
        pieces = [worn(spelling, misspelt), worn(spelling, misspelt), *pieces]
    gap = st.sampled_from([" ", " ", " ", "", ", ", ". ", "\r\n", "\n\n", " - ", "-", "„", "“", "\u00a0"])
    return st.lists(st.tuples(st.one_of(*pieces), gap).map("".join), max_size=14).map("".join)


anything = st.one_of(
    st.text(max_size=40),
    st.text(st.characters(codec=None, categories=["Cs", "Mn", "Cf", "Cn", "Lo", "Lu", "Zs"]), max_size=40),
    st.lists(odd, max_size=12).map("".join),
    st.tuples(st.one_of(odd, names(1)), st.integers(1, 600)).map(lambda t: t[0] * t[1]),
)
"""Any string at all: lone surrogates, unassigned code points, marks alone, very long words."""


def _like_a_name(name: str) -> bool:
    """Whether every word begins with a letter, and something is left of it when folded."""
    return name.isprintable() and all(word[0].isalpha() for word in name.split()) and bool(fold(name))


_framed = st.sampled_from(["Yahoo!", "Westward Ho!", "'s-Hertogenbosch", "‘Ewa Beach", "(Nord)", "¡Basta!", "Turtkul’"])
_spellings = st.one_of(names(3).map(lambda name: " ".join(name.split())).filter(_like_a_name), _framed)
_types = st.sampled_from(VARIANT_TYPES)


@st.composite
def entities(draw: st.DrawFn, number: int) -> dict[str, Any]:
    """A record of one entity."""
    kind = draw(st.sampled_from(["place", "person", "organisation", "people", "given", "family", "protected"]))
    variants = draw(st.lists(st.builds(lambda t, k: {"text": t, "type": k}, _spellings, _types), max_size=4))
    record: dict[str, Any] = {
        "id": f"{kind}:{number}", "canonical": draw(_spellings), "kind": kind, "variants": variants,
        "weight": draw(st.integers(0, 10**6)),
    }  # fmt: skip
    if draw(st.booleans()):
        record["canonicals"] = {draw(st.sampled_from(["de", "nl"])): draw(_spellings)}
    return record


@st.composite
def lexicons(draw: st.DrawFn, most: int = 8) -> list[dict[str, Any]]:
    """Records of one to ``most`` entities; spellings may be shared between them."""
    records = [draw(entities(i)) for i in range(draw(st.integers(1, most)))]
    # Each lexicon has some entities that compete: what one lists may be near or equal to what another does.
    if draw(st.booleans()):
        records += SMALL[: draw(st.integers(1, len(SMALL)))]
    return records


def spellings_of(records: list[dict[str, Any]]) -> list[str]:
    """Every spelling that records list, the canonical ones included."""
    out = dict.fromkeys(record["canonical"] for record in records)
    for record in records:
        out |= dict.fromkeys(v if isinstance(v, str) else v["text"] for v in record["variants"])
        out |= dict.fromkeys(record.get("canonicals", {}).values())
    return list(out)
