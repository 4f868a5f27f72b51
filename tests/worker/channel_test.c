/*
 * channel_test.c - frames over descriptors that misbehave.
 *
 * The table of system calls is the test's: its read hands out a stream in
 * pieces, its write takes what it likes, both fail as they are told. No
 * descriptor is opened.
 */
#include "worker/channel.h"

#include "support/memory.h"
#include "support/message.h"

/* ---- the two pipes ---- */

static struct {
    const uint8_t *from; /* what read gives */
    size_t from_size;
    size_t from_at;
    struct lwi_buf to; /* what write took */
    size_t piece;      /* at most so many bytes in one call; 0: EAGAIN */
    int error;         /* errno of every call, 0 none */
    size_t interrupts; /* so many EINTR before each success */
    size_t pending;
} pipes;

static bool
is_interrupted(void)
{
    if (pipes.error != 0) {
        errno = pipes.error;
        return true;
    }
    if (pipes.pending < pipes.interrupts) {
        pipes.pending++;
        errno = EINTR;
        return true;
    }
    pipes.pending = 0;
    return false;
}

static ssize_t
fake_read(int fd, void *data, size_t size)
{
    size_t left = pipes.from_size - pipes.from_at;
    size_t n = left < pipes.piece ? left : pipes.piece;

    assert_int_equal(fd, 70);
    assert_true(size > 0);
    if (is_interrupted())
        return -1;
    if (left > 0 && n == 0) {
        errno = EAGAIN;
        return -1;
    }
    n = n < size ? n : size;
    memcpy(data, pipes.from + pipes.from_at, n);
    pipes.from_at += n;
    return (ssize_t)n;
}

static ssize_t
fake_write(int fd, const void *data, size_t size)
{
    size_t n = size < pipes.piece ? size : pipes.piece;

    assert_int_equal(fd, 71);
    assert_true(size > 0);
    if (is_interrupted())
        return -1;
    if (n == 0) {
        errno = EAGAIN;
        return -1;
    }
    assert_int_equal(lwi_buf_append(&pipes.to, data, n), LW_OK);
    return (ssize_t)n;
}

static const struct lwi_sys fake_sys = { .read = fake_read,
                                         .write = fake_write };

static int
reset(void **state)
{
    (void)state;
    lwi_buf_fini(&pipes.to);
    memset(&pipes, 0, sizeof(pipes));
    lwi_buf_init(&pipes.to, &lwi_system_allocator);
    pipes.piece = SIZE_MAX;
    return 0;
}

/* ---- sending ---- */

static void
what_is_queued_goes_out_whole(void **state)
{
    static const size_t pieces[] = { 1, 2, 15, 16, 17, 1000 };
    struct lwi_msg_ping ping = { { "hello", 5 } };
    struct lwi_channel channel;
    struct lwi_frame frame;
    size_t i, size;

    for (i = 0; i < LWI_COUNT(pieces); i++) {
        reset(state);
        pipes.piece = pieces[i];
        pipes.interrupts = 2;
        lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
        assert_false(lwi_channel_sending(&channel));
        assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 9, &ping),
                         LW_OK);
        assert_true(lwi_channel_sending(&channel));
        assert_int_equal(lwi_channel_flush(&channel), LWI_IO_DONE);
        assert_false(lwi_channel_sending(&channel));
        assert_int_equal(lwi_wire_parse((uint8_t *)pipes.to.data, pipes.to.size,
                                        100, &frame, &size),
                         LWI_WIRE_FRAME);
        assert_int_equal(size, pipes.to.size);
        assert_int_equal(frame.tag, 9);
        lwi_channel_fini(&channel);
    }
}

static void
a_full_pipe_is_tried_again_later(void **state)
{
    struct lwi_msg_ping ping = { { "hello", 5 } };
    struct lwi_channel channel;

    (void)state;
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                     LW_OK);
    pipes.piece = 0;
    assert_int_equal(lwi_channel_flush(&channel), LWI_IO_AGAIN);
    assert_true(lwi_channel_sending(&channel));
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 2, &ping),
                     LW_OK);
    pipes.piece = 4;
    assert_int_equal(lwi_channel_flush(&channel), LWI_IO_DONE);
    assert_int_equal(pipes.to.size, 2 * (16 + 5));
    lwi_channel_fini(&channel);
}

