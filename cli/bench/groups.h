/*
 * groups.h - the groups of the suite, in the order of their running.
 *
 * Cheap ones first; real Lean, which takes memory and minutes, last.
 */
#ifndef CLI_BENCH_GROUPS_H
#define CLI_BENCH_GROUPS_H

#include "bench/suite.h"

#define BENCH_GROUP_MAP(X)                                                     \
    X(bench_limits)                                                            \
    X(bench_round_trips)                                                       \
    X(bench_rows_group)                                                        \
    X(bench_control)                                                           \
    X(bench_starts)                                                            \
    X(bench_leases)                                                            \
    X(bench_pools)                                                             \
    X(bench_growth)                                                            \
    X(bench_lean)

#define BENCH_DECLARE_(group) extern const struct bench_group group;
BENCH_GROUP_MAP(BENCH_DECLARE_)
#undef BENCH_DECLARE_

#endif
