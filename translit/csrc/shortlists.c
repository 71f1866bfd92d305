/* The shortlist of the pairs of names that are worth a comparison; matching/candidates.py. */

#include "likeness.h"

/* How much of two texts their longest common subsequence is, in 1/1000. */
static int shared_part(const Letters *a, const uint64_t *places, const Letters *b, Scratch *s, int64_t *out)
{
    size_t common;
    if (common_letters(a, places, b, s, &common) != FINE)
        return NO_MEMORY;
    *out = a->size + b->size ? (int64_t)(2000 * common / (a->size + b->size)) : 1000;
    return FINE;
}

/* How near a form is: its outline, and twice its letters, in the order of the words that is best for it. */
static int nearness(Compared *a, Compared *b, Scratch *s, int64_t outline, int64_t *out)
{
    int64_t shared, sorted = 0;
    if (shared_part(&a->letters, a->places, &b->letters, s, &shared) != FINE)
        return NO_MEMORY;
    if (a->word_count > 1 || b->word_count > 1) {
        if (sort_words(a) != FINE || sort_words(b) != FINE || shared_part(&a->sorted, a->sorted_places, &b->sorted, s, &sorted) != FINE)
            return NO_MEMORY;
    }
    *out = outline + 2 * (sorted > shared ? sorted : shared);
    return FINE;
}

enum { LARGEST = 1 << 30 }; /* of what may be asked for: sums of it never wrap */

typedef struct {
    int64_t near, row;
} Near;

typedef struct {
    Texts names, forms;
    const int64_t *left, *right, *outlines;
    size_t pairs;
} Pairs;

static int shortlist_all(const Pairs *c, size_t most, int64_t within, Column *out)
{
    Compared *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    Near *list = malloc((most + 1) * sizeof *list);
    Scratch s = {0};
    int status = a && b && list ? FINE : NO_MEMORY;
    size_t size = 0;
    for (size_t p = 0; status == FINE && p < c->pairs; p++) {
        if (!p || c->left[p] != c->left[p - 1])
            status = take_text(&c->names, c->left[p], a);
        if (p + TEXTS_AHEAD < c->pairs)
            ask_for_text(&c->forms, c->right[p + TEXTS_AHEAD]);
        if (status == FINE)
            status = take_words(&c->forms, c->right[p], b);
        int64_t near;
        if (status == FINE && (c->outlines[p] < -LARGEST || c->outlines[p] > LARGEST))
            status = OUT_OF_RANGE;
        if (status == FINE)
            status = nearness(a, b, &s, c->outlines[p], &near);
        if (status != FINE)
            break;
        size_t at = size < most ? size++ : size;
        for (; at && near > list[at - 1].near; at--)
            if (at < size)
                list[at] = list[at - 1];
        if (at < size)
            list[at] = (Near){near, (int64_t)p};
        if (p + 1 < c->pairs && c->left[p + 1] == c->left[p])
            continue;
        for (size_t k = 0; status == FINE && k < size && list[k].near >= list[0].near - within; k++)
            status = push(out, list[k].row);
        size = 0;
    }
    free_compared(a);
    free_compared(b);
    free(list);
    free_scratch(&s);
    return status;
}

PyDoc_STRVAR(shortlist_doc, "shortlist(names …, forms …, left, right, outlines, most, within) -> bytearray of int64\n\n"
                            "Twin of translit.matching.candidates.shortlist. names and forms are spans of five arrays each, the other\n"
                            "arrays int64.");

static PyObject *shortlist(PyObject *self, PyObject *args)
{
    (void)self;
    enum { NAMES, FORMS = TEXT_BUFFERS, LEFT = 2 * TEXT_BUFFERS, RIGHT, OUTLINES, MOST, WITHIN, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        TEXTS_WANTED(NAMES), TEXTS_WANTED(FORMS), [LEFT] = {"left", 8, 1}, [RIGHT] = {"right", 8, 1}, [OUTLINES] = {"outlines", 8, 1},
        [MOST] = {"most", 0, 0}, [WITHIN] = {"within", 0, 0},
    };
    Buffer b[ARGUMENTS] = {0};
    Pairs c = {0};
    Column out = {0};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0 || texts_of(b + NAMES, &c.names) < 0 || texts_of(b + FORMS, &c.forms) < 0)
        goto done;
    const Py_ssize_t most = b[MOST].number;
    if (items(&b[RIGHT]) != items(&b[LEFT]) || items(&b[OUTLINES]) != items(&b[LEFT]) || most < 0 || most > 1 << 20 ||
        b[WITHIN].number < 0 || b[WITHIN].number > LARGEST) {
        disagree();
        goto done;
    }
    c.left = b[LEFT].view.buf, c.right = b[RIGHT].view.buf, c.outlines = b[OUTLINES].view.buf;
    c.pairs = (size_t)items(&b[LEFT]);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = shortlist_all(&c, (size_t)most, b[WITHIN].number, &out);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = as_bytes(&out);
done:
    free(out.data);
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef shortlists_methods[] = {
    {"shortlist", shortlist, METH_VARARGS, shortlist_doc},
    {NULL, NULL, 0, NULL},
};
