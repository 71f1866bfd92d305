"""Every exception that translit raises on purpose.

All derive from :class:`TranslitError`, and each message ends with what the user can do about it.
"""

from __future__ import annotations

from collections.abc import Sequence


class TranslitError(Exception):
    """Base of every error that translit raises on purpose."""


class SourceError(TranslitError):
    """One fault in a lexicon source, with its place and the mend.

    Args:
        message: what is wrong, without a full stop.
        mend: what to do about it.
        file: the source's path or name.
        line: 1-based line of the fault, 0 for the file as a whole.
        column: 1-based field (TSV) or character (JSONL) of the fault, 0 for the line as a whole.

    >>> print(SourceError("unknown column 'typ'", "rename it to 'type'", "af.tsv", 4, 6))
    af.tsv:4:6: unknown column 'typ'; rename it to 'type'
    """

    message: str
    mend: str
    file: str
    line: int
    column: int

    def __init__(self, message: str, mend: str, file: str = "", line: int = 0, column: int = 0) -> None:
        self.message, self.mend = message, mend
        self.file, self.line, self.column = file, line, column
        super().__init__(message, mend, file, line, column)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        return f"{place}: {self.message}; {self.mend}" if place else f"{self.message}; {self.mend}"


class SourceErrors(TranslitError):
    """All the faults found in a set of lexicon sources, in the order of file, line, column."""

    errors: tuple[SourceError, ...]

    def __init__(self, errors: Sequence[SourceError]) -> None:
        self.errors = tuple(sorted(errors, key=lambda e: (e.file, e.line, e.column)))
        super().__init__(self.errors)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


class LexiconError(TranslitError):
    """A compiled lexicon that cannot be used: damaged, truncated, or of another version or fallback."""


class ArgumentError(TranslitError, ValueError):
    """An argument that is out of range, or names what is not known."""


class InputError(TranslitError):
    """Input that cannot be read, with the byte or row where it fails."""


class TrailError(TranslitError):
    """A trail that does not belong to the text it is applied to."""


def missing_extra(package: str, extra: str, what: str) -> str:
    """What is said of a library that is not installed.

    >>> missing_extra("pyarrow", "parquet", "Parquet")
    'Parquet needs pyarrow, which is not installed; pip install "translit-normalizer[parquet]"'
    """
    return f'{what} needs {package}, which is not installed; pip install "translit-normalizer[{extra}]"'


def meant(name: object, known: Sequence[object]) -> str:
    """What is added to the message about an unknown name where a known one is like it; ``""`` where none is.

    >>> meant("NMAE", ["id", "name"]), meant("x", ["id", "name"])
    ("; did you mean 'name'?", '')
    """
    import difflib

    folded = {str(one).strip().casefold(): one for one in reversed(known)}
    near = difflib.get_close_matches(str(name).strip().casefold(), folded, n=1)
    return f"; did you mean {folded[near[0]]!r}?" if near else ""
