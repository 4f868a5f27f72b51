/*
 * talk.c - the steps in which a request is sent and its answer taken.
 *
 *      IDLE ── anything that forbids it? ── send ──► BUSY ── frames ──► IDLE
 *                └─ dead, due by policy ──► ENDING
 */
#include <poll.h>
#include <stdio.h>

#include "worker/worker.h"

/* ---- IDLE: may it be sent? ---- */

/*
 * A child that died, or spoke without being asked, since the last request is
 * found here, before anything is sent. The first is no fault of this request:
 * it gets another.
 */
static int
check_silence(struct lw_request *request)
{
    lw_worker *worker = request->worker;
    struct lwi_child_fds fds = lwi_child_get_fds(worker->child);
    struct pollfd polled[] = { { .fd = fds.death, .events = POLLIN },
                               { .fd = fds.response, .events = POLLIN } };
    static const struct timespec at_once;

    lwi_runtime_sys(worker->runtime)->poll(polled, 2, &at_once);
    /* A dying child closes its pipes a moment before its death is seen. */
    if (worker->killed || polled[0].revents != 0 ||
        (polled[1].revents & POLLHUP) != 0)
        return lwi_request_died(request, LWI_BURIAL_OF_OTHERS);
    if (polled[1].revents != 0 || lwi_channel_has_input(&worker->channel))
        return lwi_request_breach(request, "it spoke without being asked");
    return LW_OK;
}

/* A child that a policy wants to go is replaced, if another may be started. */
static int
check_policy(struct lw_request *request)
{
    lw_worker *worker = request->worker;
    lw_restart_reason why;
    int rc;

    if (!lwi_policy_due(worker, &why))
        return LW_OK;
    if (worker->bond.holds) {
        worker->bond.due = why;
        return lwi_fail(request->err, LW_ELEASE, request->call.doing,
                        "a limit was reached (%s)",
                        lw_restart_kind_name(why.kind));
    }
    rc = lwi_policy_may_start(worker, &why, request->call.doing, request->err);
    if (rc != LW_OK)
        return rc;
    return lwi_request_dismiss(request, &why);
}

/* The child knows its sessions by numbers of its own: patched in. */
static void
send_frame(struct lw_request *request, uint32_t child_session)
{
    uint8_t *frame = (uint8_t *)request->frame.data;

    if (request->call.session != NULL)
        lwi_wire_put_u32(frame + LWI_HEADER_SIZE, child_session);
    request->tag = request->frame_tag;
    request->reopening = false;
    lwi_channel_send(&request->worker->channel,
                     (lw_span){ request->frame.data, request->frame.size });
    lwi_policy_request_sent(request->worker);
}

/* OPEN_SESSION once more, as it was, before the request itself. */
static int
send_reopening(struct lw_request *request,
               const struct lwi_session_record *record)
{
    lw_worker *worker = request->worker;

    if (lwi_tags_next(&worker->tags, &request->tag) != LW_OK)
        return lwi_fail_errno(request->err, LW_ESYSTEM, request->call.doing,
                              "no random numbers from the kernel");
    if (lwi_channel_queue_body(
            &worker->channel, LWI_MSG_OPEN_SESSION, request->tag,
            (lw_span){ record->body, record->size }) != LW_OK)
        return lwi_fail(request->err, LW_ENOMEM, request->call.doing,
                        "out of memory");
    request->reopening = true;
    return LW_OK;
}

static int
send_first(struct lw_request *request)
{
    const struct lwi_session_record *record = NULL;
    int rc = LW_OK;

    lwi_channel_trim(&request->worker->channel);
    if (request->call.session != NULL) {
        record = lwi_sessions_find(request->worker, request->call.session);
        if (record == NULL)
            return lwi_request_no_session(request);
    }
    if (record != NULL && !lwi_sessions_live(request->worker, record))
        rc = send_reopening(request, record);
    else
        send_frame(request, record != NULL ? record->child_number : 0);
    if (rc != LW_OK)
        return rc;
    lwi_worker_move(request->worker, LWI_EVENT_REQUEST);
    return LWI_AGAIN;
}

int
lwi_step_idle(struct lw_request *request, unsigned seen)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };
    int rc;

    (void)seen;
    if (request->replace || request->goal == LWI_GOAL_NO_CHILD)
        return lwi_request_dismiss(request, &asked);
    if (request->goal != LWI_GOAL_ANSWER)
        return LW_OK;
    rc = check_silence(request);
    if (rc == LW_OK)
        rc = check_policy(request);
    return rc == LW_OK ? send_first(request) : rc;
}

