/* idle.c - the limits of an idle child that act by themselves. */
#include "worker/idle.h"

#include "worker/worker.h"

/* On the thread that has just made the child idle. */
static void
move(lw_worker *worker, int64_t due)
{
    lwi_watch_set(&worker->idle.watch, -1, due);
}

/* True where a limit is reached, and the child has to go. */
static bool
is_due(lw_worker *worker, lw_restart_reason *why)
{
    int64_t due = lwi_policy_idle_due(worker, why);

    return (due != LWI_NEVER &&
            lwi_now(lwi_runtime_clock(worker->runtime)) >= due) ||
           lwi_policy_has_swollen(worker, why);
}

/*
 * When there is something to look at again. in_use: a limit is reached, and
 * the worker is in use without a request: one is about to be sent, or has just
 * ended. Then it is looked at a limit later.
 */
static int64_t
next_look(lw_worker *worker, bool in_use)
{
    lw_restart_reason why;
    int64_t limit = lwi_policy_idle_due(worker, &why);
    int64_t look = lwi_policy_look_due(worker);

    if (in_use && limit != LWI_NEVER)
        limit = lwi_deadline_after(lwi_runtime_clock(worker->runtime),
                                   worker->config.policy.idle_ms);
    return limit < look ? limit : look;
}

/* On the housekeeping thread. */
static void
look(void *user)
{
    lw_worker *worker = user;
    lw_restart_reason why;
    bool due = is_due(worker, &why);
    int64_t next;

    if (due && lwi_worker_retire(worker, &why))
        return; /* its next child sets the timer */
    next = next_look(worker, due);
    if (next != LWI_NEVER) /* else the next end of a request sets it */
        move(worker, next);
}

void
lwi_idle_init(lw_worker *worker)
{
    const lw_restart_policy *limits = &worker->config.policy;

    if (limits->idle_ms == LW_NO_LIMIT && limits->max_rss_kib == LW_NO_LIMIT)
        return;
    lwi_watch_init(&worker->idle.watch, worker->runtime, look, worker);
    worker->policy.became_idle = move;
    worker->idle.started = true;
}

void
lwi_idle_fini(lw_worker *worker)
{
    if (worker->idle.started)
        lwi_watch_stop(&worker->idle.watch);
    worker->idle.started = false;
}
