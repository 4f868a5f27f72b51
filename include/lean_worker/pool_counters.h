/*
 * pool_counters.h - a pool in numbers.
 *
 * One table, LW_POOL_COUNTER_MAP, gives the members of the snapshot, the
 * functions that walk through it, the Prometheus text, the JSON, and the
 * documentation. A counter is a total of the pool's life and never falls; a
 * gauge is true at the instant of the snapshot. All functions here are for any
 * thread, with any snapshot of the caller's, and never block.
 */
#ifndef LEAN_WORKER_POOL_COUNTERS_H
#define LEAN_WORKER_POOL_COUNTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lean_worker/error.h>
#include <lean_worker/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* clang-format off */
/* type, name, kind, unit, what it counts and what a rise means */
#define LW_POOL_COUNTER_MAP(X)                                               \
    X(uint32_t, max_workers, GAUGE, "workers",                               \
      "places that the pool has")                                            \
    X(uint32_t, workers, GAUGE, "workers",                                   \
      "places taken, dying workers included; at max_workers the next caller waits or is refused") \
    X(uint32_t, active_workers, GAUGE, "workers",                            \
      "with a lease out, or being opened for one")                           \
    X(uint32_t, warm_leases, GAUGE, "workers",                               \
      "open and without a lease: the next caller of their key waits for nothing") \
    X(uint32_t, queue_depth, GAUGE, "callers",                               \
      "callers that wait for a place now; a rise means too few places, or requests that take longer") \
    X(bool, has_total_child_rss, GAUGE, "flag",                              \
      "1 where the memory of every worker is known; 0: a sample is missing and the total makes no claim") \
    X(uint64_t, total_child_rss_kib, GAUGE, "KiB",                           \
      "resident memory of all workers; pages that they share count for each") \
    X(uint64_t, rss_samples_unavailable, COUNTER, "samples",                 \
      "memory samples that failed: the worker was dead or just starting")    \
    X(uint64_t, requests, COUNTER, "requests",                               \
      "requests sent to a worker")                                           \
    X(uint64_t, imports, COUNTER, "sessions",                                \
      "sessions opened; a rise beside few keys means workers that are replaced often") \
    X(uint64_t, worker_restarts, COUNTER, "workers",                         \
      "children that followed another, for all reasons; the next eight are parts") \
    X(uint64_t, max_request_restarts, COUNTER, "workers",                    \
      "replaced after their number of requests")                             \
    X(uint64_t, max_import_restarts, COUNTER, "workers",                     \
      "replaced for what they had imported")                                 \
    X(uint64_t, rss_restarts, COUNTER, "workers",                            \
      "replaced or killed for their memory; a rise means a limit that is too low, or a leak") \
    X(uint64_t, idle_restarts, COUNTER, "workers",                           \
      "replaced after their idle time")                                      \
    X(uint64_t, cancelled_restarts, COUNTER, "workers",                      \
      "killed since they did not give in to a cancel")                       \
    X(uint64_t, timeout_restarts, COUNTER, "workers",                        \
      "killed since a request took too long")                                \
    X(uint64_t, policy_restarts, COUNTER, "workers",                         \
      "replaced for a limit of the pool itself")                             \
    X(uint64_t, queue_timeouts, COUNTER, "callers",                          \
      "callers that waited in vain; a rise means that the pool is too small") \
    X(uint64_t, memory_budget_rejections, COUNTER, "callers",                \
      "callers refused since another worker would exceed the memory budget") \
    X(uint64_t, stream_requests, COUNTER, "requests",                        \
      "runs of exports")                                                     \
    X(uint64_t, stream_successes, COUNTER, "requests",                       \
      "runs of exports that ended well")                                     \
    X(uint64_t, stream_failures, COUNTER, "requests",                        \
      "runs of exports that did not")                                        \
    X(uint64_t, data_rows_delivered, COUNTER, "rows",                        \
      "rows that a sink accepted")                                           \
    X(uint64_t, data_row_payload_bytes, COUNTER, "bytes",                    \
      "of those rows")                                                       \
    X(uint64_t, stream_elapsed_us, COUNTER, "us",                            \
      "time of all runs of exports")                                         \
    X(uint64_t, backpressure_waits, COUNTER, "waits",                        \
      "times a worker found its pipe full; a rise means sinks that are slow") \
    X(uint64_t, backpressure_failures, COUNTER, "requests",                  \
      "runs that failed while their worker waited for a sink")               \
    X(uint64_t, leases, COUNTER, "leases",                                   \
      "granted in all")                                                      \
    X(uint64_t, evictions, COUNTER, "workers",                               \
      "idle workers that gave way to another key; a rise means more keys than places") \
    X(uint64_t, failed_openings, COUNTER, "workers",                         \
      "workers that could not be opened, for a lease or to be kept")                        \
    X(uint32_t, standbys, GAUGE, "workers",                                  \
      "standby workers, ready or not; they are none of the workers")         \
    X(uint32_t, ready_standbys, GAUGE, "workers",                            \
      "standby workers that can take over at once")                          \
    X(uint64_t, standby_takeovers, COUNTER, "workers",                       \
      "workers that were gone and had a standby in their place")             \
    X(uint64_t, background_openings, COUNTER, "workers",                     \
      "workers that were opened before anybody asked")                       \
    X(uint64_t, deaths, COUNTER, "workers",                                  \
      "children that ended, for whatever reason")                            \
    X(uint64_t, events_lost, COUNTER, "events",                              \
      "events that the callback was too slow for, or that there was no memory for")

