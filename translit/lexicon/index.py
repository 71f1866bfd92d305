"""The index: a compiled lexicon's arrays, by name, with look-ups on them.

Entities, forms and postings are numbered from 0. A *form* is a folded spelling; a *posting* says that an entity bears it. A *listed
spelling* is a variant as attested, but for case, blanks, hyphens and the kind of apostrophes. Where that is the form itself
the posting says so; of the other listed spellings only a hash is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xxhash
from numpy.typing import NDArray

from translit import native
from translit.lexicon.storage import Array, Strings
from translit.model import VARIANT_TYPES
from translit.unicode.scripts import CODES
from translit.unicode.tokens import otherwise_spelled

if TYPE_CHECKING:
    from translit.matching.align import CostTable
    from translit.matching.candidates import Blocks
    from translit.matching.spans import Spans
    from translit.unicode.hashes import WindowTable

SCRIPT_CODES = (*CODES, "Zyyy")
CANONICAL = 255
"""Posting type of the canonical spelling itself."""
PLURAL = 254
"""Posting type of a plural of a people's name, which the singular canonical must not stand for."""
TYPE_NUMBERS: Mapping[str, int] = {name: i for i, name in enumerate(VARIANT_TYPES)}
OUTWEIGH = 4.0
"""How many times heavier than the next an entity must be to be meant by a shared spelling."""
Rows = NDArray[np.int64]


def hashes(texts: Iterable[str]) -> NDArray[np.uint64]:
    """XXH3 of each text's UTF-8 bytes."""
    digest = xxhash.xxh3_64_intdigest
    return np.array([digest(t.encode("utf-8", "surrogatepass")) for t in texts], dtype=np.uint64)


def find_texts(
    texts: Sequence[str], hashes: NDArray[np.uint64], values: NDArray[np.uint32], data: NDArray[np.uint8], starts: NDArray[np.uint32]
) -> Rows:
    """The row of each text in a column of strings, -1 where it is none of them.

    Args:
        texts: what to look for.
        hashes, values: a :class:`~translit.unicode.hashes.WindowTable` of the column's strings.
        data, starts: the column, as of :class:`~translit.lexicon.storage.Strings`.
    """
    column = Strings(data, starts)
    asked = native.token_hashes(texts)
    low, high = np.searchsorted(hashes, asked, "left"), np.searchsorted(hashes, asked, "right")
    out = np.full(len(asked), -1, dtype=np.int64)
    for i in np.flatnonzero(high > low).tolist():
        rows = [(value >> 1) - 1 for value in values[low[i] : high[i]].tolist()]
        out[i] = next((row for row in rows if row >= 0 and column[row] == texts[i]), -1)
    return out


def spread(low: Rows, high: Rows) -> tuple[Rows, Rows]:
    """The numbers from each ``low`` up to its ``high``, and which pair each is of.

    >>> import numpy as np
    >>> [column.tolist() for column in spread(np.array([5, 9, 1]), np.array([7, 0, 2]))]
    [[0, 0, 2], [5, 6, 1]]
    """
    size = np.maximum(high - low, 0)
    row = np.repeat(np.arange(len(low)), size)
    first = np.cumsum(size) - size
    return row, np.arange(len(row)) - first[row] + low[row]


class Part(NamedTuple):
    """A part of persons' names.

    Args:
        text: its canonical spelling.
        share: how surely it is that one, 0–1.
        last: the share of its bearers whose last name it is, 0–1.
        famous: whether one of the heaviest persons bears it, or the persons are few; nobody's where many have no weights.
    """

    text: str
    share: float
    last: float
    famous: bool


