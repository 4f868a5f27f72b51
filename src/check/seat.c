/* seat.c - the worker of a slot: started, ended, and when. */
#include "check/run.h"

/* ---- start ---- */

/* How often a worker may be started is the schedule's matter. */
static void
configure(const struct lwi_run *run, lw_worker_config *config)
{
    static const lw_restart_policy policy = { .struct_size = sizeof(policy),
                                              .max_requests = LW_NO_LIMIT,
                                              .max_imports = LW_NO_LIMIT,
                                              .max_import_kib = LW_NO_LIMIT,
                                              .max_rss_kib = LW_NO_LIMIT,
                                              .max_pss_kib = LW_NO_LIMIT,
                                              .idle_ms = LW_NO_LIMIT,
                                              .restart_window_ms = 60000 };

    config->policy = &policy;
    config->toolchain = run->options.toolchain;
    config->command = run->options.command;
    config->working_directory = run->options.working_directory;
    config->request_timeout_ms = LW_NO_LIMIT; /* each request has its own */
    config->cancel_grace_ms = LWI_TIMEOUT_GRACE_MS;
    config->rss_limit_kib = run->options.rss_limit_kib;
}

/* With the lock. True where no worker is left that could serve the rest. */
static bool
is_hopeless(const struct lwi_run *run, const struct lwi_slot *slot)
{
    return run->stop == LWI_STOP_NONE && run->live == 0 && run->starting == 0 &&
           (!run->ever_up || slot->failures >= LWI_START_ATTEMPTS);
}

static bool
settle_start(struct lwi_slot *slot, lw_worker *worker)
{
    struct lwi_run *run = slot->run;

    run->starting--;
    if (worker == NULL) {
        lwi_schedule_worker_down(run->schedule, slot->number);
        slot->failures++;
        return is_hopeless(run, slot);
    }
    lwi_schedule_worker_up(run->schedule, slot->number);
    slot->worker = worker;
    slot->failures = 0;
    run->ever_up = true;
    run->live++;
    run->totals.workers_started++;
    return false;
}

int
lwi_seat_start(struct lwi_slot *slot)
{
    struct lwi_run *run = slot->run;
    lw_worker_config config = LW_WORKER_CONFIG_INIT;
    lw_error err = LW_ERROR_INIT;
    lw_worker *worker = NULL;
    bool hopeless;
    int rc;

    LW_ASSERT(slot->worker == NULL);
    configure(run, &config);
    pthread_mutex_lock(&run->lock);
    run->starting++;
    pthread_mutex_unlock(&run->lock);
    rc = lw_worker_start(&worker, run->runtime, &config, run->halt, &err);
    pthread_mutex_lock(&run->lock);
    hopeless = settle_start(slot, worker);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    if (hopeless)
        lwi_run_stop(run, LWI_STOP_FAILED, &err);
    return rc;
}

/* ---- end ---- */

void
lwi_seat_end(struct lwi_slot *slot, bool lost)
{
    struct lwi_run *run = slot->run;
    lw_worker *worker = slot->worker;
    bool at_once;

    if (worker == NULL)
        return;
    pthread_mutex_lock(&run->lock);
    slot->worker = NULL;
    lwi_schedule_worker_down(run->schedule, slot->number);
    run->live--;
    run->totals.workers_lost += lost;
    at_once = run->stop != LWI_STOP_NONE;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    slot->session_count = 0;
    slot->used = false;
    slot->heap_kib = 0;
    if (at_once)
        lw_worker_kill(worker);
    lw_worker_destroy(worker);
}

void
lwi_seat_tidy(struct lwi_slot *slot)
{
    if (slot->worker == NULL)
        return;
    /* A worker that replaced its child has none of the sessions kept here. */
    if (lw_worker_get_state(slot->worker) == LW_WORKER_DEAD ||
        lw_worker_get_generation(slot->worker) > 1)
        lwi_seat_end(slot, true);
    else if (slot->heap_kib >= slot->run->heap_limit_kib)
        lwi_seat_end(slot, false);
}

/* ---- waiting after a start that failed ---- */

static struct timespec
after_ms(uint64_t ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

void
lwi_seat_back_off(struct lwi_slot *slot)
{
    struct lwi_run *run = slot->run;
    uint64_t ms = LWI_BACKOFF_FIRST_MS;
    struct timespec until;
    uint32_t i;

    for (i = 1; i < slot->failures && ms < LWI_BACKOFF_MAX_MS; i++)
        ms *= 2;
    until = after_ms(ms);
    pthread_mutex_lock(&run->lock);
    while (run->stop == LWI_STOP_NONE && run->totals.done < run->totals.files &&
           pthread_cond_timedwait(&run->changed, &run->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&run->lock);
}
