/* Forests of small trees, scored for many rows at once; matching/trees.py. */

#include <math.h>

#include "native.h"

enum { LANES = 32, MOST_LEAVES = 32 }; /* rows that are scored at once; leaves of a tree at most */

typedef struct {
    const float *edges, *rows;
    const int16_t *feature;
    const uint8_t *cut;
    const int32_t *leaf;
    const int64_t *ends;
    size_t features, edge_count, trees, leaves, count, end_count;
    int32_t base;
} Forest;

/* The bins of some rows by feature: how many of its edges, which rise, are below a value. */
static FORCED_INLINE void bin_rows(const Forest *f, size_t from, size_t rows, uint8_t *bins)
{
    for (size_t k = 0; k < f->features; k++, bins += LANES) {
        const float *edges = f->edges + k * f->edge_count;
        float value[LANES] = {0};
        int32_t below[LANES] = {0};
        for (size_t r = 0; r < rows; r++)
            value[r] = f->rows[(from + r) * f->features + k];
        /* A feature of few values has few edges; nothing is above infinity. */
        for (size_t e = 0; e < f->edge_count && edges[e] < INFINITY; e++)
            for (size_t r = 0; r < LANES; r++)
                below[r] += edges[e] < value[r];
        for (size_t r = 0; r < LANES; r++)
            bins[r] = (uint8_t)below[r];
    }
}

/* For each row, what is right of a test where its bin is above the cut, else what is left of it. */
static FORCED_INLINE void test_rows(const uint8_t *restrict bin, uint8_t cut, const uint8_t *restrict left, const uint8_t *restrict right,
                                    uint8_t *restrict out)
{
    for (size_t r = 0; r < LANES; r++) {
        const uint8_t below = left[r], above = right[r];
        out[r] = bin[r] > cut ? above : below;
    }
}

/* Add to the totals of some rows the leaves of one tree that they come to. All rows take all tests, from the lowest up, so that no jump
 * waits for one. */
static FORCED_INLINE void add_tree(const Forest *f, size_t tree, size_t leaves, const uint8_t *bins, uint8_t (*reached)[LANES],
                                   uint32_t *total)
{
    const size_t tests = leaves - 1;
    const int16_t *feature = f->feature + tree * tests;
    const uint8_t *cut = f->cut + tree * tests;
    const int32_t *leaf = f->leaf + tree * leaves;
    for (size_t node = tests; node-- > 0;)
        test_rows(bins + (size_t)feature[node] * LANES, cut[node], reached[2 * node + 1], reached[2 * node + 2], reached[node]);
    for (size_t r = 0; r < LANES; r++)
        total[r] += (uint32_t)leaf[reached[0][r]];
}

/* The scores of some rows by the first trees, up to each of the ends. */
static FORCED_INLINE void score_some(const Forest *f, size_t from, size_t rows, uint8_t *bins, int32_t *out)
{
    bin_rows(f, from, rows, bins);
    uint8_t reached[2 * MOST_LEAVES - 1][LANES]; /* the leaf that each row comes to from a node of a tree, the leaves last */
    for (size_t n = 0; n < f->leaves; n++)
        memset(reached[f->leaves - 1 + n], (int)n, LANES);
    uint32_t total[LANES];
    for (size_t r = 0; r < LANES; r++)
        total[r] = (uint32_t)f->base;
    size_t tree = 0;
    for (size_t e = 0; e < f->end_count; e++) {
        for (; tree < (size_t)f->ends[e]; tree++) {
            /* The depths that are learnt are told to the compiler. */
            if (f->leaves == 32)
                add_tree(f, tree, 32, bins, reached, total);
            else if (f->leaves == 16)
                add_tree(f, tree, 16, bins, reached, total);
            else
                add_tree(f, tree, f->leaves, bins, reached, total);
        }
        for (size_t r = 0; r < rows; r++)
            out[e * f->count + from + r] = (int32_t)total[r];
    }
}

