/* Pair alignment: the least cost at which the letters of one name become those of another; matching/align.py. */

#include "native.h"

#define WIDEST 3
#define FORBIDDEN 20000 /* of matching/align.py: costs more than any letters one by one */
#define UNREACHED 80000 /* what a cell costs before a step reaches it */

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

PyMethodDef alignment_methods[] = {
    {"align_pairs", align_pairs, METH_VARARGS, align_pairs_doc},
    {NULL, NULL, 0, NULL},
};
