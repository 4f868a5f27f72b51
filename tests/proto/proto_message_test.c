/*
 * proto_message_test.c - every message of the table, both ways and broken.
 *
 * Nothing here names a field: a message that is added to the table is tested
 * from that moment on.
 */
#include "support/message.h"

static const struct lwt_sizes small = { 6, 4, 9 };
static const struct lwt_sizes large = { 300, 40, 5000 };

/* Calls `test` for each message of the table, filled at random. */
static void
each_message(uint64_t seed, const struct lwt_sizes *sizes, int rounds,
             void (*test)(struct lwt_message *message,
                          struct lwt_random *random))
{
    struct lwt_random random = lwt_random_init(seed);
    size_t count, i;
    const struct lwi_descriptor *table = lwi_message_table(&count);
    int round;

    for (i = 0; i < count; i++) {
        struct lwt_message message;

        lwt_message_init(&message, &table[i]);
        for (round = 0; round < rounds; round++) {
            lwt_message_fill(&message, &random, sizes);
            test(&message, &random);
        }
        lwt_message_fini(&message);
    }
}

/* Decodes a body that lies at the end of its block, so that ASan sees. */
static enum lwi_decode_result
decode(uint8_t type, const uint8_t *body, size_t size,
       union lwi_any_message *out, const char **field)
{
    struct lwi_frame frame = { .type = type, .body_size = size };
    uint8_t *copy = malloc(size + 1);
    enum lwi_decode_result result;

    assert_non_null(copy);
    memmove(copy + 1, body, size);
    frame.body = copy + 1;
    result = lwi_message_decode(&frame, out, field);
    free(copy);
    return result;
}

static bool
ends_in_rest(const struct lwi_descriptor *what)
{
    return what->fields[what->field_count - 1].kind == LWI_KIND_REST;
}

/* Where a field's bytes begin in the body. */
static size_t
offset_of(struct lwt_message *message, size_t field)
{
    size_t size = 0, i;

    for (i = 0; i < field; i++) {
        void *member = lwt_message_member(message, i);
        size_t at = 0;
        lw_span text;

        switch (message->what->fields[i].kind) {
        case LWI_KIND_U32:
            size += 4;
            break;
        case LWI_KIND_U64:
            size += 8;
            break;
        case LWI_KIND_TEXT:
            size += 4 + ((lw_span *)member)->size;
            break;
        case LWI_KIND_TEXTS:
            size += 4;
            while (lwi_texts_next(member, &at, &text))
                size += 4 + text.size;
            break;
        case LWI_KIND_REST:
            size += ((lw_span *)member)->size;
            break;
        }
    }
    return size;
}

/* ---- both ways ---- */

static void
round_trip(struct lwt_message *message, struct lwt_random *random)
{
    const struct lwi_descriptor *what = message->what;
    uint64_t tag = lwt_random_next(random);
    uint16_t stream = (uint16_t)lwt_random_next(random);
    union lwi_any_message back;
    struct lwi_frame frame;
    const char *field = "";
    size_t size, taken, again;
    uint8_t *bytes = lwt_message_encode(message, stream, tag, &size), *second;

    assert_int_equal(
        lwi_wire_parse(bytes, size, LWI_FRAME_LIMIT_DEFAULT, &frame, &taken),
        LWI_WIRE_FRAME);
    assert_int_equal(taken, size);
    assert_int_equal(frame.type, what->type);
    assert_int_equal(frame.stream, stream);
    assert_true(frame.tag == tag);
    assert_int_equal(lwi_message_decode(&frame, &back, &field), LWI_DECODE_OK);
    if (!lwt_message_equal(what, &message->any, &back, &field))
        fail_msg("%s.%s came back changed", what->name, field);
    /* A decoded message can be sent on: its lists stay packed. */
    assert_int_equal(lwi_message_body_size(what->type, &back), frame.body_size);
    again = frame.body_size;
    second = malloc(again + 1);
    assert_non_null(second);
    lwi_message_encode_body(what->type, &back, second);
    assert_true(again == 0 || memcmp(second, frame.body, again) == 0);
    free(second);
    free(bytes);
}

