/* call.c - a request from its options to its result. */
#include "worker/call.h"

/* A frame buffer that grew beyond this is given back after the request. */
#define KEEP_FRAME ((size_t)256 * 1024)

/* ---- before anything is touched ---- */

static int
check_options(const lw_request_options *options, const char *doing,
              lw_error *err)
{
    if (options == NULL)
        return LW_OK;
    if (options->struct_size != sizeof(*options))
        return lwi_fail(err, LW_EINVAL, doing,
                        "lw_request_options: struct_size is not of this "
                        "version; use LW_REQUEST_OPTIONS_INIT");
    if (options->timeout_ms != LW_NO_LIMIT &&
        options->timeout_ms > LW_TIMEOUT_MAX_MS)
        return lwi_fail(err, LW_EINVAL, doing,
                        "timeout_ms is over LW_TIMEOUT_MAX_MS (30 days)");
    if (lw_cancel_is_set(options->cancel))
        return lwi_fail(err, LW_ECANCELLED, doing, "cancelled before it began");
    return LW_OK;
}

/* ---- claim ---- */

/* What is left of the last one is its buffer. */
static void
reset(struct lw_request *request, lw_worker *worker,
      const struct lwi_call *call, enum lwi_goal goal)
{
    struct lwi_buf frame = request->frame;

    memset(request, 0, offsetof(struct lw_request, error));
    request->magic = LWI_REQUEST_MAGIC;
    request->worker = worker;
    request->call = *call;
    request->goal = goal;
    request->frame = frame;
    request->deadline = request->limit = LWI_NEVER;
    request->polite_ms = LWI_POLITE_MS;
    if (worker->state == LWI_STATE_ENDING)
        lwi_request_await_burial(request, LWI_BURIAL_OF_OTHERS);
    if (call->user_size > 0) {
        memcpy(request->user, call->user, call->user_size);
        request->call.user = request->user;
    }
}

int
lwi_request_claim(struct lw_request **out, lw_worker *worker,
                  const struct lwi_call *call, enum lwi_goal goal,
                  lw_error *err)
{
    LW_ASSERT(call->user_size <= LWI_CALL_USER);
    if (!lwi_worker_claim(worker))
        return lwi_fail(err, LW_EBUSY, call->doing,
                        "another call is in progress on this worker, or a "
                        "request in steps is not destroyed");
    reset(&worker->request, worker, call, goal);
    worker->request.err = err;
    worker->failure = (lw_span){ "", 0 }; /* its bytes may go from here on */
    *out = &worker->request;
    return LW_OK;
}

/* ---- begin ---- */

static void
take_options(struct lw_request *request)
{
    const lw_request_options *options = request->call.options;
    const lw_worker *worker = request->worker;

    request->timeout_ms = worker->config.request_timeout_ms;
    if (options != NULL) {
        request->cancel = options->cancel;
        if (options->timeout_ms != 0)
            request->timeout_ms = options->timeout_ms;
    }
    if (request->timeout_ms != LW_NO_LIMIT)
        request->deadline = lwi_deadline_after(
            lwi_runtime_clock(worker->runtime), request->timeout_ms);
    /* It was borrowed, and may go when the request has begun. */
    request->call.options = NULL;
}

static int
encode(struct lw_request *request)
{
    const struct lwi_call *call = &request->call;
    size_t size = lwi_message_body_size(call->type, call->message);
    uint32_t limit = request->worker->config.frame_limit;
    struct lwi_buf *frame = &request->frame;
    uint8_t *to;

    if (size > limit)
        return lwi_fail(request->err, LW_EINVAL, call->doing,
                        "the request is larger than the frame limit of %u "
                        "bytes",
                        limit);
    if (lwi_tags_next(&request->worker->tags, &request->frame_tag) != LW_OK)
        return lwi_fail_errno(request->err, LW_ESYSTEM, call->doing,
                              "no random numbers from the kernel");
    frame->size = 0;
    if (lwi_buf_reserve(frame, LWI_HEADER_SIZE + size) != LW_OK)
        return lwi_fail(request->err, LW_ENOMEM, call->doing, "out of memory");
    to = (uint8_t *)frame->data;
    lwi_wire_put_header(to, call->type, 0, request->frame_tag, (uint32_t)size);
    lwi_message_encode_body(call->type, call->message, to + LWI_HEADER_SIZE);
    frame->size = LWI_HEADER_SIZE + size;
    request->call.message = NULL; /* see take_options */
    return LW_OK;
}

