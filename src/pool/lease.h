/*
 * lease.h - a request on a lease: what is before it and behind it.
 */
#ifndef LWI_POOL_LEASE_H
#define LWI_POOL_LEASE_H

#include "pool/pool.h"

/* Between enter and leave: what the worker's own function is called with. */
struct lwi_lease_turn {
    lw_lease *lease;
    lw_worker *worker;
    lw_session session;
    lw_request_options options;
    const char *doing;
};

/*
 * LW_OK: make the request with what *turn holds, then leave. Else the request
 * must not be made: LW_EBADHANDLE, LW_EINVAL, LW_ELEASE, the latter also where
 * a limit had been reached, the child been replaced, and the lease has become
 * invalid. The policy is asked once, by the worker itself, when it is about to
 * send.
 */
int
lwi_lease_enter(struct lwi_lease_turn *turn, lw_lease *lease,
                const lw_request_options *options, const char *doing,
                lw_error *err);

/*
 * The request's result, and what it means for the lease. Gives rc, or
 * LW_ELEASE where the request would have needed another child.
 */
int
lwi_lease_leave(struct lwi_lease_turn *turn, int rc, lw_error *err);

#endif
