/*
 * ring_channel_test.c - the parent's side of the ring: what it copies, what it
 * gives back, and what it believes.
 *
 * The table of system calls is the test's: read hands out one batch of bytes
 * for each fill, read_at the ring's, write keeps what is given back.
 */
#include "proto/ring.h"
#include "worker/channel.h"

#include "support/memory.h"
#include "support/test.h"

#define SIZE ((size_t)LWI_RING_MIN)
#define TAG 42

static struct {
    uint8_t batch[4096]; /* of the next fill */
    size_t batch_size;
    uint8_t ring[SIZE];
    uint8_t given[4096];
    size_t given_size;
    bool full;        /* the request pipe */
    bool short_reads; /* of the ring */
    int error;        /* of the next read of the ring, once */
} world;

static ssize_t
fake_read(int fd, void *data, size_t size)
{
    size_t n = world.batch_size;

    assert_int_equal(fd, 70);
    assert_true(n <= size);
    if (n == 0) {
        errno = EAGAIN;
        return -1;
    }
    memcpy(data, world.batch, n);
    world.batch_size = 0;
    return (ssize_t)n;
}

static ssize_t
fake_write(int fd, const void *data, size_t size)
{
    assert_int_equal(fd, 71);
    if (world.full) {
        errno = EAGAIN;
        return -1;
    }
    assert_true(world.given_size + size <= sizeof(world.given));
    memcpy(world.given + world.given_size, data, size);
    world.given_size += size;
    return (ssize_t)size;
}

static ssize_t
fake_read_at(int fd, void *data, size_t size, uint64_t at)
{
    size_t n = world.short_reads && size > 1 ? size / 2 : size;

    assert_int_equal(fd, 72);
    assert_true(size > 0 && at < SIZE && size <= SIZE - at);
    if (world.error != 0) {
        errno = world.error;
        world.error = 0;
        return -1;
    }
    memcpy(data, world.ring + at, n);
    return (ssize_t)n;
}

static const struct lwi_sys fake_sys = { .read = fake_read,
                                         .write = fake_write,
                                         .read_at = fake_read_at };

static struct lwi_channel channel;

static int
setup(void **state)
{
    (void)state;
    memset(&world, 0, sizeof(world));
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    lwi_channel_use_ring(&channel, 72, (uint32_t)SIZE);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    lwi_channel_fini(&channel);
    return 0;
}

/* ---- what the child does ---- */

static size_t
encode(uint8_t *to, uint8_t type, const void *message)
{
    size_t size = lwi_message_body_size(type, message);

    lwi_wire_put_header(to, type, 0, TAG, (uint32_t)size);
    lwi_message_encode_body(type, message, to + LWI_HEADER_SIZE);
    return LWI_HEADER_SIZE + size;
}

/* A PONG of so many bytes in all. Gives where it ends. */
static size_t
put(size_t at, size_t bytes)
{
    static char payload[SIZE];
    struct lwi_msg_pong pong = { { payload, bytes - LWI_HEADER_SIZE } };

    memset(payload, (int)(at % 251), sizeof(payload));
    return at + encode(world.ring + at, LWI_MSG_PONG, &pong);
}

static void
name(size_t at, size_t bytes)
{
    const struct lwi_msg_ring ring = { (uint32_t)at, (uint32_t)bytes };

    world.batch_size +=
        encode(world.batch + world.batch_size, LWI_MSG_RING, &ring);
}

static void
say(const char *payload)
{
    const struct lwi_msg_pong pong = { { payload, strlen(payload) } };

    world.batch_size +=
        encode(world.batch + world.batch_size, LWI_MSG_PONG, &pong);
}

/* ---- what the parent finds ---- */

static void
assert_pong(size_t at, size_t bytes)
{
    struct lwi_frame frame;
    size_t i;

    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_FRAME);
    assert_int_equal(frame.type, LWI_MSG_PONG);
    assert_int_equal(frame.body_size, bytes - LWI_HEADER_SIZE);
    for (i = 0; i < frame.body_size; i++)
        assert_int_equal(frame.body[i], at % 251);
}

