/*
 * direct.c - a build by the toolchain's own lean, where it has no lake.
 *
 * One loop: what can be compiled is started, what has ended is judged, what
 * imports it is one import nearer. Which modules there are, and in what order
 * they must come, is the planner's work.
 */
#include "build/direct.h"

#include "base/cache_folder.h"
#include "base/cancel.h"
#include "base/error.h"
#include "base/file.h"
#include "base/fnv.h"
#include "base/path.h"
#include "plan/build.h"
#include "proc/capacity.h"
#include "project/project.h"

#define SOURCE_LIMIT ((size_t)64 * 1024 * 1024)
#define KEY_FORM 2 /* another: everything is compiled again */
#define EMBEDDED_KIB UINT64_C(1572864)
#define NATIVE_KIB UINT64_C(1048576)

/* ---- what can be compiled ---- */

static void
settle(struct lwi_direct *d, struct lwi_node *node)
{
    size_t i;

    node->state = LWI_NODE_DONE;
    d->unsettled--;
    for (i = 0; i < node->importer_count; i++) {
        struct lwi_node *importer = &d->nodes[node->importers[i]];

        importer->pending--;
        if (importer->pending == 0 && importer->state == LWI_NODE_WAITS)
            d->ready[d->ready_tail++] = node->importers[i];
    }
}

static void
fail_one(struct lwi_direct *d, struct lwi_node *node,
         const lw_build_failure *failure, const struct lwi_said *said)
{
    node->state = LWI_NODE_FAILED;
    d->unsettled--;
    d->b->facts.failed++;
    d->failed[d->failed_tail++] = (size_t)(node - d->nodes);
    lwi_build_fail_module(d->b, failure, said);
    lwi_build_tell(d->b, LW_BUILD_MODULE_FAILED, node->module->name, "");
}

static void
fail_importers(struct lwi_direct *d, const struct lwi_node *node)
{
    size_t i;

    for (i = 0; i < node->importer_count; i++) {
        struct lwi_node *importer = &d->nodes[node->importers[i]];
        lw_build_failure failure = { .code = LW_BUILD_IMPORT_FAILED,
                                     .module = importer->module->name,
                                     .path = importer->module->path };
        char *message;

        if (importer->state != LWI_NODE_WAITS)
            continue;
        message =
            lwi_path_printf("it imports %s, which failed", node->module->name);
        if (message == NULL)
            lwi_build_no_memory(d->b);
        failure.message = message;
        fail_one(d, importer, &failure, NULL);
        lwi_free(&lwi_system_allocator, message);
    }
}

void
lwi_direct_fail(struct lwi_direct *d, struct lwi_node *node,
                const lw_build_failure *failure, const struct lwi_said *said)
{
    if (d->b->rc != LW_OK)
        return;
    fail_one(d, node, failure, said);
    /* A queue: a chain of imports may be longer than the stack is deep. */
    while (d->b->rc == LW_OK && d->failed_head < d->failed_tail)
        fail_importers(d, &d->nodes[d->failed[d->failed_head++]]);
}

/* ---- keys ---- */

static bool
must_be_rewritten(const struct lwi_direct *d, const struct lwi_node *node)
{
    return lw_toolchain_get_kind(d->b->options.toolchain) ==
               LW_TOOLCHAIN_EMBEDDED &&
           node->module->header != NULL && !node->module->header->is_module;
}

/* False, and the node has failed, where its source is not as it was planned:
 * what it imports may be something else now. */
static bool
is_unchanged(struct lwi_direct *d, struct lwi_node *node, bool rewrite)
{
    lw_build_failure failure = { .code = LW_BUILD_CHANGED,
                                 .module = node->module->name,
                                 .path = node->module->path,
                                 .message = "its source changed while the "
                                            "project was built: build again" };
    struct lwi_buf text;
    uint64_t content = 0;
    int rc;

    lwi_buf_init(&text, &lwi_system_allocator);
    rc = lwi_file_read(&text, node->module->path, SOURCE_LIMIT);
    if (rc == LW_OK)
        content = lwi_fnv_bytes(LWI_FNV_INIT, text.size == 0 ? "" : text.data,
                                text.size);
    rewrite = rewrite && rc == LW_OK && content == node->module->content;
    if (rewrite)
        lwi_compile_rewrite(
            d, node, (lw_span){ text.size == 0 ? "" : text.data, text.size });
    lwi_buf_fini(&text);
    if (rc == LW_OK && content == node->module->content)
        return true;
    if (rc == LW_ENOMEM)
        lwi_build_no_memory(d->b);
    lwi_direct_fail(d, node, &failure, NULL);
    return false;
}

