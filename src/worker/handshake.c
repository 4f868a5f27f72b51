/*
 * handshake.c - the steps from a running process to one that takes requests.
 *
 *     GREETING   child ── HELLO ──►  parent     who are you
 *     LOADING    child ◄─ WELCOME ── parent     this version, this frame limit
 *                child ── READY ──►  parent     Lean is up
 *
 * One limit covers it all: the worker's startup timeout. The request's own
 * deadline counts besides. What goes wrong before READY is a failed start.
 */
#include <inttypes.h>
#include <stdio.h>

#include "proto/ring.h"
#include "proto/utf8.h"
#include "worker/worker.h"

/* The next frame. LW_OK: it is there; else as a step. */
static int
next_frame(struct lw_request *request, unsigned seen, struct lwi_frame *frame)
{
    struct lwi_channel *channel = &request->worker->channel;
    enum lwi_wire_result wire = lwi_channel_next(channel, frame);
    int rc;

    if (wire == LWI_WIRE_MORE) {
        if (lwi_channel_flush(channel) == LWI_IO_ERROR)
            return lwi_request_breach(request, "cannot write to the worker");
        if ((seen & (LWI_WAIT_INPUT | LWI_WAIT_DEATH)) == 0)
            return LW_MORE;
        rc = lwi_request_receive(request, seen);
        if (rc != LW_OK)
            return rc;
        wire = lwi_channel_next(channel, frame);
    }
    if (wire == LWI_WIRE_MORE)
        return LW_MORE;
    return wire == LWI_WIRE_FRAME
               ? LW_OK
               : lwi_request_breach(request, lwi_wire_result_text(wire));
}

static int
goodbye(struct lw_request *request, const struct lwi_msg_goodbye *said)
{
    char detail[160];

    snprintf(detail, sizeof(detail), "it said: %.*s",
             (int)(said->detail.size < 140 ? said->detail.size : 140),
             said->detail.data);
    return lwi_request_fail(request, LW_EHANDSHAKE, detail);
}

static bool
is_late(const struct lw_request *request, unsigned seen)
{
    return (seen & LWI_WAIT_TIME) != 0 &&
           lwi_now(lwi_runtime_clock(request->worker->runtime)) >=
               request->limit;
}

/* The next message, which must be of one type and well-formed. */
static int
next_message(struct lw_request *request, unsigned seen, uint8_t type,
             union lwi_any_message *message)
{
    struct lwi_frame frame;
    const char *field = "";
    enum lwi_decode_result result;
    char detail[160];
    int rc = next_frame(request, seen, &frame);

    if (rc == LW_MORE && is_late(request, seen)) {
        /* Another start comes when this child is buried. */
        if (request->worker->snapstart.on_trial)
            return lwi_request_fail(request, LW_ETIMEOUT, NULL);
        lwi_policy_start_failed(request->worker);
        return lwi_request_stop(request, LW_ETIMEOUT,
                                "the worker was not ready within its startup "
                                "timeout");
    }
    if (rc != LW_OK)
        return rc;
    result = lwi_message_decode(&frame, message, &field);
    if (result != LWI_DECODE_OK) {
        snprintf(detail, sizeof(detail), "%s.%s: %s",
                 lwi_message_name(frame.type), field,
                 lwi_decode_result_text(result));
        return lwi_request_breach(request, detail);
    }
    if (frame.type == LWI_MSG_GOODBYE)
        return goodbye(request, &message->goodbye);
    if (frame.type != type || frame.tag != 0) {
        snprintf(detail, sizeof(detail), "%s came where %s was due",
                 lwi_message_name(frame.type), lwi_message_name(type));
        return lwi_request_breach(request, detail);
    }
    return LW_OK;
}

