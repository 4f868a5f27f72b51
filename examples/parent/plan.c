/*
 * plan.c - the modules of a library in batches, and what is wrong with some.
 *
 *     plan [PATTERN]...        such as Init.Data.* or Std.Time.+
 *
 * Of the Lake project that the working directory is in; else of the library
 * of the toolchain. What is compiled needs no Lean to be read.
 */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

static void
print_batch(const lw_plan *plan, const lw_plan_batch *batch)
{
    size_t i;

    printf("%s  loads %llu modules\n", batch->id,
           (unsigned long long)batch->session_modules);
    for (i = 0; i < batch->module_count; i++)
        printf("    %s\n", plan->modules[batch->modules[i]].name);
}

static void
print_plan(const lw_plan *plan)
{
    size_t i;

    for (i = 0; i < plan->batch_count; i++)
        print_batch(plan, &plan->batches[i]);
    for (i = 0; i < plan->problem_count; i++)
        printf("%s: %s\n", lw_plan_problem_name(plan->problems[i].code),
               plan->problems[i].message);
    printf("%lu modules in %lu batches\n", (unsigned long)plan->planned_count,
           (unsigned long)plan->batch_count);
}

int
main(int argc, char **argv)
{
    lw_plan_options options = LW_PLAN_OPTIONS_INIT;
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_toolchain *toolchain = NULL;
    lw_project *project = NULL;
    lw_plan *plan = NULL;

    if (lw_project_find(&project, NULL, &err) == LW_OK) {
        request.project = lw_project_get_folder(project);
        if (lw_toolchain_find(&toolchain, &request, &err) == LW_OK) {
            options.toolchain = toolchain;
            options.project = project;
            if (argc > 1)
                options.modules = (const char *const *)argv + 1;
            if (lw_plan_create(&plan, &options, &err) == LW_OK)
                print_plan(plan);
        }
    }
    if (err.status < 0)
        fprintf(stderr, "plan: %s\n", err.message);
    lw_plan_destroy(plan);
    lw_toolchain_destroy(toolchain);
    lw_project_destroy(project);
    return err.status < 0 ? 1 : 0;
}
