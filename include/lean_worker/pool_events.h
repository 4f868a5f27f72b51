/*
 * pool_events.h - what happens in a pool, as it happens.
 */
#ifndef LEAN_WORKER_POOL_EVENTS_H
#define LEAN_WORKER_POOL_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/key.h>
#include <lean_worker/policy.h>
#include <lean_worker/worker.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers are for good. */
/* clang-format off */
#define LW_POOL_EVENT_MAP(X)                                                 \
    X(LW_POOL_EVENT_BORN,     1, "born",     "a process was started")        \
    X(LW_POOL_EVENT_READY,    2, "ready",    "its session is open")          \
    X(LW_POOL_EVENT_LEASED,   3, "leased",   "a caller has it")              \
    X(LW_POOL_EVENT_RELEASED, 4, "released", "the caller gave it back")      \
    X(LW_POOL_EVENT_CYCLED,   5, "cycled",   "it is to be replaced: a caller asked for it, or a limit was reached") \
    X(LW_POOL_EVENT_DIED,     6, "died",     "the process ended")            \
    X(LW_POOL_EVENT_EVICTED,  7, "evicted",  "it gives way to another key")  \
    X(LW_POOL_EVENT_MOVED,    8, "moved",    "it is in another place now: a standby took over")
/* clang-format on */

#define LW_POOL_EVENT_ENUM_(name, number, word, text) name = number,
typedef enum lw_pool_event_kind {
    LW_POOL_EVENT_MAP(LW_POOL_EVENT_ENUM_)
} lw_pool_event_kind;
#undef LW_POOL_EVENT_ENUM_

/* The stable word of the table; "unknown" for another number. Static. Any
 * thread; never blocks. */
const char *
lw_pool_event_kind_name(lw_pool_event_kind kind);

/* Everything in it is borrowed until the callback returns. */
typedef struct lw_pool_event {
    size_t struct_size;
    lw_pool_event_kind kind;
    uint64_t sequence;   /* from 1, in the order of the calls */
    uint64_t lost;       /* events that are missing before this one */
    int64_t time_ns;     /* when it happened; CLOCK_MONOTONIC */
    uint32_t place;      /* of the pool, from 0; standbys come last */
    uint32_t from;       /* MOVED: the place that it was in; else 0 */
    uint64_t generation; /* of the child: how many this place has had */
    int pid;             /* 0: there is no process */
    const lw_session_key *key;
    /*
     * READY: since the worker was begun. LEASED: how long the caller waited
     * for the place. RELEASED: how long it had it. DIED: the child's age.
     * Others: 0.
     */
    uint64_t duration_us;
    lw_restart_reason reason;  /* CYCLED, DIED; else LW_RESTART_NONE */
    const lw_exit_report *end; /* DIED; else NULL. Its stderr_head is empty,
                                  its stderr_tail the last 2 KiB */
} lw_pool_event;

/*
 * Runs on a thread of the pool that is there for nothing else, one event at a
 * time, with no lock held: it may take its time, since nothing in the pool
 * waits for it, and may call any function of the pool. lw_pool_destroy from
 * here does its work when the callback has returned, and lw_runtime_destroy
 * waits for that; elsewhere it returns when the last event has been given.
 *
 * The events of one place come in the order in which they happened. None is
 * left out, but where so many wait for a slow callback (LW_POOL_EVENTS_MAX)
 * leases and releases are, or where there is no memory: `lost` says so, and the
 * snapshot's events_lost.
 */
typedef void (*lw_pool_event_cb)(const lw_pool_event *event, void *user);

#define LW_POOL_EVENTS_MAX UINT32_C(65536)

#ifdef __cplusplus
}
#endif
#endif
