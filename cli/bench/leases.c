/* leases.c - what it costs to take and give back a warm worker. */
#include <pthread.h>

#include "base/base.h"
#include "bench/crowd.h"
#include "bench/groups.h"
#include "bench/pool_kit.h"

enum { THREADS = 8 };
#define CEILING_KIB (UINT64_C(64) << 20) /* never reached */

enum { ALONE, CEILING, BUDGET, CROWD, CROWD_KEYS };

static const struct bench_about records[] = {
    { .name = "lease",
      .what = "acquire and release of a warm worker, one thread",
      .unit = "µs",
      .limit = "two pairs of lock and unlock of a mutex",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 0.5,
      .pinned = BENCH_ONE_CPU,
      .upstream = "22 µs" },
    { .name = "lease-ceiling",
      .what = "acquire and release where workers have a memory ceiling",
      .unit = "µs",
      .limit = "the same without",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 1,
      .pinned = BENCH_ONE_CPU,
      .upstream = "38 µs" },
    { .name = "lease-budget",
      .what = "acquire and release where the pool has a memory budget",
      .unit = "µs",
      .limit = "the same without",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 1,
      .pinned = BENCH_ONE_CPU },
    { .name = "lease-8-threads",
      .what = "acquire and release by 8 threads, 8 workers of one key: the "
              "pool's time for each",
      .unit = "µs",
      .limit = "one thread",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 2,
      .upstream = "one lease at a time" },
    { .name = "lease-8-threads-keys",
      .what = "acquire and release by 8 threads, each with a key of its own: "
              "the pool's time for each",
      .unit = "µs",
      .limit = "one thread",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 2 },
};

struct sides {
    lw_pool *pool, *plain; /* plain: the limit */
    lw_capability *key;
    struct bench_thread threads[THREADS];
};

/* ---- one thread ---- */

static double
turns_once(void *user)
{
    const struct sides *sides = user;

    return bench_turns(sides->pool, sides->key);
}

static double
plain_once(void *user)
{
    const struct sides *sides = user;

    return bench_turns(sides->plain, sides->key);
}

/* What a pool cannot do without: locked to acquire, locked to release. */
static double
mutex_once(void *user)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    double start_us = bench_now_us();
    int i;

    (void)user;
    for (i = 0; i < 2 * BENCH_TURNS; i++) {
        pthread_mutex_lock(&mutex);
        pthread_mutex_unlock(&mutex);
    }
    return (bench_now_us() - start_us) / BENCH_TURNS;
}

static lw_pool *
make_pool(const struct bench_place *place, size_t which)
{
    lw_pool_config config = LW_POOL_CONFIG_INIT;

    config.max_workers = 1;
    if (which == CEILING)
        config.worker_rss_ceiling_kib = CEILING_KIB;
    if (which == BUDGET)
        config.max_total_rss_kib = CEILING_KIB;
    return bench_make_pool(place, config);
}

static void
measure_alone(struct bench *bench, size_t which)
{
    struct bench_place place;
    struct sides sides = { .plain = NULL };
    const struct bench_pair pair = { .ours = turns_once,
                                     .limit = which == ALONE ? mutex_once
                                                             : plain_once,
                                     .user = &sides };

    bench_place_open(&place, bench, records[which].pinned);
    sides.key = bench_make_key(&place, 0);
    sides.pool = make_pool(&place, which);
    sides.plain = make_pool(&place, ALONE);
    bench_warm_up(sides.pool, sides.key, 1);
    bench_warm_up(sides.plain, sides.key, 1);
    bench_measure(bench, &records[which], &pair);
    lw_pool_destroy(sides.pool);
    lw_pool_destroy(sides.plain);
    lw_capability_destroy(sides.key);
    bench_place_close(&place);
}

/* ---- eight ---- */

static void *
take_turns(void *argument)
{
    struct bench_thread *thread = argument;

    bench_turns(thread->pool, thread->key);
    return NULL;
}

static double
crowd_once(void *user)
{
    struct sides *sides = user;

    return bench_crowd_run(sides->threads, THREADS, take_turns) / THREADS /
           BENCH_TURNS;
}

static void
measure_crowd(struct bench *bench, size_t which)
{
    struct bench_place place;
    struct sides sides = { .plain = NULL };
    const struct bench_pair pair = { .ours = crowd_once,
                                     .limit = plain_once,
                                     .user = &sides };
    lw_capability *keys[THREADS];
    int i;

    bench_place_open(&place, bench, BENCH_UNPINNED);
    sides.pool = sides.plain = bench_make_plain_pool(&place, THREADS);
    for (i = 0; i < THREADS; i++) {
        keys[i] = bench_make_key(&place, (unsigned)i);
        sides.threads[i] =
            (struct bench_thread){ .pool = sides.pool,
                                   .key = keys[which == CROWD_KEYS ? i : 0] };
        if (which == CROWD_KEYS)
            bench_warm_up(sides.pool, keys[i], 1);
    }
    sides.key = keys[0];
    if (which == CROWD)
        bench_warm_up(sides.pool, keys[0], THREADS);
    bench_measure(bench, &records[which], &pair);
    lw_pool_destroy(sides.pool);
    for (i = 0; i < THREADS; i++)
        lw_capability_destroy(keys[i]);
    bench_place_close(&place);
}

static void
run(struct bench *bench)
{
    size_t i;

    for (i = 0; i < LWI_COUNT(records); i++) {
        if (!bench_wants(bench, &records[i]))
            continue;
        if (i == CROWD || i == CROWD_KEYS)
            measure_crowd(bench, i);
        else
            measure_alone(bench, i);
    }
}

const struct bench_group bench_leases = {
    .name = "leases",
    .text = "Leases",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
