"""The compiled loops and their Python twins: one table of cases over both, and the same answers on made-up input."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import os
import pickle
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import anything
from strategies import names as names_of_a_script

from translit import limits, native
from translit.files import csv_rows, csv_splice, interning, splicing
from translit.lexicon import index, storage
from translit.matching import align, blocking, candidates, cheapest, exact, score, trees
from translit.matching.blocking import block_keys, contours, signatures
from translit.matching.spans import Spans
from translit.mentions.memory import take_known
from translit.model import Candidate, Match
from translit.resources import name_paths
from translit.rules import keys, respell
from translit.rules.shipped import shipped_keys
from translit.unicode import code_points, hashes, scan
from translit.unicode.fold import fold_token
from translit.unicode.scripts import CODES
from translit.unicode.tokens import fold, fold_many, join, otherwise_spelled, spelled, tokens

ROOT = Path(__file__).parents[1]
PURE: dict[str, Callable[..., Any]] = {
    "align_pairs": align.align_pairs, "encode_groups": align.encode_groups,
    "cheapest_texts": cheapest.cheapest_texts, "gather": candidates.gather, "scan_words": scan.scan_words,
    "find_listed": scan.find_listed, "replace_listed": scan.replace_listed, "name_keys": keys.name_keys, "share_keys": keys.share_keys,
    "read_words": respell.read_words,
    "forest_scores": trees.forest_scores, "text_features": score.text_features, "rank": score.rank, "name_blocks": blocking.name_blocks,
    "shortlist": candidates.shortlist,
    "fold_many": fold_many, "token_hashes": hashes.token_hashes, "find_texts": index.find_texts,
    "take_strings": storage.take_strings, "otherwise_spelled": otherwise_spelled, "make_matches": exact.make_matches,
    "take_known": take_known, "intern_values": interning.intern_values,
    "plain_rows": csv_rows.plain_rows,
    "csv_cells": csv_splice.csv_cells, "cut_spans": splicing.cut_spans,
}  # fmt: skip
IMPLEMENTATIONS = {"python": PURE, **({"native": dict(native.TWINS)} if native.in_use() == "native" else {})}
both = pytest.mark.parametrize("functions", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS.keys())
compiled = pytest.mark.skipif(native.in_use() == "python", reason="the compiled extension is not in use")

COSTS = align.CostTable({("sch", "sh"): 20, ("c", "k"): 90, ("ou", "u"): 15, ("h", ""): 40, ("", "e"): 60, ("kh", "k"): 30})


def costs(function: Callable[..., Any], table: align.CostTable, pairs: list[tuple[str, str]]) -> Any:
    source, n = table.encode_sources([s for s, _ in pairs])
    rows = np.arange(len(pairs))
    return function(table, source, n, Spans.of([t for _, t in pairs]), rows, rows)


ALIGNMENTS = [
    ("", "", 0),
    ("kabul", "kabul", 0),
    ("", "e", 60),
    ("", "ab", 2400),
    ("abc", "", 3600),
    ("h", "", 40),
    ("massoud", "masud", 15 + 1200),
    ("pandschir", "pandshir", 20),
    ("khan", "kan", 30),
    ("cabul", "kabul", 90),
    ("кабул", "kabul", 5 * 1200),
    ("kab7l", "kab3l", 1200),
    ("ab", "a%", 1200),
    ("x" * 120, "y" * 120, 80000),
]


@both
def test_alignment_costs(functions: dict[str, Callable[..., Any]]) -> None:
    found = costs(functions["align_pairs"], COSTS, [(s, t) for s, t, _ in ALIGNMENTS])
    assert found.dtype == np.int32
    assert found.tolist() == [cost for _, _, cost in ALIGNMENTS]


letters = st.text(st.sampled_from("abcdehiklmnorstu '%йш9"), max_size=12)
words = st.one_of(letters, letters.map(lambda w: (w * 60)[:120]))
group = st.text(st.sampled_from("abchkstuй"), max_size=3)
latin = st.text(st.sampled_from("abchkstu"), max_size=3)
tables = st.dictionaries(st.tuples(group, latin), st.integers(0, align.DEAREST), max_size=30).map(
    lambda costs: align.CostTable({pair: cost for pair, cost in costs.items() if any(pair)})
)


@compiled
@given(tables, st.lists(st.tuples(words, words), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_alignment_agrees(table: align.CostTable, pairs: list[tuple[str, str]], random: Any) -> None:
    source, n = table.encode_sources([s for s, _ in pairs])
    rows = np.array([[random.randrange(len(pairs)) for _ in range(2)] for _ in range(2 * len(pairs))], dtype=np.int64)
    given = (table, source, n, Spans.of([t for _, t in pairs]), rows[:, 0], rows[:, 1])
    np.testing.assert_array_equal(native.TWINS["align_pairs"](*given), align.align_pairs(*given), strict=True)


CYRILLIC = align.CostTable({("ш", "sh"): 20, ("а", "a"): 5, ("а", ""): 50, ("кс", "x"): 10, ("к", "k"): 4, ("с", "s"): 6, ("ь ", " "): 0})
READINGS = [("шакс", "shaks"), ("каш", "kash"), ("", ""), ("ёа", "a"), ("ь к", "k"), ("к с", "ks")]


@both
@pytest.mark.parametrize(("word", "expected"), READINGS)
def test_cheapest_readings(functions: dict[str, Callable[..., Any]], word: str, expected: str) -> None:
    found = functions["cheapest_texts"](cheapest.Cheapest(CYRILLIC), ["шш", tuple(word)])
    assert [" ".join(text.split()) for text in found] == ["shsh", expected]


atoms = st.lists(st.one_of(words, st.lists(st.text(st.sampled_from("abchkstuйш"), max_size=2)).map(tuple)), max_size=6)


@compiled
@given(tables, atoms)
def test_groups_agree(table: align.CostTable, asked: list[Any]) -> None:
    left, right = (f(table, asked) for f in (native.TWINS["encode_groups"], align.encode_groups))
    np.testing.assert_array_equal(left, right, strict=True)
    left, right = (f(cheapest.Cheapest(table), asked) for f in (native.TWINS["cheapest_texts"], cheapest.cheapest_texts))
    assert left == right


FORMS = ["panjshir", "kabul", "kabulistan", "ahmad massoud", "ahmad", "massoud", "mazar e sharif", "a", "ab"]
BLOCKS = candidates.make_blocks(FORMS)


def gathered(function: Callable[..., Any], blocks: candidates.Blocks, names: list[str], *caps: int) -> Any:
    asked, owner = block_keys(names)
    fields = (blocks.starts, blocks.entries, blocks.sets)
    return function(*fields, asked, owner, signatures(names), contours(names), *caps)


SEARCHES = [
    ("panschir", 24, ["panjshir"]),
    ("kabul", 24, ["kabul"]),
    ("achmad masud", 24, ["ahmad massoud", "massoud"]),
    ("ahmed", 24, ["ahmad", "ahmad massoud"]),
    ("ahmed", 1, ["ahmad"]),
    ("ahmed", 0, []),
    ("zzzzqqqqxxxx", 24, []),
    ("", 24, []),
]


@both
@pytest.mark.parametrize(("name", "most", "expected"), SEARCHES)
def test_search(functions: dict[str, Callable[..., Any]], name: str, most: int, expected: list[str]) -> None:
    caps = (limits.MAX_BLOCK, limits.LEAST_OVERLAP)
    row, form, crowd = gathered(functions["gather"], BLOCKS, ["kabul", name], most, *caps)
    assert [FORMS[f] for r, f in zip(row, form, strict=True) if r == 1] == expected
    assert {row.dtype, form.dtype, crowd.dtype} == {np.dtype(np.int64)}
    assert crowd[1] >= len(expected)


names = st.lists(st.text(st.sampled_from("abdhklmnrs "), max_size=9), min_size=1, max_size=40)


@compiled
@given(names, names, st.integers(0, 5), st.sampled_from([0, 1, 2, 1000]), st.integers(0, 1000))
def test_search_agrees(forms: list[str], asked: list[str], most: int, block: int, least: int) -> None:
    blocks = candidates.make_blocks(forms)
    caps = (most, block, least)
    left, right = (gathered(f, blocks, asked, *caps) for f in (native.TWINS["gather"], candidates.gather))
    for column, expected in zip(left, right, strict=True):
        np.testing.assert_array_equal(column, expected, strict=True)


SCANS = [
    ("", [], [], []),
    ("Kabul, KABUL; Ka'bul’s", ["Kabul", "KABUL", "Ka'bul’s"], ["Kabul", "KABUL"], []),
    ("in Kābul'", ["in", "Kābul"], ["Kābul"], []),
    ("'kabul' `x`", ["kabul", "x"], [], []),
    ("Straße ﬁne İzmir", ["Straße", "ﬁne", "İzmir"], ["Straße", "İzmir"], []),
    ("в Кабуле и Кабул", ["в", "Кабуле", "и", "Кабул"], ["Кабул"], []),
    ("北京 東京タワー", ["北", "京", "東", "京", "タワー"], ["北京", "京 東京"], ["北京", "京 東", "京 東京", "京タワー"]),
    ("ガ がぎ カ\u3099", ["ガ", "が", "ぎ", "カ\u3099"], ["ガ", "が", "カ\u3099"], []),
    ("국 국", ["국", "국"], ["국", "국"], []),
    ("नेपाल न\u093cर्", ["नेपाल", "न\u093cर्"], ["नेपाल"], []),
    ("👍Kabul👍 𐐀 𠀀", ["Kabul", "𐐀", "𠀀"], ["Kabul", "𠀀"], []),
    ("\ud800Kabul\udfff", ["Kabul"], ["Kabul"], []),
    ("ʿ ʼ\u200d Ka\u00adbul\u200d.", ["", "", "Ka\u00adbul"], ["Ka\u00adbul"], []),
    (
        "New  York-city, NEW\n york",
        ["New", "York", "city", "NEW", "york"],
        ["New  York", "New  York-city", "NEW\n york"],
        [],
    ),
    (
        "new Yorks. York new’s. New York's, New York cities",
        ["new", "Yorks", "York", "new’s", "New", "York's", "New", "York", "cities"],
        ["New York"],
        ["new Yorks", "York new’s", "New York's", "New York cities", "York cities"],
    ),
    (
        "new York. Of. York new. A. B",
        ["new", "York", "Of", "York", "new", "A", "B"],
        ["new York", "A. B"],
        [],
    ),
    ("a" * 121 + " Kabul" + "x" * 200, ["a" * 121, "Kabul" + "x" * 200], [], []),
]
LISTED = ["kabul", "strasse", "izmir", "кабул", "北京", "京東京", "ガ", "국", "नेपाल", "𠀀", "new york", "new york city", "york of", "a b"]


@both
@pytest.mark.parametrize(("text", "words", "hits", "open_"), SCANS)
def test_scan(functions: dict[str, Callable[..., Any]], text: str, words: list[str], hits: list[str], open_: list[str]) -> None:
    found = functions["scan_words"](text, hashes.window_table(LISTED))
    spelled = [text[a:b] for a, b in zip(found.start, found.end, strict=True)]
    assert spelled == words
    assert found.word.tolist() == [list(dict.fromkeys(words)).index(word) for word in words]
    assert [words[i] for i in found.first] == list(dict.fromkeys(words))
    assert [text[found.start[i] : found.end[i + n - 1]] for i, n, _ in found.hit.tolist()] == hits
    assert [text[found.start[i] : found.end[k]] for i, k in found.open.tolist()] == open_
    for word, digest in zip(dict.fromkeys(words), found.hash.tolist(), strict=True):
        folded = fold_token(word) if len(word) <= limits.MAX_TOKEN_CODEPOINTS else ""
        assert digest == (int(hashes.token_hashes([folded])[0]) if folded else 0)


# Letters that join, compose, change places, vanish, grow when folded, or need neighbours, beside plain ones.
TRICKY = (
    "aKİßﬁſµ'`’´ʿ״ـ\u00ad\u200d\ufe0f 0٣²Ⅷ-.\n٬کئۀ\u0654\u064bйи\u0306Ё\u0301\u0327\u0338e"
    "कनऩर\u093c\u094dा\u09c7\u09be\u0bc6\u0bbeகกำ\u0e34\u0eb3\u17b5\u1780မ\u1031\u1039か゛ガ\u3099\u309aゝわワㄱ가각각北日\uf900々"
    "ᾲΣς֑אָשׁﬠ\u0f71\u0f72\u0f74ཀ𐐀𑂚𑄱\U00011127𠀀\U0002f800👍\U000e0100\ud800\U0001d165ﷺ㎏℻ⓐ"
)
texts = st.one_of(st.text(st.sampled_from(TRICKY), max_size=40), st.text(max_size=40))


def windows_of(text: str) -> list[str]:
    """The folded windows of a text, of up to three words."""
    words = [fold_token(token.text) for token in tokens(text)]
    return [join(words[i : i + n]) for n in (1, 2, 3) for i in range(len(words))]


def same(name: str, *given: Any) -> None:
    left, right = (f(*given) for f in (native.TWINS[name], PURE[name]))
    assert type(left) is type(right)
    if isinstance(left, list):
        assert left == right
        return
    for column, expected in zip(left, right, strict=True) if isinstance(left, tuple) else [(left, right)]:
        np.testing.assert_array_equal(column, expected, strict=True)


@compiled
@given(texts, st.lists(st.integers(0, 120), max_size=10))
def test_scan_agrees(text: str, listed: list[int]) -> None:
    windows = windows_of(text)
    same("scan_words", text, hashes.window_table([*{windows[i] for i in listed if i < len(windows)}, "kabul"]))


@compiled
@given(texts, st.lists(st.integers(0, 120), max_size=10), st.lists(st.integers(0, 3), min_size=11, max_size=11))
def test_listed_windows_agree(text: str, listed: list[int], actions: list[int]) -> None:
    windows = windows_of(text)
    forms = storage.Strings.make([*{windows[i] for i in listed if i < len(windows) if "\ud800" not in windows[i]}, "kabul"])
    action = np.array(actions[: len(forms)], dtype=np.uint8)
    written = storage.Strings.make([form.title() for form in forms])
    plan = scan.Plan(action, np.arange(len(forms), dtype=np.uint32), written.data, written.starts)
    listing = scan.Listing(hashes.window_table(forms), forms, plan)
    same("find_listed", text, listing)
    asked: list[tuple[str, int, int, int]] = []

    def ask(text: str, start: int, end: int, form: int) -> str | None:
        asked.append((text, start, end, form))
        return None if form % 2 else f"<{text[start:end]}>"

    same("replace_listed", [text, "", text.upper()], listing, ask)
    assert asked[: len(asked) // 2] == asked[len(asked) // 2 :]


PLAIN = st.lists(st.sampled_from(["new", "New", "YORK", "york", "of", "'s", "a.", "b", "-", " ", "\n", "  ", ", "]), max_size=30).map(
    "".join
)


@compiled
@given(PLAIN, st.sets(st.sampled_from(["new", "new york", "york", "york of", "york of new york", "a b", "a", "new york s"])))
def test_plain_text_agrees(text: str, listed: set[str]) -> None:
    forms = storage.Strings.make(sorted(listed))
    table = hashes.window_table(forms)
    same("scan_words", text, table)
    plan = scan.Plan(np.full(len(forms), scan.WRITE, dtype=np.uint8), np.arange(len(forms), dtype=np.uint32), forms.data, forms.starts)
    same("find_listed", text, scan.Listing(table, forms, plan))


@compiled
def test_scan_agrees_on_every_pair_of_tricky_characters() -> None:
    text = "\n".join(f"{a}{b} {a}\u0654{b} a{a}{b}{a}" for a in TRICKY for b in TRICKY)
    same("scan_words", text, hashes.window_table(["kabul", "a"]))


@compiled
def test_scan_agrees_on_every_code_point() -> None:
    text = " ".join(f"{chr(c)} a{chr(c)}{chr(c)}" for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    same("scan_words", text, hashes.window_table(["a"]))


@compiled
def test_gaps_agree_on_every_code_point() -> None:
    text = "A".join(f"{chr(c)}" for c in range(0x110000) if not 0xD800 <= c < 0xE000)
    same("scan_words", text, hashes.window_table(["a"]))


KEYED = [
    ("Achmad", "tight", ("deu",), ["ahmad"]),
    ("Massoud", "tight", ("fra",), ["masud"]),
    ("Massoud", "skeleton", ("fra",), ["msd"]),
    ("Ali Abad", "skeleton", ("eng",), ["Albd"]),
    ("", "tight", None, []),
    ("'", "tight", None, []),
    ("42", "tight", None, []),
]


@both
@pytest.mark.parametrize(("name", "level", "langs", "expected"), KEYED)
def test_keys(functions: dict[str, Callable[..., Any]], name: str, level: str, langs: tuple[str, ...] | None, expected: list[str]) -> None:
    found = functions["name_keys"](shipped_keys(), ["Kabul", name, "Kabul"], level, langs)
    assert set(expected) <= set(found[1])
    assert bool(expected) == bool(found[1])
    assert found[0] == found[2]


keyed = st.lists(st.one_of(names_of_a_script(), anything, texts, words), max_size=6)


@compiled
@given(keyed, st.sampled_from(["tight", "skeleton"]), st.sampled_from([None, ("nld",), ("deu", "fas"), ("zzz",)]))
def test_keys_agree(asked: list[str], level: Literal["tight", "skeleton"], langs: tuple[str, ...] | None) -> None:
    left, right = (f(shipped_keys(), asked, level, langs) for f in (native.TWINS["name_keys"], keys.name_keys))
    assert left == right


@compiled
@given(keyed, keyed, st.sampled_from(["tight", "skeleton"]), st.sampled_from([None, ("nld",), ("zzz",)]))
def test_shared_keys_agree(ours: list[str], theirs: list[str], level: Literal["tight", "skeleton"], langs: tuple[str, ...] | None) -> None:
    pairs = [(a, b) for a in ours for b in [*theirs, a]]
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    found, expected = (f(shipped_keys(), left, right, level, langs) for f in (native.TWINS["share_keys"], keys.share_keys))
    assert found == expected


@compiled
@pytest.mark.parametrize("level", ["tight", "skeleton"])
def test_keys_agree_on_listed_names(level: Literal["tight", "skeleton"]) -> None:
    asked = [name for path in name_paths() if path.suffix == ".tsv" for name in spellings(path)[::97]]
    left, right = (f(shipped_keys(), asked, level, None) for f in (native.TWINS["name_keys"], keys.name_keys))
    assert len(asked) > 200
    assert left == right


ROMANIZER = shipped_keys().romanizer
LANGUAGES = {code: frozenset(ROMANIZER.languages(code)) for code in CODES if ROMANIZER.languages(code)}
READ = [
    ("Москва", LANGUAGES, "moskva"),
    ("ь", LANGUAGES, ""),
    ("Schoen", {"Latn": frozenset(["deu"])}, "ʃøn"),
    ("", LANGUAGES, None),
    ("а" * 500, LANGUAGES, None),
]


@both
@pytest.mark.parametrize(("word", "langs", "first"), READ)
def test_readings(functions: dict[str, Callable[..., Any]], word: str, langs: dict[str, frozenset[str]], first: str | None) -> None:
    asked = [ROMANIZER.prepare(text) for text in ("Kabul", word)]
    assert next(iter(functions["read_words"](ROMANIZER, asked, langs | {"Latn": frozenset(["deu"])})[1]), None) == first


@compiled
@given(keyed, st.booleans())
def test_readings_agree(asked: list[str], few: bool) -> None:
    langs = {code: frozenset(sorted(some)[:3]) for code, some in LANGUAGES.items()} if few else LANGUAGES
    words = [word for name in asked for word in map(ROMANIZER.prepare, keys.reading_words(name)) if word[0] in langs]
    left, right = (f(ROMANIZER, words, langs) for f in (native.TWINS["read_words"], respell.read_words))
    assert left == right


def spellings(path: Path) -> list[str]:
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return [cell for line in lines[1:] for cell in line[2:4]]


def compared(function: Callable[..., Any], pairs: list[tuple[str, str]]) -> Any:
    rows = np.arange(len(pairs))
    alike = np.linspace(0, 1, len(pairs), dtype=np.float32)
    names, forms = (Spans.of([pair[side] for pair in pairs]) for side in (0, 1))
    return function(names, forms, rows, rows, 7 * rows.astype(np.int32), alike, 1 - alike)


COMPARED: list[tuple[str, str, dict[str, float]]] = [
    ("kabul", "kabul", {"indel": 1, "jaro_winkler": 1, "exact": 1, "same_start": 1, "same_end": 1, "name_words": 1, "name_extra": 0}),
    ("", "", {"indel": 1, "jaro_winkler": 1, "exact": 1, "same_start": 1, "shorter": 0, "form_words": 1}),
    ("kabul", "", {"indel": 0, "jaro_winkler": 0, "exact": 0, "same_end": 0, "length_gap": 5}),
    ("abcd", "acbd", {"indel": 0.75, "worst_word": 0.75}),
    ("ali reza", "reza ali", {"words_indel": 1, "worst_word": 1, "exact": 0, "form_extra": 0}),
    ("ali reza pahlavi", "reza", {"words_indel": 0.4, "worst_word": 0.4}),
    ("ali reza pahlavi", "reza ali", {"worst_word": 1, "name_extra": 1, "form_extra": 0}),
    ("a b c d e f g h i", "a b", {"worst_word": 0, "name_words": 9}),
    ("кабул", "кабулу", {"indel": 10 / 11, "name_length": 5, "form_length": 6}),
    ("x" * 70, "x" * 65 + "y" * 5, {"indel": 65 / 70}),
]


@both
def test_comparisons(functions: dict[str, Callable[..., Any]]) -> None:
    found = compared(functions["text_features"], [(name, form) for name, form, _ in COMPARED])
    assert found.shape == (len(COMPARED), len(score.COMPARISON))
    for row, (_, _, expected) in zip(found, COMPARED, strict=True):
        assert {name: row[score.COMPARISON.index(name)] for name in expected} == pytest.approx(expected)


def blocked(function: Callable[..., Any], names: list[str]) -> list[Any]:
    found, owner, *sets = function(Spans.of(names))
    order = np.lexsort((found, owner))
    return [found[order], owner[order], *sets]


grouped = st.lists(st.sampled_from([*(group for group, _ in blocking.GROUPS), *"aeiouybdfgmnprtwcs ", "é", "й"]), max_size=20).map("".join)


@compiled
@given(st.lists(st.one_of(grouped, words), min_size=1, max_size=12))
def test_name_blocks_agree(names: list[str]) -> None:
    for left, right in zip(*(blocked(f, names) for f in (native.TWINS["name_blocks"], blocking.name_blocks)), strict=True):
        np.testing.assert_array_equal(left, right, strict=True)


small = st.integers(0, 3)
few = st.text(st.sampled_from("abcde éш"), max_size=9).map(lambda text: " ".join(text.split()))
spelt = st.one_of(few, few.map(lambda text: (text + " ") * 9 + text), letters.map(lambda text: " ".join(text.split()) * 7))


@compiled
@given(st.lists(st.tuples(spelt, spelt), min_size=1, max_size=12))
def test_comparisons_agree(pairs: list[tuple[str, str]]) -> None:
    left, right = (compared(f, pairs) for f in (native.TWINS["text_features"], score.text_features))
    np.testing.assert_array_equal(left, right, strict=True)


def listed(function: Callable[..., Any], pairs: list[tuple[int, str]], names: list[str], outlines: list[int], *caps: int) -> Any:
    left = np.array([i for i, _ in pairs], dtype=np.int64)
    forms = Spans.of([form for _, form in pairs])
    return function(Spans.of(names), forms, left, np.arange(len(pairs)), np.array(outlines, dtype=np.int64), *caps)


@both
def test_shortlist(functions: dict[str, Callable[..., Any]]) -> None:
    pairs = [(0, "kabul"), (0, "cabul"), (0, "kabul"), (0, "zzz"), (2, "reza ali"), (2, "ali rezaa")]
    names = ["kabul", "", "ali reza"]
    assert listed(functions["shortlist"], pairs, names, [0, 900, 0, 0, 0, 0], 9, 700).tolist() == [1, 0, 2, 4, 5]
    assert listed(functions["shortlist"], pairs, names, [0, 900, 0, 0, 0, 0], 1, 700).tolist() == [1, 4]
    assert listed(functions["shortlist"], pairs, names, [0] * 6, 9, 0).tolist() == [0, 2, 4]
    assert listed(functions["shortlist"], [], names, [], 9, 0).tolist() == []


@compiled
@given(
    st.lists(st.tuples(st.integers(0, 2), spelt, st.integers(0, 1000)), max_size=30), st.lists(spelt, min_size=3, max_size=3), small, small
)
def test_shortlists_agree(rows: list[tuple[int, str, int]], names: list[str], most: int, within: int) -> None:
    rows.sort(key=lambda row: row[0])
    given = ([row[:2] for row in rows], names, [row[2] for row in rows], 3 * most, 300 * within)
    left, right = (listed(f, *given) for f in (native.TWINS["shortlist"], candidates.shortlist))
    np.testing.assert_array_equal(left, right, strict=True)


RIVALS = [  # name, entity, form, score, cost, indel
    (0, 7, 1, 900, 1.0, 0.5), (0, 7, 2, 1000, 1.0, 0.5), (0, 3, 4, 1000, 1.0, 0.75), (0, 2, 4, -600, 0.0, 1.0),
    (2, 5, 9, 10, 1.0, 0.5), (2, 5, 8, 10, 1.0, 0.5),
    (5, 1, 0, 10, 2.0, 0.5), (5, 0, 0, 10, 1.0, 0.5), (5, 9, 0, 10, 1.0, 0.5), (5, 8, 0, 10, 1.0, 0.5),
]  # fmt: skip
RANKED = [[0, 2, 5], [2, 5, 7], [1, -1, 9], [3, -1, 8], [1, 0, 3]]


def ranked(function: Callable[..., Any], rows: list[tuple[Any, ...]]) -> list[Any]:
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    kinds = (np.int64, np.int64, np.int64, np.int32, np.float32, np.float32)
    return list(function(*(column.astype(kind) for column, kind in zip(columns, kinds, strict=True)), score.NEAR))


@both
def test_rank(functions: dict[str, Callable[..., Any]]) -> None:
    assert [column.tolist() for column in ranked(functions["rank"], RIVALS)] == RANKED


rivals = st.lists(st.tuples(small, small, small, st.sampled_from([-9, 0, 8, 2000]), small, small), min_size=1, max_size=40)


@compiled
@given(rivals)
def test_ranks_agree(rows: list[tuple[Any, ...]]) -> None:
    rows.sort(key=lambda row: row[0])
    for left, right in zip(*(ranked(f, rows) for f in (native.TWINS["rank"], score.rank)), strict=True):
        np.testing.assert_array_equal(left, right, strict=True)


STUMPS = trees.Forest(
    np.array([[0.5, 2.5, *[np.inf] * 45], [7.0, *[np.inf] * 46]], dtype=np.float32),
    np.array([[0], [1]], dtype=np.int16), np.array([[1], [255]], dtype=np.uint8), np.array([[-5, 20], [3, 900]], dtype=np.int32), 100,
)  # fmt: skip
ROWS = [([0.0, 0.0], 98), ([2.5, 0.0], 98), ([2.6, 9.0], 123)]


@both
def test_forest(functions: dict[str, Callable[..., Any]]) -> None:
    rows = np.array([row for row, _ in ROWS], dtype=np.float32)
    found = functions["forest_scores"](STUMPS, rows, (0, len(STUMPS.leaf)))
    assert found.dtype == np.int32
    assert found.tolist() == [[STUMPS.base] * len(ROWS), [score for _, score in ROWS]]


@compiled
@given(st.integers(1, 6), st.integers(0, 40), st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_forests_agree(depth: int, count: int, features: int, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    edges = np.sort(drawn.integers(-9, 9, (features, trees.BINS - 1)), axis=1).astype(np.float32)
    edges[:, drawn.integers(1, trees.BINS) :] = np.inf
    shape = (count, 2**depth - 1)
    cut = np.where(drawn.random(shape) < 0.1, 255, drawn.integers(0, trees.BINS, shape)).astype(np.uint8)
    leaf = drawn.integers(-(2**31), 2**31, (count, 2**depth)).astype(np.int32)
    forest = trees.Forest(edges, drawn.integers(0, features, shape).astype(np.int16), cut, leaf, int(drawn.integers(-9, 9)))
    rows = drawn.integers(-10, 10, (30, features)).astype(np.float32)
    ends = np.sort(drawn.integers(0, count + 1, 3)).tolist()
    left, right = (f(forest, rows, ends) for f in (native.TWINS["forest_scores"], trees.forest_scores))
    np.testing.assert_array_equal(left, right, strict=True)


def digest(word: str) -> int:
    """The hash of the docstring, said plainly."""
    state = 0
    for byte in word.encode():
        state = (state * 0x9E3779B97F4A7C55 + byte) % 2**64
    for factor in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        state = (state ^ state >> 33) * factor % 2**64
    return state ^ state >> 33


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=10))
def test_hashes(words: list[str]) -> None:
    assert hashes.token_hashes(words).tolist() == [digest(word) for word in words]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=12).map(fold), max_size=30), st.integers(0, 30))
def test_every_form_is_in_the_table(forms: list[str], cut: int) -> None:
    forms = [form for form in dict.fromkeys(forms) if form]
    table = hashes.window_table(forms[:cut]).joined_by(forms[cut:], min(cut, len(forms)))
    bits = (len(table.starts) - 1).bit_length() - 1
    for row, value in enumerate(table.hashes.tolist()):
        bucket = value >> (64 - bits) if bits else 0
        assert table.starts[bucket] <= row < table.starts[bucket + 1]
    for number, value in enumerate(table.find(hashes.token_hashes(forms)).tolist(), 1):
        assert value // 2 == number or not list(tokens(forms[number - 1]))


FOLDS = [
    ("", ""),
    ("Kabul", "kabul"),
    ("  Mazar-e   Sharif. ", "mazar e sharif"),
    ("L'AQUILA `x` 'y'", "laquila x y"),
    ("a'- 'b\nc_d", "a b c d"),
    ("Mazār-e Sharīf", "mazar e sharif"),
    ("L’Aquila—İzmir", "laquila izmir"),
    ("ʿ ʼ\u200d Ka\u00adbul\u200d.", "kabul"),
    ("กรุง เทพ x กา", "กรุงเทพ x กา"),
    ("北京 x 東京", "北京 x 東京"),
    ("a ㊀", "a 一"),
    ("\ud800Kabul\udfff", "kabul"),
]


@both
def test_folding(functions: dict[str, Callable[..., Any]]) -> None:
    names = [name for name, _ in FOLDS]
    assert functions["fold_many"](names) == [folded for _, folded in FOLDS]
    assert functions["fold_many"](names * 300) == [folded for _, folded in FOLDS] * 300


def folded_in_c(names: list[str], limit: int = code_points.LIMITS[-1]) -> list[str]:
    """The names folded, by the code points up to a limit wherever they suffice."""
    from translit import _native  # type: ignore[attr-defined, unused-ignore]

    folded, left = _native.fold_many(names, *code_points.code_points(limit))
    for row in np.frombuffer(left, dtype=np.int64).tolist():
        assert folded[row] == ""
        folded[row] = fold(names[row])
    return list(folded)


limits_of_tables = st.sampled_from([0, *code_points.LIMITS])


@compiled
@given(st.lists(texts, max_size=8), limits_of_tables)
def test_folding_agrees(names: list[str], limit: int) -> None:
    assert folded_in_c(names, limit) == fold_many(names) == [fold(name) for name in names] == native.TWINS["fold_many"](names)


@compiled
def test_folding_agrees_on_every_pair_of_tricky_characters() -> None:
    names = [name for a in TRICKY for b in TRICKY for name in (a + b, f"{a}\u0654{b}", f"{a} {b}", f"a{a}{b}{a}")]
    for limit in (0, *code_points.LIMITS):
        assert folded_in_c(names, limit) == fold_many(names)


@compiled
def test_folding_agrees_on_every_code_point() -> None:
    names = [f"{chr(c)} a{chr(c)}{chr(c)} {chr(c)}" for c in range(0x110000)]
    expected = fold_many(names)
    assert folded_in_c(names) == expected
    assert folded_in_c(names, code_points.LIMITS[0]) == expected


SPELLINGS = [
    ("kabul", None), ("KABUL", None), ("Mazar-e  Sharif ", None), ("\tx\x1fy\n", None), ("", None), ("-", None), ("北京", None),
    ("L'Aquila", "l'aquila"), ("l’aquila", "l'aquila"), ("l`aquila", "l'aquila"), ("Hérat", "hérat"), ("He\u0301rat", "hérat"),
    ("x.", "x."), ("\ud800", "\ud800"),
]  # fmt: skip


@both
def test_spellings(functions: dict[str, Callable[..., Any]]) -> None:
    names = [name for name, _ in SPELLINGS]
    rows, texts = functions["otherwise_spelled"](names, fold_many(names))
    assert dict(zip(rows, texts, strict=True)) == {i: text for i, (_, text) in enumerate(SPELLINGS) if text is not None}


@compiled
@given(st.lists(st.one_of(texts, st.text(st.characters(max_codepoint=0x7F))), max_size=20))
def test_spellings_agree(names: list[str]) -> None:
    folded = fold_many(names)
    expected = {i: spelled(name) for i, name in enumerate(names) if name != folded[i] and spelled(name) != folded[i]}
    for found in (native.TWINS["otherwise_spelled"], otherwise_spelled):
        assert found(names, folded) == (list(expected), list(expected.values()))


anywhere = st.lists(st.text(max_size=12), max_size=20)


@compiled
@given(anywhere)
def test_hashing_agrees(words: list[str]) -> None:
    np.testing.assert_array_equal(native.TWINS["token_hashes"](words), hashes.token_hashes(words), strict=True)


def column_of(known: list[str]) -> tuple[Any, ...]:
    """A column of strings with the table that they are found by."""
    table, strings = hashes.window_table(known), storage.Strings.make(known)
    return table.hashes, table.values, strings.data, strings.starts


@both
def test_finding(functions: dict[str, Callable[..., Any]]) -> None:
    known = ["", "kabul", "кабул", "北京", *(f"place {i}" for i in range(3000))]
    asked = ["kabul", "Kabul", "", "北京", "\ud800", "place 7", "place 2999", "place 3000"]
    assert functions["find_texts"](asked, *column_of(known)).tolist() == [1, -1, 0, 3, -1, 11, 3003, -1]
    assert functions["find_texts"](asked, *column_of([])).tolist() == [-1] * len(asked)


@both
def test_texts_of_one_hash_are_told_apart(functions: dict[str, Callable[..., Any]]) -> None:
    _, _, data, starts = column_of(["herat", "kabul", "kunduz"])
    alike = np.repeat(hashes.token_hashes(["kabul"]), 4)
    found = functions["find_texts"](["kabul", "herat"], alike, np.array([1, 3, 2, 4], dtype=np.uint32), data, starts)
    assert found.tolist() == [1, -1]


known_texts = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), max_size=30, unique=True)


@compiled
@given(known_texts, anywhere, st.data())
def test_finding_agrees(known: list[str], asked: list[str], data: st.DataObject) -> None:
    asked += data.draw(st.lists(st.sampled_from(known), max_size=9)) if known else []
    column = column_of(known)
    left, right = (find(asked, *column) for find in (native.TWINS["find_texts"], index.find_texts))
    np.testing.assert_array_equal(left, right, strict=True)
    assert left.tolist() == [known.index(text) if text in known else -1 for text in asked]


@compiled
@given(known_texts, st.data())
def test_taking_agrees(known: list[str], data: st.DataObject) -> None:
    rows = np.array(data.draw(st.lists(st.integers(0, len(known) - 1), max_size=9)) if known else [], dtype=np.int64)
    column = storage.Strings.make(known)
    left, right = (take(column.data, column.starts, rows) for take in (native.TWINS["take_strings"], storage.take_strings))
    assert left == right == [known[row] for row in rows.tolist()]


@both
def test_a_row_beyond_the_column_is_refused(functions: dict[str, Callable[..., Any]]) -> None:
    column = storage.Strings.make(["kabul"])
    with pytest.raises(IndexError):
        functions["take_strings"](column.data, column.starts, np.array([1]))


@both
def test_records(functions: dict[str, Callable[..., Any]]) -> None:
    columns = [["1", "2", "3"], ["Kabul", "Herat", "Hérat"], ["place", "place", "person"]]
    names, forms, methods = ["Kaboul", "HERAT"], ["kaboul", "herat"], ["exact", "rule"]
    matches = functions["make_matches"](names, forms, [0, 1, 3], *columns, methods, [0.9995, 0.9], [0.0, 0.1])
    first = Candidate("1", "Kabul", "place", "exact", 0.9995, "kaboul")
    both_of = Candidate("2", "Herat", "place", "rule", 0.9, "herat"), Candidate("3", "Hérat", "person", "rule", 0.1)
    expected = [
        Match("Kaboul", "1", "Kabul", "place", "exact", 0.9995, (first,)), Match("HERAT", "2", "Herat", "place", "rule", 0.9, both_of),
    ]  # fmt: skip
    assert matches == expected
    assert repr(matches) == repr(expected)
    assert pickle.loads(pickle.dumps(matches)) == matches
    assert len({*matches, *expected}) == 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        matches[0].canonical = "Balkh"
    del first, both_of, columns
    gc.collect()
    assert [c.form for m in matches for c in m.candidates] == ["kaboul", "herat", ""]
    assert functions["make_matches"]([], [], [0], [], [], [], [], [], []) == []


@both
@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 100])
def test_known_values_are_taken_by_name(functions: dict[str, Callable[..., Any]], count: int) -> None:
    known = {f"name {number}": object() for number in range(7)}
    names = [f"name {number % 7}" for number in range(count)]
    assert functions["take_known"](known, names) == [known[name] for name in names]
    assert functions["take_known"](known, tuple(names)) == [known[name] for name in names]
    assert functions["take_known"](known, [*names, "other"]) is None
    with pytest.raises(TypeError):
        functions["take_known"](known, [*names, []])


class Text(str):
    """Text of a type of its own."""

    __slots__ = ()


@both
@pytest.mark.parametrize("key", ["str", "int"])
def test_many_known_values_are_taken_by_name(functions: dict[str, Callable[..., Any]], key: str) -> None:
    known: dict[Any, int] = {f"name {number}": number for number in range(20_000)}
    if key == "int":
        known[7] = -7
    names = [f"name {number * 7919 % 20_000}" for number in range(50_000)]
    wanted = [known[name] for name in names]
    assert functions["take_known"](known, names) == wanted
    assert functions["take_known"](known, [*names, Text("name 3")]) == [*wanted, 3]
    assert functions["take_known"](known, ["other", *names]) is None
    with pytest.raises(TypeError):
        functions["take_known"](known, [*names, []])


@compiled
@pytest.mark.parametrize("first", [[0, 2], [0, 0], [1, 0], [-1, 1], [0], [0, 1, 1]], ids=str)
def test_records_of_candidates_that_are_not_there_are_refused(first: list[int]) -> None:
    with pytest.raises(ValueError, match="do not agree"):
        native.TWINS["make_matches"](["a"], ["a"], first, ["1"], ["A"], ["place"], ["exact"], [1.0], [0.0])


MISFITS: list[tuple[str, Callable[[list[Any]], None], type[Exception]]] = [
    ("a row that is not there", lambda a: a.__setitem__(4, np.array([9])), IndexError),
    ("a row before the first", lambda a: a.__setitem__(5, np.array([-1])), IndexError),
    ("a length beyond the word", lambda a: a.__setitem__(2, np.array([99])), IndexError),
    ("a group beyond the table", lambda a: a.__setitem__(1, a[1] + 10**6), IndexError),
    ("a text beyond its bytes", lambda a: a.__setitem__(3, replace(a[3], end=a[3].end + 1)), IndexError),
    ("fewer lengths than words", lambda a: a.__setitem__(2, np.zeros(0)), ValueError),
    ("a flat source", lambda a: a.__setitem__(1, a[1].ravel()), TypeError),
]


@compiled
@pytest.mark.parametrize(("spoil", "error"), [m[1:] for m in MISFITS], ids=[m[0] for m in MISFITS])
def test_misfitting_arrays_are_refused(spoil: Callable[[list[Any]], None], error: type[Exception]) -> None:
    source, n = COSTS.encode_sources(["kabul"])
    given = [COSTS, source, n, Spans.of(["cabul"]), np.array([0]), np.array([0])]
    spoil(given)
    with pytest.raises(error):
        native.TWINS["align_pairs"](*given)


def test_what_folding_raises_passes_through_the_scanner() -> None:
    pytest.importorskip("translit._native")
    from translit import _native  # type: ignore[attr-defined, unused-ignore]

    def refuse(word: str) -> str:
        raise LookupError(word)

    points, table = code_points.code_points(0x3000), dataclasses.astuple(hashes.window_table(["a"]))
    with pytest.raises(LookupError, match="न\u093c"):
        _native.scan_words("न\u093c".encode(), points, table, refuse, 120, 1)


SAY = [sys.executable, "-P", "-c", "from translit import native; print(native.in_use())"]


@pytest.mark.parametrize(("value", "expected"), [("1", "python"), ("0", native.in_use()), ("", native.in_use())])
def test_environment_chooses(value: str, expected: str) -> None:
    if expected == native.in_use() and os.environ.get("TRANSLIT_PURE", "0") not in ("", "0"):
        pytest.skip("the tests themselves run without the extension")
    environment = {**os.environ, "TRANSLIT_PURE": value}
    said = subprocess.run(SAY, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == expected


@compiled
@pytest.mark.parametrize(("changed", "expected"), [(b"", "native"), (b"/* changed */", "python")])
def test_an_extension_of_other_sources_is_told_and_not_used(tmp_path: Path, changed: bytes, expected: str) -> None:
    """A change of branch leaves the extension of the other one behind."""
    shutil.copytree(ROOT / "translit", tmp_path / "translit", ignore=shutil.ignore_patterns("_compiled", "_lexicons", "__pycache__"))
    with (tmp_path / "translit" / "csrc" / "module.c").open("ab") as source:
        source.write(changed)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "TRANSLIT_PURE": "0"}
    said = subprocess.run(SAY, env=environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == expected
    assert said.stderr.count("compile it again: pip install -e") == (expected == "python")


def test_no_compiler_is_no_failure(tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    environment = {**os.environ, "CC": "/nonexistent/cc"}
    build = f"setup.py build_ext --build-lib {tmp_path} --build-temp {tmp_path}/temp".split()
    done = subprocess.run([sys.executable, *build], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not list(tmp_path.glob("translit/_native*"))


@both
@given(chunks=st.lists(st.lists(st.one_of(st.none(), st.text("ab", max_size=3), anything), max_size=80), max_size=4))
def test_interned_values_are_numbered_as_they_come(functions: dict[str, Callable[..., Any]], chunks: list[list[str | None]]) -> None:
    pytest.importorskip("pyarrow")
    interned = interning.Interned()
    known: dict[str, int] = {}
    for chunk in chunks:
        texts = [text and text.encode("utf-8", "replace").decode() for text in chunk]
        encoded = [(text or "").encode() for text in texts]
        column = interning.Strings(
            np.frombuffer(b"".join(encoded), np.uint8), np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        )  # fmt: skip
        valid = np.array([text is not None for text in texts], np.uint8)
        codes, rows, _ = functions["intern_values"](column, None if valid.all() else valid, interned)
        fresh = list(dict.fromkeys(text for text in texts if text is not None and text not in known))
        assert rows.tolist() == [texts.index(text) for text in fresh]
        known |= {text: len(known) + place for place, text in enumerate(fresh)}
        assert codes.tolist() == [-1 if text is None else known[text] for text in texts]
        interned.codes(column, valid)
        assert interned.values.arrow().to_pylist() == list(known)


@compiled
def test_interning_refuses_arrays_that_do_not_agree() -> None:
    two, none = np.array([0, 1, 2], np.int64), np.zeros(0, np.uint8)
    start, slots = np.zeros(1, np.int64), np.zeros(0, np.uint64)
    data = np.frombuffer(b"ab", np.uint8)
    for arrays in (
        (data, np.zeros(0, np.int64), none, none, start, slots),
        (data, two, np.ones(3, np.uint8), none, start, slots),
        (data, two, none, data, two, np.zeros(3, np.uint64)),
        (data, two, none, data, two, np.zeros(2, np.uint64)),
    ):
        with pytest.raises(ValueError, match="do not agree"):
            native._native.intern_values(*arrays, 1)
    with pytest.raises(IndexError):
        native._native.intern_values(data, np.array([0, 3], np.int64), none, none, start, slots, 1)


@both
@given(data=st.binary(max_size=30), places=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=9))
def test_spans_are_cut_out(functions: dict[str, Callable[..., Any]], data: bytes, places: list[tuple[int, int]]) -> None:
    spans = [sorted(min(place, len(data)) for place in span) for span in places]
    begin, end = np.array(spans, np.int64).reshape(-1, 2).T
    cut, bounds = functions["cut_spans"](data, begin, end)
    assert [cut[a:b] for a, b in itertools.pairwise(bounds.tolist())] == [data[a:b] for a, b in spans]
    assert bounds[0] == 0


@compiled
@pytest.mark.parametrize("span", [(-1, 1), (2, 1), (0, 4), (2**63 - 1, 2**63 - 1)])
def test_spans_outside_are_refused(span: tuple[int, int]) -> None:
    with pytest.raises(IndexError):
        native.TWINS["cut_spans"](b"abc", *(np.array([0, place], np.int64) for place in span))
    with pytest.raises(ValueError, match="do not agree"):
        native.TWINS["cut_spans"](b"abc", np.zeros(1, np.int64), np.zeros(2, np.int64))


@both
@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", (0, 0, 0)), (b"a", (0, 0, 0)), (b"a\n", (2, 1, 0)), (b"\n\na,b\r\n\r", (7, 3, 2)), (b"a\r", (0, 0, 0)), (b"a\rb", (2, 1, 0)),
        (b'"a,""b""",c\nd\n', (14, 2, 0)), (b'a\n"b\n', (2, 1, 0)), (b'a\n"b"c\n', (2, 1, 0)), (b'a"b,c"\n', (7, 1, 0)),
    ],
)  # fmt: skip
def test_plain_rows(functions: dict[str, Callable[..., Any]], data: bytes, wanted: tuple[int, int, int]) -> None:
    assert functions["plain_rows"](data, 0, ",") == wanted


