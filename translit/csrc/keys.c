/* Phonetic keys of names by the romanization rules; rules/keys.py. */

#include "coarse.h"
#include "pool.h"

/* What is made of the readings of words: the keys of names, or they themselves. */
typedef enum { TIGHT, SKELETON, AS_READ } Level;

typedef struct {
    int32_t width, penalty;
    const uint8_t *sound;
    uint32_t size;
    uint64_t mask;
} Option;

typedef struct {
    const uint32_t *letters, *symbols;
    const int64_t *word_begins, *name_begins, *edges, *entries;
    const uint64_t *masks;
    const int32_t *scripts, *name_words, *name_scripts, *node_begins, *roots, *longest, *defaults, *sound_begins;
    const uint8_t *fits, *sounds;
    size_t letters_size, words, names, name_words_size, nodes, entry_count, script_count, symbol_count, contexts, sound_count, sounds_size;
    int edge_bits;
    Level level;
    size_t most_letters, most_readings, most_keys;
} Rules;

typedef struct {
    Pool pool;
    Column32 *places; /* states by how many letters (or words) they have read */
    Column32 best;
    int32_t *columns; /* of `fits`, by letter */
    Option *options;
    size_t option_count, option_room;
    Pool keys; /* the finished keys of all words */
    size_t *word_keys;
    uint8_t *scratch[2];
    size_t scratch_room[2];
    Column ends;
    Bytes out;
} Expansion;

enum { ENTRY = 7 }; /* columns of an entry: before, after, sound, languages, contexts given, extra, penalty */

static int64_t child_of(const Rules *r, int64_t node, uint32_t letter)
{
    const int64_t key = (node << 21 | letter) + 1;
    const size_t last = ((size_t)1 << r->edge_bits) - 1;
    size_t at = (size_t)(((uint64_t)key * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - r->edge_bits));
    for (size_t tries = 0; tries <= last && r->edges[2 * at]; tries++, at = (at + 1) & last)
        if (r->edges[2 * at] == key)
            return r->edges[2 * at + 1];
    return -1;
}

static int fits_at(const Rules *r, int64_t context, int32_t column)
{
    return r->fits[(size_t)context * (r->symbol_count + 2) + (size_t)column];
}

static int add_option(const Rules *r, Expansion *x, int32_t width, int64_t sound, uint64_t mask, int64_t penalty)
{
    if (sound < 0 || (size_t)sound >= r->sound_count)
        return OUT_OF_RANGE;
    const int32_t begin = r->sound_begins[sound], end = r->sound_begins[sound + 1];
    if (begin < 0 || end < begin || (size_t)end > r->sounds_size)
        return OUT_OF_RANGE;
    for (size_t i = 0; i < x->option_count; i++) {
        Option *o = &x->options[i];
        if (o->width == width && o->sound == r->sounds + begin && o->size == (uint32_t)(end - begin) && o->penalty == penalty) {
            o->mask |= mask;
            return FINE;
        }
    }
    x->options = with_room(x->options, &x->option_room, x->option_count + 1, sizeof *x->options);
    if (!x->options)
        return NO_MEMORY;
    x->options[x->option_count++] = (Option){width, (int32_t)penalty, r->sounds + begin, (uint32_t)(end - begin), mask};
    return FINE;
}

/* The rules of one node that compete at a place: those with more contexts shadow the others, language by language. */
static int options_of(const Rules *r, Expansion *x, int64_t node, int32_t width, int32_t before, int32_t after, uint64_t mask,
                      uint64_t *remaining)
{
    const int32_t begin = r->node_begins[node], end = r->node_begins[node + 1];
    if (begin < 0 || end < begin || (size_t)end > r->entry_count)
        return OUT_OF_RANGE;
    uint64_t left = *remaining;
    for (int64_t contexts = 2; contexts >= 0; contexts--) {
        uint64_t level = 0;
        for (const int64_t *e = r->entries + (size_t)begin * ENTRY; e < r->entries + (size_t)end * ENTRY; e += ENTRY) {
            if (e[4] != contexts)
                continue;
            if (e[0] < 0 || (size_t)e[0] >= r->contexts || e[1] < 0 || (size_t)e[1] >= r->contexts)
                return OUT_OF_RANGE;
            const uint64_t langs = (uint64_t)e[3];
            const uint64_t readers = langs & (e[5] ? mask : left);
            if (!readers || !fits_at(r, e[0], before) || !fits_at(r, e[1], after))
                continue;
            if (!e[5])
                level |= langs;
            const int status = add_option(r, x, width, e[2], readers, e[6]);
            if (status != FINE)
                return status;
        }
        left &= ~level;
    }
    *remaining = left;
    return FINE;
}

