/*
 * warm.h - what a pool keeps warm, and its opener.
 *
 *      lw_pool_keep ──► core: what is missing ──► opener: opens it
 *      a lease's worker is gone ──► lwi_warm_relieve: a standby's instead
 *
 * Thread rule: everything here is guarded by the pool's lock. The opener holds
 * it but for the time in which it opens, ends or sleeps.
 */
#ifndef LWI_POOL_WARM_H
#define LWI_POOL_WARM_H

#include <pthread.h>

#include <lean_worker/pool_warm.h>

#include "base/list.h"
#include "pool/core.h"

struct lwi_seat;

/* A key of which something is kept. */
struct lwi_kept {
    LWI_LINK(struct lwi_kept) link;
    lw_capability *capability; /* a reference: how it is opened */
    lw_keep_spec spec;
    struct lwi_kept *bare; /* for its bare standbys; NULL: it wants none */
    uint32_t lent;         /* standbys that others want of it, as their bare */
    int rc;                /* of the last opening */
    lw_error err;          /* where that failed */
};

LWI_LIST(lwi_kept_list, struct lwi_kept, link);

/* A thread in lw_pool_wait_warm. */
struct lwi_warm_watcher {
    LWI_LINK(struct lwi_warm_watcher) link;
    int wake; /* eventfd */
};

LWI_LIST(lwi_warm_watcher_list, struct lwi_warm_watcher, link);

struct lwi_warm {
    struct lwi_kept_list kept;
    struct lwi_warm_watcher_list watchers;
    pthread_cond_t called;
    pthread_t thread;
    bool running;      /* there is an opener, to be joined */
    bool asleep;       /* in `called` */
    int64_t due;       /* until when */
    uint32_t place;    /* where it is */
    lw_cancel *cancel; /* of what it opens there; NULL: nothing */
};

void
lwi_warm_init(lw_pool *pool);

/* The opener has been joined. */
void
lwi_warm_fini(lw_pool *pool);

/* Starts the opener where there is none. With the lock. */
int
lwi_warm_start(lw_pool *pool);

/* The pool is closed: ends the opener, and returns when it has. No lock. */
void
lwi_warm_stop(lw_pool *pool);

/* After each thing that the core was told: calls who has to know. */
void
lwi_warm_tell(lw_pool *pool);

/* NULL: nothing is kept of it. With the lock. */
struct lwi_kept *
lwi_warm_find(const lw_pool *pool, const lw_capability *capability);

/*
 * A standby's worker instead of the one that a place holds, which is not ready
 * for the capability, if there is one. The old one goes where the standby was,
 * for the opener. For whoever has the place, without the lock. True: what the
 * seat holds now is alive; without a session where its capability is another.
 */
bool
lwi_warm_relieve(lw_pool *pool, struct lwi_seat *seat,
                 lw_capability *capability);

/* A lease was given back: had its child ended meanwhile? With the lock. */
void
lwi_warm_released(lw_pool *pool, uint32_t place);

/*
 * A place has just become idle, or its child has ended: if it is dead, the
 * opener has to know. With the lock. crashed: as for lwi_core_ail.
 */
void
lwi_warm_look(lw_pool *pool, uint32_t place, bool crashed);

#endif
