/*
 * graph.c - the modules as a graph: ties, rings, prints, loads.
 *
 * Rings are found as Tarjan's strong components, without recursion: a chain
 * of imports may be as long as there are modules.
 */
#include "base/fnv.h"
#include "plan/build.h"

#define SHOWN_RING 20 /* modules of a ring that a message names */

/* ---- ties ---- */

static int
by_name(const void *a, const void *b)
{
    const struct lwi_module *const *x = a, *const *y = b;

    return strcmp((*x)->name, (*y)->name);
}

/* Modules that are found, sorted; the others are what problems tell of. */
static void
sort_modules(struct lwi_plan_build *b)
{
    size_t i;

    if (b->module_count > 0)
        qsort(b->modules, b->module_count, sizeof(struct lwi_module *),
              by_name);
    for (i = 0; i < b->module_count; i++)
        b->modules[i]->index = i;
}

static void
tie(struct lwi_plan_build *b, struct lwi_module *module)
{
    struct lwi_module *import;
    size_t i, kept = 0;

    module->imports = lwi_plan_alloc(b, module->import_name_count,
                                     sizeof(struct lwi_module *));
    for (i = 0; b->rc == LW_OK && i < module->import_name_count; i++) {
        import = lwi_plan_find_module(b, module->import_names[i]);
        if (import == NULL)
            continue; /* the discovery ended before it */
        if (import->path == NULL) {
            lwi_plan_problem(b, LW_PLAN_MISSING, module->name, module->path,
                             "it imports %s, which is nowhere", import->name);
            module->broken = true;
        }
        module->imports[module->import_count++] = import;
    }
    if (module->import_count > 0)
        qsort(module->imports, module->import_count,
              sizeof(struct lwi_module *), by_name);
    for (i = 0; i < module->import_count; i++) {
        if (kept == 0 || module->imports[kept - 1] != module->imports[i])
            module->imports[kept++] = module->imports[i];
    }
    module->import_count = kept;
}

/* ---- rings ---- */

struct search {
    struct lwi_plan_build *b;
    struct lwi_module **path; /* from the start of the search to here */
    size_t path_count;
    struct lwi_module **stack; /* visited, and of no ring yet */
    size_t stack_count;
    size_t visited;
    size_t rings;
};

static void
visit(struct search *s, struct lwi_module *module)
{
    module->order = module->low = ++s->visited;
    module->next_import = 0;
    module->on_stack = true;
    s->stack[s->stack_count++] = module;
    s->path[s->path_count++] = module;
}

/* The shortest way from a module of a ring back to it, by breadth. */
static size_t
find_way(struct lwi_plan_build *b, struct lwi_module *start,
         struct lwi_module **queue)
{
    size_t at = 0, end = 0, i;

    b->mark++;
    queue[end++] = start;
    while (at < end) {
        struct lwi_module *from = queue[at++];

        for (i = 0; i < from->import_count; i++) {
            struct lwi_module *to = from->imports[i];

            if (to->ring != start->ring || to->mark == b->mark)
                continue;
            to->mark = b->mark;
            to->came_from = from;
            if (to == start)
                return end;
            queue[end++] = to;
        }
    }
    return end;
}

/* "A imports B, B imports C, C imports A" */
static void
tell_ring(struct search *s, struct lwi_module *start, struct lwi_module **queue)
{
    struct lwi_module *way[SHOWN_RING], *at;
    struct lwi_buf text;
    size_t count = 0, i;
    int rc = LW_OK;

    find_way(s->b, start, queue);
    for (at = start->came_from; at != start && count < SHOWN_RING;
         at = at->came_from)
        way[count++] = at;
    lwi_buf_init(&text, &lwi_system_allocator);
    rc = lwi_buf_printf(&text, "%s", start->name);
    if (at != start)
        rc = lwi_buf_printf(&text, " imports …");
    for (i = count; rc == LW_OK && i > 0; i--)
        rc = lwi_buf_printf(&text, " imports %s, which", way[i - 1]->name);
    if (rc == LW_OK)
        rc = lwi_buf_printf(&text, " imports %s", start->name);
    if (rc != LW_OK)
        lwi_plan_no_memory(s->b);
    lwi_plan_problem(s->b, LW_PLAN_CYCLE, start->name, start->path, "%s",
                     lwi_buf_peek_text(&text));
    start->broken = true;
    lwi_buf_fini(&text);
}

static bool
imports_itself(const struct lwi_module *module)
{
    size_t i;

    for (i = 0; i < module->import_count; i++) {
        if (module->imports[i] == module)
            return true;
    }
    return false;
}

/* A component is complete: the modules of the stack from `root` on. */
static void
close_component(struct search *s, struct lwi_module *root)
{
    struct lwi_module *first = root, *module;
    size_t begin = s->stack_count, i;

    s->rings++;
    do {
        module = s->stack[--begin];
        module->on_stack = false;
        module->ring = s->rings;
        if (strcmp(module->name, first->name) < 0)
            first = module;
    } while (module != root);
    for (i = begin; i < s->stack_count; i++)
        s->b->sorted_by_depth[s->b->depth_count++] = s->stack[i];
    if (s->stack_count - begin > 1 || imports_itself(root))
        tell_ring(s, first, s->stack + s->b->module_count);
    s->stack_count = begin;
}

