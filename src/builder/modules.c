/*
 * modules.c - which modules a session has, and in which way.
 *
 *      to open ──► all that they import, imports first
 *                    │
 *                    ├── elaborated: sources of the session
 *                    ├── compiled:   built before, imported by the sources
 *                    └── of the toolchain
 *
 * Code of compiled modules runs on a native toolchain only. Elsewhere the
 * modules to open, and those of the same library below them, are sources. A
 * compiled module cannot import a source: what lies between two sources is one
 * as well.
 */
#include <stdio.h>

#include "base/error.h"
#include "base/path.h"
#include "builder/builder.h"
#include "plan/name.h"
#include "plan/survey.h"

/* ---- problems ---- */

static lw_bootstrap_code
code_of(lw_plan_problem_code code)
{
    switch (code) {
    case LW_PLAN_BAD_NAME:
        return LW_BOOTSTRAP_BAD_MODULE_NAME;
    case LW_PLAN_DUPLICATE:
        return LW_BOOTSTRAP_DUPLICATE_MODULE;
    case LW_PLAN_MISSING:
        return LW_BOOTSTRAP_MISSING_MODULE;
    case LW_PLAN_CYCLE:
        return LW_BOOTSTRAP_IMPORT_CYCLE;
    case LW_PLAN_OUTSIDE:
        return LW_BOOTSTRAP_OUTSIDE;
    case LW_PLAN_UNREADABLE:
        return LW_BOOTSTRAP_UNREADABLE;
    case LW_PLAN_BAD_HEADER:
        return LW_BOOTSTRAP_BAD_HEADER;
    case LW_PLAN_BAD_OLEAN:
        return LW_BOOTSTRAP_UNREADABLE;
    case LW_PLAN_BROKEN_IMPORT:
        return LW_BOOTSTRAP_BROKEN_IMPORT;
    }
    return LW_BOOTSTRAP_UNREADABLE;
}

/* One without a module was met on the way, and nobody asked for it. */
static void
take_problems(struct lwi_builder *b)
{
    const lw_plan_problem *problem;
    size_t i;

    for (i = 0; i < b->plan->problem_count; i++) {
        problem = &b->plan->problems[i];
        lwi_find(&b->findings, code_of(problem->code),
                 problem->module[0] != '\0' ? problem->module : problem->path,
                 "%s", problem->message);
        lwi_find_place(&b->findings, problem->path, problem->line,
                       problem->column);
        if (problem->module[0] == '\0')
            lwi_find_severity(&b->findings, LW_BOOTSTRAP_WARNING);
    }
}

/* ---- the survey ---- */

/* Names to open that no module can have are taken out. In the arena. */
static const char *const *
names_to_open(struct lwi_builder *b)
{
    const char *const *from = b->spec.imports;
    const char **names;
    size_t count = 0, kept = 0, i;
    int rc;

    while (from[count] != NULL)
        count++;
    names = lwi_arena_alloc(&b->arena, (count + 1) * sizeof(*names));
    for (i = 0; names != NULL && i < count; i++) {
        rc = lwi_name_read(NULL, NULL, from[i], strlen(from[i]));
        if (rc == LW_OK)
            names[kept++] = from[i];
        else if (rc == LW_EINVAL)
            lwi_find(&b->findings, LW_BOOTSTRAP_BAD_MODULE_NAME, from[i],
                     "%s is no name that a module can have", from[i]);
        else
            lwi_builder_no_memory(b);
    }
    return names;
}

static void
survey(struct lwi_builder *b, const char *const *modules)
{
    lw_plan_options options = LW_PLAN_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;
    int rc;

    options.toolchain = b->toolchain;
    options.project = b->project;
    options.modules = modules;
    options.runtime = b->runtime;
    options.cancel = b->spec.cancel;
    rc = lwi_plan_survey(&b->plan, &options, &err);
    if (rc == LW_EPROJECT) {
        lwi_find(&b->findings, LW_BOOTSTRAP_BROKEN_LAKEFILE, b->root, "%s",
                 err.message);
    } else if (rc == LW_EINVAL) {
        lwi_find(&b->findings, LW_BOOTSTRAP_BAD_MODULE_NAME,
                 b->library != NULL ? b->library->name : "", "%s", err.message);
    } else if (rc != LW_OK) {
        b->rc = rc;
        if (b->err != NULL)
            *b->err = err;
    } else {
        take_problems(b);
    }
}

/* ---- the order ---- */

struct walk {
    struct lwi_builder *b;
    bool *visited; /* by module of the plan */
    bool *source;
    size_t *stack; /* modules on the way down, and where each one is */
    size_t *next;
    size_t depth;
    size_t *order; /* imports first */
    size_t count;
};

static const lw_plan_module *
module_at(const struct walk *w, size_t index)
{
    return &w->b->plan->modules[index];
}

static void
push(struct walk *w, size_t index)
{
    w->visited[index] = true;
    w->next[w->depth] = 0;
    w->stack[w->depth++] = index;
}

/* Rings were found before: what is on the stack is not entered again. */
static void
descend(struct walk *w, size_t from)
{
    const lw_plan_module *module;
    size_t import;

    if (w->visited[from])
        return;
    push(w, from);
    while (w->depth > 0) {
        module = module_at(w, w->stack[w->depth - 1]);
        if (w->next[w->depth - 1] == module->import_count) {
            w->order[w->count++] = w->stack[--w->depth];
            continue;
        }
        import = module->imports[w->next[w->depth - 1]++];
        if (!w->visited[import])
            push(w, import);
    }
}

