/*
 * facts.c - what a worker tells of itself while it works: counters, its
 * lifecycle, its child.
 *
 * Any thread, at any time, and nothing here waits for a request: the child is
 * held by the worker's lock for as long as a short file of /proc is read.
 */
#include "worker/worker.h"

const char *
lw_restart_kind_name(lw_restart_kind kind)
{
    switch (kind) {
#define NAME(name, number, text)                                               \
    case name:                                                                 \
        return text;
        LW_RESTART_MAP(NAME)
#undef NAME
    case LW_RESTART_KIND_COUNT:
        break;
    }
    return "unknown";
}

/* The handle, and the struct that is to be filled in. */
static int
check(const lw_worker *worker, const void *out, size_t size, const char *doing,
      lw_error *err)
{
    size_t given = 0;
    int rc = lwi_worker_check_handle(worker, doing, err);

    if (rc != LW_OK)
        return rc;
    if (out != NULL)
        memcpy(&given, out, sizeof(given));
    return given == size ? LW_OK
                         : lwi_fail(err, LW_EINVAL, doing,
                                    "the struct to fill in is NULL, or its "
                                    "struct_size is not set");
}

int
lw_worker_get_stats(lw_worker *worker, lw_worker_stats *stats, lw_error *err)
{
    int rc = check(worker, stats, sizeof(*stats), "read counters", err);

    if (rc == LW_OK)
        lwi_policy_read_stats(worker, stats);
    return rc;
}

/* Under the worker's lock, of a child that is dead, or ended, or none. */
static lw_restart_reason
unseen_end(lw_worker *worker)
{
    enum lwi_death_cause cause = LWI_DEATH_UNKNOWN;
    struct lwi_obituary obituary;

    if (worker->child != NULL &&
        lwi_child_get_obituary(worker->child, &obituary))
        cause = lwi_obituary_cause(&obituary, worker->goodbye);
    return lwi_policy_death_reason(worker, cause, "");
}

/* Under the worker's lock. One that is being started counts as living. */
static bool
lives_on(lw_worker *worker)
{
    bool starting = worker->state == LWI_STATE_SPAWNING ||
                    worker->state == LWI_STATE_GREETING ||
                    worker->state == LWI_STATE_LOADING;

    if (starting)
        return true;
    /* A deadline of 0 only looks: a child that died idle is dead. */
    return worker->child != NULL && !lwi_policy_child_is_gone(worker, NULL) &&
           lwi_child_wait_buried(worker->child, 0) != LW_OK;
}

int
lw_worker_get_lifecycle(lw_worker *worker, lw_worker_lifecycle *lifecycle,
                        lw_error *err)
{
    int rc =
        check(worker, lifecycle, sizeof(*lifecycle), "read a lifecycle", err);
    struct lwi_memory memory = { .rss_kib = 0 };
    lw_restart_reason death;
    bool lives;

    if (rc != LW_OK)
        return rc;
    *lifecycle = (lw_worker_lifecycle){ .struct_size = sizeof(*lifecycle) };
    pthread_mutex_lock(&worker->lock);
    lifecycle->generation = worker->generation;
    lives = lives_on(worker);
    if (!lives)
        death = unseen_end(worker);
    else if (worker->child != NULL &&
             worker->config.policy.max_rss_kib != LW_NO_LIMIT &&
             lwi_child_get_memory(worker->child, LWI_MEMORY_RSS, &memory) !=
                 LW_OK)
        memory.rss_kib = 0;
    lwi_policy_read_lifecycle(worker, lives ? NULL : &death, memory.rss_kib,
                              lifecycle);
    pthread_mutex_unlock(&worker->lock);
    return LW_OK;
}

int
lw_worker_get_metadata(const lw_worker *worker, lw_worker_metadata *metadata,
                       lw_error *err)
{
    int rc = check(worker, metadata, sizeof(*metadata), "read metadata", err);

    if (rc != LW_OK)
        return rc;
    *metadata = (lw_worker_metadata){
        .struct_size = sizeof(*metadata),
        .protocol_version = worker->protocol_version,
        .worker_version = worker->worker_version,
        .lean_version = worker->lean_version,
        .lean_githash = worker->lean_githash,
        .platform = worker->platform,
        .fingerprint = worker->config.fingerprint,
        .forked = worker->forked,
        .not_forked = worker->not_forked,
        .from_snapshot = worker->snapstart.warm,
        .no_snapshot = worker->snapstart.why_not,
        .shim = worker->config.shim,
        .shim_detail = worker->config.shim_detail,
    };
    return LW_OK;
}

int
lw_worker_get_cpu_ms(lw_worker *worker, uint64_t *cpu_ms, lw_error *err)
{
    int rc = lwi_worker_check_handle(worker, "measure a worker", err);

    if (rc != LW_OK)
        return rc;
    if (cpu_ms == NULL)
        return lwi_fail(err, LW_EINVAL, "measure a worker", "cpu_ms is NULL");
    pthread_mutex_lock(&worker->lock);
    rc = worker->child == NULL ? LW_ESYSTEM
                               : lwi_child_get_cpu_ms(worker->child, cpu_ms);
    pthread_mutex_unlock(&worker->lock);
    return rc == LW_OK ? LW_OK
                       : lwi_fail(err, (lw_status)rc, "measure a worker",
                                  "the child is not running");
}
