/* plan.c - from options to a plan. */
#include "base/error.h"
#include "base/options.h"
#include "plan/build.h"
#include "plan/survey.h"
#include "project/project.h"

#define PLAN_MAGIC 0x5ad20e71u

/* The arena holds all that the plan points to, but for the keys. */
struct lwi_plan {
    lw_plan facts; /* what the caller sees; first */
    uint32_t magic;
    struct lwi_arena arena;
};

const char *
lw_plan_problem_name(lw_plan_problem_code code)
{
    switch (code) {
#define CASE(name, number, word, text)                                         \
    case name:                                                                 \
        return word;
        LW_PLAN_PROBLEM_MAP(CASE)
#undef CASE
    default:
        return "unknown";
    }
}

/* ---- options ---- */

static int
refuse(lw_error *err, const char *what)
{
    return lwi_fail(err, LW_EINVAL, LWI_PLANNING, "%s", what);
}

static int
read_options(struct lwi_plan_build *b, const lw_plan_options *given)
{
    const lw_plan_options defaults = LW_PLAN_OPTIONS_INIT;

    b->options = defaults;
    if (given == NULL ||
        !lwi_options_read(&b->options, sizeof(b->options), given))
        return refuse(b->err, "it needs options from LW_PLAN_OPTIONS_INIT");
    if (b->options.toolchain == NULL && !b->light)
        return refuse(b->err, "toolchain is NULL");
    if (b->options.project != NULL &&
        !LWI_VALID(b->options.project, LWI_PROJECT_MAGIC))
        return lwi_fail(b->err, LW_EBADHANDLE, LWI_PLANNING,
                        "project is no live project");
    if (b->options.session != LW_PLAN_FOR_SOURCES &&
        b->options.session != LW_PLAN_FOR_DECLARATIONS)
        return refuse(b->err, "session is no lw_plan_session");
    if (b->options.batch_modules == 0)
        return refuse(b->err, "batch_modules is 0; LW_NO_LIMIT is for none");
    if (b->options.modules != NULL && b->options.modules[0] == NULL)
        return refuse(b->err, "modules is an empty list; NULL is for all");
    return LW_OK;
}

/* ---- the plan ---- */

static int
by_place(const void *a, const void *b)
{
    const lw_plan_problem *x = a, *y = b;
    int order = strcmp(x->module, y->module);

    if (order == 0)
        order = strcmp(x->path, y->path);
    if (order == 0)
        order = (int)x->code - (int)y->code;
    return order != 0 ? order : strcmp(x->message, y->message);
}

static void
publish_module(struct lwi_plan_build *b, lw_plan_module *to,
               const struct lwi_module *from, const size_t *numbers)
{
    size_t *imports = lwi_plan_alloc(b, from->import_count, sizeof(size_t));
    size_t i;

    *to = (lw_plan_module){
        .name = from->name,
        .path = from->path,
        .has_source = !from->place->compiled,
        .planned = from->planned,
        .broken = from->broken,
        .package = from->place->package,
        .library = from->library,
        .header = from->header,
        .imports = imports,
        .bytes = from->bytes,
        .content = from->place->compiled ? 0 : from->content,
        .fingerprint = from->broken ? "" : lwi_plan_hex(b, from->print),
    };
    for (i = 0; imports != NULL && i < from->import_count; i++) {
        if (from->imports[i]->path != NULL)
            imports[to->import_count++] = numbers[from->imports[i]->index];
    }
}

/* Modules that are nowhere are left out: their numbers move up. */
static void
publish_modules(struct lwi_plan_build *b, lw_plan *plan)
{
    lw_plan_module *modules =
        lwi_plan_alloc(b, b->module_count, sizeof(*modules));
    size_t *numbers = lwi_plan_alloc(b, b->module_count, sizeof(size_t));
    size_t i, j;

    for (i = 0; b->rc == LW_OK && i < b->module_count; i++) {
        numbers[i] = plan->module_count;
        plan->module_count += b->modules[i]->path != NULL;
        plan->planned_count += b->modules[i]->planned;
    }
    for (i = 0; b->rc == LW_OK && i < b->module_count; i++) {
        if (b->modules[i]->path != NULL)
            publish_module(b, &modules[numbers[i]], b->modules[i], numbers);
    }
    for (i = 0; b->rc == LW_OK && i < b->batch_count; i++) {
        size_t *indices = (size_t *)b->batches[i].modules;

        for (j = 0; j < b->batches[i].module_count; j++)
            indices[j] = numbers[indices[j]];
    }
    plan->modules = modules;
}

