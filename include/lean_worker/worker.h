/*
 * worker.h - one supervised child process that hosts Lean.
 */
#ifndef LEAN_WORKER_WORKER_H
#define LEAN_WORKER_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/limits.h>
#include <lean_worker/policy.h>
#include <lean_worker/request.h>
#include <lean_worker/runtime.h>
#include <lean_worker/shim.h>
#include <lean_worker/span.h>
#include <lean_worker/toolchain.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- configuration ---- */

/* zygote.h */
typedef struct lw_zygote lw_zygote;

typedef struct lw_worker_config {
    size_t struct_size;

    /* The host: one of the two. Neither: the Lean that lw_toolchain_find
     * finds where nothing is asked for. Copied. */
    const lw_toolchain *toolchain; /* our child on this Lean */
    const char *const *command;    /* or a program that serves the protocol
                                      on stdin and stdout; NULL at the end */

    const char *const *environment;  /* NAME=VALUE over the inherited ones;
                                        NULL: none. Copied. */
    const char *working_directory;   /* NULL: the parent's. Copied. */
    uint64_t startup_timeout_ms;     /* 1 to LW_TIMEOUT_MAX_MS */
    uint64_t request_timeout_ms;     /* the same; LW_NO_LIMIT is allowed */
    uint64_t cancel_grace_ms;        /* from a cancel to a kill; 0: at once */
    uint64_t rss_limit_kib;          /* resident memory; LW_NO_LIMIT: none */
    uint32_t frame_limit;            /* bytes; 64 KiB to 1 GiB */
    const lw_restart_policy *policy; /* NULL: LW_RESTART_POLICY_INIT. Copied. */
    const char *expected_lean;       /* version that the child must report, such
                                        as "4.28.0"; NULL: any. Copied. */
    lw_zygote *fork_server;          /* children are forked from it where that
                                        can be; NULL: none. It may be destroyed
                                        before the worker. */
    uint32_t ring_bytes;   /* of memory shared with the child, through which it
                              sends what is large; 64 KiB to 64 MiB; 0: none.
                              Only an offer: a child that cannot take it, or a
                              system without such memory, leaves the pipe */
    const char *snapshots; /* folder, absolute: children are started from a
                              snapshot where one was proved equal to a plain
                              start (snapshot.h). NULL: the environment's
                              LEAN_WORKER_SNAPSHOTS, where it is set; "": none.
                              Copied. */
    const char *const *libraries; /* shared libraries that native Lean loads
                                     when it starts, in this order: absolute
                                     paths, such as Lake's precompiled modules;
                                     the code of a module whose library is
                                     loaded runs compiled. NULL at the end;
                                     NULL: none. Copied. */
} lw_worker_config;

/* A page of it is taken from the system when the child first writes it. */
#define LW_RING_DEFAULT_BYTES (UINT32_C(1024) * 1024)

#define LW_WORKER_CONFIG_INIT                                                  \
    {                                                                          \
        sizeof(lw_worker_config), NULL, NULL, NULL, NULL,                      \
            LW_STARTUP_TIMEOUT_DEFAULT_MS, LW_REQUEST_TIMEOUT_DEFAULT_MS,      \
            UINT64_C(50), LW_NO_LIMIT, UINT32_C(256) * 1024 * 1024, NULL,      \
            NULL, NULL, LW_RING_DEFAULT_BYTES, NULL, NULL                      \
    }

/* ---- life ---- */

/*
 * Starts a child and returns when it is ready for requests.
 * Ownership: *out is the caller's; lw_worker_destroy ends it, best
 * before its runtime is destroyed. Threads: any; one request at a time runs on
 * a worker (LW_EBUSY otherwise). Blocks at most startup_timeout_ms plus the
 * time to bury a child; twice that where a start from a snapshot fails. Errors:
 * LW_EINVAL, LW_ESPAWN, LW_ECHILDPATH, LW_EHANDSHAKE, LW_EVERSION, LW_ETIMEOUT,
 * LW_ECANCELLED, LW_ELIMIT, LW_ENOMEM, LW_ETOOLCHAIN (no host is named, and no
 * Lean found), every cause of death, and for libraries, each with the file's
 * name: LW_EUNSUPPORTED (no native Lean), LW_EFILE (not there, no library of
 * this machine).
 */
