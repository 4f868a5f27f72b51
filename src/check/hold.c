/*
 * hold.c - the lease that a slot holds: how it comes by one, gives it back, and
 * keeps it while files of one header follow each other.
 *
 * A lease begins without a session and is re-keyed to a header (attempt.c).
 * One whose worker has run a file's code is discarded, never released: no
 * other header may be imported there. Only after a timeout is it released,
 * since that ends the lease and not the worker, and acquired again.
 */
#include "base/text.h"
#include "check/run.h"
#include "pool/lease.h"
#include "worker/quiet.h"

/* ---- what is asked for ---- */

/* Restarts are the pool's matter, and how often is the schedule's. */
static const lw_restart_policy no_limits = { .struct_size = sizeof(no_limits),
                                             .max_requests = LW_NO_LIMIT,
                                             .max_imports = LW_NO_LIMIT,
                                             .max_import_kib = LW_NO_LIMIT,
                                             .max_rss_kib = LW_NO_LIMIT,
                                             .max_pss_kib = LW_NO_LIMIT,
                                             .idle_ms = LW_NO_LIMIT,
                                             .restart_window_ms = 60000 };

/* Of two lists one; the texts stay where they are. NULL: no memory. */
static const char **
join(const struct lwi_run *run, const char *const *first,
     const char *const *second)
{
    size_t count = lwi_count_texts(first), more = lwi_count_texts(second), i;
    const char **all =
        lwi_alloc_array(run->allocator, count + more + 1, sizeof(const char *));

    for (i = 0; all != NULL && i < count; i++)
        all[i] = first[i];
    for (i = 0; all != NULL && i < more; i++)
        all[count + i] = second[i];
    return all;
}

int
lwi_hold_describe(lw_capability **out, const struct lwi_run *run,
                  const struct lwi_need *need, lw_error *err)
{
    lw_capability_spec spec = LW_CAPABILITY_SPEC_INIT;
    lw_session_spec session = LW_SESSION_SPEC_INIT;
    const char **options;
    int rc;

    /* What comes later counts: the caller's own. */
    options = join(run, need == NULL ? NULL : need->options,
                   run->options.lean_options);
    if (options == NULL)
        return lwi_fail(err, LW_ENOMEM, "check files", "out of memory");
    spec.worker.policy = &no_limits;
    spec.worker.toolchain = run->options.toolchain;
    spec.worker.command = run->options.command;
    spec.worker.working_directory = run->options.working_directory;
    spec.worker.request_timeout_ms = LW_NO_LIMIT; /* each has its own */
    spec.worker.cancel_grace_ms = LWI_TIMEOUT_GRACE_MS;
    spec.worker.rss_limit_kib = run->options.rss_limit_kib;
    session.header = need == NULL ? NULL : need->header;
    session.search_path = run->options.search_path;
    session.options = options[0] == NULL ? NULL : options;
    if (need != NULL)
        spec.session = &session;
    rc = lw_capability_create(out, &spec, err);
    lwi_free(run->allocator, options);
    return rc;
}

static int
acquire(lw_lease **out, struct lwi_slot *slot, lw_capability *capability,
        lw_error *err)
{
    lw_acquire_options options = LW_ACQUIRE_OPTIONS_INIT;

    /* There is a place for each slot: it waits for pauses only. */
    options.wait_ms = LW_NO_LIMIT;
    options.cancel = slot->run->halt;
    return lw_pool_acquire(out, slot->run->pool, capability, &options, err);
}

/* ---- start ---- */

/*
 * With the lock. True where no worker is left that could serve the rest. A
 * slot that waits for the pool's pause counts as starting; so where all of
 * them have failed in turn, that does not help.
 */
static bool
is_hopeless(const struct lwi_run *run, const struct lwi_slot *slot)
{
    uint32_t enough = run->slot_count > LWI_START_ATTEMPTS ? run->slot_count
                                                           : LWI_START_ATTEMPTS;

    if (run->stop != LWI_STOP_NONE || run->totals.done == run->totals.files ||
        run->live > 0)
        return false;
    return run->failures >= enough ||
           (run->starting == 0 &&
            (!run->ever_up || slot->failures >= LWI_START_ATTEMPTS));
}

/* With the lock. */
static bool
note_failure(struct lwi_slot *slot)
{
    struct lwi_run *run = slot->run;

    lwi_schedule_worker_down(run->schedule, slot->number);
    slot->failures++;
    run->failures++;
    return is_hopeless(run, slot);
}

