"""Forms: the folded spellings of a lexicon's entities, with what lists them, how they are written and how they are found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from translit import native
from translit.lexicon.index import CANONICAL, OUTWEIGH, PLURAL, SCRIPT_CODES, TYPE_NUMBERS, Rows
from translit.lexicon.readings import READING
from translit.lexicon.storage import Array, Strings
from translit.matching.calibrate import Questions
from translit.matching.candidates import make_blocks
from translit.matching.rough import Rough
from translit.model import PERSON, Entity
from translit.unicode.hashes import window_table
from translit.unicode.tokens import fold, spelled


@dataclass(frozen=True)
class Spellings:
    """The spellings of entities, a row each, by form, owner and rank.

    Args:
        forms: the folded texts, sorted; a form's number is its place.
        form, owner, kind: numbers of the form and of the entity, and the posting type, shape (rows,).
        key: the spelling as :func:`translit.unicode.tokens.spelled` has it.
        text: the spelling as its source has it.
        tag: of the language in which a dictionary read it, ``""`` where a source lists it.
    """

    forms: Sequence[str]
    form: Rows
    owner: Rows
    kind: Rows
    key: Sequence[str]
    text: Sequence[str]
    tag: Sequence[str]

    @classmethod
    def of(cls, ordered: Sequence[Entity]) -> Spellings:
        """The spellings of entities that stand in the order of their numbers."""
        number: dict[str, int] = {}
        rows: list[tuple[int, int, int]] = []
        told: list[tuple[str, str, str]] = []
        for owner, entity in enumerate(ordered):
            for key, (text, kind, tag) in _spellings(entity).items():
                if folded := fold(text):
                    rows.append((number.setdefault(folded, len(number)), owner, kind))
                    told.append((key, text, tag))
        forms = sorted(number)
        place = np.empty(len(forms), dtype=np.int64)
        place[[number[text] for text in forms]] = np.arange(len(forms))
        numbers = np.array(rows, dtype=np.int64).reshape(-1, 3)
        form, owners, kinds = place[numbers[:, 0]], numbers[:, 1], numbers[:, 2]
        # A posting is a form of an entity; of several types it keeps the canonical, then the first of VARIANT_TYPES, a reading last.
        read = np.array([bool(tag) for _, _, tag in told], dtype=bool)
        order = np.lexsort((np.where(kinds == CANONICAL, -1, kinds) + len(TYPE_NUMBERS) * read, owners, form))
        keys, texts, tags = ([told[row][column] for row in order.tolist()] for column in range(3))
        return cls(forms, form[order], owners[order], kinds[order], keys, texts, tags)

    @cached_property
    def read(self) -> NDArray[np.bool_]:
        """Whether a dictionary read the spelling, so that no source lists it."""
        return np.array([bool(tag) for tag in self.tag], dtype=bool)

    @cached_property
    def first(self) -> NDArray[np.bool_]:
        """Whether the row is the first of its posting, whose type it decides."""
        first = np.ones(len(self.form), dtype=bool)
        first[1:] = (self.form[1:] != self.form[:-1]) | (self.owner[1:] != self.owner[:-1])
        return first

    @cached_property
    def posting(self) -> Rows:
        """The number of each row's posting."""
        return np.cumsum(self.first) - 1


def compile_forms(arrays: dict[str, Array], ordered: Sequence[Entity], rough: Rough) -> Questions:
    """Put the forms into the arrays of an index, and give the spellings that its model can be learnt from.

    Args:
        arrays: those of the entities are there already.
        ordered: the entities in the order of their numbers.
        rough: romanizes the forms.
    """
    rows = Spellings.of(ordered)
    put(arrays, "form.text", rows.forms)
    _postings(arrays, rows)
    _listed(arrays, rows)
    _readings(arrays, rows)
    windows = window_table(rows.forms)
    arrays["window.hash"], arrays["window.value"], arrays["window.starts"] = windows.hashes, windows.values, windows.starts
    _romanized(arrays, rows.forms, rough)
    return _questions(rows, ordered)


def put(arrays: dict[str, Array], name: str, values: Sequence[str]) -> None:
    """Put texts into the arrays of an index."""
    column = Strings.make(values)
    arrays[f"{name}.data"], arrays[f"{name}.starts"] = column.data, column.starts


def _spellings(entity: Entity) -> dict[str, tuple[str, int, str]]:
    """:func:`spelled` text → (spelling, posting type, tag of what read it); the canonical first, then variants, then target spellings."""
    out: dict[str, tuple[str, int, str]] = {spelled(entity.canonical): (entity.canonical, CANONICAL, "")}
    exonym = TYPE_NUMBERS["exonym"]
    for variant in entity.variants:
        kind = PLURAL if variant.note == "plural" else TYPE_NUMBERS[variant.type]
        if variant.type == "romanization" and is_code(variant.text) and not is_code(entity.canonical):
            kind = TYPE_NUMBERS["abbreviation"]
        out.setdefault(spelled(variant.text), (variant.text, kind, variant.lang if variant.note == READING else ""))
    for text in entity.canonicals.values():
        out.setdefault(spelled(text), (text, exonym, ""))
    return out