/* The frame that a caller lends goes behind what was queued, and is no copy. */
static void
a_lent_frame_goes_out_last(void **state)
{
    static const size_t pieces[] = { 1, 5, 16, 1000 };
    struct lwi_msg_ping ping = { { "hello", 5 } };
    char lent[] = "a frame of the caller";
    struct lwi_channel channel;
    size_t i;

    for (i = 0; i < LWI_COUNT(pieces); i++) {
        reset(state);
        lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
        assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                         LW_OK);
        lwi_channel_send(&channel, (lw_span){ lent, sizeof(lent) });
        pipes.piece = 0;
        assert_int_equal(lwi_channel_flush(&channel), LWI_IO_AGAIN);
        assert_true(lwi_channel_sending(&channel));
        pipes.piece = pieces[i];
        pipes.interrupts = 1;
        assert_int_equal(lwi_channel_flush(&channel), LWI_IO_DONE);
        assert_false(lwi_channel_sending(&channel));
        assert_int_equal(pipes.to.size, 16 + 5 + sizeof(lent));
        assert_memory_equal(pipes.to.data + 16 + 5, lent, sizeof(lent));
        /* The channel serves on, and forgets a frame with its end. */
        lwi_channel_send(&channel, (lw_span){ lent, sizeof(lent) });
        lwi_channel_fini(&channel);
        assert_false(lwi_channel_sending(&channel));
    }
}

static void
an_encoded_body_is_sent_as_it_is(void **state)
{
    struct lwi_msg_ping ping = { { "hello", 5 } };
    struct lwi_channel channel;
    struct lwi_buf plain;
    lw_span large = { "", (size_t)LWI_FRAME_LIMIT_HANDSHAKE + 1 };

    (void)state;
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    lwi_channel_queue(&channel, LWI_MSG_PING, 3, &ping);
    lwi_channel_flush(&channel);
    plain = pipes.to;
    lwi_buf_init(&pipes.to, &lwi_system_allocator);
    assert_int_equal(
        lwi_channel_queue_body(&channel, LWI_MSG_PING, 3,
                               (lw_span){ plain.data + LWI_HEADER_SIZE,
                                          plain.size - LWI_HEADER_SIZE }),
        LW_OK);
    assert_int_equal(lwi_channel_flush(&channel), LWI_IO_DONE);
    assert_int_equal(pipes.to.size, plain.size);
    assert_memory_equal(pipes.to.data, plain.data, plain.size);
    assert_int_equal(lwi_channel_queue_body(&channel, LWI_MSG_PING, 3, large),
                     LW_EINVAL);
    lwi_buf_fini(&plain);
    lwi_channel_fini(&channel);
}

static void
a_broken_pipe_is_an_error(void **state)
{
    struct lwi_msg_ping ping = { { "hello", 5 } };
    struct lwi_channel channel;

    (void)state;
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                     LW_OK);
    pipes.error = EPIPE;
    assert_int_equal(lwi_channel_flush(&channel), LWI_IO_ERROR);
    assert_int_equal(errno, EPIPE);
    assert_int_equal(lwi_channel_fill(&channel), LWI_IO_ERROR);
    lwi_channel_fini(&channel);
}

static void
a_message_over_the_limit_is_not_queued(void **state)
{
    struct lwi_channel channel;
    char *big = calloc(1, LWI_FRAME_LIMIT_HANDSHAKE + 1);
    struct lwi_msg_ping ping = { { big, LWI_FRAME_LIMIT_HANDSHAKE } };

    (void)state;
    assert_non_null(big);
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                     LW_OK);
    ping.payload.size++;
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                     LW_EINVAL);
    ping.payload.size = SIZE_MAX;
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                     LW_EINVAL);
    assert_int_equal(channel.tx.size, 16 + LWI_FRAME_LIMIT_HANDSHAKE);
    lwi_channel_fini(&channel);
    free(big);
}

/* ---- receiving ---- */

#define FRAMES 40

/* A stream of PINGs with payloads of many sizes; tags count from 1. */
static void
make_stream(struct lwi_buf *stream, size_t largest)
{
    struct lwt_random random = lwt_random_init(0x5eed0030);
    size_t i, size;
    char *payload = calloc(1, largest + 1);

    assert_non_null(payload);
    lwi_buf_init(stream, &lwi_system_allocator);
    for (i = 1; i <= FRAMES; i++) {
        uint8_t header[LWI_HEADER_SIZE];

        size = lwt_random_below(&random, largest);
        lwi_wire_put_header(header, LWI_MSG_PING, 0, i, (uint32_t)size);
        assert_int_equal(lwi_buf_append(stream, header, sizeof(header)), LW_OK);
        assert_int_equal(lwi_buf_append(stream, payload, size), LW_OK);
    }
    free(payload);
}

