/*
 * builder.c - from the folder of a Lake project to a lease of a pool.
 *
 *     builder [--on PROGRAM] FOLDER [METADATA]
 *
 * METADATA is the name of the export that says what the package is. With --on
 * the program is the worker, instead of ours on the project's Lean.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* What stands in the way, all of it; 0 where nothing does. */
static int
print_report(lw_runtime *runtime, const lw_builder_spec *spec, lw_error *err)
{
    lw_bootstrap_report *report = NULL;
    size_t i;
    int rc = lw_builder_check(&report, runtime, spec, err);

    if (rc < 0)
        return rc;
    for (i = 0; i < report->finding_count; i++) {
        const lw_bootstrap_finding *finding = &report->findings[i];

        printf("%s %s: %s\n", lw_bootstrap_severity_name(finding->severity),
               lw_bootstrap_code_name(finding->code), finding->message);
        if (finding->severity != LW_BOOTSTRAP_INFO)
            printf("    that is: %s\n    to do: %s\n",
                   lw_bootstrap_code_text(finding->code), finding->hint);
    }
    lw_bootstrap_report_destroy(report);
    return 0;
}

static int
on_progress(const lw_builder_progress *progress, void *user)
{
    (void)user;
    if (progress->done)
        printf("%s done\n", lw_builder_stage_name(progress->stage));
    return 0;
}

/* Two builders that agree need one pool only: their keys are equal. */
static int
print_key(const lw_builder_spec *spec, lw_error *err)
{
    lw_session_key *key = NULL;
    int rc = lw_builder_make_key(&key, spec, err);

    if (rc >= 0)
        printf("the key is of library %s, package %s\n",
               lw_session_key_get_library(key),
               lw_session_key_get_package(key));
    lw_session_key_destroy(key);
    return rc;
}

static int
build(lw_capability **capability, lw_runtime *runtime,
      const lw_builder_spec *spec, lw_error *err)
{
    lw_builder_failure *failure = NULL;
    int rc = lw_builder_build(capability, NULL, runtime, spec, &failure, err);

    if (failure != NULL)
        printf("failed at %s: %s\n%s", lw_builder_stage_name(failure->stage),
               failure->finding.message, failure->output.data);
    lw_builder_failure_destroy(failure);
    return rc;
}

static int
use(lw_capability *capability, lw_runtime *runtime, lw_error *err)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_lease *lease = NULL;
    lw_pool *pool = NULL;
    int rc = lw_pool_create(&pool, runtime, &config, err);

    if (rc >= 0)
        rc = lw_pool_acquire(&lease, pool, capability, NULL, err);
    if (rc >= 0)
        printf("a lease is there\n");
    lw_lease_release(lease);
    lw_pool_destroy(pool);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_builder_spec spec = LW_BUILDER_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_capability *capability = NULL;
    lw_runtime *runtime = NULL;
    const char *command[2] = { NULL, NULL };
    int at = 1, rc;

    if (argc > 2 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        spec.worker.command = command;
        at = 3;
    }
    if (argc <= at) {
        fprintf(stderr, "usage: builder [--on PROGRAM] FOLDER [METADATA]\n");
        return 2;
    }
    spec.project_root = argv[at];
    spec.metadata.export_name = argc > at + 1 ? argv[at + 1] : NULL;
    spec.progress = on_progress;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc >= 0)
        rc = print_report(runtime, &spec, &err);
    if (rc >= 0)
        rc = print_key(&spec, &err);
    if (rc >= 0)
        rc = build(&capability, runtime, &spec, &err);
    if (rc >= 0)
        rc = use(capability, runtime, &err);
    if (rc < 0)
        fprintf(stderr, "builder: %s: %s\n", lw_status_name(err.status),
                err.message);
    lw_capability_destroy(capability);
    lw_runtime_destroy(runtime);
    return rc < 0 ? 1 : 0;
}
