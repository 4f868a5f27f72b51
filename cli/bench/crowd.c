/* crowd.c - threads that do something at once. */
#include "bench/crowd.h"

double
bench_crowd_run(struct bench_thread *threads, int count,
                void *(*run)(void *thread))
{
    double start_us = bench_now_us();
    int i;

    for (i = 0; i < count; i++) {
        if (pthread_create(&threads[i].thread, NULL, run, &threads[i]) != 0)
            bench_die("no thread");
    }
    for (i = 0; i < count; i++)
        pthread_join(threads[i].thread, NULL);
    return bench_now_us() - start_us;
}
