/*
 * pool.h - workers that are shared, bounded, and kept warm.
 *
 * A caller acquires a lease for a capability, makes requests on it, and
 * releases it. Leases on different workers run in parallel. All functions may
 * be called from any thread at any time; one lease is for one thread at a
 * time.
 */
#ifndef LEAN_WORKER_POOL_H
#define LEAN_WORKER_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/capability.h>
#include <lean_worker/command.h>
#include <lean_worker/error.h>
#include <lean_worker/export.h>
#include <lean_worker/key.h>
#include <lean_worker/limits.h>
#include <lean_worker/policy.h>
#include <lean_worker/pool_counters.h>
#include <lean_worker/pool_events.h>
#include <lean_worker/request.h>
#include <lean_worker/runtime.h>
#include <lean_worker/session.h>
#include <lean_worker/sinks.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lw_pool lw_pool;
typedef struct lw_lease lw_lease;

/* ---- the pool ---- */

/* What of a worker counts for a pool's budget. */
typedef enum lw_memory_measure {
    LW_MEASURE_RSS, /* resident memory: what it shares counts for each again */
    LW_MEASURE_PSS, /* proportional: a page shared by n counts one n-th */
    LW_MEASURE_PRIVATE, /* what would be free if the worker ended */
} lw_memory_measure;

/*
 * Who may share a process. A child that may not be shared any more is ended
 * behind the caller's back, and the next one is started when it is needed, or
 * before, where the pool keeps workers ready (pool_warm.h: those are the spare
 * ones). Where there can be a fork server (zygote.h) the pool makes one for
 * each key, with the key's session open in it: a child costs milliseconds then,
 * whatever it imports. Else each costs a start and the imports;
 * lw_lease_get_metadata says why. It counts for no limit of restarts.
 */
typedef enum lw_isolation {
    LW_ISOLATE_NONE,    /* leases of a key, one after the other */
    LW_ISOLATE_LEASE,   /* nobody: one lease that makes requests, one child */
    LW_ISOLATE_REQUEST, /* nor two requests of a lease: each has a child of its
                           own, with the session opened anew, within the
                           request's own time. The lease stays. */
} lw_isolation;

typedef struct lw_pool_config {
    size_t struct_size;
    uint32_t max_workers;            /* at least 1; dying ones count too */
    uint32_t max_workers_per_key;    /* 0: as max_workers */
    uint64_t max_total_rss_kib;      /* no worker more once the sum of all is so
                                        large, and idle ones of other keys
                                        could not make room; LW_NO_LIMIT: none */
    uint64_t worker_rss_ceiling_kib; /* a worker is replaced before more is
                                        given to it; LW_NO_LIMIT: none */
    uint64_t idle_cycle_ms;          /* the same for one idle so long; an idle
                                        worker is ended by then without anybody's
                                        call as well; at most LW_TIMEOUT_MAX_MS,
                                        or LW_NO_LIMIT: none */
    uint64_t admission_wait_ms;      /* for a full pool; 0: not at all */
    lw_pool_event_cb event;          /* NULL: nobody is told */
    void *event_user;
    lw_memory_measure budget_measure; /* for max_total_rss_kib */
    uint32_t max_standby; /* workers besides max_workers that may be kept ready
                             (pool_warm.h); their memory counts in every figure;
                             0: none */
    lw_isolation isolation;
    uint32_t max_fork_servers; /* that the pool makes where it isolates, for
                                  workers whose config has none; the one used
                                  least recently makes room. Their memory is in
                                  no figure. 0: none; at most
                                  LW_POOL_WORKERS_MAX */
} lw_pool_config;

#define LW_POOL_FORK_SERVERS_DEFAULT 4u

/* The defaults of lean-rs-worker 0.1.2. */
#define LW_POOL_CONFIG_INIT                                                    \
    {                                                                          \
        sizeof(lw_pool_config), 1, 0, LW_NO_LIMIT, LW_NO_LIMIT, LW_NO_LIMIT,   \
            0, NULL, NULL, LW_MEASURE_RSS, 0, LW_ISOLATE_NONE,                 \
            LW_POOL_FORK_SERVERS_DEFAULT                                       \
    }

/*
 * How long a library that was built again can go unnoticed at most: before a
 * lease is given out, the files behind the session are looked at once in this
 * time. They are those of its imports, and of what these import, in the folders
 * of its search_path: 0.5 ms for 512 files, the most that are looked at. A
 * worker that has imported others is replaced first (LW_RESTART_STALE). A lease
 * that is out keeps what it has.
 */
