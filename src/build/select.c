/*
 * select.c - which modules a direct build has to do with: the targets, and all
 * that they import.
 */
#include "base/error.h"
#include "base/file.h"
#include "build/direct.h"
#include "plan/name.h"

#define SOURCE_LIMIT ((size_t)64 * 1024 * 1024)

/* ---- nodes ---- */

/* "A/B" of a module, and the folder that its path begins with. */
static void
read_file(struct lwi_direct *d, struct lwi_node *node)
{
    const lw_plan_module *module = node->module;
    struct lwi_buf file;
    size_t path = strlen(module->path);

    lwi_buf_init(&file, &lwi_system_allocator);
    if (lwi_name_read(NULL, &file, module->name, strlen(module->name)) != LW_OK)
        lwi_build_no_memory(d->b);
    else
        node->file = lwi_build_text(d->b, lwi_buf_peek_text(&file));
    /* folder/A/B.lean */
    if (d->b->rc == LW_OK && path > file.size + strlen("/.lean"))
        node->root =
            lwi_arena_span(
                &d->b->arena,
                (lw_span){ module->path, path - file.size - strlen("/.lean") })
                .data;
    lwi_buf_fini(&file);
}

static void
make_node(struct lwi_direct *d, size_t index)
{
    struct lwi_node *node = &d->nodes[index];

    node->module = &d->plan->modules[index];
    node->root = node->file = "";
    node->source = node->module->has_source && node->module->package[0] != '\0';
    if (!node->source)
        node->state = LWI_NODE_DONE;
    else
        read_file(d, node);
}

/* ---- targets ---- */

static const struct lwi_lakefile *
own_lakefile(const struct lwi_direct *d)
{
    return &d->packages[0].lakefile;
}

static bool
is_own(const struct lwi_direct *d, const struct lwi_node *node)
{
    return node->source &&
           strcmp(node->module->package, own_lakefile(d)->package) == 0;
}

/* In the form that the planner gives to names; free it. NULL: no name. */
static char *
plain_name(const char *text)
{
    struct lwi_buf name;
    char *copy = NULL;

    lwi_buf_init(&name, &lwi_system_allocator);
    if (lwi_name_read(&name, NULL, text, strlen(text)) == LW_OK)
        copy = lwi_copy_text(&lwi_system_allocator, lwi_buf_peek_text(&name));
    lwi_buf_fini(&name);
    return copy;
}

static bool
is_library(const struct lwi_direct *d, const char *name)
{
    const struct lwi_lakefile *lakefile = own_lakefile(d);
    size_t i;

    for (i = 0; i < lakefile->count; i++) {
        if (strcmp(lakefile->libraries[i].name, name) == 0)
            return true;
    }
    return false;
}

/* A library, a program or a module; "+A.B", as lake has it, is a module. */
static void
select_target(struct lwi_direct *d, const char *text)
{
    bool any = false, plus = text[0] == '+';
    bool library = !plus && is_library(d, text);
    char *name = library ? NULL : plain_name(text + plus);
    size_t i;

    for (i = 0; i < d->plan->module_count; i++) {
        struct lwi_node *node = &d->nodes[i];
        bool wanted = library ? is_own(d, node) &&
                                    strcmp(node->module->library, text) == 0
                              : node->source && name != NULL &&
                                    strcmp(node->module->name, name) == 0;

        node->selected |= wanted;
        any |= wanted;
    }
    if (!any && !library)
        d->b->rc = lwi_fail(d->b->err, LW_EINVAL, LWI_BUILDING,
                            "there is no library, program or module %s in %s",
                            text, lw_project_get_folder(d->b->project));
    lwi_free(&lwi_system_allocator, name);
}

static void
select_targets(struct lwi_direct *d)
{
    const struct lwi_strings *defaults = &own_lakefile(d)->default_targets;
    const char *const *target = d->b->options.targets;
    size_t i;

    if (target == NULL && defaults->count > 0)
        target = (const char *const *)defaults->items;
    for (; target != NULL && *target != NULL && d->b->rc == LW_OK; target++)
        select_target(d, *target);
    if (d->b->options.targets != NULL || defaults->count > 0)
        return;
    for (i = 0; i < d->plan->module_count; i++)
        d->nodes[i].selected = is_own(d, &d->nodes[i]);
}

/* ---- what they import ---- */

static void
select_imports(struct lwi_direct *d)
{
    size_t *stack =
        lwi_build_alloc(d->b, d->plan->module_count, sizeof(size_t));
    size_t depth = 0, i, j;

    for (i = 0; stack != NULL && i < d->plan->module_count; i++) {
        if (d->nodes[i].selected)
            stack[depth++] = i;
    }
    while (depth > 0) {
        const lw_plan_module *module = d->nodes[stack[--depth]].module;

        for (j = 0; j < module->import_count; j++) {
            struct lwi_node *import = &d->nodes[module->imports[j]];

            if (!import->selected && import->source) {
                import->selected = true;
                stack[depth++] = module->imports[j];
            }
        }
    }
}

