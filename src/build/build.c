/* build.c - from options to a build. */
#include "build/build.h"

#include "base/error.h"
#include "base/options.h"
#include "base/path.h"
#include "proc/runtime.h"

#define BUILD_MAGIC 0x6c77b11du

/* The arena holds all that the facts point to. */
struct whole {
    lw_build facts; /* what the caller sees; first */
    uint32_t magic;
    struct lwi_arena arena;
};

/* ---- names ---- */

const char *
lw_build_way_name(lw_build_way way)
{
    switch (way) {
    case LW_BUILD_BY_LAKE:
        return "lake";
    case LW_BUILD_DIRECT:
        return "direct";
    default:
        return "unknown";
    }
}

const char *
lw_build_failure_name(lw_build_failure_code code)
{
    switch (code) {
#define CASE(name, number, word, text)                                         \
    case name:                                                                 \
        return word;
        LW_BUILD_FAILURE_MAP(CASE)
#undef CASE
    default:
        return "unknown";
    }
}

const char *
lw_build_state_name(lw_build_state state)
{
    static const char *const names[] = {
        [LW_BUILD_MODULE_STARTED] = "started",
        [LW_BUILD_MODULE_FRESH] = "fresh",
        [LW_BUILD_MODULE_BUILT] = "built",
        [LW_BUILD_MODULE_FAILED] = "failed",
        [LW_BUILD_OUTPUT] = "output",
    };

    return (size_t)state < LWI_COUNT(names) ? names[state] : "unknown";
}

/* ---- options ---- */

static int
refuse(lw_error *err, const char *what)
{
    return lwi_fail(err, LW_EINVAL, LWI_BUILDING, "%s", what);
}

static int
check_targets(const char *const *targets, lw_error *err)
{
    if (targets == NULL)
        return LW_OK;
    if (targets[0] == NULL)
        return refuse(err, "targets is an empty list; NULL is for the "
                           "defaults");
    for (; *targets != NULL; targets++) {
        if ((*targets)[0] == '\0' || (*targets)[0] == '-')
            return lwi_fail(err, LW_EINVAL, LWI_BUILDING,
                            "\"%s\" is no name of a library or a module",
                            *targets);
    }
    return LW_OK;
}

static int
read_options(struct lwi_build_run *b, const lw_build_options *given)
{
    const lw_build_options defaults = LW_BUILD_OPTIONS_INIT;
    const lw_build_options *o = &b->options;

    b->options = defaults;
    if (given == NULL ||
        !lwi_options_read(&b->options, sizeof(b->options), given))
        return refuse(b->err, "it needs options from LW_BUILD_OPTIONS_INIT");
    if (o->toolchain == NULL)
        return refuse(b->err, "toolchain is NULL");
    if (o->project == NULL || o->project[0] == '\0')
        return refuse(b->err, "project is no folder");
    if (o->build_folder != NULL && o->build_folder[0] != '/')
        return refuse(b->err, "build_folder is not absolute");
    if (o->timeout_ms == 0)
        return refuse(b->err, "timeout_ms is 0; LW_NO_LIMIT is for none");
    return check_targets(o->targets, b->err);
}

/* ---- the build ---- */

static void
choose_way(struct lwi_build_run *b)
{
    char *lake = lwi_path_join(lw_toolchain_get_prefix(b->options.toolchain),
                               "bin/lake");

    if (lake == NULL)
        lwi_build_no_memory(b);
    else if (lwi_path_is_file(lake) && access(lake, X_OK) == 0)
        lwi_build_by_lake(b, lake);
    else
        lwi_build_direct(b);
    lwi_free(&lwi_system_allocator, lake);
}

static void
publish(struct lwi_build_run *b, lw_build **out)
{
    static const char *const none[] = { NULL };
    struct whole *whole;

    b->facts.failures = b->failures;
    b->facts.notes = b->notes != NULL ? b->notes : none;
    if (b->facts.search_path == NULL)
        b->facts.search_path = none;
    whole = lwi_alloc(&lwi_system_allocator, sizeof(*whole));
    if (whole == NULL || b->arena.no_memory) {
        lwi_free(&lwi_system_allocator, whole);
        lwi_build_no_memory(b);
        return;
    }
    whole->facts = b->facts;
    whole->magic = BUILD_MAGIC;
    whole->arena = b->arena;
    *out = &whole->facts;
}

static void
work(struct lwi_build_run *b, lw_build **out)
{
    b->facts.folder = b->facts.output = "";
    b->clock = lwi_runtime_clock(b->runtime);
    b->deadline = b->options.timeout_ms == LW_NO_LIMIT
                      ? LWI_NEVER
                      : lwi_deadline_after(b->clock, b->options.timeout_ms);
    b->rc = lw_project_open(&b->project, b->options.project, b->err);
    if (lwi_build_goes_on(b))
        choose_way(b);
    if (b->rc == LW_OK)
        publish(b, out);
    lw_project_destroy(b->project);
}

int
lw_build_project(lw_build **out, const lw_build_options *options, lw_error *err)
{
    struct lwi_build_run b = { .err = err };

    if (out == NULL)
        return refuse(err, "out is NULL");
    *out = NULL;
    b.rc = read_options(&b, options);
    if (b.rc != LW_OK)
        return b.rc;
    b.runtime = b.options.runtime;
    b.rc = b.runtime == NULL ? lw_runtime_create(&b.runtime, NULL, err)
                             : lwi_runtime_check(b.runtime, LWI_BUILDING, err);
    if (b.rc == LW_OK)
        work(&b, out);
    if (b.runtime != b.options.runtime)
        lw_runtime_destroy(b.runtime);
    if (*out == NULL)
        lwi_arena_fini(&b.arena);
    return b.rc;
}

void
lw_build_destroy(lw_build *build)
{
    struct whole *whole = (struct whole *)build;

    if (!LWI_VALID(whole, BUILD_MAGIC))
        return;
    whole->magic = 0;
    lwi_arena_fini(&whole->arena);
    lwi_free(&lwi_system_allocator, whole);
}
