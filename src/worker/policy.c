/* policy.c - when a worker's child is replaced, how often, and what counted. */
#include "worker/policy.h"

#include <inttypes.h>

#include "base/backoff.h"
#include "worker/worker.h"

/* ---- life ---- */

static bool
window_is_sane(uint64_t ms)
{
    return ms >= 1 && ms <= LW_TIMEOUT_MAX_MS;
}

const char *
lwi_policy_fault(const lw_restart_policy *limits)
{
    if (limits->struct_size != sizeof(*limits))
        return "policy is of another version; use LW_RESTART_POLICY_INIT";
    if (limits->max_requests == 0)
        return "policy.max_requests must be at least 1, or LW_NO_LIMIT";
    if (limits->max_imports == 0)
        return "policy.max_imports must be at least 1, or LW_NO_LIMIT";
    if (limits->max_import_kib == 0)
        return "policy.max_import_kib must be at least 1, or LW_NO_LIMIT";
    if (limits->max_rss_kib == 0)
        return "policy.max_rss_kib must be at least 1, or LW_NO_LIMIT";
    if (limits->max_pss_kib == 0)
        return "policy.max_pss_kib must be at least 1, or LW_NO_LIMIT";
    if (!window_is_sane(limits->idle_ms) && limits->idle_ms != LW_NO_LIMIT)
        return "policy.idle_ms must be 1 ms to 30 days, or LW_NO_LIMIT";
    if (limits->max_restarts > LW_RESTARTS_MAX)
        return "policy.max_restarts must be at most LW_RESTARTS_MAX (1000); 0 "
               "for no limit";
    if (!window_is_sane(limits->restart_window_ms))
        return "policy.restart_window_ms must be 1 ms to 30 days";
    return NULL;
}

int
lwi_policy_init(struct lwi_policy *policy, const lw_restart_policy *limits,
                const struct lwi_clock *clock, const lw_allocator *allocator)
{
    memset(policy, 0, sizeof(*policy));
    pthread_mutex_init(&policy->lock, NULL);
    policy->clock = clock;
    policy->sample = lwi_child_get_memory;
    policy->limits = *limits;
    policy->pending.operation = "";
    policy->stats.struct_size = sizeof(policy->stats);
    policy->stats.last_restart.operation = "";
    return lwi_restarts_init(&policy->own, "the worker's child was", limits,
                             allocator);
}

void
lwi_policy_fini(struct lwi_policy *policy)
{
    if (policy->clock == NULL)
        return;
    lwi_restarts_fini(&policy->own);
    pthread_mutex_destroy(&policy->lock);
    memset(policy, 0, sizeof(*policy));
}

static struct lwi_policy *
lock(lw_worker *worker)
{
    pthread_mutex_lock(&worker->policy.lock);
    return &worker->policy;
}

static void
unlock(struct lwi_policy *policy)
{
    pthread_mutex_unlock(&policy->lock);
}

void
lwi_policy_share(lw_worker *worker, struct lwi_restarts *restarts)
{
    struct lwi_policy *policy = lock(worker);

    policy->shared = restarts;
    unlock(policy);
}

/* ---- due ---- */

/* Static or zero; `current` says how far it has come. */
static bool
reached(lw_restart_reason *why, lw_restart_kind kind, uint64_t current,
        uint64_t limit)
{
    if (limit == LW_NO_LIMIT || current < limit)
        return false;
    *why = (lw_restart_reason){ kind, current, limit, "" };
    return true;
}

/* Since it became idle; 0: busy or no child. */
static uint64_t
idle_ms(const struct lwi_policy_child *child, int64_t now)
{
    if (!child->alive || child->busy || now <= child->idle_ns)
        return 0;
    return (uint64_t)(now - child->idle_ns) / (uint64_t)LWI_NS_PER_MS;
}