static void
add_importer(struct lwi_build_run *b, struct lwi_node *import, size_t index)
{
    size_t *grown;
    size_t count = import->importer_count;

    /* Room for powers of two. */
    if ((count & (count - 1)) == 0) {
        grown = lwi_build_alloc(b, count == 0 ? 1 : count * 2, sizeof(*grown));
        if (grown == NULL)
            return;
        if (count > 0)
            memcpy(grown, import->importers, count * sizeof(*grown));
        import->importers = grown;
    }
    import->importers[import->importer_count++] = index;
}

static void
connect(struct lwi_direct *d)
{
    size_t i, j;

    for (i = 0; i < d->plan->module_count; i++) {
        struct lwi_node *node = &d->nodes[i];

        if (!node->selected || !node->source)
            continue;
        d->unsettled++;
        node->flags = lwi_direct_flags(d, node->module);
        for (j = 0; j < node->module->import_count; j++) {
            struct lwi_node *import = &d->nodes[node->module->imports[j]];

            if (!import->source)
                continue;
            add_importer(d->b, import, i);
            node->pending++;
        }
    }
    d->b->facts.total = d->unsettled;
}

/* ---- what is wrong before anything is compiled ---- */

/* The line of a source that has this import; 0: none is found. */
static uint32_t
line_of_import(const char *path, const char *message)
{
    static const char before[] = "it imports ";
    const char *name = strstr(message, before), *at;
    size_t size = 0;
    uint32_t line = 1;
    struct lwi_buf text;
    bool found = false;

    if (name == NULL)
        return 0;
    name += strlen(before);
    size = strcspn(name, ", ");
    lwi_buf_init(&text, &lwi_system_allocator);
    if (lwi_file_read(&text, path, SOURCE_LIMIT) == LW_OK) {
        for (at = lwi_buf_peek_text(&text); !found && *at != '\0';) {
            size_t length = strcspn(at, "\n");
            const char *end = at + length;
            const char *hit = memmem(at, length, "import ", 7);

            hit = hit == NULL ? NULL
                              : memmem(hit, (size_t)(end - hit), name, size);
            found = hit != NULL &&
                    (hit + size == end || strchr(" \t\r-", hit[size]) != NULL);
            line += !found && *end != '\0';
            at = end + (*end != '\0');
        }
    }
    lwi_buf_fini(&text);
    return found ? line : 0;
}

static struct lwi_node *
find_node(const struct lwi_direct *d, const char *name)
{
    size_t i;

    for (i = 0; i < d->plan->module_count; i++) {
        if (strcmp(d->nodes[i].module->name, name) == 0)
            return &d->nodes[i];
    }
    return NULL;
}

/* Some problems have no module: a folder that cannot be read, a missing root.
 * They count where everything was asked for. */
static void
take_problem(struct lwi_direct *d, const lw_plan_problem *problem)
{
    struct lwi_node *node = find_node(d, problem->module);
    lw_build_failure failure = {
        .code = problem->code == LW_PLAN_BROKEN_IMPORT ? LW_BUILD_IMPORT_FAILED
                                                       : LW_BUILD_BAD_MODULE,
        .problem = problem->code,
        .module = problem->module,
        .path = problem->path,
        .line = problem->line,
        .column = problem->column,
        .message = problem->message,
    };

    if (problem->code == LW_PLAN_MISSING && problem->line == 0)
        failure.line = line_of_import(problem->path, problem->message);
    if (node != NULL) {
        if (node->selected && node->state == LWI_NODE_WAITS)
            lwi_direct_fail(d, node, &failure, NULL);
    } else if (d->b->options.targets == NULL) {
        d->b->facts.failed++;
        lwi_build_fail_module(d->b, &failure, NULL);
    }
}

/* What this way cannot do at all. */
static void
check_flags(struct lwi_direct *d, const struct lwi_node *node)
{
    if (node->flags == NULL || d->b->rc != LW_OK)
        return;
    if (node->flags->native != NULL)
        d->b->rc = lwi_fail(d->b->err, LW_EUNSUPPORTED, LWI_BUILDING,
                            "%s: a toolchain without lake cannot make it. Use "
                            "a whole one (--toolchain)",
                            node->flags->native);
    if (node->flags->precompiled)
        lwi_build_note(d->b,
                       "precompileModules of %s: this toolchain makes no "
                       "native code; the code of its modules is interpreted, "
                       "and what @[extern] names cannot be called",
                       node->module->library);
}

void
lwi_direct_select(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    size_t i;

    d->nodes =
        lwi_build_alloc(b, d->plan->module_count, sizeof(struct lwi_node));
    d->ready = lwi_build_alloc(b, d->plan->module_count, sizeof(size_t));
    d->failed = lwi_build_alloc(b, d->plan->module_count, sizeof(size_t));
    for (i = 0; b->rc == LW_OK && i < d->plan->module_count; i++)
        make_node(d, i);
    if (b->rc == LW_OK)
        select_targets(d);
    if (b->rc == LW_OK)
        select_imports(d);
    if (b->rc == LW_OK)
        connect(d);
    for (i = 0; b->rc == LW_OK && i < d->plan->module_count; i++) {
        if (d->nodes[i].selected && d->nodes[i].source)
            check_flags(d, &d->nodes[i]);
    }
    for (i = 0; b->rc == LW_OK && i < d->plan->problem_count; i++)
        take_problem(d, &d->plan->problems[i]);
}
