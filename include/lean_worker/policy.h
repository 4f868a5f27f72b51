/*
 * policy.h - when a worker gets a fresh child, and what has been counted.
 */
#ifndef LEAN_WORKER_POLICY_H
#define LEAN_WORKER_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/limits.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Looked at before a request; where a limit is reached the child is replaced
 * first. The idle limit and max_rss_kib act by themselves, without a request,
 * too: an idle child that reaches one is ended, politely and then by force,
 * and the next request starts another. A child that has served
 * nothing is replaced for idle time only, and import limits need a session
 * that the caller opened in this child: another would be no smaller. Copied
 * by lw_worker_start, which gives LW_EINVAL for a limit of 0.
 */
typedef struct lw_restart_policy {
    size_t struct_size;
    uint64_t max_requests;   /* that a child may serve; 1 or more */
    uint64_t max_imports;    /* sessions that the caller may open in it */
    uint64_t max_import_kib; /* by which imports may have grown its heap */
    uint64_t max_rss_kib;    /* resident memory, sampled then (0.02 ms), where
                                something was asked of it since the last time
                                or that was LW_RSS_MAX_AGE_MS ago */
    uint64_t max_pss_kib;    /* proportional memory; the sample takes 20 to
                                30 ms for 1 GB, so at most once in
                                LW_PSS_MAX_AGE_MS */
    uint64_t idle_ms;        /* since its last request ended, or it became
                                ready; at most LW_TIMEOUT_MAX_MS */
    /*
     * A child that had to be replaced more than max_restarts times within the
     * window is not replaced again before the window allows it: LW_ERESTARTS.
     * After a start that failed the next is refused in the same way for 100
     * ms, doubled with each further failure up to 5 s. An explicit cycle does
     * not count, and is always allowed. In a pool the limit is of each worker
     * that the key has, and one book is kept for all that it had.
     */
    uint32_t max_restarts;      /* at most LW_RESTARTS_MAX; 0: no such limit */
    uint64_t restart_window_ms; /* 1 to LW_TIMEOUT_MAX_MS */
    /*
     * Sessions of a child that a policy replaced are opened again by the
     * next request on them. (After a crash, a timeout or a cycle they are
     * gone: LW_ESESSION.)
     */
    bool keep_sessions;
} lw_restart_policy;

/*
 * The largest age of a sample that decides something, where nothing was asked
 * of the child since. Resident memory: as often as a hard limit looks
 * (rss_limit_kib). Proportional and private memory: a sample of 30 ms is then
 * less than one percent of the time.
 */
#define LW_RSS_MAX_AGE_MS UINT64_C(100)
/* How often an idle child is looked at by itself where max_rss_kib is set. */
#define LW_IDLE_RSS_INTERVAL_MS UINT64_C(1000)
#define LW_PSS_MAX_AGE_MS UINT64_C(5000)
#define LW_RESTARTS_MAX 1000

/* 16 in a minute: the crate's own default (lean-rs-worker-parent 0.9.4). */
#define LW_RESTART_POLICY_INIT                                                 \
    {                                                                          \
        sizeof(lw_restart_policy), LW_NO_LIMIT, LW_NO_LIMIT, LW_NO_LIMIT,      \
            LW_NO_LIMIT, LW_NO_LIMIT, LW_NO_LIMIT, 16, UINT64_C(60000), true   \
    }

/* Why a child was replaced, or has to be. Numbers are for good. */
/* clang-format off */
#define LW_RESTART_MAP(X)                                                    \
    X(LW_RESTART_NONE,            0, "none")                                 \
    X(LW_RESTART_EXPLICIT,        1, "explicit")                             \
    X(LW_RESTART_MAX_REQUESTS,    2, "max_requests")                         \
    X(LW_RESTART_MAX_IMPORTS,     3, "max_imports")                          \
    X(LW_RESTART_IMPORT_BYTES,    4, "import_bytes")                         \
    X(LW_RESTART_RSS_CEILING,     5, "rss_ceiling")                          \
    X(LW_RESTART_PSS_CEILING,     6, "pss_ceiling")                          \
    X(LW_RESTART_RSS_HARD_LIMIT,  7, "rss_hard_limit")                       \
    X(LW_RESTART_IDLE,            8, "idle")                                 \
    X(LW_RESTART_CANCELLED,       9, "cancelled")                            \
    X(LW_RESTART_TIMEOUT,        10, "timeout")                              \
    X(LW_RESTART_SINK,           11, "sink")                                 \
    X(LW_RESTART_PROTOCOL,       12, "protocol")                             \
    X(LW_RESTART_DIED,           13, "died")                                 \
    X(LW_RESTART_STALE,          14, "stale")
