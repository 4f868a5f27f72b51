/*
 * zygote.h - the fork server: a Lean that has started once, and is copied.
 *
 * A worker's child that is started anew loads Lean and its shim. A fork of a
 * process that has done so is there in milliseconds, and shares its memory.
 * Linux, and a native Lean whose shared library is there, are needed. Where it
 * cannot be, workers are started as they are without, and say why
 * (lw_worker_metadata): nothing fails for want of a fork server.
 *
 *     zygote_config.worker = &config;
 *     lw_zygote_create(&zygote, runtime, &zygote_config, &err);
 *     config.fork_server = zygote;
 *     lw_worker_start(&worker, runtime, &config, NULL, &err);
 */
#ifndef LEAN_WORKER_ZYGOTE_H
#define LEAN_WORKER_ZYGOTE_H

#include <stddef.h>
#include <stdint.h>

#include <lean_worker/cancel.h>
#include <lean_worker/error.h>
#include <lean_worker/runtime.h>
#include <lean_worker/session.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lw_zygote_config {
    size_t struct_size;
    /* Its toolchain, environment and working_directory are those of the forks;
     * startup_timeout_ms is for each start of the process, rss_limit_kib for
     * its memory. The rest is not the fork server's matter. Borrowed. */
    const lw_worker_config *worker;
    /* What the process opens before it forks: a worker that is forked, and
     * opens an equal session, has it at once (lw_session.preloaded); other
     * ones with equal imports, options and folders share the imports. At most
     * LW_ZYGOTE_SESSIONS_MAX; borrowed. */
    const lw_session_spec *sessions;
    size_t session_count;
    uint64_t preload_timeout_ms; /* for all of them; LW_NO_LIMIT: none */
} lw_zygote_config;

#define LW_ZYGOTE_SESSIONS_MAX 64u
#define LW_ZYGOTE_PRELOAD_TIMEOUT_MS UINT64_C(300000)

#define LW_ZYGOTE_CONFIG_INIT                                                  \
    {                                                                          \
        sizeof(lw_zygote_config), NULL, NULL, 0, LW_ZYGOTE_PRELOAD_TIMEOUT_MS  \
    }

/*
 * Begins to start a fork server. A thread of its own starts the process, lets
 * it open its sessions, waits until it is quiet (no thread of Lean's may be
 * left, or a fork would hang), and lets a first fork answer a ping, before any
 * worker is forked. Should the process end, its forks end with it, and another
 * is started; after three that were of no use it is given up. So it is, at
 * once, where Lean refuses a session, or does not open all of them in time.
 *
 * What the sessions import is read once: a library that is built later is seen
 * by a new fork server only.
 *
 * A worker is forked where its own config names the same host, environment and
 * folder. All forks begin with the same state of Lean: what the process drew
 * at random before is the same in each (IO.rand; not IO.getRandomBytes).
 *
 * Ownership: *out is the caller's, until lw_zygote_destroy. The config is
 * copied; its fork_server is not looked at. The runtime must outlive it.
 * Threads: any. Never blocks. Errors: LW_EINVAL, LW_EBADHANDLE, LW_ENOMEM,
 * LW_ELIMIT (no thread or descriptor), LW_ETOOLCHAIN, LW_ECHILDPATH. That this
 * system or Lean cannot have one is no error here: lw_zygote_wait says so.
 */
int
lw_zygote_create(lw_zygote **out, lw_runtime *runtime,
                 const lw_zygote_config *config, lw_error *err);

/*
 * Returns when workers can be forked, or cannot for good. Not needed: workers
 * that are started before are started without it. timeout_ms: at most
 * LW_TIMEOUT_MAX_MS, or LW_NO_LIMIT; 0 only looks. cancel may be NULL.
 *
 * Threads: any. Blocks at most timeout_ms. Errors: LW_EUNSUPPORTED (given up:
 * the message says why), LW_ETIMEOUT, LW_ECANCELLED, LW_ECLOSED, LW_EINVAL,
 * LW_EBADHANDLE.
 */
int
lw_zygote_wait(lw_zygote *zygote, uint64_t timeout_ms, lw_cancel *cancel,
               lw_error *err);

typedef enum lw_zygote_state {
    LW_ZYGOTE_STARTING, /* workers are started without it meanwhile */
    LW_ZYGOTE_READY,
    LW_ZYGOTE_GIVEN_UP, /* for good */
} lw_zygote_state;

typedef struct lw_zygote_report {
    size_t struct_size;
    lw_zygote_state state;
    int pid;            /* of the process; 0: there is none */
    uint64_t starts;    /* processes that became ready */
    uint64_t forks;     /* workers' children that were forked */
    uint64_t fallbacks; /* those that were started without it instead */
    uint64_t sessions;  /* that it has open for its forks */
    uint64_t ready_us;  /* that the last start took, sessions and probe too */
    lw_status status;   /* why it is not ready: LW_EHEADER where a session's
                           imports fail, LW_ETIMEOUT, LW_ECHILDEXITED,
                           LW_EUNSUPPORTED, …; LW_MORE: not known yet; LW_OK
                           where it is */
    char reason[256];   /* the same in words; "" where it is ready */
} lw_zygote_report;

/*
 * True at the instant of the call. The caller sets struct_size. Threads: any.
 * Never blocks. Errors: LW_EINVAL, LW_EBADHANDLE.
 */
int
lw_zygote_get_report(lw_zygote *zygote, lw_zygote_report *report,
                     lw_error *err);

/*
 * Ends the process, and its forks with it: workers that still have one lose
 * it, and start their next child without. No process, thread or descriptor of
 * it is left. Workers and capabilities may outlive it. NULL is allowed; never
 * fails. Threads: any. Blocks until the process is gone, as a rule
 * milliseconds; at most 10 s where the kernel cannot end it.
 */
void
lw_zygote_destroy(lw_zygote *zygote);

#ifdef __cplusplus
}
#endif
#endif
