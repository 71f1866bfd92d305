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

int take(PyObject *object, Buffer *buffer, Py_ssize_t item, int dimensions, const char *name)
{
    if (PyObject_GetBuffer(object, &buffer->view, PyBUF_C_CONTIGUOUS) < 0)
        return -1;
    buffer->held = 1;
    if (buffer->view.itemsize != item || buffer->view.ndim != dimensions) {
        PyErr_Format(PyExc_TypeError, "%s must have %d dimension(s) and items of %zd bytes", name, dimensions, item);
        return -1;
    }
    return 0;
}

int take_texts(PyObject *const *given, Buffer *b, Texts *t)
{
    static const char *const names[] = {"data", "other", "begin", "end", "elsewhere"};
    static const int width[] = {1, 1, 8, 8, 1};
    for (int i = 0; i < TEXT_BUFFERS; i++)
        if (take(given[i], &b[i], width[i], 1, names[i]) < 0)
            return -1;
    *t = (Texts){{b[0].view.buf, b[1].view.buf}, {b[0].view.len, b[1].view.len}, b[2].view.buf, b[3].view.buf, b[4].view.buf,
                 items(&b[2])};
    if (items(&b[3]) != t->count || items(&b[4]) != t->count) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        return -1;
    }
    return 0;
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
        uint32_t *points = realloc(out->points, 2 * need * sizeof *points);
        if (!points)
            return NO_MEMORY;
        out->points = points;
        out->room = 2 * need;
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
