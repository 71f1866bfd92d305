"""Packs by name: switched on and off, and brought by other distributions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import translit
from translit.errors import LexiconError
from translit.lexicon.packs import choose, expand, is_builtin, shipped_packs

PACK = """\
#: format=translit-names/1
#: licence=CC0-1.0
#: source=mastheads
#: date=2026-11-23
id	kind	canonical	variant	lang	type	note
org:izvestia	organisation	Izvestia	Iswestija	de	romanization	seen in print
org:izvestia	organisation	Izvestia	Izvestija	cs	romanization	seen in print
"""
RECORD = {"id": "org:ng", "canonical": "Nezavisimaya Gazeta", "kind": "organisation", "variants": ["Nesawissimaja Gaseta"]}
PROJECT = """\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mastheads"
version = "1.2"
license = "CC0-1.0"
[project.entry-points."translit.packs"]
newspapers = "mastheads.data"
dailies = "mastheads"
[tool.setuptools]
packages = ["mastheads", "mastheads.data"]
package-data = {"*" = ["*.tsv", "*.jsonl"]}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which pip has installed a distribution with two packs, whose import would fail."""
    project, site = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("site")
    data = project / "mastheads" / "data"
    data.mkdir(parents=True)
    for package in (data.parent, data):
        (package / "__init__.py").write_text("raise SystemExit('a pack is never imported')\n", encoding="utf-8")
    (data / "newspapers.tsv").write_text(PACK, encoding="utf-8")
    (data.parent / "dailies.jsonl").write_text(json.dumps(RECORD) + "\n", encoding="utf-8")
    (project / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*pip, "--target", site, project], check=True, capture_output=True)
    return site


def run(site: Path, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(site)]), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", "import sys; from translit.cli import main; sys.exit(main())", *words],
        input=stdin,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_packs_of_a_distribution_are_listed(installed: Path) -> None:
    done = run(installed, "lexicon", "packs", "--json")
    told = {record["name"]: record for record in map(json.loads, done.stdout.splitlines())}
    assert {pack.name for pack in shipped_packs()} <= told.keys()
    assert all(told[pack.name]["default"] and told[pack.name]["licence"] and told[pack.name]["source"] for pack in shipped_packs())
    found = [
        {key: told[name][key] for key in ("default", "distribution", "entities", "licence", "variants")}
        for name in ("dailies", "newspapers")
    ]
    assert found == [
        {"default": False, "distribution": "mastheads 1.2", "entities": 1, "licence": "CC0-1.0", "variants": 1},
        {"default": False, "distribution": "mastheads 1.2", "entities": 1, "licence": "CC0-1.0", "variants": 2},
    ]
    assert "newspapers" in run(installed, "lexicon", "packs").stdout


def test_packs_of_a_distribution_are_off_until_named(installed: Path) -> None:
    text = "Iswestija und Nesawissimaja Gaseta"
    assert run(installed, "clean", "--lexicon", "builtin:newspapers,dailies", stdin=text).stdout == "Izvestia und Nezavisimaya Gazeta"
    assert run(installed, "clean", "--lexicon", "builtin:protected", stdin=text).stdout == text
    chosen = [sys.executable, "-c", "from translit.lexicon.packs import choose; print(*(p.name for p in choose('+dailies,-cities')))"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[1]), str(installed)])}
    names = subprocess.run(chosen, env=environment, capture_output=True, text=True, check=True).stdout.split()
    assert names == sorted({pack.name for pack in shipped_packs()} - {"cities"} | {"dailies"})


def test_an_entry_point_without_a_pack_says_so(tmp_path: Path) -> None:
    info = tmp_path / "empty-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: empty\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[translit.packs]\nwines = nowhere\n", encoding="utf-8")
    done = run(tmp_path, "lexicon", "packs")
    assert done.returncode == 1
    assert "empty 1 offers the pack 'wines', but there is no wines.tsv" in done.stderr
    assert "Traceback" not in done.stderr
    # What ships works all the same.
    assert run(tmp_path, "match", "--lexicon", "builtin:protected", stdin="x\n").returncode == 0


def test_a_pack_that_has_the_name_of_another_is_refused(tmp_path: Path) -> None:
    info, package = tmp_path / "other-1.dist-info", tmp_path / "other"
    info.mkdir()
    package.mkdir()
    (package / "cities.tsv").write_text(PACK, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[translit.packs]\ncities = other\n", encoding="utf-8")
    done = run(tmp_path, "lexicon", "packs")
    assert (done.returncode, done.stdout) == (1, "")
    assert "the pack 'cities' of other 1 is also one of translit itself" in done.stderr


@pytest.mark.parametrize(
    ("names", "on"),
    [
        ("protected", ["protected"]),
        (["countries", "protected"], ["countries", "protected"]),
        ("protected, countries,-protected", ["countries"]),
        ("+protected,-countries", sorted({pack.name for pack in shipped_packs()} - {"countries"})),
        ("", sorted(pack.name for pack in shipped_packs())),
    ],
)
def test_names_choose_packs(names: str | list[str], on: list[str]) -> None:
    assert [pack.name for pack in choose(names)] == on


@pytest.mark.parametrize(
    ("names", "told"), [("citys", "no pack 'citys' is installed; rename it to 'cities'"), ("protected,-protected", "leaves no pack on")]
)
def test_faults_of_names(names: str, told: str) -> None:
    with pytest.raises(LexiconError, match=told):
        choose(names)


def test_a_file_called_builtin_is_named_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "builtin"
    assert not is_builtin(str(file)) and not is_builtin(file)
    assert expand(str(file)) == [str(file)]
    assert expand(["builtin:protected", file]) == [shipped_packs()[-2].path, file]


def test_packs_are_joined_with_own_sources(tmp_path: Path) -> None:
    own = tmp_path / "own.tsv"
    own.write_text(PACK, encoding="utf-8")
    lexicon = translit.open_lexicon(["builtin:protected", own])
    assert lexicon.stats()["kinds"] == {"organisation": 1, "protected": len(translit.open_lexicon(["builtin:protected"]))}
    assert translit.Lexicon.build(["builtin:protected", own]).checksum == lexicon.checksum
    assert translit.open_lexicon(["builtin"]).checksum == translit.open_lexicon().checksum
