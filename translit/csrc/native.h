/* What the compiled loops of translit share: buffers as arguments, texts, arrays that grow, and how a loop tells failure.
 *
 * Every function gives bit for bit what its Python twin gives; translit/native.py names the twins and picks between them.
 * Arguments are C-contiguous buffers of the item sizes stated; results are bytearrays for numpy.frombuffer. Every index read
 * from a buffer is checked before use. The GIL is released around the loops. One file holds one job, and ends with the table of
 * the methods that it gives to the module.
 */

#ifndef TRANSLIT_NATIVE_H
#define TRANSLIT_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What a loop comes to; WIDER: only Python can do this text. */
enum { FINE = 0, NO_MEMORY, OUT_OF_RANGE, FAILED, WIDER };

/* Set the error of a status; NULL. */
PyObject *fail(int status);

/* Set the error of arrays that do not belong together; -1. */
int disagree(void);

/* ---- processors ---- */

#if defined(__GNUC__)
#define FORCED_INLINE inline __attribute__((always_inline))
#define PREFETCH(at) __builtin_prefetch(at)
#else
#define FORCED_INLINE inline
#define PREFETCH(at) (void)(at)
#endif

/* ---- arguments ---- */

/* What an argument must be: a buffer with items of so many bytes and so many dimensions, or a whole number where items have none. */
typedef struct {
    const char *name;
    Py_ssize_t item;
    int dimensions;
} Wanted;

typedef struct {
    Py_buffer view;
    int held;
    Py_ssize_t number;
} Buffer;

/* The buffers, to be given back, and numbers of some arguments; -1 with an error set where one is not as wanted. */
int take_each(PyObject *const *given, Buffer *buffers, const Wanted *wanted, int count);

/* The same of all that a tuple holds. */
int take_all(PyObject *tuple, Buffer *buffers, const Wanted *wanted, int count);

static inline void give_back(Buffer *buffers, int count)
{
    for (int i = 0; i < count; i++)
        if (buffers[i].held)
            PyBuffer_Release(&buffers[i].view);
}

static inline Py_ssize_t items(const Buffer *buffer)
{
    return buffer->view.len / buffer->view.itemsize;
}

/* A result in the making: a bytearray of so many items, NULL with an error set. */
static inline PyObject *new_array(int64_t count, size_t item)
{
    return PyByteArray_FromStringAndSize(NULL, (Py_ssize_t)(count * (int64_t)item));
}

static inline void *memory_of(PyObject *array)
{
    return PyByteArray_AsString(array);
}

/* ---- texts ---- */

/* Texts in UTF-8 that lie in one of two buffers; translit.matching.spans.Spans. */
typedef struct {
    const uint8_t *data[2];
    int64_t size[2];
    const int64_t *begin, *end;
    const uint8_t *elsewhere;
    int64_t count;
} Texts;

typedef struct {
    uint32_t *points;
    size_t size, room;
} Letters;

enum { TEXT_BUFFERS = 5, TEXTS_AHEAD = 8 }; /* arrays of texts; how many texts ahead memory is asked for */

/* What the arguments of texts must be, from a place on. */
#define TEXTS_WANTED(at)                                                                                             \
    [at] = {"data", 1, 1}, [(at) + 1] = {"other", 1, 1}, [(at) + 2] = {"begin", 8, 1}, [(at) + 3] = {"end", 8, 1},   \
    [(at) + 4] = {"elsewhere", 1, 1}

/* The texts of the buffers from `b` on; -1 with an error set where they do not agree. */
int texts_of(const Buffer *b, Texts *t);

/* The UTF-8 of a str as a new bytes object; NULL without an error where it has none. */
PyObject *utf8_of(PyObject *text);

/* Ask memory for a text that is read soon. */
static inline void ask_for_text(const Texts *t, int64_t row)
{
    if (row >= 0 && row < t->count) {
        PREFETCH(t->data[t->elsewhere[row] != 0] + t->begin[row]);
    }
}

