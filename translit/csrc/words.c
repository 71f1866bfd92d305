/* All words of a text, its distinct words, and the windows of them that are listed. */

#include "tokens.h"

/* A distinct token. */
typedef struct {
    uint64_t raw, hash, power; /* hash of the letters as written, and folded; what a hash before it is multiplied by */
    uint32_t value;            /* what the table of windows says of it */
    uint8_t flags, spaceless;
} Word;

/* The distinct tokens, found by the hash of their letters as written. */
typedef struct {
    uint32_t *slots; /* one more than the number; 0 is free */
    size_t room;
    Word *words;
    size_t count, full;
} Distinct;

static int widen(Distinct *d)
{
    const size_t full = d->full ? 2 * d->full : 1024;
    d->words = with_room(d->words, &d->full, full, sizeof *d->words);
    free(d->slots);
    d->slots = calloc(2 * full, sizeof *d->slots);
    if (!d->words || !d->slots)
        return NO_MEMORY;
    d->room = 2 * full;
    for (size_t i = 0; i < d->count; i++) {
        size_t at = (size_t)(d->words[i].raw >> 32) & (d->room - 1);
        while (d->slots[at])
            at = (at + 1) & (d->room - 1);
        d->slots[at] = (uint32_t)i + 1;
    }
    return FINE;
}

/* SIGNED and ENDS of unicode/scan.py. */
static uint8_t signs_of(const uint8_t *at, size_t size)
{
    uint8_t letters = size > 0;
    for (size_t i = 0; i < size; i++)
        letters &= (uint8_t)((at[i] | 32) - 'a') < 26;
    return letters ? ((at[size - 1] | 32) == 's' ? ENDS : 0) : SIGNED | ENDS;
}

static int number_of(const Scan *s, Distinct *d, const Token *t, uint32_t *number)
{
    const uint64_t raw = mixed(t->raw);
    if (d->count == d->full && widen(d) != FINE)
        return NO_MEMORY;
    size_t at = (size_t)(raw >> 32) & (d->room - 1);
    while (d->slots[at] && d->words[d->slots[at] - 1].raw != raw)
        at = (at + 1) & (d->room - 1);
    if (!d->slots[at]) {
        const uint8_t flags = t->flags | signs_of(s->text + t->start, t->end - t->start);
        d->words[d->count] = (Word){raw, t->hash, power_of(t->size), 0, flags, t->spaceless};
        d->slots[at] = (uint32_t)++d->count;
    }
    *number = d->slots[at] - 1;
    return FINE;
}

enum { AHEAD = 8 };

/* What the table of windows says of each distinct token. */
static void look_up(const Scan *s, Distinct *d)
{
    for (size_t i = 0; i < d->count + 2 * AHEAD; i++) {
        if (i < d->count)
            fetch_bucket(s, mixed(d->words[i].hash));
        if (i >= AHEAD && i - AHEAD < d->count)
            fetch_row(s, mixed(d->words[i - AHEAD].hash));
        if (i >= 2 * AHEAD) {
            Word *word = &d->words[i - 2 * AHEAD];
            word->value = word->flags & EMPTY ? 0 : value_of(s, mixed(word->hash));
        }
    }
}

typedef struct {
    Column32 start, end, word, first, hit, open;
    Bytes flags;
    Distinct distinct;
} Words;

static int cut_text(Scan *s, Words *w)
{
    Token t, before = {0};
    int status;
    while (next_token(s, &t, &status)) {
        uint32_t number = 0;
        const size_t known = w->distinct.count;
        if (number_of(s, &w->distinct, &t, &number) != FINE || push32(&w->start, (uint32_t)(t.start - t.start_extra)) != FINE ||
            push32(&w->end, (uint32_t)(t.end - t.end_extra)) != FINE || push32(&w->word, number) != FINE)
            return NO_MEMORY;
        if (number == known && push32(&w->first, (uint32_t)w->word.size - 1) != FINE)
            return NO_MEMORY;
        uint8_t flags = w->distinct.words[number].flags;
        if (w->word.size > 1)
            flags |= goes_on(s, points_of(&before), before.end, t.start);
        if (write_bytes(&w->flags, &flags, 1) != FINE)
            return NO_MEMORY;
        before = t;
    }
    return status;
}

/* The hash of a window that goes on with another word. */
static inline uint64_t wider(uint64_t hash, const Word *last, const Word *next)
{
    if (!last->spaceless || !next->spaceless)
        hash = hash * PRIME + ' ';
    return hash * next->power + next->hash;
}

static inline int goes_on_with(const Words *w, size_t k)
{
    return k < w->word.size && (w->flags.data[k] & (JOINED | EMPTY)) == JOINED;
}

