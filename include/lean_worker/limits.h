/*
 * limits.h - how "no limit" is written.
 */
#ifndef LEAN_WORKER_LIMITS_H
#define LEAN_WORKER_LIMITS_H

#include <stdint.h>

/* For every uint64_t limit and timeout of this library. 0 never means it. */
#define LW_NO_LIMIT UINT64_MAX

/*
 * Timeouts of requests. 30 s and 10 min are the defaults of the crate whose
 * behaviour this library takes as its floor (lean-rs-worker 0.1.2).
 */
#define LW_REQUEST_TIMEOUT_DEFAULT_MS UINT64_C(30000)
#define LW_REQUEST_TIMEOUT_LONG_RUNNING_MS UINT64_C(600000)

/*
 * From spawn to the first request. The embedded Lean takes 6 to 15 seconds of
 * CPU time to be ready (docs/performance.md); a loaded machine needs a
 * multiple of it.
 */
#define LW_STARTUP_TIMEOUT_DEFAULT_MS UINT64_C(120000)

/* The largest timeout that is taken as meant: 30 days. */
#define LW_TIMEOUT_MAX_MS (UINT64_C(30) * 24 * 3600 * 1000)

#endif
