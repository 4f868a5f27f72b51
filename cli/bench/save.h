/*
 * save.h - a run as JSON: what docs/performance.md and plots are made of.
 *
 * docs/performance.md describes the form; tests/bench checks it.
 */
#ifndef CLI_BENCH_SAVE_H
#define CLI_BENCH_SAVE_H

#include "bench/report.h"

/* NULL: out of memory. */
json_t *
bench_save_record(const struct bench *bench,
                  const struct bench_figures *figures);

/* The processor, the kernel, cores, memory and load. NULL: out of memory. */
json_t *
bench_save_machine(void);

/*
 * Writes the whole run, `machine` as it was at the start. False: it was said
 * on stderr why not.
 */
bool
bench_save(const struct bench *bench, json_t *machine, const char *path);

#endif
