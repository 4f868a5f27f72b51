/* seat.c - what a place holds: a worker made ready for a lease, and its end. */
#include "pool/oleans.h"
#include "pool/pool.h"
#include "worker/observer.h"
#include "worker/policy.h"
#include "worker/worker.h"

#define DOING "open a worker of a pool"

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- limits ---- */

/* Was it a limit of the pool, and not one of the capability's own? */
static bool
is_ours(const lw_pool *pool, const lw_restart_reason *why)
{
    return (why->kind == LW_RESTART_RSS_CEILING &&
            why->limit == pool->config.worker_rss_ceiling_kib) ||
           (why->kind == LW_RESTART_IDLE &&
            why->limit == pool->config.idle_cycle_ms);
}

bool
lwi_seat_rss_kib(const struct lwi_seat *seat, uint64_t *rss_kib)
{
    if (seat->worker == NULL)
        return false;
    if (lw_worker_get_rss_kib(seat->worker, rss_kib, NULL) == LW_OK)
        return true;
    *rss_kib = 0;
    return lw_worker_get_state(seat->worker) == LW_WORKER_DEAD;
}

/* The capability's own limits and the pool's, whichever is lower. */
static lw_restart_policy
limits_of(const lw_pool *pool, const lw_capability_spec *spec)
{
    static const lw_restart_policy defaults = LW_RESTART_POLICY_INIT;
    lw_restart_policy policy =
        spec->worker.policy != NULL ? *spec->worker.policy : defaults;

    policy.max_rss_kib =
        smaller(policy.max_rss_kib, pool->config.worker_rss_ceiling_kib);
    policy.idle_ms = smaller(policy.idle_ms, pool->config.idle_cycle_ms);
    return policy;
}

/* ---- restarts ---- */

