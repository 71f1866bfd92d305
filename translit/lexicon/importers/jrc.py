"""JRC-Names: the file ``entities`` with one spelling a row: number, type, language, name with ``+`` between its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from translit.lexicon.importers.job import Job
from translit.lexicon.importers.spellings import Spellings, fault, tidy
from translit.lexicon.importers.spool import Spool
from translit.model import Entity
from translit.unicode.scripts import script_of

SUMMARY = "JRC-Names: the file entities"
LICENCE = ""
OPTIONS: Mapping[str, str] = {"types": "types to import, as in types=P; persons (P) and organisations (O) by default"}

_COLUMNS = 4
_KINDS = {"P": "person", "O": "organisation"}


def read(job: Job) -> Iterator[Entity]:
    """The persons and organisations in the files of a job; the first spelling in Latin letters is the canonical one."""
    types = job.words("types") or frozenset(_KINDS)
    with Spool() as spool:
        for path, member in job.members():
            for number, text in job.lines(path, member):
                if not text or text.startswith("#"):
                    continue
                job.tally.rows += 1
                cells = text.split("\t")
                if len(cells) != _COLUMNS:
                    job.reject(str(path), number, f"{len(cells)} columns instead of {_COLUMNS}")
                elif not cells[0].isascii() or not cells[0].isdigit():
                    job.reject(str(path), number, f"{cells[0][:40]!r} is not the number of an entity")
                elif cells[1] not in _KINDS and len(cells[1]) != 1:
                    job.reject(str(path), number, f"{cells[1][:40]!r} is not a type; P and O are")
                elif reason := fault(name := tidy(cells[3].replace("+", " "))):
                    job.reject(str(path), number, f"{name[:80]!r} is no name: {reason}")
                elif cells[1] not in types or cells[1] not in _KINDS:
                    job.tally.left_out += 1
                else:
                    # The same number may stand for a person in one edition and an organisation in another.
                    spool.add(f"{cells[0]}\t{cells[1]}", (name, cells[2], str(path), number))
        for key, rows in spool.groups():
            ident, type_ = key.split("\t")
            yield _entity(job, ident, _KINDS[type_], rows)


def _entity(job: Job, ident: str, kind: str, rows: list[tuple[str, str, str, int]]) -> Entity:
    latin = [row for row in rows if script_of(row[0]) == "Latn"]
    canonical, _, path, number = (latin or rows)[0]
    spellings = Spellings(canonical, job.refuse(path, number))
    for text, lang, _, _ in rows:
        # "u" says that the spelling is used in any language.
        spellings.add(text, "" if lang == "u" else lang, "", "nickname" if kind == "person" else "exonym")
    return spellings.entity(f"jrc:{ident}", kind, source=f"{path}:{number}")
