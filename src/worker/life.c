/*
 * life.c - lw_worker_start, cycle, shutdown, kill and destroy.
 *
 * All but kill are calls like a request (request.h), with another goal.
 */
#include <signal.h>
#include <stdio.h>

#include "worker/quiet.h"
#include "worker/worker.h"

/* ---- start and cycle ---- */

static int
run_to(struct lw_request *request, lw_cancel *cancel)
{
    request->cancel = cancel;
    request->asked_for = true;
    return lwi_request_complete(request);
}

static int
check_cancel(lw_cancel *cancel, const char *doing, lw_error *err)
{
    return lw_cancel_is_set(cancel) ? lwi_fail(err, LW_ECANCELLED, doing,
                                               "cancelled before it began")
                                    : LW_OK;
}

static int
bring_up(lw_worker *worker, const char *doing, lw_cancel *cancel, lw_error *err)
{
    struct lwi_call call = { .doing = doing };
    struct lw_request *request;
    int rc = check_cancel(cancel, doing, err);

    if (rc == LW_OK)
        rc = lwi_request_claim(&request, worker, &call, LWI_GOAL_CHILD, err);
    if (rc != LW_OK)
        return rc;
    request->replace = true;
    return run_to(request, cancel);
}

static int
init(lw_worker *worker, lw_runtime *runtime, const lw_worker_config *config,
     lw_error *err)
{
    const lw_allocator *allocator = lwi_runtime_allocator(runtime);
    int rc;

    worker->magic = LWI_WORKER_MAGIC;
    worker->runtime = lwi_runtime_retain(runtime);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->released, NULL);
    lwi_sessions_init(&worker->sessions, allocator);
    lwi_buf_init(&worker->request.frame, allocator);
    lwi_settlement_init(worker);
    lwi_waiter_init(&worker->waiter);
    worker->spares = lwi_spares_create(allocator);
    rc = lwi_config_init(&worker->config, allocator, config, err);
    if (rc == LW_OK && worker->spares == NULL)
        rc = lwi_fail(err, LW_ENOMEM, "start a worker", "out of memory");
    if (rc == LW_OK &&
        lwi_policy_init(&worker->policy, &worker->config.policy,
                        lwi_runtime_clock(runtime), allocator) != LW_OK)
        rc = lwi_fail(err, LW_ENOMEM, "start a worker", "out of memory");
    if (rc == LW_OK)
        lwi_idle_init(worker);
    return rc;
}

int
lwi_worker_create(lw_worker **out, lw_runtime *runtime,
                  const lw_worker_config *config, lw_error *err)
{
    lw_worker *worker =
        lwi_alloc(lwi_runtime_allocator(runtime), sizeof(*worker));
    int rc;

    if (worker == NULL)
        return lwi_fail(err, LW_ENOMEM, "start a worker", "out of memory");
    rc = init(worker, runtime, config, err);
    lwi_observer_init(worker, NULL, NULL);
    if (rc != LW_OK)
        lw_worker_destroy(worker);
    else
        *out = worker;
    return rc;
}

/*
 * A library that crashes, hangs or cannot be loaded ends the child before it
 * says anything: the error names those that it may have been.
 */
static void
name_libraries(const lw_worker *worker, int rc, lw_error *err)
{
    char **library = worker->config.libraries;
    bool by_child = rc == LW_ECHILDEXITED || rc == LW_ECHILDCRASHED ||
                    rc == LW_EHANDSHAKE || rc == LW_ETIMEOUT ||
                    rc == LW_ERECURSION || rc == LW_EMEMORY;
    size_t size;

    if (!by_child || err == NULL)
        return;
    for (; library != NULL && *library != NULL; library++) {
        if (strstr(err->message, *library) != NULL)
            continue;
        size = strlen(err->message);
        snprintf(err->message + size, sizeof(err->message) - size,
                 "; it was to load %s", *library);
    }
}

int
lwi_worker_start(lw_worker **out, lw_runtime *runtime,
                 const lw_worker_config *config, lwi_note_cb note, void *user,
                 lw_cancel *cancel, lw_error *err)
{
    lw_worker *worker;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, "start a worker", "out is NULL");
    *out = NULL;
    rc = lwi_runtime_check(runtime, "start a worker", err);
    if (rc == LW_OK)
        rc = lwi_worker_create(&worker, runtime, config, err);
    if (rc != LW_OK)
        return rc;
    lwi_observer_init(worker, note, user);
    rc = bring_up(worker, "start a worker", cancel, err);
    name_libraries(worker, rc, err);
    if (rc != LW_OK)
        lw_worker_destroy(worker);
    else
        *out = worker;
    return rc;
}

int
lw_worker_start(lw_worker **out, lw_runtime *runtime,
                const lw_worker_config *config, lw_cancel *cancel,
                lw_error *err)
{
    return lwi_worker_start(out, runtime, config, NULL, NULL, cancel, err);
}

int
lw_worker_cycle(lw_worker *worker, lw_cancel *cancel, lw_error *err)
{
    int rc = lwi_worker_check_handle(worker, "cycle a worker", err);

    return rc == LW_OK ? bring_up(worker, "cycle a worker", cancel, err) : rc;
}

/* ---- the end ---- */

