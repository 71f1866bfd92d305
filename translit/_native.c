/* The inner loops of translit in C: pair alignment, candidate search, text scanning, keys, forests, comparisons, rivals and names.
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
#define FORBIDDEN 20000 /* of matching/align.py: costs more than any letters one by one */
#define UNREACHED 80000 /* what a cell costs before a step reaches it */

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

/* ---- texts ---- */

/* Texts in UTF-8 that lie in one of two buffers; translit.matching.spans.Spans. */
typedef struct {
    const uint8_t *data[2];
    int64_t size[2];
    const int64_t *begin, *end;
    const uint8_t *elsewhere;
    int64_t count;
} Texts;

typedef struct {
    uint32_t *points;
    size_t size, room;
} Letters;

enum { TEXT_BUFFERS = 5 };

/* Five buffers of the arguments from `given` on: data, other, begin, end, elsewhere. */
static int take_texts(PyObject *const *given, Buffer *b, Texts *t)
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

/* The code points of a text. */
static int read_text(const Texts *t, int64_t row, Letters *out)
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
    out->size = 0;
    for (const uint8_t *at = t->data[which] + begin, *stop = at + need; at < stop;) {
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

/* ---- alignment ---- */

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
    const int32_t *starts, *target, *cost; /* the prices by source id: target ids and what they cost */
    int64_t sources, targets, prices;
    const int32_t *source, *n; /* ids of the source groups by word, position and width */
    int64_t names, positions;
    const int32_t *group, *code; /* target ids by letter codes, letter codes by ASCII */
    int64_t base, groups;
    Texts forms;
    const int64_t *left, *right;
    int64_t pairs;
} Alignment;

typedef struct {
    int32_t start, end;
    const uint16_t *price; /* one more than the cost, by row; 0 where it is forbidden */
} Group;

/* The prices of one source word's groups, which are the rows. */
typedef struct {
    uint16_t *table; /* by target id and row */
    uint64_t *present; /* by target id, the rows that have a price for it, modulo 64 */
    uint64_t priced;   /* the rows that have one for a group of the target word */
    size_t stride, rows;
    int32_t *ids;   /* the source id of each row */
    int32_t *row;   /* by position and width, -1 where no group begins */
    int32_t *gone;  /* what it costs that nothing stands for a row's group, -1 where that is forbidden */
    int32_t *insert; /* what it costs that a target letter stands for nothing, by target id */
    int32_t *cells;
    size_t cells_room;
    Group *groups;
    size_t groups_room;
    Letters letters;
} Aligner;

static void set_prices(const Alignment *a, Aligner *x, int present)
{
    for (size_t r = 0; r < x->rows; r++)
        for (int32_t k = a->starts[x->ids[r]]; k < a->starts[x->ids[r] + 1]; k++) {
            const int32_t cost = a->cost[k] < 0 ? 0 : a->cost[k] > UINT16_MAX - 1 ? UINT16_MAX - 1 : a->cost[k];
            const size_t target = (size_t)a->target[k];
            x->table[target * x->stride + r] = present ? (uint16_t)(cost + 1) : 0;
            x->present[target] = present ? x->present[target] | UINT64_C(1) << (r & 63) : 0;
        }
}

static void take_word(const Alignment *a, Aligner *x, int64_t word)
{
    set_prices(a, x, 0);
    x->rows = 0;
    for (int32_t i = 0; i < a->n[word]; i++) {
        for (int w = 0; w < WIDEST; w++) {
            const int32_t id = a->source[(word * a->positions + i) * WIDEST + w];
            int32_t *row = &x->row[i * WIDEST + w];
            *row = -1;
            if (id < 0)
                continue;
            x->ids[x->rows] = id;
            x->gone[x->rows] = -1;
            for (int32_t k = a->starts[id]; k < a->starts[id + 1] && x->gone[x->rows] < 0; k++)
                if (a->target[k] == 0)
                    x->gone[x->rows] = a->cost[k];
            *row = (int32_t)x->rows++;
        }
    }
    set_prices(a, x, 1);
}

static int32_t code_of(const Alignment *a, uint32_t letter)
{
    return a->code[letter < 127 ? letter : 127];
}

/* The groups of a target word that a row has a price for, the short ones first, and what its letters cost that stand for nothing. */
static size_t groups_of(const Alignment *a, Aligner *x, int32_t *insert)
{
    size_t count = 0;
    const size_t m = x->letters.size;
    int64_t before = 0, power = 1;
    x->priced = 0;
    for (size_t w = 0; w < WIDEST; power *= a->base, before += power, w++) {
        for (size_t j = 0; j + w < m; j++) {
            int64_t index = 0;
            for (size_t k = 0; k <= w; k++)
                index = index * a->base + code_of(a, x->letters.points[j + k]);
            const int32_t id = !w && index == a->base - 1 ? 1 : a->group[before + index];
            if (!w)
                insert[j + 1] = id >= 0 ? x->insert[id] : 0;
            if (id < 0 || !x->present[id])
                continue;
            x->groups[count++] = (Group){(int32_t)j, (int32_t)(j + w + 1), x->table + (size_t)id * x->stride};
            x->priced |= x->present[id];
        }
    }
    return count;
}

static int32_t align_one(const Alignment *a, Aligner *x, int64_t word)
{
    const size_t width = x->letters.size + 1;
    int32_t *const cells = x->cells, *const insert = cells + 4 * width;
    const int32_t n = a->n[word], m = (int32_t)x->letters.size;
    const size_t count = groups_of(a, x, insert);
    cells[0] = 0;
    for (int32_t j = 1; j <= m; j++)
        cells[j] = add(cells[j - 1], insert[j]);
    for (int32_t i = 1; i <= n; i++) {
        int32_t *row = cells + (size_t)(i & 3) * width;
        for (int32_t j = 0; j <= m; j++)
            row[j] = UNREACHED;
        for (int32_t down = 1; down <= WIDEST && down <= i; down++) {
            const int32_t r = x->row[(i - down) * WIDEST + down - 1];
            if (r < 0)
                continue;
            const int32_t *from = cells + (size_t)((i - down) & 3) * width;
            const int32_t gone = x->gone[r];
            if (gone >= 0)
                for (int32_t j = 0; j <= m; j++)
                    row[j] = least(row[j], add(from[j], gone));
            if (!(x->priced >> (r & 63) & 1))
                continue;
            for (const Group *g = x->groups; g < x->groups + count; g++) {
                const int32_t price = g->price[r];
                /* What is forbidden is dearer than letter by letter. */
                if (price)
                    row[g->end] = least(row[g->end], add(from[g->start], price - 1));
            }
        }
        for (int32_t j = 1; j <= m; j++)
            row[j] = least(row[j], add(row[j - 1], insert[j]));
    }
    return cells[(size_t)(n & 3) * width + (size_t)m];
}

static int room_for_form(Aligner *x)
{
    const size_t width = x->letters.size + 1;
    if (5 * width > x->cells_room) {
        free(x->cells);
        x->cells_room = 10 * width;
        x->cells = malloc(x->cells_room * sizeof *x->cells);
    }
    if (WIDEST * width > x->groups_room) {
        free(x->groups);
        x->groups_room = 2 * WIDEST * width;
        x->groups = malloc(x->groups_room * sizeof *x->groups);
    }
    return x->cells && x->groups ? FINE : NO_MEMORY;
}

/* Whether every id in the arrays points into them; also the most groups of a source word. */
static int check_alignment(const Alignment *a, size_t *most)
{
    if (a->starts[0] < 0 || a->starts[a->sources] > a->prices)
        return OUT_OF_RANGE;
    for (int64_t i = 0; i < a->sources; i++)
        if (a->starts[i + 1] < a->starts[i])
            return OUT_OF_RANGE;
    for (int64_t k = 0; k < a->prices; k++)
        if (a->target[k] < 0 || a->target[k] >= a->targets)
            return OUT_OF_RANGE;
    for (int64_t k = 0; k < a->groups; k++)
        if (a->group[k] >= a->targets)
            return OUT_OF_RANGE;
    for (int64_t k = 0; k < 128; k++)
        if (a->code[k] < 0 || a->code[k] >= a->base)
            return OUT_OF_RANGE;
    *most = 1;
    for (int64_t word = 0; word < a->names; word++) {
        size_t rows = 0;
        if (a->n[word] < 0 || a->n[word] > a->positions)
            return OUT_OF_RANGE;
        for (int64_t k = 0; k < (int64_t)a->n[word] * WIDEST; k++) {
            const int32_t id = a->source[word * a->positions * WIDEST + k];
            if (id >= a->sources)
                return OUT_OF_RANGE;
            rows += id >= 0;
        }
        *most = rows > *most ? rows : *most;
    }
    return FINE;
}

static int align_all(const Alignment *a, int32_t *out)
{
    size_t most;
    int status = check_alignment(a, &most);
    if (status != FINE)
        return status;
    Aligner x = {.stride = most};
    x.table = calloc((size_t)a->targets * most, sizeof *x.table);
    x.present = calloc((size_t)a->targets, sizeof *x.present);
    x.ids = malloc(most * sizeof *x.ids);
    x.gone = malloc(most * sizeof *x.gone);
    x.row = malloc(((size_t)a->positions * WIDEST + 1) * sizeof *x.row);
    x.insert = malloc((size_t)a->targets * sizeof *x.insert);
    status = x.table && x.present && x.ids && x.gone && x.row && x.insert ? FINE : NO_MEMORY;
    for (int64_t t = 0; status == FINE && t < a->targets; t++)
        x.insert[t] = FORBIDDEN;
    for (int32_t k = a->starts[0]; status == FINE && k < a->starts[1]; k++)
        x.insert[a->target[k]] = a->cost[k];
    int64_t word = -1, form = -1;
    for (int64_t p = 0; status == FINE && p < a->pairs; p++) {
        if (a->left[p] < 0 || a->left[p] >= a->names || a->right[p] < 0) {
            status = OUT_OF_RANGE;
            break;
        }
        if (a->left[p] != word)
            take_word(a, &x, word = a->left[p]);
        if (a->right[p] != form) {
            status = read_text(&a->forms, form = a->right[p], &x.letters);
            if (status == FINE)
                status = room_for_form(&x);
        }
        if (status == FINE)
            out[p] = align_one(a, &x, word);
    }
    free(x.table);
    free(x.present);
    free(x.ids);
    free(x.gone);
    free(x.row);
    free(x.insert);
    free(x.cells);
    free(x.groups);
    free(x.letters.points);
    return status;
}

PyDoc_STRVAR(align_pairs_doc,
             "align_pairs(starts, target, cost, targets, source, n, group, code, base, data, other, begin, end, elsewhere, left, right)\n"
             "-> bytearray of int32\n\n"
             "Twin of translit.matching.align.align_pairs; starts, target and cost are the prices, group and code and base the target\n"
             "groups by letter codes, data to elsewhere the forms as spans. left, right, begin and end are int64, the data bytes, the\n"
             "rest int32.");

static PyObject *align_pairs(PyObject *self, PyObject *args)
{
    (void)self;
    enum { STARTS, TARGET, COST, SOURCE, N, GROUP, CODE, LEFT, RIGHT, FORMS, ARRAYS = FORMS + TEXT_BUFFERS };
    PyObject *o[ARRAYS];
    Py_ssize_t targets, base;
    if (!PyArg_ParseTuple(args, "OOOnOOOOnOOOOOOO", &o[STARTS], &o[TARGET], &o[COST], &targets, &o[SOURCE], &o[N], &o[GROUP], &o[CODE],
                          &base, &o[FORMS], &o[FORMS + 1], &o[FORMS + 2], &o[FORMS + 3], &o[FORMS + 4], &o[LEFT], &o[RIGHT]))
        return NULL;
    static const char *const names[] = {"starts", "target", "cost", "source", "n", "group", "code", "left", "right"};
    static const int dimensions[] = {1, 1, 1, 3, 1, 1, 1, 1, 1};
    Buffer b[ARRAYS] = {0};
    Alignment a = {0};
    PyObject *result = NULL;
    for (int i = 0; i < FORMS; i++)
        if (take(o[i], &b[i], i < LEFT ? 4 : 8, dimensions[i], names[i]) < 0)
            goto done;
    if (take_texts(o + FORMS, b + FORMS, &a.forms) < 0)
        goto done;
    if (items(&b[STARTS]) < 2 || items(&b[TARGET]) != items(&b[COST]) || targets < 2 || base < 1 || base > 1000 ||
        b[SOURCE].view.shape[2] != WIDEST || b[SOURCE].view.shape[0] != items(&b[N]) || items(&b[LEFT]) != items(&b[RIGHT]) ||
        items(&b[GROUP]) != base * base * base + base * base + base || items(&b[CODE]) != 128) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    a.starts = b[STARTS].view.buf, a.target = b[TARGET].view.buf, a.cost = b[COST].view.buf, a.source = b[SOURCE].view.buf;
    a.n = b[N].view.buf, a.group = b[GROUP].view.buf, a.code = b[CODE].view.buf, a.left = b[LEFT].view.buf;
    a.right = b[RIGHT].view.buf, a.sources = items(&b[STARTS]) - 1, a.targets = targets, a.prices = items(&b[TARGET]);
    a.names = b[SOURCE].view.shape[0], a.positions = b[SOURCE].view.shape[1], a.base = base, a.groups = items(&b[GROUP]);
    a.pairs = items(&b[LEFT]);
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
    give_back(b, ARRAYS);
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
    const uint32_t *starts, *entries, *asked;
    const uint64_t *signatures, *contours, *my_signatures, *my_contours;
    const int64_t *owner;
    Py_ssize_t count, forms, queries, names; /* count: of entries */
    Py_ssize_t most, max_block, least_overlap;
    int bits; /* of a key that number its bucket, and of an entry that number its form */
} Query;

#if defined(__GNUC__)
#define FORCED_INLINE inline __attribute__((always_inline))
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define FORCED_INLINE inline
#define PREFETCH(at) (void)(at)
#endif
#if defined(__GNUC__) && defined(__x86_64__)
#define HARD_BITS 1
#define COUNT(x, hard) ((hard) ? (uint32_t)__builtin_popcountll(x) : bits(x))
#else
#define HARD_BITS 0
#define COUNT(x, hard) bits(x)
#endif
enum { AHEAD = 8 }; /* how many forms ahead memory is asked for */

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

static int blocks_of(const Query *q, Workspace *w, Py_ssize_t name, size_t *blocks, size_t *members)
{
    size_t count = 0;
    *members = 0;
    for (size_t i = w->starts[name]; i < w->starts[name + 1]; i++) {
        const uint32_t key = w->asked[i], bucket = key >> (32 - q->bits), rest = key << q->bits >> q->bits;
        const size_t from = q->starts[bucket], to = q->starts[bucket + 1];
        if (from > to || to > (size_t)q->count)
            return OUT_OF_RANGE;
        const size_t start = from + first_at_least(q->entries + from, to - from, rest << q->bits);
        size_t end = start;
        while (end < to && q->entries[end] >> q->bits == rest && end - start < (size_t)q->max_block)
            end++;
        int again = 0;
        for (size_t k = 0; k < count; k++)
            again |= w->spans[k].start == start;
        if (start == end || again)
            continue;
        w->spans[count++] = (Span){start, end};
        *members += end - start;
    }
    *blocks = count;
    return FINE;
}

