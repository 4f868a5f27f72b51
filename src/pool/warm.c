/* warm.c - what a pool is told to keep, and the wait until it is there. */
#include "pool/warm.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include "capability/key.h"
#include "pool/waiting.h"

#define KEEPING "keep workers warm"
#define AWAITING "wait for warm workers"

/* ---- life ---- */

void
lwi_warm_init(lw_pool *pool)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->warm.called, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void
drop(lw_pool *pool, struct lwi_kept *kept)
{
    lwi_kept_list_remove(&pool->warm.kept, kept);
    lw_capability_destroy(kept->capability);
    lwi_free(pool->allocator, kept);
}

void
lwi_warm_fini(lw_pool *pool)
{
    while (pool->warm.kept.first != NULL)
        drop(pool, pool->warm.kept.first);
    pthread_cond_destroy(&pool->warm.called);
}

/* ---- what is kept ---- */

struct lwi_kept *
lwi_warm_find(const lw_pool *pool, const lw_capability *capability)
{
    const lw_session_key *key = lw_capability_get_key(capability);
    struct lwi_kept *kept = pool->warm.kept.first;

    while (kept != NULL &&
           lw_session_key_compare(lw_capability_get_key(kept->capability),
                                  key) != 0)
        kept = kept->link.next;
    return kept;
}

/* Found, or made; NULL: no memory. */
static struct lwi_kept *
get(lw_pool *pool, lw_capability *capability)
{
    struct lwi_kept *kept = lwi_warm_find(pool, capability);

    if (kept != NULL)
        return kept;
    kept = lwi_alloc(pool->allocator, sizeof(*kept));
    if (kept == NULL)
        return NULL;
    kept->capability = lwi_capability_retain(capability);
    lwi_kept_list_push_back(&pool->warm.kept, kept);
    return kept;
}

static bool
is_nothing(const lw_keep_spec *spec)
{
    return spec->min_idle == 0 && spec->reserved == 0 && spec->standbys == 0 &&
           spec->bare_standbys == 0;
}

/* How the workers of a capability are started, with no session in them. */
static int
make_bare(lw_capability **out, const lw_capability *capability, lw_error *err)
{
    static const lw_capability_spec nothing = LW_CAPABILITY_SPEC_INIT;
    lw_capability_spec spec = nothing;

    spec.worker = lwi_capability_spec(capability)->worker;
    return lw_capability_create(out, &spec, err);
}

/* Tells the core; what is kept changes only where that succeeds. */
static int
apply(lw_pool *pool, struct lwi_kept *kept, const lw_keep_spec *spec,
      uint32_t lent)
{
    const lw_session_key *key = lw_capability_get_key(kept->capability);
    struct lwi_keep keep = {
        .min_idle = spec->min_idle,
        .reserved = spec->reserved,
        .standbys = spec->standbys + lent,
    };
    int rc = lwi_core_keep(&pool->core, lwi_session_key_identity(key),
                           lw_session_key_hash(key), &keep, kept,
                           lwi_now(pool->clock));

    if (rc != LW_OK)
        return rc;
    kept->spec = *spec;
    kept->lent = lent;
    kept->rc = LW_OK;
    return LW_OK;
}

/*
 * Both or neither: the key's own, and what it wants of its bare kind. First
 * the one that wants fewer standbys than before, for the other to have them.
 */
static int
apply_both(lw_pool *pool, struct lwi_kept *kept, struct lwi_kept *bare,
           const lw_keep_spec *spec)
{
    lw_keep_spec was = kept->spec;
    uint32_t lent = bare != NULL ? bare->lent : 0;
    bool own_first = spec->standbys < was.standbys;
    int rc = LW_OK;

    lent = lent - was.bare_standbys + spec->bare_standbys;
    if (bare == kept || bare == NULL)
        return apply(pool, kept, spec, bare == kept ? lent : kept->lent);
    rc = own_first ? apply(pool, kept, spec, kept->lent)
                   : apply(pool, bare, &bare->spec, lent);
    if (rc != LW_OK)
        return rc;
    rc = own_first ? apply(pool, bare, &bare->spec, lent)
                   : apply(pool, kept, spec, kept->lent);
    if (rc != LW_OK && own_first)
        apply(pool, kept, &was, kept->lent);
    else if (rc != LW_OK)
        apply(pool, bare, &bare->spec,
              lent + was.bare_standbys - spec->bare_standbys);
    return rc;
}

