/*
 * build.c - builds the project of the working directory, and says what failed.
 *
 *     build [TARGET]...        libraries or modules; none: the defaults
 */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

static int
print_progress(const lw_build_progress *progress, void *user)
{
    (void)user;
    if (progress->state == LW_BUILD_OUTPUT)
        printf("%s\n", progress->line);
    else
        printf("%s %s\n", lw_build_state_name(progress->state),
               progress->module);
    return 0;
}

static void
print_build(const lw_build *build)
{
    const char *const *note;
    size_t i;

    for (i = 0; i < build->failure_count; i++) {
        const lw_build_failure *failure = &build->failures[i];

        printf("%s:%u:%u: %s: %s\n", failure->path, failure->line,
               failure->column, lw_build_failure_name(failure->code),
               failure->message);
    }
    for (note = build->notes; *note != NULL; note++)
        printf("note: %s\n", *note);
    printf("%s: %lu fresh, %lu built, %lu failed\n",
           lw_build_way_name(build->way), (unsigned long)build->fresh,
           (unsigned long)build->built, (unsigned long)build->failed);
}

int
main(int argc, char **argv)
{
    lw_build_options options = LW_BUILD_OPTIONS_INIT;
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_toolchain *toolchain = NULL;
    lw_build *build = NULL;
    int code = 2;

    if (lw_toolchain_find(&toolchain, &request, &err) == LW_OK) {
        options.project = ".";
        options.toolchain = toolchain;
        options.progress = print_progress;
        if (argc > 1)
            options.targets = (const char *const *)argv + 1;
        if (lw_build_project(&build, &options, &err) == LW_OK) {
            print_build(build);
            code = build->failed > 0 ? 1 : 0;
        }
    }
    if (err.status < 0)
        fprintf(stderr, "build: %s\n", err.message);
    lw_build_destroy(build);
    lw_toolchain_destroy(toolchain);
    return code;
}
