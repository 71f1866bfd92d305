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

enum { PLACES = 3 }; /* of a field that is wanted: its start, its end, whether it stands in quotes */

typedef struct {
    const uint8_t *begin, *stop;
    uint8_t delimiter;
    int returns; /* whether rows end with a carriage return and a line feed */
    int64_t width;
    const int64_t *slots; /* for each field its place among the wanted ones, -1 where it is not wanted */
} Block;

/* Behind the row at `at`, with the places of its fields in `row`; NULL where it is not regular. */
static const uint8_t *regular_row(const Block *block, const uint8_t *at, int64_t *row)
{
    const uint8_t *first = at;
    for (int64_t field = 0; field < block->width; field++) {
        const int quoted = at < block->stop && *at == '"';
        const uint8_t *start = at + quoted;
        /* A quote in a field without quotes around it is for the csv module. */
        for (at = start; at < block->stop && *at != '"' && *at != '\n' && *at != '\r' && (quoted || *at != block->delimiter);)
            at++;
        if (at == block->stop || (*at == '"') != quoted)
            return NULL;
        if (block->slots[field] >= 0) {
            int64_t *places = row + 1 + PLACES * block->slots[field];
            places[0] = start - block->begin;
            places[1] = at - block->begin;
            places[2] = quoted;
        }
        at += quoted;
        if (field + 1 < block->width && (at == block->stop || *at++ != block->delimiter))
            return NULL;
    }
    row[0] = at - block->begin;
    if (block->returns && (at == block->stop || *at++ != '\r'))
        return NULL;
    return at < block->stop && *at == '\n' && row[0] > first - block->begin ? at + 1 : NULL;
}

PyDoc_STRVAR(csv_cells_doc, "csv_cells(data, delimiter, width, columns) -> int64 as bytes, or None\n\n"
                            "Twin of translit.files.csv_splice.csv_cells; columns are int64.");

static PyObject *csv_cells(PyObject *self, PyObject *args)
{
    (void)self;
    enum { DATA, DELIMITER, WIDTH, COLUMNS, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        [DATA] = {"data", 1, 1}, [DELIMITER] = {"delimiter", 0, 0}, [WIDTH] = {"width", 0, 0}, [COLUMNS] = {"columns", 8, 1}};
    Buffer b[ARGUMENTS] = {0};
    PyObject *out = NULL;
    int64_t *slots = NULL, rows = 0;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    const int64_t width = b[WIDTH].number, count = items(&b[COLUMNS]), *columns = b[COLUMNS].view.buf;
    slots = width > 0 && width < PY_SSIZE_T_MAX / 8 ? malloc((size_t)width * sizeof *slots) : NULL;
    if (!slots) {
        fail(width > 0 ? NO_MEMORY : OUT_OF_RANGE);
        goto done;
    }
    for (int64_t i = 0; i < width; i++)
        slots[i] = -1;
    for (int64_t i = 0; i < count; i++) {
        if (columns[i] < 0 || columns[i] >= width) {
            fail(OUT_OF_RANGE);
            goto done;
        }
        slots[columns[i]] = i;
    }
    const uint8_t *begin = b[DATA].view.buf, *stop = begin + items(&b[DATA]), *feed = NULL;
    for (const uint8_t *at = begin; at < stop && (at = memchr(at, '\n', (size_t)(stop - at))); at++, rows++)
        feed = feed ? feed : at;
    /* A last row without an end is found out when its fields are written already. */
    rows += begin < stop && stop[-1] != '\n';
    const Block block = {begin, stop, (uint8_t)b[DELIMITER].number, feed && feed > begin && feed[-1] == '\r', width, slots};
    out = new_array(rows * (1 + PLACES * count), sizeof(int64_t));
    if (!out)
        goto done;
    int64_t *row = memory_of(out);
    const uint8_t *at = begin;
    Py_BEGIN_ALLOW_THREADS
    for (; at && at < stop; row += 1 + PLACES * count)
        at = regular_row(&block, at, row);
    Py_END_ALLOW_THREADS
    if (!at || begin == stop) {
        Py_DECREF(out);
        out = Py_NewRef(Py_None);
    }
done:
    free(slots);
    give_back(b, ARGUMENTS);
    return out;
}

PyMethodDef csv_methods[] = {
    {"plain_rows", plain_rows, METH_VARARGS, plain_rows_doc},
    {"csv_cells", csv_cells, METH_VARARGS, csv_cells_doc},
    {NULL, NULL, 0, NULL},
};
