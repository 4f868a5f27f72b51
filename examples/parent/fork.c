/*
 * fork.c - a fork server: each question gets a process of its own, in
 * milliseconds.
 *
 *     fork [TOOLCHAIN [EXPORT REQUEST]]
 *
 * TOOLCHAIN is a folder or a name; a fork server needs a native Lean. Without
 * one the same program works with processes that are started anew, and says
 * why. With EXPORT each process is asked to run it.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define PATIENCE_MS (UINT64_C(120) * 1000)

/* What is known of it: it may not be there, and workers work all the same. */
static void
tell(lw_zygote *zygote)
{
    lw_zygote_report report = {
        sizeof(report), LW_ZYGOTE_STARTING, 0, 0, 0, 0, ""
    };

    if (lw_zygote_get_report(zygote, &report, NULL) == LW_OK)
        printf("fork server: %s%s, %lu forks, %lu workers without it\n",
               report.state == LW_ZYGOTE_READY ? "ready" : "not there: ",
               report.reason, (unsigned long)report.forks,
               (unsigned long)report.fallbacks);
}

static int
ask(lw_worker *worker, char **question, lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    lw_span payload = { "hello", 5 };
    int rc;

    if (question[0] == NULL || question[1] == NULL)
        return lw_worker_ping(worker, payload, NULL, err);
    spec.name = question[0];
    spec.request.data = question[1];
    spec.request.size = strlen(question[1]);
    rc = lw_worker_run(worker, &reply, &spec, NULL, NULL, err);
    if (rc == LW_OK)
        printf("  %.*s\n", (int)lw_reply_get_facts(reply)->response.size,
               lw_reply_get_facts(reply)->response.data);
    lw_reply_destroy(reply);
    return rc;
}

/* max_requests 1: no two questions share a process. */
static int
ask_three(lw_runtime *runtime, lw_worker_config *config, char **question,
          lw_error *err)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker_metadata metadata;
    lw_worker *worker = NULL;
    int rc, i;

    policy.max_requests = 1;
    policy.max_restarts = 0;
    config->policy = &policy;
    rc = lw_worker_start(&worker, runtime, config, NULL, err);
    for (i = 0; i < 3 && rc == LW_OK; i++) {
        rc = ask(worker, question, err);
        metadata.struct_size = sizeof(metadata);
        if (rc == LW_OK)
            rc = lw_worker_get_metadata(worker, &metadata, err);
        if (rc == LW_OK)
            printf("process %d: %s%s\n", lw_worker_get_pid(worker),
                   metadata.forked ? "forked" : "started anew: ",
                   metadata.not_forked);
    }
    lw_worker_destroy(worker);
    return rc;
}

int
main(int argc, char **argv)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    char *nothing[] = { NULL };
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_zygote *zygote = NULL;
    int rc;

    request.toolchain = argc > 1 ? argv[1] : NULL;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    config.toolchain = toolchain;
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_zygote_create(&zygote, runtime, &config, &err);
    /* Or do without until it is ready. */
    if (rc == LW_OK)
        (void)lw_zygote_wait(zygote, PATIENCE_MS, NULL, NULL);
    config.fork_server = zygote;
    if (rc == LW_OK)
        rc = ask_three(runtime, &config, argc > 3 ? argv + 2 : nothing, &err);
    if (rc == LW_OK)
        tell(zygote);
    else
        fprintf(stderr, "fork: %s\n", err.message);
    lw_zygote_destroy(zygote);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
