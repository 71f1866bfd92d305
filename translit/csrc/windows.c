/* Listed windows: the longest forms of a listing in texts, found or written anew in one pass. */

#include "listings.h"
#include "tokens.h"

/* A token, and what the listing says of it alone. */
typedef struct {
    Piece piece;
    const Slot *slot;
} Ahead;

typedef struct {
    Scan scan;
    const Compiled *listing;
    PyObject *text, *ask; /* ask is NULL where windows are told, not written */
    Column32 found;
    Bytes out;
    size_t copied, changes; /* bytes of the text that `out` has; windows written otherwise */
    Ahead *tokens;          /* read ahead, from `head` to `tail` */
    size_t head, tail, room;
    int end; /* of the text */
} Listing;

/* Tokens read at once: what a look-up needs is on its way from memory while the others are read, and is still in a cache then. */
enum { AT_ONCE = 64 };

/* ---- reading ahead ---- */

/* The hash of a window that goes on with another token. */
static inline uint64_t wider(uint64_t hash, const Piece *last, const Piece *next)
{
    if (!last->spaceless || !next->spaceless)
        hash = hash * PRIME + ' ';
    return hash * power_of(next->size) + next->hash;
}

static int make_place(Listing *l)
{
    if (l->head) {
        memmove(l->tokens, l->tokens + l->head, (l->tail - l->head) * sizeof *l->tokens);
        l->tail -= l->head;
        l->head = 0;
    }
    l->tokens = with_room(l->tokens, &l->room, l->tail + AT_ONCE, sizeof *l->tokens);
    return l->tokens ? FINE : NO_MEMORY;
}

/* Read some tokens, and ask for the lines of memory that their look-up will need. */
static int read_on(Listing *l)
{
    const Compiled *const c = l->listing;
    int status = make_place(l);
    uint64_t hashes[AT_ONCE];
    size_t likely[AT_ONCE], count = 0, found = 0;
    Ahead *const ahead = l->tokens + l->tail;
    while (status == FINE && count < AT_ONCE && !l->end) {
        if (next_piece(&l->scan, &ahead[count].piece, &status)) {
            hashes[count] = mixed(ahead[count].piece.hash);
            PREFETCH(filter_of(c, hashes[count]));
            count++;
        } else {
            l->end = 1;
        }
    }
    if (status != FINE)
        return status;
    l->tail += count;
    for (size_t i = 0; i < count; i++) {
        ahead[i].slot = NULL;
        likely[found] = i;
        found += may_be_listed(c, hashes[i]) && !ahead[i].piece.empty;
    }
    for (size_t k = 0; k < found; k++)
        PREFETCH(home_of(c, hashes[likely[k]]));
    for (size_t k = 0; k < found; k++) {
        const size_t i = likely[k];
        const Slot *const slot = ahead[i].slot = slot_of(c, hashes[i]);
        if (slot && slot->value > 1)
            PREFETCH(record_of(c, slot));
        if (slot && slot->value & 1 && i + 1 < count)
            PREFETCH(home_of(c, mixed(wider(ahead[i].piece.hash, &ahead[i].piece, &ahead[i + 1].piece))));
    }
    return FINE;
}

/* Let the token `n` behind the head be read where there is one; *there says so. */
static inline int read_ahead(Listing *l, size_t n, int *there)
{
    int status = FINE;
    while (l->tail - l->head <= n && !l->end && status == FINE)
        status = read_on(l);
    *there = l->tail - l->head > n;
    return status;
}

/* ---- letters ---- */

