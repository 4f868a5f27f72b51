/* settle.c - the end of a request that its caller has given up. */
#include "worker/worker.h"

/* Reads in one turn: other children wait for the housekeeping thread, too. */
#define READS_A_TURN 16

/* The tag goes down the cancel pipe; it is empty, or the child is stuck. */
static bool
ask_to_stop(lw_worker *worker, uint64_t tag)
{
    struct lwi_child_fds fds = lwi_child_get_fds(worker->child);
    uint8_t record[LWI_CANCEL_RECORD_SIZE];
    ssize_t n;

    lwi_wire_put_u64(record, tag);
    do
        n = lwi_runtime_sys(worker->runtime)
                ->write(fds.cancel, record, sizeof(record));
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof(record);
}

/* ---- what the child still says ---- */

static void
give_in(lw_worker *worker)
{
    if (worker->settlement.asked)
        lwi_policy_cancel_acknowledged(worker);
    lwi_policy_request_ended(worker);
    lwi_worker_move(worker, LWI_EVENT_ANSWER);
}

/* Is it of the request, and what the protocol allows? */
static bool
is_sound(const struct lwi_settlement *s, const struct lwi_frame *frame,
         union lwi_any_message *message)
{
    const char *field = "";

    if (frame->tag != s->tag ||
        lwi_message_decode(frame, message, &field) != LWI_DECODE_OK)
        return false;
    if (lwi_message_descriptor(frame->type)->role == LWI_ROLE_EVENT)
        return s->has_events;
    return frame->type == s->answer_type || frame->type == LWI_MSG_FAILED;
}

/* Passes over the whole frames that are there. False: a breach. */
static bool
pass_over(lw_worker *worker)
{
    struct lwi_settlement *s = &worker->settlement;
    union lwi_any_message message;
    struct lwi_frame frame;
    enum lwi_wire_result wire;

    for (;;) {
        wire = lwi_channel_next(&worker->channel, &frame);
        if (wire == LWI_WIRE_MORE)
            return true;
        if (wire != LWI_WIRE_FRAME || !is_sound(s, &frame, &message))
            return false;
        if (lwi_message_descriptor(frame.type)->role != LWI_ROLE_EVENT) {
            give_in(worker);
            return true;
        }
    }
}

static void
end_for(lw_worker *worker, lw_restart_kind kind)
{
    lw_restart_reason why = worker->settlement.why;

    if (kind != why.kind)
        why = (lw_restart_reason){ kind, 0, 0, why.operation };
    lwi_worker_kill_child(worker, &why);
}

static bool
can_stop(const lw_worker *worker)
{
    return worker->config.cancel_grace_ms > 0 && worker->can_cancel &&
           !lwi_channel_sending(&worker->channel);
}

static void
note_request(struct lwi_settlement *s, const struct lw_request *request)
{
    s->tag = request->tag;
    s->answer_type = request->reopening ? (uint8_t)LWI_MSG_SESSION_OPENED
                                        : request->call.answer_type;
    s->has_events = request->reopening || request->call.event != NULL;
    s->asked = s->closed = false;
}

bool
lwi_settle_begin(struct lw_request *request, const lw_restart_reason *why)
{
    lw_worker *worker = request->worker;
    struct lwi_settlement *s = &worker->settlement;

    note_request(s, request);
    s->why = *why;
    s->deadline = lwi_deadline_after(lwi_runtime_clock(worker->runtime),
                                     worker->config.cancel_grace_ms);
    lwi_worker_move(worker, LWI_EVENT_STOP);
    /* What was received already calls nobody: look at it now. */
    if (!lwi_channel_sending(&worker->channel) && !pass_over(worker))
        end_for(worker, LW_RESTART_PROTOCOL);
    if (worker->state != LWI_STATE_STOPPING)
        return true;
    s->asked = can_stop(worker) && ask_to_stop(worker, s->tag);
    if (!s->asked)
        end_for(worker, why->kind);
    return s->asked;
}

/* False where there is nothing more to read for now. */
static bool
read_once(lw_worker *worker)
{
    switch (lwi_channel_fill(&worker->channel)) {
    case LWI_IO_DONE:
        if (pass_over(worker))
            return worker->state == LWI_STATE_STOPPING;
        break;
    case LWI_IO_AGAIN:
        return false;
    case LWI_IO_END:
        worker->settlement.closed = true;
        return false;
    case LWI_IO_ERROR:
    case LWI_IO_NOMEM:
        break;
    }
    end_for(worker, LW_RESTART_PROTOCOL);
    return false;
}

static void
lose_dead(lw_worker *worker)
{
    enum lwi_death_cause cause = LWI_DEATH_UNKNOWN;
    struct lwi_obituary obituary;
    lw_restart_reason why;

    if (lwi_child_get_obituary(worker->child, &obituary))
        cause = lwi_obituary_cause(&obituary, worker->goodbye);
    why = lwi_policy_death_reason(worker, cause,
                                  worker->settlement.why.operation);
    lwi_worker_lose(worker, &why);
}

void
lwi_settle_step(lw_worker *worker)
{
    struct lwi_settlement *s = &worker->settlement;
    unsigned reads = 0;

    if (!pass_over(worker))
        end_for(worker, LW_RESTART_PROTOCOL);
    while (worker->state == LWI_STATE_STOPPING && !s->closed &&
           reads++ < READS_A_TURN && read_once(worker))
        continue;
    if (worker->state != LWI_STATE_STOPPING)
        return;
    if (lwi_child_wait_buried(worker->child, 0) == LW_OK)
        lose_dead(worker);
    else if (lwi_now(lwi_runtime_clock(worker->runtime)) >= s->deadline)
        end_for(worker, s->why.kind);
}

/* ---- on the housekeeping thread ---- */

static void
watch(lw_worker *worker)
{
    struct lwi_settlement *s = &worker->settlement;
    struct lwi_child_fds fds = lwi_child_get_fds(worker->child);

    lwi_watch_set(&s->watch, s->closed ? fds.death : fds.response, s->deadline);
}

static void
on_watch(void *user)
{
    lw_worker *worker = user;

    lwi_settle_step(worker);
    if (worker->state == LWI_STATE_STOPPING) {
        watch(worker);
        return;
    }
    /* What a child that is gone has said is of no use to anybody. */
    if (worker->state == LWI_STATE_ENDING)
        lwi_channel_fini(&worker->channel);
    lwi_watch_stop(&worker->settlement.watch);
}

void
lwi_settlement_init(lw_worker *worker)
{
    lwi_watch_init(&worker->settlement.watch, worker->runtime, on_watch,
                   worker);
}

void
lwi_settle_hand_over(lw_worker *worker)
{
    if (worker->state != LWI_STATE_STOPPING)
        return;
    worker->settlement.watched = true;
    watch(worker);
}

void
lwi_settle_take_back(lw_worker *worker)
{
    if (!worker->settlement.watched)
        return;
    lwi_watch_stop(&worker->settlement.watch);
    worker->settlement.watched = false;
}
