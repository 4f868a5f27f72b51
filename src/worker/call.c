/* call.c - one request on the caller's thread. */
#include "worker/call.h"

#include <stdio.h>

#include "base/cancel.h"
#include "worker/wait.h"

/* What one call knows while it runs. */
struct run {
    lw_worker *worker;
    const struct lwi_call *call;
    union lwi_any_message answer;
    lw_error *err;
    lw_cancel *cancel;
    uint64_t tag;
    int64_t deadline; /* of the request, then of the grace */
    int stop_reason;  /* a status once it was asked to stop, else LW_OK */
    bool answered;
    uint8_t answer_type;
};

/* ---- frames from the child ---- */

static int
breach(struct run *run, const char *what)
{
    return lwi_worker_fail(run->worker, LW_EPROTO, run->call->doing, what,
                           run->err);
}

static int
take_goodbye(struct run *run, const struct lwi_msg_goodbye *goodbye)
{
    lw_worker *worker = run->worker;
    char detail[256];

    worker->goodbye = goodbye->reason == LWI_GOODBYE_ASKED ||
                      goodbye->reason == LWI_GOODBYE_REQUESTS_END;
    snprintf(detail, sizeof(detail), "it ended in the middle: %.*s",
             (int)(goodbye->detail.size < 200 ? goodbye->detail.size : 200),
             goodbye->detail.data);
    return breach(run, detail);
}

static int
take_event(struct run *run, const struct lwi_frame *frame,
           const union lwi_any_message *event)
{
    if (run->call->event == NULL)
        return breach(run, "an event came where none belongs");
    if (run->stop_reason != LW_OK)
        return LW_OK; /* the caller has given up on it */
    switch (
        run->call->event(frame->type, frame->stream, event, run->call->user)) {
    case LWI_TAKEN:
        return LW_OK;
    case LWI_TAKEN_ENOUGH:
        run->stop_reason = LW_ESINK; /* check_stop acts on it */
        return LW_OK;
    case LWI_TAKEN_BREACH:
        break;
    }
    return breach(run, "an event does not belong to the request, or a row is "
                       "missing");
}

static int
take_frame(struct run *run, const struct lwi_frame *frame)
{
    union lwi_any_message message;
    const char *field = "";
    enum lwi_decode_result result = lwi_message_decode(frame, &message, &field);
    char detail[160];

    if (result != LWI_DECODE_OK) {
        snprintf(detail, sizeof(detail), "%s.%s: %s",
                 lwi_message_name(frame->type), field,
                 lwi_decode_result_text(result));
        return breach(run, detail);
    }
    if (frame->type == LWI_MSG_GOODBYE)
        return take_goodbye(run, &message.goodbye);
    if (frame->tag != run->tag)
        return breach(run, "a frame does not belong to the request");
    if (lwi_message_descriptor(frame->type)->role == LWI_ROLE_EVENT)
        return take_event(run, frame, &message);
    if (frame->type != run->call->answer_type &&
        frame->type != LWI_MSG_FAILED) {
        snprintf(detail, sizeof(detail), "%s is no answer to %s",
                 lwi_message_name(frame->type),
                 lwi_message_name(run->call->type));
        return breach(run, detail);
    }
    /* Once it was asked to stop, events are passed over and not counted. */
    if (frame->type == run->call->answer_type && run->stop_reason == LW_OK &&
        run->call->plausible != NULL &&
        !run->call->plausible(&message, run->call->user))
        return breach(run, "the answer does not fit the request");
    run->answer = message;
    run->answer_type = frame->type;
    run->answered = true;
    return LW_OK;
}

/* Takes the whole frames that are there, up to the answer. */
static int
take_frames(struct run *run)
{
    struct lwi_frame frame;
    enum lwi_wire_result wire;
    int rc = LW_OK;

    while (rc == LW_OK && !run->answered) {
        wire = lwi_channel_next(&run->worker->channel, &frame);
        if (wire == LWI_WIRE_MORE)
            return LW_OK;
        if (wire != LWI_WIRE_FRAME)
            return breach(run, lwi_wire_result_text(wire));
        rc = take_frame(run, &frame);
    }
    return rc;
}

/* ---- stopping ---- */

/* Ends the child because it has not stopped, or cannot be asked to. */
static int
stop_by_force(struct run *run)
{
    return lwi_worker_fail(run->worker, (lw_status)run->stop_reason,
                           run->call->doing, NULL, run->err);
}

/* The tag goes down the cancel pipe; it is empty, or the child is stuck. */
static bool
ask_to_stop(struct run *run)
{
    struct lwi_child_fds fds = lwi_child_get_fds(run->worker->child);
    uint8_t record[LWI_CANCEL_RECORD_SIZE];
    ssize_t n;

    lwi_wire_put_u64(record, run->tag);
    do
        n = lwi_runtime_sys(run->worker->runtime)
                ->write(fds.cancel, record, sizeof(record));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(record);
}

