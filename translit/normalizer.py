"""The normalizer: names and texts in, canonical forms out. The pipeline, top to bottom.

Names: folded, then exact → rule → fuzzy → abstain (:mod:`translit.matching.tiers`).
Texts: words, windows that the lexicon lists, parts of names, unknown capitalised words (:mod:`translit.mentions.find`), then
the replacements written in their places (:mod:`translit.trail`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from translit import limits, native
from translit.arguments import all_text, known, several, share
from translit.errors import ArgumentError
from translit.lexicon.lexicon import Lexicon
from translit.lexicon.opening import open_lexicon
from translit.lexicon.reading.cells import is_lang
from translit.matching.answers import UNDECIDED
from translit.matching.decisions import Decision, from_rows, read_decisions, rule
from translit.matching.tiers import Tiers
from translit.mentions.memory import Memory, take_known
from translit.model import DEFAULT_TYPES, VARIANT_TYPES, Match, Mention
from translit.rules.readers import reader
from translit.unicode.tokens import fold

if TYPE_CHECKING:
    from translit.mentions.find import Finder
    from translit.mentions.survey import Survey
    from translit.trail import Explanation, Review


class Normalizer:
    """Maps names to their canonical forms, and says why. Immutable; safe across threads; pickled with its lexicon's path.

    Args:
        lexicon: what is known; None for the built-in lexicon.
        precision: the share of right answers that is promised, above 0 and below 1.
        conventions: ISO 639-3 codes of the languages whose spelling conventions are supposed; None for all.
        target: BCP 47 tag of the language whose canonical spellings are written: the lexicon's own for it, else for what it is a
            variety of (*de* for *de-AT*), else the English ones.
        types: the variant types that are rewritten, of :data:`translit.model.VARIANT_TYPES`.
        fallback: the romanizer that the lexicon must have been compiled with; None for the lexicon's own.
        lang: BCP 47 tag of the language that the names given are written in, such as ``"ja"``: names in Han characters are then read in
            that language, by a dictionary that comes with an extra (``japanese``, ``chinese``, ``cantonese``). None reads them
            character by character as Mandarin. It counts for names, not for texts.
        markup: whether texts are marked up: tags, entities, URLs, e-mail addresses and code of HTML, XML and Markdown stay.
        decisions: what people decided, which goes before every tier: files of decisions, or
            :class:`~translit.matching.decisions.Decision` records. They go before those that the lexicon was built with.
        evidence: whether a spelling in a text must be borne out by what stands around it. Without, texts are searched as other
            tools search and replace: every listed spelling that means one entity is taken for it, wherever it stands as whole words
            and whatever its case, and nothing else is (no endings, parts of names or unlisted spellings). That is many times
            quicker, and takes a word that is spelled like a name for the name. Names are matched alike.

    Raises:
        ArgumentError: an argument is out of range or not known, or the lexicon was compiled with another fallback.
        SourceErrors: a decision is at fault, or about an entity that the lexicon does not have.
        TranslitError: the dictionary that reads a language is not installed.

    >>> lexicon = Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
    >>> Normalizer(lexicon).clean("Gevechten in PANJSJIR.")
    'Gevechten in PANJSHIR.'
    >>> Normalizer(lexicon, evidence=False).clean("panjsjir, Panjsjier")
    'panjshir, Panjsjier'
    """

    lexicon: Lexicon
    precision: float
    target: str
    types: tuple[str, ...]
    conventions: tuple[str, ...] | None
    evidence: bool
    markup: bool
    lang: str | None
    decisions: tuple[Decision, ...]

    def __init__(
        self, lexicon: Lexicon | None = None, precision: float = 0.99, conventions: Iterable[str] | None = None,
        target: str = "en", types: Iterable[str] = DEFAULT_TYPES, fallback: str | None = None,
        decisions: str | os.PathLike[str] | Iterable[str | os.PathLike[str] | Decision] = (), evidence: bool = True,
        markup: bool = False, lang: str | None = None,
    ) -> None:  # fmt: skip
        if lexicon is not None and not isinstance(lexicon, Lexicon):
            raise ArgumentError(f"{lexicon!r} is no Lexicon; give translit.open_lexicon([…]), translit.Lexicon.load(…) or .build([…])")
        if not isinstance(target, str) or not is_lang(target):
            raise ArgumentError(f"{target!r} is no BCP 47 tag of a language; write the target such as 'en', 'de' or 'pt-BR'")
        self.lexicon = lexicon if lexicon is not None else open_lexicon()
        if fallback is not None and self.lexicon.meta["fallback"] != fallback:
            made = self.lexicon.meta["fallback"]
            raise ArgumentError(f"the lexicon was compiled with the fallback {made}; build it again with {fallback}")
        self.precision, self.target = share("precision", precision), target
        self.types = DEFAULT_TYPES if types is None else known("types", types, VARIANT_TYPES)
        self.conventions = None if conventions is None else tuple(sorted(known("conventions", conventions, self.lexicon.conventions)))
        self.evidence, self.markup, self.lang = evidence, markup, lang
        self._reader = None if lang is None else reader(lang)
        self.decisions = read_decisions(decisions)
        ruled = [*from_rows(self.lexicon.meta.get("decisions", ())), *self.decisions]
        self._written = self.lexicon.written_in(target)
        self._answers: dict[float | None, Memory[str, Match | None]] = {}
        self._rulings = rule(ruled, self.lexicon.index, self._written) if ruled else UNDECIDED

    def __setattr__(self, name: str, value: object) -> None:
        if "_rulings" in self.__dict__:
            # All is set: what was worked out since then goes by it.
            raise AttributeError(f"a Normalizer is immutable; make another one with {name}=…")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        return f"<Normalizer by {self.lexicon!r}, precision {self.precision}, target '{self.target}'>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (
            self.lexicon,
            self.precision,
            self.conventions,
            self.target,
            self.types,
            None,
            self.decisions,
            self.evidence,
            self.markup,
            self.lang,
        )

    @cached_property
    def _tiers(self) -> Tiers:
        return Tiers(self.lexicon, self.precision, self.conventions, self._written, self.types, self._rulings, self._reader)

    @cached_property
    def _finder(self) -> Finder:
        # What only texts need is imported when the first text comes: a first name is answered that much sooner.
        from translit.mentions.find import Finder

        return Finder(self._tiers, self.evidence)

    def match(self, name: str, min_confidence: float | None = None) -> Match | None:
        """The entity that a name means, or None where it abstains."""
        return self.match_many([name], min_confidence)[0]

    def match_many(self, names: Sequence[str], min_confidence: float | None = None) -> list[Match | None]:
        """A match or None for each name, in order; equal names are answered once.

        Args:
            names: the names.
            min_confidence: answer from this confidence on instead of by the promised precision; 0 always gives the best candidate,
                with the confidence 0 where nothing is near or the name is a protected phrase. Only what has no letter or digit, is
                longer than a name may be, or was decided to mean nothing has none.

        Raises:
            TypeError: something is no text, such as a missing value.
        """
        names = several(names)
        memory = self._memory(min_confidence)
        met = memory.known
        try:
            taken = native.twin(take_known)(met, names)
        except TypeError:
            all_text(names)
            raise
        if taken is not None:
            return taken
        distinct = dict.fromkeys(names)
        new = all_text([name for name in distinct if name not in met] if met else list(distinct))
        matches = self._tiers.match_many(new, min_confidence)
        if max(map(len, new)) <= limits.MEMO_CODEPOINTS:
            memory.keep_all(new, matches)
        if len(new) == len(names):
            return matches
        fresh = dict(zip(new, matches, strict=True))
        return [fresh[name] if name in fresh else met[name] for name in names]

    def _memory(self, min_confidence: float | None) -> Memory[str, Match | None]:
        """The answers remembered for a least confidence."""
        found = self._answers.get(min_confidence)
        if found is None:
            if min_confidence is not None:
                share("min_confidence", min_confidence, ends=True)
            if len(self._answers) >= limits.MAX_LEASTS:
                self._answers.clear()
            found = self._answers[min_confidence] = Memory()
        return found

    def normalize(self, name: str) -> str:
        """The canonical form of a name, the name itself where it abstains.

        A part of persons' names (a surname alone) that all its bearers write alike is written so.
        """
        match = self.match(name)
        if match is not None:
            return match.canonical
        part = None if self._rulings.bars(name) else self._tiers.part(fold(name))
        return name if part is None else part.canonical

    def find(self, text: str) -> list[Mention]:
        """The mentions in a text, left to right, without overlap; those whose spelling stays are among them."""
        return self.find_many([text])[0]

    def find_many(self, texts: Sequence[str]) -> list[list[Mention]]:
        """The mentions of each text; unknown words of all texts are looked up once."""
        return self._finder.find_many(self._prose(texts))

    def survey_many(self, texts: Sequence[str]) -> list[Survey]:
        """The mentions of each text, and beside them what was nearly taken for one, and why it was not.

        >>> former = {"text": "Bombay", "type": "former"}
        >>> lexicon = Lexicon.build([{"id": "1", "canonical": "Mumbai", "kind": "place", "variants": [former]}])
        >>> Normalizer(lexicon).survey_many(["in Bombay"])[0].abstentions[0].why
        'known'
        """
        return self._finder.survey_many(self._prose(texts))

    def clean(self, text: str) -> str:
        """The text with its mentions in their canonical spelling, every other character as it was."""
        return self.clean_many([text])[0]

    def clean_many(self, texts: Sequence[str]) -> list[str]:
        """Each text cleaned, in order."""
        if not self.markup:
            return self._finder.clean_many(all_text(several(texts)))
        return [text for text, _ in self.rewrite_many(texts)]

    def rewrite_many(self, texts: Sequence[str]) -> list[tuple[str, int]]:
        """Each text cleaned, with how many of its mentions changed; quicker than asking for the mentions themselves.

        >>> lexicon = Lexicon.build([{"id": "1", "canonical": "Panjshir", "kind": "place", "variants": ["Panjsjir"]}])
        >>> Normalizer(lexicon).rewrite_many(["Panjsjir lies in the Panjshir valley."])
        [('Panjshir lies in the Panjshir valley.', 1)]
        """
        if not self.markup:
            return self._finder.rewrite_many(all_text(several(texts)))
        from translit.trail import apply

        found = [[m for m in mentions if m.replacement != m.input] for mentions in self.find_many(texts)]
        return [(apply(text, mentions), len(mentions)) for text, mentions in zip(texts, found, strict=True)]

    def _prose(self, texts: Sequence[str]) -> Sequence[str]:
        """The texts as they are read: without their markup, where they have some."""
        texts = all_text(several(texts))
        if not self.markup:
            return texts
        from translit.mentions.markup import blotted

        return [blotted(text) for text in texts]

    def explain(self, name: str) -> Explanation:
        """Every tier's candidates for a name with the reasons; ``str()`` of it is text for a person."""
        from translit.trail import explain

        return explain(self._tiers, all_text([name])[0])

    def review_many(self, names: Sequence[str], candidates: int = 5, min_confidence: float | None = None) -> list[Review]:
        """What each name may mean, for a person to decide: its answer, why it has one or none, and the entities that are near.

        Args:
            names: the names; it takes about as long again as to match them by the fuzzy tier.
            candidates: most candidates of each, 1–50.
            min_confidence: as for :meth:`match_many`.

        >>> lexicon = Lexicon.build([{"id": name, "canonical": name, "kind": "person"} for name in ("Ali Reza", "Ali Riza")])
        >>> [review] = Normalizer(lexicon).review_many(["Ali Rezza"])
        >>> review.match, [candidate.canonical for candidate in review.candidates]
        (None, ['Ali Reza', 'Ali Riza'])
        >>> review.verdict
        'abstains: the nearest entity, Ali Reza, is not sure enough for precision 0.99'
        """
        from translit.trail import review_many

        if isinstance(candidates, bool) or not isinstance(candidates, int) or not 1 <= candidates <= limits.MAX_CANDIDATES_ASKED:
            raise ArgumentError(f"candidates={candidates!r} is no whole number from 1 to {limits.MAX_CANDIDATES_ASKED}")
        if min_confidence is not None:
            share("min_confidence", min_confidence, ends=True)
        names = all_text(several(names))
        distinct = list(dict.fromkeys(names))
        found = dict(zip(distinct, review_many(self._tiers, distinct, candidates, min_confidence), strict=True))
        return [found[name] for name in names]
