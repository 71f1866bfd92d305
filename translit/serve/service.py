"""What the service answers: plain values in, plain values out, a few at a time so that an answer can be given up."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from translit import __version__
from translit.files.answers import answers
from translit.files.base import Task, audit_record
from translit.files.names import answer
from translit.limits import MAX_SUGGESTIONS, REQUEST_STEP_CODEPOINTS, REQUEST_STEP_ITEMS
from translit.model import PROTECTED, Match
from translit.normalizer import Normalizer
from translit.serve.requests import CleanRequest, MatchRequest
from translit.unicode.tokens import fold

Record = dict[str, Any]


class OutOfTime(Exception):
    """The time for a request is over."""


class Deadline:
    """When an answer is wanted no longer.

    Args:
        seconds: from now on.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise OutOfTime when it has passed."""
        if time.monotonic() > self._end:
            raise OutOfTime


class Service:
    """Answers requests by a normalizer.

    Args:
        normalizer: answers; its lexicon is what is known.

    >>> import translit
    >>> record = {"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}
    >>> service = Service(translit.Normalizer(translit.Lexicon.build([record])))
    >>> service.clean(CleanRequest(("in Panjsjir",)), Deadline(60))
    {'texts': ['in Panjshir']}
    """

    def __init__(self, normalizer: Normalizer) -> None:
        self.normalizer = normalizer
        self._index = normalizer.lexicon.index

    def health(self) -> Record:
        """What is served."""
        lexicon = self.normalizer.lexicon
        return {"status": "ok", "version": __version__, "entities": len(lexicon), "lexicon": lexicon.checksum}

    def match(self, request: MatchRequest, deadline: Deadline) -> Record:
        """The line of ``translit match`` for each name."""
        found = self.matches(request.names, request.min_confidence, deadline)
        return {"matches": [answer(name, match) for name, match in zip(request.names, found, strict=True)]}

    def matches(self, names: Sequence[str], min_confidence: float | None, deadline: Deadline) -> list[Match | None]:
        """A match or None for each name."""
        found: list[Match | None] = []
        for part in _steps(names):
            deadline.check()
            found += self.normalizer.match_many(part, min_confidence)
        return found

    def clean(self, request: CleanRequest, deadline: Deadline) -> Record:
        """Each text cleaned and, where they are asked for, the changes as ``--audit`` tells them."""
        task = Task("name" if request.mode == "name" else "text", audit=request.changes)
        texts: list[str] = []
        changes: list[Record] = []
        for part in _steps(request.texts):
            deadline.check()
            known = answers(part, task, self.normalizer)
            for text in part:
                changes += [audit_record(len(texts), mention) for mention in known[text].mentions]
                texts.append(known[text].text)
        return {"texts": texts, "changes": changes} if request.changes else {"texts": texts}

    def explain(self, name: str) -> Record:
        """Every tier's candidates for a name, and why the answer is what it is."""
        told = self.normalizer.explain(name)
        return {
            **answer(name, told.match),
            "verdict": told.verdict,
            "readings": [{"languages": languages.split(), "reading": reading} for languages, reading in told.readings],
            "keys": list(told.keys),
            "candidates": [
                {
                    "id": c.id, "canonical": c.canonical, "kind": c.kind, "method": c.method,
                    "confidence": c.confidence, "form": c.form, "reasons": list(c.reasons),
                }
                for c in told.candidates
            ],
        }  # fmt: skip

    # --- the lexicon ---

    @property
    def kinds(self) -> list[str]:
        """The kinds of entities that can be an answer."""
        return [kind for kind in self._index.kinds if kind != PROTECTED]

    def entity(self, ident: str) -> Record | None:
        """What the lexicon knows of an entity; None where it does not have it."""
        place = bisect_left(self._index.ids, ident)
        if place == len(self._index.ids) or self._index.ids[place] != ident:
            return None
        return self._told(place)

    def _told(self, place: int) -> Record:
        index = self._index
        return {
            "id": index.ids[place],
            "canonical": index.target(place, self.normalizer.target),
            "kind": index.kind(place),
            "country": index.country(place),
            "weight": float(index.entity_weight[place]),
            "forms": index.forms_of(place),
        }

    def beginning(self, prefix: str) -> list[Record]:
        """The entities that a spelling beginning so may mean, the most prominent first."""
        index, folded = self._index, fold(prefix)
        if not folded:
            return []
        first = bisect_left(index.forms, folded)
        found: dict[int, None] = {}
        for form in range(first, min(first + 10 * MAX_SUGGESTIONS, len(index.forms))):
            if not index.forms[form].startswith(folded):
                break
            found |= dict.fromkeys(index.posting_entity[index.posting_start[form] : index.posting_start[form + 1]].tolist())
        usable = [place for place in found if index.kind(place) != PROTECTED]
        usable.sort(key=lambda place: (-index.entity_weight[place], place))
        return [self._told(place) for place in usable[:MAX_SUGGESTIONS]]


def _steps(values: Sequence[str]) -> Iterator[list[str]]:
    """A few values at a time."""
    part: list[str] = []
    size = 0
    for value in values:
        if part and (len(part) >= REQUEST_STEP_ITEMS or size + len(value) > REQUEST_STEP_CODEPOINTS):
            yield part
            part, size = [], 0
        part.append(value)
        size += len(value)
    if part:
        yield part