static int compete(const Rules *r, Expansion *x, const uint32_t *letters, size_t n, size_t i, int32_t script, uint64_t mask)
{
    int64_t nodes[64];
    size_t deepest = 0;
    int64_t node = r->roots[script];
    while (i + deepest < n && deepest < (size_t)r->longest[script] && deepest < 64) {
        node = child_of(r, node, letters[i + deepest]);
        if (node < 0)
            break;
        if ((size_t)node >= r->nodes)
            return OUT_OF_RANGE;
        nodes[deepest++] = node;
    }
    x->option_count = 0;
    uint64_t remaining = mask;
    for (size_t width = deepest; width && remaining; width--) {
        const int32_t before = i ? x->columns[i - 1] : 0, after = i + width < n ? x->columns[i + width] : 0;
        const int status = options_of(r, x, nodes[width - 1], (int32_t)width, before, after, mask, &remaining);
        if (status != FINE)
            return status;
    }
    if (!remaining)
        return FINE;
    return add_option(r, x, 1, r->defaults[(size_t)script * r->symbol_count + (size_t)x->columns[i] - 2], remaining, 0);
}

/* The keys of a word's readings. */
static int make_keys(const Rules *r, Expansion *x, const Column32 *readings)
{
    for (size_t s = 0; s < readings->size; s++) {
        const State *state = &x->pool.states[readings->data[s]];
        for (int k = 0; k < 2; k++)
            if (reserve_bytes(&x->scratch[k], &x->scratch_room[k], state->size + 1) != FINE)
                return NO_MEMORY;
        const uint8_t *coarse = x->pool.texts + state->text;
        const size_t size = r->level == SKELETON ? skeleton(coarse, state->size, x->scratch[0])
                                                 : tight(coarse, state->size, x->scratch[0], x->scratch[1]);
        const State key = {.mask = state->mask, .cost = state->cost, .alive = 1};
        if (new_state(&x->keys, NULL, x->scratch[0], (uint32_t)size, key) != FINE)
            return NO_MEMORY;
    }
    return FINE;
}

/* A word's readings as they are, the most usual first, each closed by a line feed. */
static int write_readings(Expansion *x, Column32 *readings)
{
    static const uint8_t line_feed = '\n';
    if (keep_first(&x->pool, readings, &x->best, readings->size, 0) != FINE)
        return NO_MEMORY;
    for (size_t s = 0; s < readings->size; s++) {
        const State *state = &x->pool.states[readings->data[s]];
        if (write_bytes(&x->out, x->pool.texts + state->text, state->size) != FINE || write_bytes(&x->out, &line_feed, 1) != FINE)
            return NO_MEMORY;
    }
    return FINE;
}