static void
assert_next(enum lwi_wire_result wanted)
{
    struct lwi_frame frame;

    assert_int_equal(lwi_channel_next(&channel, &frame), wanted);
}

/* The sum of what was given back. */
static size_t
credit(void)
{
    struct lwi_frame frame;
    size_t at = 0, size, sum = 0;

    while (at < world.given_size) {
        assert_int_equal(lwi_wire_parse(world.given + at, world.given_size - at,
                                        100, &frame, &size),
                         LWI_WIRE_FRAME);
        assert_int_equal(frame.type, LWI_MSG_CREDIT);
        assert_int_equal(frame.tag, TAG);
        sum += lwi_wire_get_u32(frame.body);
        at += size;
    }
    return sum;
}

static void
fill(void)
{
    assert_int_equal(lwi_channel_fill(&channel), LWI_IO_DONE);
}

/* ---- the tests ---- */

static void
frames_stand_where_they_are_named(void **state)
{
    (void)state;
    put(put(0, 100), 200);
    put(5000, 300);
    say("a");
    name(0, 300);
    say("b");
    name(5000, 300);
    fill();
    assert_pong('a', 17);
    assert_pong(0, 100);
    assert_pong(100, 200);
    assert_pong('b', 17);
    assert_true(lwi_channel_has_input(&channel));
    assert_pong(5000, 300);
    assert_false(lwi_channel_has_input(&channel));
    assert_next(LWI_WIRE_MORE);
    assert_int_equal(credit(), 0);
}

/* What the child changes after it was named is not seen any more. */
static void
what_is_copied_stays(void **state)
{
    struct lwi_frame frame;

    (void)state;
    put(put(0, 100), 200);
    name(0, 300);
    fill();
    assert_pong(0, 100);
    memset(world.ring, 0xff, sizeof(world.ring));
    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_FRAME);
    assert_int_equal(frame.body_size, 184);
    assert_int_equal(frame.body[183], 100);
}

static void
parts_make_a_whole(void **state)
{
    (void)state;
    put(0, 100);
    world.short_reads = true;
    world.error = EINTR;
    name(0, 1);
    fill();
    assert_next(LWI_WIRE_MORE);
    assert_true(lwi_channel_has_input(&channel));
    name(1, 50);
    name(51, 49);
    fill();
    assert_pong(0, 100);
    assert_next(LWI_WIRE_MORE);
}

/* A part in the ring is followed by its rest and nothing else. */
static void
a_part_cannot_be_left(void **state)
{
    (void)state;
    put(0, 100);
    name(0, 50);
    say("between");
    fill();
    assert_next(LWI_WIRE_BAD_RING);
}

static void
places_outside_are_a_breach(void **state)
{
    static const uint32_t places[][2] = {
        { SIZE, 1 },        { SIZE - 1, 2 },
        { 0, SIZE + 1 },    { 0, 0 },
        { 7, 0 },           { UINT32_MAX, 17 },
        { 17, UINT32_MAX }, { SIZE + 1, 1 },
        { SIZE, 0 },        { UINT32_MAX, UINT32_MAX },
    };
    size_t i;

    for (i = 0; i < LWI_COUNT(places); i++) {
        teardown(state);
        setup(state);
        name(places[i][0], places[i][1]);
        fill();
        assert_next(LWI_WIRE_BAD_RING);
    }
}

static void
room_is_given_back_by_quarters(void **state)
{
    (void)state;
    put(0, SIZE / 4 - 1);
    put(SIZE / 2, 100);
    name(0, SIZE / 4 - 1);
    fill();
    assert_pong(0, SIZE / 4 - 1);
    assert_int_equal(credit(), 0);
    name(SIZE / 2, 100);
    fill();
    assert_pong(SIZE / 2, 100);
    assert_int_equal(credit(), SIZE / 4 + 99);
}