static bool
settle_start(struct lwi_slot *slot, lw_lease *lease)
{
    struct lwi_run *run = slot->run;

    run->starting--;
    if (lease == NULL)
        return note_failure(slot);
    lwi_schedule_worker_up(run->schedule, slot->number);
    slot->lease = lease;
    slot->capability = run->blank;
    slot->failures = run->failures = 0;
    run->ever_up = true;
    run->live++;
    run->totals.workers_started++;
    return false;
}

int
lwi_hold_start(struct lwi_slot *slot)
{
    struct lwi_run *run = slot->run;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease = NULL;
    bool hopeless;
    int rc;

    LW_ASSERT(slot->lease == NULL);
    pthread_mutex_lock(&run->lock);
    run->starting++;
    pthread_mutex_unlock(&run->lock);
    rc = acquire(&lease, slot, run->blank, &err);
    pthread_mutex_lock(&run->lock);
    hopeless = settle_start(slot, lease);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    if (hopeless)
        lwi_run_stop(run, LWI_STOP_FAILED, &err);
    return rc;
}

/* ---- end ---- */

static void
forget_child(struct lwi_slot *slot)
{
    slot->used = false;
    slot->heap_kib = 0;
}

void
lwi_hold_end(struct lwi_slot *slot, bool lost)
{
    struct lwi_run *run = slot->run;
    lw_lease *lease = slot->lease;

    if (lease == NULL)
        return;
    pthread_mutex_lock(&run->lock);
    slot->lease = NULL;
    lwi_schedule_worker_down(run->schedule, slot->number);
    run->live--;
    run->totals.workers_lost += lost;
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    slot->has_session = false;
    forget_child(slot);
    lwi_lease_discard(lease);
}

/* ---- after a timeout ---- */

/* With the lock: what it has again, and whether that is another child. */
static bool
settle_renewal(struct lwi_slot *slot, lw_lease *lease, bool is_same)
{
    struct lwi_run *run = slot->run;

    slot->lease = lease;
    run->totals.workers_lost += !is_same && !run->options.isolate;
    if (lease == NULL) {
        run->live--;
        return note_failure(slot);
    }
    run->totals.workers_started += !is_same;
    return false;
}

/* Another lease for the worker whose lease a timeout has ended. */
static void
renew(struct lwi_slot *slot)
{
    struct lwi_run *run = slot->run;
    lw_worker *worker = lwi_lease_peek_worker(slot->lease);
    uint64_t generation = lw_worker_get_generation(worker);
    lw_lease *lease = slot->lease;
    lw_error err = LW_ERROR_INIT;
    bool is_same, hopeless;

    pthread_mutex_lock(&run->lock);
    slot->lease = NULL;
    pthread_mutex_unlock(&run->lock);
    lw_lease_release(lease);
    acquire(&lease, slot, slot->capability, &err);
    is_same = lease != NULL && lwi_lease_peek_worker(lease) == worker &&
              lw_worker_get_generation(worker) == generation;
    if (!is_same)
        forget_child(slot);
    if (lease == NULL)
        slot->has_session = false;
    pthread_mutex_lock(&run->lock);
    hopeless = settle_renewal(slot, lease, is_same);
    pthread_cond_broadcast(&run->changed);
    pthread_mutex_unlock(&run->lock);
    if (hopeless)
        lwi_run_stop(run, LWI_STOP_FAILED, &err);
}

void
lwi_hold_tidy(struct lwi_slot *slot)
{
    lw_worker *worker;
    bool valid;

    if (slot->lease == NULL)
        return;
    worker = lwi_lease_peek_worker(slot->lease);
    valid = lw_lease_check_valid(slot->lease, NULL) == LW_OK;
    if (valid && slot->run->options.isolate) {
        forget_child(slot); /* whatever it ran, it has ended or is ending */
        return;
    }
    if (!valid)
        lwi_worker_await_quiet(worker);
    if (lw_worker_get_state(worker) != LW_WORKER_IDLE)
        lwi_hold_end(slot, true);
    else if (slot->heap_kib >= slot->run->heap_limit_kib ||
             (!valid && slot->capability == NULL))
        lwi_hold_end(slot, false);
    else if (!valid && !lwi_run_is_stopped(slot->run))
        renew(slot);
}
