"""The frozen records that travel between the parts of translit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

Method = Literal["exact", "rule", "fuzzy"]
METHODS: tuple[Method, ...] = get_args(Method)
"""The tiers, top to bottom; in arrays they go by their place here."""
VARIANT_TYPES = ("romanization", "native", "exonym", "former", "nickname", "abbreviation")
"""What a variant can be; see *Lexicon sources* in the README."""
DEFAULT_TYPES = ("romanization", "native", "exonym")
"""The variant types that a :class:`~translit.Normalizer` rewrites unless told otherwise."""


PERSON = "person"
PLACE = "place"
"""Kind of persons, whose names are written in many orders and shapes."""
PROTECTED = "protected"
"""The kind of phrases that are never touched inside."""


@dataclass(frozen=True, slots=True)
class Variant:
    """An attested spelling of an entity.

    Args:
        text: the spelling, in any script, as attested.
        lang: BCP 47 tag of the language that writes it so (``"de"``, ``"prs"``), or ``""`` where unknown.
        type: one of :data:`VARIANT_TYPES`.
        note: free text for reviewers.
    """

    text: str
    lang: str = ""
    type: str = "romanization"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """One person, place, organisation or name part, with every spelling that is known of it.

    Args:
        id: stable identifier, unique in a lexicon.
        canonical: its one spelling in English text.
        kind: ``"place"``, ``"person"``, ``"organisation"``, ``"people"``, ``"given"``, ``"family"``, ``"protected"``
            or any other lower-case word.
        variants: the other spellings.
        weight: prominence (population of a place, any non-negative number); decides between homonyms. 0 is unknown.
        canonicals: canonical spelling by target language (BCP 47), where it is not the English one.
        country: ISO 3166-1 alpha-2 code, or ``""``.
        source: where it was read, as ``file:line``.
        support: whether it is there to support the matching of others: a known name, but no answer of its own.
    """

    id: str
    canonical: str
    kind: str
    variants: tuple[Variant, ...] = ()
    weight: float = 0.0
    canonicals: Mapping[str, str] = field(default_factory=dict)
    country: str = ""
    source: str = ""
    support: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a name may mean, and why.

    Args:
        id: the entity.
        canonical: its canonical spelling in the target language.
        kind: its kind.
        method: the tier that proposed it.
        confidence: probability that the name means this entity, 0–1.
        form: the listed form that the name came nearest to.
        reasons: one short sentence a reason, for a person to read.
    """

    id: str
    canonical: str
    kind: str
    method: Method
    confidence: float
    form: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one name.

    Args:
        input: the name as given.
        id: the entity that it means.
        canonical: the canonical spelling.
        kind: the entity's kind.
        method: the tier that answered.
        confidence: probability that this entity is meant, 0–1. It may be less than the precision asked where several entities
            are written alike: which of them is meant is open, what to write is not.
        candidates: the entities considered, best first, this one included.
    """

    input: str
    id: str
    canonical: str
    kind: str
    method: Method
    confidence: float
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Mention(Match):
    """A place in a text where a name stands.

    ``text[m.start:m.end] == m.input`` always holds.

    Args:
        start: code point offset of the first character of the mention.
        end: code point offset after its last character.
        replacement: what :meth:`~translit.Normalizer.clean` writes in its place: the canonical spelling in the
            case of the input, with the ending of the input kept. Equal to ``input`` where nothing changes.
    """

    start: int = 0
    end: int = 0
    replacement: str = ""
