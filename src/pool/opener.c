/* opener.c - the one thread that opens workers before anybody asks. */
#include <signal.h>

#include "capability/key.h"
#include "pool/memory.h"
#include "pool/waiting.h"
#include "proc/runtime.h"
#include "worker/worker.h"

#define DOING "open a worker of a pool"

#define LOOK_MS UINT64_C(1000) /* at the memory, where too little is kept */

/* ---- standbys that take over ---- */

static bool
lives(const struct lwi_seat *seat)
{
    return seat->worker != NULL &&
           lw_worker_get_state(seat->worker) == LW_WORKER_IDLE;
}

/* All that belongs to the worker. */
static void
move_holding(struct lwi_seat *to, const struct lwi_seat *from)
{
    to->worker = from->worker;
    to->capability = from->capability;
    to->session = from->session;
    to->generation = from->generation;
    to->book = from->book;
    to->oleans = from->oleans;
    to->oleans_ns = from->oleans_ns;
}

/* What both places hold changes hands. With the lock. */
static void
exchange(struct lwi_seat *a, struct lwi_seat *b)
{
    struct lwi_seat held = { .worker = NULL };

    move_holding(&held, a);
    move_holding(a, b);
    move_holding(b, &held);
    a->seen_alive_ns = lwi_now(a->pool->clock);
    b->seen_alive_ns = 0;
    lwi_events_exchange(a->pool, a, b);
    lwi_observer_move(a->worker, a);
    if (b->worker != NULL)
        lwi_observer_move(b->worker, b);
}

/* A standby of this key, that lives; those that do not are for the opener. */
static bool
take(lw_pool *pool, struct lwi_seat *seat, const lw_capability *capability)
{
    const lw_session_key *key = lw_capability_get_key(capability);
    uint32_t into = (uint32_t)(seat - pool->seats), spare;

    while (lwi_core_take_spare(&pool->core, lwi_session_key_identity(key),
                               lw_session_key_hash(key), into, &spare)) {
        if (!lives(&pool->seats[spare]))
            continue;
        exchange(seat, &pool->seats[spare]);
        pool->totals.standby_takeovers++;
        return true;
    }
    return false;
}

/* One without a session, whose worker was started as this one's would be. */
static bool
take_bare(lw_pool *pool, struct lwi_seat *seat, const lw_capability *capability)
{
    const struct lwi_kept *kept = pool->warm.kept.first;

    for (; kept != NULL; kept = kept->link.next) {
        if (kept->lent > 0 &&
            lwi_capability_same_worker(kept->capability, capability) &&
            take(pool, seat, kept->capability))
            return true;
    }
    return false;
}

bool
lwi_warm_relieve(lw_pool *pool, struct lwi_seat *seat,
                 lw_capability *capability)
{
    lw_worker *old = seat->worker;
    lw_restart_reason why;
    bool relieved, due;

    if (pool->config.max_standby == 0 ||
        seat >= pool->seats + pool->config.max_workers)
        return false;
    due = old != NULL && lwi_policy_due(old, &why);
    pthread_mutex_lock(&pool->lock);
    relieved =
        take(pool, seat, capability) || take_bare(pool, seat, capability);
    if (relieved && due)
        lwi_worker_retire(old, &why); /* what it is due for is counted */
    if (relieved)
        lwi_pool_tell(pool);
    pthread_mutex_unlock(&pool->lock);
    return relieved;
}

/* ---- deaths ---- */

void
lwi_warm_released(lw_pool *pool, uint32_t place)
{
    /* No system call for a child whose death nobody has reported. */
    if (pool->warm.running &&
        lwi_events_child(pool, &pool->seats[place]).pid == 0)
        lwi_warm_look(pool, place, false);
}

void
lwi_warm_look(lw_pool *pool, uint32_t place, bool crashed)
{
    enum lwi_place_state state = pool->core.places[place].state;
    struct lwi_seat *seat = &pool->seats[place];
    lw_worker_state worker;

    if (!pool->warm.running || pool->core.closed || seat->worker == NULL ||
        (state != LWI_PLACE_IDLE && state != LWI_PLACE_SPARE))
        return;
    worker = lw_worker_get_state(seat->worker);
    if (worker != LW_WORKER_DEAD && worker != LW_WORKER_ENDING)
        return;
    lwi_core_ail(&pool->core, place, crashed, lwi_now(pool->clock));
    lwi_pool_tell(pool);
}