#if WIDE_WORDS
__attribute__((target("avx2"))) static void score_wide(const Forest *f, size_t from, size_t rows, uint8_t *bins, int32_t *out)
{
    score_some(f, from, rows, bins, out);
}
#endif

static void score_narrow(const Forest *f, size_t from, size_t rows, uint8_t *bins, int32_t *out)
{
    score_some(f, from, rows, bins, out);
}

static int score_all(const Forest *f, int32_t *out)
{
    void (*score)(const Forest *, size_t, size_t, uint8_t *, int32_t *) = score_narrow;
#if WIDE_WORDS
    if (__builtin_cpu_supports("avx2"))
        score = score_wide;
#endif
    for (size_t i = 0; i < f->trees * (f->leaves - 1); i++)
        if (f->feature[i] < 0 || (size_t)f->feature[i] >= f->features)
            return OUT_OF_RANGE;
    uint8_t *bins = malloc(LANES * (f->features + 1));
    if (!bins)
        return NO_MEMORY;
    for (size_t from = 0; from < f->count; from += LANES)
        score(f, from, f->count - from < LANES ? f->count - from : LANES, bins, out);
    free(bins);
    return FINE;
}

PyDoc_STRVAR(forest_scores_doc, "forest_scores(edges, feature, cut, leaf, base, rows, ends) -> bytearray of int32\n\n"
                                "Twin of translit.matching.trees.forest_scores. edges and rows are float32; feature (int16), cut (uint8)\n"
                                "and leaf (int32) are those of a Forest. ends (int64, rising) are the numbers of trees after which scores\n"
                                "are told, by end and row.");

static PyObject *forest_scores(PyObject *self, PyObject *args)
{
    (void)self;
    enum { EDGES, FEATURE, CUT, LEAF, BASE, ROWS, ENDS, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {{"edges", 4, 2}, {"feature", 2, 2}, {"cut", 1, 2}, {"leaf", 4, 2},
                                         {"base", 0, 0},  {"rows", 4, 2},    {"ends", 8, 1}};
    Buffer b[ARGUMENTS] = {0};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    const Py_ssize_t base = b[BASE].number;
    const Py_ssize_t *edges = b[EDGES].view.shape, *leaf = b[LEAF].view.shape, *rows = b[ROWS].view.shape;
    const int64_t *ends = b[ENDS].view.buf;
    int fine = leaf[1] >= 1 && leaf[1] <= MOST_LEAVES && !(leaf[1] & (leaf[1] - 1)) && edges[1] <= UINT8_MAX && rows[1] == edges[0] &&
               base >= INT32_MIN && base <= INT32_MAX;
    for (int i = FEATURE; i <= CUT; i++)
        fine &= b[i].view.shape[0] == leaf[0] && b[i].view.shape[1] == leaf[1] - 1;
    for (Py_ssize_t e = 0; e < items(&b[ENDS]); e++)
        fine &= ends[e] >= (e ? ends[e - 1] : 0) && ends[e] <= leaf[0];
    if (!fine) {
        disagree();
        goto done;
    }
    const Forest f = {
        .edges = b[EDGES].view.buf, .feature = b[FEATURE].view.buf, .cut = b[CUT].view.buf, .leaf = b[LEAF].view.buf,
        .rows = b[ROWS].view.buf, .ends = ends, .base = (int32_t)base, .features = (size_t)edges[0], .edge_count = (size_t)edges[1],
        .trees = (size_t)leaf[0], .leaves = (size_t)leaf[1], .count = (size_t)rows[0], .end_count = (size_t)items(&b[ENDS]),
    };
    result = new_array(items(&b[ENDS]) * rows[0], sizeof(int32_t));
    if (!result)
        goto done;
    int32_t *out = memory_of(result);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = score_all(&f, out);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        Py_CLEAR(result);
        fail(status);
    }
done:
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef forests_methods[] = {
    {"forest_scores", forest_scores, METH_VARARGS, forest_scores_doc},
    {NULL, NULL, 0, NULL},
};
