/* channel.c - frames over two non-blocking descriptors. */
#include "worker/channel.h"

#include <sys/ioctl.h>

#include "proto/ring.h"

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
        .ring = -1,
    };
    lwi_buf_init(&channel->rx, allocator);
    lwi_buf_init(&channel->tx, allocator);
    lwi_buf_init(&channel->bulk, allocator);
}

void
lwi_channel_fini(struct lwi_channel *channel)
{
    lwi_buf_fini(&channel->rx);
    lwi_buf_fini(&channel->tx);
    lwi_buf_fini(&channel->bulk);
    channel->rx_start = channel->tx_start = channel->bulk_start = 0;
    channel->frame = (lw_span){ NULL, 0 };
}

void
lwi_channel_use_ring(struct lwi_channel *channel, int ring, uint32_t size)
{
    channel->ring = ring;
    channel->ring_size = channel->ring_room = size;
    channel->ring_taken = channel->ring_given = 0;
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
 * Room for `piece` more bytes of a frame of which `rest` is to come. Not for
 * all of it at once: a length is only a claim until the bytes are there, so
 * the buffer at most doubles with what has really come. And not at each piece:
 * a buffer that grew with every read would be copied as often.
 */
static int
grow(struct lwi_buf *buf, size_t piece, size_t rest)
{
    size_t more = rest < buf->size ? rest : buf->size;

    if (buf->capacity - buf->size >= piece)
        return LW_OK;
    more = more > piece ? more : piece;
    /* For less, a large buffer would grow by a part of itself. */
    if (buf->size > READ_SIZE && more < READ_SIZE)
        more = READ_SIZE;
    return lwi_buf_reserve(buf, more);
}

/* Room for one read, and for the frame that is coming in. */
static int
make_room(struct lwi_channel *channel)
{
    struct lwi_buf *rx = &channel->rx;
    size_t rest;

    if (channel->rx_start > 0) {
        lwi_buf_drop_front(rx, channel->rx_start);
        channel->rx_start = 0;
    }
    rest = channel->rx_needed > rx->size ? channel->rx_needed - rx->size : 0;
    /* The end of a large frame is not worth another copy of it. */
    if (rx->size > READ_SIZE && rest > 0 && rx->capacity - rx->size >= rest)
        return LW_OK;
    return grow(rx, READ_SIZE, rest);
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
    /* What comes next may be written where there is room since then. */
    channel->ring_room += channel->ring_given;
    channel->ring_given = 0;
    channel->rx.size += (size_t)n;
    channel->burst = (channel->emptied ? 0 : channel->burst) + (size_t)n;
    channel->emptied = false;
    return LWI_IO_DONE;
}

/* Bytes in the ring that are named in what was received and not looked at. */
static uint64_t
named_bytes(const struct lwi_channel *channel)
{
    const uint8_t *at = (const uint8_t *)channel->rx.data;
    size_t left = channel->rx.size - channel->rx_start, size;
    struct lwi_frame frame;
    uint64_t bytes = 0;

    if (left == 0)
        return 0;
    at += channel->rx_start;
    while (lwi_wire_parse(at, left, channel->limit, &frame, &size) ==
           LWI_WIRE_FRAME) {
        if (frame.type == LWI_MSG_RING &&
            frame.body_size == LWI_RING_RECORD_SIZE - LWI_HEADER_SIZE)
            bytes += lwi_wire_get_u32(frame.body + 4);
        at += size;
        left -= size;
    }
    return bytes;
}

/* `unread`: bytes in the pipe. A child names whole pieces while it can. */
static bool
ring_was_full(const struct lwi_channel *channel, size_t unread)
{
    uint64_t bytes =
        named_bytes(channel) + unread / LWI_RING_RECORD_SIZE * LWI_RING_PIECE;

    return channel->ring >= 0 &&
           bytes + LWI_RING_PIECE >
               (uint64_t)channel->ring_room + channel->ring_given;
}

/* Pages that are not written to their end take room, too. */
bool
lwi_channel_was_full(const struct lwi_channel *channel)
{
    int waits = 0;

    if (ioctl(channel->in, FIONREAD, &waits) < 0)
        waits = 0;
    return channel->burst + (size_t)waits >= READ_SIZE / 4 * 3 ||
           ring_was_full(channel, (size_t)waits);
}

/* ---- the ring ---- */

/*
 * Tells the child that it may write again where it has written. Nothing else
 * is under way to a child that speaks, so there is room in its pipe; where one
 * does not read what it is told, the rest stays, and is a breach of its next
 * frame. What is read already was written before it could know: so what is
 * copied between two fills is never more than the ring.
 */
static enum lwi_wire_result
give_credit(struct lwi_channel *channel, uint64_t tag)
{
    struct lwi_msg_credit credit = { channel->ring_taken };

    if (channel->ring_taken < channel->ring_size / LWI_RING_CREDIT_PART)
        return LWI_WIRE_FRAME;
    if (lwi_channel_queue(channel, LWI_MSG_CREDIT, tag, &credit) != LW_OK)
        return LWI_WIRE_NO_MEMORY;
    channel->ring_given += channel->ring_taken;
    channel->ring_taken = 0;
    (void)lwi_channel_flush(channel); /* what is wrong shows at the next */
    return LWI_WIRE_FRAME;
}

/* Copies from the ring, once. It is as long as it was made: never short. */
static enum lwi_wire_result
copy_piece(struct lwi_channel *channel, uint32_t at, uint32_t bytes)
{
    struct lwi_buf *bulk = &channel->bulk;
    size_t rest;
    ssize_t n;

    lwi_buf_drop_front(bulk, channel->bulk_start);
    channel->bulk_start = 0;
    rest = channel->bulk_needed > bulk->size ? channel->bulk_needed - bulk->size
                                             : 0;
    if (grow(bulk, bytes, rest) != LW_OK)
        return LWI_WIRE_NO_MEMORY;
    while (bytes > 0) {
        n = channel->sys->read_at(channel->ring, bulk->data + bulk->size, bytes,
                                  at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return LWI_WIRE_BAD_RING;
        bulk->size += (size_t)n;
        at += (uint32_t)n;
        bytes -= (uint32_t)n;
    }
    return LWI_WIRE_FRAME;
}

/* What the child says is read once, into here, and believed no further. */
static enum lwi_wire_result
take_piece(struct lwi_channel *channel, const struct lwi_frame *frame)
{
    enum lwi_wire_result result;
    uint32_t at, bytes;

    if (frame->body_size != LWI_RING_RECORD_SIZE - LWI_HEADER_SIZE ||
        lwi_channel_sending(channel))
        return LWI_WIRE_BAD_RING;
    at = lwi_wire_get_u32(frame->body);
    bytes = lwi_wire_get_u32(frame->body + 4);
    if (bytes == 0 || bytes > channel->ring_room || at > channel->ring_size ||
        bytes > channel->ring_size - at)
        return LWI_WIRE_BAD_RING;
    result = copy_piece(channel, at, bytes);
    if (result != LWI_WIRE_FRAME)
        return result;
    channel->ring_tag = frame->tag;
    channel->ring_room -= bytes;
    channel->ring_taken += bytes;
    return give_credit(channel, frame->tag);
}

static bool
has_bulk(const struct lwi_channel *channel)
{
    return channel->bulk_start < channel->bulk.size;
}

static enum lwi_wire_result
next_of_ring(struct lwi_channel *channel, struct lwi_frame *frame)
{
    enum lwi_wire_result result;
    size_t size;

    if (!has_bulk(channel))
        return LWI_WIRE_MORE;
    result = lwi_wire_parse(
        (const uint8_t *)channel->bulk.data + channel->bulk_start,
        channel->bulk.size - channel->bulk_start, channel->limit, frame, &size);
    if (result == LWI_WIRE_FRAME)
        channel->bulk_start += size;
    channel->bulk_needed = result == LWI_WIRE_MORE ? size : 0;
    return result == LWI_WIRE_FRAME && (frame->type == LWI_MSG_RING ||
                                        frame->tag != channel->ring_tag)
               ? LWI_WIRE_BAD_RING
               : result;
}

static enum lwi_wire_result
next_of_pipe(struct lwi_channel *channel, struct lwi_frame *frame)
{
    const uint8_t *from = (const uint8_t *)channel->rx.data;
    size_t size = LWI_HEADER_SIZE;
    enum lwi_wire_result result = LWI_WIRE_MORE;

    if (channel->rx_start < channel->rx.size)
        result = lwi_wire_parse(from + channel->rx_start,
                                channel->rx.size - channel->rx_start,
                                channel->limit, frame, &size);
    if (result == LWI_WIRE_FRAME)
        channel->rx_start += size;
    channel->rx_needed = result == LWI_WIRE_MORE ? size : LWI_HEADER_SIZE;
    return result;
}

/* A frame that began in the ring ends there: the pipe only names its rest. */
enum lwi_wire_result
lwi_channel_next(struct lwi_channel *channel, struct lwi_frame *frame)
{
    enum lwi_wire_result result = next_of_ring(channel, frame);

    while (result == LWI_WIRE_MORE) {
        result = next_of_pipe(channel, frame);
        if (result != LWI_WIRE_FRAME || channel->ring < 0)
            return result;
        if (frame->type != LWI_MSG_RING)
            return has_bulk(channel) ? LWI_WIRE_BAD_RING : LWI_WIRE_FRAME;
        result = take_piece(channel, frame);
        if (result == LWI_WIRE_FRAME)
            result = next_of_ring(channel, frame);
    }
    return result;
}

bool
lwi_channel_has_input(const struct lwi_channel *channel)
{
    return channel->rx_start < channel->rx.size || has_bulk(channel);
}

/* ---- memory ---- */

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
        channel->bulk.size = channel->bulk_start = 0;
        trim(&channel->rx);
        trim(&channel->bulk);
    }
    if (!lwi_channel_sending(channel))
        trim(&channel->tx);
}

static bool
holds(const struct lwi_buf *buf, lw_span bytes)
{
    uintptr_t first = (uintptr_t)buf->data, at = (uintptr_t)bytes.data;

    return buf->data != NULL && at >= first && at - first <= buf->size &&
           bytes.size <= buf->size - (at - first);
}

char *
lwi_channel_take(struct lwi_channel *channel, lw_span *bytes)
{
    bool piped = holds(&channel->rx, *bytes);
    struct lwi_buf *from = piped ? &channel->rx : &channel->bulk;
    size_t at;
    char *block;

    /* Another message behind it would have to go elsewhere first. */
    if (lwi_channel_has_input(channel) || !holds(from, *bytes))
        return NULL;
    at = (size_t)(bytes->data - from->data);
    block = lwi_resize(from->allocator, from->data, at + bytes->size + 1);
    if (block == NULL)
        return NULL;
    bytes->data = block + at;
    block[at + bytes->size] = '\0';
    lwi_buf_init(from, from->allocator);
    *(piped ? &channel->rx_start : &channel->bulk_start) = 0;
    return block;
}
