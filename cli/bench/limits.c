/*
 * limits.c - what this machine can do, without the library.
 *
 * The other groups compare with these again, in pairs of their own.
 */
#include <stdio.h>
#include <sys/mman.h>

#include "base/base.h"
#include "bench/groups.h"
#include "bench/partner.h"

enum { MIB = 1 << 20, COPY_BYTES = 64 * MIB };

static const struct bench_about records[] = {
    { .name = "pipe-ping-one-cpu",
      .what = "100 bytes to another process and back, by two pipes",
      .unit = "µs",
      .pinned = BENCH_ONE_CPU },
    { .name = "pipe-ping-two-cpus",
      .what = "100 bytes to another process and back, by two pipes",
      .unit = "µs",
      .pinned = BENCH_TWO_CPUS },
    { .name = "pipe-ping-unpinned",
      .what = "100 bytes to another process and back, by two pipes",
      .unit = "µs" },
    { .name = "pipe-flow-64k",
      .what = "a pipe of the default size, filled in writes of 64 KiB",
      .unit = "MB/s",
      .pinned = BENCH_TWO_CPUS },
    { .name = "pipe-flow-256k",
      .what = "a pipe of the default size, filled in writes of 256 KiB",
      .unit = "MB/s",
      .pinned = BENCH_TWO_CPUS },
    { .name = "pipe-flow-64k-big",
      .what = "a pipe of 1 MiB, filled in writes of 64 KiB",
      .unit = "MB/s",
      .pinned = BENCH_TWO_CPUS },
    { .name = "pipe-flow-256k-big",
      .what = "a pipe of 1 MiB, filled in writes of 256 KiB",
      .unit = "MB/s",
      .pinned = BENCH_TWO_CPUS },
    { .name = "memory-spin",
      .what = "a word of shared memory to another process and back, both spin",
      .unit = "µs",
      .pinned = BENCH_TWO_CPUS },
    { .name = "memory-futex",
      .what = "a word of shared memory to another process and back, by futex",
      .unit = "µs",
      .pinned = BENCH_TWO_CPUS },
    { .name = "memcpy",
      .what = "64 MiB copied",
      .unit = "MB/s",
      .pinned = BENCH_ONE_CPU },
    { .name = "spawn",
      .what = "posix_spawn of " BENCH_TRIVIAL " until it has been waited for",
      .unit = "µs" },
};

/* How a record of a bench_raw is made; in the order of the table. */
static const struct {
    const char *role;
    bench_once once;
    int pipe_bytes;
} partners[] = {
    { "echo", bench_raw_ping, 0 },
    { "echo", bench_raw_ping, 0 },
    { "echo", bench_raw_ping, 0 },
    { BENCH_FLOW_64K, bench_raw_flow, 0 },
    { BENCH_FLOW_256K, bench_raw_flow, 0 },
    { BENCH_FLOW_64K, bench_raw_flow, MIB },
    { BENCH_FLOW_256K, bench_raw_flow, MIB },
    { "spin", bench_raw_spin, 0 },
    { "futex", bench_raw_futex, 0 },
};
enum { MEMCPY = LWI_COUNT(partners), SPAWN };

struct copy {
    char *from, *to;
};

static double
copy_once(void *user)
{
    const struct copy *copy = user;
    double start_us = bench_now_us();

    memcpy(copy->to, copy->from, COPY_BYTES);
    __asm__ volatile("" ::"r"(copy->to) : "memory");
    return COPY_BYTES / (bench_now_us() - start_us);
}

static void
measure_memcpy(struct bench *bench)
{
    struct bench_pair pair = { .ours = copy_once };
    struct bench_place place;
    struct copy copy;

    copy.from = mmap(NULL, 2 * (size_t)COPY_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (copy.from == MAP_FAILED)
        bench_die(strerror(errno));
    memset(copy.from, 1, COPY_BYTES);
    copy.to = copy.from + COPY_BYTES;
    pair.user = &copy;
    bench_place_open(&place, bench, BENCH_ONE_CPU);
    bench_measure(bench, &records[MEMCPY], &pair);
    bench_place_close(&place);
    munmap(copy.from, 2 * (size_t)COPY_BYTES);
}

static void
measure_spawn(struct bench *bench)
{
    struct bench_command command = { .words = { BENCH_TRIVIAL, NULL } };
    const struct bench_pair pair = { .ours = bench_spawn_and_wait,
                                     .user = &command };

    bench_measure(bench, &records[SPAWN], &pair);
}

static void
run(struct bench *bench)
{
    struct bench_place place;
    struct bench_raw raw;
    size_t i;

    for (i = 0; i < LWI_COUNT(partners); i++) {
        const struct bench_pair pair = { .ours = partners[i].once,
                                         .user = &raw };

        if (!bench_wants(bench, &records[i]))
            continue;
        bench_place_open(&place, bench, records[i].pinned);
        bench_raw_start(&raw, &place, partners[i].role, partners[i].pipe_bytes);
        bench_measure(bench, &records[i], &pair);
        bench_raw_stop(&raw);
        bench_place_close(&place);
    }
    if (bench_wants(bench, &records[MEMCPY]))
        measure_memcpy(bench);
    if (bench_wants(bench, &records[SPAWN]))
        measure_spawn(bench);
}

const struct bench_group bench_limits = {
    .name = "limits",
    .text = "What the machine can do",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
