/*
 * hooks.h - what a request is to the engine: a message, and what becomes of
 * the answer.
 *
 *     begin ──► events ──► the answer: plausible? ──► keep ──► finish
 *                └─ deadline, cancel, death, breach ──────────►┘
 *
 * The hooks run on the thread that makes the call or the step, one at a time,
 * with no lock held.
 */
#ifndef LWI_HOOKS_H
#define LWI_HOOKS_H

#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#include "proto/message.h"

enum lwi_taken {
    LWI_TAKEN,        /* go on */
    LWI_TAKEN_ENOUGH, /* the caller wants no more: LW_ESINK */
    LWI_TAKEN_BREACH, /* it is not what the protocol allows here */
};

struct lwi_call {
    const char *doing;                 /* static: "check a file" */
    uint8_t type;                      /* of the request */
    uint8_t answer_type;               /* of its answer, besides FAILED */
    const void *message;               /* the request's struct */
    const lw_request_options *options; /* NULL: defaults */
    const lw_session *session;         /* it needs; NULL: none */

    /*
     * An event of the child, borrowed until return, and the number of its
     * stream. NULL: events are a breach.
     */
    enum lwi_taken (*event)(uint8_t type, uint16_t stream,
                            const union lwi_any_message *event, void *user);

    /* Whether its own answer can be true; false is a breach. NULL: always. */
    bool (*plausible)(const union lwi_any_message *answer, void *user);

    /*
     * Copies what the caller wants of its own answer, whose texts are borrowed
     * until return: the worker may then be another thread's. LW_OK or
     * LW_ENOMEM, which is the result. NULL: nothing is wanted.
     */
    int (*keep)(lw_worker *worker, const union lwi_any_message *answer,
                void *user);

    /*
     * Called once, whatever became of the request, and last: gives the result
     * of the whole, as a rule `rc`. Frees what `user` holds. NULL: `rc` it is.
     */
    int (*finish)(int rc, void *user, lw_error *err);

    /*
     * For all four. A request that is driven in steps outlives the function
     * that began it: user_size bytes are copied, and the hooks see the copy.
     */
    void *user;
    size_t user_size; /* at most LWI_CALL_USER */
};

#define LWI_CALL_USER 256u

#endif