#define LW_OLEAN_MAX_AGE_MS UINT64_C(1000)

#define LW_POOL_WORKERS_MAX UINT32_C(4096)

/*
 * Starts no worker. Where the environment variable LEAN_WORKER_CONTROL is set,
 * to a path or to `auto`, opens a control socket (pool_control.h); that there
 * can be none is logged. Ownership: *out is the caller's; lw_pool_destroy ends
 * it, best before its runtime is destroyed. config NULL: the defaults. Any
 * thread; does not block. Errors: LW_EINVAL, LW_EBADHANDLE, LW_ENOMEM,
 * LW_ELIMIT (no thread for events).
 */
int
lw_pool_create(lw_pool **out, lw_runtime *runtime, const lw_pool_config *config,
               lw_error *err);

/*
 * No lease is given out any more: who waits and who comes gets LW_ECLOSED.
 * Idle workers end. Leases that are out go on until they are released.
 * Idempotent; never blocks.
 */
void
lw_pool_close(lw_pool *pool);

/*
 * Closes it, ends its workers, and frees it, or leaves that to the release of
 * the last lease that is still out. NULL is allowed. Blocks until its idle
 * workers are buried, as a rule a fraction of a second; a caller that is just
 * opening a worker is waited for, though not its fork server; the pool's own
 * openings are called off.
 */
void
lw_pool_destroy(lw_pool *pool);

/* ---- leases ---- */

typedef struct lw_acquire_options {
    size_t struct_size;
    uint64_t wait_ms;  /* LW_ACQUIRE_POOL_WAIT: as the pool is configured */
    lw_cancel *cancel; /* NULL: none */
    uint32_t priority; /* higher comes first; 0 */
} lw_acquire_options;

#define LW_ACQUIRE_POOL_WAIT (UINT64_MAX - 1)

#define LW_ACQUIRE_OPTIONS_INIT                                                \
    {                                                                          \
        sizeof(lw_acquire_options), LW_ACQUIRE_POOL_WAIT, NULL, 0              \
    }

/*
 * A worker of the capability's key, for this caller alone: a warm one, or one
 * that is opened now, in an empty place or in that of the idle worker of
 * another key that was not used for longest. Where the process may have no more
 * descriptors or children, idle workers of other keys that are not kept end for
 * it as well; LW_ELIMIT, which names the limit, where there is none. options
 * may be NULL.
 *
 * Ownership: *out is the caller's until lw_lease_release. Blocks at most the
 * wait, and, where a worker has to be opened, its start-up and its session;
 * where the pool isolates, before that until its fork server is ready or given
 * up (zygote.h: LW_ZYGOTE_PRELOAD_TIMEOUT_MS and the start-up, at most three
 * times).
 * Errors: LW_EEXHAUSTED (no wait, and it is full, or the key pauses since a
 * worker of it failed to open), LW_EQUEUETIMEOUT, LW_EMEMBUDGET,
 * LW_ERESTARTS (the key's workers had to be replaced too often; the message
 * has the time to wait), LW_ECANCELLED, LW_ECLOSED, LW_EMISMATCH and
 * LW_EMETADATA (its metadata),
 * LW_EINVAL, LW_EBADHANDLE, LW_ENOMEM, and those of lw_worker_start and
 * lw_worker_open_session.
 */
int
lw_pool_acquire(lw_lease **out, lw_pool *pool, lw_capability *capability,
                const lw_acquire_options *options, lw_error *err);

/*
 * Gives the worker back; the handle is void from here on. Until the place has
 * given out 32 more leases, or the pool is gone, using it is LW_EBADHANDLE;
 * after that it may be another's. Never fails, and never blocks, but for the
 * last lease of a destroyed pool, which buries its workers. NULL is allowed.
 * From a sink of a request on the lease: done when that request has ended.
 */
void
lw_lease_release(lw_lease *lease);

/*
 * LW_OK while the lease is good; else LW_ELEASE, with the first reason in the
 * message: cancelled, timed out, child exited or crashed, cycled, a policy.
 * Never blocks.
 */
int
lw_lease_check_valid(const lw_lease *lease, lw_error *err);

/* Borrowed from the lease. Never blocks. */
const lw_session_key *
lw_lease_get_key(const lw_lease *lease);