static int expand_word(const Rules *r, Expansion *x, size_t word)
{
    const int64_t begin = r->word_begins[word], end = r->word_begins[word + 1];
    const int32_t script = r->scripts[word];
    if (begin < 0 || end < begin || (size_t)end > r->letters_size || script < 0 || (size_t)script >= r->script_count)
        return OUT_OF_RANGE;
    const uint32_t *letters = r->letters + begin;
    const size_t n = (size_t)(end - begin);
    if (!n || n > r->most_letters)
        return FINE;
    for (size_t i = 0; i < n; i++) {
        const size_t place = first_at_least(r->symbols, r->symbol_count, letters[i]);
        if (place >= r->symbol_count || r->symbols[place] != letters[i])
            return OUT_OF_RANGE;
        x->columns[i] = (int32_t)place + 2;
    }
    for (size_t i = 0; i <= n; i++)
        x->places[i].size = 0;
    const State start = {.hash = FNV_START, .mask = r->masks[script], .alive = 1};
    if (empty_pool(&x->pool) != FINE || new_state(&x->pool, NULL, NULL, 0, start) != FINE || push32(&x->places[0], 0) != FINE)
        return NO_MEMORY;
    for (size_t i = 0; i < n; i++) {
        if (!x->places[i].size)
            continue;
        int status = compete(r, x, letters, n, i, script, r->masks[script]);
        for (size_t k = 0; status == FINE && k < x->option_count; k++) {
            const Option o = x->options[k];
            const uint32_t place = (uint32_t)i + (uint32_t)o.width;
            for (size_t s = 0; status == FINE && s < x->places[i].size; s++) {
                const uint32_t from = x->places[i].data[s];
                const uint64_t readers = x->pool.states[from].mask & o.mask;
                if (readers)
                    status = add_state(&x->pool, &x->places[place], place, from, o.sound, o.size, readers,
                                       x->pool.states[from].cost + o.penalty);
            }
        }
        for (size_t j = i + 1; status == FINE && j <= n && j <= i + (size_t)r->longest[script]; j++)
            if (x->places[j].size > r->most_readings)
                status = keep_first(&x->pool, &x->places[j], &x->best, r->most_readings, 1);
        if (status != FINE)
            return status;
    }
    return r->level == AS_READ ? write_readings(x, &x->places[n]) : make_keys(r, x, &x->places[n]);
}

/* A whole name's key: for skeletons an initial vowel counts at its start only, and doubling nowhere behind. */
static int write_key(Expansion *x, const State *key, int is_skeleton, size_t first)
{
    if (make_room(&x->out, key->size + 1) != FINE)
        return NO_MEMORY;
    uint8_t *to = x->out.data + x->out.size;
    const uint8_t *from = x->pool.texts + key->text;
    size_t size = 0;
    for (size_t i = 0; i < key->size; i++) {
        const int passed = is_skeleton && i && (from[i] == 'A' || (size > 1 && to[size - 1] == from[i]));
        if (!passed)
            to[size++] = from[i];
    }
    for (size_t at = first; at < x->out.size;) {
        size_t end = at;
        while (x->out.data[end] != '\n')
            end++;
        if (end - at == size && !memcmp(x->out.data + at, to, size))
            return FINE;
        at = end + 1;
    }
    to[size] = '\n';
    x->out.size += size + 1;
    return FINE;
}

static int expand_name(const Rules *r, Expansion *x, size_t name)
{
    const int64_t begin = r->name_begins[name], end = r->name_begins[name + 1];
    if (begin < 0 || end < begin || (size_t)end > r->name_words_size)
        return OUT_OF_RANGE;
    Column32 *whole = &x->places[0], *merged = &x->places[1];
    const State start = {.hash = FNV_START, .mask = UINT64_MAX, .alive = 1};
    whole->size = 0;
    if (empty_pool(&x->pool) != FINE || new_state(&x->pool, NULL, NULL, 0, start) != FINE || push32(whole, 0) != FINE)
        return NO_MEMORY;
    int32_t script = -1;
    for (int64_t k = begin; k < end; k++) {
        const int32_t word = r->name_words[k];
        if (word < 0 || (size_t)word >= r->words)
            return OUT_OF_RANGE;
        if (x->word_keys[word] == x->word_keys[word + 1])
            continue;
        const int anew = script >= 0 && r->name_scripts[k] != script;
        script = r->name_scripts[k];
        merged->size = 0;
        for (size_t s = 0; s < whole->size; s++) {
            for (size_t i = x->word_keys[word]; i < x->word_keys[word + 1]; i++) {
                const State *key = &x->keys.states[i], *prefix = &x->pool.states[whole->data[s]];
                const uint64_t readers = anew ? key->mask : prefix->mask & key->mask;
                if (readers && add_state(&x->pool, merged, (uint32_t)(k - begin) + 1, whole->data[s], x->keys.texts + key->text,
                                         key->size, readers, prefix->cost + key->cost) != FINE)
                    return NO_MEMORY;
            }
        }
        if (merged->size > r->most_keys && keep_first(&x->pool, merged, &x->best, r->most_keys, 1) != FINE)
            return NO_MEMORY;
        if (merged->size) {
            Column32 *last = whole;
            whole = merged;
            merged = last;
        }
    }
    if (keep_first(&x->pool, whole, &x->best, whole->size, 0) != FINE)
        return NO_MEMORY;
    const size_t first = x->out.size;
    for (size_t s = 0; s < whole->size; s++) {
        const State *key = &x->pool.states[whole->data[s]];
        if (key->size && write_key(x, key, r->level == SKELETON, first) != FINE)
            return NO_MEMORY;
    }
    return push(&x->ends, (int64_t)x->out.size);
}

