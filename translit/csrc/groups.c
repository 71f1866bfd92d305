/* The letter groups of source words by number, and the cheapest Latin letters for them; matching/align.py, matching/cheapest.py. */

#include "native.h"

enum { WIDEST = 3, FIRST_ID = 2, POINT_BITS = 21, MOST_LETTERS = 1 << 20 };

typedef struct {
    const uint32_t *letters;
    const int64_t *begins; /* of the words, and the end of the last */
    size_t words;
    const int64_t *groups; /* the letters of each group in one number; those of one letter first, then two, then three, each rising */
    size_t ends[WIDEST + 1]; /* where the groups of so many letters end */
} Source;

/* The place of some letters among the groups, -1 where they are none. */
static int64_t place_of(const Source *s, const uint32_t *letters, size_t width)
{
    int64_t key = 0;
    for (size_t i = 0; i < width; i++)
        key = key << POINT_BITS | letters[i];
    size_t low = s->ends[width - 1], high = s->ends[width];
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->groups[middle] < key)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->ends[width] && s->groups[low] == key ? (int64_t)low : -1;
}

/* Take up the words and the groups of the arguments from `b` on: letters, begins, groups, ends; -1 with an error set. */
static int source_of(const Buffer *b, Source *s)
{
    s->letters = b[0].view.buf, s->begins = b[1].view.buf, s->groups = b[2].view.buf;
    const int64_t *ends = b[3].view.buf;
    if (!items(&b[1]) || items(&b[3]) != WIDEST + 1)
        return disagree();
    s->words = (size_t)items(&b[1]) - 1;
    for (size_t w = 0; w <= WIDEST; w++) {
        if (ends[w] < (w ? ends[w - 1] : 0) || ends[w] > items(&b[2]))
            return disagree();
        s->ends[w] = (size_t)ends[w];
    }
    for (size_t i = 0; i < s->words; i++)
        if (s->begins[i] < 0 || s->begins[i + 1] < s->begins[i] || s->begins[i + 1] > items(&b[0]) ||
            s->begins[i + 1] - s->begins[i] > MOST_LETTERS)
            return disagree();
    return 0;
}

#define SOURCE_WANTED {"letters", 4, 1}, {"begins", 8, 1}, {"groups", 8, 1}, {"ends", 8, 1}

PyDoc_STRVAR(encode_groups_doc, "encode_groups(letters, begins, groups, ends, positions) -> bytearray of int32\n\n"
                                "Twin of translit.matching.align.encode_groups: the ids of each word's groups by position and width.\n"
                                "letters is uint32, the other arrays int64.");

static PyObject *encode_groups(PyObject *self, PyObject *args)
{
    (void)self;
    enum { POSITIONS = 4, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {SOURCE_WANTED, {"positions", 0, 0}};
    Buffer b[ARGUMENTS] = {0};
    Source s;
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0 || source_of(b, &s) < 0)
        goto done;
    const Py_ssize_t positions = b[POSITIONS].number;
    int fine = positions >= 0 && positions <= MOST_LETTERS;
    for (size_t i = 0; i < s.words; i++)
        fine &= s.begins[i + 1] - s.begins[i] <= positions;
    if (!fine) {
        disagree();
        goto done;
    }
    result = new_array((int64_t)s.words * positions * WIDEST, sizeof(int32_t));
    if (!result)
        goto done;
    int32_t *out = memory_of(result);
    Py_BEGIN_ALLOW_THREADS
    memset(out, 0xff, s.words * (size_t)positions * WIDEST * sizeof *out);
    for (size_t w = 0; w < s.words; w++, out += positions * WIDEST) {
        const uint32_t *letters = s.letters + s.begins[w];
        const size_t n = (size_t)(s.begins[w + 1] - s.begins[w]);
        for (size_t i = 0; i < n; i++)
            for (size_t width = 1; width <= WIDEST && i + width <= n; width++) {
                const int64_t place = place_of(&s, letters + i, width);
                /* A letter that no group is made of is 1. */
                out[i * WIDEST + width - 1] = place >= 0 ? (int32_t)place + FIRST_ID : width == 1 ? 1 : -1;
            }
    }
    Py_END_ALLOW_THREADS
done:
    give_back(b, ARGUMENTS);
    return result;
}

/* A text in the making: where it lies, and what it costs. */
typedef struct {
    size_t begin, size;
    int64_t cost;
} Partial;

typedef struct {
    const int32_t *cost;    /* of each group; -1 for one that is not read alone */
    const uint8_t *targets; /* what each group is read as, one after the other */
    const int64_t *target_begins;
} Readings;

