/* The distinct values of a column, numbered as they come, and bytes cut out of others; translit/files/interning.py and splicing.py. */

#include "native.h"

typedef struct {
    const uint8_t *data;
    const int64_t *bounds;
    int64_t size; /* of the data */
} Values;

static inline int value_at(const Values *values, int64_t row, const uint8_t **text, size_t *size)
{
    const int64_t begin = values->bounds[row], end = values->bounds[row + 1];
    if (begin < 0 || end < begin || end > values->size)
        return OUT_OF_RANGE;
    *text = values->data + begin;
    *size = (size_t)(end - begin);
    return FINE;
}

/* Open addressing: the upper half of a hash above one more than the number of its value; 0 is free. At most half are taken. */
typedef struct {
    uint64_t *slots;
    size_t size, taken;
} Table;

static inline uint32_t hash_of(uint64_t seed, const uint8_t *text, size_t size)
{
    uint64_t hash = seed ^ size;
    while (size) {
        const size_t step = size < 8 ? size : 8;
        uint64_t word = 0;
        memcpy(&word, text, step);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
        hash ^= hash >> 29;
        text += step;
        size -= step;
    }
    hash *= 0xff51afd7ed558ccdu;
    return (uint32_t)(hash >> 32);
}

static inline size_t place_of(const Table *table, uint32_t hash)
{
    return hash & (table->size - 1);
}

static void put(Table *table, uint64_t slot)
{
    size_t at = place_of(table, (uint32_t)(slot >> 32));
    while (table->slots[at])
        at = (at + 1) & (table->size - 1);
    table->slots[at] = slot;
    table->taken++;
}

/* Put every slot of another table in, which leaves half of this one free. */
static void put_all(Table *table, const Table *other)
{
    for (size_t i = 0; i < other->size; i++)
        if (other->slots[i])
            put(table, other->slots[i]);
}

static int grow(Table *table)
{
    Table wider = {NULL, table->size ? 2 * table->size : 1024, 0};
    wider.slots = calloc(wider.size, sizeof *wider.slots);
    if (!wider.slots)
        return NO_MEMORY;
    put_all(&wider, table);
    free(table->slots);
    *table = wider;
    return FINE;
}

typedef struct {
    Values column, known;
    int64_t known_count;
    Table old, fresh;
    Column rows; /* where each new value comes first */
} Interning;

/* The number of a value in one of the tables, -1 where it is not there. */
static int look_up(const Interning *in, const Table *table, uint32_t hash, const uint8_t *text, size_t size, int64_t *code)
{
    *code = -1;
    if (!table->size)
        return FINE;
    size_t passed = 0;
    for (size_t at = place_of(table, hash); table->slots[at]; at = (at + 1) & (table->size - 1)) {
        /* Given slots may be without a free one. */
        if (passed++ == table->size)
            return OUT_OF_RANGE;
        if ((uint32_t)(table->slots[at] >> 32) != hash)
            continue;
        const int64_t found = (int64_t)(uint32_t)table->slots[at] - 1;
        const int is_new = found >= in->known_count;
        if (found < 0 || (is_new && (size_t)(found - in->known_count) >= in->rows.size))
            return OUT_OF_RANGE;
        const uint8_t *other;
        size_t other_size;
        const int status = is_new ? value_at(&in->column, in->rows.data[found - in->known_count], &other, &other_size)
                                  : value_at(&in->known, found, &other, &other_size);
        if (status != FINE)
            return status;
        if (size == other_size && !memcmp(text, other, size)) {
            *code = found;
            return FINE;
        }
    }
    return FINE;
}

static int learn(Interning *in, int64_t row, uint32_t hash, int64_t *code)
{
    *code = in->known_count + (int64_t)in->rows.size;
    if (*code >= UINT32_MAX)
        return OUT_OF_RANGE;
    if (2 * (in->fresh.taken + 1) > in->fresh.size && grow(&in->fresh) != FINE)
        return NO_MEMORY;
    put(&in->fresh, (uint64_t)hash << 32 | (uint64_t)(*code + 1));
    return push(&in->rows, row);
}

