/* The inner loops of translit in C: pair alignment, candidate search and text scanning.
 *
 * Every function gives bit for bit what its Python twin gives; translit/native.py names the twins and picks between them.
 * Arguments are C-contiguous buffers of the item sizes stated; results are bytearrays for numpy.frombuffer. Every index read
 * from a buffer is checked before use. The GIL is released around the loops.
 */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define WIDEST 3
#define UNREACHED 80000 /* four times FORBIDDEN of matching/align.py: what a cell costs before a step reaches it */

enum { FINE = 0, NO_MEMORY, OUT_OF_RANGE, FAILED };

static PyObject *fail(int status)
{
    if (status == NO_MEMORY)
        return PyErr_NoMemory();
    if (status == OUT_OF_RANGE)
        PyErr_SetString(PyExc_IndexError, "an index in the arrays points outside the array that it indexes");
    return NULL;
}

/* ---- buffers ---- */

typedef struct {
    Py_buffer view;
    int held;
} Buffer;

static int take(PyObject *object, Buffer *buffer, Py_ssize_t item, int dimensions, const char *name)
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

static void give_back(Buffer *buffers, int count)
{
    for (int i = 0; i < count; i++)
        if (buffers[i].held)
            PyBuffer_Release(&buffers[i].view);
}

static Py_ssize_t items(const Buffer *buffer)
{
    return buffer->view.len / buffer->view.itemsize;
}

/* ---- alignment ---- */

typedef struct {
    const int32_t *table, *source, *target, *n, *m;
    const int64_t *left, *right;
    Py_ssize_t sources, targets;           /* shape of the table */
    Py_ssize_t names, rows, forms, columns; /* shape of the encoded words */
    Py_ssize_t pairs;
} Alignment;

static int in_range(const int32_t *ids, Py_ssize_t count, Py_ssize_t limit)
{
    int32_t most = -1;
    for (Py_ssize_t i = 0; i < count; i++)
        most = ids[i] > most ? ids[i] : most;
    return most < limit;
}

static int lengths_in_range(const int32_t *lengths, Py_ssize_t count, Py_ssize_t limit)
{
    for (Py_ssize_t i = 0; i < count; i++)
        if (lengths[i] < 0 || lengths[i] > limit)
            return 0;
    return 1;
}

/* Sums wrap as numpy's do, rather than being undefined. */
static inline int32_t add(int32_t a, int32_t b)
{
    return (int32_t)((uint32_t)a + (uint32_t)b);
}

static inline int32_t least(int32_t a, int32_t b)
{
    return b < a ? b : a;
}

typedef struct {
    int32_t end, id;
} Group;

