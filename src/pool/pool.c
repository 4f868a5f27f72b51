/* pool.c - the life of a pool. */
#include "pool/pool.h"

#include "pool/memory.h"
#include "pool/waiting.h"
#include "proc/runtime.h"

#define CREATING "create a pool"

int
lwi_pool_check(const lw_pool *pool, const char *doing, lw_error *err)
{
    if (LWI_VALID(pool, LWI_POOL_MAGIC))
        return LW_OK;
    return lwi_fail(err, LW_EBADHANDLE, doing, "not a live pool");
}

/* ---- creation ---- */

static const char *
fault(const lw_pool_config *config)
{
    if (config->struct_size != sizeof(*config))
        return "config is of another version; use LW_POOL_CONFIG_INIT";
    if (config->max_workers < 1 || config->max_workers > LW_POOL_WORKERS_MAX)
        return "max_workers must be 1 to 4096";
    if (config->max_workers_per_key > config->max_workers)
        return "max_workers_per_key must be at most max_workers";
    if (config->max_total_rss_kib == 0)
        return "max_total_rss_kib must be at least 1, or LW_NO_LIMIT";
    if ((unsigned)config->budget_measure > LW_MEASURE_PRIVATE)
        return "budget_measure is no lw_memory_measure";
    if ((unsigned)config->isolation > LW_ISOLATE_REQUEST)
        return "isolation is no lw_isolation";
    if (config->max_fork_servers > LW_POOL_WORKERS_MAX)
        return "max_fork_servers must be at most 4096";
    if (config->worker_rss_ceiling_kib == 0)
        return "worker_rss_ceiling_kib must be at least 1, or LW_NO_LIMIT";
    if (config->idle_cycle_ms != LW_NO_LIMIT &&
        (config->idle_cycle_ms == 0 ||
         config->idle_cycle_ms > LW_TIMEOUT_MAX_MS))
        return "idle_cycle_ms must be 1 ms to 30 days, or LW_NO_LIMIT";
    if (config->admission_wait_ms != LW_NO_LIMIT &&
        config->admission_wait_ms > LW_TIMEOUT_MAX_MS)
        return "admission_wait_ms must be at most 30 days, or LW_NO_LIMIT";
    if (config->max_standby > LW_POOL_WORKERS_MAX)
        return "max_standby must be at most 4096";
    return NULL;
}

static void
free_pool(lw_pool *pool)
{
    const lw_allocator *allocator = pool->allocator;
    lw_runtime *runtime = pool->runtime;

    lwi_forks_fini(pool);
    lwi_warm_fini(pool);
    lwi_books_fini(&pool->books);
    lwi_core_fini(&pool->core);
    lwi_events_fini(pool);
    pthread_cond_destroy(&pool->quiet);
    pthread_mutex_destroy(&pool->lock);
    lwi_free(allocator, pool->seats);
    pool->magic = 0;
    lwi_free(allocator, pool);
    lwi_runtime_release(runtime);
}

static int
init(lw_pool *pool)
{
    const lw_pool_config *config = &pool->config;
    struct lwi_core_config core = {
        .max_workers = config->max_workers,
        .max_workers_per_key = config->max_workers_per_key > 0
                                   ? config->max_workers_per_key
                                   : config->max_workers,
        .budget_kib = config->max_total_rss_kib,
        .max_standby = config->max_standby,
        .sample_age_ns = lwi_memory_sample_age_ns(config),
        .samples_cheap = config->budget_measure == LW_MEASURE_RSS,
    };
    int rc = lwi_core_init(&pool->core, pool->allocator, &core);
    uint32_t place;

    lwi_books_init(&pool->books, pool->allocator);
    lwi_warm_init(pool);
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->quiet, NULL);
    pool->seats = lwi_alloc_array(pool->allocator, lwi_pool_seats(pool),
                                  sizeof(*pool->seats));
    for (place = 0; pool->seats != NULL && place < lwi_pool_seats(pool);
         place++)
        pool->seats[place].pool = pool;
    if (lwi_forks_init(pool) != LW_OK || pool->seats == NULL || rc != LW_OK)
        rc = LW_ENOMEM;
    return lwi_events_init(pool, rc == LW_OK) != LW_OK ? LW_ELIMIT : rc;
}

int
lw_pool_create(lw_pool **out, lw_runtime *runtime, const lw_pool_config *config,
               lw_error *err)
{
    static const lw_pool_config defaults = LW_POOL_CONFIG_INIT;
    const char *what;
    lw_pool *pool;
    int rc;

    if (out == NULL)
        return lwi_fail(err, LW_EINVAL, CREATING, "out is NULL");
    *out = NULL;
    rc = lwi_runtime_check(runtime, CREATING, err);
    if (rc != LW_OK)
        return rc;
    config = config != NULL ? config : &defaults;
    what = fault(config);
    if (what != NULL)
        return lwi_fail(err, LW_EINVAL, CREATING, "%s", what);
    pool = lwi_alloc(lwi_runtime_allocator(runtime), sizeof(*pool));
    if (pool == NULL)
        return lwi_fail(err, LW_ENOMEM, CREATING, "out of memory");
    pool->magic = LWI_POOL_MAGIC;
    pool->runtime = lwi_runtime_retain(runtime);
    pool->allocator = lwi_runtime_allocator(runtime);
    pool->clock = lwi_runtime_clock(runtime);
    pool->config = *config;
    rc = init(pool);
    if (rc == LW_OK) {
        lwi_control_open_wanted(pool);
        *out = pool;
        return LW_OK;
    }
    free_pool(pool);
    return lwi_fail(err, (lw_status)rc, CREATING, "%s",
                    rc == LW_ENOMEM ? "out of memory"
                                    : "cannot start the events' thread");
}