static void
read_stream(const struct lwi_buf *stream, size_t piece)
{
    struct lwi_channel channel;
    struct lwi_frame frame;
    enum lwi_wire_result wire;
    enum lwi_io io;
    uint64_t next = 1;

    reset(NULL);
    pipes.from = (const uint8_t *)stream->data;
    pipes.from_size = stream->size;
    pipes.piece = piece;
    pipes.interrupts = 1;
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    channel.limit = LWI_FRAME_LIMIT_DEFAULT;
    while ((io = lwi_channel_fill(&channel)) == LWI_IO_DONE) {
        while ((wire = lwi_channel_next(&channel, &frame)) == LWI_WIRE_FRAME)
            assert_int_equal(frame.tag, next++);
        assert_int_equal(wire, LWI_WIRE_MORE);
    }
    assert_int_equal(io, LWI_IO_END);
    assert_int_equal(next, FRAMES + 1);
    assert_false(lwi_channel_has_input(&channel));
    lwi_channel_trim(&channel);
    lwi_channel_fini(&channel);
}

static void
frames_come_through_in_pieces_of_any_size(void **state)
{
    static const size_t pieces[] = { 1, 3, 16, 100, 4096, 65536, SIZE_MAX };
    struct lwi_buf stream;
    size_t i;

    (void)state;
    make_stream(&stream, 700);
    for (i = 0; i < LWI_COUNT(pieces); i++)
        read_stream(&stream, pieces[i]);
    lwi_buf_fini(&stream);
    make_stream(&stream, 300000);
    for (i = 3; i < LWI_COUNT(pieces); i++)
        read_stream(&stream, pieces[i]);
    lwi_buf_fini(&stream);
}

static void
an_empty_pipe_is_tried_again_later(void **state)
{
    struct lwi_channel channel;
    struct lwi_frame frame;

    (void)state;
    pipes.from = (const uint8_t *)"x";
    pipes.from_size = 1;
    pipes.piece = 0;
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_MORE);
    assert_int_equal(lwi_channel_fill(&channel), LWI_IO_AGAIN);
    pipes.piece = 1;
    assert_int_equal(lwi_channel_fill(&channel), LWI_IO_DONE);
    assert_true(lwi_channel_has_input(&channel));
    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_MORE);
    assert_int_equal(lwi_channel_fill(&channel), LWI_IO_END);
    lwi_channel_fini(&channel);
}

/* A length is only a claim: memory follows what has really come. */
static void
a_claimed_gigabyte_takes_no_memory(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    size_t size = 300000, i;
    uint8_t *bytes = calloc(1, size);
    struct lwi_channel channel;
    struct lwi_frame frame;

    (void)state;
    assert_non_null(bytes);
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 1, LWI_FRAME_LIMIT_MAX);
    pipes.from = bytes;
    pipes.from_size = size;
    pipes.piece = 1000;
    lwi_channel_init(&channel, &allocator, &fake_sys, 70, 71);
    channel.limit = LWI_FRAME_LIMIT_MAX;
    for (i = 0; i < size / 1000; i++) {
        assert_int_equal(lwi_channel_fill(&channel), LWI_IO_DONE);
        assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_MORE);
        assert_true(memory.live_bytes <= 4 * channel.rx.size + 2 * 65536);
    }
    lwi_channel_fini(&channel);
    lwt_memory_check_empty(&memory);
    free(bytes);
}

static void
a_breach_is_told_and_told_again(void **state)
{
    uint8_t bytes[16];
    struct lwi_channel channel;
    struct lwi_frame frame;

    (void)state;
    lwi_wire_put_header(bytes, 200, 0, 1, 0);
    pipes.from = bytes;
    pipes.from_size = sizeof(bytes);
    lwi_channel_init(&channel, &lwi_system_allocator, &fake_sys, 70, 71);
    assert_int_equal(lwi_channel_fill(&channel), LWI_IO_DONE);
    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_BAD_TYPE);
    assert_int_equal(lwi_channel_next(&channel, &frame), LWI_WIRE_BAD_TYPE);
    assert_true(lwi_channel_has_input(&channel));
    lwi_channel_fini(&channel);
}

