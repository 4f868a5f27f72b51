/*
 * channel.h - frames over two non-blocking descriptors.
 *
 *   received:  | consumed | whole frames | part of one |   room   |
 *              0       rx_start                     rx.size    capacity
 *
 *   to send:   | written  | not yet written |  then  | a frame of the caller |
 *              0       tx_start          tx.size
 *
 *   from the ring:  the same as received, with frames that the child has put
 *                   into shared memory (proto/ring.h). They stand where the
 *                   RING stood that named them. A copy: what is looked at here
 *                   cannot change any more.
 *
 * The channel owns no descriptor, waits for nothing, and judges nothing but
 * the form of frames. One thread uses it at a time.
 */
#ifndef LWI_CHANNEL_H
#define LWI_CHANNEL_H

#include "base/buf.h"
#include "proc/sys.h"
#include "proto/message.h"

struct lwi_channel {
    const struct lwi_sys *sys;
    int in;
    int out;
    uint32_t limit; /* bytes; largest body in either direction */
    struct lwi_buf rx;
    struct lwi_buf tx;
    size_t rx_start;
    size_t tx_start;
    lw_span frame;    /* borrowed, to be sent behind tx; what is left of it */
    size_t burst;     /* bytes that came without the pipe being empty */
    bool emptied;     /* it has been since */
    size_t rx_needed; /* bytes from rx_start that the next frame needs */

    int ring;            /* -1: there is none */
    uint32_t ring_size;  /* bytes */
    uint32_t ring_room;  /* of them, that the child may write now */
    uint32_t ring_taken; /* of them, that it may write again when it is told */
    uint32_t ring_given; /* it was told since the last fill: cannot have used */
    uint64_t ring_tag;   /* of the RING that was last */
    struct lwi_buf bulk; /* frames from it */
    size_t bulk_start;   /* what is before was consumed */
    size_t bulk_needed;  /* bytes from there that the frame needs; 0: none */
};

void
lwi_channel_init(struct lwi_channel *channel, const lw_allocator *allocator,
                 const struct lwi_sys *sys, int in, int out);

void
lwi_channel_fini(struct lwi_channel *channel);

/* The child writes into a ring from now on: `size` bytes of shared memory. */
void
lwi_channel_use_ring(struct lwi_channel *channel, int ring, uint32_t size);

/*
 * Encodes a message behind what is still to be sent. LW_ENOMEM, or LW_EINVAL
 * where the message exceeds the limit.
 */
int
lwi_channel_queue(struct lwi_channel *channel, uint8_t type, uint64_t tag,
                  const void *message);

/* The same with a body that is encoded already. */
int
lwi_channel_queue_body(struct lwi_channel *channel, uint8_t type, uint64_t tag,
                       lw_span body);

/*
 * A whole frame behind what is still to be sent; nothing may be queued before
 * it is sent. Borrowed until then, or until the channel ends. One at a time.
 */
void
lwi_channel_send(struct lwi_channel *channel, lw_span frame);

/* True while bytes wait to be written. */
bool
lwi_channel_sending(const struct lwi_channel *channel);

enum lwi_io {
    LWI_IO_DONE,  /* flush: all is written; fill: some bytes came */
    LWI_IO_AGAIN, /* the pipe is full or empty: poll */
    LWI_IO_END,   /* fill: the other side closed its end */
    LWI_IO_ERROR, /* errno says */
    LWI_IO_NOMEM,
};

/* Writes what the pipe takes. */
enum lwi_io
lwi_channel_flush(struct lwi_channel *channel);

/* Reads once. Frames borrowed from the channel end here. */
enum lwi_io
lwi_channel_fill(struct lwi_channel *channel);

/*
 * Whether what was read last, with what is still to be read, came as fast as it
 * was taken, and is as much as a pipe holds, or a ring: who wrote it waited, or
 * was about to.
 */
bool
lwi_channel_was_full(const struct lwi_channel *channel);

/*
 * The next whole frame among the received bytes and those in the ring that
 * they name, borrowed until the next call of this, or the next fill.
 * LWI_WIRE_MORE where there is none, LWI_WIRE_NO_MEMORY where there is none for
 * a copy; anything else is a breach.
 */
enum lwi_wire_result
lwi_channel_next(struct lwi_channel *channel, struct lwi_frame *frame);

/* True where bytes are received and not consumed. */
bool
lwi_channel_has_input(const struct lwi_channel *channel);

/*
 * Takes the memory of what was received out of the channel, so that a large
 * message need not be copied: *bytes, a part of the last frame, is in the block
 * then, with a NUL behind it. The block is of the channel's allocator, and the
 * caller's to free. NULL, with nothing changed, where it cannot be taken.
 */
char *
lwi_channel_take(struct lwi_channel *channel, lw_span *bytes);

/* Gives back the memory that an unusually large message took. */
void
lwi_channel_trim(struct lwi_channel *channel);

#endif