static uint64_t
hash_list(uint64_t hash, const struct lwi_strings *list)
{
    size_t i;

    for (i = 0; i < list->count; i++)
        hash = lwi_fnv_text(hash, list->items[i]);
    return lwi_fnv_text(hash, "");
}

/* All that its .olean depends on. The folder has the toolchain in its name. */
static uint64_t
make_key(const struct lwi_direct *d, const struct lwi_node *node)
{
    const lw_plan_module *module = node->module;
    uint64_t hash = LWI_FNV_INIT + KEY_FORM;
    size_t i;

    hash = lwi_fnv_text(hash, module->name);
    hash = lwi_fnv_text(hash, d->plan->toolchain);
    hash = lwi_fnv_bytes(hash, &module->content, sizeof(module->content));
    if (node->flags != NULL) {
        hash = hash_list(hash, &node->flags->options);
        hash = hash_list(hash, &node->flags->arguments);
    }
    for (i = 0; i < module->import_count; i++) {
        const struct lwi_node *import = &d->nodes[module->imports[i]];

        hash = lwi_fnv_text(hash, import->module->name);
        if (import->source)
            hash = lwi_fnv_bytes(hash, &import->key, sizeof(import->key));
        else
            hash = lwi_fnv_text(hash, import->module->fingerprint);
    }
    return hash;
}

/* ---- the loop ---- */

static size_t
free_place(const struct lwi_direct *d)
{
    size_t i;

    for (i = 0; i < d->jobs && d->tools[i].child != NULL;)
        i++;
    return i;
}

/* It may have nothing to do. */
static void
begin(struct lwi_direct *d, struct lwi_node *node)
{
    size_t place = free_place(d);

    node->key = make_key(d, node);
    if (!is_unchanged(d, node, must_be_rewritten(d, node)))
        return;
    if (lwi_store_has(&d->store, node->file, node->key)) {
        lwi_compile_forget(node);
        d->b->facts.fresh++;
        settle(d, node);
        lwi_build_tell(d->b, LW_BUILD_MODULE_FRESH, node->module->name, "");
        return;
    }
    lwi_build_tell(d->b, LW_BUILD_MODULE_STARTED, node->module->name, "");
    if (d->b->rc == LW_OK)
        lwi_compile_start(d, node, place);
    if (d->b->rc != LW_OK)
        return;
    node->state = LWI_NODE_RUNS;
    d->running[place] = (size_t)(node - d->nodes);
    d->running_count++;
}

static void
finish(struct lwi_direct *d, size_t place, const struct lwi_obituary *obituary)
{
    struct lwi_node *node = &d->nodes[d->running[place]];
    struct lwi_build_run *b = d->b;

    if (lwi_compile_judge(d, node, place, obituary) && b->rc == LW_OK &&
        is_unchanged(d, node, false)) {
        lwi_store_keep(b, &d->store, node->room, node->file, node->key);
        if (b->rc == LW_OK) {
            b->facts.built++;
            settle(d, node);
            lwi_build_tell(b, LW_BUILD_MODULE_BUILT, node->module->name, "");
        }
    }
    lwi_tool_fini(&d->tools[place], b->clock, LWI_KILL_POLICY);
    lwi_cache_clear(node->room);
    lwi_compile_forget(node);
    d->running_count--;
}

static void
attend(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    struct lwi_obituary obituary;
    size_t i;

    b->rc = lwi_tools_wait(d->tools, d->jobs, lwi_cancel_fd(b->options.cancel),
                           b->clock, b->deadline, LWI_BUILDING, b->err);
    for (i = 0; i < d->jobs && b->rc == LW_OK; i++) {
        if (d->tools[i].child == NULL)
            continue;
        if (lwi_tool_ended(&d->tools[i], b->clock, &obituary))
            finish(d, i, &obituary);
        else if (lwi_tool_drain(&d->tools[i]) != LW_OK)
            lwi_build_no_memory(b);
    }
}