static void
every_message_comes_back_as_it_was(void **state)
{
    (void)state;
    each_message(0x5eed0010, &small, 300, round_trip);
    each_message(0x5eed0011, &large, 30, round_trip);
}

static void
an_empty_message_comes_back(void **state)
{
    static const struct lwt_sizes empty = { 0, 0, 0 };

    (void)state;
    each_message(0x5eed0012, &empty, 3, round_trip);
}

/* ---- broken bodies ---- */

static void
truncate_everywhere(struct lwt_message *message, struct lwt_random *random)
{
    const struct lwi_descriptor *what = message->what;
    size_t fixed = ends_in_rest(what)
                       ? offset_of(message, what->field_count - 1)
                       : SIZE_MAX;
    union lwi_any_message out;
    const char *field;
    size_t size, cut;
    uint8_t *bytes = lwt_message_encode(message, 0, 0, &size);

    (void)random;
    for (cut = 0; cut < size - LWI_HEADER_SIZE; cut++) {
        enum lwi_decode_result result =
            decode(what->type, bytes + LWI_HEADER_SIZE, cut, &out, &field);

        if (result != (cut < fixed ? LWI_DECODE_SHORT : LWI_DECODE_OK))
            fail_msg("%s cut to %zu bytes: %s", what->name, cut,
                     lwi_decode_result_text(result));
        assert_true(cut >= fixed || strlen(field) > 0);
    }
    free(bytes);
}

static void
every_truncation_is_short(void **state)
{
    (void)state;
    each_message(0x5eed0013, &small, 20, truncate_everywhere);
}

static void
append_bytes(struct lwt_message *message, struct lwt_random *random)
{
    const struct lwi_descriptor *what = message->what;
    union lwi_any_message out;
    const char *field;
    size_t size, more;
    uint8_t *bytes = lwt_message_encode(message, 0, 0, &size);

    bytes = realloc(bytes, size + 64);
    assert_non_null(bytes);
    for (more = 1; more <= 64; more++) {
        bytes[size + more - 1] = (uint8_t)lwt_random_next(random);
        assert_int_equal(decode(what->type, bytes + LWI_HEADER_SIZE,
                                size - LWI_HEADER_SIZE + more, &out, &field),
                         ends_in_rest(what) ? LWI_DECODE_OK
                                            : LWI_DECODE_LEFTOVER);
    }
    free(bytes);
}

static void
bytes_behind_the_last_field_are_leftover(void **state)
{
    (void)state;
    each_message(0x5eed0014, &small, 10, append_bytes);
}

/* Every kind of text that is none, from proto_utf8_test.c's point of view. */
static const char *const not_text[] = { "\xff", "\xc0\x80", "\xed\xa0\x80",
                                        "ab\xe2\x88", "\xf4\x90\x80\x80" };

static void
check_not_utf8(struct lwt_message *message, size_t at)
{
    union lwi_any_message out;
    const char *field = "";
    size_t size;
    uint8_t *bytes = lwt_message_encode(message, 0, 0, &size);

    assert_int_equal(decode(message->what->type, bytes + LWI_HEADER_SIZE,
                            size - LWI_HEADER_SIZE, &out, &field),
                     LWI_DECODE_NOT_UTF8);
    assert_string_equal(field, message->what->fields[at].name);
    free(bytes);
}

static void
spoil_texts(struct lwt_message *message, struct lwt_random *random)
{
    const struct lwi_descriptor *what = message->what;
    size_t i, j;

    for (i = 0; i < what->field_count; i++) {
        for (j = 0; j < LWI_COUNT(not_text); j++) {
            lw_span bad = { not_text[j], strlen(not_text[j]) };
            lw_span list[2] = { { "fine", 4 }, bad };

            if (what->fields[i].kind == LWI_KIND_TEXT)
                *(lw_span *)lwt_message_member(message, i) = bad;
            else if (what->fields[i].kind == LWI_KIND_TEXTS)
                *(struct lwi_texts *)lwt_message_member(message, i) =
                    (struct lwi_texts){ .count = 2, .items = list };
            else
                continue;
            check_not_utf8(message, i);
            lwt_message_fill(message, random, &small);
        }
    }
}