/* ---- memory ---- */

static void
a_large_message_is_not_kept_for_ever(void **state)
{
    struct lwt_memory memory;
    lw_allocator allocator = lwt_memory_init(&memory, LWT_NO_FAILURE);
    size_t size = (size_t)4 << 20;
    uint8_t *bytes = calloc(1, size + 16);
    struct lwi_msg_ping ping = { { (char *)bytes, size } };
    struct lwi_channel channel;
    struct lwi_frame frame;

    (void)state;
    assert_non_null(bytes);
    lwi_wire_put_header(bytes, LWI_MSG_PING, 0, 1, (uint32_t)size);
    pipes.from = bytes;
    pipes.from_size = size + 16;
    lwi_channel_init(&channel, &allocator, &fake_sys, 70, 71);
    channel.limit = LWI_FRAME_LIMIT_DEFAULT;
    assert_int_equal(lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping),
                     LW_OK);
    lwi_channel_trim(&channel); /* must not drop what is still to be sent */
    assert_int_equal(lwi_channel_flush(&channel), LWI_IO_DONE);
    assert_int_equal(pipes.to.size, size + 16);
    while (lwi_channel_next(&channel, &frame) == LWI_WIRE_MORE) {
        assert_int_equal(lwi_channel_fill(&channel), LWI_IO_DONE);
        lwi_channel_trim(&channel); /* nor what has come in part */
    }
    assert_int_equal(frame.body_size, size);
    assert_true(memory.live_bytes > size);
    lwi_channel_trim(&channel);
    assert_true(memory.live_bytes <= 2 * 256 * 1024);
    lwi_channel_fini(&channel);
    lwt_memory_check_empty(&memory);
    free(bytes);
}

static void
each_failing_allocation_is_told(void **state)
{
    struct lwt_memory memory;
    struct lwi_buf stream;
    size_t n = 0;

    make_stream(&stream, 100000);
    do {
        lw_allocator allocator = lwt_memory_init(&memory, n++);
        struct lwi_msg_ping ping = { { stream.data, 1000 } };
        struct lwi_channel channel;
        struct lwi_frame frame;
        enum lwi_io io;
        int rc;

        reset(state);
        pipes.from = (const uint8_t *)stream.data;
        pipes.from_size = stream.size;
        lwi_channel_init(&channel, &allocator, &fake_sys, 70, 71);
        channel.limit = LWI_FRAME_LIMIT_DEFAULT;
        rc = lwi_channel_queue(&channel, LWI_MSG_PING, 1, &ping);
        assert_int_equal(lwi_channel_flush(&channel), LWI_IO_DONE);
        assert_int_equal(pipes.to.size, rc == LW_OK ? 1016 : 0);
        while ((io = lwi_channel_fill(&channel)) == LWI_IO_DONE) {
            while (lwi_channel_next(&channel, &frame) == LWI_WIRE_FRAME)
                ;
        }
        assert_int_equal(memory.failures > 0,
                         rc == LW_ENOMEM || io == LWI_IO_NOMEM);
        lwi_channel_fini(&channel);
        lwt_memory_check_empty(&memory);
    } while (memory.failures > 0);
    assert_in_range(n, 3, 50);
    lwi_buf_fini(&stream);
}

static int
finish(void **state)
{
    (void)state;
    lwi_buf_fini(&pipes.to);
    return 0;
}

#define WITH_PIPES(test) cmocka_unit_test_setup_teardown(test, reset, finish)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PIPES(what_is_queued_goes_out_whole),
        WITH_PIPES(a_full_pipe_is_tried_again_later),
        WITH_PIPES(a_lent_frame_goes_out_last),
        WITH_PIPES(an_encoded_body_is_sent_as_it_is),
        WITH_PIPES(a_broken_pipe_is_an_error),
        WITH_PIPES(a_message_over_the_limit_is_not_queued),
        WITH_PIPES(frames_come_through_in_pieces_of_any_size),
        WITH_PIPES(an_empty_pipe_is_tried_again_later),
        WITH_PIPES(a_claimed_gigabyte_takes_no_memory),
        WITH_PIPES(a_breach_is_told_and_told_again),
        WITH_PIPES(a_large_message_is_not_kept_for_ever),
        WITH_PIPES(each_failing_allocation_is_told),
    };

    return LWT_RUN(tests);
}
