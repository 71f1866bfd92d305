"""Decisions: what people said a spelling means, does not mean, or is to be written; they go before every tier.

The file is TSV, so that it opens in a spreadsheet: the line ``#: format=translit-decisions/1``, the column line
``form decision id canonical note``, then one decision a row.

- ``accept``: the form means the entity ``id``, and is written as that entity is.
- ``reject``: the form does not mean the entity ``id``, nor one that would be written the same; without an id it means none.
  Other forms of the entity stay.
- ``correct``: the form is written as ``canonical`` says, or, where that is empty, as the entity ``id`` is.

A form is one whatever its case, its apostrophes and the blanks in it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TextIO, cast

import regex

from translit import limits
from translit.errors import SourceError, SourceErrors
from translit.lexicon.index import CANONICAL, Index
from translit.unicode.fold import APOSTROPHES, INVISIBLE, fold_token, strict
from translit.unicode.tokens import fold, tokens

Verdict = Literal["accept", "reject", "correct"]
VERDICTS = ("accept", "reject", "correct")
FORMAT = "translit-decisions/1"
COLUMNS = ("form", "decision", "id", "canonical", "note")
PART_PREFIX = "name:"
"""Ids of parts of persons' names, which are no entities."""
_PLAIN = str.maketrans({**dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(INVISIBLE, "")})
_BLANKS = regex.compile(r"\s+")
_CONTROL = regex.compile(r"\p{Cc}")


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about one form.

    Args:
        form: the spelling.
        decision: ``"accept"``, ``"reject"`` or ``"correct"``.
        id: the entity, or a part of a name (``name:massoud``); may be empty for a rejection or a correction.
        canonical: what is written for a part or a correction; otherwise for the reader.
        note: for the reader.
        source: where it was read, as ``file:line``.
    """

    form: str
    decision: Verdict
    id: str = ""
    canonical: str = ""
    note: str = ""
    source: str = ""


Source = str | os.PathLike[str] | Decision


def key(form: str) -> str:
    """What makes two spellings one form.

    >>> key("PANJSJIR’S \\n Tal") == key("Panjsjir's Tal")
    True
    """
    # Folding case may part an apostrophe from its letter.
    return strict(_BLANKS.sub(" ", strict(form).translate(_PLAIN)).strip())


def read_decisions(sources: Iterable[Source] | str | os.PathLike[str]) -> tuple[Decision, ...]:
    """The decisions of files, and those given as such, in order and checked.

    Raises:
        DecisionErrors: with every fault, its place and the mend.

    >>> read_decisions([Decision("Punjab", "reject", "place:panjshir")])[0].form
    'Punjab'
    """
    given = [sources] if isinstance(sources, str | os.PathLike) else list(sources)
    faults: list[SourceError] = []
    found: list[Decision] = []
    for source in given:
        found += [source] if isinstance(source, Decision) else _read(os.fspath(source), faults)
    for decision in found:
        faults += _faults(decision)
    if not faults:
        faults += _contradictions(found)
    if faults:
        raise DecisionErrors(faults)
    return tuple(found)


def write_decisions(decisions: Iterable[Decision], target: TextIO) -> None:
    """Write decisions as a file.

    >>> import sys
    >>> write_decisions([Decision("Punjab", "reject", "place:panjshir")], sys.stdout)  # doctest: +NORMALIZE_WHITESPACE
    #: format=translit-decisions/1
    form	decision	id	canonical	note
    Punjab	reject	place:panjshir
    """
    target.write(f"#: format={FORMAT}\n" + "\t".join(COLUMNS) + "\n")
    for decision in decisions:
        cells = (decision.form, decision.decision, decision.id, decision.canonical, decision.note)
        target.write("\t".join(cells).rstrip("\t") + "\n")


def _read(path: str, faults: list[SourceError]) -> Iterator[Decision]:
    try:
        with open(path, "rb") as stream:
            lines = stream.read().split(b"\n")
    except OSError as error:
        faults.append(SourceError(f"cannot be read: {error.strerror}", "check the path", path))
        return
    header = False
    columns = False
    for number, raw in enumerate(lines, 1):
        try:
            line = raw.removesuffix(b"\r").decode()
        except UnicodeDecodeError as error:
            column = raw[: error.start].count(b"\t") + 1
            faults.append(SourceError("not UTF-8", "save the file as UTF-8", path, number, column))
            continue
        if number == 1:
            line = line.removeprefix("\ufeff")
            # A spreadsheet ends each line with the tabs of its empty cells.
            header = line.rstrip("\t") == f"#: format={FORMAT}"
            if not header:
                faults.append(SourceError("not a file of decisions", f"make its first line '#: format={FORMAT}'", path, 1))
                return
        elif not line.strip() or line.startswith("#"):
            continue
        elif not columns:
            columns = tuple(line.rstrip("\t").split("\t")) == COLUMNS
            if not columns:
                faults.append(SourceError("these are not the columns", f"write {' '.join(COLUMNS)}, with tabs between", path, number))
                return
        elif (decision := _row(line.split("\t"), path, number, faults)) is not None:
            yield decision
    if not columns:
        faults.append(SourceError("no columns", f"write {' '.join(COLUMNS)}, with tabs between", path, len(lines)))


def _row(cells: Sequence[str], path: str, line: int, faults: list[SourceError]) -> Decision | None:
    if len(cells) > len(COLUMNS):
        faults.append(SourceError(f"{len(cells)} cells instead of {len(COLUMNS)}", "take the tabs out of the note", path, line))
        return None
    form, verdict, ident, canonical, note = (*(cell.strip() for cell in cells), *("",) * (len(COLUMNS) - len(cells)))
    return Decision(form, cast(Verdict, verdict), ident, canonical, note, f"{path}:{line}")


def _fault(decision: Decision, message: str, mend: str, column: str = "") -> SourceError:
    path, _, line = decision.source.rpartition(":")
    at = COLUMNS.index(column) + 1 if column else 0
    if not line.isdigit():
        return SourceError(f"the decision on '{decision.form}': {message}", mend)
    return SourceError(message, mend, path, int(line), at)


def _faults(decision: Decision) -> Iterator[SourceError]:
    """What is wrong with one decision by itself."""
    if decision.decision not in VERDICTS:
        yield _fault(decision, f"unknown decision '{decision.decision}'", f"write {', '.join(VERDICTS)}", "decision")
        return
    for name in ("form", "id", "canonical", "note"):
        text = getattr(decision, name)
        if len(text) > limits.MAX_CELL_CODEPOINTS:
            yield _fault(decision, f"longer than {limits.MAX_CELL_CODEPOINTS} code points", "shorten it", name)
        if _CONTROL.search(text):
            yield _fault(decision, "a control character", "remove it", name)
    if not fold(decision.form):
        yield _fault(decision, "the form has no letters", "write the spelling that the decision is about", "form")
    if decision.decision == "accept" and not decision.id:
        yield _fault(decision, "no entity is accepted", "write its id, or correct instead of accept", "id")
    if decision.decision == "correct" and not (decision.id or decision.canonical):
        yield _fault(decision, "the correction says nothing", "write what the form is to be written as", "canonical")
    if decision.decision != "reject" and decision.id.startswith(PART_PREFIX) and not decision.canonical:
        yield _fault(decision, "the part has no spelling", "write what it is to be written as", "canonical")
    if decision.decision != "reject" and decision.canonical and not fold(decision.canonical):
        yield _fault(decision, "the spelling has no letters", "write what the form is to be written as", "canonical")


def _contradictions(decisions: Sequence[Decision]) -> Iterator[SourceError]:
    said: dict[str, list[Decision]] = {}
    for decision in decisions:
        earlier = said.setdefault(key(decision.form), [])
        for other in earlier:
            if _contradict(decision, other):
                where = f" ({other.source})" if other.source else ""
                message = f"'{decision.form}' is decided otherwise: {other.decision} {other.id or other.canonical}".rstrip() + where
                yield _fault(decision, message, "remove one of the two", "decision")
        earlier.append(decision)


def _contradict(one: Decision, other: Decision) -> bool:
    verdicts = {one.decision, other.decision}
    if verdicts == {"reject"}:
        return False
    if "reject" in verdicts:
        rejected, kept = (one, other) if one.decision == "reject" else (other, one)
        # A correction may reject what the form was taken for and keep the entity.
        return not rejected.id or (rejected.id == kept.id and kept.decision == "accept")
    return (one.decision, one.id, one.canonical) != (other.decision, other.id, other.canonical)


class DecisionErrors(SourceErrors):
    """All the faults found in decisions."""

    head = "the decisions cannot be applied"


class Meant(NamedTuple):
    """What a form was decided to mean: an entity's number, -1 for none, and what is written."""

    entity: int
    canonical: str


