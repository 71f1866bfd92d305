"""What the README and the pages of docs show is what their commands print.

The README's Python examples run as doctests (``--doctest-glob=README.md``).
"""

from __future__ import annotations

import shutil

import pytest
from readme import CONSOLE, README, ROOT, examples, run, shell

PAGES = (README, *sorted((ROOT / "docs").glob("*.md")))
SHOWN = [example for page in PAGES for block in CONSOLE.findall(page.read_text(encoding="utf-8")) for example in examples(block)]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return shell(tmp_path_factory.mktemp("bin"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="the README's commands are for a shell")
@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command for command, _ in SHOWN])
def test_commands_print_what_the_readme_shows(command: str, printed: str, environment: dict[str, str]) -> None:
    stdout, stderr, status = run(command, environment)
    assert (stdout, status) == (printed, 0), stderr or "where the change is meant: python tests/readme.py"
