/* round_trips.c - a request and its answer. */
#include <stdio.h>

#include "base/base.h"
#include "bench/groups.h"
#include "bench/partner.h"
#include "bench/word.h"
#include "bench/pool_kit.h"

enum { LARGE_BYTES = 512 * 1024, LARGE_COUNT = 32 };

static const struct bench_about records[] = {
    { .name = "command-one-cpu",
      .what = "a typed command with 100 bytes of JSON on a warm lease, echoed",
      .unit = "µs",
      .limit = "pipe ping-pong of 100 bytes",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = 1.8,
      .pinned = BENCH_ONE_CPU,
      .upstream = "9.6×" },
    { .name = "command-two-cpus",
      .what = "a typed command with 100 bytes of JSON on a warm lease, echoed",
      .unit = "µs",
      .limit = "pipe ping-pong of 100 bytes",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = 1.15,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "2.3×" },
    { .name = "command-unpinned",
      .what = "a typed command with 100 bytes of JSON on a warm lease, echoed",
      .unit = "µs",
      .limit = "pipe ping-pong of 100 bytes",
      .upstream = "80 µs" },
    { .name = "echo-512k",
      .what = "a request of 512 KiB, echoed; bytes of both ways",
      .unit = "MB/s",
      .limit = "pipe bandwidth, writes of 64 KiB",
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 0.6,
      .pinned = BENCH_TWO_CPUS,
      .upstream = "0.15" },
};
enum { SMALL_COUNT = 3, LARGE = SMALL_COUNT };

struct sides {
    struct bench *bench;
    struct bench_raw raw;
    lw_lease *lease;
    lw_worker *worker;
};

/* ---- 100 bytes ---- */

/* 100 bytes. */
static const char request_text[] =
    "{\"name\": \"a command of a hundred bytes\", \"what\": \"as a program "
    "would send it to Lean\", \"number\": 12}";
_Static_assert(sizeof(request_text) - 1 == BENCH_PING_BYTES, "the limit's");

static int
encode(const void *request, lw_writer *to, lw_fault *fault, void *user)
{
    (void)fault;
    (void)user;
    return lw_writer_put(to, request, BENCH_PING_BYTES);
}

static int
decode(lw_span bytes, void *answer, lw_fault *fault, void *user)
{
    (void)user;
    if (bytes.size != BENCH_PING_BYTES)
        return lw_fault_set(fault, "", "another length");
    memcpy(answer, bytes.data, bytes.size);
    return 0;
}

static double
command_once(void *user)
{
    const struct sides *sides = user;
    lw_command command = LW_COMMAND_INIT;
    lw_command_spec spec = LW_COMMAND_SPEC_INIT;
    double start_us = bench_now_us(), before_us = start_us, now_us = start_us;
    char answer[BENCH_PING_BYTES];
    lw_error err = LW_ERROR_INIT;
    lw_reply *reply;
    int i;

    command.name = "echo";
    command.encode = encode;
    command.decode = decode;
    spec.request = request_text;
    spec.answer = answer;
    for (i = 0; i < BENCH_PINGS; i++) {
        bench_need(lw_lease_run_command(sides->lease, &reply, &command, &spec,
                                        NULL, &err),
                   "echo", &err);
        lw_reply_destroy(reply);
        now_us = bench_now_us();
        bench_note(sides->bench, now_us - before_us);
        before_us = now_us;
    }
    return (now_us - start_us) / BENCH_PINGS;
}

static double
ping_once(void *user)
{
    struct sides *sides = user;

    return bench_raw_ping(&sides->raw);
}

static void
measure_small(struct bench *bench, const struct bench_about *about)
{
    struct sides sides = { .bench = bench };
    const struct bench_pair pair = { .ours = command_once,
                                     .limit = ping_once,
                                     .user = &sides };
    struct bench_place place;
    lw_capability *key;
    lw_pool *pool;

    bench_place_open(&place, bench, about->pinned);
    bench_raw_start(&sides.raw, &place, "echo", 0);
    key = bench_make_key(&place, 0);
    pool = bench_make_plain_pool(&place, 1);
    sides.lease = bench_acquire(pool, key);
    bench_measure(bench, about, &pair);
    lw_lease_release(sides.lease);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
    bench_raw_stop(&sides.raw);
    bench_place_close(&place);
}

/* ---- 512 KiB ---- */

static double
echo_large_once(void *user)
{
    static const char bytes[LARGE_BYTES];
    const struct sides *sides = user;
    double start_us = bench_now_us();
    int i;

    for (i = 0; i < LARGE_COUNT; i++)
        bench_worker_ask(sides->worker, "echo",
                         (lw_span){ bytes, sizeof(bytes) });
    return 2.0 * LARGE_BYTES * LARGE_COUNT / (bench_now_us() - start_us);
}

static double
flow_once(void *user)
{
    struct sides *sides = user;

    return bench_raw_flow(&sides->raw);
}

static void
measure_large(struct bench *bench, const struct bench_about *about)
{
    struct sides sides = { .bench = bench };
    const struct bench_pair pair = { .ours = echo_large_once,
                                     .limit = flow_once,
                                     .user = &sides };
    struct bench_place place;

    bench_place_open(&place, bench, about->pinned);
    bench_raw_start(&sides.raw, &place, BENCH_FLOW_64K, 0);
    sides.worker = bench_worker_start(&place, 50, LW_NO_LIMIT);
    bench_measure(bench, about, &pair);
    lw_worker_destroy(sides.worker);
    bench_raw_stop(&sides.raw);
    bench_place_close(&place);
}

static void
run(struct bench *bench)
{
    size_t i;

    for (i = 0; i < SMALL_COUNT; i++) {
        if (bench_wants(bench, &records[i]))
            measure_small(bench, &records[i]);
    }
    if (bench_wants(bench, &records[LARGE]))
        measure_large(bench, &records[LARGE]);
}

const struct bench_group bench_round_trips = {
    .name = "round-trips",
    .text = "A request and its answer",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
