/*
 * proto_inbox_test.c - a child's inbox, against a stream that is cut anywhere.
 */
#include "child/common/inbox.h"

#include "proto/message.h"
#include "support/random.h"

#define FRAMES 200u
#define BODY_MAX 600u

static uint8_t stream[FRAMES * (LWI_HEADER_SIZE + BODY_MAX)];
static size_t sizes[FRAMES];
static size_t total;

static void
make_stream(struct lwt_random *random)
{
    unsigned i;

    total = 0;
    for (i = 0; i < FRAMES; i++) {
        sizes[i] = lwt_random_below(random, BODY_MAX);
        lwi_wire_put_header(stream + total, LWI_MSG_PING, 0, i + 1,
                            (uint32_t)sizes[i]);
        total += LWI_HEADER_SIZE;
        memset(stream + total, (int)(i & 0xff), sizes[i]);
        total += sizes[i];
    }
}

/* As a child does it, with a read that gives what it likes. */
static size_t
read_some(struct lwi_inbox *inbox, const uint8_t *from, size_t left,
          size_t piece)
{
    size_t wanted = lwi_inbox_make_way(inbox);

    if (wanted > inbox->capacity) {
        inbox->bytes = realloc(inbox->bytes, wanted);
        assert_non_null(inbox->bytes);
        inbox->capacity = wanted;
    }
    if (piece > left)
        piece = left;
    if (piece > inbox->capacity - inbox->size)
        piece = inbox->capacity - inbox->size;
    memcpy(inbox->bytes + inbox->size, from, piece);
    inbox->size += piece;
    return piece;
}

static void
check_frame(const struct lwi_frame *frame, unsigned number)
{
    size_t i;

    assert_int_equal(frame->tag, number + 1);
    assert_int_equal(frame->body_size, sizes[number]);
    for (i = 0; i < frame->body_size; i++)
        assert_int_equal(frame->body[i], number & 0xff);
}

static void
frames_arrive_whole_however_they_are_cut(void **state)
{
    struct lwt_random random = lwt_random_init(20261122);
    struct lwi_inbox inbox = { .bytes = NULL };
    enum lwi_wire_result wire;
    struct lwi_frame frame;
    size_t at = 0, round;
    unsigned number;

    (void)state;
    for (round = 0; round < 50; round++) {
        make_stream(&random);
        at = number = 0;
        while (number < FRAMES) {
            wire = lwi_inbox_next(&inbox, BODY_MAX, &frame);
            if (wire == LWI_WIRE_MORE) {
                assert_true(at < total);
                at += read_some(&inbox, stream + at, total - at,
                                1 + lwt_random_below(&random, 2000));
                continue;
            }
            assert_int_equal(wire, LWI_WIRE_FRAME);
            check_frame(&frame, number++);
        }
        assert_false(lwi_inbox_has_part(&inbox));
    }
    free(inbox.bytes);
}

/* A frame that was given out stays where it is while credit is awaited. */
static void
what_is_taken_out_is_no_frame(void **state)
{
    struct lwi_inbox inbox = { .bytes = NULL };
    uint8_t credit[10];
    struct lwi_frame frame;
    uint8_t frames[2 * LWI_HEADER_SIZE + 4];

    (void)state;
    lwi_wire_put_header(frames, LWI_MSG_PING, 0, 7, 4);
    memcpy(frames + LWI_HEADER_SIZE, "body", 4);
    memset(frames + LWI_HEADER_SIZE + 4, 'c', LWI_HEADER_SIZE);
    read_some(&inbox, frames, sizeof(frames), sizeof(frames));
    assert_int_equal(lwi_inbox_next(&inbox, 100, &frame), LWI_WIRE_FRAME);
    assert_int_equal(lwi_inbox_take(&inbox, credit, 10), 10);
    assert_int_equal(lwi_inbox_take(&inbox, credit, 10), 6);
    assert_int_equal(lwi_inbox_take(&inbox, credit, 10), 0);
    assert_memory_equal(credit, "cccccc", 6);
    assert_memory_equal(frame.body, "body", 4);
    assert_false(lwi_inbox_has_part(&inbox));
    free(inbox.bytes);
}

static void
a_breach_is_one_at_once(void **state)
{
    struct lwi_inbox inbox = { .bytes = NULL };
    uint8_t header[LWI_HEADER_SIZE];
    struct lwi_frame frame;

    (void)state;
    lwi_wire_put_header(header, LWI_MSG_PING, 0, 7, 101);
    read_some(&inbox, header, sizeof(header), sizeof(header));
    assert_int_equal(lwi_inbox_next(&inbox, 100, &frame), LWI_WIRE_TOO_LARGE);
    assert_int_equal(lwi_inbox_next(&inbox, 101, &frame), LWI_WIRE_MORE);
    /* No more memory than the frame needs, and no less than a pipe holds. */
    assert_int_equal(lwi_inbox_make_way(&inbox), LWI_INBOX_LEAST);
    assert_int_equal(lwi_inbox_next(&inbox, 1u << 20, &frame), LWI_WIRE_MORE);
    lwi_wire_put_header(inbox.bytes, LWI_MSG_PING, 0, 7, 1u << 20);
    assert_int_equal(lwi_inbox_next(&inbox, 1u << 20, &frame), LWI_WIRE_MORE);
    assert_int_equal(lwi_inbox_make_way(&inbox), (1u << 20) + LWI_HEADER_SIZE);
    free(inbox.bytes);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_whole_however_they_are_cut),
        cmocka_unit_test(what_is_taken_out_is_no_frame),
        cmocka_unit_test(a_breach_is_one_at_once),
    };

    return LWT_RUN(tests);
}