@dataclass(frozen=True)
class Rulings:
    """Decisions ready for look-up in one lexicon.

    Args:
        meant: form → what it means.
        barred: form → the ids that it does not mean; ``""`` stands for all.
        words: first folded word → how many words the longest decided form has that begins with it.
        folded: the folded forms.
    """

    meant: Mapping[str, Meant] = field(default_factory=dict)
    barred: Mapping[str, frozenset[str]] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    folded: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.folded)

    def answer(self, form: str) -> Meant | None:
        """What a form was decided to mean."""
        return self.meant.get(key(form)) if self.meant else None

    def written(self, canonical: str) -> str:
        """How a canonical spelling is written where it is itself decided."""
        meant = self.answer(canonical)
        return canonical if meant is None else meant.canonical

    def bars(self, form: str) -> frozenset[str]:
        """The ids that a form was decided not to mean, ``""`` for all; empty where nobody said so."""
        return self.barred.get(key(form), frozenset()) if self.barred else frozenset()


def rule(decisions: Sequence[Decision], index: Index, target: str) -> Rulings:
    """Decisions bound to a lexicon.

    Args:
        decisions: as read; of two on one form the later one holds.
        index: the lexicon.
        target: language of the canonical spellings.

    Raises:
        DecisionErrors: a decision names an entity that the lexicon does not have, or some lead in a circle.
    """
    wanted = {decision.id for decision in decisions}
    numbers = {ident: number for number, ident in enumerate(index.ids) if ident in wanted} if wanted - {""} else {}
    meant: dict[str, Meant] = {}
    by_key: dict[str, Decision] = {}
    barred: dict[str, frozenset[str]] = {}
    faults: list[SourceError] = []
    for decision in decisions:
        form = key(decision.form)
        if decision.id and decision.id not in numbers and not decision.id.startswith(PART_PREFIX):
            faults.append(_fault(decision, f"the lexicon has no entity '{decision.id}'", "mend the id, or remove the row", "id"))
        elif decision.decision == "reject":
            barred[form] = barred.get(form, frozenset()) | _written_alike(form, decision.id, numbers.get(decision.id, -1), index, target)
            if form in meant and decision.id in ("", by_key[form].id):
                del meant[form]
        else:
            meant[form] = _meant(decision, numbers.get(decision.id, -1), index, target)
            by_key[form] = decision
            if barred.get(form, frozenset()) & {"", decision.id}:
                barred[form] -= {"", decision.id}
    faults += _follow(meant, by_key)
    if faults:
        raise DecisionErrors(faults)
    spellings = {key(decision.form): decision.form for decision in decisions}
    _hold(meant, barred, by_key, spellings, index, target)
    return _looked_up(meant, {form: ids for form, ids in barred.items() if ids}, spellings)