static void free_expansion(Expansion *x, size_t places)
{
    for (size_t i = 0; x->places && i < places; i++)
        free(x->places[i].data);
    free_pool(&x->pool);
    free_pool(&x->keys);
    for (int i = 0; i < 2; i++)
        free(x->scratch[i]);
    free(x->places);
    free(x->best.data);
    free(x->columns);
    free(x->options);
    free(x->word_keys);
    free(x->ends.data);
    free(x->out.data);
}

static int expand_all(const Rules *r, Expansion *x)
{
    x->places = calloc(r->most_letters + 2, sizeof *x->places);
    x->columns = calloc(r->most_letters + 1, sizeof *x->columns);
    x->word_keys = calloc(r->words + 1, sizeof *x->word_keys);
    if (!x->places || !x->columns || !x->word_keys)
        return NO_MEMORY;
    int status = FINE;
    for (size_t word = 0; status == FINE && word < r->words; word++) {
        status = expand_word(r, x, word);
        x->word_keys[word + 1] = x->keys.size;
        if (status == FINE && r->level == AS_READ)
            status = push(&x->ends, (int64_t)x->out.size);
    }
    for (size_t name = 0; status == FINE && name < r->names; name++)
        status = expand_name(r, x, name);
    return status;
}

PyDoc_STRVAR(name_keys_doc,
             "name_keys(letters, words, scripts, name_words, names, name_scripts, masks, edges, begins, entries, roots, longest,\n"
             "          symbols, fits, defaults, sounds, sound_begins, level, most_letters, most_readings, most_keys)\n"
             "-> (keys, ends)\n\n"
             "Twin of translit.rules.keys.name_keys. letters and symbols are uint32 code points; words, names, edges, entries int64;\n"
             "masks uint64; fits and sounds bytes; the rest int32. keys are ASCII, each closed by a line feed; ends says where each\n"
             "name's stop. Level 0 asks for tight keys, 1 for skeletons; 2 for the readings of the words themselves, in UTF-8, and\n"
             "where each word's stop: translit.rules.respell.read_words.");

