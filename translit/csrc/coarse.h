/* Coarse readings, ASCII letters of rules/keys.py, folded to keys. */

#ifndef TRANSLIT_COARSE_H
#define TRANSLIT_COARSE_H

#include "native.h"

/* Twin of translit.rules.keys.tight: the key of a reading, written to `a`; both have room for the reading. Gives its size. */
size_t tight(const uint8_t *coarse, size_t size, uint8_t *a, uint8_t *b);

/* Twin of translit.rules.keys.skeleton: the same of consonants only. */
size_t skeleton(const uint8_t *coarse, size_t size, uint8_t *a);

#endif