static int align_all(const Alignment *a, int32_t *out)
{
    if (!in_range(a->source, a->names * a->rows * WIDEST, a->sources) ||
        !in_range(a->target, a->forms * a->columns * WIDEST, a->targets) ||
        !lengths_in_range(a->n, a->names, a->rows) || !lengths_in_range(a->m, a->forms, a->columns))
        return OUT_OF_RANGE;
    const size_t width = (size_t)a->columns + 1;
    int32_t *cells = malloc(4 * width * sizeof *cells + width * sizeof *cells);
    Group *groups = malloc(WIDEST * width * sizeof *groups);
    int status = cells && groups ? FINE : NO_MEMORY;
    int32_t *insert = cells ? cells + 4 * width : NULL;
    int64_t last = -1;
    int32_t counts[WIDEST] = {0};
    for (Py_ssize_t p = 0; status == FINE && p < a->pairs; p++) {
        const int64_t l = a->left[p], r = a->right[p];
        if (l < 0 || l >= a->names || r < 0 || r >= a->forms) {
            status = OUT_OF_RANGE;
            break;
        }
        const int32_t n = a->n[l], m = a->m[r];
        const int32_t *source = a->source + (size_t)l * a->rows * WIDEST;
        const int32_t *target = a->target + (size_t)r * a->columns * WIDEST;
        if (r != last) {
            last = r;
            for (int32_t j = 0; j < m; j++)
                insert[j + 1] = target[j * WIDEST] >= 0 ? a->table[target[j * WIDEST]] : 0;
            for (int w = 0; w < WIDEST; w++) {
                Group *known = groups + w * width;
                int32_t count = 0;
                for (int32_t j = 0; j + w < m; j++) {
                    const int32_t id = target[j * WIDEST + w];
                    known[count] = (Group){j + w + 1, id};
                    count += id >= 0;
                }
                counts[w] = count;
            }
        }
        cells[0] = 0;
        for (int32_t j = 1; j <= m; j++)
            cells[j] = add(cells[j - 1], insert[j]);
        for (int32_t i = 1; i <= n; i++) {
            int32_t *row = cells + (i & 3) * width;
            for (int32_t j = 0; j <= m; j++)
                row[j] = UNREACHED;
            for (int32_t down = 1; down <= WIDEST && down <= i; down++) {
                const int32_t id = source[(i - down) * WIDEST + down - 1];
                /* Letter by letter is never dearer (DEAREST each) than a group that the table does not know (FORBIDDEN). */
                if (id < 0)
                    continue;
                const int32_t *price = a->table + (size_t)id * a->targets;
                const int32_t *from = cells + ((i - down) & 3) * width;
                for (int32_t j = 0; j <= m; j++)
                    row[j] = least(row[j], add(from[j], price[0]));
                for (int w = 0; w < WIDEST; w++) {
                    const Group *known = groups + w * width;
                    for (int32_t k = 0; k < counts[w]; k++)
                        row[known[k].end] = least(row[known[k].end], add(from[known[k].end - w - 1], price[known[k].id]));
                }
            }
            for (int32_t j = 1; j <= m; j++)
                row[j] = least(row[j], add(row[j - 1], insert[j]));
        }
        out[p] = cells[(n & 3) * width + m];
    }
    free(groups);
    free(cells);
    return status;
}

PyDoc_STRVAR(align_pairs_doc, "align_pairs(table, source, n, target, m, left, right) -> bytearray of int32\n\n"
                              "Twin of translit.matching.align.align_pairs; left and right are int64, the rest int32.");

static PyObject *align_pairs(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[7];
    if (!PyArg_ParseTuple(args, "OOOOOOO", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5], &given[6]))
        return NULL;
    static const char *const names[] = {"table", "source", "n", "target", "m", "left", "right"};
    static const int dimensions[] = {2, 3, 1, 3, 1, 1, 1};
    Buffer b[7] = {0};
    PyObject *result = NULL;
    for (int i = 0; i < 7; i++)
        if (take(given[i], &b[i], i < 5 ? 4 : 8, dimensions[i], names[i]) < 0)
            goto done;
    if (b[1].view.shape[2] != WIDEST || b[3].view.shape[2] != WIDEST || b[1].view.shape[0] != items(&b[2]) ||
        b[3].view.shape[0] != items(&b[4]) || items(&b[5]) != items(&b[6]) || b[0].view.shape[0] < 1 ||
        b[0].view.shape[1] < 1) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    const Alignment a = {
        .table = b[0].view.buf, .source = b[1].view.buf, .target = b[3].view.buf, .n = b[2].view.buf, .m = b[4].view.buf,
        .left = b[5].view.buf, .right = b[6].view.buf,
        .sources = b[0].view.shape[0], .targets = b[0].view.shape[1],
        .names = b[1].view.shape[0], .rows = b[1].view.shape[1],
        .forms = b[3].view.shape[0], .columns = b[3].view.shape[1],
        .pairs = items(&b[5]),
    };
    result = PyByteArray_FromStringAndSize(NULL, a.pairs * (Py_ssize_t)sizeof(int32_t));
    if (!result)
        goto done;
    int32_t *out = (int32_t *)(void *)PyByteArray_AsString(result);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = align_all(&a, out);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        Py_CLEAR(result);
        fail(status);
    }
