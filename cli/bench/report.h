/*
 * report.h - a record as people see it: one line, as soon as it is known.
 */
#ifndef CLI_BENCH_REPORT_H
#define CLI_BENCH_REPORT_H

#include "bench/suite.h"

/* Of the rounds. low and high: a quarter lies below, a quarter above. */
struct bench_spread {
    double median, min, low, high, max;
};

struct bench_figures {
    const struct bench_about *about;
    const char *skipped; /* why there is nothing else; NULL: it was measured */
    int rounds;
    struct bench_spread value, limit, ratio;
    double p99; /* of single ones, in µs */
    bool has_limit, has_p99;
};

enum bench_verdict { BENCH_UNJUDGED, BENCH_REACHED, BENCH_MISSED };

/* Whether the record's goal was reached, by medians. */
enum bench_verdict
bench_judge(const struct bench_figures *figures);

/* Prints the line, the group's title before the first of its records. */
void
bench_report(struct bench *bench, const struct bench_figures *figures);

/* "1,234", "12.3", "0.123": three digits that mean something, in `room`. */
const char *
bench_number(char *room, size_t size, double number);

#endif
