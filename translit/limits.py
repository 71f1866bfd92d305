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
MAX_READINGS = 24
"""Most readings of one word."""
MAX_SPELLING = 8
"""Longest spelling of a rule, in code points."""
MAX_KEYS = 24
"""Most keys of one name."""
MAX_CANDIDATES = 24
"""Most candidate forms of a name that are compared with it letter by letter."""
MAX_BLOCK = 1000
"""Most forms taken from one block of a lexicon."""
LEAST_OVERLAP = 500
"""Least overlap of letter pairs and consonants of a candidate, in 1/2000."""
BATCH = 2000
"""Names compared in one go; bounds the memory of a batch, and changes no answer."""
MAX_QUESTIONS = 20_000
"""Most variants of a lexicon that are hidden and asked for when it is compiled."""
LEAST_QUESTIONS = 1_500
"""Fewest variants that a lexicon's own model is learnt from; below, the one that ships is taken."""
LEAST_ANSWERS = 400
"""Fewest answers that a curve is learnt from."""
MAX_CANDIDATES_SHOWN = 5
"""Most candidates kept in a match."""
MAX_REPORT_ROWS = 4000
"""Most spellings whose changes a report shows; those of one name stay together."""
MAX_REPORT_NEAR = 1000
"""Most spellings that a report shows as nearly changed."""
REPORT_EXAMPLES = 3
"""Most examples of one spelling in a report."""
REPORT_CONTEXT = 80
"""Code points of an example before and after the name."""
LEAST_REPORTED = 0.5
"""Least confidence of an answer that is not given, to be told as nearly given."""
MAX_PLACES = 200_000
"""Most places of words whose competing rules are remembered by script."""
MAX_DIFF_NAMES = 2000
"""Most misspelled names that two lexicons are asked for when they are compared."""
