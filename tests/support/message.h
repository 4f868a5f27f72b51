/*
 * message.h - random messages of any type, made from the table itself.
 *
 * A message's texts live in an arena that belongs to the message, so that a
 * test needs no bookkeeping: lwt_message_init, use it, lwt_message_fini.
 */
#ifndef LWT_MESSAGE_H
#define LWT_MESSAGE_H

#include "proto/message.h"
#include "support/random.h"

#define LWT_ARENA_BYTES ((size_t)256 * 1024)
#define LWT_ARENA_ITEMS 4096

struct lwt_message {
    const struct lwi_descriptor *what;
    union lwi_any_message any;
    char *bytes; /* the arena: LWT_ARENA_BYTES */
    size_t bytes_used;
    lw_span *items; /* LWT_ARENA_ITEMS */
    size_t items_used;
};

/* How large the random texts are. */
struct lwt_sizes {
    size_t text;  /* characters of a text, at most */
    size_t items; /* of a list, at most */
    size_t rest;  /* bytes, at most */
};

static inline size_t
lwt_random_character(struct lwt_random *random, char *to)
{
    static const char *const some[] = { "a",
                                        "Z",
                                        "\n",
                                        "\0",
                                        "\xc3\xa9",
                                        "\xe2\x88\x80",
                                        "\xf0\x9d\x95\x9c",
                                        "\xef\xbf\xbf",
                                        "\x7f" };
    static const size_t sizes[] = { 1, 1, 1, 1, 2, 3, 4, 3, 1 };
    size_t i = lwt_random_below(random, LWI_COUNT(some));

    memcpy(to, some[i], sizes[i]);
    return sizes[i];
}

/* A text of up to `most` characters, NULs among them. */
static inline lw_span
lwt_random_text(struct lwt_message *message, struct lwt_random *random,
                size_t most)
{
    size_t n = lwt_random_below(random, most + 1);
    lw_span text = { message->bytes + message->bytes_used, 0 };

    while (n-- > 0 && message->bytes_used + 4 <= LWT_ARENA_BYTES)
        message->bytes_used +=
            lwt_random_character(random, message->bytes + message->bytes_used);
    text.size = (size_t)(message->bytes + message->bytes_used - text.data);
    return text;
}

static inline lw_span
lwt_random_bytes(struct lwt_message *message, struct lwt_random *random,
                 size_t most)
{
    size_t n = lwt_random_below(random, most + 1);
    lw_span bytes = { message->bytes + message->bytes_used, 0 };

    while (n-- > 0 && message->bytes_used < LWT_ARENA_BYTES)
        message->bytes[message->bytes_used++] = (char)lwt_random_next(random);
    bytes.size = (size_t)(message->bytes + message->bytes_used - bytes.data);
    return bytes;
}

static inline struct lwi_texts
lwt_random_texts(struct lwt_message *message, struct lwt_random *random,
                 const struct lwt_sizes *sizes)
{
    struct lwi_texts texts = { .items = message->items + message->items_used };
    size_t n = lwt_random_below(random, sizes->items + 1);

    while (n-- > 0 && message->items_used < LWT_ARENA_ITEMS) {
        message->items[message->items_used++] =
            lwt_random_text(message, random, sizes->text);
        texts.count++;
    }
    return texts;
}

static inline void *
lwt_message_member(struct lwt_message *message, size_t field)
{
    return (char *)&message->any + message->what->fields[field].offset;
}

static inline void
lwt_message_fill(struct lwt_message *message, struct lwt_random *random,
                 const struct lwt_sizes *sizes)
{
    size_t i;

    message->bytes_used = message->items_used = 0;
    for (i = 0; i < message->what->field_count; i++) {
        void *member = lwt_message_member(message, i);

        switch (message->what->fields[i].kind) {
        case LWI_KIND_U32:
            *(uint32_t *)member = (uint32_t)lwt_random_next(random);
            break;
        case LWI_KIND_U64:
            *(uint64_t *)member = lwt_random_next(random);
            break;
        case LWI_KIND_TEXT:
            *(lw_span *)member = lwt_random_text(message, random, sizes->text);
            break;
        case LWI_KIND_TEXTS:
            *(struct lwi_texts *)member =
                lwt_random_texts(message, random, sizes);
            break;
        case LWI_KIND_REST:
            *(lw_span *)member = lwt_random_bytes(message, random, sizes->rest);
            break;
        }
    }
}

static inline void
lwt_message_init(struct lwt_message *message, const struct lwi_descriptor *what)
{
    *message = (struct lwt_message){ .what = what };
    message->bytes = malloc(LWT_ARENA_BYTES);
    message->items = malloc(LWT_ARENA_ITEMS * sizeof(*message->items));
    assert_non_null(message->bytes);
    assert_non_null(message->items);
}

static inline void
lwt_message_fini(struct lwt_message *message)
{
    free(message->bytes);
    free(message->items);
}

/* A frame of the message. *size bytes, the caller's, from malloc. */
static inline uint8_t *
lwt_message_encode(const struct lwt_message *message, uint16_t stream,
                   uint64_t tag, size_t *size)
{
    size_t body = lwi_message_body_size(message->what->type, &message->any);
    uint8_t *frame;

    assert_true(body <= UINT32_MAX);
    *size = LWI_HEADER_SIZE + body;
    frame = malloc(*size);
    assert_non_null(frame);
    lwi_wire_put_header(frame, message->what->type, stream, tag,
                        (uint32_t)body);
    lwi_message_encode_body(message->what->type, &message->any,
                            frame + LWI_HEADER_SIZE);
    return frame;
}

static inline bool
lwt_span_equal(lw_span a, lw_span b)
{
    return a.size == b.size &&
           (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static inline bool
lwt_texts_equal(const struct lwi_texts *a, const struct lwi_texts *b)
{
    size_t at_a = 0, at_b = 0;
    lw_span text_a, text_b;
    uint32_t i;

    if (a->count != b->count)
        return false;
    for (i = 0; i < a->count; i++) {
        if (!lwi_texts_next(a, &at_a, &text_a) ||
            !lwi_texts_next(b, &at_b, &text_b) ||
            !lwt_span_equal(text_a, text_b))
            return false;
    }
    return !lwi_texts_next(a, &at_a, &text_a) &&
           !lwi_texts_next(b, &at_b, &text_b);
}

static inline bool
lwt_member_equal(enum lwi_field_kind kind, const void *a, const void *b)
{
    switch (kind) {
    case LWI_KIND_U32:
        return *(const uint32_t *)a == *(const uint32_t *)b;
    case LWI_KIND_U64:
        return *(const uint64_t *)a == *(const uint64_t *)b;
    case LWI_KIND_TEXT:
    case LWI_KIND_REST:
        return lwt_span_equal(*(const lw_span *)a, *(const lw_span *)b);
    case LWI_KIND_TEXTS:
        return lwt_texts_equal(a, b);
    }
    return false;
}

/* Field by field; *field names the first that differs. */
static inline bool
lwt_message_equal(const struct lwi_descriptor *what, const void *a,
                  const void *b, const char **field)
{
    size_t i;

    for (i = 0; i < what->field_count; i++) {
        const struct lwi_field *f = &what->fields[i];

        *field = f->name;
        if (!lwt_member_equal(f->kind, (const char *)a + f->offset,
                              (const char *)b + f->offset))
            return false;
    }
    return true;
}

#endif
