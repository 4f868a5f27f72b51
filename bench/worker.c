/*
 * worker.c - what a request costs, and how soon its caller is free again.
 *
 *     worker [ROUNDS]     prints Markdown for docs/performance.md
 *     worker --child      the other side
 *
 * Ratios are taken between neighbours in time: each round measures the limit
 * and the library in turn, and what is printed is the median of the rounds
 * (15 where nothing else is asked for). No Lean is needed: the child is this
 * program. Nothing here passes or fails.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>

#include <lean_worker/child.h>

#include "bench.h"

#define PINGS 1000 /* of 100 bytes, in a round */
#define PING_BYTES 100
#define ROW_TOTAL (UINT64_C(32) << 20) /* bytes of a stream */
#define SMALL_TOTAL (UINT64_C(8) << 20)

/* ---- the child ---- */

static int
echo(lw_child_call *call, lw_span request, void *user)
{
    (void)user;
    return lw_child_respond(call, request);
}

/* The request is "COUNT SIZE". */
static int
rows(lw_child_call *call, lw_span request, void *user)
{
    unsigned long count, size, i;
    char text[64], *row, *end;
    int rc = 0;

    (void)user;
    snprintf(text, sizeof(text), "%.*s", (int)request.size, request.data);
    count = strtoul(text, &end, 10);
    size = strtoul(end, NULL, 10);
    row = malloc(size);
    if (row == NULL)
        return lw_child_fail(call, "out of memory");
    memset(row, 'r', size);
    for (i = 0; i < count && rc >= 0; i++)
        rc = lw_child_emit_row(call, "rows", (lw_span){ row, size });
    free(row);
    return lw_child_respond(call, (lw_span){ "", 0 });
}

/* Says nothing, and hears nothing. */
static int
silent(lw_child_call *call, lw_span request, void *user)
{
    (void)call;
    (void)request;
    (void)user;
    while (pause() < 0)
        ;
    return 0;
}

static int
serve(void)
{
    static const lw_child_handler handlers[] = {
        { "echo", echo }, { "rows", rows }, { "silent", silent }, { NULL, NULL }
    };
    lw_child_config config = LW_CHILD_CONFIG_INIT;

    config.handlers = handlers;
    return lw_child_run_stdio(&config);
}

/* ---- what everything shares ---- */

static lw_runtime *runtime;

static lw_worker *
start(uint64_t grace_ms, uint64_t rss_limit_kib)
{
    const char *command[] = { self, "--child", NULL };
    lw_restart_policy policy = LW_RESTART_POLICY_INIT;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;

    policy.max_restarts = 0; /* silent children are killed here */
    config.command = command;
    config.policy = &policy;
    config.cancel_grace_ms = grace_ms;
    config.rss_limit_kib = rss_limit_kib;
    need(lw_worker_start(&worker, runtime, &config, NULL, &err), "start");
    return worker;
}

static void
pin(int cpu)
{
    cpu_set_t set;
    size_t i;

    CPU_ZERO(&set);
    for (i = 0; i < CPU_SETSIZE; i++) {
        if (cpu < 0 || (int)i == cpu)
            CPU_SET(i, &set);
    }
    sched_setaffinity(0, sizeof(set), &set);
}

/* ---- a round trip ---- */

