/* memory.c - samples of what a pool's workers use, for the budget. */
#include "pool/memory.h"

#include "worker/worker.h"

/* A place whose sample is wanted, and what it holds. */
struct subject {
    uint32_t place;
    lw_worker *worker;       /* to be compared only; NULL: none yet */
    struct lwi_child *child; /* a handle; NULL: none that lives */
};

int64_t
lwi_memory_sample_age_ns(const lw_pool_config *config)
{
    uint64_t age_ms = config->budget_measure == LW_MEASURE_RSS
                          ? LW_RSS_MAX_AGE_MS
                          : LW_PSS_MAX_AGE_MS;

    return (int64_t)age_ms * LWI_NS_PER_MS;
}

/* The next one; false: there is no other. With the lock. */
static bool
find_subject(lw_pool *pool, uint32_t first, struct subject *subject)
{
    int64_t now = lwi_now(pool->clock);
    uint32_t end =
        pool->core.config.max_workers + pool->core.config.max_standby;
    uint32_t i = first;

    while (i < end && !lwi_core_wants_sample(&pool->core, i, now))
        i++;
    if (i == end)
        return false;
    subject->place = i;
    subject->worker = pool->seats[i].worker;
    subject->child = subject->worker != NULL
                         ? lwi_worker_retain_child(subject->worker)
                         : NULL;
    return true;
}

/* False: it is not known. */
static bool
measure(const lw_pool *pool, struct lwi_child *child, uint64_t *kib)
{
    bool rss = pool->config.budget_measure == LW_MEASURE_RSS;
    struct lwi_memory memory = { .rss_kib = 0 };

    if (lwi_child_get_memory(child, rss ? LWI_MEMORY_RSS : LWI_MEMORY_FULL,
                             &memory) != LW_OK)
        return false;
    *kib = rss ? memory.rss_kib
           : pool->config.budget_measure == LW_MEASURE_PRIVATE
               ? memory.private_kib
               : memory.pss_kib;
    return rss || memory.has_pss;
}

/* With the lock. What was measured may be another's place by now. */
static void
tell(lw_pool *pool, const struct subject *subject, bool known, uint64_t kib)
{
    struct lwi_seat *seat = &pool->seats[subject->place];

    if (subject->worker != seat->worker)
        return;
    /* A dead child has none, and that is known. */
    if (!known && seat->worker != NULL &&
        lw_worker_get_state(seat->worker) == LW_WORKER_DEAD) {
        known = true;
        kib = 0;
    }
    pool->totals.rss_samples_unavailable += !known;
    lwi_core_sampled(&pool->core, subject->place, known, kib,
                     lwi_now(pool->clock));
    lwi_pool_tell(pool);
}

void
lwi_memory_sample(lw_pool *pool)
{
    struct subject subject = { .place = 0 };
    uint64_t kib = 0;
    bool known;

    pthread_mutex_lock(&pool->lock);
    while (find_subject(pool, subject.place, &subject)) {
        pthread_mutex_unlock(&pool->lock);
        known = subject.child != NULL && measure(pool, subject.child, &kib);
        lwi_child_release(subject.child);
        pthread_mutex_lock(&pool->lock);
        tell(pool, &subject, known, kib);
        subject.place++;
    }
    pthread_mutex_unlock(&pool->lock);
}
