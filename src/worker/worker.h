/*
 * worker.h - the inside of an lw_worker.
 *
 *               ┌── claim ──► a call: start, request, cycle, end ──┐
 *    nobody's ──┤                                                  ├──► again
 *               └── housekeeping thread: settlement, idle timer ───┘ nobody's
 *
 * Thread rules. `lock` guards `holder`, `state` and `child`, so that anybody
 * may look, and lw_worker_kill can act, at any time. Everything else belongs
 * to the one call that has claimed the worker: a second caller gets LW_EBUSY.
 * Between two calls it belongs to the housekeeping thread, if there is
 * something to settle (settle.h) or its idle time is over (idle.h). A claim
 * takes that over, and waits for it no longer than one turn of the thread.
 */
#ifndef LWI_WORKER_H
#define LWI_WORKER_H

#include <pthread.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "base/alloc.h"
#include "base/error.h"
#include "base/spares.h"
#include "proc/child.h"
#include "proc/runtime.h"
#include "worker/channel.h"
#include "worker/config.h"
#include "worker/idle.h"
#include "worker/machine.h"
#include "worker/observer.h"
#include "worker/policy.h"
#include "worker/request.h"
#include "worker/sessions.h"
#include "worker/settle.h"
#include "worker/snapshot.h"
#include "worker/tags.h"
#include "worker/wait.h"
#include "worker/zygote.h"

#define LWI_WORKER_MAGIC 0x7f3d9b04u

/* The longest text that is kept of a READY; longer ones are cut. */
#define LWI_READY_TEXT 128

enum lwi_holder {
    LWI_NOBODY,
    LWI_A_CALL,   /* in progress */
    LWI_A_TIMER,  /* for a moment: a claim waits for its end */
    LWI_A_RESULT, /* of a request in steps, which has ended */
};

/*
 * While a request is made on a lease: it is for the child that is there, and
 * starts no other. LW_ELEASE is its result where one would be needed, with
 * `due` saying which limit was reached; kind NONE: the child is gone. Written
 * and read by the thread that makes the request.
 */
struct lwi_bond {
    bool holds;
    lw_restart_reason due;
};

struct lw_worker {
    uint32_t magic;
    lw_runtime *runtime;
    struct lwi_spares *spares; /* what a run allocates comes from here */

    struct lwi_config config; /* fixed after creation */

    pthread_mutex_t lock;
    enum lwi_holder holder;
    pthread_cond_t released; /* by a timer */
    _Atomic unsigned kills;  /* how often lw_worker_kill was called */
    unsigned kills_before;   /* the call in progress claimed it */
    _Atomic bool killed;     /* the present child, by it: dead soon */
    enum lwi_state state;
    struct lwi_child *child;     /* NULL in NONE */
    _Atomic uint64_t generation; /* so that anybody may read it */

    struct lwi_policy policy;     /* has a lock of its own */
    struct lwi_sessions sessions; /* no lock: those of the request */

    struct lw_request request; /* the call in progress */
    struct lwi_bond bond;
    struct lwi_settlement settlement;
    struct lwi_idle idle;
    struct lwi_observer observer;
    struct lwi_waiter waiter;

    struct lwi_channel channel;
    struct lwi_tags tags;

    /* Of the present child, from its handshake. */
    uint32_t protocol_version;
    char worker_version[LWI_READY_TEXT];
    char lean_version[LWI_READY_TEXT];
    char lean_githash[LWI_READY_TEXT];
    char platform[LWI_READY_TEXT];
    bool forked;                        /* from the config's fork server */
    char not_forked[LWI_ZYGOTE_REASON]; /* "" where it is, or there is none */
    struct lwi_snapstart snapstart;     /* from a snapshot, or why not */
    bool can_cancel;                    /* it said so in READY */
    bool goodbye;    /* an orderly end was announced; under the lock */
    lw_span failure; /* of the last FAILED; borrowed from the channel */
};

/* LW_EBADHANDLE where it is no live worker, or in a copy made by fork. */
int
lwi_worker_check_handle(const lw_worker *worker, const char *doing,
                        lw_error *err);

/* The same for what cannot fail: a copy may find the lock taken for ever. */
bool
lwi_worker_usable(const lw_worker *worker);

/* What a caller is told of an end; the texts are the obituary's. */
lw_exit_report
lwi_worker_exit_report(const struct lwi_obituary *obituary,
                       enum lwi_death_cause cause);

/* ---- whose it is ---- */

/* Makes the worker the caller's. False: it is another's. */
bool
lwi_worker_claim(lw_worker *worker);

/* Its call has ended, and its result may still be asked for. */
void
lwi_worker_hold(lw_worker *worker);

/* Was lw_worker_kill called since then? It is meant for the call, too. */
static inline bool
lwi_worker_killed_since(const lw_worker *worker)
{
    return worker->kills != worker->kills_before;
}

/* Gives it back. What is to be settled was handed over before. */
void
lwi_worker_release(lw_worker *worker);

/* ---- its state ---- */

/*
 * The one place where the state changes; takes the lock. The event must be
 * possible in the state: asserted.
 */
void
lwi_worker_move(lw_worker *worker, enum lwi_event event);

/*
 * The child must go: FAIL, and what the books have to know of it; why NULL:
 * its cause of death, which somebody tells them later. It is not killed by
 * this, and may be dead already.
 */
void
lwi_worker_lose(lw_worker *worker, const lw_restart_reason *why);

/* The same, and kills it. */
void
lwi_worker_kill_child(lw_worker *worker, const lw_restart_reason *why);

/* It announced an orderly end, or was asked for one. */
void
lwi_worker_set_goodbye(lw_worker *worker);

/*
 * Asks an idle child to end: SHUTDOWN, end of input, then signals, within
 * polite_ms. Does not wait: the state is ENDING.
 */
void
lwi_worker_dismiss(lw_worker *worker, const lw_restart_reason *why,
                   uint64_t polite_ms);

/*
 * For the idle timer, on the housekeeping thread: dismisses the child where
 * the worker is nobody's and idle. A call that comes in between waits for a
 * few system calls; none is told that the worker is busy. False: it is in use,
 * or has no child.
 */
bool
lwi_worker_retire(lw_worker *worker, const lw_restart_reason *why);

/*
 * Children are forked from this one from now on; NULL: started plainly. Takes a
 * reference. For whoever alone may make requests, and between two of them.
 */
void
lwi_worker_set_fork_server(lw_worker *worker, lw_zygote *zygote);

/*
 * Nobody's, and its child idle and alive as far as is known: no system call is
 * made to find out. lw_worker_get_state does look.
 */
bool
lwi_worker_rests(lw_worker *worker);

/* Another handle to the child, for lwi_child_release; NULL: there is none. */
struct lwi_child *
lwi_worker_retain_child(lw_worker *worker);

/* life.c: a worker that has no child yet, and has not been claimed. */
int
lwi_worker_create(lw_worker **out, lw_runtime *runtime,
                  const lw_worker_config *config, lw_error *err);

/* start.c: lets go of the last child, which is buried. */
void
lwi_worker_forget_child(lw_worker *worker);

/* How long an idle child may take to say goodbye. */
#define LWI_POLITE_MS UINT64_C(2000)

#endif
