/*
 * pool_warm.h - workers that a pool has ready before anybody asks.
 *
 * A pool opens workers when callers come, and keeps what it has. Here it is
 * told to have some before: at its start, and again whenever there are fewer.
 * One thread of the pool, the opener, sees to it; a pool that keeps nothing
 * has no such thread, and wakes nobody up. Callers always come first. The
 * page docs/pool.md has the picture. Any thread may call these functions at
 * any time.
 */
#ifndef LEAN_WORKER_POOL_WARM_H
#define LEAN_WORKER_POOL_WARM_H

#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/capability.h>
#include <lean_worker/error.h>
#include <lean_worker/pool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a pool keeps for a capability's key. All 0: nothing. */
typedef struct lw_keep_spec {
    size_t struct_size;
    uint32_t min_idle; /* workers that are open and without a lease; at most
                          max_workers_per_key */
    uint32_t reserved; /* places that other keys are not given; of all keys
                          at most max_workers, and this one's at most
                          max_workers_per_key */
    uint32_t standbys; /* workers besides max_workers, with the session open,
                          that take over from one that is gone; of all keys,
                          with the next, at most max_standby */
    uint32_t bare_standbys; /* the same without a session, for every key whose
                               workers are started alike: they open it when
                               they take over */
} lw_keep_spec;

#define LW_KEEP_SPEC_INIT                                                      \
    {                                                                          \
        sizeof(lw_keep_spec), 0, 0, 0, 0                                       \
    }

/*
 * From now on the pool keeps this for the capability's key; before the first
 * lease it is the list of what to warm up. Calling it again replaces the
 * numbers; spec NULL, or all 0, ends it, and standbys that are too many end.
 *
 * Fewer idle workers than min_idle are made up for in empty places, and in
 * those of idle workers of keys that nobody keeps, least recently used first.
 * An opening that failed is tried again after a pause (100 ms, doubling to
 * 5 s). A worker that ends at its idle limit, or dies, is followed by another.
 *
 * Ownership: the pool keeps what it needs of the capability. Never blocks.
 * Errors: LW_EINVAL (names the number that is too large), LW_EBADHANDLE,
 * LW_ECLOSED, LW_ENOMEM, LW_ELIMIT (no thread).
 */
int
lw_pool_keep(lw_pool *pool, lw_capability *capability, const lw_keep_spec *spec,
             lw_error *err);

/*
 * Returns when what is kept for the capability's key (NULL: for all keys) is
 * ready, or cannot be opened: then with the error of that opening, which the
 * pool tries again later. timeout_ms: at most 30 days, or LW_NO_LIMIT; 0 only
 * looks. cancel may be NULL.
 *
 * Blocks at most timeout_ms. Errors: those of lw_pool_acquire that opening a
 * worker has; LW_ETIMEOUT (workers are still missing: not opened yet, or there
 * is no place for them), LW_ECANCELLED, LW_ECLOSED, LW_EINVAL, LW_EBADHANDLE,
 * LW_ELIMIT.
 */
int
lw_pool_wait_warm(lw_pool *pool, const lw_capability *capability,
                  uint64_t timeout_ms, lw_cancel *cancel, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
