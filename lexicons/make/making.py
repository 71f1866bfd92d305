"""What the makers of single tables share: write the table, or with ``--check`` tell that the committed one is not fresh."""

from __future__ import annotations

import argparse
import gzip
from collections.abc import Callable
from pathlib import Path


def make(target: Path, contents: Callable[[], bytes], description: str | None) -> int:
    """Make one table as the command line asks.

    Args:
        target: where it is committed.
        contents: its bytes, compressed where the target is.
        description: of the maker, for ``--help``.

    Returns:
        the exit status: 0 made or fresh, 1 not fresh.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where the committed table differs")
    options = parser.parse_args()
    made = contents()
    if target.exists() and plain(target.read_bytes()) == plain(made):
        return 0
    print(target.name)
    if not options.check:
        target.write_bytes(made)
    return 1 if options.check else 0


def plain(data: bytes) -> bytes:
    """Bytes without their compression, which depends on the zlib at hand."""
    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
