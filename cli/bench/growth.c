/* growth.c - what is the same for few and for many, for each of them. */
#include "base/base.h"
#include "bench/groups.h"
#include "bench/pool_kit.h"
#include "bench/rows_kit.h"

enum { WORKERS_MANY = 256, KEYS_MANY = 10000 };
enum { WORKERS, KEYS, ROWS };
enum { ROW_BYTES = 100, ROWS_MANY = 10000000, ROWS_FEW = 100000 };

/* "Flat", with room for what two pools never have alike: their places in
 * memory. */
#define FLAT 1.25

static const struct bench_about records[] = {
    { .name = "growth-workers",
      .what = "acquire and release of one of 256 warm workers",
      .unit = "µs",
      .limit = "of one",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = FLAT,
      .pinned = BENCH_ONE_CPU },
    { .name = "growth-keys",
      .what = "acquire and release in a pool that has served 10,000 keys",
      .unit = "µs",
      .limit = "one key",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = FLAT,
      .pinned = BENCH_ONE_CPU,
      .heavy = true },
    { .name = "growth-rows",
      .what = "10 million rows of 100 bytes in one request",
      .unit = "rows/s",
      .limit = "100,000 rows in one request",
      .goal = BENCH_RATIO_AT_LEAST,
      .bound = 1 / FLAT,
      .pinned = BENCH_TWO_CPUS,
      .heavy = true },
};

/* ---- workers, keys ---- */

struct pools {
    lw_pool *one, *many;
    lw_capability *key;
};

static double
many_once(void *user)
{
    const struct pools *pools = user;

    return bench_turns(pools->many, pools->key);
}

static double
one_once(void *user)
{
    const struct pools *pools = user;

    return bench_turns(pools->one, pools->key);
}

/* Keys that the pool has served; their callers still hold them. */
static void
serve_keys(const struct bench_place *place, lw_pool *pool, lw_capability **keys)
{
    int i;

    for (i = 1; i < KEYS_MANY; i++) {
        bench_say(place->bench, &records[KEYS], i, KEYS_MANY);
        keys[i] = bench_make_key(place, (unsigned)i);
        lw_lease_release(bench_acquire(pool, keys[i]));
    }
}

static void
measure_leases(struct bench *bench, size_t which)
{
    static lw_capability *keys[KEYS_MANY];
    struct pools pools;
    const struct bench_pair pair = { .ours = many_once,
                                     .limit = one_once,
                                     .user = &pools };
    struct bench_place place;
    int i;

    bench_place_open(&place, bench, records[which].pinned);
    keys[0] = pools.key = bench_make_key(&place, 0);
    pools.one = bench_make_plain_pool(&place, 1);
    pools.many =
        bench_make_plain_pool(&place, which == WORKERS ? WORKERS_MANY : 8);
    bench_warm_up(pools.one, pools.key, 1);
    if (which == KEYS)
        serve_keys(&place, pools.many, keys);
    bench_warm_up(pools.many, pools.key, which == WORKERS ? WORKERS_MANY : 1);
    bench_measure(bench, &records[which], &pair);
    lw_pool_destroy(pools.one);
    lw_pool_destroy(pools.many);
    for (i = 0; i < KEYS_MANY; i++) {
        lw_capability_destroy(keys[i]);
        keys[i] = NULL;
    }
    bench_place_close(&place);
}

/* ---- rows ---- */

static double
rows_many_once(void *worker)
{
    return bench_rows(worker, ROWS_MANY, ROW_BYTES);
}

static double
rows_few_once(void *worker)
{
    return bench_rows(worker, ROWS_FEW, ROW_BYTES);
}

static void
measure_rows(struct bench *bench)
{
    struct bench_pair pair = { .ours = rows_many_once,
                               .limit = rows_few_once,
                               .cold = true };
    struct bench_place place;

    bench_place_open(&place, bench, records[ROWS].pinned);
    pair.user = bench_worker_start(&place, 50, LW_NO_LIMIT);
    bench_measure(bench, &records[ROWS], &pair);
    lw_worker_destroy(pair.user);
    bench_place_close(&place);
}

static void
run(struct bench *bench)
{
    if (bench_wants(bench, &records[WORKERS]))
        measure_leases(bench, WORKERS);
    if (bench_wants(bench, &records[KEYS]))
        measure_leases(bench, KEYS);
    if (bench_wants(bench, &records[ROWS]))
        measure_rows(bench);
}

const struct bench_group bench_growth = {
    .name = "growth",
    .text = "Growth",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