/*
 * From BUSY to STOPPING, or at once to the end of the child where it cannot
 * stop: no grace, no such ability, or a request that it has not even read.
 */
static int
begin_stop(struct run *run)
{
    lw_worker *worker = run->worker;

    if (worker->config.cancel_grace_ms == 0 || !worker->can_cancel ||
        lwi_channel_sending(&worker->channel) || !ask_to_stop(run))
        return stop_by_force(run);
    lwi_worker_move(worker, LWI_EVENT_STOP);
    run->deadline = lwi_deadline_after(lwi_runtime_clock(worker->runtime),
                                       worker->config.cancel_grace_ms);
    return LW_OK;
}

/* Looks at the time and the token. LW_OK: go on. */
static int
check_stop(struct run *run, unsigned seen)
{
    bool stopping = run->worker->state == LWI_STATE_STOPPING;

    if (stopping)
        return seen & LWI_WAIT_TIME ? stop_by_force(run) : LW_OK;
    if (run->stop_reason == LW_OK && (seen & LWI_WAIT_CANCEL))
        run->stop_reason = LW_ECANCELLED;
    if (run->stop_reason == LW_OK && (seen & LWI_WAIT_TIME))
        run->stop_reason = LW_ETIMEOUT;
    return run->stop_reason == LW_OK ? LW_OK : begin_stop(run);
}

/* ---- the loop ---- */

/* One read and what came of it. */
static int
receive(struct run *run, unsigned seen)
{
    switch (lwi_channel_fill(&run->worker->channel)) {
    case LWI_IO_DONE:
        return take_frames(run);
    case LWI_IO_AGAIN:
        if ((seen & LWI_WAIT_DEATH) == 0)
            return LW_OK;
        /* Dead, and all it had written is read. */
        return lwi_worker_died(run->worker, run->call->doing, run->err);
    case LWI_IO_END:
        return lwi_worker_died(run->worker, run->call->doing, run->err);
    case LWI_IO_NOMEM:
        return lwi_worker_fail(run->worker, LW_ENOMEM, run->call->doing,
                               "for what the worker sends", run->err);
    case LWI_IO_ERROR:
        break;
    }
    return breach(run, "cannot read from the worker");
}

static int
pump(struct run *run)
{
    lw_worker *worker = run->worker;
    unsigned seen;
    int rc;

    while (!run->answered) {
        if (lwi_channel_flush(&worker->channel) == LWI_IO_ERROR)
            return breach(run, "cannot write to the worker");
        seen = lwi_wait(worker, run->stop_reason == LW_OK ? run->cancel : NULL,
                        run->deadline);
        if (seen & (LWI_WAIT_INPUT | LWI_WAIT_DEATH)) {
            rc = receive(run, seen);
            if (rc != LW_OK || run->answered)
                return rc;
        }
        rc = check_stop(run, seen);
        if (rc != LW_OK)
            return rc;
    }
    return LW_OK;
}

/* ---- begin and end ---- */

static int64_t
request_deadline(const lw_worker *worker, const lw_request_options *options)
{
    uint64_t ms = options != NULL && options->timeout_ms != 0
                      ? options->timeout_ms
                      : worker->config.request_timeout_ms;

    return ms == LW_NO_LIMIT
               ? LWI_NEVER
               : lwi_deadline_after(lwi_runtime_clock(worker->runtime), ms);
}

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

/* IDLE to BUSY, for one caller. */
static int
claim(lw_worker *worker, const char *doing, lw_error *err)
{
    enum lwi_state was;

    if (lwi_worker_try_move(worker, LWI_EVENT_REQUEST, &was))
        return LW_OK;
    switch (was) {
    case LWI_STATE_NONE:
    case LWI_STATE_DEAD:
        return lwi_fail(err, LW_ECLOSED, doing,
                        "the worker has no child; cycle it first");
    case LWI_STATE_IDLE:
    case LWI_STATE_SPAWNING:
    case LWI_STATE_GREETING:
    case LWI_STATE_LOADING:
    case LWI_STATE_BUSY:
    case LWI_STATE_STOPPING:
    case LWI_STATE_ENDING:
    case LWI_STATE_COUNT:
        break;
    }
    return lwi_fail(err, LW_EBUSY, doing,
                    "another call is in progress on this worker");
}

/*
 * A child that died, or spoke without being asked, since the last request is
 * found here, before anything is sent.
 */
static int
check_silence(struct run *run)
{
    lw_worker *worker = run->worker;
    struct lwi_child_fds fds = lwi_child_get_fds(worker->child);
    struct pollfd polled[] = { { .fd = fds.death, .events = POLLIN },
                               { .fd = fds.response, .events = POLLIN } };
    static const struct timespec at_once;

    lwi_runtime_sys(worker->runtime)->poll(polled, 2, &at_once);
    /* A dying child closes its pipes a moment before its death is seen. */
    if (polled[0].revents != 0 || (polled[1].revents & POLLHUP) != 0)
        return lwi_worker_died(worker, run->call->doing, run->err);
    if (polled[1].revents != 0 || lwi_channel_has_input(&worker->channel))
        return breach(run, "it spoke without being asked");
    return LW_OK;
}

