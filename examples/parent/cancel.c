/*
 * cancel.c - a request that never ends is cancelled from another thread.
 *
 *     cancel build/examples/count
 *
 * The request blocks the thread that makes it. Whoever else has its token can
 * end it: another thread, or a signal handler, since lw_cancel_set may be
 * called from one.
 */
#include <pthread.h>
#include <stdio.h>

#include <lean_worker/lean_worker.h>

/* What the two threads share: "a row has come" opens the gate. */
struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t opened;
    int is_open;
    lw_cancel *cancel;
};

static int
on_row(const lw_row *row, void *user)
{
    struct gate *gate = user;

    (void)row;
    pthread_mutex_lock(&gate->mutex);
    gate->is_open = 1;
    pthread_cond_signal(&gate->opened);
    pthread_mutex_unlock(&gate->mutex);
    return 0;
}

/* The other thread: waits for the first row, then ends the request. */
static void *
cancel_it(void *user)
{
    struct gate *gate = user;

    pthread_mutex_lock(&gate->mutex);
    while (!gate->is_open)
        pthread_cond_wait(&gate->opened, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
    lw_cancel_set(gate->cancel);
    return NULL;
}

/* Counts without an end, until the token is set. */
static int
count(lw_worker *worker, struct gate *gate, lw_error *err)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    lw_run_spec spec = LW_RUN_SPEC_INIT;
    lw_sinks sinks = LW_SINKS_INIT;
    lw_reply *reply = NULL;
    int rc;

    spec.name = "count";
    spec.request.data = "0";
    spec.request.size = 1;
    sinks.row = on_row;
    sinks.user = gate;
    options.cancel = gate->cancel;
    rc = lw_worker_run(worker, &reply, &spec, &sinks, &options, err);
    lw_reply_destroy(reply);
    return rc;
}

static int
run(lw_worker *worker, struct gate *gate, lw_error *err)
{
    lw_span payload;
    pthread_t thread;
    int rc;

    if (pthread_create(&thread, NULL, cancel_it, gate) != 0) {
        snprintf(err->message, sizeof(err->message), "no thread");
        return LW_ESYSTEM;
    }
    rc = count(worker, gate, err);
    on_row(NULL, gate); /* where no row came, the thread still waits */
    pthread_join(thread, NULL);
    printf("the request ended: %s, %s\n", lw_status_name(rc),
           lw_status_text(rc));
    printf("the token is set: %s\n",
           lw_cancel_is_set(gate->cancel) ? "yes" : "no");
    if (rc != LW_ECANCELLED)
        return rc == LW_OK ? LW_EWORKER : rc;

    /* The worker goes on. Whether it kept its child was for the child to
     * decide: one that does not give in is killed and replaced. */
    payload.data = "still there?";
    payload.size = 12;
    rc = lw_worker_ping(worker, payload, NULL, err);
    if (rc == LW_OK)
        printf("the worker answers again\n");
    return rc;
}

int
main(int argc, char **argv)
{
    struct gate gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                         NULL };
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_runtime *runtime = NULL;
    lw_worker *worker = NULL;
    lw_error err = LW_ERROR_INIT;
    int rc;

    if (argc < 2) {
        fprintf(stderr, "usage: cancel WORKER [ARGUMENT]...\n");
        return 2;
    }
    config.command = (const char *const *)argv + 1;
    rc = lw_cancel_create(&gate.cancel, &err);
    if (rc == LW_OK)
        rc = lw_runtime_create(&runtime, NULL, &err);
    /* A token ends the start as well, which may take seconds on Lean. */
    if (rc == LW_OK)
        rc = lw_worker_start(&worker, runtime, &config, gate.cancel, &err);
    if (rc == LW_OK)
        rc = run(worker, &gate, &err);
    if (rc != LW_OK)
        fprintf(stderr, "cancel: %s: %s\n", lw_status_name(rc), err.message);
    lw_worker_destroy(worker);
    lw_runtime_destroy(runtime);
    lw_cancel_destroy(gate.cancel); /* last: those calls were given it */
    return rc == LW_OK ? 0 : 1;
}