/* ---- what the opener does ---- */

static bool
same_key(const lw_capability *a, const lw_capability *b)
{
    return lw_session_key_compare(lw_capability_get_key(a),
                                  lw_capability_get_key(b)) == 0;
}

/* Without the lock. */
static int
open_in(lw_pool *pool, struct lwi_seat *seat, enum lwi_wish wish,
        lw_capability *capability, lw_cancel *cancel, lw_error *err)
{
    struct lwi_patience patience = { cancel, LWI_NEVER, 0 };

    if (wish == LWI_WISH_REPLACE)
        lwi_seat_evict(pool, seat);
    if (seat->capability != NULL && !same_key(seat->capability, capability))
        lwi_seat_clear(pool, seat); /* left by who took a bare standby */
    return lwi_seat_prepare(pool, seat, capability, &patience, err);
}

/* Its key's, and that of whoever waits for this very worker. With the lock. */
static void
keep_error(lw_pool *pool, const lw_capability *capability, int rc,
           const lw_error *err)
{
    struct lwi_waiting *heir = (struct lwi_waiting *)pool->core.heir;
    struct lwi_kept *kept = lwi_warm_find(pool, capability);

    if (kept != NULL) {
        kept->rc = rc;
        kept->err = *err;
    }
    if (heir == NULL)
        return;
    heir->opening_rc = rc;
    if (heir->err != NULL)
        *heir->err = *err;
}

static enum lwi_warmed
how(int rc)
{
    if (rc == LW_OK)
        return LWI_WARMED;
    return rc == LW_ERESTARTS ? LWI_WARMED_TOO_SOON : LWI_WARMED_FAILED;
}

/* Clears a place that nobody wants any more. With the lock, let go meanwhile.
 */
static void
empty(lw_pool *pool, uint32_t place)
{
    pthread_mutex_unlock(&pool->lock);
    lwi_seat_clear(pool, &pool->seats[place]);
    pthread_mutex_lock(&pool->lock);
    lwi_core_gone(&pool->core, place, lwi_now(pool->clock));
}

static void
conclude(lw_pool *pool, const lw_capability *capability, int rc,
         const lw_error *err)
{
    uint32_t place = pool->warm.place;
    bool called_off = lwi_core_is_called_off(&pool->core, place);

    if (!called_off) {
        keep_error(pool, capability, rc, err);
        pool->totals.background_openings += rc == LW_OK;
        pool->totals.failed_openings += rc != LW_OK;
    }
    if (!lwi_core_warmed(&pool->core, place, how(rc), lwi_now(pool->clock)))
        empty(pool, place);
    else if (rc == LW_OK)
        lwi_warm_look(pool, place, true); /* it may be dead already */
    if (rc != LW_OK)
        lwi_waiting_wake_all(pool);
}

/* With the lock, which is let go while it opens. */
static void
open_worker(lw_pool *pool, enum lwi_wish wish)
{
    struct lwi_warm *warm = &pool->warm;
    struct lwi_seat *seat = &pool->seats[warm->place];
    const struct lwi_kept *kept = lwi_core_owner(&pool->core, warm->place);
    lw_capability *capability = lwi_capability_retain(kept->capability);
    lw_error err = LW_ERROR_INIT;
    int rc = lw_cancel_create(&warm->cancel, &err);

    lwi_pool_tell(pool); /* it may be called off by now */
    pthread_mutex_unlock(&pool->lock);
    if (rc == LW_OK)
        rc = open_in(pool, seat, wish, capability, warm->cancel, &err);
    else
        lwi_seat_clear(pool, seat); /* a place that failed is empty */
    pthread_mutex_lock(&pool->lock);
    conclude(pool, capability, rc, &err);
    lw_cancel_destroy(warm->cancel);
    warm->cancel = NULL;
    lw_capability_destroy(capability);
}

