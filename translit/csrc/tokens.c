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

/* The powers of PRIME from the eighth down to the 0th. */
#define P1 PRIME
#define P2 (P1 * P1)
#define P3 (P2 * P1)
#define P4 (P2 * P2)
#define P5 (P4 * P1)
#define P6 (P4 * P2)
#define P7 (P4 * P3)
#define P8 (P4 * P4)

/* letters_hash of eight bytes, zeros first; the products do not wait for one another. */
static inline uint64_t eight_hash(uint64_t bytes)
{
    return (bytes & 255) * P7 + (bytes >> 8 & 255) * P6 + (bytes >> 16 & 255) * P5 + (bytes >> 24 & 255) * P4 +
           (bytes >> 32 & 255) * P3 + (bytes >> 40 & 255) * P2 + (bytes >> 48 & 255) * P1 + (bytes >> 56);
}

int next_plain_piece(Scan *s, Piece *p)
{
    static const uint64_t powers[] = {1, P1, P2, P3, P4, P5, P6, P7};
    const uint8_t *const text = s->text;
    size_t at = s->at;
    while (at + 8 <= s->size && !small_of[text[at]] && text[at] < 0x80)
        at++;
    s->at = at;
    uint64_t hash = 0;
    for (; at + 8 <= s->size; at += 8) {
        uint64_t bytes = eight_at(text + at);
        const uint64_t letters = letters_among(bytes), others = ~(letters | between(bytes, '0', '9')) & EACH(0x80);
        bytes = with_small(bytes, letters);
        if (!others) {
            hash = hash * P8 + eight_hash(bytes);
            continue;
        }
        const uint32_t more = lowest_bit(others) / 8;
        const uint8_t behind = text[at + more];
        if (behind >= 0x80 || behind == '\'' || behind == '`')
            return 0;
        if (more)
            hash = hash * powers[more] + eight_hash(bytes << 8 * (8 - more));
        const size_t start = s->at, end = at + more, size = end - start;
        s->at = end;
        *p = (Piece){hash, (uint32_t)start, (uint32_t)s->extra, (uint32_t)end, (uint32_t)s->extra, (uint32_t)size, 0,
                     size > s->longest, 0};
        return 1;
    }
    return 0;
}

int next_piece(Scan *s, Piece *p, int *status)
{
    *status = FINE;
    if (next_plain_piece(s, p))
        return 1;
    Token t;
    if (!next_token(s, &t, status))
        return 0;
    *p = (Piece){t.hash, (uint32_t)t.start, (uint32_t)t.start_extra, (uint32_t)t.end, (uint32_t)t.end_extra, (uint32_t)t.size,
                 t.spaceless, (t.flags & EMPTY) != 0, t.context};
    return 1;
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

int take_points(Scan *s, PyObject *points, Buffer *b)
{
    static const Wanted wanted[POINT_BUFFERS] = {{"entries", 4, 1}, {"blob", 1, 1}};
    if (take_all(points, b, wanted, POINT_BUFFERS) < 0)
        return -1;
    s->entries = b[0].view.buf, s->blob = b[1].view.buf;
    s->known = (size_t)items(&b[0]), s->blob_size = (size_t)items(&b[1]);
    return 0;
}

int take_table(Scan *s, PyObject *table, Buffer *b)
{
    static const Wanted wanted[TABLE_BUFFERS] = {{"hashes", 8, 1}, {"values", 4, 1}, {"starts", 4, 1}};
    if (take_all(table, b, wanted, TABLE_BUFFERS) < 0)
        return -1;
    s->hashes = b[0].view.buf, s->values = b[1].view.buf, s->starts = b[2].view.buf;
    s->listed = (size_t)items(&b[0]);
    const size_t buckets = (size_t)items(&b[2]);
    s->shift = 64;
    while (s->shift > 40 && ((size_t)1 << (64 - s->shift)) + 1 < buckets)
        s->shift--;
    if (((size_t)1 << (64 - s->shift)) + 1 != buckets || items(&b[1]) != items(&b[0])) {
        PyErr_SetString(PyExc_ValueError, "starts must hold one item more than a power of two, values one for each hash");
        return -1;
    }
    return 0;
}

int begin_text(Scan *s, PyObject *text)
{
    Py_ssize_t size;
    char *bytes = NULL;
    if (PyUnicode_Check(text))
        s->text = (const uint8_t *)PyUnicode_AsUTF8AndSize(text, &size);
    else
        s->text = PyBytes_AsStringAndSize(text, &bytes, &size) < 0 ? NULL : (const uint8_t *)bytes;
    if (!s->text)
        return -1;
    if ((size_t)size >= UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "the text has four gigabytes or more");
        return -1;
    }
    s->size = (size_t)size;
    s->at = s->extra = 0;
    return 0;
}
