"""The compiled loops, given what no caller would give them: they answer or refuse, whatever the arrays say."""

from __future__ import annotations

import contextlib
import random
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

import translit
from translit import native
from translit.lexicon.lexicon import Lexicon
from translit.lexicon.storage import Strings
from translit.unicode import hashes, scan

pytestmark = pytest.mark.skipif(native.in_use() == "python", reason="the compiled extension is not in use")

TEXTS = ("", "\0", "\ud800", "n\u093c", "İ", "e\u0301", "\U0010ffff", "x" * 500, "中" * 70, "Panjsjir", "Mazar-e Sharif")
NUMBERS = (0, 1, 2, 127, 255, 10**4, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**63, 2**64 - 1)
TYPES = (np.uint8, np.int16, np.int32, np.int64, np.uint64, np.float32)
REFUSALS = (TypeError, ValueError, IndexError, OverflowError, MemoryError)
KEPT = 5
"""Calls of each function that are spoilt."""

Calls = dict[str, list[tuple[Any, ...]]]


class Recorder:
    """The extension, with what it is called with."""

    def __init__(self, extension: Any, calls: Calls) -> None:
        self._extension, self._calls = extension, calls

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._extension, name)

        def call(*arguments: Any) -> Any:
            if len(self._calls[name]) < KEPT:
                self._calls[name].append(arguments)
            return function(*arguments)

        return call


def ask(lexicon: Lexicon) -> None:
    """Ask for what calls every compiled function."""
    names = ["Panjsjeer", "Masud, Achmad", "کابول", "n\u093c", "", "Mazar-e-Scherif"]
    texts = ["In PANJSJIR and Kaboul met Achmad Massud. n\u093c said no.", "پنجشیر " * 9]
    normalizer = translit.Normalizer(lexicon=lexicon)
    for name in names:
        normalizer.match(name)
    normalizer.match_many(names * 9)
    for text in texts:
        normalizer.clean(text)
    translit.Normalizer(lexicon=lexicon, evidence=False).clean(texts[0])
    forms = ["kabul", "mazar"]
    written = Strings.make(["Kabul"])
    plan = scan.Plan(np.full(2, scan.LEAVE, np.uint8), np.zeros(2, np.uint32), written.data, written.starts)
    native.TWINS["find_listed"](texts[0], scan.Listing(hashes.window_table(forms), Strings.make(forms), plan))
    native.TWINS["plain_rows"](b'a,b\n"c",d\n', 0, ",")
    native.TWINS["csv_cells"](b'a,"b"\nc,d\n', ",", 2, [1, 0])
    native.TWINS["cut_spans"](b"abc", np.array([0, 1]), np.array([1, 3]))
    native.TWINS["json_members"](b'{"a": "x", "b": [1]}\n', [b"a", b"b"], 1)
    ones = np.frombuffer(b"aba", np.uint8), np.arange(4)
    native._native.intern_values(*ones, np.zeros(0, np.uint8), *ones, np.array([0, 1 << 32 | 1] * 4, np.uint64), 1)


@pytest.fixture(scope="module")
def calls(afghanistan: Lexicon) -> Calls:
    made: Calls = defaultdict(list)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(native, "_native", Recorder(native._native, made))
        ask(afghanistan)
    return made


def spoilt_array(array: NDArray[Any], draw: random.Random) -> NDArray[Any]:
    """An array of another size, type or shape, or with other numbers in it."""
    way = draw.randrange(8)
    if way == 0:
        return np.ascontiguousarray(array[: draw.randrange(len(array) + 1)])
    if way == 1:
        return np.concatenate([array, array])
    if way == 2:
        return array.astype(draw.choice(TYPES))
    if way == 3:
        return array.ravel()[::-1]
    spoilt = np.array(array)
    flat = spoilt.reshape(-1).view(f"u{spoilt.itemsize}")
    for _ in range(min(way - 3, len(flat))):
        flat[draw.randrange(len(flat))] = draw.choice(NUMBERS) & (2 ** (8 * spoilt.itemsize) - 1)
    return spoilt


def spoilt_value(value: Any, draw: random.Random) -> Any:
    """Something else of the same kind."""
    if isinstance(value, np.ndarray):
        return spoilt_array(value, draw)
    if isinstance(value, int):
        return draw.choice([-1, 0, 1, 77, 2**20, value])
    if isinstance(value, str):
        return draw.choice(TEXTS)
    if isinstance(value, bytes):
        return value[: draw.randrange(len(value) + 1)].decode("utf-8", "ignore").encode()
    if isinstance(value, (list, tuple)) and value:
        items = list(value)
        at = draw.randrange(len(items))
        items[at : at + 1] = draw.choice([[], [spoilt_value(items[at], draw)]])
        return type(value)(items) if type(value) in (list, tuple) else tuple(items)
    return value


def test_every_function_was_called(calls: Calls) -> None:
    functions = {name for name in dir(native._native) if name.islower() and callable(getattr(native._native, name)) and name[0] != "_"}
    assert set(calls) == functions


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@given(st.randoms(use_true_random=False))
def test_spoilt_arguments_are_answered_or_refused(calls: Calls, draw: random.Random) -> None:
    for name, kept in sorted(calls.items()):
        arguments = list(draw.choice(kept))
        for _ in range(draw.choice([1, 1, 2])):
            at = draw.randrange(len(arguments))
            arguments[at] = spoilt_value(arguments[at], draw)
        with contextlib.suppress(*REFUSALS):
            getattr(native._native, name)(*arguments)
