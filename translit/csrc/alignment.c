/* Pair alignment: the least cost at which the letters of one name become those of another; matching/align.py. */

#include "native.h"

#define WIDEST 3
#define FORBIDDEN 20000 /* of matching/align.py: costs more than any letters one by one */
#define UNREACHED 80000 /* what a cell costs before a step reaches it */
#define UNPRICED UINT16_MAX
#define NEVER (1 << 28) /* costs more than any alignment */

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

/* The prices of one source word's groups, which are the rows: its atoms in order, then the wider groups. */
typedef struct {
    uint16_t *table;   /* by target id and row; UNPRICED where there is none */
    uint64_t *present; /* by target id, the rows that have a price for it, modulo 64 */
    uint64_t wide;     /* the rows of wider groups, modulo 64 */
    size_t stride, rows;
    int32_t *ids, *end, *width; /* of each row: its source id, where it ends and how many atoms it has */
    int32_t *gone[WIDEST];      /* by width and end, what it costs that nothing stands for a group */
    int32_t *insert;            /* what it costs that a target letter stands for nothing, by target id */
    int32_t *cells;             /* columns of cells, one a target letter, the last WIDEST + 1 of them */
    size_t height;              /* of a column */
    uint32_t *codes;
    size_t codes_room;
    Letters letters;
} Aligner;

static void set_prices(const Alignment *a, Aligner *x, int present)
{
    for (size_t r = 0; r < x->rows; r++)
        for (int32_t k = x->ids[r] < 0 ? 0 : a->starts[x->ids[r]]; x->ids[r] >= 0 && k < a->starts[x->ids[r] + 1]; k++) {
            const int32_t cost = a->cost[k] < 0 ? 0 : a->cost[k] > UNPRICED - 1 ? UNPRICED - 1 : a->cost[k];
            const size_t target = (size_t)a->target[k];
            x->table[target * x->stride + r] = present ? (uint16_t)cost : UNPRICED;
            x->present[target] = present ? x->present[target] | UINT64_C(1) << (r & 63) : 0;
        }
}

static void add_row(const Alignment *a, Aligner *x, int32_t id, int32_t end, int32_t width)
{
    x->ids[x->rows] = id;
    x->end[x->rows] = end;
    x->width[x->rows] = width;
    x->rows++;
    if (id < 0)
        return;
    for (int32_t k = a->starts[id]; k < a->starts[id + 1]; k++)
        if (a->target[k] == 0) {
            x->gone[width - 1][end] = a->cost[k];
            break;
        }
}

static void take_word(const Alignment *a, Aligner *x, int64_t word)
{
    set_prices(a, x, 0);
    x->rows = 0;
    x->wide = 0;
    const int32_t n = a->n[word];
    for (int32_t width = 1; width <= WIDEST; width++) {
        for (int32_t i = 0; i <= n; i++)
            x->gone[width - 1][i] = NEVER;
        for (int32_t i = 0; i + width <= n; i++) {
            const int32_t id = a->source[(word * a->positions + i) * WIDEST + width - 1];
            if (width > 1 && id < 0)
                continue;
            if (width > 1)
                x->wide |= UINT64_C(1) << (x->rows & 63);
            add_row(a, x, id, i + width, width);
        }
    }
    set_prices(a, x, 1);
    x->height = (size_t)n + 1;
}

/* The codes of a form's letters. */
static int take_form(const Alignment *a, Aligner *x)
{
    const size_t m = x->letters.size;
    if (m > x->codes_room) {
        free(x->codes);
        x->codes_room = 2 * m;
        x->codes = malloc(x->codes_room * sizeof *x->codes);
        if (!x->codes) {
            x->codes_room = 0;
            return NO_MEMORY;
        }
    }
    for (size_t j = 0; j < m; j++)
        x->codes[j] = (uint32_t)a->code[x->letters.points[j] < 127 ? x->letters.points[j] : 127];
    return FINE;
}

/* The cells of a column. */
static FORCED_INLINE int32_t *column_of(const Aligner *x, size_t j)
{
    return x->cells + (j % (WIDEST + 1)) * x->height;
}

/* Let source groups stand for nothing, down a column. */
static FORCED_INLINE void go_down(const Aligner *x, int32_t *cells, int32_t n)
{
    /* The three cells above are carried along: what was just written would be waited for. */
    int32_t third = NEVER, second = NEVER, first = cells[0];
    for (int32_t i = 1; i <= n; i++) {
        const int32_t cost = least(least(cells[i], third + x->gone[2][i]), second + x->gone[1][i]);
        third = second;
        second = first;
        first = least(cost, first + x->gone[0][i]);
        cells[i] = first;
    }
}

