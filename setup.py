"""What pyproject.toml cannot say: the optional compiled extension, and the lexicons inside a wheel.

Without a C compiler the build goes on and the package runs on numpy alone. On CPython with a GIL the extension keeps
to the limited API, so one wheel a platform serves Python 3.11 and later.
"""

import os
import platform
import runpy
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from setuptools import Command, Extension, setup
from setuptools.command.build import build

LEXICONS = Path("lexicons")
SOURCES = Path("translit", "csrc")
fingerprint = runpy.run_path("translit/extension.py")["fingerprint"]
SHIPPED = ("rules/*.tsv", "names/*.tsv", "names/*.tsv.gz", "model/*", "readings/*.tsv", "*.tsv", "*.tsv.gz")
COMPILE = """
import os

from translit.lexicon.cache import BUILT_IN
from translit.lexicon.lexicon import Lexicon
from translit.lexicon.opening import compiled
from translit.mentions.vocabulary import build_vocabulary
from translit.resources import name_paths

def tell(line):
    print("built-in lexicon:", line, flush=True)

BUILT_IN.parent.mkdir(exist_ok=True)
build_vocabulary(BUILT_IN.with_name("vocabulary.translit"))
if os.environ.get("TRANSLIT_CACHE"):
    lexicon = compiled(name_paths(), tell)
else:
    lexicon = Lexicon.build(name_paths(), progress=tell)
lexicon.save(BUILT_IN)
tell(f"{BUILT_IN.stat().st_size / 1e6:.0f} MB written")
"""

limited = platform.python_implementation() == "CPython" and not sysconfig.get_config_var("Py_GIL_DISABLED")


class BuildLexicons(Command):
    """Copy the packs into the wheel and compile the built-in lexicon beside them.

    An editable install does neither: it reads ``lexicons/`` itself and compiles once, at first use, into the user's
    cache under a key of the packs' content, so that an edited pack is never shadowed by an older compiled one. A build
    leaves the user's cache alone; with ``TRANSLIT_CACHE`` set it takes the compiled lexicon from there, or leaves it there.
    """

    description = "copy the packs and compile the built-in lexicon"
    user_options: list[tuple[str, str | None, str]] = []  # noqa: RUF012

    def initialize_options(self) -> None:
        self.build_lib = ""
        self.editable_mode = False

    def finalize_options(self) -> None:
        if not self.build_lib:
            self.build_lib = self.get_finalized_command("build_ext").build_lib

    def run(self) -> None:
        if self.editable_mode:
            return
        inside = Path(self.build_lib, "translit", "_lexicons")
        shutil.rmtree(inside, ignore_errors=True)
        for source in self.get_source_files():
            target = inside / Path(source).relative_to(LEXICONS)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        # -P: the package runs from the build folder, not from this one, and with the build's own dependencies.
        path = os.pathsep.join([os.path.abspath(self.build_lib), *filter(None, sys.path)])
        print("compiling the built-in lexicon; this takes about a minute", flush=True)
        subprocess.run([sys.executable, "-P", "-c", COMPILE], env={**os.environ, "PYTHONPATH": path}, check=True)

    def get_source_files(self) -> list[str]:
        return sorted(str(path) for pattern in SHIPPED for path in LEXICONS.glob(pattern))

    def get_outputs(self) -> list[str]:
        return []

    def get_output_mapping(self) -> dict[str, str]:
        return {}


class Build(build):
    """The usual build, then the lexicons: they are compiled by what was built."""

    sub_commands = [*build.sub_commands, ("build_lexicons", None)]  # noqa: RUF012


setup(
    cmdclass={"build": Build, "build_lexicons": BuildLexicons},
    ext_modules=[
        Extension(
            "translit._native",
            sources=sorted(map(str, SOURCES.glob("*.c"))),
            depends=sorted(map(str, SOURCES.glob("*.h"))),
            define_macros=[("TRANSLIT_SOURCES", str(fingerprint(SOURCES))), *([("Py_LIMITED_API", "0x030B0000")] if limited else [])],
            # A product and a sum rounded once would be another number than the Python twin's; the names that the files
            # share are no other library's business.
            extra_compile_args=[] if sys.platform == "win32" else ["-ffp-contract=off", "-fvisibility=hidden"],
            py_limited_api=limited,
            optional=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if limited else {},
)