/* Look at the forms of a name's blocks. With `hard`, bits are counted by the processor's own instruction. */
static FORCED_INLINE int look_at(const Query *q, Workspace *w, Py_ssize_t name, size_t count, size_t most, int64_t *crowd, size_t *kept,
                                 int hard)
{
    (void)hard;
    const uint64_t mine = q->my_signatures[name], ours = q->my_contours[name];
    const uint32_t my_size = bits(mine) + bits(ours), last = (UINT32_C(1) << q->bits) - 1;
    size_t size = 0;
    *crowd = 0;
    for (size_t k = 0; k < count; k++) {
        for (size_t i = w->spans[k].start; i < w->spans[k].end; i++) {
            const uint32_t form = q->entries[i] & last;
            if (i + AHEAD < w->spans[k].end) {
                const size_t next = q->entries[i + AHEAD] & last;
                PREFETCH(q->signatures + next);
                PREFETCH(q->contours + next);
            }
            if (form >= (size_t)q->forms)
                return OUT_OF_RANGE;
            if (!is_new(&w->seen, form))
                continue;
            const uint64_t theirs = q->signatures[form], outline = q->contours[form];
            const uint32_t of = my_size + COUNT(theirs, hard) + COUNT(outline, hard);
            const uint32_t score = 2000 * (COUNT(mine & theirs, hard) + COUNT(ours & outline, hard)) / (of ? of : 1);
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
    *kept = size;
    return FINE;
}

#if HARD_BITS
__attribute__((target("popcnt"))) static int look_hard(const Query *q, Workspace *w, Py_ssize_t name, size_t count, size_t most,
                                                       int64_t *crowd, size_t *kept)
{
    return look_at(q, w, name, count, most, crowd, kept, 1);
}
#endif

static int candidates_of(const Query *q, Workspace *w, Py_ssize_t name, int64_t *crowd, size_t *kept)
{
    size_t count, members;
    if (blocks_of(q, w, name, &count, &members) != FINE)
        return OUT_OF_RANGE;
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
    int status;
#if HARD_BITS
    if (__builtin_cpu_supports("popcnt"))
        status = look_hard(q, w, name, count, most, crowd, kept);
    else
#endif
        status = look_at(q, w, name, count, most, crowd, kept, 0);
    if (status == FINE && *kept)
        sort_heap(w->heap, *kept);
    return status;
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
             "gather(starts, entries, signatures, contours, asked, owner, mine, ours, most, max_block, least_overlap)\n"
             "-> (name, form, crowd), bytearrays of int64\n\n"
             "Twin of translit.matching.candidates.gather; starts, entries and asked are uint32, the other arrays 64 bits wide.");

static PyObject *gather(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[8];
    Query q = {0};
    if (!PyArg_ParseTuple(args, "OOOOOOOOnnn", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5], &given[6],
                          &given[7], &q.most, &q.max_block, &q.least_overlap))
        return NULL;
    static const char *const names[] = {"starts", "entries", "signatures", "contours", "asked", "owner", "mine", "ours"};
    static const int width[] = {4, 4, 8, 8, 4, 8, 8, 8};
    Buffer b[8] = {0};
    Column name = {0}, form = {0};
    PyObject *crowd = NULL, *result = NULL;
    for (int i = 0; i < 8; i++)
        if (take(given[i], &b[i], width[i], 1, names[i]) < 0)
            goto done;
    q.starts = b[0].view.buf, q.entries = b[1].view.buf, q.signatures = b[2].view.buf, q.contours = b[3].view.buf;
    q.asked = b[4].view.buf, q.owner = b[5].view.buf, q.my_signatures = b[6].view.buf, q.my_contours = b[7].view.buf;
    q.count = items(&b[1]), q.forms = items(&b[2]), q.queries = items(&b[4]), q.names = items(&b[6]);
    while (q.bits < 31 && ((Py_ssize_t)1 << q.bits) + 1 < items(&b[0]))
        q.bits++;
    if (!q.bits || ((Py_ssize_t)1 << q.bits) + 1 != items(&b[0]) || items(&b[3]) != q.forms || items(&b[5]) != q.queries || items(&b[7]) != q.names ||
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
    CASED = 1024,       /* a letter, by which a token is capital or small */
    SMALL = 2048,       /* … which is small */
    FLAG_BITS = 12
};

enum { WIDER = FAILED + 1 };
enum { CAPITAL = 1, JOINED = 2, EMPTY = 4 };
enum { PASS, LEAVE, WRITE, ASK };

#define PRIME UINT64_C(0x9e3779b97f4a7c55)

/* The ASCII letters and digits, small; 0 for everything else. */
static uint8_t small_of[256];

typedef struct {
    uint32_t *data;
    size_t size, room;
} Column32;

static inline int push32(Column32 *column, uint32_t value)
{
    if (column->size == column->room) {
        const size_t room = column->room ? 2 * column->room : 256;
        uint32_t *data = realloc(column->data, room * sizeof *data);
        if (!data)
            return NO_MEMORY;
        column->data = data;
        column->room = room;
    }
    column->data[column->size++] = value;
    return FINE;
}

static PyObject *as_bytes32(const Column32 *column)
{
    return PyByteArray_FromStringAndSize((const char *)column->data, (Py_ssize_t)(column->size * sizeof *column->data));
}

typedef struct {
    uint8_t *data;
    size_t size, room;
} Text;

static int write_bytes(Text *text, const uint8_t *data, size_t size)
{
    if (text->room - text->size < size) {
        size_t room = text->room ? text->room : 256;
        while (room - text->size < size)
            room *= 2;
        uint8_t *grown = realloc(text->data, room);
        if (!grown)
            return NO_MEMORY;
        text->data = grown;
        text->room = room;
    }
    if (size)
        memcpy(text->data + text->size, data, size);
    text->size += size;
    return FINE;
}

/* A text, the classes of its code points, and a table of windows. */
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
    const uint32_t *values, *starts;
    size_t listed, buckets;
    int shift;
    size_t longest; /* most code points of a token that is looked at */
    uint64_t secret;
    Text folded; /* where letters are compared */
} Scan;

typedef struct {
    size_t start, start_extra, end, end_extra;
    uint64_t hash, raw, running; /* of the folded letters; of the letters as written, up to `end` and to here, by a secret factor */
    uint64_t size;               /* bytes of the folded letters */
    uint32_t before;             /* flags of the last code point that left something when folded */
    uint8_t context, spaceless, flags;
} Token;

static inline uint64_t mixed(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

static uint64_t letters_hash(uint64_t hash, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = hash * PRIME + bytes[i];
    return hash;
}

/* The hash of two pieces of text, one behind the other. */
static inline uint64_t joined_hash(uint64_t left, uint64_t right, uint64_t right_size)
{
    uint64_t factor = 1, power = PRIME;
    for (uint64_t n = right_size; n; n >>= 1, power *= power)
        if (n & 1)
            factor *= power;
    return left * factor + right;
}

/* The text is UTF-8 as CPython writes it, so a lead byte is always followed by its tail. */
static size_t code_point(const uint8_t *at, uint32_t *value)
{
    if (at[0] < 0x80) {
        *value = at[0];
        return 1;
    }
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

/* Whether the first character of some folded bytes is of a script without spaces. */
static int begins_spaceless(const Scan *s, const uint8_t *folded, uint8_t *spaceless)
{
    uint32_t point;
    *spaceless = 0;
    if (folded[0] < 0x80)
        return FINE;
    code_point(folded, &point);
    if (point >= s->known)
        return WIDER;
    *spaceless = s->entries[point] & SPACELESS;
    return FINE;
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
    if (!t->size) {
        const int status = begins_spaceless(s, s->blob + offset + 1, &t->spaceless);
        if (status != FINE)
            return status;
    }
    t->before = entry;
    t->size += size;
    t->hash = letters_hash(t->hash, s->blob + offset + 1, size);
    return FINE;
}

/* Go on with a token as far as it reaches. */
static int run(Scan *s, Token *t, uint32_t goes_on)
{
    while (s->at < s->size) {
        uint8_t c = s->text[s->at], letter = small_of[c];
        if (letter && goes_on == INNER) {
            const uint8_t *const text = s->text;
            const uint64_t secret = s->secret;
            size_t at = s->at;
            uint64_t hash = t->hash, raw = t->running;
            do {
                hash = hash * PRIME + letter;
                raw = raw * secret + c;
                c = ++at < s->size ? text[at] : 0;
            } while ((letter = small_of[c]));
            t->hash = hash;
            t->raw = t->running = raw;
            t->size += at - s->at;
            t->before = ENDS_FIRST;
            t->end = s->at = at;
            t->end_extra = s->extra;
            continue;
        }
        if (c < 0x80) {
            if (goes_on != INNER || (c != '\'' && c != '`'))
                return FINE;
            t->running = t->running * s->secret + c;
            s->at++;
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
        t->running = t->running * s->secret + point;
        s->at += bytes;
        s->extra += bytes - 1;
        if (!(entry & TRAILING)) {
            t->end = s->at;
            t->end_extra = s->extra;
            t->raw = t->running;
        }
    }
    return FINE;
}

/* Whether the first letter of a token is a capital, or of a script without capitals. */
static uint8_t is_capital(const Scan *s, const Token *t)
{
    for (size_t at = t->start; at < t->end;) {
        uint32_t point;
        at += code_point(s->text + at, &point);
        if (point < 0x80) {
            if ((uint32_t)((point | 32) - 'a') < 26)
                return point < 'a' ? CAPITAL : 0;
        } else if (s->entries[point] & CASED) {
            return s->entries[point] & SMALL ? 0 : CAPITAL;
        }
    }
    return 0;
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
        t->hash = letters_hash(0, (const uint8_t *)bytes, (size_t)size);
        t->size = (uint64_t)size;
        s->folded.size = 0;
        status = write_bytes(&s->folded, (const uint8_t *)bytes, (size_t)size);
        if (status == FINE && size)
            status = begins_spaceless(s, s->folded.data, &t->spaceless);
    }
    Py_XDECREF(folded);
    Py_XDECREF(word);
    s->state = PyEval_SaveThread();
    return status;
}

/* Read the next token; 0 at the end of the text. */
static int next_token(Scan *s, Token *t, int *status)
{
    *status = FINE;
    while (s->at < s->size) {
        const uint8_t c = s->text[s->at];
        uint32_t goes_on = INNER;
        if (c < 0x80 && !small_of[c]) {
            s->at++;
            continue;
        }
        *t = (Token){.start = s->at, .start_extra = s->extra, .end = s->at, .end_extra = s->extra};
        if (c >= 0x80) {
            uint32_t point;
            const size_t bytes = code_point(s->text + s->at, &point);
            if (point >= s->known) {
                *status = WIDER;
                return 0;
            }
            const uint32_t entry = s->entries[point];
            if (entry & (SPACELESS | START))
                *status = append(s, t, entry);
            s->at += bytes;
            s->extra += bytes - 1;
            if (*status != FINE)
                return 0;
            if (!(entry & (SPACELESS | START)))
                continue;
            t->running = point;
            if (!(entry & TRAILING)) {
                t->raw = t->running;
                t->end = s->at;
                t->end_extra = s->extra;
            }
            goes_on = entry & SPACELESS ? MARK : INNER;
        }
        *status = run(s, t, goes_on);
        if (*status != FINE)
            return 0;
        t->flags = is_capital(s, t);
        if (t->end - t->start > s->longest && (t->end - t->end_extra) - (t->start - t->start_extra) > s->longest)
            t->size = 0;
        else if (t->context)
            *status = fold_in_python(s, t);
        if (!t->size)
            t->flags |= EMPTY;
        return *status == FINE;
    }
    return 0;
}

static int is_blank(uint32_t point)
{
    return point == ' ' || point == '\t' || point == 0xa0;
}

/* Whether what stands from byte `low` to `high` lets a word go on a name: goes_on of unicode/scan.py. */
static uint8_t goes_on(const Scan *s, size_t before, size_t low, size_t high)
{
    uint32_t gap[7];
    size_t n = 0, k = 0;
    if (high - low == 1 && (s->text[low] == ' ' || s->text[low] == '-'))
        return JOINED;
    if (high - low > 6 * 4)
        return 0;
    for (size_t at = low; at < high; n++) {
        if (n == 6)
            return 0;
        at += code_point(s->text + at, &gap[n]);
    }
    if (n == 1 && (gap[0] == '-' || gap[0] == 0x2010 || gap[0] == 0x2011 || gap[0] == 0x2013 || gap[0] == 0xad))
        return JOINED;
    if (n && gap[0] == '.') {
        const int blank = n == 1 || (n == 2 && (gap[1] == ' ' || gap[1] == 0xa0));
        return blank && before == 1 ? JOINED : 0;
    }
    while (k < n && k < 2 && (is_blank(gap[k]) || gap[k] == 0x202f))
        k++;
    k += k < n && gap[k] == '\r';
    k += k < n && gap[k] == '\n';
    for (size_t most = k + 2; k < n && k < most && is_blank(gap[k]);)
        k++;
    return k == n ? JOINED : 0;
}

static inline size_t points_of(const Token *t)
{
    return (t->end - t->end_extra) - (t->start - t->start_extra);
}

/* The value of a hash in the table, or 0. */
static inline uint32_t value_of(const Scan *s, uint64_t hash)
{
    const size_t bucket = s->shift < 64 ? (size_t)(hash >> s->shift) : 0;
    const size_t end = s->starts[bucket + 1] < s->listed ? s->starts[bucket + 1] : s->listed;
    for (size_t row = s->starts[bucket]; row < end; row++)
        if (s->hashes[row] >= hash)
            return s->hashes[row] == hash ? s->values[row] : 0;
    return 0;
}

static const char *const scan_names[] = {"entries", "blob", "hashes", "values", "starts"};
static const int scan_widths[] = {4, 1, 8, 4, 4};
enum { SCAN_BUFFERS = 5 };

/* Take the arguments that both scanners begin with: the text, and (entries, blob, hashes, values, starts). */
static int begin_scan(Scan *s, PyObject *text, PyObject *arrays, Buffer *b)
{
    PyObject *given[SCAN_BUFFERS];
    Py_ssize_t size;
    if (PyUnicode_Check(text)) {
        s->text = (const uint8_t *)PyUnicode_AsUTF8AndSize(text, &size);
        if (!s->text)
            return -1;
    } else {
        char *bytes;
        if (PyBytes_AsStringAndSize(text, &bytes, &size) < 0)
            return -1;
        s->text = (const uint8_t *)bytes;
    }
    s->size = (size_t)size;
    if (s->size >= UINT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "the text has four gigabytes or more");
        return -1;
    }
    if (!PyArg_ParseTuple(arrays, "OOOOO", &given[0], &given[1], &given[2], &given[3], &given[4]))
        return -1;
    for (int i = 0; i < SCAN_BUFFERS; i++)
        if (take(given[i], &b[i], scan_widths[i], 1, scan_names[i]) < 0)
            return -1;
    s->entries = b[0].view.buf, s->blob = b[1].view.buf;
    s->hashes = b[2].view.buf, s->values = b[3].view.buf, s->starts = b[4].view.buf;
    s->known = (size_t)items(&b[0]), s->blob_size = (size_t)items(&b[1]), s->listed = (size_t)items(&b[2]);
    s->buckets = (size_t)items(&b[4]);
    s->shift = 64;
    while (s->shift > 40 && ((size_t)1 << (64 - s->shift)) + 1 < s->buckets)
        s->shift--;
    if (((size_t)1 << (64 - s->shift)) + 1 != s->buckets || items(&b[3]) != items(&b[2])) {
        PyErr_SetString(PyExc_ValueError, "starts must hold one item more than a power of two, values one for each hash");
        return -1;
    }
    return 0;
}

/* ---- all words ---- */

/* The distinct tokens, found by the hash of their letters as written; what is known of each stands in the columns. */
typedef struct {
    uint32_t *slots; /* one more than the number; 0 is free */
    size_t room;
    uint64_t *raw, *hash, *size;
    uint32_t *value;
    uint8_t *flags, *spaceless;
    size_t count, full;
} Distinct;

static int widen(Distinct *d)
{
    const size_t full = d->full ? 2 * d->full : 1024;
    void *raw = realloc(d->raw, full * sizeof *d->raw);
    d->raw = raw ? raw : d->raw;
    void *hash = realloc(d->hash, full * sizeof *d->hash);
    d->hash = hash ? hash : d->hash;
    void *size = realloc(d->size, full * sizeof *d->size);
    d->size = size ? size : d->size;
    void *value = realloc(d->value, full * sizeof *d->value);
    d->value = value ? value : d->value;
    void *flags = realloc(d->flags, full);
    d->flags = flags ? flags : d->flags;
    void *spaceless = realloc(d->spaceless, full);
    d->spaceless = spaceless ? spaceless : d->spaceless;
    uint32_t *slots = calloc(2 * full, sizeof *slots);
    if (!raw || !hash || !size || !value || !flags || !spaceless || !slots) {
        free(slots);
        return NO_MEMORY;
    }
    free(d->slots);
    d->slots = slots;
    d->room = 2 * full;
    d->full = full;
    for (size_t i = 0; i < d->count; i++) {
        size_t at = (size_t)(d->raw[i] >> 32) & (d->room - 1);
        while (d->slots[at])
            at = (at + 1) & (d->room - 1);
        d->slots[at] = (uint32_t)i + 1;
    }
    return FINE;
}

static int number_of(const Scan *s, Distinct *d, const Token *t, uint32_t *number)
{
    const uint64_t raw = mixed(t->raw);
    if (d->count == d->full && widen(d) != FINE)
        return NO_MEMORY;
    size_t at = (size_t)(raw >> 32) & (d->room - 1);
    while (d->slots[at] && d->raw[d->slots[at] - 1] != raw)
        at = (at + 1) & (d->room - 1);
    if (!d->slots[at]) {
        const size_t new = d->count++;
        d->slots[at] = (uint32_t)d->count;
        d->raw[new] = raw;
        d->hash[new] = t->hash;
        d->size[new] = t->size;
        d->flags[new] = t->flags;
        d->spaceless[new] = t->spaceless;
        d->value[new] = t->flags & EMPTY ? 0 : value_of(s, mixed(t->hash));
    }
    *number = d->slots[at] - 1;
    return FINE;
}

typedef struct {
    Column32 start, end, word, first, hit, open;
    Text flags;
    Distinct distinct;
} Words;

static int cut_text(Scan *s, Words *w)
{
    Token t, before = {0};
    int status;
    while (next_token(s, &t, &status)) {
        uint32_t number = 0;
        const size_t known = w->distinct.count;
        if (number_of(s, &w->distinct, &t, &number) != FINE || push32(&w->start, (uint32_t)(t.start - t.start_extra)) != FINE ||
            push32(&w->end, (uint32_t)(t.end - t.end_extra)) != FINE || push32(&w->word, number) != FINE)
            return NO_MEMORY;
        if (number == known && push32(&w->first, (uint32_t)w->word.size - 1) != FINE)
            return NO_MEMORY;
        uint8_t flags = w->distinct.flags[number];
        if (w->word.size > 1)
            flags |= goes_on(s, points_of(&before), before.end, t.start);
        if (write_bytes(&w->flags, &flags, 1) != FINE)
            return NO_MEMORY;
        before = t;
    }
    return status;
}

static int find_windows(const Scan *s, Words *w)
{
    const Distinct *d = &w->distinct;
    const size_t count = w->word.size;
    const uint32_t *words = w->word.data;
    const uint8_t *flags = w->flags.data;
    for (size_t i = 0; i < count; i++) {
        uint32_t last = words[i], value = d->value[last];
        if (!value)
            continue;
        uint8_t capital = flags[i] & CAPITAL;
        if (value > 1 && capital &&
            (push32(&w->hit, (uint32_t)i) || push32(&w->hit, 1) || push32(&w->hit, value / 2 - 1)))
            return NO_MEMORY;
        uint64_t hash = d->hash[last];
        for (size_t k = i + 1; value & 1 && k < count && (flags[k] & (JOINED | EMPTY)) == JOINED; k++) {
            capital |= flags[k] & CAPITAL;
            if (capital && (push32(&w->open, (uint32_t)i) || push32(&w->open, (uint32_t)k)))
                return NO_MEMORY;
            if (!d->spaceless[last] || !d->spaceless[words[k]])
                hash = hash * PRIME + ' ';
            last = words[k];
            hash = joined_hash(hash, d->hash[last], d->size[last]);
            value = value_of(s, mixed(hash));
            if (value > 1 && capital &&
                (push32(&w->hit, (uint32_t)i) || push32(&w->hit, (uint32_t)(k - i + 1)) || push32(&w->hit, value / 2 - 1)))
                return NO_MEMORY;
        }
    }
    return FINE;
}

static void hash_all(Distinct *d)
{
    for (size_t i = 0; i < d->count; i++)
        d->hash[i] = d->flags[i] & EMPTY ? 0 : mixed(d->hash[i]);
}

PyDoc_STRVAR(scan_words_doc,
             "scan_words(text, (entries, blob, hashes, values, starts), fold, longest, secret)\n"
             "-> (start, end, word, flags, first, hash, hit, open) or None\n\n"
             "Twin of translit.unicode.scan.scan_words. The text is an ASCII str or UTF-8 bytes; entries (uint32) and blob (bytes) are\n"
             "the code points' classes and folded forms; fold folds one token that they do not suffice for; hashes (uint64) are\n"
             "sorted, values (uint32) are theirs, and starts (uint32, a power of two up to 2**24 and one) says where each of their\n"
             "buckets by leading bits begins. A token of more than longest code points is empty. secret is any secret odd number; no\n"
             "answer depends on it. None: the text has a code point beyond the entries.");

static PyObject *scan_words(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *arrays;
    Scan s = {0};
    Words w = {0};
    Buffer b[SCAN_BUFFERS] = {0};
    Py_ssize_t longest;
    unsigned long long secret;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "OO!OnK", &text, &PyTuple_Type, &arrays, &s.fold, &longest, &secret))
        return NULL;
    s.longest = longest > 0 ? (size_t)longest : 0;
    s.secret = secret | 1;
    if (begin_scan(&s, text, arrays, b) < 0)
        goto done;
    s.state = PyEval_SaveThread();
    int status = cut_text(&s, &w);
    if (status == FINE)
        status = find_windows(&s, &w);
    if (status == FINE)
        hash_all(&w.distinct);
    PyEval_RestoreThread(s.state);
    if (status == WIDER)
        result = Py_NewRef(Py_None);
    else if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue(
            "(NNNNNNNN)", as_bytes32(&w.start), as_bytes32(&w.end), as_bytes32(&w.word),
            PyByteArray_FromStringAndSize((const char *)w.flags.data, (Py_ssize_t)w.flags.size), as_bytes32(&w.first),
            PyByteArray_FromStringAndSize((const char *)w.distinct.hash, (Py_ssize_t)(w.distinct.count * sizeof(uint64_t))),
            as_bytes32(&w.hit), as_bytes32(&w.open));
done:
    free(w.start.data);
    free(w.end.data);
    free(w.word.data);
    free(w.first.data);
    free(w.hit.data);
    free(w.open.data);
    free(w.flags.data);
    free(w.distinct.slots);
    free(w.distinct.raw);
    free(w.distinct.hash);
    free(w.distinct.size);
    free(w.distinct.value);
    free(w.distinct.flags);
    free(w.distinct.spaceless);
    free(s.folded.data);
    give_back(b, SCAN_BUFFERS);
    return result;
}

