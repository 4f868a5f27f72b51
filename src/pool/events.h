/*
 * events.h - what happened in a pool, on its way to the callback.
 *
 *      whoever does it ── add ──► queue ──► events thread ──► callback
 *
 * The callback may block, and may call the pool, so it runs on a thread of its
 * own, with no lock held: nothing in the pool ever waits for it. The thread is
 * there only where there is a callback. `lock` is a leaf: nothing else is
 * locked while it is held, and it may be taken with any other lock held.
 */
#ifndef LWI_POOL_EVENTS_H
#define LWI_POOL_EVENTS_H

#include <pthread.h>

#include <lean_worker/pool.h>

#include "base/list.h"
#include "worker/observer.h"

struct lwi_seat;

struct lwi_pool_event {
    LWI_LINK(struct lwi_pool_event) link;
    lw_pool_event event;
    lw_capability *capability; /* a reference, for its key; NULL: none */
    lw_exit_report end;
    char words[]; /* the end's stderr_tail */
};

LWI_LIST(lwi_pool_event_list, struct lwi_pool_event, link);

struct lwi_events {
    pthread_mutex_t lock;
    pthread_cond_t called;
    struct lwi_pool_event_list queue;
    uint64_t sequence;
    uint64_t lost;     /* since the last one that was queued */
    uint64_t all_lost; /* in all */
    uint64_t deaths;
    bool stopping;  /* no more come: the thread ends when it has given all */
    bool destroyed; /* by the callback: the thread ends the pool */
    bool ending;    /* it does that; the thread's own */
    bool running;   /* there is a thread */
    pthread_t thread;
};

/* What a place's present child is to those who look: under the events' lock. */
struct lwi_seat_child {
    uint64_t number; /* how many the place has had */
    int pid;         /* 0: there is none */
    int64_t born_ns;
};

/*
 * The last thing of a pool's creation; where that has failed, without a
 * thread. LW_OK or LW_ELIMIT (no thread). fini is right after both.
 */
int
lwi_events_init(lw_pool *pool, bool start);

/* Returns when all has been given. From the thread itself: gives the rest. */
void
lwi_events_stop(lw_pool *pool);

void
lwi_events_fini(lw_pool *pool);

/*
 * Is this the thread of the callback? Then the pool is destroyed when the
 * callback has returned, and the caller must leave that alone.
 */
bool
lwi_events_defer_destroy(lw_pool *pool);

/* Whoever has the place, or its observer; without the pool's lock. */
void
lwi_events_add(lw_pool *pool, struct lwi_seat *seat, lw_pool_event_kind kind,
               int64_t duration_ns);

/* CYCLED, and why. */
void
lwi_events_add_cycled(lw_pool *pool, struct lwi_seat *seat,
                      const lw_restart_reason *why);

/* lwi_note_cb of a seat's worker. */
void
lwi_events_note(const struct lwi_note *note, void *seat);

/* Two places exchange what they hold. With the pool's lock. */
void
lwi_events_exchange(lw_pool *pool, struct lwi_seat *a, struct lwi_seat *b);

/* What the place's child is now. */
struct lwi_seat_child
lwi_events_child(lw_pool *pool, const struct lwi_seat *seat);

/* What is counted here, put into a snapshot. */
void
lwi_events_count(lw_pool *pool, lw_pool_snapshot *snapshot);

/* A time, put into its bucket. */
void
lwi_histogram_add(lw_pool_histogram *histogram, int64_t duration_ns);

#endif
