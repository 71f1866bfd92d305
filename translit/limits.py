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
MEMORY = 1 << 17
"""Answers that a normalizer remembers for names, and for spellings in texts of each sort."""
TEXTS_AT_ONCE = 256
"""Most texts that are searched together; what is known of their words is let go behind them."""
CODEPOINTS_AT_ONCE = 1 << 20
"""Most code points of texts that are searched together, but for one text that is longer by itself."""
GLANCED = 400
"""Longest text, in code points, that is looked at together with others to see whether it may hold a name."""
MAX_LEASTS = 4
"""Least confidences for which a normalizer remembers the answers for names."""
MAX_READINGS = 24
"""Most readings of one word."""
MAX_SPELLING = 8
"""Longest spelling of a rule, in code points."""
MAX_KEYS = 24
"""Most keys of one name."""
MAX_LOOKED_AT = 48
"""Most forms of a name's blocks, by overlap, whose letters are looked at."""
MAX_CANDIDATES = 24
"""Most candidate forms of a name that are compared with it in full."""
MAX_NEAREST = 8
"""Most comparisons of a name that a lexicon's own model looks at again, with the costs learnt from the lexicon."""
MAX_LEARNT_PAIRS = 20_000
"""Most pairs of an entity's spellings that letter costs of a script are learnt from when a lexicon is compiled."""
MAX_LEARNT_FROM = 20_000
"""Most entities that letter costs are learnt from."""
LEAST_LEARNT_PAIRS = 500
"""Fewest pairs that letter costs are learnt from; below, those that ship are taken."""
MIN_COSTS = 600
"""Fewest letter costs of a script that names in it are compared by alone; with fewer they are read by rules besides."""
MAX_FORMS_COMPARED = 100
"""Most spellings of one entity that are compared with its others to see which words are left out."""
MAX_BEHIND = 700
"""How much farther than the nearest, in 1/1000 of :func:`translit.matching.candidates.shortlist`, a candidate may be."""
MAX_VIEWS = 5
"""Most orders and shapes of a name that are compared."""
MAX_RESPELLED = 3
"""Most spellings of a name by a lexicon's own rules that are compared."""
MAX_DIGRAPHS = 3
"""Most digraphs of a name that are taken for letters with marks."""
MAX_RULED = 2
"""Most readings by rules that a name in another script is looked up by."""
MAX_SURNAME_SPELLINGS = 3
"""Most spellings of a Korean surname that are compared."""
MAX_NAME_READINGS = 6
"""Most readings of a name in Han characters that are compared."""
MIN_READ = 2
"""Fewest Han characters of a listed name that is read; one has too many readings."""
MAX_WORD_READINGS = 3
"""Most readings of one word of such a name."""
MAX_HAN_PERSON = 4
"""Most Han characters of a person's name, surname and given name."""
MAX_SYLLABLE = 6
"""Most letters of a word that may be one syllable of a given name."""
MAX_TURNED_WORDS = 4
"""Most words of a name whose order is changed."""
MAX_ASIDES = 3
"""Most names of a person that stand beside each other and are each compared."""
MAX_ADDRESSES = 4
"""Most titles taken away that need no further word to be known."""
MAX_FITTED_WORDS = 10
"""Most words of a person's name, or of a form of one, that are compared word by word."""
MAX_JOINED = 2
"""How often words of a person's name may be one word of a form, or the other way round."""
MAX_VIEW_CANDIDATES = 8
"""Most candidate forms of another order or shape of a name that are compared with it."""
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
MAX_CANDIDATES_ASKED = 50
"""Most candidates of a name that are told where somebody asks for them."""
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
CHECKED_WHEN_OPENED = 16 * 1024 * 1024
"""Largest compiled lexicon, in bytes, that is checked when it is opened; a larger one is checked when it is first asked."""
MAX_DIFF_NAMES = 2000
"""Most misspelled names that two lexicons are asked for when they are compared."""
CHUNK_BYTES = 1 << 18
"""Bytes of rows that are worked on together."""
MAX_CHUNK_BYTES = 1 << 22
"""Bytes of rows of names that are worked on together, far into a file."""
CHUNK_GROWTH = 16
"""How many times a chunk of names goes into what stands before it."""
MIN_SPLICED_BYTES = 1 << 15
"""Bytes of regular CSV rows from which on they are answered as columns."""
MAX_CHUNK_ROWS = 1 << 16
"""Most rows of a Parquet file that are worked on together."""
MAX_COLUMN_ROWS = 1 << 20
"""Most rows of a Parquet file of names that are worked on together."""
MAX_COLUMN_BYTES = 3 << 23
"""Bytes of these rows, decoded."""
MAX_ROW_BYTES = 1 << 26
"""Longest row of a table or JSONL file, in bytes; a longer one is a reject."""
MAX_QUOTED_BYTES = 1 << 24
"""Longest CSV row over several lines, in bytes; beyond it a quote counts as left open."""
MAX_DOCUMENT_BYTES = 1 << 22
"""Longest plain text that is worked on as one document, in bytes; a longer one is cut at paragraph ends."""
MAX_REJECT_BYTES = 1 << 16
"""Longest rejected row that is copied into the rejects file, in bytes."""
MAX_ROW_GROUP_BYTES = 1 << 27
"""Largest Parquet row group written as one, in uncompressed bytes; a larger one is written as several."""
MEMO_VALUES = 1 << 17
"""Most values of a column whose answers are remembered."""
MEMO_CODEPOINTS = 100
"""Longest value or name whose answer is remembered, in code points."""
BATCH_VALUES = 1 << 15
"""Distinct values that are answered together."""
BATCH_BYTES = 1 << 24
"""Bytes of distinct values that are answered together, unless one value alone is longer."""
LARGEST_OFFSET = (1 << 31) - 1
"""Bytes that a chunk of an Arrow ``string`` column can hold."""
MAX_BODY_BYTES = 1 << 22
"""Largest body of a request to the service, in bytes, unless the command says another."""
MAX_REQUEST_SECONDS = 30.0
"""Longest time for an answer of the service, in seconds, unless the command says another."""
MAX_REQUEST_ITEMS = 10_000
"""Most names or texts of one request."""
REQUEST_STEP_ITEMS = 200
"""Names or texts of a request that are answered between two looks at the clock."""
REQUEST_STEP_CODEPOINTS = 1 << 16
"""Code points of texts that are answered between two looks at the clock, unless one text alone is longer."""
MAX_SUGGESTIONS = 10
"""Most entities suggested for the beginning of a name."""
MAX_SETTLINGS = 4
"""How often the homonyms of a text are settled by what the settled ones bear out."""
MAX_REREADINGS = 4
"""How often a text is read again for what the names written in it make of their neighbours."""
MAX_TAG_CODEPOINTS = 65_536
"""Longest tag of XML or HTML that is skipped as one; a longer one is read as text."""
