/*
 * schedule.h - which slot does what next.
 *
 * Pure: no threads, no clock, no I/O, so that a test can drive it through any
 * order of events. The caller holds one lock around every call.
 *
 *   new ──READ──► reading ──► read ──PARSE──► parsing ──► waiting in the
 *    ▲               │          ▲                │       bucket of its header
 *    └── give_back ──┘          └── give_back ───┘            │  ▲
 *                                                       CHECK │  │ give_back
 *   done ◄── finish, from each of the three active states ── checking
 *
 * A slot is a place for one worker. It prefers files whose header its worker
 * has imported already; else it looks further ahead, so that there is more to
 * choose from; else it helps where most files wait for each worker.
 */
#ifndef LWI_CHECK_SCHEDULE_H
#define LWI_CHECK_SCHEDULE_H

#include "base/alloc.h"

struct lwi_schedule;

struct lwi_schedule_config {
    const lw_allocator *allocator;
    size_t files;
    uint32_t slots;
    uint32_t sessions;          /* at most, in one worker */
    size_t window;              /* files read or parsed ahead, at most */
    void (*drop)(void *header); /* frees what `parsed` was given */
};

enum lwi_job_kind {
    LWI_JOB_READ,  /* read the file; no worker needed */
    LWI_JOB_START, /* start this slot's worker, then ask again */
    LWI_JOB_PARSE, /* parse the header of a file that was read */
    LWI_JOB_CHECK, /* check a file whose header is known */
    LWI_JOB_WAIT,  /* nothing now; ask again after any other event */
    LWI_JOB_END,   /* every file is done */
};

struct lwi_job {
    enum lwi_job_kind kind;
    size_t file;   /* of READ, PARSE, CHECK */
    size_t bucket; /* of CHECK: for lwi_schedule_opened */
    void *header;  /* of CHECK: borrowed until the file is given back or done */
};

/* Errors: LW_ENOMEM. */
int
lwi_schedule_create(struct lwi_schedule **out,
                    const struct lwi_schedule_config *config);

void
lwi_schedule_destroy(struct lwi_schedule *schedule); /* NULL is allowed */

struct lwi_job
lwi_schedule_next(struct lwi_schedule *schedule, uint32_t slot);

/* ---- what became of a file that a slot holds ---- */

/* It was read and is fine: it may be parsed. */
void
lwi_schedule_was_read(struct lwi_schedule *schedule, size_t file);

/*
 * Its header was parsed. key is copied; header is the schedule's from now on,
 * also on LW_ENOMEM, where the file still is in the hands of the slot.
 */
int
lwi_schedule_parsed(struct lwi_schedule *schedule, size_t file, lw_span key,
                    void *header);

/* It could not be served now: the next one who asks may have it. */
void
lwi_schedule_give_back(struct lwi_schedule *schedule, size_t file);

/* Its verdict is known. */
void
lwi_schedule_finish(struct lwi_schedule *schedule, size_t file);

/*
 * Takes any file that no slot holds, in order to finish it with no worker;
 * false where there is none left.
 */
bool
lwi_schedule_take_rest(struct lwi_schedule *schedule, size_t *file);

/* ---- what became of a slot's worker ---- */

/* It runs, with no session; or a start has failed, or it is gone. */
void
lwi_schedule_worker_up(struct lwi_schedule *schedule, uint32_t slot);
void
lwi_schedule_worker_down(struct lwi_schedule *schedule, uint32_t slot);

/* It has imported the header of a bucket. */
void
lwi_schedule_opened(struct lwi_schedule *schedule, uint32_t slot,
                    size_t bucket);

/* Whether the slot's worker has it, and how many sessions it has in all. */
bool
lwi_schedule_is_warm(const struct lwi_schedule *schedule, uint32_t slot,
                     size_t bucket);
uint32_t
lwi_schedule_session_count(const struct lwi_schedule *schedule, uint32_t slot);

/* ---- for tests ---- */

/* Counts everything anew and asserts that the sums are the ones kept. */
void
lwi_schedule_audit(const struct lwi_schedule *schedule);

#endif
