"""What a trail belongs to: the SHA-256 of each input and output of its run, in a file beside it.

The file is JSON Lines, one object a file of the run: ``input`` as it was named (``"-"`` for standard input), ``input_sha256`` and
``output_sha256``. Packed files count unpacked, so that packing them otherwise changes nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from translit.errors import InputError
from translit.files.atomic import AtomicFile
from translit.files.base import dump
from translit.files.inputs import Input


@dataclass(slots=True)
class Digests:
    """The digests of one file of a run; those that are not known are empty."""

    input: str
    input_sha256: str = ""
    output_sha256: str = ""


def beside(trail: str) -> str:
    """The name of the file with the digests of a trail.

    >>> beside("audit.jsonl")
    'audit.jsonl.sha256'
    """
    return f"{trail}.sha256"


def digest(name: str) -> str:
    """The SHA-256 of a file, unpacked, in hexadecimal.

    Raises:
        InputError: it cannot be read.
    """
    with contextlib.closing(Input(name)) as source:
        return source.digest()


def forget(trail: str) -> None:
    """Remove the digests of an earlier trail of the same name."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(beside(trail))


def write(trail: str, found: Sequence[Digests]) -> None:
    """Write the digests beside a trail; not where the trail itself went into a pipe or a device."""
    if stat.S_ISREG(os.stat(trail).st_mode):
        with AtomicFile(beside(trail)) as file:
            file.stream.write(b"".join(dump(asdict(one)) for one in found))


def read(trail: str) -> list[Digests]:
    """The digests beside a trail; none where there is no such file.

    Raises:
        InputError: the file is something else.
    """
    name = beside(trail)
    try:
        with open(name, encoding="utf-8") as stream:
            return [Digests(**json.loads(line)) for line in stream]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError):
        raise InputError(f"{name}: not the digests of a trail; give the file that 'translit clean --audit' wrote, or remove it") from None
