/*
 * worker.h - the inside of an lw_worker.
 *
 * Thread rules. `lock` guards state and child. Everything else
 * belongs to the thread that moved the state out of IDLE, NONE or DEAD (the
 * request in progress, or a start), until it has moved it back: a second
 * caller finds another state and gets LW_EBUSY. So a request runs without the
 * lock, and lw_worker_kill can act from outside at any time.
 */
#ifndef LWI_WORKER_H
#define LWI_WORKER_H

#include <pthread.h>

#include <lean_worker/export.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "base/alloc.h"
#include "base/error.h"
#include "proc/child.h"
#include "proc/runtime.h"
#include "worker/channel.h"
#include "worker/config.h"
#include "worker/machine.h"
#include "worker/policy.h"
#include "worker/sessions.h"
#include "worker/tags.h"

#define LWI_WORKER_MAGIC 0x7f3d9b04u

/* The longest text that is kept of a READY; longer ones are cut. */
#define LWI_READY_TEXT 128

/* How long a dead or killed child may take until it is buried. */
#define LWI_BURIAL_MS UINT64_C(5000)

struct lw_worker {
    uint32_t magic;
    lw_runtime *runtime;

    struct lwi_config config; /* fixed after creation */

    pthread_mutex_t lock;
    enum lwi_state state;
    struct lwi_child *child;     /* NULL in NONE */
    _Atomic uint64_t generation; /* so that anybody may read it */

    struct lwi_policy policy;     /* has a lock of its own */
    struct lwi_sessions sessions; /* no lock: those of the request */

    struct lwi_channel channel;
    struct lwi_tags tags;
    uint32_t protocol_version; /* of the handshake; 0 before it */
    char worker_version[LWI_READY_TEXT];
    char lean_version[LWI_READY_TEXT];
    char lean_githash[LWI_READY_TEXT];
    char platform[LWI_READY_TEXT];
    bool can_cancel; /* the child said so in READY */
    bool goodbye;    /* an orderly end was announced */
    lw_span failure; /* of the last FAILED; borrowed from the channel */
};

/*
 * The one place where the state changes; takes the lock. False, with nothing
 * changed, where the event is impossible in the state. *was: the state before.
 */
bool
lwi_worker_try_move(lw_worker *worker, enum lwi_event event,
                    enum lwi_state *was);

/* For events that the caller's own state makes possible: asserted. */
void
lwi_worker_move(lw_worker *worker, enum lwi_event event);

/*
 * Ends the child because the parent has decided so, and buries it. What the
 * parent decided is what the caller learns, whatever the child did meanwhile:
 * `status` is returned, and *err says so, with the exit facts. `detail`, what
 * is known besides, may be NULL. The state must allow FAIL.
 */
int
lwi_worker_fail(lw_worker *worker, lw_status status, const char *doing,
                const char *detail, lw_error *err);

/*
 * Where the child is dead, or has closed its pipe, for reasons of its own: the
 * cause of death is the result.
 */
int
lwi_worker_died(lw_worker *worker, const char *doing, lw_error *err);

/* LW_EBADHANDLE where it is no live worker, or in a copy made by fork. */
int
lwi_worker_check_handle(const lw_worker *worker, const char *doing,
                        lw_error *err);

/* Waits for HELLO, answers it, waits for READY: handshake.c. */
int
lwi_worker_handshake(lw_worker *worker, lw_cancel *cancel, lw_error *err);

#endif