/* The code points of a text. */
int read_text(const Texts *t, int64_t row, Letters *out);

/* ---- growing arrays ---- */

/* A larger array, at least doubled, with or without the items of the old one; NULL, and the old one freed, where memory is short. */
void *resized(void *old, size_t *room, size_t need, size_t item, int kept);

/* An array with room for `need` items, one at least; NULL, and the old one freed, where memory is short. */
static inline void *with_room(void *old, size_t *room, size_t need, size_t item)
{
    return need <= *room ? old : resized(old, room, need, item, 1);
}

/* The same, whose old items are gone. */
static inline void *fresh_room(void *old, size_t *room, size_t need, size_t item)
{
    return need <= *room ? old : resized(old, room, need, item, 0);
}

/* An array that grows: what a loop finds, item by item. */
#define GROWING(Column, push, as_bytes, Item)                                                                                \
    typedef struct {                                                                                                         \
        Item *data;                                                                                                          \
        size_t size, room;                                                                                                   \
    } Column;                                                                                                                \
                                                                                                                             \
    static inline int push(Column *column, Item value)                                                                       \
    {                                                                                                                        \
        column->data = with_room(column->data, &column->room, column->size + 1, sizeof *column->data);                       \
        if (!column->data)                                                                                                   \
            return NO_MEMORY;                                                                                                \
        column->data[column->size++] = value;                                                                                \
        return FINE;                                                                                                         \
    }                                                                                                                        \
                                                                                                                             \
    static inline PyObject *as_bytes(const Column *column)                                                                   \
    {                                                                                                                        \
        return PyByteArray_FromStringAndSize((const char *)column->data, (Py_ssize_t)(column->size * sizeof *column->data)); \
    }

GROWING(Column, push, as_bytes, int64_t)
GROWING(Column32, push32, as_bytes32, uint32_t)

static inline int reserve_bytes(uint8_t **data, size_t *room, size_t need)
{
    *data = with_room(*data, room, need, 1);
    return *data || !need ? FINE : NO_MEMORY;
}

/* Bytes in the making. */
typedef struct {
    uint8_t *data;
    size_t size, room;
} Bytes;

static inline int make_room(Bytes *bytes, size_t more)
{
    return reserve_bytes(&bytes->data, &bytes->room, bytes->size + more);
}

static inline int write_bytes(Bytes *bytes, const uint8_t *more, size_t size)
{
    if (make_room(bytes, size) != FINE)
        return NO_MEMORY;
    if (size)
        memcpy(bytes->data + bytes->size, more, size);
    bytes->size += size;
    return FINE;
}

/* ---- wide loops ---- */

/* Loops are compiled once more for processors with wide vectors where the compiler can; they are picked when they run. */
#if defined(__GNUC__) && defined(__x86_64__)
#define WIDE_WORDS 1
#else
#define WIDE_WORDS 0
#endif

static inline uint32_t bits(uint64_t x)
{
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (uint32_t)((x * 0x0101010101010101u) >> 56);
}

/* The place of the lowest bit of a number that has one. */
static inline uint32_t lowest_bit(uint64_t x)
{
#if defined(__GNUC__)
    return (uint32_t)__builtin_ctzll(x);
#else
    return bits((x & (0u - x)) - 1);
#endif
}

/* The first of sorted keys that is not below a key. */
static inline size_t first_at_least(const uint32_t *keys, size_t count, uint32_t key)
{
    const uint32_t *base = keys;
    while (count > 1) {
        const size_t half = count / 2;
        base += (base[half - 1] < key) * half;
        count -= half;
    }
    return (size_t)(base - keys) + (count && *base < key);
}

/* ---- module ---- */

extern PyMethodDef alignment_methods[], blocks_methods[], candidates_methods[], comparisons_methods[], csv_methods[], folding_methods[], json_methods[],
    forests_methods[], groups_methods[], keys_methods[], listings_methods[], records_methods[], rivals_methods[], shared_methods[], shortlists_methods[], texts_methods[],
    values_methods[], windows_methods[], words_methods[];

#endif
