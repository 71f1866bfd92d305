/* Names folded, and spelled otherwise; unicode/tokens.py. */

#include "points.h"

typedef struct {
    const uint32_t *entries;
    size_t known; /* code points that have an entry */
    const uint8_t *blob;
    size_t blob_size;
} Points;

/* The classes of the many ideographs and Hangul syllables, which fold to themselves; 0 for other code points. */
static uint32_t classes_beyond(uint32_t point)
{
    if ((point >= 0x3400 && point <= 0x4db5) || (point >= 0x4e00 && point <= 0x9fef))
        return SPACELESS;
    if (point >= 0xac00 && point <= 0xd7a3)
        return START | INNER | ENDS_FIRST;
    return 0;
}

/* Append the folded form of a code point to a token; WIDER where only Python can fold the token. */
static int fold_point(const Points *p, uint32_t entry, uint32_t *before, Bytes *out)
{
    const size_t offset = entry >> FLAG_BITS;
    if (entry & CONTEXT)
        return WIDER;
    if (offset >= p->blob_size || offset + p->blob[offset] >= p->blob_size)
        return OUT_OF_RANGE;
    const size_t size = p->blob[offset];
    if (!size)
        return FINE;
    if ((*before & ENDS_MARK && entry & (BEGINS_MARK | BEGINS_SECOND)) || (*before & ENDS_FIRST && entry & BEGINS_SECOND))
        return WIDER;
    *before = entry;
    return write_bytes(out, p->blob + offset + 1, size);
}

/* Fold the token at *at; a caller has made room for its ASCII letters. */
static int fold_one_token(const Points *p, const uint8_t *text, size_t size, size_t *at, Bytes *out)
{
    uint32_t before = 0, goes_on = INNER;
    int first = 1;
    while (*at < size) {
        const uint8_t c = text[*at];
        if (c < 0x80) {
            if (goes_on != INNER)
                return FINE;
            if (small_of[c]) {
                if (make_room(out, 1) != FINE)
                    return NO_MEMORY;
                out->data[out->size++] = lower(c);
                before = ENDS_FIRST;
            } else if (first || (c != '\'' && c != '`')) {
                return FINE;
            }
            ++*at;
        } else {
            uint32_t point;
            const size_t bytes = code_point(text + *at, &point);
            const uint32_t entry = point < p->known ? p->entries[point] : classes_beyond(point);
            if (point >= p->known && !entry)
                return WIDER;
            if (!(entry & (first ? SPACELESS | START : goes_on)))
                return FINE;
            if (first && entry & SPACELESS)
                goes_on = MARK;
            const int status = point < p->known ? fold_point(p, entry, &before, out) : write_bytes(out, text + *at, bytes);
            if (status != FINE)
                return status;
            if (point >= p->known)
                before = entry;
            *at += bytes;
        }
        first = 0;
    }
    return FINE;
}

/* Whether a folded token stands in a script without spaces; WIDER where its first code point has no entry. */
static int is_spaceless(const Points *p, const uint8_t *token, int *spaceless)
{
    *spaceless = 0;
    if (token[0] < 0x80)
        return FINE;
    uint32_t point;
    code_point(token, &point);
    const uint32_t entry = point < p->known ? p->entries[point] : classes_beyond(point);
    *spaceless = (entry & SPACELESS) != 0;
    return point < p->known || entry ? FINE : WIDER;
}

static int fold_name(const Points *p, const uint8_t *text, size_t size, Bytes *out)
{
    int last = 0;
    out->size = 0;
    for (size_t at = 0; at < size;) {
        const size_t begin = at, start = out->size;
        /* A place for the blank, which goes again where none is needed. */
        if (start && make_room(out, 1) != FINE)
            return NO_MEMORY;
        if (start)
            out->data[out->size++] = ' ';
        const size_t word = out->size;
        int status = fold_one_token(p, text, size, &at, out);
        if (status != FINE)
            return status;
        if (at == begin) {
            uint32_t point;
            at += text[at] < 0x80 ? 1 : code_point(text + at, &point);
        }
        if (out->size == word) {
            out->size = start;
            continue;
        }
        int spaceless;
        status = is_spaceless(p, out->data + word, &spaceless);
        if (status != FINE)
            return status;
        if (start && last && spaceless) {
            memmove(out->data + start, out->data + word, out->size - word);
            out->size--;
        }
        last = spaceless;
    }
    return FINE;
}

PyDoc_STRVAR(fold_many_doc, "fold_many(names, entries, blob) -> (list of str, bytearray of int64)\n\n"
                             "The folded names, and the rows of those that only Python can fold, which are empty in the list.\n"
                             "entries (uint32) and blob (bytes) are the code points' classes and folded forms.");