/* Whether another worker fits is judged by samples of this moment. */
static enum lwi_wish
next_wish(lw_pool *pool)
{
    if (pool->config.max_total_rss_kib != LW_NO_LIMIT &&
        pool->core.short_of != NULL) {
        pthread_mutex_unlock(&pool->lock);
        lwi_memory_sample(pool);
        pthread_mutex_lock(&pool->lock);
    }
    return lwi_core_next_wish(&pool->core, lwi_now(pool->clock),
                              &pool->warm.place);
}

/*
 * Until called, a key's pause is over, or memory may have come free in a worker
 * that is in use, which tells nobody. With the lock, let go meanwhile.
 */
static void
sleep_until_called(lw_pool *pool)
{
    struct lwi_warm *warm = &pool->warm;
    int64_t now = lwi_now(pool->clock), look;
    struct timespec left;

    warm->due = lwi_core_wish_at(&pool->core, now);
    look = now + (int64_t)LOOK_MS * LWI_NS_PER_MS;
    if (look < warm->due && lwi_core_wish_lacks_memory(&pool->core))
        warm->due = look;
    warm->asleep = true;
    lwi_runtime_sys(pool->runtime)
        ->cond_wait(&warm->called, &pool->lock,
                    lwi_time_left(pool->clock, warm->due, &left));
    warm->asleep = false;
}

static void *
run(void *user)
{
    lw_pool *pool = user;
    struct lwi_warm *warm = &pool->warm;
    enum lwi_wish wish;

    pthread_setname_np(pthread_self(), "lw-pool-opener");
    pthread_mutex_lock(&pool->lock);
    while (!pool->core.closed) {
        wish = next_wish(pool);
        if (pool->core.closed)
            break;
        if (wish == LWI_WISH_NONE)
            sleep_until_called(pool);
        else if (wish == LWI_WISH_END)
            empty(pool, warm->place);
        else
            open_worker(pool, wish);
        lwi_pool_tell(pool);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* ---- its life ---- */

int
lwi_warm_start(lw_pool *pool)
{
    struct lwi_warm *warm = &pool->warm;
    sigset_t all, before;
    int rc;

    if (warm->running)
        return LW_OK;
    /* The program's signal handlers run on its own threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    rc =
        lwi_runtime_sys(pool->runtime)->thread_create(&warm->thread, run, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    warm->running = rc == 0;
    return rc == 0 ? LW_OK : LW_ELIMIT;
}

void
lwi_warm_stop(lw_pool *pool)
{
    struct lwi_warm *warm = &pool->warm;
    bool running;

    pthread_mutex_lock(&pool->lock);
    running = warm->running;
    warm->running = false; /* a closed pool starts no other */
    pthread_mutex_unlock(&pool->lock);
    if (running)
        pthread_join(warm->thread, NULL);
}

/* For an opener that sleeps. A pool whose keys are warm looks at nothing. */
static bool
has_work(const lw_pool *pool)
{
    int64_t now;

    if (pool->core.closed || pool->core.short_of == NULL)
        return pool->core.closed;
    now = lwi_now(pool->clock);
    return lwi_core_has_wish(&pool->core, now) ||
           lwi_core_wish_at(&pool->core, now) < pool->warm.due;
}

void
lwi_warm_tell(lw_pool *pool)
{
    struct lwi_warm *warm = &pool->warm;
    static const uint64_t one = 1;
    struct lwi_warm_watcher *watcher;
    int saved = errno;

    for (watcher = warm->watchers.first; watcher != NULL;
         watcher = watcher->link.next) {
        /* It can only fail at the largest count, when the thread wakes. */
        if (write(watcher->wake, &one, sizeof(one)) < 0)
            errno = saved;
    }
    if (!warm->running)
        return;
    if (warm->cancel != NULL &&
        lwi_core_is_called_off(&pool->core, warm->place))
        lw_cancel_set(warm->cancel);
    if (warm->asleep && has_work(pool))
        pthread_cond_signal(&warm->called);
}
