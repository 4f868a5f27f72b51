/*
 * find_ring.h - a child finds the memory that it shares with its parent.
 *
 * For both kinds of children, so without the library and without Lean.
 */
#ifndef LWI_CHILD_FIND_RING_H
#define LWI_CHILD_FIND_RING_H

#include "proto/ring.h"

/*
 * Maps what LW_CHILD_RING names, closes that descriptor, and forgets the
 * variable. base stays NULL where nothing usable is offered, and on wasm.
 */
void
lwi_find_ring(struct lwi_ring *ring);

void
lwi_drop_ring(struct lwi_ring *ring);

#endif