def _meant(decision: Decision, entity: int, index: Index, target: str) -> Meant:
    if entity >= 0 and (decision.decision == "accept" or not decision.canonical):
        return Meant(entity, index.target(entity, target))
    if entity < 0:
        entity = _entity_written(decision.canonical, index, target)
    return Meant(entity, decision.canonical)


def _entity_written(canonical: str, index: Index, target: str) -> int:
    """The only entity whose canonical spelling this is, -1 where there is none or several."""
    owners = _owners(canonical, index, target)
    return owners.pop() if len(owners) == 1 else -1


def _written_alike(form: str, ident: str, entity: int, index: Index, target: str) -> frozenset[str]:
    """The ids that a form does not mean where one is rejected: with it those for which the same would be written.

    Whoever rejects *Kiew → Kyiv* does not ask for the Kyiv that is the region's. Where nothing would be written, other bearers stay:
    of two called *Paris* one may be meant.
    """
    canonical = index.target(entity, target) if entity >= 0 else ""
    if not canonical or key(canonical) == form:
        return frozenset({ident})
    return frozenset({ident, *(index.ids[owner] for owner in _owners(canonical, index, target))})


def _owners(canonical: str, index: Index, target: str) -> set[int]:
    """The entities whose canonical spelling this is."""
    form = int(index.find_forms([fold(canonical)])[0])
    if form < 0:
        return set()
    bearers = {int(index.posting_entity[p]) for p in index.postings(form) if index.posting_type[p] == CANONICAL}
    return {entity for entity in bearers if index.target(entity, target) == canonical}


