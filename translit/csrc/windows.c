/* Listed windows: the longest forms of the lexicon in a text, found or written anew in one pass. */

#include "tokens.h"

enum { PASS, LEAVE, WRITE, ASK };

/* The values of words met lately: most words come again soon, and the table is larger than the processor's caches. */
enum { LATELY_BITS = 12 };

typedef struct {
    uint64_t hash;
    uint32_t value;
} Lately;

typedef struct {
    Scan scan;
    const uint8_t *forms, *action, *data;
    const uint32_t *form_starts, *row, *row_starts;
    size_t form_count, forms_size, rows, data_size;
    PyObject *ask; /* NULL: windows are told, not written */
    Column32 found;
    Bytes out;
    size_t copied; /* bytes of the text that `out` has */
    Token *tokens; /* read ahead */
    size_t head, tail, room;
    int end; /* of the text */
    Lately *lately;
} Listing;

enum { STEP = 10, MANY = 1 << 18 };

static uint32_t value_lately(Listing *l, uint64_t hash)
{
    Lately *known = &l->lately[hash & ((1 << LATELY_BITS) - 1)];
    if (known->hash != hash)
        *known = (Lately){hash, value_of(&l->scan, hash)};
    return known->value;
}

/* What a token that is a form by itself will need when it is written, in three steps, each of which needs the one before. */
static void fetch_form(Listing *l, const Token *t, int step)
{
    const uint32_t value = t->flags & EMPTY ? 0 : value_lately(l, mixed(t->hash));
    const size_t form = value / 2 - 1;
    if (value < 2 || form >= l->form_count)
        return;
    if (step == 0) {
        PREFETCH(l->action + form);
        PREFETCH(l->form_starts + form);
        if (l->ask)
            PREFETCH(l->row + form);
    } else if (step == 1) {
        PREFETCH(l->forms + l->form_starts[form]);
        if (l->ask && l->row[form] < l->rows)
            PREFETCH(l->row_starts + l->row[form]);
    } else if (l->ask && l->row[form] < l->rows) {
        PREFETCH(l->data + l->row_starts[l->row[form]]);
    }
}

/* Let the token `n` behind the head be read, and some more, where there is one; *there says so. */
static int read_ahead(Listing *l, size_t n, int *there)
{
    int status = FINE;
    const int many = l->scan.listed > MANY;
    while (l->tail - l->head <= n + (many ? 5 * STEP : 0) && !l->end) {
        if (l->tail == l->room) {
            if (l->head > l->room / 2) {
                memmove(l->tokens, l->tokens + l->head, (l->tail - l->head) * sizeof *l->tokens);
                l->tail -= l->head;
                l->head = 0;
            } else {
                const size_t room = l->room ? 2 * l->room : 256;
                Token *tokens = realloc(l->tokens, room * sizeof *tokens);
                if (!tokens)
                    return NO_MEMORY;
                l->tokens = tokens;
                l->room = room;
            }
        }
        if (next_token(&l->scan, &l->tokens[l->tail], &status)) {
            const size_t last = l->tail++;
            if (many) {
                fetch_bucket(&l->scan, mixed(l->tokens[last].hash));
                if (last >= l->head + STEP)
                    fetch_row(&l->scan, mixed(l->tokens[last - STEP].hash));
                for (size_t step = 0; step < 3 && last >= l->head + (step + 2) * STEP; step++)
                    fetch_form(l, &l->tokens[last - (step + 2) * STEP], (int)step);
            }
        } else {
            l->end = 1;
        }
        if (status != FINE)
            return status;
    }
    *there = l->tail - l->head > n;
    return FINE;
}

/* Write the folded letters of a token behind those in `folded`. */
static int fold_letters(Listing *l, const Token *t)
{
    Scan *s = &l->scan;
    Bytes *out = &s->folded;
    if (t->context) {
        /* Folding in Python writes to the same place: keep what stands there. */
        const Bytes kept = *out;
        Token copy = *t;
        *out = (Bytes){0};
        int status = fold_in_python(s, &copy);
        const Bytes word = *out;
        *out = kept;
        if (status == FINE)
            status = write_bytes(out, word.data, word.size);
        free(word.data);
        return status;
    }
    for (size_t at = t->start; at < t->end;) {
        uint32_t point;
        at += code_point(s->text + at, &point);
        int status = FINE;
        if (point < 0x80) {
            const uint8_t letter = small_of[point];
            if (letter)
                status = write_bytes(out, &letter, 1);
        } else {
            const size_t offset = s->entries[point] >> FLAG_BITS;
            status = write_bytes(out, s->blob + offset + 1, s->blob[offset]);
        }
        if (status != FINE)
            return status;
    }
    return FINE;
}

static int same_but_for_case(const uint8_t *left, const uint8_t *right, size_t size)
{
    uint8_t other = 0;
    for (size_t i = 0; i < size; i++)
        other |= lower(left[i]) ^ lower(right[i]);
    return !other;
}

