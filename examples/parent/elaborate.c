/*
 * elaborate.c - one worker, one question: is this Lean right?
 *
 *     elaborate [--on PROGRAM] 'theorem t : 1 + 1 = 2 := rfl'
 *
 * On the Lean that is found, since the worker is told of none; --on takes a
 * program that serves the protocol instead. Exit code 0 where Lean has no error
 * to tell.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* An error of Lean is a result: it is printed, and no error of this call. */
static int
elaborate(lw_worker *worker, const char *text, int *success, lw_error *err)
{
    lw_session_spec imports = LW_SESSION_SPEC_INIT; /* nothing but Init */
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;
    size_t i;
    int rc;

    rc = lw_worker_open_session(worker, &spec.session, &imports, NULL, NULL,
                                err);
    if (rc != LW_OK)
        return rc;
    spec.source.data = text;
    spec.source.size = strlen(text);
    rc = lw_worker_elaborate(worker, &result, &spec, NULL, NULL, err);
    if (rc != LW_OK)
        return rc;
    for (i = 0; i < result->diagnostic_count; i++) {
        const lw_diagnostic *diagnostic = &result->diagnostics[i];

        printf("%u:%u %.*s\n", (unsigned)diagnostic->line,
               (unsigned)diagnostic->column, (int)diagnostic->message.size,
               diagnostic->message.data);
    }
    *success = result->success;
    printf("%s, %lu messages\n", result->success ? "ok" : "not ok",
           (unsigned long)result->diagnostic_count);
    lw_elab_result_destroy(result);
    return LW_OK;
}

int
main(int argc, char **argv)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    const char *command[] = { NULL, NULL };
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int success = 0, rc;

    if (argc == 4 && strcmp(argv[1], "--on") == 0) {
        command[0] = argv[2];
        config.command = command;
    } else if (argc != 2) {
        fprintf(stderr, "usage: elaborate [--on PROGRAM] TEXT\n");
        return 2;
    }
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, NULL, &err);
    if (rc == LW_OK)
        rc = elaborate(worker, argv[argc - 1], &success, &err);
    if (rc != LW_OK)
        fprintf(stderr, "elaborate: %s: %s\n", err.operation, err.message);
    lw_worker_destroy(worker); /* no process, descriptor or thread is left */
    lw_runtime_destroy(runtime);
    return success ? 0 : 1;
}
