/*
 * life.c - the life of a worker: how it is configured, what it tells of
 * itself, how its child is replaced, and how that ends.
 *
 *     life build/examples/count
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

/* Everything here may fail in one way: say why and leave. */
static void
must(int rc, const lw_error *err)
{
    if (rc == LW_OK)
        return;
    fprintf(stderr, "life: %s: %s: %s\n", err->operation, lw_status_name(rc),
            err->message);
    exit(1);
}

/* What the runtime does behind the program's back, for whoever cares. */
static void
log_line(lw_log_level level, const char *line, void *user)
{
    (void)user;
    if (level <= LW_LOG_WARNING)
        fprintf(stderr, "life: %s\n", line);
}

/* A child serves two requests at most; the next one gets a fresh child. */
static lw_worker *
start(lw_runtime *runtime, const char *const *command)
{
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;

    policy.max_requests = 2;
    policy.idle_ms = UINT64_C(10) * 60 * 1000;
    config.command = command;
    config.policy = &policy;
    config.request_timeout_ms = LW_REQUEST_TIMEOUT_DEFAULT_MS;
    config.rss_limit_kib = UINT64_C(1024) * 1024;
    must(lw_worker_start(&worker, runtime, &config, NULL, &err), &err);
    return worker;
}

static void
introduce(lw_worker *worker)
{
    lw_worker_metadata metadata;
    lw_error err = LW_ERROR_INIT;

    metadata.struct_size = sizeof(metadata);
    must(lw_worker_get_metadata(worker, &metadata, &err), &err);
    printf("child %lu, process %d: \"%s\", protocol %u, Lean \"%s\"\n",
           (unsigned long)lw_worker_get_generation(worker),
           lw_worker_get_pid(worker), metadata.worker_version,
           (unsigned)metadata.protocol_version,
           lw_worker_get_lean_version(worker));
    printf("it is %s\n",
           lw_worker_get_state(worker) == LW_WORKER_IDLE ? "idle" : "not idle");
}

static void
ping(lw_worker *worker, int times)
{
    lw_error err = LW_ERROR_INIT;
    lw_span payload;

    payload.data = "hello";
    payload.size = 5;
    while (times-- > 0)
        must(lw_worker_ping(worker, payload, NULL, &err), &err);
}

/* Numbers of the present child, then those of the whole life. */
static void
measure(lw_worker *worker)
{
    lw_worker_lifecycle lifecycle;
    lw_worker_stats stats;
    uint64_t rss_kib = 0, cpu_ms = 0;
    lw_error err = LW_ERROR_INIT;

    lifecycle.struct_size = sizeof(lifecycle);
    stats.struct_size = sizeof(stats);
    must(lw_worker_get_lifecycle(worker, &lifecycle, &err), &err);
    must(lw_worker_get_stats(worker, &stats, &err), &err);
    must(lw_worker_get_rss_kib(worker, &rss_kib, &err), &err);
    must(lw_worker_get_cpu_ms(worker, &cpu_ms, &err), &err);
    printf("child %lu has served %lu requests; %s\n",
           (unsigned long)lifecycle.generation,
           (unsigned long)lifecycle.child_requests,
           lifecycle.restart_due ? lw_restart_kind_name(lifecycle.due.kind)
                                 : "it stays");
    printf("memory and time are %s\n",
           rss_kib > 0 && cpu_ms < 60000 ? "known" : "odd");
    printf("in all %lu requests, %lu starts, the last because of %s\n",
           (unsigned long)stats.requests, (unsigned long)stats.starts,
           lw_restart_kind_name(stats.last_restart.kind));
}

/* ---- a request that fails, and one whose child dies ---- */

static int
run(lw_worker *worker, const char *request, const lw_sinks *sinks,
    lw_error *err)
{
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "count";
    spec.request.data = request;
    spec.request.size = strlen(request);
    rc = lw_worker_run(worker, &reply, &spec, sinks, NULL, err);
    lw_reply_destroy(reply);
    return rc;
}

static void
refuse(lw_worker *worker)
{
    lw_error err = LW_ERROR_INIT;
    int rc = run(worker, "many", NULL, &err);
    lw_span words = lw_worker_get_failure(worker);

    printf("%s, in the child's words: %.*s\n", lw_status_name(rc),
           (int)words.size, words.data);
}

/* From any thread, a sink included. */
static int
kill_at_row(const lw_row *row, void *user)
{
    (void)row;
    lw_worker_kill(user);
    return 0;
}

static void
die(lw_worker *worker)
{
    lw_sinks sinks = LW_SINKS_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_exit_report report;
    int rc;

    sinks.row = kill_at_row;
    sinks.user = worker;
    rc = run(worker, "0", &sinks, &err);
    printf("%s, %s\n", lw_status_name(rc),
           lw_status_lost_worker(rc) ? "and its child with it"
                                     : "but its child lives");
    report.struct_size = sizeof(report);
    must(lw_worker_get_exit_report(worker, &report, &err), &err);
    printf("the child ended by signal %d: %s\n", report.exit_signal,
           report.cause);
    ping(worker, 1); /* in a fresh child, without a word */
}

/* ---- the end ---- */

static void
end(lw_worker *worker)
{
    static const char *const words[] = { "was gone already", "said goodbye",
                                         "ended without a goodbye",
                                         "was killed" };
    lw_shutdown_report report;
    lw_error err = LW_ERROR_INIT;

    must(lw_worker_cycle(worker, NULL, &err), &err);
    printf("a fresh child by hand: %lu\n",
           (unsigned long)lw_worker_get_generation(worker));
    report.struct_size = sizeof(report);
    must(lw_worker_shutdown(worker, 2000, &report, &err), &err);
    printf("the last child %s, exit code %d\n", words[report.outcome],
           report.exit_code);
}

int
main(int argc, char **argv)
{
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    lw_worker *worker;
    lw_error err = LW_ERROR_INIT;

    if (argc < 2) {
        fprintf(stderr, "usage: life WORKER [ARGUMENT]...\n");
        return 2;
    }
    options.log = log_line;
    must(lw_runtime_create(&runtime, &options, &err), &err);
    worker = start(runtime, (const char *const *)argv + 1);
    introduce(worker);
    ping(worker, 3);
    measure(worker);
    refuse(worker);
    die(worker);
    end(worker);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    return 0;
}
