/*
 * kernel.c - what the kernel says of some declarations, and on which axioms
 * they rest.
 *
 *     kernel [--on PROGRAM] 'theorem t : 1 + 1 = 2 := rfl'
 *
 * --on takes a program that serves the protocol instead of Lean. Exit code 0
 * where every declaration was accepted.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

static int
check(lw_worker *worker, const char *text, int *is_checked, lw_error *err)
{
    lw_session_spec imports = LW_SESSION_SPEC_INIT; /* nothing but Init */
    lw_kernel_spec spec = LW_KERNEL_SPEC_INIT;
    lw_kernel_result *result = NULL;
    size_t i;
    int rc;

    rc = lw_worker_open_session(worker, &spec.session, &imports, NULL, NULL,
                                err);
    if (rc != LW_OK)
        return rc;
    spec.source.data = text;
    spec.source.size = strlen(text);
    rc = lw_worker_kernel_check(worker, &result, &spec, NULL, NULL, err);
    if (rc != LW_OK)
        return rc;
    *is_checked = result->status == LW_KERNEL_CHECKED;
    printf("%s: %.*s\n", lw_kernel_status_name(result->status),
           (int)result->summary.size, result->summary.data);
    for (i = 0; i < result->axiom_count; i++)
        printf("rests on %.*s\n", (int)result->axioms[i].size,
               result->axioms[i].data);
    lw_kernel_result_destroy(result);
    return LW_OK;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    const char *command[] = { NULL, NULL };
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int is_checked = 0, rc = LW_OK;

    if (argc == 4 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        config.command = command;
    } else if (argc != 2) {
        fprintf(stderr, "usage: kernel [--on PROGRAM] TEXT\n");
        return 2;
    } else {
        rc = lw_toolchain_find(&toolchain, NULL, &err);
        config.toolchain = toolchain;
    }
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = check(worker, argv[argc - 1], &is_checked, &err);
    if (rc != LW_OK)
        fprintf(stderr, "kernel: %s: %s\n", lw_status_name(rc), err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return is_checked ? 0 : 1;
}