def _follow(meant: dict[str, Meant], by_key: Mapping[str, Decision]) -> Iterator[SourceError]:
    """Let a form written as another decided form be written as that one is, so that nothing changes when it is cleaned again."""
    for form, answer in list(meant.items()):
        seen = {form}
        last = answer
        while (following := meant.get(key(last.canonical))) is not None and following.canonical != last.canonical:
            if key(last.canonical) in seen:
                message = f"'{by_key[form].form}' leads back to itself by way of '{answer.canonical}'"
                yield _fault(by_key[form], message, "remove one of the rows", "canonical")
                break
            seen.add(key(last.canonical))
            last = Meant(following.entity if following.entity >= 0 else last.entity, following.canonical)
        meant[form] = last


def _hold(
    meant: dict[str, Meant], barred: Mapping[str, frozenset[str]], by_key: Mapping[str, Decision], spellings: dict[str, str],
    index: Index, target: str,
) -> None:  # fmt: skip
    """Decide a spelling that was written by decision to stay, where the lexicon would not see to it."""
    for form, answer in list(meant.items()):
        written = key(answer.canonical)
        own = answer.entity >= 0 and answer.canonical == index.target(answer.entity, target)
        inside = f" {fold(by_key[form].form)} " in f" {fold(answer.canonical)} "
        if written not in meant and not barred.get(written) and (inside or not own):
            meant[written] = answer
            spellings.setdefault(written, answer.canonical)


def _looked_up(meant: Mapping[str, Meant], barred: Mapping[str, frozenset[str]], spellings: Mapping[str, str]) -> Rulings:
    words: dict[str, int] = {}
    folded: set[str] = set()
    for form in {**meant, **barred}:
        pieces = [fold_token(token.text) for token in tokens(spellings[form])]
        folded.add(fold(spellings[form]))
        if pieces:
            words[pieces[0]] = max(words.get(pieces[0], 0), len(pieces))
    return Rulings(meant, barred, words, frozenset(folded))


def as_rows(decisions: Iterable[Decision]) -> list[list[str]]:
    """Decisions as a compiled lexicon keeps them."""
    return [[d.form, d.decision, d.id, d.canonical, d.note] for d in decisions]


def from_rows(rows: Iterable[Sequence[str]]) -> tuple[Decision, ...]:
    """Decisions of a compiled lexicon."""
    return tuple(Decision(form, cast(Verdict, verdict), *rest) for form, verdict, *rest in rows)