done:
    give_back(b, 7);
    return result;
}

/* ---- growing arrays ---- */

typedef struct {
    int64_t *data;
    size_t size, room;
} Column;

static int push(Column *column, int64_t value)
{
    if (column->size == column->room) {
        const size_t room = column->room ? 2 * column->room : 64;
        int64_t *data = realloc(column->data, room * sizeof *data);
        if (!data)
            return NO_MEMORY;
        column->data = data;
        column->room = room;
    }
    column->data[column->size++] = value;
    return FINE;
}

static PyObject *as_bytes(const Column *column)
{
    return PyByteArray_FromStringAndSize((const char *)column->data, (Py_ssize_t)(column->size * sizeof *column->data));
}

/* ---- candidates ---- */

typedef struct {
    const uint32_t *keys, *rows, *asked;
    const uint64_t *signatures, *contours, *my_signatures, *my_contours;
    const int64_t *owner;
    Py_ssize_t entries, forms, queries, names;
    Py_ssize_t most, max_block, least_overlap;
} Query;

static inline uint32_t bits(uint64_t x)
{
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)((x * 0x0101010101010101u) >> 56);
}

static size_t first_at_least(const uint32_t *keys, size_t count, uint32_t key)
{
    const uint32_t *base = keys;
    while (count > 1) {
        const size_t half = count / 2;
        base += (base[half - 1] < key) * half;
        count -= half;
    }
    return (size_t)(base - keys) + (count && *base < key);
}

/* A max-heap of the best `most` packed (2000 - score, form); the worst is on top. */
static void sift_down(uint64_t *heap, size_t size, size_t at)
{
    const uint64_t value = heap[at];
    for (size_t child; (child = 2 * at + 1) < size; at = child) {
        child += child + 1 < size && heap[child + 1] > heap[child];
        if (heap[child] <= value)
            break;
        heap[at] = heap[child];
    }
    heap[at] = value;
}

