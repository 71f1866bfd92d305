/* The records of answers, made or found again without a call for each; translit.Match. */

#include "native.h"

enum { FIELDS = 7 }; /* of a match, and of a candidate */

/* A class of frozen records with slots. */
typedef struct {
    PyTypeObject *type;
    allocfunc allocate;
    PyObject *slots[FIELDS];
    descrsetfunc set[FIELDS];
    int collected;
} Records;

static int records_of(Records *records, PyObject *type, PyObject *slots)
{
    records->type = (PyTypeObject *)type;
    records->allocate = (allocfunc)PyType_GetSlot(records->type, Py_tp_alloc);
    records->collected = (PyType_GetFlags(records->type) & Py_TPFLAGS_HAVE_GC) != 0;
    int fit = records->allocate && PyTuple_Size(slots) == FIELDS;
    for (int i = 0; fit && i < FIELDS; i++) {
        records->slots[i] = PyTuple_GetItem(slots, i);
        records->set[i] = (descrsetfunc)PyType_GetSlot(Py_TYPE(records->slots[i]), Py_tp_descr_set);
        fit = records->set[i] != NULL;
    }
    if (!fit)
        PyErr_SetString(PyExc_TypeError, "a record must have slots");
    return fit;
}

/* A record, its fields set past the class's own refusal to have them set. */
static PyObject *make_record(const Records *records, PyObject *const *values)
{
    PyObject *record = records->allocate(records->type, 0);
    for (int i = 0; record && i < FIELDS; i++)
        if (records->set[i](records->slots[i], record, values[i]) < 0)
            Py_CLEAR(record);
    /* It holds texts and a number and takes part in no cycle: the collector need not look at it. */
    if (record && records->collected)
        PyObject_GC_UnTrack(record);
    return record;
}

PyDoc_STRVAR(make_matches_doc,
             "make_matches(match, match_slots, candidate, candidate_slots, names, forms, first, idents, canonicals, kinds, methods,\n"
             "confidences, rests) -> list\n\n"
             "Twin of translit.matching.exact.make_matches; the slots are descriptors, in the order of the fields, and first is int64.");

enum { BY_NAME = 5, BY_ENTITY = 3 }; /* lists with an item a name, or a candidate */

static PyObject *candidates_of_name(const Records *records, PyObject *const *columns, Py_ssize_t begin, Py_ssize_t end,
                                    PyObject *const *row, PyObject *no_text, PyObject *none)
{
    PyObject *candidates = PyTuple_New(end - begin);
    for (Py_ssize_t i = begin; candidates && i < end; i++) {
        PyObject *const fields[] = {PyList_GetItem(columns[0], i), PyList_GetItem(columns[1], i), PyList_GetItem(columns[2], i), row[4],
                                    i == begin ? row[2] : row[3], i == begin ? row[1] : no_text, none};
        PyObject *candidate = make_record(records, fields);
        if (!candidate || PyTuple_SetItem(candidates, i - begin, candidate) < 0)
            Py_CLEAR(candidates);
    }
    if (candidates && end > begin)
        PyObject_GC_UnTrack(candidates);
    return candidates;
}

static PyObject *make_matches(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *types[2], *slots[2], *by_name[BY_NAME], *by_entity[BY_ENTITY], *first;
    if (!PyArg_ParseTuple(args, "O!O!O!O!O!O!OO!O!O!O!O!O!", &PyType_Type, &types[0], &PyTuple_Type, &slots[0], &PyType_Type, &types[1],
                          &PyTuple_Type, &slots[1], &PyList_Type, &by_name[0], &PyList_Type, &by_name[1], &first, &PyList_Type,
                          &by_entity[0], &PyList_Type, &by_entity[1], &PyList_Type, &by_entity[2], &PyList_Type, &by_name[4], &PyList_Type, &by_name[2],
                          &PyList_Type, &by_name[3]))
        return NULL;
    Records matches, own;
    if (!records_of(&matches, types[0], slots[0]) || !records_of(&own, types[1], slots[1]))
        return NULL;
    Buffer b[1] = {0};
    PyObject *none = PyTuple_New(0), *no_text = PyUnicode_FromStringAndSize("", 0), *list = NULL;
    static const Wanted wanted = {"first", 8, 1};
    if (!none || !no_text || take_each(&first, b, &wanted, 1) < 0)
        goto done;
    const int64_t *begins = b[0].view.buf;
    const Py_ssize_t count = PyList_Size(by_name[0]);
    int equal = items(&b[0]) == count + 1;
    for (int c = 1; c < BY_NAME; c++)
        equal &= PyList_Size(by_name[c]) == count;
    for (int c = 1; c < BY_ENTITY; c++)
        equal &= PyList_Size(by_entity[c]) == PyList_Size(by_entity[0]);
    for (Py_ssize_t i = 0; equal && i < count; i++)
        equal &= begins[i] >= 0 && begins[i] < begins[i + 1] && begins[i + 1] <= PyList_Size(by_entity[0]);
    if (!equal) {
        PyErr_SetString(PyExc_ValueError, "the lengths of the lists do not agree");
        goto done;
    }
    list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *row[BY_NAME];
        for (int c = 0; c < BY_NAME; c++)
            row[c] = PyList_GetItem(by_name[c], i);
        PyObject *candidates = candidates_of_name(&own, by_entity, begins[i], begins[i + 1], row, no_text, none);
        PyObject *const values[] = {row[0], PyList_GetItem(by_entity[0], begins[i]), PyList_GetItem(by_entity[1], begins[i]),
                                    PyList_GetItem(by_entity[2], begins[i]), row[4], row[2], candidates};
        PyObject *match = candidates ? make_record(&matches, values) : NULL;
        Py_XDECREF(candidates);
        if (!match || PyList_SetItem(list, i, match) < 0)
            Py_CLEAR(list);
    }
