/*
 * capacity.h - what this process may use of the machine.
 *
 * Containers say less than the machine has: the smallest of what the machine,
 * the CPU mask and each control group above this process allow.
 */
#ifndef LWI_PROC_CAPACITY_H
#define LWI_PROC_CAPACITY_H

#include "base/alloc.h"

struct lwi_capacity {
    uint32_t cores;      /* at least 1; a part of a core counts as one */
    uint64_t memory_kib; /* free to be used; LW_NO_LIMIT where not known */
};

/*
 * root is where proc and sys are looked for: "" but in tests. What cannot be
 * read says nothing.
 */
struct lwi_capacity
lwi_capacity_read(const char *root);

/* Workers of this cost that fit: at least 1. */
uint32_t
lwi_capacity_workers(const struct lwi_capacity *capacity, uint64_t cost_kib);

#endif
