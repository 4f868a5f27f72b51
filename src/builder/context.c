/* context.c - the begin and the end of a call, and what all looks use. */
#include <stdarg.h>
#include <stdio.h>

#include "base/error.h"
#include "base/options.h"
#include "builder/builder.h"
#include "proc/runtime.h"

static int
refuse(struct lwi_builder *b, const char *what)
{
    b->rc = lwi_fail(b->err, LW_EINVAL, b->doing, "%s", what);
    return b->rc;
}

static bool
timeout_is_sane(uint64_t ms)
{
    return ms == LW_NO_LIMIT || (ms >= 1 && ms <= LW_TIMEOUT_MAX_MS);
}

static int
check_spec(struct lwi_builder *b)
{
    const lw_builder_spec *spec = &b->spec;

    if (spec->worker.struct_size != sizeof(spec->worker))
        return refuse(b, "worker is not from LW_WORKER_CONFIG_INIT");
    if (spec->metadata.match != LW_METADATA_INCLUDES &&
        spec->metadata.match != LW_METADATA_EXACT)
        return refuse(b, "metadata.match is no lw_metadata_match");
    if (!timeout_is_sane(spec->build_timeout_ms) ||
        !timeout_is_sane(spec->open_timeout_ms))
        return refuse(b, "build_timeout_ms and open_timeout_ms must be 1 ms "
                         "to 30 days, or LW_NO_LIMIT");
    if (spec->output_limit == 0 || spec->output_limit > LW_BUILDER_OUTPUT_MAX)
        return refuse(b, "output_limit must be 1 byte to 16 MiB");
    if (spec->imports != NULL && spec->imports[0] == NULL)
        return refuse(b, "imports is an empty list; NULL is for the "
                         "library's own");
    return LW_OK;
}

int
lwi_builder_init(struct lwi_builder *b, lw_runtime *runtime,
                 const lw_builder_spec *spec, const char *doing, lw_error *err)
{
    const lw_builder_spec defaults = LW_BUILDER_SPEC_INIT;

    b->err = err;
    b->doing = doing;
    b->findings.arena = &b->arena;
    b->spec = defaults;
    b->runtime = runtime;
    if (spec == NULL || !lwi_options_read(&b->spec, sizeof(b->spec), spec))
        return refuse(b, "it needs a spec from LW_BUILDER_SPEC_INIT");
    if (check_spec(b) != LW_OK)
        return b->rc;
    if (runtime != NULL)
        b->rc = lwi_runtime_check(runtime, doing, err);
    else
        b->rc = lw_runtime_create(&b->runtime, NULL, err);
    b->runtime_is_ours = runtime == NULL;
    return b->rc;
}

void
lwi_builder_fini(struct lwi_builder *b)
{
    lw_capability_destroy(b->capability);
    lw_plan_destroy(b->plan);
    lw_project_destroy(b->project);
    lw_toolchain_destroy(b->found);
    if (b->has_lakefile)
        lwi_lakefile_fini(&b->lakefile);
    if (b->runtime_is_ours)
        lw_runtime_destroy(b->runtime);
    lwi_free(&lwi_system_allocator, b->child);
    lwi_arena_fini(&b->arena);
}

void
lwi_builder_no_memory(struct lwi_builder *b)
{
    if (b->rc == LW_OK)
        b->rc = lwi_fail(b->err, LW_ENOMEM, b->doing, "out of memory");
}

bool
lwi_builder_goes_on(struct lwi_builder *b)
{
    if (b->arena.no_memory)
        lwi_builder_no_memory(b);
    if (b->rc == LW_OK && lw_cancel_is_set(b->spec.cancel))
        b->rc = lwi_fail(b->err, LW_ECANCELLED, b->doing, "cancelled");
    return b->rc == LW_OK;
}

const char *
lwi_builder_printf(struct lwi_builder *b, const char *format, ...)
{
    char *text = NULL;
    const char *copy = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) >= 0) {
        copy = lwi_arena_text(&b->arena, text);
        free(text);
    }
    va_end(args);
    if (copy == NULL)
        lwi_builder_no_memory(b);
    return copy;
}

/* ---- the order of the looks ---- */

void
lwi_builder_look(struct lwi_builder *b)
{
    static void (*const looks[])(struct lwi_builder *) = {
        lwi_look_root,     lwi_look_toolchain,   lwi_look_lakefile,
        lwi_look_packages, lwi_look_modules,     lwi_look_build,
        lwi_look_child,    lwi_look_expectation,
    };
    size_t i;

    for (i = 0; i < LWI_COUNT(looks) && lwi_builder_goes_on(b); i++)
        looks[i](b);
    lwi_builder_goes_on(b);
}