/* ---- telling ---- */

void
lwi_pool_tell(lw_pool *pool)
{
    struct lwi_applicant *applicant;

    while ((applicant = lwi_core_next_told(&pool->core)) != NULL)
        lwi_waiting_wake(applicant);
    lwi_warm_tell(pool);
}

void
lwi_pool_give_back(lw_pool *pool, uint32_t place, bool keep)
{
    int64_t now = lwi_now(pool->clock);
    struct lwi_seat *seat = &pool->seats[place];
    bool closed, last;

    if (seat->leased_ns != 0)
        lwi_events_add(pool, seat, LW_POOL_EVENT_RELEASED,
                       now - seat->leased_ns);
    seat->leased_ns = 0;
    pthread_mutex_lock(&pool->lock);
    closed = pool->core.closed;
    pool->callers += !keep && !closed; /* a destroy waits for us */
    pool->core.places[place].doubtful = !lwi_seat_last_lease(seat)->valid;
    lwi_core_released(&pool->core, place, keep, now);
    lwi_warm_released(pool, place);
    if (closed && seat->worker != NULL)
        lw_worker_kill(seat->worker); /* destroy, or we below, bury it */
    lwi_pool_tell(pool);
    last = pool->abandoned && pool->core.leased == 0;
    pthread_mutex_unlock(&pool->lock);
    if (!keep && !closed) {
        lwi_seat_clear(pool, seat);
        pthread_mutex_lock(&pool->lock);
        lwi_core_gone(&pool->core, place, lwi_now(pool->clock));
        lwi_pool_tell(pool);
        pool->callers--;
        pthread_cond_broadcast(&pool->quiet);
        pthread_mutex_unlock(&pool->lock);
    }
    if (last)
        lw_pool_destroy(pool);
}

/* ---- the end ---- */

static bool
is_copy(const lw_pool *pool)
{
    return lwi_runtime_is_copy(pool->runtime);
}

/* In a copy the descriptors that wake others are those of its parent. */
void
lw_pool_close(lw_pool *pool)
{
    uint32_t place;

    if (!LWI_VALID(pool, LWI_POOL_MAGIC) || is_copy(pool))
        return;
    pthread_mutex_lock(&pool->lock);
    lwi_core_close(&pool->core);
    lwi_pool_tell(pool);
    while (lwi_core_oldest_idle(&pool->core, &place)) {
        lwi_core_lost(&pool->core, place);
        lw_worker_kill(pool->seats[place].worker);
    }
    for (place = pool->config.max_workers; place < lwi_pool_seats(pool);
         place++)
        lw_worker_kill(pool->seats[place].worker); /* NULL: nothing */
    pthread_mutex_unlock(&pool->lock);
    lwi_forks_close(pool);
}

static void
bury(lw_pool *pool)
{
    uint32_t place;

    for (place = 0; place < lwi_pool_seats(pool); place++)
        lwi_seat_clear(pool, &pool->seats[place]);
    lwi_events_stop(pool); /* the callback may ask where the socket is */
    lwi_control_close(pool);
    free_pool(pool);
}

/*
 * In a copy made by fork there are no threads but one: whoever was in the pool
 * then will never leave it, and what such a thread had in hand stays.
 */
static void
bury_copy(lw_pool *pool)
{
    bool quiet;

    if (pthread_mutex_trylock(&pool->lock) != 0)
        return;
    quiet = pool->callers == 0 && pool->core.leased == 0 && !pool->warm.running;
    pthread_mutex_unlock(&pool->lock);
    if (quiet)
        bury(pool);
    else
        lwi_control_close(pool);
}

void
lw_pool_destroy(lw_pool *pool)
{
    if (!LWI_VALID(pool, LWI_POOL_MAGIC))
        return;
    if (is_copy(pool))
        bury_copy(pool);
    else if (!lwi_events_defer_destroy(pool))
        lwi_pool_end(pool);
}

bool
lwi_pool_end(lw_pool *pool)
{
    bool leased;

    lw_pool_close(pool);
    lwi_warm_stop(pool);
    pthread_mutex_lock(&pool->lock);
    while (pool->callers > 0)
        pthread_cond_wait(&pool->quiet, &pool->lock);
    leased = pool->core.leased > 0;
    pool->abandoned = true;
    pthread_mutex_unlock(&pool->lock);
    if (leased)
        return false; /* whoever releases the last one comes here again */
    bury(pool);
    return true;
}
