/*
 * handshake.c - from a running process to a worker that takes requests.
 *
 *     child ── HELLO ──►  parent     who are you
 *     child ◄─ WELCOME ── parent     this version, this frame limit
 *     child ── READY ──►  parent     Lean is up
 *
 * One deadline covers it all. What goes wrong before READY is a failed start.
 */
#include <inttypes.h>
#include <stdio.h>

#include "proto/utf8.h"
#include "worker/wait.h"

#define DOING "start a worker"

/* Reads until a whole frame is there. Anything else ends the child. */
static int
await_frame(lw_worker *worker, lw_cancel *cancel, int64_t deadline,
            struct lwi_frame *frame, lw_error *err)
{
    for (;;) {
        enum lwi_wire_result wire = lwi_channel_next(&worker->channel, frame);
        enum lwi_io io;
        unsigned seen;

        if (wire == LWI_WIRE_FRAME)
            return LW_OK;
        if (wire != LWI_WIRE_MORE)
            return lwi_worker_fail(worker, LW_EPROTO, DOING,
                                   lwi_wire_result_text(wire), err);
        if (lwi_channel_flush(&worker->channel) == LWI_IO_ERROR)
            return lwi_worker_fail(worker, LW_EPROTO, DOING,
                                   "cannot write to the worker", err);
        seen = lwi_wait(worker, cancel, deadline);
        if (seen & LWI_WAIT_CANCEL)
            return lwi_worker_fail(worker, LW_ECANCELLED, DOING, NULL, err);
        /* Before reading: a child that drips bytes must not gain time. */
        if (seen & LWI_WAIT_TIME)
            return lwi_worker_fail(worker, LW_ETIMEOUT, DOING,
                                   "it was not ready in time", err);
        io = lwi_channel_fill(&worker->channel);
        if (io == LWI_IO_DONE)
            continue;
        if (io == LWI_IO_ERROR)
            return lwi_worker_fail(worker, LW_EPROTO, DOING,
                                   "cannot read from the worker", err);
        if (io == LWI_IO_NOMEM)
            return lwi_worker_fail(worker, LW_ENOMEM, DOING,
                                   "out of memory in the parent", err);
        if ((seen & LWI_WAIT_DEATH) || io == LWI_IO_END)
            return lwi_worker_died(worker, DOING, err);
    }
}

/* The next message, which must be of one type and well-formed. */
static int
await_message(lw_worker *worker, lw_cancel *cancel, int64_t deadline,
              uint8_t type, union lwi_any_message *message, lw_error *err)
{
    struct lwi_frame frame;
    const char *field = "";
    enum lwi_decode_result result;
    char detail[160];
    int rc = await_frame(worker, cancel, deadline, &frame, err);

    if (rc != LW_OK)
        return rc;
    result = lwi_message_decode(&frame, message, &field);
    if (result != LWI_DECODE_OK) {
        snprintf(detail, sizeof(detail), "%s.%s: %s",
                 lwi_message_name(frame.type), field,
                 lwi_decode_result_text(result));
        return lwi_worker_fail(worker, LW_EPROTO, DOING, detail, err);
    }
    if (frame.type == LWI_MSG_GOODBYE) {
        snprintf(detail, sizeof(detail), "it said: %.*s",
                 (int)(message->goodbye.detail.size < 140
                           ? message->goodbye.detail.size
                           : 140),
                 message->goodbye.detail.data);
        return lwi_worker_fail(worker, LW_EHANDSHAKE, DOING, detail, err);
    }
    if (frame.type != type || frame.tag != 0) {
        snprintf(detail, sizeof(detail), "%s came where %s was due",
                 lwi_message_name(frame.type), lwi_message_name(type));
        return lwi_worker_fail(worker, LW_EPROTO, DOING, detail, err);
    }
    return LW_OK;
}

/* The highest version that both speak; 0 where there is none. */
static uint32_t
common_version(const struct lwi_msg_hello *hello)
{
    uint32_t version = hello->version_max < LWI_PROTOCOL_MAX
                           ? hello->version_max
                           : LWI_PROTOCOL_MAX;

    return version >= hello->version_min && version >= LWI_PROTOCOL_MIN
               ? version
               : 0;
}

static int
version_mismatch(lw_worker *worker, const struct lwi_msg_hello *hello,
                 lw_error *err)
{
    char detail[256];

    snprintf(detail, sizeof(detail),
             "the worker, %.*s, speaks %" PRIu32 " to %" PRIu32
             ", this library, %s, %u to %u",
             (int)(hello->worker_version.size < 60 ? hello->worker_version.size
                                                   : 60),
             hello->worker_version.data, hello->version_min, hello->version_max,
             LW_VERSION, LWI_PROTOCOL_MIN, LWI_PROTOCOL_MAX);
    return lwi_worker_fail(worker, LW_EVERSION, DOING, detail, err);
}

/* Cut between two code points where it is too long. */
static void
copy_text(char to[LWI_READY_TEXT], lw_span from)
{
    size_t kept = from.size < LWI_READY_TEXT ? from.size : LWI_READY_TEXT - 1;

    snprintf(to, LWI_READY_TEXT, "%.*s",
             (int)lwi_utf8_valid_prefix(from.data, kept), from.data);
}

static void
keep_ready(lw_worker *worker, const struct lwi_msg_ready *ready)
{
    size_t at = 0;
    lw_span ability;

    copy_text(worker->lean_version, ready->lean_version);
    copy_text(worker->lean_githash, ready->lean_githash);
    copy_text(worker->platform, ready->platform);
    worker->can_cancel = false;
    while (lwi_texts_next(&ready->abilities, &at, &ability)) {
        if (ability.size == 6 && memcmp(ability.data, "cancel", 6) == 0)
            worker->can_cancel = true;
    }
}

int
lwi_worker_handshake(lw_worker *worker, lw_cancel *cancel, lw_error *err)
{
    int64_t deadline = lwi_deadline_after(lwi_runtime_clock(worker->runtime),
                                          worker->config.startup_timeout_ms);
    union lwi_any_message message;
    struct lwi_msg_welcome welcome;
    int rc =
        await_message(worker, cancel, deadline, LWI_MSG_HELLO, &message, err);

    if (rc != LW_OK)
        return rc;
    if (message.hello.magic != LWI_HELLO_MAGIC)
        return lwi_worker_fail(worker, LW_EPROTO, DOING,
                               "its HELLO has the wrong magic number", err);
    welcome.version = common_version(&message.hello);
    if (welcome.version == 0)
        return version_mismatch(worker, &message.hello, err);
    worker->protocol_version = welcome.version;
    copy_text(worker->worker_version, message.hello.worker_version);
    lwi_worker_move(worker, LWI_EVENT_HELLO);
    welcome.frame_limit = worker->config.frame_limit;
    if (lwi_channel_queue(&worker->channel, LWI_MSG_WELCOME, 0, &welcome) !=
        LW_OK)
        return lwi_worker_fail(worker, LW_ENOMEM, DOING,
                               "out of memory in the parent", err);
    worker->channel.limit = worker->config.frame_limit;
    rc = await_message(worker, cancel, deadline, LWI_MSG_READY, &message, err);
    if (rc != LW_OK)
        return rc;
    keep_ready(worker, &message.ready);
    lwi_worker_move(worker, LWI_EVENT_READY);
    return LW_OK;
}
