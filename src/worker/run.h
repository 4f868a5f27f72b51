/*
 * run.h - running an export for a layer above, which makes something of the
 * answer before the caller gets it.
 */
#ifndef LWI_RUN_H
#define LWI_RUN_H

#include <lean_worker/export.h>

struct lwi_run_then {
    /*
     * Called once, whatever became of the request, and last. Owns reply,
     * which is NULL unless rc is LW_OK. Gives the result of the whole.
     */
    int (*done)(int rc, lw_reply *reply, void *user, lw_error *err);
    void *user; /* must live until then; never the stack of who begins it */
};

/* lw_worker_run with an end of its own. `doing` is static. */
int
lwi_run_export(lw_worker *worker, const char *doing, const lw_run_spec *spec,
               const lw_sinks *sinks, const lw_request_options *options,
               const struct lwi_run_then *then, lw_error *err);

#endif
