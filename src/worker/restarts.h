/*
 * restarts.h - how often children were replaced of late: a worker's book, or
 * that of several workers which stand for each other.
 *
 *      times:   first ─► ■ ■ ■ ■ □ □ □      all within the window, the oldest
 *                        └ count ┘          at `first`, in a ring
 *
 * What is allowed is `max` for each worker that uses the book. So one that
 * dies again and again stops at `max`, and thirty that die at once do not.
 * Thread rules: any thread; `lock` is a leaf and held for a few instructions.
 */
#ifndef LWI_RESTARTS_H
#define LWI_RESTARTS_H

#include <pthread.h>

#include <lean_worker/policy.h>

#include "base/alloc.h"
#include "base/clock.h"

struct lwi_restarts {
    pthread_mutex_t lock;
    const lw_allocator *allocator; /* NULL: not initialised */
    const char *whose;             /* "the worker's child was" */
    uint32_t max;                  /* for each worker; 0: no such limit */
    uint64_t window_ms;
    uint32_t workers; /* that use it */

    int64_t *times; /* a ring of `room` */
    size_t room;
    size_t first;
    size_t count;

    /* Workers that went with a dead child: who comes next replaces those. */
    uint32_t owed;
    int64_t owed_at; /* the last of them */
    lw_restart_reason why;
};

/*
 * For the numbers of a policy, and one worker. whose: static. LW_ENOMEM.
 * lwi_restarts_fini is right afterwards in every case, and for a zeroed
 * struct.
 */
int
lwi_restarts_init(struct lwi_restarts *restarts, const char *whose,
                  const lw_restart_policy *limits,
                  const lw_allocator *allocator);

void
lwi_restarts_fini(struct lwi_restarts *restarts);

/* A worker more (+1) or less (-1) uses it. */
void
lwi_restarts_share(struct lwi_restarts *restarts, int by);

/*
 * Whether another child may follow one that ended because of `why`: LW_OK, or
 * LW_ERESTARTS with how many, in how long, why, and when the next is allowed.
 * Changes nothing.
 */
int
lwi_restarts_check(struct lwi_restarts *restarts, int64_t now,
                   const lw_restart_reason *why, const char *doing,
                   lw_error *err);

/* It followed. */
void
lwi_restarts_note(struct lwi_restarts *restarts, int64_t now);

/* Within the window. */
uint64_t
lwi_restarts_count(struct lwi_restarts *restarts, int64_t now);

/* ---- where a worker follows a worker ---- */

/* A worker goes whose child had ended because of `why`. */
void
lwi_restarts_owe(struct lwi_restarts *restarts, int64_t now,
                 const lw_restart_reason *why);

/*
 * Before a new worker's first child: as lwi_restarts_check where it stands for
 * one that went like that, else LW_OK.
 */
int
lwi_restarts_check_owed(struct lwi_restarts *restarts, int64_t now,
                        const char *doing, lw_error *err);

/* That child is there: noted where it stands for another. */
void
lwi_restarts_pay(struct lwi_restarts *restarts, int64_t now);

/* Nothing in it that a later start could meet. */
bool
lwi_restarts_is_blank(struct lwi_restarts *restarts, int64_t now);

#endif
