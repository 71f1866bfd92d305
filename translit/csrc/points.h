/* Code points, what unicode/code_points.py says of them, and the hashes of unicode/hashes.py. */

#ifndef TRANSLIT_POINTS_H
#define TRANSLIT_POINTS_H

#include "native.h"

/* What a code point is, in the low bits of its entry; the offset of its folded form in the blob stands above them.
 * unicode/scan.py makes the entries. */
enum {
    SPACELESS = 1,      /* a token of its own with the marks after it */
    MARK = 2,
    START = 4,          /* begins a token */
    INNER = 8,          /* goes on with a token */
    TRAILING = 16,      /* does not count at the end of a token */
    CONTEXT = 32,       /* folds by its neighbours: the token is folded in Python */
    BEGINS_MARK = 64,   /* folds to something that begins with a combining mark */
    BEGINS_SECOND = 128, /* … that begins with what may compose with a letter before it */
    ENDS_MARK = 256,    /* … that ends with a combining mark */
    ENDS_FIRST = 512,   /* … that ends with what may compose with something after it */
    CASED = 1024,       /* a letter, by which a token is capital or small */
    SMALL = 2048,       /* … which is small */
    FLAG_BITS = 12
};

/* The ASCII letters and digits, small; 0 for everything else. */
extern const uint8_t small_of[256];

static inline uint8_t lower(uint8_t c)
{
    return (uint8_t)(c | ((uint8_t)(c - 'A') < 26) << 5);
}

/* The text is UTF-8 as CPython writes it, so a lead byte is always followed by its tail. */
static inline size_t code_point(const uint8_t *at, uint32_t *value)
{
    if (at[0] < 0x80) {
        *value = at[0];
        return 1;
    }
    if (at[0] < 0xe0) {
        *value = (uint32_t)(at[0] & 31) << 6 | (at[1] & 63);
        return 2;
    }
    if (at[0] < 0xf0) {
        *value = (uint32_t)(at[0] & 15) << 12 | (uint32_t)(at[1] & 63) << 6 | (at[2] & 63);
        return 3;
    }
    *value = (uint32_t)(at[0] & 7) << 18 | (uint32_t)(at[1] & 63) << 12 | (uint32_t)(at[2] & 63) << 6 | (at[3] & 63);
    return 4;
}

/* ---- eight bytes at once ---- */

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight bytes, the first of them lowest. */
static inline uint64_t eight_at(const uint8_t *at)
{
    return (uint64_t)at[0] | (uint64_t)at[1] << 8 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 24 | (uint64_t)at[4] << 32 |
           (uint64_t)at[5] << 40 | (uint64_t)at[6] << 48 | (uint64_t)at[7] << 56;
}

/* Up to eight bytes, zeros behind them. */
static inline uint64_t some_at(const uint8_t *at, size_t size)
{
    uint64_t found = 0;
    for (size_t i = 0; i < size && i < 8; i++)
        found |= (uint64_t)at[i] << 8 * i;
    return found;
}

/* Which bytes lie between two ASCII characters: their highest bits. */
static inline uint64_t between(uint64_t bytes, uint8_t low, uint8_t high)
{
    const uint64_t small = bytes & EACH(0x7f);
    return (small + EACH(0x80 - low)) & ~(small + EACH(0x7f - high)) & ~bytes & EACH(0x80);
}

static inline uint64_t letters_among(uint64_t bytes)
{
    return between(bytes | EACH(0x20), 'a', 'z');
}

/* The bytes, of which some are ASCII letters, with these small. */
static inline uint64_t with_small(uint64_t bytes, uint64_t letters)
{
    return bytes | letters >> 2;
}

#define PRIME UINT64_C(0x9e3779b97f4a7c55)

static inline uint64_t mixed(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return hash ^ (hash >> 33);
}

static inline uint64_t letters_hash(uint64_t hash, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = hash * PRIME + bytes[i];
    return hash;
}

/* What the hash of some letters is multiplied by where so many bytes follow them. */
static inline uint64_t power_of(uint64_t size)
{
    uint64_t factor = 1, power = PRIME;
    for (uint64_t n = size; n; n >>= 1, power *= power)
        if (n & 1)
            factor *= power;
    return factor;
}

#endif
