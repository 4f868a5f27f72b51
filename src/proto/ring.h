/*
 * ring.h - bulk bytes beside the response pipe.
 *
 *   pipe   | frame | RING at, bytes | RING at, bytes | frame |
 *                        │                │
 *   ring   ┌─────────────▼────────────────▼──────────────────┐
 *          │             frames, or parts of them            │  shared memory
 *          └─────────────────────────────────────────────────┘
 *
 * The child writes frames into the ring and says on the pipe where they are:
 * the pipe keeps the order and does all the waking. The parent copies what a
 * RING names before it looks at it, and gives room back by CREDIT. It never
 * maps the ring, and believes no word in it.
 *
 * This is the child's side, shared by both kinds of children. Pure, as all of
 * this folder: the caller writes the record and reads the credit.
 */
#ifndef LWI_RING_H
#define LWI_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "proto/wire.h"

/* What a child says in READY that has found its ring, and writes into it. */
#define LWI_RING_ABILITY "ring"

#define LWI_RING_MIN (64u * 1024u)
#define LWI_RING_MAX (64u * 1024u * 1024u)

/* Fewer bytes go through the pipe: a RING costs a write as well. */
#define LWI_RING_LEAST ((size_t)16 * 1024)

/* The parent takes one piece while the child writes the next. */
#define LWI_RING_PIECE ((size_t)64 * 1024)

/* The parent gives room back when it has this part of the ring to give. */
#define LWI_RING_CREDIT_PART 4u

#define LWI_RING_RECORD_SIZE (LWI_HEADER_SIZE + 8u) /* RING */
#define LWI_RING_CREDIT_SIZE (LWI_HEADER_SIZE + 4u) /* CREDIT */

struct lwi_ring {
    uint8_t *base; /* NULL: there is no ring */
    size_t size;
    size_t at;   /* where the next byte goes */
    size_t room; /* bytes that may be written before credit comes */
};

/* All of it is free. */
void
lwi_ring_init(struct lwi_ring *ring, uint8_t *base, size_t size);

/*
 * A request begins: what the ones before it wrote is read, so writing begins
 * at the start again. Little use of the ring then touches few of its pages.
 */
void
lwi_ring_rewind(struct lwi_ring *ring);

/*
 * Copies the first piece of `size` bytes into the ring, fills in the RING that
 * names it, and says how many bytes it took. 0: wait for credit.
 */
size_t
lwi_ring_put(struct lwi_ring *ring, const uint8_t *from, size_t size,
             uint64_t tag, uint8_t record[LWI_RING_RECORD_SIZE]);

/* Room that the parent gives back. False where there cannot be so much. */
bool
lwi_ring_credit(struct lwi_ring *ring, uint32_t bytes);

/* The same from a whole frame, which must be a CREDIT. */
bool
lwi_ring_take_credit(struct lwi_ring *ring,
                     const uint8_t frame[LWI_RING_CREDIT_SIZE]);

#endif