/*
 * As lw_worker_get_metadata; texts are borrowed from the lease. Never blocks.
 * Errors: LW_ELEASE, LW_EINVAL.
 */
int
lw_lease_get_metadata(const lw_lease *lease, lw_worker_metadata *metadata,
                      lw_error *err);

/*
 * The session that the capability asked for; number 0 where it did not. Never
 * blocks.
 */
lw_session
lw_lease_get_session(const lw_lease *lease);

/*
 * For all later requests of this lease that name no time of their own: 1 to
 * LW_TIMEOUT_MAX_MS, or LW_NO_LIMIT (LW_EINVAL). The next lease on the same
 * worker is not affected. Never blocks. Errors: LW_EINVAL, LW_ELEASE.
 */
int
lw_lease_set_request_timeout(lw_lease *lease, uint64_t timeout_ms,
                             lw_error *err);

/*
 * Replaces the worker's child by a fresh one with the same session, and ends
 * the lease's validity. Blocks like an acquisition that opens a worker.
 * Errors: LW_ELEASE; LW_EBUSY from a sink of a request on the lease; those of
 * opening, after which the worker is gone.
 */
int
lw_lease_cycle(lw_lease *lease, lw_error *err);

/* ---- requests on a lease ----
 *
 * As the functions of the same name of a worker, with the lease's session in
 * place of the spec's. LW_EBUSY, with nothing changed, from a sink of another
 * one. A due limit of the pool or of the worker's own policy replaces the
 * worker first, within the time and the token of the request, and fails the
 * call with LW_ELEASE. A request never starts another child. LW_ECANCELLED,
 * LW_ETIMEOUT, LW_EMISMATCH and every end of the child make the lease invalid
 * (lw_status_lost_lease); other errors leave it as it is, and so does the
 * LW_ESESSION of a question whose capability names no session. They block as
 * those do, on the thread that has the lease: options->request must be NULL
 * (LW_EINVAL).
 */

/* An export. The result is the caller's, as with a worker. */
int
lw_lease_run(lw_lease *lease, lw_reply **reply, const lw_run_spec *spec,
             const lw_sinks *sinks, const lw_request_options *options,
             lw_error *err);

/* A typed command. The result is the caller's, as with a worker. */
int
lw_lease_run_command(lw_lease *lease, lw_reply **reply,
                     const lw_command *command, const lw_command_spec *spec,
                     const lw_request_options *options, lw_error *err);

/* A whole file. Its header is the session's. The result is the caller's, as
 * with a worker. */
int
lw_lease_check(lw_lease *lease, lw_check_result *result,
               const lw_check_spec *spec, const lw_sinks *sinks,
               const lw_request_options *options, lw_error *err);

/* A term, or commands without a header. The result is the caller's, as with a
 * worker. */
int
lw_lease_elaborate(lw_lease *lease, lw_elab_result **result,
                   const lw_elab_spec *spec, const lw_sinks *sinks,
                   const lw_request_options *options, lw_error *err);

/* Commands, and what the kernel says of them. The result is the caller's, as
 * with a worker. */
int
lw_lease_kernel_check(lw_lease *lease, lw_kernel_result **result,
                      const lw_kernel_spec *spec, const lw_sinks *sinks,
                      const lw_request_options *options, lw_error *err);

/* Declarations of the session. The result is the caller's, as with a worker. */
int
lw_lease_list_declarations(lw_lease *lease, lw_declarations_result *result,
                           const lw_declarations_spec *spec,
                           const lw_sinks *sinks,
                           const lw_request_options *options, lw_error *err);

/* One declaration. The result is the caller's, as with a worker. */
int
lw_lease_describe(lw_lease *lease, lw_description **description,
                  const lw_describe_spec *spec,
                  const lw_request_options *options, lw_error *err);

/* A question about terms. The result is the caller's, as with a worker. */
int
lw_lease_query_term(lw_lease *lease, lw_term_result **result,
                    const lw_term_spec *spec, const lw_request_options *options,
                    lw_error *err);

/* ---- looking ---- */

/*
 * The whole pool, now. The caller sets struct_size (LW_EINVAL). Never blocks.
 */
int
lw_pool_get_snapshot(lw_pool *pool, lw_pool_snapshot *snapshot, lw_error *err);

/* The same of the lease's own worker alone. Never blocks. LW_EBADHANDLE. */
int
lw_lease_get_snapshot(lw_lease *lease, lw_pool_snapshot *snapshot,
                      lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
