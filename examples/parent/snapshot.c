/*
 * snapshot.c - a start of Lean is written down and proved; workers are started
 * from it.
 *
 *     snapshot FOLDER [TOOLCHAIN]
 *
 * FOLDER, absolute, is for snapshots; it is made where it is not there. It
 * takes a native Lean, 4.32 or later: without one the same program works with
 * plain starts, and says why.
 */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

static int
show(const lw_snapshot_report *report, void *user)
{
    (void)user;
    printf("%s: Lean %s, %s\n", report->key, report->lean,
           report->state == LW_SNAPSHOT_FITS ? "fits" : report->reason);
    return 0;
}

/* Proved once, it is found by each later run of this program. */
static void
make(lw_runtime *runtime, const lw_worker_config *config)
{
    lw_snapshot_report report = { .struct_size = sizeof(report) };
    lw_snapshot_spec spec = LW_SNAPSHOT_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;

    spec.config = config;
    if (lw_snapshot_make(&report, runtime, &spec, &err) == LW_OK)
        printf("%s: a start takes %lu ms, and %lu ms from the snapshot\n",
               report.made ? "proved" : "proved before",
               (unsigned long)report.plain_us / 1000,
               (unsigned long)report.warm_us / 1000);
    else
        printf("no snapshot: %s\n", err.message);
}

static int
start(lw_runtime *runtime, const lw_worker_config *config, lw_error *err)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_worker *worker = NULL;
    int rc = lw_worker_start(&worker, runtime, config, NULL, err);

    if (rc == LW_OK)
        rc = lw_worker_get_metadata(worker, &metadata, err);
    if (rc == LW_OK)
        printf("started %s%s\n",
               metadata.from_snapshot ? "from a snapshot" : "plainly: ",
               metadata.no_snapshot);
    lw_worker_destroy(worker);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    int rc;

    if (argc < 2) {
        fprintf(stderr, "usage: snapshot FOLDER [TOOLCHAIN]\n");
        return 2;
    }
    request.toolchain = argc > 2 ? argv[2] : NULL;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    config.toolchain = toolchain;
    config.snapshots = argv[1];
    if (rc == LW_OK) {
        make(runtime, &config);
        rc = lw_snapshot_list(argv[1], show, NULL, &err);
    }
    if (rc == LW_OK)
        rc = start(runtime, &config, &err);
    if (rc == LW_OK)
        rc = lw_snapshot_remove(argv[1], NULL, &err);
    if (rc != LW_OK)
        fprintf(stderr, "snapshot: %s\n", err.message);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
