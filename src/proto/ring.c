/* ring.c - bulk bytes beside the response pipe: the child's side. */
#include "proto/ring.h"

#include "proto/message.h"

void
lwi_ring_init(struct lwi_ring *ring, uint8_t *base, size_t size)
{
    ring->base = base;
    ring->size = ring->room = size;
    ring->at = 0;
}

void
lwi_ring_rewind(struct lwi_ring *ring)
{
    ring->at = 0;
}

static size_t
least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * A whole piece or none, so that a parent that is slow is not asked for many
 * small ones; but for the end of the ring, behind which the next one begins.
 */
size_t
lwi_ring_put(struct lwi_ring *ring, const uint8_t *from, size_t size,
             uint64_t tag, uint8_t record[LWI_RING_RECORD_SIZE])
{
    size_t piece = least(LWI_RING_PIECE, ring->size / LWI_RING_CREDIT_PART);
    struct lwi_msg_ring named;

    piece = least(piece, least(size, ring->size - ring->at));
    if (piece == 0 || piece > ring->room)
        return 0;
    (void)__builtin_memcpy(ring->base + ring->at, from, piece);
    named = (struct lwi_msg_ring){ (uint32_t)ring->at, (uint32_t)piece };
    lwi_wire_put_header(record, LWI_MSG_RING, 0, tag,
                        (uint32_t)(LWI_RING_RECORD_SIZE - LWI_HEADER_SIZE));
    lwi_message_encode_body(LWI_MSG_RING, &named, record + LWI_HEADER_SIZE);
    ring->room -= piece;
    ring->at += piece;
    if (ring->at == ring->size)
        ring->at = 0;
    return piece;
}

bool
lwi_ring_credit(struct lwi_ring *ring, uint32_t bytes)
{
    if (bytes > ring->size - ring->room)
        return false;
    ring->room += bytes;
    return true;
}

bool
lwi_ring_take_credit(struct lwi_ring *ring,
                     const uint8_t frame[LWI_RING_CREDIT_SIZE])
{
    struct lwi_frame parsed;
    size_t size;

    return lwi_wire_parse(frame, LWI_RING_CREDIT_SIZE,
                          LWI_RING_CREDIT_SIZE - LWI_HEADER_SIZE, &parsed,
                          &size) == LWI_WIRE_FRAME &&
           parsed.type == LWI_MSG_CREDIT &&
           parsed.body_size == LWI_RING_CREDIT_SIZE - LWI_HEADER_SIZE &&
           lwi_ring_credit(ring, lwi_wire_get_u32(parsed.body));
}
