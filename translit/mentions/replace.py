"""Replacing without evidence: every listed spelling that means one entity, wherever it stands as whole words, and nothing else.

It is the exact tier of names, applied to the longest listed windows of a text from the left; capitals, neighbours and the rest
of the text do not count. Most windows are decided by a table made once, the others by their spelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from translit import native
from translit.lexicon.index import CANONICAL, Rows
from translit.matching.answers import Answer
from translit.matching.exact import LISTED
from translit.matching.tiers import Tiers
from translit.mentions.memory import Memory
from translit.mentions.windows import Forms
from translit.mentions.writing import Writer, looks_around
from translit.model import PROTECTED, Mention
from translit.unicode.scan import ASK, LEAVE, PASS, U8, WRITE, Listing, Plan


class Replacing:
    """Replaces listed spellings, by the tiers of a normalizer."""

    def __init__(self, tiers: Tiers, forms: Forms, writer: Writer) -> None:
        self.tiers, self.forms, self.writer = tiers, forms, writer
        self._answers: Memory[str, Answer | None] = Memory()
        self._written: Memory[str, str | None] = Memory()

    def rewritten(self, texts: Sequence[str]) -> list[tuple[str, int]]:
        """Each text with its listed spellings replaced, and how many of them changed."""
        known = self._written

        def ask(text: str, start: int, end: int, form: int) -> str | None:
            try:
                return known.known[text[start:end]]
            except KeyError:
                return self._ask(text, start, end, form)

        return native.replace_listed(texts, self._listing, ask)

    def find(self, text: str) -> list[Mention]:
        """The mentions of a text, left to right, without overlap."""
        out: list[Mention] = []
        for start, end, form in native.find_listed(text, self._listing).tolist():
            answer = self._answer(text[start:end], form)
            if answer is not None:
                out.append(self.writer.mention(text, start, end, answer, ""))
        return out

    def _ask(self, text: str, start: int, end: int, form: int) -> str | None:
        raw = text[start:end]
        answer = self._answer(raw, form)
        written = None if answer is None else self.writer.written(text, start, end, answer.canonical)
        written = None if written == raw else written
        if answer is None or not looks_around(raw, answer.canonical):
            self._written.keep(raw, written)
        return written

    def _answer(self, raw: str, form: int) -> Answer | None:
        """What a spelling means, None where it is left alone."""
        try:
            return self._answers.known[raw]
        except KeyError:
            answer = self._resolved(raw, form)
            self._answers.keep(raw, answer)
            return answer

    def _resolved(self, raw: str, form: int) -> Answer | None:
        decided = self.tiers.decided(raw)
        if decided is not None:
            return decided
        folded = self.forms.texts[form]
        found, exactly = self.tiers.listed(raw, self.forms.number(form))
        if found is None or found.state != "one" or not exactly:
            return None
        answer = self.tiers.exact(found, LISTED, folded)
        return answer if answer.confidence >= self.tiers.precision else None

    @cached_property
    def _listing(self) -> Listing:
        """The forms, and what becomes of each."""
        index = self.tiers.index
        start = index.posting_start.astype(np.int64)
        action = np.full(len(self.forms.texts), ASK, dtype=np.uint8)
        action[: self.forms.listed] = self._actions(start)
        entity = np.zeros(len(action), dtype=np.uint32)
        entity[: self.forms.listed] = index.posting_entity[start[:-1]] if self.forms.listed else 0
        if self.tiers.rulings:
            action[action != PASS] = ASK
        plan = Plan(action, entity, index.canonicals.data, index.canonicals.starts)
        return Listing(self.forms.table, self.forms.texts, plan)

    def _actions(self, start: Rows) -> U8:
        """What becomes of each form of the lexicon; its own letters decide, unless several entities bear it."""
        index, forms = self.tiers.index, len(start) - 1
        kind = index.entity_kind[index.posting_entity]
        support = index.entity_support[index.posting_entity]
        protected = np.isin(kind, [i for i, name in enumerate(index.kinds) if name == PROTECTED])
        meant = np.isin(index.posting_type, [CANONICAL, *self.tiers.types])
        form = np.repeat(np.arange(forms), np.diff(start))

        def any_of(which: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
            return np.bincount(form[which], minlength=forms) > 0

        action = np.full(forms, ASK, dtype=np.uint8)
        single = (np.diff(start) == 1) & any_of(meant & ~support & ~protected)
        if self.tiers.target not in index.meta["targets"]:
            plain = self._plain_canonicals()[index.posting_entity[start[:-1]]] & index.posting_plain[start[:-1]]
            if self.tiers.precision <= LISTED:
                action[single & plain] = WRITE
        named = any_of(meant & ~support & ~protected)
        action[~named] = LEAVE
        # What only supports the matching of persons is no name by itself: a shorter name may begin there.
        action[~named & any_of(meant & support)] = PASS
        action[any_of(protected)] = LEAVE
        return action

    def _plain_canonicals(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Whether each canonical spelling begins and ends with a plain letter or digit."""
        texts = self.tiers.index.canonicals
        letter = np.zeros(256, dtype=bool)
        letter[[ord(c) for c in "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = True
        low, high = texts.starts[:-1].astype(np.int64), texts.starts[1:].astype(np.int64) - 1
        plain: np.ndarray[tuple[int], np.dtype[np.bool_]] = letter[texts.data[low]] & letter[texts.data[high]]
        return plain
