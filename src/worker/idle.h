/*
 * idle.h - the limits of an idle child that act by themselves.
 *
 *      a child becomes idle ── due ──► housekeeping thread: is it idle still?
 *                                        too long, or has it grown to its
 *                                        ceiling: dismissed, and why
 *                                        not yet: looks again when it is due
 *                                        busy or gone: nothing
 *
 * Each end of a request only moves the time: that wakes nobody. Memory is
 * looked at each LW_IDLE_RSS_INTERVAL_MS where resident memory has a ceiling;
 * proportional memory is not, since that would hold up the thread for 30 ms.
 * Without these limits there is no timer, and nothing here does anything.
 */
#ifndef LWI_IDLE_H
#define LWI_IDLE_H

#include "proc/watch.h"

typedef struct lw_worker lw_worker;

struct lwi_idle {
    struct lwi_watch watch;
    bool started; /* there is a limit */
};

/* After lwi_policy_init; fini is right for a zeroed struct too. */
void
lwi_idle_init(lw_worker *worker);

/* Returns when the timer does not run and will not. */
void
lwi_idle_fini(lw_worker *worker);

#endif
