/*
 * allocator.c - the memory of a runtime comes from the program.
 *
 *     allocator build/examples/reverse
 *
 * This one counts. Others may draw from an arena, or give NULL once a limit
 * is reached: every call then fails with LW_ENOMEM, and nothing is lost.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <lean_worker/lean_worker.h>

/* Any thread of the library may ask, so the counters have a lock. */
struct meter {
    pthread_mutex_t mutex;
    unsigned long calls;
    unsigned long blocks; /* that are not freed yet */
};

/* Like realloc, in one function; see lw_allocator. */
static void *
resize(void *block, size_t size, void *user)
{
    struct meter *meter = user;
    void *result = NULL;

    if (size == 0)
        free(block);
    else
        result = realloc(block, size);
    pthread_mutex_lock(&meter->mutex);
    meter->calls++;
    if (block == NULL && result != NULL)
        meter->blocks++;
    else if (block != NULL && size == 0)
        meter->blocks--;
    pthread_mutex_unlock(&meter->mutex);
    return result;
}

static int
ping(lw_runtime *runtime, const char *const *command, lw_error *err)
{
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_worker *worker = NULL;
    lw_span payload;
    int rc;

    config.command = command;
    payload.data = "hello";
    payload.size = 5;
    rc = lw_worker_start(&worker, runtime, &config, NULL, err);
    if (rc == LW_OK)
        rc = lw_worker_ping(worker, payload, NULL, err);
    lw_worker_destroy(worker);
    return rc;
}

int
main(int argc, char **argv)
{
    struct meter meter = { PTHREAD_MUTEX_INITIALIZER, 0, 0 };
    lw_runtime_options options = LW_RUNTIME_OPTIONS_INIT;
    lw_runtime *runtime = NULL;
    lw_allocator allocator;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (argc < 2) {
        fprintf(stderr, "usage: allocator WORKER [ARGUMENT]...\n");
        return 2;
    }
    allocator.resize = resize;
    allocator.user = &meter;
    options.allocator = &allocator;
    rc = lw_runtime_create(&runtime, &options, &err);
    if (rc == LW_OK)
        rc = ping(runtime, (const char *const *)argv + 1, &err);
    if (rc != LW_OK)
        fprintf(stderr, "allocator: %s\n", err.message);
    lw_runtime_destroy(runtime);
    printf("asked for memory: %s\n", meter.calls > 0 ? "yes" : "no");
    printf("blocks left: %lu\n", meter.blocks);
    return rc == LW_OK && meter.calls > 0 && meter.blocks == 0 ? 0 : 1;
}