/* A process that gives back what it gets: the limit. */
static pid_t
start_echo(int *to, int *from)
{
    int there[2], back[2];
    char bytes[PING_BYTES];
    ssize_t n;
    pid_t pid;

    if (pipe(there) < 0 || pipe(back) < 0 || (pid = fork()) < 0)
        exit(1);
    if (pid == 0) {
        close(there[1]);
        close(back[0]);
        while ((n = read(there[0], bytes, sizeof(bytes))) > 0 &&
               write(back[1], bytes, (size_t)n) == n)
            ;
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    *to = there[1];
    *from = back[0];
    return pid;
}

static double
pipe_round(int to, int from)
{
    char bytes[PING_BYTES] = { 0 };
    double start_us = now_us();
    int i;

    for (i = 0; i < PINGS; i++) {
        if (write(to, bytes, sizeof(bytes)) != sizeof(bytes) ||
            read(from, bytes, sizeof(bytes)) != sizeof(bytes))
            exit(1);
    }
    return (now_us() - start_us) / PINGS;
}

static double
run_round(lw_worker *worker)
{
    char bytes[PING_BYTES] = { 0 };
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    double start_us = now_us();
    lw_reply *reply;
    int i;

    spec.name = "echo";
    spec.request = (lw_span){ bytes, sizeof(bytes) };
    for (i = 0; i < PINGS; i++) {
        need(lw_worker_run(worker, &reply, &spec, NULL, NULL, &err), "echo");
        lw_reply_destroy(reply);
    }
    return (now_us() - start_us) / PINGS;
}

static void
measure_round_trip(int rounds, int cpu, const char *where)
{
    double limit[ROUNDS_MAX], ours[ROUNDS_MAX], ratio[ROUNDS_MAX];
    lw_worker *worker;
    int to, from, i;
    pid_t pid;

    /* The runtime's thread starts the child: all three inherit the CPU. */
    pin(cpu);
    need(lw_runtime_create(&runtime, NULL, &err), "runtime");
    pid = start_echo(&to, &from);
    worker = start(50, LW_NO_LIMIT);
    run_round(worker); /* warm */
    for (i = 0; i < rounds; i++) {
        limit[i] = pipe_round(to, from);
        ours[i] = run_round(worker);
        ratio[i] = ours[i] / limit[i];
    }
    printf("| export with 100 bytes, %s | %.1f µs | pipe %.1f µs | %.2f × "
           "(%.2f to %.2f) |\n",
           where, quantile(ours, rounds, 0.5), quantile(limit, rounds, 0.5),
           quantile(ratio, rounds, 0.5), quantile(ratio, rounds, 0),
           quantile(ratio, rounds, 1));
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    close(to);
    close(from);
    waitpid(pid, NULL, 0);
    pin(-1);
}

/* ---- rows ---- */

static int
count_row(const lw_row *row, void *user)
{
    *(uint64_t *)user += row->payload.size;
    return 0;
}

/* Rows a second. */
static double
rows_round(lw_worker *worker, uint64_t size, uint64_t total)
{
    char request[64];
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    uint64_t bytes = 0, count = total / size;
    double start_us = now_us();
    lw_reply *reply;

    snprintf(request, sizeof(request), "%lu %lu", (unsigned long)count,
             (unsigned long)size);
    spec.name = "rows";
    spec.request = (lw_span){ request, strlen(request) };
    sinks.row = count_row;
    sinks.user = &bytes;
    need(lw_worker_run(worker, &reply, &spec, &sinks, NULL, &err), "rows");
    lw_reply_destroy(reply);
    if (bytes != count * size)
        exit(1);
    return (double)count / (now_us() - start_us) * 1e6;
}

static void
measure_rows(int rounds, uint64_t size, uint64_t total)
{
    double free_rate[ROUNDS_MAX], limited[ROUNDS_MAX], ratio[ROUNDS_MAX];
    lw_worker *plain = start(50, LW_NO_LIMIT);
    lw_worker *watched = start(50, UINT64_C(4) << 20);
    double rate;
    int i;

    for (i = 0; i < rounds; i++) {
        free_rate[i] = rows_round(plain, size, total);
        limited[i] = rows_round(watched, size, total);
        ratio[i] = limited[i] / free_rate[i];
    }
    rate = quantile(free_rate, rounds, 0.5);
    printf("| rows of %lu bytes | %.0f/s, %.0f MB/s | with a memory limit "
           "%.0f/s | %.2f × (%.2f to %.2f) |\n",
           (unsigned long)size, rate, rate * (double)size / 1e6,
           quantile(limited, rounds, 0.5), quantile(ratio, rounds, 0.5),
           quantile(ratio, rounds, 0), quantile(ratio, rounds, 1));
    lw_worker_destroy(plain);
    lw_worker_destroy(watched);
}

/* ---- control back ---- */

struct canceller {
    lw_cancel *cancel;
    double set_us;
};

/* Sets the token when the request is surely on its way. */
static void *
set_soon(void *argument)
{
    static const struct timespec moment = { 0, 5000000 };
    struct canceller *canceller = argument;

    nanosleep(&moment, NULL);
    canceller->set_us = now_us();
    lw_cancel_set(canceller->cancel);
    return NULL;
}

static double
cancel_once(lw_worker *worker)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    struct canceller canceller = { NULL, 0 };
    lw_reply *reply;
    pthread_t thread;
    double back_us;

    need(lw_cancel_create(&canceller.cancel, &err), "cancel");
    options.cancel = canceller.cancel;
    spec.name = "silent";
    if (pthread_create(&thread, NULL, set_soon, &canceller) != 0)
        exit(1);
    if (lw_worker_run(worker, &reply, &spec, NULL, &options, &err) !=
        LW_ECANCELLED)
        exit(1);
    back_us = now_us();
    pthread_join(thread, NULL);
    lw_cancel_destroy(canceller.cancel);
    need(lw_worker_ping(worker, (lw_span){ "", 0 }, NULL, &err), "ping");
    return back_us - canceller.set_us;
}

/* By how much the deadline is missed. */
static double
time_out_once(lw_worker *worker, uint64_t timeout_ms)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    double start_us;
    lw_reply *reply;

    need(lw_worker_ping(worker, (lw_span){ "", 0 }, NULL, &err), "ping");
    options.timeout_ms = timeout_ms;
    spec.name = "silent";
    start_us = now_us();
    if (lw_worker_run(worker, &reply, &spec, NULL, &options, &err) !=
        LW_ETIMEOUT)
        exit(1);
    return now_us() - start_us - (double)timeout_ms * 1e3;
}

static void
measure_control(int samples)
{
    double cancels[10 * ROUNDS_MAX], late[10 * ROUNDS_MAX];
    lw_worker *worker = start(1, LW_NO_LIMIT);
    int i;

    for (i = 0; i < samples; i++) {
        cancels[i] = cancel_once(worker);
        late[i] = time_out_once(worker, 100);
    }
    printf("| control back after a cancel, child silent | %.0f µs | p99 %.0f "
           "µs | upstream 1.9 s |\n",
           quantile(cancels, samples, 0.5), quantile(cancels, samples, 0.99));
    printf("| a timeout of 100 ms is late by | %.0f µs | p99 %.0f µs | "
           "upstream 7 to 12 ms |\n",
           quantile(late, samples, 0.5), quantile(late, samples, 0.99));
    lw_worker_destroy(worker);
}

int
main(int argc, char **argv)
{
    int rounds;

    if (argc > 1 && strcmp(argv[1], "--child") == 0)
        return serve();
    rounds = read_rounds(argc, argv);
    find_self();
    printf(
        "| what | figure | beside it | ratio |\n| --- | --- | --- | --- |\n");
    measure_round_trip(rounds, 0, "on one CPU");
    measure_round_trip(rounds, -1, "not pinned");
    need(lw_runtime_create(&runtime, NULL, &err), "runtime");
    measure_rows(rounds, 100, SMALL_TOTAL);
    measure_rows(rounds, 1024, ROW_TOTAL);
    measure_rows(rounds, 16384, ROW_TOTAL);
    measure_control(10 * (rounds < 10 ? rounds : 10));
    lw_runtime_destroy(runtime);
    return 0;
}
