/* pools.c - many workers of a pool, busy and idle. */
#include <dirent.h>
#include <stdio.h>
#include <time.h>

#include "base/base.h"
#include "base/text.h"
#include "bench/crowd.h"
#include "bench/groups.h"
#include "bench/pool_kit.h"

enum { COMMANDS, COMMANDS_OWN, COMMANDS_20, MEMORY, WAKE_UPS };
enum { TASKS = 100, WORKERS = 4, IDLE = 64 };
#define IDEAL_MS 250.0 /* 100 commands of 10 ms on 4 workers */

static const struct bench_about records[] = {
    { .name = "parallel",
      .what = "100 commands of 10 ms from 4 threads on a pool of 4 workers",
      .unit = "ms",
      .limit = "the ideal, 250 ms",
      .goal = BENCH_RATIO_AT_MOST,
      .bound = 1.05,
      .upstream = "4.1×" },
    { .name = "parallel-own",
      .what = "100 commands of 10 ms from 4 threads on a pool of 4 workers",
      .unit = "ms",
      .limit = "4 threads, each with a worker of its own" },
    { .name = "parallel-20-threads",
      .what = "100 commands of 10 ms from 20 threads that take turns, on a "
              "pool of 4 workers",
      .unit = "ms",
      .limit = "the ideal, 250 ms" },
    { .name = "memory-per-worker",
      .what = "memory of the parent for each of 64 workers",
      .unit = "KiB",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 128 },
    { .name = "wake-ups",
      .what = "how often the parent wakes up in a second, 64 workers idle",
      .unit = "wake-ups",
      .goal = BENCH_VALUE_AT_MOST,
      .bound = 0 },
};

/* ---- busy ---- */

struct sides {
    int count;
    struct bench_thread threads[BENCH_CROWD_MAX];
    struct bench_thread own[WORKERS];
};

static void *
command_by_pool(void *argument)
{
    struct bench_thread *thread = argument;
    int i;

    for (i = 0; i < thread->turns; i++) {
        lw_lease *lease = bench_acquire(thread->pool, thread->key);

        bench_lease_ask(lease, "sleep", NULL, 0);
        lw_lease_release(lease);
    }
    return NULL;
}

static void *
command_by_hand(void *argument)
{
    struct bench_thread *thread = argument;
    int i;

    for (i = 0; i < thread->turns; i++)
        bench_worker_ask(thread->worker, "sleep", (lw_span){ "", 0 });
    return NULL;
}

static double
pool_once(void *user)
{
    struct sides *sides = user;

    return bench_crowd_run(sides->threads, sides->count, command_by_pool) / 1e3;
}

static double
own_once(void *user)
{
    struct sides *sides = user;

    return bench_crowd_run(sides->own, WORKERS, command_by_hand) / 1e3;
}

static double
ideal_once(void *user)
{
    (void)user;
    return IDEAL_MS;
}

static void
measure_commands(struct bench *bench, size_t which)
{
    struct bench_place place;
    struct sides sides = { .count = which == COMMANDS_20 ? 20 : WORKERS };
    const struct bench_pair pair = { .ours = pool_once,
                                     .limit = which == COMMANDS_OWN
                                                  ? own_once
                                                  : ideal_once,
                                     .user = &sides };
    lw_capability *key;
    lw_pool *pool;
    int i;

    bench_place_open(&place, bench, BENCH_UNPINNED);
    key = bench_make_key(&place, 0);
    pool = bench_make_plain_pool(&place, WORKERS);
    bench_warm_up(pool, key, WORKERS);
    for (i = 0; i < sides.count; i++)
        sides.threads[i] = (struct bench_thread){
            .pool = pool, .key = key, .turns = TASKS / sides.count
        };
    for (i = 0; i < WORKERS; i++)
        sides.own[i] = (struct bench_thread){
            .worker = which == COMMANDS_OWN
                          ? bench_worker_start(&place, 50, LW_NO_LIMIT)
                          : NULL,
            .turns = TASKS / WORKERS
        };
    bench_measure(bench, &records[which], &pair);
    for (i = 0; i < WORKERS; i++)
        lw_worker_destroy(sides.own[i].worker);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
    bench_place_close(&place);
}

/* ---- idle ---- */

/* A number behind a name in a file of /proc; 0 where it is not there. */
static double
field_of(const char *path, const char *name)
{
    FILE *file = fopen(path, "re");
    size_t size = strlen(name);
    char line[256];
    double value = 0;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        if (strncmp(line, name, size) == 0)
            value = strtod(line + size, NULL);
    }
    if (file != NULL)
        fclose(file);
    return value;
}

/* Of all threads of this process: how often one gave its CPU up. */
static double
count_switches(void)
{
    DIR *folder = opendir("/proc/self/task");
    struct dirent *entry;
    char path[300];
    double sum = 0;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        snprintf(path, sizeof(path), "/proc/self/task/%s/status",
                 entry->d_name);
        if (entry->d_name[0] != '.')
            sum += field_of(path, "voluntary_ctxt_switches:");
    }
    if (folder != NULL)
        closedir(folder);
    return sum;
}

static double
wake_ups_once(void *user)
{
    static const struct timespec second = { 1, 0 };
    double before = count_switches();

    (void)user;
    nanosleep(&second, NULL);
    return count_switches() - before - 1; /* one is this sleep itself */
}

static void
measure_idle(struct bench *bench, bool memory, bool wake_ups)
{
    const struct bench_pair pair = { .ours = wake_ups_once,
                                     .rounds = bench_scale(bench, 5, 1),
                                     .cold = true };
    struct bench_place place;
    lw_capability *key;
    lw_pool *pool;
    double before_kib;

    bench_place_open(&place, bench, BENCH_UNPINNED);
    key = bench_make_key(&place, 0);
    pool = bench_make_plain_pool(&place, IDLE + 1);
    bench_warm_up(pool, key, 1);
    before_kib = field_of("/proc/self/status", "RssAnon:");
    bench_warm_up(pool, key, IDLE + 1);
    if (memory)
        bench_put_one(bench, &records[MEMORY],
                      (field_of("/proc/self/status", "RssAnon:") - before_kib) /
                          IDLE);
    if (wake_ups)
        bench_measure(bench, &records[WAKE_UPS], &pair);
    lw_pool_destroy(pool);
    lw_capability_destroy(key);
    bench_place_close(&place);
}

static void
run(struct bench *bench)
{
    bool memory, wake_ups;
    size_t i;

    for (i = COMMANDS; i <= COMMANDS_20; i++) {
        if (bench_wants(bench, &records[i]))
            measure_commands(bench, i);
    }
    memory = bench_wants(bench, &records[MEMORY]);
    wake_ups = bench_wants(bench, &records[WAKE_UPS]);
    if (memory || wake_ups)
        measure_idle(bench, memory, wake_ups);
}

const struct bench_group bench_pools = {
    .name = "pools",
    .text = "Pools",
    .records = records,
    .count = LWI_COUNT(records),
    .run = run,
};
