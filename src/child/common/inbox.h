/*
 * inbox.h - what a child has read of its requests and not looked at yet.
 *
 *     | looked at | received |   room   |
 *     0         start      size      capacity
 *
 * So header and body of a request, which the parent writes at once, are read
 * at once. What comes behind it stays here: whoever reads from the same pipe
 * in another place (for credit) asks lwi_inbox_take first.
 *
 * It only moves bytes. Its memory is its owner's, who reads into it and frees
 * it: one kind of child has a C library, the other has Lean's.
 */
#ifndef LWI_CHILD_INBOX_H
#define LWI_CHILD_INBOX_H

#include "proto/wire.h"

/* The least capacity: what a pipe holds by default. */
#define LWI_INBOX_LEAST ((size_t)64 * 1024)

struct lwi_inbox {
    uint8_t *bytes; /* all zeroes is an empty one */
    size_t capacity;
    size_t start;
    size_t size;
    size_t needed; /* bytes from start that the next frame needs */
};

/*
 * The next whole frame, borrowed until lwi_inbox_make_way. LWI_WIRE_MORE: more
 * must be read, into what that gives. Anything else is a breach.
 */
enum lwi_wire_result
lwi_inbox_next(struct lwi_inbox *inbox, uint32_t limit,
               struct lwi_frame *frame);

/*
 * Forgets what was looked at. The capacity that the frame which is coming
 * needs: its owner makes it at least as large before it reads.
 */
size_t
lwi_inbox_make_way(struct lwi_inbox *inbox);

/* True where a frame has begun to come. */
bool
lwi_inbox_has_part(const struct lwi_inbox *inbox);

/*
 * Up to `size` of the received bytes, out of the way of frames; says how many.
 * Frames that were given out stay where they are.
 */
size_t
lwi_inbox_take(struct lwi_inbox *inbox, uint8_t *to, size_t size);

#endif
