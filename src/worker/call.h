/*
 * call.h - the one way to make a request.
 */
#ifndef LWI_CALL_H
#define LWI_CALL_H

#include "worker/hooks.h"
#include "worker/worker.h"

/*
 * Runs it, or, where the options say so, only begins it: LW_OK and *request.
 * Everything that `call` points to may go when this returns, but what the
 * hooks reach through `user`. LW_EWORKER, LW_EHEADER, LW_EUNSUPPORTED,
 * LW_EEXPORT and LW_EEXPORTFAILED come from a FAILED answer.
 */
int
lwi_call_run(lw_worker *worker, const struct lwi_call *call, lw_error *err);

#endif
