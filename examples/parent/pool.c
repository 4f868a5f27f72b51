/*
 * pool.c - many callers, few workers: each thread takes a lease, asks, and
 * gives it back.
 *
 *     pool build/examples/count
 *
 * The pool opens workers as they are needed, at most two here, and keeps them
 * warm. What ends a lease is told apart from what only fails a request.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <lean_worker/lean_worker.h>

#define THREADS 4

static lw_pool *pool;
static lw_capability *capability;

static int
complain(const lw_error *err)
{
    fprintf(stderr, "%s: %s\n", lw_status_name(err->status), err->message);
    return 1;
}

/* The request of a typed command: command.c shows more of those. */
static int
put_three(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    (void)request;
    (void)fault;
    (void)user;
    return lw_writer_put(to, "3", 1);
}

/* Two questions on a lease of its own. */
static void *
ask(void *argument)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;
    lw_command command = LW_COMMAND_INIT; /* bytes in, bytes out */
    lw_command_spec spec = LW_COMMAND_SPEC_INIT;
    lw_run_spec count = LW_RUN_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = NULL;
    lw_reply *reply = NULL;
    int rc;

    (void)argument;
    options.wait_ms = LW_NO_LIMIT;
    count.name = command.name = "count";
    count.request.data = "3";
    count.request.size = 1;
    command.encode = put_three;
    rc = lw_pool_acquire(&lease, pool, capability, &options, &err);
    if (rc == LW_OK)
        rc = lw_lease_set_request_timeout(lease, 5000, &err);
    if (rc == LW_OK)
        rc = lw_lease_run(lease, &reply, &count, NULL, NULL, &err);
    lw_reply_destroy(reply);
    reply = NULL;
    if (rc == LW_OK)
        rc = lw_lease_run_command(lease, &reply, &command, &spec, NULL, &err);
    if (rc != LW_OK)
        complain(&err);
    if (lw_status_lost_lease(rc))
        fprintf(stderr, "another try needs another lease\n");
    lw_reply_destroy(reply);
    lw_lease_release(lease);          /* NULL-safe, never fails, never blocks */
    return rc == LW_OK ? NULL : pool; /* that is: something */
}

static int
make_capability(const char *program, lw_error *err)
{
    const char *command[] = { program, NULL };
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;

    spec.worker.command = command;
    spec.package = "count";
    return lw_capability_create(&capability, &spec, err);
}

static void
tell(void)
{
    const lw_session_key *key = lw_capability_get_key(capability);
    lw_pool_snapshot shot;

    memset(&shot, 0, sizeof(shot));
    shot.struct_size = sizeof(shot);
    if (lw_pool_get_snapshot(pool, &shot, NULL) == LW_OK)
        printf("package %s: %llu leases on %u workers, %llu requests\n",
               lw_session_key_get_package(key), (unsigned long long)shot.leases,
               shot.workers, (unsigned long long)shot.stream_requests);
}

int
main(int argc, char **argv)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_runtime *runtime = NULL;
    pthread_t threads[THREADS];
    int rc, i, failures = 0;
    void *failed = NULL;

    if (argc != 2) {
        fprintf(stderr, "usage: pool WORKER\n");
        return 2;
    }
    config.max_workers = 2;
    rc = lw_runtime_create(&runtime, NULL, &err);
    if (rc == LW_OK)
        rc = make_capability(argv[1], &err);
    if (rc == LW_OK)
        rc = lw_pool_create(&pool, runtime, &config, &err);
    if (rc == LW_OK) {
        for (i = 0; i < THREADS; i++)
            pthread_create(&threads[i], NULL, ask, NULL);
        for (i = 0; i < THREADS; i++)
            failures += pthread_join(threads[i], &failed) != 0 || failed;
        tell();
    }
    lw_pool_destroy(pool);
    lw_capability_destroy(capability);
    lw_runtime_destroy(runtime);
    if (rc != LW_OK)
        return complain(&err);
    return failures == 0 ? 0 : 1;
}
