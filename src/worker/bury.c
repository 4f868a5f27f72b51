/*
 * bury.c - how a child is lost to a request, and what the request is told.
 *
 *      breach, failure ─► killed ─┐
 *      death, closed pipe ────────┼─► ENDING ─► buried ─► the error is told
 *      (left by an earlier call) ─┘        └─ in no time ─► killed, once more
 */
#include <stdio.h>

#include "worker/worker.h"

/* How long a dead or killed child may take until it is buried. */
#define BURIAL_MS UINT64_C(5000)

/*
 * A child that only closed its pipe and lives on has a moment to end, then it
 * is killed for it.
 */
#define CLOSED_PIPE_MS UINT64_C(1000)

/* Reads of a dead child's pipe: more than there can be in it. */
#define LAST_READS 32u

/* Where its death was announced and it is not dead: see lwi_step_ending. */
#define LOOK_MS UINT64_C(10)

static int64_t
after(const struct lw_request *request, uint64_t ms)
{
    return lwi_deadline_after(lwi_runtime_clock(request->worker->runtime), ms);
}

void
lwi_request_await_burial(struct lw_request *request, enum lwi_burial burial)
{
    request->burial = burial;
    request->forced = request->lingers = false;
    request->limit = after(request, BURIAL_MS);
}

/* A shutdown has one time for all, part of which may have gone already. */
static uint64_t
time_to_be_polite(const struct lw_request *request)
{
    int64_t left = request->deadline -
                   lwi_now(lwi_runtime_clock(request->worker->runtime));

    if (request->goal != LWI_GOAL_NO_CHILD || request->deadline == LWI_NEVER)
        return request->polite_ms;
    return left < LWI_NS_PER_MS ? 1 : (uint64_t)(left / LWI_NS_PER_MS);
}

int
lwi_request_dismiss(struct lw_request *request, const lw_restart_reason *why)
{
    uint64_t polite_ms = time_to_be_polite(request);

    lwi_worker_dismiss(request->worker, why, polite_ms);
    lwi_request_await_burial(request, LWI_BURIAL_OF_OTHERS);
    request->limit = after(request, polite_ms + BURIAL_MS);
    return LWI_AGAIN;
}

/* ---- the parent has decided so ---- */

static lw_restart_kind
restart_kind(lw_status status)
{
    switch ((int)status) {
    case LW_EPROTO:
    case LW_EHANDSHAKE:
    case LW_EVERSION:
    case LW_EMISMATCH:
        return LW_RESTART_PROTOCOL;
    default:
        return LW_RESTART_DIED;
    }
}

int
lwi_request_fail(struct lw_request *request, lw_status status,
                 const char *detail)
{
    lw_restart_reason why = { restart_kind(status), 0, 0, request->call.doing };

    lwi_worker_kill_child(request->worker, &why);
    lwi_request_await_burial(request, LWI_BURIAL_OF_STATUS);
    request->forced = true;
    request->verdict = status;
    lwi_fail(request->err, status, request->call.doing, "%s%s%s%s",
             lw_status_text((int)status), detail != NULL ? " (" : "",
             detail != NULL ? detail : "", detail != NULL ? ")" : "");
    return LWI_AGAIN;
}

int
lwi_request_breach(struct lw_request *request, const char *what)
{
    return lwi_request_fail(request, LW_EPROTO, what);
}

/* ---- the child has ---- */

int
lwi_request_died(struct lw_request *request, enum lwi_burial burial)
{
    lw_worker *worker = request->worker;

    request->was_starting = worker->state == LWI_STATE_GREETING ||
                            worker->state == LWI_STATE_LOADING;
    lwi_worker_lose(worker, NULL);
    lwi_request_await_burial(request, burial);
    request->limit = after(request, CLOSED_PIPE_MS);
    request->lingers = true;
    return LWI_AGAIN;
}

int
lwi_request_receive(struct lw_request *request, unsigned seen)
{
    switch (lwi_channel_fill(&request->worker->channel)) {
    case LWI_IO_DONE:
        return LW_OK;
    case LWI_IO_AGAIN:
        if ((seen & LWI_WAIT_DEATH) == 0)
            return LW_MORE;
        break; /* dead, and all it had written is read */
    case LWI_IO_END:
        break;
    case LWI_IO_NOMEM:
        return lwi_request_fail(request, LW_ENOMEM,
                                "for what the worker sends");
    case LWI_IO_ERROR:
        return lwi_request_breach(request, "cannot read from the worker");
    }
    return lwi_request_died(request, LWI_BURIAL_OF_DEATH);
}

/* ---- what the caller is told ---- */

/* The last line that it wrote on stderr, where people look for the reason. */
static void
last_words(const struct lwi_obituary *obituary, char *to, size_t size)
{
    lw_span text = obituary->stderr_tail.size > 0 ? obituary->stderr_tail
                                                  : obituary->stderr_head;
    const char *start;

    while (text.size > 0 && text.data[text.size - 1] == '\n')
        text.size--;
    start = text.size > 0 ? memrchr(text.data, '\n', text.size) : NULL;
    if (start != NULL) {
        text.size -= (size_t)(start + 1 - text.data);
        text.data = start + 1;
    }
    snprintf(to, size, "%s%.*s", text.size > 0 ? "; it said: " : "",
             (int)(text.size < 300 ? text.size : 300), text.data);
}

