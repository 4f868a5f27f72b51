/*
 * step.c - what a call does next is what the worker's state says.
 *
 *      NONE, DEAD ── start ──► GREETING ──► LOADING ──► IDLE ── send ──► BUSY
 *          ▲                      │            │         │                │
 *          │                      ▼            ▼         ▼                ▼
 *          └───── buried ───── ENDING ◄────────┴─────────┴────────── the answer
 *
 * STOPPING is what an earlier call has left. The deadline and the token are
 * looked at here, once for all states: whatever the call waits for, it returns
 * at once, and what it leaves in the worker comes to its end by itself.
 */
#include <stdio.h>

#include "worker/worker.h"

/* There is a process being made only inside of lwi_step_start. */
static int
step_spawning(struct lw_request *request, unsigned seen)
{
    (void)request;
    (void)seen;
    LW_ASSERT(false);
    return LW_EBUSY;
}

static int (*const steps[LWI_STATE_COUNT])(struct lw_request *request,
                                           unsigned seen) = {
    [LWI_STATE_NONE] = lwi_step_start,
    [LWI_STATE_SPAWNING] = step_spawning,
    [LWI_STATE_GREETING] = lwi_step_greeting,
    [LWI_STATE_LOADING] = lwi_step_loading,
    [LWI_STATE_IDLE] = lwi_step_idle,
    [LWI_STATE_BUSY] = lwi_step_busy,
    [LWI_STATE_STOPPING] = lwi_step_stopping,
    [LWI_STATE_ENDING] = lwi_step_ending,
    [LWI_STATE_DEAD] = lwi_step_start,
};

/* ---- time ---- */

int64_t
lwi_request_due(const struct lw_request *request)
{
    const lw_worker *worker = request->worker;
    int64_t due = request->deadline, other = LWI_NEVER;

    switch (worker->state) {
    case LWI_STATE_GREETING:
    case LWI_STATE_LOADING:
    case LWI_STATE_ENDING:
        other = request->limit;
        break;
    case LWI_STATE_STOPPING:
        other = worker->settlement.deadline;
        break;
    case LWI_STATE_NONE:
    case LWI_STATE_SPAWNING:
    case LWI_STATE_IDLE:
    case LWI_STATE_BUSY:
    case LWI_STATE_DEAD:
    case LWI_STATE_COUNT:
        break;
    }
    return other < due ? other : due;
}

/* ---- stopping ---- */

static lw_restart_kind
restart_kind(lw_status status)
{
    switch ((int)status) {
    case LW_ETIMEOUT:
        return LW_RESTART_TIMEOUT;
    case LW_ECANCELLED:
        return LW_RESTART_CANCELLED;
    default:
        return LW_RESTART_SINK;
    }
}

/* The child is asked to give up the request, or has to go. */
static const char *
stop_busy(struct lw_request *request, lw_restart_reason *why)
{
    if (why->kind == LW_RESTART_TIMEOUT)
        why->current = request->timeout_ms;
    if (lwi_settle_begin(request, why))
        return "the worker was asked to stop, and is settled behind";
    return "the worker could not be asked to stop and was ended";
}

/* Leaves every state so that it comes to its end by itself. What was left? */
static const char *
leave(struct lw_request *request, lw_status status)
{
    lw_worker *worker = request->worker;
    lw_restart_reason why = { restart_kind(status), 0, 0, request->call.doing };

    switch (worker->state) {
    case LWI_STATE_BUSY:
        request->stalled = lwi_channel_was_full(&worker->channel);
        return stop_busy(request, &why);
    case LWI_STATE_GREETING:
    case LWI_STATE_LOADING:
        lwi_worker_kill_child(worker, &why);
        return "while a worker process was starting";
    case LWI_STATE_STOPPING:
        return "while the request before it was still being settled";
    case LWI_STATE_ENDING:
        if (request->lingers)
            lwi_child_kill(worker->child, LWI_KILL_PROTOCOL);
        return "while the last worker process was coming to its end";
    case LWI_STATE_NONE:
    case LWI_STATE_SPAWNING:
    case LWI_STATE_IDLE:
    case LWI_STATE_DEAD:
    case LWI_STATE_COUNT:
        break;
    }
    return "before the worker was asked anything";
}

int
lwi_request_stop(struct lw_request *request, lw_status status,
                 const char *detail)
{
    lw_worker *worker = request->worker;
    const char *left;

    /* What has been decided stays; only the exit facts are not waited for. */
    if (worker->state == LWI_STATE_ENDING &&
        request->burial == LWI_BURIAL_OF_STATUS)
        return (int)request->verdict;
    left = leave(request, status);
    return lwi_fail(request->err, status, request->call.doing, "%s: %s",
                    lw_status_text((int)status),
                    detail != NULL ? detail : left);
}

int
lwi_request_abandon(struct lw_request *request)
{
    return lwi_request_stop(request, LW_ECANCELLED, NULL);
}

/* The time of a shutdown is over: what is left is to kill, and to bury. */
static int
end_by_force(struct lw_request *request)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };

    request->deadline = LWI_NEVER;
    /* In ENDING the signals are on their way. */
    if (request->worker->state != LWI_STATE_STOPPING)
        return LW_MORE;
    lwi_worker_kill_child(request->worker, &asked);
    lwi_request_await_burial(request, LWI_BURIAL_OF_OTHERS);
    return LWI_AGAIN;
}

/* Looks at the token and the time. LW_MORE: go on. */
static int
check_stop(struct lw_request *request, unsigned seen)
{
    const struct lwi_clock *clock = lwi_runtime_clock(request->worker->runtime);
    bool late = (seen & LWI_WAIT_TIME) != 0 && request->deadline != LWI_NEVER &&
                lwi_now(clock) >= request->deadline;

    if (request->goal == LWI_GOAL_NO_CHILD)
        return late ? end_by_force(request) : LW_MORE;
    if (seen & LWI_WAIT_CANCEL)
        return lwi_request_abandon(request);
    return late ? lwi_request_stop(request, LW_ETIMEOUT, NULL) : LW_MORE;
}

/* ---- the engine ---- */

int
lwi_request_advance(struct lw_request *request, unsigned seen)
{
    int rc;

    do {
        rc = steps[request->worker->state](request, seen);
        if (rc == LW_MORE || rc == LWI_AGAIN) {
            int stop = check_stop(request, seen);

            if (stop != LW_MORE)
                rc = stop;
        }
        seen = 0;
    } while (rc == LWI_AGAIN);
    return rc;
}
