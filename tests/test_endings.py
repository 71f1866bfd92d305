"""Endings and disguises: the examples of the tables, and names found in spite of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from translit import Lexicon, Normalizer
from translit.errors import SourceError
from translit.files.base import audit_record
from translit.mentions.inflections import Ending, cut, is_derived, read_endings, shipped_endings
from translit.unicode.fold import fold_token
from translit.unicode.skeleton import disguises, plain_name, unmask

ROWS = [row for rows in shipped_endings().rows.values() for row in rows]
RECORDS = [
    {"id": "raqqah", "canonical": "Ar Raqqah", "kind": "place", "variants": ["Raqqa"]},
    {"id": "arras", "canonical": "Arras", "kind": "place", "variants": ["Ar"]},
    {
        "id": "kabul",
        "canonical": "Kabul",
        "kind": "place",
        "variants": ["Кабул", "كابول", "Caboul", "קאבול", "喀布尔", "คาบูล", "カブール", "카불"],
    },
    {"id": "moscow", "canonical": "Moscow", "kind": "place", "variants": ["Москва", "Moskwa"]},
    {"id": "panjshir", "canonical": "Panjshir", "kind": "place", "variants": ["Панджшер", "Panjsjir", "Pandższir"]},
    {"id": "massoud", "canonical": "Ahmad Massoud", "kind": "person", "variants": ["Ахмад Масуд", "Achmad Massud", "Ahmad Massud"]},
    {"id": "taliban", "canonical": "Taliban", "kind": "organisation", "variants": ["талибы", "Taleban"]},
]
TEXTS = [
    # The longer name with an ending, not its first word that is another's name.
    ("Raqqa's residents, Ar Raqqah's residents", "Ar Raqqah's residents, Ar Raqqah's residents"),
    # Case endings of Cyrillic names are left out: no Latin spelling can bear them.
    ("Бои в Панджшере и у Кабула", "Бои в Panjshir и у Kabul"),
    ("Он жил в Москве с Ахмадом Масудом", "Он жил в Moscow с Ahmad Massoud"),
    # An ending that is only added to a Latin stem stays; the text must be known to be Polish.
    ("Że nie jest w Pandższirze, oraz", "Że nie jest w Panjshirze, oraz"),
    # A longer name stands for the shorter one inside it.
    ("Że nie jest Ahmad Massudowi, oraz", "Że nie jest Ahmad Massoudowi, oraz"),
    # Letters in a style of their own; small capitals are capitals.
    ("𝐊𝐚𝐛𝐨𝐮𝐥 𝕂𝕒𝕓𝕦𝕝 Cᴀʙᴏᴜʟ, ᴀᴄʜᴍᴀᴅ ᴍᴀssᴜᴅ", "𝐊𝐚𝐛𝐨𝐮𝐥 Kabul KABUL, AHMAD MASSOUD"),
    # A footnote is no letter of a name in disguise.
    ("from caboul1", "from caboul1"),
    # Local cases say that a place is meant; Korean keeps its particles behind Latin letters.
    ("Hän sanoi, että Panjsjirissa myös sodittiin", "Hän sanoi, että Panjshirissa myös sodittiin"),
    ("Nem volt egy háború Panjsjirban és Caboulban", "Nem volt egy háború Panjshirban és Kabulban"),
    ("See oli aga Panjsjirist, ning öeldi", "See oli aga Panjshirist, ning öeldi"),
    ("카불에서 만났다. 카불은", "Kabul에서 만났다. Kabul은"),
    ("הוא נסע לקאבול", "הוא נסע לKabul"),
    # What is written together before a name stays before it.
    ("ثم وكابول وبكابول", "ثم وKabul وبKabul"),
    ("Il va à l’Caboul, d'Caboul", "Il va à l’Kabul, d'Kabul"),
    # Compounds and typography.
    ("Panjsjir-Tal, Caboul-based, Achmad Massud’s, Taleban-linked", "Panjshir-Tal, Kabul-based, Ahmad Massoud’s, Taliban-linked"),
    ("Achmad\nMassud, Achmad\r\n Massud", "Ahmad\nMassoud, Ahmad\r\n Massoud"),
    ("Pan\u00adjs\u00adjir", "Panjshir"),
    ("CABOUL", "KABUL"),
    # Scripts without spaces: a name begins and ends anywhere; in kana and Hangul a word ends it.
    ("我在喀布尔大学", "我在Kabul大学"),
    ("อยู่ในคาบูลแล้ว", "อยู่ในKabulแล้ว"),
    ("カブール に", "Kabul に"),
    ("카불 공항", "Kabul 공항"),
    # Disguises.
    ("Саboul, Cab0ul, Ca\u200bboul, Ｃａｂｏｕｌ", "Kabul, Kabul, Kabul, Kabul"),
    ("Achmad Мassud said; Мassud left", "Ahmad Massoud said; Massoud left"),
    ("B0B, F16, A1, Кабул2", "B0B, F16, A1, Кабул2"),
]
DISGUISED = {
    "Кabul": ["letters of another script that look alike"], "Kabu1": ["digits in the place of letters"],
    "Ka\u202ebul": ["characters inside it that are not seen"], "Ｋａｂｕｌ": ["full-width letters"],
    "𝐊𝐚𝐛𝐮𝐥": ["mathematical letters or small capitals"], "Kᴀʙᴜʟ": ["mathematical letters or small capitals"],
    "Kabul": [], "Кабул": [], "Kan\u00addahar": [], "می\u200cخواهم": [],
}  # fmt: skip


@pytest.fixture(scope="module")
def norm() -> Normalizer:
    return Normalizer(Lexicon.build(RECORDS))


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.use}:{row.example}" for row in ROWS])
def test_the_example_of_each_row(row: Ending) -> None:
    inflected, stem = row.example.split("=")
    if row.use == "derived":
        assert is_derived(fold_token(inflected), fold_token(stem))
    elif row.use == "elision":
        assert fold_token(inflected.split("’")[0]) == row.ending
    else:
        assert cut(fold_token(inflected), row) == fold_token(stem)


@pytest.mark.parametrize(("before", "after"), TEXTS)
def test_texts(norm: Normalizer, before: str, after: str) -> None:
    assert norm.clean(before) == after == norm.clean(after)


def test_the_audit_line_tells_the_disguise(norm: Normalizer) -> None:
    (mention,) = norm.find("in Кabul und Kabul")[:1]
    assert audit_record(0, mention)["reasons"] == ["written with letters of another script that look alike"]
    (mention,) = norm.find("in Caboul")
    assert "reasons" not in audit_record(0, mention)


def test_the_reasons_tell_the_ending_and_the_disguise(norm: Normalizer) -> None:
    (mention,) = norm.find("в Москве")
    assert mention.candidates[0].reasons == ("the ending -е (for -а) left out, the stem is listed",)
    (mention,) = norm.find("Саboul")
    assert mention.candidates[0].reasons == ("written with letters of another script that look alike",)
    match = norm.match("Cab0ul")
    assert match is not None
    assert (match.canonical, match.input, match.candidates[0].reasons) == (
        "Kabul",
        "Cab0ul",
        ("written with digits in the place of letters",),
    )


@pytest.mark.parametrize(("raw", "told"), DISGUISED.items())
def test_disguises(raw: str, told: list[str]) -> None:
    assert list(disguises(raw)) == told


def test_a_plain_name_is_not_unmasked() -> None:
    for name in ("Ahmad Massoud", "Ахмад Масуд", "احمد مسعود", "北京", "F16", "O1", "G20"):
        assert unmask(name) == name == plain_name(name)


def test_faults_of_the_table_name_the_line(tmp_path: Path) -> None:
    path = tmp_path / "endings.tsv"
    path.write_text("#: format=translit-endings/1\nending\tinstead\tuse\tlangs\texample\nа\t\tnothing\tru\tx=y\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"endings\.tsv:3"):
        read_endings(path)
    path.write_text("ending\n", encoding="utf-8")
    with pytest.raises(SourceError, match="format"):
        read_endings(path)