static void
drop_unused(lw_pool *pool, struct lwi_kept *kept)
{
    if (kept != NULL && is_nothing(&kept->spec) && kept->lent == 0)
        drop(pool, kept);
}

/* With the lock. bare: made for the capability; NULL: it wants none. */
static int
keep(lw_pool *pool, lw_capability *capability, lw_capability *bare,
     const lw_keep_spec *spec)
{
    struct lwi_kept *kept, *kept_bare;
    int rc = LW_ENOMEM;

    if (pool->core.closed)
        return LW_ECLOSED;
    if (is_nothing(spec) && lwi_warm_find(pool, capability) == NULL)
        return LW_OK;
    if (!is_nothing(spec) && lwi_warm_start(pool) != LW_OK)
        return LW_ELIMIT;
    kept = get(pool, capability);
    if (kept == NULL)
        return LW_ENOMEM;
    kept_bare = bare != NULL ? get(pool, bare) : kept->bare;
    if (bare == NULL || kept_bare != NULL)
        rc = apply_both(pool, kept, kept_bare, spec);
    kept->bare = kept->spec.bare_standbys > 0 ? kept_bare : NULL;
    if (kept_bare != kept)
        drop_unused(pool, kept_bare);
    drop_unused(pool, kept);
    lwi_pool_tell(pool);
    return rc;
}

/* ---- lw_pool_keep ---- */

static const char *
fault(const lw_pool *pool, const lw_keep_spec *spec)
{
    uint32_t per_key = pool->core.config.max_workers_per_key;
    uint32_t standby = pool->config.max_standby;

    if (spec->struct_size != sizeof(*spec))
        return "spec is of another version; use LW_KEEP_SPEC_INIT";
    if (spec->min_idle > per_key)
        return "min_idle must be at most max_workers_per_key";
    if (spec->reserved > per_key)
        return "reserved must be at most max_workers_per_key";
    if (spec->standbys > standby || spec->bare_standbys > standby)
        return "standbys and bare_standbys must be at most max_standby";
    return NULL;
}

static int
tell_keep(int rc, lw_error *err)
{
    switch (rc) {
    case LW_OK:
        return LW_OK;
    case LW_ECLOSED:
        return lwi_fail(err, LW_ECLOSED, KEEPING, "the pool is closed");
    case LW_ELIMIT:
        return lwi_fail(err, LW_ELIMIT, KEEPING, "cannot start a thread");
    case LW_ENOMEM:
        return lwi_fail(err, LW_ENOMEM, KEEPING, "out of memory");
    default:
        return lwi_fail(err, LW_EINVAL, KEEPING,
                        "with what other keys have, reserved would be more "
                        "than max_workers, or standbys more than max_standby");
    }
}

int
lw_pool_keep(lw_pool *pool, lw_capability *capability, const lw_keep_spec *spec,
             lw_error *err)
{
    static const lw_keep_spec nothing = LW_KEEP_SPEC_INIT;
    lw_capability *bare = NULL;
    const char *what;
    int rc = lwi_pool_check(pool, KEEPING, err);

    if (rc == LW_OK)
        rc = lwi_capability_check(capability, KEEPING, err);
    if (rc != LW_OK)
        return rc;
    spec = spec != NULL ? spec : &nothing;
    what = fault(pool, spec);
    if (what != NULL)
        return lwi_fail(err, LW_EINVAL, KEEPING, "%s", what);
    if (spec->bare_standbys > 0)
        rc = make_bare(&bare, capability, err);
    if (rc != LW_OK)
        return rc;
    pthread_mutex_lock(&pool->lock);
    rc = keep(pool, capability, bare, spec);
    pthread_mutex_unlock(&pool->lock);
    lw_capability_destroy(bare);
    return tell_keep(rc, err);
}

