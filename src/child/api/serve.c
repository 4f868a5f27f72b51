/* serve.c - handshake, requests, the end. */
#include "child/api/serve.h"

#include <signal.h>
#include <stdio.h>

#include "base/text.h"
#include "proto/utf8.h"

#define NAME_SHOWN_MAX 128u /* bytes; a longer one is left out */

/* The frame last read, and the message in it, whose texts are in the inbox. */
struct received {
    struct lwi_frame frame;
    union lwi_any_message message;
};

/* ---- frames in ---- */

/* Reads once. False at the end of the requests. */
static bool
read_some(lw_child_call *call)
{
    struct lwi_inbox *inbox = &call->inbox;
    size_t wanted = lwi_inbox_make_way(inbox), n;
    uint8_t *bytes;

    if (wanted > inbox->capacity) {
        bytes = realloc(inbox->bytes, wanted);
        if (bytes == NULL)
            lwi_child_quit(LWI_CHILD_SYSTEM, "out of memory for a request");
        inbox->bytes = bytes;
        inbox->capacity = wanted;
    }
    n = lwi_child_read_some(call->pipes.in, inbox->bytes + inbox->size,
                            inbox->capacity - inbox->size);
    inbox->size += n;
    return n > 0;
}

/* False at the end of the requests, which may only come between two frames. */
static bool
read_frame(lw_child_call *call, struct lwi_frame *frame)
{
    enum lwi_wire_result wire;

    while ((wire = lwi_inbox_next(&call->inbox, call->frame_limit, frame)) ==
           LWI_WIRE_MORE) {
        if (read_some(call))
            continue;
        if (lwi_inbox_has_part(&call->inbox))
            lwi_child_quit(LWI_CHILD_PROTOCOL,
                           "the requests end inside a frame");
        return false;
    }
    if (wire != LWI_WIRE_FRAME)
        lwi_child_quit(LWI_CHILD_PROTOCOL, lwi_wire_result_text(wire));
    return true;
}

/* Of the last request, whose answer did not wait for it. */
static bool
was_credit(lw_child_call *call, const struct lwi_frame *frame)
{
    if (frame->type != LWI_MSG_CREDIT || call->pipes.ring.base == NULL)
        return false;
    if (frame->body_size != LWI_RING_CREDIT_SIZE - LWI_HEADER_SIZE ||
        !lwi_ring_take_credit(&call->pipes.ring, frame->body - LWI_HEADER_SIZE))
        lwi_child_quit(LWI_CHILD_PROTOCOL, "that is no credit");
    return true;
}

static bool
receive(lw_child_call *call, struct received *received)
{
    const char *field;

    do {
        if (!read_frame(call, &received->frame))
            return false;
    } while (was_credit(call, &received->frame));
    if (lwi_message_decode(&received->frame, &received->message, &field) !=
        LWI_DECODE_OK)
        lwi_child_quit(LWI_CHILD_PROTOCOL, "a request is malformed");
    return true;
}

/* ---- handshake ---- */

static void
say_hello(lw_child_call *call, const lw_child_config *config)
{
    struct lwi_msg_hello hello = {
        .magic = LWI_HELLO_MAGIC,
        .version_min = LWI_PROTOCOL_MIN,
        .version_max = LWI_PROTOCOL_MAX,
        .pid = (uint32_t)getpid(),
        .worker_version = lwi_span_of(config->worker_version),
    };

    if (!lwi_child_say(call, LWI_MSG_HELLO, 0, 0, &hello))
        lwi_child_quit(LWI_CHILD_USAGE, "worker_version is too long");
    lwi_child_flush(call);
}

static void
say_ready(lw_child_call *call, const lw_child_config *config)
{
    static const lw_span abilities[] = { { "cancel", 6 },
                                         { LWI_RING_ABILITY, 4 } };
    struct lwi_msg_ready ready = {
        .lean_version = lwi_span_of(config->lean_version),
        .abilities = { .count = call->pipes.ring.base != NULL ? 2 : 1,
                       .items = abilities },
    };

    if (!lwi_child_say(call, LWI_MSG_READY, 0, 0, &ready))
        lwi_child_quit(LWI_CHILD_USAGE, "lean_version is too long");
    lwi_child_flush(call);
}

static bool
shake_hands(lw_child_call *call, struct received *received,
            const lw_child_config *config)
{
    const struct lwi_msg_welcome *welcome = &received->message.welcome;

    say_hello(call, config);
    if (!receive(call, received))
        return false;
    if (received->frame.type != LWI_MSG_WELCOME ||
        welcome->version < LWI_PROTOCOL_MIN ||
        welcome->version > LWI_PROTOCOL_MAX ||
        welcome->frame_limit < LWI_FRAME_LIMIT_MIN ||
        welcome->frame_limit > LWI_FRAME_LIMIT_MAX)
        lwi_child_quit(LWI_CHILD_PROTOCOL, "WELCOME is missing or absurd");
    call->frame_limit = welcome->frame_limit;
    say_ready(call, config);
    return true;
}

