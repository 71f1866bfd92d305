/* The module translit._native: the methods of every file. */

#include "native.h"

/* What the sources were when this was compiled; translit/extension.py compares it, setup.py gives it. */
#ifndef TRANSLIT_SOURCES
#define TRANSLIT_SOURCES 0
#endif

static int add_methods(PyObject *module)
{
    PyMethodDef *const tables[] = {
        alignment_methods,  blocks_methods,  candidates_methods, comparisons_methods, csv_methods,
        folding_methods,    forests_methods, groups_methods,     json_methods,       keys_methods,        listings_methods,    records_methods, rivals_methods,
        shared_methods,     shortlists_methods, texts_methods,   values_methods,     windows_methods,     words_methods,
    };
    if (PyModule_AddIntConstant(module, "SOURCES", TRANSLIT_SOURCES) < 0)
        return -1;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        if (PyModule_AddFunctions(module, tables[i]) < 0)
            return -1;
    return 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, add_methods}, {0, NULL}};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "translit._native", .m_doc = "Compiled twins of functions of translit.",
    .m_size = 0, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__native(void)
{
    return PyModuleDef_Init(&module);
}
