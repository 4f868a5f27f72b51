/* acquire.c - from a capability to a lease. */
#include "pool/waiting.h"

#include "capability/key.h"
#include "pool/memory.h"

#define DOING "acquire a lease"

/* ---- places ---- */

static int
refuse(lw_pool *pool, enum lwi_admission admission, lw_error *err)
{
    uint64_t sum_kib;

    switch (admission) {
    case LWI_ADMIT_MEMORY:
        pool->totals.memory_budget_rejections++;
        lwi_core_total_rss(&pool->core, &sum_kib);
        return lwi_fail(err, LW_EMEMBUDGET, DOING,
                        "the workers have %llu KiB of memory, the limit for "
                        "another one is %llu KiB",
                        (unsigned long long)sum_kib,
                        (unsigned long long)pool->config.max_total_rss_kib);
    case LWI_ADMIT_BACKOFF:
        return lwi_fail(err, LW_EEXHAUSTED, DOING,
                        "a worker of this key failed to open a moment ago; "
                        "wait, or try again later");
    case LWI_ADMIT_CLOSED:
        return lwi_fail(err, LW_ECLOSED, DOING, "the pool is closed");
    case LWI_ADMIT_NO_MEMORY:
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    case LWI_ADMIT_EXHAUSTED:
    case LWI_ADMIT_GRANTED:
    case LWI_ADMIT_WAITS:
        break;
    }
    return lwi_fail(err, LW_EEXHAUSTED, DOING,
                    "no worker of this key is free, %u of %u places are taken, "
                    "a key has at most %u, and the wait is 0",
                    pool->config.max_workers - pool->core.empty,
                    pool->config.max_workers,
                    pool->core.config.max_workers_per_key);
}

static int
tell_wait(lw_pool *pool, const struct lwi_waiting *waiting, int rc,
          uint64_t wait_ms, lw_error *err)
{
    if (waiting->applicant.failed)
        return rc; /* of an opening, and told by it */
    switch (rc) {
    case LW_OK:
        return LW_OK;
    case LW_EQUEUETIMEOUT:
        pool->totals.queue_timeouts++;
        return lwi_fail(err, LW_EQUEUETIMEOUT, DOING,
                        "no worker became free within %llu ms",
                        (unsigned long long)wait_ms);
    case LW_ECANCELLED:
        return lwi_fail(err, rc, DOING, "cancelled while it waited");
    case LW_ECLOSED:
        return lwi_fail(err, rc, DOING, "the pool was closed");
    default:
        return lwi_fail_errno(err, (lw_status)rc, DOING,
                              "cannot make an eventfd to wait on");
    }
}

/* A place for the caller, at once or after a wait. With the lock held. */
static int
find_place(lw_pool *pool, struct lwi_waiting *waiting, uint64_t wait_ms,
           lw_cancel *cancel, lw_error *err)
{
    struct lwi_applicant *applicant = &waiting->applicant;
    enum lwi_admission admission;
    int64_t now = lwi_now(pool->clock), deadline;
    int rc;

    /* Another worker is judged by samples of this moment. */
    if (lwi_core_wants_samples_for(&pool->core, applicant->identity,
                                   applicant->hash)) {
        pthread_mutex_unlock(&pool->lock);
        lwi_memory_sample(pool);
        pthread_mutex_lock(&pool->lock);
        now = lwi_now(pool->clock);
    }
    waiting->granted_ns = now;
    admission = lwi_core_acquire(&pool->core, applicant, now);
    lwi_pool_tell(pool);
    if (admission != LWI_ADMIT_WAITS)
        lwi_histogram_add(&pool->totals.admission_wait, 0);
    if (admission == LWI_ADMIT_GRANTED && !waiting->applicant.awaiting)
        return LW_OK;
    if (admission != LWI_ADMIT_WAITS && admission != LWI_ADMIT_GRANTED)
        return refuse(pool, admission, err);
    deadline = wait_ms == LW_NO_LIMIT
                   ? LWI_NEVER
                   : lwi_deadline_after(pool->clock, wait_ms);
    rc = lwi_waiting_sleep(pool, waiting, cancel, deadline, now);
    waiting->granted_ns = lwi_now(pool->clock);
    waiting->waited_ns = waiting->granted_ns - now;
    lwi_histogram_add(&pool->totals.admission_wait, waiting->waited_ns);
    return tell_wait(pool, waiting, rc, wait_ms, err);
}

