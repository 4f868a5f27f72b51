/*
 * tags.h - names of requests that cannot be guessed.
 *
 * A frame counts only with the tag of the request in progress. Code in the
 * child that finds the pipe, but not the tag, cannot forge one: 64 bits from
 * the kernel's generator, new for each request.
 */
#ifndef LWI_TAGS_H
#define LWI_TAGS_H

#include "base/base.h"

#define LWI_TAGS_POOL 32 /* so that few requests pay for a system call */

struct lwi_tags {
    uint64_t pool[LWI_TAGS_POOL];
    size_t left;
};

/* Never 0, which names no request. LW_ESYSTEM where there is no randomness. */
int
lwi_tags_next(struct lwi_tags *tags, uint64_t *tag);

#endif