/* By what is known now, in the order of policy.h. Under the lock. */
static bool
due_locked(const struct lwi_policy *policy, int64_t now, lw_restart_reason *why)
{
    const struct lwi_policy_child *child = &policy->child;
    const lw_restart_policy *limits = &policy->limits;

    if (!child->alive)
        return false;
    if (child->asked > 0 &&
        (reached(why, LW_RESTART_IMPORT_BYTES, child->import_kib,
                 limits->max_import_kib) ||
         reached(why, LW_RESTART_MAX_IMPORTS, child->asked,
                 limits->max_imports)))
        return true;
    if (child->requests > 0 &&
        (reached(why, LW_RESTART_MAX_REQUESTS, child->requests,
                 limits->max_requests) ||
         reached(why, LW_RESTART_RSS_CEILING, child->rss_kib,
                 limits->max_rss_kib) ||
         reached(why, LW_RESTART_PSS_CEILING, child->pss_kib,
                 limits->max_pss_kib)))
        return true;
    return reached(why, LW_RESTART_IDLE, idle_ms(child, now), limits->idle_ms);
}

/* Under the lock: whether a sample could change the decision. */
static bool
wants_sample(const struct lwi_policy *policy, uint64_t limit)
{
    return limit != LW_NO_LIMIT && policy->child.requests > 0;
}

/* It can only have grown much by a request, or in time. */
static bool
wants_rss(const struct lwi_policy *policy, int64_t now)
{
    const struct lwi_policy_child *child = &policy->child;

    return wants_sample(policy, policy->limits.max_rss_kib) &&
           (child->rss_ns == 0 || child->requests != child->rss_requests ||
            now - child->rss_ns >= (int64_t)LW_RSS_MAX_AGE_MS * LWI_NS_PER_MS);
}

static bool
wants_pss(const struct lwi_policy *policy, int64_t now)
{
    return wants_sample(policy, policy->limits.max_pss_kib) &&
           (policy->child.pss_ns == 0 ||
            now - policy->child.pss_ns >=
                (int64_t)LW_PSS_MAX_AGE_MS * LWI_NS_PER_MS);
}

/* Without the lock: it may take 30 ms. A sample that fails leaves the last. */
static void
sample(lw_worker *worker, struct lwi_child *child,
       enum lwi_memory_detail detail, int64_t now)
{
    struct lwi_policy *policy = &worker->policy;
    struct lwi_memory memory;
    int rc =
        child == NULL ? LW_ESYSTEM : policy->sample(child, detail, &memory);

    lock(worker);
    if (rc == LW_OK) {
        policy->child.rss_kib = memory.rss_kib;
        policy->child.rss_ns = now;
        policy->child.rss_requests = policy->child.requests;
        policy->child.was_below |= memory.rss_kib < policy->limits.max_rss_kib;
    }
    if (rc == LW_OK && memory.has_pss)
        policy->child.pss_kib = memory.pss_kib;
    if (detail == LWI_MEMORY_FULL)
        policy->child.pss_ns = now;
    unlock(policy);
}

/* Where no limit depends on the time there is no use in looking at it. */
static int64_t
time_for(const struct lwi_policy *policy)
{
    const lw_restart_policy *limits = &policy->limits;
    bool wanted = limits->idle_ms != LW_NO_LIMIT ||
                  limits->max_rss_kib != LW_NO_LIMIT ||
                  limits->max_pss_kib != LW_NO_LIMIT;

    return wanted ? lwi_now(policy->clock) : 0;
}

bool
lwi_policy_due(lw_worker *worker, lw_restart_reason *why)
{
    struct lwi_policy *policy = lock(worker);
    int64_t now = time_for(policy);
    bool rss = wants_rss(policy, now), pss = wants_pss(policy, now);
    bool due;

    if (rss || pss) {
        unlock(policy);
        sample(worker, worker->child, pss ? LWI_MEMORY_FULL : LWI_MEMORY_RSS,
               now);
        lock(worker);
    }
    due = due_locked(policy, now, why);
    unlock(policy);
    return due;
}

/* ---- may start ---- */

/* Not where somebody wanted it so: the program, or who built a library. */
static bool
counts(const lw_restart_reason *why)
{
    return why->kind != LW_RESTART_EXPLICIT && why->kind != LW_RESTART_STALE;
}

/* Its own book, or one that it shares. */
static struct lwi_restarts *
book_of(struct lwi_policy *policy)
{
    return policy->shared != NULL ? policy->shared : &policy->own;
}