/* Its key's book: who came before it may have left it something. */
static int
open_book(lw_pool *pool, struct lwi_seat *seat, lw_capability *capability,
          lw_error *err)
{
    int64_t now = lwi_now(pool->clock);

    pthread_mutex_lock(&pool->lock);
    seat->book = lwi_books_open(&pool->books, capability, now);
    pthread_mutex_unlock(&pool->lock);
    if (seat->book == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    return lwi_restarts_check_owed(&seat->book->restarts, now, DOING, err);
}

/*
 * A worker that was ready goes, and its child had ended by itself, or was to
 * be replaced: the next worker of the key stands for it.
 */
static void
leave_debt(struct lwi_seat *seat, int64_t now)
{
    lw_worker_lifecycle life = { .struct_size = sizeof(life) };

    if (lw_worker_get_lifecycle(seat->worker, &life, NULL) == LW_OK &&
        life.generation == seat->generation && life.restart_due &&
        life.due.kind != LW_RESTART_NONE &&
        life.due.kind != LW_RESTART_EXPLICIT)
        lwi_restarts_owe(&seat->book->restarts, now, &life.due);
}

/* Its worker is counted for another key from now on. */
static int
move_book(lw_pool *pool, struct lwi_seat *seat, lw_capability *capability,
          lw_error *err)
{
    int64_t now = lwi_now(pool->clock);
    struct lwi_book *book, *was = seat->book;

    pthread_mutex_lock(&pool->lock);
    book = lwi_books_open(&pool->books, capability, now);
    if (book != NULL) {
        lwi_policy_share(seat->worker, &book->restarts);
        seat->book = book;
        lwi_books_close(&pool->books, was, now);
    }
    pthread_mutex_unlock(&pool->lock);
    if (book == NULL)
        return lwi_fail(err, LW_ENOMEM, DOING, "out of memory");
    return LW_OK;
}

/* With the lock. */
static void
close_book(lw_pool *pool, struct lwi_seat *seat)
{
    int64_t now = lwi_now(pool->clock);

    if (seat->book == NULL)
        return;
    if (seat->worker != NULL)
        leave_debt(seat, now);
    lwi_books_close(&pool->books, seat->book, now);
    seat->book = NULL;
}

/* ---- making ready ---- */

/* For a request that makes it ready, within the caller's patience. */
static lw_request_options
options_for(const lw_pool *pool, const struct lwi_patience *patience,
            uint64_t timeout_ms)
{
    lw_request_options options = LW_REQUEST_OPTIONS_INIT;
    int64_t now = lwi_now(pool->clock);

    options.cancel = patience->cancel;
    options.timeout_ms = timeout_ms;
    if (patience->deadline <= now)
        options.timeout_ms = 1;
    else if (patience->deadline != LWI_NEVER)
        options.timeout_ms =
            smaller(timeout_ms, lwi_ms_until(patience->deadline, now));
    return options;
}

/* For a child that is about to be started in place of another. */
static int
choose_fork_server(lw_pool *pool, struct lwi_seat *seat,
                   lw_capability *capability,
                   const struct lwi_patience *patience, bool *ready,
                   lw_error *err)
{
    lw_zygote *zygote;
    int rc = lwi_forks_acquire(&zygote, ready, pool, capability, patience, err);

    if (zygote == NULL)
        return rc;
    lwi_worker_set_fork_server(seat->worker, zygote);
    lwi_zygote_release(zygote);
    return rc;
}

static int
start_worker(lw_worker **worker, struct lwi_seat *seat,
             lw_worker_config *config, lw_capability *capability,
             const struct lwi_patience *patience, lw_error *err)
{
    lw_pool *pool = seat->pool;
    lw_zygote *zygote;
    bool ready;
    int rc =
        lwi_forks_acquire(&zygote, &ready, pool, capability, patience, err);

    if (rc != LW_OK)
        return rc;
    if (zygote != NULL)
        config->fork_server = zygote;
    rc = lwi_worker_start(worker, pool->runtime, config, lwi_events_note, seat,
                          patience->cancel, err);
    lwi_zygote_release(zygote);
    return rc;
}

static int
start(lw_pool *pool, struct lwi_seat *seat, lw_capability *capability,
      const struct lwi_patience *patience, lw_error *err)
{
    const lw_capability_spec *spec = lwi_capability_spec(capability);
    lw_restart_policy policy = limits_of(pool, spec);
    lw_worker_config config = spec->worker;
    lw_worker *worker = NULL;
    int rc;

    rc = open_book(pool, seat, capability, err);
    if (rc != LW_OK)
        return rc;
    config.policy = &policy;
    pthread_mutex_lock(&pool->lock);
    seat->capability = lwi_capability_retain(capability);
    pthread_mutex_unlock(&pool->lock);
    rc = start_worker(&worker, seat, &config, capability, patience, err);
    if (rc != LW_OK)
        return rc; /* the seat is cleared */
    lwi_restarts_pay(&seat->book->restarts, lwi_now(pool->clock));
    lwi_policy_share(worker, &seat->book->restarts);
    seat->generation = 0;
    pthread_mutex_lock(&pool->lock);
    seat->worker = worker;
    pthread_mutex_unlock(&pool->lock);
    return LW_OK;
}

/* The session; a fresh child first where the worker has none, or it is due. */
static int
open_session(struct lwi_seat *seat, const lw_request_options *options,
             lw_error *err)
{
    const lw_capability_spec *spec = lwi_capability_spec(seat->capability);

    if (spec->session == NULL)
        return lw_worker_ping(seat->worker, (lw_span){ "", 0 }, options, err);
    return lw_worker_open_session(seat->worker, &seat->session, spec->session,
                                  NULL, options, err);
}

static int
check_metadata(const lw_pool *pool, struct lwi_seat *seat,
               const struct lwi_patience *patience, lw_error *err)
{
    const lw_capability_spec *spec = lwi_capability_spec(seat->capability);
    const lw_metadata_expectation *wanted = &spec->metadata;
    lw_request_options options =
        options_for(pool, patience, spec->worker.request_timeout_ms);
    lw_ask_spec ask = LW_ASK_SPEC_INIT;
    lw_metadata *actual = NULL;
    int rc;

    if (wanted->export_name == NULL)
        return LW_OK;
    ask.name = wanted->export_name;
    ask.session = seat->session;
    ask.request = wanted->request;
    rc = lw_worker_read_metadata(seat->worker, &actual, &ask, &options, err);
    if (rc == LW_OK)
        rc = lwi_metadata_meets(actual, wanted, err);
    lw_metadata_destroy(actual);
    return rc;
}

/*
 * A death that the housekeeping thread has not seen yet is found by a system
 * call, which is not made again within this time: to its caller a worker that
 * died so short a time before is the same as one that dies after.
 */
#define ALIVE_AGE_NS LWI_NS_PER_MS

static bool
is_alive(struct lwi_seat *seat, int64_t now)
{
    if (now - seat->seen_alive_ns < ALIVE_AGE_NS)
        return lwi_worker_rests(seat->worker);
    if (lw_worker_get_state(seat->worker) != LW_WORKER_IDLE)
        return false;
    seat->seen_alive_ns = now;
    return true;
}

/* Does it live, with all that was opened in it, and within its limits? */
static bool
is_ready(const lw_pool *pool, struct lwi_seat *seat,
         const struct lwi_patience *patience)
{
    int64_t now = patience->now != 0 ? patience->now : lwi_now(pool->clock);
    lw_restart_reason why;

    return seat->worker != NULL &&
           lw_worker_get_generation(seat->worker) == seat->generation &&
           is_alive(seat, now) && !lwi_policy_due(seat->worker, &why);
}

/* ---- libraries ---- */

/*
 * A worker whose library was built again gets a fresh child, and is told why.
 * Its child may be ending already, or be settling what it was asked: then that
 * is the end of it too.
 */
static void
retire_stale(const lw_pool *pool, struct lwi_seat *seat,
             const struct lwi_patience *patience)
{
    static const lw_restart_reason why = { LW_RESTART_STALE, 0, 0, "" };
    int64_t now;

    if (seat->worker == NULL || seat->oleans == NULL)
        return;
    now = patience->now != 0 ? patience->now : lwi_now(pool->clock);
    if (now - seat->oleans_ns < (int64_t)LW_OLEAN_MAX_AGE_MS * LWI_NS_PER_MS)
        return;
    seat->oleans_ns = now;
    if (lwi_oleans_changed(seat->oleans) &&
        !lwi_worker_retire(seat->worker, &why))
        lw_worker_kill(seat->worker);
}

static void
keep_oleans(const lw_pool *pool, struct lwi_seat *seat,
            struct lwi_oleans *oleans)
{
    lwi_oleans_destroy(seat->oleans);
    seat->oleans = oleans;
    seat->oleans_ns = lwi_now(pool->clock);
}

/* A child that was not there before: its reason is the pool's last. */
static void
note_child(lw_pool *pool, struct lwi_seat *seat)
{
    lw_worker_stats stats = { .struct_size = sizeof(stats) };

    seat->generation = lw_worker_get_generation(seat->worker);
    seat->served = seat->spent = false;
    seat->seen_alive_ns = lwi_now(pool->clock);
    lwi_policy_made_ready(seat->worker);
    if (lw_worker_get_stats(seat->worker, &stats, NULL) != LW_OK ||
        stats.last_restart.kind == LW_RESTART_NONE)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->totals.last_restart_reason = stats.last_restart;
    pool->totals.policy_restarts += is_ours(pool, &stats.last_restart);
    pthread_mutex_unlock(&pool->lock);
}

static void
tell_ready(lw_pool *pool, struct lwi_seat *seat)
{
    int64_t took_ns = lwi_now(pool->clock) - seat->began_ns;

    lwi_events_add(pool, seat, LW_POOL_EVENT_READY, took_ns);
    pthread_mutex_lock(&pool->lock);
    lwi_histogram_add(&pool->totals.time_to_ready, took_ns);
    pthread_mutex_unlock(&pool->lock);
}

/* With a worker, whose child may be new. */
static int
make_ready(lw_pool *pool, struct lwi_seat *seat,
           const lw_request_options *options,
           const struct lwi_patience *patience, lw_error *err)
{
    /* Before it: what is built in the meantime is found at the next lease. */
    struct lwi_oleans *oleans =
        lwi_oleans_create(pool->allocator, seat->capability);
    int rc = open_session(seat, options, err);

    /* The same child still has what it had imported then. */
    if (rc != LW_OK ||
        seat->generation == lw_worker_get_generation(seat->worker))
        lwi_oleans_destroy(oleans);
    else
        keep_oleans(pool, seat, oleans);
    if (rc == LW_OK &&
        seat->generation != lw_worker_get_generation(seat->worker)) {
        rc = check_metadata(pool, seat, patience, err);
        if (rc == LW_OK) {
            note_child(pool, seat);
            tell_ready(pool, seat);
        }
    }
    return rc;
}

/* Is what it holds of the capability's key? A bare standby is not. */
static bool
is_of(const struct lwi_seat *seat, const lw_capability *capability)
{
    return seat->capability == capability ||
           lw_session_key_compare(lw_capability_get_key(seat->capability),
                                  lw_capability_get_key(capability)) == 0;
}

int
lwi_seat_prepare(lw_pool *pool, struct lwi_seat *seat,
                 lw_capability *capability, const struct lwi_patience *patience,
                 lw_error *err)
{
    lw_request_options options;
    bool ready;
    int rc = LW_OK;

    retire_stale(pool, seat, patience);
    if (is_ready(pool, seat, patience))
        return LW_OK;
    seat->began_ns = lwi_now(pool->clock);
    if (lwi_warm_relieve(pool, seat, capability) && is_of(seat, capability)) {
        retire_stale(pool, seat, patience);
        if (is_ready(pool, seat, patience))
            return LW_OK;
    }
    if (seat->worker == NULL)
        rc = start(pool, seat, capability, patience, err);
    else if (is_of(seat, capability))
        rc = choose_fork_server(pool, seat, capability, patience, &ready, err);
    options =
        options_for(pool, patience,
                    lwi_capability_spec(capability)->worker.startup_timeout_ms);
    if (rc == LW_OK && !is_of(seat, capability))
        rc = lwi_seat_rekey(pool, seat, capability, &options, err);
    else if (rc == LW_OK)
        rc = make_ready(pool, seat, &options, patience, err);
    if (rc != LW_OK)
        lwi_seat_clear(pool, seat);
    return rc;
}

/* Behind whoever holds it: the next one is a fork that has the session. */
static void
let_child_go(struct lwi_seat *seat)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };

    seat->worker->bond.holds = false;
    if (!lwi_worker_retire(seat->worker, &asked))
        lw_worker_kill(seat->worker);
}

