/*
 * request.h - a call in progress, which can be left and resumed.
 *
 *      begin ──► advance ─┬─ LW_MORE: wait, advance again
 *                         └─ the result ──► end
 *
 * Each worker has one, in itself: a call costs no allocation. What advance
 * does depends on nothing but the worker's state (step.c), so the same few
 * functions bury the last child, start the next, wait for an old request to
 * be settled, and talk. A call that blocks is a loop around advance; one in
 * steps is the caller's own loop.
 */
#ifndef LWI_REQUEST_H
#define LWI_REQUEST_H

#include <stdalign.h>
#include <stddef.h>

#include <lean_worker/policy.h>
#include <lean_worker/session.h>

#include "base/buf.h"
#include "worker/hooks.h"

#define LWI_REQUEST_MAGIC 0x52c1e7a9u

/* The state has moved on: look again at once. Between step and advance. */
#define LWI_AGAIN 2

/* When a call has reached its end. */
enum lwi_goal {
    LWI_GOAL_ANSWER,   /* the answer came */
    LWI_GOAL_CHILD,    /* a child is ready */
    LWI_GOAL_QUIET,    /* a child is ready, or there is none */
    LWI_GOAL_NO_CHILD, /* the child is buried */
};

/* What the burial of the child, which is awaited, means to the call. */
enum lwi_burial {
    LWI_BURIAL_OF_OTHERS, /* nothing: the child was no use to it */
    LWI_BURIAL_OF_STATUS, /* its end: `verdict`, which *err has already */
    LWI_BURIAL_OF_DEATH,  /* its end: the cause of death */
};

struct lw_request {
    uint32_t magic;
    lw_worker *worker;
    struct lwi_call call; /* copied; `message` is encoded in `frame` */
    alignas(max_align_t) char user[LWI_CALL_USER];
    enum lwi_goal goal;
    bool replace;   /* the child that is there must go first */
    bool asked_for; /* the start is the caller's wish: no policy refuses it */
    uint64_t polite_ms; /* for the end of a child that is idle */

    /* The caller's options. */
    lw_session session;
    lw_cancel *cancel;
    uint64_t timeout_ms;
    int64_t deadline;

    /* Where it is. */
    struct lwi_buf frame; /* what is to be sent, header and all */
    uint64_t frame_tag;
    uint64_t tag;      /* of what was sent last: the frame, or before it */
    bool reopening;    /* OPEN_SESSION, on its behalf */
    int64_t limit;     /* of a start, or a burial */
    bool forced;       /* the child that is to be buried was killed */
    bool lingers;      /* nobody has told it to end */
    bool was_starting; /* it never was ready */
    enum lwi_burial burial;
    lw_status verdict;
    bool stalled;       /* it was stopped while its child could not write */
    bool *said_goodbye; /* did the child that was buried? NULL: who cares */
    lw_error *err;      /* where its end is told; NULL: nowhere */

    /* In steps. */
    bool in_steps;
    bool stepping;  /* a step runs: what comes in now comes from a sink */
    bool forgotten; /* lw_request_destroy came from a sink */
    bool ended;
    int result;
    lw_error error;
};

/* ---- call.c ---- */

/*
 * Claims the worker and fills in a request: *out. goal: LWI_GOAL_ANSWER is
 * for lwi_call_run. LW_EBUSY where the worker is in use.
 */
int
lwi_request_claim(struct lw_request **out, lw_worker *worker,
                  const struct lwi_call *call, enum lwi_goal goal,
                  lw_error *err);

/* Advances and waits until the end, and releases the worker. */
int
lwi_request_complete(struct lw_request *request);

/* LW_ESESSION, with its sentence. */
int
lwi_request_no_session(struct lw_request *request);

/* Its end: the hooks' last word, and the worker is free again. */
int
lwi_request_end(struct lw_request *request, int rc);

/* ---- request.c ---- */

/* From here on it goes on in steps. LW_OK. */
int
lwi_request_leave(struct lw_request *request);

/* Ends a request in steps that nobody is in. */
void
lwi_request_drop(struct lw_request *request);

/* ---- step.c ---- */

/*
 * Goes on as far as it can without waiting. seen: what the wait has shown, or
 * 0. LW_MORE: wait for lwi_request_due. Anything else is its result.
 */
int
lwi_request_advance(struct lw_request *request, unsigned seen);

/* When it wants to go on, whatever comes. */
int64_t
lwi_request_due(const struct lw_request *request);

/* Ends it as if its token were set: the result is LW_ECANCELLED. */
int
lwi_request_abandon(struct lw_request *request);

/* Ends it with an error of the parent's own, as a deadline would. */
int
lwi_request_stop(struct lw_request *request, lw_status status,
                 const char *detail);

/* ---- the steps of the states: start, handshake, talk, bury ---- */

int
lwi_step_start(struct lw_request *request, unsigned seen);
int
lwi_step_greeting(struct lw_request *request, unsigned seen);
int
lwi_step_loading(struct lw_request *request, unsigned seen);
int
lwi_step_idle(struct lw_request *request, unsigned seen);
int
lwi_step_busy(struct lw_request *request, unsigned seen);
int
lwi_step_stopping(struct lw_request *request, unsigned seen);
int
lwi_step_ending(struct lw_request *request, unsigned seen);

/* ---- bury.c: how a child is lost to a request ---- */

/*
 * Ends the child because the parent has decided so; the request ends with
 * `status` once it is buried, so that *err has the exit facts. `detail`, what
 * is known besides, may be NULL. LWI_AGAIN.
 */
int
lwi_request_fail(struct lw_request *request, lw_status status,
                 const char *detail);

/* The child must go, and is on its way: nothing but its burial is awaited. */
void
lwi_request_await_burial(struct lw_request *request, enum lwi_burial burial);

/* Asks an idle child to end. LWI_AGAIN: its burial is awaited. */
int
lwi_request_dismiss(struct lw_request *request, const lw_restart_reason *why);

/* LW_EPROTO, by lwi_request_fail. */
int
lwi_request_breach(struct lw_request *request, const char *what);

/*
 * The child is dead, or has closed its pipe, for reasons of its own: what is
 * the end of the request is `burial`. LWI_AGAIN.
 */
int
lwi_request_died(struct lw_request *request, enum lwi_burial burial);

/*
 * Reads once. LW_OK: there are bytes; LW_MORE: there are none; LWI_AGAIN: the
 * child is lost.
 */
int
lwi_request_receive(struct lw_request *request, unsigned seen);

#endif
