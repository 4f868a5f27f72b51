/* channel.c - frames over two non-blocking descriptors. */
#include "worker/channel.h"

#include <sys/ioctl.h>

/* One read takes at most what a pipe holds by default on Linux. */
#define READ_SIZE ((size_t)64 * 1024)

/* Buffers that grew beyond this are given back between requests. */
#define KEEP_CAPACITY ((size_t)256 * 1024)

void
lwi_channel_init(struct lwi_channel *channel, const lw_allocator *allocator,
                 const struct lwi_sys *sys, int in, int out)
{
    *channel = (struct lwi_channel){
        .sys = sys,
        .in = in,
        .out = out,
        .limit = LWI_FRAME_LIMIT_HANDSHAKE,
    };
    lwi_buf_init(&channel->rx, allocator);
    lwi_buf_init(&channel->tx, allocator);
}

void
lwi_channel_fini(struct lwi_channel *channel)
{
    lwi_buf_fini(&channel->rx);
    lwi_buf_fini(&channel->tx);
    channel->rx_start = channel->tx_start = 0;
    channel->frame = (lw_span){ NULL, 0 };
}

/* Room for a frame, with its header; NULL: there is none. */
static uint8_t *
add_frame(struct lwi_channel *channel, uint8_t type, uint64_t tag, size_t size)
{
    uint8_t *to;

    LW_ASSERT(channel->frame.size == 0);
    if (lwi_buf_reserve(&channel->tx, LWI_HEADER_SIZE + size) != LW_OK)
        return NULL;
    to = (uint8_t *)channel->tx.data + channel->tx.size;
    lwi_wire_put_header(to, type, 0, tag, (uint32_t)size);
    channel->tx.size += LWI_HEADER_SIZE + size;
    return to + LWI_HEADER_SIZE;
}

int
lwi_channel_queue(struct lwi_channel *channel, uint8_t type, uint64_t tag,
                  const void *message)
{
    size_t size = lwi_message_body_size(type, message);
    uint8_t *body;

    if (size > channel->limit)
        return LW_EINVAL;
    body = add_frame(channel, type, tag, size);
    if (body == NULL)
        return LW_ENOMEM;
    lwi_message_encode_body(type, message, body);
    return LW_OK;
}

int
lwi_channel_queue_body(struct lwi_channel *channel, uint8_t type, uint64_t tag,
                       lw_span body)
{
    uint8_t *to;

    if (body.size > channel->limit)
        return LW_EINVAL;
    to = add_frame(channel, type, tag, body.size);
    if (to == NULL)
        return LW_ENOMEM;
    if (body.size > 0)
        memcpy(to, body.data, body.size);
    return LW_OK;
}

void
lwi_channel_send(struct lwi_channel *channel, lw_span frame)
{
    LW_ASSERT(channel->frame.size == 0);
    channel->frame = frame;
}

bool
lwi_channel_sending(const struct lwi_channel *channel)
{
    return channel->tx_start < channel->tx.size || channel->frame.size > 0;
}

/* Writes *size bytes and says how many it were. */
static enum lwi_io
write_once(struct lwi_channel *channel, const char *data, size_t *size)
{
    ssize_t n;

    do
        n = channel->sys->write(channel->out, data, *size);
    while (n < 0 && errno == EINTR);
    *size = n < 0 ? 0 : (size_t)n;
    if (n < 0)
        return errno == EAGAIN ? LWI_IO_AGAIN : LWI_IO_ERROR;
    return LWI_IO_DONE;
}

enum lwi_io
lwi_channel_flush(struct lwi_channel *channel)
{
    enum lwi_io io = LWI_IO_DONE;
    size_t size;

    while (io == LWI_IO_DONE && channel->tx_start < channel->tx.size) {
        size = channel->tx.size - channel->tx_start;
        io = write_once(channel, channel->tx.data + channel->tx_start, &size);
        channel->tx_start += size;
    }
    if (io == LWI_IO_DONE)
        channel->tx.size = channel->tx_start = 0;
    while (io == LWI_IO_DONE && channel->frame.size > 0) {
        size = channel->frame.size;
        io = write_once(channel, channel->frame.data, &size);
        channel->frame.data += size;
        channel->frame.size -= size;
    }
    return io;
}

