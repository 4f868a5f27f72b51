/*
 * random.h - numbers that look random and come back with the same seed.
 *
 * A test that fails says its seed; LWT_SEED in the environment replays it.
 */
#ifndef LWT_RANDOM_H
#define LWT_RANDOM_H

#include "support/test.h"

struct lwt_random {
    uint64_t state; /* never 0 */
};

static inline uint64_t
lwt_random_next(struct lwt_random *random)
{
    /* xorshift64* */
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

/* In [0, bound); bound must not be 0. */
static inline size_t
lwt_random_below(struct lwt_random *random, size_t bound)
{
    return (size_t)(lwt_random_next(random) >> 11) % bound;
}

/* The given seed, or the one from the environment; printed in either case. */
static inline struct lwt_random
lwt_random_init(uint64_t seed)
{
    const char *wanted = getenv("LWT_SEED");
    struct lwt_random random;

    random.state = wanted == NULL ? seed : strtoull(wanted, NULL, 0);
    if (random.state == 0)
        random.state = 1;
    print_message("seed %#llx\n", (unsigned long long)random.state);
    return random;
}

#endif