/* The library of this module is one of those that are opened. */
static bool
is_of_opened_library(const struct walk *w, const lw_plan_module *module)
{
    const lw_plan *plan = w->b->plan;
    size_t i;

    for (i = 0; i < plan->module_count; i++) {
        const lw_plan_module *opened = &plan->modules[i];

        if (opened->planned && opened->has_source &&
            strcmp(opened->package, module->package) == 0 &&
            strcmp(opened->library, module->library) == 0)
            return true;
    }
    return false;
}

static bool
imports_a_source(const struct walk *w, const lw_plan_module *module)
{
    size_t i;

    for (i = 0; i < module->import_count; i++) {
        if (w->source[module->imports[i]])
            return true;
    }
    return false;
}

static bool
code_runs(const struct lwi_builder *b)
{
    return b->toolchain != NULL &&
           lw_toolchain_get_kind(b->toolchain) == LW_TOOLCHAIN_NATIVE;
}

/* A worker has the text of the library for authors, and elaborates it in each
 * session that imports it: one that was compiled could not run. */
static bool
is_of_worker(const struct lwi_builder *b, const lw_plan_module *module)
{
    return !code_runs(b) && !module->planned &&
           strcmp(module->name, "LeanWorker") == 0;
}

/* Imports come first, so what they are is known. */
static void
choose_sources(struct walk *w)
{
    const lw_toolchain *toolchain = w->b->toolchain;
    size_t i;

    for (i = 0; i < w->count && !code_runs(w->b); i++) {
        const lw_plan_module *module = module_at(w, w->order[i]);

        /* Without a toolchain nobody can compile the others either. */
        w->source[w->order[i]] =
            module->has_source && !is_of_worker(w->b, module) &&
            (toolchain == NULL || imports_a_source(w, module) ||
             is_of_opened_library(w, module));
    }
}

/* Puts each module to where it belongs. */
static void
sort_out(struct walk *w)
{
    struct lwi_builder *b = w->b;
    size_t i;

    b->sources = lwi_arena_alloc(&b->arena, w->count * sizeof(*b->sources) + 1);
    b->imports =
        lwi_arena_alloc(&b->arena, (w->count + 1) * sizeof(*b->imports));
    b->compiled =
        lwi_arena_alloc(&b->arena, (w->count + 1) * sizeof(*b->compiled));
    b->compiled_modules = lwi_arena_alloc(
        &b->arena, (w->count + 1) * sizeof(*b->compiled_modules));
    for (i = 0; i < w->count && !b->arena.no_memory; i++) {
        const lw_plan_module *module = module_at(w, w->order[i]);

        if (w->source[w->order[i]]) {
            b->sources[b->source_count++] = module;
            continue;
        }
        if (module->has_source && !is_of_worker(b, module)) {
            b->compiled[b->compiled_count] = module->name;
            b->compiled_modules[b->compiled_count++] = module;
        }
        if (module->planned)
            b->imports[b->import_count++] = module->name;
    }
}

static void
put_in_order(struct lwi_builder *b)
{
    size_t count = b->plan->module_count, i;
    struct walk w = { .b = b };

    w.visited = lwi_arena_alloc(&b->arena, count + 1);
    w.source = lwi_arena_alloc(&b->arena, count + 1);
    w.stack = lwi_arena_alloc(&b->arena, (count + 1) * sizeof(size_t));
    w.next = lwi_arena_alloc(&b->arena, (count + 1) * sizeof(size_t));
    w.order = lwi_arena_alloc(&b->arena, (count + 1) * sizeof(size_t));
    if (!lwi_builder_goes_on(b))
        return;
    for (i = 0; i < count; i++) {
        if (b->plan->modules[i].planned)
            descend(&w, i);
    }
    choose_sources(&w);
    sort_out(&w);
}

/* ---- all of it ---- */

/* Where no library was named it is that of the first module to open. */
static void
guess_library(struct lwi_builder *b)
{
    size_t i, j;

    for (i = 0; b->library == NULL && i < b->plan->module_count; i++) {
        const lw_plan_module *module = &b->plan->modules[i];

        for (j = 0; module->planned && module->has_source &&
                    j < b->lakefile.count && b->library == NULL;
             j++) {
            if (strcmp(module->library, b->lakefile.libraries[j].name) == 0)
                b->library = &b->lakefile.libraries[j];
        }
    }
}

static void
say_modules(struct lwi_builder *b)
{
    if (b->plan->planned_count == 0 &&
        lwi_findings_first_error(&b->findings) == NULL)
        lwi_find(&b->findings, LW_BOOTSTRAP_MISSING_MODULE,
                 b->library != NULL ? b->library->name : "",
                 "there is no module to open");
    else if (b->plan->planned_count > 0)
        lwi_find(&b->findings, LW_BOOTSTRAP_FOUND,
                 b->library != NULL ? b->library->name : "modules",
                 "modules: %zu to open; %zu are elaborated in each session, "
                 "%zu are compiled before",
                 b->plan->planned_count, b->source_count, b->compiled_count);
}

void
lwi_look_modules(struct lwi_builder *b)
{
    const char *const *modules = NULL;

    if (b->spec.imports != NULL)
        modules = names_to_open(b);
    else if (b->library != NULL)
        modules = (const char *const *)b->library->globs.items;
    /* Without a lakefile that is understood there is nothing to look into. */
    if (!lwi_builder_goes_on(b) || modules == NULL || modules[0] == NULL ||
        (b->spec.project_root != NULL && !b->has_lakefile))
        return;
    if (b->project == NULL && b->toolchain == NULL) {
        b->imports = (const char **)modules; /* of an application's worker */
        while (modules[b->import_count] != NULL)
            b->import_count++;
        return;
    }
    survey(b, modules);
    if (b->plan == NULL || b->rc != LW_OK)
        return;
    guess_library(b);
    put_in_order(b);
    say_modules(b);
}
