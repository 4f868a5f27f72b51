/*
 * policy.h - when a worker's child is replaced, how often, and what has been
 * counted.
 *
 * Looked at before each request on a live child (lwi_policy_due), in this
 * order; the first limit that is reached is the reason:
 *
 *     import bytes, imports, requests   counted here; costs nothing
 *     resident memory                   sampled, 0.02 ms, only with a limit;
 *                                       again after a request, or when it is
 *                                       LW_RSS_MAX_AGE_MS old
 *     proportional memory               sampled, at most once in
 *                                       LW_PSS_MAX_AGE_MS, only with a limit
 *     idle time                         so that what a request meets depends
 *                                       on the clock, and not on whether the
 *                                       housekeeping thread had its turn yet
 *
 * A child that has served nothing is replaced for idle time only, and import
 * limits need a session that the caller opened in it: another child would be
 * no smaller, and would be replaced before each request for ever.
 *
 * Before any start but the first and those that the caller asked for
 * (lwi_policy_may_start) two things can refuse it with LW_ERESTARTS:
 *
 *     intensity    max_restarts children replaced within the window
 *     back-off     after n failed starts in a row, LWI_BACKOFF_FIRST_MS
 *                  doubled n - 1 times, at most LWI_BACKOFF_MAX_MS
 *
 * Threads: stats and lifecycle are read by any thread at any time, so `lock`
 * guards everything here. Only the book's lock (restarts.h) is taken under it,
 * and no system call made. It may be taken with the worker's lock held.
 * The functions that change something are for the thread of the request, or
 * for the housekeeping thread while it settles or ends the child.
 */
#ifndef LWI_POLICY_H
#define LWI_POLICY_H

#include <pthread.h>

#include <lean_worker/policy.h>
#include <lean_worker/session.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "proc/child.h"
#include "worker/restarts.h"

#define LWI_BACKOFF_FIRST_MS UINT64_C(100)
#define LWI_BACKOFF_MAX_MS UINT64_C(5000)

/* lwi_child_get_memory, which tests replace. */
typedef int (*lwi_policy_sample)(struct lwi_child *child,
                                 enum lwi_memory_detail detail,
                                 struct lwi_memory *out);

/* The present child, and nothing of those before it. */
struct lwi_policy_child {
    bool alive;         /* ready, and not ended yet */
    bool busy;          /* between a request and its end */
    int64_t started_ns; /* when it became ready */
    int64_t idle_ns;    /* when its last request ended, or it became ready */
    uint64_t requests;  /* of the caller */
    uint64_t imports;   /* sessions opened or reopened, reused ones not */
    uint64_t asked;     /* those of them that the caller opened */
    uint64_t import_kib;
    uint64_t rss_kib;      /* last sample; 0: none */
    int64_t rss_ns;        /* when that was; 0: never */
    uint64_t rss_requests; /* what it had served by then */
    bool was_below;        /* a sample was, of max_rss_kib */
    uint64_t pss_kib;      /* the same */
    int64_t pss_ns;        /* when that was tried; 0: never */
};

struct lwi_policy {
    pthread_mutex_t lock;
    const struct lwi_clock *clock; /* NULL: not initialised */
    lwi_policy_sample sample;
    /* Told when the child has become idle, and when there is something to
       look at; with no lock held. NULL: nobody wants to know. */
    void (*became_idle)(lw_worker *worker, int64_t due);
    lw_restart_policy limits;

    struct lwi_policy_child child;
    lw_worker_stats stats;
    lw_restart_reason pending; /* why the last child is gone */

    struct lwi_restarts own;     /* restarts within the window */
    struct lwi_restarts *shared; /* used in its place; NULL: it is */

    uint32_t failures;  /* starts that failed in a row */
    int64_t not_before; /* the end of the back-off; 0: none */
};

/*
 * *limits was checked by lwi_policy_fault. LW_ENOMEM. lwi_policy_fini is right
 * afterwards in every case, and for a zeroed struct.
 */
int
lwi_policy_init(struct lwi_policy *policy, const lw_restart_policy *limits,
                const struct lwi_clock *clock, const lw_allocator *allocator);

void
lwi_policy_fini(struct lwi_policy *policy);

/*
 * From now on its restarts stand in this book, with those of other workers;
 * it must outlive the worker. For a pool, before a second thread sees it.
 */
void
lwi_policy_share(lw_worker *worker, struct lwi_restarts *restarts);

/* What is wrong with it, naming the member; NULL: nothing. Static. */
const char *
lwi_policy_fault(const lw_restart_policy *limits);

/* ---- decisions ---- */