/* *said_goodbye: the child that was there has said so. */
static int
take_down(lw_worker *worker, const char *doing, uint64_t patience_ms,
          uint64_t polite_ms, bool *said_goodbye, lw_error *err)
{
    struct lwi_call call = { .doing = doing };
    struct lw_request *request;
    int rc = lwi_request_claim(&request, worker, &call, LWI_GOAL_NO_CHILD, err);

    if (rc != LW_OK)
        return rc;
    request->replace = patience_ms == 0;
    request->polite_ms = polite_ms;
    if (patience_ms > 0)
        request->deadline =
            lwi_deadline_after(lwi_runtime_clock(worker->runtime), patience_ms);
    request->said_goodbye = said_goodbye;
    return run_to(request, NULL);
}

/* A request in steps that nobody is in ends with its worker. */
static void
drop_request(lw_worker *worker)
{
    struct lw_request *request = &worker->request;

    if (request->in_steps && !request->stepping)
        lwi_request_drop(request);
}

void
lw_worker_destroy(lw_worker *worker)
{
    lw_runtime *runtime;
    bool said_goodbye;

    if (!lwi_worker_usable(worker))
        return;
    drop_request(worker);
    if (take_down(worker, "destroy a worker", 0, LWI_POLITE_MS, &said_goodbye,
                  NULL) != LW_OK)
        return; /* from a sink, or against the rules: it is still in use */
    runtime = worker->runtime;
    lwi_idle_fini(worker);
    lwi_worker_forget_child(worker);
    lwi_waiter_close(worker);
    lwi_policy_fini(&worker->policy);
    lwi_sessions_fini(&worker->sessions);
    lwi_buf_fini(&worker->request.frame);
    lwi_config_fini(&worker->config, lwi_runtime_allocator(runtime));
    lwi_spares_release(worker->spares);
    pthread_cond_destroy(&worker->released);
    pthread_mutex_destroy(&worker->lock);
    worker->magic = 0;
    lwi_free(lwi_runtime_allocator(runtime), worker);
    lwi_runtime_release(runtime);
}

void
lw_worker_kill(lw_worker *worker)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };

    if (!lwi_worker_usable(worker))
        return;
    pthread_mutex_lock(&worker->lock);
    worker->kills++;
    if (worker->child != NULL) {
        worker->killed = true;
        lwi_child_kill(worker->child, LWI_KILL_POLICY);
        lwi_policy_child_ended(worker, &asked);
    }
    pthread_mutex_unlock(&worker->lock);
}

/* ---- quiet ---- */

void
lwi_worker_await_quiet(lw_worker *worker)
{
    struct lwi_call call = { .doing = "wait for a worker" };
    struct lw_request *request;

    if (lwi_worker_usable(worker) &&
        lwi_request_claim(&request, worker, &call, LWI_GOAL_QUIET, NULL) ==
            LW_OK)
        run_to(request, NULL);
}

/* ---- shutdown ---- */

static lw_shutdown_outcome
outcome_of(const struct lwi_obituary *obituary, bool said_goodbye)
{
    if (obituary->exit_signal == SIGKILL)
        return LW_SHUTDOWN_KILLED;
    return said_goodbye ? LW_SHUTDOWN_GRACEFUL : LW_SHUTDOWN_NO_GOODBYE;
}

static void
write_report(lw_worker *worker, bool was_there, bool said_goodbye,
             int64_t began, lw_shutdown_report *report)
{
    const struct lwi_clock *clock = lwi_runtime_clock(worker->runtime);
    struct lwi_obituary obituary = { .exit_code = -1 };

    *report = (lw_shutdown_report){
        .struct_size = sizeof(*report),
        .outcome = LW_SHUTDOWN_ALREADY_GONE,
        .elapsed_us = (uint64_t)(lwi_now(clock) - began) / 1000,
        .exit_code = -1,
    };
    if (!was_there || worker->child == NULL)
        return;
    if (!lwi_child_get_obituary(worker->child, &obituary))
        obituary.exit_signal = SIGKILL; /* on its way for long */
    report->outcome = outcome_of(&obituary, said_goodbye);
    report->exit_code = obituary.exit_code;
    report->exit_signal = obituary.exit_signal;
}

static int
check_shutdown(const lw_worker *worker, uint64_t timeout_ms,
               const lw_shutdown_report *report, const char *doing,
               lw_error *err)
{
    int rc = lwi_worker_check_handle(worker, doing, err);

    if (rc != LW_OK)
        return rc;
    if (timeout_ms == 0 || timeout_ms > LW_TIMEOUT_MAX_MS)
        return lwi_fail(err, LW_EINVAL, doing,
                        "timeout_ms must be 1 ms to 30 days");
    if (report != NULL && report->struct_size != sizeof(*report))
        return lwi_fail(err, LW_EINVAL, doing,
                        "the report's struct_size is not set");
    return LW_OK;
}

int
lw_worker_shutdown(lw_worker *worker, uint64_t timeout_ms,
                   lw_shutdown_report *report, lw_error *err)
{
    const char *doing = "shut a worker down";
    int rc = check_shutdown(worker, timeout_ms, report, doing, err);
    bool was_there, said_goodbye = false;
    int64_t began;

    if (rc != LW_OK)
        return rc;
    began = lwi_now(lwi_runtime_clock(worker->runtime));
    was_there = lw_worker_get_state(worker) != LW_WORKER_DEAD;
    rc = take_down(worker, doing, timeout_ms, timeout_ms, &said_goodbye, err);
    if (rc == LW_OK && report != NULL)
        write_report(worker, was_there, said_goodbye, began, report);
    return rc;
}
