/*
 * backoff.h - how long to wait after what has failed, and failed again.
 */
#ifndef LWI_BACKOFF_H
#define LWI_BACKOFF_H

#include "base/base.h"

/*
 * Milliseconds after `failures` in a row: `first` after one, twice as long
 * after each other one, never more than `most`.
 */
static inline uint64_t
lwi_backoff_ms(uint64_t first, uint64_t most, uint32_t failures)
{
    uint64_t ms = first;

    while (failures-- > 1 && ms < most)
        ms *= 2;
    return ms < most ? ms : most;
}

#endif