/* ---- leases ---- */

static lw_lease *
give_lease(lw_pool *pool, const struct lwi_waiting *waiting, bool warm,
           lw_capability *capability)
{
    uint32_t place = waiting->applicant.place;
    struct lwi_seat *seat = &pool->seats[place];
    lw_lease *lease = &seat->leases[seat->next_lease++ % LWI_LEASE_RECORDS];

    lease->magic = LWI_LEASE_MAGIC;
    lease->pool = pool;
    lease->place = place;
    lease->capability = lwi_capability_retain(capability);
    lease->timeout_ms =
        lwi_capability_spec(capability)->worker.request_timeout_ms;
    lease->valid = true;
    seat->leased_ns = warm ? waiting->granted_ns : lwi_now(pool->clock);
    lwi_events_add(pool, seat, LW_POOL_EVENT_LEASED, waiting->waited_ns);
    return lease;
}

/*
 * Its worker is open, or is not. That the caller was cancelled, or came too
 * early after too many restarts, makes nobody of its key pause. With the lock
 * held.
 */
static void
tell_opened(lw_pool *pool, uint32_t place, int rc)
{
    int64_t now = lwi_now(pool->clock);

    if (rc == LW_ECANCELLED || rc == LW_ERESTARTS)
        lwi_core_given_up(&pool->core, place, now);
    else
        lwi_core_opened(&pool->core, place, rc == LW_OK, now);
}

static void
bury(lw_pool *pool, uint32_t place)
{
    lwi_seat_evict(pool, &pool->seats[place]);
    pthread_mutex_lock(&pool->lock);
    lwi_core_gone(&pool->core, place, lwi_now(pool->clock));
    lwi_pool_tell(pool);
    pthread_mutex_unlock(&pool->lock);
}

/* Those whose memory it needs: all are killed before the first is buried. */
static void
evict_all(lw_pool *pool, struct lwi_place *first)
{
    struct lwi_place *place = first, *next;

    pthread_mutex_lock(&pool->lock);
    for (; place != NULL; place = place->also)
        lw_worker_kill(pool->seats[place - pool->core.places].worker);
    pthread_mutex_unlock(&pool->lock);
    for (place = first; place != NULL; place = next) {
        next = place->also;
        bury(pool, (uint32_t)(place - pool->core.places));
    }
}

static bool
give_way(lw_pool *pool, const struct lwi_seat *seat)
{
    uint32_t place;
    bool found;

    pthread_mutex_lock(&pool->lock);
    found =
        lwi_core_give_way(&pool->core, (uint32_t)(seat - pool->seats), &place);
    pthread_mutex_unlock(&pool->lock);
    if (found)
        bury(pool, place);
    return found;
}

/*
 * Where this process may have no more descriptors or children, idle workers of
 * other keys end, one after another, until it opens or there is none left.
 */
static int
prepare(lw_pool *pool, struct lwi_seat *seat, lw_capability *capability,
        const struct lwi_patience *patience, lw_error *err)
{
    lw_error why; /* no more than this is set here: each lease comes by */
    int rc;

    why.status = LW_OK;
    do
        rc = lwi_seat_prepare(pool, seat, capability, patience, &why);
    while (rc == LW_ELIMIT &&
           (why.system_errno == EMFILE || why.system_errno == ENFILE ||
            why.system_errno == EAGAIN) &&
           give_way(pool, seat));
    if (rc != LW_OK && why.status != LW_OK && err != NULL)
        *err = why;
    return rc;
}

