"""SKOS, SKOS-XL and other RDF through rdflib, which the extra ``rdf`` installs.

N-Triples (``.nt``) are read line by line and may have any size; Turtle, RDF/XML, JSON-LD, TriG and N-Quads are held in memory.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from translit.errors import InputError, missing_extra
from translit.lexicon.importers.job import Job
from translit.lexicon.importers.spellings import Spellings, fault, lang_tag, tidy
from translit.lexicon.importers.spool import Spool
from translit.model import Entity

SUMMARY = "SKOS or other RDF, through rdflib (extra rdf)"
LICENCE = ""
OPTIONS: Mapping[str, str] = {
    "kind": "kind of all; by default told from their classes, and a thing of no known class is left out",
    "targets": "languages whose preferred labels are to be written with --target, as in targets=de,fr; none by default",
    "prefix": "beginning of the ids that is to be cut off, as in prefix=http://vocab.getty.edu/",
}

_SKOS, _XL = "http://www.w3.org/2004/02/skos/core#", "http://www.w3.org/2008/05/skos-xl#"
_SCHEMA = ("http://schema.org/", "https://schema.org/")
_GN = "http://www.geonames.org/ontology#"
_FOAF = "http://xmlns.com/foaf/0.1/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_FORM = f"{_XL}literalForm"
_XL_LABELS = {f"{_XL}{name}": f"{_SKOS}{name}" for name in ("prefLabel", "altLabel", "hiddenLabel")}
_LABELS: Mapping[str, tuple[int, str]] = {
    f"{_SKOS}prefLabel": (0, ""), f"{_GN}officialName": (0, ""), f"{_SCHEMA[0]}name": (1, ""), f"{_SCHEMA[1]}name": (1, ""),
    f"{_FOAF}name": (1, ""), f"{_GN}name": (1, ""), "http://www.w3.org/2000/01/rdf-schema#label": (2, ""),
    f"{_SKOS}altLabel": (3, ""), f"{_SKOS}hiddenLabel": (4, ""), f"{_GN}alternateName": (3, ""),
    f"{_SCHEMA[0]}alternateName": (3, ""), f"{_SCHEMA[1]}alternateName": (3, ""), f"{_FOAF}nick": (4, "nickname"),
    f"{_GN}shortName": (3, ""), f"{_GN}colloquialName": (4, "nickname"), f"{_GN}historicalName": (4, "former"),
}  # fmt: skip
"""Property → its rank as a canonical spelling (below 3 it may be one), and the type of its values where it tells one."""
_PREFERRED = 3
_KINDS: Mapping[str, str] = {
    f"{_FOAF}Person": "person", f"{_FOAF}Organization": "organisation", f"{_GN}Feature": "place",
    "http://dbpedia.org/ontology/Person": "person", "http://dbpedia.org/ontology/Place": "place",
    "http://dbpedia.org/ontology/Organisation": "organisation",
    "http://vocab.getty.edu/ontology#PersonConcept": "person", "http://vocab.getty.edu/ontology#GroupConcept": "organisation",
    "http://vocab.getty.edu/ontology#PhysPlaceConcept": "place", "http://vocab.getty.edu/ontology#AdminPlaceConcept": "place",
    **{f"{s}{c}": k for s in _SCHEMA for c, k in
       (("Person", "person"), ("Place", "place"), ("City", "place"), ("Country", "place"), ("Organization", "organisation"))},
}  # fmt: skip
_FORMATS = {
    ".ttl": "turtle", ".n3": "n3", ".rdf": "xml", ".owl": "xml", ".xml": "xml", ".jsonld": "json-ld", ".json": "json-ld",
    ".trig": "trig", ".nq": "nquads", ".nt": "nt",
}  # fmt: skip
_PACKING = (".gz", ".bz2", ".xz")


class _Fact(NamedTuple):
    """A triple about a thing: its property, the value and the value's language."""

    property: str
    value: str
    lang: str
    file: str
    line: int


def read(job: Job) -> Iterator[Entity]:
    """The things with labels in the files of a job.

    Raises:
        InputError: rdflib is not installed, or a file is not RDF of the form that its name says.
    """
    _rdflib()
    with Spool() as spool:
        for path, member in job.members():
            for subject, fact in _facts(job, path, member):
                spool.add(subject, fact)
        for subject, rows in spool.groups():
            facts = [_Fact(*row) for row in rows]
            # A label of SKOS-XL is a thing of its own, and names nothing by itself.
            if not any(fact.property == _FORM for fact in facts):
                job.tally.rows += 1
                if entity := _entity(job, subject, facts, spool):
                    yield entity


