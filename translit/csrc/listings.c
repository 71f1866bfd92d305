/* Listings laid out for looking up: one record for each window, and one for each form with all that a replacement needs. */

#include "listings.h"

static const char *const CAPSULE = "translit.listing";

static void let_go(Compiled *c)
{
    if (c) {
        free(c->slots);
        free(c->records);
        free(c->filter);
        free(c);
    }
}

static void capsule_done(PyObject *capsule)
{
    let_go(PyCapsule_GetPointer(capsule, CAPSULE));
}

const Compiled *compiled_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, CAPSULE);
}

typedef struct {
    const uint64_t *hashes;
    const uint32_t *values, *form_starts, *row, *row_starts;
    const uint8_t *forms, *action, *data;
    size_t windows, form_count, forms_size, rows, data_size;
} Given;

static int same_but_for_case(const uint8_t *left, const uint8_t *right, size_t size)
{
    uint8_t other = 0;
    for (size_t i = 0; i < size; i++)
        other |= lower(left[i]) ^ lower(right[i]);
    return !other;
}

static size_t words_for(size_t bytes)
{
    return (bytes + 7) / 8;
}

/* What a form's record takes, in words of eight bytes; 0 where the arrays do not agree. */
static size_t room_of(const Given *g, size_t form)
{
    const size_t low = g->form_starts[form], high = g->form_starts[form + 1];
    if (low > high || high > g->forms_size)
        return 0;
    size_t room = sizeof(Record) / 8 + words_for(high - low);
    if (g->action[form] == WRITE) {
        const size_t row = g->row[form];
        if (row >= g->rows || g->row_starts[row] > g->row_starts[row + 1] || g->row_starts[row + 1] > g->data_size)
            return 0;
        room += words_for(g->row_starts[row + 1] - g->row_starts[row]);
    }
    return room;
}

static void write_record(const Given *g, size_t form, uint64_t *at)
{
    const uint8_t *letters = g->forms + g->form_starts[form], *written = NULL;
    Record r = {.size = g->form_starts[form + 1] - g->form_starts[form], .action = g->action[form], .form = (uint32_t)form};
    if (r.action == WRITE) {
        const size_t row = g->row[form];
        written = g->data + g->row_starts[row];
        r.written = g->row_starts[row + 1] - g->row_starts[row];
        if (r.written == r.size && same_but_for_case(letters, written, r.size))
            r.action = KEEP;
    }
    memcpy(at, &r, sizeof r);
    memcpy(at + sizeof r / 8, letters, r.size);
    if (r.written)
        memcpy(at + sizeof r / 8 + words_for(r.size), written, r.written);
}

/* Fewest bits of the filter for each window: one word in so many that is not listed is looked up in vain. */
enum { FILTER_BITS = 8 };

/* The slots in the order of their hashes, and the records in the same order, so that neighbours are near in memory. */
static int lay_out(const Given *g, Compiled *c)
{
    size_t words = 0, at = 0;
    for (size_t i = 0; i < g->windows; i++) {
        const size_t form = g->values[i] / 2;
        if (!form)
            continue;
        if (form > g->form_count)
            return OUT_OF_RANGE;
        if (g->action[form - 1] == PASS)
            continue;
        const size_t room = room_of(g, form - 1);
        if (!room)
            return OUT_OF_RANGE;
        words += room;
    }
    if (words > UINT32_MAX)
        return NO_MEMORY;
    c->homes = g->windows + g->windows / 2 + 1;
    c->slots = calloc((size_t)c->homes + g->windows + 1, sizeof *c->slots);
    c->records = calloc(words + 1, 8);
    for (c->filter_mask = 63; c->filter_mask < FILTER_BITS * g->windows;)
        c->filter_mask = 2 * c->filter_mask + 1;
    c->filter = calloc((size_t)(c->filter_mask + 1) / 64, 8);
    if (!c->slots || !c->records || !c->filter)
        return NO_MEMORY;
    words = 0;
    for (size_t i = 0; i < g->windows; i++) {
        const size_t form = g->values[i] / 2;
        const int passed = !form || g->action[form - 1] == PASS;
        Slot slot = {.hash = g->hashes[i], .value = passed ? g->values[i] & 1 : g->values[i], .place = (uint32_t)words};
        if (!slot.value)
            continue;
        if (!passed) {
            write_record(g, form - 1, c->records + words);
            words += room_of(g, form - 1);
        }
        const size_t home = (size_t)(home_of(c, slot.hash) - c->slots);
        at = home > at ? home : at;
        c->slots[at++] = slot;
        *filter_of(c, slot.hash) |= UINT64_C(1) << (slot.hash & 63);
    }
    return FINE;
}

PyDoc_STRVAR(compile_listing_doc,
             "compile_listing((hashes, values), (forms, form_starts), (action, row, data, row_starts)) -> capsule\n\n"
             "A translit.unicode.scan.Listing as find_listed and replace_listed take it. hashes are uint64 and rise; values, starts\n"
             "and row are uint32; forms, action and data bytes.");

static PyObject *compile_listing(PyObject *self, PyObject *args)
{
    (void)self;
    enum { HASHES, VALUES, FORMS, FORM_STARTS, ACTION, ROW, DATA, ROW_STARTS, COUNT };
    static const Wanted wanted[COUNT] = {{"hashes", 8, 1}, {"values", 4, 1}, {"forms", 1, 1}, {"form_starts", 4, 1},
                                         {"action", 1, 1}, {"row", 4, 1},    {"data", 1, 1},  {"row_starts", 4, 1}};
    PyObject *o[COUNT], *result = NULL;
    Buffer b[COUNT] = {0};
    Compiled *c = NULL;
    if (!PyArg_ParseTuple(args, "(OO)(OO)(OOOO)", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], &o[6], &o[7]))
        return NULL;
    if (take_each(o, b, wanted, COUNT) < 0)
        goto done;
    if (items(&b[VALUES]) != items(&b[HASHES]) || items(&b[FORM_STARTS]) != items(&b[ACTION]) + 1 ||
        items(&b[ROW]) != items(&b[ACTION]) || items(&b[HASHES]) > INT32_MAX) {
        disagree();
        goto done;
    }
    const Given g = {
        b[HASHES].view.buf, b[VALUES].view.buf, b[FORM_STARTS].view.buf, b[ROW].view.buf, b[ROW_STARTS].view.buf,
        b[FORMS].view.buf, b[ACTION].view.buf, b[DATA].view.buf,
        (size_t)items(&b[HASHES]), (size_t)items(&b[ACTION]), (size_t)items(&b[FORMS]),
        items(&b[ROW_STARTS]) ? (size_t)items(&b[ROW_STARTS]) - 1 : 0, (size_t)items(&b[DATA]),
    };
    c = calloc(1, sizeof *c);
    if (!c) {
        PyErr_NoMemory();
        goto done;
    }
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = lay_out(&g, c);
    Py_END_ALLOW_THREADS
    result = status == FINE ? PyCapsule_New(c, CAPSULE, capsule_done) : fail(status);
    if (!result)
        let_go(c);
done:
    give_back(b, COUNT);
    return result;
}

PyMethodDef listings_methods[] = {
    {"compile_listing", compile_listing, METH_VARARGS, compile_listing_doc},
    {NULL, NULL, 0, NULL},
};
