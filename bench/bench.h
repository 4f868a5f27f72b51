/*
 * bench.h - what the benchmarks share: time, medians, and an end with a word.
 */
#ifndef LWB_BENCH_H
#define LWB_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <lean_worker/lean_worker.h>

#define ROUNDS_MAX 101

static lw_error err = LW_ERROR_INIT;
static char self[4096]; /* this program, which is its own child */

static inline double
now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static inline int
compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Sorts; the value below which `part` of them lie. */
static inline double
quantile(double *values, int count, double part)
{
    qsort(values, (size_t)count, sizeof(*values), compare_doubles);
    return values[(int)((double)(count - 1) * part)];
}

static inline void
need(int rc, const char *what)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, lw_status_name(rc), err.message);
    exit(1);
}

static inline void
find_self(void)
{
    ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);

    if (size < 0)
        exit(1);
    self[size] = '\0';
}

/* The only argument, 1 to ROUNDS_MAX; 15 where there is none. */
static inline int
read_rounds(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 15;

    if (rounds >= 1 && rounds <= ROUNDS_MAX)
        return rounds;
    fprintf(stderr, "usage: %s [ROUNDS], 1 to %d\n", argv[0], ROUNDS_MAX);
    exit(2);
}

#endif