int
lw_worker_start(lw_worker **out, lw_runtime *runtime,
                const lw_worker_config *config, lw_cancel *cancel,
                lw_error *err);

/*
 * Ends the child, politely if it is idle, and frees the worker. No process,
 * thread or descriptor is left. NULL is allowed. Blocks at most 2 s for the
 * polite end; a request that is still being settled is not waited for. Must
 * not be called during a request on the same worker: from a callback it does
 * nothing, and a request in steps ends as with lw_request_destroy.
 */
void
lw_worker_destroy(lw_worker *worker);

/*
 * Ends the child at once, from any thread; a request in progress returns with
 * LW_ECHILDCRASHED. Idempotent; never blocks.
 */
void
lw_worker_kill(lw_worker *worker);

/*
 * Replaces the child, dead or alive, by a fresh one with no sessions. The
 * same blocking and errors as lw_worker_start, the polite end before it;
 * after an error the worker has no child, and this may be called again.
 * LW_EBUSY, with nothing changed, while another thread is busy with it.
 */
int
lw_worker_cycle(lw_worker *worker, lw_cancel *cancel, lw_error *err);

/*
 * Ends the child politely and waits for its end: it is asked to, has timeout_ms
 * (1 to LW_TIMEOUT_MAX_MS), and is killed then. The worker has no child
 * afterwards; the next request starts one. report may be NULL. LW_EBUSY, with
 * nothing changed, while another call is in progress. Any thread.
 */
int
lw_worker_shutdown(lw_worker *worker, uint64_t timeout_ms,
                   lw_shutdown_report *report, lw_error *err);

/* ---- what is known of the child ----
 *
 * Any thread, unless it says otherwise; nothing here blocks, and none of it
 * waits for a request. Errors: LW_EBADHANDLE, LW_EINVAL (a NULL, a
 * struct_size that is not the struct's), and those that are named.
 */

typedef enum lw_worker_state {
    LW_WORKER_STARTING,
    LW_WORKER_IDLE,
    LW_WORKER_BUSY,
    LW_WORKER_SETTLING, /* a cancelled request has not come to its end yet */
    LW_WORKER_ENDING,
    LW_WORKER_DEAD,
} lw_worker_state;

/* True at the instant of the call. Any thread; never blocks. */
lw_worker_state
lw_worker_get_state(lw_worker *worker);

/*
 * What the child said of itself in the handshake; empty before it, and cut at
 * 127 bytes. Texts are borrowed until the next child.
 */
typedef struct lw_worker_metadata {
    size_t struct_size;
    uint32_t protocol_version;
    const char *worker_version;
    const char *lean_version; /* "4.28.0"; "" without Lean */
    const char *lean_githash; /* commit of that Lean; may be "" */
    const char *platform;     /* "x86_64-linux", "wasm32-emscripten" */
    const char *fingerprint;  /* of the toolchain: another one once it was
                                 built or installed anew, or is elsewhere;
                                 "" without one. From sizes, times and inodes,
                                 when the worker was made. */
    bool forked;              /* the child is a fork of the fork server */
    const char *not_forked;   /* why it is not, though the config has one; ""
                                 where it is, or there is none */
    bool from_snapshot;       /* the child was started from one */
    const char *no_snapshot;  /* why it was not, though there is a folder of
                                 them; "" where it was, or there is none */
    lw_shim_state shim;       /* how the child has its shim */
    const char *shim_detail;  /* as of lw_shim: why it is interpreted, or the
                                 library's path */
} lw_worker_metadata;

/* Fills in what is known of the child. The caller sets struct_size. Not while
 * another thread makes a request, which may bring another child. */
