"""Importers on slices of the real formats: what they make of them, what they refuse, and that it builds."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import pty
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tables import FOLDER, cases, read_table

from translit import Lexicon, Normalizer
from translit.errors import InputError, TranslitError
from translit.lexicon.importers import Job, Reject, find, names
from translit.lexicon.source import find_homonyms, read_records, write_records
from translit.model import VARIANT_TYPES, Entity

SLICES = FOLDER / "importers"
TRANSLIT = [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())"]
OWN = "id=qid canonical=title variant=german@de,others separator=| kind=place weight=people"
RUNS = sorted({(row["kind"], row["files"], row["options"]) for row in read_table("importers.tsv")})


def job(files: str, options: str = "", folder: Path = SLICES) -> Job:
    return Job([folder / name for name in files.split()], dict(pair.split("=", 1) for pair in options.split()))


def imported(kind: str, work: Job) -> list[Entity]:
    return list(find(kind).read(work))


def strict(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def run(*args: object, cwd: Path = SLICES, env: dict[str, str]) -> tuple[int, str]:
    """Exit status and standard error of ``translit lexicon import``."""
    command = [*TRANSLIT, "lexicon", "import", *map(str, args)]
    done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, timeout=120, check=False)
    assert done.stdout == b"" and b"Traceback" not in done.stderr
    return done.returncode, done.stderr.decode()


@pytest.mark.parametrize("row", cases("importers.tsv"))
def test_a_slice(row: dict[str, str]) -> None:
    work = job(row["files"], row["options"])
    entities = imported(row["kind"], work)
    told = (len(entities), work.tally.left_out, work.tally.rejects)
    assert told == (int(row["entities"]), int(row["left_out"]), int(row["rejects"]))
    [entity] = [entity for entity in entities if entity.id == row["id"]]
    [variant] = [variant for variant in entity.variants if variant.text == row["variant"] and variant.lang == row["lang"]]
    assert variant.type == row["type"]


@pytest.mark.parametrize(("kind", "files", "options"), RUNS)
def test_import_build_ask(kind: str, files: str, options: str, tmp_path: Path) -> None:
    """Every listed variant maps to its entity, or to a homonym that is reported."""
    path = tmp_path / "out.jsonl"
    write_records(imported(kind, job(files, options)), path)
    entities = list(read_records(path))
    homonyms = {homonym.form: {entity.id for entity in homonym.entities} for homonym in find_homonyms(entities)}
    norm = Normalizer(Lexicon.build([path]), types=VARIANT_TYPES)
    asked = [(e, text) for e in entities for text in (e.canonical, *e.canonicals.values(), *(v.text for v in e.variants))]
    for (entity, text), match in zip(asked, norm.match_many([text for _, text in asked]), strict=True):
        if strict(text) in homonyms:
            assert entity.id in homonyms[strict(text)] and (match is None or match.id in homonyms[strict(text)])
        else:
            assert match is not None and (match.id, match.method) == (entity.id, "exact"), text


def test_the_slices_have_a_homonym() -> None:
    [homonym, _] = find_homonyms(imported("geonames", job("allCountries.txt")))
    assert (homonym.form, [e.id for e in homonym.entities]) == ("springfield", ["gn:4250542", "gn:4224162"])


def test_target_spellings() -> None:
    work = job("allCountries.txt alternateNamesV2.txt", "targets=de,nl")
    found = {entity.id: dict(entity.canonicals) for entity in imported("geonames", work)}
    assert found["gn:703448"] == {"de": "Kiew"} and found["gn:2886242"] == {"de": "Köln", "nl": "Keulen"}
    [putin, *_] = imported("wikidata", job("wikidata.json", "targets=de"))
    assert putin.canonicals == {"de": "Wladimir Putin"}


def packed_gzip(text: bytes, path: Path) -> None:
    path.write_bytes(gzip.compress(text))


def packed_bzip(text: bytes, path: Path) -> None:
    path.write_bytes(bz2.compress(text))


def packed_zip(text: bytes, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("iso-languagecodes.txt", "ISO 639-3\tISO 639-2\tISO 639-1\tLanguage Name\n")
        archive.writestr("slice.txt", text)


@pytest.mark.parametrize("pack", [packed_gzip, packed_bzip, packed_zip])
@pytest.mark.parametrize(("kind", "name"), [("geonames", "allCountries.txt"), ("wikidata", "wikidata.json")])
def test_packed_files(kind: str, name: str, pack: Callable[[bytes, Path], None], tmp_path: Path) -> None:
    if pack is packed_zip and kind != "geonames":
        return
    pack((SLICES / name).read_bytes(), tmp_path / name)
    plain, found = imported(kind, job(name)), imported(kind, job(name, folder=tmp_path))
    assert [(e.id, e.canonical, e.variants) for e in found] == [(e.id, e.canonical, e.variants) for e in plain]


def test_damaged_packing_is_an_error(tmp_path: Path) -> None:
    packed = gzip.compress((SLICES / "allCountries.txt").read_bytes())
    (tmp_path / "cut.gz").write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match="damaged packed data"):
        imported("geonames", job("cut.gz", folder=tmp_path))


def test_a_reject_has_its_line_and_reason() -> None:
    rejects: list[Reject] = []
    work = job("allCountries.txt")
    work.on_reject = rejects.append
    imported("geonames", work)
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (4, "3 columns instead of 19"),
        (5, "geonameid 'x17' is not a number"),
        (10, "population 'many' is not a number"),
        (11, "the name '' is no name: it is empty"),
    ]


@pytest.mark.parametrize(
    ("kind", "files", "options", "message"),
    [
        ("geonames", "alternateNamesV2.txt", "", "give allCountries too"),
        ("geonames", "own.csv", "", "GeoNames has 19"),
        ("csv", "own.csv", "", "no column has the kind"),
        ("csv", "own.csv", "kind=place", "no column is called 'id'; give --option id=COLUMN, one of qid, title"),
        ("csv", "own.csv", f"{OWN} variant=name", "no column is called 'name'"),
        ("csv", "own.csv", f"{OWN} delimiter=ab", "not one character"),
        ("wikidata", "wikidata.json", "classes=Q5", "no class with its kind"),
        ("geonames", "allCountries.txt", "population=many", "not a number"),
        ("skos", "own.csv", "", "RDF of no known form"),
    ],
)
def test_what_cannot_be_imported_says_why(kind: str, files: str, options: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        imported(kind, job(files, options))


@given(st.data())
@example(None)
def test_no_file_crashes_an_importer(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject | None) -> None:
    """Damaged at any place, a file is an error or has rejects."""
    if data is None:
        kind, files, options, damage, at = "csv", "own.csv", OWN, b'"', 40
    else:
        kind, files, options = data.draw(st.sampled_from(RUNS))
        damage = data.draw(st.binary(max_size=4) | st.sampled_from([b"\t", b"\n", b'"', b"{", b"}", b"null", b"[", b"\0"]))
        at = data.draw(st.integers(0, 3000))
    folder = tmp_path_factory.mktemp("damaged")
    for name in files.split():
        raw = (SLICES / name).read_bytes()
        (folder / name).write_bytes(raw[: at % len(raw)] + damage + raw[at % len(raw) + 1 :])
    work = job(files, options, folder)
    try:
        write_records(work.checked(find(kind).read(work)), folder / "out.jsonl", work.fault)
    except TranslitError:
        return
    assert len(list(read_records(folder / "out.jsonl"))) == work.tally.entities


def test_the_command(tmp_path: Path, child: dict[str, str]) -> None:
    out, rejects = tmp_path / "out.jsonl.gz", tmp_path / "rejects.jsonl"
    status, errors = run("geonames", "allCountries.txt", "alternateNamesV2.txt", "-o", out, "--rejects", rejects, env=child)
    assert (status, errors.splitlines()) == (3, [
        f"translit: 7 entities from 45 rows in {out}, 4 left out", f"translit: 6 rejected; see {rejects}",
    ])  # fmt: skip
    assert len(list(read_records(out))) == 7
    lines = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert len(lines) == 6 and lines[0] == {
        "file": "alternateNamesV2.txt", "line": 33, "reason": "geonameid 'Q1899' is not a number",
    }  # fmt: skip
    options = [part for pair in OWN.split() for part in ("--option", pair)]
    assert run("csv", "own.csv", *options, "-o", tmp_path / "own.jsonl", env=child)[0] == 3
    assert run("skos", "places.ttl", "-o", tmp_path / "rdf.jsonl", env=child)[0] == 0


def test_the_command_refuses(tmp_path: Path, child: dict[str, str]) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("kept")
    for arguments, status, message in [
        (("nothing", "own.csv"), 2, "'nothing' is not one of csv, ftm, geonames"),
        (("ftm", "places.ttl"), 1, "nothing can be imported: places.ttl:1: not JSON"),
        (("geonames", "allCountries.txt", "--option", "size=3"), 2, "geonames has no option 'size'. It has: classes"),
        (("geonames", "missing.txt"), 2, "missing.txt"),
    ]:
        assert run(*arguments, "-o", out, env=child)[0] == status
        assert message in run(*arguments, "-o", out, env=child)[1]
    assert out.read_text() == "kept" and sorted(tmp_path.iterdir()) == [out]
    assert run("ftm", "entities.ftm.json", "-o", tmp_path / "out.yaml", env=child)[0] == 2


def test_progress_only_on_a_terminal(tmp_path: Path, child: dict[str, str]) -> None:
    leader, follower = pty.openpty()
    command = [*TRANSLIT, "lexicon", "import", "ftm", "entities.ftm.json", "-o", str(tmp_path / "out.jsonl")]
    with subprocess.Popen(command, cwd=SLICES, env={**child, "TERM": "xterm"}, stderr=follower) as process:
        os.close(follower)
        shown = b""
        try:
            while block := os.read(leader, 4096):
                shown += block
        except OSError:
            pass
    os.close(leader)
    assert process.returncode == 3 and b"entities.ftm.json" in shown and b"rejects" in shown


def test_every_importer_says_what_it_is() -> None:
    for kind in names():
        importer = find(kind)
        assert importer.SUMMARY and all(importer.OPTIONS.values())
