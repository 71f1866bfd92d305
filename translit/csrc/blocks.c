/* Blocking keys: what of a name decides with which forms it is compared; matching/blocking.py. */

#include "native.h"

/* Letter groups that stand for one consonant class, in order; GROUPS of matching/blocking.py. */
static const char *const consonants[][2] = {
    {"tsch", "S"}, {"shch", "S"}, {"dsch", "S"}, {"sch", "S"}, {"tch", "S"}, {"tsj", "S"}, {"dzj", "S"}, {"dzh", "S"}, {"tj", "S"},
    {"dj", "S"},   {"sj", "S"},   {"sh", "S"},   {"sz", "S"},  {"cz", "S"},  {"zh", "S"},  {"ts", "S"},  {"tz", "S"},  {"dz", "S"},
    {"ch", "S"},   {"ph", "F"},   {"kh", "K"},   {"gh", "K"},  {"ck", "K"},  {"ce", "Se"}, {"ci", "Si"}, {"cy", "Sy"}, {"qu", "K"},
    {"ge", "Se"},  {"gi", "Si"},
};
enum { LONGEST = 15 }; /* consonants of an outline */

static int class_of(uint8_t c)
{
    static const char *const classes[] = {"A", "pbP", "fvF", "tdT", "kqgcxK", "szjS", "mM", "nN", "lrR"};
    for (int k = 0; c && k < 9; k++)
        if (strchr(classes[k], c))
            return k + 1;
    return 0;
}

static size_t replace_group(uint8_t *text, size_t size, const char *group, const char *class)
{
    const size_t width = strlen(group), less = strlen(class);
    if (size < width || !memchr(text, group[0], size))
        return size;
    size_t out = 0;
    for (size_t i = 0; i < size;) {
        if (i + width <= size && !memcmp(text + i, group, width)) {
            memcpy(text + out, class, less);
            out += less;
            i += width;
        } else {
            text[out++] = text[i++];
        }
    }
    return out;
}

/* The outline of a word, which is written over, and how many consonants it has. */
static uint64_t outline_of(uint8_t *text, size_t size, const uint8_t *classes, int *length)
{
    for (size_t k = 0; k < sizeof consonants / sizeof *consonants; k++)
        size = replace_group(text, size, consonants[k][0], consonants[k][1]);
    uint64_t packed = 0;
    uint8_t before = 0;
    *length = 0;
    for (size_t i = 0; i < size; i++) {
        const uint8_t class = !i && text[0] && strchr("aeiouyhw", text[0]) ? 1 : classes[text[i]];
        if (class && class != before && *length < LONGEST)
            packed |= (uint64_t)class << 4 * (*length)++;
        before = class;
    }
    return packed;
}

static uint64_t slot_bit(uint64_t value)
{
    return UINT64_C(1) << (value * UINT64_C(0x9E3779B97F4A7C15) >> 58);
}

static uint64_t contour_of(uint64_t outline)
{
    uint64_t out = 0, before = 0;
    for (int i = 0; i < LONGEST; i++) {
        const uint64_t here = outline >> 4 * i & 15;
        if (here)
            out |= slot_bit(before * 16 + here) | slot_bit(4096 + here);
        else if (before)
            out |= slot_bit(before * 16);
        before = here;
    }
    return out;
}

static int push_key(Column *keys, Column *owners, uint64_t key, uint64_t salt, int64_t owner)
{
    uint64_t x = key + salt * UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    x ^= x >> 31;
    return push(keys, (int64_t)(x >> 32)) == FINE && push(owners, owner) == FINE ? FINE : NO_MEMORY;
}

static int outline_keys(uint64_t whole, int length, int64_t owner, Column *keys, Column *owners)
{
    int status = push_key(keys, owners, whole, 1, owner);
    for (int i = 0; status == FINE && i < length; i++) {
        const uint64_t low = whole & ((UINT64_C(1) << 4 * i) - 1), high = whole >> 4 * (i + 1) << 4 * i;
        status = push_key(keys, owners, low | high, 1, owner);
    }
    if (status == FINE && length >= 6) {
        status = push_key(keys, owners, whole & 0xffff, 2, owner);
        if (status == FINE)
            status = push_key(keys, owners, whole >> 4 * (length - 4), 3, owner);
    }
    return status;
}

