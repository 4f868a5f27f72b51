/* proto_wire_test.c - frames: headers of every kind, streams cut anywhere. */
#include "support/message.h"

#define LIMIT 100u

static void
integers_are_little_endian_at_any_alignment(void **state)
{
    uint8_t bytes[16];
    size_t i;

    (void)state;
    for (i = 0; i < 8; i++) {
        lwi_wire_put_u64(bytes + i, UINT64_C(0x1122334455667788));
        assert_int_equal(bytes[i], 0x88);
        assert_int_equal(bytes[i + 7], 0x11);
        assert_true(lwi_wire_get_u64(bytes + i) ==
                    UINT64_C(0x1122334455667788));
        lwi_wire_put_u32(bytes + i, 0xfedcba98u);
        assert_int_equal(bytes[i], 0x98);
        assert_int_equal(lwi_wire_get_u32(bytes + i), 0xfedcba98u);
    }
}

/* What the drawing in wire.h says, written a second time. */
static enum lwi_wire_result
expected(const uint8_t *bytes, size_t count, size_t *size)
{
    uint64_t length;

    *size = 16;
    if (count < 16)
        return LWI_WIRE_MORE;
    length =
        bytes[0] + 256u * bytes[1] + 65536u * bytes[2] + 16777216ull * bytes[3];
    if (strcmp(lwi_message_name(bytes[4]), "UNKNOWN") == 0)
        return LWI_WIRE_BAD_TYPE;
    if (bytes[5] != 0)
        return LWI_WIRE_BAD_FLAGS;
    if (length > LIMIT)
        return LWI_WIRE_TOO_LARGE;
    *size = 16 + (size_t)length;
    return count < *size ? LWI_WIRE_MORE : LWI_WIRE_FRAME;
}

static void
check_parse(const uint8_t *bytes, size_t count)
{
    struct lwi_frame frame = { 0 };
    size_t size = 0, wanted_size;
    enum lwi_wire_result wanted = expected(bytes, count, &wanted_size);

    assert_int_equal(lwi_wire_parse(bytes, count, LIMIT, &frame, &size),
                     wanted);
    if (wanted == LWI_WIRE_MORE || wanted == LWI_WIRE_FRAME)
        assert_int_equal(size, wanted_size);
    if (wanted != LWI_WIRE_FRAME)
        return;
    assert_int_equal(frame.type, bytes[4]);
    assert_int_equal(frame.stream, bytes[6] + 256 * bytes[7]);
    assert_true(frame.tag == lwi_wire_get_u64(bytes + 8));
    assert_ptr_equal(frame.body, bytes + 16);
    assert_int_equal(frame.body_size, wanted_size - 16);
}

/* Each value at each place of the header, with every amount of bytes. */
static void
every_value_at_every_place_of_the_header(void **state)
{
    uint8_t bytes[16 + LIMIT];
    size_t place, count;
    int value;

    (void)state;
    for (place = 0; place < 16; place++) {
        for (value = 0; value < 256; value++) {
            memset(bytes, 0, sizeof(bytes));
            lwi_wire_put_header(bytes, LWI_MSG_PING, 3, 77, 20);
            bytes[place] = (uint8_t)value;
            for (count = 0; count <= sizeof(bytes); count += 7)
                check_parse(bytes, count);
        }
    }
}

static void
a_header_is_what_was_put(void **state)
{
    uint8_t bytes[16];
    struct lwi_frame frame;
    size_t size;

    (void)state;
    lwi_wire_put_header(bytes, LWI_MSG_SHUTDOWN, 0xabcd,
                        UINT64_C(0x8000000000000001), 0);
    assert_int_equal(lwi_wire_parse(bytes, 16, LIMIT, &frame, &size),
                     LWI_WIRE_FRAME);
    assert_int_equal(size, 16);
    assert_int_equal(frame.type, LWI_MSG_SHUTDOWN);
    assert_int_equal(frame.stream, 0xabcd);
    assert_true(frame.tag == UINT64_C(0x8000000000000001));
    assert_int_equal(frame.body_size, 0);
}

static void
the_limit_is_for_the_body(void **state)
{
    uint8_t bytes[16 + LIMIT + 1] = { 0 };
    struct lwi_frame frame;
    size_t size;

    (void)state;
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 0, LIMIT);
    assert_int_equal(lwi_wire_parse(bytes, 16 + LIMIT, LIMIT, &frame, &size),
                     LWI_WIRE_FRAME);
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 0, LIMIT + 1);
    assert_int_equal(lwi_wire_parse(bytes, sizeof(bytes), LIMIT, &frame, &size),
                     LWI_WIRE_TOO_LARGE);
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 0, UINT32_MAX);
    assert_int_equal(lwi_wire_parse(bytes, 16, UINT32_MAX, &frame, &size),
                     LWI_WIRE_MORE);
    assert_true(size == (size_t)16 + UINT32_MAX);
}

