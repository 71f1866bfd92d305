"""Parts of persons' names: the words of a name, and what each is beside the names themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from translit import limits
from translit.matching.titles import titles
from translit.resources import data_root
from translit.tables import read_table
from translit.unicode.fold import fold_token

PARTICLES_FORMAT = "translit-particles/1"
ROLES = (
    "article", "prefix", "link", "filial", "nobiliary", "generation", "title", "abbreviation", "short", "patronymic", "forename", "double",
    "surname", "surname-ending",
)  # fmt: skip
WORDS = ("article", "link", "filial", "nobiliary", "generation", "title")
STANDING_FOR = ("abbreviation", "short")
"""The roles of words that stand for others."""
"""The roles of words of their own that are no names."""


class Particles(NamedTuple):
    """What ``lexicons/particles.tsv`` lists.

    Args:
        roles: of words that are no names.
        prefixes: what is written in one with the word behind it.
        abbreviations: names in full by what is written for them.
        endings: of fathers' names.
        shorts: names in full, by a short or another form of each.
        forenames: names that a bearer is often listed without, at the front.
        doubles: first names whose bearers are told apart by the name that follows, with the forenames.
        surnames: names of which bearers have two, and are called by the first.
        surname_endings: endings of such names.
    """

    roles: Mapping[str, str]
    prefixes: tuple[str, ...]
    abbreviations: Mapping[str, str]
    endings: frozenset[str]
    shorts: Mapping[str, frozenset[str]]
    forenames: frozenset[str]
    doubles: frozenset[str]
    surnames: frozenset[str]
    surname_endings: tuple[str, ...]

    def two_surnames(self, word: str) -> bool:
        """Whether a name is one of which bearers have two."""
        return word in self.surnames or word.endswith(self.surname_endings)


class Words(NamedTuple):
    """The words of a name or of a form.

    Args:
        texts: the words, folded.
        atoms: their source letters.
        roles: what each is beside a name, ``""`` for a name.
        stems: the words without a patronymic's ending.
        names: places of the names in full, and of titles, which may be names.
        initials: places of the letters that stand for names.
        fathers: places of the names that are a father's, by their ending or by a link.
        joint: two or three neighbouring words in one, and their places; the pairs first.
        titles: places of the titles.
        sons: places of the names before and after each link.
    """

    texts: tuple[str, ...]
    atoms: tuple[Sequence[str], ...]
    roles: tuple[str, ...]
    stems: tuple[str, ...]
    names: tuple[int, ...]
    initials: tuple[int, ...]
    fathers: frozenset[int]
    joint: tuple[tuple[str, tuple[int, ...]], ...]
    titles: frozenset[int]
    sons: tuple[tuple[int, int], ...]


@lru_cache(maxsize=1)
def particles() -> Particles:
    """The particles that ship, from ``lexicons/particles.tsv``."""
    table = read_table(data_root() / "particles.tsv", PARTICLES_FORMAT, ("particle", "role", "as", "langs"))
    found: dict[str, dict[str, str]] = {role: {} for role in ROLES}
    for number, (particle, role, full, _) in table.rows():
        if role not in found or not particle or (role in STANDING_FOR) != bool(full):
            table.fault(number, f"the role is none of {', '.join(ROLES)}, or 'as' is not what an abbreviation or a short name stands for")
        found[role][fold_token(particle)] = full
    roles = {word: role for role in WORDS for word in found[role]}
    shorts = {word: frozenset(fold_token(name) for name in names.split()) for word, names in found["short"].items()}
    forenames = frozenset(found["forename"])
    return Particles(
        roles, tuple(found["prefix"]), found["abbreviation"], frozenset(found["patronymic"]), shorts, forenames,
        forenames | frozenset(found["double"]), frozenset(found["surname"]), tuple(found["surname-ending"]),
    )  # fmt: skip


@lru_cache(maxsize=limits.TOKEN_CACHE)
def latin_words(text: str, initials: bool = False) -> Words:
    """The words of a name in plain Latin letters.

    Args:
        text: the words, parted by blanks.
        initials: whether single letters stand for names, and are no particles (*y*, *e*, *d'*).

    >>> latin_words("mohd nasir al din").texts, latin_words("ivan petrovich").stems
    (('muhammad', 'nasir', 'al', 'din'), ('ivan', 'petr'))
    """
    known = particles().abbreviations
    texts = tuple(known.get(word, word) for word in text.split(" "))
    return _words(texts, texts, _roles(texts), initials)


def native_words(atoms: Sequence[str]) -> Words:
    """The words of a name in another script, from its source letters; a prefixed article is a word of its own.

    >>> native_words(tuple("نور الدين")).texts
    ('نور', 'ال', 'دين')
    """
    words: list[tuple[str, ...]] = []
    start = 0
    for end in (*(i for i, atom in enumerate(atoms) if atom == " "), len(atoms)):
        word = tuple(atoms[start:end])
        start = end + 1
        text = "".join(word)
        prefix = next((p for p in particles().prefixes if text.startswith(p) and len(text) >= len(p) + 3), "")
        words += [word[: len(prefix)], word[len(prefix) :]] if prefix else [word]
    texts = tuple("".join(word) for word in words)
    roles = tuple("article" if text in particles().prefixes else role for text, role in zip(texts, _roles(texts), strict=True))
    return _words(texts, tuple(words), roles, False)


def _roles(texts: tuple[str, ...]) -> tuple[str, ...]:
    """What each word is beside a name; a title is one before or after two words at least."""
    roles = [particles().roles.get(text, "") for text in texts]
    before, after = titles()
    first, last = 0, len(texts)
    while last - first > 2 and texts[first] in before:
        roles[first] = "title"
        first += 1
    while last - first > 2 and texts[last - 1] in after:
        roles[last - 1] = "title"
        last -= 1
    return tuple(roles)


def _words(texts: tuple[str, ...], atoms: tuple[Sequence[str], ...], roles: tuple[str, ...], initials: bool) -> Words:
    letters = tuple(i for i, word in enumerate(atoms) if len(word) == 1 and (initials or (word[0].isascii() and not roles[i])))
    roles = tuple("" if i in letters else role for i, role in enumerate(roles))
    names = tuple(i for i, role in enumerate(roles) if role in ("", "title") and i not in letters)
    stems = tuple(map(_stem, texts))
    titled = frozenset(i for i in names if roles[i] == "title")
    fathers, joint, sons = _fathers(texts, roles, stems, names), _joint(texts, stems), _sons(roles, names)
    return Words(texts, atoms, roles, stems, names, letters, fathers, joint, titled, sons)


def _sons(roles: Sequence[str], names: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """What :attr:`Words.sons` lists."""
    links = [i for i, role in enumerate(roles) if role == "link"]
    beside = [([i for i in names if i < link], [i for i in names if i > link]) for link in links]
    return tuple((before[-1], after[0]) for before, after in beside if before and after)


def _fathers(texts: Sequence[str], roles: Sequence[str], stems: Sequence[str], names: Sequence[int]) -> frozenset[int]:
    """The names with a patronymic's ending, and those between the first and the last that a link tells to be a father's."""
    linked = {i for i in names[1:-1] if roles[i - 1] == "link" or roles[i + 1] == "filial"}
    return frozenset(linked | {i for i in names if stems[i] != texts[i]})


def _joint(texts: tuple[str, ...], stems: tuple[str, ...]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What :attr:`Words.joint` lists: plain letters, and no patronymic among the words."""
    groups = [(start, start + size) for size in (2, 3) for start in range(len(texts) - size + 1)]
    joined = [("".join(texts[a:b]), tuple(range(a, b))) for a, b in groups if texts[a:b] == stems[a:b]]
    return tuple((text, places) for text, places in joined if text.isascii())


@lru_cache(maxsize=limits.TOKEN_CACHE)
def _stem(word: str) -> str:
    """A word without the longest patronymic's ending that leaves two letters."""
    endings = particles().endings
    return next((word[:i] for i in range(2, len(word) - 1) if word[i:] in endings), word)