static int
queue_request(struct run *run)
{
    const struct lwi_call *call = run->call;
    int rc;

    if (call->session != NULL &&
        call->session->generation != run->worker->generation)
        return lwi_fail(run->err, LW_ESESSION, call->doing,
                        "the session ended with its child; open it again");
    rc = lwi_tags_next(&run->worker->tags, &run->tag);
    if (rc != LW_OK)
        return lwi_fail_errno(run->err, LW_ESYSTEM, call->doing,
                              "no random numbers from the kernel");
    rc = lwi_channel_queue(&run->worker->channel, call->type, run->tag,
                           call->message);
    if (rc == LW_ENOMEM)
        return lwi_fail(run->err, rc, call->doing, "out of memory");
    if (rc != LW_OK)
        return lwi_fail(run->err, rc, call->doing,
                        "the request is larger than the frame limit of %u "
                        "bytes",
                        run->worker->channel.limit);
    return LW_OK;
}

static lw_status
failure_status(uint32_t code)
{
    switch (code) {
    case LWI_FAILURE_IMPORT:
        return LW_EHEADER;
    case LWI_FAILURE_UNSUPPORTED:
        return LW_EUNSUPPORTED;
    case LWI_FAILURE_NO_EXPORT:
        return LW_EEXPORT;
    case LWI_FAILURE_EXPORT:
        return LW_EEXPORTFAILED;
    default:
        return LW_EWORKER;
    }
}

/* What a FAILED answer means to the caller. */
static int
failed(struct run *run)
{
    const struct lwi_msg_failed *failure = &run->answer.failed;
    lw_status status = failure_status(failure->code);

    run->worker->failure = failure->detail;
    return lwi_fail(run->err, status, run->call->doing, "%.*s",
                    (int)(failure->detail.size < LW_ERROR_MESSAGE_SIZE
                              ? failure->detail.size
                              : LW_ERROR_MESSAGE_SIZE),
                    failure->detail.data);
}

/* What an answer in time means to the caller. */
static int
conclude(struct run *run)
{
    const struct lwi_call *call = run->call;

    if (run->answer_type == LWI_MSG_FAILED)
        return failed(run);
    if (call->keep == NULL ||
        call->keep(run->worker, &run->answer, call->user) == LW_OK)
        return LW_OK;
    return lwi_fail(run->err, LW_ENOMEM, call->doing, "out of memory");
}

/* The answer is there and the child lives on. */
static int
finish(struct run *run)
{
    int rc = run->stop_reason == LW_OK ? conclude(run) : LW_OK;

    /* From here on the worker, and the answer's bytes, may be another's. */
    lwi_worker_move(run->worker, LWI_EVENT_ANSWER);
    switch (run->stop_reason) {
    case LW_OK:
        return rc;
    case LW_ETIMEOUT:
        return lwi_fail(run->err, LW_ETIMEOUT, run->call->doing,
                        "its time was over; the worker gave in to the cancel "
                        "and lives on");
    case LW_ECANCELLED:
        return lwi_fail(run->err, LW_ECANCELLED, run->call->doing,
                        "cancelled by the caller; the worker lives on");
    default:
        return lwi_fail(run->err, run->stop_reason, run->call->doing,
                        "a callback of the caller failed");
    }
}

static int
overrule(struct run *run)
{
    if (run->err != NULL)
        run->err->status = run->stop_reason;
    return run->stop_reason;
}

static int
run_call(lw_worker *worker, const struct lwi_call *call, lw_error *err)
{
    struct run run = { .worker = worker, .call = call, .err = err };
    int rc = check_options(call->options, call->doing, err);

    if (rc != LW_OK)
        return rc;
    rc = claim(worker, call->doing, err);
    if (rc != LW_OK)
        return rc;
    run.cancel = call->options != NULL ? call->options->cancel : NULL;
    run.deadline = request_deadline(worker, call->options);
    worker->failure = (lw_span){ "", 0 }; /* its bytes may go from here on */
    rc = check_silence(&run);
    if (rc != LW_OK)
        return rc;
    lwi_channel_trim(&worker->channel);
    rc = queue_request(&run);
    if (rc != LW_OK) {
        lwi_worker_move(worker, LWI_EVENT_ANSWER); /* nothing was sent */
        return rc;
    }
    rc = pump(&run);
    if (rc == LW_OK)
        return finish(&run);
    /* Once it was to stop, it matters no more how it ended. */
    return run.stop_reason == LW_OK ? rc : overrule(&run);
}

int
lwi_call_run(lw_worker *worker, const struct lwi_call *call, lw_error *err)
{
    int rc = run_call(worker, call, err);

    return call->finish != NULL ? call->finish(rc, call->user, err) : rc;
}