/* name, what it measures */
#define LW_POOL_HISTOGRAM_MAP(X)                                             \
    X(admission_wait, "time that callers waited for a place, those who got none included") \
    X(time_to_ready, "time from the start of a worker until its session was open")
/* clang-format on */

/* Buckets of a histogram; lw_pool_bucket_bound_us gives their bounds. */
#define LW_POOL_BUCKETS 12

/* How long something took, each time in one bucket. */
typedef struct lw_pool_histogram {
    uint64_t count;  /* of all times */
    uint64_t sum_us; /* of all times */
    uint64_t buckets[LW_POOL_BUCKETS];
} lw_pool_histogram;

#define LW_POOL_COUNTER_MEMBER_(type, name, kind, unit, help) type name;
#define LW_POOL_HISTOGRAM_MEMBER_(name, help) lw_pool_histogram name;
/* A pool at one instant. */
typedef struct lw_pool_snapshot {
    size_t struct_size;
    LW_POOL_COUNTER_MAP(LW_POOL_COUNTER_MEMBER_)
    LW_POOL_HISTOGRAM_MAP(LW_POOL_HISTOGRAM_MEMBER_)
    lw_restart_reason last_restart_reason;
} lw_pool_snapshot;
#undef LW_POOL_COUNTER_MEMBER_
#undef LW_POOL_HISTOGRAM_MEMBER_

typedef enum lw_pool_counter_kind {
    LW_POOL_GAUGE,   /* now */
    LW_POOL_COUNTER, /* of the pool's life; never falls */
} lw_pool_counter_kind;

/* A row of the table. Texts are static. */
typedef struct lw_pool_counter {
    size_t struct_size;
    const char *name; /* that of the snapshot's member */
    lw_pool_counter_kind kind;
    const char *unit; /* "KiB", "us", "bytes", or what is counted */
    const char *help;
} lw_pool_counter;

/* Rows of LW_POOL_COUNTER_MAP. */
size_t
lw_pool_counter_count(void);

/*
 * The row `index`, from 0. The caller sets counter->struct_size. Its texts are
 * static. Errors: LW_EINVAL (no such row, a NULL, a struct of another version).
 */
int
lw_pool_counter_describe(lw_pool_counter *counter, size_t index, lw_error *err);

/*
 * What a snapshot has for that row, in the row's unit. Errors: LW_EINVAL, as
 * above.
 */
int
lw_pool_counter_read(uint64_t *value, const lw_pool_snapshot *snapshot,
                     size_t index, lw_error *err);

/*
 * The largest time that a bucket counts, in µs; UINT64_MAX for the last bucket
 * and those behind it.
 */
uint64_t
lw_pool_bucket_bound_us(size_t bucket);

/* ---- as text ----
 *
 * `text` is the caller's room of `size` bytes (NULL with 0: only measure) and
 * gets a NUL; *length, which may be NULL, is what the whole takes without that.
 * Errors: LW_EINVAL (a NULL, a struct of another version), LW_ELIMIT (the room
 * is too small: the text is cut, *length is right).
 */

/*
 * The text format of Prometheus, version 0.0.4: HELP, TYPE and samples named
 * lean_worker_pool_…, in seconds and bytes. pool: the value of the label
 * `pool`, UTF-8, for a program with several; NULL: no label. Memory that is
 * not known has no sample.
 */
int
lw_pool_write_metrics(char *text, size_t size, size_t *length,
                      const lw_pool_snapshot *snapshot, const char *pool,
                      lw_error *err);

/*
 * One JSON object without a newline: each row by its name, true or false for
 * flags, null for memory that is not known; the histograms, as objects with
 * count, sum_us and buckets; and last_restart_reason.
 */
int
lw_pool_write_json(char *text, size_t size, size_t *length,
                   const lw_pool_snapshot *snapshot, lw_error *err);

#ifdef __cplusplus
}
#endif
#endif