/* ---- BUSY: the answer ---- */

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
failed(struct lw_request *request, const struct lwi_msg_failed *failure)
{
    size_t size = failure->detail.size;

    request->worker->failure = failure->detail;
    return lwi_fail(
        request->err, failure_status(failure->code), request->call.doing,
        "%.*s",
        (int)(size < LW_ERROR_MESSAGE_SIZE ? size : LW_ERROR_MESSAGE_SIZE),
        failure->detail.data);
}

static int
no_memory(struct lw_request *request)
{
    return lwi_fail(request->err, LW_ENOMEM, request->call.doing,
                    "out of memory");
}

/* As the child told it, with the number that it is to have here. */
static lw_session
session_of(const lw_worker *worker, const struct lwi_msg_session_opened *opened,
           uint32_t number)
{
    return (lw_session){
        .generation = worker->generation,
        .number = number,
        .reused = opened->reused != 0,
        .preloaded = opened->preloaded != 0,
        .modules = opened->modules,
        .elapsed_us = opened->elapsed_us,
        .heap_before_kib = opened->heap_before_kib,
        .heap_after_kib = opened->heap_after_kib,
        .mapped_kib = opened->mapped_kib,
        .private_kib = opened->private_kib,
    };
}

/* The hooks see the worker's own number in place of the child's. */
static int
record_session(struct lw_request *request,
               struct lwi_msg_session_opened *opened)
{
    lw_worker *worker = request->worker;
    lw_session session;
    uint32_t number;
    int rc = lwi_sessions_add(worker, opened->session,
                              request->frame.data + LWI_HEADER_SIZE,
                              request->frame.size - LWI_HEADER_SIZE, &number);

    if (rc == LW_ELIMIT)
        return lwi_fail(request->err, LW_ELIMIT, request->call.doing,
                        "the worker has no number left for a session");
    if (rc != LW_OK)
        return no_memory(request);
    opened->session = number;
    session = session_of(worker, opened, number);
    lwi_policy_session_opened(worker, &session);
    return LW_OK;
}

/* The answer to the request itself, while its bytes are there. */
static int
keep_answer(struct lw_request *request, uint8_t type,
            union lwi_any_message *answer)
{
    const struct lwi_call *call = &request->call;
    int rc = LW_OK;

    if (type == LWI_MSG_FAILED)
        return failed(request, &answer->failed);
    if (type == LWI_MSG_SESSION_OPENED)
        rc = record_session(request, &answer->session_opened);
    if (rc == LW_OK && call->keep != NULL &&
        call->keep(request->worker, answer, call->user) != LW_OK)
        rc = no_memory(request);
    return rc;
}

/* The session is open again: now the request itself. */
static int
reopened(struct lw_request *request,
         const struct lwi_msg_session_opened *opened)
{
    lw_worker *worker = request->worker;
    uint32_t number = request->session.number;
    lw_session session = session_of(worker, opened, number);

    LW_ASSERT(lwi_sessions_reopened(worker, number, opened->session));
    lwi_policy_session_reopened(worker, &session);
    send_frame(request, opened->session);
    return LWI_AGAIN;
}

static uint8_t
answer_type(const struct lw_request *request)
{
    return request->reopening ? (uint8_t)LWI_MSG_SESSION_OPENED
                              : request->call.answer_type;
}

static int
take_answer(struct lw_request *request, uint8_t type,
            union lwi_any_message *answer)
{
    const struct lwi_call *call = &request->call;
    char detail[160];
    int rc;

    if (type != answer_type(request) && type != LWI_MSG_FAILED) {
        snprintf(detail, sizeof(detail), "%s is no answer to %s",
                 lwi_message_name(type),
                 request->reopening ? "OPEN_SESSION"
                                    : lwi_message_name(call->type));
        return lwi_request_breach(request, detail);
    }
    if (request->reopening && type != LWI_MSG_FAILED)
        return reopened(request, &answer->session_opened);
    if (type != LWI_MSG_FAILED && call->plausible != NULL &&
        !call->plausible(answer, call->user))
        return lwi_request_breach(request,
                                  "the answer does not fit the request");
    rc = keep_answer(request, type, answer);
    lwi_policy_request_ended(request->worker);
    lwi_worker_move(request->worker, LWI_EVENT_ANSWER);
    return rc;
}