int
lwi_seat_rekey(lw_pool *pool, struct lwi_seat *seat, lw_capability *capability,
               const lw_request_options *options, lw_error *err)
{
    struct lwi_patience patience = { options->cancel, LWI_NEVER, 0 };
    lw_capability *was = seat->capability;
    lw_request_options rest = *options;
    bool ready;
    int rc;

    seat->began_ns = lwi_now(pool->clock);
    if (options->timeout_ms != LW_NO_LIMIT)
        patience.deadline =
            lwi_deadline_after(pool->clock, options->timeout_ms);
    seat->generation = 0;
    pthread_mutex_lock(&pool->lock);
    seat->capability = lwi_capability_retain(capability);
    pthread_mutex_unlock(&pool->lock);
    lw_capability_destroy(was);
    rc = move_book(pool, seat, capability, err);
    if (rc == LW_OK)
        rc = choose_fork_server(pool, seat, capability, &patience, &ready, err);
    if (rc != LW_OK)
        return rc;
    if (ready)
        let_child_go(seat);
    /* What the fork server took is of the same time. */
    rest.timeout_ms =
        options_for(pool, &patience, options->timeout_ms).timeout_ms;
    return make_ready(pool, seat, &rest, &patience, err);
}

/* ---- the end ---- */

/* With the lock. */
static bool
has_seat(const lw_pool *pool, const lw_capability *capability)
{
    uint32_t place;

    for (place = 0; place < lwi_pool_seats(pool); place++) {
        if (pool->seats[place].capability != NULL &&
            is_of(&pool->seats[place], capability))
            return true;
    }
    return false;
}

