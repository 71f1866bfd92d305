"""Readers: dictionaries that say how a name in Han characters is read in one language, each an extra and a module of its own.

A character is read by language: 大谷 is *Otani* in Japanese and *Dagu* in Mandarin. So a reader serves only where the language is
said, and whatever it reads is told with the language. A new reader is one module here that names a :class:`Reader` ``READER``;
other distributions offer theirs by an entry point of the group ``translit.readers``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from translit.errors import ArgumentError, TranslitError, missing_extra

GROUP = "translit.readers"
FORMAT = "translit-readings/1"
"""Format of the readers' own tables in ``lexicons/readings``."""


@dataclass(frozen=True, slots=True)
class Reader:
    """One language's reader.

    Args:
        tag: BCP 47 tag by which it is chosen, such as ``"ja"``.
        language: the language's English name.
        tags: further tags that say the language.
        countries: ISO 3166-1 alpha-2 codes of countries whose names are read so where no language is said.
        packages: the distributions that it needs, the dictionary first.
        extra: the extra that brings them.
        given_first: whether English puts the given name first, as of Japanese persons; those of China and Hong Kong keep their order.
        read: the readings of a name as text in another script, the most usual first, its words parted by blanks; none where the
            dictionary has none. The family name stands first.
    """

    tag: str
    language: str
    tags: frozenset[str]
    countries: frozenset[str]
    packages: tuple[str, ...]
    extra: str
    given_first: bool
    read: Callable[[str], list[str]]

    @property
    def source(self) -> str:
        """The distributions with their versions, which decide what is read.

        Raises:
            TranslitError: one is not installed.
        """
        from importlib import metadata

        try:
            return ", ".join(f"{name} {metadata.version(name)}" for name in self.packages)
        except metadata.PackageNotFoundError:
            told = missing_extra(" and ".join(self.packages), self.extra, f"reading Han characters in {self.language}")
            raise TranslitError(told) from None


@lru_cache(maxsize=1)
def readers() -> tuple[Reader, ...]:
    """All readers, by tag, whether or not what they need is installed.

    >>> [reader.tag for reader in readers()][:2]
    ['ja', 'yue']
    """
    from importlib import import_module, metadata
    from pkgutil import iter_modules

    found = {own.tag: own for own in (import_module(f"{__name__}.{module.name}").READER for module in iter_modules(__path__))}
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        other = point.load()
        if found.setdefault(other.tag, other) is not other:
            raise TranslitError(f"two readers of '{other.tag}': {point.value} and another; uninstall one of them")
    return tuple(found[tag] for tag in sorted(found))


def by_tag(lang: str) -> Reader | None:
    """The reader of the language that a BCP 47 tag says, the closest; None where there is none.

    >>> by_tag("zh-HK").language, by_tag("zh-Hant").language, by_tag("de")
    ('Cantonese', 'Mandarin', None)
    """
    exact = [one for one in readers() if lang == one.tag or lang in one.tags]
    return exact[0] if exact else next((one for one in readers() if lang.partition("-")[0] == one.tag), None)


def by_country(country: str) -> Reader | None:
    """The reader of a country's names; None where there is none."""
    return next((one for one in readers() if country in one.countries), None)


def reader(lang: str) -> Reader:
    """The reader of the language that a BCP 47 tag says.

    Raises:
        ArgumentError: there is none.
        TranslitError: what it needs is not installed.

    >>> reader("de")
    Traceback (most recent call last):
        ...
    translit.errors.ArgumentError: no reader of the language 'de'; choose one of ja, yue, zh
    """
    found = by_tag(lang)
    if found is None:
        raise ArgumentError(f"no reader of the language '{lang}'; choose one of {', '.join(one.tag for one in readers())}")
    _ = found.source
    return found
