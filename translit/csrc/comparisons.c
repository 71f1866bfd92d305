/* Pairs of names compared as features, and the shortlist of the pairs that are worth it; matching/score.py and matching/candidates.py. */

#include "native.h"

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

/* A part of a text, and where each letter stands in the whole of it; no places where the part reaches beyond them. */
typedef struct {
    const uint32_t *points;
    size_t size, begin;
    const uint64_t *places;
} Part;

static Part part_of(const Compared *c, size_t begin, size_t end)
{
    return (Part){c->letters.points + begin, end - begin, begin, end <= 64 ? c->places : NULL};
}

static inline uint64_t first_bits(size_t count)
{
    return count < 64 ? (UINT64_C(1) << count) - 1 : UINT64_MAX;
}

/* How many letters two texts have in common within reach, each taken once, the first that is free. */
static size_t letters_in_reach(Part a, const uint32_t *b, size_t m, size_t reach, size_t *crossed)
{
    uint64_t taken = 0, hit = 0;
    for (size_t j = 0; j < m; j++) {
        uint64_t here = 0;
        if (b[j] < 128)
            here = a.places[b[j]] >> a.begin;
        else
            for (size_t i = 0; i < a.size; i++)
                here |= (uint64_t)(a.points[i] == b[j]) << i;
        const size_t end = j + reach + 1 < a.size ? j + reach + 1 : a.size;
        here &= first_bits(end) & ~taken & ~first_bits(j > reach ? j - reach : 0);
        taken |= here & (0u - here);
        hit |= (uint64_t)(here != 0) << j;
    }
    const size_t common = bits(taken);
    for (; taken; taken &= taken - 1, hit &= hit - 1)
        *crossed += a.points[lowest_bit(taken)] != b[lowest_bit(hit)];
    return common;
}

/* The same of longer texts. */
static int letters_in_long_reach(Part x, const uint32_t *b, size_t m, size_t reach, Scratch *s, size_t *common, size_t *crossed)
{
    const uint32_t *const a = x.points;
    const size_t n = x.size;
    if (reserve_bytes(&s->flags, &s->flags_room, n + m) != FINE)
        return NO_MEMORY;
    memset(s->flags, 0, n + m);
    uint8_t *const taken = s->flags, *const hit = s->flags + n;
    for (size_t j = 0; j < m; j++) {
        const size_t end = j + reach + 1 < n ? j + reach + 1 : n;
        for (size_t i = j > reach ? j - reach : 0; i < end; i++) {
            if (taken[i] || a[i] != b[j])
                continue;
            taken[i] = hit[j] = 1;
            ++*common;
            break;
        }
    }
    for (size_t i = 0, j = 0; i < n; i++) {
        if (!taken[i])
            continue;
        while (!hit[j])
            j++;
        *crossed += a[i] != b[j++];
    }
    return FINE;
}

/* Jaro-Winkler similarity, in the order of operations that rapidfuzz has. */
static int jaro_winkler(Part a, const uint32_t *b, size_t m, Scratch *s, double *out)
{
    const size_t n = a.size;
    *out = !n && !m ? 1.0 : 0.0;
    if (!n || !m)
        return FINE;
    const size_t longer = n > m ? n : m, reach = longer > 1 ? longer / 2 - 1 : 0;
    size_t common = 0, crossed = 0;
    if (a.places && m <= 64)
        common = letters_in_reach(a, b, m, reach, &crossed);
    else if (letters_in_long_reach(a, b, m, reach, s, &common, &crossed) != FINE)
        return NO_MEMORY;
    if (!common)
        return FINE;
    crossed /= 2;
    double similarity = (double)common / (double)n;
    similarity += (double)common / (double)m;
    similarity += (double)(common - crossed) / (double)common;
    similarity /= 3.0;
    size_t prefix = 0;
    while (prefix < 4 && prefix < n && prefix < m && a.points[prefix] == b[prefix])
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
            if (jaro_winkler(part_of(a, left.begin, left.end), b->letters.points + right.begin, right.end - right.begin, s, &value) != FINE)
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
        jaro_winkler(part_of(a, 0, n), b->letters.points, m, s, &winkler) != FINE)
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

PyMethodDef comparisons_methods[] = {
    {"text_features", text_features, METH_VARARGS, text_features_doc},
    {"shortlist", shortlist, METH_VARARGS, shortlist_doc},
    {NULL, NULL, 0, NULL},
};
