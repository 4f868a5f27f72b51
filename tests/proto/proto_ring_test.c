/*
 * proto_ring_test.c - the child's side of the ring against a parent that reads
 * what is named and gives room back when it likes.
 */
#include "proto/ring.h"

#include "proto/message.h"
#include "support/test.h"

#define SIZE ((size_t)LWI_RING_MIN)

static uint8_t memory[SIZE];
static uint8_t stream[SIZE * 5];

/* A RING, which must name bytes inside. */
static struct lwi_msg_ring
parse(const uint8_t record[LWI_RING_RECORD_SIZE])
{
    struct lwi_msg_ring named;
    struct lwi_frame frame;
    const char *field;
    size_t size;

    assert_int_equal(
        lwi_wire_parse(record, LWI_RING_RECORD_SIZE, 100, &frame, &size),
        LWI_WIRE_FRAME);
    assert_int_equal(size, LWI_RING_RECORD_SIZE);
    assert_int_equal(frame.type, LWI_MSG_RING);
    assert_int_equal(frame.tag, 77);
    assert_int_equal(lwi_message_decode(&frame, &named, &field), LWI_DECODE_OK);
    assert_true(named.bytes > 0 && named.at < SIZE &&
                named.bytes <= SIZE - named.at);
    return named;
}

/* Room is given back in quarters, as late as the parent may. */
static void
all_bytes_arrive_in_order(void **state)
{
    uint8_t record[LWI_RING_RECORD_SIZE];
    size_t at = 0, taken = 0, put, step = 1;
    struct lwi_msg_ring named;
    struct lwi_ring ring;

    (void)state;
    for (at = 0; at < sizeof(stream); at++)
        stream[at] = (uint8_t)(at * 131 >> 3);
    lwi_ring_init(&ring, memory, SIZE);
    for (at = 0; at < sizeof(stream); at += put) {
        size_t left = sizeof(stream) - at;

        step = step * 7 % 40009;
        put = lwi_ring_put(&ring, stream + at, step < left ? step : left, 77,
                           record);
        if (put == 0) {
            assert_true(taken >= SIZE / 4);
            assert_true(lwi_ring_credit(&ring, (uint32_t)taken));
            taken = 0;
            continue;
        }
        named = parse(record);
        assert_int_equal(named.bytes, put);
        assert_memory_equal(memory + named.at, stream + at, put);
        taken += put;
    }
}

/* So a parent that gives back each quarter is never waited for in vain. */
static void
a_piece_is_at_most_a_quarter(void **state)
{
    uint8_t record[LWI_RING_RECORD_SIZE];
    struct lwi_ring ring;
    int i;

    (void)state;
    lwi_ring_init(&ring, memory, SIZE);
    for (i = 0; i < 4; i++)
        assert_int_equal(lwi_ring_put(&ring, stream, SIZE, 77, record),
                         SIZE / 4);
    assert_int_equal(lwi_ring_put(&ring, stream, 1, 77, record), 0);
    assert_true(lwi_ring_credit(&ring, 1));
    assert_int_equal(lwi_ring_put(&ring, stream, 2, 77, record), 0);
    assert_int_equal(lwi_ring_put(&ring, stream, 1, 77, record), 1);
}

static void
the_end_is_not_written_over(void **state)
{
    uint8_t record[LWI_RING_RECORD_SIZE];
    struct lwi_ring ring;

    (void)state;
    lwi_ring_init(&ring, memory, SIZE);
    ring.at = SIZE - 10;
    assert_int_equal(lwi_ring_put(&ring, stream, 100, 77, record), 10);
    assert_int_equal(parse(record).at, SIZE - 10);
    assert_int_equal(lwi_ring_put(&ring, stream, 100, 77, record), 100);
    assert_int_equal(parse(record).at, 0);
    lwi_ring_rewind(&ring);
    assert_int_equal(lwi_ring_put(&ring, stream, 5, 77, record), 5);
    assert_int_equal(parse(record).at, 0);
    assert_int_equal(ring.room, SIZE - 115);
}

static void
credit_that_cannot_be_is_refused(void **state)
{
    const struct lwi_msg_credit message = { 100 };
    uint8_t record[LWI_RING_RECORD_SIZE], frame[LWI_RING_CREDIT_SIZE];
    struct lwi_ring ring;

    (void)state;
    lwi_ring_init(&ring, memory, SIZE);
    assert_false(lwi_ring_credit(&ring, 1));
    lwi_ring_put(&ring, stream, 150, 77, record);
    lwi_wire_put_header(frame, LWI_MSG_CREDIT, 0, 77, 4);
    lwi_message_encode_body(LWI_MSG_CREDIT, &message, frame + LWI_HEADER_SIZE);
    assert_true(lwi_ring_take_credit(&ring, frame));
    assert_int_equal(ring.room, SIZE - 50);
    assert_false(lwi_ring_take_credit(&ring, frame));
    frame[4] = LWI_MSG_PING;
    assert_false(lwi_ring_take_credit(&ring, frame));
    lwi_wire_put_header(frame, LWI_MSG_CREDIT, 0, 77, 3);
    assert_false(lwi_ring_take_credit(&ring, frame));
    lwi_wire_put_header(frame, LWI_MSG_CREDIT, 0, 77, 5);
    assert_false(lwi_ring_take_credit(&ring, frame));
    assert_int_equal(ring.room, SIZE - 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_bytes_arrive_in_order),
        cmocka_unit_test(a_piece_is_at_most_a_quarter),
        cmocka_unit_test(the_end_is_not_written_over),
        cmocka_unit_test(credit_that_cannot_be_is_refused),
    };

    return LWT_RUN(tests);
}
