/*
 * block.h - a result with all that it points to, as one allocation.
 *
 *     | allocator | the public struct | its arrays | its bytes |
 *                 ^ what the caller has
 *
 * The allocator comes along, because a result may outlive its worker.
 */
#ifndef LWI_BLOCK_H
#define LWI_BLOCK_H

#include "base/alloc.h"

/* Zeroed; NULL where there is no memory. */
void *
lwi_block_create(const lw_allocator *allocator, size_t size);

void
lwi_block_destroy(void *block); /* NULL is allowed */

/* Copies the bytes of a span to *to and moves *to behind them. */
lw_span
lwi_block_keep(char **to, lw_span from);

/* At most `limit` bytes of a text, whole characters; *cut is set if so. */
lw_span
lwi_block_cut(lw_span text, size_t limit, bool *cut);

#endif