@compiled
@given(data=st.text('ab;,"\r\n').map(str.encode), at=st.integers(0, 9), delimiter=st.sampled_from(",;"))
def test_plain_rows_alike(data: bytes, at: int, delimiter: str) -> None:
    at = min(at, len(data))
    assert native.TWINS["plain_rows"](data, at, delimiter) == csv_rows.plain_rows(data, at, delimiter)


@both
@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"", None), (b"a,b", None), (b"a,b\n", [[3, 2, 3, 0, 0, 1, 0]]), (b'"a",""\r\n', [[6, 5, 5, 1, 1, 2, 1]]),
        (b'"a,b",c\n', [[7, 6, 7, 0, 1, 4, 1]]), (b",\n", [[1, 1, 1, 0, 0, 0, 0]]), (b"a,b,c\n", None), (b"a\n", None), (b"\n", None),
        (b"a,b\r\na,b\n", None), (b"a,b\na,b\r\n", None), (b'"a""b",c\n', None), (b'a"b,c"\n', None), (b'"a\nb",c\n', None),
        (b'"a"b,c\n', None), (b"a,b\n\n", None), (b"a\r,b\n", None), (b'a,"\n', None), (b'a,"b\n', None), (b"a,b\r\r\n", None),
    ],
)  # fmt: skip
def test_csv_cells(functions: dict[str, Callable[..., Any]], data: bytes, wanted: list[list[int]] | None) -> None:
    found = functions["csv_cells"](data, ",", 2, [1, 0])
    assert (None if found is None else found.tolist()) == wanted


@compiled
@given(
    data=st.text('ab;,"\r\n').map(str.encode)
    | st.lists(st.sampled_from(['a,"b",;\n', "a,b,c\n", '"",,\n', "a;b\n"])).map("".join).map(str.encode),
    delimiter=st.sampled_from(",;"),
    width=st.integers(1, 4),
    columns=st.permutations(range(4)),
)
def test_csv_cells_alike(data: bytes, delimiter: str, width: int, columns: list[int]) -> None:
    columns = [column for column in columns if column < width]
    found = [cells(data, delimiter, width, columns) for cells in (native.TWINS["csv_cells"], csv_splice.csv_cells)]
    told = [None if cells is None else cells.tolist() for cells in found]
    assert told[0] == told[1]
