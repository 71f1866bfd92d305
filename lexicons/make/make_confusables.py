"""Letters and digits that look like a Latin letter, ``lexicons/confusables.tsv``: the skeletons of Unicode TR39, by ICU."""

from __future__ import annotations

import string
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import icu

from making import make

TARGET = Path(__file__).resolve().parent.parent / "confusables.tsv"
DATE = "2026-11-23"
LICENCE = "Unicode-3.0"
SCRIPTS = ("Latin", "Cyrillic", "Greek", "Armenian", "Cherokee", "Coptic", "Lisu", "Common")
"""Scripts with letters that pass for Latin ones; of Common, the digits."""


def rows() -> Iterator[tuple[str, str]]:
    """Each character beside the ASCII letter that it looks like, small or capital as it is itself."""
    skeleton = icu.SpoofChecker().getSkeleton
    plain: dict[str, list[str]] = {}
    for letter in string.ascii_letters:
        plain.setdefault(skeleton(0, letter), []).append(letter)
    for point in range(0x30, sys.maxunicode):
        char = chr(point)
        kind = unicodedata.category(char)
        if char in string.ascii_letters or kind not in ("Lu", "Ll", "Lo", "Lt", "Lm", "Nd"):
            continue
        script = icu.Script.getScript(char).getName()
        # What NFKD undoes (full-width, mathematical letters) is folded anyhow.
        if script not in SCRIPTS or (script == "Common") != (kind == "Nd") or unicodedata.normalize("NFKD", char) != char:
            continue
        alike = plain.get(skeleton(0, char))
        if alike:
            yield char, next((letter for letter in alike if letter.isupper() == char.isupper()), alike[0])


def render() -> bytes:
    """The bytes of the table, in the order of the code points."""
    source = f"confusables of Unicode Technical Standard 39, as ICU {icu.ICU_VERSION} (Unicode {icu.UNICODE_VERSION}) has them"
    head = {"format": "translit-confusables/1", "licence": LICENCE, "source": source, "date": DATE}
    lines = [f"#: {key}={value}" for key, value in head.items()] + ["char\tlike\tname"]
    lines += [f"{char}\t{like}\t{unicodedata.name(char).lower()}" for char, like in rows()]
    return ("\n".join(lines) + "\n").encode("utf-8")


if __name__ == "__main__":
    raise SystemExit(make(TARGET, render, __doc__))