static PyObject *name_keys(PyObject *self, PyObject *args)
{
    (void)self;
    enum { LETTERS, WORDS, SCRIPTS, NAME_WORDS, NAMES, NAME_SCRIPTS, MASKS, EDGES, BEGINS, ENTRIES, ROOTS, LONGEST, SYMBOLS, FITS,
           DEFAULTS, SOUNDS, SOUND_BEGINS, LEVEL, MOST_LETTERS, MOST_READINGS, MOST_KEYS, ARGUMENTS };
    static const Wanted wanted[ARGUMENTS] = {
        {"letters", 4, 1},  {"words", 8, 1},   {"scripts", 4, 1}, {"name_words", 4, 1}, {"names", 8, 1},        {"name_scripts", 4, 1},
        {"masks", 8, 1},    {"edges", 8, 2},   {"begins", 4, 1},  {"entries", 8, 2},    {"roots", 4, 1},        {"longest", 4, 1},
        {"symbols", 4, 1},  {"fits", 1, 2},    {"defaults", 4, 2}, {"sounds", 1, 1},    {"sound_begins", 4, 1}, {"level", 0, 0},   
        {"most_letters", 0, 0}, {"most_readings", 0, 0}, {"most_keys", 0, 0},
    };
    Buffer b[ARGUMENTS] = {0};
    Rules r = {0};
    Expansion x = {0};
    PyObject *result = NULL;
    if (take_all(args, b, wanted, ARGUMENTS) < 0)
        goto done;
    const Py_ssize_t letters = b[MOST_LETTERS].number, readings = b[MOST_READINGS].number, keys = b[MOST_KEYS].number;
    r.level = (Level)b[LEVEL].number;
    r.letters = b[LETTERS].view.buf, r.word_begins = b[WORDS].view.buf, r.scripts = b[SCRIPTS].view.buf;
    r.name_words = b[NAME_WORDS].view.buf, r.name_begins = b[NAMES].view.buf, r.name_scripts = b[NAME_SCRIPTS].view.buf;
    r.masks = b[MASKS].view.buf, r.edges = b[EDGES].view.buf, r.node_begins = b[BEGINS].view.buf, r.entries = b[ENTRIES].view.buf;
    r.roots = b[ROOTS].view.buf, r.longest = b[LONGEST].view.buf, r.symbols = b[SYMBOLS].view.buf, r.fits = b[FITS].view.buf;
    r.defaults = b[DEFAULTS].view.buf, r.sounds = b[SOUNDS].view.buf, r.sound_begins = b[SOUND_BEGINS].view.buf;
    r.letters_size = (size_t)items(&b[LETTERS]), r.words = (size_t)items(&b[SCRIPTS]), r.name_words_size = (size_t)items(&b[NAME_WORDS]);
    r.names = (size_t)items(&b[NAMES]), r.nodes = (size_t)items(&b[BEGINS]), r.entry_count = (size_t)b[ENTRIES].view.shape[0];
    r.script_count = (size_t)items(&b[ROOTS]), r.symbol_count = (size_t)items(&b[SYMBOLS]), r.contexts = (size_t)b[FITS].view.shape[0];
    r.sound_count = (size_t)items(&b[SOUND_BEGINS]), r.sounds_size = (size_t)items(&b[SOUNDS]);
    while (r.edge_bits < 40 && (Py_ssize_t)1 << r.edge_bits < b[EDGES].view.shape[0])
        r.edge_bits++;
    if ((size_t)items(&b[WORDS]) != r.words + 1 || !r.names || !r.nodes || !r.sound_count || !r.edge_bits ||
        (size_t)items(&b[NAME_SCRIPTS]) != r.name_words_size || (size_t)items(&b[MASKS]) != r.script_count ||
        (size_t)items(&b[LONGEST]) != r.script_count || (size_t)b[DEFAULTS].view.shape[0] != r.script_count ||
        (size_t)b[DEFAULTS].view.shape[1] != r.symbol_count || (size_t)b[FITS].view.shape[1] != r.symbol_count + 2 ||
        b[ENTRIES].view.shape[1] != ENTRY || b[EDGES].view.shape[1] != 2 ||
        b[EDGES].view.shape[0] != (Py_ssize_t)1 << r.edge_bits || letters < 0 || readings < 0 || keys < 0 ||
        b[LEVEL].number < TIGHT || b[LEVEL].number > AS_READ) {
        disagree();
        goto done;
    }
    r.names--, r.nodes--, r.sound_count--;
    for (size_t i = 0; i < r.script_count; i++)
        if (r.roots[i] < 0 || (size_t)r.roots[i] >= r.nodes || r.longest[i] < 0) {
            fail(OUT_OF_RANGE);
            goto done;
        }
    r.most_letters = (size_t)letters, r.most_readings = (size_t)readings, r.most_keys = (size_t)keys;
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = expand_all(&r, &x);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NN)", PyByteArray_FromStringAndSize((const char *)x.out.data, (Py_ssize_t)x.out.size), as_bytes(&x.ends));
done:
    free_expansion(&x, r.most_letters + 2);
    give_back(b, ARGUMENTS);
    return result;
}

PyMethodDef keys_methods[] = {
    {"name_keys", name_keys, METH_VARARGS, name_keys_doc},
    {NULL, NULL, 0, NULL},
};