/* ---- requests ---- */

static const lw_child_handler *
find_handler(const lw_child_config *config, lw_span name)
{
    const lw_child_handler *handler = config->handlers;

    for (; handler != NULL && handler->name != NULL; handler++) {
        if (strlen(handler->name) == name.size &&
            memcmp(handler->name, name.data, name.size) == 0)
            return handler;
    }
    return NULL;
}

static void
fail_request(lw_child_call *call, enum lwi_failure_code code, lw_span detail)
{
    struct lwi_msg_failed failed = { .code = code, .detail = detail };

    if (call->answered)
        return;
    call->answered = true;
    if (!lwi_child_say(call, LWI_MSG_FAILED, 0, call->tag, &failed))
        lwi_child_quit(LWI_CHILD_SYSTEM, "out of memory for an answer");
}

static void
fail_no_export(lw_child_call *call, lw_span name)
{
    char detail[NAME_SHOWN_MAX + 64];
    size_t size = name.size <= NAME_SHOWN_MAX ? name.size : 0;

    if (size > 0)
        snprintf(detail, sizeof(detail), "this worker has no export `%.*s`",
                 (int)size, name.data);
    else
        snprintf(detail, sizeof(detail),
                 "this worker has no export of that name");
    fail_request(call, LWI_FAILURE_NO_EXPORT, lwi_span_of(detail));
}

static void
run_handler(lw_child_call *call, const lw_child_config *config,
            const struct lwi_msg_run *run)
{
    const lw_child_handler *handler = find_handler(config, run->name);
    int rc;

    if (handler == NULL) {
        fail_no_export(call, run->name);
        return;
    }
    rc = handler->run(call, run->request, config->user);
    if (call->answered)
        return;
    if (call->cancelled)
        fail_request(call, LWI_FAILURE_CANCELLED, lwi_span_of("cancelled"));
    else
        fail_request(call, LWI_FAILURE_EXPORT,
                     lwi_span_of(rc < 0 ? "the export failed"
                                        : "the export gave no answer"));
}

static void
answer(lw_child_call *call, const lw_child_config *config,
       const struct received *received)
{
    struct lwi_msg_pong pong;

    lwi_child_begin(call, received->frame.tag);
    switch (received->frame.type) {
    case LWI_MSG_PING:
        pong.payload = received->message.ping.payload;
        if (!lwi_child_say(call, LWI_MSG_PONG, 0, call->tag, &pong))
            lwi_child_quit(LWI_CHILD_SYSTEM, "out of memory for an echo");
        break;
    case LWI_MSG_RUN:
        run_handler(call, config, &received->message.run);
        break;
    default:
        fail_request(call, LWI_FAILURE_UNSUPPORTED,
                     lwi_span_of("this worker hosts no Lean sessions"));
        break;
    }
    lwi_child_flush(call);
}

static void
say_goodbye(lw_child_call *call, enum lwi_goodbye_reason reason)
{
    struct lwi_msg_goodbye goodbye = { .reason = reason, .detail = { "", 0 } };

    if (lwi_child_say(call, LWI_MSG_GOODBYE, 0, 0, &goodbye))
        lwi_child_flush(call);
}

static void
serve(lw_child_call *call, const lw_child_config *config,
      struct received *received)
{
    while (receive(call, received)) {
        if (received->frame.type == LWI_MSG_SHUTDOWN) {
            say_goodbye(call, LWI_GOODBYE_ASKED);
            return;
        }
        if (lwi_message_descriptor(received->frame.type)->role !=
            LWI_ROLE_REQUEST)
            lwi_child_quit(LWI_CHILD_PROTOCOL, "that is no request");
        answer(call, config, received);
    }
    say_goodbye(call, LWI_GOODBYE_REQUESTS_END);
}

int
lw_child_run_stdio(const lw_child_config *config)
{
    lw_child_call call = { .frame_limit = LWI_FRAME_LIMIT_HANDSHAKE };
    struct received received = { .frame = { .type = 0 } };
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    if (config == NULL || config->struct_size != sizeof(*config))
        lwi_child_quit(LWI_CHILD_USAGE,
                       "lw_child_config is of another version");
    if (!lwi_child_take_pipes(&call.pipes))
        lwi_child_quit(LWI_CHILD_USAGE,
                       "descriptors 0, 1 and 3 are no pipes of a parent: a "
                       "worker is started by lean-worker, not by hand");
    lwi_find_ring(&call.pipes.ring);
    /* Writes to a parent that is gone must fail, not kill in silence. */
    sigaction(SIGPIPE, &ignore, NULL);
    lwi_buf_init(&call.out, &lwi_system_allocator);
    if (shake_hands(&call, &received, config))
        serve(&call, config, &received);
    lwi_buf_fini(&call.out);
    lwi_drop_ring(&call.pipes.ring);
    free(call.inbox.bytes);
    return 0;
}
