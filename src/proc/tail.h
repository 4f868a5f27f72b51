/*
 * tail.h - the beginning and the end of a stream, in bounded memory.
 *
 *      |-- head: first 4 KiB --|···· not kept ····|-- tail: last bytes --|
 *      0                                                            total
 *
 * The tail is a ring that begins behind the head, so no byte is kept twice.
 */
#ifndef LWI_PROC_TAIL_H
#define LWI_PROC_TAIL_H

#include "base/alloc.h"
#include "proc/child.h"

struct lwi_tail {
    char head[LWI_STDERR_HEAD_BYTES];
    size_t head_size;
    char *ring;
    size_t ring_capacity;
    size_t ring_size;
    size_t ring_next; /* where the next byte goes */
    struct lwi_markers markers; /* markers.total counts every byte */
};

/* capacity may be 0. LW_OK or LW_ENOMEM. */
int
lwi_tail_init(struct lwi_tail *tail, const lw_allocator *allocator,
              size_t capacity);

void
lwi_tail_fini(struct lwi_tail *tail, const lw_allocator *allocator);

void
lwi_tail_push(struct lwi_tail *tail, const char *data, size_t size);

/* Turns the ring so that its bytes lie in order, and borrows them. */
lw_span
lwi_tail_straighten(struct lwi_tail *tail);

#endif