/* ---- HELLO ---- */

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
version_mismatch(struct lw_request *request, const struct lwi_msg_hello *hello)
{
    size_t size = hello->worker_version.size;
    char detail[256];

    snprintf(detail, sizeof(detail),
             "the worker, %.*s, speaks %" PRIu32 " to %" PRIu32
             ", this library, %s, %u to %u",
             (int)(size < 60 ? size : 60), hello->worker_version.data,
             hello->version_min, hello->version_max, LW_VERSION,
             LWI_PROTOCOL_MIN, LWI_PROTOCOL_MAX);
    return lwi_request_fail(request, LW_EVERSION, detail);
}

/* Cut between two code points where it is too long. */
static void
copy_text(char to[LWI_READY_TEXT], lw_span from)
{
    size_t kept = from.size < LWI_READY_TEXT ? from.size : LWI_READY_TEXT - 1;

    snprintf(to, LWI_READY_TEXT, "%.*s",
             (int)lwi_utf8_valid_prefix(from.data, kept), from.data);
}

int
lwi_step_greeting(struct lw_request *request, unsigned seen)
{
    lw_worker *worker = request->worker;
    union lwi_any_message message;
    struct lwi_msg_welcome welcome = { .frame_limit =
                                           worker->config.frame_limit };
    int rc = next_message(request, seen, LWI_MSG_HELLO, &message);

    if (rc != LW_OK)
        return rc;
    if (message.hello.magic != LWI_HELLO_MAGIC)
        return lwi_request_breach(request,
                                  "its HELLO has the wrong magic number");
    welcome.version = common_version(&message.hello);
    if (welcome.version == 0)
        return version_mismatch(request, &message.hello);
    worker->protocol_version = welcome.version;
    copy_text(worker->worker_version, message.hello.worker_version);
    if (lwi_channel_queue(&worker->channel, LWI_MSG_WELCOME, 0, &welcome) !=
        LW_OK)
        return lwi_request_fail(request, LW_ENOMEM,
                                "out of memory in the parent");
    worker->channel.limit = worker->config.frame_limit;
    lwi_worker_move(worker, LWI_EVENT_HELLO);
    return LWI_AGAIN;
}

/* ---- READY ---- */

static bool
is_ability(lw_span ability, const char *name)
{
    return ability.size == strlen(name) &&
           memcmp(ability.data, name, ability.size) == 0;
}

/* One that was not offered cannot be used, whatever the child says. */
static void
use_ring(lw_worker *worker)
{
    int ring = lwi_child_get_fds(worker->child).ring;

    if (ring >= 0)
        lwi_channel_use_ring(&worker->channel, ring, worker->config.ring_bytes);
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
        if (is_ability(ability, "cancel"))
            worker->can_cancel = true;
        else if (is_ability(ability, LWI_RING_ABILITY))
            use_ring(worker);
    }
}

static int
check_expected(struct lw_request *request)
{
    const lw_worker *worker = request->worker;
    const char *expected = worker->config.expected_lean;
    char detail[2 * LWI_READY_TEXT + 64];

    if (expected == NULL || strcmp(expected, worker->lean_version) == 0)
        return LW_OK;
    snprintf(detail, sizeof(detail), "Lean %.*s was expected, and it has %s",
             LWI_READY_TEXT, expected,
             *worker->lean_version != '\0' ? worker->lean_version : "none");
    return lwi_request_fail(request, LW_EMISMATCH, detail);
}

int
lwi_step_loading(struct lw_request *request, unsigned seen)
{
    static const lw_restart_reason asked = { LW_RESTART_EXPLICIT, 0, 0, "" };
    lw_worker *worker = request->worker;
    union lwi_any_message message;
    int rc = next_message(request, seen, LWI_MSG_READY, &message);

    if (rc != LW_OK)
        return rc;
    keep_ready(worker, &message.ready);
    if (worker->channel.ring < 0)
        lwi_child_close_ring(worker->child);
    rc = check_expected(request);
    if (rc != LW_OK)
        return rc;
    lwi_worker_move(worker, LWI_EVENT_READY);
    lwi_policy_started(worker, request->asked_for ? &asked : NULL);
    lwi_snapstart_settled(worker);
    return LWI_AGAIN;
}