static int
take_place(lw_lease **out, lw_pool *pool, const struct lwi_waiting *waiting,
           lw_capability *capability, lw_cancel *cancel, lw_error *err)
{
    const struct lwi_applicant *granted = &waiting->applicant;
    struct lwi_seat *seat = &pool->seats[granted->place];
    struct lwi_patience patience = { cancel, LWI_NEVER, waiting->granted_ns };
    bool warm = granted->grant == LWI_GRANT_WARM;
    int rc;

    if (granted->evicted != NULL)
        evict_all(pool, granted->evicted);
    if (granted->grant == LWI_GRANT_REPLACE)
        lwi_seat_evict(pool, seat);
    rc = prepare(pool, seat, capability, &patience, err);
    pthread_mutex_lock(&pool->lock);
    if (!warm || rc != LW_OK)
        tell_opened(pool, granted->place, rc);
    pool->totals.leases += rc == LW_OK;
    pool->totals.failed_openings += rc != LW_OK;
    lwi_pool_tell(pool);
    if (rc != LW_OK)
        lwi_waiting_wake_all(pool);
    pthread_mutex_unlock(&pool->lock);
    if (rc == LW_OK)
        *out = give_lease(pool, waiting, warm, capability);
    return rc;
}

static int
check(lw_lease **out, lw_pool *pool, const lw_capability *capability,
      const lw_acquire_options *options, lw_error *err)
{
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, DOING, "out is NULL");
    *out = NULL;
    rc = lwi_pool_check(pool, DOING, err);
    if (rc == LW_OK)
        rc = lwi_capability_check(capability, DOING, err);
    if (rc != LW_OK)
        return rc;
    if (options->struct_size != sizeof(*options))
        return lwi_fail(err, LW_EINVAL, DOING,
                        "options are of another version; use "
                        "LW_ACQUIRE_OPTIONS_INIT");
    if (options->wait_ms > LW_TIMEOUT_MAX_MS &&
        options->wait_ms != LW_NO_LIMIT &&
        options->wait_ms != LW_ACQUIRE_POOL_WAIT)
        return lwi_fail(err, LW_EINVAL, DOING,
                        "wait_ms must be at most 30 days, LW_NO_LIMIT, or "
                        "LW_ACQUIRE_POOL_WAIT");
    if (lw_cancel_is_set(options->cancel))
        return lwi_fail(err, LW_ECANCELLED, DOING, "cancelled before it began");
    return LW_OK;
}

int
lw_pool_acquire(lw_lease **out, lw_pool *pool, lw_capability *capability,
                const lw_acquire_options *options, lw_error *err)
{
    static const lw_acquire_options defaults = LW_ACQUIRE_OPTIONS_INIT;
    struct lwi_waiting waiting = { .wake = -1, .err = err };
    const lw_session_key *key;
    uint64_t wait_ms;
    int rc;

    options = options != NULL ? options : &defaults;
    rc = check(out, pool, capability, options, err);
    if (rc != LW_OK)
        return rc;
    key = lw_capability_get_key(capability);
    wait_ms = options->wait_ms == LW_ACQUIRE_POOL_WAIT
                  ? pool->config.admission_wait_ms
                  : options->wait_ms;
    waiting.applicant.identity = lwi_session_key_identity(key);
    waiting.applicant.hash = lw_session_key_hash(key);
    waiting.applicant.priority = options->priority;
    waiting.applicant.may_wait = wait_ms > 0;
    pthread_mutex_lock(&pool->lock);
    pool->callers++;
    rc = find_place(pool, &waiting, wait_ms, options->cancel, err);
    pthread_mutex_unlock(&pool->lock);
    if (rc == LW_OK)
        rc = take_place(out, pool, &waiting, capability, options->cancel, err);
    pthread_mutex_lock(&pool->lock);
    pool->callers--;
    pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    return rc;
}
