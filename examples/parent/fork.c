/*
 * fork.c - a fork server: each question gets a process of its own, in
 * milliseconds, with its imports there.
 *
 *     fork [TOOLCHAIN [IMPORT]]
 *
 * TOOLCHAIN is a folder or a name; a fork server needs a native Lean. Without
 * one the same program works with processes that are started anew, and import
 * anew, and says why.
 */
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define PATIENCE_MS (UINT64_C(120) * 1000)

/* What is known of it: it may not be there, and workers work all the same. */
static void
tell(lw_zygote *zygote)
{
    lw_zygote_report report;

    report.struct_size = sizeof(report);
    if (lw_zygote_get_report(zygote, &report, NULL) == LW_OK)
        printf("fork server: %s%s, %lu forks, %lu workers without it\n",
               report.state == LW_ZYGOTE_READY ? "ready" : "not there: ",
               report.reason, (unsigned long)report.forks,
               (unsigned long)report.fallbacks);
}

/* In a session like the one that the fork server has open. */
static int
ask(lw_worker *worker, const lw_session_spec *imports, lw_error *err)
{
    static const char question[] = "1 + 1 = 2";
    lw_elab_spec spec = LW_ELAB_SPEC_INIT;
    lw_elab_result *result = NULL;
    lw_session session;
    int rc = lw_worker_open_session(worker, &session, imports, NULL, NULL, err);

    if (rc != LW_OK)
        return rc;
    spec.session = session;
    spec.kind = LW_ELAB_TERM;
    spec.source = (lw_span){ question, strlen(question) };
    rc = lw_worker_elaborate(worker, &result, &spec, NULL, NULL, err);
    if (rc == LW_OK)
        printf("  %s has the type %.*s; its imports %s\n", question,
               (int)result->type.size, result->type.data,
               session.preloaded ? "were there" : "took their time");
    lw_elab_result_destroy(result);
    return rc;
}

static int
ask_three(lw_runtime *runtime, const lw_worker_config *config,
          const lw_session_spec *imports, lw_error *err)
{
    lw_worker_metadata metadata;
    lw_worker *worker = NULL;
    int rc = LW_OK, i;

    for (i = 0; i < 3 && rc == LW_OK; i++) {
        rc = lw_worker_start(&worker, runtime, config, NULL, err);
        metadata.struct_size = sizeof(metadata);
        if (rc == LW_OK)
            rc = lw_worker_get_metadata(worker, &metadata, err);
        if (rc == LW_OK)
            printf("process %d: %s%s\n", lw_worker_get_pid(worker),
                   metadata.forked ? "forked" : "started anew: ",
                   metadata.not_forked);
        if (rc == LW_OK)
            rc = ask(worker, imports, err);
        lw_worker_destroy(worker);
        worker = NULL;
    }
    return rc;
}

int
main(int argc, char **argv)
{
    const char *imports[] = { argc > 2 ? argv[2] : "Init", NULL };
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    lw_zygote_config forks = LW_ZYGOTE_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_toolchain *toolchain = NULL;
    lw_runtime *runtime = NULL;
    lw_zygote *zygote = NULL;
    int rc;

    request.toolchain = argc > 1 ? argv[1] : NULL;
    rc = lw_toolchain_find(&toolchain, &request, &err);
    config.toolchain = toolchain;
    session.imports = imports;
    forks.worker = &config;
    forks.sessions = &session;
    forks.session_count = 1;
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_zygote_create(&zygote, runtime, &forks, &err);
    /* Or do without until it is ready. */
    if (rc == LW_OK)
        (void)lw_zygote_wait(zygote, PATIENCE_MS, NULL, NULL);
    config.fork_server = zygote;
    if (rc == LW_OK)
        rc = ask_three(runtime, &config, &session, &err);
    if (rc == LW_OK)
        tell(zygote);
    else
        fprintf(stderr, "fork: %s\n", err.message);
    lw_zygote_destroy(zygote);
    lw_runtime_destroy(runtime);
    lw_toolchain_destroy(toolchain);
    return rc == LW_OK ? 0 : 1;
}
