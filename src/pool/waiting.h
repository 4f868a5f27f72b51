/*
 * waiting.h - a caller that waits for a place: asleep, and woken.
 */
#ifndef LWI_POOL_WAITING_H
#define LWI_POOL_WAITING_H

#include "pool/pool.h"

/* An applicant of the core with what wakes its thread. On that thread's stack.
 */
struct lwi_waiting {
    struct lwi_applicant applicant; /* first: the core knows only this */
    int wake;                       /* eventfd; -1 until it has to sleep */
    lw_error *err;                  /* for the opener, where it awaits that */
    int opening_rc;                 /* what the opener has met, or LW_OK */
    int64_t waited_ns;              /* until it was over */
    int64_t granted_ns;             /* when that was, or about then */
};

/* Its wait has ended, or its times have changed. With the pool's lock held. */
void
lwi_waiting_wake(struct lwi_applicant *applicant);

/* A key has begun to pause: whoever waits looks again until when. The same. */
void
lwi_waiting_wake_all(lw_pool *pool);

/* Until `wake` or the token calls, or it is time. Lets the lock go meanwhile.
 */
void
lwi_waiting_doze(lw_pool *pool, int wake, lw_cancel *cancel, int64_t due);

/*
 * Sleeps until it is granted, refused, cancelled, or `deadline` has passed.
 * LW_OK: granted. The opener's error, in *err already, where it awaited that
 * one's worker: the deadline is for its place only. LW_ECLOSED, LW_ECANCELLED,
 * LW_EQUEUETIMEOUT, LW_ELIMIT (no descriptor to sleep on). Enters and leaves
 * with the pool's lock held. now: what lwi_core_acquire was told, since when
 * the lock was not let go.
 */
int
lwi_waiting_sleep(lw_pool *pool, struct lwi_waiting *waiting, lw_cancel *cancel,
                  int64_t deadline, int64_t now);

#endif