static void
every_text_must_be_utf8(void **state)
{
    (void)state;
    each_message(0x5eed0015, &small, 5, spoil_texts);
}

/* Puts a number that is a lie where a length or a count stands. */
static void
lie_about_sizes(struct lwt_message *message, struct lwt_random *random)
{
    static const uint32_t lies[] = { UINT32_MAX,  UINT32_MAX - 3, 0x80000000u,
                                     0x7fffffffu, 0x10000000u,    100000 };
    const struct lwi_descriptor *what = message->what;
    union lwi_any_message out;
    const char *field;
    size_t size, i, j;
    uint8_t *bytes = lwt_message_encode(message, 0, 0, &size);

    (void)random;
    for (i = 0; i < what->field_count; i++) {
        uint8_t *at = bytes + LWI_HEADER_SIZE + offset_of(message, i), was[4];

        if (what->fields[i].kind != LWI_KIND_TEXT &&
            what->fields[i].kind != LWI_KIND_TEXTS)
            continue;
        memcpy(was, at, 4);
        for (j = 0; j < LWI_COUNT(lies); j++) {
            lwi_wire_put_u32(at, lies[j]);
            assert_int_not_equal(decode(what->type, bytes + LWI_HEADER_SIZE,
                                        size - LWI_HEADER_SIZE, &out, &field),
                                 LWI_DECODE_OK);
        }
        memcpy(at, was, 4);
    }
    free(bytes);
}

static void
lying_sizes_are_found_out(void **state)
{
    (void)state;
    each_message(0x5eed0016, &small, 20, lie_about_sizes);
}

/* Whatever the bytes: a result, and texts that lie inside of them. */
static void
decode_noise(struct lwt_message *message, struct lwt_random *random)
{
    uint8_t noise[256];
    union lwi_any_message out;
    const char *field;
    size_t size = lwt_random_below(random, sizeof(noise)), i;

    for (i = 0; i < size; i++)
        noise[i] = (uint8_t)(lwt_random_below(random, 3) == 0
                                 ? lwt_random_next(random)
                                 : lwt_random_below(random, 4));
    decode(message->what->type, noise, size, &out, &field);
}

static void
noise_does_no_harm(void **state)
{
    (void)state;
    each_message(0x5eed0017, &small, 3000, decode_noise);
}

/* ---- sizes ---- */

static void
claim_too_much(struct lwt_message *message, struct lwt_random *random)
{
    static const size_t sizes[] = {
        (size_t)UINT32_MAX, (size_t)UINT32_MAX + 1, SIZE_MAX / 2, SIZE_MAX - 8,
        SIZE_MAX - 4,       SIZE_MAX - 3,           SIZE_MAX
    };
    const struct lwi_descriptor *what = message->what;
    size_t i, j;

    (void)random;
    for (i = 0; i < what->field_count; i++) {
        for (j = 0; j < LWI_COUNT(sizes); j++) {
            lw_span claim = { "", sizes[j] };
            void *member = lwt_message_member(message, i);

            memset(&message->any, 0, sizeof(message->any));
            if (what->fields[i].kind == LWI_KIND_TEXTS)
                *(struct lwi_texts *)member =
                    (struct lwi_texts){ .count = 1, .items = &claim };
            else if (what->fields[i].kind == LWI_KIND_TEXT)
                *(lw_span *)member = claim;
            else if (what->fields[i].kind == LWI_KIND_REST && j > 0)
                *(lw_span *)member = claim;
            else
                continue;
            assert_true(lwi_message_body_size(what->type, &message->any) ==
                        SIZE_MAX);
        }
    }
}

static void
what_no_frame_can_hold_has_no_size(void **state)
{
    (void)state;
    each_message(0x5eed0018, &small, 1, claim_too_much);
}

/* ---- the table ---- */

