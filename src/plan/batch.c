/*
 * batch.c - modules that are planned, cut into batches.
 *
 *     groups: package, library, and, for sources, the header
 *       '--> runs by name: at most so many, and no session of more bytes
 *              '--> batches, in the order of their keys
 */
#include "plan/build.h"

#include "base/error.h"
#include "base/fnv.h"
#include "base/text.h"
#include "plan/name.h"

struct cut {
    struct lwi_plan_build *b;
    struct lwi_module **modules; /* planned, by group and name */
    size_t count;
};

/* ---- groups ---- */

static bool
for_sources(const struct lwi_plan_build *b)
{
    return b->options.session == LW_PLAN_FOR_SOURCES;
}

static int
compare_spans(lw_span a, lw_span b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, common);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

/* The first part of the name, where the place says no library. */
static const char *
library_of(struct lwi_plan_build *b, const struct lwi_module *module)
{
    size_t size = strcspn(module->name, ".");
    const char *text;

    if (module->place->library[0] != '\0')
        return module->place->library;
    text = lwi_arena_span(&b->arena, (lw_span){ module->name, size }).data;
    return text == NULL ? "" : text;
}

static int
compare_groups(const struct lwi_module *a, const struct lwi_module *b)
{
    int order = strcmp(a->place->package, b->place->package);

    if (order == 0)
        order = strcmp(a->library, b->library);
    if (order == 0)
        order = compare_spans(a->group, b->group);
    return order;
}

static int
by_group(const void *a, const void *b)
{
    const struct lwi_module *const *x = a, *const *y = b;
    int order = compare_groups(*x, *y);

    return order != 0 ? order : strcmp((*x)->name, (*y)->name);
}

static void
collect(struct cut *cut)
{
    struct lwi_plan_build *b = cut->b;
    size_t i;

    cut->modules =
        lwi_plan_alloc(b, b->module_count, sizeof(struct lwi_module *));
    for (i = 0; b->rc == LW_OK && i < b->module_count; i++) {
        struct lwi_module *module = b->modules[i];

        if (module->path == NULL)
            continue;
        module->library = library_of(b, module);
        if (module->broken || !module->wanted)
            continue;
        module->group =
            for_sources(b) ? module->header->key : (lw_span){ "", 0 };
        module->planned = true;
        cut->modules[cut->count++] = module;
    }
    if (b->rc == LW_OK && cut->count > 0)
        qsort(cut->modules, cut->count, sizeof(struct lwi_module *), by_group);
}

/* ---- runs ---- */

/* What the session of a group has to load for its sources. */
static struct lwi_plan_load
load_of_imports(struct lwi_plan_build *b, const struct lwi_module *module)
{
    struct lwi_plan_load load;
    size_t i;

    lwi_plan_load_begin(b, &load);
    for (i = 0; i < module->import_count; i++)
        lwi_plan_load_more(b, &load, module->imports[i]);
    return load;
}

/* How many of the modules from `first` on go into one batch. */
static size_t
measure_run(struct cut *cut, size_t first, struct lwi_plan_load *load)
{
    struct lwi_plan_build *b = cut->b;
    struct lwi_plan_load more;
    size_t i;

    if (for_sources(b))
        *load = load_of_imports(b, cut->modules[first]);
    else
        lwi_plan_load_begin(b, load);
    for (i = first; i < cut->count && i - first < b->options.batch_modules;
         i++) {
        if (compare_groups(cut->modules[first], cut->modules[i]) != 0)
            break;
        if (for_sources(b))
            continue;
        more = lwi_plan_load_probe(b, load, cut->modules[i]);
        if (i > first && more.bytes > b->options.batch_bytes)
            break;
        lwi_plan_load_more(b, load, cut->modules[i]);
    }
    return i - first;
}

/* ---- batches ---- */

/* "public A": as a session of LW_PLAN_FOR_DECLARATIONS imports its modules. */
static const char *const *
name_imports(struct cut *cut, size_t first, size_t count)
{
    const char **imports =
        lwi_plan_alloc(cut->b, count + 1, sizeof(const char *));
    size_t i;

    for (i = 0; imports != NULL && i < count; i++)
        imports[i] = cut->modules[first + i]->name;
    return (const char *const *)imports;
}

/* The header's imports as a list. */
static const char *const *
list_imports(struct lwi_plan_build *b, const lw_header *header)
{
    const char **imports =
        lwi_plan_alloc(b, header->import_count + 1, sizeof(const char *));
    size_t i;

    for (i = 0; imports != NULL && i < header->import_count; i++)
        imports[i] = header->imports[i].data;
    return (const char *const *)imports;
}

