/* idle.c - the idle limit that acts by itself. */
#include "worker/idle.h"

#include "worker/worker.h"

/* On the thread that has just made the child idle. */
static void
move(lw_worker *worker, int64_t due)
{
    lwi_watch_set(&worker->idle.watch, -1, due);
}

/* On the housekeeping thread. */
static void
look(void *user)
{
    lw_worker *worker = user;
    lw_restart_reason why;
    int64_t due = lwi_policy_idle_due(worker, &why);

    if (due == LWI_NEVER)
        return; /* its next end of a request sets the timer */
    if (lwi_now(lwi_runtime_clock(worker->runtime)) < due) {
        move(worker, due);
        return;
    }
    /*
     * In use, without a request: one is about to be sent, or has just ended.
     * Then it is looked at once more, a limit later.
     */
    if (!lwi_worker_retire(worker, &why))
        move(worker, lwi_deadline_after(lwi_runtime_clock(worker->runtime),
                                        worker->config.policy.idle_ms));
}

void
lwi_idle_init(lw_worker *worker)
{
    if (worker->config.policy.idle_ms == LW_NO_LIMIT)
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
