/* The tokens of a text; unicode/scan.py. */

#include "tokens.h"

/* Whether the first character of some folded bytes is of a script without spaces. */
static int begins_spaceless(const Scan *s, const uint8_t *folded, uint8_t *spaceless)
{
    uint32_t point;
    *spaceless = 0;
    if (folded[0] < 0x80)
        return FINE;
    code_point(folded, &point);
    if (point >= s->known)
        return WIDER;
    *spaceless = s->entries[point] & SPACELESS;
    return FINE;
}

static int append(const Scan *s, Token *t, uint32_t entry)
{
    const size_t offset = entry >> FLAG_BITS;
    if (entry & CONTEXT) {
        t->context = 1;
        return FINE;
    }
    if (offset >= s->blob_size || offset + s->blob[offset] >= s->blob_size)
        return OUT_OF_RANGE;
    const size_t size = s->blob[offset];
    if (!size)
        return FINE;
    if ((t->before & ENDS_MARK && entry & (BEGINS_MARK | BEGINS_SECOND)) || (t->before & ENDS_FIRST && entry & BEGINS_SECOND))
        t->context = 1;
    if (!t->size) {
        const int status = begins_spaceless(s, s->blob + offset + 1, &t->spaceless);
        if (status != FINE)
            return status;
    }
    t->before = entry;
    t->size += size;
    t->hash = letters_hash(t->hash, s->blob + offset + 1, size);
    return FINE;
}

/* Go on with a token as far as it reaches. */
static int run(Scan *s, Token *t, uint32_t goes_on)
{
    while (s->at < s->size) {
        uint8_t c = s->text[s->at], letter = small_of[c];
        if (letter && goes_on == INNER) {
            const uint8_t *const text = s->text;
            const uint64_t secret = s->secret;
            size_t at = s->at;
            uint64_t hash = t->hash, raw = t->running;
            do {
                hash = hash * PRIME + letter;
                raw = raw * secret + c;
                c = ++at < s->size ? text[at] : 0;
            } while ((letter = small_of[c]));
            t->hash = hash;
            t->raw = t->running = raw;
            t->size += at - s->at;
            t->before = ENDS_FIRST;
            t->end = s->at = at;
            t->end_extra = s->extra;
            continue;
        }
        if (c < 0x80) {
            if (goes_on != INNER || (c != '\'' && c != '`'))
                return FINE;
            t->running = t->running * s->secret + c;
            s->at++;
            continue;
        }
        uint32_t point;
        const size_t bytes = code_point(s->text + s->at, &point);
        if (point >= s->known)
            return WIDER;
        const uint32_t entry = s->entries[point];
        if (!(entry & goes_on))
            return FINE;
        const int status = append(s, t, entry);
        if (status != FINE)
            return status;
        t->running = t->running * s->secret + point;
        s->at += bytes;
        s->extra += bytes - 1;
        if (!(entry & TRAILING)) {
            t->end = s->at;
            t->end_extra = s->extra;
            t->raw = t->running;
        }
    }
    return FINE;
}

/* Whether the first letter of a token is a capital, or of a script without capitals. */
static uint8_t is_capital(const Scan *s, const Token *t)
{
    for (size_t at = t->start; at < t->end;) {
        uint32_t point;
        at += code_point(s->text + at, &point);
        if (point < 0x80) {
            if ((uint32_t)((point | 32) - 'a') < 26)
                return point < 'a' ? CAPITAL : 0;
        } else if (s->entries[point] & CASED) {
            return s->entries[point] & SMALL ? 0 : CAPITAL;
        }
    }
    return 0;
}

int fold_in_python(Scan *s, Token *t)
{
    int status = FAILED;
    PyEval_RestoreThread(s->state);
    PyObject *word = PyUnicode_DecodeUTF8((const char *)s->text + t->start, (Py_ssize_t)(t->end - t->start), "strict");
    PyObject *folded = word ? PyObject_CallFunctionObjArgs(s->fold, word, NULL) : NULL;
    Py_ssize_t size;
    const char *bytes = folded ? PyUnicode_AsUTF8AndSize(folded, &size) : NULL;
    if (bytes) {
        t->hash = letters_hash(0, (const uint8_t *)bytes, (size_t)size);
        t->size = (uint64_t)size;
        s->folded.size = 0;
        status = write_bytes(&s->folded, (const uint8_t *)bytes, (size_t)size);
        if (status == FINE && size)
            status = begins_spaceless(s, s->folded.data, &t->spaceless);
    }
    Py_XDECREF(folded);
    Py_XDECREF(word);
    s->state = PyEval_SaveThread();
    return status;
}