def _rdflib() -> Any:
    try:
        import rdflib
    except ImportError:
        raise InputError(missing_extra("rdflib", "rdf", "RDF")) from None
    return rdflib


def _facts(job: Job, path: Path, member: str) -> Iterator[tuple[str, _Fact]]:
    name = (member or path.name).lower()
    for ending in _PACKING:
        name = name.removesuffix(ending)
    form = _FORMATS.get(name[name.rfind(".") :])
    if form is None:
        raise InputError(f"{path}: RDF of no known form; let the name end in one of {', '.join(_FORMATS)}")
    triples = _by_line(job, path, member) if form == "nt" else _whole(job, path, member, form)
    rdflib = _rdflib()
    for line, (subject, predicate, value) in triples:
        known = str(predicate)
        if known in _LABELS or known in _XL_LABELS or known in (_TYPE, _FORM):
            lang = value.language or "" if isinstance(value, rdflib.Literal) else ""
            yield str(subject), _Fact(known, str(value), lang, str(path), line)


def _by_line(job: Job, path: Path, member: str) -> Iterator[tuple[int, tuple[Any, Any, Any]]]:
    from rdflib.exceptions import ParserError
    from rdflib.plugins.parsers.ntriples import DummySink, W3CNTriplesParser

    found: list[tuple[Any, Any, Any]] = []

    class Sink(DummySink):
        def triple(self, s: Any, p: Any, o: Any) -> None:
            found.append((s, p, o))

    parser = W3CNTriplesParser(sink=Sink(), bnode_context={})  # type: ignore[no-untyped-call]
    for number, text in job.lines(path, member):
        try:
            parser.parsestring(text)
        except (ParserError, ValueError) as error:
            job.reject(str(path), number, f"not N-Triples: {str(error).splitlines()[0][:200]}")
        yield from ((number, triple) for triple in found)
        found.clear()


def _whole(job: Job, path: Path, member: str, form: str) -> Iterator[tuple[int, tuple[Any, Any, Any]]]:
    rdflib = _rdflib()
    text = "\n".join(line.text for line in job.lines(path, member))
    graph = rdflib.Dataset() if form in ("trig", "nquads") else rdflib.Graph()
    try:
        graph.parse(io.BytesIO(text.encode()), format=form)
    except Exception as error:
        # Each of rdflib's parsers has its own exceptions.
        raise InputError(f"{path}: not {form}: {' '.join(str(error).split())[:200]}; mend the file or its name") from None
    # A graph is a set: sorted, the same file gives the same records.
    facts = sorted(quad[:3] for quad in graph.quads()) if form in ("trig", "nquads") else sorted(graph)
    yield from ((0, triple) for triple in facts)


def _entity(job: Job, subject: str, facts: list[_Fact], spool: Spool) -> Entity | None:
    labels = [label for fact in facts for label in _labels(fact, spool)]
    file, line = facts[0].file, facts[0].line
    classes = [fact.value for fact in facts if fact.property == _TYPE]
    kind = job.options.get("kind") or next((_KINDS[c] for c in classes if c in _KINDS), "")
    if not labels or not kind:
        job.tally.left_out += 1
        return None
    ranked = sorted(labels, key=lambda label: (_LABELS[label.property][0], _foreign(label.lang)))
    canonical = tidy(ranked[0].value)
    if reason := fault(canonical):
        job.reject(file, line, f"{subject}: the label {canonical[:80]!r} is no name: {reason}")
        return None
    spellings = Spellings(canonical, job.refuse(file, line))
    targets = job.words("targets")
    for label in ranked:
        rank, type_ = _LABELS[label.property]
        spellings.add(label.value, label.lang, type_)
        if rank < _PREFERRED and lang_tag(label.lang) in targets:
            spellings.target(label.lang, label.value)
    return spellings.entity(subject.removeprefix(job.options.get("prefix", "")), kind, source=f"{file}:{line}")


def _labels(fact: _Fact, spool: Spool) -> Iterator[_Fact]:
    """The label that a fact gives, itself or through a label of SKOS-XL, which is a thing of its own."""
    if fact.property in _LABELS:
        yield fact
    elif fact.property in _XL_LABELS:
        for row in spool.get(fact.value):
            form = _Fact(*row)
            if form.property == _FORM:
                yield form._replace(property=_XL_LABELS[fact.property])


def _foreign(lang: str) -> int:
    """English first, then labels without a language."""
    tag = lang.lower()
    return 0 if tag == "en" else 1 if tag.startswith("en-") else 2 if not tag else 3