/* ---- listed windows ---- */

/* The values of words met lately: most words come again soon, and the table is larger than the processor's caches. */
enum { LATELY_BITS = 12 };

typedef struct {
    uint64_t hash;
    uint32_t value;
} Lately;

typedef struct {
    Scan scan;
    const uint8_t *forms, *action, *data;
    const uint32_t *form_starts, *row, *row_starts;
    size_t form_count, forms_size, rows, data_size;
    PyObject *ask; /* NULL: windows are told, not written */
    Column32 found;
    Text out;
    size_t copied; /* bytes of the text that `out` has */
    Token *tokens; /* read ahead */
    size_t head, tail, room;
    int end; /* of the text */
    Lately *lately;
} Listing;

#if defined(__GNUC__)
#define FETCH(address) __builtin_prefetch(address)
#else
#define FETCH(address) ((void)(address))
#endif
enum { STEP = 10, MANY = 1 << 14 };

/* Tables of many forms lie beyond the caches: ask for what a token will need while those before it are looked at. */
static inline void fetch_bucket(const Scan *s, const Token *t)
{
    FETCH(s->starts + (s->shift < 64 ? (size_t)(mixed(t->hash) >> s->shift) : 0));
}

static inline void fetch_row(const Scan *s, const Token *t)
{
    const size_t row = s->starts[s->shift < 64 ? (size_t)(mixed(t->hash) >> s->shift) : 0];
    if (row < s->listed) {
        FETCH(s->hashes + row);
        FETCH(s->values + row);
    }
}

static uint32_t value_lately(Listing *l, uint64_t hash)
{
    Lately *known = &l->lately[hash & ((1 << LATELY_BITS) - 1)];
    if (known->hash != hash)
        *known = (Lately){hash, value_of(&l->scan, hash)};
    return known->value;
}

/* What a token that is a form by itself will need when it is written, in three steps, each of which needs the one before. */
static void fetch_form(Listing *l, const Token *t, int step)
{
    const uint32_t value = t->flags & EMPTY ? 0 : value_lately(l, mixed(t->hash));
    const size_t form = value / 2 - 1;
    if (value < 2 || form >= l->form_count)
        return;
    if (step == 0) {
        FETCH(l->action + form);
        FETCH(l->form_starts + form);
        if (l->ask)
            FETCH(l->row + form);
    } else if (step == 1) {
        FETCH(l->forms + l->form_starts[form]);
        if (l->ask && l->row[form] < l->rows)
            FETCH(l->row_starts + l->row[form]);
    } else if (l->ask && l->row[form] < l->rows) {
        FETCH(l->data + l->row_starts[l->row[form]]);
    }
}

/* Let the token `n` behind the head be read, and some more, where there is one; *there says so. */
static int read_ahead(Listing *l, size_t n, int *there)
{
    int status = FINE;
    const int many = l->scan.listed > MANY;
    while (l->tail - l->head <= n + (many ? 5 * STEP : 0) && !l->end) {
        if (l->tail == l->room) {
            if (l->head > l->room / 2) {
                memmove(l->tokens, l->tokens + l->head, (l->tail - l->head) * sizeof *l->tokens);
                l->tail -= l->head;
                l->head = 0;
            } else {
                const size_t room = l->room ? 2 * l->room : 256;
                Token *tokens = realloc(l->tokens, room * sizeof *tokens);
                if (!tokens)
                    return NO_MEMORY;
                l->tokens = tokens;
                l->room = room;
            }
        }
        if (next_token(&l->scan, &l->tokens[l->tail], &status)) {
            const size_t last = l->tail++;
            if (many) {
                fetch_bucket(&l->scan, &l->tokens[last]);
                if (last >= l->head + STEP)
                    fetch_row(&l->scan, &l->tokens[last - STEP]);
                for (size_t step = 0; step < 3 && last >= l->head + (step + 2) * STEP; step++)
                    fetch_form(l, &l->tokens[last - (step + 2) * STEP], (int)step);
            }
        } else {
            l->end = 1;
        }
        if (status != FINE)
            return status;
    }
    *there = l->tail - l->head > n;
    return FINE;
}

/* Write the folded letters of a token behind those in `folded`. */
static int fold_letters(Listing *l, const Token *t)
{
    Scan *s = &l->scan;
    Text *out = &s->folded;
    if (t->context) {
        /* Folding in Python writes to the same place: keep what stands there. */
        const Text kept = *out;
        Token copy = *t;
        *out = (Text){0};
        int status = fold_in_python(s, &copy);
        const Text word = *out;
        *out = kept;
        if (status == FINE)
            status = write_bytes(out, word.data, word.size);
        free(word.data);
        return status;
    }
    for (size_t at = t->start; at < t->end;) {
        uint32_t point;
        at += code_point(s->text + at, &point);
        int status = FINE;
        if (point < 0x80) {
            const uint8_t letter = small_of[point];
            if (letter)
                status = write_bytes(out, &letter, 1);
        } else {
            const size_t offset = s->entries[point] >> FLAG_BITS;
            status = write_bytes(out, s->blob + offset + 1, s->blob[offset]);
        }
        if (status != FINE)
            return status;
    }
    return FINE;
}

/* Whether the letters of `count` tokens from the head are those of a form. */
static int is_form(Listing *l, size_t count, size_t form, int *same)
{
    Text *folded = &l->scan.folded;
    folded->size = 0;
    for (size_t k = 0; k < count; k++) {
        const Token *t = &l->tokens[l->head + k];
        int status = FINE;
        if (k && (!t->spaceless || !t[-1].spaceless))
            status = write_bytes(folded, (const uint8_t *)" ", 1);
        if (status == FINE)
            status = fold_letters(l, t);
        if (status != FINE)
            return status;
    }
    const size_t low = l->form_starts[form], high = l->form_starts[form + 1];
    if (low > high || high > l->forms_size)
        return OUT_OF_RANGE;
    *same = high - low == folded->size && !memcmp(l->forms + low, folded->data, folded->size);
    return FINE;
}

/* The longest listed window from the head on that is not passed over: its count of tokens, 0 for none. */
static int longest_window(Listing *l, size_t *count, size_t *form)
{
    const Scan *s = &l->scan;
    *count = 0;
    uint64_t hash = l->tokens[l->head].hash;
    uint32_t value = l->tokens[l->head].flags & EMPTY ? 0 : value_lately(l, mixed(hash));
    for (size_t k = 1; value; k++) {
        int there = 0, same = 0, status = FINE;
        if (value > 1) {
            const size_t number = value / 2 - 1;
            if (number >= l->form_count)
                return OUT_OF_RANGE;
            if (l->action[number] != PASS)
                status = is_form(l, k, number, &same);
            if (status != FINE)
                return status;
            if (same) {
                *count = k;
                *form = number;
            }
        }
        if (!(value & 1))
            return FINE;
        status = read_ahead(l, k, &there);
        if (status != FINE || !there)
            return status;
        const Token *last = &l->tokens[l->head + k - 1], *t = last + 1;
        if (t->flags & EMPTY || !goes_on(s, points_of(last), last->end, t->start))
            return FINE;
        if (!last->spaceless || !t->spaceless)
            hash = hash * PRIME + ' ';
        hash = joined_hash(hash, t->hash, t->size);
        value = value_of(s, mixed(hash));
    }
    return FINE;
}

enum { OTHERWISE, MIXED };

/* Whether some bytes are ASCII with a capital and a small letter among them. */
static int case_of(const uint8_t *at, size_t size)
{
    uint8_t all = 0, capital = 0, small = 0;
    for (size_t i = 0; i < size; i++) {
        all |= at[i];
        capital |= (uint8_t)(at[i] - 'A') < 26;
        small |= (uint8_t)(at[i] - 'a') < 26;
    }
    return all < 0x80 && capital && small ? MIXED : OTHERWISE;
}

static inline uint8_t lower(uint8_t c)
{
    return (uint8_t)(c | ((uint8_t)(c - 'A') < 26) << 5);
}

static int same_but_for_case(const uint8_t *left, const uint8_t *right, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (lower(left[i]) != lower(right[i]))
            return 0;
    return 1;
}

static int written_for(Listing *l, size_t start, size_t end, const uint8_t *data, size_t size)
{
    int status = write_bytes(&l->out, l->scan.text + l->copied, start - l->copied);
    if (status == FINE)
        status = write_bytes(&l->out, data, size);
    l->copied = end;
    return status;
}

/* Ask in Python what becomes of a window; the GIL is held meanwhile. */
static int ask_in_python(Listing *l, const Token *first, const Token *last, size_t form)
{
    Scan *s = &l->scan;
    int status = FAILED;
    PyEval_RestoreThread(s->state);
    PyObject *said = PyObject_CallFunction(l->ask, "nnn", (Py_ssize_t)(first->start - first->start_extra),
                                           (Py_ssize_t)(last->end - last->end_extra), (Py_ssize_t)form);
    if (said == Py_None) {
        status = FINE;
    } else if (said) {
        PyObject *bytes = PyUnicode_AsEncodedString(said, "utf-8", "surrogatepass");
        char *data;
        Py_ssize_t size;
        if (bytes && PyBytes_AsStringAndSize(bytes, &data, &size) == 0)
            status = written_for(l, first->start, last->end, (const uint8_t *)data, (size_t)size);
        Py_XDECREF(bytes);
    }
    Py_XDECREF(said);
    s->state = PyEval_SaveThread();
    return status;
}