/* What tells sessions apart besides what a key has members for. */
static const char *const *
list_more(struct lwi_plan_build *b, const lw_plan_batch *batch)
{
    size_t room =
        2 + lwi_count_texts(b->search_path) + lwi_count_texts(batch->options);
    const char **more = lwi_plan_alloc(b, room, sizeof(const char *));
    const char *const *at;
    struct lwi_buf text;
    size_t count = 0;
    int rc = LW_OK;

    lwi_buf_init(&text, &lwi_system_allocator);
    if (more != NULL && batch->header != NULL) {
        rc = lwi_buf_printf(&text, "header %s", batch->header->key.data);
        more[count++] = lwi_plan_text(b, lwi_buf_peek_text(&text));
    }
    for (at = b->search_path; more != NULL && rc == LW_OK && *at != NULL;
         at++) {
        text.size = 0;
        rc = lwi_buf_printf(&text, "path %s", *at);
        more[count++] = lwi_plan_text(b, lwi_buf_peek_text(&text));
    }
    for (at = batch->options; more != NULL && rc == LW_OK && *at != NULL;
         at++) {
        text.size = 0;
        rc = lwi_buf_printf(&text, "option %s", *at);
        more[count++] = lwi_plan_text(b, lwi_buf_peek_text(&text));
    }
    if (rc != LW_OK)
        lwi_plan_no_memory(b);
    lwi_buf_fini(&text);
    return (const char *const *)more;
}

static void
make_key(struct lwi_plan_build *b, lw_plan_batch *batch)
{
    lw_session_key_spec spec = LW_SESSION_KEY_SPEC_INIT;
    lw_session_key *key = NULL;

    spec.project_root = lw_project_get_folder(b->options.project);
    spec.package = batch->package;
    spec.library = batch->library;
    spec.imports =
        batch->header != NULL ? list_imports(b, batch->header) : batch->imports;
    spec.metadata = b->options.metadata;
    spec.toolchain = b->toolchain;
    spec.policy_class = b->options.policy_class;
    spec.more = list_more(b, batch);
    if (b->rc == LW_OK)
        b->rc = lw_session_key_create(&key, &spec, b->err);
    batch->key = key;
}

/* The id has no path and no toolchain in it; the fingerprint has the latter. */
static void
make_id(struct lwi_plan_build *b, lw_plan_batch *batch,
        struct lwi_module *const *modules)
{
    uint64_t id = LWI_FNV_INIT, print;
    const char *const *at;
    size_t i;

    id = lwi_fnv_text(id, for_sources(b) ? "sources" : "declarations");
    id = lwi_fnv_text(id, batch->package);
    id = lwi_fnv_text(id, batch->library);
    id = lwi_fnv_bytes(id, modules[0]->group.data, modules[0]->group.size);
    for (i = 0; i < batch->module_count; i++)
        id = lwi_fnv_text(id, modules[i]->name);
    print = lwi_fnv_text(id, b->toolchain);
    for (at = batch->options; *at != NULL; at++)
        print = lwi_fnv_text(print, *at);
    for (i = 0; i < batch->module_count; i++)
        print =
            lwi_fnv_bytes(print, &modules[i]->print, sizeof(modules[i]->print));
    batch->id = lwi_plan_hex(b, id);
    batch->fingerprint = lwi_plan_hex(b, print);
}

static void
add_batch(struct cut *cut, size_t first, size_t count,
          const struct lwi_plan_load *load)
{
    static const char *const none[] = { NULL };
    struct lwi_plan_build *b = cut->b;
    struct lwi_module *const *modules = cut->modules + first;
    size_t *indices = lwi_plan_alloc(b, count, sizeof(size_t)), i;
    void *items = b->batches;
    lw_plan_batch *batch;

    if (indices == NULL || !lwi_plan_grow(b, &items, b->batch_count,
                                          &b->batch_room, sizeof(*b->batches)))
        return;
    b->batches = items;
    for (i = 0; i < count; i++)
        indices[i] = modules[i]->index;
    batch = &b->batches[b->batch_count];
    *batch =
        (lw_plan_batch){ .package = modules[0]->place->package,
                         .library = modules[0]->library,
                         .options = modules[0]->place->options,
                         .modules = indices,
                         .module_count = count,
                         .session_modules = load->modules,
                         .session_bytes = load->bytes,
                         .over_budget = load->bytes > b->options.batch_bytes };
    if (batch->options == NULL)
        batch->options = none;
    if (for_sources(b))
        batch->header = modules[0]->header;
    else
        batch->imports = name_imports(cut, first, count);
    make_id(b, batch, modules);
    make_key(b, batch);
    if (batch->key != NULL)
        b->batch_count++;
}

static int
by_key(const void *a, const void *b)
{
    const lw_plan_batch *x = a, *y = b;
    int order = lw_session_key_compare(x->key, y->key);

    return order != 0 ? order
                      : (x->modules[0] > y->modules[0]) -
                            (x->modules[0] < y->modules[0]);
}

void
lwi_plan_make_batches(struct lwi_plan_build *b)
{
    struct cut cut = { .b = b };
    struct lwi_plan_load load;
    size_t first, count;

    if (b->rc != LW_OK)
        return;
    collect(&cut);
    for (first = 0; first < cut.count && lwi_plan_goes_on(b); first += count) {
        count = measure_run(&cut, first, &load);
        add_batch(&cut, first, count, &load);
    }
    if (b->rc == LW_OK && b->batch_count > 0)
        qsort(b->batches, b->batch_count, sizeof(*b->batches), by_key);
}