typedef struct {
    Column keys, owners;
    uint64_t *signatures, *contours;
    uint8_t *text, *part;
    size_t text_room, part_room;
    Letters letters;
    uint8_t classes[256];
} Blocking;

static int block_name(Blocking *b, int64_t name)
{
    const size_t size = b->letters.size;
    if (reserve_bytes(&b->text, &b->text_room, size + 1) != FINE || reserve_bytes(&b->part, &b->part_room, size + 1) != FINE)
        return NO_MEMORY;
    uint64_t signature = 0;
    uint8_t before = '\n';
    for (size_t i = 0; i < size; i++) {
        b->text[i] = b->letters.points[i] < 256 ? (uint8_t)b->letters.points[i] : '?';
        signature |= slot_bit((uint64_t)before * 256 + b->text[i]);
        before = b->text[i];
    }
    b->signatures[name] = signature | slot_bit((uint64_t)before * 256 + '\n');
    size_t letters = 0;
    for (size_t i = 0; i < size; i++)
        if (b->text[i] != ' ')
            b->part[letters++] = b->text[i];
    int length;
    const uint64_t whole = outline_of(b->part, letters, b->classes, &length);
    b->contours[name] = contour_of(whole);
    int status = outline_keys(whole, length, name, &b->keys, &b->owners);
    if (letters == size)
        return status == FINE && length >= 2 ? push_key(&b->keys, &b->owners, whole, 4, name) : status;
    for (size_t begin = 0, end; status == FINE && begin <= size; begin = end + 1) {
        for (end = begin; end < size && b->text[end] != ' '; end++)
            ;
        memcpy(b->part, b->text + begin, end - begin);
        const uint64_t part = outline_of(b->part, end - begin, b->classes, &length);
        if (length >= 2)
            status = push_key(&b->keys, &b->owners, part, 4, name);
    }
    return status;
}

static int block_all(const Texts *names, Blocking *b)
{
    int status = FINE;
    for (int c = 0; c < 256; c++)
        b->classes[c] = (uint8_t)class_of((uint8_t)c);
    for (int64_t name = 0; status == FINE && name < names->count; name++) {
        status = read_text(names, name, &b->letters);
        if (status == FINE)
            status = block_name(b, name);
    }
    return status;
}

PyDoc_STRVAR(name_blocks_doc, "name_blocks(data, other, begin, end, elsewhere) -> (keys, owners, signatures, contours)\n\n"
                              "Twin of translit.matching.blocking.name_blocks, the keys by name; all of 64 bits.");

static PyObject *name_blocks(PyObject *self, PyObject *args)
{
    (void)self;
    static const Wanted wanted[TEXT_BUFFERS] = {TEXTS_WANTED(0)};
    Buffer b[TEXT_BUFFERS] = {0};
    Texts names;
    Blocking blocking = {0};
    PyObject *result = NULL, *signatures = NULL, *contours = NULL;
    if (take_all(args, b, wanted, TEXT_BUFFERS) < 0 || texts_of(b, &names) < 0)
        goto done;
    signatures = new_array(names.count, sizeof(uint64_t));
    contours = new_array(names.count, sizeof(uint64_t));
    if (!signatures || !contours)
        goto done;
    blocking.signatures = memory_of(signatures);
    blocking.contours = memory_of(contours);
    int status;
    Py_BEGIN_ALLOW_THREADS
    status = block_all(&names, &blocking);
    Py_END_ALLOW_THREADS
    if (status != FINE)
        fail(status);
    else
        result = Py_BuildValue("(NNOO)", as_bytes(&blocking.keys), as_bytes(&blocking.owners), signatures, contours);
done:
    Py_XDECREF(signatures);
    Py_XDECREF(contours);
    free(blocking.keys.data);
    free(blocking.owners.data);
    free(blocking.text);
    free(blocking.part);
    free(blocking.letters.points);
    give_back(b, TEXT_BUFFERS);
    return result;
}

PyMethodDef blocks_methods[] = {
    {"name_blocks", name_blocks, METH_VARARGS, name_blocks_doc},
    {NULL, NULL, 0, NULL},
};