static int handle(Listing *l, size_t count, size_t form)
{
    const Token *first = &l->tokens[l->head], *last = first + count - 1;
    const uint8_t action = l->action[form];
    if (action == LEAVE)
        return FINE;
    if (!l->ask)
        return push32(&l->found, (uint32_t)(first->start - first->start_extra)) ||
                       push32(&l->found, (uint32_t)(last->end - last->end_extra)) || push32(&l->found, (uint32_t)form)
                   ? NO_MEMORY
                   : FINE;
    const uint8_t *raw = l->scan.text + first->start;
    const size_t size = last->end - first->start, from = l->form_starts[form];
    const int spelled = l->form_starts[form + 1] - from == size && same_but_for_case(raw, l->forms + from, size);
    if (action != WRITE || !spelled || case_of(raw, size) != MIXED)
        return ask_in_python(l, first, last, form);
    const size_t row = l->row[form];
    if (row >= l->rows)
        return OUT_OF_RANGE;
    const size_t low = l->row_starts[row], high = l->row_starts[row + 1];
    if (low > high || high > l->data_size)
        return OUT_OF_RANGE;
    if (high - low == size && same_but_for_case(raw, l->data + low, size))
        return FINE;
    return written_for(l, first->start, last->end, l->data + low, high - low);
}

static int list_all(Listing *l)
{
    for (;;) {
        int there = 0;
        int status = read_ahead(l, 0, &there);
        if (status != FINE || !there)
            return status;
        size_t count, form = 0;
        status = longest_window(l, &count, &form);
        if (status == FINE && count)
            status = handle(l, count, form);
        if (status != FINE)
            return status;
        l->head += count ? count : 1;
        if (l->head == l->tail)
            l->head = l->tail = 0;
    }
}

PyDoc_STRVAR(listed_windows_doc,
             "find_listed or replace_listed(text, (entries, blob, hashes, values, starts), fold, longest, (forms, form_starts, action), written)\n"
             "-> bytearray of uint32, str or None\n\n"
             "Twin of find_listed and, where written is (row, data, starts, ask) rather than None, of replace_listed in\n"
             "translit.unicode.scan; see scan_words for the first arguments. None: the text has a code point beyond the entries.");

static PyObject *listed_windows(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *text, *arrays, *forms, *written, *given[6] = {0};
    Listing l = {0};
    Buffer b[SCAN_BUFFERS + 6] = {0};
    Py_ssize_t longest;
    PyObject *result = NULL;
    if (!PyArg_ParseTuple(args, "OO!OnO!O", &text, &PyTuple_Type, &arrays, &l.scan.fold, &longest, &PyTuple_Type, &forms, &written))
        return NULL;
    l.scan.longest = longest > 0 ? (size_t)longest : 0;
    if (begin_scan(&l.scan, text, arrays, b) < 0 || !PyArg_ParseTuple(forms, "OOO", &given[0], &given[1], &given[2]))
        goto done;
    if (written != Py_None && (!PyTuple_Check(written) || !PyArg_ParseTuple(written, "OOOO", &given[3], &given[4], &given[5], &l.ask))) {
        if (!PyErr_Occurred())
            PyErr_SetString(PyExc_TypeError, "written must be a tuple or None");
        goto done;
    }
    static const char *const names[] = {"forms", "form_starts", "action", "row", "data", "row_starts"};
    static const int width[] = {1, 4, 1, 4, 1, 4};
    Buffer *const own = b + SCAN_BUFFERS;
    for (int i = 0; i < (l.ask ? 6 : 3); i++)
        if (take(given[i], &own[i], width[i], 1, names[i]) < 0)
            goto done;
    l.forms = own[0].view.buf, l.form_starts = own[1].view.buf, l.action = own[2].view.buf;
    l.forms_size = (size_t)items(&own[0]), l.form_count = (size_t)items(&own[2]);
    int fits = items(&own[1]) == items(&own[2]) + 1;
    if (l.ask) {
        l.row = own[3].view.buf, l.data = own[4].view.buf, l.row_starts = own[5].view.buf;
        l.data_size = (size_t)items(&own[4]), l.rows = items(&own[5]) ? (size_t)items(&own[5]) - 1 : 0;
        fits = fits && items(&own[3]) == items(&own[2]);
    }
    if (!fits) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    l.lately = calloc((size_t)1 << LATELY_BITS, sizeof *l.lately);
    if (!l.lately) {
        PyErr_NoMemory();
        goto done;
    }
    l.scan.state = PyEval_SaveThread();
    int status = list_all(&l);
    if (status == FINE && l.ask)
        status = write_bytes(&l.out, l.scan.text + l.copied, l.scan.size - l.copied);
    PyEval_RestoreThread(l.scan.state);
    if (status == WIDER)
        result = Py_NewRef(Py_None);
    else if (status != FINE)
        fail(status);
    else if (l.ask)
        result = PyUnicode_DecodeUTF8((const char *)l.out.data, (Py_ssize_t)l.out.size, "surrogatepass");
    else
        result = as_bytes32(&l.found);
done:
    free(l.found.data);
    free(l.out.data);
    free(l.tokens);
    free(l.lately);
    free(l.scan.folded.data);
    give_back(b, SCAN_BUFFERS + 6);
    return result;
}

/* ---- keys ---- */

#define FNV_START UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t hashed(uint64_t hash, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    return hash;
}

/* A text in the making with the languages that read it so and what it costs; `place` parts the texts of different positions. */
typedef struct {
    uint64_t hash, mask;
    size_t text;
    uint32_t size, place;
    int32_t cost;
    int alive;
} State;

typedef struct {
    State *states;
    size_t size, room;
    uint8_t *texts;
    size_t used, texts_room;
    uint64_t *slots; /* stamp and one more than the state */
    size_t slots_room;
    uint32_t stamp;
} Pool;

typedef struct {
    uint32_t *items;
    size_t size, room;
} Members;

typedef struct {
    int32_t width, penalty;
    const uint8_t *sound;
    uint32_t size;
    uint64_t mask;
} Option;

typedef struct {
    const uint32_t *letters, *symbols;
    const int64_t *word_begins, *name_begins, *edges, *entries;
    const uint64_t *masks;
    const int32_t *scripts, *name_words, *name_scripts, *node_begins, *roots, *longest, *defaults, *sound_begins;
    const uint8_t *fits, *sounds;
    size_t letters_size, words, names, name_words_size, nodes, entry_count, script_count, symbol_count, contexts, sound_count, sounds_size;
    int edge_bits, skeleton;
    size_t most_letters, most_readings, most_keys;
} Rules;

typedef struct {
    Pool pool;
    Members *places; /* states by how many letters (or words) they have read */
    Members best;
    int32_t *columns; /* of `fits`, by letter */
    Option *options;
    size_t option_count, option_room;
    Pool keys; /* the finished keys of all words */
    size_t *word_keys;
    uint8_t *scratch[2];
    size_t scratch_room[2];
    Column ends;
    uint8_t *out;
    size_t out_size, out_room;
} Expansion;

enum { ENTRY = 7 }; /* columns of an entry: before, after, sound, languages, contexts given, extra, penalty */

static int reserve_bytes(uint8_t **data, size_t *room, size_t need)
{
    if (need <= *room)
        return FINE;
    size_t more = *room ? *room : 1024;
    while (more < need)
        more *= 2;
    uint8_t *grown = realloc(*data, more);
    if (!grown)
        return NO_MEMORY;
    *data = grown;
    *room = more;
    return FINE;
}

static int join_member(Members *members, uint32_t item)
{
    if (members->size == members->room) {
        const size_t room = members->room ? 2 * members->room : 64;
        uint32_t *items = realloc(members->items, room * sizeof *items);
        if (!items)
            return NO_MEMORY;
        members->items = items;
        members->room = room;
    }
    members->items[members->size++] = item;
    return FINE;
}

static int empty_pool(Pool *pool)
{
    pool->size = pool->used = 0;
    if (pool->stamp == UINT32_MAX || !pool->slots_room) {
        free(pool->slots);
        pool->slots_room = pool->slots_room ? pool->slots_room : 1024;
        pool->slots = calloc(pool->slots_room, sizeof *pool->slots);
        pool->stamp = 0;
        if (!pool->slots) {
            pool->slots_room = 0;
            return NO_MEMORY;
        }
    }
    pool->stamp++;
    return FINE;
}

