"""The page: what was gathered and what the trail counts, as one HTML file that needs no network."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from translit import __version__, limits
from translit.files.trails import Entry
from translit.matching.decisions import Decision, key
from translit.mentions.survey import REASONS
from translit.report.gather import Example, Gathered
from translit.unicode.skeleton import disguises

_HOME = Path(__file__).parent
_SHOWN_AS_THEY_ARE = "\u200c\u200d"
"""Joiners that Persian and emoji are spelled with."""


@dataclass
class Form:
    """One spelling of an entity, whatever its case and endings.

    Args:
        key: what its spellings have in common.
        spellings: as met, with their counts.
        forms: without their endings.
        written: the canonical spellings written instead.
        documents: how many documents it was met in.
        method, confidence: of the answers, the least confidence.
        examples: some places.
        accepted: the id that accepting it names.
        last: the document it was met in last.
    """

    key: str
    spellings: Counter[str] = field(default_factory=Counter)
    forms: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)
    documents: int = 0
    method: str = ""
    confidence: float = 1.0
    examples: Sequence[Example] = ()
    accepted: str = ""
    last: object = None

    @property
    def form(self) -> str:
        """The spelling met most."""
        return min(self.forms, key=lambda form: (-self.forms[form], form))

    @property
    def count(self) -> int:
        """How often it was changed."""
        return self.spellings.total()

    @property
    def replacement(self) -> str:
        """What was written most."""
        return min(self.written, key=lambda text: (-self.written[text], text))


@dataclass
class Group:
    """An entity with the spellings that were changed to its own."""

    id: str
    kind: str
    canonical: str = ""
    forms: dict[str, Form] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How often anything was changed to it."""
        return sum(form.count for form in self.forms.values())


@dataclass(frozen=True)
class Page:
    """Everything that the report shows.

    Args:
        title: what was cleaned.
        entries: the lines of the trail.
        gathered: examples, and what was left alone.
        decisions: those in force in the run.
        facts: (name, value) lines about the run.
    """

    title: str
    entries: Iterable[Entry]
    gathered: Gathered
    decisions: Sequence[Decision]
    facts: Sequence[tuple[str, str]]

    def render(self) -> Iterator[bytes]:
        """The page, piece by piece, in UTF-8."""
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup

        loader = FileSystemLoader(_HOME)
        environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        environment.filters |= {"shown": shown, "direction": direction, "disguises": disguises, "number": lambda value: f"{value:,}"}
        style, script = ((_HOME / name).read_text("utf-8") for name in ("page.css", "page.js"))
        groups = _groups(self.entries, self.gathered)
        near = sorted(self.gathered.near.values(), key=lambda n: (-n.forms.total(), min(n.forms, default="")))
        kept, left_out = _kept(groups)
        known = {group.canonical: group.id for group in groups if not group.id.startswith("name:")}
        known |= {name: ident for nearly in near for ident, name, _ in nearly.candidates}
        pieces = environment.get_template("page.html").generate(
            title=self.title, facts=self.facts, groups=kept, left_out=left_out, version=__version__, reasons=REASONS, key=key,
            changes=sum(group.count for group in groups), entities=len(groups), forms=sum(len(group.forms) for group in groups),
            near=near[: limits.MAX_REPORT_NEAR], near_total=len(near), known=sorted(known), known_ids=known, most=limits.REPORT_EXAMPLES,
            kinds=sorted({group.kind for group in groups}), style=Markup(style), script=Markup(script),
            style_hash=_hash(style), script_hash=_hash(script), first=_first,
            earlier=[[key(d.form), d.form, d.decision, d.id, d.canonical, d.note] for d in self.decisions],
        )  # fmt: skip
        for piece in pieces:
            yield piece.encode("utf-8", "replace")


def _first(counts: Counter[str]) -> str:
    return min(counts, key=lambda text: (-counts[text], text))


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _groups(entries: Iterable[Entry], found: Gathered) -> list[Group]:
    """The changes by entity, the most frequent first."""
    groups: dict[str, Group] = {}
    for entry in entries:
        mention = entry.mention
        bare = (mention.input, mention.replacement, mention.id)
        form, canonical, accepted = found.spelled.get((mention.id, mention.input), bare)
        group = groups.setdefault(mention.id, Group(mention.id, mention.kind, canonical))
        # A surname that stood for the person does not name the group.
        group.canonical = canonical if accepted == mention.id else group.canonical
        row = group.forms.setdefault(key(form), Form(key(form)))
        row.spellings[mention.input] += 1
        row.forms[form] += 1
        row.written[canonical] += 1
        row.accepted = accepted
        place = (entry.file, entry.doc)
        row.documents += row.last != place
        row.last = place
        row.method, row.confidence = mention.method, min(row.confidence, mention.confidence)
        row.examples = found.examples.get((mention.id, row.key), ())
    return sorted(groups.values(), key=lambda group: (-group.count, group.canonical, group.id))


def _kept(groups: Sequence[Group]) -> tuple[list[Group], int]:
    """The groups that the page shows, and how many spellings it leaves out."""
    kept: list[Group] = []
    rows = 0
    for group in groups:
        if rows >= limits.MAX_REPORT_ROWS:
            break
        kept.append(group)
        rows += len(group.forms)
    return kept, sum(len(group.forms) for group in groups) - rows


def shown(text: str) -> Any:
    """Text as HTML, with what cannot be seen made visible.

    >>> print(shown("<b>\\u202e"))
    &lt;b&gt;<span class="code" title="RIGHT-TO-LEFT OVERRIDE">U+202E</span>
    """
    from markupsafe import Markup, escape

    if text.isprintable():
        return escape(text)
    return Markup("").join(_visible(char) if _hidden(char) else escape(char) for char in text)


def direction(example: Example) -> str:
    """The direction of the line that an example stands in: that of most of its letters.

    >>> direction(Example("در ", "پنجشیر", " و کابل", "Panjshir")), direction(Example("the word ", "پنجشیر", " means", "Panjshir"))
    ('rtl', 'ltr')
    """
    kinds = Counter(unicodedata.bidirectional(char) for char in example.before + example.input + example.after)
    return "rtl" if kinds["R"] + kinds["AL"] > kinds["L"] else "ltr"


def _hidden(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") and char not in _SHOWN_AS_THEY_ARE


def _visible(char: str) -> Any:
    from markupsafe import Markup

    template = Markup('<span class="code" title="{}">U+{:04X}</span>')
    return template.format(unicodedata.name(char, "no name"), ord(char))
