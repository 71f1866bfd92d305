"""The house: imports go down only, none goes round, and nothing heavy is imported before it is needed."""

from __future__ import annotations

import ast
import gzip
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import translit
from translit.lexicon.cache import ASKING, deciding
from translit.resources import data_root

PACKAGE = Path(translit.__file__).parent
NAME = "translit"
# From the bottom. A module stands where the longest name that covers it stands.
LAYERS = (
    ("errors", "extension", "garbage", "limits", "model"),
    ("arguments",),
    ("files.atomic",),  # every writer's; it knows no format
    ("resources", "fallback", "tables"),
    ("unicode",),
    ("native",),
    ("rules",),
    ("matching",),  # sees of a lexicon only what its protocol says
    ("lexicon", "matching.decisions"),  # decisions are about an index, and a lexicon carries them
    # These ask the lexicon.
    (
        "matching.exact",
        "matching.bare",
        "matching.qualified",
        "matching.answers",
        "matching.guesser",
        "matching.listings",
        "matching.located",
        "matching.entries",
        "matching.tiers",
        "matching.reasons",
    ),
    ("lexicon.diff",),  # asks the tiers of two lexicons
    ("mentions",),
    ("trail",),
    ("normalizer",),
    ("", "api"),  # the public face
    ("files",),
    ("frames", "report", "serve", "evaluation", "benchmark"),
    ("cli",),
    ("__main__",),
)
RANKS = {name: rank for rank, names in enumerate(LAYERS) for name in names}
# Imports that go up, with the reason.
EXCEPTIONS: dict[tuple[str, str], str] = {}


def modules() -> dict[str, Path]:
    """Every module by its name, ``lexicon.source``; the package itself is the empty name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def rank(module: str) -> int:
    while module not in RANKS and module:
        module = module.rpartition(".")[0]
    return RANKS[module]


def imported(node: ast.AST) -> Iterator[str]:
    """The modules of the package that the code below a node imports, but for those that only type checking sees."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            for other in child.orelse:
                yield from imported(other)
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, "a relative import"
            home = child.module or ""
            # The version is a word of the package itself, which imports nothing by itself.
            whole = (f"{home}.{alias.name}" for alias in child.names if (home, alias.name) != (NAME, "__version__"))
            yield from (name if name.removeprefix(f"{NAME}.") in MODULES else home for name in whole)
        yield from imported(child)


def imports(module: str) -> set[str]:
    names = {name for name in imported(ast.parse(MODULES[module].read_bytes())) if name.partition(".")[0] == NAME}
    return {name.removeprefix(NAME).removeprefix(".") for name in names} - {module}


def layers_told() -> str:
    """The layers as CONTRIBUTING.md tells them: from the top, by the modules' names."""
    rows = (", ".join(f"`{name or NAME}`" for name in names) for names in reversed(LAYERS))
    return "\n".join(f"1. {row}" for row in rows)


def test_contributing_tells_the_layers() -> None:
    page = (PACKAGE.parent / "CONTRIBUTING.md").read_text("utf-8")
    told = page.partition("<!-- layers, from the top -->")[2].partition("<!-- /layers -->")[0]
    assert told.strip() == layers_told(), f"write there:\n{layers_told()}"


def test_contributing_names_modules_that_are_there() -> None:
    page = (PACKAGE.parent / "CONTRIBUTING.md").read_text("utf-8").partition("## How it works")[2]
    named = set(re.findall(rf"\b((?:{'|'.join(sorted({name.partition('.')[0] for name in MODULES if '.' in name}))})\.[a-z_]+)\b", page))
    assert len(named) > 20 and named <= set(MODULES)


def test_every_layer_covers_a_module() -> None:
    unused = {name for name in RANKS if not any(f"{module}.".startswith(f"{name}.") for module in MODULES if name)}
    assert unused <= {"", "lexicon.diff", "report"}