/* clang-format on */

#define LW_RESTART_ENUM_(name, number, text) name = number,
typedef enum lw_restart_kind {
    LW_RESTART_MAP(LW_RESTART_ENUM_) LW_RESTART_KIND_COUNT
} lw_restart_kind;
#undef LW_RESTART_ENUM_

/* The stable word of the table; "unknown" for another number. Static. Any
 * thread; never blocks. */
const char *
lw_restart_kind_name(lw_restart_kind kind);

typedef struct lw_restart_reason {
    lw_restart_kind kind;
    uint64_t current;      /* what was measured or counted, in the unit of the
                              limit; for timeouts the request's timeout */
    uint64_t limit;        /* of the policy; 0 where it is no matter of one */
    const char *operation; /* static: "check a file"; "" where no request was
                              in progress */
} lw_restart_reason;

/* Totals of a worker's life; they never fall. */
typedef struct lw_worker_stats {
    size_t struct_size;
    uint64_t requests; /* of the caller, sent to a child */
    uint64_t imports;  /* sessions opened and opened again; reused and preloaded
                          ones not counted */
    uint64_t sessions_reused;
    uint64_t sessions_preloaded; /* whose imports a fork server had (zygote.h);
                                    reused ones too */
    uint64_t sessions_reopened;  /* after a restart by policy */
    uint64_t starts;             /* children that became ready */
    uint64_t failed_starts;
    uint64_t exits;    /* children that are gone */
    uint64_t restarts; /* children that followed another */
    uint64_t restarts_by[LW_RESTART_KIND_COUNT]; /* the parts of restarts */
    uint64_t cancels_acknowledged; /* the child gave in and lived on */
    uint64_t streams;              /* runs of exports */
    uint64_t streams_ok;
    uint64_t streams_failed;
    uint64_t rows; /* accepted by a sink, or by nobody's */
    uint64_t row_bytes;
    uint64_t stream_us;             /* time of all streams */
    uint64_t backpressure_waits;    /* the child found its pipe full */
    uint64_t backpressure_failures; /* streams that failed while it waited, as
                                       when the time was over in a slow sink */
    lw_restart_reason last_restart;
} lw_worker_stats;

/* A worker at one instant. */
typedef struct lw_worker_lifecycle {
    size_t struct_size;
    uint64_t generation;     /* of the present child; 0: none yet */
    uint64_t child_requests; /* that it was sent */
    uint64_t child_imports;
    uint64_t child_import_kib; /* what its imports added to its heap */
    uint64_t max_import_kib;   /* the policy's limit */
    uint64_t rss_kib;          /* the last sample; 0: none */
    uint64_t idle_ms;          /* since its last request; 0: busy or no child */
    uint64_t age_ms;           /* of the child; 0: no child */
    uint64_t restarts_in_window;
    bool restart_due;      /* the next request starts another child */
    lw_restart_reason due; /* and why */
} lw_worker_lifecycle;

/* How a polite end went. */
typedef enum lw_shutdown_outcome {
    LW_SHUTDOWN_ALREADY_GONE, /* there was no child */
    LW_SHUTDOWN_GRACEFUL,     /* it said goodbye and ended */
    LW_SHUTDOWN_NO_GOODBYE,   /* it ended without one */
    LW_SHUTDOWN_KILLED,       /* it did not end in time */
} lw_shutdown_outcome;

typedef struct lw_shutdown_report {
    size_t struct_size;
    lw_shutdown_outcome outcome;
    uint64_t elapsed_us; /* until it was buried */
    int exit_code;       /* -1: a signal, or there was no child */
    int exit_signal;
} lw_shutdown_report;

#ifdef __cplusplus
}
#endif
#endif
