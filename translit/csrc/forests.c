/* Forests of small trees, scored for many rows at once; matching/trees.py. */

#include "native.h"

enum { ABREAST = 8, TOGETHER = 256 }; /* trees that are followed at once; rows that are scored while their trees are at hand */

typedef struct {
    const float *edges, *rows;
    const uint32_t *masks; /* by group of trees, feature, bin and tree of the group */
    const int32_t *leaf;
    const int64_t *ends;
    size_t features, edge_count, trees, leaves, count, end_count;
    int32_t base;
} Forest;

/* How many of the edges, which rise, are below a value. */
static FORCED_INLINE uint8_t bin_of(const float *edges, size_t size, float value)
{
    uint32_t bin = 0;
    for (size_t i = 0; i < size; i++)
        bin += edges[i] < value;
    return (uint8_t)bin;
}

/* Add the trees from `first` up to `last`, all of one group, to what rows come to. Every test that a row does not pass strikes out the
 * leaves left of it; the first leaf that is left is the row's. */
static FORCED_INLINE void add_trees(const Forest *f, const uint8_t *bins, size_t rows, size_t first, size_t last, uint32_t *total)
{
    const size_t group = first / ABREAST, begin = first % ABREAST, end = last - group * ABREAST, width = (f->edge_count + 1) * ABREAST;
    const int32_t *leaf = f->leaf + group * ABREAST * f->leaves;
    const uint32_t final = UINT32_C(1) << (f->leaves - 1);
    for (size_t r = 0; r < rows; r++, bins += f->features) {
        const uint32_t *masks = f->masks + group * f->features * width;
        uint32_t open[ABREAST];
        for (size_t t = 0; t < ABREAST; t++)
            open[t] = UINT32_MAX;
        for (size_t k = 0; k < f->features; k++, masks += width)
            for (size_t t = 0; t < ABREAST; t++)
                open[t] &= masks[(size_t)bins[k] * ABREAST + t];
        /* No test strikes out the last leaf. */
        for (size_t t = begin; t < end; t++)
            total[r] += (uint32_t)leaf[t * f->leaves + (size_t)lowest_bit(open[t] | final)];
    }
}

/* The scores of some rows by the first trees, up to each of the ends. */
static FORCED_INLINE void score_some(const Forest *f, size_t from, size_t rows, uint8_t *bins, int32_t *out)
{
    for (size_t r = 0; r < rows; r++)
        for (size_t k = 0; k < f->features; k++)
            bins[r * f->features + k] = bin_of(f->edges + k * f->edge_count, f->edge_count, f->rows[(from + r) * f->features + k]);
    uint32_t total[TOGETHER];
    for (size_t r = 0; r < rows; r++)
        total[r] = (uint32_t)f->base;
    size_t first = 0;
    for (size_t e = 0; e < f->end_count; e++) {
        const size_t end = (size_t)f->ends[e];
        while (first < end) {
            const size_t next = first / ABREAST * ABREAST + ABREAST, last = next < end ? next : end;
            add_trees(f, bins, rows, first, last, total);
            first = last;
        }
        for (size_t r = 0; r < rows; r++)
            out[e * f->count + from + r] = (int32_t)total[r];
    }
}

#if WIDE_WORDS
__attribute__((target("avx2,bmi"))) static void score_wide(const Forest *f, size_t from, size_t rows, uint8_t *bins, int32_t *out)
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
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi"))
        score = score_wide;
#endif
    uint8_t *bins = malloc(TOGETHER * (f->features + 1));
    if (!bins)
        return NO_MEMORY;
    for (size_t from = 0; from < f->count; from += TOGETHER)
        score(f, from, f->count - from < TOGETHER ? f->count - from : TOGETHER, bins, out);
    free(bins);
    return FINE;
}

PyDoc_STRVAR(forest_scores_doc, "forest_scores(edges, masks, leaf, base, rows, ends) -> bytearray of int32\n\n"
                                "Twin of translit.matching.trees.forest_scores. edges and rows are float32; masks (uint32, by 8\n"
                                "trees, feature, bin and tree) hold the leaves that a value in the bin leaves open, as bits, the last of\n"
                                "them always. ends (int64, rising) are the numbers of trees after which scores are told, by end and row.");

static PyObject *forest_scores(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *given[5];
    int base;
    if (!PyArg_ParseTuple(args, "OOOiOO", &given[0], &given[1], &given[2], &base, &given[3], &given[4]))
        return NULL;
    static const char *const names[] = {"edges", "masks", "leaf", "rows", "ends"};
    static const int dimensions[] = {2, 4, 2, 2, 1};
    Buffer b[5] = {0};
    PyObject *result = NULL;
    for (int i = 0; i < 5; i++)
        if (take(given[i], &b[i], i < 4 ? 4 : 8, dimensions[i], names[i]) < 0)
            goto done;
    const Py_ssize_t *edges = b[0].view.shape, *masks = b[1].view.shape, *leaf = b[2].view.shape, *rows = b[3].view.shape;
    const int64_t *ends = b[4].view.buf;
    int rising = 1;
    for (Py_ssize_t e = 0; e < items(&b[4]); e++)
        rising &= ends[e] >= (e ? ends[e - 1] : 0) && ends[e] <= leaf[0];
    if (!rising || masks[0] != (leaf[0] + ABREAST - 1) / ABREAST || masks[1] != edges[0] || masks[2] != edges[1] + 1 || masks[3] != ABREAST ||
        edges[1] > UINT8_MAX || leaf[1] < 1 || leaf[1] > 32 || rows[1] != edges[0]) {
        PyErr_SetString(PyExc_ValueError, "the shapes of the arrays do not agree");
        goto done;
    }
    const Forest f = {
        .edges = b[0].view.buf, .masks = b[1].view.buf, .leaf = b[2].view.buf, .rows = b[3].view.buf, .base = base,
        .features = (size_t)edges[0], .edge_count = (size_t)edges[1], .trees = (size_t)leaf[0], .leaves = (size_t)leaf[1],
        .count = (size_t)rows[0], .ends = ends, .end_count = (size_t)items(&b[4]),
    };
    result = PyByteArray_FromStringAndSize(NULL, items(&b[4]) * rows[0] * (Py_ssize_t)sizeof(int32_t));
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
    give_back(b, 5);
    return result;
}

PyMethodDef forests_methods[] = {
    {"forest_scores", forest_scores, METH_VARARGS, forest_scores_doc},
    {NULL, NULL, 0, NULL},
};