static int find_windows(const Scan *s, Words *w)
{
    const Word *const distinct = w->distinct.words;
    const size_t count = w->word.size;
    const uint32_t *words = w->word.data;
    const uint8_t *flags = w->flags.data;
    for (size_t i = 0; i < count; i++) {
        const Word *last = &distinct[words[i]];
        uint32_t value = last->value;
        if (!value)
            continue;
        uint8_t capital = flags[i] & CAPITAL;
        if (value > 1 && capital &&
            (push32(&w->hit, (uint32_t)i) || push32(&w->hit, 1) || push32(&w->hit, value / 2 - 1)))
            return NO_MEMORY;
        uint64_t hash = last->hash;
        for (size_t k = i + 1; value & 1 && goes_on_with(w, k); k++) {
            const Word *const next = &distinct[words[k]];
            capital |= flags[k] & CAPITAL;
            if (capital && flags[k] & ENDS && (push32(&w->open, (uint32_t)i) || push32(&w->open, (uint32_t)k)))
                return NO_MEMORY;
            hash = wider(hash, last, next);
            last = next;
            value = value_of(s, mixed(hash));
            if (value > 1 && capital &&
                (push32(&w->hit, (uint32_t)i) || push32(&w->hit, (uint32_t)(k - i + 1)) || push32(&w->hit, value / 2 - 1)))
                return NO_MEMORY;
        }
    }
    return FINE;
}

/* The hash of each distinct token, and the number of the first that folds alike; the slots are written over. */
static void compare_words(Distinct *d, uint64_t *hash, uint32_t *alike)
{
    memset(d->slots, 0, d->room * sizeof *d->slots);
    for (size_t i = 0; i < d->count; i++) {
        hash[i] = d->words[i].flags & EMPTY ? 0 : mixed(d->words[i].hash);
        size_t at = (size_t)(hash[i] >> 32) & (d->room - 1);
        while (d->slots[at] && hash[d->slots[at] - 1] != hash[i])
            at = (at + 1) & (d->room - 1);
        if (!d->slots[at])
            d->slots[at] = (uint32_t)i + 1;
        alike[i] = d->slots[at] - 1;
    }
}

static uint32_t *copied(uint32_t *to, const Column32 *column)
{
    if (column->size)
        memcpy(to, column->data, column->size * sizeof *to);
    return to + column->size;
}

/* All columns of 32 bits lie in one array: an object for each would cost more than a short text. */
static PyObject *columns_of(Words *w)
{
    const size_t count = w->distinct.count;
    const size_t items = 3 * w->word.size + 2 * count + w->hit.size + w->open.size;
    PyObject *const hash = new_array((int64_t)count, sizeof(uint64_t)), *const columns = new_array((int64_t)items, sizeof(uint32_t));
    if (hash && columns) {
        uint32_t *to = memory_of(columns);
        to = copied(to, &w->start), to = copied(to, &w->end), to = copied(to, &w->word), to = copied(to, &w->first);
        if (count)
            compare_words(&w->distinct, memory_of(hash), to);
        to = copied(to + count, &w->hit), to = copied(to, &w->open);
    }
    return Py_BuildValue("(NNNn)", columns, PyByteArray_FromStringAndSize((const char *)w->flags.data, (Py_ssize_t)w->flags.size), hash,
                         (Py_ssize_t)w->hit.size);
}

PyDoc_STRVAR(scan_words_doc,
             "scan_words(text, (entries, blob), (hashes, values, starts), fold, longest, secret)\n"
             "-> (start + end + word + first + alike + hit + open, flags, hash, items of hit) or None\n\n"
             "Twin of translit.unicode.scan.scan_words. The text is an ASCII str or UTF-8 bytes; entries (uint32) and blob (bytes) are\n"
             "the code points' classes and folded forms; fold folds one token that they do not suffice for; hashes (uint64) are\n"
             "sorted, values (uint32) are theirs, and starts (uint32, a power of two up to 2**24 and one) says where each of their\n"
             "buckets by leading bits begins. A token of more than longest code points is empty. secret is any secret odd number; no\n"
             "answer depends on it. None: the text has a code point beyond the entries.");

static PyObject *scan_words(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *points, *table;
    Scan s = {0};
    Words w = {0};
    Buffer b[POINT_BUFFERS + TABLE_BUFFERS] = {0};
    Py_ssize_t longest;
    unsigned long long secret;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "OO!O!OnK", &text, &PyTuple_Type, &points, &PyTuple_Type, &table, &s.fold, &longest, &secret))
        return NULL;
    s.longest = longest > 0 ? (size_t)longest : 0;
    s.secret = secret | 1;
    if (begin_text(&s, text) < 0 || take_points(&s, points, b) < 0 || take_table(&s, table, b + POINT_BUFFERS) < 0)
        goto done;
    s.state = PyEval_SaveThread();
    int status = cut_text(&s, &w);
    if (status == FINE) {
        look_up(&s, &w.distinct);
        status = find_windows(&s, &w);
    }
    PyEval_RestoreThread(s.state);
    if (status == WIDER)
        result = Py_NewRef(Py_None);
    else if (status != FINE)
        fail(status);
    else
        result = columns_of(&w);
done:
    free(w.start.data);
    free(w.end.data);
    free(w.word.data);
    free(w.first.data);
    free(w.hit.data);
    free(w.open.data);
    free(w.flags.data);
    free(w.distinct.slots);
    free(w.distinct.words);
    free(s.folded.data);
    give_back(b, POINT_BUFFERS + TABLE_BUFFERS);
    return result;
}

PyMethodDef words_methods[] = {
    {"scan_words", scan_words, METH_VARARGS, scan_words_doc},
    {NULL, NULL, 0, NULL},
};