/*
 * Room for one read, and for the frame that is coming in. Not for all of it
 * at once: a length is only a claim until the bytes are there, so the buffer
 * at most doubles with what has really come.
 */
static int
make_room(struct lwi_channel *channel)
{
    size_t have = channel->rx.size - channel->rx_start;
    size_t want = READ_SIZE;

    if (channel->rx_start > 0) {
        lwi_buf_drop_front(&channel->rx, channel->rx_start);
        channel->rx_start = 0;
    }
    if (channel->rx_needed > have + READ_SIZE && have > READ_SIZE)
        want =
            channel->rx_needed - have < have ? channel->rx_needed - have : have;
    return lwi_buf_reserve(&channel->rx, want);
}

enum lwi_io
lwi_channel_fill(struct lwi_channel *channel)
{
    ssize_t n;

    if (make_room(channel) != LW_OK)
        return LWI_IO_NOMEM;
    do
        n = channel->sys->read(channel->in, channel->rx.data + channel->rx.size,
                               channel->rx.capacity - channel->rx.size);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        channel->emptied = true;
    if (n < 0)
        return errno == EAGAIN ? LWI_IO_AGAIN : LWI_IO_ERROR;
    if (n == 0)
        return LWI_IO_END;
    channel->rx.size += (size_t)n;
    channel->burst = (channel->emptied ? 0 : channel->burst) + (size_t)n;
    channel->emptied = false;
    return LWI_IO_DONE;
}

/* Pages that are not written to their end take room, too. */
bool
lwi_channel_was_full(const struct lwi_channel *channel)
{
    int waits = 0;

    if (ioctl(channel->in, FIONREAD, &waits) < 0)
        waits = 0;
    return channel->burst + (size_t)waits >= READ_SIZE / 4 * 3;
}

enum lwi_wire_result
lwi_channel_next(struct lwi_channel *channel, struct lwi_frame *frame)
{
    const uint8_t *from = (const uint8_t *)channel->rx.data;
    size_t size = LWI_HEADER_SIZE;
    enum lwi_wire_result result;

    if (!lwi_channel_has_input(channel)) {
        channel->rx_needed = LWI_HEADER_SIZE;
        return LWI_WIRE_MORE;
    }
    result = lwi_wire_parse(from + channel->rx_start,
                            channel->rx.size - channel->rx_start,
                            channel->limit, frame, &size);
    if (result == LWI_WIRE_FRAME)
        channel->rx_start += size;
    channel->rx_needed = result == LWI_WIRE_MORE ? size : LWI_HEADER_SIZE;
    return result;
}

bool
lwi_channel_has_input(const struct lwi_channel *channel)
{
    return channel->rx_start < channel->rx.size;
}

static void
trim(struct lwi_buf *buf)
{
    const lw_allocator *allocator = buf->allocator;

    if (buf->capacity > KEEP_CAPACITY) {
        lwi_buf_fini(buf);
        lwi_buf_init(buf, allocator);
    }
}

void
lwi_channel_trim(struct lwi_channel *channel)
{
    if (!lwi_channel_has_input(channel)) {
        channel->rx.size = channel->rx_start = 0;
        trim(&channel->rx);
    }
    if (!lwi_channel_sending(channel))
        trim(&channel->tx);
}

char *
lwi_channel_take(struct lwi_channel *channel, lw_span *bytes)
{
    struct lwi_buf *rx = &channel->rx;
    uintptr_t first = (uintptr_t)rx->data, at = (uintptr_t)bytes->data;
    char *block;

    /* Another message behind it would have to go elsewhere first. */
    if (rx->data == NULL || lwi_channel_has_input(channel) || at < first ||
        at - first > rx->size || bytes->size > rx->size - (at - first))
        return NULL;
    block = lwi_resize(rx->allocator, rx->data, at - first + bytes->size + 1);
    if (block == NULL)
        return NULL;
    bytes->data = block + (at - first);
    block[at - first + bytes->size] = '\0';
    lwi_buf_init(rx, rx->allocator);
    channel->rx_start = 0;
    return block;
}
