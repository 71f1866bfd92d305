"""The distributions carry what they need, and every way of installing finds the packs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path
from typing import Any

import pytest

from translit.lexicon.cache import folder

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "LICENSES", "translit", "lexicons", "docs", "tests")
LEXICONS = ROOT / "lexicons"
PACKS = sorted(path.relative_to(LEXICONS) for kind in ("rules", "names", "model", "readings") for path in (LEXICONS / kind).glob("*.tsv"))
MAX_WHEEL_BYTES = 60_000_000
ASK = """
import json, translit
from translit.resources import data_root, name_paths, rule_paths
print(json.dumps({"package": translit.__file__, "data": str(data_root()),
                  "names": len(name_paths()), "rules": len(rule_paths())}))
"""
ANSWER = "import translit; print(translit.normalize('Achmad Massud'))"

pytestmark = pytest.mark.slow


def run(*command: str | Path, **environment: str) -> str:
    """The standard output of a command, run outside the checkout; its standard error where it fails."""
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "TRANSLIT_PURE")}
    done = subprocess.run(
        [str(word) for word in command], env=clean | environment, cwd=Path(sys.prefix), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what a distribution is made of, without anything built."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.so", "_compiled"))
        else:
            shutil.copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture(scope="module")
def distributions(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The source distribution, and the wheel that is built from it."""
    out = tmp_path_factory.mktemp("dist")
    # What these tests or an earlier run have compiled from the same sources is taken from the cache.
    run(sys.executable, "-m", "build", "--outdir", out, sources, TRANSLIT_CACHE=str(folder()))
    (sdist,), (wheel,) = out.glob("*.tar.gz"), out.glob("*.whl")
    return sdist, wheel


def environment(home: Path) -> Path:
    """The interpreter of a new virtual environment that borrows this one's dependencies, though not its translit."""
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    # A .pth file inside a borrowed folder is not read, so an editable translit there stays out.
    borrowed = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    Path(site, "borrowed.pth").write_text("\n".join(borrowed), encoding="utf-8")
    return python


def asked(python: Path | str, **variables: str) -> dict[str, Any]:
    """Where an interpreter finds translit and its data."""
    found: dict[str, Any] = json.loads(run(python, "-P", "-c", ASK, **variables))
    assert found["names"] == sum(path.parts[0] == "names" for path in PACKS)
    assert found["rules"] == sum(path.parts[0] == "rules" for path in PACKS)
    return found


def test_a_checkout_finds_the_packs() -> None:
    found = asked(sys.executable, PYTHONPATH=str(ROOT))
    assert Path(found["data"]) == ROOT / "lexicons"


def test_an_editable_install_finds_the_packs(sources: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    run(python, "-m", "pip", "install", "--no-deps", "-e", sources)
    assert Path(asked(python)["data"]) == sources / "lexicons"
    assert not (sources / "translit" / "_compiled").exists()


def test_the_source_distribution_is_complete(distributions: tuple[Path, Path]) -> None:
    with tarfile.open(distributions[0]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    fixed = {"setup.py", "translit/csrc/module.c", "translit/csrc/native.h", "translit/py.typed", "docs/recipes.md", "tests/conftest.py"}
    assert fixed | {f"lexicons/{path.as_posix()}" for path in PACKS} <= names
    assert not [name for name in names if name.endswith((".so", ".translit", ".pyc"))]


def test_the_wheel_is_complete_and_small(distributions: tuple[Path, Path]) -> None:
    wheel = distributions[1]
    names = set(zipfile.ZipFile(wheel).namelist())
    packs = {f"translit/_lexicons/{path.as_posix()}" for path in PACKS}
    assert {"translit/py.typed", "translit/_compiled/builtin.translit"} | packs <= names
    assert {name.split("/")[0] for name in names} == {"translit", next(n.split("/")[0] for n in names if ".dist-info/" in n)}
    assert wheel.stat().st_size < MAX_WHEEL_BYTES


def test_a_wheel_answers_from_the_lexicon_that_it_carries(distributions: tuple[Path, Path], tmp_path: Path) -> None:
    python = environment(tmp_path / "venv")
    run(python, "-m", "pip", "install", "--no-deps", distributions[1])
    found = asked(python)
    assert Path(found["data"]) == Path(found["package"]).parent / "_lexicons"
    cache = tmp_path / "cache"
    assert run(python, "-P", "-c", ANSWER, TRANSLIT_CACHE=str(cache)) == "Ahmad Massoud\n"
    explained = run(python.with_name("translit"), "explain", "Achmad Massud", TRANSLIT_CACHE=str(cache))
    assert explained.startswith("Achmad Massud  →  Ahmad Massoud")
    assert not cache.exists()