static int text_before(const Bytes *texts, size_t begin, size_t size, const Partial *other)
{
    const int order = memcmp(texts->data + begin, texts->data + other->begin, size < other->size ? size : other->size);
    return order < 0 || (!order && size < other->size);
}

/* The cheapest letters for a word, by the cheapest for each of its beginnings; of equally cheap ones the first in the alphabet. */
static int cheapest(const Source *s, const Readings *r, size_t word, int64_t dearest, Partial *at, Bytes *texts)
{
    const uint32_t *letters = s->letters + s->begins[word];
    const size_t n = (size_t)(s->begins[word + 1] - s->begins[word]);
    texts->size = 0;
    at[0] = (Partial){0, 0, 0};
    for (size_t i = 0; i < n; i++) {
        Partial best = at[i];
        best.cost += dearest;
        for (size_t width = 1; width <= WIDEST && width <= i + 1; width++) {
            const Partial from = at[i + 1 - width];
            const int64_t place = place_of(s, letters + i + 1 - width, width);
            if (place < 0 || r->cost[place] < 0 || from.cost + r->cost[place] > best.cost)
                continue;
            const size_t size = (size_t)(r->target_begins[place + 1] - r->target_begins[place]), begin = texts->size;
            if (make_room(texts, from.size + size + 1) != FINE)
                return NO_MEMORY;
            memcpy(texts->data + begin, texts->data + from.begin, from.size);
            memcpy(texts->data + begin + from.size, r->targets + r->target_begins[place], size);
            if (from.cost + r->cost[place] < best.cost || text_before(texts, begin, from.size + size, &best)) {
                best = (Partial){begin, from.size + size, from.cost + r->cost[place]};
                texts->size += best.size;
            }
        }
        at[i + 1] = best;
    }
    return FINE;
}

static int cheapest_all(const Source *s, const Readings *r, int64_t dearest, Bytes *out, Column *ends)
{
    Partial *at = NULL;
    size_t room = 0;
    Bytes texts = {0};
    int status = make_room(&texts, 1);
    for (size_t w = 0; status == FINE && w < s->words; w++) {
        const size_t n = (size_t)(s->begins[w + 1] - s->begins[w]);
        at = fresh_room(at, &room, n + 1, sizeof *at);
        status = at ? cheapest(s, r, w, dearest, at, &texts) : NO_MEMORY;
        if (status == FINE)
            status = write_bytes(out, texts.data + at[n].begin, at[n].size);
        if (status == FINE)
            status = push(ends, (int64_t)out->size);
    }
    free(at);
    free(texts.data);
    return status;
}

PyDoc_STRVAR(cheapest_texts_doc, "cheapest_texts(letters, begins, groups, ends, cost, targets, target_begins, dearest)\n"
                                 "-> (texts, ends), bytearrays of UTF-8 and int64\n\n"
                                 "Twin of translit.matching.cheapest.cheapest_texts. letters is uint32, cost int32, targets bytes, the\n"
                                 "other arrays int64.");

static PyObject *cheapest_texts(PyObject *self, PyObject *args)
{
    (void)self;
    enum { COST = 4, TARGETS, TARGET_BEGINS, DEAREST, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        SOURCE_WANTED, {"cost", 4, 1}, {"targets", 1, 1}, {"target_begins", 8, 1}, {"dearest", 0, 0},
    };
    Buffer b[ARGUMENTS] = {0};
    Source s;
    Bytes out = {0};
    Column ends = {0};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0 || source_of(b, &s) < 0)
        goto done;
    const Readings r = {b[COST].view.buf, b[TARGETS].view.buf, b[TARGET_BEGINS].view.buf};
    const int64_t groups = (int64_t)s.ends[WIDEST];
    int fine = items(&b[COST]) >= groups && items(&b[TARGET_BEGINS]) > groups && b[DEAREST].number >= 0 && b[DEAREST].number <= INT32_MAX;
    for (int64_t i = 0; fine && i < groups; i++)
        fine = r.target_begins[i] >= 0 && r.target_begins[i + 1] >= r.target_begins[i] && r.target_begins[i + 1] <= items(&b[TARGETS]);
    if (!fine) {
        disagree();
        goto done;
    }
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = cheapest_all(&s, &r, b[DEAREST].number, &out, &ends);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NN)", PyByteArray_FromStringAndSize((const char *)out.data, (Py_ssize_t)out.size), as_bytes(&ends));
done:
    free(out.data);
    free(ends.data);
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef groups_methods[] = {
    {"encode_groups", encode_groups, METH_VARARGS, encode_groups_doc},
    {"cheapest_texts", cheapest_texts, METH_VARARGS, cheapest_texts_doc},
    {NULL, NULL, 0, NULL},
};