/* Under the lock. */
static int
check_backoff(const struct lwi_policy *policy, int64_t now, const char *doing,
              lw_error *err)
{
    if (now >= policy->not_before)
        return LW_OK;
    return lwi_fail(err, LW_ERESTARTS, doing,
                    "the last %" PRIu32 " start%s of the worker's child "
                    "failed; the next is allowed in %" PRIu64 " ms",
                    policy->failures, policy->failures == 1 ? "" : "s",
                    lwi_ms_until(policy->not_before, now));
}

int
lwi_policy_may_start(lw_worker *worker, const lw_restart_reason *why,
                     const char *doing, lw_error *err)
{
    struct lwi_policy *policy = lock(worker);
    int64_t now = lwi_now(policy->clock);
    int rc = LW_OK;

    if (why == NULL)
        why = &policy->pending;
    if (counts(why)) {
        rc = check_backoff(policy, now, doing, err);
        if (rc == LW_OK && policy->stats.starts > 0)
            rc = lwi_restarts_check(book_of(policy), now, why, doing, err);
    }
    unlock(policy);
    return rc;
}

bool
lwi_policy_is_limit(const lw_restart_reason *why)
{
    switch (why->kind) {
    case LW_RESTART_MAX_REQUESTS:
    case LW_RESTART_MAX_IMPORTS:
    case LW_RESTART_IMPORT_BYTES:
    case LW_RESTART_RSS_CEILING:
    case LW_RESTART_PSS_CEILING:
    case LW_RESTART_IDLE:
        return true;
    case LW_RESTART_NONE:
    case LW_RESTART_EXPLICIT:
    case LW_RESTART_RSS_HARD_LIMIT:
    case LW_RESTART_CANCELLED:
    case LW_RESTART_TIMEOUT:
    case LW_RESTART_SINK:
    case LW_RESTART_PROTOCOL:
    case LW_RESTART_DIED:
    case LW_RESTART_STALE:
    case LW_RESTART_KIND_COUNT:
        break;
    }
    return false;
}

bool
lwi_policy_keeps_sessions(const lw_worker *worker, const lw_restart_reason *why)
{
    return lwi_policy_is_limit(why) &&
           worker->policy.limits.keep_sessions; /* fixed: no lock */
}

lw_restart_reason
lwi_policy_death_reason(lw_worker *worker, enum lwi_death_cause cause,
                        const char *doing)
{
    lw_restart_reason why = { LW_RESTART_DIED, 0, 0, doing };
    struct lwi_memory memory;

    if (cause == LWI_DEATH_STOPPED)
        why.kind = LW_RESTART_EXPLICIT;
    if (cause == LWI_DEATH_PROTOCOL)
        why.kind = LW_RESTART_PROTOCOL;
    if (cause == LWI_DEATH_TIMEOUT)
        why.kind = LW_RESTART_TIMEOUT;
    if (cause == LWI_DEATH_CANCELLED)
        why.kind = LW_RESTART_CANCELLED;
    if (cause != LWI_DEATH_MEMORY_LIMIT || worker->child == NULL)
        return why;
    why.kind = LW_RESTART_RSS_HARD_LIMIT;
    why.limit = worker->config.rss_limit_kib;
    if (worker->policy.sample(worker->child, LWI_MEMORY_LAST, &memory) == LW_OK)
        why.current = memory.rss_kib; /* the sample that it was killed for */
    return why;
}

/* ---- notes ---- */

/* Under the lock. */
static void
note_restart(struct lwi_policy *policy, const lw_restart_reason *why,
             int64_t now)
{
    policy->stats.restarts++;
    policy->stats.restarts_by[why->kind]++;
    policy->stats.last_restart = *why;
    if (counts(why))
        lwi_restarts_note(book_of(policy), now);
}

static void
tell_idle(lw_worker *worker)
{
    lw_restart_reason why;

    int64_t limit, look;

    if (worker->policy.became_idle == NULL)
        return;
    limit = lwi_policy_idle_due(worker, &why);
    look = lwi_policy_look_due(worker);
    worker->policy.became_idle(worker, limit < look ? limit : look);
}

