/* Which pairs of names share a key; rules/keys.py. */

#include "native.h"

/* The keys of names, each closed by a line feed, and where each name's end. */
typedef struct {
    const uint8_t *text;
    const int64_t *ends;
    int64_t size, names;
} Lines;

typedef struct {
    const uint8_t *begin;
    size_t size;
} Line;

/* Cut what follows into its next line; 0 where there is none. */
static int next_line(const uint8_t **at, const uint8_t *end, Line *line)
{
    const uint8_t *stop = *at < end ? memchr(*at, '\n', (size_t)(end - *at)) : NULL;
    if (!stop)
        return 0;
    *line = (Line){*at, (size_t)(stop - *at)};
    *at = stop + 1;
    return 1;
}

static const uint8_t *begin_of(const Lines *l, int64_t name)
{
    return l->text + (name ? l->ends[name - 1] : 0);
}

/* Whether two names have a line in common; the second one's are cut into `lines` once. */
static int share(const Lines *a, int64_t left, const Lines *b, int64_t right, Line **lines, size_t *room, uint8_t *out)
{
    if (left < 0 || left >= a->names || right < 0 || right >= b->names)
        return OUT_OF_RANGE;
    const uint8_t *at = begin_of(b, right), *end = b->text + b->ends[right];
    size_t count = 0;
    for (Line line; next_line(&at, end, &line); (*lines)[count++] = line)
        if (!(*lines = with_room(*lines, room, count + 1, sizeof **lines)))
            return NO_MEMORY;
    at = begin_of(a, left), end = a->text + a->ends[left];
    *out = 0;
    for (Line line; !*out && next_line(&at, end, &line);)
        for (size_t i = 0; i < count && !*out; i++)
            *out = (*lines)[i].size == line.size && !memcmp((*lines)[i].begin, line.begin, line.size);
    return FINE;
}

static int lines_of(const Buffer *b, Lines *l)
{
    *l = (Lines){b[0].view.buf, b[1].view.buf, items(&b[0]), items(&b[1])};
    for (int64_t i = 0; i < l->names; i++)
        if (l->ends[i] < (i ? l->ends[i - 1] : 0) || l->ends[i] > l->size)
            return disagree();
    return 0;
}

PyDoc_STRVAR(shared_lines_doc, "shared_lines(keys, ends, left, keys, ends, right) -> bytearray\n\n"
                               "Whether each pair of names has a key in common: of translit.rules.keys.share_keys. keys are bytes as of name_keys;\n"
                               "ends, left and right int64.");

static PyObject *shared_lines(PyObject *self, PyObject *args)
{
    (void)self;
    enum { OURS, LEFT = 2, THEIRS, RIGHT = 5, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        {"keys", 1, 1}, {"ends", 8, 1}, {"left", 8, 1}, {"keys", 1, 1}, {"ends", 8, 1}, {"right", 8, 1},
    };
    Buffer b[ARGUMENTS] = {0};
    Lines ours, theirs;
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0 || lines_of(b + OURS, &ours) < 0 || lines_of(b + THEIRS, &theirs) < 0)
        goto done;
    const int64_t pairs = items(&b[LEFT]), *left = b[LEFT].view.buf, *right = b[RIGHT].view.buf;
    if (items(&b[RIGHT]) != pairs) {
        disagree();
        goto done;
    }
    result = new_array(pairs, 1);
    if (!result)
        goto done;
    uint8_t *out = memory_of(result);
    Line *lines = NULL;
    size_t room = 0;
    int status = FINE;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t p = 0; status == FINE && p < pairs; p++)
        status = share(&ours, left[p], &theirs, right[p], &lines, &room, &out[p]);
    Py_END_ALLOW_THREADS
    free(lines);
    if (status != FINE) {
        Py_CLEAR(result);
        fail(status);
    }
done:
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef shared_methods[] = {
    {"shared_lines", shared_lines, METH_VARARGS, shared_lines_doc},
    {NULL, NULL, 0, NULL},
};
