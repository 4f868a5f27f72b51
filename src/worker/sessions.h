/*
 * sessions.h - which sessions a worker has, and how each is opened again.
 *
 *     public number ─► record { where it is open, how it was opened }
 *
 * A child numbers its sessions from 1, and the next child does so again. The
 * caller's numbers are the worker's own: each is given out once in its life,
 * so one of a child that is gone is never taken for another.
 *
 *     live        open in the present child
 *     reopenable  its child was replaced by a policy, and how it was opened
 *                 is known: the next request on it opens it again
 *     gone        there is no record: LW_ESESSION
 *
 * Bounds: LWI_SESSIONS_MAX records of 48 bytes; the one that was not used for
 * longest goes first. LWI_SESSIONS_BYTES for how they were opened, all
 * together; the same one's bytes go first, and it lives as long as its child.
 *
 * Threads: those of the request, as in policy.h. There is no lock.
 */
#ifndef LWI_SESSIONS_H
#define LWI_SESSIONS_H

#include <lean_worker/session.h>

#include "base/alloc.h"
#include "base/buf.h"

#define LWI_SESSIONS_MAX 1024u
#define LWI_SESSIONS_BYTES ((size_t)8 * 1024 * 1024)

struct lwi_session_record {
    uint32_t number;       /* the caller's; never 0 */
    uint32_t child_number; /* the child's, in `generation` */
    uint64_t generation;   /* of the child that it is or was open in */
    uint64_t opened_in;    /* the generation in which it was opened first */
    bool closed;           /* that child is gone */
    uint64_t used;         /* higher: more recently */
    char *body;            /* of its OPEN_SESSION, encoded; NULL: not kept */
    size_t size;
};

struct lwi_sessions {
    const lw_allocator *allocator;
    struct lwi_session_record *records; /* in no order */
    size_t count;
    size_t capacity;
    size_t bytes;  /* of all bodies */
    uint32_t last; /* number that was given out */
    uint64_t uses;
};

void
lwi_sessions_init(struct lwi_sessions *sessions, const lw_allocator *allocator);

void
lwi_sessions_fini(struct lwi_sessions *sessions);

/*
 * A session was opened, or found open, in the present child. *number is the
 * caller's: that of the record where there is one for this session of this
 * child, else a new one. The body is copied; NULL, or more than
 * LWI_SESSIONS_BYTES: it will not be opened again. LW_ENOMEM (for the record;
 * a body that finds no memory is not kept); LW_ELIMIT: four billion were
 * opened.
 */
int
lwi_sessions_add(lw_worker *worker, uint32_t child_number, const void *body,
                 size_t size, uint32_t *number);

/*
 * NULL: it is gone, or was never this worker's. Borrowed until the next call
 * of add or child_ended.
 */
const struct lwi_session_record *
lwi_sessions_find(lw_worker *worker, const lw_session *session);

/* Whether a record that was found is live; else it is reopenable. */
bool
lwi_sessions_live(const lw_worker *worker,
                  const struct lwi_session_record *record);

/* It was opened again, in the present child. False: there is no such one. */
bool
lwi_sessions_reopened(lw_worker *worker, uint32_t number,
                      uint32_t child_number);

/* ---- session.c ---- */

/*
 * Appends the frame that opens such a session in a worker of this config, for
 * a child that is to open it before it is asked. LW_EINVAL, LW_ENOMEM.
 */
int
lwi_session_put_frame(struct lwi_buf *frames, const lw_worker *worker,
                      const lw_session_spec *spec, lw_error *err);

/* ---- sessions.c ---- */

/*
 * The present child is gone. keep (lwi_policy_keeps_sessions): those whose
 * body is known become reopenable. Else all are gone, those as well that were
 * waiting to be opened again.
 */
void
lwi_sessions_child_ended(lw_worker *worker, bool keep);

#endif
