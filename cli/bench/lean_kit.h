/*
 * lean_kit.h - real Lean: the toolchain, and what is asked of it.
 */
#ifndef CLI_BENCH_LEAN_KIT_H
#define CLI_BENCH_LEAN_KIT_H

#include "bench/pool_kit.h"

struct bench_lean {
    struct bench_place place; /* unpinned */
    lw_toolchain *toolchain;
    double first_start_us; /* that the trial took: nothing was in the caches */
};

/*
 * Finds the toolchain, and starts it once. False, with the reason in `why`,
 * where there is none or it does not start; then nothing is to be closed.
 */
bool
bench_lean_open(struct bench_lean *lean, struct bench *bench, char *why,
                size_t size);
void
bench_lean_close(struct bench_lean *lean);

/*
 * From nothing until the verdict on a small file: microseconds. import NULL:
 * no more than Init.
 */
double
bench_lean_cold_start(struct bench_lean *lean, const char *import);

/* A worker with a session that has the exports of exports_text. */
lw_worker *
bench_lean_start(struct bench_lean *lean, lw_session *session);

/* The same, for a pool. */
lw_capability *
bench_lean_make_key(struct bench_lean *lean);

/* Small files, no two alike, in a folder of their own. */
struct bench_files {
    char folder[64];
    char **paths;
    int count;
};

void
bench_files_write(struct bench_files *files, int count);
void
bench_files_remove(struct bench_files *files);

#endif