def is_code(text: str) -> bool:
    """Whether a spelling is a code, such as an airport's, though nobody said so: two to four capitals, with or without stops.

    >>> is_code("LED"), is_code("L.A."), is_code("Led"), is_code("IS IT")
    (True, True, False, False)
    """
    text = text.replace(".", "")
    return 2 <= len(text) <= 4 and text.isascii() and text.isalpha() and text.isupper()


def _postings(arrays: dict[str, Array], rows: Spellings) -> None:
    """Which entities bear each form, by which type of variant, and whether another bearer outweighs them by far."""
    form, owner = rows.form[rows.first], rows.owner[rows.first]
    arrays["posting.entity"] = owner.astype(np.uint32)
    arrays["posting.type"] = rows.kind[rows.first].astype(np.uint8)
    weight = arrays["entity.weight"][owner]
    heaviest = np.zeros(len(rows.forms), dtype=np.float32)
    np.maximum.at(heaviest, form, weight)
    arrays["posting.outweighed"] = weight * OUTWEIGH <= heaviest[form] - (heaviest[form] == 0)
    starts = np.zeros(len(rows.forms) + 1, dtype=np.uint32)
    starts[1:] = np.cumsum(np.bincount(form, minlength=len(rows.forms)))
    arrays["form.postings"] = starts


def _listed(arrays: dict[str, Array], rows: Spellings) -> None:
    """Which postings list their form as it is, and the hashes of what else is listed."""
    told = zip(rows.form.tolist(), rows.key, rows.text, strict=True)
    plain = np.array([rows.forms[form] in (key, text) for form, key, text in told], dtype=bool)
    arrays["posting.plain"] = np.zeros(len(arrays["posting.entity"]), dtype=bool)
    arrays["posting.plain"][rows.posting[plain & ~rows.read]] = True
    others = np.flatnonzero(~plain & ~rows.read)
    digest = native.token_hashes([rows.key[row] for row in others.tolist()])
    order = np.lexsort((rows.posting[others], digest))
    arrays["listed.hash"] = digest[order]
    arrays["listed.posting"] = rows.posting[others][order].astype(np.uint32)


def _readings(arrays: dict[str, Array], rows: Spellings) -> None:
    """The forms that no source has, only a reading of one, with the tag of the reader; nothing where no names were read."""
    if not rows.read.any():
        return
    attested = set(rows.form[~rows.read].tolist())
    found: dict[int, str] = {}
    for row in np.flatnonzero(rows.read).tolist():
        if int(rows.form[row]) not in attested:
            found.setdefault(int(rows.form[row]), rows.tag[row])
    arrays["reading.form"] = np.array(sorted(found), dtype=np.uint32)
    put(arrays, "reading.tag", [found[form] for form in sorted(found)])


def _romanized(arrays: dict[str, Array], forms: Sequence[str], rough: Rough) -> None:
    """The scripts of forms, their rough romanizations where these are others than the forms, and the blocking keys."""
    roughly = [rough.spell(text) for text in forms]
    codes = {code: i for i, code in enumerate(SCRIPT_CODES)}
    arrays["form.script"] = np.array([codes.get(s.script, len(codes) - 1) for s in roughly], dtype=np.uint8)
    own = [i for i, (text, s) in enumerate(zip(forms, roughly, strict=True)) if s.rom != text]
    bits = np.zeros(-(-len(forms) // 64), dtype=np.uint64)
    np.bitwise_or.at(bits, np.array(own, dtype=np.int64) >> 6, np.uint64(1) << (np.array(own, dtype=np.uint64) & np.uint64(63)))
    counts = np.bitwise_count(bits).astype(np.uint32)
    arrays["form.own"], arrays["form.own.before"] = bits, (np.cumsum(counts) - counts).astype(np.uint32)
    put(arrays, "rom.text", [roughly[i].rom for i in own])
    blocks = make_blocks([s.rom for s in roughly])
    arrays["block.start"], arrays["block.entry"] = blocks.starts, blocks.entries
    arrays["form.sets"] = blocks.sets


def _questions(rows: Spellings, ordered: Sequence[Entity]) -> Questions:
    """The spellings that can be hidden and asked for."""
    asked = np.flatnonzero(~rows.read)
    several = np.bincount(rows.posting, minlength=int(rows.first.sum())) > 1
    bearers = Counter(rows.key)
    texts = [rows.text[row] for row in asked.tolist()]
    alone = np.array([bearers[rows.key[row]] == 1 for row in asked.tolist()], dtype=bool)
    owner = rows.owner[asked]
    person = np.array([ordered[entity].kind == PERSON for entity in owner.tolist()], dtype=bool)
    drawn_by = native.token_hashes([f"{text}\0{ordered[entity].id}" for text, entity in zip(texts, owner.tolist(), strict=True)])
    return Questions(texts, rows.form[asked], owner, ~several[rows.posting[asked]], alone, person, rows.kind[asked] == CANONICAL, drawn_by)
