/*
 * wire.h - frames: how a run of bytes is cut into messages.
 *
 *   0        4      5       6        8                16           16+length
 *   | length | type | flags | stream |      tag       |   body ...   |
 *     u32      u8     u8      u16       u64             length bytes
 *
 * Integers are little-endian. `flags` is 0 in version 1. `tag` names the
 * request that the frame belongs to, 0 outside of requests. The parent draws
 * it at random for each request, so that code in the child that does not hold
 * it (a checked file that found the pipe) cannot forge a frame: a wrong tag
 * ends the worker.
 */
#ifndef LWI_WIRE_H
#define LWI_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LWI_PROTOCOL_MIN 1u
#define LWI_PROTOCOL_MAX 1u

#define LWI_HEADER_SIZE 16u

/* "lwhello1": no text that a program prints by chance begins a session. */
#define LWI_HELLO_MAGIC UINT64_C(0x316f6c6c6568776c)

/* A larger body is a breach until WELCOME has set another limit. */
#define LWI_FRAME_LIMIT_HANDSHAKE (64u * 1024u)
#define LWI_FRAME_LIMIT_DEFAULT (256u * 1024u * 1024u)
#define LWI_FRAME_LIMIT_MIN (64u * 1024u)
#define LWI_FRAME_LIMIT_MAX (1024u * 1024u * 1024u)

/* What goes through the cancel pipe: the tag of the request, 8 bytes. */
#define LWI_CANCEL_RECORD_SIZE 8u

struct lwi_frame {
    uint8_t type; /* a lwi_message_type where lwi_message_known() */
    uint16_t stream;
    uint64_t tag;
    const uint8_t *body; /* borrowed from the bytes that were parsed */
    size_t body_size;
};

enum lwi_wire_result {
    LWI_WIRE_MORE,      /* *size is the number of bytes needed in all */
    LWI_WIRE_FRAME,     /* *size is the number of bytes that the frame took */
    LWI_WIRE_TOO_LARGE, /* the length exceeds the limit */
    LWI_WIRE_BAD_FLAGS, /* flags of a later version */
    LWI_WIRE_BAD_TYPE,  /* a number that is not in the table */
    LWI_WIRE_BAD_RING,  /* of a channel with a ring: what is named cannot be */
    LWI_WIRE_NO_MEMORY, /* of a channel with a ring; the child is not at fault
                         */
};

/*
 * Looks for one frame at the start of `bytes`. Each result but MORE and FRAME
 * is a breach of the protocol: there is no way to find the next frame.
 */
enum lwi_wire_result
lwi_wire_parse(const uint8_t *bytes, size_t count, uint32_t limit,
               struct lwi_frame *frame, size_t *size);

/* Static text for a result, for error messages. */
const char *
lwi_wire_result_text(enum lwi_wire_result result);

/* Writes LWI_HEADER_SIZE bytes for a frame with a body of body_size. */
void
lwi_wire_put_header(uint8_t *to, uint8_t type, uint16_t stream, uint64_t tag,
                    uint32_t body_size);

/* Integers in wire order, at any alignment. */
uint32_t
lwi_wire_get_u32(const uint8_t *from);
uint64_t
lwi_wire_get_u64(const uint8_t *from);
void
lwi_wire_put_u32(uint8_t *to, uint32_t value);
void
lwi_wire_put_u64(uint8_t *to, uint64_t value);

#endif
