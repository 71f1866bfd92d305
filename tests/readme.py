"""The README's examples. ``python tests/readme.py`` writes what they print now into it; read the difference before you commit it."""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def examples(block: str) -> list[tuple[str, str]]:
    """Each command of a console block, with what it prints."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(command, printed) for command, _, printed in (part.partition("\n") for part in parts)]


def shell(folder: Path) -> dict[str, str]:
    """The environment of a shell in which ``translit`` and ``python`` are those of this interpreter."""
    for name, line in {"translit": "-c 'from translit.cli import main; raise SystemExit(main())'", "python": ""}.items():
        (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {line} "$@"\n', encoding="utf-8")
        (folder / name).chmod(0o755)
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def run(command: str, environment: dict[str, str]) -> tuple[str, str, int]:
    """Standard output, standard error and exit status of a command run by bash in the checkout."""
    bash = ["bash", "-o", "pipefail", "-c", command]
    done = subprocess.run(bash, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.stdout, done.stderr, done.returncode


def renewed(text: str) -> str:
    """The text with what its examples print now."""

    def console(block: re.Match[str]) -> str:
        out = []
        for command, _ in examples(block[1]):
            stdout, stderr, status = run(command, environment)
            if status:
                raise SystemExit(f"{command}: exit status {status}: {stderr}")
            out.append(f"$ {command}\n{stdout}")
        return f"```console\n{''.join(out)}```"

    def python(block: re.Match[str]) -> str:
        out = []
        for example in doctest.DocTestParser().get_examples(block[1]):
            first, *more = example.source.splitlines()
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(example.source, "README.md", "single"), names)
            out += [f">>> {first}", *(f"... {line}".rstrip() for line in more), *printed.getvalue().splitlines()]
        # A doctest ends at an empty line.
        return "\n".join(["```python", *out, "", "```"])

    names: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = shell(Path(folder))
        return PYTHON.sub(python, CONSOLE.sub(console, text))


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    README.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
