/*
 * fuzz_channel.c - the channel's buffers against plain arrays.
 *
 *   input:  | n u8 | n steps, u8 each | what the child sends ... |
 *
 * The steps are done again and again until the stream is at its end or there
 * was a breach: reads and writes of any size that fail or are interrupted,
 * messages queued, allocations that fail, buffers trimmed. No descriptor and
 * no process: the table of system calls is ours.
 */
#include "worker/channel.h"

#include "fuzz.h"

#define MODEL_BYTES ((size_t)256 * 1024)
#define TURNS 200

/* What the descriptors do, and what has gone through them. */
static struct {
    const uint8_t *stream;
    size_t stream_size;
    size_t received; /* of it, by the channel */
    size_t parsed;   /* of it, by the model */
    size_t piece;    /* bytes of the next call, at most; 0: EAGAIN */
    bool interrupt;  /* the next call gives EINTR first */
    bool no_memory;  /* the next allocation fails */
    uint8_t queued[MODEL_BYTES];
    size_t queued_size;
    size_t sent;
} model;

static void *
resize(void *block, size_t size, void *user)
{
    (void)user;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (model.no_memory) {
        model.no_memory = false;
        return NULL;
    }
    return realloc(block, size);
}

static bool
fails(void)
{
    errno = model.interrupt ? EINTR : EAGAIN;
    if (!model.interrupt)
        return model.piece == 0;
    model.interrupt = false;
    return true;
}

static ssize_t
fake_read(int fd, void *data, size_t size)
{
    size_t n = model.stream_size - model.received;

    (void)fd;
    LW_ASSERT(size > 0);
    if (n > 0 && fails())
        return -1;
    n = n < model.piece ? n : model.piece;
    n = n < size ? n : size;
    if (n > 0)
        memcpy(data, model.stream + model.received, n);
    model.received += n;
    return (ssize_t)n;
}

static ssize_t
fake_write(int fd, const void *data, size_t size)
{
    size_t n;

    (void)fd;
    LW_ASSERT(size > 0);
    if (fails())
        return -1;
    n = size < model.piece ? size : model.piece;
    LW_ASSERT(model.sent + n <= model.queued_size);
    LW_ASSERT(memcmp(data, model.queued + model.sent, n) == 0);
    model.sent += n;
    return (ssize_t)n;
}

static const struct lwi_sys fake_sys = { .read = fake_read,
                                         .write = fake_write };

/* The next frame is the one that the whole stream has at this place. */
static bool
step_next(struct lwi_channel *channel)
{
    struct lwi_frame frame, wanted;
    size_t size = 0, left = model.received - model.parsed;
    enum lwi_wire_result result = lwi_channel_next(channel, &frame);

    LW_ASSERT(result == lwi_wire_parse(model.stream + model.parsed, left,
                                       channel->limit, &wanted, &size));
    LW_ASSERT(lwi_channel_has_input(channel) ==
              (left > (result == LWI_WIRE_FRAME ? size : 0)));
    if (result != LWI_WIRE_FRAME)
        return result == LWI_WIRE_MORE;
    LW_ASSERT(frame.type == wanted.type && frame.tag == wanted.tag &&
              frame.stream == wanted.stream &&
              frame.body_size == wanted.body_size);
    LW_ASSERT(frame.body_size == 0 ||
              memcmp(frame.body, wanted.body, frame.body_size) == 0);
    model.parsed += size;
    return true;
}

/* Bytes of the stream serve as a payload too. */
static void
step_queue(struct lwi_channel *channel, size_t size)
{
    struct lwi_msg_ping ping;
    size_t total;
    int rc;

    size = size < model.stream_size ? size : model.stream_size;
    total = LWI_HEADER_SIZE + size;
    if (model.queued_size + total > MODEL_BYTES)
        return;
    ping.payload = (lw_span){ (const char *)model.stream, size };
    rc = lwi_channel_queue(channel, LWI_MSG_PING, model.queued_size, &ping);
    LW_ASSERT(rc == LW_OK || rc == LW_ENOMEM ||
              (rc == LW_EINVAL && size > channel->limit));
    if (rc != LW_OK)
        return;
    lwi_wire_put_header(model.queued + model.queued_size, LWI_MSG_PING, 0,
                        model.queued_size, (uint32_t)size);
    if (size > 0)
        memcpy(model.queued + model.queued_size + LWI_HEADER_SIZE, model.stream,
               size);
    model.queued_size += total;
}

static void
step_flush(struct lwi_channel *channel)
{
    enum lwi_io io = lwi_channel_flush(channel);

    LW_ASSERT(io == LWI_IO_DONE || (io == LWI_IO_AGAIN && model.piece == 0));
    LW_ASSERT(lwi_channel_sending(channel) == (io == LWI_IO_AGAIN));
    LW_ASSERT((model.sent == model.queued_size) == (io == LWI_IO_DONE));
}

/* False at the end of the stream. */
static bool
step_fill(struct lwi_channel *channel)
{
    size_t before = model.received;
    enum lwi_io io = lwi_channel_fill(channel);

    LW_ASSERT(io != LWI_IO_ERROR);
    LW_ASSERT((io == LWI_IO_DONE) == (model.received > before));
    LW_ASSERT(io != LWI_IO_END || model.received == model.stream_size);
    return io != LWI_IO_END;
}

/* One step; false where the channel is of no use any more. */
static bool
take_step(struct lwi_channel *channel, uint8_t step)
{
    size_t amount = step >> 3; /* 0 to 31 */

    switch (step & 7) {
    case 0:
        model.piece = amount;
        return true;
    case 1:
        model.piece = (size_t)1 << (amount % 20);
        return true;
    case 2:
        return step_fill(channel);
    case 3:
        return step_next(channel);
    case 4:
        step_queue(channel, amount * amount);
        return true;
    case 5:
        step_flush(channel);
        return true;
    case 6:
        lwi_channel_trim(channel);
        return true;
    default:
        model.interrupt = (amount & 1) != 0;
        model.no_memory = (amount & 2) != 0;
        if (amount & 4)
            channel->limit = 1u << (amount % 24);
        return true;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const lw_allocator allocator = { resize, NULL };
    struct lwf_input input = { data, size };
    size_t steps = lwf_take_byte(&input), i;
    const uint8_t *script = input.at;
    struct lwi_channel channel;
    bool going = true;

    steps = steps < input.left ? steps : input.left;
    model.stream = script + steps;
    model.stream_size = input.left - steps;
    model.received = model.parsed = model.queued_size = model.sent = 0;
    model.piece = 64;
    model.interrupt = model.no_memory = false;
    lwi_channel_init(&channel, &allocator, &fake_sys, -1, -1);
    for (i = 0; going && steps > 0 && i < TURNS; i++)
        going = take_step(&channel, script[i % steps]);
    model.no_memory = model.interrupt = false;
    model.piece = MODEL_BYTES;
    while (step_fill(&channel))
        ;
    step_flush(&channel);
    while (lwi_channel_has_input(&channel)) {
        size_t before = model.parsed;

        if (!step_next(&channel) || model.parsed == before)
            break;
    }
    lwi_channel_fini(&channel);
    return 0;
}
