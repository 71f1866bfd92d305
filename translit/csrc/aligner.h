/* The aligner: what the costs of matching/align.py say of one source word and one form, laid out for the cells of an alignment. */

#ifndef TRANSLIT_ALIGNER_H
#define TRANSLIT_ALIGNER_H

#include "native.h"

#define WIDEST 3
#define FORBIDDEN 20000 /* of matching/align.py: costs more than any letters one by one */
#define NEVER (1 << 28) /* costs more than any alignment */

/* Prices by the id of one side's group: the ids of the other side, which rise, and what they cost. By target, those of single atoms
 * alone: most groups of letters have none. */
typedef struct {
    const int32_t *starts, *other, *cost;
    int64_t ids, count;
} Prices;

typedef struct {
    Prices by_source, by_target;
    const int32_t *source, *n; /* ids of the source groups by word, position and width */
    int64_t names, positions;
    const int32_t *group, *code; /* target ids by letter codes, letter codes by ASCII */
    int64_t base, groups;
    Texts forms;
    const int64_t *left, *right;
    int64_t pairs;
} Alignment;

/* An atom of a source word. */
typedef struct {
    int32_t id, next; /* next: the place of an equal one, counted from 1, 0 for none */
} Atom;

/* A target group that stands for several atoms of a source word, up to `end`. */
typedef struct {
    int32_t target, end, width, cost, next; /* next: the place of another with the target, likewise */
} Merger;

/* A source word: which of its atoms and groups have prices is looked up by their ids. */
typedef struct {
    Atom *atoms;
    int32_t *atom_of;        /* by source id, the place of an atom, counted from 1, 0 for none */
    Merger *mergers;
    size_t merger_count, merger_room;
    int32_t *merger_of;      /* by target id, likewise */
    int32_t *single;         /* by letter code and place, what it costs that the letter stands for one atom */
    int32_t *gone[WIDEST];   /* by width and end, what it costs that nothing stands for a group */
    int wide_gone;           /* whether nothing may stand for a wider group of the word */
    int32_t *insert;         /* what it costs that a letter stands for nothing, by code */
    int32_t *id_of;          /* target ids by letter code; what no group is made of is 1 */
    int32_t *code_of, last;  /* the letter codes by target id, up to the last that is one letter's */
    int32_t *cells;          /* columns of cells, one a target letter, the last WIDEST + 1 of them */
    size_t height;           /* of a column */
    uint32_t *codes;
    size_t codes_room;
    Letters letters;
} Aligner;

/* Room for the longest word; to be freed even where there is no memory. The ids in the arrays are checked before. */
int make_aligner(const Alignment *a, Aligner *x);

void free_aligner(Aligner *x);

/* Take up a source word. */
int take_word(const Alignment *a, Aligner *x, int64_t word);

/* Take up the codes of the letters of a form that is read. */
int take_form(const Alignment *a, Aligner *x);

#endif
