/* The tokens of a text, one after the other, and a table of windows of them; unicode/scan.py. */

#ifndef TRANSLIT_TOKENS_H
#define TRANSLIT_TOKENS_H

#include "points.h"

enum { CAPITAL = 1, JOINED = 2, EMPTY = 4, SIGNED = 8, ENDS = 16 };

/* A text, the classes of its code points, and a table of windows. */
typedef struct {
    const uint8_t *text;
    size_t size, at, extra; /* extra: bytes before `at` that begin no code point */
    const uint32_t *entries;
    size_t known; /* code points that have an entry */
    const uint8_t *blob;
    size_t blob_size;
    PyObject *fold;
    PyThreadState *state;
    const uint64_t *hashes;
    const uint32_t *values, *starts;
    size_t listed;
    int shift;
    size_t longest; /* most code points of a token that is looked at */
    uint64_t secret;
    Bytes folded; /* where letters are compared */
} Scan;

typedef struct {
    size_t start, start_extra, end, end_extra;
    uint64_t hash, raw, running; /* of the folded letters; of the letters as written, up to `end` and to here, by a secret factor */
    uint64_t size;               /* bytes of the folded letters */
    uint32_t before;             /* flags of the last code point that left something when folded */
    uint8_t context, spaceless, flags;
} Token;

static inline size_t points_of(const Token *t)
{
    return (t->end - t->end_extra) - (t->start - t->start_extra);
}

static inline size_t bucket_of(const Scan *s, uint64_t hash)
{
    return s->shift < 64 ? (size_t)(hash >> s->shift) : 0;
}

/* Tables of many forms lie beyond the caches: ask for what the value of a hash will need, in two steps. */
static inline void fetch_bucket(const Scan *s, uint64_t hash)
{
    PREFETCH(s->starts + bucket_of(s, hash));
}

static inline void fetch_row(const Scan *s, uint64_t hash)
{
    const size_t row = s->starts[bucket_of(s, hash)];
    if (row < s->listed) {
        PREFETCH(s->hashes + row);
        PREFETCH(s->values + row);
    }
}

/* The value of a hash in the table, or 0. */
static inline uint32_t value_of(const Scan *s, uint64_t hash)
{
    const size_t bucket = bucket_of(s, hash);
    const size_t end = s->starts[bucket + 1] < s->listed ? s->starts[bucket + 1] : s->listed;
    for (size_t row = s->starts[bucket]; row < end; row++)
        if (s->hashes[row] >= hash)
            return s->hashes[row] == hash ? s->values[row] : 0;
    return 0;
}

enum { POINT_BUFFERS = 2, TABLE_BUFFERS = 3 };

/* Take the classes of code points: (entries, blob). */
int take_points(Scan *s, PyObject *points, Buffer *b);

/* Take a table of windows: (hashes, values, starts). */
int take_table(Scan *s, PyObject *table, Buffer *b);

/* Begin with a text, which is an ASCII str or UTF-8 bytes. */
int begin_text(Scan *s, PyObject *text);

/* Read the next token; 0 at the end of the text. */
int next_token(Scan *s, Token *t, int *status);

/* A token as far as windows need it. */
typedef struct {
    uint64_t hash; /* of the folded letters */
    uint32_t start, start_extra, end, end_extra, size;
    uint8_t spaceless, empty, context;
} Piece;

/* Read the next token where it is of ASCII letters and digits, and ASCII is all before and behind it; 0 where it is not. */
int next_plain_piece(Scan *s, Piece *p);

/* Read the next token, however it is written; 0 at the end of the text. */
int next_piece(Scan *s, Piece *p, int *status);

/* Fold a token in Python; the GIL is held meanwhile. */
int fold_in_python(Scan *s, Token *t);

/* Whether what stands from byte `low` to `high` lets a word go on a name: goes_on of unicode/scan.py. */
uint8_t goes_on(const Scan *s, size_t before, size_t low, size_t high);

#endif
