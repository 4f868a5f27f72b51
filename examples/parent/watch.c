/*
 * watch.c - a pool that can be watched: each event on a line of its own, and
 * at the end its counters as Prometheus would read them.
 *
 *     watch build/examples/count [ROUNDS [SOCKET]]
 *
 * Three threads ask in turn, on two workers. Meanwhile `lean-worker top SOCKET`
 * shows them; with the word `auto` for SOCKET, `lean-worker top` finds it.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define THREADS 3

static lw_pool *pool;
static lw_capability *capability;
static long rounds = 10;

static int
complain(const lw_error *err)
{
    fprintf(stderr, "%s: %s\n", lw_status_name(err->status), err->message);
    return 1;
}

/* On the pool's own thread: it may take its time. */
static void
tell_event(const lw_pool_event *event, void *user)
{
    (void)user;
    printf("%-8s place %u, child %llu (pid %d) of %s",
           lw_pool_event_kind_name(event->kind), event->place,
           (unsigned long long)event->generation, event->pid,
           lw_session_key_get_package(event->key));
    if (event->duration_us > 0)
        printf(", %llu us", (unsigned long long)event->duration_us);
    if (event->end != NULL)
        printf(": %s (%s)", event->end->sentence,
               lw_restart_kind_name(event->reason.kind));
    printf("\n");
}

static void *
ask(void *argument)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_run_spec count = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease;
    lw_reply *reply;
    long round;
    int rc = LW_OK;

    (void)argument;
    options.wait_ms = LW_NO_LIMIT;
    count.name = "count";
    count.request.data = "3";
    count.request.size = 1;
    for (round = 0; round < rounds && rc == LW_OK; round++) {
        lease = NULL;
        reply = NULL;
        rc = lw_pool_acquire(&lease, pool, capability, &options, &err);
        if (rc == LW_OK)
            rc = lw_lease_run(lease, &reply, &count, NULL, NULL, &err);
        lw_reply_destroy(reply);
        lw_lease_release(lease);
    }
    if (rc != LW_OK)
        complain(&err);
    return rc == LW_OK ? NULL : pool; /* that is: something */
}

/* What falls or rises, and what it is called. */
static void
tell_counters(const lw_pool_snapshot *shot)
{
    lw_pool_counter counter;
    uint64_t value;
    size_t i;

    memset(&counter, 0, sizeof(counter));
    counter.struct_size = sizeof(counter);
    for (i = 0; i < lw_pool_counter_count(); i++) {
        if (lw_pool_counter_describe(&counter, i, NULL) == LW_OK &&
            lw_pool_counter_read(&value, shot, i, NULL) == LW_OK && value > 0)
            printf("%s: %llu %s\n", counter.name, (unsigned long long)value,
                   counter.unit);
    }
    for (i = 0; i < LW_POOL_BUCKETS; i++)
        if (shot->admission_wait.buckets[i] > 0)
            printf("%llu waited at most %llu us\n",
                   (unsigned long long)shot->admission_wait.buckets[i],
                   (unsigned long long)lw_pool_bucket_bound_us(i));
}

/* Once to know the size, once for the text. */
static void
tell_metrics(const lw_pool_snapshot *shot)
{
    size_t length = 0;
    char *text;

    if (lw_pool_write_json(NULL, 0, &length, shot, NULL) == LW_OK)
        printf("as JSON: %zu bytes\n", length);
    if (lw_pool_write_metrics(NULL, 0, &length, shot, "example", NULL) != LW_OK)
        return;
    text = malloc(length + 1);
    if (text != NULL && lw_pool_write_metrics(text, length + 1, NULL, shot,
                                              "example", NULL) == LW_OK)
        fputs(text, stdout);
    free(text);
}

/* For other programs of this user. That there is none is no reason to stop. */
static void
open_control(const char *path)
{
    lw_error err = LW_ERROR_INIT;

    if (strcmp(path, "auto") == 0)
        path = NULL;
    if (lw_pool_open_control(pool, path, &err) == LW_OK)
        printf("control socket at %s\n", lw_pool_get_control_path(pool));
    else
        complain(&err);
    fflush(stdout);
}

static int
work(void)
{
    pthread_t threads[THREADS];
    lw_pool_snapshot shot;
    int i, failures = 0;
    void *failed = NULL;

    for (i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, ask, NULL);
    for (i = 0; i < THREADS; i++)
        failures += pthread_join(threads[i], &failed) != 0 || failed;
    memset(&shot, 0, sizeof(shot));
    shot.struct_size = sizeof(shot);
    if (lw_pool_get_snapshot(pool, &shot, NULL) == LW_OK) {
        tell_counters(&shot);
        tell_metrics(&shot);
    }
    return failures;
}

int
main(int argc, char **argv)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_runtime *runtime = NULL;
    const char *command[2] = { NULL, NULL };
    int rc, failures = 0;

    if (argc < 2) {
        fprintf(stderr, "usage: watch WORKER [ROUNDS [SOCKET]]\n");
        return 2;
    }
    if (argc > 2)
        rounds = strtol(argv[2], NULL, 10);
    command[0] = argv[1];
    spec.worker.command = command;
    spec.package = "count";
    config.max_workers = 2;
    config.event = tell_event;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = lw_capability_create(&capability, &spec, &err);
    if (rc == LW_OK)
        rc = lw_pool_create(&pool, runtime, &config, &err);
    if (rc == LW_OK && argc > 3)
        open_control(argv[3]);
    if (rc == LW_OK)
        failures = work();
    lw_pool_destroy(pool); /* the last events are told before it returns */
    lw_capability_destroy(capability);
    lw_runtime_destroy(runtime);
    if (rc != LW_OK)
        return complain(&err);
    return failures == 0 ? 0 : 1;
}
