/*
 * request.h - how a request is made: its time, its token, and the form that
 * does not block.
 *
 * Every function that takes lw_request_options runs on the caller's thread
 * and returns when the request has ended. With options.request set it returns
 * as soon as the request is on its way, and an event loop drives it:
 *
 *     lw_request *request = NULL;
 *     lw_request_options options = LW_REQUEST_OPTIONS_INIT;
 *     options.request = &request;
 *     rc = lw_worker_check(worker, &result, &spec, &sinks, &options, &err);
 *     while (rc >= LW_OK && (rc = lw_request_step(request, &err)) == LW_MORE)
 *         wait until lw_request_get_fd(request) is readable;
 *     lw_request_destroy(request);
 *
 * The worker takes its next request after lw_request_destroy.
 *
 * What the function was given to fill in (the result, a reply) is filled in
 * when a step returns LW_OK, and must live until then, like the sinks' user
 * data and the cancellation token. Specs and sources are copied at once.
 */
#ifndef LEAN_WORKER_REQUEST_H
#define LEAN_WORKER_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A child with its supervision (worker.h). Here, since requests name it. */
typedef struct lw_worker lw_worker;

/* A request on its way. Belongs to the worker that it was made on. */
typedef struct lw_request lw_request;

typedef struct lw_request_options {
    size_t struct_size;
    uint64_t timeout_ms;  /* 0: the worker's; LW_NO_LIMIT: none */
    lw_cancel *cancel;    /* NULL: none. Borrowed until the request's end. */
    lw_request **request; /* NULL: block. Else: see above. */
} lw_request_options;

#define LW_REQUEST_OPTIONS_INIT                                                \
    {                                                                          \
        sizeof(lw_request_options), 0, NULL, NULL                              \
    }

/* lw_request_step: the request goes on. Not an error, hence positive. */
#define LW_MORE 1

/*
 * Does what can be done without waiting: writes, reads, calls sinks. LW_MORE
 * while the request goes on; else its end, LW_OK or its error, and the same
 * again at every later call. LW_EBADHANDLE for NULL; after lw_request_destroy
 * or lw_worker_destroy the handle is void, and must not be used. LW_EBUSY from
 * a callback of its own. One thread at a time.
 * Never blocks, but for a fresh child where one is needed: a millisecond, its
 * start-up is waited for in steps like everything else.
 */
int
lw_request_step(lw_request *request, lw_error *err);

/*
 * A descriptor that is readable when a step would get further, the passing of
 * the deadline and the setting of the token included. Only to be polled.
 * Borrowed until lw_request_destroy; the same from the first to the last step.
 * -1 for NULL, the only error.
 */
int
lw_request_get_fd(const lw_request *request);

/*
 * Ends a request that has not ended as if its token were set, and forgets it.
 * Never blocks. NULL is allowed. Before lw_worker_destroy. From a callback of
 * this very request: the step that called it returns LW_ECANCELLED.
 */
void
lw_request_destroy(lw_request *request);

#ifdef __cplusplus
}
#endif
#endif