void
lwi_policy_started(lw_worker *worker, const lw_restart_reason *why)
{
    struct lwi_policy *policy = lock(worker);
    int64_t now = lwi_now(policy->clock);

    if (policy->stats.starts > 0)
        note_restart(policy, why != NULL ? why : &policy->pending, now);
    policy->stats.starts++;
    policy->failures = 0;
    policy->not_before = 0;
    policy->child = (struct lwi_policy_child){ .alive = true,
                                               .started_ns = now,
                                               .idle_ns = now };
    unlock(policy);
    tell_idle(worker);
}

void
lwi_policy_start_failed(lw_worker *worker)
{
    struct lwi_policy *policy = lock(worker);

    policy->stats.failed_starts++;
    if (policy->failures < UINT32_MAX)
        policy->failures++;
    policy->not_before = lwi_deadline_after(
        policy->clock, lwi_backoff_ms(LWI_BACKOFF_FIRST_MS, LWI_BACKOFF_MAX_MS,
                                      policy->failures));
    unlock(policy);
}

void
lwi_policy_child_ended(lw_worker *worker, const lw_restart_reason *why)
{
    struct lwi_policy *policy = lock(worker);

    if (policy->child.alive) {
        policy->child = (struct lwi_policy_child){ .alive = false };
        policy->stats.exits++;
        policy->pending = *why;
    }
    unlock(policy);
}

bool
lwi_policy_child_is_gone(lw_worker *worker, lw_restart_reason *why)
{
    struct lwi_policy *policy = lock(worker);
    bool gone = policy->stats.starts > 0 && !policy->child.alive;

    if (why != NULL)
        *why = policy->pending;
    unlock(policy);
    return gone;
}

void
lwi_policy_request_sent(lw_worker *worker)
{
    struct lwi_policy *policy = lock(worker);

    policy->stats.requests++;
    policy->child.requests++;
    policy->child.busy = true;
    unlock(policy);
}

void
lwi_policy_request_ended(lw_worker *worker)
{
    struct lwi_policy *policy = lock(worker);

    policy->child.busy = false;
    policy->child.idle_ns = lwi_now(policy->clock);
    unlock(policy);
    tell_idle(worker);
}

void
lwi_policy_made_ready(lw_worker *worker)
{
    struct lwi_policy *policy = lock(worker);

    policy->child.requests = policy->child.asked = 0;
    policy->child.rss_ns = 0;
    unlock(policy);
}

void
lwi_policy_cancel_acknowledged(lw_worker *worker)
{
    struct lwi_policy *policy = lock(worker);

    policy->stats.cancels_acknowledged++;
    unlock(policy);
}

/* Under the lock. What a child says may be a lie: nothing here overflows. */
static void
note_import(struct lwi_policy *policy, const lw_session *session)
{
    uint64_t grown;

    policy->stats.imports++;
    policy->child.imports++;
    if (session->heap_after_kib <= session->heap_before_kib)
        return;
    grown = session->heap_after_kib - session->heap_before_kib;
    if (grown > UINT64_MAX - policy->child.import_kib)
        grown = UINT64_MAX - policy->child.import_kib;
    policy->child.import_kib += grown;
}

void
lwi_policy_session_opened(lw_worker *worker, const lw_session *session)
{
    struct lwi_policy *policy = lock(worker);

    if (session->reused)
        policy->stats.sessions_reused++;
    else if (!session->preloaded)
        note_import(policy, session);
    if (!session->reused)
        policy->child.asked++;
    policy->stats.sessions_preloaded += session->preloaded;
    unlock(policy);
}

void
lwi_policy_session_reopened(lw_worker *worker, const lw_session *session)
{
    struct lwi_policy *policy = lock(worker);

    policy->stats.sessions_reopened++;
    if (!session->reused && !session->preloaded)
        note_import(policy, session);
    policy->stats.sessions_preloaded += session->preloaded;
    unlock(policy);
}

void
lwi_policy_stream_ended(lw_worker *worker, bool ok, uint64_t rows,
                        uint64_t bytes, uint64_t elapsed_us, uint64_t waits)
{
    struct lwi_policy *policy = lock(worker);
    lw_worker_stats *stats = &policy->stats;

    stats->streams++;
    stats->streams_ok += ok;
    stats->streams_failed += !ok;
    stats->rows += rows;
    stats->row_bytes += bytes;
    stats->stream_us += elapsed_us;
    stats->backpressure_waits += waits;
    stats->backpressure_failures += !ok && waits > 0;
    unlock(policy);
}

