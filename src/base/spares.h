/*
 * spares.h - an allocator that keeps a few small blocks for the next time.
 *
 * A request takes the same blocks as the request before it. Given back, they
 * wait here, so that a worker that has served a few allocates nothing more.
 * It is alive as long as its maker or a block of it is: a block may outlive
 * the maker, and be given back from any thread.
 *
 *     | home, capacity | block, given to the user |
 */
#ifndef LWI_SPARES_H
#define LWI_SPARES_H

#include "base/alloc.h"

struct lwi_spares;

/* On another allocator, which is copied. NULL: no memory. */
struct lwi_spares *
lwi_spares_create(const lw_allocator *below);

/* The maker's end. NULL is allowed. */
void
lwi_spares_release(struct lwi_spares *spares);

/* Borrowed from it: good while the maker or a block of it is there. Any
 * thread. */
const lw_allocator *
lwi_spares_allocator(const struct lwi_spares *spares);

#endif