static size_t slot_at(const Pool *pool, uint64_t hash, uint32_t place)
{
    return (size_t)(((hash + place) * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (pool->slots_room - 1);
}

static int wider_pool(Pool *pool)
{
    const size_t room = 2 * pool->slots_room;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (!slots)
        return NO_MEMORY;
    free(pool->slots);
    pool->slots = slots;
    pool->slots_room = room;
    for (size_t i = 0; i < pool->size; i++) {
        size_t at = slot_at(pool, pool->states[i].hash, pool->states[i].place);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = (uint64_t)pool->stamp << 32 | (i + 1);
    }
    return FINE;
}

/* Append a state whether or not its text is there already; `text` must not lie in the pool. */
static int new_state(Pool *pool, const State *prefix, const uint8_t *text, uint32_t size, State state)
{
    if (pool->size == pool->room) {
        const size_t room = pool->room ? 2 * pool->room : 256;
        State *states = realloc(pool->states, room * sizeof *states);
        if (!states)
            return NO_MEMORY;
        pool->states = states;
        pool->room = room;
    }
    const size_t before = prefix ? prefix->size : 0;
    state.text = pool->used;
    state.size = (uint32_t)before + size;
    if (reserve_bytes(&pool->texts, &pool->texts_room, pool->used + state.size + 1) != FINE)
        return NO_MEMORY;
    if (before)
        memcpy(pool->texts + state.text, pool->texts + prefix->text, before);
    if (size)
        memcpy(pool->texts + state.text + before, text, size);
    pool->used += state.size;
    pool->states[pool->size++] = state;
    return FINE;
}

/* Add the text of a state and what goes on to the states of a place; the same text is one state. */
static int add_state(Pool *pool, Members *members, uint32_t place, size_t from, const uint8_t *text, uint32_t size, uint64_t mask,
                     int32_t cost)
{
    if (2 * pool->size >= pool->slots_room && wider_pool(pool) != FINE)
        return NO_MEMORY;
    const State prefix = pool->states[from];
    const uint64_t hash = hashed(prefix.hash, text, size);
    size_t at = slot_at(pool, hash, place);
    for (; pool->slots[at] >> 32 == pool->stamp; at = (at + 1) & (pool->slots_room - 1)) {
        const uint32_t number = (uint32_t)pool->slots[at] - 1;
        State *known = &pool->states[number];
        if (known->hash != hash || known->place != place || known->size != prefix.size + size ||
            (prefix.size && memcmp(pool->texts + known->text, pool->texts + prefix.text, prefix.size)) ||
            (size && memcmp(pool->texts + known->text + prefix.size, text, size)))
            continue;
        if (known->alive) {
            known->mask |= mask;
            known->cost = cost < known->cost ? cost : known->cost;
            return FINE;
        }
        known->alive = 1;
        known->mask = mask;
        known->cost = cost;
        return join_member(members, number);
    }
    const State state = {.hash = hash, .mask = mask, .place = place, .cost = cost, .alive = 1};
    if (new_state(pool, &prefix, text, size, state) != FINE)
        return NO_MEMORY;
    pool->slots[at] = (uint64_t)pool->stamp << 32 | pool->size;
    return join_member(members, (uint32_t)pool->size - 1);
}

static int compare_texts(const Pool *pool, const State *a, const State *b)
{
    const int order = memcmp(pool->texts + a->text, pool->texts + b->text, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

/* Cheaper first; where languages count, those that more of them read; then by the letters. */
static int is_before(const Pool *pool, uint32_t left, uint32_t right, int languages)
{
    const State *a = &pool->states[left], *b = &pool->states[right];
    if (a->cost != b->cost)
        return a->cost < b->cost;
    if (languages && bits(a->mask) != bits(b->mask))
        return bits(a->mask) > bits(b->mask);
    return compare_texts(pool, a, b) < 0;
}

/* Keep the first `most` members in order; the others are dead. */
static int keep_first(Pool *pool, Members *members, Members *best, size_t most, int languages)
{
    best->size = 0;
    for (size_t i = 0; i < members->size; i++) {
        const uint32_t item = members->items[i];
        size_t at = best->size;
        if (at == most) {
            if (!most || !is_before(pool, item, best->items[at - 1], languages)) {
                pool->states[item].alive = 0;
                continue;
            }
            pool->states[best->items[--at]].alive = 0;
        } else if (join_member(best, item) != FINE) {
            return NO_MEMORY;
        }
        for (; at && is_before(pool, item, best->items[at - 1], languages); at--)
            best->items[at] = best->items[at - 1];
        best->items[at] = item;
    }
    const Members kept = *best;
    *best = *members;
    *members = kept;
    return FINE;
}

static int64_t child_of(const Rules *r, int64_t node, uint32_t letter)
{
    const int64_t key = (node << 21 | letter) + 1;
    const size_t last = ((size_t)1 << r->edge_bits) - 1;
    size_t at = (size_t)(((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - r->edge_bits));
    for (size_t tries = 0; tries <= last && r->edges[2 * at]; tries++, at = (at + 1) & last)
        if (r->edges[2 * at] == key)
            return r->edges[2 * at + 1];
    return -1;
}

static int fits_at(const Rules *r, int64_t context, int32_t column)
{
    return r->fits[(size_t)context * (r->symbol_count + 2) + (size_t)column];
}

static int add_option(const Rules *r, Expansion *x, int32_t width, int64_t sound, uint64_t mask, int64_t penalty)
{
    if (sound < 0 || (size_t)sound >= r->sound_count)
        return OUT_OF_RANGE;
    const int32_t begin = r->sound_begins[sound], end = r->sound_begins[sound + 1];
    if (begin < 0 || end < begin || (size_t)end > r->sounds_size)
        return OUT_OF_RANGE;
    for (size_t i = 0; i < x->option_count; i++) {
        Option *o = &x->options[i];
        if (o->width == width && o->sound == r->sounds + begin && o->size == (uint32_t)(end - begin) && o->penalty == penalty) {
            o->mask |= mask;
            return FINE;
        }
    }
    if (x->option_count == x->option_room) {
        const size_t room = x->option_room ? 2 * x->option_room : 64;
        Option *options = realloc(x->options, room * sizeof *options);
        if (!options)
            return NO_MEMORY;
        x->options = options;
        x->option_room = room;
    }
    x->options[x->option_count++] = (Option){width, (int32_t)penalty, r->sounds + begin, (uint32_t)(end - begin), mask};
    return FINE;
}

/* The rules of one node that compete at a place: those with more contexts shadow the others, language by language. */
static int options_of(const Rules *r, Expansion *x, int64_t node, int32_t width, int32_t before, int32_t after, uint64_t mask,
                      uint64_t *remaining)
{
    const int32_t begin = r->node_begins[node], end = r->node_begins[node + 1];
    if (begin < 0 || end < begin || (size_t)end > r->entry_count)
        return OUT_OF_RANGE;
    uint64_t left = *remaining;
    for (int64_t contexts = 2; contexts >= 0; contexts--) {
        uint64_t level = 0;
        for (const int64_t *e = r->entries + (size_t)begin * ENTRY; e < r->entries + (size_t)end * ENTRY; e += ENTRY) {
            if (e[4] != contexts)
                continue;
            if (e[0] < 0 || (size_t)e[0] >= r->contexts || e[1] < 0 || (size_t)e[1] >= r->contexts)
                return OUT_OF_RANGE;
            const uint64_t langs = (uint64_t)e[3];
            const uint64_t readers = langs & (e[5] ? mask : left);
            if (!readers || !fits_at(r, e[0], before) || !fits_at(r, e[1], after))
                continue;
            if (!e[5])
                level |= langs;
            const int status = add_option(r, x, width, e[2], readers, e[6]);
            if (status != FINE)
                return status;
        }
        left &= ~level;
    }
    *remaining = left;
    return FINE;
}

static int compete(const Rules *r, Expansion *x, const uint32_t *letters, size_t n, size_t i, int32_t script, uint64_t mask)
{
    int64_t nodes[64];
    size_t deepest = 0;
    int64_t node = r->roots[script];
    while (i + deepest < n && deepest < (size_t)r->longest[script] && deepest < 64) {
        node = child_of(r, node, letters[i + deepest]);
        if (node < 0)
            break;
        if ((size_t)node >= r->nodes)
            return OUT_OF_RANGE;
        nodes[deepest++] = node;
    }
    x->option_count = 0;
    uint64_t remaining = mask;
    for (size_t width = deepest; width && remaining; width--) {
        const int32_t before = i ? x->columns[i - 1] : 0, after = i + width < n ? x->columns[i + width] : 0;
        const int status = options_of(r, x, nodes[width - 1], (int32_t)width, before, after, mask, &remaining);
        if (status != FINE)
            return status;
    }
    if (!remaining)
        return FINE;
    return add_option(r, x, 1, r->defaults[(size_t)script * r->symbol_count + (size_t)x->columns[i] - 2], remaining, 0);
}

static int is_vowel(uint8_t c)
{
    return c == 'a' || c == 'i' || c == 'u';
}

static size_t without_repeats(uint8_t *key, size_t size)
{
    size_t out = 0;
    for (size_t i = 0; i < size; i++)
        if (!out || key[out - 1] != key[i])
            key[out++] = key[i];
    return out;
}

/* What affricates leave: ts, tS, dz and dJ are one letter each. */
static size_t without_stops(const uint8_t *coarse, size_t size, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        const uint8_t c = coarse[i], next = i + 1 < size ? coarse[i + 1] : 0;
        if ((c == 't' && (next == 's' || next == 'S')) || (c == 'd' && (next == 'z' || next == 'J'))) {
            out[n++] = next == 's' ? 'c' : next == 'S' ? 'C' : next;
            i++;
        } else {
            out[n++] = c;
        }
    }
    return n;
}

static size_t final_h(const uint8_t *key, size_t size)
{
    return size > 1 && key[size - 1] == 'h' && is_vowel(key[size - 2]) ? size - 1 : size;
}

/* Twin of translit.rules.keys.tight; each step reads what the step before wrote. */
static size_t tight(const uint8_t *coarse, size_t size, uint8_t *a, uint8_t *b)
{
    size_t n = without_repeats(a, without_stops(coarse, size, a));
    memcpy(b, a, n);
    for (size_t i = 1; i + 1 < n; i++)
        if (a[i] == 'i' && is_vowel(a[i - 1]) && is_vowel(a[i + 1]))
            b[i] = 'j';
    if (n > 1 && (b[0] == 'i' || b[0] == 'j') && (b[1] == 'a' || b[1] == 'u'))
        b[0] = 'j';
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const int glide = b[i] == 'i' || b[i] == 'j';
        if (!(glide && i && !is_vowel(b[i - 1]) && i + 1 < n && (b[i + 1] == 'a' || b[i + 1] == 'u')))
            a[m++] = b[i];
    }
    n = m, m = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t before = i ? a[i - 1] : 0, after = i + 1 < n ? a[i + 1] : 0;
        const int closes = (a[i] == 'j' || a[i] == 'w') && is_vowel(before) && !is_vowel(after);
        const int softens = a[i] == 'j' && i && !is_vowel(before) && before != 'j' && before != 'w' && after == 'i';
        if (!closes && !softens)
            b[m++] = a[i];
    }
    n = m, m = 0;
    for (size_t i = 0; i < n; i++)
        if (!(m && is_vowel(b[i]) && is_vowel(b[i - 1])))
            a[m++] = b[i] == 'w' ? 'v' : b[i];
    return without_repeats(a, final_h(a, m));
}

/* Twin of translit.rules.keys.skeleton. */
static size_t skeleton(const uint8_t *coarse, size_t size, uint8_t *a)
{
    const size_t n = final_h(a, without_repeats(a, without_stops(coarse, size, a)));
    size_t m = 0;
    const int vowel_first = n && is_vowel(a[0]);
    for (size_t i = 0; i < n; i++)
        if (!is_vowel(a[i]) && a[i] != 'j' && a[i] != 'w')
            a[m++] = a[i];
    m = without_repeats(a, m);
    if (vowel_first) {
        memmove(a + 1, a, m);
        a[0] = 'A';
    }
    return m + (size_t)vowel_first;
}

static int expand_word(const Rules *r, Expansion *x, size_t word)
{
    const int64_t begin = r->word_begins[word], end = r->word_begins[word + 1];
    const int32_t script = r->scripts[word];
    if (begin < 0 || end < begin || (size_t)end > r->letters_size || script < 0 || (size_t)script >= r->script_count)
        return OUT_OF_RANGE;
    const uint32_t *letters = r->letters + begin;
    const size_t n = (size_t)(end - begin);
    if (!n || n > r->most_letters)
        return FINE;
    for (size_t i = 0; i < n; i++) {
        const size_t place = first_at_least(r->symbols, r->symbol_count, letters[i]);
        if (place >= r->symbol_count || r->symbols[place] != letters[i])
            return OUT_OF_RANGE;
        x->columns[i] = (int32_t)place + 2;
    }
    for (size_t i = 0; i <= n; i++)
        x->places[i].size = 0;
    const State start = {.hash = FNV_START, .mask = r->masks[script], .alive = 1};
    if (empty_pool(&x->pool) != FINE || new_state(&x->pool, NULL, NULL, 0, start) != FINE || join_member(&x->places[0], 0) != FINE)
        return NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (!x->places[i].size)
            continue;
        int status = compete(r, x, letters, n, i, script, r->masks[script]);
        for (size_t k = 0; status == FINE && k < x->option_count; k++) {
            const Option o = x->options[k];
            const uint32_t place = (uint32_t)i + (uint32_t)o.width;
            for (size_t s = 0; status == FINE && s < x->places[i].size; s++) {
                const uint32_t from = x->places[i].items[s];
                const uint64_t readers = x->pool.states[from].mask & o.mask;
                if (readers)
                    status = add_state(&x->pool, &x->places[place], place, from, o.sound, o.size, readers,
                                       x->pool.states[from].cost + o.penalty);
            }
        }
        for (size_t j = i + 1; status == FINE && j <= n && j <= i + (size_t)r->longest[script]; j++)
            if (x->places[j].size > r->most_readings)
                status = keep_first(&x->pool, &x->places[j], &x->best, r->most_readings, 1);
        if (status != FINE)
            return status;
    }
    for (size_t s = 0; s < x->places[n].size; s++) {
        const State *state = &x->pool.states[x->places[n].items[s]];
        for (int k = 0; k < 2; k++)
            if (reserve_bytes(&x->scratch[k], &x->scratch_room[k], state->size + 1) != FINE)
                return NO_MEMORY;
        const uint8_t *coarse = x->pool.texts + state->text;
        const size_t size = r->skeleton ? skeleton(coarse, state->size, x->scratch[0])
                                        : tight(coarse, state->size, x->scratch[0], x->scratch[1]);
        const State key = {.mask = state->mask, .cost = state->cost, .alive = 1};
        if (new_state(&x->keys, NULL, x->scratch[0], (uint32_t)size, key) != FINE)
            return NO_MEMORY;
    }
    return FINE;
}

/* A whole name's key: for skeletons an initial vowel counts at its start only, and doubling nowhere behind. */
static int write_key(Expansion *x, const State *key, int is_skeleton, size_t first)
{
    if (reserve_bytes(&x->out, &x->out_room, x->out_size + key->size + 1) != FINE)
        return NO_MEMORY;
    uint8_t *to = x->out + x->out_size;
    const uint8_t *from = x->pool.texts + key->text;
    size_t size = 0;
    for (size_t i = 0; i < key->size; i++) {
        const int passed = is_skeleton && i && (from[i] == 'A' || (size > 1 && to[size - 1] == from[i]));
        if (!passed)
            to[size++] = from[i];
    }
    for (size_t at = first; at < x->out_size;) {
        size_t end = at;
        while (x->out[end] != '\n')
            end++;
        if (end - at == size && !memcmp(x->out + at, to, size))
            return FINE;
        at = end + 1;
    }
    to[size] = '\n';
    x->out_size += size + 1;
    return FINE;
}

static int expand_name(const Rules *r, Expansion *x, size_t name)
{
    const int64_t begin = r->name_begins[name], end = r->name_begins[name + 1];
    if (begin < 0 || end < begin || (size_t)end > r->name_words_size)
        return OUT_OF_RANGE;
    Members *whole = &x->places[0], *merged = &x->places[1];
    const State start = {.hash = FNV_START, .mask = UINT64_MAX, .alive = 1};
    whole->size = 0;
    if (empty_pool(&x->pool) != FINE || new_state(&x->pool, NULL, NULL, 0, start) != FINE || join_member(whole, 0) != FINE)
        return NO_MEMORY;
    int32_t script = -1;
    for (int64_t k = begin; k < end; k++) {
        const int32_t word = r->name_words[k];
        if (word < 0 || (size_t)word >= r->words)
            return OUT_OF_RANGE;
        if (x->word_keys[word] == x->word_keys[word + 1])
            continue;
        const int anew = script >= 0 && r->name_scripts[k] != script;
        script = r->name_scripts[k];
        merged->size = 0;
        for (size_t s = 0; s < whole->size; s++) {
            for (size_t i = x->word_keys[word]; i < x->word_keys[word + 1]; i++) {
                const State *key = &x->keys.states[i], *prefix = &x->pool.states[whole->items[s]];
                const uint64_t readers = anew ? key->mask : prefix->mask & key->mask;
                if (readers && add_state(&x->pool, merged, (uint32_t)(k - begin) + 1, whole->items[s], x->keys.texts + key->text,
                                         key->size, readers, prefix->cost + key->cost) != FINE)
                    return NO_MEMORY;
            }
        }
        if (merged->size > r->most_keys && keep_first(&x->pool, merged, &x->best, r->most_keys, 1) != FINE)
            return NO_MEMORY;
        if (merged->size) {
            Members *last = whole;
            whole = merged;
            merged = last;
        }
    }
    if (keep_first(&x->pool, whole, &x->best, whole->size, 0) != FINE)
        return NO_MEMORY;
    const size_t first = x->out_size;
    for (size_t s = 0; s < whole->size; s++) {
        const State *key = &x->pool.states[whole->items[s]];
        if (key->size && write_key(x, key, r->skeleton, first) != FINE)
            return NO_MEMORY;
    }
    return push(&x->ends, (int64_t)x->out_size);
}

static void free_expansion(Expansion *x, size_t places)
{
    for (size_t i = 0; x->places && i < places; i++)
        free(x->places[i].items);
    Pool *const pools[] = {&x->pool, &x->keys};
    for (int i = 0; i < 2; i++) {
        free(pools[i]->states);
        free(pools[i]->texts);
        free(pools[i]->slots);
        free(x->scratch[i]);
    }
    free(x->places);
    free(x->best.items);
    free(x->columns);
    free(x->options);
    free(x->word_keys);
    free(x->ends.data);
    free(x->out);
}

static int expand_all(const Rules *r, Expansion *x)
{
    x->places = calloc(r->most_letters + 2, sizeof *x->places);
    x->columns = calloc(r->most_letters + 1, sizeof *x->columns);
    x->word_keys = calloc(r->words + 1, sizeof *x->word_keys);
    if (!x->places || !x->columns || !x->word_keys)
        return NO_MEMORY;
    int status = FINE;
    for (size_t word = 0; status == FINE && word < r->words; word++) {
        status = expand_word(r, x, word);
        x->word_keys[word + 1] = x->keys.size;
    }
    for (size_t name = 0; status == FINE && name < r->names; name++)
        status = expand_name(r, x, name);
    return status;
}

PyDoc_STRVAR(name_keys_doc,
             "name_keys(letters, words, scripts, name_words, names, name_scripts, masks, edges, begins, entries, roots, longest,\n"
             "          symbols, fits, defaults, sounds, sound_begins, skeleton, most_letters, most_readings, most_keys)\n"
             "-> (keys, ends)\n\n"
             "Twin of translit.rules.keys.name_keys. letters and symbols are uint32 code points; words, names, edges, entries int64;\n"
             "masks uint64; fits and sounds bytes; the rest int32. keys are ASCII, each closed by a line feed; ends says where each\n"
             "name's stop.");

static PyObject *name_keys(PyObject *self, PyObject *args)
{
    (void)self;
    enum { LETTERS, WORDS, SCRIPTS, NAME_WORDS, NAMES, NAME_SCRIPTS, MASKS, EDGES, BEGINS, ENTRIES, ROOTS, LONGEST, SYMBOLS, FITS,
           DEFAULTS, SOUNDS, SOUND_BEGINS, ARRAYS };
    PyObject *o[ARRAYS];
    Rules r = {0};
    Py_ssize_t letters, readings, keys;
    if (!PyArg_ParseTuple(args, "OOOOOOOOOOOOOOOOOpnnn", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], &o[6], &o[7], &o[8], &o[9], &o[10],
                          &o[11], &o[12], &o[13], &o[14], &o[15], &o[16], &r.skeleton, &letters, &readings, &keys))
        return NULL;
    static const char *const names[] = {"letters", "words", "scripts", "name_words", "names", "name_scripts", "masks", "edges", "begins",
                                        "entries", "roots", "longest", "symbols", "fits", "defaults", "sounds", "sound_begins"};
    static const int width[] = {4, 8, 4, 4, 8, 4, 8, 8, 4, 8, 4, 4, 4, 1, 4, 1, 4};
    static const int dimensions[] = {1, 1, 1, 1, 1, 1, 1, 2, 1, 2, 1, 1, 1, 2, 2, 1, 1};
    Buffer b[ARRAYS] = {0};
    Expansion x = {0};
    PyObject *result = NULL;
    for (int i = 0; i < ARRAYS; i++)
        if (take(o[i], &b[i], width[i], dimensions[i], names[i]) < 0)
            goto done;
    r.letters = b[LETTERS].view.buf, r.word_begins = b[WORDS].view.buf, r.scripts = b[SCRIPTS].view.buf;
    r.name_words = b[NAME_WORDS].view.buf, r.name_begins = b[NAMES].view.buf, r.name_scripts = b[NAME_SCRIPTS].view.buf;
    r.masks = b[MASKS].view.buf, r.edges = b[EDGES].view.buf, r.node_begins = b[BEGINS].view.buf, r.entries = b[ENTRIES].view.buf;
    r.roots = b[ROOTS].view.buf, r.longest = b[LONGEST].view.buf, r.symbols = b[SYMBOLS].view.buf, r.fits = b[FITS].view.buf;
    r.defaults = b[DEFAULTS].view.buf, r.sounds = b[SOUNDS].view.buf, r.sound_begins = b[SOUND_BEGINS].view.buf;
    r.letters_size = (size_t)items(&b[LETTERS]), r.words = (size_t)items(&b[SCRIPTS]), r.name_words_size = (size_t)items(&b[NAME_WORDS]);
    r.names = (size_t)items(&b[NAMES]), r.nodes = (size_t)items(&b[BEGINS]), r.entry_count = (size_t)b[ENTRIES].view.shape[0];
    r.script_count = (size_t)items(&b[ROOTS]), r.symbol_count = (size_t)items(&b[SYMBOLS]), r.contexts = (size_t)b[FITS].view.shape[0];
    r.sound_count = (size_t)items(&b[SOUND_BEGINS]), r.sounds_size = (size_t)items(&b[SOUNDS]);
    while (r.edge_bits < 40 && (Py_ssize_t)1 << r.edge_bits < b[EDGES].view.shape[0])
        r.edge_bits++;
    if ((size_t)items(&b[WORDS]) != r.words + 1 || !r.names || !r.nodes || !r.sound_count || !r.edge_bits ||
        (size_t)items(&b[NAME_SCRIPTS]) != r.name_words_size || (size_t)items(&b[MASKS]) != r.script_count ||
        (size_t)items(&b[LONGEST]) != r.script_count || (size_t)b[DEFAULTS].view.shape[0] != r.script_count ||
        (size_t)b[DEFAULTS].view.shape[1] != r.symbol_count || (size_t)b[FITS].view.shape[1] != r.symbol_count + 2 ||
        b[ENTRIES].view.shape[1] != ENTRY || b[EDGES].view.shape[1] != 2 ||
        b[EDGES].view.shape[0] != (Py_ssize_t)1 << r.edge_bits || letters < 0 || readings < 0 || keys < 0) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    r.names--, r.nodes--, r.sound_count--;
    for (size_t i = 0; i < r.script_count; i++)
        if (r.roots[i] < 0 || (size_t)r.roots[i] >= r.nodes || r.longest[i] < 0) {
            fail(OUT_OF_RANGE);
            goto done;
        }
    r.most_letters = (size_t)letters, r.most_readings = (size_t)readings, r.most_keys = (size_t)keys;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = expand_all(&r, &x);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NN)", PyByteArray_FromStringAndSize((const char *)x.out, (Py_ssize_t)x.out_size), as_bytes(&x.ends));