static void sift_up(uint64_t *heap, size_t at)
{
    const uint64_t value = heap[at];
    while (at && heap[(at - 1) / 2] < value) {
        heap[at] = heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    heap[at] = value;
}

static void sort_heap(uint64_t *heap, size_t size)
{
    while (size > 1) {
        const uint64_t top = heap[0];
        heap[0] = heap[--size];
        sift_down(heap, size, 0);
        heap[size] = top;
    }
}

typedef struct {
    size_t start, end;
} Span;

/* A set of forms that is emptied by a new stamp: each slot holds a stamp and a form. */
typedef struct {
    uint64_t *slots;
    size_t room;
    uint32_t stamp;
} Seen;

static int renew(Seen *seen, size_t members)
{
    if (2 * members > seen->room || seen->stamp == UINT32_MAX) {
        size_t room = seen->room ? seen->room : 1024;
        while (room < 2 * members)
            room *= 2;
        free(seen->slots);
        seen->slots = calloc(room, sizeof *seen->slots);
        seen->room = room;
        seen->stamp = 0;
        if (!seen->slots)
            return NO_MEMORY;
    }
    seen->stamp++;
    return FINE;
}

static int is_new(Seen *seen, uint32_t form)
{
    const uint64_t entry = ((uint64_t)seen->stamp << 32) | form;
    size_t at = (size_t)((form * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (seen->room - 1);
    while (seen->slots[at] >> 32 == seen->stamp) {
        if (seen->slots[at] == entry)
            return 0;
        at = (at + 1) & (seen->room - 1);
    }
    seen->slots[at] = entry;
    return 1;
}

typedef struct {
    size_t *starts;  /* where each name's keys begin in `asked` */
    uint32_t *asked; /* the keys, by name */
    Span *spans;
    uint64_t *heap;
    size_t heap_room;
    Seen seen;
} Workspace;

static int sort_by_owner(const Query *q, Workspace *w)
{
    w->starts = calloc((size_t)q->names + 2, sizeof *w->starts);
    w->asked = malloc(((size_t)q->queries + 1) * sizeof *w->asked);
    w->spans = malloc(((size_t)q->queries + 1) * sizeof *w->spans);
    if (!w->starts || !w->asked || !w->spans)
        return NO_MEMORY;
    for (Py_ssize_t i = 0; i < q->queries; i++) {
        if (q->owner[i] < 0 || q->owner[i] >= q->names)
            return OUT_OF_RANGE;
        w->starts[q->owner[i] + 2]++;
    }
    for (Py_ssize_t i = 2; i <= q->names + 1; i++)
        w->starts[i] += w->starts[i - 1];
    for (Py_ssize_t i = 0; i < q->queries; i++)
        w->asked[w->starts[q->owner[i] + 1]++] = q->asked[i];
    return FINE;
}

static size_t blocks_of(const Query *q, Workspace *w, Py_ssize_t name, size_t *members)
{
    size_t count = 0;
    *members = 0;
    for (size_t i = w->starts[name]; i < w->starts[name + 1]; i++) {
        const uint32_t key = w->asked[i];
        const size_t start = first_at_least(q->keys, (size_t)q->entries, key);
        size_t end = start;
        while (end < (size_t)q->entries && q->keys[end] == key && end - start < (size_t)q->max_block)
            end++;
        int again = 0;
        for (size_t k = 0; k < count; k++)
            again |= w->spans[k].start == start;
        if (start == end || again)
            continue;
        w->spans[count++] = (Span){start, end};
        *members += end - start;
    }
    return count;
}

static int candidates_of(const Query *q, Workspace *w, Py_ssize_t name, int64_t *crowd, size_t *kept)
{
    size_t members;
    const size_t count = blocks_of(q, w, name, &members);
    const size_t most = q->most > 0 ? (size_t)q->most : 0;
    if (renew(&w->seen, members) != FINE)
        return NO_MEMORY;
    const size_t room = members < most ? members : most;
    if (room > w->heap_room) {
        free(w->heap);
        w->heap_room = 2 * room;
        w->heap = malloc(w->heap_room * sizeof *w->heap);
        if (!w->heap)
            return NO_MEMORY;
    }
    const uint64_t mine = q->my_signatures[name], ours = q->my_contours[name];
    const uint32_t my_size = bits(mine) + bits(ours);
    size_t size = 0;
    *crowd = 0;
    for (size_t k = 0; k < count; k++) {
        for (size_t i = w->spans[k].start; i < w->spans[k].end; i++) {
            const uint32_t form = q->rows[i];
            if (form >= (size_t)q->forms)
                return OUT_OF_RANGE;
            if (!is_new(&w->seen, form))
                continue;
            const uint64_t theirs = q->signatures[form], outline = q->contours[form];
            const uint32_t of = my_size + bits(theirs) + bits(outline);
            const uint32_t score = 2000 * (bits(mine & theirs) + bits(ours & outline)) / (of ? of : 1);
            if ((Py_ssize_t)score < q->least_overlap)
                continue;
            ++*crowd;
            const uint64_t packed = ((uint64_t)(2000 - score) << 32) | form;
            if (size < most) {
                w->heap[size] = packed;
                sift_up(w->heap, size++);
            } else if (most && packed < w->heap[0]) {
                w->heap[0] = packed;
                sift_down(w->heap, size, 0);
            }
        }
    }
    if (size)
        sort_heap(w->heap, size);
    *kept = size;
    return FINE;
}

static int gather_all(const Query *q, Column *name, Column *form, int64_t *crowd)
{
    Workspace w = {0};
    int status = sort_by_owner(q, &w);
    for (Py_ssize_t row = 0; status == FINE && row < q->names; row++) {
        size_t kept = 0;
        status = candidates_of(q, &w, row, &crowd[row], &kept);
        for (size_t i = 0; status == FINE && i < kept; i++) {
            status = push(name, row);
            if (status == FINE)
                status = push(form, (int64_t)(w.heap[i] & 0xffffffffu));
        }
    }
    free(w.starts);
    free(w.asked);
    free(w.spans);
    free(w.heap);
    free(w.seen.slots);
    return status;
}

PyDoc_STRVAR(gather_doc,
             "gather(keys, rows, signatures, contours, asked, owner, mine, ours, most, max_block, least_overlap)\n"
             "-> (name, form, crowd), bytearrays of int64\n\n"
             "Twin of translit.matching.candidates.gather; keys, rows and asked are uint32, the other arrays 64 bits wide.");

static PyObject *gather(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[8];
    Query q = {0};
    if (!PyArg_ParseTuple(args, "OOOOOOOOnnn", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5], &given[6],
                          &given[7], &q.most, &q.max_block, &q.least_overlap))
        return NULL;
    static const char *const names[] = {"keys", "rows", "signatures", "contours", "asked", "owner", "mine", "ours"};
    static const int width[] = {4, 4, 8, 8, 4, 8, 8, 8};
    Buffer b[8] = {0};
    Column name = {0}, form = {0};
    PyObject *crowd = NULL, *result = NULL;
    for (int i = 0; i < 8; i++)
        if (take(given[i], &b[i], width[i], 1, names[i]) < 0)
            goto done;
    q.keys = b[0].view.buf, q.rows = b[1].view.buf, q.signatures = b[2].view.buf, q.contours = b[3].view.buf;
    q.asked = b[4].view.buf, q.owner = b[5].view.buf, q.my_signatures = b[6].view.buf, q.my_contours = b[7].view.buf;
    q.entries = items(&b[0]), q.forms = items(&b[2]), q.queries = items(&b[4]), q.names = items(&b[6]);
    if (items(&b[1]) != q.entries || items(&b[3]) != q.forms || items(&b[5]) != q.queries || items(&b[7]) != q.names ||
        q.max_block < 0) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    crowd = PyByteArray_FromStringAndSize(NULL, q.names * (Py_ssize_t)sizeof(int64_t));
    if (!crowd)
        goto done;
    int64_t *counts = (int64_t *)(void *)PyByteArray_AsString(crowd);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = gather_all(&q, &name, &form, counts);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        fail(status);
        goto done;
    }
    result = Py_BuildValue("(NNO)", as_bytes(&name), as_bytes(&form), crowd);
done:
    Py_XDECREF(crowd);
    free(name.data);
    free(form.data);
    give_back(b, 8);
    return result;
}

/* ---- scanning ---- */

/* What a code point is, in the low bits of its entry; the offset of its folded form in the blob stands above them.
 * unicode/scan.py makes the entries. */
enum {
    SPACELESS = 1,      /* a token of its own with the marks after it */
    MARK = 2,
    START = 4,          /* begins a token */
    INNER = 8,          /* goes on with a token */
    TRAILING = 16,      /* does not count at the end of a token */
    CONTEXT = 32,       /* folds by its neighbours: the token is folded in Python */
    BEGINS_MARK = 64,   /* folds to something that begins with a combining mark */
    BEGINS_SECOND = 128, /* … that begins with what may compose with a letter before it */
    ENDS_MARK = 256,    /* … that ends with a combining mark */
    ENDS_FIRST = 512,   /* … that ends with what may compose with something after it */
    FLAG_BITS = 10
};

enum { WIDER = FAILED + 1 };

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* The slots are chosen by a secret odd factor, so that no text can be written to make them crowd. */
typedef struct {
    uint64_t *hashes;
    int64_t *numbers; /* one more than the number; 0 is free */
    size_t room, size;
    uint64_t factor;
} Words;

typedef struct {
    const uint8_t *text;
    size_t size, at, extra; /* extra: bytes before `at` that begin no code point */
    const uint32_t *entries;
    size_t known; /* code points that have an entry */
    const uint8_t *blob;
    size_t blob_size;
    PyObject *fold;
    PyThreadState *state;
    const uint64_t *hashes;
    const uint32_t *starts;
    size_t listed, buckets;
    int shift, unknown;
    Column start, end, hit, first;
    Words words;
} Scan;

typedef struct {
    size_t start, start_extra, end, end_extra;
    uint64_t hash;
    uint32_t before; /* flags of the last code point that left something when folded */
    int context, empty;
} Token;

static uint64_t mixed(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

static uint64_t hashed(uint64_t hash, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    return hash;
}

static inline int is_alphanumeric(uint8_t c)
{
    return (uint8_t)((c | 32) - 'a') < 26 || (uint8_t)(c - '0') < 10;
}

static inline uint8_t lower(uint8_t c)
{
    return (uint8_t)(c | ((uint8_t)(c - 'A') < 26) << 5);
}

/* The text is UTF-8 as CPython writes it, so a lead byte is always followed by its tail. */
static size_t code_point(const uint8_t *at, uint32_t *value)
{
    if (at[0] < 0xe0) {
        *value = (uint32_t)(at[0] & 31) << 6 | (at[1] & 63);
        return 2;
    }
    if (at[0] < 0xf0) {
        *value = (uint32_t)(at[0] & 15) << 12 | (uint32_t)(at[1] & 63) << 6 | (at[2] & 63);
        return 3;
    }
    *value = (uint32_t)(at[0] & 7) << 18 | (uint32_t)(at[1] & 63) << 12 | (uint32_t)(at[2] & 63) << 6 | (at[3] & 63);
    return 4;
}

static int append(const Scan *s, Token *t, uint32_t entry)
{
    const size_t offset = entry >> FLAG_BITS;
    if (entry & CONTEXT) {
        t->context = 1;
        return FINE;
    }
    if (offset >= s->blob_size || offset + s->blob[offset] >= s->blob_size)
        return OUT_OF_RANGE;
    const size_t size = s->blob[offset];
    if (!size)
        return FINE;
    if ((t->before & ENDS_MARK && entry & (BEGINS_MARK | BEGINS_SECOND)) || (t->before & ENDS_FIRST && entry & BEGINS_SECOND))
        t->context = 1;
    t->before = entry;
    t->empty = 0;
    t->hash = hashed(t->hash, s->blob + offset + 1, size);
    return FINE;
}

/* Go on with a token as far as it reaches. */
static int run(Scan *s, Token *t, uint32_t goes_on)
{
    while (s->at < s->size) {
        const uint8_t c = s->text[s->at];
        if (c < 0x80) {
            if (goes_on != INNER)
                return FINE;
            if (is_alphanumeric(c)) {
                t->hash = (t->hash ^ lower(c)) * FNV_PRIME;
                t->before = ENDS_FIRST;
                t->empty = 0;
                t->end = ++s->at;
                t->end_extra = s->extra;
            } else if (c == '\'' || c == '`') {
                s->at++;
            } else {
                return FINE;
            }
            continue;
        }
        uint32_t point;
        const size_t bytes = code_point(s->text + s->at, &point);
        if (point >= s->known)
            return WIDER;
        const uint32_t entry = s->entries[point];
        if (!(entry & goes_on))
            return FINE;
        const int status = append(s, t, entry);
        if (status != FINE)
            return status;
        s->at += bytes;
        s->extra += bytes - 1;
        if (!(entry & TRAILING)) {
            t->end = s->at;
            t->end_extra = s->extra;
        }
    }
    return FINE;
}

/* Read the next token; an empty one at the end of the text. */
static int next_token(Scan *s, Token *t)
{
    while (s->at < s->size) {
        const uint8_t c = s->text[s->at];
        if (c < 0x80 && !is_alphanumeric(c)) {
            s->at++;
            continue;
        }
        *t = (Token){s->at, s->extra, s->at, s->extra, FNV_START, 0, 0, 1};
        if (c < 0x80)
            return run(s, t, INNER);
        uint32_t point;
        const size_t bytes = code_point(s->text + s->at, &point);
        if (point >= s->known)
            return WIDER;
        const uint32_t entry = s->entries[point];
        if (entry & (SPACELESS | START)) {
            const int status = append(s, t, entry);
            if (status != FINE)
                return status;
        }
        s->at += bytes;
        s->extra += bytes - 1;
        if (entry & (SPACELESS | START)) {
            if (!(entry & TRAILING)) {
                t->end = s->at;
                t->end_extra = s->extra;
            }
            return run(s, t, entry & SPACELESS ? MARK : INNER);
        }
    }
    *t = (Token){s->at, s->extra, s->at, s->extra, FNV_START, 0, 0, 1};
    return FINE;
}

/* Fold a token in Python; the GIL is held meanwhile. */
static int fold_in_python(Scan *s, Token *t)
{
    int status = FAILED;
    PyEval_RestoreThread(s->state);
    PyObject *word = PyUnicode_DecodeUTF8((const char *)s->text + t->start, (Py_ssize_t)(t->end - t->start), "strict");
    PyObject *folded = word ? PyObject_CallFunctionObjArgs(s->fold, word, NULL) : NULL;
    Py_ssize_t size;
    const char *bytes = folded ? PyUnicode_AsUTF8AndSize(folded, &size) : NULL;
    if (bytes) {
        t->hash = hashed(FNV_START, (const uint8_t *)bytes, (size_t)size);
        t->empty = size == 0;
        status = FINE;
    }
    Py_XDECREF(folded);
    Py_XDECREF(word);
    s->state = PyEval_SaveThread();
    return status;
}

/* The row of a hash in the table, or -1. */
static int64_t listed(const Scan *s, uint64_t hash)
{
    const size_t bucket = s->shift < 64 ? (size_t)(hash >> s->shift) : 0;
    const size_t end = s->starts[bucket + 1] < s->listed ? s->starts[bucket + 1] : s->listed;
    for (size_t row = s->starts[bucket]; row < end; row++)
        if (s->hashes[row] >= hash)
            return s->hashes[row] == hash ? (int64_t)row : -1;
    return -1;
}

static int64_t *slot_of(const Words *words, uint64_t hash)
{
    size_t at = (size_t)((hash * words->factor) >> 32) & (words->room - 1);
    while (words->numbers[at] && words->hashes[at] != hash)
        at = (at + 1) & (words->room - 1);
    words->hashes[at] = hash;
    return &words->numbers[at];
}

static int grow(Words *words)
{
    const Words old = *words;
    const size_t room = old.room ? 2 * old.room : 256;
    uint64_t *hashes = malloc(room * sizeof *hashes);
    int64_t *numbers = calloc(room, sizeof *numbers);
    if (!hashes || !numbers) {
        free(hashes);
        free(numbers);
        return NO_MEMORY;
    }
    *words = (Words){hashes, numbers, room, old.size, old.factor};
    for (size_t i = 0; i < old.room; i++)
        if (old.numbers[i])
            *slot_of(words, old.hashes[i]) = old.numbers[i];
    free(old.hashes);
    free(old.numbers);
    return FINE;
}

/* Number the distinct tokens that are not listed, from -1 downwards, by first occurrence. */
static int number_of(Scan *s, uint64_t hash, int64_t *number)
{
    if (2 * s->words.size >= s->words.room && grow(&s->words) != FINE)
        return NO_MEMORY;
    int64_t *slot = slot_of(&s->words, hash);
    if (!*slot) {
        *slot = (int64_t)++s->words.size;
        if (push(&s->first, (int64_t)s->start.size) != FINE)
            return NO_MEMORY;
    }
    *number = -*slot;
    return FINE;
}

static int keep_token(Scan *s, const Token *t)
{
    const uint64_t hash = mixed(t->hash);
    int64_t hit = listed(s, hash);
    if (hit < 0) {
        if (!s->unknown)
            return FINE;
        if (number_of(s, hash, &hit) != FINE)
            return NO_MEMORY;
    }
    if (push(&s->start, (int64_t)(t->start - t->start_extra)) != FINE ||
        push(&s->end, (int64_t)(t->end - t->end_extra)) != FINE || push(&s->hit, hit) != FINE)
        return NO_MEMORY;
    return FINE;
}

static int scan_all(Scan *s)
{
    while (s->at < s->size) {
        Token t;
        int status = next_token(s, &t);
        if (status == FINE && t.context)
            status = fold_in_python(s, &t);
        if (status == FINE && !t.empty)
            status = keep_token(s, &t);
        if (status != FINE)
            return status;
    }
    return FINE;
}

PyDoc_STRVAR(scan_tokens_doc,
             "scan_tokens(text, entries, blob, fold, hashes, starts, unknown, factor) -> (start, end, hit, first) or None\n\n"
             "Twin of translit.unicode.scan.scan_tokens. The text is an ASCII str or UTF-8 bytes; entries (uint32) and blob (bytes) are\n"
             "the code points' classes and folded forms; fold folds one token that they do not suffice for; hashes (uint64) are\n"
             "sorted, and starts (uint32, a power of two up to 2**24 and one) says where each of their buckets by leading bits begins.\n"
             "factor is any secret odd number; no answer depends on it. None: the text has a code point beyond the entries.");

static PyObject *scan_tokens(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *given[4];
    Scan s = {0};
    unsigned long long factor;
    if (!PyArg_ParseTuple(args, "OOOOOOpK", &text, &given[0], &given[1], &s.fold, &given[2], &given[3], &s.unknown, &factor))
        return NULL;
    s.words.factor = factor | 1;
    static const char *const names[] = {"entries", "blob", "hashes", "starts"};
    static const int width[] = {4, 1, 8, 4};
    Buffer b[4] = {0};
    PyObject *result = NULL;
    Py_ssize_t size;
    if (PyUnicode_Check(text)) {
        s.text = (const uint8_t *)PyUnicode_AsUTF8AndSize(text, &size);
        if (!s.text)
            return NULL;
    } else {
        char *bytes;
        if (PyBytes_AsStringAndSize(text, &bytes, &size) < 0)
            return NULL;
        s.text = (const uint8_t *)bytes;
    }
    for (int i = 0; i < 4; i++)
        if (take(given[i], &b[i], width[i], 1, names[i]) < 0)
            goto done;
    s.size = (size_t)size;
    s.entries = b[0].view.buf, s.blob = b[1].view.buf, s.hashes = b[2].view.buf, s.starts = b[3].view.buf;
    s.known = (size_t)items(&b[0]), s.blob_size = (size_t)items(&b[1]), s.listed = (size_t)items(&b[2]);
    s.buckets = (size_t)items(&b[3]);
    s.shift = 64;
    while (s.shift > 40 && ((size_t)1 << (64 - s.shift)) + 1 < s.buckets)
        s.shift--;
    if (((size_t)1 << (64 - s.shift)) + 1 != s.buckets) {
        PyErr_SetString(PyExc_ValueError, "starts must hold one item more than a power of two");
        goto done;
    }
    s.state = PyEval_SaveThread();
    const int status = scan_all(&s);
    PyEval_RestoreThread(s.state);
    if (status == WIDER)
        result = Py_NewRef(Py_None);
    else if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NNNN)", as_bytes(&s.start), as_bytes(&s.end), as_bytes(&s.hit), as_bytes(&s.first));
done:
    free(s.start.data);
    free(s.end.data);
    free(s.hit.data);
    free(s.first.data);
    free(s.words.hashes);
    free(s.words.numbers);
    give_back(b, 4);
    return result;
}

/* ---- module ---- */

static PyMethodDef methods[] = {
    {"align_pairs", align_pairs, METH_VARARGS, align_pairs_doc},
    {"gather", gather, METH_VARARGS, gather_doc},
    {"scan_tokens", scan_tokens, METH_VARARGS, scan_tokens_doc},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "translit._native", .m_doc = "Compiled twins of functions of translit.",
    .m_size = 0, .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&module);
}
