/*
 * fuzz_wire.c - a stream cut anywhere gives the frames that it gives whole.
 *
 *   input:  | limit u8 | seed of the cuts u8 | stream ... |
 */
#include "proto/message.h"

#include "fuzz.h"

#define FRAMES 64

struct found {
    struct lwi_frame frames[FRAMES];
    size_t count;
    enum lwi_wire_result end; /* why the last parse gave no frame */
    size_t at;                /* behind the last frame */
};

/* Takes what lies between found->at and have. */
static void
take_frames(struct found *found, const uint8_t *stream, size_t have,
            uint32_t limit)
{
    size_t size = 0;

    while (found->count < FRAMES) {
        struct lwi_frame *frame = &found->frames[found->count];

        found->end = lwi_wire_parse(stream + found->at, have - found->at, limit,
                                    frame, &size);
        if (found->end != LWI_WIRE_FRAME)
            break;
        LW_ASSERT(size == LWI_HEADER_SIZE + frame->body_size);
        LW_ASSERT(frame->body_size <= limit);
        LW_ASSERT(lwi_message_known(frame->type));
        found->at += size;
        LW_ASSERT(found->at <= have);
        found->count++;
    }
    if (found->end == LWI_WIRE_MORE)
        LW_ASSERT(size > have - found->at);
}

static void
check_equal(const struct found *a, const struct found *b)
{
    size_t i;

    LW_ASSERT(a->count == b->count && a->at == b->at && a->end == b->end);
    for (i = 0; i < a->count; i++) {
        LW_ASSERT(a->frames[i].type == b->frames[i].type);
        LW_ASSERT(a->frames[i].stream == b->frames[i].stream);
        LW_ASSERT(a->frames[i].tag == b->frames[i].tag);
        LW_ASSERT(a->frames[i].body == b->frames[i].body);
        LW_ASSERT(a->frames[i].body_size == b->frames[i].body_size);
    }
}

/* A frame that is written again is the same header. */
static void
check_headers(const struct found *found)
{
    uint8_t header[LWI_HEADER_SIZE];
    size_t i;

    for (i = 0; i < found->count; i++) {
        const struct lwi_frame *frame = &found->frames[i];

        lwi_wire_put_header(header, frame->type, frame->stream, frame->tag,
                            (uint32_t)frame->body_size);
        LW_ASSERT(
            memcmp(header, frame->body - LWI_HEADER_SIZE, sizeof(header)) == 0);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lwf_input input = { data, size };
    uint32_t limit = 1u << (lwf_take_byte(&input) % 32);
    uint32_t seed = lwf_take_byte(&input);
    struct found whole = { .end = LWI_WIRE_MORE };
    struct found cut = { .end = LWI_WIRE_MORE };
    size_t have = 0;

    take_frames(&whole, input.at, input.left, limit);
    check_headers(&whole);
    do {
        seed = seed * 1103515245u + 12345u;
        have += seed >> 16 & 31u;
        have = have < input.left ? have : input.left;
        take_frames(&cut, input.at, have, limit);
        /* A breach is one at once, and for good. */
    } while (have < input.left && cut.count < FRAMES &&
             cut.end == LWI_WIRE_MORE);
    check_equal(&whole, &cut);
    return 0;
}
