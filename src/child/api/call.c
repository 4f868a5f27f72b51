/* call.c - what a handler may do. */
#include "child/api/serve.h"
#include "base/text.h"
#include "proto/utf8.h"

#include <poll.h>

/* Rows are written in blocks of what a pipe holds by default. */
#define BLOCK_SIZE ((size_t)64 * 1024)

/* Rows do not wait longer than this for company. */
#define GATHER_NS (50 * LWI_NS_PER_MS)

bool
lwi_child_say(lw_child_call *call, uint8_t type, uint16_t stream, uint64_t tag,
              const void *message)
{
    size_t size = lwi_message_body_size(type, message);
    uint8_t *to;

    if (size > call->frame_limit)
        return false;
    if (lwi_buf_reserve(&call->out, LWI_HEADER_SIZE + size) != LW_OK)
        lwi_child_quit(LWI_CHILD_SYSTEM, "out of memory for a message");
    to = (uint8_t *)call->out.data + call->out.size;
    lwi_wire_put_header(to, type, stream, tag, (uint32_t)size);
    lwi_message_encode_body(type, message, to + LWI_HEADER_SIZE);
    call->out.size += LWI_HEADER_SIZE + size;
    return true;
}

void
lwi_child_begin(lw_child_call *call, uint64_t tag)
{
    call->streams.count = 0;
    call->tag = tag;
    call->answered = false;
    call->cancelled = false;
    call->rows = 0;
    call->waits = 0;
    lwi_ring_rewind(&call->pipes.ring);
    call->flushed_ns = lwi_child_coarse_ns();
}

/* ---- cancel ---- */

static bool
cancel_came(lw_child_call *call)
{
    struct pollfd polled = { .fd = call->pipes.cancel, .events = POLLIN };

    return poll(&polled, 1, 0) == 1 && (polled.revents & POLLIN) != 0;
}

static bool
is_old(const lw_child_call *call)
{
    return lwi_child_coarse_ns() - call->flushed_ns > GATHER_NS;
}

bool
lw_child_is_cancelled(lw_child_call *call)
{
    uint8_t record[LWI_CANCEL_RECORD_SIZE];

    /* Long work without rows calls this: those before it shall not wait. */
    if (call->out.size > 0 && is_old(call))
        lwi_child_flush(call);
    /* Records of requests that are over are of no interest any more. */
    while (!call->cancelled && cancel_came(call) &&
           lwi_child_read(call->pipes.cancel, record, sizeof(record)) ==
               sizeof(record))
        call->cancelled = lwi_wire_get_u64(record) == call->tag;
    return call->cancelled;
}

int
lw_child_cancel_fd(const lw_child_call *call)
{
    return call->pipes.cancel;
}

/* ---- answers ---- */

int
lw_child_respond(lw_child_call *call, lw_span response)
{
    struct lwi_msg_ran ran = { .rows = call->rows, .response = response };

    if (call->answered)
        return -1;
    /* Before the answer is made: it tells how often the pipe was full. */
    lwi_child_flush(call);
    ran.waits = call->waits;
    if (!lwi_child_say(call, LWI_MSG_RAN, 0, call->tag, &ran))
        return lw_child_fail(call, "the answer exceeds the frame limit");
    call->answered = true;
    return 0;
}

int
lw_child_fail(lw_child_call *call, const char *detail)
{
    struct lwi_msg_failed failed = { .code = LWI_FAILURE_EXPORT,
                                     .detail = lwi_span_of(detail) };

    failed.detail.size =
        lwi_utf8_valid_prefix(failed.detail.data, failed.detail.size);
    if (!call->answered &&
        lwi_child_say(call, LWI_MSG_FAILED, 0, call->tag, &failed))
        call->answered = true;
    return -1;
}

/* ---- events ---- */

/* Anything else the parent would take for a breach. */
static bool
is_text(const char *string)
{
    return string != NULL &&
           lwi_utf8_valid_prefix(string, strlen(string)) == strlen(string);
}

/* Writes when a block is full or old; the result of every emit function. */
static int
settle(lw_child_call *call)
{
    if (call->out.size >= BLOCK_SIZE || is_old(call)) {
        lwi_child_flush(call);
        return lw_child_is_cancelled(call) ? -1 : 0;
    }
    return call->cancelled ? -1 : 0;
}

int
lw_child_emit_row(lw_child_call *call, const char *stream, lw_span payload)
{
    struct lwi_msg_stream named = { lwi_span_of(stream) };
    struct lwi_msg_row row = { .payload = payload };
    uint16_t number;
    bool is_new;

    if (call->answered)
        return -1;
    if (!is_text(stream) || strlen(stream) > LWI_ROW_STREAM_NAME_MAX)
        return lw_child_fail(call, "the name of a stream is NULL, not UTF-8, "
                                   "or longer than 1024 bytes");
    number = lwi_row_streams_find(&call->streams, named.name, &is_new);
    if (number == 0)
        return lw_child_fail(call, "a request has at most 16 streams");
    row.sequence = call->streams.list[number - 1].next;
    if ((is_new &&
         !lwi_child_say(call, LWI_MSG_STREAM, number, call->tag, &named)) ||
        !lwi_child_say(call, LWI_MSG_ROW, number, call->tag, &row))
        return lw_child_fail(call, "a row exceeds the frame limit");
    call->streams.list[number - 1].next++;
    call->rows++;
    return settle(call);
}

int
lw_child_emit_notice(lw_child_call *call, const char *code, const char *message)
{
    struct lwi_msg_notice notice = { lwi_span_of(code), lwi_span_of(message) };

    if (call->answered)
        return -1;
    if (!is_text(code) || !is_text(message))
        return lw_child_fail(call, "a notice is NULL or not UTF-8");
    if (!lwi_child_say(call, LWI_MSG_NOTICE, 0, call->tag, &notice))
        return lw_child_fail(call, "a notice exceeds the frame limit");
    return settle(call);
}

int
lw_child_emit_progress(lw_child_call *call, const char *phase, uint32_t current,
                       uint32_t total)
{
    struct lwi_msg_progress progress = { .current = current,
                                         .total = total,
                                         .phase = lwi_span_of(phase) };

    if (call->answered)
        return -1;
    if (!is_text(phase))
        return lw_child_fail(call, "a phase is NULL or not UTF-8");
    if (!lwi_child_say(call, LWI_MSG_PROGRESS, 0, call->tag, &progress))
        return lw_child_fail(call, "a phase exceeds the frame limit");
    /* Progress is for somebody who watches: it does not wait. */
    lwi_child_flush(call);
    return lw_child_is_cancelled(call) ? -1 : 0;
}
