/*
 * pool.h - the inside of a pool.
 *
 * Thread rules. `lock` guards the core, the seats' worker pointers and the
 * totals. It is held for microseconds, and never while a worker is started,
 * asked, or buried. What a seat holds besides belongs to whoever has been
 * granted its place, until the place is given back.
 */
#ifndef LWI_POOL_H
#define LWI_POOL_H

#include <pthread.h>

#include <lean_worker/pool.h>

#include "base/clock.h"
#include "base/error.h"
#include "capability/capability.h"
#include "pool/books.h"
#include "pool/control.h"
#include "pool/core.h"
#include "pool/events.h"
#include "pool/forks.h"
#include "pool/warm.h"

#define LWI_POOL_MAGIC UINT32_C(0x6b1d40f7)
#define LWI_LEASE_MAGIC UINT32_C(0xc84f1e93)

/* A seat has some, one of them for whoever has its place. */
struct lw_lease {
    uint32_t magic; /* only while it is out */
    uint32_t place;
    lw_pool *pool;
    lw_capability *capability; /* a reference; the caller's own */
    uint64_t timeout_ms;       /* for requests that name none */
    bool valid;
    bool in_request; /* what comes in now comes from a sink */
    bool forgotten;  /* released from a sink */
};

/*
 * The leases of a place take these in turn, so that a handle which is used
 * after its release is not the next caller's, and is found out for as many
 * leases of the place. 2 KiB for each place.
 */
#define LWI_LEASE_RECORDS 32u

/* How long a caller waits, besides the worker's own limits. */
struct lwi_patience {
    lw_cancel *cancel; /* NULL: none */
    int64_t deadline;  /* LWI_NEVER: none */
    int64_t now;       /* when it began; 0: the clock is looked at */
};

/* What a place holds. */
struct lwi_seat {
    lw_pool *pool;
    lw_worker *worker;           /* NULL: none */
    lw_capability *capability;   /* a reference: how it is opened; NULL: none.
                                    It changes under the lock */
    lw_session session;          /* number 0: the capability wants none */
    uint64_t generation;         /* of the child that was made ready */
    bool served;                 /* that child, a request of the lease */
    bool spent;                  /* it was ended for that: lw_isolation */
    struct lwi_book *book;       /* of its restarts; NULL: no worker */
    int64_t seen_alive_ns;       /* when its child was looked at last */
    struct lwi_oleans *oleans;   /* what it has imported; NULL: nothing known */
    int64_t oleans_ns;           /* when those were looked at last */
    struct lwi_seat_child child; /* under the events' lock */
    int64_t began_ns;            /* when it was begun to be made ready */
    _Atomic(const char *) doing; /* static: of the request; NULL: none */
    _Atomic int64_t leased_ns;   /* when the present lease was granted, or 0 */
    uint32_t next_lease;
    lw_lease leases[LWI_LEASE_RECORDS];
    lw_error reason; /* why the present one is not valid */
};

/* That was granted last. */
static inline const struct lw_lease *
lwi_seat_last_lease(const struct lwi_seat *seat)
{
    return &seat->leases[(seat->next_lease - 1) % LWI_LEASE_RECORDS];
}

struct lw_pool {
    uint32_t magic;
    lw_runtime *runtime;
    const lw_allocator *allocator;
    const struct lwi_clock *clock;
    lw_pool_config config;

    pthread_mutex_t lock;
    pthread_cond_t quiet; /* `callers` has fallen */
    struct lwi_core core;
    struct lwi_seat *seats; /* config.max_workers, then max_standby */
    struct lwi_warm warm;
    struct lwi_books books;
    struct lwi_forks forks;
    uint32_t callers;        /* threads inside that the end waits for */
    bool abandoned;          /* destroyed; the last lease frees it */
    lw_pool_snapshot totals; /* of workers that are gone, and the pool's own */
    struct lwi_events events;
    struct lwi_control *control; /* NULL: none; under the lock */
};

/* Of workers and standbys. */
static inline uint32_t
lwi_pool_seats(const lw_pool *pool)
{
    return pool->config.max_workers + pool->config.max_standby;
}

/* LW_OK or LW_EBADHANDLE. */
int
lwi_pool_check(const lw_pool *pool, const char *doing, lw_error *err);

/*
 * Wakes whoever has been granted or refused. With the lock held, after each
 * thing that the core was told.
 */
void
lwi_pool_tell(lw_pool *pool);

/* ---- seat.c: for whoever has the place ---- */

/*
 * Makes the seat ready for a lease of the capability: a worker that lives,
 * with its session, whose metadata is as expected. Does nothing where all is
 * so. On failure, LW_ETIMEOUT at the deadline too, the seat holds no worker.
 */
int
lwi_seat_prepare(lw_pool *pool, struct lwi_seat *seat,
                 lw_capability *capability, const struct lwi_patience *patience,
                 lw_error *err);

/*
 * Makes a worker that has no session ready for another capability, of the same
 * kind of worker: opens that one's session in the child that is there. Where
 * that fails the seat is not ready for anybody, until it is prepared.
 */
int
lwi_seat_rekey(lw_pool *pool, struct lwi_seat *seat, lw_capability *capability,
               const lw_request_options *options, lw_error *err);

/*
 * Resident memory of what the place holds: none where the child is dead. False
 * where it is not known. With the lock.
 */
bool
lwi_seat_rss_kib(const struct lwi_seat *seat, uint64_t *rss_kib);

/* Ends what it holds. Blocks until that is buried. */
void
lwi_seat_clear(lw_pool *pool, struct lwi_seat *seat);

/* The same, where the place is wanted for another key. */
void
lwi_seat_evict(lw_pool *pool, struct lwi_seat *seat);

/* ---- snapshot.c ---- */

/* With the lock: what a worker has counted, added to the totals. */
void
lwi_snapshot_add(lw_pool_snapshot *totals, lw_worker *worker);

/* ---- pool.c ---- */

/*
 * What lw_pool_destroy does, on any thread. False where leases are out, and
 * the release of the last one comes here again; else the pool is gone.
 */
bool
lwi_pool_end(lw_pool *pool);

/* A lease was given back, or an opening failed: its place is free again. */
void
lwi_pool_give_back(lw_pool *pool, uint32_t place, bool keep);

#endif
