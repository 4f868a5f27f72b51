/* wire.c - frames: how a run of bytes is cut into messages. */
#include "proto/wire.h"

#include "proto/message.h"

uint32_t
lwi_wire_get_u32(const uint8_t *from)
{
    return (uint32_t)from[0] | (uint32_t)from[1] << 8 |
           (uint32_t)from[2] << 16 | (uint32_t)from[3] << 24;
}

uint64_t
lwi_wire_get_u64(const uint8_t *from)
{
    return (uint64_t)lwi_wire_get_u32(from) |
           (uint64_t)lwi_wire_get_u32(from + 4) << 32;
}

void
lwi_wire_put_u32(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)value;
    to[1] = (uint8_t)(value >> 8);
    to[2] = (uint8_t)(value >> 16);
    to[3] = (uint8_t)(value >> 24);
}

void
lwi_wire_put_u64(uint8_t *to, uint64_t value)
{
    lwi_wire_put_u32(to, (uint32_t)value);
    lwi_wire_put_u32(to + 4, (uint32_t)(value >> 32));
}

void
lwi_wire_put_header(uint8_t *to, uint8_t type, uint16_t stream, uint64_t tag,
                    uint32_t body_size)
{
    lwi_wire_put_u32(to, body_size);
    to[4] = type;
    to[5] = 0;
    to[6] = (uint8_t)stream;
    to[7] = (uint8_t)(stream >> 8);
    lwi_wire_put_u64(to + 8, tag);
}

enum lwi_wire_result
lwi_wire_parse(const uint8_t *bytes, size_t count, uint32_t limit,
               struct lwi_frame *frame, size_t *size)
{
    uint32_t length;

    if (count < LWI_HEADER_SIZE) {
        *size = LWI_HEADER_SIZE;
        return LWI_WIRE_MORE;
    }
    length = lwi_wire_get_u32(bytes);
    /* Judge the header at once: a breach must not wait for its body. */
    if (!lwi_message_known(bytes[4]))
        return LWI_WIRE_BAD_TYPE;
    if (bytes[5] != 0)
        return LWI_WIRE_BAD_FLAGS;
    if (length > limit)
        return LWI_WIRE_TOO_LARGE;
    *size = (size_t)LWI_HEADER_SIZE + length;
    if (count < *size)
        return LWI_WIRE_MORE;
    frame->type = bytes[4];
    frame->stream = (uint16_t)(bytes[6] | bytes[7] << 8);
    frame->tag = lwi_wire_get_u64(bytes + 8);
    frame->body = bytes + LWI_HEADER_SIZE;
    frame->body_size = length;
    return LWI_WIRE_FRAME;
}

const char *
lwi_wire_result_text(enum lwi_wire_result result)
{
    switch (result) {
    case LWI_WIRE_MORE:
        return "the frame is incomplete";
    case LWI_WIRE_FRAME:
        return "a whole frame";
    case LWI_WIRE_TOO_LARGE:
        return "a frame is larger than the agreed limit";
    case LWI_WIRE_BAD_FLAGS:
        return "a frame has flags that this version does not know";
    case LWI_WIRE_BAD_TYPE:
        return "a frame has a type that is not in the protocol";
    case LWI_WIRE_BAD_RING:
        return "it names bytes in the ring that cannot be there";
    case LWI_WIRE_NO_MEMORY:
        return "there is no memory for a frame in the ring";
    }
    return "unknown result";
}
