/*
 * message.c - one encoder and one decoder for all messages.
 *
 * Both walk the fields of a descriptor, so a message that is in the table
 * works in both directions, and a field cannot be written in one order and
 * read in another.
 */
#include "proto/message.h"

#include "proto/utf8.h"

/* The wasm build has no <string.h>; its compiler and its host have this. */
#define copy_bytes(to, from, size)                                             \
    ((void)__builtin_memcpy((to), (from), (size)))

/* ---- the table ---- */

#define FIELD_ENTRY(of, kind_, member, what_)                                  \
    { .name = #member,                                                         \
      .what = what_,                                                           \
      .kind = LWI_KIND_##kind_,                                                \
      .offset = offsetof(struct of, member) },
#define FIELD_LIST(symbol, name, number, role, what)                           \
    static const struct lwi_field fields_of_##name[] = { LWI_FIELDS_##name(    \
        FIELD_ENTRY, lwi_msg_##name) };
LWI_MESSAGES(FIELD_LIST)

#define DESCRIPTOR(symbol, name_, number, role_, what_)                        \
    { .name = #symbol,                                                         \
      .what = what_,                                                           \
      .fields = fields_of_##name_,                                             \
      .field_count = sizeof(fields_of_##name_) / sizeof(struct lwi_field),     \
      .struct_size = sizeof(struct lwi_msg_##name_),                           \
      .role = LWI_ROLE_##role_,                                                \
      .type = number },
static const struct lwi_descriptor descriptors[] = { LWI_MESSAGES(DESCRIPTOR) };

#define DESCRIPTOR_COUNT (sizeof(descriptors) / sizeof(descriptors[0]))

/* From a number to its place in `descriptors`, counted from 1; 0 is unknown. */
enum place {
    PLACE_NONE,
#define PLACE(symbol, name, number, role, what) PLACE_##symbol,
    LWI_MESSAGES(PLACE)
};
static const uint8_t places[UINT8_MAX + 1] = {
#define PLACE_ENTRY(symbol, name, number, role, what) [number] = PLACE_##symbol,
    LWI_MESSAGES(PLACE_ENTRY)
};

const struct lwi_descriptor *
lwi_message_descriptor(uint8_t type)
{
    uint8_t place = places[type];

    return place == PLACE_NONE ? NULL : &descriptors[place - 1];
}

bool
lwi_message_known(uint8_t type)
{
    return places[type] != PLACE_NONE;
}

const char *
lwi_message_name(uint8_t type)
{
    return lwi_message_known(type) ? descriptors[places[type] - 1].name
                                   : "UNKNOWN";
}

const struct lwi_descriptor *
lwi_message_table(size_t *count)
{
    *count = DESCRIPTOR_COUNT;
    return descriptors;
}

/* ---- decoding ---- */

/* What is left of a body. */
struct cursor {
    const uint8_t *at;
    size_t left;
};

static enum lwi_decode_result
take_u32(struct cursor *cursor, uint32_t *value)
{
    if (cursor->left < 4)
        return LWI_DECODE_SHORT;
    *value = lwi_wire_get_u32(cursor->at);
    cursor->at += 4;
    cursor->left -= 4;
    return LWI_DECODE_OK;
}

static enum lwi_decode_result
take_u64(struct cursor *cursor, uint64_t *value)
{
    if (cursor->left < 8)
        return LWI_DECODE_SHORT;
    *value = lwi_wire_get_u64(cursor->at);
    cursor->at += 8;
    cursor->left -= 8;
    return LWI_DECODE_OK;
}

static enum lwi_decode_result
take_text(struct cursor *cursor, lw_span *text)
{
    uint32_t length;

    if (take_u32(cursor, &length) != LWI_DECODE_OK || length > cursor->left)
        return LWI_DECODE_SHORT;
    text->data = (const char *)cursor->at;
    text->size = length;
    cursor->at += length;
    cursor->left -= length;
    return lwi_utf8_valid_prefix(text->data, text->size) == text->size
               ? LWI_DECODE_OK
               : LWI_DECODE_NOT_UTF8;
}

/* Walks the list once, so that later walks cannot meet anything bad. */
static enum lwi_decode_result
take_texts(struct cursor *cursor, struct lwi_texts *texts)
{
    enum lwi_decode_result result = take_u32(cursor, &texts->count);
    const uint8_t *start = cursor->at;
    lw_span text;
    uint32_t i;

    texts->items = NULL;
    for (i = 0; result == LWI_DECODE_OK && i < texts->count; i++)
        result = take_text(cursor, &text);
    texts->packed.data = (const char *)start;
    texts->packed.size = (size_t)(cursor->at - start);
    return result;
}

static enum lwi_decode_result
take_field(struct cursor *cursor, enum lwi_field_kind kind, void *member)
{
    lw_span *rest = member;

    switch (kind) {
    case LWI_KIND_U32:
        return take_u32(cursor, member);
    case LWI_KIND_U64:
        return take_u64(cursor, member);
    case LWI_KIND_TEXT:
        return take_text(cursor, member);
    case LWI_KIND_TEXTS:
        return take_texts(cursor, member);
    case LWI_KIND_REST:
        rest->data = (const char *)cursor->at;
        rest->size = cursor->left;
        cursor->at += cursor->left;
        cursor->left = 0;
        return LWI_DECODE_OK;
    }
    return LWI_DECODE_SHORT;
}

enum lwi_decode_result
lwi_message_decode(const struct lwi_frame *frame, void *message,
                   const char **field)
{
    const struct lwi_descriptor *what = lwi_message_descriptor(frame->type);
    struct cursor cursor = { frame->body, frame->body_size };
    enum lwi_decode_result result;
    size_t i;

    *field = "";
    for (i = 0; i < what->field_count; i++) {
        result = take_field(&cursor, what->fields[i].kind,
                            (char *)message + what->fields[i].offset);
        if (result != LWI_DECODE_OK) {
            *field = what->fields[i].name;
            return result;
        }
    }
    return cursor.left == 0 ? LWI_DECODE_OK : LWI_DECODE_LEFTOVER;
}

const char *
lwi_decode_result_text(enum lwi_decode_result result)
{
    switch (result) {
    case LWI_DECODE_OK:
        return "well-formed";
    case LWI_DECODE_SHORT:
        return "the body ends inside a field";
    case LWI_DECODE_LEFTOVER:
        return "bytes are left behind the last field";
    case LWI_DECODE_NOT_UTF8:
        return "a text is not UTF-8";
    }
    return "unknown result";
}

bool
lwi_texts_next(const struct lwi_texts *texts, size_t *at, lw_span *text)
{
    const uint8_t *packed = (const uint8_t *)texts->packed.data;

    if (texts->items != NULL) {
        if (*at >= texts->count)
            return false;
        *text = texts->items[(*at)++];
        return true;
    }
    if (*at >= texts->packed.size)
        return false;
    text->size = lwi_wire_get_u32(packed + *at);
    text->data = (const char *)packed + *at + 4;
    *at += 4 + text->size;
    return true;
}

/* ---- encoding ---- */

/* No frame holds more than UINT32_MAX bytes. A sum of sizes that are cut just
 * above it cannot wrap round to a small one, whatever a span claims. */
static uint64_t
span_size(lw_span span)
{
    uint64_t size = span.size;

    return size <= UINT32_MAX ? size : UINT64_C(1) + UINT32_MAX;
}

static uint64_t
texts_size(const struct lwi_texts *texts)
{
    uint64_t size = 4;
    size_t at = 0;
    lw_span text;

    while (lwi_texts_next(texts, &at, &text))
        size += 4 + span_size(text);
    return size;
}

static uint64_t
field_size(enum lwi_field_kind kind, const void *member)
{
    switch (kind) {
    case LWI_KIND_U32:
        return 4;
    case LWI_KIND_U64:
        return 8;
    case LWI_KIND_TEXT:
        return 4 + span_size(*(const lw_span *)member);
    case LWI_KIND_TEXTS:
        return texts_size(member);
    case LWI_KIND_REST:
        return span_size(*(const lw_span *)member);
    }
    return UINT32_MAX;
}

size_t
lwi_message_body_size(uint8_t type, const void *message)
{
    const struct lwi_descriptor *what = lwi_message_descriptor(type);
    uint64_t size = 0;
    size_t i;

    for (i = 0; i < what->field_count; i++) {
        size += field_size(what->fields[i].kind,
                           (const char *)message + what->fields[i].offset);
        if (size > UINT32_MAX)
            return SIZE_MAX;
    }
    return (size_t)size;
}

static uint8_t *
put_bytes(uint8_t *to, lw_span bytes)
{
    if (bytes.size > 0)
        copy_bytes(to, bytes.data, bytes.size);
    return to + bytes.size;
}

static uint8_t *
put_text(uint8_t *to, lw_span text)
{
    lwi_wire_put_u32(to, (uint32_t)text.size);
    return put_bytes(to + 4, text);
}

static uint8_t *
put_texts(uint8_t *to, const struct lwi_texts *texts)
{
    size_t at = 0;
    lw_span text;

    lwi_wire_put_u32(to, texts->count);
    to += 4;
    while (lwi_texts_next(texts, &at, &text))
        to = put_text(to, text);
    return to;
}

static uint8_t *
put_field(uint8_t *to, enum lwi_field_kind kind, const void *member)
{
    switch (kind) {
    case LWI_KIND_U32:
        lwi_wire_put_u32(to, *(const uint32_t *)member);
        return to + 4;
    case LWI_KIND_U64:
        lwi_wire_put_u64(to, *(const uint64_t *)member);
        return to + 8;
    case LWI_KIND_TEXT:
        return put_text(to, *(const lw_span *)member);
    case LWI_KIND_TEXTS:
        return put_texts(to, member);
    case LWI_KIND_REST:
        return put_bytes(to, *(const lw_span *)member);
    }
    return to;
}

void
lwi_message_encode_body(uint8_t type, const void *message, uint8_t *to)
{
    const struct lwi_descriptor *what = lwi_message_descriptor(type);
    size_t i;

    for (i = 0; i < what->field_count; i++)
        to = put_field(to, what->fields[i].kind,
                       (const char *)message + what->fields[i].offset);
}