/* The wire's numbers are for good; this list only grows. */
static const struct {
    const char *name;
    uint8_t number;
} frozen[] = {
    { "HELLO", 1 },
    { "WELCOME", 2 },
    { "READY", 3 },
    { "SHUTDOWN", 4 },
    { "GOODBYE", 5 },
    { "FAILED", 6 },
    { "PING", 16 },
    { "PONG", 17 },
    { "PARSE_HEADER", 18 },
    { "HEADER", 19 },
    { "OPEN_SESSION", 20 },
    { "SESSION_OPENED", 21 },
    { "CHECK", 22 },
    { "CHECKED", 23 },
    { "RUN", 24 },
    { "RAN", 25 },
    { "PROGRESS", 32 },
    { "DIAGNOSTIC", 33 },
    { "ROW", 34 },
    { "STREAM", 35 },
    { "NOTICE", 36 },
    { "ELABORATE", 26 },
    { "ELABORATED", 27 },
    { "KERNEL_CHECK", 28 },
    { "KERNEL_CHECKED", 29 },
    { "LIST", 30 },
    { "LISTED", 31 },
    { "DECLARATIONS", 37 },
    { "DESCRIBE", 40 },
    { "DESCRIBED", 41 },
    { "TERM", 42 },
    { "TERM_ANSWERED", 43 },
    { "RING", 44 },
    { "CREDIT", 45 },
};

static void
numbers_are_for_good(void **state)
{
    size_t i, count;

    (void)state;
    lwi_message_table(&count);
    assert_int_equal(count, LWI_COUNT(frozen));
    for (i = 0; i < LWI_COUNT(frozen); i++)
        assert_string_equal(lwi_message_name(frozen[i].number), frozen[i].name);
}

static void
the_table_is_sound(void **state)
{
    size_t count, i, j;
    const struct lwi_descriptor *table = lwi_message_table(&count);

    (void)state;
    for (i = 0; i < count; i++) {
        assert_int_not_equal(table[i].type, 0);
        assert_ptr_equal(lwi_message_descriptor(table[i].type), &table[i]);
        assert_true(table[i].field_count > 0);
        assert_true(table[i].struct_size <= sizeof(union lwi_any_message));
        assert_true(strlen(table[i].what) > 0);
        for (j = 0; j < table[i].field_count; j++) {
            assert_true(strlen(table[i].fields[j].what) > 0);
            assert_true(table[i].fields[j].kind != LWI_KIND_REST ||
                        j + 1 == table[i].field_count);
        }
    }
}

static void
unknown_numbers_are_unknown(void **state)
{
    size_t count, i, known = 0;

    (void)state;
    lwi_message_table(&count);
    for (i = 0; i <= UINT8_MAX; i++) {
        bool is = lwi_message_known((uint8_t)i);

        known += is;
        assert_int_equal(is, lwi_message_descriptor((uint8_t)i) != NULL);
        assert_int_equal(is,
                         strcmp(lwi_message_name((uint8_t)i), "UNKNOWN") != 0);
    }
    assert_int_equal(known, count);
}

static void
results_have_words(void **state)
{
    (void)state;
    assert_string_equal(lwi_decode_result_text(LWI_DECODE_OK), "well-formed");
    assert_string_equal(lwi_decode_result_text((enum lwi_decode_result)99),
                        "unknown result");
    assert_string_not_equal(lwi_decode_result_text(LWI_DECODE_SHORT),
                            lwi_decode_result_text(LWI_DECODE_LEFTOVER));
    assert_true(strlen(lwi_decode_result_text(LWI_DECODE_NOT_UTF8)) > 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_comes_back_as_it_was),
        cmocka_unit_test(an_empty_message_comes_back),
        cmocka_unit_test(every_truncation_is_short),
        cmocka_unit_test(bytes_behind_the_last_field_are_leftover),
        cmocka_unit_test(every_text_must_be_utf8),
        cmocka_unit_test(lying_sizes_are_found_out),
        cmocka_unit_test(noise_does_no_harm),
        cmocka_unit_test(what_no_frame_can_hold_has_no_size),
        cmocka_unit_test(numbers_are_for_good),
        cmocka_unit_test(the_table_is_sound),
        cmocka_unit_test(unknown_numbers_are_unknown),
        cmocka_unit_test(results_have_words),
    };

    return LWT_RUN(tests);
}