done:
    Py_XDECREF(none);
    Py_XDECREF(no_text);
    give_back(b, 1);
    return list;
}

PyDoc_STRVAR(take_known_doc, "take_known(known, names) -> list or None\n\nTwin of translit.mentions.memory.take_known.");

enum { TAKEN_TOGETHER = 32 };

/* The values of some names from `begin` on, put into a list; 0 where one is unknown or fails. They lie scattered: names are asked for
 * ahead, and values while others are looked up. */
static int take_some(PyObject *known, PyObject *names, Py_ssize_t begin, int count, PyObject *list)
{
    const Py_ssize_t ahead = begin + count, all = PyList_Size(list);
    PyObject *values[TAKEN_TOGETHER];
    for (int i = 0; i < count; i++) {
        if (ahead + i < all)
            PREFETCH(PyList_GetItem(names, ahead + i));
        values[i] = PyDict_GetItemWithError(known, PyList_GetItem(names, begin + i));
        if (!values[i])
            return 0;
        PREFETCH(values[i]);
    }
    for (int i = 0; i < count; i++) {
        Py_INCREF(values[i]);
        PyList_SetItem(list, begin + i, values[i]);
    }
    return 1;
}

/* A known name with its value, by its hash: where one stands is known before it is looked at, which no dictionary tells. */
typedef struct {
    PyObject *name, *value;
    Py_hash_t hash;
} Slot;

typedef struct {
    Slot *slots;
    size_t last;
} Table;

enum { WORTH_A_TABLE = 1 << 14, NAMES_A_SLOT = 2 }; /* known names from which on, and how many are asked for each, that a table pays */

#ifndef Py_GIL_DISABLED
/* The known names as a table; NULL where there is no memory, or some are no plain texts. */
static Slot *table_of(PyObject *known, Table *table)
{
    size_t room = 1024;
    while (room < 2 * (size_t)PyDict_Size(known))
        room *= 2;
    table->last = room - 1;
    table->slots = calloc(room, sizeof *table->slots);
    Slot slot;
    for (Py_ssize_t at = 0; table->slots && PyDict_Next(known, &at, &slot.name, &slot.value);) {
        if (!PyUnicode_CheckExact(slot.name)) {
            free(table->slots);
            return table->slots = NULL;
        }
        slot.hash = PyObject_Hash(slot.name);
        size_t place = (size_t)slot.hash & table->last;
        while (table->slots[place].name)
            place = (place + 1) & table->last;
        table->slots[place] = slot;
    }
    return table->slots;
}
#endif

static PyObject *value_of(const Table *table, PyObject *name, Py_hash_t hash)
{
    for (size_t place = (size_t)hash & table->last; table->slots[place].name; place = (place + 1) & table->last) {
        const Slot *slot = &table->slots[place];
        if (slot->name == name || (slot->hash == hash && PyUnicode_Compare(slot->name, name) == 0))
            return slot->value;
    }
    return NULL;
}

/* As take_some, by the table: its slots are asked for ahead, too. */
static int take_fast(const Table *table, PyObject *names, Py_ssize_t begin, int count, PyObject *list)
{
    const Py_ssize_t ahead = begin + count, all = PyList_Size(list);
    PyObject *name[TAKEN_TOGETHER], *values[TAKEN_TOGETHER];
    Py_hash_t hash[TAKEN_TOGETHER];
    for (int i = 0; i < count; i++) {
        if (ahead + i < all)
            PREFETCH(PyList_GetItem(names, ahead + i));
        name[i] = PyList_GetItem(names, begin + i);
        if (!PyUnicode_CheckExact(name[i]))
            return 0;
        hash[i] = PyObject_Hash(name[i]);
        PREFETCH(&table->slots[(size_t)hash[i] & table->last]);
    }
    for (int i = 0; i < count; i++) {
        values[i] = value_of(table, name[i], hash[i]);
        if (!values[i])
            return 0;
        PREFETCH(values[i]);
    }
    for (int i = 0; i < count; i++)
        PyList_SetItem(list, begin + i, Py_NewRef(values[i]));
    return 1;
}

static PyObject *take_known(PyObject *self, PyObject *args)
{
    (void)self;
    PyObject *known, *names;
    if (!PyArg_ParseTuple(args, "O!O!", &PyDict_Type, &known, &PyList_Type, &names))
        return NULL;
    const Py_ssize_t count = PyList_Size(names), size = PyDict_Size(known);
    PyObject *list = PyList_New(count);
    Table table = {0};
#ifndef Py_GIL_DISABLED
    if (list && size >= WORTH_A_TABLE && count / NAMES_A_SLOT >= size)
        table_of(known, &table);
#endif
    int found = list != NULL;
    for (Py_ssize_t i = 0; found && i < count; i += TAKEN_TOGETHER) {
        const int some = (int)(count - i < TAKEN_TOGETHER ? count - i : TAKEN_TOGETHER);
        /* A name that is no plain text may be known all the same. */
        found = (table.slots && take_fast(&table, names, i, some, list)) || take_some(known, names, i, some, list);
    }
    free(table.slots);
    if (found)
        return list;
    Py_XDECREF(list);
    return PyErr_Occurred() ? NULL : Py_NewRef(Py_None);
}

PyMethodDef records_methods[] = {
    {"take_known", take_known, METH_VARARGS, take_known_doc},
    {"make_matches", make_matches, METH_VARARGS, make_matches_doc},
    {NULL, NULL, 0, NULL},
};