def test_every_exception_is_needed() -> None:
    assert {(a, b) for a, b in EXCEPTIONS if b in imports(a) and rank(b) > rank(a)} == set(EXCEPTIONS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_imports_go_down(module: str) -> None:
    up = sorted(other for other in imports(module) if rank(other) > rank(module) and (module, other) not in EXCEPTIONS)
    assert not up, f"{module or NAME} imports what stands above it: {', '.join(up)}"


def test_no_import_goes_round() -> None:
    try:
        TopologicalSorter({module: imports(module) for module in MODULES}).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def below(module: str) -> set[str]:
    """A module and all that it imports, at whatever remove."""
    found: set[str] = set()
    todo = [module]
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += imports(name)
    return found


def test_the_cache_is_keyed_by_all_that_compiles() -> None:
    keyed, compiling = set(deciding()), below("lexicon.building")
    # These tell of faults, load the extension (which answers as its Python twins do), pause the garbage collector, write files, and
    # say where data lies.
    idle = {"errors", "extension", "files.atomic", "garbage", "resources"}
    assert {MODULES[name] for name in compiling - idle} <= keyed
    assert idle <= compiling and not ASKING & compiling and set(MODULES) >= ASKING
    reading = re.compile(r'^(?! *>>>).*data_root\(\) / "([\w.]+)"', re.MULTILINE)
    named = {name for module in compiling - idle for name in reading.findall(MODULES[module].read_text("utf-8"))}
    # Rules and readings are read only for a lexicon that asks for readings, which no cache keeps under its sources.
    assert named == {"model", "asides.tsv", "designators.tsv", "particles.tsv", "titles.tsv"}
    assert {file for name in named for file in [data_root() / name, *(data_root() / name).glob("*")] if file.is_file()} <= keyed


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("translit", "numpy regex rapidfuzz xxhash click rich"),
        ("translit.cli", "numpy regex rapidfuzz xxhash rich"),
        ("translit.lexicon.source", "numpy rapidfuzz click rich"),
        ("translit.unicode.tokens", "numpy rapidfuzz click rich"),
        ("translit.normalizer", "unidecode anyascii click rich pyarrow pandas polars duckdb pyspark"),
        ("translit.files.run", "click rich pyarrow zstandard pandas polars duckdb pyspark"),
    ],
)
def test_nothing_heavy_is_imported_early(module: str, heavy: str) -> None:
    code = f"import sys, {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert not set(heavy.split()) & set(done.stdout.split())


def test_no_limit_is_named_twice() -> None:
    named = [ast.unparse(node.targets[0]) for node in ast.parse(MODULES["limits"].read_bytes()).body if isinstance(node, ast.Assign)]
    assert sorted(set(named)) == sorted(named)


def test_every_extra_that_is_named_can_be_installed() -> None:
    root = PACKAGE.parent
    extras = set(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"])
    told = {extra for path in MODULES.values() for extra in re.findall(r"translit-normalizer\[(\w+)]", path.read_text("utf-8"))}
    told |= {extra for path in MODULES.values() for extra in re.findall(r'missing_extra\([^()]+, "(\w+)", ', path.read_text("utf-8"))}
    pages = (root / "README.md", *sorted((root / "docs").glob("*.md")), root / "lexicons" / "README.md")
    told |= {extra for page in pages for extra in re.findall(r"extras? `(\w+)`", page.read_text("utf-8"))}
    assert {"parquet", "serve", "plot"} <= told <= extras


def test_every_licence_of_the_data_is_the_distributions() -> None:
    root = PACKAGE.parent
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    named: set[str] = set()
    for path in [*data_root().rglob("*.tsv"), *data_root().rglob("*.tsv.gz")]:
        if "make" not in path.parts:
            data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
            found = re.search(r"^#: licence=(.+)$", data[:2000].decode("utf-8", "ignore"), re.MULTILINE)
            assert found, path
            named.update(found[1].split(" AND "))
    assert {"MIT", *named} == set(project["license"].split(" AND "))
    # Its notice must come with the data; the others are known by their names.
    assert "Unicode-3.0" in named and (root / "LICENSES" / "Unicode-3.0.txt").is_file() and "LICENSES/*.txt" in project["license-files"]