static void
publish(struct lwi_plan_build *b, lw_plan **out)
{
    const char *folder = lw_project_get_folder(b->options.project);
    struct lwi_plan *plan;
    lw_plan facts = { .modules = NULL };

    if (b->problem_count > 0)
        qsort(b->problems, b->problem_count, sizeof(*b->problems), by_place);
    publish_modules(b, &facts);
    facts.batches = b->batches;
    facts.batch_count = b->batch_count;
    facts.problems = b->problems;
    facts.problem_count = b->problem_count;
    facts.toolchain = lwi_plan_text(b, b->toolchain);
    facts.project = lwi_plan_text(b, folder == NULL ? "" : folder);
    facts.search_path = b->search_path;
    if (!lwi_plan_goes_on(b))
        return;
    plan = lwi_alloc(&lwi_system_allocator, sizeof(*plan));
    if (plan == NULL) {
        lwi_plan_no_memory(b);
        return;
    }
    plan->facts = facts;
    plan->magic = PLAN_MAGIC;
    plan->arena = b->arena;
    *out = &plan->facts;
}

static void
free_batches(const lw_plan_batch *batches, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        lw_session_key_destroy((lw_session_key *)batches[i].key);
}

static void
work(struct lwi_plan_build *b, lw_plan **out)
{
    lwi_toolchain_fingerprint(b->options.toolchain, b->toolchain);
    b->worker = b->options.worker;
    b->runtime = b->options.runtime;
    if (b->runtime == NULL && b->options.project != NULL)
        b->rc = lw_runtime_create(&b->runtime, NULL, b->err);
    if (lwi_plan_goes_on(b))
        lwi_plan_find_places(b);
    if (lwi_plan_goes_on(b))
        lwi_plan_discover(b);
    lwi_plan_connect(b);
    lwi_plan_make_batches(b);
    if (lwi_plan_goes_on(b))
        publish(b, out);
    if (b->worker != b->options.worker)
        lw_worker_destroy(b->worker);
    if (b->runtime != b->options.runtime)
        lw_runtime_destroy(b->runtime);
}

static int
create(lw_plan **out, const lw_plan_options *options,
       void (*run)(struct lwi_plan_build *, lw_plan **), bool light,
       lw_error *err)
{
    struct lwi_plan_build b = { .err = err, .light = light };

    if (out == NULL)
        return refuse(err, "out is NULL");
    *out = NULL;
    b.rc = read_options(&b, options);
    if (b.rc == LW_OK)
        run(&b, out);
    if (*out == NULL) {
        free_batches(b.batches, b.batch_count);
        lwi_arena_fini(&b.arena);
    }
    return b.rc;
}

int
lw_plan_create(lw_plan **out, const lw_plan_options *options, lw_error *err)
{
    return create(out, options, work, false, err);
}

/* ---- a survey ---- */

static void
look(struct lwi_plan_build *b, lw_plan **out)
{
    static const struct lwi_place assumed = { .package = "",
                                              .library = "",
                                              .root = "",
                                              .folder = "",
                                              .compiled = true,
                                              .of_toolchain = true };
    size_t i;

    b->assumed = &assumed;
    lwi_toolchain_fingerprint(b->options.toolchain, b->toolchain);
    b->runtime = b->options.runtime;
    if (lwi_plan_goes_on(b))
        lwi_plan_find_places(b);
    if (lwi_plan_goes_on(b))
        lwi_plan_discover(b);
    lwi_plan_connect(b);
    for (i = 0; b->rc == LW_OK && i < b->module_count; i++) {
        struct lwi_module *module = b->modules[i];

        if (module->path == NULL)
            continue;
        module->library = module->place->library;
        module->planned = module->wanted && !module->broken;
    }
    if (lwi_plan_goes_on(b))
        publish(b, out);
}

int
lwi_plan_survey(lw_plan **out, const lw_plan_options *options, lw_error *err)
{
    return create(out, options, look, true, err);
}

void
lw_plan_destroy(lw_plan *plan)
{
    struct lwi_plan *whole = (struct lwi_plan *)plan;

    if (!LWI_VALID(whole, PLAN_MAGIC))
        return;
    whole->magic = 0;
    free_batches(plan->batches, plan->batch_count);
    lwi_arena_fini(&whole->arena);
    lwi_free(&lwi_system_allocator, whole);
}