class Index:
    """A lexicon's arrays.

    Args:
        arrays: as made by :func:`translit.lexicon.compile.compile_entities` or read from a file.
        meta: the metadata beside them.
    """

    def __init__(self, arrays: Mapping[str, Array], meta: Mapping[str, Any]) -> None:
        self.arrays = arrays
        self.meta = meta
        self.ids = self._strings("entity.id")
        self.canonicals = self._strings("entity.canonical")
        self.forms = self._strings("form.text")
        self.entity_kind = arrays["entity.kind"]
        self.entity_support: NDArray[np.bool_] = arrays["entity.support"]
        self.entity_weight: NDArray[np.float32] = arrays["entity.weight"]
        self.kinds: Sequence[str] = meta["kinds"]
        self.posting_start: NDArray[np.uint32] = arrays["form.postings"]
        self.posting_entity: NDArray[np.uint32] = arrays["posting.entity"]
        self.posting_type: NDArray[np.uint8] = arrays["posting.type"]
        self.posting_outweighed: NDArray[np.bool_] = arrays["posting.outweighed"]
        self.posting_plain: NDArray[np.bool_] = arrays["posting.plain"]
        self.form_script: NDArray[np.uint8] = arrays["form.script"]

    def _strings(self, name: str) -> Strings:
        return Strings(self.arrays[f"{name}.data"], self.arrays[f"{name}.starts"])

    @cached_property
    def posting_canonical(self) -> NDArray[np.bool_]:
        """Whether a posting's form is its entity's canonical spelling."""
        canonical: NDArray[np.bool_] = self.posting_type == CANONICAL
        return canonical

    @cached_property
    def blocks(self) -> Blocks:
        """The blocking keys."""
        from translit.matching.candidates import Blocks

        a = self.arrays
        return Blocks(a["block.start"], a["block.entry"], a["form.sets"])

    def _rom_rows(self, forms: Rows) -> Rows:
        """Where the rough romanization of each form stands, -1 where it is the form itself: one bit a form, and their sums."""
        own, before = self.arrays["form.own"], self.arrays["form.own.before"]
        word, bit = own[forms >> 6], np.uint64(1) << (forms & 63).astype(np.uint64)
        row = before[forms >> 6].astype(np.int64) + np.bitwise_count(word & (bit - np.uint64(1)))
        return np.where(word & bit > 0, row, -1)

    @cached_property
    def _roms(self) -> Strings:
        return self._strings("rom.text")

    def spans_of(self, forms: Rows, romanized: bool = True) -> Spans:
        """The rough romanizations of forms, or the forms themselves, where they lie; always in the same buffers."""
        from translit.matching.spans import Spans

        own = self._rom_rows(forms) if romanized else np.full(len(forms), -1)
        elsewhere = own >= 0
        bounds = []
        for shift in (0, 1):
            bound = self.forms.starts[forms + shift].astype(np.int64)
            bound[elsewhere] = self._roms.starts[own[elsewhere] + shift]
            bounds.append(bound)
        return Spans(self.forms.data, self._roms.data, bounds[0], bounds[1], elsewhere)

    def scripts(self) -> Sequence[str]:
        """ISO 15924 codes by number."""
        return SCRIPT_CODES

    def find_forms(self, folded: Sequence[str]) -> Rows:
        """The form of each folded spelling, -1 where none is listed."""
        return native.twin(find_texts)(folded, self.windows.hashes, self.windows.values, self.forms.data, self.forms.starts)

    @cached_property
    def windows(self) -> WindowTable:
        """The forms and what they begin with, for scanning texts."""
        from translit.unicode.hashes import WindowTable

        return WindowTable(self.arrays["window.hash"], self.arrays["window.value"], self.arrays["window.starts"])

    def reading(self, form: int) -> str:
        """The tag of the reader that a form is from; empty for a form that some source has."""
        rows = self.arrays.get("reading.form")
        if rows is None:
            return ""
        place = int(np.searchsorted(rows, form))
        tags = Strings(self.arrays["reading.tag.data"], self.arrays["reading.tag.starts"])
        return tags[place] if place < len(rows) and int(rows[place]) == form else ""

    def postings(self, form: int) -> range:
        """The postings of a form."""
        return range(int(self.posting_start[form]), int(self.posting_start[form + 1]))

    def listed(self, spelling: str) -> list[int]:
        """The postings that list exactly this spelling; see :func:`spelled`."""
        return self.listed_many([spelling])[0]

    def forms_of(self, entity: int) -> list[str]:
        """The forms of an entity."""
        start = self.arrays["entity.forms.start"]
        return self.forms.take(self.arrays["entity.forms"][start[entity] : start[entity + 1]].astype(np.int64))

    def part(self, word: str) -> Part | None:
        """What is known of a word as a part of persons' names."""
        known: NDArray[np.uint64] = self.arrays["part.hash"]
        digest = native.token_hashes([word])[0]
        place = int(np.searchsorted(known, digest))
        if place >= len(known) or known[place] != digest:
            return None
        share, last, famous = (self.arrays[f"part.{name}"][place] for name in ("share", "last", "famous"))
        return Part(self._strings("part.text")[place], float(share), float(last), bool(famous))

    def listed_many(self, spellings: Sequence[str]) -> list[list[int]]:
        """:meth:`listed` of each spelling."""
        if not spellings:
            return []
        out: list[list[int]] = [[] for _ in spellings]
        folded = native.fold_many(spellings)
        forms = self.find_forms(folded)
        rows = np.flatnonzero(forms >= 0)
        some = rows.tolist()
        owner, posting = self.listings([spellings[row] for row in some], [folded[row] for row in some], forms[rows])
        for row, found in zip(rows[owner].tolist(), posting.tolist(), strict=True):
            out[row].append(found)
        return out

    def listings(self, spellings: Sequence[str], folded: Sequence[str], forms: Rows) -> tuple[Rows, Rows]:
        """The postings that list each spelling.

        Args:
            spellings: the spellings.
            folded: each of them folded.
            forms: the form of each, from :meth:`find_forms`.

        Returns:
            Row of the spelling and posting, rising.
        """
        start = self.posting_start
        row, posting = spread(start[forms].astype(np.int64), np.where(forms >= 0, start[forms + 1], 0))
        others, texts = native.twin(otherwise_spelled)(spellings, folded)
        other = np.array(others, dtype=np.int64)
        plain = self.posting_plain[posting]
        if not len(other):
            return row[plain], posting[plain]
        as_form = np.ones(len(forms), dtype=bool)
        as_form[other] = False
        plain &= as_form[row]
        known: NDArray[np.uint64] = self.arrays["listed.hash"]
        digest = native.token_hashes(texts)
        which, place = spread(np.searchsorted(known, digest, "left"), np.searchsorted(known, digest, "right"))
        found, own = self.arrays["listed.posting"][place].astype(np.int64), other[which]
        # What merely has the hash of a listed spelling has another form.
        same = (forms[own] >= 0) & (start[forms[own]] <= found) & (found < start[forms[own] + 1])
        rows, postings = np.concatenate((row[plain], own[same])), np.concatenate((posting[plain], found[same]))
        # Both halves rise, and no row is in both.
        order = np.argsort(rows, kind="stable")
        return rows[order], postings[order]

    @property
    def form_hashes(self) -> tuple[NDArray[np.uint64], Rows]:
        """The hashes of the forms, rising, and the form of each."""
        forms = np.flatnonzero(self.windows.values > 1)
        return self.windows.hashes[forms], (self.windows.values[forms] >> np.uint32(1)).astype(np.int64) - 1

    @cached_property
    def form_digest(self) -> NDArray[np.uint64]:
        """The hash of each form."""
        digest = np.empty(len(self.forms), dtype=np.uint64)
        hashes, order = self.form_hashes
        digest[order] = hashes
        return digest

    @cached_property
    def listing(self) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
        """The hash of every listed spelling with the posting that lists it, in the order of both."""
        plain = np.flatnonzero(self.posting_plain)
        form = np.searchsorted(self.posting_start, plain, side="right") - 1
        known = np.concatenate((self.arrays["listed.hash"], self.form_digest[form]))
        posting = np.concatenate((self.arrays["listed.posting"], plain.astype(np.uint32)))
        order = np.lexsort((posting, known))
        return known[order], posting[order]

    def kind(self, entity: int) -> str:
        """The kind of an entity."""
        return self.kinds[int(self.entity_kind[entity])]

    def country(self, entity: int) -> str:
        """The country of an entity, ISO 3166-1 alpha-2, or ``""``."""
        return str(self.meta["countries"][int(self.arrays["entity.country"][entity])])

    @cached_property
    def tables(self) -> LazyTables:
        """Cost tables by script, each made when first asked for."""
        return LazyTables(self.arrays, self.meta["tables"])

    @cached_property
    def droppable(self) -> frozenset[str]:
        """The folded words that entities are listed with and without."""
        return frozenset(self._strings("droppable"))

    @cached_property
    def learnt_tables(self) -> LazyTables:
        """Cost tables by script, those that were learnt from the lexicon's own variants in place of those that ship."""
        return LazyTables(self.arrays, self.meta["tables"], self.meta["learnt_tables"])

    def target(self, entity: int, lang: str) -> str:
        """The canonical spelling of an entity in a target language, the English one where it has none of its own."""
        if lang in self.meta["targets"]:
            owners = self.arrays[f"target.{lang}.entity"]
            place = int(np.searchsorted(owners, entity))
            if place < len(owners) and owners[place] == entity:
                return self._strings(f"target.{lang}")[place]
        return self.canonicals[entity]

    def targets(self, entities: Rows, lang: str) -> list[str]:
        """:meth:`target` of each entity."""
        out = self.canonicals.take(entities)
        owners = self.arrays[f"target.{lang}.entity"] if lang in self.meta["targets"] else np.zeros(0, dtype=np.uint32)
        if len(owners):
            place = np.minimum(np.searchsorted(owners, entities), len(owners) - 1)
            own = np.flatnonzero(owners[place] == entities)
            for i, text in zip(own.tolist(), self._strings(f"target.{lang}").take(place[own]), strict=True):
                out[i] = text
        return out


