"""The compiled inner loops, where they are installed, and the choice between them and their Python twins.

Each function here that is named like one elsewhere in the package gives bit for bit what that one gives, only sooner. The module
that owns the Python function asks :func:`twin` for the one to call. With ``TRANSLIT_PURE=1`` in the environment, or without the
compiled extension, that is the Python function itself.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Literal, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from translit.unicode import scan
from translit.unicode.fold import fold_token

if os.environ.get("TRANSLIT_PURE", "") in ("", "0"):
    try:
        from translit import _native  # type: ignore[attr-defined, unused-ignore]
    except ImportError:
        _native = None
else:
    _native = None

F = TypeVar("F", bound=Callable[..., Any])
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
U32 = NDArray[np.uint32]
U64 = NDArray[np.uint64]


def in_use() -> Literal["native", "python"]:
    """Whether the compiled loops serve in this process, or their Python twins.

    >>> in_use() in ("native", "python")
    True
    """
    return "python" if _native is None else "native"


def twin(pure: F) -> F:
    """The compiled function of the same name and answers as ``pure``, or ``pure`` itself where it has none in use.

    >>> twin(sorted) is sorted
    True
    """
    return pure if _native is None else cast(F, TWINS.get(pure.__name__, pure))


def _align_pairs(table: I32, source: I32, n: I32, target: I32, m: I32, left: I64, right: I64) -> I32:
    tables = [np.ascontiguousarray(array, dtype=np.int32) for array in (table, source, n, target, m)]
    rows = [np.ascontiguousarray(array, dtype=np.int64) for array in (left, right)]
    return np.frombuffer(_native.align_pairs(*tables, *rows), dtype=np.int32)


def _gather(
    keys: U32, rows: U32, signatures: U64, contours: U64, asked: U32, owner: I64, mine: U64, ours: U64,
    most: int, max_block: int, least_overlap: int,
) -> tuple[I64, I64, I64]:  # fmt: skip
    given = ((keys, np.uint32), (rows, np.uint32), (signatures, np.uint64), (contours, np.uint64),
             (asked, np.uint32), (owner, np.int64), (mine, np.uint64), (ours, np.uint64))  # fmt: skip
    arrays = [np.ascontiguousarray(array, dtype=dtype) for array, dtype in given]
    name, form, crowd = _native.gather(*arrays, most, max_block, least_overlap)
    return np.frombuffer(name, dtype=np.int64), np.frombuffer(form, dtype=np.int64), np.frombuffer(crowd, dtype=np.int64)


_MOST_TEXT = 0x20000
"""Code points below this have their table made first; what lies beyond are rare Han characters and tags."""


def _scan_tokens(text: str, table: scan.TokenTable, unknown: bool = False) -> scan.Scanned:
    hashes = np.ascontiguousarray(table.hashes, dtype=np.uint64)
    starts = np.ascontiguousarray(table.starts, dtype=np.uint32)
    plain = text.isascii()
    data = text if plain else text.encode("utf-8", "surrogatepass")
    found = None
    for limit in (_MOST_TEXT, 0x110000):
        entries, blob = (_NONE, _NO_BLOB) if plain else scan.code_points(limit)
        found = _native.scan_tokens(data, entries, blob, fold_token, hashes, starts, unknown)
        if found is not None:
            break
    return scan.Scanned(*(np.frombuffer(column, dtype=np.int64) for column in found))


_NONE, _NO_BLOB = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.uint8)
TWINS: dict[str, Callable[..., Any]] = {"align_pairs": _align_pairs, "gather": _gather, "scan_tokens": _scan_tokens}
"""Python function → what stands for it where the compiled extension is in use."""
scan_tokens = twin(scan.scan_tokens)