/* ---- for facts.c ---- */

void
lwi_policy_read_stats(lw_worker *worker, lw_worker_stats *stats)
{
    struct lwi_policy *policy = lock(worker);

    *stats = policy->stats;
    unlock(policy);
}

/* Under the lock: will the next request start another child, and why? */
static bool
next_is_fresh(const struct lwi_policy *policy, const lw_restart_reason *death,
              int64_t now, lw_restart_reason *why)
{
    if (death == NULL)
        return due_locked(policy, now, why);
    *why = policy->child.alive ? *death : policy->pending;
    return true;
}

void
lwi_policy_read_lifecycle(lw_worker *worker, const lw_restart_reason *death,
                          uint64_t rss_kib, lw_worker_lifecycle *lifecycle)
{
    static const struct lwi_policy_child none;
    struct lwi_policy *policy = lock(worker);
    const struct lwi_policy_child *child =
        death == NULL ? &policy->child : &none;
    int64_t now = lwi_now(policy->clock);

    if (child->alive && rss_kib != 0)
        policy->child.rss_kib = rss_kib;
    lifecycle->child_requests = child->requests;
    lifecycle->child_imports = child->imports;
    lifecycle->child_import_kib = child->import_kib;
    lifecycle->max_import_kib = policy->limits.max_import_kib;
    lifecycle->rss_kib = child->rss_kib;
    lifecycle->idle_ms = idle_ms(child, now);
    lifecycle->age_ms =
        child->alive ? (uint64_t)(now - child->started_ns) / LWI_NS_PER_MS : 0;
    lifecycle->restarts_in_window = lwi_restarts_count(book_of(policy), now);
    lifecycle->due = (lw_restart_reason){ LW_RESTART_NONE, 0, 0, "" };
    lifecycle->restart_due = next_is_fresh(policy, death, now, &lifecycle->due);
    unlock(policy);
}

int64_t
lwi_policy_idle_due(lw_worker *worker, lw_restart_reason *why)
{
    struct lwi_policy *policy = lock(worker);
    int64_t due = LWI_NEVER;

    if (policy->limits.idle_ms != LW_NO_LIMIT && policy->child.alive &&
        !policy->child.busy) {
        due = policy->child.idle_ns +
              (int64_t)policy->limits.idle_ms * LWI_NS_PER_MS;
        *why = (lw_restart_reason){
            LW_RESTART_IDLE, idle_ms(&policy->child, lwi_now(policy->clock)),
            policy->limits.idle_ms, ""
        };
    }
    unlock(policy);
    return due;
}

/* Under the lock: is there a child that can be looked at while it rests? */
static bool
is_watched(const struct lwi_policy *policy)
{
    return policy->limits.max_rss_kib != LW_NO_LIMIT && policy->child.alive &&
           !policy->child.busy;
}

int64_t
lwi_policy_look_due(lw_worker *worker)
{
    struct lwi_policy *policy = lock(worker);
    int64_t due = LWI_NEVER;

    if (is_watched(policy))
        due = lwi_deadline_after(policy->clock, LW_IDLE_RSS_INTERVAL_MS);
    unlock(policy);
    return due;
}

bool
lwi_policy_has_swollen(lw_worker *worker, lw_restart_reason *why)
{
    struct lwi_policy *policy = lock(worker);
    int64_t now = lwi_now(policy->clock);
    bool swollen = is_watched(policy);
    struct lwi_child *child;

    unlock(policy);
    if (!swollen)
        return false;
    child = lwi_worker_retain_child(worker);
    sample(worker, child, LWI_MEMORY_RSS, now);
    lwi_child_release(child);
    lock(worker);
    swollen = is_watched(policy) &&
              (policy->child.requests > 0 || policy->child.was_below) &&
              reached(why, LW_RESTART_RSS_CEILING, policy->child.rss_kib,
                      policy->limits.max_rss_kib);
    unlock(policy);
    return swollen;
}
