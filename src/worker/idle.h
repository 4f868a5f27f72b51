/*
 * idle.h - the idle limit that acts by itself.
 *
 *      a child becomes idle ── due ──► housekeeping thread: is it idle still?
 *                                        yes: dismissed, LW_RESTART_IDLE
 *                                        not yet: looks again when it is due
 *                                        busy or gone: nothing
 *
 * Each end of a request only moves the time: that wakes nobody. Without an
 * idle limit there is no timer, and nothing here does anything.
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
