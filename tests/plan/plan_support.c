/* plan_support.c - projects and toolchains that are only files. */
#include "plan/plan_support.h"

#include "base/path.h"

struct lwt_sandbox box;
lw_toolchain *toolchain;
lw_worker *worker;
lw_plan_options options;
lw_plan *plan;

static lw_runtime *runtime;

void
write_olean(const char *name, ...)
{
    static struct lwt_olean olean;
    const struct lwt_olean empty = LWT_OLEAN_INIT;
    const char *import;
    va_list imports;

    olean = empty;
    va_start(imports, name);
    while ((import = va_arg(imports, const char *)) != NULL)
        lwt_olean_add(&olean, import, LWT_EXPORTED);
    va_end(imports);
    lwt_olean_finish(&olean, false);
    lwt_sandbox_bytes(&box, name, olean.bytes, olean.size, 0644);
}

static void
make_toolchain(void)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;

    lwt_sandbox_toolchain(&box, "tc", 28);
    write_olean("tc/lib/lean/Init.olean", "Init.Prelude", NULL);
    write_olean("tc/lib/lean/Init/Prelude.olean", NULL);
    write_olean("tc/lib/lean/Std.olean", "Init", NULL);
    request.toolchain = lwt_sandbox_path(&box, "tc");
    if (lw_toolchain_find(&toolchain, &request, &err) != LW_OK)
        fail_msg("%s", err.message);
}

int
set_up(void **state)
{
    static const char *const command[] = { LW_BUILD_DIR "/tests/fake_session",
                                           NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    const lw_plan_options defaults = LW_PLAN_OPTIONS_INIT;
    lw_error err = LW_ERROR_INIT;

    (void)state;
    setenv("LEAN_WORKER_CHILD", LW_BUILD_DIR "/lean-worker-child", 0);
    lwt_sandbox_open(&box);
    make_toolchain();
    config.command = command;
    if (lw_runtime_create(&runtime, NULL, &err) != LW_OK ||
        lw_worker_start(&worker, runtime, &config, NULL, &err) != LW_OK)
        fail_msg("%s", err.message);
    options = defaults;
    options.toolchain = toolchain;
    options.worker = worker;
    options.runtime = runtime;
    return 0;
}

int
tear_down(void **state)
{
    (void)state;
    lw_plan_destroy(plan);
    plan = NULL;
    lw_worker_destroy(worker);
    worker = NULL;
    lw_project_destroy(options.project);
    lw_toolchain_destroy(toolchain);
    lw_runtime_destroy(runtime);
    lwt_sandbox_close(&box);
    return 0;
}

void
write_lakefile(const char *more)
{
    char text[4096];

    snprintf(text, sizeof(text), "name = 'p'\n[[lean_lib]]\nname = 'A'\n%s",
             more);
    lwt_sandbox_file(&box, "p/lakefile.toml", text);
}

static void
open_project(void)
{
    lw_error err = LW_ERROR_INIT;

    if (options.project == NULL &&
        lwi_path_is_folder(lwt_sandbox_path(&box, "p")) &&
        lw_project_open(&options.project, lwt_sandbox_path(&box, "p"), &err) !=
            LW_OK)
        fail_msg("%s", err.message);
}

void
make_plan(void)
{
    lw_error err = LW_ERROR_INIT;

    lw_plan_destroy(plan);
    plan = NULL;
    open_project();
    if (lw_plan_create(&plan, &options, &err) != LW_OK)
        fail_msg("%s", err.message);
    assert_non_null(plan);
}

void
must_fail(int status, const char *part)
{
    lw_error err = LW_ERROR_INIT;

    open_project();
    assert_int_equal(lw_plan_create(&plan, &options, &err), status);
    assert_int_equal(err.status, status);
    assert_null(plan);
    if (strstr(err.message, part) == NULL)
        fail_msg("no \"%s\" in: %s", part, err.message);
}

void
expect_problem(lw_plan_problem_code code, const char *module, const char *part)
{
    size_t i;

    for (i = 0; i < plan->problem_count; i++) {
        const lw_plan_problem *problem = &plan->problems[i];

        if (problem->code == code && strcmp(problem->module, module) == 0 &&
            strstr(problem->message, part) != NULL)
            return;
    }
    for (i = 0; i < plan->problem_count; i++)
        print_error("%s %s (%s): %s\n",
                    lw_plan_problem_name(plan->problems[i].code),
                    plan->problems[i].module, plan->problems[i].path,
                    plan->problems[i].message);
    fail_msg("no problem %s of \"%s\" with \"%s\"", lw_plan_problem_name(code),
             module, part);
}

void
expect_batches(const char *wanted)
{
    char got[4096] = "";
    size_t i, j, at = 0;

    for (i = 0; i < plan->batch_count; i++) {
        for (j = 0; j < plan->batches[i].module_count; j++)
            at += (size_t)snprintf(
                got + at, sizeof(got) - at, "%s%s",
                j > 0   ? " "
                : i > 0 ? " | "
                        : "",
                plan->modules[plan->batches[i].modules[j]].name);
    }
    assert_string_equal(got, wanted);
}

const lw_plan_module *
module_of(const char *name)
{
    size_t i;

    for (i = 0; i < plan->module_count; i++) {
        if (strcmp(plan->modules[i].name, name) == 0)
            return &plan->modules[i];
    }
    fail_msg("there is no module %s", name);
    return NULL;
}
