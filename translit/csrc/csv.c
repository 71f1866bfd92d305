/* Rows of CSV found in bytes; translit/files/csv_rows.py. */

#include "native.h"

/* Where the field that starts at `at` ends; NULL where its quotes leave a doubt. */
static const uint8_t *field_end(const uint8_t *at, const uint8_t *stop, uint8_t delimiter)
{
    if (at < stop && *at == '"') {
        for (at++;; at++) {
            if (at == stop || *at == '\r' || *at == '\n')
                return NULL;
            if (*at == '"' && (++at == stop || *at != '"'))
                return at;
        }
    }
    while (at < stop && *at != delimiter && *at != '\n' && *at != '\r')
        at++;
    return at;
}

/* Behind the row that starts at `at`, `body` where its end begins; NULL where it is not plain, or goes on behind the last byte. */
static const uint8_t *row_end(const uint8_t *at, const uint8_t *stop, uint8_t delimiter, const uint8_t **body)
{
    for (;; at++) {
        at = field_end(at, stop, delimiter);
        if (!at || at == stop)
            return NULL;
        if (*at != delimiter)
            break;
    }
    *body = at;
    if (*at == '\n')
        return at + 1;
    /* The last byte may be the first half of a CRLF. */
    if (*at != '\r' || at + 1 == stop)
        return NULL;
    return at + 1 + (at[1] == '\n');
}

PyDoc_STRVAR(plain_rows_doc, "plain_rows(data, at, delimiter) -> (end, lines, blanks)\n\nTwin of translit.files.csv_rows.plain_rows.");

static PyObject *plain_rows(PyObject *self, PyObject *args)
{
    (void)self;
    enum { DATA, AT, DELIMITER, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {{"data", 1, 1}, [AT] = {"at", 0, 0}, [DELIMITER] = {"delimiter", 0, 0}};
    Buffer b[ARGUMENTS] = {0};
    Py_ssize_t lines = 0, blanks = 0;
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    const Py_ssize_t at = b[AT].number;
    if (at < 0 || at > items(&b[DATA])) {
        fail(OUT_OF_RANGE);
        goto done;
    }
    const uint8_t *begin = b[DATA].view.buf, *stop = begin + items(&b[DATA]), *row = begin + at;
    const uint8_t delimiter = (uint8_t)b[DELIMITER].number;
    Py_BEGIN_ALLOW_THREADS
    for (const uint8_t *body, *end; (end = row_end(row, stop, delimiter, &body)); row = end, lines++)
        blanks += body == row;
    Py_END_ALLOW_THREADS
    result = Py_BuildValue("nnn", (Py_ssize_t)(row - begin), lines, blanks);
done:
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef csv_methods[] = {
    {"plain_rows", plain_rows, METH_VARARGS, plain_rows_doc},
    {NULL, NULL, 0, NULL},
};
