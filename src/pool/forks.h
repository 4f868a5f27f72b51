/*
 * forks.h - the fork servers of a pool that isolates (lw_isolation).
 *
 *      key ──► fork server, with the key's session open ──► a fork for each
 *                                                           lease, or request
 *
 * One for each key, made when a worker of the key is first needed, at most
 * max_fork_servers; the one that was not used for longest makes room. It is
 * retired, not killed: forks that are leased go on. So it is where a file
 * behind its session is another one now (oleans.h), which is looked at before
 * each fork.
 */
#ifndef LWI_POOL_FORKS_H
#define LWI_POOL_FORKS_H

#include <pthread.h>

#include <lean_worker/pool.h>

#include "worker/zygote.h"

struct lwi_patience;
struct lwi_fork_server;

struct lwi_forks {
    pthread_mutex_t lock;
    struct lwi_fork_server *servers; /* max_fork_servers places; may be NULL */
    uint64_t uses;
    bool closed; /* none is made any more */
    bool fake;   /* of a test: lwi_zygote_create */
};

/* LW_OK or LW_ENOMEM; fini is right in either case. */
int
lwi_forks_init(lw_pool *pool);

/*
 * The pool was closed: nobody waits for one that is not ready. Leases that are
 * out go on with those that are. Does not block. Idempotent.
 */
void
lwi_forks_close(lw_pool *pool);

/* Ends them, with the forks that there still are. */
void
lwi_forks_fini(lw_pool *pool);

/*
 * The fork server for a worker of this capability: *out, for
 * lwi_zygote_release; NULL where there is none to be. Waits until it is ready
 * or given up: *ready says which. LW_OK, or why the wait ended: LW_ETIMEOUT,
 * LW_ECANCELLED. Without the pool's lock.
 */
int
lwi_forks_acquire(lw_zygote **out, bool *ready, lw_pool *pool,
                  lw_capability *capability,
                  const struct lwi_patience *patience, lw_error *err);

/* No worker of its key is left: it is not kept for one that may come. */
void
lwi_forks_forget(lw_pool *pool, const lw_capability *capability);

#endif