/* Whether `count` tokens from the head are written as a form is, whatever the case. */
static int is_spelled(const Listing *l, size_t count, size_t form)
{
    const size_t start = l->tokens[l->head].start, size = l->tokens[l->head + count - 1].end - start, from = l->form_starts[form];
    return l->form_starts[form + 1] - from == size && same_but_for_case(l->scan.text + start, l->forms + from, size);
}

/* Whether the letters of `count` tokens from the head are those of a form. */
static int is_form(Listing *l, size_t count, size_t form, int *same)
{
    const size_t low = l->form_starts[form], high = l->form_starts[form + 1];
    if (low > high || high > l->forms_size)
        return OUT_OF_RANGE;
    *same = is_spelled(l, count, form);
    if (*same)
        return FINE;
    Bytes *folded = &l->scan.folded;
    folded->size = 0;
    for (size_t k = 0; k < count; k++) {
        const Token *t = &l->tokens[l->head + k];
        int status = FINE;
        if (k && (!t->spaceless || !t[-1].spaceless))
            status = write_bytes(folded, (const uint8_t *)" ", 1);
        if (status == FINE)
            status = fold_letters(l, t);
        if (status != FINE)
            return status;
    }
    *same = high - low == folded->size && !memcmp(l->forms + low, folded->data, folded->size);
    return FINE;
}

/* The longest listed window from the head on that is not passed over: its count of tokens, 0 for none. */
static int longest_window(Listing *l, size_t *count, size_t *form)
{
    const Scan *s = &l->scan;
    *count = 0;
    uint64_t hash = l->tokens[l->head].hash;
    uint32_t value = l->tokens[l->head].flags & EMPTY ? 0 : value_lately(l, mixed(hash));
    for (size_t k = 1; value; k++) {
        int there = 0, same = 0, status = FINE;
        if (value > 1) {
            const size_t number = value / 2 - 1;
            if (number >= l->form_count)
                return OUT_OF_RANGE;
            if (l->action[number] != PASS)
                status = is_form(l, k, number, &same);
            if (status != FINE)
                return status;
            if (same) {
                *count = k;
                *form = number;
            }
        }
        if (!(value & 1))
            return FINE;
        status = read_ahead(l, k, &there);
        if (status != FINE || !there)
            return status;
        const Token *last = &l->tokens[l->head + k - 1], *t = last + 1;
        if (t->flags & EMPTY || !goes_on(s, points_of(last), last->end, t->start))
            return FINE;
        if (!last->spaceless || !t->spaceless)
            hash = hash * PRIME + ' ';
        hash = hash * power_of(t->size) + t->hash;
        value = value_of(s, mixed(hash));
    }
    return FINE;
}

enum { OTHERWISE, MIXED };

/* Whether some bytes are ASCII with a capital and a small letter among them. */
static int case_of(const uint8_t *at, size_t size)
{
    uint8_t all = 0, capital = 0, small = 0;
    for (size_t i = 0; i < size; i++) {
        all |= at[i];
        capital |= (uint8_t)(at[i] - 'A') < 26;
        small |= (uint8_t)(at[i] - 'a') < 26;
    }
    return all < 0x80 && capital && small ? MIXED : OTHERWISE;
}

static int written_for(Listing *l, size_t start, size_t end, const uint8_t *data, size_t size)
{
    int status = write_bytes(&l->out, l->scan.text + l->copied, start - l->copied);
    if (status == FINE)
        status = write_bytes(&l->out, data, size);
    l->copied = end;
    return status;
}

/* Ask in Python what becomes of a window; the GIL is held meanwhile. */
static int ask_in_python(Listing *l, const Token *first, const Token *last, size_t form)
{
    Scan *s = &l->scan;
    int status = FAILED;
    PyEval_RestoreThread(s->state);
    PyObject *said = PyObject_CallFunction(l->ask, "nnn", (Py_ssize_t)(first->start - first->start_extra),
                                           (Py_ssize_t)(last->end - last->end_extra), (Py_ssize_t)form);
    if (said == Py_None) {
        status = FINE;
    } else if (said) {
        PyObject *bytes = PyUnicode_AsEncodedString(said, "utf-8", "surrogatepass");
        char *data;
        Py_ssize_t size;
        if (bytes && PyBytes_AsStringAndSize(bytes, &data, &size) == 0)
            status = written_for(l, first->start, last->end, (const uint8_t *)data, (size_t)size);
        Py_XDECREF(bytes);
    }
    Py_XDECREF(said);
    s->state = PyEval_SaveThread();
    return status;
}

