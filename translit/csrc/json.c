/* Lines of JSON objects without nested ones; translit/files/json_members.py. */

#include "native.h"

enum { MOST_KEYS = 64, HEAD = 3 };

typedef struct {
    const char *text;
    Py_ssize_t size;
} Key;

static const uint8_t *behind_blanks(const uint8_t *at, const uint8_t *stop)
{
    while (at < stop && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

static int is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static int is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind the string whose quote stands at `at`; NULL where it is no whole string. */
static const uint8_t *string_end(const uint8_t *at, const uint8_t *stop, int *escaped)
{
    for (at++; at < stop; at++) {
        if (*at == '"')
            return at + 1;
        if (*at < 0x20)
            return NULL;
        if (*at != '\\')
            continue;
        *escaped = 1;
        if (++at == stop || !*at || !strchr("\"\\/bfnrtu", *at))
            return NULL;
        if (*at == 'u') {
            if (stop - at < 5 || !is_hex(at[1]) || !is_hex(at[2]) || !is_hex(at[3]) || !is_hex(at[4]))
                return NULL;
            at += 4;
        }
    }
    return NULL;
}

static const uint8_t *digits_end(const uint8_t *at, const uint8_t *stop)
{
    const uint8_t *first = at;
    while (at < stop && is_digit(*at))
        at++;
    return at == first ? NULL : at;
}

static const uint8_t *number_end(const uint8_t *at, const uint8_t *stop)
{
    at += *at == '-';
    if (at == stop || !is_digit(*at))
        return NULL;
    at = *at == '0' ? at + 1 : digits_end(at, stop);
    if (at < stop && *at == '.' && !(at = digits_end(at + 1, stop)))
        return NULL;
    if (at < stop && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < stop && (*at == '+' || *at == '-');
        at = digits_end(at, stop);
    }
    return at;
}

static const uint8_t *word_end(const uint8_t *at, const uint8_t *stop, const char *word)
{
    const size_t size = strlen(word);
    return (size_t)(stop - at) >= size && !memcmp(at, word, size) ? at + size : NULL;
}

/* Behind a string, number or word; NULL where none stands at `at`. */
static const uint8_t *atom_end(const uint8_t *at, const uint8_t *stop, int *escaped)
{
    if (at == stop)
        return NULL;
    switch (*at) {
    case '"': return string_end(at, stop, escaped);
    case 't': return word_end(at, stop, "true");
    case 'f': return word_end(at, stop, "false");
    case 'n': return word_end(at, stop, "null");
    default: return is_digit(*at) || *at == '-' ? number_end(at, stop) : NULL;
    }
}

static const uint8_t *value_end(const uint8_t *at, const uint8_t *stop, int *escaped)
{
    if (at == stop || *at != '[')
        return atom_end(at, stop, escaped);
    at = behind_blanks(at + 1, stop);
    if (at < stop && *at == ']')
        return at + 1;
    for (int inside = 0;; at = behind_blanks(at + 1, stop)) {
        if (!(at = atom_end(at, stop, &inside)))
            return NULL;
        at = behind_blanks(at, stop);
        if (at == stop || (*at != ',' && *at != ']'))
            return NULL;
        if (*at == ']')
            return at + 1;
    }
}

/* 0 for the mark alone, 1 for the mark and a blank behind it, -1 for anything else between two places. */
static int spacing(const uint8_t *at, const uint8_t *end)
{
    return end - at == 1 ? 0 : end - at == 2 && at[1] == ' ' ? 1 : -1;
}

static int which(const Key *keys, int count, const uint8_t *text, Py_ssize_t size)
{
    for (int i = 0; i < count; i++)
        if (keys[i].size == size && !memcmp(keys[i].text, text, (size_t)size))
            return i;
    return -1;
}

/* The members of a line put down behind `row`; 0 where the line is not regular. */
static int read_line(const uint8_t *begin, const uint8_t *at, const uint8_t *stop, const Key *keys, int wanted, int known, int64_t *row)
{
    int colon = -1, comma = -1;
    if (at == stop || *at++ != '{')
        return 0;
    for (at = behind_blanks(at, stop);;) {
        int escaped = 0, found;
        if (at == stop || *at != '"')
            return 0;
        const uint8_t *key = at + 1, *behind = string_end(at, stop, &escaped);
        if (!behind || escaped)
            return 0;
        found = which(keys, known, key, behind - 1 - key);
        /* Of two values of one key both change, and a new key must not be there. */
        if (found >= wanted || (found >= 0 && row[HEAD + 2 * found] >= 0))
            return 0;
        at = behind_blanks(behind, stop);
        if (at != behind || at == stop || *at != ':')
            return 0;
        at = behind_blanks(at + 1, stop);
        colon = spacing(behind, at);
        const uint8_t *end = value_end(at, stop, &escaped);
        if (!end)
            return 0;
        if (found >= 0 && *at == '"') {
            if (escaped)
                return 0;
            row[HEAD + 2 * found] = at - begin;
            row[HEAD + 2 * found + 1] = end - begin;
        }
        row[1] = end - begin;
        at = behind_blanks(end, stop);
        if (at < stop && *at == '}')
            break;
        if (at != end || at == stop || *at != ',')
            return 0;
        at = behind_blanks(at + 1, stop);
        comma = spacing(end, at);
        if (comma < 0)
            return 0;
    }
    row[2] = colon + 2 * (comma < 0 ? colon : comma);
    return colon >= 0 && at + 1 == stop;
}

static int64_t read_lines(const uint8_t *begin, const uint8_t *stop, const Key *keys, int wanted, int known, int64_t *out)
{
    int64_t lines = 0;
    for (const uint8_t *at = begin; at < stop; lines++) {
        int64_t *row = out + lines * (HEAD + 2 * wanted);
        const uint8_t *feed = memchr(at, '\n', (size_t)(stop - at)), *end = feed ? feed : stop;
        end -= feed && end > at && end[-1] == '\r';
        for (int i = 0; i < HEAD + 2 * wanted; i++)
            row[i] = -1;
        if (!read_line(begin, at, end, keys, wanted, known, row))
            for (int i = 1; i < HEAD + 2 * wanted; i++)
                row[i] = -1;
        at = feed ? feed + 1 : stop;
        row[0] = at - begin;
    }
    return lines;
}

PyDoc_STRVAR(json_members_doc, "json_members(data, keys, wanted) -> int64 as bytes\n\nTwin of translit.files.json_members.json_members.");

static PyObject *json_members(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given, *names, *out = NULL;
    int wanted;
    if (!PyArg_ParseTuple(args, "OO!i", &given, &PyTuple_Type, &names, &wanted))
        return NULL;
    Key keys[MOST_KEYS];
    const Py_ssize_t known = PyTuple_Size(names);
    Buffer b = {0};
    if (known > MOST_KEYS || wanted < 0 || wanted > known) {
        fail(OUT_OF_RANGE);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < known; i++)
        if (PyBytes_AsStringAndSize(PyTuple_GetItem(names, i), (char **)(void *)&keys[i].text, &keys[i].size) < 0)
            return NULL;
    static const Wanted bytes = {"data", 1, 1};
    if (take_each(&given, &b, &bytes, 1) < 0)
        goto done;
    const uint8_t *begin = b.view.buf, *stop = begin + items(&b);
    Py_ssize_t lines = begin < stop && stop[-1] != '\n';
    for (const uint8_t *at = begin; at < stop && (at = memchr(at, '\n', (size_t)(stop - at))); at++)
        lines++;
    out = new_array(lines * (HEAD + 2 * wanted), sizeof(int64_t));
    if (!out)
        goto done;
    int64_t *rows = memory_of(out);
    Py_BEGIN_ALLOW_THREADS
    read_lines(begin, stop, keys, wanted, (int)known, rows);
    Py_END_ALLOW_THREADS
done:
    give_back(&b, 1);
    return out;
}

PyMethodDef json_methods[] = {
    {"json_members", json_members, METH_VARARGS, json_members_doc},
    {NULL, NULL, 0, NULL},
};
