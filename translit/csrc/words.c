/* All words of a text, its distinct words, and the windows of them that are listed. */

#include "tokens.h"

/* The distinct tokens, found by the hash of their letters as written; what is known of each stands in the columns. */
typedef struct {
    uint32_t *slots; /* one more than the number; 0 is free */
    size_t room;
    uint64_t *raw, *hash, *size;
    uint32_t *value;
    uint8_t *flags, *spaceless;
    size_t count, full;
} Distinct;

static int widen(Distinct *d)
{
    const size_t full = d->full ? 2 * d->full : 1024;
    void *raw = realloc(d->raw, full * sizeof *d->raw);
    d->raw = raw ? raw : d->raw;
    void *hash = realloc(d->hash, full * sizeof *d->hash);
    d->hash = hash ? hash : d->hash;
    void *size = realloc(d->size, full * sizeof *d->size);
    d->size = size ? size : d->size;
    void *value = realloc(d->value, full * sizeof *d->value);
    d->value = value ? value : d->value;
    void *flags = realloc(d->flags, full);
    d->flags = flags ? flags : d->flags;
    void *spaceless = realloc(d->spaceless, full);
    d->spaceless = spaceless ? spaceless : d->spaceless;
    uint32_t *slots = calloc(2 * full, sizeof *slots);
    if (!raw || !hash || !size || !value || !flags || !spaceless || !slots) {
        free(slots);
        return NO_MEMORY;
    }
    free(d->slots);
    d->slots = slots;
    d->room = 2 * full;
    d->full = full;
    for (size_t i = 0; i < d->count; i++) {
        size_t at = (size_t)(d->raw[i] >> 32) & (d->room - 1);
        while (d->slots[at])
            at = (at + 1) & (d->room - 1);
        d->slots[at] = (uint32_t)i + 1;
    }
    return FINE;
}

static int number_of(const Scan *s, Distinct *d, const Token *t, uint32_t *number)
{
    const uint64_t raw = mixed(t->raw);
    if (d->count == d->full && widen(d) != FINE)
        return NO_MEMORY;
    size_t at = (size_t)(raw >> 32) & (d->room - 1);
    while (d->slots[at] && d->raw[d->slots[at] - 1] != raw)
        at = (at + 1) & (d->room - 1);
    if (!d->slots[at]) {
        const size_t new = d->count++;
        d->slots[at] = (uint32_t)d->count;
        d->raw[new] = raw;
        d->hash[new] = t->hash;
        d->size[new] = t->size;
        d->flags[new] = t->flags;
        d->spaceless[new] = t->spaceless;
        d->value[new] = t->flags & EMPTY ? 0 : value_of(s, mixed(t->hash));
    }
    *number = d->slots[at] - 1;
    return FINE;
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
        uint8_t flags = w->distinct.flags[number];
        if (w->word.size > 1)
            flags |= goes_on(s, points_of(&before), before.end, t.start);
        if (write_bytes(&w->flags, &flags, 1) != FINE)
            return NO_MEMORY;
        before = t;
    }
    return status;
}

static int find_windows(const Scan *s, Words *w)
{
    const Distinct *d = &w->distinct;
    const size_t count = w->word.size;
    const uint32_t *words = w->word.data;
    const uint8_t *flags = w->flags.data;
    for (size_t i = 0; i < count; i++) {
        uint32_t last = words[i], value = d->value[last];
        if (!value)
            continue;
        uint8_t capital = flags[i] & CAPITAL;
        if (value > 1 && capital &&
            (push32(&w->hit, (uint32_t)i) || push32(&w->hit, 1) || push32(&w->hit, value / 2 - 1)))
            return NO_MEMORY;
        uint64_t hash = d->hash[last];
        for (size_t k = i + 1; value & 1 && k < count && (flags[k] & (JOINED | EMPTY)) == JOINED; k++) {
            capital |= flags[k] & CAPITAL;
            if (capital && (push32(&w->open, (uint32_t)i) || push32(&w->open, (uint32_t)k)))
                return NO_MEMORY;
            if (!d->spaceless[last] || !d->spaceless[words[k]])
                hash = hash * PRIME + ' ';
            last = words[k];
            hash = joined_hash(hash, d->hash[last], d->size[last]);
            value = value_of(s, mixed(hash));
            if (value > 1 && capital &&
                (push32(&w->hit, (uint32_t)i) || push32(&w->hit, (uint32_t)(k - i + 1)) || push32(&w->hit, value / 2 - 1)))
                return NO_MEMORY;
        }
    }
    return FINE;
}

static void hash_all(Distinct *d)
{
    for (size_t i = 0; i < d->count; i++)
        d->hash[i] = d->flags[i] & EMPTY ? 0 : mixed(d->hash[i]);
}

PyDoc_STRVAR(scan_words_doc,
             "scan_words(text, (entries, blob, hashes, values, starts), fold, longest, secret)\n"
             "-> (start, end, word, flags, first, hash, hit, open) or None\n\n"
             "Twin of translit.unicode.scan.scan_words. The text is an ASCII str or UTF-8 bytes; entries (uint32) and blob (bytes) are\n"
             "the code points' classes and folded forms; fold folds one token that they do not suffice for; hashes (uint64) are\n"
             "sorted, values (uint32) are theirs, and starts (uint32, a power of two up to 2**24 and one) says where each of their\n"
             "buckets by leading bits begins. A token of more than longest code points is empty. secret is any secret odd number; no\n"
             "answer depends on it. None: the text has a code point beyond the entries.");

static PyObject *scan_words(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *arrays;
    Scan s = {0};
    Words w = {0};
    Buffer b[SCAN_BUFFERS] = {0};
    Py_ssize_t longest;
    unsigned long long secret;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "OO!OnK", &text, &PyTuple_Type, &arrays, &s.fold, &longest, &secret))
        return NULL;
    s.longest = longest > 0 ? (size_t)longest : 0;
    s.secret = secret | 1;
    if (begin_scan(&s, text, arrays, b) < 0)
        goto done;
    s.state = PyEval_SaveThread();
    int status = cut_text(&s, &w);
    if (status == FINE)
        status = find_windows(&s, &w);
    if (status == FINE)
        hash_all(&w.distinct);
    PyEval_RestoreThread(s.state);
    if (status == WIDER)
        result = Py_NewRef(Py_None);
    else if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue(
            "(NNNNNNNN)", as_bytes32(&w.start), as_bytes32(&w.end), as_bytes32(&w.word),
            PyByteArray_FromStringAndSize((const char *)w.flags.data, (Py_ssize_t)w.flags.size), as_bytes32(&w.first),
            PyByteArray_FromStringAndSize((const char *)w.distinct.hash, (Py_ssize_t)(w.distinct.count * sizeof(uint64_t))),
            as_bytes32(&w.hit), as_bytes32(&w.open));
done:
    free(w.start.data);
    free(w.end.data);
    free(w.word.data);
    free(w.first.data);
    free(w.hit.data);
    free(w.open.data);
    free(w.flags.data);
    free(w.distinct.slots);
    free(w.distinct.raw);
    free(w.distinct.hash);
    free(w.distinct.size);
    free(w.distinct.value);
    free(w.distinct.flags);
    free(w.distinct.spaceless);
    free(s.folded.data);
    give_back(b, SCAN_BUFFERS);
    return result;
}

PyMethodDef words_methods[] = {
    {"scan_words", scan_words, METH_VARARGS, scan_words_doc},
    {NULL, NULL, 0, NULL},
};
