/*
 * rows.c - streams of rows, beside a bare pipe.
 *
 * To add a size or a way: a line in both tables.
 */
#include "base/base.h"
#include "bench/groups.h"
#include "bench/partner.h"
#include "bench/rows_kit.h"

#define FLOW "pipe bandwidth, writes of 64 KiB"

static const struct bench_about records[] = {
    { .name = "rows-100",
      .what = "rows of 100 bytes, to a sink that counts them",
      .unit = "MB/s",
      .limit = FLOW,
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.5,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "0.04" },
    { .name = "rows-1k",
      .what = "rows of 1 KiB, to a sink that counts them",
      .unit = "MB/s",
      .limit = FLOW,
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.8,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "0.2" },
    { .name = "rows-16k",
      .what = "rows of 16 KiB, to a sink that counts them",
      .unit = "MB/s",
      .limit = FLOW,
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.9,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "0.5" },
    { .name = "rows-256k",
      .what = "rows of 256 KiB, to a sink that counts them",
      .unit = "MB/s",
      .limit = FLOW,
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.95,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "0.5" },
    { .name = "rows-100-memory-limit",
      .what = "rows of 100 bytes while the child's memory has a limit",
      .unit = "MB/s",
      .limit = "the same without a limit",
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.97,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "0.07" },
    { .name = "rows-16k-memory-limit",
      .what = "rows of 16 KiB while the child's memory has a limit",
      .unit = "MB/s",
      .limit = "the same without a limit",
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.97,
      .pinned = BENCH_TWO_CPUS },
};

/* In the order of the records. */
static const struct {
    unsigned long size;
    bool limited;
} kinds[] = {
    { 100, false },    { 1024, false }, { 16384, false },
    { 262144, false }, { 100, true },   { 16384, true },
};
_Static_assert(LWI_COUNT(kinds) == LWI_COUNT(records), "one for each");

/* Never reached: what is measured is that it is watched. */
#define LIMIT_KIB (UINT64_C(4) << 20)

struct sides {
    unsigned long size, count;
    lw_worker *ours;
    lw_worker *plain;     /* the limit where the memory of ours has one */
    struct bench_raw raw; /* else */
};

static double
megabytes(lw_worker *worker, const struct sides *sides)
{
    return bench_rows(worker, sides->count, sides->size) * (double)sides->size /
           1e6;
}

static double
ours_once(void *user)
{
    const struct sides *sides = user;

    return megabytes(sides->ours, sides);
}

static double
limit_once(void *user)
{
    struct sides *sides = user;

    return sides->plain != NULL ? megabytes(sides->plain, sides)
                                : bench_raw_flow(&sides->raw);
}

static void
measure(struct bench *bench, size_t kind)
{
    struct sides sides = { .size = kinds[kind].size };
    const struct bench_pair pair = { .ours = ours_once,
                                     .limit = limit_once,
                                     .user = &sides };
    struct bench_place place;

    bench_place_open(&place, bench, records[kind].pinned);
    sides.count = BENCH_FLOW_BYTES / sides.size;
    sides.ours = bench_worker_start(
        &place, 50, kinds[kind].limited ? LIMIT_KIB : LW_NO_LIMIT);
    if (kinds[kind].limited)
        sides.plain = bench_worker_start(&place, 50, LW_NO_LIMIT);
    else
        bench_raw_start(&sides.raw, &place, BENCH_FLOW_64K, 0);
    bench_measure(bench, &records[kind], &pair);
    if (sides.plain == NULL)
        bench_raw_stop(&sides.raw);
    lw_worker_destroy(sides.plain);
    lw_worker_destroy(sides.ours);
    bench_place_close(&place);
}

static void
run(struct bench *bench)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(records); i++) {
        if (bench_wants(bench, &records[i]))
            measure(bench, i);
    }
}

const struct bench_group bench_rows_group = {
    .name = "rows",
    .text = "Rows",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
