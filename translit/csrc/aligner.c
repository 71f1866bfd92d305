/* The letter groups of a source word by their ids, with what has a price for them; aligner.h. */

#include "aligner.h"

/* Number the target's letters both ways. */
static int number_letters(const Alignment *a, Aligner *x)
{
    const size_t base = (size_t)a->base;
    x->id_of = malloc(base * sizeof *x->id_of);
    if (!x->id_of)
        return NO_MEMORY;
    x->last = 1;
    for (size_t c = 0; c < base; c++) {
        x->id_of[c] = c == base - 1 || a->group[c] < 0 ? 1 : a->group[c];
        x->last = x->id_of[c] > x->last ? x->id_of[c] : x->last;
    }
    x->code_of = malloc(((size_t)x->last + 1) * sizeof *x->code_of);
    if (!x->code_of)
        return NO_MEMORY;
    for (int32_t id = 0; id <= x->last; id++)
        x->code_of[id] = -1;
    for (size_t c = 0; c < base; c++)
        x->code_of[x->id_of[c]] = (int32_t)c;
    return FINE;
}

int make_aligner(const Alignment *a, Aligner *x)
{
    const size_t positions = (size_t)a->positions + 1, base = (size_t)a->base;
    *x = (Aligner){.height = 1};
    x->atoms = malloc(positions * sizeof *x->atoms);
    x->atom_of = calloc((size_t)a->by_source.ids, sizeof *x->atom_of);
    x->merger_of = calloc((size_t)a->by_target.ids, sizeof *x->merger_of);
    x->single = malloc(base * positions * sizeof *x->single);
    x->gone[0] = malloc(WIDEST * positions * sizeof *x->gone[0]);
    x->insert = malloc(base * sizeof *x->insert);
    x->cells = malloc((WIDEST + 1) * positions * sizeof *x->cells);
    if (!x->atoms || !x->atom_of || !x->merger_of || !x->single || !x->gone[0] || !x->insert || !x->cells ||
        number_letters(a, x) != FINE)
        return NO_MEMORY;
    x->gone[1] = x->gone[0] + positions, x->gone[2] = x->gone[1] + positions;
    const Prices *p = &a->by_source;
    for (size_t c = 0; c < base; c++) {
        x->insert[c] = FORBIDDEN;
        for (int32_t k = p->starts[0]; k < p->starts[1]; k++)
            if (p->other[k] == x->id_of[c])
                x->insert[c] = p->cost[k];
    }
    return FINE;
}

void free_aligner(Aligner *x)
{
    free(x->atoms);
    free(x->atom_of);
    free(x->mergers);
    free(x->merger_of);
    free(x->single);
    free(x->gone[0]);
    free(x->insert);
    free(x->id_of);
    free(x->code_of);
    free(x->cells);
    free(x->codes);
    free(x->letters.points);
}

static int add_merger(Aligner *x, Merger merger)
{
    x->mergers = with_room(x->mergers, &x->merger_room, x->merger_count + 1, sizeof *x->mergers);
    if (!x->mergers)
        return NO_MEMORY;
    merger.next = x->merger_of[merger.target];
    x->mergers[x->merger_count++] = merger;
    x->merger_of[merger.target] = (int32_t)x->merger_count;
    return FINE;
}

/* Take up an atom of the word, with what it costs beside nothing and beside one letter. */
static void add_atom(const Alignment *a, Aligner *x, int32_t id, int32_t place)
{
    x->atoms[place] = (Atom){id, x->atom_of[id]};
    x->atom_of[id] = place + 1;
    const Prices *p = &a->by_source;
    for (int32_t k = p->starts[id]; k < p->starts[id + 1] && p->other[k] <= x->last; k++) {
        const int32_t code = x->code_of[p->other[k]];
        if (!p->other[k])
            x->gone[0][place + 1] = p->cost[k];
        else if (code >= 0)
            x->single[(size_t)code * x->height + (size_t)place] = p->cost[k];
    }
}

/* Take up a wider group of the word, with all that it has a price for. */
static int add_group(const Alignment *a, Aligner *x, int32_t id, int32_t end, int32_t width)
{
    const Prices *p = &a->by_source;
    int status = FINE;
    for (int32_t k = p->starts[id]; status == FINE && k < p->starts[id + 1]; k++) {
        if (p->other[k]) {
            status = add_merger(x, (Merger){p->other[k], end, width, p->cost[k], 0});
        } else {
            x->gone[width - 1][end] = p->cost[k];
            x->wide_gone = 1;
        }
    }
    return status;
}

int take_word(const Alignment *a, Aligner *x, int64_t word)
{
    for (size_t i = 0; i + 1 < x->height; i++)
        x->atom_of[x->atoms[i].id] = 0;
    for (size_t k = 0; k < x->merger_count; k++)
        x->merger_of[x->mergers[k].target] = 0;
    const int32_t n = a->n[word], *const source = a->source + word * a->positions * WIDEST;
    x->height = (size_t)n + 1;
    x->merger_count = 0;
    x->wide_gone = 0;
    for (size_t i = 0; i < (size_t)a->base * x->height; i++)
        x->single[i] = NEVER;
    for (int32_t width = 1; width <= WIDEST; width++)
        for (int32_t i = 0; i <= n; i++)
            x->gone[width - 1][i] = NEVER;
    int status = FINE;
    for (int32_t i = 0; i < n; i++)
        /* What is no letter at all is one that is not in the table. */
        add_atom(a, x, source[i * WIDEST] < 0 ? 1 : source[i * WIDEST], i);
    for (int32_t width = 2; width <= WIDEST; width++)
        for (int32_t i = 0; status == FINE && i + width <= n; i++)
            if (source[i * WIDEST + width - 1] >= 0)
                status = add_group(a, x, source[i * WIDEST + width - 1], i + width, width);
    return status;
}

int take_form(const Alignment *a, Aligner *x)
{
    const size_t m = x->letters.size;
    x->codes = fresh_room(x->codes, &x->codes_room, m + 1, sizeof *x->codes);
    if (!x->codes)
        return NO_MEMORY;
    for (size_t j = 0; j < m; j++)
        x->codes[j] = (uint32_t)a->code[x->letters.points[j] < 127 ? x->letters.points[j] : 127];
    return FINE;
}