/* Values looked up side by side: what one step reads is fetched from memory while the others do theirs. */
enum { TOGETHER = 32 };

static int intern_some(Interning *in, uint64_t seed, const uint8_t *valid, int64_t begin, int count, int64_t *codes)
{
    const uint8_t *text[TOGETHER];
    size_t size[TOGETHER];
    uint32_t hash[TOGETHER];
    for (int i = 0; i < count; i++) {
        if (valid && !valid[begin + i])
            continue;
        if (value_at(&in->column, begin + i, &text[i], &size[i]) != FINE)
            return OUT_OF_RANGE;
        hash[i] = hash_of(seed, text[i], size[i]);
        if (in->old.size)
            PREFETCH(in->old.slots + place_of(&in->old, hash[i]));
    }
    for (int i = 0; i < count && in->old.size; i++) {
        if (valid && !valid[begin + i])
            continue;
        const uint64_t slot = in->old.slots[place_of(&in->old, hash[i])];
        if (slot && (int64_t)(uint32_t)slot <= in->known_count)
            PREFETCH(in->known.bounds + (uint32_t)slot - 1);
    }
    for (int i = 0; i < count; i++) {
        codes[i] = -1;
        if (valid && !valid[begin + i])
            continue;
        int status = look_up(in, &in->old, hash[i], text[i], size[i], &codes[i]);
        if (status == FINE && codes[i] < 0)
            status = look_up(in, &in->fresh, hash[i], text[i], size[i], &codes[i]);
        if (status == FINE && codes[i] < 0)
            status = learn(in, begin + i, hash[i], &codes[i]);
        if (status != FINE)
            return status;
    }
    return FINE;
}

/* Both tables as one, of a size that leaves half of it free. */
static PyObject *slots_of(const Interning *in)
{
    Table both = {NULL, 1024, 0};
    size_t taken = in->fresh.taken;
    for (size_t i = 0; i < in->old.size; i++)
        taken += in->old.slots[i] != 0;
    while (both.size < 2 * taken)
        both.size *= 2;
    PyObject *bytes = new_array((int64_t)both.size, sizeof *both.slots);
    if (!bytes)
        return NULL;
    both.slots = memory_of(bytes);
    memset(both.slots, 0, both.size * sizeof *both.slots);
    put_all(&both, &in->old);
    put_all(&both, &in->fresh);
    return bytes;
}

PyDoc_STRVAR(intern_values_doc,
             "intern_values(data, bounds, valid, known_data, known_bounds, slots, seed) -> (codes, rows, slots)\n\n"
             "Twin of translit.files.interning.intern_values. data are bytes, bounds int64, valid bytes, one a row or none where all\n"
             "rows have a value; slots are uint64, what an earlier call gave for the known values under the same seed, at first none.");

