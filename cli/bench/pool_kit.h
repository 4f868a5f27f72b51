/*
 * pool_kit.h - pools of echo children, and their leases.
 */
#ifndef CLI_BENCH_POOL_KIT_H
#define CLI_BENCH_POOL_KIT_H

#include "bench/partner.h"

/* Echo children of another key for each number; the caller destroys it. */
lw_capability *
bench_make_key(const struct bench_place *place, unsigned number);

/* Of so many workers; who has to wait waits. */
lw_pool *
bench_make_plain_pool(const struct bench_place *place, uint32_t max_workers);

/* The same with other limits. */
lw_pool *
bench_make_pool(const struct bench_place *place, lw_pool_config config);

lw_lease *
bench_acquire(lw_pool *pool, lw_capability *key);

#define BENCH_WARM_MAX 256

/* Opens so many workers, which are idle then; at most BENCH_WARM_MAX. */
void
bench_warm_up(lw_pool *pool, lw_capability *key, unsigned count);

/* Microseconds for one acquire and release: BENCH_TURNS of them. */
enum { BENCH_TURNS = 20000 };
double
bench_turns(lw_pool *pool, lw_capability *key);

/* An echo on a lease. False where the lease was lost: that a worker was killed
 * had not come to be known yet. */
bool
bench_answers(lw_pool *pool, lw_capability *key);

/* The answer to an export, cut; NULL: not wanted. */
void
bench_lease_ask(lw_lease *lease, const char *name, char *answer, size_t size);

#endif
