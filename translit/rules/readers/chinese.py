"""Mandarin: the pinyin of pypinyin (MIT), with the readings that characters have as surnames."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from translit import limits
from translit.resources import data_root
from translit.rules.readers import FORMAT, Reader
from translit.tables import read_table


@lru_cache(maxsize=1)
def surnames() -> dict[str, str]:
    """Surnames of two characters, and those of one that reads otherwise than the character."""
    table = read_table(data_root() / "readings" / "zho-surnames.tsv", FORMAT, ("surname", "pinyin"))
    return {surname: pinyin for _, (surname, pinyin) in table.rows()}


def read(name: str) -> list[str]:
    """A name as one word, as places are written, and with its surname apart, as persons are; the latter first for a known surname.

    >>> read("重庆")[0], read("曾国藩")[:2]
    ('chongqing', ['zeng guofan', 'cengguofan'])
    """
    # Between the parts of a foreigner's name stands a dot.
    parts = name.replace("·", " ").replace("•", " ").split()
    out = [" ".join("".join(_pinyin(part)) for part in parts)]
    if len(parts) == 1 and 1 < len(name) <= limits.MAX_HAN_PERSON:
        known = next((size for size in (2, 1) if name[:size] in surnames() and len(name) > size), 1)
        surname = surnames().get(name[:known])
        person = f"{surname or ''.join(_pinyin(name[:known]))} {''.join(_pinyin(name[known:]))}"
        out.insert(0 if surname else 1, person)
    if len(parts) == 1:
        out += _otherwise(name)
    return [reading for reading in dict.fromkeys(out) if reading.strip()][: limits.MAX_NAME_READINGS]


def _pinyin(text: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin

    syllables: list[str] = lazy_pinyin(text, style=Style.NORMAL, v_to_u=True, errors="ignore")
    return syllables


def _otherwise(name: str) -> Iterator[str]:
    """The name with one of its characters in its second reading: dictionaries of words know few names."""
    from pypinyin import Style, pinyin

    usual = _pinyin(name)
    several: list[list[str]] = pinyin(name, style=Style.NORMAL, heteronym=True, v_to_u=True, errors="ignore")
    single: list[list[str]] = [pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=True)[0] for character in name]
    for place in range(len(usual) if len(several) == len(name) else 0):
        for other in single[place][: limits.MAX_WORD_READINGS]:
            if other != usual[place]:
                yield "".join([*usual[:place], other, *usual[place + 1 :]])


READER = Reader("zh", "Mandarin", frozenset({"cmn"}), frozenset({"CN", "TW"}), ("pypinyin",), "chinese", False, read)