/* Let a target group stand for the wider source groups, or a wider one for any. */
static FORCED_INLINE void go_wide(const Aligner *x, size_t id, uint64_t rows, int single, const int32_t *from, int32_t *to, int32_t n)
{
    const uint16_t *price = x->table + id * x->stride;
    for (; rows; rows &= rows - 1)
        for (size_t r = lowest_bit(rows); r < x->rows; r += 64)
            if (price[r] != UNPRICED && !(single && r < (size_t)n)) {
                int32_t *cell = to + x->end[r];
                *cell = least(*cell, from[x->end[r] - x->width[r]] + price[r]);
            }
}

static FORCED_INLINE int32_t align_by_columns(const Alignment *a, Aligner *x, int64_t word)
{
    const int32_t n = a->n[word];
    const size_t m = x->letters.size;
    int32_t *to = column_of(x, 0);
    to[0] = 0;
    for (int32_t i = 1; i <= n; i++)
        to[i] = UNREACHED;
    go_down(x, to, n);
    for (size_t j = 1; j <= m; j++) {
        const int32_t *from = to;
        const uint32_t last = x->codes[j - 1];
        const int32_t single = last == a->base - 1 ? 1 : a->group[last], insert = single >= 0 ? x->insert[single] : 0;
        to = column_of(x, j);
        to[0] = add(from[0], insert);
        for (int32_t i = 1; i <= n; i++)
            to[i] = least(UNREACHED, add(from[i], insert));
        if (single >= 0) {
            const uint16_t *price = x->table + (size_t)single * x->stride;
            for (int32_t i = 0; i < n; i++)
                to[i + 1] = least(to[i + 1], from[i] + price[i]);
            go_wide(x, (size_t)single, x->present[single] & x->wide, 1, from, to, n);
        }
        int64_t index = last, power = a->base, before = 0;
        for (size_t w = 2; w <= WIDEST && w <= j; w++) {
            index += (int64_t)x->codes[j - w] * power;
            before += power;
            power *= a->base;
            const int32_t id = a->group[before + index];
            if (id >= 0 && x->present[id])
                go_wide(x, (size_t)id, x->present[id], 0, column_of(x, j - w), to, n);
        }
        go_down(x, to, n);
    }
    return to[n];
}

#if WIDE_WORDS
__attribute__((target("avx2,bmi"))) static int32_t align_wide(const Alignment *a, Aligner *x, int64_t word)
{
    return align_by_columns(a, x, word);
}
#endif

static int32_t align_narrow(const Alignment *a, Aligner *x, int64_t word)
{
    return align_by_columns(a, x, word);
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
            rows += id >= 0 || k % WIDEST == 0;
        }
        *most = rows > *most ? rows : *most;
    }
    return FINE;
}

static int make_aligner(const Alignment *a, size_t most, Aligner *x)
{
    const size_t cells = (size_t)a->targets * most, positions = (size_t)a->positions + 1;
    *x = (Aligner){.stride = most};
    x->table = malloc(cells * sizeof *x->table);
    x->present = calloc((size_t)a->targets, sizeof *x->present);
    x->ids = malloc(3 * most * sizeof *x->ids);
    x->gone[0] = malloc(WIDEST * positions * sizeof *x->gone[0]);
    x->insert = malloc((size_t)a->targets * sizeof *x->insert);
    x->cells = malloc((WIDEST + 1) * positions * sizeof *x->cells);
    if (!x->table || !x->present || !x->ids || !x->gone[0] || !x->insert || !x->cells)
        return NO_MEMORY;
    x->end = x->ids + most, x->width = x->end + most;
    x->gone[1] = x->gone[0] + positions, x->gone[2] = x->gone[1] + positions;
    for (size_t i = 0; i < cells; i++)
        x->table[i] = UNPRICED;
    for (int64_t t = 0; t < a->targets; t++)
        x->insert[t] = FORBIDDEN;
    for (int32_t k = a->starts[0]; k < a->starts[1]; k++)
        x->insert[a->target[k]] = a->cost[k];
    return FINE;
}

static void free_aligner(Aligner *x)
{
    free(x->table);
    free(x->present);
    free(x->ids);
    free(x->gone[0]);
    free(x->insert);
    free(x->cells);
    free(x->codes);
    free(x->letters.points);
}

static int align_all(const Alignment *a, int32_t *out)
{
    size_t most;
    int status = check_alignment(a, &most);
    if (status != FINE)
        return status;
    int32_t (*align_one)(const Alignment *, Aligner *, int64_t) = align_narrow;
#if WIDE_WORDS
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        align_one = align_wide;
#endif
    Aligner x;
    status = make_aligner(a, most, &x);
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
                status = take_form(a, &x);
        }
        if (status == FINE)
            out[p] = align_one(a, &x, word);
    }
    free_aligner(&x);
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

PyMethodDef alignment_methods[] = {
    {"align_pairs", align_pairs, METH_VARARGS, align_pairs_doc},
    {NULL, NULL, 0, NULL},
};
