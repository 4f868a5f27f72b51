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

/* ---- for the layer above ---- */

/*
 * The lease's own worker, also when the lease is not valid any more: to see
 * what became of its child. Borrowed until the lease is given back.
 */
lw_worker *
lwi_lease_peek_worker(const lw_lease *lease);

/* As lw_worker_parse_header, which wants no session. */
int
lwi_lease_parse_header(lw_lease *lease, lw_header **header, const char *label,
                       lw_span source, const lw_request_options *options,
                       lw_error *err);

/*
 * Makes it a lease of another capability, whose session is opened in the child
 * that is there. Both must want the same worker, and none but sessions that
 * failed to open may have been asked for in it: a process that has run the code
 * of one session's files is no place for another's imports.
 *
 * An error that does not cost the lease leaves it with its worker and without
 * a session, so that it may be tried with another capability; releasing it is
 * right as well. Blocks like a request. Errors: those of a request on a lease
 * and of lw_worker_open_session, LW_EINVAL, LW_EEXHAUSTED (the other key may
 * have no more workers).
 */
int
lwi_lease_rekey(lw_lease *lease, lw_capability *capability,
                const lw_request_options *options, lw_error *err);

/*
 * Gives it back for a caller who knows that its worker is good for nobody.
 * Blocks until that is buried.
 */
void
lwi_lease_discard(lw_lease *lease);

#endif
