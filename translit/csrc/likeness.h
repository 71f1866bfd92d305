/* How alike two texts are, letter by letter: their longest common subsequence and Jaro-Winkler similarity, and their words in order. */

#ifndef TRANSLIT_LIKENESS_H
#define TRANSLIT_LIKENESS_H

#include "native.h"

typedef struct {
    size_t begin, end;
} Word;

/* A text with its words, and for one side of a comparison with the places of its letters as bits. */
typedef struct {
    Letters letters, sorted;
    Word *words, *order;
    size_t word_count, words_room, order_room;
    uint64_t places[128], sorted_places[128];
    int is_sorted, is_placed;
} Compared;

typedef struct {
    uint8_t *flags;
    int32_t *lengths;
    size_t flags_room, lengths_room;
} Scratch;

/* A part of a text, and where each letter stands in the whole of it; no places where the part reaches beyond them. */
typedef struct {
    const uint32_t *points;
    size_t size, begin;
    const uint64_t *places;
} Part;

static inline Part part_of(const Compared *c, size_t begin, size_t end)
{
    return (Part){c->letters.points + begin, end - begin, begin, end <= 64 ? c->places : NULL};
}

/* Read a text of some, with its words. */
int take_text(const Texts *texts, int64_t row, Compared *c);

/* Read a text of some, with its words; without the places of its letters, for the side that is asked letter by letter. */
int take_words(const Texts *texts, int64_t row, Compared *c);

/* Put the words of a text in order, if that is not done yet. */
int sort_words(Compared *c);

/* The length of the longest common subsequence. */
int common_letters(const Letters *a, const uint64_t *places, const Letters *b, Scratch *s, size_t *out);

/* Jaro-Winkler similarity of a part to `m` letters, in the order of operations that rapidfuzz has. */
int jaro_winkler(Part a, const uint32_t *b, size_t m, Scratch *s, double *out);

void free_compared(Compared *c); /* NULL is none */
void free_scratch(Scratch *s);

#endif
