/*
 * compare.h - a run beside an earlier one that was saved.
 */
#ifndef CLI_BENCH_COMPARE_H
#define CLI_BENCH_COMPARE_H

#include "bench/suite.h"

/* Reads the file. NULL: it was said on stderr why not. */
json_t *
bench_compare_load(const char *path);

/*
 * Prints what got faster or slower beyond the spread. A record is compared by
 * its ratio to the limit, where it has one: the machine may be another, or
 * busier.
 */
void
bench_compare(const struct bench *bench, json_t *before);

#endif
