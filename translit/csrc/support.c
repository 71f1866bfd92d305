/* Arguments taken and failure told; native.h says what each does. */

#include "native.h"

PyObject *fail(int status)
{
    if (status == NO_MEMORY)
        return PyErr_NoMemory();
    if (status == OUT_OF_RANGE)
        PyErr_SetString(PyExc_IndexError, "an index in the arrays points outside the array that it indexes");
    return NULL;
}

int disagree(void)
{
    PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
    return -1;
}

static int take(PyObject *given, Buffer *buffer, const Wanted *wanted)
{
    if (!wanted->item) {
        buffer->number = PyNumber_AsSsize_t(given, PyExc_OverflowError);
        return buffer->number == -1 && PyErr_Occurred() ? -1 : 0;
    }
    if (PyObject_GetBuffer(given, &buffer->view, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    buffer->held = 1;
    if (buffer->view.itemsize == wanted->item && buffer->view.ndim == wanted->dimensions)
        return 0;
    PyErr_Format(PyExc_TypeError, "%s must have %d dimension(s) and items of %zd bytes", wanted->name, wanted->dimensions, wanted->item);
    return -1;
}

int take_each(PyObject *const *given, Buffer *buffers, const Wanted *wanted, int count)
{
    for (int i = 0; i < count; i++)
        if (take(given[i], &buffers[i], &wanted[i]) < 0)
            return -1;
    return 0;
}

int take_all(PyObject *tuple, Buffer *buffers, const Wanted *wanted, int count)
{
    if (PyTuple_Size(tuple) != count) {
        PyErr_Format(PyExc_TypeError, "%d items are needed from %s on", count, wanted->name);
        return -1;
    }
    for (int i = 0; i < count; i++)
        if (take(PyTuple_GetItem(tuple, i), &buffers[i], &wanted[i]) < 0)
            return -1;
    return 0;
}

int texts_of(const Buffer *b, Texts *t)
{
    *t = (Texts){{b[0].view.buf, b[1].view.buf}, {b[0].view.len, b[1].view.len}, b[2].view.buf, b[3].view.buf, b[4].view.buf,
                 items(&b[2])};
    return items(&b[3]) == t->count && items(&b[4]) == t->count ? 0 : disagree();
}

void *resized(void *old, size_t *room, size_t need, size_t item, int kept)
{
    const size_t doubled = 2 * *room, least = need < 64 ? 64 : need, more = doubled < least ? least : doubled;
    if (!kept) {
        free(old);
        old = NULL;
    }
    void *data = more <= PTRDIFF_MAX / item ? realloc(old, more * item) : NULL;
    if (!data)
        free(old);
    *room = data ? more : 0;
    return data;
}

int read_text(const Texts *t, int64_t row, Letters *out)
{
    if (row < 0 || row >= t->count)
        return OUT_OF_RANGE;
    const int which = t->elsewhere[row] != 0;
    const int64_t begin = t->begin[row], end = t->end[row];
    if (begin < 0 || end < begin || end > t->size[which])
        return OUT_OF_RANGE;
    const size_t need = (size_t)(end - begin);
    if (need > out->room) {
        out->points = fresh_room(out->points, &out->room, need, sizeof *out->points);
        if (!out->points)
            return NO_MEMORY;
    }
    const uint8_t *at = t->data[which] + begin, *const stop = at + need;
    uint32_t every = 0;
    for (size_t i = 0; i < need; i++)
        every |= out->points[i] = at[i];
    out->size = every < 0x80 ? need : 0;
    if (every < 0x80)
        return FINE;
    while (at < stop) {
        if (*at < 0x80) {
            out->points[out->size++] = *at++;
            continue;
        }
        const int bytes = *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
        if (stop - at < bytes)
            return OUT_OF_RANGE;
        uint32_t point = *at & (0x7fu >> bytes);
        for (int k = 1; k < bytes; k++)
            point = point << 6 | (at[k] & 63);
        out->points[out->size++] = point;
        at += bytes;
    }
    return FINE;
}

PyObject *utf8_of(PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    if (!bytes && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        PyErr_Clear();
    return bytes;
}