done:
    free_expansion(&x, r.most_letters + 2);
    give_back(b, ARRAYS);
    return result;
}

/* ---- blocking keys ---- */

/* Letter groups that stand for one consonant class, in order; GROUPS of matching/blocking.py. */
static const char *const consonants[][2] = {
    {"tsch", "S"}, {"shch", "S"}, {"dsch", "S"}, {"sch", "S"}, {"tch", "S"}, {"tsj", "S"}, {"dzj", "S"}, {"dzh", "S"}, {"tj", "S"},
    {"dj", "S"},   {"sj", "S"},   {"sh", "S"},   {"sz", "S"},  {"cz", "S"},  {"zh", "S"},  {"ts", "S"},  {"tz", "S"},  {"dz", "S"},
    {"ch", "S"},   {"ph", "F"},   {"kh", "K"},   {"gh", "K"},  {"ck", "K"},  {"ce", "Se"}, {"ci", "Si"}, {"cy", "Sy"}, {"qu", "K"},
    {"ge", "Se"},  {"gi", "Si"},
};
enum { LONGEST = 15 }; /* consonants of an outline */

static int class_of(uint8_t c)
{
    static const char *const classes[] = {"A", "pbP", "fvF", "tdT", "kqgcxK", "szjS", "mM", "nN", "lrR"};
    for (int k = 0; c && k < 9; k++)
        if (strchr(classes[k], c))
            return k + 1;
    return 0;
}

static size_t replace_group(uint8_t *text, size_t size, const char *group, const char *class)
{
    const size_t width = strlen(group), less = strlen(class);
    if (size < width || !memchr(text, group[0], size))
        return size;
    size_t out = 0;
    for (size_t i = 0; i < size;) {
        if (i + width <= size && !memcmp(text + i, group, width)) {
            memcpy(text + out, class, less);
            out += less;
            i += width;
        } else {
            text[out++] = text[i++];
        }
    }
    return out;
}

/* The outline of a word, which is written over, and how many consonants it has. */
static uint64_t outline_of(uint8_t *text, size_t size, const uint8_t *classes, int *length)
{
    for (size_t k = 0; k < sizeof consonants / sizeof *consonants; k++)
        size = replace_group(text, size, consonants[k][0], consonants[k][1]);
    uint64_t packed = 0;
    uint8_t before = 0;
    *length = 0;
    for (size_t i = 0; i < size; i++) {
        const uint8_t class = !i && text[0] && strchr("aeiouyhw", text[0]) ? 1 : classes[text[i]];
        if (class && class != before && *length < LONGEST)
            packed |= (uint64_t)class << 4 * (*length)++;
        before = class;
    }
    return packed;
}

static uint64_t slot_bit(uint64_t value)
{
    return UINT64_C(1) << (value * UINT64_C(0x9E3779B97F4A7C15) >> 58);
}

static uint64_t contour_of(uint64_t outline)
{
    uint64_t out = 0, before = 0;
    for (int i = 0; i < LONGEST; i++) {
        const uint64_t here = outline >> 4 * i & 15;
        if (here)
            out |= slot_bit(before * 16 + here) | slot_bit(4096 + here);
        else if (before)
            out |= slot_bit(before * 16);
        before = here;
    }
    return out;
}

static int push_key(Column *keys, Column *owners, uint64_t key, uint64_t salt, int64_t owner)
{
    uint64_t x = key + salt * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x ^= x >> 31;
    return push(keys, (int64_t)(x >> 32)) == FINE && push(owners, owner) == FINE ? FINE : NO_MEMORY;
}

static int outline_keys(uint64_t whole, int length, int64_t owner, Column *keys, Column *owners)
{
    int status = push_key(keys, owners, whole, 1, owner);
    for (int i = 0; status == FINE && i < length; i++) {
        const uint64_t low = whole & ((UINT64_C(1) << 4 * i) - 1), high = whole >> 4 * (i + 1) << 4 * i;
        status = push_key(keys, owners, low | high, 1, owner);
    }
    if (status == FINE && length >= 6) {
        status = push_key(keys, owners, whole & 0xffff, 2, owner);
        if (status == FINE)
            status = push_key(keys, owners, whole >> 4 * (length - 4), 3, owner);
    }
    return status;
}

typedef struct {
    Column keys, owners;
    uint64_t *signatures, *contours;
    uint8_t *text, *part;
    size_t text_room, part_room;
    Letters letters;
    uint8_t classes[256];
} Blocking;

static int block_name(Blocking *b, int64_t name)
{
    const size_t size = b->letters.size;
    if (reserve_bytes(&b->text, &b->text_room, size + 1) != FINE || reserve_bytes(&b->part, &b->part_room, size + 1) != FINE)
        return NO_MEMORY;
    uint64_t signature = 0;
    uint8_t before = '\n';
    for (size_t i = 0; i < size; i++) {
        b->text[i] = b->letters.points[i] < 256 ? (uint8_t)b->letters.points[i] : '?';
        signature |= slot_bit((uint64_t)before * 256 + b->text[i]);
        before = b->text[i];
    }
    b->signatures[name] = signature | slot_bit((uint64_t)before * 256 + '\n');
    size_t letters = 0;
    for (size_t i = 0; i < size; i++)
        if (b->text[i] != ' ')
            b->part[letters++] = b->text[i];
    int length;
    const uint64_t whole = outline_of(b->part, letters, b->classes, &length);
    b->contours[name] = contour_of(whole);
    int status = outline_keys(whole, length, name, &b->keys, &b->owners);
    if (letters == size)
        return status == FINE && length >= 2 ? push_key(&b->keys, &b->owners, whole, 4, name) : status;
    for (size_t begin = 0, end; status == FINE && begin <= size; begin = end + 1) {
        for (end = begin; end < size && b->text[end] != ' '; end++)
            ;
        memcpy(b->part, b->text + begin, end - begin);
        const uint64_t part = outline_of(b->part, end - begin, b->classes, &length);
        if (length >= 2)
            status = push_key(&b->keys, &b->owners, part, 4, name);
    }
    return status;
}

static int block_all(const Texts *names, Blocking *b)
{
    int status = FINE;
    for (int c = 0; c < 256; c++)
        b->classes[c] = (uint8_t)class_of((uint8_t)c);
    for (int64_t name = 0; status == FINE && name < names->count; name++) {
        status = read_text(names, name, &b->letters);
        if (status == FINE)
            status = block_name(b, name);
    }
    return status;
}

PyDoc_STRVAR(name_blocks_doc, "name_blocks(data, other, begin, end, elsewhere) -> (keys, owners, signatures, contours)\n\n"
                              "Twin of translit.matching.blocking.name_blocks, the keys by name; all of 64 bits.");

static PyObject *name_blocks(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *o[TEXT_BUFFERS];
    if (!PyArg_ParseTuple(args, "OOOOO", &o[0], &o[1], &o[2], &o[3], &o[4]))
        return NULL;
    Buffer b[TEXT_BUFFERS] = {0};
    Texts names;
    Blocking blocking = {0};
    PyObject *result = NULL, *signatures = NULL, *contours = NULL;
    if (take_texts(o, b, &names) < 0)
        goto done;
    const Py_ssize_t bytes = (Py_ssize_t)(names.count * (int64_t)sizeof(uint64_t));
    signatures = PyByteArray_FromStringAndSize(NULL, bytes);
    contours = PyByteArray_FromStringAndSize(NULL, bytes);
    if (!signatures || !contours)
        goto done;
    blocking.signatures = (uint64_t *)(void *)PyByteArray_AsString(signatures);
    blocking.contours = (uint64_t *)(void *)PyByteArray_AsString(contours);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = block_all(&names, &blocking);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NNOO)", as_bytes(&blocking.keys), as_bytes(&blocking.owners), signatures, contours);
done:
    Py_XDECREF(signatures);
    Py_XDECREF(contours);
    free(blocking.keys.data);
    free(blocking.owners.data);
    free(blocking.text);
    free(blocking.part);
    free(blocking.letters.points);
    give_back(b, TEXT_BUFFERS);
    return result;
}

/* ---- forests ---- */

static inline int first_bit(uint32_t x)
{
#if defined(__GNUC__)
    return __builtin_ctz(x);
#else
    return (int)bits((x & (0u - x)) - 1);
#endif
}

typedef struct {
    const float *edges, *rows;
    const uint32_t *masks;
    const int32_t *leaf;
    size_t features, edge_count, trees, leaves, count;
    int32_t base;
} Forest;

enum { ABREAST = 16 }; /* trees that are followed at once */

static size_t bin_of(const float *edges, size_t size, float value)
{
    size_t low = 0;
    while (size) {
        const size_t half = size / 2;
        const int above = edges[low + half] < value;
        low = above ? low + half + 1 : low;
        size = above ? size - half - 1 : half;
    }
    return low;
}

/* The leaves of some trees that a row's bins leave open; `masks` has a row of masks for each feature that strikes out any. */
static inline void follow(const uint32_t *const *masks, size_t count, size_t first, size_t trees, uint32_t *open)
{
    for (size_t t = 0; t < trees; t++)
        open[t] = UINT32_MAX;
    for (size_t k = 0; k < count; k++)
        for (size_t t = 0; t < trees; t++)
            open[t] &= masks[k][first + t];
}

/* Every test that a row does not pass strikes out the leaves left of it; the first leaf that is left is the row's. */
static int score_all(const Forest *f, int32_t *out)
{
    const uint32_t **masks = malloc((f->features + 1) * sizeof *masks);
    int status = masks ? FINE : NO_MEMORY;
    for (size_t r = 0; status == FINE && r < f->count; r++) {
        size_t count = 0;
        for (size_t k = 0; k < f->features; k++) {
            const size_t bin = bin_of(f->edges + k * f->edge_count, f->edge_count, f->rows[r * f->features + k]);
            if (bin)
                masks[count++] = f->masks + (k * (f->edge_count + 1) + bin) * f->trees;
        }
        uint32_t total = (uint32_t)f->base;
        for (size_t first = 0; first < f->trees; first += ABREAST) {
            uint32_t open[ABREAST];
            const size_t trees = f->trees - first < ABREAST ? f->trees - first : ABREAST;
            if (trees == ABREAST)
                follow(masks, count, first, ABREAST, open);
            else
                follow(masks, count, first, trees, open);
            for (size_t t = 0; t < trees; t++) {
                const size_t leaf = open[t] ? (size_t)first_bit(open[t]) : f->leaves;
                if (leaf < f->leaves)
                    total += (uint32_t)f->leaf[(first + t) * f->leaves + leaf];
                else
                    status = OUT_OF_RANGE;
            }
        }
        out[r] = (int32_t)total;
    }
    free(masks);
    return status;
}

PyDoc_STRVAR(forest_scores_doc, "forest_scores(edges, masks, leaf, base, rows) -> bytearray of int32\n\n"
                                "Twin of translit.matching.trees.forest_scores. edges and rows are float32; masks (uint32, by feature,\n"
                                "bin and tree) hold the leaves that a value in the bin leaves open; the first bin strikes out none.");

static PyObject *forest_scores(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[4];
    int base;
    if (!PyArg_ParseTuple(args, "OOOiO", &given[0], &given[1], &given[2], &base, &given[3]))
        return NULL;
    static const char *const names[] = {"edges", "masks", "leaf", "rows"};
    static const int dimensions[] = {2, 3, 2, 2};
    Buffer b[4] = {0};
    PyObject *result = NULL;
    for (int i = 0; i < 4; i++)
        if (take(given[i], &b[i], 4, dimensions[i], names[i]) < 0)
            goto done;
    const Py_ssize_t *edges = b[0].view.shape, *masks = b[1].view.shape, *leaf = b[2].view.shape, *rows = b[3].view.shape;
    if (masks[0] != edges[0] || masks[1] != edges[1] + 1 || masks[2] != leaf[0] || rows[1] != edges[0]) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    const Forest f = {
        .edges = b[0].view.buf, .masks = b[1].view.buf, .leaf = b[2].view.buf, .rows = b[3].view.buf, .base = base,
        .features = (size_t)edges[0], .edge_count = (size_t)edges[1], .trees = (size_t)leaf[0], .leaves = (size_t)leaf[1],
        .count = (size_t)rows[0],
    };
    result = PyByteArray_FromStringAndSize(NULL, rows[0] * (Py_ssize_t)sizeof(int32_t));
    if (!result)
        goto done;
    int32_t *out = (int32_t *)(void *)PyByteArray_AsString(result);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = score_all(&f, out);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        Py_CLEAR(result);
        fail(status);
    }
done:
    give_back(b, 4);
    return result;
}

/* ---- comparisons ---- */

/* The columns of a comparison; translit.matching.score.COMPARISON. */
enum { COST_PER_LETTER, COST_TOTAL, INDEL, JARO_WINKLER, LETTERS_ALIKE, CONSONANTS, SHORTER, NAME_LENGTH, FORM_LENGTH, LENGTH_GAP,
       NAME_WORDS, FORM_WORDS, SAME_START, SAME_END, WORDS_INDEL, EXACT, WORST_WORD = 20, NAME_EXTRA, FORM_EXTRA, FEATURES };
enum { MOST_WORDS = 8 }; /* of a name whose words are paired */

typedef struct {
    size_t begin, end;
} Word;

/* A text with its words, and with the places of its letters as bits. */
typedef struct {
    Letters letters, sorted;
    Word *words;
    size_t word_count, words_room;
    uint64_t places[128], sorted_places[128];
    int is_sorted;
} Compared;

typedef struct {
    uint8_t *flags;
    int32_t *lengths;
    size_t flags_room, lengths_room;
} Scratch;

static void mark_places(const Letters *text, uint64_t *places)
{
    memset(places, 0, 128 * sizeof *places);
    for (size_t i = 0; i < text->size && i < 64; i++)
        if (text->points[i] < 128)
            places[text->points[i]] |= UINT64_C(1) << i;
}

/* The length of the longest common subsequence, by bits where the first text has no more than 64 letters.
 * Source: Hyyrö (2004), bit-parallel LCS-length computation revisited. */
static int common_letters(const Letters *a, const uint64_t *places, const Letters *b, Scratch *s, size_t *out)
{
    if (a->size <= 64) {
        uint64_t open = UINT64_MAX;
        for (size_t j = 0; j < b->size; j++) {
            const uint32_t c = b->points[j];
            uint64_t here = 0;
            if (c < 128)
                here = places[c];
            else
                for (size_t i = 0; i < a->size; i++)
                    here |= (uint64_t)(a->points[i] == c) << i;
            const uint64_t hit = open & here;
            open = (open + hit) | (open - hit);
        }
        *out = bits(~open & (a->size < 64 ? (UINT64_C(1) << a->size) - 1 : UINT64_MAX));
        return FINE;
    }
    if (a->size + 1 > s->lengths_room) {
        free(s->lengths);
        s->lengths_room = 2 * (a->size + 1);
        s->lengths = malloc(s->lengths_room * sizeof *s->lengths);
        if (!s->lengths) {
            s->lengths_room = 0;
            return NO_MEMORY;
        }
    }
    memset(s->lengths, 0, (a->size + 1) * sizeof *s->lengths);
    for (size_t j = 0; j < b->size; j++) {
        int32_t diagonal = 0;
        for (size_t i = 0; i < a->size; i++) {
            const int32_t above = s->lengths[i + 1], left = s->lengths[i];
            const int32_t most = above > left ? above : left;
            s->lengths[i + 1] = a->points[i] == b->points[j] ? diagonal + 1 : most;
            diagonal = above;
        }
    }
    *out = (size_t)s->lengths[a->size];
    return FINE;
}

static double indel(size_t common, size_t n, size_t m)
{
    const double distance = n + m ? (double)(n + m - 2 * common) / (double)(n + m) : 0.0;
    return 1.0 - distance;
}

