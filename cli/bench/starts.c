/* starts.c - from nothing, or after a kill, to the first answer. */
#include <signal.h>
#include <stdio.h>

#include "base/base.h"
#include "base/text.h"
#include "bench/groups.h"
#include "bench/partner.h"
#include "bench/pool_kit.h"

enum { START, START_SELF, KILL, KILL_STANDBY, STARTS = 50 };

static const struct bench_about records[] = {
    { .name = "start",
      .what = "from nothing until an echo child is ready",
      .unit = "µs",
      .limit = "posix_spawn and wait of " BENCH_TRIVIAL ", and two round trips "
               "by pipe",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = 1.25,
      .pinned = BENCH_ONE_CPU,
      .upstream = "1.8×" },
    { .name = "start-same-program",
      .what = "from nothing until an echo child is ready",
      .unit = "µs",
      .limit = "posix_spawn and wait of the same program, which ends at once, "
               "and two round trips by pipe",
      .pinned = BENCH_ONE_CPU },
    { .name = "kill",
      .what = "from the kill of a pool's only idle worker to the next answer",
      .unit = "µs",
      .limit = "a start without a pool" },
    { .name = "kill-standby",
      .what = "the same with a keyed standby",
      .unit = "µs",
      .limit = "a start without a pool",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 2000 },
};

struct sides {
    struct bench_place *place;
    struct bench_command trivial;
    double round_trips_us; /* two, by pipe */
    lw_pool *pool;
    lw_capability *key;
};

/* ---- a start ---- */

static double
start_once(void *user)
{
    const struct sides *sides = user;
    double start_us = bench_now_us(), ready_us;
    lw_worker *worker = bench_worker_start(sides->place, 50, LW_NO_LIMIT);

    ready_us = bench_now_us();
    lw_worker_destroy(worker);
    bench_note(sides->place->bench, ready_us - start_us);
    return ready_us - start_us;
}

static double
trivial_once(void *user)
{
    struct sides *sides = user;

    return bench_spawn_and_wait(&sides->trivial) + sides->round_trips_us;
}

/*
 * Once, and not between a start and its limit: on a busy machine the scheduler
 * takes the time of these many from whatever comes next.
 */
static double
two_round_trips(const struct bench_place *place)
{
    struct bench_raw raw;
    double us[5];
    size_t i;

    bench_raw_start(&raw, place, "echo", 0);
    for (i = 0; i < LWI_COUNT(us); i++)
        us[i] = bench_raw_ping(&raw);
    bench_raw_stop(&raw);
    return 2 * bench_quantile(us, LWI_COUNT(us), 0.5);
}

static void
measure_start(struct bench *bench, size_t which)
{
    struct bench_place place;
    struct sides sides = { .place = &place };
    const struct bench_pair pair = { .ours = start_once,
                                     .limit = trivial_once,
                                     .user = &sides,
                                     .rounds = bench_scale(bench, STARTS, 2) };

    bench_place_open(&place, bench, records[which].pinned);
    sides.round_trips_us = two_round_trips(&place);
    bench_command_init(&sides.trivial, &place, "nothing");
    if (which == START) {
        sides.trivial.words[0] = BENCH_TRIVIAL;
        sides.trivial.words[1] = NULL;
    }
    bench_measure(bench, &records[which], &pair);
    bench_place_close(&place);
}

/* ---- after a kill ---- */

/*
 * From the kill of an idle worker to the answer of the next, as a caller has
 * it who takes another lease where one is lost.
 */
static double
kill_once(void *user)
{
    const struct sides *sides = user;
    lw_error err = LW_ERROR_INIT;
    lw_lease *lease;
    char text[32];
    double start_us;
    uint64_t pid;

    bench_need(lw_pool_wait_warm(sides->pool, NULL, LW_NO_LIMIT, NULL, &err),
               "wait until warm", &err);
    lease = bench_acquire(sides->pool, sides->key);
    bench_lease_ask(lease, "pid", text, sizeof(text));
    lw_lease_release(lease);
    if (!lwi_parse_u64(text, 1, INT32_MAX, &pid))
        bench_die("the child has no pid");
    start_us = bench_now_us();
    kill((pid_t)pid, SIGKILL);
    while (!bench_answers(sides->pool, sides->key))
        ;
    bench_note(sides->place->bench, bench_now_us() - start_us);
    return bench_now_us() - start_us;
}

/* A worker without a pool, from nothing to its first answer. */
static double
start_and_ask_once(void *user)
{
    const struct sides *sides = user;
    double start_us = bench_now_us(), end_us;
    lw_worker *worker = bench_worker_start(sides->place, 50, LW_NO_LIMIT);

    bench_worker_ask(worker, "echo", (lw_span){ "", 0 });
    end_us = bench_now_us();
    lw_worker_destroy(worker);
    return end_us - start_us;
}

static void
measure_kill(struct bench *bench, size_t which)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;
    lw_keep_spec keep = LW_KEEP_SPEC_INIT;
    lw_error err = LW_ERROR_INIT;
    struct bench_place place;
    struct sides sides = { .place = &place };
    const struct bench_pair pair = { .ours = kill_once,
                                     .limit = start_and_ask_once,
                                     .user = &sides };

    bench_place_open(&place, bench, BENCH_UNPINNED);
    config.max_standby = keep.standbys = which == KILL_STANDBY;
    sides.key = bench_make_key(&place, 0);
    sides.pool = bench_make_pool(&place, config);
    bench_need(lw_pool_keep(sides.pool, sides.key, &keep, &err), "keep", &err);
    bench_measure(bench, &records[which], &pair);
    lw_pool_destroy(sides.pool);
    lw_capability_destroy(sides.key);
    bench_place_close(&place);
}

static void
run(struct bench *bench)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(records); i++) {
        if (!bench_wants(bench, &records[i]))
            continue;
        if (i == START || i == START_SELF)
            measure_start(bench, i);
        else
            measure_kill(bench, i);
    }
}

const struct bench_group bench_starts = {
    .name = "starts",
    .text = "From nothing, and after a kill",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
