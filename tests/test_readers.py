"""Names in Han characters, read in the language that is said, and in no other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tables import read_table

from translit import Lexicon, Normalizer, limits
from translit.errors import TranslitError
from translit.rules.readers import by_tag, readers

CASES = read_table("readings.tsv")
PACK = """\
#: format=translit-names/1
#: licence=CC0-1.0
#: source=written for these tests
#: date=2026-11-23
id	kind	canonical	variant	lang	type	note
person:ohtani	person	大谷翔平	大谷翔平		native	country=JP
person:murakami	person	Haruki Murakami	村上春樹	ja	native	the writer
place:cq	place	重庆市	重庆市	zh	native	the city
place:xk	place	新津	新津		native	of no country
"""


def installed(*tags: str) -> None:
    """Skip a test where what a reader needs is missing."""
    for tag in tags:
        try:
            _ = next(one for one in readers() if one.tag == tag).source
        except TranslitError as error:
            pytest.skip(str(error))


@lru_cache(maxsize=1)
def listed() -> Lexicon:
    names = sorted({case["listed"] for case in CASES})
    return Lexicon.build([{"id": name, "canonical": name, "kind": "name", "variants": []} for name in names])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['input']}-{case['lang']}")
def test_a_name_is_read_in_the_language_that_is_said(case: dict[str, str]) -> None:
    reader = by_tag(case["lang"]) if case["lang"] else None
    if reader is not None:
        installed(reader.tag)
    match = Normalizer(listed(), lang=case["lang"] or None).match(case["input"])
    assert (match.canonical if match else "") == case["canonical"], case["why"]


def test_the_explanation_names_the_language() -> None:
    said = str(Normalizer(listed()).explain("重庆"))
    assert "Mandarin, character by character; no language is said" in said
    installed("zh")
    assert "Mandarin, by pypinyin" in str(Normalizer(listed(), lang="zh").explain("重庆"))
    installed("ja")
    said = str(Normalizer(listed(), lang="ja").explain("大谷翔平"))
    assert "Japanese, by SudachiDict" in said
    assert "read in Japanese as" in said
    assert "Mandarin" not in said


def test_a_language_without_a_reader_or_dictionary_is_told() -> None:
    with pytest.raises(TranslitError, match="no reader of the language 'ko'; choose one of ja, yue, zh"):
        Normalizer(listed(), lang="ko")
    missing = replace(readers()[0], packages=("no-such-dictionary",))
    with pytest.raises(TranslitError, match=r"needs no-such-dictionary, which .* \"translit-normalizer\[japanese\]\""):
        _ = missing.source


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "pack.tsv"
    path.write_text(PACK, encoding="utf-8")
    return path


def test_nothing_is_read_unless_it_is_asked_for(pack: Path) -> None:
    lexicon = Lexicon.build([pack])
    assert "readings" not in lexicon.meta
    assert "reading.form" not in lexicon.index.arrays
    assert Normalizer(lexicon).match("Chongqing Shi") is None


def test_listed_names_are_read_by_their_language_or_country(pack: Path, tmp_path: Path) -> None:
    installed("ja", "zh")
    lexicon = Lexicon.build([pack], readings=["zh", "ja"])
    assert sorted(lexicon.meta["readings"]) == ["ja", "zh"]
    assert lexicon.checksum == Lexicon.build([pack], readings=["ja", "zh"]).checksum
    lexicon.save(tmp_path / "l.translit")
    norm = Normalizer(Lexicon.load(tmp_path / "l.translit"))
    asked = ["Otani Shohei", "Murakami Haruki", "Chongqing Shi", "Xinjin"]
    answers = norm.match_many(asked)
    # No language and no country says how the last is read.
    assert [answer and answer.canonical for answer in answers] == ["大谷翔平", "Haruki Murakami", "重庆市", None]
    assert answers[1] is not None and answers[1].method == "rule"
    # Of several readings of the surname one is what the canonical says.
    assert [form for form in lexicon.index.forms if "ハルキ" in form] == ["ムラカミ ハルキ"]
    assert "in the language 'zh'" in str(norm.explain("Chongqing Shi"))


@pytest.mark.xfail(strict=True, reason="the model that ships scores it under what the rule tier asks; it is answered as fuzzy")
@pytest.mark.parametrize("name", ["Otani Shohei", "Chongqing Shi"])
def test_a_reading_is_answered_by_rule(pack: Path, name: str) -> None:
    installed("ja", "zh")
    match = Normalizer(Lexicon.build([pack], readings=["zh", "ja"])).match(name)
    assert match is not None
    assert match.method == "rule"


def test_a_reading_is_no_variant(pack: Path) -> None:
    installed("zh")
    plain, read = Lexicon.build([pack]).stats(), Lexicon.build([pack], readings=["zh"]).stats()
    assert plain["languages"] == read["languages"]
    assert read["readings"]["zh"].startswith("pypinyin ")


def test_another_distribution_brings_a_reader(tmp_path: Path, child: dict[str, str]) -> None:
    (tmp_path / "toy.py").write_text(
        "from translit.rules.readers import Reader\n"
        "READER = Reader('och', 'Old Chinese', frozenset(), frozenset(), ('numpy',), 'toy', False, lambda name: ['Toy'])\n",
        encoding="utf-8",
    )
    info = tmp_path / "toy-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[translit.readers]\noch = toy:READER\n", encoding="utf-8")
    code = "from translit.rules.readers import reader; print(reader('och').language, reader('och').read('北'))"
    environment = child | {"PYTHONPATH": os.pathsep.join([str(tmp_path), child["PYTHONPATH"]]), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "Old Chinese ['Toy']\n"


def test_threads_read_at_the_same_time() -> None:
    installed("ja")
    from concurrent.futures import ThreadPoolExecutor

    norm = Normalizer(listed(), lang="ja")
    ask: Callable[[int], object] = lambda i: norm.match("長崎" if i % 2 else "三島由紀夫")  # noqa: E731
    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(40)))


@pytest.mark.parametrize("tag", ["ja", "yue", "zh"])
@given(st.text(st.one_of(st.sampled_from("大谷東京重曾·々〆ヶ々 \ud800\u3007𠮷－A1😀"), st.characters()), max_size=12))
def test_no_name_is_too_odd_to_read(tag: str, name: str) -> None:
    installed(tag)
    norm = Normalizer(listed(), lang=tag)
    norm.match(name)
    str(norm.explain(name))


@pytest.mark.parametrize("tag", ["ja", "yue", "zh"])
def test_a_long_name_is_left_alone(tag: str) -> None:
    installed(tag)
    norm = Normalizer(listed(), lang=tag)
    assert norm.match("東" * 100_000) is None
    assert norm.match("東" * limits.MAX_NAME_CODEPOINTS) is None
