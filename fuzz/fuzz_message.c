/*
 * fuzz_message.c - a body that can be decoded is the one that encoding gives.
 *
 *   input:  | type u8 | body ... |
 *
 * There is one way to write a message, so decode and encode again is the
 * identity on bytes, and decode, encode, decode on structs.
 */
#include "proto/message.h"
#include "proto/utf8.h"

#include "fuzz.h"

static void
check_text(lw_span text, const struct lwi_frame *frame)
{
    const uint8_t *data = (const uint8_t *)text.data;

    LW_ASSERT(data >= frame->body &&
              data + text.size <= frame->body + frame->body_size);
    LW_ASSERT(lwi_utf8_valid_prefix(text.data, text.size) == text.size);
}

static void
check_texts(const struct lwi_texts *texts, const struct lwi_frame *frame)
{
    size_t at = 0;
    uint32_t count = 0;
    lw_span text;

    while (lwi_texts_next(texts, &at, &text)) {
        check_text(text, frame);
        count++;
    }
    LW_ASSERT(count == texts->count);
}

static void
check_members(const struct lwi_descriptor *what, const void *message,
              const struct lwi_frame *frame)
{
    size_t i;

    for (i = 0; i < what->field_count; i++) {
        const void *member = (const char *)message + what->fields[i].offset;

        if (what->fields[i].kind == LWI_KIND_TEXT)
            check_text(*(const lw_span *)member, frame);
        else if (what->fields[i].kind == LWI_KIND_TEXTS)
            check_texts(member, frame);
    }
}

/* The same bytes again. */
static void
check_encoding(const struct lwi_frame *frame, const void *message)
{
    size_t size = lwi_message_body_size(frame->type, message);
    uint8_t *again = malloc(size + 1);

    LW_ASSERT(size == frame->body_size);
    LW_ASSERT(again != NULL);
    lwi_message_encode_body(frame->type, message, again);
    LW_ASSERT(size == 0 || memcmp(again, frame->body, size) == 0);
    free(again);
}

/* Any number stands for some message; a known one for its own, for good. */
static const struct lwi_descriptor *
descriptor(uint8_t type)
{
    size_t count;
    const struct lwi_descriptor *table = lwi_message_table(&count);

    return lwi_message_known(type) ? lwi_message_descriptor(type)
                                   : &table[type % count];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lwf_input input = { data, size };
    const struct lwi_descriptor *what = descriptor(lwf_take_byte(&input));
    struct lwi_frame frame = { .type = what->type,
                               .body = input.at,
                               .body_size = input.left };
    union lwi_any_message message;
    const char *field = NULL;
    enum lwi_decode_result result;

    if (size == 0)
        return 0;
    result = lwi_message_decode(&frame, &message, &field);
    LW_ASSERT(field != NULL);
    LW_ASSERT(strlen(lwi_decode_result_text(result)) > 0);
    if (result == LWI_DECODE_OK) {
        check_members(what, &message, &frame);
        check_encoding(&frame, &message);
    } else {
        LW_ASSERT(result == LWI_DECODE_LEFTOVER || field[0] != '\0');
    }
    return 0;
}
