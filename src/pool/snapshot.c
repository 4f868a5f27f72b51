/* snapshot.c - a pool at one instant. */
#include "pool/pool.h"

#define DOING "take a snapshot"

void
lwi_snapshot_add(lw_pool_snapshot *totals, lw_worker *worker)
{
    lw_worker_stats stats = { .struct_size = sizeof(stats) };
    const uint64_t *by = stats.restarts_by;

    if (lw_worker_get_stats(worker, &stats, NULL) != LW_OK)
        return;
    totals->requests += stats.requests;
    totals->imports += stats.imports;
    totals->worker_restarts += stats.restarts;
    totals->max_request_restarts += by[LW_RESTART_MAX_REQUESTS];
    totals->max_import_restarts +=
        by[LW_RESTART_MAX_IMPORTS] + by[LW_RESTART_IMPORT_BYTES];
    totals->rss_restarts += by[LW_RESTART_RSS_CEILING] +
                            by[LW_RESTART_PSS_CEILING] +
                            by[LW_RESTART_RSS_HARD_LIMIT];
    totals->idle_restarts += by[LW_RESTART_IDLE];
    totals->cancelled_restarts += by[LW_RESTART_CANCELLED];
    totals->timeout_restarts += by[LW_RESTART_TIMEOUT];
    totals->stream_requests += stats.streams;
    totals->stream_successes += stats.streams_ok;
    totals->stream_failures += stats.streams_failed;
    totals->data_rows_delivered += stats.rows;
    totals->data_row_payload_bytes += stats.row_bytes;
    totals->stream_elapsed_us += stats.stream_us;
    totals->backpressure_waits += stats.backpressure_waits;
    totals->backpressure_failures += stats.backpressure_failures;
}

static void
look_at_memory(lw_pool *pool, lw_pool_snapshot *snapshot,
               const struct lwi_seat *seat)
{
    uint64_t rss_kib;

    if (lwi_seat_rss_kib(seat, &rss_kib)) {
        snapshot->total_child_rss_kib += rss_kib;
    } else {
        snapshot->has_total_child_rss = false;
        pool->totals.rss_samples_unavailable++;
    }
}

/* Not one that died, or was ended for its idle time, and nobody has seen. */
static bool
is_open(lw_worker *worker)
{
    lw_worker_state state = lw_worker_get_state(worker);

    return state != LW_WORKER_DEAD && state != LW_WORKER_ENDING;
}

/* Of the place, by its number. */
static void
count_place(lw_pool *pool, lw_pool_snapshot *snapshot, uint32_t i)
{
    enum lwi_place_state state = pool->core.places[i].state;
    bool awaited =
        pool->core.heir != NULL && pool->core.warming == &pool->core.places[i];

    if (i >= pool->config.max_workers) {
        snapshot->standbys++;
        snapshot->ready_standbys +=
            state == LWI_PLACE_SPARE && is_open(pool->seats[i].worker);
        return;
    }
    snapshot->workers++;
    snapshot->active_workers +=
        state == LWI_PLACE_LEASED || state == LWI_PLACE_OPENING || awaited;
    /* One whose child died is replaced for whoever comes: not warm. */
    snapshot->warm_leases +=
        state == LWI_PLACE_IDLE && is_open(pool->seats[i].worker);
}

/* With the lock: what there is of places first to `end`. */
static void
look(lw_pool *pool, lw_pool_snapshot *snapshot, uint32_t first, uint32_t end)
{
    uint32_t i;

    snapshot->has_total_child_rss = true;
    for (i = first; i < end; i++) {
        if (pool->core.places[i].state == LWI_PLACE_EMPTY)
            continue;
        count_place(pool, snapshot, i);
        if (pool->seats[i].worker != NULL)
            lwi_snapshot_add(snapshot, pool->seats[i].worker);
        look_at_memory(pool, snapshot, &pool->seats[i]);
    }
    if (!snapshot->has_total_child_rss)
        snapshot->total_child_rss_kib = 0;
}

static int
check(const lw_pool_snapshot *snapshot, lw_error *err)
{
    if (snapshot != NULL && snapshot->struct_size == sizeof(*snapshot))
        return LW_OK;
    return lwi_fail(err, LW_EINVAL, DOING,
                    "snapshot is NULL or its struct_size is not set");
}

int
lw_pool_get_snapshot(lw_pool *pool, lw_pool_snapshot *snapshot, lw_error *err)
{
    int rc = lwi_pool_check(pool, DOING, err);

    if (rc == LW_OK)
        rc = check(snapshot, err);
    if (rc != LW_OK)
        return rc;
    pthread_mutex_lock(&pool->lock);
    *snapshot = pool->totals;
    look(pool, snapshot, 0, lwi_pool_seats(pool));
    snapshot->struct_size = sizeof(*snapshot);
    snapshot->max_workers = pool->config.max_workers;
    snapshot->queue_depth = (uint32_t)pool->core.line.count;
    snapshot->rss_samples_unavailable = pool->totals.rss_samples_unavailable;
    lwi_events_count(pool, snapshot);
    pthread_mutex_unlock(&pool->lock);
    return LW_OK;
}

int
lw_lease_get_snapshot(lw_lease *lease, lw_pool_snapshot *snapshot,
                      lw_error *err)
{
    lw_pool *pool;
    int rc;

    if (!LWI_VALID(lease, LWI_LEASE_MAGIC))
        return lwi_fail(err, LW_EBADHANDLE, DOING, "not a live lease");
    rc = check(snapshot, err);
    if (rc != LW_OK)
        return rc;
    pool = lease->pool;
    *snapshot = (lw_pool_snapshot){ .struct_size = sizeof(*snapshot) };
    pthread_mutex_lock(&pool->lock);
    look(pool, snapshot, lease->place, lease->place + 1);
    snapshot->max_workers = pool->config.max_workers;
    pthread_mutex_unlock(&pool->lock);
    return LW_OK;
}