SHIPPED, LEARNT = "table", "learnt"
"""Beginnings of the names of the arrays of cost tables."""


def table_arrays(script: str, table: CostTable, prefix: str = SHIPPED) -> dict[str, Array]:
    """A cost table as arrays."""
    rows = sorted((s, t, c) for (s, t), c in table.costs.items())
    source, target = Strings.make([s for s, _, _ in rows]), Strings.make([t for _, t, _ in rows])
    return {
        f"{prefix}.{script}.source.data": source.data, f"{prefix}.{script}.source.starts": source.starts,
        f"{prefix}.{script}.target.data": target.data, f"{prefix}.{script}.target.starts": target.starts,
        f"{prefix}.{script}.cost": np.array([c for _, _, c in rows], dtype=np.uint16),
    }  # fmt: skip


class LazyTables(Mapping[str, "CostTable"]):
    """Cost tables of a compiled lexicon, made when first asked for.

    Args:
        arrays: the lexicon's.
        scripts: what it has tables for.
        learnt: those of which it has one of its own, to be taken for the one that ships.
    """

    def __init__(self, arrays: Mapping[str, Array], scripts: Sequence[str], learnt: Sequence[str] = ()) -> None:
        self._arrays, self._scripts, self._learnt = arrays, tuple(scripts), frozenset(learnt)
        self._made: dict[str, CostTable] = {}

    def __iter__(self) -> Any:
        return iter(self._scripts)

    def __len__(self) -> int:
        return len(self._scripts)

    def __contains__(self, script: object) -> bool:
        return script in self._scripts

    def size(self, script: str) -> int:
        """How many costs the table of a script has; 0 where there is none."""
        return len(self._arrays[f"{self._name(script)}.cost"]) if script in self else 0

    def _name(self, script: str) -> str:
        return f"{LEARNT if script in self._learnt else SHIPPED}.{script}"

    def __getitem__(self, script: str) -> CostTable:
        if script not in self._scripts:
            raise KeyError(script)
        from translit.matching.align import CostTable
        from translit.matching.alphabet import SYLLABIC

        made = self._made.get(script)
        if made is None:
            a, name = self._arrays, self._name(script)
            source = Strings(a[f"{name}.source.data"], a[f"{name}.source.starts"])
            target = Strings(a[f"{name}.target.data"], a[f"{name}.target.starts"])
            costs = {(s, t): int(c) for s, t, c in zip(source, target, a[f"{name}.cost"].tolist(), strict=True)}
            made = self._made[script] = CostTable(costs, script == "Latn", script in SYLLABIC)
        return made
