/*
 * pool_support.h - a pool on real processes for one test: its keys, its leases,
 * and a clock that jumps.
 */
#ifndef LWT_POOL_SUPPORT_H
#define LWT_POOL_SUPPORT_H

#include <lean_worker/pool.h>

#include "base/clock.h"
#include "support/test.h"

enum { STAND_KEYS = 16 };

/* What one test stands on; empty between stand_setup and stand_begin. */
struct stand {
    lw_runtime *runtime;
    lw_pool *pool;
    lw_capability *keys[STAND_KEYS];
    size_t key_count;
    _Atomic int64_t passed_ns; /* that the clock is ahead of the real one */
    lw_error err;
};

extern struct stand stand;

int
stand_setup(void **state);
int
stand_teardown(void **state);

/* NULL: the defaults. */
void
stand_begin(const lw_pool_config *config);

/* The same with so many places, and nothing else. */
void
stand_begin_plain(uint32_t max_workers);

/* A spec for a worker that is semantics_helper NAME; static, to be changed. */
lw_capability_spec *
stand_spec(const char *name);

/* A capability of the spec, until the test's end. */
lw_capability *
stand_key_of(const lw_capability_spec *spec);

/* The same of stand_spec(name), as it is. */
lw_capability *
stand_key(const char *name);

/* At once, or the test has failed. */
lw_lease *
stand_acquire(lw_capability *key);

/* What an acquisition gives; the lease is given back. wait 0: not at all. */
int
stand_try(lw_capability *key, uint64_t wait_ms, lw_cancel *cancel);

/* An export, all of whose results but the status are thrown away. */
int
stand_run(lw_lease *lease, const char *name);
int
stand_run_for(lw_lease *lease, const char *name, uint64_t timeout_ms,
              lw_cancel *cancel);

/* With a request and sinks; the answer's facts are added to *sum. */
int
stand_run_rows(lw_lease *lease, const char *name, const char *request,
               const lw_sinks *sinks, lw_reply_facts *sum);

/* The child's process. */
int
stand_pid(lw_lease *lease);

/* A lease on the key answers, with its own name; gives its process. */
int
stand_use(lw_capability *key);

/* Kills a process that is no lease's, and waits until the pool knows. */
void
stand_kill_idle(int pid);

lw_pool_snapshot
stand_look(void);

/* The clock jumps. Nobody is woken by that. */
void
stand_pass(int64_t ms);

#endif