int
lwi_request_no_session(struct lw_request *request)
{
    if (request->session.number == 0)
        return lwi_fail(request->err, LW_ESESSION, request->call.doing,
                        "no session is given; lw_worker_open_session opens "
                        "one, for a lease the session of its capability");
    return lwi_fail(request->err, LW_ESESSION, request->call.doing,
                    "the session ended with its child; open it again");
}

/* A session that is gone is told before a child is started for nothing. */
static int
take_session(struct lw_request *request)
{
    const struct lwi_call *call = &request->call;

    if (call->session == NULL)
        return LW_OK;
    request->session = *call->session;
    request->call.session = &request->session;
    if (lwi_sessions_find(request->worker, &request->session) != NULL)
        return LW_OK;
    return lwi_request_no_session(request);
}

static int
begin(struct lw_request *request)
{
    int rc;

    take_options(request);
    rc = take_session(request);
    return rc == LW_OK ? encode(request) : rc;
}

/* ---- end ---- */

int
lwi_request_end(struct lw_request *request, int rc)
{
    lw_worker *worker = request->worker;
    const struct lwi_call *call = &request->call;
    lw_error *err = request->err;

    if (call->finish != NULL)
        rc = call->finish(rc, call->user, err);
    lwi_waiter_disarm(worker);
    if (request->frame.capacity > KEEP_FRAME &&
        !lwi_channel_sending(&worker->channel)) {
        lwi_buf_fini(&request->frame);
        lwi_buf_init(&request->frame, lwi_runtime_allocator(worker->runtime));
    }
    lwi_settle_hand_over(worker);
    /* Nothing below touches what is the housekeeping thread's from here on. */
    if (!request->in_steps)
        lwi_worker_release(worker);
    return rc;
}

int
lwi_request_complete(struct lw_request *request)
{
    int rc = lwi_request_advance(request, 0);

    while (rc == LW_MORE)
        rc = lwi_request_advance(request,
                                 lwi_wait(request->worker, request->cancel,
                                          lwi_request_due(request)));
    return lwi_request_end(request, rc);
}

/* ---- the whole ---- */

static int
refuse(const struct lwi_call *call, int rc, lw_error *err)
{
    return call->finish != NULL ? call->finish(rc, call->user, err) : rc;
}

/* Where the handle goes; NULL: the call blocks. */
static lw_request **
handle_of(const struct lwi_call *call)
{
    const lw_request_options *options = call->options;

    if (options == NULL || options->struct_size != sizeof(*options))
        return NULL;
    if (options->request != NULL)
        *options->request = NULL;
    return options->request;
}

int
lwi_call_run(lw_worker *worker, const struct lwi_call *call, lw_error *err)
{
    lw_request **handle = handle_of(call);
    struct lw_request *request;
    int rc = check_options(call->options, call->doing, err);

    if (rc == LW_OK)
        rc = lwi_request_claim(&request, worker, call, LWI_GOAL_ANSWER, err);
    if (rc != LW_OK)
        return refuse(call, rc, err);
    rc = begin(request);
    if (rc == LW_OK && handle != NULL)
        rc = lwi_waiter_open(worker, call->doing, err);
    if (rc != LW_OK)
        return lwi_request_end(request, rc);
    if (handle == NULL)
        return lwi_request_complete(request);
    *handle = request;
    return lwi_request_leave(request);
}
