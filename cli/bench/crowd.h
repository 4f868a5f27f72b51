/*
 * crowd.h - threads that do something at once.
 */
#ifndef CLI_BENCH_CROWD_H
#define CLI_BENCH_CROWD_H

#include <pthread.h>

#include "bench/pool_kit.h"

#define BENCH_CROWD_MAX 32

struct bench_thread {
    pthread_t thread;
    lw_pool *pool;
    lw_capability *key;
    lw_worker *worker; /* of its own, in place of the pool */
    int turns;
};

/* All at once, to their end; microseconds. */
double
bench_crowd_run(struct bench_thread *threads, int count,
                void *(*run)(void *thread));

#endif