/* Jaro-Winkler similarity, in the order of operations that rapidfuzz has. */
static int jaro_winkler(const uint32_t *a, size_t n, const uint32_t *b, size_t m, Scratch *s, double *out)
{
    *out = !n && !m ? 1.0 : 0.0;
    if (!n || !m)
        return FINE;
    if (reserve_bytes(&s->flags, &s->flags_room, n + m) != FINE)
        return NO_MEMORY;
    memset(s->flags, 0, n + m);
    uint8_t *const taken = s->flags, *const hit = s->flags + n;
    const size_t longer = n > m ? n : m, reach = longer > 1 ? longer / 2 - 1 : 0;
    size_t common = 0, crossed = 0;
    for (size_t j = 0; j < m; j++) {
        const size_t end = j + reach + 1 < n ? j + reach + 1 : n;
        for (size_t i = j > reach ? j - reach : 0; i < end; i++) {
            if (taken[i] || a[i] != b[j])
                continue;
            taken[i] = hit[j] = 1;
            common++;
            break;
        }
    }
    if (!common)
        return FINE;
    for (size_t i = 0, j = 0; i < n; i++) {
        if (!taken[i])
            continue;
        while (!hit[j])
            j++;
        crossed += a[i] != b[j++];
    }
    crossed /= 2;
    double similarity = (double)common / (double)n;
    similarity += (double)common / (double)m;
    similarity += (double)(common - crossed) / (double)common;
    similarity /= 3.0;
    size_t prefix = 0;
    while (prefix < 4 && prefix < n && prefix < m && a[prefix] == b[prefix])
        prefix++;
    if (similarity > 0.7) {
        similarity += (double)prefix * 0.1 * (1.0 - similarity);
        similarity = similarity < 1.0 ? similarity : 1.0;
    }
    *out = similarity;
    return FINE;
}

static int compare_words(const uint32_t *points, Word a, Word b)
{
    for (; a.begin < a.end && b.begin < b.end; a.begin++, b.begin++)
        if (points[a.begin] != points[b.begin])
            return points[a.begin] < points[b.begin] ? -1 : 1;
    return (a.begin < a.end) - (b.begin < b.end);
}

/* Cut a text into words at its blanks, and put the words in order into another text. */
static int cut_words(Compared *c)
{
    const Letters *text = &c->letters;
    if (text->size + 1 > c->words_room) {
        free(c->words);
        c->words_room = 2 * (text->size + 1);
        c->words = malloc(c->words_room * sizeof *c->words);
        if (!c->words) {
            c->words_room = 0;
            return NO_MEMORY;
        }
    }
    c->word_count = 0;
    for (size_t begin = 0, i = 0; i <= text->size; i++) {
        if (i < text->size && text->points[i] != ' ')
            continue;
        c->words[c->word_count++] = (Word){begin, i};
        begin = i + 1;
    }
    c->is_sorted = 0;
    return FINE;
}

static int sort_words(Compared *c)
{
    if (c->is_sorted)
        return FINE;
    const size_t n = c->letters.size;
    if (n + 1 > c->sorted.room) {
        free(c->sorted.points);
        c->sorted.room = 2 * (n + 1);
        c->sorted.points = malloc(c->sorted.room * sizeof *c->sorted.points);
        if (!c->sorted.points) {
            c->sorted.room = 0;
            return NO_MEMORY;
        }
    }
    Word *order = malloc((c->word_count + 1) * sizeof *order);
    if (!order)
        return NO_MEMORY;
    size_t count = 0;
    for (size_t k = 0; k < c->word_count; k++) {
        const Word word = c->words[k];
        if (word.begin == word.end)
            continue;
        size_t at = count++;
        for (; at && compare_words(c->letters.points, word, order[at - 1]) < 0; at--)
            order[at] = order[at - 1];
        order[at] = word;
    }
    c->sorted.size = 0;
    for (size_t k = 0; k < count; k++) {
        if (k)
            c->sorted.points[c->sorted.size++] = ' ';
        for (size_t i = order[k].begin; i < order[k].end; i++)
            c->sorted.points[c->sorted.size++] = c->letters.points[i];
    }
    free(order);
    mark_places(&c->sorted, c->sorted_places);
    c->is_sorted = 1;
    return FINE;
}

static int same_letters(const Letters *a, const Letters *b)
{
    return a->size == b->size && (!a->size || !memcmp(a->points, b->points, a->size * sizeof *a->points));
}

typedef struct {
    double value;
    size_t left, right;
} Likeness;

/* Words paired greedily, the most alike first: the worst pair's similarity, and the words that are left over. */
static int pair_words(const Compared *a, const Compared *b, Scratch *s, float *out)
{
    if (same_letters(&a->letters, &b->letters)) {
        out[WORST_WORD] = 1.0f;
        return FINE;
    }
    if (a->word_count > MOST_WORDS || b->word_count > MOST_WORDS) {
        out[WORST_WORD] = 0.0f;
        return FINE;
    }
    Likeness table[MOST_WORDS * MOST_WORDS];
    size_t count = 0;
    for (size_t i = 0; i < a->word_count; i++) {
        for (size_t j = 0; j < b->word_count; j++) {
            const Word left = a->words[i], right = b->words[j];
            double value;
            if (jaro_winkler(a->letters.points + left.begin, left.end - left.begin, b->letters.points + right.begin,
                             right.end - right.begin, s, &value) != FINE)
                return NO_MEMORY;
            size_t at = count++;
            for (; at && value > table[at - 1].value; at--)
                table[at] = table[at - 1];
            table[at] = (Likeness){value, i, j};
        }
    }
    unsigned used_left = 0, used_right = 0;
    size_t pairs = 0;
    double worst = 1.0;
    for (size_t k = 0; k < count; k++) {
        if (used_left >> table[k].left & 1 || used_right >> table[k].right & 1)
            continue;
        used_left |= 1u << table[k].left;
        used_right |= 1u << table[k].right;
        pairs++;
        worst = table[k].value < worst ? table[k].value : worst;
    }
    out[WORST_WORD] = (float)worst;
    out[NAME_EXTRA] = (float)(a->word_count - pairs);
    out[FORM_EXTRA] = (float)(b->word_count - pairs);
    return FINE;
}

static int compare_pair(Compared *a, Compared *b, Scratch *s, int32_t cost, float letters, float consonants, float *out)
{
    const size_t n = a->letters.size, m = b->letters.size;
    size_t common;
    double winkler;
    if (common_letters(&a->letters, a->places, &b->letters, s, &common) != FINE ||
        jaro_winkler(a->letters.points, n, b->letters.points, m, s, &winkler) != FINE)
        return NO_MEMORY;
    const size_t longer = n > m ? n : m;
    out[COST_PER_LETTER] = (float)((double)cost / (double)(longer ? longer : 1));
    out[COST_TOTAL] = (float)cost;
    out[INDEL] = (float)indel(common, n, m);
    out[JARO_WINKLER] = (float)winkler;
    out[LETTERS_ALIKE] = letters;
    out[CONSONANTS] = consonants;
    out[SHORTER] = (float)(n < m ? n : m);
    out[NAME_LENGTH] = (float)n;
    out[FORM_LENGTH] = (float)m;
    out[LENGTH_GAP] = (float)n - (float)m;
    out[NAME_WORDS] = (float)a->word_count;
    out[FORM_WORDS] = (float)b->word_count;
    out[SAME_START] = !n || !m ? n == m : a->letters.points[0] == b->letters.points[0];
    out[SAME_END] = !n || !m ? n == m : a->letters.points[n - 1] == b->letters.points[m - 1];
    out[WORDS_INDEL] = out[WORST_WORD] = out[INDEL];
    out[EXACT] = (float)same_letters(&a->letters, &b->letters);
    if (a->word_count == 1 && b->word_count == 1)
        return FINE;
    if (sort_words(a) != FINE || sort_words(b) != FINE ||
        common_letters(&a->sorted, a->sorted_places, &b->sorted, s, &common) != FINE)
        return NO_MEMORY;
    out[WORDS_INDEL] = (float)(indel(common, a->sorted.size, b->sorted.size) * 100.0) / 100.0f;
    return a->word_count > 1 && b->word_count > 1 ? pair_words(a, b, s, out) : FINE;
}

static int take_text(const Texts *texts, int64_t row, Compared *c)
{
    const int status = read_text(texts, row, &c->letters);
    if (status != FINE)
        return status;
    mark_places(&c->letters, c->places);
    return cut_words(c);
}

static void free_compared(Compared *c)
{
    free(c->letters.points);
    free(c->sorted.points);
    free(c->words);
    free(c);
}

typedef struct {
    Texts names, forms;
    const int64_t *left, *right;
    const int32_t *costs;
    const float *letters, *consonants;
    size_t pairs;
} Comparison;

static int compare_all(const Comparison *c, float *out)
{
    Compared *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    Scratch s = {0};
    int status = a && b ? FINE : NO_MEMORY;
    for (size_t p = 0; status == FINE && p < c->pairs; p++) {
        if (!p || c->left[p] != c->left[p - 1])
            status = take_text(&c->names, c->left[p], a);
        if (status == FINE)
            status = take_text(&c->forms, c->right[p], b);
        if (status == FINE)
            status = compare_pair(a, b, &s, c->costs[p], c->letters[p], c->consonants[p], out + p * FEATURES);
    }
    if (a)
        free_compared(a);
    if (b)
        free_compared(b);
    free(s.flags);
    free(s.lengths);
    return status;
}

PyDoc_STRVAR(text_features_doc,
             "text_features(names …, forms …, left, right, costs, letters, consonants) -> bytearray of float32\n\n"
             "Twin of translit.matching.score.text_features. names and forms are spans of five arrays each; left and right are int64,\n"
             "costs int32, letters and consonants float32.");

static PyObject *text_features(PyObject *self, PyObject *args)
{
    (void)self;
    enum { NAMES, FORMS = TEXT_BUFFERS, LEFT = 2 * TEXT_BUFFERS, RIGHT, COSTS, ALIKE, OUTLINES, ARRAYS };
    PyObject *o[ARRAYS];
    if (!PyArg_ParseTuple(args, "OOOOOOOOOOOOOOO", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], &o[6], &o[7], &o[8], &o[9], &o[LEFT],
                          &o[RIGHT], &o[COSTS], &o[ALIKE], &o[OUTLINES]))
        return NULL;
    static const char *const names[] = {"left", "right", "costs", "letters", "consonants"};
    Buffer b[ARRAYS] = {0};
    Comparison c = {0};
    PyObject *result = NULL;
    if (take_texts(o + NAMES, b + NAMES, &c.names) < 0 || take_texts(o + FORMS, b + FORMS, &c.forms) < 0)
        goto done;
    for (int i = LEFT; i < ARRAYS; i++)
        if (take(o[i], &b[i], i < COSTS ? 8 : 4, 1, names[i - LEFT]) < 0)
            goto done;
    for (int i = RIGHT; i < ARRAYS; i++)
        if (items(&b[i]) != items(&b[LEFT])) {
            PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
            goto done;
        }
    c.left = b[LEFT].view.buf, c.right = b[RIGHT].view.buf, c.costs = b[COSTS].view.buf;
    c.letters = b[ALIKE].view.buf, c.consonants = b[OUTLINES].view.buf, c.pairs = (size_t)items(&b[LEFT]);
    result = PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(c.pairs * FEATURES * sizeof(float)));
    if (!result)
        goto done;
    float *out = (float *)(void *)PyByteArray_AsString(result);
    int status;
    Py_BEGIN_ALLOW_THREADS
    memset(out, 0, c.pairs * FEATURES * sizeof *out);
    status = compare_all(&c, out);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        Py_CLEAR(result);
        fail(status);
    }
done:
    give_back(b, ARRAYS);
    return result;
}

/* ---- shortlists ---- */

/* How much of two texts their longest common subsequence is, in 1/1000. */
static int shared_part(const Letters *a, const uint64_t *places, const Letters *b, Scratch *s, int64_t *out)
{
    size_t common;
    if (common_letters(a, places, b, s, &common) != FINE)
        return NO_MEMORY;
    *out = a->size + b->size ? (int64_t)(2000 * common / (a->size + b->size)) : 1000;
    return FINE;
}

/* How near a form is: its outline, and twice its letters, in the order of the words that is best for it. */
static int nearness(Compared *a, Compared *b, Scratch *s, int64_t outline, int64_t *out)
{
    int64_t shared, sorted = 0;
    if (shared_part(&a->letters, a->places, &b->letters, s, &shared) != FINE)
        return NO_MEMORY;
    if (a->word_count > 1 || b->word_count > 1) {
        if (sort_words(a) != FINE || sort_words(b) != FINE || shared_part(&a->sorted, a->sorted_places, &b->sorted, s, &sorted) != FINE)
            return NO_MEMORY;
    }
    *out = outline + 2 * (sorted > shared ? sorted : shared);
    return FINE;
}

typedef struct {
    int64_t near, row;
} Near;

static int shortlist_all(const Comparison *c, const int64_t *outlines, size_t most, int64_t within, Column *out)
{
    Compared *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);
    Near *list = malloc((most + 1) * sizeof *list);
    Scratch s = {0};
    int status = a && b && list ? FINE : NO_MEMORY;
    size_t size = 0;
    for (size_t p = 0; status == FINE && p < c->pairs; p++) {
        if (!p || c->left[p] != c->left[p - 1])
            status = take_text(&c->names, c->left[p], a);
        if (status == FINE)
            status = read_text(&c->forms, c->right[p], &b->letters);
        if (status == FINE)
            status = cut_words(b);
        int64_t near;
        if (status == FINE)
            status = nearness(a, b, &s, outlines[p], &near);
        if (status != FINE)
            break;
        size_t at = size < most ? size++ : size;
        for (; at && near > list[at - 1].near; at--)
            if (at < size)
                list[at] = list[at - 1];
        if (at < size)
            list[at] = (Near){near, (int64_t)p};
        if (p + 1 < c->pairs && c->left[p + 1] == c->left[p])
            continue;
        for (size_t k = 0; status == FINE && k < size && list[k].near >= list[0].near - within; k++)
            status = push(out, list[k].row);
        size = 0;
    }
    if (a)
        free_compared(a);
    if (b)
        free_compared(b);
    free(list);
    free(s.flags);
    free(s.lengths);
    return status;
}

PyDoc_STRVAR(shortlist_doc, "shortlist(names …, forms …, left, right, outlines, most, within) -> bytearray of int64\n\n"
                            "Twin of translit.matching.candidates.shortlist. names and forms are spans of five arrays each, the other\n"
                            "arrays int64.");

static PyObject *shortlist(PyObject *self, PyObject *args)
{
    (void)self;
    enum { NAMES, FORMS = TEXT_BUFFERS, LEFT = 2 * TEXT_BUFFERS, RIGHT, OUTLINES, ARRAYS };
    PyObject *o[ARRAYS];
    Py_ssize_t most, within;
    if (!PyArg_ParseTuple(args, "OOOOOOOOOOOOOnn", &o[0], &o[1], &o[2], &o[3], &o[4], &o[5], &o[6], &o[7], &o[8], &o[9], &o[LEFT],
                          &o[RIGHT], &o[OUTLINES], &most, &within))
        return NULL;
    static const char *const names[] = {"left", "right", "outlines"};
    Buffer b[ARRAYS] = {0};
    Comparison c = {0};
    Column out = {0};
    PyObject *result = NULL;
    if (take_texts(o + NAMES, b + NAMES, &c.names) < 0 || take_texts(o + FORMS, b + FORMS, &c.forms) < 0)
        goto done;
    for (int i = LEFT; i < ARRAYS; i++)
        if (take(o[i], &b[i], 8, 1, names[i - LEFT]) < 0)
            goto done;
    if (items(&b[RIGHT]) != items(&b[LEFT]) || items(&b[OUTLINES]) != items(&b[LEFT]) || most < 0 || most > 1 << 20) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    c.left = b[LEFT].view.buf, c.right = b[RIGHT].view.buf, c.pairs = (size_t)items(&b[LEFT]);
    const int64_t *outlines = b[OUTLINES].view.buf;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = shortlist_all(&c, outlines, (size_t)most, within, &out);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = as_bytes(&out);
done:
    free(out.data);
    give_back(b, ARRAYS);
    return result;
}

/* ---- rivals ---- */

typedef struct {
    const int64_t *name, *entity, *form;
    const int32_t *scores;
    const float *cost, *indel;
    Py_ssize_t rows;
} Rivals;

