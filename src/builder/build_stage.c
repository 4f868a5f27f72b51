/* build_stage.c - compiles what sessions import. */
#include <lean_worker/build.h>

#include "base/clock.h"
#include "base/error.h"
#include "builder/builder.h"
#include "proc/runtime.h"

/* ---- what is built ---- */

/*
 * Lake knows libraries best; else the modules by their names. In the arena,
 * NULL at the end.
 */
static const char *const *
targets_of(struct lwi_builder *b)
{
    const char **one;

    if (b->source_count > 0 || b->spec.imports != NULL || b->library == NULL)
        return b->compiled;
    one = lwi_arena_alloc(&b->arena, 2 * sizeof(*one));
    if (one != NULL)
        one[0] = b->library->name;
    return one;
}

/* ---- progress ---- */

static int
pass_on(const lw_build_progress *from, void *user)
{
    struct lwi_try *t = user;
    const struct lwi_builder *b = t->b;
    lw_builder_progress to = {
        .stage = LW_BUILDER_STAGE_BUILD,
        .subject = from->state == LW_BUILD_OUTPUT ? from->line : from->module,
        .current = (uint32_t)from->done,
        .total = (uint32_t)from->total,
    };
    int64_t now = lwi_now(lwi_runtime_clock(b->runtime));

    to.elapsed_us = (uint64_t)((now - t->since) / 1000);
    return b->spec.progress != NULL
               ? b->spec.progress(&to, b->spec.progress_user)
               : 0;
}

/* ---- what failed ---- */

static void
put_module(struct lwi_try *t, const lw_build_failure *failure)
{
    size_t i;

    for (i = 0; i < failure->diagnostic_count; i++) {
        lwi_output_printf(&t->output, "%s:", failure->path);
        lwi_output_diagnostic(&t->output, &failure->diagnostics[i]);
    }
}

static int
fail_modules(struct lwi_try *t, const lw_build *build)
{
    struct lwi_builder *b = t->b;
    const lw_build_failure *first = NULL;
    size_t i;

    for (i = 0; i < build->failure_count; i++) {
        const lw_build_failure *failure = &build->failures[i];

        if (first == NULL && failure->code != LW_BUILD_IMPORT_FAILED)
            first = failure;
        lwi_find(&b->findings, LW_BOOTSTRAP_BUILD_FAILED,
                 failure->module[0] != '\0' ? failure->module : "lake", "%s",
                 failure->message);
        lwi_find_place(&b->findings, failure->path, failure->line,
                       failure->column);
        put_module(t, failure);
    }
    lwi_output_put(&t->output, build->output, strlen(build->output));
    return lwi_fail(b->err, LW_EBUILD, b->doing,
                    "%zu module%s could not be compiled%s%s%s%s", build->failed,
                    build->failed == 1 ? "" : "s",
                    first == NULL ? "" : ", the first: ",
                    first == NULL ? "" : first->module,
                    first == NULL || first->module[0] == '\0' ? "" : ": ",
                    first == NULL ? "" : first->message);
}

/* The build itself could not be done. */
static int
fail_build(struct lwi_try *t, const lw_error *err)
{
    struct lwi_builder *b = t->b;
    lw_bootstrap_code code = LW_BOOTSTRAP_BUILD_FAILED;

    if (err->status == LW_EBUSY)
        code = LW_BOOTSTRAP_BUILD_LOCKED;
    else if (err->status == LW_ECANCELLED || err->status == LW_ESINK)
        code = LW_BOOTSTRAP_STOPPED;
    else if (err->status == LW_ENOMEM || err->status == LW_ELIMIT ||
             err->status == LW_ESYSTEM)
        code = LW_BOOTSTRAP_NO_MEANS;
    lwi_find(&b->findings, code, b->root, "%s", err->message);
    lwi_find_severity(&b->findings, LW_BOOTSTRAP_ERROR);
    lwi_find_stage(&b->findings, LW_BUILDER_STAGE_BUILD, err->status);
    if (b->err != NULL)
        *b->err = *err;
    return err->status;
}

/* ---- the stage ---- */

static int
run(struct lwi_try *t, lw_build **build)
{
    struct lwi_builder *b = t->b;
    lw_build_options options = LW_BUILD_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;

    options.project = b->root;
    options.toolchain = b->toolchain;
    options.targets = targets_of(b);
    options.timeout_ms = b->spec.build_timeout_ms;
    options.output_limit = b->spec.output_limit;
    options.runtime = b->runtime;
    options.cancel = b->spec.cancel;
    options.progress = pass_on;
    options.progress_user = t;
    return lw_build_project(build, &options, &err) == LW_OK
               ? LW_OK
               : fail_build(t, &err);
}

int
lwi_try_build(struct lwi_try *t)
{
    struct lwi_builder *b = t->b;
    lw_build *build = NULL;
    int rc;

    if (b->compiled_count == 0)
        return LW_OK;
    rc = lwi_try_enter(t, LW_BUILDER_STAGE_BUILD, b->root);
    if (rc == LW_OK)
        rc = run(t, &build);
    if (rc == LW_OK && build->failed > 0)
        rc = fail_modules(t, build);
    if (rc == LW_OK) {
        lwi_builder_load_search_path(b);
        rc = b->rc;
    }
    lw_build_destroy(build);
    return rc == LW_OK ? lwi_try_leave(t, b->root) : rc;
}
