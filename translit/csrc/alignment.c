/* Pair alignment: the least cost at which the letters of one name become those of another; matching/align.py. */

#include "aligner.h"

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

/* The cells of a column. */
static FORCED_INLINE int32_t *column_of(const Aligner *x, size_t j)
{
    return x->cells + (j % (WIDEST + 1)) * x->height;
}

/* Let a target letter stand for nothing, or for one atom. */
static FORCED_INLINE void go_across(const Aligner *x, uint32_t code, const int32_t *restrict from, int32_t *restrict to, size_t n)
{
    const int32_t insert = x->insert[code], *const price = x->single + (size_t)code * x->height;
    to[0] = add(from[0], insert);
    for (size_t i = 0; i < n; i++)
        to[i + 1] = least(least(UNREACHED, add(from[i + 1], insert)), add(from[i], price[i]));
}

/* Let a target group stand for several atoms. */
static FORCED_INLINE void merge(const Aligner *x, int32_t id, const int32_t *from, int32_t *to)
{
    for (int32_t k = x->merger_of[id]; k; k = x->mergers[k - 1].next) {
        const Merger *m = &x->mergers[k - 1];
        to[m->end] = least(to[m->end], add(from[m->end - m->width], m->cost));
    }
}

/* Let several target letters stand for one atom. */
static FORCED_INLINE void split(const Prices *by_target, const Aligner *x, int32_t id, const int32_t *from, int32_t *to)
{
    for (int32_t k = by_target->starts[id]; k < by_target->starts[id + 1]; k++)
        for (int32_t i = x->atom_of[by_target->other[k]]; i; i = x->atoms[i - 1].next)
            to[i] = least(to[i], add(from[i - 1], by_target->cost[k]));
}

/* Let source groups stand for nothing, down a column. */
static FORCED_INLINE void go_down(const Aligner *x, int32_t *cells, size_t n)
{
    /* The cells above are carried along: what was just written would be waited for. */
    int32_t third = NEVER, second = NEVER, first = cells[0];
    if (!x->wide_gone) {
        for (size_t i = 1; i <= n; i++)
            cells[i] = first = least(cells[i], add(first, x->gone[0][i]));
        return;
    }
    for (size_t i = 1; i <= n; i++) {
        const int32_t cost = least(least(cells[i], add(third, x->gone[2][i])), add(second, x->gone[1][i]));
        third = second;
        second = first;
        first = least(cost, add(first, x->gone[0][i]));
        cells[i] = first;
    }
}

static FORCED_INLINE int32_t align_by_columns(const Alignment *a, Aligner *x)
{
    const size_t n = x->height - 1, m = x->letters.size;
    int32_t *to = column_of(x, 0);
    to[0] = 0;
    for (size_t i = 1; i <= n; i++)
        to[i] = UNREACHED;
    go_down(x, to, n);
    for (size_t j = 1; j <= m; j++) {
        const int32_t *from = to;
        const uint32_t last = x->codes[j - 1];
        to = column_of(x, j);
        go_across(x, last, from, to, n);
        merge(x, x->id_of[last], from, to);
        int64_t index = last, power = a->base, before = 0;
        for (size_t w = 2; w <= WIDEST && w <= j; w++) {
            index += (int64_t)x->codes[j - w] * power;
            before += power;
            power *= a->base;
            const int32_t id = a->group[before + index];
            if (id >= 0) {
                merge(x, id, column_of(x, j - w), to);
                split(&a->by_target, x, id, column_of(x, j - w), to);
            }
        }
        go_down(x, to, n);
    }
    return to[n];
}

#if WIDE_WORDS
__attribute__((target("avx2"))) static int32_t align_wide(const Alignment *a, Aligner *x)
{
    return align_by_columns(a, x);
}
#endif

static int32_t align_narrow(const Alignment *a, Aligner *x)
{
    return align_by_columns(a, x);
}

/* Whether numbers are all below a limit, and none below the least. */
static int all_within(const int32_t *numbers, int64_t count, int32_t least_one, int64_t limit)
{
    int outside = 0;
    for (int64_t k = 0; k < count; k++)
        outside |= numbers[k] < least_one || numbers[k] >= limit;
    return !outside;
}

static int check_prices(const Prices *p, int64_t others)
{
    if (p->starts[0] < 0 || p->starts[p->ids] > p->count)
        return OUT_OF_RANGE;
    for (int64_t i = 0; i < p->ids; i++)
        if (p->starts[i + 1] < p->starts[i])
            return OUT_OF_RANGE;
    return all_within(p->other, p->count, 0, others) ? FINE : OUT_OF_RANGE;
}