/*
 * Between two fills the child cannot have heard of room that was given back:
 * so no more than the ring is copied in one turn, whatever it names.
 */
static void
more_than_the_ring_is_a_breach(void **state)
{
    size_t i;

    (void)state;
    put(0, SIZE / 2);
    for (i = 0; i < 3; i++)
        name(0, SIZE / 2);
    fill();
    assert_pong(0, SIZE / 2);
    assert_pong(0, SIZE / 2);
    assert_int_equal(credit(), SIZE);
    assert_next(LWI_WIRE_BAD_RING);
    /* In turn it is as much as it likes. */
    teardown(state);
    setup(state);
    put(0, SIZE);
    for (i = 0; i < 10; i++) {
        name(0, SIZE);
        fill();
        assert_pong(0, SIZE);
    }
    assert_int_equal(credit(), 10 * SIZE);
}

/* Who does not read what it is told, and goes on, is no child of ours. */
static void
credit_that_is_not_read_ends_it(void **state)
{
    (void)state;
    put(0, SIZE / 2);
    world.full = true;
    name(0, SIZE / 2);
    fill();
    assert_pong(0, SIZE / 2);
    assert_true(lwi_channel_sending(&channel));
    name(0, SIZE / 2);
    fill();
    assert_next(LWI_WIRE_BAD_RING);
}

static void
other_tags_are_a_breach(void **state)
{
    (void)state;
    put(0, 100);
    name(0, 100);
    world.batch[8] ^= 1;
    fill();
    assert_next(LWI_WIRE_BAD_RING);
}

static void
what_cannot_be_read_is_a_breach(void **state)
{
    (void)state;
    put(0, 100);
    world.error = EIO;
    name(0, 100);
    fill();
    assert_next(LWI_WIRE_BAD_RING);
}

static void
without_memory_the_child_is_not_at_fault(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, 1);

    (void)state;
    lwi_channel_fini(&channel);
    lwi_channel_init(&channel, &allocator, &fake_sys, 70, 71);
    lwi_channel_use_ring(&channel, 72, (uint32_t)SIZE);
    put(0, 100);
    name(0, 100);
    fill();
    assert_next(LWI_WIRE_NO_MEMORY);
    assert_int_equal(memory.failures, 1);
    lwi_channel_fini(&channel);
    lwt_memory_check_empty(&memory);
    setup(state);
}

/* Who stops a request may ask whether the child was held up. */
static void
a_full_ring_is_known(void **state)
{
    size_t i;

    (void)state;
    channel.ring_size = channel.ring_room = (uint32_t)(4 * LWI_RING_PIECE);
    assert_false(lwi_channel_was_full(&channel));
    for (i = 0; i < 3; i++)
        name(0, LWI_RING_PIECE);
    fill();
    assert_false(lwi_channel_was_full(&channel));
    name(0, LWI_RING_PIECE);
    fill();
    assert_true(lwi_channel_was_full(&channel));
}

static void
a_ring_that_is_not_used_is_no_place(void **state)
{
    struct lwi_frame frame;

    (void)state;
    channel.ring = -1;
    put(0, 100);
    name(0, 100);
    fill();
    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_FRAME);
    assert_int_equal(frame.type, LWI_MSG_RING);
}

#define WITH_RING(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_RING(frames_stand_where_they_are_named),
        WITH_RING(what_is_copied_stays),
        WITH_RING(parts_make_a_whole),
        WITH_RING(a_part_cannot_be_left),
        WITH_RING(places_outside_are_a_breach),
        WITH_RING(room_is_given_back_by_quarters),
        WITH_RING(more_than_the_ring_is_a_breach),
        WITH_RING(credit_that_is_not_read_ends_it),
        WITH_RING(other_tags_are_a_breach),
        WITH_RING(what_cannot_be_read_is_a_breach),
        WITH_RING(without_memory_the_child_is_not_at_fault),
        WITH_RING(a_full_ring_is_known),
        WITH_RING(a_ring_that_is_not_used_is_no_place),
    };

    return LWT_RUN(tests);
}