/* A start that failed is explained by its end, not by what Lean code does. */
static int
tell_start(struct lw_request *request, enum lwi_death_cause cause,
           const struct lwi_obituary *obituary)
{
    const char *sentence = "The worker process ended before it was ready";
    char words[320];

    last_words(obituary, words, sizeof(words));
    if (obituary->exit_signal != 0)
        return lwi_fail(request->err, lwi_death_status(cause),
                        request->call.doing, "%s (signal %d, %s%s)", sentence,
                        obituary->exit_signal, strsignal(obituary->exit_signal),
                        words);
    return lwi_fail(request->err, lwi_death_status(cause), request->call.doing,
                    "%s (exit code %d%s)", sentence, obituary->exit_code,
                    words);
}

static int
tell_death(struct lw_request *request, enum lwi_death_cause cause,
           const struct lwi_obituary *obituary)
{
    if (request->was_starting)
        return tell_start(request, cause, obituary);
    return lwi_fail(request->err, lwi_death_status(cause), request->call.doing,
                    "%s", lwi_death_sentence(cause));
}

/* The books, too, learn only now what it died of. */
static void
note_death(lw_worker *worker, enum lwi_death_cause cause, const char *doing)
{
    lw_restart_reason why = lwi_policy_death_reason(worker, cause, doing);

    lwi_policy_child_ended(worker, &why);
}

/*
 * Among its last words, which nobody has read. No more than a pipe holds: what
 * it has left behind may hold the other end, and write for ever.
 */
static bool
has_goodbye(struct lwi_channel *channel)
{
    enum lwi_wire_result wire = LWI_WIRE_MORE;
    struct lwi_frame frame;
    unsigned reads = 0;

    while (wire == LWI_WIRE_MORE && reads++ < LAST_READS &&
           lwi_channel_fill(channel) == LWI_IO_DONE) {
        while ((wire = lwi_channel_next(channel, &frame)) == LWI_WIRE_FRAME) {
            if (frame.type == LWI_MSG_GOODBYE)
                return true;
        }
    }
    return false;
}

/* It is buried, or cannot be. What does that mean to the call? */
static int
conclude(struct lw_request *request)
{
    lw_worker *worker = request->worker;
    struct lwi_obituary obituary = { .exit_code = -1 };
    enum lwi_death_cause cause = LWI_DEATH_UNKNOWN;
    int rc = LWI_AGAIN;

    if (lwi_child_get_obituary(worker->child, &obituary))
        cause = lwi_obituary_cause(&obituary, worker->goodbye);
    if (request->said_goodbye != NULL)
        *request->said_goodbye = has_goodbye(&worker->channel);
    lwi_channel_fini(&worker->channel);
    if (!request->was_starting)
        note_death(worker, cause, request->call.doing);
    lwi_worker_move(worker, LWI_EVENT_BURIED);
    /* lw_worker_kill ends the call as well, whatever it was waiting for. */
    if (request->goal == LWI_GOAL_ANSWER && lwi_worker_killed_since(worker) &&
        request->burial == LWI_BURIAL_OF_OTHERS) {
        request->burial = LWI_BURIAL_OF_DEATH;
        cause = LWI_DEATH_STOPPED; /* the child may have gone for others' */
    }
    switch (request->burial) {
    case LWI_BURIAL_OF_OTHERS:
        return LWI_AGAIN;
    case LWI_BURIAL_OF_STATUS:
        rc = (int)request->verdict;
        break;
    case LWI_BURIAL_OF_DEATH:
        rc = tell_death(request, cause, &obituary);
        break;
    }
    if (lwi_snapstart_forgive(request, rc))
        return LWI_AGAIN;
    if (request->err != NULL) {
        request->err->exit_code = obituary.exit_code;
        request->err->exit_signal = obituary.exit_signal;
    }
    return rc;
}

/* ---- the step ---- */

/* It has had its time, and is there still. */
static int
use_force(struct lw_request *request)
{
    lw_worker *worker = request->worker;

    if (request->forced)
        return conclude(request); /* the kernel cannot end it */
    /* A fork, and its server is slow to say how it died: it has a bound. */
    if (lwi_child_awaits_word(worker->child)) {
        request->limit = after(request, LOOK_MS);
        return LW_MORE;
    }
    lwi_child_kill(worker->child, LWI_KILL_PROTOCOL);
    if (request->burial == LWI_BURIAL_OF_DEATH) {
        request->burial = LWI_BURIAL_OF_STATUS;
        request->verdict = LW_EPROTO;
        lwi_fail(request->err, LW_EPROTO, request->call.doing,
                 "%s (it closed its pipe and lived on)",
                 lw_status_text(LW_EPROTO));
    }
    request->forced = true;
    request->lingers = false;
    request->limit = after(request, BURIAL_MS);
    return LW_MORE;
}

int
lwi_step_ending(struct lw_request *request, unsigned seen)
{
    struct lwi_child *child = request->worker->child;
    const struct lwi_clock *clock = lwi_runtime_clock(request->worker->runtime);

    if (lwi_child_wait_buried(child, 0) == LW_OK)
        return conclude(request);
    /* A debugger may hold the body, or the program have closed our pidfd. */
    if ((seen & LWI_WAIT_DEATH) != 0 &&
        lwi_child_wait_buried(child, after(request, LOOK_MS)) == LW_OK)
        return conclude(request);
    return lwi_now(clock) >= request->limit ? use_force(request) : LW_MORE;
}