static PyObject *intern_values(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[6], *codes = NULL, *rows = NULL, *slots = NULL, *result = NULL;
    unsigned long long seed;
    if (!PyArg_ParseTuple(args, "OOOOOOK", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5], &seed))
        return NULL;
    static const Wanted wanted[] = {{"data", 1, 1},       {"bounds", 8, 1},       {"valid", 1, 1},
                                    {"known_data", 1, 1}, {"known_bounds", 8, 1}, {"slots", 8, 1}};
    Buffer b[6] = {0};
    Interning in = {0};
    if (take_each(given, b, wanted, 6) < 0)
        goto done;
    const int64_t count = items(&b[1]) - 1;
    in.column = (Values){b[0].view.buf, b[1].view.buf, items(&b[0])};
    in.known = (Values){b[3].view.buf, b[4].view.buf, items(&b[3])};
    in.known_count = items(&b[4]) - 1;
    in.old = (Table){b[5].view.buf, (size_t)items(&b[5]), (size_t)in.known_count};
    const uint8_t *valid = items(&b[2]) ? b[2].view.buf : NULL;
    if (count < 0 || in.known_count < 0 || (valid && items(&b[2]) != count) || in.old.size & (in.old.size - 1) ||
        in.old.size < 2 * in.old.taken) {
        disagree();
        goto done;
    }
    codes = new_array(count, sizeof(int64_t));
    if (!codes)
        goto done;
    int64_t *out = memory_of(codes);
    int status = FINE;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t begin = 0; begin < count && status == FINE; begin += TOGETHER)
        status = intern_some(&in, seed, valid, begin, count - begin < TOGETHER ? (int)(count - begin) : TOGETHER, out + begin);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        fail(status);
        goto done;
    }
    rows = as_bytes(&in.rows);
    slots = !rows ? NULL : in.rows.size ? slots_of(&in) : Py_NewRef(given[5]);
    if (rows && slots)
        result = PyTuple_Pack(3, codes, rows, slots);
done:
    Py_XDECREF(codes);
    Py_XDECREF(rows);
    Py_XDECREF(slots);
    free(in.fresh.slots);
    free(in.rows.data);
    give_back(b, 6);
    return result;
}

PyDoc_STRVAR(cut_spans_doc, "cut_spans(data, begin, end) -> (bytes, bounds)\n\n"
                            "Twin of translit.files.splicing.cut_spans; begin, end and bounds are int64.");

/* Where each span begins among those before it, and where the last ends; -1 where one is not in the data. */
static int64_t lay_out(const int64_t *begin, const int64_t *end, int64_t count, int64_t size, int64_t *bounds)
{
    int64_t total = 0;
    for (int64_t i = 0; i < count; i++) {
        bounds[i] = total;
        if (begin[i] < 0 || end[i] < begin[i] || end[i] > size || end[i] - begin[i] > PY_SSIZE_T_MAX / 2 - total)
            return -1;
        total += end[i] - begin[i];
    }
    return bounds[count] = total;
}

static PyObject *cut_spans(PyObject *self, PyObject *args)
{
    (void)self;
    enum { DATA, BEGIN, END, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {[DATA] = {"data", 1, 1}, [BEGIN] = {"begin", 8, 1}, [END] = {"end", 8, 1}};
    Buffer b[ARGUMENTS] = {0};
    PyObject *bytes = NULL, *bounds = NULL, *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    const int64_t count = items(&b[BEGIN]), *begin = b[BEGIN].view.buf, *end = b[END].view.buf;
    if (items(&b[END]) != count) {
        disagree();
        goto done;
    }
    bounds = new_array(count + 1, sizeof(int64_t));
    if (!bounds)
        goto done;
    int64_t *places = memory_of(bounds), total;
    Py_BEGIN_ALLOW_THREADS
    total = lay_out(begin, end, count, items(&b[DATA]), places);
    Py_END_ALLOW_THREADS
    if (total < 0) {
        fail(OUT_OF_RANGE);
        goto done;
    }
    bytes = new_array(total, 1);
    if (!bytes)
        goto done;
    uint8_t *out = memory_of(bytes);
    const uint8_t *data = b[DATA].view.buf;
    Py_BEGIN_ALLOW_THREADS
    for (int64_t i = 0; i < count; i++)
        memcpy(out + places[i], data + begin[i], (size_t)(places[i + 1] - places[i]));
    Py_END_ALLOW_THREADS
    result = PyTuple_Pack(2, bytes, bounds);
done:
    Py_XDECREF(bytes);
    Py_XDECREF(bounds);
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef values_methods[] = {
    {"intern_values", intern_values, METH_VARARGS, intern_values_doc},
    {"cut_spans", cut_spans, METH_VARARGS, cut_spans_doc},
    {NULL, NULL, 0, NULL},
};
