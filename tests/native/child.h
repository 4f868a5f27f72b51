/*
 * child.h - a worker on the native runtime, and checks that are counted.
 *
 * For the programs of this folder. Each has one worker at a time.
 */
#ifndef LWT_NATIVE_CHILD_H
#define LWT_NATIVE_CHILD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* A machine may be loaded; nothing here is about speed. */
#define PATIENCE_MS (UINT64_C(120) * 1000)

struct lwt_native {
    lw_toolchain *toolchain;
    lw_runtime *runtime;
    lw_zygote *zygote; /* NULL: without */
    lw_worker *worker;
};

static int passed, failed;
static bool
    by_fork; /* workers are forks of a fork server, or it is a failure */

static inline void
check(bool right, const char *name, const char *what)
{
    printf("%s %s: %s\n", right ? "ok" : "not ok", name, what);
    fflush(stdout);
    passed += right;
    failed += !right;
}

static inline int
tell_counts(void)
{
    printf("%d passed, %d failed\n", passed, failed);
    return failed > 0;
}

static inline void
stop(struct lwt_native *native)
{
    lw_worker_destroy(native->worker);
    lw_zygote_destroy(native->zygote);
    lw_runtime_destroy(native->runtime);
    lw_toolchain_destroy(native->toolchain);
    *native = (struct lwt_native){ NULL, NULL, NULL, NULL };
}

static inline void
check_forked(struct lwt_native *native)
{
    lw_worker_metadata metadata = { .struct_size = sizeof(metadata) };
    int rc = lw_worker_get_metadata(native->worker, &metadata, NULL);

    check(rc == LW_OK && metadata.forked, "forked",
          rc == LW_OK ? metadata.not_forked : lw_status_name(rc));
}

/* The config's toolchain and fork_server are filled in; no worker yet. */
static inline int
prepare(struct lwt_native *native, const char *toolchain,
        lw_worker_config *config, lw_error *err)
{
    lw_toolchain_request request = LW_TOOLCHAIN_REQUEST_INIT;
    int rc;

    *native = (struct lwt_native){ NULL, NULL, NULL, NULL };
    request.toolchain = toolchain;
    rc = lw_toolchain_find(&native->toolchain, &request, err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&native->runtime, NULL, err);
    config->toolchain = native->toolchain;
    config->startup_timeout_ms = PATIENCE_MS;
    config->request_timeout_ms = PATIENCE_MS;
    if (rc == LW_OK && by_fork) {
        lw_zygote_config forks = LW_ZYGOTE_CONFIG_INIT;

        forks.worker = config;
        rc = lw_zygote_create(&native->zygote, native->runtime, &forks, err);
        if (rc == LW_OK)
            rc = lw_zygote_wait(native->zygote, PATIENCE_MS, NULL, err);
        config->fork_server = native->zygote;
    }
    return rc;
}

/* The same, and a worker. */
static inline int
start(struct lwt_native *native, const char *toolchain,
      lw_worker_config *config, lw_error *err)
{
    int rc = prepare(native, toolchain, config, err);

    if (rc == LW_OK)
        rc = lw_worker_start(&native->worker, native->runtime, config, NULL,
                             err);
    if (rc == LW_OK && by_fork)
        check_forked(native);
    return rc;
}

/* The export's answer goes to `answer`, cut; may be NULL. */
static inline int
run(struct lwt_native *native, const char *name, const char *request,
    const lw_sinks *sinks, const lw_request_options *options, char answer[256],
    lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = name;
    spec.request = (lw_span){ request, strlen(request) };
    rc = lw_worker_run(native->worker, &reply, &spec, sinks, options, err);
    if (rc == LW_OK && answer != NULL)
        snprintf(answer, 256, "%s", lw_reply_get_facts(reply)->response.data);
    lw_reply_destroy(reply);
    return rc;
}

#endif