/* Whether a comparison comes before another of the same name: by score, cost and letters; then by form, or by entity. */
static int ahead(const Rivals *r, int64_t a, int64_t b, int of_one_entity)
{
    if (r->scores[a] != r->scores[b])
        return r->scores[a] > r->scores[b];
    if (r->cost[a] != r->cost[b])
        return r->cost[a] < r->cost[b];
    if (r->indel[a] != r->indel[b])
        return r->indel[a] > r->indel[b];
    if (of_one_entity)
        return r->form[a] != r->form[b] ? r->form[a] < r->form[b] : a < b;
    return r->entity[a] < r->entity[b];
}

typedef struct {
    int64_t entity, row;
} Best;

static int by_entity(const void *left, const void *right)
{
    const Best *a = left, *b = right;
    if (a->entity != b->entity)
        return a->entity < b->entity ? -1 : 1;
    return (a->row > b->row) - (a->row < b->row);
}

/* The first three entities of the comparisons from `begin` to `end`, and how many are near to the first. */
static int rank_name(const Rivals *r, Py_ssize_t begin, Py_ssize_t end, int32_t near, Best *best, Column *out)
{
    size_t count = 0;
    for (Py_ssize_t i = begin; i < end; i++)
        best[i - begin] = (Best){r->entity[i], i};
    qsort(best, (size_t)(end - begin), sizeof *best, by_entity);
    for (Py_ssize_t i = 0; i < end - begin; i++) {
        if (count && best[count - 1].entity == best[i].entity) {
            if (ahead(r, best[i].row, best[count - 1].row, 1))
                best[count - 1].row = best[i].row;
        } else {
            best[count++] = best[i];
        }
    }
    int64_t first[3] = {-1, -1, -1};
    for (size_t i = 0; i < count; i++) {
        int64_t row = best[i].row;
        for (int k = 0; k < 3 && row >= 0; k++) {
            if (first[k] < 0 || ahead(r, row, first[k], 0)) {
                const int64_t passed = first[k];
                first[k] = row;
                row = passed;
            }
        }
    }
    int64_t close = -1;
    for (size_t i = 0; i < count; i++)
        close += r->scores[best[i].row] > (int64_t)r->scores[first[0]] - near;
    if (push(&out[0], r->name[begin]) != FINE || push(&out[4], close) != FINE)
        return NO_MEMORY;
    for (int k = 0; k < 3; k++)
        if (push(&out[k + 1], first[k]) != FINE)
            return NO_MEMORY;
    return FINE;
}

static int rank_all(const Rivals *r, int32_t near, Column *out)
{
    Best *best = NULL;
    Py_ssize_t room = 0;
    int status = FINE;
    for (Py_ssize_t begin = 0, end; status == FINE && begin < r->rows; begin = end) {
        for (end = begin + 1; end < r->rows && r->name[end] == r->name[begin]; end++)
            ;
        if (end < r->rows && r->name[end] < r->name[begin])
            status = OUT_OF_RANGE;
        if (status == FINE && end - begin > room) {
            free(best);
            room = 2 * (end - begin);
            best = malloc((size_t)room * sizeof *best);
            status = best ? FINE : NO_MEMORY;
        }
        if (status == FINE)
            status = rank_name(r, begin, end, near, best, out);
    }
    free(best);
    return status;
}

PyDoc_STRVAR(rank_doc, "rank(name, entity, form, scores, cost, indel, near) -> (names, first, second, third, close)\n\n"
                       "Twin of translit.matching.score.rank; name, which must not fall, entity and form are int64, scores int32, cost\n"
                       "and indel float32.");

static PyObject *rank(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[6];
    int near;
    if (!PyArg_ParseTuple(args, "OOOOOOi", &given[0], &given[1], &given[2], &given[3], &given[4], &given[5], &near))
        return NULL;
    static const char *const names[] = {"name", "entity", "form", "scores", "cost", "indel"};
    Buffer b[6] = {0};
    Column out[5] = {{0}};
    PyObject *result = NULL;
    for (int i = 0; i < 6; i++)
        if (take(given[i], &b[i], i < 3 ? 8 : 4, 1, names[i]) < 0)
            goto done;
    for (int i = 1; i < 6; i++)
        if (items(&b[i]) != items(&b[0])) {
            PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
            goto done;
        }
    const Rivals r = {b[0].view.buf, b[1].view.buf, b[2].view.buf, b[3].view.buf, b[4].view.buf, b[5].view.buf, items(&b[0])};
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = rank_all(&r, near, out);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NNNNN)", as_bytes(&out[0]), as_bytes(&out[1]), as_bytes(&out[2]), as_bytes(&out[3]), as_bytes(&out[4]));
done:
    for (int k = 0; k < 5; k++)
        free(out[k].data);
    give_back(b, 6);
    return result;
}

/* ---- names: folding, hashing, look-up, records ---- */

typedef struct {
    uint8_t *data;
    size_t size, room;
} Bytes;

static int make_room(Bytes *bytes, size_t more)
{
    if (bytes->size + more > bytes->room) {
        const size_t room = 2 * (bytes->size + more) + 64;
        uint8_t *data = realloc(bytes->data, room);
        if (!data)
            return NO_MEMORY;
        bytes->data = data;
        bytes->room = room;
    }
    return FINE;
}

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

static int append_bytes(Bytes *out, const uint8_t *bytes, size_t size)
{
    if (make_room(out, size) != FINE)
        return NO_MEMORY;
    memcpy(out->data + out->size, bytes, size);
    out->size += size;
    return FINE;
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
    return append_bytes(out, p->blob + offset + 1, size);
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
            const int status = point < p->known ? fold_point(p, entry, &before, out) : append_bytes(out, text + *at, bytes);
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

/* The UTF-8 of a str as a new bytes object; NULL without an error where it has none. */
static PyObject *utf8_of(PyObject *text)
{
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    if (!bytes && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError))
        PyErr_Clear();
    return bytes;
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
    if (take(given[0], &b[0], 4, 1, "entries") < 0 || take(given[1], &b[1], 1, 1, "blob") < 0)
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

PyDoc_STRVAR(token_hashes_doc, "token_hashes(texts) -> bytearray of uint64\n\nTwin of translit.unicode.hashes.token_hashes.");

static PyObject *token_hashes(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *texts;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &texts))
        return NULL;
    const Py_ssize_t count = PyList_Size(texts);
    PyObject *result = PyByteArray_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(uint64_t));
    uint64_t *out = result ? (uint64_t *)(void *)PyByteArray_AsString(result) : NULL;
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

static inline void fetch(const void *place)
{
#if defined(__GNUC__)
    __builtin_prefetch(place);
#else
    (void)place;
#endif
}

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
        fetch(t->hashes + (size_t)(((hashes[i] >> 32) * (uint64_t)t->count) >> 32));
    }
    for (int i = 0; i < count && status == FINE; i++) {
        if (!bytes[i])
            continue;
        at[i] = first_hash(t->hashes, t->count, hashes[i]);
        if (at[i] < t->count)
            fetch(t->values + at[i]);
    }
    for (int i = 0; i < count && status == FINE; i++)
        if (bytes[i] && at[i] < t->count && t->values[at[i]] >> 1 <= t->texts)
            fetch(t->starts + (t->values[at[i]] >> 1));
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
    static const char *const names[] = {"hashes", "values", "data", "starts"};
    static const int width[] = {8, 4, 1, 4};
    Buffer b[4] = {0};
    for (int i = 0; i < 4; i++)
        if (take(given[i], &b[i], width[i], 1, names[i]) < 0)
            goto done;
    const Known t = {b[0].view.buf, b[1].view.buf, b[3].view.buf, b[2].view.buf,
                     (size_t)items(&b[0]), (size_t)items(&b[3]) - 1, (size_t)items(&b[2])};
    if (items(&b[1]) != items(&b[0]) || items(&b[3]) < 1) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    const Py_ssize_t count = PyList_Size(texts);
    result = PyByteArray_FromStringAndSize(NULL, count * (Py_ssize_t)sizeof(int64_t));
    int64_t *out = result ? (int64_t *)(void *)PyByteArray_AsString(result) : NULL;
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
    PyObject *given[3], *list = NULL;
    if (!PyArg_ParseTuple(args, "OOO", &given[0], &given[1], &given[2]))
        return NULL;
    Buffer b[3] = {0};
    if (take(given[0], &b[0], 1, 1, "data") < 0 || take(given[1], &b[1], 4, 1, "starts") < 0 || take(given[2], &b[2], 8, 1, "rows") < 0)
        goto done;
    const char *data = b[0].view.buf;
    const uint32_t *starts = b[1].view.buf;
    const int64_t *rows = b[2].view.buf;
    const Py_ssize_t count = items(&b[2]);
    list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        const int64_t row = rows[i] < 0 ? rows[i] + items(&b[1]) : rows[i];
        if (row < 0 || row + 1 >= items(&b[1]) || starts[row] > starts[row + 1] || starts[row + 1] > items(&b[0])) {
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

enum { FIELDS = 7 }; /* of a match, and of a candidate */

/* A class of frozen records with slots. */
typedef struct {
    PyTypeObject *type;
    allocfunc allocate;
    PyObject *slots[FIELDS];
    descrsetfunc set[FIELDS];
    int collected;
} Records;

static int records_of(Records *records, PyObject *type, PyObject *slots)
{
    records->type = (PyTypeObject *)type;
    records->allocate = (allocfunc)PyType_GetSlot(records->type, Py_tp_alloc);
    records->collected = (PyType_GetFlags(records->type) & Py_TPFLAGS_HAVE_GC) != 0;
    int fit = records->allocate && PyTuple_Size(slots) == FIELDS;
    for (int i = 0; fit && i < FIELDS; i++) {
        records->slots[i] = PyTuple_GetItem(slots, i);
        records->set[i] = (descrsetfunc)PyType_GetSlot(Py_TYPE(records->slots[i]), Py_tp_descr_set);
        fit = records->set[i] != NULL;
    }
    if (!fit)
        PyErr_SetString(PyExc_TypeError, "a record must have slots");
    return fit;
}

/* A record, its fields set past the class's own refusal to have them set. */
static PyObject *make_record(const Records *records, PyObject *const *values)
{
    PyObject *record = records->allocate(records->type, 0);
    for (int i = 0; record && i < FIELDS; i++)
        if (records->set[i](records->slots[i], record, values[i]) < 0)
            Py_CLEAR(record);
    /* It holds texts and a number and takes part in no cycle: the collector need not look at it. */
    if (record && records->collected)
        PyObject_GC_UnTrack(record);
    return record;
}

PyDoc_STRVAR(make_matches_doc,
             "make_matches(match, match_slots, candidate, candidate_slots, names, forms, first, idents, canonicals, kinds, method,\n"
             "confidences, rests) -> list\n\n"
             "Twin of translit.matching.exact.make_matches; the slots are descriptors, in the order of the fields, and first is int64.");

enum { BY_NAME = 4, BY_ENTITY = 3 }; /* lists with an item a name, or a candidate */

static PyObject *candidates_of_name(const Records *records, PyObject *const *columns, Py_ssize_t begin, Py_ssize_t end,
                                    PyObject *method, PyObject *const *row, PyObject *no_text, PyObject *none)
{
    PyObject *candidates = PyTuple_New(end - begin);
    for (Py_ssize_t i = begin; candidates && i < end; i++) {
        PyObject *const fields[] = {PyList_GetItem(columns[0], i), PyList_GetItem(columns[1], i), PyList_GetItem(columns[2], i), method,
                                    i == begin ? row[2] : row[3], i == begin ? row[1] : no_text, none};
        PyObject *candidate = make_record(records, fields);
        if (!candidate || PyTuple_SetItem(candidates, i - begin, candidate) < 0)
            Py_CLEAR(candidates);
    }
    if (candidates && end > begin)
        PyObject_GC_UnTrack(candidates);
    return candidates;
}

static PyObject *make_matches(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *types[2], *slots[2], *by_name[BY_NAME], *by_entity[BY_ENTITY], *first, *method;
    if (!PyArg_ParseTuple(args, "O!O!O!O!O!O!OO!O!O!OO!O!", &PyType_Type, &types[0], &PyTuple_Type, &slots[0], &PyType_Type, &types[1],
                          &PyTuple_Type, &slots[1], &PyList_Type, &by_name[0], &PyList_Type, &by_name[1], &first, &PyList_Type,
                          &by_entity[0], &PyList_Type, &by_entity[1], &PyList_Type, &by_entity[2], &method, &PyList_Type, &by_name[2],
                          &PyList_Type, &by_name[3]))
        return NULL;
    Records matches, own;
    if (!records_of(&matches, types[0], slots[0]) || !records_of(&own, types[1], slots[1]))
        return NULL;
    Buffer b[1] = {0};
    PyObject *none = PyTuple_New(0), *no_text = PyUnicode_FromStringAndSize("", 0), *list = NULL;
    if (!none || !no_text || take(first, &b[0], 8, 1, "first") < 0)
        goto done;
    const int64_t *begins = b[0].view.buf;
    const Py_ssize_t count = PyList_Size(by_name[0]);
    int equal = items(&b[0]) == count + 1;
    for (int c = 1; c < BY_NAME; c++)
        equal &= PyList_Size(by_name[c]) == count;
    for (int c = 1; c < BY_ENTITY; c++)
        equal &= PyList_Size(by_entity[c]) == PyList_Size(by_entity[0]);
    for (Py_ssize_t i = 0; equal && i < count; i++)
        equal &= begins[i] >= 0 && begins[i] < begins[i + 1] && begins[i + 1] <= PyList_Size(by_entity[0]);
    if (!equal) {
        PyErr_SetString(PyExc_ValueError, "the lengths of the lists do not agree");
        goto done;
    }
    list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *row[BY_NAME];
        for (int c = 0; c < BY_NAME; c++)
            row[c] = PyList_GetItem(by_name[c], i);
        PyObject *candidates = candidates_of_name(&own, by_entity, begins[i], begins[i + 1], method, row, no_text, none);
        PyObject *const values[] = {row[0], PyList_GetItem(by_entity[0], begins[i]), PyList_GetItem(by_entity[1], begins[i]),
                                    PyList_GetItem(by_entity[2], begins[i]), method, row[2], candidates};
        PyObject *match = candidates ? make_record(&matches, values) : NULL;
        Py_XDECREF(candidates);
        if (!match || PyList_SetItem(list, i, match) < 0)
            Py_CLEAR(list);
    }
done:
    Py_XDECREF(none);
    Py_XDECREF(no_text);
    give_back(b, 1);
    return list;
}

/* ---- module ---- */

static PyMethodDef methods[] = {
    {"align_pairs", align_pairs, METH_VARARGS, align_pairs_doc},
    {"gather", gather, METH_VARARGS, gather_doc},
    {"scan_words", scan_words, METH_VARARGS, scan_words_doc},
    {"find_listed", listed_windows, METH_VARARGS, listed_windows_doc},
    {"replace_listed", listed_windows, METH_VARARGS, listed_windows_doc},
    {"name_keys", name_keys, METH_VARARGS, name_keys_doc},
    {"name_blocks", name_blocks, METH_VARARGS, name_blocks_doc},
    {"forest_scores", forest_scores, METH_VARARGS, forest_scores_doc},
    {"text_features", text_features, METH_VARARGS, text_features_doc},
    {"fold_many", fold_many, METH_VARARGS, fold_many_doc},
    {"shortlist", shortlist, METH_VARARGS, shortlist_doc},
    {"rank", rank, METH_VARARGS, rank_doc},
    {"otherwise_spelled", otherwise_spelled, METH_VARARGS, otherwise_spelled_doc},
    {"token_hashes", token_hashes, METH_VARARGS, token_hashes_doc},
    {"find_texts", find_texts, METH_VARARGS, find_texts_doc},
    {"take_strings", take_strings, METH_VARARGS, take_strings_doc},
    {"make_matches", make_matches, METH_VARARGS, make_matches_doc},
    {NULL, NULL, 0, NULL},
};

static int prepare(PyObject *self)
{
    (void)self;
    for (uint8_t c = '0'; c <= '9'; c++)
        small_of[c] = c;
    for (uint8_t c = 'a'; c <= 'z'; c++)
        small_of[c] = small_of[c - 'a' + 'A'] = c;
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, prepare}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "translit._native", .m_doc = "Compiled twins of functions of translit.",
    .m_size = 0, .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&module);
}