int
lw_worker_get_metadata(const lw_worker *worker, lw_worker_metadata *metadata,
                       lw_error *err);

/* Version of the child's Lean, from the handshake; "" before it. Borrowed
 * until the next child, so not while another thread makes a request. */
const char *
lw_worker_get_lean_version(const lw_worker *worker);
/* How many children this worker has had. Not while another thread makes a
 * request. */
uint64_t
lw_worker_get_generation(const lw_worker *worker);
/* Process id of the child, for tools and tests; 0 where there is none. Any
 * thread. */
int
lw_worker_get_pid(lw_worker *worker);

/* How a child ended. */
typedef struct lw_exit_report {
    size_t struct_size;
    int exit_code;         /* -1 where it was a signal or is not known */
    int exit_signal;       /* 0 where it was none */
    const char *cause;     /* stable word, static: "deep_recursion", … */
    const char *sentence;  /* for people, static */
    lw_span stderr_head;   /* its first 4 KiB; borrowed until the next cycle
                              or destroy */
    lw_span stderr_tail;   /* the last 16 KiB behind those; the same */
    uint64_t stderr_bytes; /* how many it wrote in all */
    uint64_t max_rss_kib;  /* over its life; 0 unknown */
    uint64_t cpu_ms;       /* user and system; 0 unknown */
} lw_exit_report;

/*
 * The last child's end. The caller sets report->struct_size before (LW_EINVAL).
 * LW_EBUSY while a child lives or another thread is busy with it. Any thread;
 * never blocks.
 */
int
lw_worker_get_exit_report(lw_worker *worker, lw_exit_report *report,
                          lw_error *err);

/* Resident memory of the child in KiB; LW_ESYSTEM where it is not known. Any
 * thread. */
int
lw_worker_get_rss_kib(lw_worker *worker, uint64_t *rss_kib, lw_error *err);

/* Totals so far. Any thread; never blocks. The caller sets struct_size. */
int
lw_worker_get_stats(lw_worker *worker, lw_worker_stats *stats, lw_error *err);

/*
 * The present child and its limits. Any thread; never blocks. The same.
 * restart_due is what the next request would find: with an RSS limit memory
 * is sampled for it, while proportional memory is as it was sampled last.
 */
int
lw_worker_get_lifecycle(lw_worker *worker, lw_worker_lifecycle *lifecycle,
                        lw_error *err);

/* User and system time of the present child so far, in ms, in steps of 10;
 * LW_ESYSTEM: there is none. Any thread; never blocks. */
int
lw_worker_get_cpu_ms(lw_worker *worker, uint64_t *cpu_ms, lw_error *err);

/* ---- requests ----
 *
 * Each runs on the caller's thread (or in steps: request.h). A worker without
 * a child, since it died, was killed or has never been started anew, gets a
 * fresh one first; a restart policy may replace it first. A request returns
 * LW_OK or: LW_ETIMEOUT or LW_ECANCELLED as soon as the deadline passes or the
 * token is set, while what becomes of the child is settled behind the caller's
 * back (the next request waits for that, within its own time); LW_EPROTO,
 * LW_EBUSY, LW_EINVAL (a NULL that must not be one, a struct of another
 * version), LW_EWORKER, LW_EUNSUPPORTED, LW_ESESSION (it ended with its child:
 * open it again), LW_ERESTARTS, LW_ENOMEM, the errors of lw_worker_start, or
 * the cause of death (lw_status_lost_worker tells).
 */

/*
 * The child's own words about the last request, whole and unchanged, where it
 * ended in LW_EWORKER, LW_EHEADER, LW_EEXPORT, LW_EEXPORTFAILED or
 * LW_EUNSUPPORTED; else empty. UTF-8. Borrowed until the next call on this
 * worker; for the thread of the request.
 */
lw_span
lw_worker_get_failure(const lw_worker *worker);

/* Sends bytes and compares what comes back: LW_EPROTO where it differs. */
int
lw_worker_ping(lw_worker *worker, lw_span payload,
               const lw_request_options *options, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