/* Whether every id in the arrays points into them. */
static int check_alignment(const Alignment *a)
{
    const int64_t targets = a->by_target.ids, sources = a->by_source.ids;
    const int fine = check_prices(&a->by_source, targets) == FINE && check_prices(&a->by_target, sources) == FINE &&
                     all_within(a->group, a->groups, INT32_MIN, targets) && all_within(a->code, 128, 0, a->base) &&
                     all_within(a->n, a->names, 0, a->positions + 1) &&
                     all_within(a->source, a->names * a->positions * WIDEST, INT32_MIN, sources);
    return fine ? FINE : OUT_OF_RANGE;
}

static int align_all(const Alignment *a, int32_t *out)
{
    int status = check_alignment(a);
    if (status != FINE)
        return status;
    int32_t (*align_one)(const Alignment *, Aligner *) = align_narrow;
#if WIDE_WORDS
    if (__builtin_cpu_supports("avx2"))
        align_one = align_wide;
#endif
    Aligner x;
    status = make_aligner(a, &x);
    int64_t word = -1, form = -1;
    for (int64_t p = 0; status == FINE && p < a->pairs; p++) {
        if (a->left[p] < 0 || a->left[p] >= a->names || a->right[p] < 0) {
            status = OUT_OF_RANGE;
            break;
        }
        if (a->left[p] != word)
            status = take_word(a, &x, word = a->left[p]);
        if (status == FINE && a->right[p] != form) {
            status = read_text(&a->forms, form = a->right[p], &x.letters);
            if (status == FINE)
                status = take_form(a, &x);
        }
        if (status == FINE)
            out[p] = align_one(a, &x);
    }
    free_aligner(&x);
    return status;
}

PyDoc_STRVAR(align_pairs_doc,
             "align_pairs(prices by source …, prices by target …, source, n, group, code, base, data, other, begin, end, elsewhere, left,\n"
             "right) -> bytearray of int32\n\n"
             "Twin of translit.matching.align.align_pairs; the prices are three arrays each, group and code and base the target groups by\n"
             "letter codes, data to elsewhere the forms as spans. left, right, begin and end are int64, the data bytes, the rest int32.");

static int prices_of(const Buffer *b, Prices *p)
{
    *p = (Prices){b[0].view.buf, b[1].view.buf, b[2].view.buf, items(&b[0]) - 1, items(&b[1])};
    return p->ids >= 2 && items(&b[2]) == p->count ? 0 : disagree();
}

static PyObject *align_pairs(PyObject *self, PyObject *args)
{
    (void)self;
    enum { BY_SOURCE, BY_TARGET = 3, SOURCE = 6, N, GROUP, CODE, BASE, FORMS, LEFT = FORMS + TEXT_BUFFERS, RIGHT, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        [BY_SOURCE] = {"starts", 4, 1}, {"ids", 4, 1}, {"cost", 4, 1}, [BY_TARGET] = {"starts", 4, 1}, {"ids", 4, 1}, {"cost", 4, 1},
        [SOURCE] = {"source", 4, 3}, {"n", 4, 1}, {"group", 4, 1}, {"code", 4, 1}, {"base", 0, 0}, TEXTS_WANTED(FORMS),
        [LEFT] = {"left", 8, 1}, {"right", 8, 1},
    };
    Buffer b[ARGUMENTS] = {0};
    Alignment a = {0};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0 || prices_of(b + BY_SOURCE, &a.by_source) < 0 ||
        prices_of(b + BY_TARGET, &a.by_target) < 0 || texts_of(b + FORMS, &a.forms) < 0)
        goto done;
    const Py_ssize_t base = b[BASE].number;
    if (base < 1 || base > 1000 || b[SOURCE].view.shape[2] != WIDEST || b[SOURCE].view.shape[0] != items(&b[N]) ||
        items(&b[LEFT]) != items(&b[RIGHT]) || items(&b[GROUP]) != base * base * base + base * base + base || items(&b[CODE]) != 128) {
        disagree();
        goto done;
    }
    a.source = b[SOURCE].view.buf, a.n = b[N].view.buf, a.names = b[SOURCE].view.shape[0], a.positions = b[SOURCE].view.shape[1];
    a.group = b[GROUP].view.buf, a.code = b[CODE].view.buf, a.base = base, a.groups = items(&b[GROUP]);
    a.left = b[LEFT].view.buf, a.right = b[RIGHT].view.buf, a.pairs = items(&b[LEFT]);
    result = new_array(a.pairs, sizeof(int32_t));
    if (!result)
        goto done;
    int32_t *out = memory_of(result);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = align_all(&a, out);
    Py_END_ALLOW_THREADS
    if (status != FINE) {
        Py_CLEAR(result);
        fail(status);
    }
done:
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef alignment_methods[] = {
    {"align_pairs", align_pairs, METH_VARARGS, align_pairs_doc},
    {NULL, NULL, 0, NULL},
};