int next_token(Scan *s, Token *t, int *status)
{
    *status = FINE;
    while (s->at < s->size) {
        const uint8_t c = s->text[s->at];
        uint32_t goes_on = INNER;
        if (c < 0x80 && !small_of[c]) {
            s->at++;
            continue;
        }
        *t = (Token){.start = s->at, .start_extra = s->extra, .end = s->at, .end_extra = s->extra};
        if (c >= 0x80) {
            uint32_t point;
            const size_t bytes = code_point(s->text + s->at, &point);
            if (point >= s->known) {
                *status = WIDER;
                return 0;
            }
            const uint32_t entry = s->entries[point];
            if (entry & (SPACELESS | START))
                *status = append(s, t, entry);
            s->at += bytes;
            s->extra += bytes - 1;
            if (*status != FINE)
                return 0;
            if (!(entry & (SPACELESS | START)))
                continue;
            t->running = point;
            if (!(entry & TRAILING)) {
                t->raw = t->running;
                t->end = s->at;
                t->end_extra = s->extra;
            }
            goes_on = entry & SPACELESS ? MARK : INNER;
        }
        *status = run(s, t, goes_on);
        if (*status != FINE)
            return 0;
        t->flags = is_capital(s, t);
        if (t->end - t->start > s->longest && (t->end - t->end_extra) - (t->start - t->start_extra) > s->longest)
            t->size = 0;
        else if (t->context)
            *status = fold_in_python(s, t);
        if (!t->size)
            t->flags |= EMPTY;
        return *status == FINE;
    }
    return 0;
}

static int is_blank(uint32_t point)
{
    return point == ' ' || point == '\t' || point == 0xa0;
}

uint8_t goes_on(const Scan *s, size_t before, size_t low, size_t high)
{
    uint32_t gap[7];
    size_t n = 0, k = 0;
    if (high - low == 1 && (s->text[low] == ' ' || s->text[low] == '-'))
        return JOINED;
    if (high - low > 6 * 4)
        return 0;
    for (size_t at = low; at < high; n++) {
        if (n == 6)
            return 0;
        at += code_point(s->text + at, &gap[n]);
    }
    if (n == 1 && (gap[0] == '-' || gap[0] == 0x2010 || gap[0] == 0x2011 || gap[0] == 0x2013 || gap[0] == 0xad))
        return JOINED;
    if (n && gap[0] == '.') {
        const int blank = n == 1 || (n == 2 && (gap[1] == ' ' || gap[1] == 0xa0));
        return blank && before == 1 ? JOINED : 0;
    }
    while (k < n && k < 2 && (is_blank(gap[k]) || gap[k] == 0x202f))
        k++;
    k += k < n && gap[k] == '\r';
    k += k < n && gap[k] == '\n';
    for (size_t most = k + 2; k < n && k < most && is_blank(gap[k]);)
        k++;
    return k == n ? JOINED : 0;
}

static const char *const scan_names[] = {"entries", "blob", "hashes", "values", "starts"};
static const int scan_widths[] = {4, 1, 8, 4, 4};

int begin_scan(Scan *s, PyObject *text, PyObject *arrays, Buffer *b)
{
    PyObject *given[SCAN_BUFFERS];
    Py_ssize_t size;
    if (PyUnicode_Check(text)) {
        s->text = (const uint8_t *)PyUnicode_AsUTF8AndSize(text, &size);
        if (!s->text)
            return -1;
    } else {
        char *bytes;
        if (PyBytes_AsStringAndSize(text, &bytes, &size) < 0)
            return -1;
        s->text = (const uint8_t *)bytes;
    }
    s->size = (size_t)size;
    if (s->size >= UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "the text has four gigabytes or more");
        return -1;
    }
    if (!PyArg_ParseTuple(arrays, "OOOOO", &given[0], &given[1], &given[2], &given[3], &given[4]))
        return -1;
    for (int i = 0; i < SCAN_BUFFERS; i++)
        if (take(given[i], &b[i], scan_widths[i], 1, scan_names[i]) < 0)
            return -1;
    s->entries = b[0].view.buf, s->blob = b[1].view.buf;
    s->hashes = b[2].view.buf, s->values = b[3].view.buf, s->starts = b[4].view.buf;
    s->known = (size_t)items(&b[0]), s->blob_size = (size_t)items(&b[1]), s->listed = (size_t)items(&b[2]);
    s->buckets = (size_t)items(&b[4]);
    s->shift = 64;
    while (s->shift > 40 && ((size_t)1 << (64 - s->shift)) + 1 < s->buckets)
        s->shift--;
    if (((size_t)1 << (64 - s->shift)) + 1 != s->buckets || items(&b[3]) != items(&b[2])) {
        PyErr_SetString(PyExc_ValueError, "starts must hold one item more than a power of two, values one for each hash");
        return -1;
    }
    return 0;
}