/* A liar must not be waited for: 16 bytes are enough to judge. */
static void
a_breach_does_not_wait_for_its_body(void **state)
{
    uint8_t bytes[16];
    struct lwi_frame frame;
    size_t size;

    (void)state;
    lwi_wire_put_header(bytes, 255, 0, 0, 50);
    assert_int_equal(lwi_wire_parse(bytes, 16, LIMIT, &frame, &size),
                     LWI_WIRE_BAD_TYPE);
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 0, 50);
    bytes[5] = 1;
    assert_int_equal(lwi_wire_parse(bytes, 16, LIMIT, &frame, &size),
                     LWI_WIRE_BAD_FLAGS);
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 0, LIMIT + 1);
    assert_int_equal(lwi_wire_parse(bytes, 16, LIMIT, &frame, &size),
                     LWI_WIRE_TOO_LARGE);
}

static void
more_says_exactly_how_much(void **state)
{
    uint8_t bytes[16 + 30] = { 0 };
    struct lwi_frame frame;
    size_t count, size;

    (void)state;
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 0, 30);
    for (count = 0; count < sizeof(bytes); count++) {
        assert_int_equal(lwi_wire_parse(bytes, count, LIMIT, &frame, &size),
                         LWI_WIRE_MORE);
        assert_int_equal(size, count < 16 ? 16 : sizeof(bytes));
    }
}

/* ---- streams ---- */

#define STREAM_FRAMES 24

struct stream {
    uint8_t *bytes;
    size_t size;
    size_t ends[STREAM_FRAMES];
};

static struct stream
make_stream(struct lwt_random *random)
{
    static const struct lwt_sizes sizes = { 4, 3, 9 };
    struct stream stream = { malloc((size_t)1 << 20), 0, { 0 } };
    size_t count, i, size;
    const struct lwi_descriptor *table = lwi_message_table(&count);

    assert_non_null(stream.bytes);
    for (i = 0; i < STREAM_FRAMES; i++) {
        struct lwt_message message;
        uint8_t *frame;

        lwt_message_init(&message, &table[i % count]);
        lwt_message_fill(&message, random, &sizes);
        frame = lwt_message_encode(&message, (uint16_t)i, i, &size);
        memcpy(stream.bytes + stream.size, frame, size);
        stream.size += size;
        stream.ends[i] = stream.size;
        free(frame);
        lwt_message_fini(&message);
    }
    return stream;
}

/* Parses what lies between *start and `have`; *next counts frames. */
static void
take_frames(const struct stream *stream, size_t *start, size_t have,
            size_t *next)
{
    struct lwi_frame frame;
    enum lwi_wire_result result;
    size_t size;

    for (;;) {
        result = lwi_wire_parse(stream->bytes + *start, have - *start,
                                LWI_FRAME_LIMIT_DEFAULT, &frame, &size);
        if (result == LWI_WIRE_MORE)
            return;
        assert_int_equal(result, LWI_WIRE_FRAME);
        assert_true(*next < STREAM_FRAMES);
        assert_true(frame.tag == *next);
        *start += size;
        assert_int_equal(*start, stream->ends[*next]);
        (*next)++;
    }
}

static void
every_split_gives_the_same_frames(void **state)
{
    struct lwt_random random = lwt_random_init(0x5eed0020);
    struct stream stream = make_stream(&random);
    size_t split;

    (void)state;
    for (split = 0; split <= stream.size; split++) {
        size_t start = 0, next = 0, i;

        take_frames(&stream, &start, split, &next);
        for (i = 0; i < STREAM_FRAMES && stream.ends[i] <= split; i++)
            ;
        assert_int_equal(next, i);
        take_frames(&stream, &start, stream.size, &next);
        assert_int_equal(next, STREAM_FRAMES);
        assert_int_equal(start, stream.size);
    }
    free(stream.bytes);
}

static void
byte_by_byte_gives_the_same_frames(void **state)
{
    struct lwt_random random = lwt_random_init(0x5eed0021);
    struct stream stream = make_stream(&random);
    size_t have, start = 0, next = 0;

    (void)state;
    for (have = 0; have <= stream.size; have++)
        take_frames(&stream, &start, have, &next);
    assert_int_equal(next, STREAM_FRAMES);
    free(stream.bytes);
}

static void
results_have_words(void **state)
{
    static const enum lwi_wire_result all[] = {
        LWI_WIRE_MORE,      LWI_WIRE_FRAME,           LWI_WIRE_TOO_LARGE,
        LWI_WIRE_BAD_FLAGS, LWI_WIRE_BAD_TYPE,        LWI_WIRE_BAD_RING,
        LWI_WIRE_NO_MEMORY, (enum lwi_wire_result)99,
    };
    size_t i, j;

    (void)state;
    for (i = 0; i < LWI_COUNT(all); i++) {
        for (j = 0; j < i; j++)
            assert_string_not_equal(lwi_wire_result_text(all[i]),
                                    lwi_wire_result_text(all[j]));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_little_endian_at_any_alignment),
        cmocka_unit_test(every_value_at_every_place_of_the_header),
        cmocka_unit_test(a_header_is_what_was_put),
        cmocka_unit_test(the_limit_is_for_the_body),
        cmocka_unit_test(a_breach_does_not_wait_for_its_body),
        cmocka_unit_test(more_says_exactly_how_much),
        cmocka_unit_test(every_split_gives_the_same_frames),
        cmocka_unit_test(byte_by_byte_gives_the_same_frames),
        cmocka_unit_test(results_have_words),
    };

    return LWT_RUN(tests);
}
