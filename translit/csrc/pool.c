#include "pool.h"

#define FNV_PRIME UINT64_C(0x100000001b3)

static uint64_t hashed(uint64_t hash, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * FNV_PRIME;
    return hash;
}

int empty_pool(Pool *pool)
{
    pool->size = pool->used = 0;
    if (pool->stamp == UINT32_MAX || !pool->slots_room) {
        free(pool->slots);
        pool->slots_room = pool->slots_room ? pool->slots_room : 1024;
        pool->slots = calloc(pool->slots_room, sizeof *pool->slots);
        pool->stamp = 0;
        if (!pool->slots) {
            pool->slots_room = 0;
            return NO_MEMORY;
        }
    }
    pool->stamp++;
    return FINE;
}

static size_t slot_at(const Pool *pool, uint64_t hash, uint32_t place)
{
    return (size_t)(((hash + place) * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (pool->slots_room - 1);
}

static int wider_pool(Pool *pool)
{
    const size_t room = 2 * pool->slots_room;
    uint64_t *slots = calloc(room, sizeof *slots);
    if (!slots)
        return NO_MEMORY;
    free(pool->slots);
    pool->slots = slots;
    pool->slots_room = room;
    for (size_t i = 0; i < pool->size; i++) {
        size_t at = slot_at(pool, pool->states[i].hash, pool->states[i].place);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = (uint64_t)pool->stamp << 32 | (i + 1);
    }
    return FINE;
}

int new_state(Pool *pool, const State *prefix, const uint8_t *text, uint32_t size, State state)
{
    pool->states = with_room(pool->states, &pool->room, pool->size + 1, sizeof *pool->states);
    if (!pool->states)
        return NO_MEMORY;
    const size_t before = prefix ? prefix->size : 0;
    state.text = pool->used;
    state.size = (uint32_t)before + size;
    if (reserve_bytes(&pool->texts, &pool->texts_room, pool->used + state.size + 1) != FINE)
        return NO_MEMORY;
    if (before)
        memcpy(pool->texts + state.text, pool->texts + prefix->text, before);
    if (size)
        memcpy(pool->texts + state.text + before, text, size);
    pool->used += state.size;
    pool->states[pool->size++] = state;
    return FINE;
}

int add_state(Pool *pool, Column32 *members, uint32_t place, size_t from, const uint8_t *text, uint32_t size, uint64_t mask, int32_t cost)
{
    if (2 * pool->size >= pool->slots_room && wider_pool(pool) != FINE)
        return NO_MEMORY;
    const State prefix = pool->states[from];
    const uint64_t hash = hashed(prefix.hash, text, size);
    size_t at = slot_at(pool, hash, place);
    for (; pool->slots[at] >> 32 == pool->stamp; at = (at + 1) & (pool->slots_room - 1)) {
        const uint32_t number = (uint32_t)pool->slots[at] - 1;
        State *known = &pool->states[number];
        if (known->hash != hash || known->place != place || known->size != prefix.size + size ||
            (prefix.size && memcmp(pool->texts + known->text, pool->texts + prefix.text, prefix.size)) ||
            (size && memcmp(pool->texts + known->text + prefix.size, text, size)))
            continue;
        if (known->alive) {
            known->mask |= mask;
            known->cost = cost < known->cost ? cost : known->cost;
            return FINE;
        }
        known->alive = 1;
        known->mask = mask;
        known->cost = cost;
        return push32(members, number);
    }
    const State state = {.hash = hash, .mask = mask, .place = place, .cost = cost, .alive = 1};
    if (new_state(pool, &prefix, text, size, state) != FINE)
        return NO_MEMORY;
    pool->slots[at] = (uint64_t)pool->stamp << 32 | pool->size;
    return push32(members, (uint32_t)pool->size - 1);
}

static int compare_texts(const Pool *pool, const State *a, const State *b)
{
    const int order = memcmp(pool->texts + a->text, pool->texts + b->text, a->size < b->size ? a->size : b->size);
    return order ? order : (a->size > b->size) - (a->size < b->size);
}

static int is_before(const Pool *pool, uint32_t left, uint32_t right, int languages)
{
    const State *a = &pool->states[left], *b = &pool->states[right];
    if (a->cost != b->cost)
        return a->cost < b->cost;
    if (languages && bits(a->mask) != bits(b->mask))
        return bits(a->mask) > bits(b->mask);
    return compare_texts(pool, a, b) < 0;
}

int keep_first(Pool *pool, Column32 *members, Column32 *best, size_t most, int languages)
{
    best->size = 0;
    for (size_t i = 0; i < members->size; i++) {
        const uint32_t item = members->data[i];
        size_t at = best->size;
        if (at == most) {
            if (!most || !is_before(pool, item, best->data[at - 1], languages)) {
                pool->states[item].alive = 0;
                continue;
            }
            pool->states[best->data[--at]].alive = 0;
        } else if (push32(best, item) != FINE) {
            return NO_MEMORY;
        }
        for (; at && is_before(pool, item, best->data[at - 1], languages); at--)
            best->data[at] = best->data[at - 1];
        best->data[at] = item;
    }
    const Column32 kept = *best;
    *best = *members;
    *members = kept;
    return FINE;
}

void free_pool(Pool *pool)
{
    free(pool->states);
    free(pool->texts);
    free(pool->slots);
}
