/*
 * settle.h - the end of a request that its caller has given up.
 *
 *      BUSY ── stop: the tag goes down the cancel pipe ──► STOPPING
 *        STOPPING ── the answer comes within the grace ──► IDLE, warm
 *                 ── it does not, or a breach: killed  ──► ENDING
 *
 * The caller has long returned. Until the next call claims the worker, the
 * housekeeping thread reads what the child still says and throws it away, so
 * that a child that is blocked on a full pipe gets on. Then the next call does
 * the same, with the same function, while it waits.
 */
#ifndef LWI_SETTLE_H
#define LWI_SETTLE_H

#include <lean_worker/worker.h>

#include "proc/watch.h"

struct lwi_settlement {
    struct lwi_watch watch;
    bool watched; /* it was given to the housekeeping thread */
    uint64_t tag; /* of the request */
    uint8_t answer_type;
    bool has_events;
    bool asked;       /* the child was; else its answer was there already */
    bool closed;      /* the child has closed its pipe: its death is awaited */
    int64_t deadline; /* the end of the grace */
    lw_restart_reason why;
};

struct lw_request;

void
lwi_settlement_init(lw_worker *worker);

/*
 * Asks the child to stop and moves to STOPPING, or straight to IDLE where its
 * answer is there already. False where it cannot be asked: no grace, no such
 * ability, or a request that it has not even read; it is killed then.
 */
bool
lwi_settle_begin(struct lw_request *request, const lw_restart_reason *why);

/* Does what can be done without waiting; the state tells what came of it. */
void
lwi_settle_step(lw_worker *worker);

/*
 * Gives it to the housekeeping thread, where there is one: the last thing that
 * a call does to its worker. Takes it back.
 */
void
lwi_settle_hand_over(lw_worker *worker);
void
lwi_settle_take_back(lw_worker *worker);

#endif
