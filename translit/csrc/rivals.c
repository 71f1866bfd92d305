/* Rivals: the best entities of a name and what stands next to them; matching/score.py. */

#include "native.h"

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
    size_t room = 0;
    int status = FINE;
    for (Py_ssize_t begin = 0, end; status == FINE && begin < r->rows; begin = end) {
        for (end = begin + 1; end < r->rows && r->name[end] == r->name[begin]; end++)
            ;
        if (end < r->rows && r->name[end] < r->name[begin])
            status = OUT_OF_RANGE;
        if (status == FINE) {
            best = fresh_room(best, &room, (size_t)(end - begin), sizeof *best);
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
    enum { NAME, ENTITY, FORM, SCORES, COST, INDEL, NEAR, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {{"name", 8, 1}, {"entity", 8, 1}, {"form", 8, 1}, {"scores", 4, 1},
                                         {"cost", 4, 1}, {"indel", 4, 1},  {"near", 0, 0}};
    Buffer b[ARGUMENTS] = {0};
    Column out[5] = {{0}};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    int fine = b[NEAR].number >= INT32_MIN && b[NEAR].number <= INT32_MAX;
    for (int i = ENTITY; i < NEAR; i++)
        fine &= items(&b[i]) == items(&b[NAME]);
    if (!fine) {
        disagree();
        goto done;
    }
    const Rivals r = {
        .name = b[NAME].view.buf, .entity = b[ENTITY].view.buf, .form = b[FORM].view.buf, .scores = b[SCORES].view.buf,
        .cost = b[COST].view.buf, .indel = b[INDEL].view.buf, .rows = items(&b[NAME]),
    };
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = rank_all(&r, (int32_t)b[NEAR].number, out);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NNNNN)", as_bytes(&out[0]), as_bytes(&out[1]), as_bytes(&out[2]), as_bytes(&out[3]), as_bytes(&out[4]));
done:
    for (int k = 0; k < 5; k++)
        free(out[k].data);
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef rivals_methods[] = {
    {"rank", rank, METH_VARARGS, rank_doc},
    {NULL, NULL, 0, NULL},
};