/* What was being done when the time was over. */
static void
explain_timeout(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    size_t i;

    for (i = 0; b->rc == LW_ETIMEOUT && i < d->jobs; i++) {
        if (d->tools[i].child == NULL)
            continue;
        lwi_fail(b->err, LW_ETIMEOUT, LWI_BUILDING,
                 "it did not end within %.1f s: %s was being compiled, and "
                 "%zu of %zu modules were done",
                 (double)b->options.timeout_ms / 1000,
                 d->nodes[d->running[i]].module->path,
                 b->facts.fresh + b->facts.built, b->facts.total);
        return;
    }
}

static void
kill_all(struct lwi_direct *d)
{
    size_t i;

    /* All at once, so that they die side by side. */
    for (i = 0; d->tools != NULL && i < d->jobs; i++) {
        if (d->tools[i].child != NULL)
            lwi_child_kill(d->tools[i].child,
                           d->b->rc == LW_ECANCELLED ? LWI_KILL_CANCELLED
                           : d->b->rc == LW_ETIMEOUT ? LWI_KILL_TIMEOUT
                                                     : LWI_KILL_POLICY);
    }
    for (i = 0; d->tools != NULL && i < d->jobs; i++) {
        if (d->tools[i].child == NULL)
            continue;
        lwi_tool_fini(&d->tools[i], d->b->clock, LWI_KILL_POLICY);
        lwi_cache_clear(d->nodes[d->running[i]].room);
    }
    for (i = 0; d->nodes != NULL && i < d->plan->module_count; i++)
        lwi_compile_forget(&d->nodes[i]);
}

static void
run(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    size_t i;

    d->tools = lwi_build_alloc(b, d->jobs, sizeof(*d->tools));
    d->running = lwi_build_alloc(b, d->jobs, sizeof(*d->running));
    for (i = 0; b->rc == LW_OK && i < d->plan->module_count; i++) {
        struct lwi_node *node = &d->nodes[i];

        if (node->selected && node->state == LWI_NODE_WAITS &&
            node->pending == 0)
            d->ready[d->ready_tail++] = i;
    }
    while (d->unsettled > 0 && lwi_build_goes_on(b)) {
        while (b->rc == LW_OK && d->running_count < d->jobs &&
               d->ready_head < d->ready_tail)
            begin(d, &d->nodes[d->ready[d->ready_head++]]);
        if (b->rc == LW_OK && d->running_count > 0)
            attend(d);
        else
            LW_ASSERT(b->rc != LW_OK || d->unsettled == 0);
    }
    if (b->rc != LW_OK)
        explain_timeout(d);
    kill_all(d);
}

/* ---- the whole ---- */

static void
choose_jobs(struct lwi_direct *d)
{
    const lw_build_options *options = &d->b->options;
    struct lwi_capacity capacity;

    d->jobs = options->jobs;
    if (d->jobs > 0)
        return;
    capacity = lwi_capacity_read("");
    d->jobs = lwi_capacity_workers(&capacity,
                                   lw_toolchain_get_kind(options->toolchain) ==
                                           LW_TOOLCHAIN_EMBEDDED
                                       ? EMBEDDED_KIB
                                       : NATIVE_KIB);
}

/* Sources come first; what else can be imported is what Lake has built. */
static void
load_project(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    lw_project_options how = LW_PROJECT_OPTIONS_INIT;

    how.runtime = b->runtime;
    how.cancel = b->options.cancel;
    b->project->for_build = true;
    b->rc = lw_project_load(b->project, b->options.toolchain, &how, b->err);
}