/* ---- BUSY: everything else that comes ---- */

static int
take_goodbye(struct lw_request *request, const struct lwi_msg_goodbye *goodbye)
{
    char detail[256];

    if (goodbye->reason == LWI_GOODBYE_ASKED ||
        goodbye->reason == LWI_GOODBYE_REQUESTS_END)
        lwi_worker_set_goodbye(request->worker);
    snprintf(detail, sizeof(detail), "it ended in the middle: %.*s",
             (int)(goodbye->detail.size < 200 ? goodbye->detail.size : 200),
             goodbye->detail.data);
    return lwi_request_breach(request, detail);
}

static int
take_event(struct lw_request *request, const struct lwi_frame *frame,
           const union lwi_any_message *event)
{
    const struct lwi_call *call = &request->call;

    if (request->reopening)
        return LW_MORE; /* the caller saw them when it was opened first */
    if (call->event == NULL)
        return lwi_request_breach(request, "an event came where none belongs");
    switch (call->event(frame->type, frame->stream, event, call->user)) {
    case LWI_TAKEN:
        return LW_MORE;
    case LWI_TAKEN_ENOUGH:
        return lwi_request_stop(request, LW_ESINK, NULL);
    case LWI_TAKEN_BREACH:
        break;
    }
    return lwi_request_breach(request,
                              "an event does not belong to the request, or a "
                              "row is missing");
}

static int
take_frame(struct lw_request *request, const struct lwi_frame *frame)
{
    union lwi_any_message message;
    const char *field = "";
    enum lwi_decode_result result = lwi_message_decode(frame, &message, &field);
    char detail[160];

    if (result != LWI_DECODE_OK) {
        snprintf(detail, sizeof(detail), "%s.%s: %s",
                 lwi_message_name(frame->type), field,
                 lwi_decode_result_text(result));
        return lwi_request_breach(request, detail);
    }
    if (frame->type == LWI_MSG_GOODBYE)
        return take_goodbye(request, &message.goodbye);
    if (frame->tag != request->tag)
        return lwi_request_breach(request,
                                  "a frame does not belong to the request");
    if (lwi_channel_sending(&request->worker->channel))
        return lwi_request_breach(request, "it answers what it has not read");
    if (lwi_message_descriptor(frame->type)->role == LWI_ROLE_EVENT)
        return take_event(request, frame, &message);
    return take_answer(request, frame->type, &message);
}

/* Takes the whole frames that are there. LW_MORE: that was not the end. */
static int
take_frames(struct lw_request *request)
{
    struct lwi_frame frame;
    enum lwi_wire_result wire;
    int rc = LW_MORE;

    while (rc == LW_MORE) {
        wire = lwi_channel_next(&request->worker->channel, &frame);
        if (wire == LWI_WIRE_MORE)
            return LW_MORE;
        if (wire == LWI_WIRE_NO_MEMORY)
            return lwi_request_fail(request, LW_ENOMEM,
                                    "for what the worker sends");
        if (wire != LWI_WIRE_FRAME)
            return lwi_request_breach(request, lwi_wire_result_text(wire));
        rc = take_frame(request, &frame);
    }
    return rc;
}

int
lwi_step_busy(struct lw_request *request, unsigned seen)
{
    int rc;

    if (lwi_channel_flush(&request->worker->channel) == LWI_IO_ERROR)
        return lwi_request_breach(request, "cannot write to the worker");
    if ((seen & (LWI_WAIT_INPUT | LWI_WAIT_DEATH)) == 0)
        return LW_MORE;
    rc = lwi_request_receive(request, seen);
    return rc == LW_OK ? take_frames(request) : rc;
}

/* ---- STOPPING: what an earlier request has left ---- */

int
lwi_step_stopping(struct lw_request *request, unsigned seen)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };
    lw_worker *worker = request->worker;

    (void)seen;
    if (request->replace)
        lwi_worker_kill_child(worker, &asked);
    else
        lwi_settle_step(worker);
    if (worker->state == LWI_STATE_STOPPING)
        return LW_MORE;
    if (worker->state == LWI_STATE_ENDING)
        lwi_request_await_burial(request, LWI_BURIAL_OF_OTHERS);
    return LWI_AGAIN;
}