/*
 * Before a request on a live child: whether it has to be replaced first. *why
 * is filled in where it is so; its operation is "". Samples the child's memory
 * where a limit wants it: 20 to 30 ms at most once in LW_PSS_MAX_AGE_MS.
 */
bool
lwi_policy_due(lw_worker *worker, lw_restart_reason *why);

/*
 * Before a child is started: LW_OK or LW_ERESTARTS, with how many, in how
 * long, why the last, and when the next is allowed. why NULL: what
 * lwi_policy_child_ended was told last. LW_RESTART_EXPLICIT is always allowed,
 * and so is a worker's first child. Changes nothing: ask it before a child
 * that is due is ended.
 */
int
lwi_policy_may_start(lw_worker *worker, const lw_restart_reason *why,
                     const char *doing, lw_error *err);

/* True where `why` is a limit of a policy, which the child had reached. */
bool
lwi_policy_is_limit(const lw_restart_reason *why);

/* The same, and such a child's sessions are kept. */
bool
lwi_policy_keeps_sessions(const lw_worker *worker,
                          const lw_restart_reason *why);

/*
 * The reason where a child is gone by itself, by its memory limit, or because
 * of lw_worker_kill. doing: static; "" where no request was in progress. The
 * child is buried, and its handle still there.
 */
lw_restart_reason
lwi_policy_death_reason(lw_worker *worker, enum lwi_death_cause cause,
                        const char *doing);

/* ---- notes: what happened ---- */

/*
 * A child became ready. Where one was there before, it is a restart, because
 * of `why`, or, where that is NULL, of what lwi_policy_child_ended was told.
 */
void
lwi_policy_started(lw_worker *worker, const lw_restart_reason *why);

/* A start failed: no process, or no READY. No child_ended for that one. */
void
lwi_policy_start_failed(lw_worker *worker);

/*
 * A child that had become ready is gone, or was sent away for good. Counted
 * once: a second call before the next start changes nothing, so that what
 * decided first is the reason. Kinds: LW_RESTART_EXPLICIT is for what the
 * program asked for (cycle, shutdown, kill).
 */
void
lwi_policy_child_ended(lw_worker *worker, const lw_restart_reason *why);

/*
 * Whether the child that was ready last is gone, or has only not been buried
 * yet: lw_worker_kill tells it before its death is seen. *why: what it was
 * told; NULL is allowed.
 */
bool
lwi_policy_child_is_gone(lw_worker *worker, lw_restart_reason *why);

/* A request of the caller: not one that opens a session again for him. */
void
lwi_policy_request_sent(lw_worker *worker);

/* It has come to its end and the child is idle. The idle clock starts. */
void
lwi_policy_request_ended(lw_worker *worker);

/*
 * A pool made the child ready for its callers: what that took does not count
 * for its limits, since another child would need the same.
 */
void
lwi_policy_made_ready(lw_worker *worker);

/* The child gave in to a cancel and lives on. */
void
lwi_policy_cancel_acknowledged(lw_worker *worker);

/* What SESSION_OPENED said: for the caller, or again after a restart. */
void
lwi_policy_session_opened(lw_worker *worker, const lw_session *session);
void
lwi_policy_session_reopened(lw_worker *worker, const lw_session *session);

/* The run of an export ended. waits: how often the child found its pipe full.
 */
void
lwi_policy_stream_ended(lw_worker *worker, bool ok, uint64_t rows,
                        uint64_t bytes, uint64_t elapsed_us, uint64_t waits);

/* ---- for facts.c ---- */

void
lwi_policy_read_stats(lw_worker *worker, lw_worker_stats *stats);

/*
 * All but generation and struct_size. `death` is not NULL where there is no
 * child any more: the reason if nobody was told of that end yet. No system
 * call: memory is what was sampled last, and `rss_kib`, where it is not 0, the
 * caller's own fresh sample.
 */
void
lwi_policy_read_lifecycle(lw_worker *worker, const lw_restart_reason *death,
                          uint64_t rss_kib, lw_worker_lifecycle *lifecycle);

/*
 * When an idle child reaches its limit, on the runtime's clock; LWI_NEVER
 * where there is no limit, no child, or a request.
 */
int64_t
lwi_policy_idle_due(lw_worker *worker, lw_restart_reason *why);

/* When its memory is to be looked at next while it is idle; the same. */
int64_t
lwi_policy_look_due(lw_worker *worker);

/*
 * Looks at it: true where the idle child has grown to its ceiling. One that has
 * served nothing must have been below it at some time: else another would be no
 * smaller. For the housekeeping thread: 0.02 ms.
 */
bool
lwi_policy_has_swollen(lw_worker *worker, lw_restart_reason *why);

#endif
