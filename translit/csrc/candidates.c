/* Candidate search: the forms that share most of their keys with a name; matching/candidates.py. */

#include "native.h"

typedef struct {
    const uint32_t *starts, *entries, *asked;
    const uint64_t *sets, *my_signatures, *my_contours; /* sets: the signature and the contour of each form, side by side */
    const int64_t *owner;
    Py_ssize_t count, forms, queries, names; /* count: of entries */
    Py_ssize_t most, max_block, least_overlap;
    int bits; /* of a key that number its bucket, and of an entry that number its form */
} Query;

#if WIDE_WORDS
#define COUNT(x, hard) ((hard) ? (uint32_t)__builtin_popcountll(x) : bits(x))
#else
#define COUNT(x, hard) bits(x)
#endif

enum { AHEAD = 16 }; /* how many forms ahead memory is asked for */

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

/* A form that shares keys with a name: 2000 times what the two have in common, of how much. */
typedef struct {
    uint32_t form, shared, of;
} Overlap;

typedef struct {
    size_t *starts;  /* where each name's keys begin in `asked` */
    uint32_t *asked; /* the keys, by name */
    Span *spans;
    uint64_t *heap;
    Overlap *enough;
    size_t heap_room, enough_room;
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
    /* What the keys of the name lead to lies scattered: memory is asked for all of it, step by step. */
    for (size_t i = w->starts[name]; i < w->starts[name + 1]; i++)
        PREFETCH(q->starts + (w->asked[i] >> (32 - q->bits)));
    for (size_t i = w->starts[name]; i < w->starts[name + 1]; i++)
        PREFETCH(q->entries + q->starts[w->asked[i] >> (32 - q->bits)]);
    for (size_t i = w->starts[name]; i < w->starts[name + 1]; i++) {
        const uint32_t key = w->asked[i], bucket = key >> (32 - q->bits), rest = key << q->bits >> q->bits;
        const size_t from = q->starts[bucket], to = q->starts[bucket + 1];
        if (from > to || to > (size_t)q->count)
            return OUT_OF_RANGE;
        const size_t start = from + first_at_least(q->entries + from, to - from, rest << q->bits);
        const uint32_t last = rest << q->bits | (uint32_t)((UINT64_C(1) << q->bits) - 1);
        const size_t most = to - start < (size_t)q->max_block ? to - start : (size_t)q->max_block;
        size_t end = start + first_at_least(q->entries + start, most, last);
        end += end < start + most && q->entries[end] == last;
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

/* The forms of a block that overlap enough with a name, into `w->enough`. With `hard`, bits are counted by the processor's own
 * instruction. */
static FORCED_INLINE int overlap(const Query *q, Workspace *w, Py_ssize_t name, Span span, size_t *found, int hard)
{
    (void)hard;
    const uint32_t *const entries = q->entries, last = (UINT32_C(1) << q->bits) - 1;
    const uint64_t *const sets = q->sets;
    const uint64_t mine = q->my_signatures[name], ours = q->my_contours[name];
    const uint32_t my_size = bits(mine) + bits(ours);
    const size_t forms = (size_t)q->forms;
    const int64_t least = q->least_overlap;
    Overlap *const enough = w->enough;
    size_t count = 0;
    for (size_t i = span.start; i < span.end; i++) {
        const uint32_t form = entries[i] & last;
        if (i + AHEAD < span.end) {
            PREFETCH(sets + 2 * (size_t)(entries[i + AHEAD] & last));
        }
        if (form >= forms)
            return OUT_OF_RANGE;
        const uint64_t theirs = sets[2 * (size_t)form], outline = sets[2 * (size_t)form + 1];
        const uint32_t sizes = my_size + COUNT(theirs, hard) + COUNT(outline, hard), of = sizes ? sizes : 1;
        const uint32_t shared = 2000 * (COUNT(mine & theirs, hard) + COUNT(ours & outline, hard));
        /* Most are too far: told without a division or a jump. */
        enough[count] = (Overlap){form, shared, of};
        count += (int64_t)shared >= least * (int64_t)of;
    }
    *found = count;
    return FINE;
}

/* Look at the forms of a name's blocks. */
static FORCED_INLINE int look_at(const Query *q, Workspace *w, Py_ssize_t name, size_t count, size_t most, int64_t *crowd, size_t *kept,
                                 int hard)
{
    size_t size = 0, found;
    *crowd = 0;
    for (size_t k = 0; k < count; k++) {
        if (overlap(q, w, name, w->spans[k], &found, hard) != FINE)
            return OUT_OF_RANGE;
        for (size_t i = 0; i < found; i++) {
            const Overlap o = w->enough[i];
            if (!is_new(&w->seen, o.form))
                continue;
            ++*crowd;
            const uint64_t packed = ((uint64_t)(2000 - o.shared / o.of) << 32) | o.form;
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

#if WIDE_WORDS
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
    w->heap = fresh_room(w->heap, &w->heap_room, (members < most ? members : most) + 1, sizeof *w->heap);
    /* One more than there are: the next is written before it is known to be enough. */
    w->enough = fresh_room(w->enough, &w->enough_room, members + 1, sizeof *w->enough);
    if (!w->heap || !w->enough)
        return NO_MEMORY;
    int status;
#if WIDE_WORDS
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
    free(w.enough);
    free(w.seen.slots);
    return status;
}

PyDoc_STRVAR(gather_doc,
             "gather(starts, entries, sets, asked, owner, mine, ours, most, max_block, least_overlap)\n"
             "-> (name, form, crowd), bytearrays of int64\n\n"
             "Twin of translit.matching.candidates.gather; starts, entries and asked are uint32, the other arrays 64 bits wide; sets has a row of two a form.");

static PyObject *gather(PyObject *self, PyObject *args)
{
    (void)self;
    enum { STARTS, ENTRIES, SETS, ASKED, OWNER, MINE, OURS, MOST, MAX_BLOCK, LEAST_OVERLAP, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        {"starts", 4, 1}, {"entries", 4, 1}, {"sets", 8, 2}, {"asked", 4, 1}, {"owner", 8, 1}, {"mine", 8, 1}, {"ours", 8, 1},
        {"most", 0, 0},   {"max_block", 0, 0}, {"least_overlap", 0, 0},
    };
    Buffer b[ARGUMENTS] = {0};
    Query q = {0};
    Column name = {0}, form = {0};
    PyObject *crowd = NULL, *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    q.starts = b[STARTS].view.buf, q.entries = b[ENTRIES].view.buf, q.sets = b[SETS].view.buf, q.asked = b[ASKED].view.buf;
    q.owner = b[OWNER].view.buf, q.my_signatures = b[MINE].view.buf, q.my_contours = b[OURS].view.buf;
    q.most = b[MOST].number, q.max_block = b[MAX_BLOCK].number, q.least_overlap = b[LEAST_OVERLAP].number;
    q.count = items(&b[ENTRIES]), q.forms = b[SETS].view.shape[0], q.queries = items(&b[ASKED]), q.names = items(&b[MINE]);
    while (q.bits < 31 && ((Py_ssize_t)1 << q.bits) + 1 < items(&b[STARTS]))
        q.bits++;
    if (!q.bits || ((Py_ssize_t)1 << q.bits) + 1 != items(&b[STARTS]) || b[SETS].view.shape[1] != 2 || items(&b[OWNER]) != q.queries || items(&b[OURS]) != q.names ||
        q.max_block < 0) {
        disagree();
        goto done;
    }
    crowd = new_array(q.names, sizeof(int64_t));
    if (!crowd)
        goto done;
    int64_t *counts = memory_of(crowd);
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
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef candidates_methods[] = {
    {"gather", gather, METH_VARARGS, gather_doc},
    {NULL, NULL, 0, NULL},
};
