/*
 * request.c - requests in steps: the caller's own loop.
 *
 * The worker stays the request's until lw_request_destroy, also when it has
 * ended, since its result can be asked for again.
 */
#include "worker/worker.h"

#define DOING "go on with a request"

/* Makes the descriptor call when a step would get further. */
static int
arm(struct lw_request *request)
{
    if (lwi_waiter_arm(request->worker, request->cancel,
                       lwi_request_due(request)) == 0)
        return LW_MORE;
    /* Nothing would call it again: better an error than a loop that hangs. */
    return lwi_request_stop(request, LW_ESYSTEM,
                            "its descriptor cannot be set");
}

/* The hooks' last word, and what every later step says. */
static void
conclude(struct lw_request *request, int rc)
{
    request->result = lwi_request_end(request, rc);
    request->ended = true;
    lwi_worker_hold(request->worker);
    lwi_waiter_call(request->worker); /* there is news */
}

static void
advance(struct lw_request *request, unsigned seen)
{
    int rc;

    request->stepping = true;
    rc = lwi_request_advance(request, seen);
    if (rc == LW_MORE && request->forgotten)
        rc = lwi_request_abandon(request);
    if (rc == LW_MORE)
        rc = arm(request);
    if (rc != LW_MORE)
        conclude(request, rc);
    request->stepping = false;
}

int
lwi_request_leave(struct lw_request *request)
{
    request->in_steps = true;
    request->error = (lw_error)LW_ERROR_INIT;
    request->err = &request->error;
    advance(request, 0);
    return LW_OK;
}

static void
forget(struct lw_request *request)
{
    lwi_waiter_hush(request->worker);
    request->magic = 0;
    request->in_steps = false;
    lwi_worker_release(request->worker);
}

static int
tell(struct lw_request *request, lw_error *err)
{
    int result = request->result;

    if (result != LW_OK && err != NULL)
        *err = request->error;
    if (request->forgotten)
        forget(request);
    return result;
}

int
lw_request_step(lw_request *request, lw_error *err)
{
    if (!LWI_VALID(request, LWI_REQUEST_MAGIC) || !request->in_steps)
        return lwi_fail(err, LW_EBADHANDLE, DOING, "not a live request");
    if (request->stepping)
        return lwi_fail(err, LW_EBUSY, DOING,
                        "a callback of this request cannot step it");
    if (!request->ended)
        advance(request, lwi_look(request->worker, request->cancel,
                                  lwi_request_due(request)));
    return request->ended ? tell(request, err) : LW_MORE;
}

int
lw_request_get_fd(const lw_request *request)
{
    return LWI_VALID(request, LWI_REQUEST_MAGIC) && request->in_steps
               ? request->worker->waiter.epoll
               : -1;
}

void
lwi_request_drop(struct lw_request *request)
{
    if (!request->ended)
        conclude(request, lwi_request_abandon(request));
    forget(request);
}

void
lw_request_destroy(lw_request *request)
{
    if (!LWI_VALID(request, LWI_REQUEST_MAGIC) || !request->in_steps)
        return;
    /* From a sink of its own: the step that called it ends it. */
    if (request->stepping)
        request->forgotten = true;
    else
        lwi_request_drop(request);
}