/* Write the folded letters of a token behind those in `folded`. */
static int fold_letters(Listing *l, const Piece *p)
{
    Scan *s = &l->scan;
    Bytes *out = &s->folded;
    if (p->context) {
        /* Folding in Python writes to the same place: keep what stands there. */
        const Bytes kept = *out;
        Token token = {.start = p->start, .end = p->end};
        *out = (Bytes){0};
        int status = fold_in_python(s, &token);
        const Bytes word = *out;
        *out = kept;
        if (status == FINE)
            status = write_bytes(out, word.data, word.size);
        free(word.data);
        return status;
    }
    for (size_t at = p->start; at < p->end;) {
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

/* How a window is written: with other signs than its form, with the same but for case, or so in ASCII with capitals and small letters. */
enum { OTHERWISE, SPELLED, MIXED };

static int spelling_of(const Listing *l, size_t start, size_t end, const Record *form)
{
    const uint8_t *const text = l->scan.text, *const letters = letters_of(form);
    if (end - start != form->size)
        return OTHERWISE;
    uint64_t every = 0, capital = 0, small = 0;
    for (size_t at = start; at < end; at += 8) {
        const size_t left = end - at;
        uint64_t bytes = at + 8 <= l->scan.size ? eight_at(text + at) : some_at(text + at, left);
        if (left < 8)
            bytes &= (UINT64_C(1) << 8 * left) - 1;
        const uint64_t found = letters_among(bytes);
        if (with_small(bytes, found) != eight_at(letters + (at - start)))
            return OTHERWISE;
        every |= bytes;
        /* The bit that tells the case, where the mark of a letter stands. */
        capital |= found & ~(bytes << 2);
        small |= found & bytes << 2;
    }
    return !(every & EACH(0x80)) && capital && small ? MIXED : SPELLED;
}

/* Whether the letters of `count` tokens from the head are those of a form, and how they are written. */
static int is_form(Listing *l, size_t count, const Record *form, int *same, int *spelling)
{
    const Ahead *const first = &l->tokens[l->head];
    *spelling = spelling_of(l, first->piece.start, first[count - 1].piece.end, form);
    *same = *spelling != OTHERWISE;
    if (*same)
        return FINE;
    Bytes *folded = &l->scan.folded;
    folded->size = 0;
    for (size_t k = 0; k < count; k++) {
        const Piece *const p = &first[k].piece;
        int status = FINE;
        if (k && (!p->spaceless || !first[k - 1].piece.spaceless))
            status = write_bytes(folded, (const uint8_t *)" ", 1);
        if (status == FINE)
            status = fold_letters(l, p);
        if (status != FINE)
            return status;
    }
    *same = form->size == folded->size && !memcmp(letters_of(form), folded->data, folded->size);
    return FINE;
}

/* ---- windows ---- */

/* A listed window from the head on. */
typedef struct {
    size_t count; /* of tokens; 0: there is none */
    const Record *form;
    int spelling;
} Window;

/* The longest listed window from the head on. */
static int longest_window(Listing *l, const Slot *slot, Window *longest)
{
    const Compiled *const c = l->listing;
    uint64_t hash = l->tokens[l->head].piece.hash;
    for (size_t k = 1; slot; k++) {
        int there = 0, same = 0, status = FINE;
        if (slot->value > 1) {
            const Record *const form = record_of(c, slot);
            int spelling;
            status = is_form(l, k, form, &same, &spelling);
            if (status != FINE)
                return status;
            if (same)
                *longest = (Window){k, form, spelling};
        }
        if (!(slot->value & 1))
            return FINE;
        status = read_ahead(l, k, &there);
        if (status != FINE || !there)
            return status;
        const Piece *const last = &l->tokens[l->head + k - 1].piece, *const next = &l->tokens[l->head + k].piece;
        const size_t points = (last->end - last->end_extra) - (last->start - last->start_extra);
        if (next->empty || !goes_on(&l->scan, points, last->end, next->start))
            return FINE;
        hash = wider(hash, last, next);
        slot = slot_of(c, mixed(hash));
    }
    return FINE;
}

static int written_for(Listing *l, size_t start, size_t end, const uint8_t *data, size_t size)
{
    int status = write_bytes(&l->out, l->scan.text + l->copied, start - l->copied);
    if (status == FINE)
        status = write_bytes(&l->out, data, size);
    l->copied = end;
    l->changes++;
    return status;
}

/* Ask in Python what becomes of a window; the GIL is held meanwhile. */
static int ask_in_python(Listing *l, const Piece *first, const Piece *last, size_t form)
{
    Scan *s = &l->scan;
    int status = FAILED;
    PyEval_RestoreThread(s->state);
    PyObject *said = PyObject_CallFunction(l->ask, "Onnn", l->text, (Py_ssize_t)(first->start - first->start_extra),
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

static int handle(Listing *l, const Window *window)
{
    const Record *const form = window->form;
    if (form->action == LEAVE)
        return FINE;
    const Piece *first = &l->tokens[l->head].piece, *last = &l->tokens[l->head + window->count - 1].piece;
    if (!l->ask)
        return push32(&l->found, first->start - first->start_extra) || push32(&l->found, last->end - last->end_extra) ||
                       push32(&l->found, form->form)
                   ? NO_MEMORY
                   : FINE;
    if (form->action == ASK || window->spelling != MIXED)
        return ask_in_python(l, first, last, form->form);
    return form->action == KEEP ? FINE : written_for(l, first->start, last->end, written_of(form), form->written);
}

static int list_all(Listing *l)
{
    for (;;) {
        if (l->head == l->tail) {
            int there;
            const int status = read_ahead(l, 0, &there);
            if (status != FINE || !there)
                return status;
        }
        const Slot *const slot = l->tokens[l->head].slot;
        if (!slot) {
            l->head++;
            continue;
        }
        Window window = {0};
        int status = longest_window(l, slot, &window);
        if (status == FINE && window.count)
            status = handle(l, &window);
        if (status != FINE)
            return status;
        l->head += window.count ? window.count : 1;
    }
}

/* ---- texts ---- */

/* One text, an ASCII str or UTF-8 bytes, searched from its beginning. */
static int list_text(Listing *l, PyObject *text)
{
    l->head = l->tail = l->copied = l->changes = l->out.size = l->found.size = 0;
    l->end = 0;
    if (begin_text(&l->scan, text) < 0)
        return FAILED;
    l->scan.state = PyEval_SaveThread();
    const int status = list_all(l);
    PyEval_RestoreThread(l->scan.state);
    return status;
}

static void end_listing(Listing *l, Buffer *b)
{
    free(l->found.data);
    free(l->out.data);
    free(l->tokens);
    free(l->scan.folded.data);
    give_back(b, POINT_BUFFERS);
}

PyDoc_STRVAR(find_listed_doc, "find_listed(text, (entries, blob), fold, longest, listing) -> bytearray of uint32 or None\n\n"
                              "Twin of translit.unicode.scan.find_listed; see scan_words for the first arguments. listing is of\n"
                              "compile_listing. None: the text has a code point beyond the entries.");

static PyObject *find_listed(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *points, *capsule, *result = NULL;
    Listing l = {0};
    Buffer b[POINT_BUFFERS] = {0};
    Py_ssize_t longest;
    if (!PyArg_ParseTuple(args, "OO!OnO", &text, &PyTuple_Type, &points, &l.scan.fold, &longest, &capsule))
        return NULL;
    l.scan.longest = longest > 0 ? (size_t)longest : 0;
    l.listing = compiled_of(capsule);
    if (l.listing && take_points(&l.scan, points, b) == 0) {
        const int status = list_text(&l, text);
        result = status == FINE ? as_bytes32(&l.found) : status == WIDER ? Py_NewRef(Py_None) : fail(status);
    }
    end_listing(&l, b);
    return result;
}

/* What became of the text that was searched last, and how many windows changed. */
static PyObject *rewritten(Listing *l)
{
    if (!l->changes)
        return Py_BuildValue("On", l->text, (Py_ssize_t)0);
    if (write_bytes(&l->out, l->scan.text + l->copied, l->scan.size - l->copied) != FINE)
        return PyErr_NoMemory();
    PyObject *text = PyUnicode_DecodeUTF8((const char *)l->out.data, (Py_ssize_t)l->out.size, "surrogatepass");
    return text ? Py_BuildValue("Nn", text, (Py_ssize_t)l->changes) : NULL;
}

PyDoc_STRVAR(replace_listed_doc,
             "replace_listed(texts, bytes, (entries, blob), fold, longest, listing, ask) -> list of (str, int) or None\n\n"
             "Twin of translit.unicode.scan.replace_listed. texts is a list of str, bytes one of the same as scan_words takes them;\n"
             "listing is of compile_listing. None: a text has a code point beyond the entries.");

static PyObject *replace_listed(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *texts, *bytes, *points, *capsule, *result = NULL;
    Listing l = {0};
    Buffer b[POINT_BUFFERS] = {0};
    Py_ssize_t longest;
    if (!PyArg_ParseTuple(args, "O!O!O!OnOO", &PyList_Type, &texts, &PyList_Type, &bytes, &PyTuple_Type, &points, &l.scan.fold,
                          &longest, &capsule, &l.ask))
        return NULL;
    const Py_ssize_t count = PyList_Size(texts);
    l.scan.longest = longest > 0 ? (size_t)longest : 0;
    l.listing = compiled_of(capsule);
    if (l.listing && take_points(&l.scan, points, b) == 0)
        result = PyList_New(count);
    for (Py_ssize_t i = 0; result && i < count; i++) {
        PyObject *const text = PyList_GetItem(bytes, i);
        l.text = PyList_GetItem(texts, i);
        const int status = text && l.text ? list_text(&l, text) : FAILED;
        PyObject *const row = status == FINE ? rewritten(&l) : NULL;
        if (row && PyList_SetItem(result, i, row) == 0)
            continue;
        Py_CLEAR(result);
        if (status == WIDER)
            result = Py_NewRef(Py_None);
        else if (status != FINE)
            fail(status);
        break;
    }
    end_listing(&l, b);
    return result;
}

PyMethodDef windows_methods[] = {
    {"find_listed", find_listed, METH_VARARGS, find_listed_doc},
    {"replace_listed", replace_listed, METH_VARARGS, replace_listed_doc},
    {NULL, NULL, 0, NULL},
};