/* ---- lw_pool_wait_warm ---- */

static bool
is_warm(const lw_pool *pool, const struct lwi_kept *kept)
{
    const lw_session_key *key = lw_capability_get_key(kept->capability);

    return lwi_core_is_warm(&pool->core, lwi_session_key_identity(key),
                            lw_session_key_hash(key));
}

/* Does the wait concern it? capability NULL: all do. */
static bool
concerns(const lw_pool *pool, const struct lwi_kept *kept,
         const lw_capability *capability)
{
    const struct lwi_kept *asked =
        capability != NULL ? lwi_warm_find(pool, capability) : NULL;

    return capability == NULL ||
           (asked != NULL && (kept == asked || kept == asked->bare));
}

/* LW_OK: all is there. LW_MORE: not yet. Else an opening's error. */
static int
look(const lw_pool *pool, const lw_capability *capability, lw_error *err)
{
    const struct lwi_kept *kept = pool->warm.kept.first;
    int rc = LW_OK;

    if (pool->core.closed)
        return lwi_fail(err, LW_ECLOSED, AWAITING, "the pool is closed");
    for (; kept != NULL; kept = kept->link.next) {
        if (!concerns(pool, kept, capability))
            continue;
        if (kept->rc != LW_OK) {
            if (err != NULL)
                *err = kept->err;
            return kept->rc;
        }
        if (!is_warm(pool, kept))
            rc = LW_MORE;
    }
    return rc;
}

/* With the lock, let go while it sleeps. */
static int
sleep_until_warm(lw_pool *pool, const lw_capability *capability,
                 int64_t deadline, lw_cancel *cancel, lw_error *err)
{
    struct lwi_warm_watcher watcher = { .wake = eventfd(0, EFD_CLOEXEC |
                                                               EFD_NONBLOCK) };
    int rc;

    if (watcher.wake < 0)
        return lwi_fail_errno(err, LW_ELIMIT, AWAITING,
                              "cannot make an eventfd to wait on");
    lwi_warm_watcher_list_push_back(&pool->warm.watchers, &watcher);
    while ((rc = look(pool, capability, err)) == LW_MORE) {
        if (lw_cancel_is_set(cancel)) {
            rc = lwi_fail(err, LW_ECANCELLED, AWAITING, "cancelled");
            break;
        }
        if (deadline != LWI_NEVER && lwi_now(pool->clock) >= deadline) {
            rc = lwi_fail(err, LW_ETIMEOUT, AWAITING,
                          "not all workers that are kept are there yet");
            break;
        }
        lwi_waiting_doze(pool, watcher.wake, cancel, deadline);
    }
    lwi_warm_watcher_list_remove(&pool->warm.watchers, &watcher);
    close(watcher.wake);
    return rc;
}

int
lw_pool_wait_warm(lw_pool *pool, const lw_capability *capability,
                  uint64_t timeout_ms, lw_cancel *cancel, lw_error *err)
{
    int rc = lwi_pool_check(pool, AWAITING, err);
    int64_t deadline;

    if (rc == LW_OK && capability != NULL)
        rc = lwi_capability_check(capability, AWAITING, err);
    if (rc != LW_OK)
        return rc;
    if (timeout_ms > LW_TIMEOUT_MAX_MS && timeout_ms != LW_NO_LIMIT)
        return lwi_fail(err, LW_EINVAL, AWAITING,
                        "timeout_ms must be at most 30 days, or LW_NO_LIMIT");
    deadline = timeout_ms == LW_NO_LIMIT
                   ? LWI_NEVER
                   : lwi_deadline_after(pool->clock, timeout_ms);
    pthread_mutex_lock(&pool->lock);
    pool->callers++;
    rc = sleep_until_warm(pool, capability, deadline, cancel, err);
    pool->callers--;
    pthread_cond_broadcast(&pool->quiet);
    pthread_mutex_unlock(&pool->lock);
    return rc;
}
