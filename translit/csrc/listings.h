/* What is looked for in texts, laid out for looking it up: Listing of unicode/scan.py. */

#ifndef TRANSLIT_LISTINGS_H
#define TRANSLIT_LISTINGS_H

#include "points.h"

/* What becomes of a form, as in unicode/scan.py; KEEP is WRITE where what is written differs in case at most. */
enum { PASS, LEAVE, WRITE, ASK, KEEP };

/* All that a look-up reads of a window: one line of a cache. */
typedef struct {
    uint64_t hash;
    uint32_t value; /* as in the table of windows, but of no form that is passed over; 0: the slot is free */
    uint32_t place; /* of the form's Record, in words of eight bytes */
} Slot;

/* A form's letters, then what is written for it, each from a multiple of eight bytes on. */
typedef struct {
    uint32_t size, written, action, form;
} Record;

typedef struct {
    Slot *slots; /* in the order of their hashes, each at its home or behind; a free one is the last */
    uint64_t homes;
    uint64_t *records;
    uint64_t *filter; /* a bit for the low end of each hash: small enough for a cache, and clear for most words */
    uint64_t filter_mask;
} Compiled;

static inline uint64_t *filter_of(const Compiled *c, uint64_t hash)
{
    return c->filter + ((hash & c->filter_mask) >> 6);
}

/* Whether a hash may have a slot. */
static inline int may_be_listed(const Compiled *c, uint64_t hash)
{
    return *filter_of(c, hash) >> (hash & 63) & 1;
}

static inline const Slot *home_of(const Compiled *c, uint64_t hash)
{
    return c->slots + (((hash >> 32) * c->homes) >> 32);
}

/* The slot of a hash, or NULL. */
static inline const Slot *slot_of(const Compiled *c, uint64_t hash)
{
    const Slot *slot = home_of(c, hash);
    while (slot->value && slot->hash < hash)
        slot++;
    return slot->value && slot->hash == hash ? slot : NULL;
}

static inline const Record *record_of(const Compiled *c, const Slot *slot)
{
    return (const Record *)(const void *)(c->records + slot->place);
}

static inline const uint8_t *letters_of(const Record *r)
{
    return (const uint8_t *)(r + 1);
}

static inline const uint8_t *written_of(const Record *r)
{
    return letters_of(r) + ((size_t)r->size + 7) / 8 * 8;
}

/* The listing in a capsule of compile_listing; NULL with an error set where it is none. */
const Compiled *compiled_of(PyObject *capsule);

#endif
