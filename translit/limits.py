"""Every cap in translit, by name. Beyond a cap the answer is an abstention or a clear error, never a slow run."""

MAX_CELL_CODEPOINTS = 1000
"""Longest cell of a lexicon source, in code points."""
MAX_VARIANTS_PER_ENTITY = 10_000
"""Most variants that one entity may list."""
MAX_SOURCE_ERRORS_KEPT = 10_000
"""Most faults kept from one source; the rest are counted."""
MAX_SOURCE_LINE_BYTES = 64 * 1024 * 1024
"""Longest line of a lexicon source; a longer one is a fault and is skipped."""
MAX_NAME_CODEPOINTS = 400
"""Longest name that is matched; a longer one is abstained from."""
MAX_NAME_TOKENS = 24
"""Most words of a name that is matched."""
MAX_TOKEN_CODEPOINTS = 120
"""Longest word that is matched in running text."""
TOKEN_CACHE = 1 << 16
"""Folded words kept by the caches of :mod:`translit.unicode`."""
MAX_READINGS = 12
"""Most readings of one word."""
MAX_SPELLING = 8
"""Longest spelling of a rule, in code points."""
MAX_KEYS = 12
"""Most keys of one name."""
