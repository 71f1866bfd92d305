#include "likeness.h"

static void mark_places(const Letters *text, uint64_t *places)
{
    memset(places, 0, 128 * sizeof *places);
    for (size_t i = 0; i < text->size && i < 64; i++)
        if (text->points[i] < 128)
            places[text->points[i]] |= UINT64_C(1) << i;
}

/* The length of the longest common subsequence, by bits where the first text has no more than 64 letters.
 * Source: Hyyrö (2004), bit-parallel LCS-length computation revisited. */
int common_letters(const Letters *a, const uint64_t *places, const Letters *b, Scratch *s, size_t *out)
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
    s->lengths = fresh_room(s->lengths, &s->lengths_room, a->size + 1, sizeof *s->lengths);
    if (!s->lengths)
        return NO_MEMORY;
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

int jaro_winkler(Part a, const uint32_t *b, size_t m, Scratch *s, double *out)
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
    c->words = fresh_room(c->words, &c->words_room, text->size + 1, sizeof *c->words);
    if (!c->words)
        return NO_MEMORY;
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

int sort_words(Compared *c)
{
    if (c->is_sorted)
        return FINE;
    const size_t n = c->letters.size;
    c->sorted.points = fresh_room(c->sorted.points, &c->sorted.room, n + 1, sizeof *c->sorted.points);
    if (!c->sorted.points)
        return NO_MEMORY;
    Word *order = c->order = fresh_room(c->order, &c->order_room, c->word_count, sizeof *order);
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
    if (c->is_placed)
        mark_places(&c->sorted, c->sorted_places);
    c->is_sorted = 1;
    return FINE;
}

int take_words(const Texts *texts, int64_t row, Compared *c)
{
    const int status = read_text(texts, row, &c->letters);
    c->is_placed = 0;
    return status == FINE ? cut_words(c) : status;
}

int take_text(const Texts *texts, int64_t row, Compared *c)
{
    const int status = take_words(texts, row, c);
    c->is_placed = 1;
    if (status == FINE)
        mark_places(&c->letters, c->places);
    return status;
}

void free_compared(Compared *c)
{
    if (!c)
        return;
    free(c->letters.points);
    free(c->sorted.points);
    free(c->words);
    free(c->order);
    free(c);
}

void free_scratch(Scratch *s)
{
    free(s->flags);
    free(s->lengths);
}
