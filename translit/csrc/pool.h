/* Texts in the making, each once a place: how a word or a name may be read so far. */

#ifndef TRANSLIT_POOL_H
#define TRANSLIT_POOL_H

#include "native.h"

#define FNV_START UINT64_C(0xcbf29ce484222325)

/* A text in the making with the languages that read it so and what it costs; `place` parts the texts of different positions. */
typedef struct {
    uint64_t hash, mask;
    size_t text;
    uint32_t size, place;
    int32_t cost;
    int alive;
} State;

typedef struct {
    State *states;
    size_t size, room;
    uint8_t *texts;
    size_t used, texts_room;
    uint64_t *slots; /* stamp and one more than the state */
    size_t slots_room;
    uint32_t stamp;
} Pool;

/* Begin anew, with the memory that is there. */
int empty_pool(Pool *pool);

/* Append a state whether or not its text is there already; `text` must not lie in the pool. */
int new_state(Pool *pool, const State *prefix, const uint8_t *text, uint32_t size, State state);

/* Add the text of a state and what goes on to the states of a place; the same text is one state. */
int add_state(Pool *pool, Column32 *members, uint32_t place, size_t from, const uint8_t *text, uint32_t size, uint64_t mask, int32_t cost);

/* Keep the first `most` members in order: the cheapest, where `languages` counts those that more of them read, then by the letters.
 * The others are dead. `best` is scratch. */
int keep_first(Pool *pool, Column32 *members, Column32 *best, size_t most, int languages);

void free_pool(Pool *pool);

#endif
