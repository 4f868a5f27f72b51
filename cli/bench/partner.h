/*
 * partner.h - where a measurement runs, and who is on its other side.
 *
 * That is `lean-worker-bench-child CPU ROLE`. As a worker it serves the
 * protocol; in the other roles it is the limit, nothing but system calls.
 */
#ifndef CLI_BENCH_PARTNER_H
#define CLI_BENCH_PARTNER_H

#include <sys/types.h>

#include "bench/suite.h"

/* ---- where ---- */

/* A runtime, and the CPUs of both sides. */
struct bench_place {
    struct bench *bench;
    lw_runtime *runtime;
    int child_cpu; /* -1: that of its parent, or any */
};

/* Pins this thread, and by that the runtime's. */
void
bench_place_open(struct bench_place *place, struct bench *bench,
                 enum bench_pinned pinned);
void
bench_place_close(struct bench_place *place);

/* ---- workers ---- */

/* A command line; the words point into it, so it is not to be copied. */
struct bench_command {
    const char *words[4];
    char cpu[16];
    bool quiet; /* its stdout and stderr are thrown away */
};

void
bench_command_init(struct bench_command *command,
                   const struct bench_place *place, const char *role);

/* On the place's CPU; what policy says of restarts is: never of itself. */
lw_worker *
bench_worker_start(const struct bench_place *place, uint64_t grace_ms,
                   uint64_t rss_limit_kib);

/* An export of the worker, without rows; the answer is thrown away. */
void
bench_worker_ask(lw_worker *worker, const char *name, lw_span request);

/* ---- limits ---- */

/* A process behind two pipes, without the library. */
struct bench_raw {
    pid_t pid;
    int to, from;
    int *shared; /* a word of memory of both; NULL: none */
};

/*
 * Roles: "echo" gives back each 100 bytes; "write-CHUNK-TOTAL" writes so many
 * bytes for each byte that it gets; "spin" and "futex" answer in the shared
 * word; "nothing" ends at once.
 */
void
bench_raw_start(struct bench_raw *raw, const struct bench_place *place,
                const char *role, int pipe_bytes);
void
bench_raw_stop(struct bench_raw *raw);

/* A bench_once each, for a bench_raw. */

enum { BENCH_PINGS = 1000 };

/* Microseconds for one round trip, of BENCH_PINGS. */
double
bench_raw_ping(void *raw);

/* MB/s of "write-CHUNK-BENCH_FLOW_BYTES". */
#define BENCH_FLOW_BYTES (32u << 20)
#define BENCH_FLOW_64K "write-65536-33554432"
#define BENCH_FLOW_256K "write-262144-33554432"
double
bench_raw_flow(void *raw);

/* Microseconds for one round trip through the shared word. */
double
bench_raw_spin(void *raw);
double
bench_raw_futex(void *raw);

/* Microseconds for posix_spawn of a command and its end; for a
 * bench_command. */
double
bench_spawn_and_wait(void *command);

/* The trivial program. */
#define BENCH_TRIVIAL "/bin/true"

#endif