/* Ours first, and all of it for sessions; lean finds its own library. */
static void
make_search_path(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    const char *const *at = lw_project_get_search_path(b->project);
    struct lwi_strings list = { 0 };
    struct lwi_buf text;
    int rc = lwi_strings_add(&list, d->store.library);

    lwi_buf_init(&text, &lwi_system_allocator);
    if (rc == LW_OK)
        rc = lwi_buf_printf(&text, "LEAN_PATH=%s", d->store.library);
    for (; rc == LW_OK && *at != NULL; at++) {
        rc = lwi_strings_add(&list, *at);
        if (rc == LW_OK)
            rc = lwi_buf_printf(&text, ":%s", *at);
    }
    if (rc == LW_OK)
        b->facts.search_path =
            lwi_arena_texts(&b->arena, (const char *const *)list.items);
    else
        lwi_build_no_memory(b);
    d->lean_path = lwi_build_text(b, lwi_buf_peek_text(&text));
    lwi_buf_fini(&text);
    lwi_strings_fini(&list);
}

static void
find_lean(struct lwi_direct *d)
{
    const char *prefix = lw_toolchain_get_prefix(d->b->options.toolchain);
    char *lean = lwi_path_join(prefix, "bin/lean");

    if (lean == NULL)
        lwi_build_no_memory(d->b);
    else
        d->lean = lwi_build_text(d->b, lean);
    lwi_free(&lwi_system_allocator, lean);
}

static void
open_store(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    char *folder =
        b->options.build_folder != NULL
            ? lwi_copy_text(&lwi_system_allocator, b->options.build_folder)
            : lwi_build_folder(lw_project_get_folder(b->project),
                               b->options.toolchain);

    if (folder == NULL && errno == ENOENT)
        b->rc = lwi_fail(b->err, LW_EFILE, LWI_BUILDING,
                         "no build_folder is given, and neither "
                         "XDG_CACHE_HOME nor HOME is set");
    else if (folder == NULL)
        lwi_build_no_memory(b);
    else if (strchr(folder, ':') != NULL)
        b->rc = lwi_fail(b->err, LW_EFILE, LWI_BUILDING,
                         "the build folder %s has a colon in its path, which "
                         "LEAN_PATH cannot name: choose another one "
                         "(build_folder, XDG_CACHE_HOME)",
                         folder);
    else
        lwi_store_open(b, &d->store, folder);
    b->facts.folder = d->store.folder;
    lwi_free(&lwi_system_allocator, folder);
}

static void
make_plan(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;
    lw_plan_options how = LW_PLAN_OPTIONS_INIT;

    how.toolchain = b->options.toolchain;
    how.project = b->project;
    how.worker = b->options.worker;
    how.runtime = b->runtime;
    how.cancel = b->options.cancel;
    b->rc = lw_plan_create(&d->plan, &how, b->err);
}

static bool
is_planned(const char *file, void *user)
{
    const struct lwi_direct *d = user;
    size_t i;

    for (i = 0; i < d->plan->module_count; i++) {
        if (d->nodes[i].source && strcmp(d->nodes[i].file, file) == 0)
            return true;
    }
    return false;
}

static int
by_module(const void *a, const void *b)
{
    const lw_build_failure *x = a, *y = b;
    int order = strcmp(x->module, y->module);

    return order != 0 ? order : strcmp(x->path, y->path);
}

static void
build(struct lwi_direct *d)
{
    struct lwi_build_run *b = d->b;

    choose_jobs(d);
    find_lean(d);
    if (lwi_build_goes_on(b))
        load_project(d);
    if (lwi_build_goes_on(b))
        lwi_direct_read_packages(d);
    if (lwi_build_goes_on(b))
        open_store(d);
    if (lwi_build_goes_on(b))
        make_search_path(d);
    if (lwi_build_goes_on(b))
        make_plan(d);
    if (lwi_build_goes_on(b))
        lwi_direct_select(d);
    if (lwi_build_goes_on(b))
        run(d);
    if (b->rc == LW_OK)
        lwi_store_prune(b, &d->store, is_planned, d);
    if (b->rc == LW_OK && b->facts.failure_count > 0)
        qsort(b->failures, b->facts.failure_count, sizeof(*b->failures),
              by_module);
}

void
lwi_build_direct(struct lwi_build_run *b)
{
    struct lwi_direct d = { .b = b, .store = { .folder = "", .lock = -1 } };

    b->facts.way = LW_BUILD_DIRECT;
    build(&d);
    lwi_store_close(&d.store);
    lwi_direct_forget_packages(&d);
    lw_plan_destroy(d.plan);
}