static void
search_from(struct search *s, struct lwi_module *start)
{
    visit(s, start);
    while (s->path_count > 0) {
        struct lwi_module *at = s->path[s->path_count - 1], *next;

        if (at->next_import < at->import_count) {
            next = at->imports[at->next_import++];
            if (next->order == 0)
                visit(s, next);
            else if (next->on_stack && next->order < at->low)
                at->low = next->order;
            continue;
        }
        s->path_count--;
        if (s->path_count > 0 && at->low < s->path[s->path_count - 1]->low)
            s->path[s->path_count - 1]->low = at->low;
        if (at->low == at->order)
            close_component(s, at);
    }
}

static void
find_rings(struct lwi_plan_build *b)
{
    size_t count = b->module_count, i;
    struct search s = { .b = b };

    s.path = lwi_plan_alloc(b, count, sizeof(struct lwi_module *));
    /* Behind the stack there is room for a queue. */
    s.stack = lwi_plan_alloc(b, 2 * count + 1, sizeof(struct lwi_module *));
    b->sorted_by_depth = lwi_plan_alloc(b, count, sizeof(struct lwi_module *));
    for (i = 0; b->rc == LW_OK && i < count; i++) {
        if (b->modules[i]->order == 0)
            search_from(&s, b->modules[i]);
    }
}

/* ---- what is broken ---- */

/* Imports come first, so one pass does for all but rings, whose members are
 * all broken. */
static void
spread_broken(struct lwi_plan_build *b)
{
    size_t i, j;

    for (i = 0; i < b->depth_count; i++) {
        struct lwi_module *module = b->sorted_by_depth[i];
        const struct lwi_module *cause = NULL;

        for (j = 0; !module->broken && j < module->import_count; j++) {
            const struct lwi_module *import = module->imports[j];

            if (import->broken || import->ring == module->ring) {
                cause = import;
                break;
            }
        }
        if (cause == NULL)
            continue;
        module->broken = true;
        if (module->path != NULL)
            lwi_plan_problem(b, LW_PLAN_BROKEN_IMPORT, module->name,
                             module->path, "it imports %s, which has a problem",
                             cause->name);
    }
}

/* ---- fingerprints ---- */

static void
make_prints(struct lwi_plan_build *b)
{
    size_t i, j;

    for (i = 0; i < b->depth_count; i++) {
        struct lwi_module *module = b->sorted_by_depth[i];
        uint64_t print = lwi_fnv_text(LWI_FNV_INIT, module->name);

        if (module->broken)
            continue;
        print = lwi_fnv_text(print, b->toolchain);
        print = lwi_fnv_bytes(print, &module->content, sizeof(module->content));
        for (j = 0; j < module->import_count; j++)
            print = lwi_fnv_bytes(print, &module->imports[j]->print,
                                  sizeof(module->imports[j]->print));
        module->print = print;
    }
}

void
lwi_plan_connect(struct lwi_plan_build *b)
{
    size_t i;

    if (b->rc != LW_OK)
        return;
    sort_modules(b);
    for (i = 0; i < b->module_count; i++)
        tie(b, b->modules[i]);
    find_rings(b);
    if (b->rc != LW_OK)
        return;
    spread_broken(b);
    make_prints(b);
}

/* ---- loads ---- */

/* The order by depth is not needed any more: its room is the queue here. */

/* Marks all that is not marked yet, from `module` down; gives their load. */
static struct lwi_plan_load
mark_down(struct lwi_plan_build *b, struct lwi_module *module,
          struct lwi_module **stack, size_t *count)
{
    struct lwi_plan_load more = { 0, 0 };
    size_t at = *count, end = at, i;

    if (module->mark == b->mark)
        return more;
    module->mark = b->mark;
    stack[end++] = module;
    while (at < end) {
        struct lwi_module *from = stack[at++];

        more.modules++;
        more.bytes += from->bytes;
        for (i = 0; i < from->import_count; i++) {
            if (from->imports[i]->mark == b->mark)
                continue;
            from->imports[i]->mark = b->mark;
            stack[end++] = from->imports[i];
        }
    }
    *count = end;
    return more;
}

void
lwi_plan_load_begin(struct lwi_plan_build *b, struct lwi_plan_load *load)
{
    b->mark++;
    *load = (struct lwi_plan_load){ 0, 0 };
}

void
lwi_plan_load_more(struct lwi_plan_build *b, struct lwi_plan_load *load,
                   struct lwi_module *module)
{
    size_t count = 0;
    struct lwi_plan_load more =
        mark_down(b, module, b->sorted_by_depth, &count);

    load->modules += more.modules;
    load->bytes += more.bytes;
}

struct lwi_plan_load
lwi_plan_load_probe(struct lwi_plan_build *b, const struct lwi_plan_load *load,
                    struct lwi_module *module)
{
    size_t count = 0, i;
    struct lwi_plan_load more =
        mark_down(b, module, b->sorted_by_depth, &count);

    /* Marks only grow, so the one before is never met again. */
    for (i = 0; i < count; i++)
        b->sorted_by_depth[i]->mark = 0;
    more.modules += load->modules;
    more.bytes += load->bytes;
    return more;
}
