/*
 * run.h - one call of lw_check_files, as its threads see it.
 *
 *     lw_check_files ─┬─ slot 0 ── lease ─┐
 *      waits, ticks,  ├─ slot 1 ── lease ─┼─ the run's pool
 *      stops the run  └─ ...              ┘
 *
 * Each slot is a thread that asks the schedule for a job and does it on its
 * lease.
 *
 * Two locks. `lock` guards everything here that changes, and is held for
 * moments; `report_lock` is held around callbacks, and taken first.
 */
#ifndef LWI_CHECK_RUN_H
#define LWI_CHECK_RUN_H

#include <pthread.h>

#include <lean_worker/check.h>
#include <lean_worker/pool.h>

#include "base/clock.h"
#include "check/outcome.h"
#include "check/schedule.h"
#include "check/source.h"

/* Why a run ends before its files do. */
enum lwi_stop {
    LWI_STOP_NONE,
    LWI_STOP_CANCELLED, /* the caller's token */
    LWI_STOP_SINK,      /* `report` failed: nothing more is reported */
    LWI_STOP_FAILED,    /* `error` says it: no worker, no memory */
};

/* A file between being read and being done. */
struct lwi_file {
    struct lwi_source source;      /* data NULL: to be read again */
    struct lwi_source_place start; /* where failed imports are reported */
};

/* What the schedule keeps for a header: its bucket's. */
struct lwi_need {
    const lw_allocator *allocator;
    lw_header *header;
    const char *const *options; /* of its files; NULL: none. The caller's. */
    lw_capability *capability;  /* NULL until a file needs it; under the lock */
};

struct lwi_run;

struct lwi_slot {
    struct lwi_run *run;
    uint32_t number;
    pthread_t thread;
    bool has_thread;
    lw_lease *lease; /* changed by its thread, under the lock */

    /* Only its thread: */
    lw_capability *capability; /* of the lease; NULL: its session is not open.
                                  Borrowed from the run or its bucket. */
    bool has_session;
    size_t bucket;     /* whose header it has imported */
    bool used;         /* the child has run something of a file */
    uint64_t heap_kib; /* of the child, as last told */
    uint32_t failures; /* starts that failed in a row */
};

struct lwi_run {
    lw_runtime *runtime;
    const lw_allocator *allocator;
    const struct lwi_clock *clock;
    lw_check_options options;
    const char *const *paths;
    uint64_t heap_limit_kib;
    lw_cancel *halt; /* set once `stop` is, or all is done: ends every request
                        and every wait */
    int ended_fd;    /* readable when a slot's thread has ended or stopped */
    lw_pool *pool;   /* a place for each slot */
    lw_capability *blank; /* a worker without a session */

    pthread_mutex_t report_lock;
    pthread_mutex_t lock;
    pthread_cond_t changed; /* on CLOCK_MONOTONIC */
    struct lwi_schedule *schedule;
    struct lwi_file **files; /* each only by the slot that holds the file */
    struct lwi_slot *slots;
    uint32_t slot_count;
    uint32_t threads;  /* that run */
    uint32_t live;     /* slots with a lease */
    uint32_t starting; /* slots that wait for one */
    uint32_t failures; /* starts that failed in a row, of all slots */
    bool ever_up;
    enum lwi_stop stop;
    lw_error error; /* of LWI_STOP_FAILED */
    lw_check_totals totals;
};

/* ---- run.c ---- */

/* Ends the run early; the first reason counts. err: of LWI_STOP_FAILED. */
void
lwi_run_stop(struct lwi_run *run, enum lwi_stop stop, const lw_error *err);

bool
lwi_run_is_stopped(struct lwi_run *run);

/* Counts and reports a file, and tells the schedule that it is done. */
void
lwi_run_report(struct lwi_run *run, size_t file, struct lwi_outcome *outcome);

/* One file more or less is being checked now. */
void
lwi_run_count_running(struct lwi_run *run, bool begins);

/* Calls `progress`, where there is one and no other callback runs. */
void
lwi_run_tick(struct lwi_run *run);

/* Reports the files that nobody holds; for the end of a stopped run. */
void
lwi_run_report_rest(struct lwi_run *run);

/* ---- hold.c: the lease of a slot ---- */

/*
 * What to ask the pool for: a worker with the session that is needed, or,
 * where need is NULL, one without. *out is the caller's.
 */
int
lwi_hold_describe(lw_capability **out, const struct lwi_run *run,
                  const struct lwi_need *need, lw_error *err);

/* LW_OK, or there was no worker; the run may have ended for it. */
int
lwi_hold_start(struct lwi_slot *slot);

/* Ends the slot's worker; lost: it died. Nothing where there is none. */
void
lwi_hold_end(struct lwi_slot *slot, bool lost);

/*
 * Gives up a worker that is dead, or has grown too large; gets a new lease for
 * one that a timeout has cost its lease.
 */
void
lwi_hold_tidy(struct lwi_slot *slot);

/* ---- serve.c: what a slot does with a file ---- */

void
lwi_serve_read(struct lwi_slot *slot, size_t file);
void
lwi_serve_parse(struct lwi_slot *slot, size_t file);
void
lwi_serve_check(struct lwi_slot *slot, const struct lwi_job *job);

/* ---- attempt.c: one try of one file on the slot's worker ---- */

/*
 * Both fill in the outcome and give the status of the request that decided.
 * The worker may be dead afterwards: lwi_hold_tidy looks.
 */

/* LW_OK and *header NULL: its verdict is known. */
int
lwi_attempt_header(struct lwi_slot *slot, size_t file,
                   struct lwi_outcome *outcome, lw_header **header);
int
lwi_attempt_check(struct lwi_slot *slot, const struct lwi_job *job,
                  struct lwi_outcome *outcome);

#endif