static PyObject *fold_many(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *names, *given[2];
    if (!PyArg_ParseTuple(args, "O!OO", &PyList_Type, &names, &given[0], &given[1]))
        return NULL;
    Buffer b[2] = {0};
    Bytes out = {0};
    Column rest = {0};
    PyObject *list = NULL, *result = NULL;
    static const Wanted wanted[] = {{"entries", 4, 1}, {"blob", 1, 1}};
    if (take_each(given, b, wanted, 2) < 0)
        goto done;
    const Points p = {b[0].view.buf, (size_t)items(&b[0]), b[1].view.buf, (size_t)items(&b[1])};
    const Py_ssize_t count = PyList_Size(names);
    list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *name = PyList_GetItem(names, i);
        PyObject *bytes = name ? utf8_of(name) : NULL;
        if (!bytes && PyErr_Occurred())
            goto done;
        int status = WIDER;
        if (bytes) {
            status = fold_name(&p, (const uint8_t *)PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes), &out);
            Py_DECREF(bytes);
        }
        if (status == WIDER) {
            out.size = 0;
            status = push(&rest, i);
        }
        if (status != FINE) {
            fail(status);
            goto done;
        }
        PyObject *folded = PyUnicode_FromStringAndSize((const char *)out.data, (Py_ssize_t)out.size);
        if (!folded || PyList_SetItem(list, i, folded) < 0)
            goto done;
    }
    if (list)
        result = Py_BuildValue("(ON)", list, as_bytes(&rest));
done:
    Py_XDECREF(list);
    free(out.data);
    free(rest.data);
    give_back(b, 2);
    return result;
}

/* The spelling of ASCII letters, but for case, blanks, hyphens and the kind of apostrophes; WIDER where there are others. */
static int spell_name(const uint8_t *text, size_t size, Bytes *out)
{
    out->size = 0;
    if (make_room(out, size + 1) != FINE)
        return NO_MEMORY;
    int blank = 0;
    for (size_t i = 0; i < size; i++) {
        const uint8_t c = text[i];
        if (c >= 0x80)
            return WIDER;
        if (c == '-' || c == ' ' || (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f)) {
            blank = 1;
            continue;
        }
        if (blank && out->size)
            out->data[out->size++] = ' ';
        blank = 0;
        out->data[out->size++] = c == '`' ? '\'' : lower(c);
    }
    return FINE;
}

PyDoc_STRVAR(otherwise_spelled_doc,
             "otherwise_spelled(names, folded) -> (bytearray of int64, list of str, bytearray of int64)\n\n"
             "The rows and spellings of the ASCII names that translit.unicode.tokens.otherwise_spelled has, and the rows of names for it.");

static PyObject *otherwise_spelled(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *names, *folded;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &names, &PyList_Type, &folded))
        return NULL;
    const Py_ssize_t count = PyList_Size(names);
    if (PyList_Size(folded) != count) {
        PyErr_SetString(PyExc_ValueError, "the lengths of the lists do not agree");
        return NULL;
    }
    Bytes out = {0};
    Column rows = {0}, rest = {0};
    PyObject *result = NULL, *texts = PyList_New(0);
    for (Py_ssize_t i = 0; texts && i < count; i++) {
        PyObject *name = PyList_GetItem(names, i), *form = PyList_GetItem(folded, i);
        const int same = name && form ? PyUnicode_Compare(name, form) : 0;
        if (PyErr_Occurred())
            goto done;
        if (!same)
            continue;
        PyObject *bytes = utf8_of(name);
        int status = bytes ? spell_name((const uint8_t *)PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes), &out) : WIDER;
        Py_XDECREF(bytes);
        if (PyErr_Occurred())
            goto done;
        if (status == WIDER) {
            status = push(&rest, i);
        } else if (status == FINE) {
            PyObject *text = PyUnicode_FromStringAndSize((const char *)out.data, (Py_ssize_t)out.size);
            if (!text)
                goto done;
            const int differs = PyUnicode_Compare(text, form);
            if (differs)
                status = PyList_Append(texts, text) < 0 ? FAILED : push(&rows, i);
            Py_DECREF(text);
        }
        if (status != FINE) {
            fail(status);
            goto done;
        }
    }
    if (texts)
        result = Py_BuildValue("(NON)", as_bytes(&rows), texts, as_bytes(&rest));
done:
    Py_XDECREF(texts);
    free(out.data);
    free(rows.data);
    free(rest.data);
    return result;
}

PyMethodDef folding_methods[] = {
    {"fold_many", fold_many, METH_VARARGS, fold_many_doc},
    {"otherwise_spelled", otherwise_spelled, METH_VARARGS, otherwise_spelled_doc},
    {NULL, NULL, 0, NULL},
};
