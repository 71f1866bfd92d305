/* Texts found by their hashes, and read; lexicon/storage.py. */

#include "points.h"

PyDoc_STRVAR(token_hashes_doc, "token_hashes(texts) -> bytearray of uint64\n\nTwin of translit.unicode.hashes.token_hashes.");

static PyObject *token_hashes(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *texts;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &texts))
        return NULL;
    const Py_ssize_t count = PyList_Size(texts);
    PyObject *result = new_array(count, sizeof(uint64_t));
    uint64_t *out = result ? memory_of(result) : NULL;
    for (Py_ssize_t i = 0; result && i < count; i++) {
        PyObject *text = PyList_GetItem(texts, i);
        PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass") : NULL;
        if (!bytes) {
            Py_CLEAR(result);
            break;
        }
        out[i] = mixed(letters_hash(0, (const uint8_t *)PyBytes_AsString(bytes), (size_t)PyBytes_Size(bytes)));
        Py_DECREF(bytes);
    }
    return result;
}

/* The first of sorted hashes, which are spread evenly, that is not below a key. */
static size_t first_hash(const uint64_t *hashes, size_t count, uint64_t key)
{
    const size_t guess = count ? (size_t)(((key >> 32) * (uint64_t)count) >> 32) : 0;
    size_t low = guess, high = guess, step = 8;
    while (low && hashes[low - 1] >= key) {
        high = low - 1;
        low = low > step ? low - step : 0;
        step *= 2;
    }
    for (step = 8; high < count && hashes[high] < key; step *= 2) {
        low = high + 1;
        high = count - high > step ? high + step : count;
    }
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (hashes[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

typedef struct {
    const uint64_t *hashes;
    const uint32_t *values, *starts; /* a value is twice (one more than the row of a text), or less where it is of none */
    const uint8_t *data;
    size_t count, texts, data_size;
} Known;

/* The row of a text, or -1; `at` is where its hash begins. */
static int row_of(const Known *t, uint64_t hash, size_t at, const uint8_t *text, size_t size, int64_t *row)
{
    *row = -1;
    for (; at < t->count && t->hashes[at] == hash; at++) {
        const size_t found = (t->values[at] >> 1) - (size_t)1;
        if (t->values[at] < 2)
            continue;
        if (found >= t->texts || t->starts[found] > t->starts[found + 1] || t->starts[found + 1] > t->data_size)
            return OUT_OF_RANGE;
        if (t->starts[found + 1] - t->starts[found] == size && !memcmp(t->data + t->starts[found], text, size)) {
            *row = (int64_t)found;
            return FINE;
        }
    }
    return FINE;
}

/* Texts looked up side by side: what one step reads is fetched from memory while the others do theirs. */
enum { TOGETHER = 32 };

static int find_some(const Known *t, PyObject *texts, Py_ssize_t begin, int count, int64_t *rows)
{
    PyObject *bytes[TOGETHER] = {NULL};
    uint64_t hashes[TOGETHER];
    size_t at[TOGETHER];
    int status = FINE;
    for (int i = 0; i < count && status == FINE; i++) {
        PyObject *text = PyList_GetItem(texts, begin + i);
        bytes[i] = text ? utf8_of(text) : NULL;
        rows[i] = -1;
        if (!bytes[i]) {
            status = PyErr_Occurred() ? FAILED : FINE;
            continue;
        }
        hashes[i] = mixed(letters_hash(0, (const uint8_t *)PyBytes_AsString(bytes[i]), (size_t)PyBytes_Size(bytes[i])));
        PREFETCH(t->hashes + (size_t)(((hashes[i] >> 32) * (uint64_t)t->count) >> 32));
    }
    for (int i = 0; i < count && status == FINE; i++) {
        if (!bytes[i])
            continue;
        at[i] = first_hash(t->hashes, t->count, hashes[i]);
        if (at[i] < t->count)
            PREFETCH(t->values + at[i]);
    }
    for (int i = 0; i < count && status == FINE; i++)
        if (bytes[i] && at[i] < t->count && t->values[at[i]] >> 1 <= t->texts)
            PREFETCH(t->starts + (t->values[at[i]] >> 1));
    for (int i = 0; i < count && status == FINE; i++)
        if (bytes[i])
            status = row_of(t, hashes[i], at[i], (const uint8_t *)PyBytes_AsString(bytes[i]), (size_t)PyBytes_Size(bytes[i]), &rows[i]);
    for (int i = 0; i < count; i++)
        Py_XDECREF(bytes[i]);
    return status;
}

PyDoc_STRVAR(find_texts_doc, "find_texts(texts, hashes, values, data, starts) -> bytearray of int64\n\n"
                             "Twin of translit.lexicon.index.find_texts; hashes are uint64, values and starts uint32, data bytes.");

static PyObject *find_texts(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *texts, *given[4], *result = NULL;
    if (!PyArg_ParseTuple(args, "O!OOOO", &PyList_Type, &texts, &given[0], &given[1], &given[2], &given[3]))
        return NULL;
    static const Wanted wanted[] = {{"hashes", 8, 1}, {"values", 4, 1}, {"data", 1, 1}, {"starts", 4, 1}};
    Buffer b[4] = {0};
    if (take_each(given, b, wanted, 4) < 0)
        goto done;
    const Known t = {b[0].view.buf, b[1].view.buf, b[3].view.buf, b[2].view.buf,
                     (size_t)items(&b[0]), (size_t)items(&b[3]) - 1, (size_t)items(&b[2])};
    if (items(&b[1]) != items(&b[0]) || items(&b[3]) < 1) {
        disagree();
        goto done;
    }
    const Py_ssize_t count = PyList_Size(texts);
    result = new_array(count, sizeof(int64_t));
    int64_t *out = result ? memory_of(result) : NULL;
    for (Py_ssize_t begin = 0; result && begin < count; begin += TOGETHER) {
        const int many = count - begin < TOGETHER ? (int)(count - begin) : TOGETHER;
        const int status = find_some(&t, texts, begin, many, out + begin);
        if (status != FINE) {
            fail(status);
            Py_CLEAR(result);
        }
    }
done:
    give_back(b, 4);
    return result;
}

PyDoc_STRVAR(take_strings_doc, "take_strings(data, starts, rows) -> list of str\n\n"
                               "Twin of translit.lexicon.storage.take_strings; data is bytes, starts uint32 and rows int64.");

static PyObject *take_strings(PyObject *self, PyObject *args)
{
    (void)self;
    static const Wanted wanted[] = {{"data", 1, 1}, {"starts", 4, 1}, {"rows", 8, 1}};
    PyObject *list = NULL;
    Buffer b[3] = {0};
    if (take_all(args, b, wanted, 3) < 0)
        goto done;
    const char *data = b[0].view.buf;
    const uint32_t *starts = b[1].view.buf;
    const int64_t *rows = b[2].view.buf;
    const Py_ssize_t count = items(&b[2]);
    list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        const int64_t row = rows[i] < 0 ? rows[i] + items(&b[1]) : rows[i];
        if (row < 0 || row >= items(&b[1]) - 1 || starts[row] > starts[row + 1] || starts[row + 1] > items(&b[0])) {
            fail(OUT_OF_RANGE);
            Py_CLEAR(list);
            break;
        }
        PyObject *text = PyUnicode_FromStringAndSize(data + starts[row], (Py_ssize_t)(starts[row + 1] - starts[row]));
        if (!text || PyList_SetItem(list, i, text) < 0)
            Py_CLEAR(list);
    }
done:
    give_back(b, 3);
    return list;
}

PyMethodDef texts_methods[] = {
    {"token_hashes", token_hashes, METH_VARARGS, token_hashes_doc},
    {"find_texts", find_texts, METH_VARARGS, find_texts_doc},
    {"take_strings", take_strings, METH_VARARGS, take_strings_doc},
    {NULL, NULL, 0, NULL},
};
