/* Forests of small trees, scored for many rows at once; matching/trees.py. */

#include "native.h"

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

PyMethodDef forests_methods[] = {
    {"forest_scores", forest_scores, METH_VARARGS, forest_scores_doc},
    {NULL, NULL, 0, NULL},
};
