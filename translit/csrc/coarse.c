/* A coarse reading folded to a key; rules/keys.py. */

#include "coarse.h"

static int is_vowel(uint8_t c)
{
    return c == 'a' || c == 'i' || c == 'u';
}

static size_t without_repeats(uint8_t *key, size_t size)
{
    size_t out = 0;
    for (size_t i = 0; i < size; i++)
        if (!out || key[out - 1] != key[i])
            key[out++] = key[i];
    return out;
}

/* What affricates leave: ts, tS, dz and dJ are one letter each. */
static size_t without_stops(const uint8_t *coarse, size_t size, uint8_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < size; i++) {
        const uint8_t c = coarse[i], next = i + 1 < size ? coarse[i + 1] : 0;
        if ((c == 't' && (next == 's' || next == 'S')) || (c == 'd' && (next == 'z' || next == 'J'))) {
            out[n++] = next == 's' ? 'c' : next == 'S' ? 'C' : next;
            i++;
        } else {
            out[n++] = c;
        }
    }
    return n;
}

static size_t final_h(const uint8_t *key, size_t size)
{
    return size > 1 && key[size - 1] == 'h' && is_vowel(key[size - 2]) ? size - 1 : size;
}

/* Each step reads what the step before wrote. */
size_t tight(const uint8_t *coarse, size_t size, uint8_t *a, uint8_t *b)
{
    size_t n = without_repeats(a, without_stops(coarse, size, a));
    memcpy(b, a, n);
    for (size_t i = 1; i + 1 < n; i++)
        if (a[i] == 'i' && is_vowel(a[i - 1]) && is_vowel(a[i + 1]))
            b[i] = 'j';
    if (n > 1 && (b[0] == 'i' || b[0] == 'j') && (b[1] == 'a' || b[1] == 'u'))
        b[0] = 'j';
    size_t m = 0;
    for (size_t i = 0; i < n; i++) {
        const int glide = b[i] == 'i' || b[i] == 'j';
        if (!(glide && i && !is_vowel(b[i - 1]) && i + 1 < n && (b[i + 1] == 'a' || b[i + 1] == 'u')))
            a[m++] = b[i];
    }
    n = m, m = 0;
    for (size_t i = 0; i < n; i++) {
        const uint8_t before = i ? a[i - 1] : 0, after = i + 1 < n ? a[i + 1] : 0;
        const int closes = (a[i] == 'j' || a[i] == 'w') && is_vowel(before) && !is_vowel(after);
        const int softens = a[i] == 'j' && i && !is_vowel(before) && before != 'j' && before != 'w' && after == 'i';
        if (!closes && !softens)
            b[m++] = a[i];
    }
    n = m, m = 0;
    for (size_t i = 0; i < n; i++)
        if (!(m && is_vowel(b[i]) && is_vowel(b[i - 1])))
            a[m++] = b[i] == 'w' ? 'v' : b[i];
    return without_repeats(a, final_h(a, m));
}

size_t skeleton(const uint8_t *coarse, size_t size, uint8_t *a)
{
    const size_t n = final_h(a, without_repeats(a, without_stops(coarse, size, a)));
    size_t m = 0;
    const int vowel_first = n && is_vowel(a[0]);
    for (size_t i = 0; i < n; i++)
        if (!is_vowel(a[i]) && a[i] != 'j' && a[i] != 'w')
            a[m++] = a[i];
    m = without_repeats(a, m);
    if (vowel_first) {
        memmove(a + 1, a, m);
        a[0] = 'A';
    }
    return m + (size_t)vowel_first;
}
