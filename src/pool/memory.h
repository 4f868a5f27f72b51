/*
 * memory.h - samples of what a pool's workers use, for the budget.
 */
#ifndef LWI_POOL_MEMORY_H
#define LWI_POOL_MEMORY_H

#include "pool/pool.h"

/* How old a sample may be, by what is measured: policy.h says why. */
int64_t
lwi_memory_sample_age_ns(const lw_pool_config *config);

/*
 * Takes the samples that are missing or too old, and tells the core: that may
 * let callers in. Without the lock: a sample takes 0.02 ms, or, of proportional
 * or private memory, 20 to 30 ms for 1 GB.
 */
void
lwi_memory_sample(lw_pool *pool);

#endif
