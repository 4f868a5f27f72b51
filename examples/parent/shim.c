/*
 * shim.c - compile the part of a child that is written in Lean, once, so that
 * native Lean starts faster.
 *
 *     shim [TOOLCHAIN]
 *
 * A toolchain without a C compiler of its own works as well: the shim is
 * interpreted then, and this says why.
 */
#include <stdio.h>

#include <lean_worker/lean_worker.h>

static int
start_one(lw_runtime *runtime, const lw_toolchain *toolchain, lw_error *err)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    lw_worker *worker = NULL;
    int rc;

    config.toolchain = toolchain;
    rc = lw_worker_start(&worker, runtime, &config, NULL, err);
    if (rc == LW_OK)
        rc = lw_worker_get_metadata(worker, &metadata, err);
    if (rc == LW_OK)
        printf("a child with its shim %s\n", lw_shim_state_name(metadata.shim));
    lw_worker_destroy(worker);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_shim_options options = LW_SHIM_OPTIONS_INIT;
    lw_shim shim = LW_SHIM_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    int rc;

    request.toolchain = argc > 1 ? argv[1] : NULL;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_toolchain_get_shim(toolchain, &shim, &err);
    if (rc == LW_OK)
        printf("%s %s\n", lw_shim_state_name(shim.state), shim.detail);
    /* Now, and not in the time that a start has. */
    options.timeout_ms = UINT64_C(300000);
    if (rc == LW_OK && lw_toolchain_compile_shim(&shim, runtime, toolchain,
                                                 &options, &err) != LW_OK)
        printf("not compiled: %s\n", err.message);
    if (rc == LW_OK)
        rc = start_one(runtime, toolchain, &err);
    if (rc != LW_OK)
        fprintf(stderr, "shim: %s\n", err.message);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
