/*
 * suite.h - what `lean-worker bench` is made of: records in groups.
 *
 * A group is a file with a table of its records and a function that measures
 * them. A record of a new kind is a line in that table and a call of
 * bench_measure with two functions, one that does the thing once and one that
 * does its limit once:
 *
 *     round 1: limit, ours    ratio = ours / limit
 *     round 2: limit, ours    ratio
 *     ...                     what is reported is the median of the ratios
 *
 * Neighbours in time are compared, so that a machine whose speed drifts does
 * not spoil the ratio. One thread runs all of it. What fails ends the program:
 * half of a measurement would be taken for a whole one.
 */
#ifndef CLI_BENCH_SUITE_H
#define CLI_BENCH_SUITE_H

#include <limits.h>
#include <sched.h>
#include <stdbool.h>

#include <jansson.h>
#include <lean_worker/lean_worker.h>

#include "opt.h"
#include "status_line.h"
#include "term.h"

/* Of one record. */
#define BENCH_ROUNDS_MAX 200
/* Single latencies of one record that are kept for its p99. */
#define BENCH_SINGLES_MAX 100000
#define BENCH_CPUS_MAX 2

/* Where the two sides ran. */
enum bench_pinned {
    BENCH_UNPINNED, /* wherever the kernel put them */
    BENCH_ONE_CPU,  /* both on the first */
    BENCH_TWO_CPUS, /* the parent on the first, the child on the second */
};

/* What a goal is about. */
enum bench_goal {
    BENCH_NO_GOAL,
    BENCH_VALUE_AT_MOST,
    BENCH_RATIO_AT_MOST,
    BENCH_RATIO_AT_LEAST,
};

/* What is known of a record before it is measured. All texts are static. */
struct bench_about {
    const char *name;  /* for --only: lower case and dashes */
    const char *what;  /* was done, in a sentence */
    const char *unit;  /* with "/s" at its end: more is better */
    const char *limit; /* that it is compared with; NULL: nothing */
    enum bench_goal goal;
    double bound; /* of the goal, inclusive */
    enum bench_pinned pinned;
    const char *upstream; /* lean-rs-worker-parent 0.9.4; NULL: not known */
    bool heavy;           /* more than ten seconds, or Lean itself */
};

struct bench;

struct bench_group {
    const char *name;
    const char *text;
    const struct bench_about *records;
    size_t count;
    void (*run)(struct bench *bench);
};

/* In the order of their running; NULL at the end. suite.c has the list. */
extern const struct bench_group *const bench_groups[];

/* One run of the suite. */
struct bench {
    /* As it was asked for. */
    bool quick; /* only prove that it works */
    bool light; /* leave out what is heavy */
    int rounds; /* pairs for each record */
    const char *toolchain;
    const struct opt_list *only; /* none: all */

    char *child; /* the program on the other side */
    cpu_set_t allowed;
    int cpus[BENCH_CPUS_MAX]; /* the first that are allowed */
    int cpu_count;

    struct term out;
    struct status_line line;
    const struct bench_group *group; /* that runs */
    bool group_shown;
    json_t *records; /* what save.h makes of them */
    double *singles; /* latencies of the record that is measured, in µs */
    size_t single_count;
};

/* Finds out about the machine; ends the program where that fails. */
void
bench_init(struct bench *bench);
void
bench_fini(struct bench *bench);

/* Everything that is wanted. */
void
bench_run(struct bench *bench);

/* ---- for groups ---- */

/*
 * Whether a record is to be measured. Where it is asked for but cannot be
 * (too heavy, too few CPUs), it is reported as left out, with the reason.
 */
bool
bench_wants(struct bench *bench, const struct bench_about *about);

/* Does the thing once, and gives a figure in the record's unit. */
typedef double (*bench_once)(void *user);

struct bench_pair {
    bench_once ours;
    bench_once limit; /* NULL where the record has none */
    void *user;
    int rounds; /* 0: as many as were asked for */
    bool cold;  /* no round before the first */
};

void
bench_measure(struct bench *bench, const struct bench_about *about,
              const struct bench_pair *pair);

/* The same with figures that are there already; limits NULL: none. */
void
bench_put(struct bench *bench, const struct bench_about *about,
          const double *values, const double *limits, int count);

/* A figure that is counted, not timed. */
void
bench_put_one(struct bench *bench, const struct bench_about *about,
              double value);

void
bench_skip(struct bench *bench, const struct bench_about *about,
           const char *why);

/* One latency among many of a round, for the p99 of the record. */
void
bench_note(struct bench *bench, double us);

/* What is to be seen at the bottom of a terminal. */
void
bench_say(struct bench *bench, const struct bench_about *about, int round,
          int rounds);

/* The first, or where it only proves that it works, the second. */
static inline int
bench_scale(const struct bench *bench, int full, int quick)
{
    return bench->quick ? quick : full;
}

double
bench_now_us(void);

/* Sorts; the value below which `part` of them lie. */
double
bench_quantile(double *values, size_t count, double part);

/* Ends the program with a message where rc is negative. */
void
bench_need(int rc, const char *what, const lw_error *err);
void
bench_die(const char *what) __attribute__((noreturn));

#endif
