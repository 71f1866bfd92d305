"""The lexicon that users hold: built from sources, saved to one file, mapped from it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from translit import limits
from translit.errors import LexiconError
from translit.fallback import romanizer
from translit.lexicon.index import Index
from translit.lexicon.storage import Array, read, write
from translit.unicode.scripts import CODES

if TYPE_CHECKING:
    from translit.matching.calibrate import Model
    from translit.matching.rough import Rough
    from translit.rules.keys import Keys

Progress = Callable[[str], None]

_CHEAPEST_SHOWN = 20
_CHEAP = 300
"""Cost in 1/100 nat below which letters are told as learnt to stand for others."""


class Lexicon:
    """Entities with their variants, compiled for look-up. Immutable; safe to share between threads, and pickled by path.

    >>> lexicon = Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> len(lexicon)
    1
    """

    meta: Mapping[str, Any]
    path: Path | None

    def __init__(self, arrays: Mapping[str, Array], meta: Mapping[str, Any], path: Path | None = None) -> None:
        self._arrays, self.meta = arrays, meta
        self.path = path

    @cached_property
    def index(self) -> Index:
        """Look-ups on the arrays.

        Raises:
            LexiconError: the file is damaged; see :meth:`load`.
        """
        return Index(self._arrays, self.meta)

    @classmethod
    def build(
        cls, sources: Iterable[Any], *, fallback: str = "unidecode", progress: Progress | None = None, decisions: Iterable[Any] = (),
        prior: str | os.PathLike[str] | None = None, readings: Iterable[str] = (),
    ) -> Lexicon:  # fmt: skip
        """Compile sources.

        Args:
            sources: paths of name packs (TSV) and records (JSONL), folders of them, records (mappings) or entities; the text
                ``builtin`` stands for the packs that ship with translit, ``builtin:NAME,…`` for those of that name. Rule files
                among them join the spelling rules that ship, for this lexicon.
            fallback: which romanizer serves a character that nothing else covers: ``"unidecode"`` or ``"anyascii"``.
            progress: called with a line of text at each step.
            decisions: files of decisions, or records of them, that the lexicon takes in: they go before its every tier.
            prior: folder of the cost tables and the model to learn on, as ``lexicons/make/make_model.py`` writes it; None for those
                that ship.
            readings: BCP 47 tags of languages (``"ja"``, ``"yue"``, ``"zh"``) in which names in Han characters are read, where a
                variant or the country of its entity says so; each needs its extra, whose version the lexicon records. Nothing is
                read unless it is asked for, so that what is installed never changes a lexicon.

        Raises:
            TranslitError: a reader is not installed.
            SourceErrors: with every fault of every source, or of the decisions.
        """
        from translit.lexicon.building import build

        tell = progress or (lambda line: None)
        return cls(*build(sources, fallback, tell, decisions, None if prior is None else Path(prior), tuple(readings)))

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, fallback: str | None = None, check: bool | None = None) -> Lexicon:
        """Map a compiled lexicon into memory.

        No answer ever comes from a damaged file. What takes no time is checked here: the size, the header, and every byte of a
        file of up to :data:`translit.limits.CHECKED_WHEN_OPENED` bytes. A larger one is read through when it is first asked for
        anything, and raises the same error then.

        Args:
            path: the compiled file.
            fallback: the fallback that it must have been compiled with; None for any that is installed.
            check: True to check every byte here whatever the size, False to leave that to the first question.

        Raises:
            LexiconError: the file is damaged, of another version, or compiled with another fallback.
        """
        arrays, meta = read(path, check)
        if fallback is not None and meta["fallback"] != fallback:
            raise LexiconError(f"{os.fspath(path)}: compiled with the fallback {meta['fallback']}; build it again with {fallback}")
        return cls(arrays, meta, Path(path).resolve())

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the compiled lexicon to a file, atomically; the same sources give the same bytes."""
        write(path, self._arrays, self.meta)

    def __len__(self) -> int:
        return int(self.meta["entities"])

    def __repr__(self) -> str:
        where = f" from {self.path}" if self.path else ""
        return f"<Lexicon of {len(self)} entities{where}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if self.path is None:
            from translit.lexicon.cache import keep

            return _load, (str(keep(self)),)
        return _load, (str(self.path),)

    @cached_property
    def rough(self) -> Rough:
        """Spells names by the lexicon's own cost tables and rules."""
        from translit.matching.rough import Rough
        from translit.rules.korean import korean_names
        from translit.rules.respell import Respelling

        tables = self.index.tables
        unlearnt = [code for code in CODES if tables.size(code) < limits.MIN_COSTS]
        respell = Respelling(lambda: self.keys.romanizer, self.own_languages, unlearnt)
        rules = Respelling(lambda: self.keys.romanizer, (), CODES)
        korean = partial(korean_names, given=rules.many)
        return Rough(tables, romanizer(self.meta["fallback"]), respell.many, self.index.droppable, korean, rules.many)

    @cached_property
    def keys(self) -> Keys:
        """Makes the keys of names, by the rules that ship and by the lexicon's own."""
        from translit.rules.shipped import shipped_keys

        return shipped_keys(self.meta["fallback"], self._own_rules)

    @cached_property
    def own_languages(self) -> frozenset[str]:
        """ISO 639-3 codes of the languages that the lexicon's own rules are about."""
        from translit.rules.shipped import own_languages

        return own_languages(self._own_rules)

    @cached_property
    def _own_rules(self) -> tuple[tuple[str, str], ...]:
        """The name and the content of each rule file among the sources."""
        held = self.index.arrays.get("rules")
        return () if held is None else tuple((name, content) for name, content in json.loads(bytes(held)))

    @cached_property
    def conventions(self) -> tuple[str, ...]:
        """ISO 639-3 codes of the languages whose spelling conventions it can read names by."""
        return self.keys.romanizer.every_language()

    def written_in(self, target: str) -> str:
        """The language whose canonical spellings are written for a target: itself, or what it is a variety of.

        >>> own = {"id": "1", "canonical": "Kyiv", "kind": "place", "variants": ["Kiew"], "canonicals": {"de": "Kiew"}}
        >>> lexicon = Lexicon.build([own])
        >>> lexicon.written_in("de-AT"), lexicon.written_in("fr-CA")
        ('de', 'fr')
        """
        parts = target.split("-")
        tags = ["-".join(parts[:n]) for n in range(len(parts), 0, -1)]
        return next((tag for tag in tags if tag in self.meta["targets"]), tags[-1])

    @cached_property
    def model(self) -> Model:
        """What the fuzzy tier decides by: learnt from the lexicon's own variants, or as shipped where they are few."""
        if "model" not in self.index.arrays:
            return self.shipped
        return replace(self._model("model"), learnt=self.index.learnt_tables)

    @cached_property
    def shipped(self) -> Model:
        """What the rule tier decides by: the model that ships with translit, as it was when the lexicon was compiled."""
        return self._model("shipped")

    def _model(self, name: str) -> Model:
        from translit.matching.prior import model_from_json

        return model_from_json(json.loads(bytes(self.index.arrays[name])))

    @cached_property
    def checksum(self) -> str:
        """SHA-256 of the arrays and metadata: the same for the same sources."""
        digest = hashlib.sha256()
        for name in sorted(self._arrays):
            array = np.ascontiguousarray(self._arrays[name])
            digest.update(name.encode())
            digest.update(array.tobytes())
        digest.update(json.dumps(self.meta, sort_keys=True, ensure_ascii=False).encode())
        return digest.hexdigest()

    def stats(self) -> dict[str, Any]:
        """Counts of entities, variants, forms, kinds, scripts, languages and homonyms, licences, and what was learnt.

        ``cheapest_latin`` has the groups of letters that stand for others most cheaply, with their costs in 1/100 nat;
        ``learnt_costs`` those that the lexicon's own variants made cheaper, by script, with the cost that was learnt and the one that
        ships; ``droppable`` the words that its entities are listed with and without.
        """
        index = self.index
        claims = np.diff(index.posting_start.astype(np.int64))
        scripts = np.bincount(index.form_script, minlength=len(index.scripts()))
        worst = np.argsort(-claims, kind="stable")[:10]
        return {
            "entities": len(self),
            "variants": len(index.posting_entity),
            "forms": len(index.forms),
            "kinds": {kind: int((index.entity_kind == i).sum()) for i, kind in enumerate(index.kinds)},
            "scripts": {code: int(n) for code, n in zip(index.scripts(), scripts, strict=True) if n},
            "languages": dict(sorted(index.meta.get("languages", {}).items(), key=lambda item: (-item[1], item[0]))),
            "homonyms": int((claims > 1).sum()),
            "largest_homonyms": {index.forms[i]: int(claims[i]) for i in worst.tolist() if claims[i] > 1},
            "targets": list(index.meta["targets"]),
            "licences": index.meta.get("licences", {}),
            "rules": list(index.meta.get("rules", ())),
            "fallback": index.meta["fallback"],
            "readings": index.meta.get("readings", {}),
            "calibrated_on": {_scripts_of(k): c.seen for k, c in sorted(self.model.curves.items())},
            "cheapest_latin": self._cheapest(),
            "learnt_costs": {script: self._cheaper(script) for script in index.meta["learnt_tables"]},
            "droppable": sorted(index.droppable),
        }

    def _cheapest(self) -> dict[str, int]:
        """The letter groups that stand for quite other ones most cheaply in Latin letters."""
        table = self.index.tables.get("Latn")
        if table is None:
            return {}
        pairs = [
            (cost, source, target) for (source, target), cost in table.costs.items()
            if source.isalpha() and target.isalpha() and source[0] != target[0] and source[-1] != target[-1]
        ]  # fmt: skip
        return {f"{source} → {target}": cost for cost, source, target in sorted(pairs)[:_CHEAPEST_SHOWN]}

    def _cheaper(self, script: str) -> dict[str, tuple[int, int]]:
        """The letter groups whose cost fell most: what was learnt, and what ships."""
        shipped, learnt = self.index.tables[script].costs, self.index.learnt_tables[script].costs
        fallen = sorted(
            (cost - shipped[pair], pair) for pair, cost in learnt.items() if all(pair) and cost < min(_CHEAP, shipped.get(pair, 0))
        )  # fmt: skip
        return {f"{source} → {target}": (learnt[source, target], shipped[source, target])
                for _, (source, target) in fallen[:_CHEAPEST_SHOWN]}  # fmt: skip


def _scripts_of(klass: int) -> str:
    """The scripts of a class that is calibrated together."""
    from translit.matching.score import SCRIPT_CLASSES

    return "/".join(code for code, number in SCRIPT_CLASSES.items() if number == klass) or "others"


def _load(path: str) -> Lexicon:
    return Lexicon.load(path)