void
lwi_seat_evict(lw_pool *pool, struct lwi_seat *seat)
{
    lw_capability *capability = lwi_capability_retain(seat->capability);
    bool last;

    lwi_events_add(pool, seat, LW_POOL_EVENT_EVICTED, 0);
    lwi_seat_clear(pool, seat);
    pthread_mutex_lock(&pool->lock);
    pool->totals.evictions++;
    last = !has_seat(pool, capability);
    pthread_mutex_unlock(&pool->lock);
    if (last)
        lwi_forks_forget(pool, capability);
    lw_capability_destroy(capability);
}

void
lwi_seat_clear(lw_pool *pool, struct lwi_seat *seat)
{
    lw_capability *capability;
    lw_worker *worker;

    pthread_mutex_lock(&pool->lock);
    close_book(pool, seat);
    worker = seat->worker;
    seat->worker = NULL;
    if (worker != NULL)
        lwi_snapshot_add(&pool->totals, worker);
    pthread_mutex_unlock(&pool->lock);
    lw_worker_kill(worker);
    lw_worker_destroy(worker);
    pthread_mutex_lock(&pool->lock);
    capability = seat->capability;
    seat->capability = NULL;
    pthread_mutex_unlock(&pool->lock);
    lw_capability_destroy(capability);
    lwi_oleans_destroy(seat->oleans);
    seat->oleans = NULL;
    seat->session = (lw_session)LW_SESSION_NONE;
    seat->generation = 0;
}