static int handle(Listing *l, size_t count, size_t form)
{
    const Token *first = &l->tokens[l->head], *last = first + count - 1;
    const uint8_t action = l->action[form];
    if (action == LEAVE)
        return FINE;
    if (!l->ask)
        return push32(&l->found, (uint32_t)(first->start - first->start_extra)) ||
                       push32(&l->found, (uint32_t)(last->end - last->end_extra)) || push32(&l->found, (uint32_t)form)
                   ? NO_MEMORY
                   : FINE;
    const uint8_t *raw = l->scan.text + first->start;
    const size_t size = last->end - first->start;
    if (action != WRITE || !is_spelled(l, count, form) || case_of(raw, size) != MIXED)
        return ask_in_python(l, first, last, form);
    const size_t row = l->row[form];
    if (row >= l->rows)
        return OUT_OF_RANGE;
    const size_t low = l->row_starts[row], high = l->row_starts[row + 1];
    if (low > high || high > l->data_size)
        return OUT_OF_RANGE;
    if (high - low == size && same_but_for_case(raw, l->data + low, size))
        return FINE;
    return written_for(l, first->start, last->end, l->data + low, high - low);
}

static int list_all(Listing *l)
{
    for (;;) {
        int there = 0;
        int status = read_ahead(l, 0, &there);
        if (status != FINE || !there)
            return status;
        size_t count, form = 0;
        status = longest_window(l, &count, &form);
        if (status == FINE && count)
            status = handle(l, count, form);
        if (status != FINE)
            return status;
        l->head += count ? count : 1;
        if (l->head == l->tail)
            l->head = l->tail = 0;
    }
}

PyDoc_STRVAR(listed_windows_doc,
             "find_listed or replace_listed(text, (entries, blob, hashes, values, starts), fold, longest, (forms, form_starts, action), written)\n"
             "-> bytearray of uint32, str or None\n\n"
             "Twin of find_listed and, where written is (row, data, starts, ask) rather than None, of replace_listed in\n"
             "translit.unicode.scan; see scan_words for the first arguments. None: the text has a code point beyond the entries.");

static PyObject *listed_windows(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *arrays, *forms, *written, *given[6] = {0};
    Listing l = {0};
    Buffer b[SCAN_BUFFERS + 6] = {0};
    Py_ssize_t longest;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "OO!OnO!O", &text, &PyTuple_Type, &arrays, &l.scan.fold, &longest, &PyTuple_Type, &forms, &written))
        return NULL;
    l.scan.longest = longest > 0 ? (size_t)longest : 0;
    if (begin_scan(&l.scan, text, arrays, b) < 0 || !PyArg_ParseTuple(forms, "OOO", &given[0], &given[1], &given[2]))
        goto done;
    if (written != Py_None && (!PyTuple_Check(written) || !PyArg_ParseTuple(written, "OOOO", &given[3], &given[4], &given[5], &l.ask))) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "written must be a tuple or None");
        goto done;
    }
    static const char *const names[] = {"forms", "form_starts", "action", "row", "data", "row_starts"};
    static const int width[] = {1, 4, 1, 4, 1, 4};
    Buffer *const own = b + SCAN_BUFFERS;
    for (int i = 0; i < (l.ask ? 6 : 3); i++)
        if (take(given[i], &own[i], width[i], 1, names[i]) < 0)
            goto done;
    l.forms = own[0].view.buf, l.form_starts = own[1].view.buf, l.action = own[2].view.buf;
    l.forms_size = (size_t)items(&own[0]), l.form_count = (size_t)items(&own[2]);
    int fits = items(&own[1]) == items(&own[2]) + 1;
    if (l.ask) {
        l.row = own[3].view.buf, l.data = own[4].view.buf, l.row_starts = own[5].view.buf;
        l.data_size = (size_t)items(&own[4]), l.rows = items(&own[5]) ? (size_t)items(&own[5]) - 1 : 0;
        fits = fits && items(&own[3]) == items(&own[2]);
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    l.lately = calloc((size_t)1 << LATELY_BITS, sizeof *l.lately);
    if (!l.lately) {
        PyErr_NoMemory();
        goto done;
    }
    l.scan.state = PyEval_SaveThread();
    int status = list_all(&l);
    if (status == FINE && l.ask)
        status = write_bytes(&l.out, l.scan.text + l.copied, l.scan.size - l.copied);
    PyEval_RestoreThread(l.scan.state);
    if (status == WIDER)
        result = Py_NewRef(Py_None);
    else if (status != FINE)
        fail(status);
    else if (l.ask)
        result = PyUnicode_DecodeUTF8((const char *)l.out.data, (Py_ssize_t)l.out.size, "surrogatepass");
    else
        result = as_bytes32(&l.found);
done:
    free(l.found.data);
    free(l.out.data);
    free(l.tokens);
    free(l.lately);
    free(l.scan.folded.data);
    give_back(b, SCAN_BUFFERS + 6);
    return result;
}

PyMethodDef windows_methods[] = {
    {"find_listed", listed_windows, METH_VARARGS, listed_windows_doc},
    {"replace_listed", listed_windows, METH_VARARGS, listed_windows_doc},
    {NULL, NULL, 0, NULL},
};
