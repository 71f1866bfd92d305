/* Pairs of names compared as features; matching/score.py. */

#include "likeness.h"

/* The columns of a comparison; translit.matching.score.COMPARISON. */
enum { COST_PER_LETTER, COST_TOTAL, INDEL, JARO_WINKLER, LETTERS_ALIKE, CONSONANTS, SHORTER, NAME_LENGTH, FORM_LENGTH, LENGTH_GAP,
       NAME_WORDS, FORM_WORDS, SAME_START, SAME_END, WORDS_INDEL, EXACT, WORST_WORD = 20, NAME_EXTRA, FORM_EXTRA, FEATURES };
enum { MOST_WORDS = 8 }; /* of a name whose words are paired */

static double indel(size_t common, size_t n, size_t m)
{
    const double distance = n + m ? (double)(n + m - 2 * common) / (double)(n + m) : 0.0;
    return 1.0 - distance;
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
            status = take_words(&c->forms, c->right[p], b);
        if (status == FINE)
            status = compare_pair(a, b, &s, c->costs[p], c->letters[p], c->consonants[p], out + p * FEATURES);
    }
    free_compared(a);
    free_compared(b);
    free_scratch(&s);
    return status;
}

PyDoc_STRVAR(text_features_doc,
             "text_features(names …, forms …, left, right, costs, letters, consonants) -> bytearray of float32\n\n"
             "Twin of translit.matching.score.text_features. names and forms are spans of five arrays each; left and right are int64,\n"
             "costs int32, letters and consonants float32.");

static PyObject *text_features(PyObject *self, PyObject *args)
{
    (void)self;
    enum { NAMES, FORMS = TEXT_BUFFERS, LEFT = 2 * TEXT_BUFFERS, RIGHT, COSTS, ALIKE, OUTLINES, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        TEXTS_WANTED(NAMES), TEXTS_WANTED(FORMS), [LEFT] = {"left", 8, 1}, [RIGHT] = {"right", 8, 1}, [COSTS] = {"costs", 4, 1},
        [ALIKE] = {"letters", 4, 1}, [OUTLINES] = {"consonants", 4, 1},
    };
    Buffer b[ARGUMENTS] = {0};
    Comparison c = {0};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0 || texts_of(b + NAMES, &c.names) < 0 || texts_of(b + FORMS, &c.forms) < 0)
        goto done;
    for (int i = RIGHT; i < ARGUMENTS; i++)
        if (items(&b[i]) != items(&b[LEFT])) {
            disagree();
            goto done;
        }
    c.left = b[LEFT].view.buf, c.right = b[RIGHT].view.buf, c.costs = b[COSTS].view.buf;
    c.letters = b[ALIKE].view.buf, c.consonants = b[OUTLINES].view.buf, c.pairs = (size_t)items(&b[LEFT]);
    result = new_array((int64_t)(c.pairs * FEATURES), sizeof(float));
    if (!result)
        goto done;
    float *out = memory_of(result);
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
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef comparisons_methods[] = {
    {"text_features", text_features, METH_VARARGS, text_features_doc},
    {NULL, NULL, 0, NULL},
};
